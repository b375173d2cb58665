"""Ageven grids as interviewers fill them in: a heading, two moves in a year, a period nobody remembers; and back."""

from __future__ import annotations

from pathlib import Path

from habitat_enquete.ingest.files.workbooks import read_workbook
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.pathways.episodes.ageven import read_grid
from habitat_enquete.pathways.episodes.table import read_table
from habitat_enquete.pathways.run import run
from habitat_enquete.pathways.sequences.states import compact
from habitat_enquete.project import Project
from habitat_enquete.report.paths.workbook import write_ageven

GRID = """
Grille biographique
Enquêté : | P12 | Année de naissance | 1980
Date d'entretien | 2026-01-15
année | âge | résidence | commune | famille | travail
1980 | 0 | chez mes parents | Laval | |
1999 | 19 | FJT | | | apprentie
1999 | 19 | coloc | Rennes | |
2003 | 23 | ? | | |
2006 | 26 | HLM | Laval | naissance | CDD
2007 | 27 | | | |
2015 | 35 | HLM | Mayenne | | CDI
"""


def rows() -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in GRID.strip().splitlines()]


def test_a_grid_gives_stays_what_its_heading_says_and_no_stay_for_what_is_forgotten() -> None:
    grid = read_grid("g.xlsx", "Feuil1", rows())
    assert grid is not None and grid.problems == []
    assert grid.person == "P12"
    assert grid.attributes == {"annee_naissance": "1980", "date_entretien": "2026-01-15"}
    assert [
        (d.fields["start"], d.fields.get("end"), d.fields["tenure"], d.fields["place"]) for d in grid.drafts
    ] == [
        ("1980", "1999", "chez mes parents", "Laval"),
        ("1999", "1999", "FJT", "Laval"),
        ("1999", "2003", "coloc", "Rennes"),
        ("2006", "2015", "HLM", "Laval"),
        ("2015", None, "HLM", "Mayenne"),
    ]
    assert (grid.drafts[3].fields["household"], grid.drafts[3].fields["extra:travail"]) == (
        "naissance",
        "CDD",
    )


def test_a_table_of_episodes_is_no_grid() -> None:
    assert read_grid("g.xlsx", "F", [["id", "année", "statut"], ["A", "2010", "HLM"]]) is None


def test_a_grid_written_is_read_back_as_the_same_path(
    study: Project, codebook: Codebook, tmp_path: Path
) -> None:
    class Sheet:
        name = "Feuil1"

        def rows(self) -> list[list[str]]:
            return rows()

    first = run(study, codebook, table=read_table("g.xlsx", [Sheet()]))
    written = write_ageven(tmp_path / "g.xlsx", first)
    again = run(study, codebook, table=read_table("g.xlsx", read_workbook(written).sheets))
    assert compact(again.typology.sequences) == compact(first.typology.sequences)
    assert "*" in compact(first.typology.sequences)[0]
