"""Every way in which real files go wrong, and what the import makes of it."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from exporters import csv_text, write_xlsx

from habitat_enquete.errors import EnqueteError, Problem
from habitat_enquete.ingest.run import ImportResult, import_responses
from habitat_enquete.project import Project
from habitat_enquete.store import responses as table
from habitat_enquete.store.connection import Store

FORM = """\
id: enquete
titre: Enquête
version: "1"
repondant: {id: id_repondant}
listes:
  statut: [{name: prop, label: Propriétaire, aliases: [propriétaire occupant]}, {name: loc, label: Locataire}, {name: autre, label: Autre}]
  motif: [{name: emploi, label: Un emploi}, {name: famille, label: "La famille, les proches"}, {name: nsp, label: Ne sait pas / non réponse}]
  ouinon: [{name: oui, label: Oui}, {name: non, label: Non}]
questions:
  - {type: integer, name: age, label: Quel âge avez-vous ?, required: true, constraint: ". >= 16 and . <= 110"}
  - {type: text, name: code_insee, label: Code Insee de la commune}
  - {type: select_one, list: statut, name: statut, label: Statut d'occupation}
  - {type: select_multiple, list: motif, name: motifs, label: Vos motifs}
  - {type: decimal, name: loyer, label: Loyer mensuel, relevant: "${statut} = 'loc'"}
  - {type: date, name: arrivee, label: Date d'arrivée}
  - {type: select_one, list: ouinon, name: voiture, label: Avez-vous une voiture ?}
  - {type: text, name: freins, label: Quels freins ?, coder: true}
"""
TODAY = dt.date(2026, 6, 1)
HEAD = ["id_repondant", "age", "code_insee", "statut", "motifs", "loyer", "arrivee", "voiture", "freins"]


class Study:
    """A study with one questionnaire, where tables are imported and read back."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project = project
        self.folder = folder

    def questionnaire(self, text: str) -> None:
        """Replace the questionnaire."""
        (self.project.questionnaires / "sorvelle.yaml").write_text(text, encoding="utf-8")

    def sheet(self, *rows: list[Any], head: list[Any] | None = None, name: str = "r.xlsx") -> Path:
        """A workbook with these rows under a header."""
        return write_xlsx(self.folder / name, {"Réponses": [head or HEAD, *rows]})

    def take(self, path: Path, **options: Any) -> ImportResult:
        """Import a file."""
        return import_responses(self.project, path, today=TODAY, **options)

    def answer(self, question: str, respondent: str = "R1") -> list[tuple[str, str]]:
        """The values and states of one answer."""
        return [(a.value, a.state.value) for a in self._answers(respondent) if a.question == question]

    def cell(self, question: str, respondent: str = "R1") -> str:
        """Where the answer came from."""
        return next(f"{a.sheet}!{a.cell}" for a in self._answers(respondent) if a.question == question)

    def _answers(self, respondent: str) -> Any:
        with Store(self.project.database) as store:
            return next(r.answers for r in table.responses(store) if r.respondent == respondent)

    def respondents(self) -> list[str]:
        """Who answered."""
        with Store(self.project.database) as store:
            return [response.respondent for response in table.responses(store)]


@pytest.fixture
def study(survey: Project, tmp_path: Path) -> Study:
    found = Study(survey, tmp_path)
    found.questionnaire(FORM)
    return found


def row(**answers: Any) -> list[Any]:
    """One respondent's row: R1, 40 years old, and what is given."""
    return [{"id_repondant": "R1", "age": 40, **answers}.get(name, "") for name in HEAD]


def places(result: ImportResult) -> list[tuple[str, str]]:
    """The problems: code and cell."""
    return [(p.code, f"{p.column}{p.row or ''}") for p in result.problems]


def told(result: ImportResult, code: str) -> Problem:
    """The only problem of this code."""
    (found,) = [p for p in result.problems if p.code == code]
    return found


# ── headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_header_is_found_under_titles(study: Study) -> None:
    path = study.folder / "r.xlsx"
    write_xlsx(path, {"F": [["Enquête habitat 2026"], [], ["Extraction du 3 mai"], HEAD, row(statut="loc")]})
    study.take(path)
    assert study.answer("statut") == [("loc", "answered")]
    assert study.cell("statut") == "F!D5"


def test_header_row_can_be_forced(study: Study) -> None:
    path = write_xlsx(study.folder / "r.xlsx", {"F": [HEAD, ["x"] * 9, HEAD, row(statut="loc")]})
    assert study.take(path, header_row=3).rows == 1


def test_header_row_that_designates_nothing_is_refused(study: Study) -> None:
    with pytest.raises(EnqueteError, match="la ligne d'en-tête 2 ne désigne aucune question"):
        study.take(write_xlsx(study.folder / "r.xlsx", {"F": [["a"], ["b"], HEAD, row()]}), header_row=2)


def test_tag_row_under_the_header_is_no_data(study: Study) -> None:
    tags = ["#respondent+id", *("#indicator" for _ in HEAD[1:])]
    assert study.take(study.sheet(tags, row())).rows == 1


def test_three_header_rows_of_qualtrics_are_no_data(study: Study) -> None:
    labels = [
        "Identifiant",
        "Quel âge avez-vous ?",
        "Code Insee de la commune",
        "Statut d'occupation",
        *HEAD[4:],
    ]
    tags = [f'{{"ImportId":"{name}"}}' for name in HEAD]
    assert study.take(study.sheet(labels, tags, row(statut="loc"))).rows == 1


@pytest.mark.parametrize(
    "header",
    ["Statut d'occupation", "STATUT", "Statut d’occupation *", "Statut d'occupation :", "3. Statut d'occupation",
     "Q3 - Statut d'occupation", "statut. Statut d'occupation", "Statut_d'occupation", "  statut\u00a0d'occupation "],
)  # fmt: skip
def test_header_is_matched_by_name_or_label_however_written(study: Study, header: str) -> None:
    head = [header if name == "statut" else name for name in HEAD]
    study.take(study.sheet(row(statut="Locataire"), head=head))
    assert study.answer("statut") == [("loc", "answered")]


def test_choice_label_with_a_slash_is_found_in_the_header(study: Study) -> None:
    head = ["id_repondant", "age", "Vos motifs/Un emploi", "Vos motifs/Ne sait pas / non réponse"]
    study.take(study.sheet(["R1", 40, 0, 1], head=head))
    assert study.answer("motifs") == [("nsp", "dont_know")]


def test_unknown_header_is_proposed_and_read_once_accepted(study: Study) -> None:
    head = ["Loyer par mois" if name == "loyer" else name for name in HEAD]
    path = study.sheet(row(statut="loc", loyer=500), head=head)

    first = study.take(path)

    assert (
        "« Loyer par mois » ne désigne aucune question. Peut-être « loyer » ?"
        in told(first, "COLUMN_UNKNOWN").message
    )
    assert first.proposed == ("correspondances.yaml",)
    mapping = study.project.root / "correspondances.yaml"
    assert 'Loyer par mois: "loyer ?"' in mapping.read_text(encoding="utf-8")
    assert study.answer("loyer") == []

    mapping.write_text(mapping.read_text(encoding="utf-8").replace("loyer ?", "loyer"), encoding="utf-8")
    assert study.take(path).changed == 1
    assert study.answer("loyer") == [("500", "answered")]


def test_file_whose_headers_only_resemble_is_proposed_then_read_once_accepted(study: Study) -> None:
    path = study.folder / "r.csv"
    head = ["id_repondant", "Âge de la personne", "Statut occupation logement", "Extrait", "freins"]
    path.write_text(csv_text([head, ["R1", "40", "Locataire", "non", "aucun"]]), encoding="utf-8")
    with pytest.raises(EnqueteError, match=r"ressemble aux réponses à « enquete ».*correspondances\.yaml"):
        study.take(path)
    mapping = study.project.root / "correspondances.yaml"
    mapping.write_text(mapping.read_text(encoding="utf-8").replace(' ?"', '"'), encoding="utf-8")
    assert study.take(path).added == 1
    assert study.answer("statut") == [("loc", "answered")]


def test_decision_about_an_unknown_question_is_told_with_its_line(study: Study) -> None:
    (study.project.root / "correspondances.yaml").write_text("enquete:\n  Colonne: loier\n", encoding="utf-8")
    found = told(study.take(study.sheet(row())), "MAPPING_QUESTION_UNKNOWN")
    assert found.message == (
        "correspondances.yaml, ligne 2 : « loier » n'est pas une question de « enquete ». Vouliez-vous dire « loyer » ?"
    )


def test_ignored_column_is_no_longer_told(study: Study) -> None:
    (study.project.root / "correspondances.yaml").write_text("enquete:\n  Notes: ignorer\n", encoding="utf-8")
    result = study.take(study.sheet([*row(), "à rappeler"], head=[*HEAD, "Notes"]))
    assert "COLUMN_UNKNOWN" not in [p.code for p in result.problems]


TWICE = FORM + "  - {type: text, name: conjoint, label: Statut d'occupation}\n"


def test_two_questions_of_the_same_label_are_told_apart_by_order(study: Study) -> None:
    study.questionnaire(TWICE)
    head = [
        "id_repondant",
        "Quel âge avez-vous ?",
        "Statut d'occupation",
        "Quels freins ?",
        "Statut d'occupation",
    ]
    study.take(study.sheet(["R1", 40, "Locataire", "", "propriétaire"], head=head))
    assert study.answer("statut") == [("loc", "answered")]
    assert study.answer("conjoint") == [("propriétaire", "answered")]


def test_header_that_may_designate_two_questions_is_an_error_that_lists_them(study: Study) -> None:
    study.questionnaire(TWICE)
    result = study.take(
        study.sheet(
            ["R1", "Locataire", 40, ""], head=["id_repondant", "Statut d'occupation", "age", "freins"]
        )
    )
    found = told(result, "COLUMN_AMBIGUOUS")
    assert "peut désigner statut, conjoint" in found.message
    assert found.place == "r.xlsx, Réponses!B1"


def test_second_column_of_a_question_is_an_error_and_the_first_is_kept(study: Study) -> None:
    result = study.take(
        study.sheet(["R1", 40, 50, "loc"], head=["id_repondant", "age", "Quel âge avez-vous ?", "statut"])
    )
    assert study.answer("age") == [("40", "answered")]
    assert "(déjà en colonne B)" in told(result, "COLUMN_DUPLICATE").message


def test_column_without_header_is_ignored_and_told(study: Study) -> None:
    result = study.take(study.sheet([*row(), 1], head=[*HEAD, None]))
    assert told(result, "COLUMN_UNNAMED").place == "r.xlsx, Réponses!J2"


def test_merged_header_covers_the_columns_below(study: Study) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for rank, cells in enumerate(
        (
            ["", "", "Vos motifs", "", ""],
            ["id_repondant", "age", "Un emploi", "La famille, les proches", "statut"],
            ["R1", 40, "X", "X", "loc"],
        ),
        1,
    ):
        for column, value in enumerate(cells, 1):
            sheet.cell(rank, column, value or None)
    sheet.merge_cells("C1:D1")
    workbook.save(study.folder / "r.xlsx")

    study.take(study.folder / "r.xlsx")

    assert study.answer("motifs") == [("emploi", "answered"), ("famille", "answered")]
    assert study.answer("statut") == [("loc", "answered")]


def test_merged_cells_in_the_data_are_told(study: Study) -> None:
    path = study.sheet(row(), row(id_repondant="R2"))
    workbook = openpyxl.load_workbook(path)
    workbook["Réponses"].merge_cells("D2:D3")
    workbook.save(path)
    assert told(study.take(path), "CELLS_MERGED").place == "r.xlsx, Réponses!D2"


def test_damaged_accents_of_headers_are_repaired(study: Study) -> None:
    head = [
        "id_repondant",
        "Quel ‚ge avez-vous ?".replace("‚", "â").encode("utf-8").decode("cp1252"),
        "Statut d'occupation",
    ]
    result = study.take(study.sheet(["R1", 40, "PropriÃ©taire"], head=head))
    assert study.answer("age") == [("40", "answered")]
    assert study.answer("statut") == [("prop", "answered")]
    assert told(result, "HEADER_REPAIRED")


# ── sheets ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_hidden_sheet_is_left_and_told_then_read_when_named(study: Study) -> None:
    path = write_xlsx(
        study.folder / "r.xlsx", {"Réponses": [HEAD, row()], "Archive": [HEAD, row(id_repondant="R9")]}
    )
    workbook = openpyxl.load_workbook(path)
    workbook["Archive"].sheet_state = "hidden"
    workbook.save(path)

    assert "« Archive »" in told(study.take(path), "SHEET_HIDDEN").message
    assert study.respondents() == ["R1"]
    study.take(path, sheet="Archive")
    assert study.respondents() == ["R1", "R9"]


def test_hidden_rows_are_read_and_counted(study: Study) -> None:
    path = study.sheet(row(), row(id_repondant="R2"))
    workbook = openpyxl.load_workbook(path)
    workbook["Réponses"].row_dimensions[3].hidden = True
    workbook.save(path)
    assert "lues comme les autres : 1." in told(study.take(path), "ROWS_HIDDEN").message
    assert study.respondents() == ["R1", "R2"]


def test_missing_sheet_is_refused_with_the_names_there_are(study: Study) -> None:
    with pytest.raises(
        EnqueteError, match=r"« r.xlsx » n'a pas de feuille « Feuil3 ». Ses feuilles : « Réponses »."
    ):
        study.take(study.sheet(row()), sheet="Feuil3")


REPEATED = (
    FORM
    + "  - repeat: episode\n    label: Épisode\n    questions:\n      - {type: text, name: lieu_ep, label: Lieu}\n"
)


def test_rows_of_a_repeat_without_a_parent_are_told(study: Study) -> None:
    study.questionnaire(REPEATED)
    path = write_xlsx(
        study.folder / "r.xlsx",
        {
            "Réponses": [[*HEAD, "_index"], [*row(), 1]],
            "episode": [["lieu_ep", "_parent_index"], ["Lyon", 1], ["Nîmes", 7]],
        },
    )
    result = study.take(path)
    assert study.answer("lieu_ep") == [("Lyon", "answered")]
    assert told(result, "REPEAT_ORPHAN").place == "r.xlsx, episode!3"


def test_repeat_sheet_without_a_link_is_told(study: Study) -> None:
    study.questionnaire(REPEATED)
    path = write_xlsx(
        study.folder / "r.xlsx", {"Réponses": [HEAD, row()], "episode": [["lieu_ep"], ["Lyon"]]}
    )
    assert "n'a aucune colonne qui la relie aux réponses" in told(study.take(path), "REPEAT_UNLINKED").message


def test_sheet_of_something_else_is_told(study: Study) -> None:
    path = write_xlsx(
        study.folder / "r.xlsx", {"Réponses": [HEAD, row()], "Lisez-moi": [["Bonjour"], ["à tous"]]}
    )
    assert "« Lisez-moi »" in told(study.take(path), "SHEET_UNKNOWN").message


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "value", "issue"),
    [
        ("12\u202f500\u00a0€", "12500", None),
        ("1 234,50", "1234.5", None),
        ("433,5 €", "433.5", None),
        ("1.234", "1.234", "NUMBER_AMBIGUOUS"),
        ("1.234,5", "1234.5", None),
        ("1,234.5", "1234.5", None),
        (725.2, "725.2", None),
        ("0", "0", None),
        ("environ 500", "environ 500", "ANSWER_NOT_NUMBER"),
    ],
)
def test_numbers_are_read_as_people_write_them(
    study: Study, typed: Any, value: str, issue: str | None
) -> None:
    result = study.take(study.sheet(row(statut="loc", loyer=typed)))
    assert study.answer("loyer")[0][0] == value
    assert [code for code, _ in places(result)] == ([issue] if issue else [])


