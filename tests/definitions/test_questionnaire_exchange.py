"""A questionnaire in other formats: YAML rewritten, LimeSurvey, data entry, XForm."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from habitat_enquete.errors import EnqueteError
from habitat_enquete.exchange.dataentry import entry_sheets, write_dataentry
from habitat_enquete.exchange.definitions import convert
from habitat_enquete.exchange.limesurvey import COLUMNS, limesurvey_structure
from habitat_enquete.exchange.limesurvey_expressions import Target, Untranslatable, translate
from habitat_enquete.exchange.questionnaire_yaml import questionnaire_yaml, rewritten_yaml
from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_yaml
from habitat_enquete.ingest.definitions.xlsform import read_xlsform
from habitat_enquete.ingest.expressions.bounds import Bounds, bounds_of
from habitat_enquete.ingest.files.workbooks import read_workbook
from habitat_enquete.model.questionnaire import Question, QuestionType
from habitat_enquete.report.questionnaire.form import write_form

# ── YAML ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_written_reads_back(habitants, without_places):
    assert without_places(parse_yaml(questionnaire_yaml(habitants), file="lozere.yaml")) == without_places(
        habitants
    )


def test_rewriting_without_a_change_changes_nothing(habitants, study_text):
    text = "# en-tête\n" + study_text.lstrip() + "# fin\n"
    assert rewritten_yaml(habitants, text, file="f.yaml") == text


def test_rewriting_keeps_comments_and_spellings_around_what_changes():
    before = """\
# Enquête de 2026
identifiant: e
questions:
  # le profil
  - {nom: age, libelle: "Âge", type: entier}   # en années
  - nom: b          # à revoir
    libelle: Ancien
    filtre: ${age} > 15   # seulement les adultes
  - {nom: c, libelle: C}
"""
    after = """\
id: e
questions:
  - {name: age, label: "Âge", type: integer}
  - {name: nouveau, label: "no"}
  - {name: b, label: Neuf, relevant: "${age} > 15", required: oui}
"""
    assert (
        rewritten_yaml(parse_yaml(after, file="f.yaml"), before, file="f.yaml")
        == """\
# Enquête de 2026
identifiant: e
questions:
  # le profil
  - {nom: age, libelle: "Âge", type: entier}   # en années
  - {type: text, name: nouveau, label: "no"}
  - nom: b          # à revoir
    libelle: Neuf
    filtre: ${age} > 15   # seulement les adultes
    obligatoire: true
"""
    )


def test_short_choices_and_their_place_stay_as_they_were_written(tmp_path):
    text = """\
# en tête
titre: Se loger
non_réponse: {nsp: {code: nsp, libellé: {fr: Ne sait pas, en: "Don't know"}}}
langues: [fr, en]
listes:
  trois: [a, b, c]   # sans libellés
questions:
  - {type: choix_unique, nom: dedans, libellé: Dedans, modalités: {x: "Un peu", y: Beaucoup}}   # ici
  - nom: brut
    libellé: Brut
    type: choix_unique
    modalités: [Oui, Non]
  - {type: choix_unique, liste: trois, nom: ailleurs, libellé: Ailleurs}
"""
    source = write(tmp_path / "q.yaml", text)
    convert(source, tmp_path / "q.xlsx")
    convert(tmp_path / "q.xlsx", source, overwrite=True)
    again = source.read_text(encoding="utf-8").replace("identifiant: q\n", "").replace("id: q\n", "")
    assert again == text


def test_reference_study_survives_a_trip_through_xlsform_with_its_comments(real_data, tmp_path):
    source = real_data / "questionnaires" / "enquete_habitat.yaml"
    copy = tmp_path / "enquete.yaml"
    copy.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    convert(copy, tmp_path / "enquete.xlsx")
    convert(tmp_path / "enquete.xlsx", copy, overwrite=True)
    assert copy.read_text(encoding="utf-8") == source.read_text(encoding="utf-8")


# ── conversions ───────────────────────────────────────────────────────────────────────────────────────────────────


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_conversion_by_extension(habitants, study_text, without_places, tmp_path):
    source = write(tmp_path / "q.yaml", study_text)
    assert [path.name for path in convert(source, tmp_path / "q.xlsx").files] == ["q.xlsx"]
    assert without_places(read_xlsform(tmp_path / "q.xlsx")) == without_places(habitants)
    written = convert(source, tmp_path / "q.txt")
    assert [path.name for path in written.files] == ["q.txt", "q.noms.csv"]
    names = (tmp_path / "q.noms.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(names.splitlines(), delimiter=";"))
    assert ["01004", "motifs", "01004", ""] in rows and ["episode2arrivee", "arrivee", "", "2"] in rows


def test_a_repeat_inside_another_is_told_where_it_cannot_be_asked(tmp_path):
    text = """
