"""Questionnaires and guides written in YAML."""

from __future__ import annotations

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_leniently, parse_yaml
from habitat_enquete.ingest.definitions.questionnaires import find, read, read_all, read_guides
from habitat_enquete.model.questionnaire import (
    Choice,
    Guide,
    GuideQuestion,
    GuideTheme,
    Questionnaire,
    QuestionType,
    Quota,
)

FRENCH = """\
nature: questionnaire
identifiant: essai
titre: {fr: "Enquête", en: Survey}
langue: fr
langues: [fr, en]
répondant: {id: pseudo, clé: [_id, KEY]}
non_réponse: {nsp: {code: nsp, label: "Ne sait pas"}}
consentement: {question: accord, valeur: OK}
listes:
  statut:
    - {nom: loc, libellé: "Locataire", alias: [location], insee: "20"}
    - {nom: autre, libellé: "Autre (préciser)", préciser: oui}
    - {nom: nsp, libellé: "Ne sait pas", manquant: nsp, exclusif: oui}
  commune: {"01004": Ambérieu, no: Norvège}
questions:
  - {type: accord, nom: accord, libellé: "J'accepte", obligatoire: oui}
  - séquence: profil
    libellé: Profil
    filtre: ${accord} = 'OK'
    questions:
      - {type: entier, nom: age, intitulé: "Âge", contrôle: ". > 15", message: "Trop jeune", niveau: informatif}
      - {type: choix_multiple, liste: statut, nom: statuts, libellé: "Statuts", max: 2, attribut: statut}
  - {type: choix_unique, nom: chauffage, libellé: "Chauffage", modalités: [bois, gaz]}
  - {type: tableau, liste: statut, nom: satis, libellé: "Satisfaction", lignes: [{nom: loyer, libellé: "du loyer"}]}
  - boucle: episode
    consigne: "Du plus ancien au plus récent"
    parcours: {debut: debut}
    questions:
      - {type: date, nom: debut, libellé: "Début", précision: mois}
  - {type: texte, nom: freins, libellé: "Freins", coder: oui, multiligne: oui}
quotas:
  - {nom: Statut, question: statuts, cibles: {loc: 10, autre: 2}}
"""


@pytest.fixture
def french() -> Questionnaire:
    read_back = parse_yaml(FRENCH, file="essai.yaml")
    assert isinstance(read_back, Questionnaire)
    return read_back


def test_french_keys_are_read(french):
    assert (french.id, french.title, french.titles["en"], french.languages) == (
        "essai",
        "Enquête",
        "Survey",
        ("fr", "en"),
    )
    assert (french.respondent_id, french.respondent_key) == ("pseudo", ("_id", "KEY"))
    assert french.consent == ("accord", "OK")
    assert french.nonresponse == (Choice("nsp", "Ne sait pas", missing="nsp"),)
    assert french.quotas == (Quota("Statut", ("statuts",), {"loc": 10, "autre": 2}),)


def test_questions_know_their_type_place_and_flags(french):
    age, statuts = french.question("age"), french.question("statuts")
    assert (age.type, age.group, age.constraint, age.constraint_warns) == (
        QuestionType.INTEGER,
        ("profil",),
        ". > 15",
        True,
    )
    assert (statuts.maximum_choices, statuts.attribute, statuts.choices) == (2, "statut", "statut")
    assert french.question("accord").required and french.question("freins").code
    assert french.question("debut").repeat == "episode" and french.question("debut").precision == "mois"
    assert french.groups[0].relevant == "${accord} = 'OK'"
    assert french.repeats[0].pathway == {"debut": "debut"}


def test_choices_keep_codes_as_text_with_their_flags(french):
    loc, other, unknown = french.choice_lists["statut"]
    assert (loc.name, loc.aliases, loc.attributes) == ("loc", ("location",), {"insee": "20"})
    assert other.specify and unknown.exclusive and unknown.missing == "nsp"
    assert [(each.name, each.label) for each in french.choice_lists["commune"]] == [
        ("01004", "Ambérieu"),
        ("no", "Norvège"),
    ]
    assert [each.name for each in french.choice_lists["chauffage"]] == ["bois", "gaz"]


def test_asked_questions_are_the_columns_of_an_export(french):
    assert [each.name for each in french.asked()] == [
        "accord",
        "age",
        "statuts",
        "statuts_autre",
        "chauffage",
        "satis_loyer",
        "debut",
        "freins",
    ]
    other = french.asked()[3]
    assert (other.specifies, other.relevant) == ("statuts", "selected(${statuts}, 'autre')")
    row = french.asked()[5]
    assert (row.type, row.matrix, row.group, row.label) == (
        QuestionType.SELECT_ONE,
        "satis",
        ("satis",),
        "du loyer",
    )