@pytest.mark.parametrize(
    ("typed", "value", "issue"),
    [
        ("12/03/2019", "2019-03-12", None),
        ("12/3/19", "2019-03-12", None),
        ("03/2019", "2019-03", None),
        ("2019", "2019", None),
        ("mars 2019", "2019-03", None),
        ("1er mars 2019", "2019-03-01", None),
        ("2019-03-12T10:00:00", "2019-03-12", None),
        (dt.date(2019, 3, 12), "2019-03-12", None),
        (43536, "2019-03-12", None),
        ("43536", "2019-03-12", None),
        (2019, "2019", None),
        ("03/25/2019", "2019-03-25", "DATE_MONTH_FIRST"),
        ("2999-12-31", "2999-12-31", "DATE_SUSPECT"),
        (dt.date(1903, 5, 1), "1903-05-01", "DATE_SUSPECT"),
        (dt.date(2026, 6, 20), "2026-06-20", "DATE_SUSPECT"),
        ("31/02/2019", "31/02/2019", "ANSWER_NOT_DATE"),
        ("il y a dix ans", "il y a dix ans", "ANSWER_NOT_DATE"),
    ],
)
def test_dates_are_read_as_people_write_them(study: Study, typed: Any, value: str, issue: str | None) -> None:
    result = study.take(study.sheet(row(arrivee=typed)))
    assert study.answer("arrivee")[0][0] == value
    assert [code for code, _ in places(result)] == ([issue] if issue else [])


