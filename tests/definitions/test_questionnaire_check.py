"""What the check says of a questionnaire, and where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from habitat_enquete.errors import Severity
from habitat_enquete.ingest.definitions.check import check, check_file
from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_leniently
from habitat_enquete.ingest.definitions.xlsform import parse_sheets
from habitat_enquete.ingest.definitions.xlsform_sheets import markdown_sheets
from habitat_enquete.model.questionnaire import Questionnaire

CHOICES = """
| choices |
| | list_name | name | label |
| | oui_non | oui | Oui |
| | oui_non | non | Non |
"""


def messages(survey: str, choices: str = CHOICES) -> list[str]:
    """What is said of a form written as Markdown."""
    form, problems = parse_sheets(markdown_sheets(f"| survey |\n{survey}\n{choices}"), file="f.xlsx")
    return [each.message for each in (*problems, *check(form))]


def of_expression(text: str, column: str = "relevant") -> list[str]:
    """What is said of one expression, written on the third question."""
    return messages(
        f"""
        | | type | name | label | {column} | constraint_message |
        | | select_one oui_non | a | Question A | | |
        | | integer | n | Nombre | | |
        | | text | b | Question B | {text} | message |
        """
    )


def test_a_sound_form_has_nothing_to_say():
    assert of_expression("selected(${a}, 'oui') and ${n} > 3") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "${a} = ",
            "f.xlsx, survey!D4, filtre de « b » : L'expression « ${a} = » n'est pas lisible au caractère 6",
        ),
        ("selectd(${a}, 'oui')", "La fonction « selectd() » n'existe pas. Vouliez-vous dire « selected » ?"),
        ("selected(${a})", "La fonction « selected() » attend 2 arguments, et non 1."),
        ("${a} = ’oui’", "f.xlsx, survey!D4, filtre de « b » : des guillemets courbes"),
        (
            "${aa} = 'oui'",
            "la question « aa » n'existe pas. Vouliez-vous dire « a » ? Corrigez la référence ${aa}.",
        ),
        ("../zut = 'oui'", "la question « zut » n'existe pas"),
        (
            "${a} = 'ouii'",
            "« ouii » n'est pas une modalité de « a ». Vouliez-vous dire « oui » ? Modalités connues : oui, non.",
        ),
        ("'peut' = ${a}", "« peut » n'est pas une modalité de « a »"),
        ("selected(../a, 'peut')", "« peut » n'est pas une modalité de « a »"),
        ("regex(${b}, '(') or ${n} > 1", "Le motif « ( » de regex() n'est pas valable"),
        ("${b} != ''", "f.xlsx, survey!D4 : les expressions tournent en rond (« b » → « b »)"),
        ("${a} = 'oui' and ${a} = 'non'", "f.xlsx, survey!D4 : « b » ne peut jamais être posée"),
        ("${n} > 5 and ${n} < 3", "« b » ne peut jamais être posée (${n} > 5 and ${n} < 3)"),
    ],
)
def test_each_fault_of_a_condition_is_told_at_its_cell(text, message):
    assert message in " ".join(of_expression(text))


def test_a_constraint_is_checked_against_the_choices_of_its_own_question():
    found = messages(
        """
        | | type | name | label | constraint | constraint_message |
        | | select_one oui_non | a | A | . != 'peut' | m |
        """
    )
    assert found[0].startswith(
        "f.xlsx, survey!D2, contrôle de « a » : « peut » n'est pas une modalité de « a »"
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("| | select_one ouinon | q | Q | |", "survey!A3 : la liste de modalités « ouinon » de « q » n'existe pas. Vouliez-vous dire « oui_non »"),
        ("| | select_one | q | Q | |", "survey!A3 : « q » est une question à choix sans liste de modalités"),
        ("| | text | 1q | Q | |", "survey!B3 : le nom « 1q » n'est pas accepté"),
        ("| | text | prénom | Q | |", "le nom « prénom » porte des accents"),
        ("| | text | A | Q | |", "« A » et « a » ne diffèrent que par les majuscules"),
        ("| | text | q | | |", "survey!C3 : « q » n'a pas de libellé"),
        ("| | text | q | Question A | |", "« q » et « a » ont le même libellé"),
        ("| | calculate | q | | |", "survey!E3 : le calcul « q » n'a pas de formule"),
        ("| | select_one oui_non | q | Q | peut |", "survey!D3 : la valeur par défaut « peut » de « q » n'est pas une de ses modalités"),
    ],
)  # fmt: skip
def test_faults_of_a_question(row, message):
    found = messages(
        f"| | type | name | label | default | calculation |\n| | select_one oui_non | a | Question A | |\n{row}"
    )
    assert message in " ".join(found)


def test_conditions_that_turn_in_circles_through_blocks():
    found = messages(
        """
        | | type | name | label | relevant | calculation |
        | | begin_group | g | G | ${c} > 1 | |
        | | integer | a | A | | |
        | | end_group | | | | |
        | | calculate | c | | | ${a} + 1 |
        """
    )
    assert "f.xlsx, survey!E5 : les expressions tournent en rond (« c » → « a » → « c »)" in " ".join(found)


def test_a_condition_on_a_later_question():
    found = messages(
        """
        | | type | name | label | relevant |
        | | text | a | A | ${b} = 'oui' |
        | | select_one oui_non | b | B | |
        """
    )
    assert "filtre de « a » : la question « b » est posée plus loin" in " ".join(found)


def test_choice_lists():
    found = messages(
        """
        | | type | name | label |
        | | select_multiple l | a | A |
        """,
        """
        | choices |
        | | list_name | name | label |
        | | l | un deux | Un |
        | | l | un | un |
        | | oubli | x | X |
        """,
    )
    assert [each.split(" : ", 1)[1].split(".")[0] for each in found] == [
        "dans la liste « l », « un » et « un deux » ont le même libellé",
        "le code « un deux » de la liste « l » contient une espace, qui sépare les réponses d'un choix multiple",
        "la liste de modalités « oubli » ne sert à aucune question",
    ]


def yaml_messages(text: str) -> list[str]:
    definition, problems = parse_leniently(text, file="f.yaml")
    return [each.message for each in (*problems, *check(definition))]


def test_a_constraint_without_a_message():
    assert yaml_messages("questions: [{type: entier, nom: q, libelle: Q, contrainte: '. > 1'}]") == [
        "f.yaml, ligne 1 : le contrôle de « q » n'a pas de message. Dites à l'enquêteur quoi corriger."
    ]


def test_an_empty_list():
    assert "la liste de modalités « vide » de « q » est vide" in "\n".join(
        yaml_messages(
            "listes: {vide: []}\nquestions: [{type: choix_unique, liste: vide, nom: q, libelle: Q}]"
        )
    )


def test_consent_quotas_and_pathways_must_name_what_exists():
    found = yaml_messages(
        """
