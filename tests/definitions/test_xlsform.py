"""XLSForms: read tolerantly, written for every collection tool, the same thing both ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.exchange.xlsform import write_xlsform, xlsform_sheets
from habitat_enquete.ingest.definitions.questionnaires import read
from habitat_enquete.ingest.definitions.xlsform import parse_sheets, read_leniently, read_xlsform
from habitat_enquete.ingest.definitions.xlsform_sheets import language_code, markdown_sheets
from habitat_enquete.model.questionnaire import QuestionType


def survey(table: str):
    """The questionnaire of a form written as Markdown, and its problems."""
    return parse_sheets(markdown_sheets(table), file="f.xlsx")


def test_yaml_to_xlsform_and_back_is_the_same_questionnaire(habitants, without_places, tmp_path):
    write_xlsform(habitants, tmp_path / "lozere.xlsx")
    read_back, problems = read_leniently(tmp_path / "lozere.xlsx")
    assert problems == []
    assert without_places(read_back) == without_places(habitants)


def test_the_written_survey(habitants):
    rows = xlsform_sheets(habitants)["survey"]
    columns = {name: rank for rank, name in enumerate(rows[0])}
    shown = [" ".join(filter(None, row[:2])) for row in rows[1:]]
    assert shown == [
        "start debut_saisie",
        "acknowledge accord",
        "begin_group profil",
        "integer age",
        "select_one statut statut",
        "text statut_autre",
        "begin_group revenus",
        "decimal loyer",
        "end_group",
        "end_group",
        "select_multiple motif motifs",
        "begin_group satis",
        "select_one statut satis_loyer",
        "select_one statut satis_bruit",
        "end_group",
        "begin_repeat episode",
        "date arrivee",
        "end_repeat",
        "image photo",
        "text freins",
    ]
    motifs = next(row for row in rows if row[1] == "motifs")
    assert motifs[columns["constraint"]] == (
        "(selected(., '01004') or count-selected(.) > 0) and count-selected(.) <= 2 "
        "and not(selected(., 'nsp') and count-selected(.) > 1)"
    )
    assert next(row for row in rows if row[1] == "loyer")[columns["label::Français (fr)"]] == "Loyer (€)"


def test_texts_are_never_formulas(habitants, tmp_path):
    from openpyxl import load_workbook

    write_xlsform(habitants, tmp_path / "f.xlsx")
    sheet = load_workbook(tmp_path / "f.xlsx")["choices"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=Emploi"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "01004" in {cell.value for row in sheet.iter_rows() for cell in row}


def test_pyxform_and_odk_validate_accept_it_without_a_warning(habitants, tmp_path):
    xls2xform = pytest.importorskip("pyxform.xls2xform")
    validator = pytest.importorskip("pyxform.validators.odk_validate")
    write_xlsform(habitants, tmp_path / "f.xlsx")
    assert xls2xform.convert(tmp_path / "f.xlsx", validate=_has_java(validator)).warnings == []


def _has_java(validator) -> bool:
    try:
        return bool(validator.check_java_available() or True)
    except OSError:
        return False


def test_headers_in_any_case_alias_or_language():
    form, problems = survey(
        """
        | Survey |
        | | TYPE | Name | Caption::English (en) | label:French | bind:relevant | bind:jr:constraintMsg | Read Only | odd |
        | | string | a | Q | Question | ${b} = 1 | No | yes | x |
        | SETTINGS |
        | | id_string | title | default_language |
        | | f1 | Form | French |
        """
    )
    question = form.question("a")
    assert (form.id, form.title, form.language, form.languages) == ("f1", "Form", "fr", ("fr", "en"))
    assert (question.label, question.labels, question.relevant, question.constraint_message) == (
        "Question",
        {"en": "Q"},
        "${b} = 1",
        "No",
    )
    assert question.read_only and problems == []


@pytest.mark.parametrize(
    ("word", "kind", "detail"),
    [
        ("select_one l", QuestionType.SELECT_ONE, "l"),
        ("select one from l", QuestionType.SELECT_ONE, "l"),
        ("select1 l", QuestionType.SELECT_ONE, "l"),
        ("select all that apply from l", QuestionType.SELECT_MULTIPLE, "l"),
        ("select_multiple l", QuestionType.SELECT_MULTIPLE, "l"),
        ("rank l", QuestionType.RANK, "l"),
        ("int", QuestionType.INTEGER, None),
        ("string", QuestionType.TEXT, None),
        ("photo", QuestionType.FILE, None),
        ("get device id", QuestionType.METADATA, None),
        ("gps", QuestionType.GEOPOINT, None),
        ("geotrace", QuestionType.GEOPOINT, None),
        ("datetime", QuestionType.DATETIME, None),
        ("add note prompt", QuestionType.NOTE, None),
        ("end", QuestionType.METADATA, None),
    ],
)
def test_types_in_all_their_spellings(word, kind, detail):
    form, problems = survey(f"| survey |\n| | type | name | label |\n| | {word} | a | A |")
    assert (form.question("a").type, form.question("a").choices, problems) == (kind, detail, [])


def test_or_other_adds_a_choice_and_a_text():
    form, _ = survey(
        """
        | survey |
        | | type | name | label |
        | | select one from sexes or specify other | sex | S |
        | choices |
        | | list name | name | label |
        | | sexes | m | M |
        """
    )
    assert [each.name for each in form.choices_of(form.question("sex"))] == ["m", "other"]
    assert [each.name for each in form.asked()] == ["sex", "sex_other"]


def test_select_from_file_and_filters():
    form, _ = survey(
        """
        | survey |
        | | type | name | label | choice_filter |
        | | select_one_from_file communes.csv | commune | C | epci = ${epci} |
        """
    )
    commune = form.question("commune")
    assert (commune.choices_file, commune.choices, commune.choice_filter) == (
        "communes.csv",
        None,
        "epci = ${epci}",
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "| | textt | a | A |",
            "f.xlsx, survey!A2 : le type « textt » n'existe pas. Vouliez-vous dire « text » ?",
        ),
        ("| | text | | A |", "f.xlsx, survey!B2 : une question n'a pas de nom"),
        (
            "| | text | a | A |\n| | text | a | B |",
            "f.xlsx, survey!B3 : le nom « a » est déjà pris (ligne 2)",
        ),
        ("| | begin_group | g | G |", "f.xlsx, survey!A2 : le bloc « g » n'est jamais refermé"),
        ("| | end_group | | |", "f.xlsx, survey!A2 : « end_group » ne referme aucun bloc"),
        (
            "| | begin_group | g | |\n| | end_repeat | | |",
            "le bloc « g », ouvert ligne 2, est refermé par l'autre sorte",
        ),
        ("| | | a | A |", "f.xlsx, survey!A2 : « a » n'a pas de type, cette ligne est ignorée"),
    ],
)
def test_what_is_wrong_is_told_with_its_cell_and_the_rest_is_read(rows, message):
    form, problems = survey(f"| survey |\n| | type | name | label |\n{rows}\n| | text | fin | F |")
    assert message in " ".join(each.message for each in problems)
    assert form.question("fin").label == "F"


def test_choices_out_of_order():
    _, problems = survey(
        """
        | survey |
        | | type | name | label |
        | | select_one l | a | A |
        | choices |
        | | list_name | name | label |
        | | l | x | X |
        | | l | x | Y |
        | | l | | Z |
        """
    )
    assert [each.message.split(". ")[0] for each in problems] == [
        "f.xlsx, choices!B3 : la modalité « x » est écrite deux fois dans la liste « l »",
        "f.xlsx, choices!B4 : une modalité n'a pas de nom",
    ]


def test_choices_kept_on_their_own_sheet():
    form, _ = survey(
        """
        | survey |
        | | type | name | label | choice_filter |
        | | select_one_external communes | c | C | epci = ${e} |
        | external_choices |
        | | list_name | name | label | epci |
        | | communes | 48095 | Mende | e1 |
        """
    )
    (choice,) = form.choices_of(form.question("c"))
    assert (choice.name, choice.attributes) == ("48095", {"epci": "e1"})


def test_an_export_is_not_a_form():
    with pytest.raises(EnqueteError, match=r"« f\.xlsx » n'est pas un XLSForm.*feuilles : réponses"):
        parse_sheets({"réponses": [["age", "statut"], ["1", "2"]]}, file="f.xlsx")


def test_patterns_that_differ_are_left_as_written():
    form, _ = survey(
        """
        | survey |
        | | type | name | label | relevant | appearance |
        | | select_one l | a | A | | |
        | | text | a_autre | Lequel ? | selected(${a}, 'autre') | |
        | | begin_group | t | T | | table-list |
        | | select_one l | autrement | L1 | | |
        | | end_group | | | | |
        | choices |
        | | list_name | name | label |
        | | l | autre | Autre |
        """
    )
    assert [each.name for each in form.questions] == ["a", "a_autre", "autrement"]
    assert form.groups[0].appearance == "table-list"


def test_languages():
    assert [language_code(each) for each in ("Français (fr)", "English", "EN", "Occitan")] == [
        "fr",
        "en",
        "en",
        "Occitan",
    ]


# ── real forms ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_form_of_pyxform_is_read_and_written(real_data, tmp_path):
    folder = real_data / "xlsform" / "pyxform" / "example_xls"
    files = [each for each in folder.iterdir() if each.suffix in {".xls", ".xlsx", ".md"}]
    assert len(files) > 40
    for file in files:
        form = read_xlsform(file)
        assert form.questions, file.name
        write_xlsform(form, tmp_path / "again.xlsx")
        again = read_xlsform(tmp_path / "again.xlsx")
        assert [each.name for each in again.asked()] == [each.name for each in form.asked()], file.name


@pytest.mark.parametrize("name", ["Abidjan_2022.xls", "Nairobi_2021.xls"])
def test_forms_really_fielded_that_pyxform_refuses(real_data: Path, name):
    form, problems = read_leniently(real_data / "kobo_habitat" / name)
    assert len(form.questions) == 103 and len(form.repeats) == 2
    assert [(each.code, each.column, each.row) for each in problems] == [
        ("QUESTION_DUPLICATE", "B", 62),
        ("QUESTION_DUPLICATE", "B", 129),
    ]


def test_reference_study(real_data: Path, without_places, tmp_path):
    study = read(real_data / "questionnaires" / "enquete_habitat.yaml")
    twin = read_xlsform(real_data / "questionnaires" / "enquete_habitat.xlsx")
    assert [each.name for each in twin.asked()] == [each.name for each in study.asked()]
    write_xlsform(study, tmp_path / "f.xlsx")
    assert without_places(read_xlsform(tmp_path / "f.xlsx")) == without_places(study)