def test_year_typed_in_a_date_cell_is_a_year_again(study: Study) -> None:
    path = study.sheet(row())
    workbook = openpyxl.load_workbook(path)
    cell = workbook["Réponses"]["G2"]
    cell.value, cell.number_format = 2019, "dd/mm/yyyy"
    workbook.save(path)
    assert told(study.take(path), "DATE_IS_YEAR").place == "r.xlsx, Réponses!G2"
    assert study.answer("arrivee") == [("2019", "answered")]


def test_number_shown_as_a_date_is_a_number_again(study: Study) -> None:
    path = study.sheet(row())
    workbook = openpyxl.load_workbook(path)
    cell = workbook["Réponses"]["B2"]
    cell.value, cell.number_format = 40, "dd/mm/yyyy"
    workbook.save(path)
    assert told(study.take(path), "NUMBER_AS_DATE").place == "r.xlsx, Réponses!B2"
    assert study.answer("age") == [("40", "answered")]


def test_calendar_of_1904_is_followed(study: Study) -> None:
    workbook = openpyxl.Workbook()
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["id_repondant", "age", "arrivee"])
    sheet.append(["R1", 40, dt.date(2019, 3, 12)])
    workbook.save(study.folder / "r.xlsx")
    study.take(study.folder / "r.xlsx")
    assert study.answer("arrivee") == [("2019-03-12", "answered")]