langues: [fr, en]
consentement: {question: acord, valeur: OK}
quotas: [{nom: Q, question: statut, cibles: {loc: 1, prop: 2}}]
listes: {s: [{name: loc, label: {fr: Locataire, en: Tenant}}, {name: x, label: {fr: Autre, en: Other}}]}
questions:
  - {type: accord, name: accord, label: {fr: A, en: A}}
  - {type: choix_unique, liste: s, name: statut, label: Statut}
  - {type: tableau, liste: s, name: t, label: {fr: T, en: T2}}
  - {type: choix_multiple, liste: s, name: m, label: {fr: M, en: M2}, max: 5}
  - {boucle: e, parcours: {debut: debutt}, questions: [{name: debut, label: {fr: D, en: B}}]}
"""
    )
    text = "\n".join(found)
    assert (
        "f.yaml : le consentement cite « acord », qui n'est pas une question. Vouliez-vous dire « accord » ?"
        in text
    )
    assert "f.yaml : le quota « Q » attend « prop », qui n'est pas une réponse possible à « statut »" in text
    assert "f.yaml : le parcours de la boucle « e » cite « debutt »" in text
    assert "f.yaml, ligne 9 : le tableau « t » n'a pas de lignes" in text
    assert "f.yaml, ligne 10 : « m » permet 5 choix mais sa liste n'en compte que 2" in text
    assert "textes sans traduction en « en », à commencer par « accord »" in text


def test_lines_of_a_yaml_file_lead_to_the_very_key():
    found = yaml_messages("questions:\n  - name: a\n    label: A\n    filtre: ${b} = 1\n")
    assert found[0].startswith("f.yaml, ligne 4, filtre de « a » : la question « b » n'existe pas")


def test_a_check_of_a_file_sorts_problems_and_counts_errors(tmp_path):
    (tmp_path / "f.yaml").write_text(
        "questions:\n  - {name: a, filtre: '${z}'}\n  - {name: a, label: A}\n", encoding="utf-8"
    )
    checked = check_file(tmp_path / "f.yaml")
    assert [(each.row, each.severity) for each in checked.problems] == [
        (2, Severity.WARNING),
        (2, Severity.ERROR),
        (3, Severity.ERROR),
    ]
    assert checked.errors == 2


def test_guides_are_checked_too(tmp_path):
    (tmp_path / "g.yaml").write_text("kind: guide\nthemes: [{id: a, libele: A}]\n", encoding="utf-8")
    assert "Vouliez-vous dire « libelle »" in check_file(tmp_path / "g.yaml").problems[0].message


def test_what_pyxform_lets_through_in_a_fielded_form(real_data):
    checked = check_file(real_data / "kobo_habitat" / "Abidjan_2022.xls")
    text = "\n".join(each.message for each in checked.problems)
    assert (
        "survey!I35, filtre de « FacilityDistance_Gen » : « CHV » n'est pas une modalité de « FacilityType_Gen »"
        in text
    )
    assert "survey!I79 : « SpecifyToilFlush » ne peut jamais être posée" in text
    assert sum(each.code == "CHECK_CURLY_QUOTES" for each in checked.problems) == 3


def test_the_questionnaire_of_the_documentation_is_sound():
    page = (Path(__file__).parents[2] / "docs" / "questionnaires.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert example is not None
    assert yaml_messages(example.group(1)) == []


def test_the_reference_questionnaire_has_no_error(real_data):
    assert check_file(real_data / "questionnaires" / "enquete_habitat.yaml").errors == 0


def test_a_guide_is_checked_beside_the_questionnaires_and_the_codebook(study):
    (study.questionnaires / "q.yaml").write_text("questions: [{nom: age, libelle: Âge}]", encoding="utf-8")
    (study.root / "codebook.yaml").write_text(
        "themes:\n  - {id: freins, label: Freins, codes: [{id: prix, label: Prix}]}\n", encoding="utf-8"
    )
    guide = study.questionnaires / "g.yaml"
    guide.write_text(
        """\