questions:
  - boucle: logement
    questions:
      - {nom: adresse, libelle: Adresse}
      - {boucle: habitant, questions: [{nom: age, libelle: Âge}]}
"""
    source = write(tmp_path / "q.yaml", text)
    (problem,) = convert(source, tmp_path / "q.txt").problems
    assert problem.message.startswith(
        "q.yaml, ligne 6 : la boucle « habitant » est dans la boucle « logement »"
    )
    assert write_form(source, tmp_path / "q.html") == (problem,)
    assert convert(source, tmp_path / "q.xlsx").problems == ()


def test_xform(study_text, tmp_path):
    pytest.importorskip("pyxform")
    convert(write(tmp_path / "q.yaml", study_text), tmp_path / "q.xml")
    assert "<h:title>Enquête logement</h:title>" in (tmp_path / "q.xml").read_text(encoding="utf-8")


def test_xform_without_pyxform(study_text, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyxform.xls2xform", None)
    with pytest.raises(
        EnqueteError, match=r"demande pyxform\. Installez-le par « pip install habitat_enquete\[odk\] »"
    ):
        convert(write(tmp_path / "q.yaml", study_text), tmp_path / "q.xml")


def test_xform_refused_by_pyxform(tmp_path):
    pytest.importorskip("pyxform")
    source = write(tmp_path / "q.yaml", "questions: [{type: select_one, name: a, label: A, liste: rien}]")
    with pytest.raises(EnqueteError, match=r"« q\.yaml » est refusé par pyxform"):
        convert(source, tmp_path / "q.xml")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "q.docx",
            "questions: []",
            r"Le format de « q\.docx » n'est pas reconnu\. Ajoutez --format \(yaml, xlsform",
        ),
        ("q.xlsx", "kind: guide\nthemes: [{id: a}]", r"« q\.yaml » est un guide d'entretien"),
        ("q.yaml", "questions: []", r"« q\.yaml » existe déjà\. Ajoutez --force"),
    ],
)
def test_conversions_refused(tmp_path, name, text, message):
    with pytest.raises(EnqueteError, match=message):
        convert(write(tmp_path / "q.yaml", text), tmp_path / name)


# ── LimeSurvey ────────────────────────────────────────────────────────────────────────────────────────────────────


def rows_of(habitants, language="fr"):
    structure = limesurvey_structure(habitants, repetitions=2)
    lines = list(csv.reader(structure.text.splitlines(), delimiter="\t"))
    assert tuple(lines[0]) == COLUMNS
    rows = [dict(zip(COLUMNS, line, strict=True)) for line in lines[1:]]
    return structure, [row for row in rows if row["language"] in ("", language)]


def test_limesurvey_questions(habitants):
    structure, rows = rows_of(habitants)
    questions = {row["name"]: row for row in rows if row["class"] == "Q"}
    assert {name: row["type/scale"] for name, row in questions.items()} == {
        "accord": "Y",
        "age": "N",
        "statut": "L",
        "loyer": "N",
        "motifs": "M",
        "satis": "F",
        "episode1arrivee": "D",
        "episode2arrivee": "D",
        "episode3arrivee": "D",
        "photo": "|",
        "freins": "T",
    }
    assert questions["age"]["relevance"] == '(accord.NAOK == "Y")'
    assert questions["motifs"]["max_answers"] == "2" and questions["motifs"]["exclude_all_others"] == "nsp"
    assert questions["statut"]["other"] == "Y"
    assert questions["episode2arrivee"]["relevance"] == "!is_empty(episode1arrivee.NAOK)"
    assert (
        questions["age"]["em_validation_q"] == "is_empty(age.NAOK) or (((age.NAOK > 15) or (age.NAOK == 0)))"
    )
    (told,) = structure.problems
    assert (
        "« ${statut} = 'loc' » de « loyer »" in told.message and "l'obligation sous condition" in told.message
    )


def test_limesurvey_has_as_many_rows_in_each_language(habitants):
    counts = [
        sum(row["class"] in "GQSQA" for row in rows_of(habitants, language)[1]) for language in ("fr", "en")
    ]
    assert counts[0] == counts[1]


def test_limesurvey_codes_are_short_and_unique():
    study = parse_yaml(
        """
