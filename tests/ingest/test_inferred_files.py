"""A definition proposed out of a file reads this file back: every row, every filled cell."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat_enquete.exchange.inferred import write_inferred
from habitat_enquete.ingest.answers.headers import HeaderIndex, Part
from habitat_enquete.ingest.answers.layout import Layout, read_layout
from habitat_enquete.ingest.definitions.inference import infer
from habitat_enquete.ingest.files.workbooks import Workbook, read_workbook
from habitat_enquete.ingest.run import ImportResult, import_responses
from habitat_enquete.project import Project
from habitat_enquete.store import responses as table
from habitat_enquete.store.connection import Store

TODAY = dt.date(2026, 11, 1)
Cells = list[list[str]]
HEADERS = (
    "Âge", "âge ?", "age", "Statut", "Oui", "Motifs [Prix]", "Motifs [Calme]", "Motifs", "motifs/Prix", "q1", "Q1. Loyer",
    "startdate._.Date started", "_interne", "Note_2", "Avis : le bruit",
)  # fmt: skip
ANSWERS = (
    "",
    "",
    "Oui",
    "Non",
    "Yes",
    "1",
    "0",
    "12",
    "Prix",
    "Statut",
    "âge",
    "Prix;Calme",
    "Le bruit",
    "2019",
)


def laid_out(path: Path) -> tuple[Workbook, Layout]:
    """The file, and how it is laid out for the definition proposed out of it."""
    workbook = read_workbook(path)
    questionnaire = infer(workbook, name="proposition", today=TODAY).questionnaire
    layout = read_layout(workbook.sheets[0], HeaderIndex(questionnaire), file=path.name)
    assert layout is not None
    return workbook, layout


def written(path: Path, rows: Cells) -> Path:
    """`rows` as a CSV file."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8")
    return path


@pytest.fixture
def infer_then_import(survey: Project) -> Callable[[Path], ImportResult]:
    """Propose a definition out of a file, then import this very file."""

    def run(path: Path) -> ImportResult:
        (survey.questionnaires / "sorvelle.yaml").unlink()
        write_inferred(path, survey.questionnaires / "proposition.yaml", sheet=None, overwrite=True)
        return import_responses(survey, path, questionnaire="proposition")

    return run


def test_answers_that_look_like_choices_are_no_header(
    tmp_path: Path, survey: Project, infer_then_import: Callable[[Path], ImportResult]
) -> None:
    """The mistake of an index without a header: three rows of answers were read as headers."""
    rows = [["", "Logement [Prix]", "Logement [Calme]", "Accord", "Commentaire"]]
    rows += [[f"{rank}", "Yes", "No", "Yes", f"avis {rank}"] for rank in range(1, 13)]

    result = infer_then_import(written(tmp_path / "export.csv", rows))

    assert (result.rows, result.added) == (12, 12)
    with Store(survey.database) as store:
        found = list(table.responses(store))
    numbers = sorted(int(a.value) for each in found for a in each.answers if a.question.startswith("colonne"))
    assert numbers == list(range(1, 13))
    assert sum(a.value.startswith("avis ") for each in found for a in each.answers) == 12


def test_a_row_of_options_is_still_a_header(tmp_path: Path) -> None:
    rows = [
        ["Âge", "Pourquoi ici ?", "", "", "Commentaire"],
        ["", "Prix", "Calme", "Emploi", ""],
        ["31", "X", "", "X", "bien"],
        ["45", "", "X", "", "assez bien"],
    ]

    _, layout = laid_out(written(tmp_path / "export.csv", rows))

    assert (layout.header_rows, layout.first_row) == ((1, 2), 3)
    assert [c.target.choice.label for c in layout.columns if c.target.choice] == ["Prix", "Calme", "Emploi"]


def test_start_date_of_limesurvey_is_known_under_its_code_and_label(tmp_path: Path) -> None:
    rows = [["startdate._.Date started", "Âge"], ["2026-01-02", "31"], ["2026-01-03", "45"]]

    _, layout = laid_out(written(tmp_path / "export.csv", rows))

    assert [(column.target.part, column.header) for column in layout.columns] == [
        (Part.META, "startdate._.Date started"),
        (Part.ANSWER, "Âge"),
    ]


@settings(max_examples=150, deadline=None)
@given(
    headers=st.lists(st.sampled_from(HEADERS), min_size=3, max_size=7),
    unnamed=st.none() | st.integers(0, 6),
    answers=st.lists(st.lists(st.sampled_from(ANSWERS), min_size=7, max_size=7), min_size=1, max_size=8),
)
def test_every_row_and_column_of_any_table_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, headers: list[str], unnamed: int | None, answers: Cells
) -> None:
    headers = ["" if rank == unnamed else header for rank, header in enumerate(headers)] + ["Quartier"]
    rows = [[*row[: len(headers) - 1], "Les Combes"] for row in answers]
    path = written(tmp_path_factory.getbasetemp() / "table.csv", [headers, *rows])

    _, layout = laid_out(path)

    filled = {rank for row in rows for rank, cell in enumerate(row) if cell}
    assert (layout.header_rows, layout.first_row) == ((1, 1), 2)
    assert filled <= {column.index for column in layout.columns}


@pytest.mark.parametrize(
    ("name", "responses"),
    [
        ("limesurvey_rse/public_data.csv", 997),
        ("kobo_habitat/household_data.csv", 1714),
        ("kobo_habitat/data/individual_data.csv", None),
        ("exports/limesurvey/limesurvey_code_short.csv", 40),
        ("exports/kobo/kobo_labels_fr_summary.xlsx", 40),
        ("exports/kobo/kobo_xml_both.xlsx", 40),
        ("exports/kobo/kobo_xml_details_nogroup.csv", 40),
        ("grande_annotation/questions_grand_debat.csv", 97),
        ("grande_annotation/codebook_open.csv", 502),
    ],
)
def test_real_exports_match_their_own_definition_whole(
    real_data: Path, name: str, responses: int | None
) -> None:
    workbook, layout = laid_out(real_data / name)
    rows = list(workbook.sheets[0].rows())

    filled = {rank for row in rows for rank, cell in enumerate(row) if cell != ""}
    assert layout.header_rows == (1, 1)
    assert layout.unknown == ()
    assert filled <= {column.index for column in layout.columns}
    if responses is not None:
        assert sum(any(cell != "" for cell in row) for row in rows[1:]) == responses


def test_no_respondent_of_a_real_export_is_lost(
    real_data: Path, infer_then_import: Callable[[Path], ImportResult]
) -> None:
    result = infer_then_import(real_data / "limesurvey_rse/public_data.csv")

    assert (result.rows, result.added, result.notes) == (997, 997, 0)
    assert result.questions == 115  # 606 columns are 15 multiple choices, others 7 matrices
