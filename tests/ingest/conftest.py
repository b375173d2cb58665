"""A study whose questionnaire is the one of `exporters`, and its answers as a table."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from exporters import FORM

from habitat_enquete.ingest.run import ImportResult, import_responses
from habitat_enquete.project import Project, create
from habitat_enquete.store import responses as table
from habitat_enquete.store.connection import Store

Answers = list[set[tuple[Any, ...]]]


@pytest.fixture
def survey(tmp_path: Path) -> Project:
    """An empty study with the questionnaire of `exporters` alone."""
    project = create(tmp_path / "sorvelle")
    for path in project.questionnaires.glob("*"):
        path.unlink()
    (project.questionnaires / "sorvelle.yaml").write_text(FORM, encoding="utf-8")
    return project


@pytest.fixture
def imported(survey: Project) -> Callable[..., ImportResult]:
    """Import a file into `survey`."""

    def run(path: Path, **options: Any) -> ImportResult:
        return import_responses(survey, path, **options)

    return run


@pytest.fixture
def answers(survey: Project) -> Callable[[], Answers]:
    """What the store holds: for each response, in the order of the file, its answers, blanks left out."""

    def read() -> Answers:
        with Store(survey.database) as store:
            found = list(table.responses(store))
        found.sort(key=lambda response: int(response.source_row.rpartition("!")[2]))
        return [
            {
                (a.question, a.repeat, a.item, a.value, a.state.value)
                for a in response.answers
                if a.value or a.state.value not in {"no_answer", "not_asked"}
            }
            for response in found
        ]

    return read