def test_commune_code_gets_its_zeros_back(study: Study) -> None:
    result = study.take(study.sheet(row(code_insee=1004)))
    assert study.answer("code_insee") == [("01004", "answered")]
    assert "01004 est lu" in told(result, "CODE_PADDED").message


def test_codes_already_text_stay_as_they_are(study: Study) -> None:
    assert study.take(study.sheet(row(code_insee="2A004"))).problems == ()
    assert study.answer("code_insee") == [("2A004", "answered")]


@pytest.mark.parametrize("text", ["NA", "None", "N/A", "null", "nan", "NSP", "Néant"])
def test_words_that_other_readers_take_for_blanks_stay_answers(study: Study, text: str) -> None:
    study.take(study.sheet(row(freins=text)))
    assert study.answer("freins") == [(text, "answered")]


def test_people_who_do_not_know_a_number_are_not_wrong(study: Study) -> None:
    result = study.take(study.sheet(row(statut="loc", loyer="NSP")))
    assert study.answer("loyer") == [("NSP", "dont_know")]
    assert result.errors == 0


def test_formula_that_was_an_answer_gets_its_text_back(study: Study) -> None:
    path = study.sheet(row(freins="x"))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    start = sheet.index('<c r="I2"')
    end = sheet.index("</c>", start) + 4
    sheet = sheet[:start] + '<c r="I2"><f>&gt; logement de fonction</f><v>0</v></c>' + sheet[end:]
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)

    study.take(path)

    assert study.answer("freins") == [("=> logement de fonction", "answered")]


def test_formula_never_calculated_is_told(study: Study) -> None:
    path = study.sheet(row())
    workbook = openpyxl.load_workbook(path)
    workbook["Réponses"]["F2"] = "=400+50"
    workbook.save(path)
    assert told(study.take(path), "ANSWER_FORMULA").place == "r.xlsx, Réponses!F2"


def test_error_cell_is_not_a_blank(study: Study) -> None:
    path = study.sheet(row(statut="loc"))
    workbook = openpyxl.load_workbook(path)
    workbook["Réponses"]["F2"] = "#N/A"
    workbook.save(path)
    result = study.take(path)
    assert study.answer("loyer") == [("#N/A", "invalid")]
    assert told(result, "ANSWER_CELL_ERROR").place == "r.xlsx, Réponses!F2"


@pytest.mark.parametrize("mask", ["'=1+1", '"=1+1'])
def test_mask_of_exporters_is_taken_off(study: Study, mask: str) -> None:
    study.take(study.sheet(row(freins=mask)))
    assert study.answer("freins") == [("=1+1", "answered")]


def test_answer_cut_by_excel_is_told(study: Study) -> None:
    warning = "<WARNING: Truncated to Excel limit of 32767 characters!>"
    assert told(study.take(study.sheet(row(freins=f"{warning}Trop cher"))), "ANSWER_TRUNCATED")
    assert study.answer("freins") == [("Trop cher", "answered")]