kind: guide
talon: [age, agee]
themes:
  - id: a
    label: A
    codes: [freins/*, prix, prixx]
    questions:
      - {id: q1, label: "Où ?", relance: "Et puis ?"}
      - {id: q1}
  - {id: a, label: B}
""",
        encoding="utf-8",
    )
    checked = check_file(guide)
    assert checked.errors == 0
    assert [each.message.partition(" : ")[2] for each in checked.problems] == [
        "le talon cite « agee », qui n'est une question d'aucun questionnaire de l'étude. Vouliez-vous dire « age » ? "
        "Corrigez ce nom, ou écrivez la question dans un questionnaire.",
        "le thème « A » doit nourrir « prixx », que codebook.yaml ne contient pas. Vouliez-vous dire « prix » ? "
        "Corrigez ce code, ou ajoutez-le à la grille.",
        "le nom « q1 » est déjà pris (ligne 8). Renommez l'une des deux questions.",
        "une question du guide n'a pas de libellé. Écrivez « label: », tel qu'il sera dit.",
        "le nom « a » est déjà pris (ligne 4). Renommez l'une des deux questions.",
    ]


def test_an_item_that_is_no_question_does_not_hide_the_others():
    text = "questions:\n  - texte libre\n  - {nom: a, libele: A}\n"
    _, problems = parse_leniently(text, file="f.yaml")
    assert [(each.row, each.code) for each in problems] == [(2, "YAML_WRONG_TYPE"), (3, "YAML_UNKNOWN_KEY")]


def test_three_answers_wanted_together_are_reachable_within_their_limit():
    text = """
listes: {l: [a, b, c, d, e]}
questions:
  - {type: choix_multiple, liste: l, nom: m, libelle: M, max: 3}
  - {type: texte, nom: trois, libelle: A, filtre: "selected(${m}, 'a') and selected(${m}, 'b') and selected(${m}, 'c')"}
  - {type: texte, nom: quatre, libelle: B, filtre: "selected(${m}, 'a') and selected(${m}, 'b') and selected(${m}, 'c') and selected(${m}, 'd')"}
  - {type: texte, nom: combien, libelle: C, filtre: "count-selected(${m}) = 3"}
  - {type: texte, nom: trop, libelle: D, filtre: "count-selected(${m}) > 3"}
  - {type: choix_unique, liste: l, nom: u, libelle: U}
  - {type: choix_unique, liste: l, nom: v, libelle: V, filtre: "${u} != 'a' and ${u} != 'b' and ${u} != 'c' and ${u} != 'd'"}
  - {type: texte, nom: memes, libelle: E, filtre: "${u} = ${v} and ${u} != 'e'"}
  - {type: entier, nom: n, libelle: N}
  - {type: texte, nom: double, libelle: F, filtre: "${n} * 2 = 14"}
"""
    questionnaire, _ = parse_leniently(text, file="f.yaml")
    assert isinstance(questionnaire, Questionnaire)
    found = [each.row for each in check(questionnaire) if each.code == "CHECK_UNREACHABLE"]
    assert found == [6, 8]