def test_lines_lead_back_to_the_file(french):
    assert french.question("age").line == 21
    assert french.groups[0].lines["relevant"] == 19


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("titre: x", "f.yaml, ligne 1 : aucune question"),
        (
            "questions: [{nom: a, type: entir}]",
            "le type « entir » n'existe pas. Vouliez-vous dire « entier » ?",
        ),
        ("questions: [{type: texte}]", "f.yaml, ligne 1 : une question n'a pas de nom"),
        ("questions:\n- {nom: a}\n- {nom: a}", "f.yaml, ligne 3 : le nom « a » est déjà pris (ligne 2)"),
        (
            "listes: {l: [{nom: a}, {nom: a}]}\nquestions: []",
            "la modalité « a » est écrite deux fois dans la liste « l »",
        ),
        ("listes: {l: [{libelle: a}]}\nquestions: []", "une modalité n'a pas de nom"),
        ("listes: {l: non}\nquestions: []", "« l » attend une liste de modalités"),
        ("listes: {l: [[a]]}\nquestions: []", "« modalité » attend « name » et « label »"),
        (
            "questions: [{nom: a, filtr: x}]",
            "la clé « filtr » n'est pas connue ici. Vouliez-vous dire « filtre » ?",
        ),
        ("kind: guide", "ce guide n'a pas de thème"),
        ("kind: sondage\nquestions: []", "« kind » attend l'une de ces valeurs : questionnaire, guide"),
        ("kind: guide\nthemes: [{id: a, questions: [[b]]}]", "« questions » attend des questions"),
        ("questions: [{nom: a, niveau: mou}]", "attend l'une de ces valeurs : bloquant, informatif"),
    ],
)
def test_problems_are_located_french_sentences(text, message):
    with pytest.raises(EnqueteError) as caught:
        parse_yaml(text, file="f.yaml")
    assert message in str(caught.value)


def test_a_check_sees_every_problem_at_once():
    _, problems = parse_leniently("questions:\n- {nom: a, x: 1}\n- {nom: a}\n- {type: zut}", file="f.yaml")
    assert [each.row for each in problems] == [2, 3, 4, 4]


def test_guide():
    guide = parse_yaml(
        """
kind: guide
id: g
titre: {fr: "Guide d'entretien"}
duree_min: 60
consigne_depart: {fr: "Racontez"}
talon: [age]
themes:
  - {id: p, label: {fr: Parcours}, codes: [parcours/*], questions: [{id: q1, label: "Où ?", relances: ["Quand ?"]}, "Et après ?"]}
""",
        file="g.yaml",
    )
    assert isinstance(guide, Guide)
    questions = (GuideQuestion("q1", "Où ?", ("Quand ?",)), GuideQuestion("q2", "Et après ?"))
    assert guide.themes == (GuideTheme("p", "Parcours", ("parcours/*",), questions),)
    assert (guide.title, guide.minutes, guide.opening, guide.closing_questions) == (
        "Guide d'entretien",
        60,
        "Racontez",
        ("age",),
    )


def test_a_study_folder(tmp_path):
    (tmp_path / "habitants.yaml").write_text("id: hab\nquestions: [{nom: a}]", encoding="utf-8")
    (tmp_path / "guide.yaml").write_text("kind: guide\nthemes: [{id: t}]", encoding="utf-8")
    (tmp_path / "~$lock.xlsx").write_bytes(b"")
    assert [each.id for each in read_all(tmp_path)] == ["hab"]
    assert [each.id for each in read_guides(tmp_path)] == ["guide"]
    assert find(tmp_path, "hab") == find(tmp_path, "habitants") == find(tmp_path, "habitants.yaml")
    with pytest.raises(
        EnqueteError, match=r"Aucun questionnaire ne s'appelle « hba »\. Vouliez-vous dire « hab »"
    ):
        find(tmp_path, "hba")


def test_a_file_of_another_kind(tmp_path):
    (tmp_path / "q.docx").write_bytes(b"x")
    with pytest.raises(EnqueteError, match=r"« q\.docx » \(\.docx\) n'est ni un questionnaire YAML"):
        read(tmp_path / "q.docx")
    with pytest.raises(EnqueteError, match="n'existe pas"):
        read(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("typed", "kind", "choices", "or_other"),
    [
        ("select_one statut", QuestionType.SELECT_ONE, "statut", False),
        ("select_multiple statut or_other", QuestionType.SELECT_MULTIPLE, "statut", True),
        ("choix_unique statut", QuestionType.SELECT_ONE, "statut", False),
        ("rank statut", QuestionType.RANK, "statut", False),
    ],
)
def test_a_type_is_written_as_in_an_xlsform_too(
    typed: str, kind: QuestionType, choices: str, or_other: bool
) -> None:
    asked = parse_yaml(
        "kind: questionnaire\nid: essai\ntitre: Essai\nlistes: {statut: {loc: Locataire}}\n"
        f"questions:\n  - {{type: {typed}, name: statut, label: Statut}}\n",
        file="essai.yaml",
    )
    assert isinstance(asked, Questionnaire)
    (question,) = asked.questions
    assert (question.type, question.choices, question.or_other) == (kind, choices, or_other)