# ── choices ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["loc", "Locataire", "LOCATAIRE", " locataire ", "Locataire."])
def test_choice_is_known_by_code_or_label(study: Study, text: str) -> None:
    study.take(study.sheet(row(statut=text)))
    assert study.answer("statut") == [("loc", "answered")]


@pytest.mark.parametrize(
    ("cell", "value"), [("Y", "oui"), ("N", "non"), (True, "oui"), (1, "oui"), (2, "non"), ("VRAI", "oui")]
)
def test_yes_and_no_are_known_in_any_guise(study: Study, cell: Any, value: str) -> None:
    study.take(study.sheet(row(voiture=cell)))
    assert study.answer("voiture") == [(value, "answered")]


@pytest.mark.parametrize(
    "cell",
    ["emploi famille", "Un emploi La famille, les proches", "Un emploi, La famille, les proches", "emploi;famille;",
     "famille|emploi", "Un emploi,La famille, les proches", "Un emploi\nLa famille, les proches", "emploi, famille"],
)  # fmt: skip
def test_joined_choices_are_cut_by_the_longest_known(study: Study, cell: str) -> None:
    study.take(study.sheet(row(motifs=cell)))
    assert study.answer("motifs") == [("emploi", "answered"), ("famille", "answered")]


@pytest.mark.parametrize(
    ("yes", "no"),
    [(1, 0), ("X", ""), ("Y", "N"), ("Oui", "Non"), ("TRUE", "FALSE"), ("coché", "non coché"), (True, False)],
)
def test_ticks_of_split_columns_are_known_in_any_guise(study: Study, yes: Any, no: Any) -> None:
    head = ["id_repondant", "age", "motifs/emploi", "motifs/famille", "motifs/nsp"]
    study.take(study.sheet(["R1", 40, yes, no, no], head=head))
    assert study.answer("motifs") == [("emploi", "answered")]


def test_whole_column_and_split_columns_that_disagree_are_told(study: Study) -> None:
    head = ["id_repondant", "age", "motifs", "motifs/emploi", "motifs/famille"]
    result = study.take(study.sheet(["R1", 40, "emploi", 0, 1], head=head))
    assert told(result, "ANSWER_SPLIT_DISAGREES").place == "r.xlsx, Réponses!C2"
    assert study.answer("motifs") == [("emploi", "answered")]


def test_unknown_choice_is_kept_told_and_recoded_once_decided(study: Study) -> None:
    path = study.sheet(row(statut="proprio"))

    first = study.take(path)

    assert told(first, "ANSWER_UNKNOWN_CHOICE").message == (
        "« proprio » n'est pas une modalité de « statut ». Vouliez-vous dire « Propriétaire » ? "
        "Décidez dans recodages.yaml, ou corrigez la cellule."
    )
    assert study.answer("statut") == [("proprio", "invalid")]
    recodings = study.project.root / "recodages.yaml"
    text = recodings.read_text(encoding="utf-8")
    assert 'proprio: "prop ?"' in text

    recodings.write_text(text.replace("prop ?", "prop"), encoding="utf-8")
    assert study.take(path).changed == 1
    assert study.answer("statut") == [("prop", "answered")]


def test_recoding_to_an_unknown_choice_is_told_with_its_line(study: Study) -> None:
    (study.project.root / "recodages.yaml").write_text(
        "enquete:\n  statut:\n    proprio: prp\n", encoding="utf-8"
    )
    assert told(study.take(study.sheet(row())), "RECODING_UNKNOWN").message == (
        "recodages.yaml, ligne 3 : « prp » n'est pas une modalité de « statut ». Vouliez-vous dire « prop » ?"
    )


def test_own_words_in_a_choice_cell_are_other_with_their_text(study: Study) -> None:
    rows = [row(id_repondant=f"R{n}", statut="Locataire") for n in range(2, 5)]
    result = study.take(study.sheet(row(statut="Chez mes parents"), *rows))
    assert study.answer("statut") == [("autre", "answered")]
    assert study.answer("statut_autre") == [("Chez mes parents", "answered")]
    assert told(result, "ANSWER_OTHER_TEXT").severity.value == "warning"


# ── missing, routing, rules ──────────────────────────────────────────────────────────────────────────────────────────


def test_missing_answers_are_of_four_kinds(study: Study) -> None:
    study.take(study.sheet(row(statut="prop", motifs="nsp", freins="")))
    assert study.answer("motifs") == [("nsp", "dont_know")]
    assert study.answer("freins") == [("", "no_answer")]
    assert study.answer("loyer") == [("", "not_asked")]
    assert study.answer("age") == [("40", "answered")]


def test_zeros_of_a_question_that_was_not_asked_are_not_a_no(study: Study) -> None:
    study.questionnaire(
        FORM.replace("label: Vos motifs}", "label: Vos motifs, relevant: \"${statut} = 'loc'\"}")
    )
    head = ["id_repondant", "age", "statut", "motifs", "motifs/emploi", "motifs/famille", "motifs/nsp"]
    study.take(study.sheet(["R1", 40, "prop", "", 0, 0, 0], ["R2", 41, "loc", "", 0, 0, 0], head=head))
    assert study.answer("motifs", "R1") == [("", "not_asked")]
    assert study.answer("motifs", "R2") == [("", "no_answer")]


def test_required_answer_missing_is_told_and_the_row_kept(study: Study) -> None:
    result = study.take(study.sheet(row(age="", statut="loc")))
    assert told(result, "ANSWER_REQUIRED").place == "r.xlsx, Réponses!B2"
    assert study.respondents() == ["R1"]


