"""Paths that did not change are not compared again: the result of last time is shown, and its files stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from click.testing import Result

from habitat_enquete import pipeline
from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.model.pathway import EpisodeState
from habitat_enquete.pathways import run as stage
from habitat_enquete.project import Project
from habitat_enquete.report.paths import files as report
from habitat_enquete.store import pathways as stored
from habitat_enquete.store.connection import Store

UNCHANGED = "Rien n'a changé depuis le dernier calcul"


@pytest.fixture
def told(study: Project, enquete: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Result:
    """A study of nine people, as `enquete pathways` told of it; only the first figure is drawn."""
    every = report.figures
    monkeypatch.setattr(report, "figures", lambda result: islice(every(result), 1))
    lines = ["id;debut;fin;commune;statut;date entretien;public"]
    for n in range(9):
        who = f"P{n};2010-{n + 1:02d}"
        lines += [
            f"{who};2015-03;Mende;parents;2026-01-15;{'habitant' if n % 2 else 'nouvel arrivant'}",
            f"P{n};2015-03;;Laval;locataire_hlm;2026-01-15;{'habitant' if n % 2 else 'nouvel arrivant'}",
        ]
    lines.append("Q;2020;2018;Nullepart;?;2026-01-15;habitant")
    table = study.root / "parcours.csv"
    table.write_text("\n".join(lines), encoding="utf-8")
    enquete("pathways", table, exit_code=None)
    return enquete("pathways", exit_code=None)


@pytest.fixture
def not_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail when paths are compared."""
    monkeypatch.setattr(
        stage, "study", lambda *given: pytest.fail("les parcours ont été comparés de nouveau")
    )


def _bytes(study: Project) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in sorted((study.outputs / "parcours").iterdir())}


def test_a_second_run_shows_the_same_result_and_does_no_work(
    study: Project, told: Result, enquete: Callable[..., Result], not_again: None
) -> None:
    before = _bytes(study)
    again = enquete("pathways", exit_code=told.exit_code)
    assert again.stdout == told.stdout and "parcours, 9 déménagements" in again.stdout.replace("\u00a0", " ")
    assert UNCHANGED in again.stderr and UNCHANGED not in told.stderr
    assert told.stderr in again.stderr
    assert _bytes(study) == before


def test_what_is_kept_is_what_would_be_computed(
    study: Project, told: Result, enquete: Callable[..., Result]
) -> None:
    kept, before = enquete("pathways", "--json", exit_code=None), _bytes(study)
    (study.outputs / "parcours" / "frises.svg").unlink()
    computed = enquete("pathways", "--json", exit_code=None)
    assert UNCHANGED in kept.stderr and UNCHANGED not in computed.stderr
    assert (kept.stdout, before) == (computed.stdout, _bytes(study))


def _decide(study: Project, _: Path) -> dict[str, object]:
    with Store(study.database) as store, store.transaction():
        episode = next(e for e in stored.episodes(store) if e.respondent == "P1")
        stored.put_episode(store, episode, replace(episode, state=EpisodeState.REJECTED))
    return {}


def _edit(study: Project, _: Path) -> dict[str, object]:
    (study.outputs / "parcours" / "parcours.xlsx").write_bytes(b"autre chose")
    return {}


def _rename(study: Project, _: Path) -> dict[str, object]:
    declared = study.codebook_file.read_text(encoding="utf-8")
    study.codebook_file.write_text(f"{declared}\n# une remarque\n", encoding="utf-8")
    return {}


@pytest.mark.parametrize(
    "change",
    [
        _decide,
        _edit,
        _rename,
        lambda *given: {"clock": "age"},
        lambda study, folder: {"to_table": folder / "episodes.xlsx"},
    ],
    ids=["a decision", "an edited file", "the codebook", "an option", "a table to write"],
)
def test_a_change_is_computed_again(
    change: Callable[[Project, Path], dict[str, object]], study: Project, told: Result, tmp_path: Path
) -> None:
    options = change(study, tmp_path)
    assert not pipeline.pathways(study, **options).is_unchanged
    assert pipeline.pathways(study, **options).is_unchanged


def test_types_that_another_command_found_otherwise_are_put_back(study: Project, told: Result) -> None:
    options = {"types": 3}
    pipeline.pathways(study, **options)
    stage.refresh(study, read_codebook(study.codebook_file))
    assert not pipeline.pathways(study, **options).is_unchanged