questions:
  - {type: choix_unique, name: un_nom_de_question_vraiment_long, label: A, modalites: [proprietaire_a, proprietaire_b]}
  - {type: texte, name: un_nom_de_question_vraiment_lonG2, label: B}
  - {type: texte, name: _1, label: C}
""",
        file="f.yaml",
    )
    structure = limesurvey_structure(study)
    assert [name.limesurvey for name in structure.names] == [
        "unnomdequestionvraim",
        "propr",
        "prop2",
        "unnomdequestionvrai2",
        "q1",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${age} >= 18 and ${age} < 99", "((age.NAOK >= 18) and (age.NAOK < 99))"),
        ("${statut} = 'proprietaire'", '(statut.NAOK == "prop")'),
        ("${statut} != ''", "!is_empty(statut.NAOK)"),
        ("selected(${statut}, 'proprietaire')", '(statut.NAOK == "prop")'),
        ("not(selected(${motifs}, 'emploi'))", '!((motifs_emploi.NAOK == "Y"))'),
        ("selected(${motifs}, 'autre')", "(!is_empty(motifs_other.NAOK))"),
        ("count-selected(${motifs}) <= 3", "(count(that.motifs.NAOK) <= 3)"),
        ("regex(., '\\d{5}')", 'regexMatch("/^(?:[0-9]{5})$/", age.NAOK)'),
        ("if(${age} > 3, 'a', 'b')", 'if((age.NAOK > 3), "a", "b")'),
        ("coalesce(${age}, 0)", "if(is_empty(age.NAOK), 0, age.NAOK)"),
        ("${age} mod 2 = -1", "((age.NAOK - 2 * floor(age.NAOK / 2)) == -(1))"),
        ("contains(${age}, '4.')", 'regexMatch("/4[.]/", age.NAOK)'),
        ("starts-with(${age}, '4')", 'regexMatch("/^4/", age.NAOK)'),
        ("${motifs} = ''", "(count(that.motifs.NAOK) == 0)"),
        (
            "today() - ${jour} > 30",
            '(((strtotime(date("Y-m-d")) / 86400) - (strtotime(jour.NAOK) / 86400)) > 30)',
        ),
        ("${jour} >= date('2024-01-31')", '(jour.NAOK >= "2024-01-31")'),
        ("jr:choice-name(${statut}, '${statut}')", "statut.shown"),
        ("sum(${surface}) + indexed-repeat(${surface}, ${logement}, 2)", "(sum(l1.NAOK, l2.NAOK) + l2.NAOK)"),
        ("${accord} = 'OK'", '(accord.NAOK == "Y")'),
    ],
)
def test_expressions_of_limesurvey(text, expected):
    targets = {
        "age": Target("age", QuestionType.INTEGER, {}),
        "statut": Target("statut", QuestionType.SELECT_ONE, {"proprietaire": "prop"}),
        "motifs": Target("motifs", QuestionType.SELECT_MULTIPLE, {"emploi": "emploi", "autre": "-oth-"}),
        "accord": Target("accord", QuestionType.ACKNOWLEDGE, {}),
        "jour": Target("jour", QuestionType.DATE, {}),
    }
    surfaces = tuple(Target(name, QuestionType.INTEGER, {}) for name in ("l1", "l2"))
    assert translate(text, targets, "age", {"surface": surfaces}) == expected


@pytest.mark.parametrize(
    "text", ["position(..) > 1", "${absent} = 1", "indexed-repeat(${age}, ${r}, 1)", "${age} | ${age}"]
)
def test_expressions_without_an_equivalent(text):
    with pytest.raises(Untranslatable):
        translate(text, {"age": Target("age", QuestionType.INTEGER, {})}, "age")


def test_limesurvey_rows_follow_its_importer():
    """Column by column, as `TSVImportSurvey` reads them: scale 0, codes of defaults, texts in HTML, rows alike by language."""
    study = parse_yaml(
        """