def test_answer_out_of_range_is_told_with_its_rule(study: Study) -> None:
    found = told(study.take(study.sheet(row(age=7))), "ANSWER_CONSTRAINT")
    assert found.message.startswith("« 7 » ne respecte pas la règle de « age » (. >= 16 and . <= 110).")
    assert study.answer("age") == [("7", "answered")]


def test_answer_to_a_question_not_to_be_asked_is_kept_and_told(study: Study) -> None:
    result = study.take(study.sheet(row(statut="prop", loyer=500)))
    assert study.answer("loyer") == [("500", "answered")]
    assert (
        "ne devait pas être posée (condition : ${statut} = 'loc')"
        in told(result, "ANSWER_NOT_RELEVANT").message
    )


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_blank_rows_notes_totals_and_second_headers_are_no_responses(study: Study) -> None:
    rows = [
        row(statut="loc"),
        [],
        HEAD,
        row(id_repondant="R2", statut="prop"),
        [],
        ["Total", 80],
        ["Source : enquête 2026"],
    ]
    result = study.take(study.sheet(*rows))
    assert study.respondents() == ["R1", "R2"]
    assert [code for code, _ in places(result)] == ["ROW_NOTE", "ROW_NOTE"]


def test_trial_rows_are_only_told(study: Study) -> None:
    result = study.take(study.sheet(row(freins="test")))
    assert "le mot « test »" in told(result, "ROW_TEST").message
    assert study.respondents() == ["R1"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("Draft", 1), ("_validation_status", "validation_status_not_approved"), ("ReviewState", "rejected")],
)
def test_drafts_and_refused_responses_are_left_out_and_counted(study: Study, column: str, value: Any) -> None:
    result = study.take(study.sheet([*row(), value], [*row(id_repondant="R2"), ""], head=[*HEAD, column]))
    assert (result.drafts, study.respondents()) == (1, ["R2"])


def test_drafts_are_kept_when_the_study_says_so(study: Study) -> None:
    (study.project.root / "enquete.yaml").write_text("import: {brouillons: garder}\n", encoding="utf-8")
    assert study.take(study.sheet([*row(), 1], head=[*HEAD, "Draft"])).drafts == 0


def test_response_without_consent_is_not_stored(study: Study) -> None:
    study.questionnaire(
        FORM.replace("repondant:", "consentement: {question: voiture, valeur: oui}\nrepondant:")
    )
    result = study.take(study.sheet(row(voiture="non"), row(id_repondant="R2", voiture="oui")))
    assert (result.without_consent, study.respondents()) == (1, ["R2"])


# ── identity and versions ────────────────────────────────────────────────────────────────────────────────────────────


def test_second_import_of_the_same_file_does_nothing(study: Study) -> None:
    path = study.sheet(row())
    study.take(path)
    before = study.project.database.read_bytes()
    assert study.take(path).unchanged
    assert study.project.database.read_bytes() == before


def test_same_answers_in_another_file_are_the_same_response(study: Study) -> None:
    study.take(study.sheet(row(statut="loc", motifs="famille emploi")))
    head = list(reversed(HEAD))
    other = study.sheet(
        list(reversed(row(statut="Locataire", motifs="Un emploi, La famille, les proches"))),
        head=head,
        name="b.xlsx",
    )
    result = study.take(other)
    assert (result.added, result.changed, result.same) == (0, 0, 1)


def test_edited_answer_is_a_new_version_that_says_what_changed(study: Study) -> None:
    study.take(study.sheet(row(statut="loc")))
    result = study.take(study.sheet(row(statut="prop", freins="Rien")))
    assert (result.added, result.changed) == (0, 1)
    with Store(study.project.database) as store:
        (_, nothing), (_, change) = table.history(store, "enquete", "R1")
    assert nothing == {}
    assert change == {"statut": ["loc", "prop"], "freins": ["", "Rien"]}
    assert study.answer("statut") == [("prop", "answered")]


def test_row_that_repeats_another_counts_once(study: Study) -> None:
    result = study.take(study.sheet(row(), row()))
    assert (result.added, result.duplicates) == (1, 1)
    assert "celle de la ligne 2" in told(result, "RESPONSE_DUPLICATE").message


def test_same_key_with_other_answers_keeps_both_versions_and_the_last_counts(study: Study) -> None:
    path = study.sheet(row(statut="loc"), row(statut="prop"))
    result = study.take(path)
    assert "Même identifiant que la ligne 2" in told(result, "RESPONSE_CONFLICT").message
    assert study.answer("statut") == [("prop", "answered")]
    again = study.take(study.sheet(row(statut="loc"), row(statut="prop"), row(id_repondant="R2")))
    assert (again.added, again.changed) == (1, 0)
    assert study.answer("statut") == [("prop", "answered")]


def test_stable_key_of_kobo_is_preferred_to_the_one_that_changes(study: Study) -> None:
    head = ["age", "statut", "_uuid", "_id", "meta/rootUuid"]
    study.take(study.sheet([40, "loc", "aaa", 7, "uuid:root-1"], head=head))
    result = study.take(study.sheet([40, "prop", "bbb", 7, "uuid:root-1"], head=head))
    assert (result.added, result.changed, study.respondents()) == (0, 1, ["root-1"])


def test_without_a_key_content_identifies_and_it_is_told(study: Study) -> None:
    head = ["Horodateur", "age", "statut"]
    rows = [["01/03/2026 10:00:00", 40, "loc"], ["01/03/2026 10:05:00", 40, "loc"]]
    result = study.take(study.sheet(*rows, head=head))
    assert told(result, "IDENTITY_WEAK")
    assert result.added == 2
    assert study.take(study.sheet(*rows, [None, 30, "prop"], head=head)).added == 1


