"""After one more interview, only what changed is computed again, and the report is the same as if everything had been."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import pytest

from habitat_enquete import pipeline
from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.project import Project
from habitat_enquete.report.run import ReportResult
from habitat_enquete.store import runs
from habitat_enquete.store.connection import Store
from habitat_enquete.synthesis.memory import Memory
from habitat_enquete.synthesis.run import MEMORY

NAMES = ("freins_opportunites.html", "freins_opportunites.docx", "freins_opportunites.xlsx")


@pytest.fixture
def met_again(coded_study: Project, benchmark_study: ModuleType) -> Project:
    """A study whose report was written, then one more interview coded."""
    pipeline.synthesis(coded_study)
    with Store(coded_study.database) as store, store.transaction():
        benchmark_study.Builder(store, read_codebook(coded_study.codebook_file), seed=9).interview(7)
    return coded_study


def _forgetful(project: Project, folder: Path) -> Project:
    """A copy of the study that remembers nothing of what it computed."""
    shutil.copytree(project.root, folder)
    copy = Project.open(folder)
    with Store(copy.database) as store, store.transaction():
        runs.forget(store, MEMORY, "")
        runs.record(store, "pathways", "", "", {})
    return copy


def _bytes(project: Project, result: ReportResult) -> list[bytes]:
    assert result.synthesis is not None
    return [(project.outputs / name).read_bytes() for name in NAMES]


def test_one_more_interview_gives_the_very_bytes_of_a_whole_run(met_again: Project, tmp_path: Path) -> None:
    whole = _forgetful(met_again, tmp_path / "whole")
    by_heart, from_nothing = pipeline.synthesis(met_again), pipeline.synthesis(whole)
    assert _bytes(met_again, by_heart) == _bytes(whole, from_nothing)
    assert from_nothing.found == 0
    assert by_heart.found > 0 and by_heart.found + by_heart.computed == from_nothing.computed


def test_a_text_of_the_author_changes_no_figure_and_none_is_computed_again(coded_study: Project) -> None:
    pipeline.synthesis(coded_study)
    coded_study.notes.mkdir()
    (coded_study.notes / "chapeau.md").write_text("L'essentiel.", encoding="utf-8")
    again = pipeline.synthesis(coded_study)
    assert again.synthesis is not None and again.computed == 0 and again.found > 0


def test_types_of_paths_are_not_searched_for_again_when_no_path_changed(
    coded_study: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from habitat_enquete.pathways import run as pathways

    codebook = read_codebook(coded_study.codebook_file)
    first = pathways.refresh(coded_study, codebook)
    monkeypatch.setattr(
        pathways, "study", lambda *given: pytest.fail("les types ont été cherchés de nouveau")
    )
    assert pathways.refresh(coded_study, codebook) == first
    with Store(coded_study.database) as store, store.transaction():
        store.execute("UPDATE episode SET tenure = 'proprietaire' WHERE respondent = 'E01'")
    with pytest.raises(pytest.fail.Exception):
        pathways.refresh(coded_study, codebook)


def test_a_memory_lets_go_of_what_is_not_used_any_more() -> None:
    first = Memory()
    assert [first.recall("part", n, lambda n=n: n / 7) for n in (1, 2, 1)] == [1 / 7, 2 / 7, 1 / 7]
    second = Memory(first.kept)
    assert second.recall("part", 2, lambda: pytest.fail("connu")) == 2 / 7
    assert (second.found, second.computed, len(second.kept)) == (1, 0, 1)