langues: [fr, en]
listes:
  l: [{nom: 1:30, libelle: {fr: "Une heure & < 2", en: "1 h"}}, {nom: autre, libelle: {fr: "Autre cas", en: Else}, preciser: oui}]
questions:
  - {type: choix_unique, liste: l, nom: a, libelle: "Temps {réel} ?", defaut: 1:30}
  - {type: choix_multiple, liste: l, nom: m, libelle: M, defaut: 1:30, contrainte: "count-selected(.) < 3"}
  - {type: tableau, liste: l, nom: t, libelle: T, lignes: [{nom: le_lieu, libelle: X}, {nom: lelieu, libelle: Y}]}
  - {type: caché, nom: lot, defaut: "07"}
  - {type: date, nom: d, libelle: D, precision: mois, obligatoire_si: "${a} = 'autre'"}
  - {boucle: r, titre: {fr: Logement, en: Home}, questions: [{type: calcul, nom: rang, calcul: "position(..)"}]}
""",
        file="q.yaml",
    )
    structure, rows = rows_of(study)
    _, english = rows_of(study, "en")
    shape = lambda found: [(row["class"], row["name"]) for row in found if row["class"] in ("Q", "SQ", "A")]  # noqa: E731
    assert shape(rows) == shape(english)
    by_name = {(row["class"], row["name"]): row for row in rows}
    assert {row["type/scale"] for row in rows if row["class"] in ("SQ", "A")} == {"0"}
    assert by_name["A", "130"]["text"] == "Une heure &amp; &lt; 2"
    question = by_name["Q", "a"]
    assert (question["text"], question["default"], question["other_replace_text"]) == (
        "Temps { réel} ?",
        "130",
        "Autre cas",
    )
    assert by_name["Q", "m"]["em_validation_q"] == "count(that.m.NAOK) == 0 or ((count(that.m.NAOK) < 3))"
    assert by_name["SQ", "130"]["default"] == "Y"
    assert [row["name"] for row in rows if row["class"] == "SQ"][1:] == ["lelieu", "lelieu2"]
    assert (by_name["Q", "lot"]["text"], by_name["Q", "d"]["date_format"]) == ("07", "mm/yyyy")
    assert [row["text"] for row in rows if row["name"].endswith("rang")] == ["{1}", "{2}"]
    assert [row["name"] for row in english if row["class"] == "G"][1:] == ["Home (1)", "Home (2)"]
    assert [each.message.partition(" : ")[2] for each in structure.problems] == [
        "l'expression « ${a} = 'autre' » de « d » n'a pas d'équivalent dans LimeSurvey (l'obligation sous condition). "
        "Réécrivez-la dans LimeSurvey après l'import."
    ]


def test_what_limesurvey_cannot_say_is_told():
    study = parse_yaml('questions: [{nom: a, libelle: A, filtre: "position(..) > 1"}]', file="f.yaml")
    (problem,) = limesurvey_structure(study).problems
    assert problem.message.startswith(
        "f.yaml, ligne 1 : l'expression « position(..) > 1 » de « a » n'a pas d'équivalent dans LimeSurvey (la fonction position())"
    )


# ── data entry ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_data_entry_columns(habitants):
    sheets = {name: [column.name for column in columns] for name, columns in entry_sheets(habitants).items()}
    assert sheets == {
        "reponses": [
            "_index",
            "pseudo",
            "accord",
            "age",
            "statut",
            "statut_autre",
            "loyer",
            "motifs/01004",
            "motifs/nsp",
            "satis_loyer",
            "satis_bruit",
            "freins",
        ],
        "episode": ["_parent_index", "arrivee"],
    }


def test_data_entry_of_ranges_agreements_and_soft_checks(tmp_path):
    study = parse_yaml(
        """