def test_ranks_given_by_a_tool_are_told_apart_by_questionnaire(study: Study) -> None:
    study.take(study.sheet([12, 40, "loc"], head=["ID de la réponse", "age", "statut"]))
    assert study.respondents() == ["enquete-12"]


def test_own_id_declared_by_the_questionnaire_is_kept(study: Study) -> None:
    study.take(study.sheet(row(id_repondant=12)))
    assert study.respondents() == ["12"]


def test_limesurvey_writes_not_applicable_for_no_answer(study: Study) -> None:
    head = ["id", "submitdate", "lastpage", "startlanguage", *HEAD[1:]]
    study.take(
        study.sheet(
            [1, "2026-03-01 10:00:00", 3, "fr", *[cell or "N/A" for cell in row()[1:]]],
            head=head,
        )
    )
    assert study.answer("freins", "enquete-1") == [("", "no_answer")]


def test_two_people_who_answer_alike_without_a_key_are_both_counted(study: Study) -> None:
    assert study.take(study.sheet([40, "loc"], [40, "loc"], head=["age", "statut"])).added == 2


def test_telling_key_becomes_a_pseudonym(study: Study) -> None:
    study.take(study.sheet(row(id_repondant="anne.durand@exemple.org")))
    (who,) = study.respondents()
    assert who.startswith("r")
    assert b"durand" not in study.project.database.read_bytes()


def test_personal_columns_are_not_stored(study: Study) -> None:
    result = study.take(study.sheet([*row(), "Anne Durand", "192.0.2.7"], head=[*HEAD, "Nom", "IP Address"]))
    assert "« Nom », « IP Address »" in told(result, "COLUMNS_PERSONAL").message
    assert b"Durand" not in study.project.database.read_bytes()


# ── text files ───────────────────────────────────────────────────────────────────────────────────────────────────────

_ROWS = [
    ["id_repondant", "Quel âge avez-vous ?", "Quels freins ?"],
    ["R1", "40", "L'été, c'est loué « à la semaine »"],
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_text_files_are_read_in_any_encoding(study: Study, encoding: str, delimiter: str) -> None:
    path = study.folder / "r.csv"
    path.write_bytes(csv_text(_ROWS, delimiter).encode(encoding))
    study.take(path)
    assert study.answer("freins") == [("L'été, c'est loué « à la semaine »", "answered")]
    assert study.cell("freins") == "r!C2"


def test_separator_line_of_excel_is_followed(study: Study) -> None:
    path = study.folder / "r.csv"
    path.write_text("sep=;\n" + csv_text(_ROWS), encoding="utf-8")
    study.take(path)
    assert study.answer("age") == [("40", "answered")]
    assert study.cell("age") == "r!B3"


def test_forced_encoding_is_followed(study: Study) -> None:
    path = study.folder / "r.csv"
    path.write_bytes(csv_text([["id_repondant", "age", "freins"], ["R1", "40", "été"]]).encode("cp850"))
    study.take(path, encoding="cp850")
    assert study.answer("freins") == [("été", "answered")]


def test_html_and_csv_named_xls_are_read_for_what_they_are(study: Study) -> None:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in _ROWS)
    (study.folder / "a.xls").write_text(f"<html><body><table>{cells}</table></body></html>", encoding="utf-8")
    (study.folder / "b.xls").write_text(csv_text(_ROWS, "\t"), encoding="utf-8")
    assert study.take(study.folder / "a.xls").added == 1
    assert study.take(study.folder / "b.xls").same == 1


# ── workbooks that break other readers ───────────────────────────────────────────────────────────────────────────────


def _with_far_cell(path: Path, place: str) -> Path:
    workbook = openpyxl.load_workbook(path)
    workbook["Réponses"][place] = "x"
    workbook.save(path)
    return path


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576"])
def test_cell_far_away_does_not_fill_the_memory(study: Study, place: str) -> None:
    result = study.take(_with_far_cell(study.sheet(row(statut="loc")), place))
    assert study.answer("statut") == [("loc", "answered")]
    assert told(result, "CELL_FAR")


_ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Réponses">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)


def _ods(path: Path, rows: list[list[str]], *, after: str = "") -> Path:
    """A LibreOffice workbook; a cell that begins with `#` is an error value."""

    def cell(text: str) -> str:
        kind = ' calcext:value-type="error" office:string-value=""' if text.startswith("#") else ""
        return (
            f'<table:table-cell office:value-type="string"{kind}><text:p>{text}</text:p></table:table-cell>'
        )

    lines = "".join(f"<table:table-row>{''.join(map(cell, line))}</table:table-row>" for line in rows)
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", _ODS.format(rows=lines + after))
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
    return path


def test_opendocument_workbook_is_read_with_its_errors(study: Study) -> None:
    path = _ods(
        study.folder / "r.ods",
        [
            ["id_repondant", "age", "statut", "freins"],
            ["R1", "40", "Locataire", "#DIV/0!"],
            ["R2", "#N/A", "loc", "été"],
        ],
    )
    result = study.take(path)
    assert study.answer("statut") == [("loc", "answered")]
    assert study.answer("age", "R2") == [("#N/A", "invalid")]
    assert ("ANSWER_CELL_ERROR", "B3") in places(result)


