"""The whole thread on the example study: import, code, synthesis, and every figure followed back to its source."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from habitat_enquete import tables
from habitat_enquete.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ("codebook.yaml", "enquete.yaml", "responses.xlsx", "questionnaires", "interviews")
pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example study."""
    folder = tmp_path_factory.mktemp("exemple")
    for name in EXAMPLE:
        source = ROOT / name
        shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy2(source, folder / name)
    return folder


@pytest.fixture(scope="module")
def run(example: Path) -> Callable[..., Result]:
    def typed(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["-C", str(example), *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return typed


@pytest.fixture(scope="module")
def done(example: Path, run: Callable[..., Result]) -> Iterator[Path]:
    """The example study once the three commands have run."""
    assert run("import", str(example / "responses.xlsx")).exit_code == 1  # the usual defects of a real export
    assert run("code", str(example / "interviews")).exit_code == 0
    assert run("synthesis").exit_code == 0
    yield example


def test_the_report_is_written_in_three_formats(done: Path) -> None:
    names = ("freins_opportunites.html", "freins_opportunites.docx", "freins_opportunites.xlsx")
    assert all((done / "outputs" / name).stat().st_size > 20_000 for name in names)


def test_every_quote_is_found_at_its_span_in_its_document(done: Path) -> None:
    texts = tables.documents(done).set_index("document")["text"]
    found = tables.codings(done)
    assert len(found) > 400
    for row in found.itertuples():
        assert texts[row.document][row.start : row.end] == row.quote
    for row in tables.evidence(done).itertuples():
        assert texts[row.document][row.start : row.end] == row.quote
        assert row.source_file
        assert row.source_position


def test_only_what_informants_say_is_coded(done: Path) -> None:
    turns = tables.turns(done)
    informants = turns[turns["role"] == "informant"]
    for row in tables.codings(done).itertuples():
        inside = informants[
            (informants["document"] == row.document)
            & (informants["start"] <= row.start)
            & (informants["end"] >= row.end)
        ]
        assert len(inside) == 1


def test_the_ranking_is_recounted_from_the_workbook(done: Path) -> None:
    workbook = done / "outputs" / "freins_opportunites.xlsx"
    findings = pd.read_excel(workbook, sheet_name="Constats", engine="calamine")
    mentions = pd.read_excel(workbook, sheet_name="Codages", engine="calamine")
    people = mentions.groupby("code")["personne"].nunique()
    for row in findings.itertuples():
        assert row.personnes == people[row.code]
    for _, ranked in findings.groupby("sens"):
        counts = ranked.sort_values("rang")["personnes"].tolist()
        assert counts == sorted(counts, reverse=True)


def test_the_findings_are_recounted_from_the_flat_tables(done: Path) -> None:
    codings = tables.codings(done)
    accepted = codings[codings["state"] == "accepted"]
    for row in tables.findings(done).itertuples():
        assert row.mentions <= len(accepted[accepted["code"] == row.code])
        assert row.people <= row.base


def test_the_evidence_of_an_answer_names_its_sheet_and_cell(done: Path) -> None:
    cells = tables.documents(done).set_index("document")["source_cell"]
    evidence = tables.evidence(done)
    answers = evidence[evidence["document"].map(cells).fillna("") != ""]
    assert len(answers) > 0
    assert answers["source_position"].tolist() == answers["document"].map(cells).tolist()
    assert (evidence["source_position"] != "").all()


def test_a_second_run_does_no_work_and_changes_nothing(done: Path, run: Callable[..., Result]) -> None:
    files = [done / "enquete.db", *sorted((done / "outputs").glob("freins_opportunites.*"))]
    before = [file.read_bytes() for file in files]
    assert "rien n'a changé" in run("import", str(done / "responses.xlsx")).stdout
    assert "rien à refaire" in run("code", str(done / "interviews")).stdout
    assert run("synthesis").exit_code == 0
    assert [file.read_bytes() for file in files] == before


def test_the_status_says_that_all_is_up_to_date(done: Path, run: Callable[..., Result]) -> None:
    assert "Tout est à jour." in run("status").stdout


def test_an_export_writes_one_file_per_table(done: Path, run: Callable[..., Result], tmp_path: Path) -> None:
    assert run("export", str(tmp_path)).exit_code == 0
    assert sorted(path.stem for path in tmp_path.glob("*.csv")) == sorted(tables.TABLES)
    with (tmp_path / "codings.csv").open(encoding="utf-8", newline="") as stream:
        first = next(csv.DictReader(stream))
    assert list(first) == [
        "document",
        "start",
        "end",
        "code",
        "coder",
        "coder_kind",
        "state",
        "score",
        "quote",
    ]


@pytest.mark.parametrize("file_format", ["xlsx", "parquet"])
def test_an_export_keeps_text_as_text(
    done: Path, run: Callable[..., Result], tmp_path: Path, file_format: str
) -> None:
    if file_format == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow absent: pip install 'habitat_enquete[parquet]'")
    assert run("export", str(tmp_path), "--format", file_format).exit_code == 0
    path = tmp_path / f"codings.{file_format}"
    frame = pd.read_excel(path, engine="calamine") if file_format == "xlsx" else pd.read_parquet(path)
    assert frame["quote"].tolist() == tables.codings(done)["quote"].tolist()


def test_the_example_covers_the_publics_it_promises(done: Path) -> None:
    people = tables.respondents(done)
    publics = {value for cell in people["publics_pd2h"] for value in cell.split(";") if value}
    assert publics >= {
        "alternants",
        "menages_nouvellement_installes",
        "seniors",
        "precarite",
        "sortants_hebergement",
        "handicap",
    }
    assert set(people["public"]) >= {"nouvel_arrivant", "habitant", "candidat", "acteur"}
    interviews = tables.documents(done).query("kind != 'answer'")
    lengths = interviews["text"].str.split().str.len()
    assert len(interviews) >= 14
    assert lengths.between(1_100, 2_600).all()