questions:
  - {type: accord, nom: ok, libelle: "J'accepte"}
  - {type: curseur, nom: note, libelle: "Note de ${ok}", parametres: "start=0 end=10 step=1"}
  - {type: entier, nom: n, libelle: N, contrainte: ". < 5", niveau: informatif}
""",
        file="q.yaml",
    )
    write_dataentry(study, tmp_path / "saisie.xlsx")
    sheet = load_workbook(tmp_path / "saisie.xlsx")["reponses"]
    rules = [
        (each.error, each.formula1, each.formula2, each.errorStyle)
        for each in sheet.data_validations.dataValidation
    ][1:]
    assert rules == [
        ("OK, ou rien.", '"OK"', None, None),
        ("Un nombre.", "0", "10", None),
        ("Un nombre entier.", "4", None, "warning"),
    ]
    assert sheet["C1"].value == "Note de […]"


def test_data_entry_validations(habitants, tmp_path):
    write_dataentry(habitants, tmp_path / "saisie.xlsx")
    workbook = load_workbook(tmp_path / "saisie.xlsx")
    sheet = workbook["reponses"]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert rules["E3:E1002"].formula1 == "listes!$A$1:$A$2"
    assert rules["D3:D1002"].type == "whole" and rules["H3:H1002"].formula1 == '"1,0"'
    assert [cell.value for cell in workbook["listes"]["A"]] == ["Locataire", "Autre (préciser)"]
    assert workbook["listes"].sheet_state == "hidden"
    assert sheet["L3"].number_format == "@"
    assert all(cell.data_type == "s" for row in sheet.iter_rows(max_row=2) for cell in row)


def test_answers_typed_in_the_workbook_are_read(habitants, tmp_path):
    write_dataentry(habitants, tmp_path / "saisie.xlsx")
    workbook = load_workbook(tmp_path / "saisie.xlsx")
    sheet = workbook["reponses"]
    typed = {
        "_index": 1,
        "pseudo": "R1",
        "age": 30,
        "statut": "Locataire",
        "motifs/01004": 1,
        "freins": "=rien",
    }
    for cell in sheet[2]:
        if cell.value in typed:
            sheet.cell(3, cell.column).value = typed[cell.value]
            sheet.cell(3, cell.column).data_type = "n" if isinstance(typed[cell.value], int) else "s"
    workbook.save(tmp_path / "saisie.xlsx")
    rows = read_workbook(tmp_path / "saisie.xlsx").sheet("reponses").head(3)
    assert {name: value for name, value in zip(rows[1], rows[2], strict=False) if value != ""} == typed


@pytest.mark.parametrize(
    ("constraint", "kind", "expected"),
    [
        (". >= 16 and . <= 110", QuestionType.INTEGER, Bounds(16, 110)),
        (". > 0 and 10 > .", QuestionType.INTEGER, Bounds(1, 9)),
        (". >= -5", QuestionType.DECIMAL, Bounds(-5, None)),
        (". < 10 or . = 99", QuestionType.DECIMAL, Bounds()),
        (". >= ${autre}", QuestionType.DECIMAL, Bounds()),
        (". >=", QuestionType.DECIMAL, Bounds()),
        ("", QuestionType.DECIMAL, Bounds()),
    ],
)
def test_bounds(constraint, kind, expected):
    assert bounds_of(Question("a", kind, "A", constraint=constraint)) == expected