def test_opendocument_cell_far_away_is_refused(study: Study) -> None:
    after = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row><table:table-row>'
        '<table:table-cell table:number-columns-repeated="16000"/><table:table-cell office:value-type="string"><text:p>x</text:p>'
        "</table:table-cell></table:table-row>"
    )
    with pytest.raises(EnqueteError, match="une cellule isolée très loin du tableau"):
        study.take(_ods(study.folder / "r.ods", [["id_repondant", "age"], ["R1", "40"]], after=after))


def test_questionnaire_that_does_not_match_is_refused_with_the_way_to_make_one(study: Study) -> None:
    path = write_xlsx(study.folder / "autre.xlsx", {"F": [["couleur", "forme"], ["bleu", "rond"]]})
    with pytest.raises(EnqueteError, match=r"enquete questionnaire infer autre.xlsx"):
        study.take(path)


def test_file_that_suits_two_questionnaires_asks_which(study: Study) -> None:
    (study.project.questionnaires / "bis.yaml").write_text(
        FORM.replace("id: enquete", "id: bis"), encoding="utf-8"
    )
    with pytest.raises(EnqueteError, match=r"« r.xlsx » correspond aussi bien à « bis » et « enquete »"):
        study.take(study.sheet(row()))
    assert study.take(study.sheet(row()), questionnaire="bis").questionnaire == "bis"


def test_header_without_responses_is_refused(study: Study) -> None:
    with pytest.raises(EnqueteError, match="aucune réponse en dessous"):
        study.take(study.sheet())


def _broken(folder: Path, kind: str) -> Path:
    good = write_xlsx(folder / "bon.xlsx", {"R": [HEAD, row()]}).read_bytes()
    path = folder / "casse.xlsx"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "truncated":
        path.write_bytes(good[: len(good) // 2])
    elif kind == "noise":
        path.write_bytes(b"\x07\x00\x9c" * 500)
    elif kind == "word":
        from docx import Document

        Document().save(str(path))
    elif kind == "bomb":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    elif kind == "entities":
        with zipfile.ZipFile(folder / "bon.xlsx") as source, zipfile.ZipFile(path, "w") as copy:
            for name in source.namelist():
                data = source.read(name)
                if name == "xl/workbook.xml":
                    data = data.replace(b"<workbook", b'<!DOCTYPE w [<!ENTITY a "aaa">]><workbook', 1)
                copy.writestr(name, data)
    elif kind == "locked":
        path.write_bytes(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + b"\x00" * 600
            + "EncryptedPackage".encode("utf-16-le")
            + b"\x00" * 600
        )
    return path


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("empty", "est vide (0 octet)"),
        ("truncated", "abîmé ou incomplet"),
        ("noise", "des données binaires"),
        ("word", "un document Word"),
        ("bomb", "refusé par prudence"),
        ("entities", "refusé par prudence"),
        ("locked", "protégé par un mot de passe"),
    ],
)
def test_bad_file_is_refused_in_one_sentence_and_the_store_is_untouched(
    study: Study, kind: str, message: str
) -> None:
    study.take(study.sheet(row()))
    before = study.project.database.read_bytes()
    with pytest.raises(EnqueteError) as caught:
        study.take(_broken(study.folder, kind))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert study.project.database.read_bytes() == before


def test_open_answers_become_documents(study: Study) -> None:
    from habitat_enquete.store import texts

    study.take(study.sheet(row(freins="Pas de location à l'année.")))
    with Store(study.project.database) as store:
        (document,) = texts.documents(store)
    assert document.id == "enquete/R1/freins"
    assert document.text == "Pas de location à l'année."
    assert (document.source.sheet, document.source.cell) == ("Réponses", "I2")
    assert [(turn.speaker, turn.span.start, turn.span.end) for turn in document.turns] == [("R1", 0, 26)]


def test_interrupted_import_leaves_nothing(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    path = study.sheet(row(), row(id_repondant="R2"))
    monkeypatch.setattr(
        "habitat_enquete.ingest.run.write_report", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        study.take(path)
    with Store(study.project.database) as store:
        assert list(table.responses(store)) == []


@pytest.fixture
def runs(study: Study) -> Callable[..., Any]:
    from click.testing import CliRunner

    from habitat_enquete.cli.main import main

    return lambda *arguments: CliRunner().invoke(main, ["-C", str(study.project.root), *map(str, arguments)])


def test_command_tells_what_it_did_and_that_data_need_attention(
    study: Study, runs: Callable[..., Any]
) -> None:
    result = runs("import", study.sheet(row(age=7)))
    assert result.exit_code == 1
    assert "1 réponse à « enquete »".replace(" ", "\u00a0") in result.output.replace(" ", "\u00a0")
    assert "r.xlsx, Réponses!B2" in result.output


def test_command_gives_json(study: Study, runs: Callable[..., Any]) -> None:
    import json

    result = runs("import", study.sheet(row()), "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["added"], found["questionnaire"], found["unchanged"]) == (
        0,
        1,
        "enquete",
        False,
    )
    assert (study.project.root / found["report"]).exists()
    assert (study.project.root / found["quality"]).exists()


def test_unknown_encoding_is_refused_even_when_nothing_changed(study: Study) -> None:
    path = study.folder / "r.csv"
    path.write_text(csv_text(_ROWS), encoding="utf-8")
    study.take(path)
    with pytest.raises(EnqueteError, match="zzz"):
        study.take(path, encoding="zzz")


def test_unknown_encoding_is_refused_for_a_workbook_too(study: Study) -> None:
    with pytest.raises(EnqueteError, match="zzz"):
        study.take(study.sheet(row(statut="loc")), encoding="zzz")
