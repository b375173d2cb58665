"""Invented transcripts: written in the test, read as a study would."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from habitat_enquete.errors import Problem
from habitat_enquete.ingest.interviews.assembly import document
from habitat_enquete.ingest.interviews.roles import Declaration
from habitat_enquete.ingest.transcripts.read import read
from habitat_enquete.model.text import Document, Source


class Interview:
    """An interview read from a file written by a test, in forms short enough to compare whole."""

    def __init__(self, document: Document, problems: tuple[Problem, ...]) -> None:
        self.document = document
        self.problems = problems

    @property
    def turns(self) -> list[tuple[str, str]]:
        text = self.document.text
        return [(turn.speaker, turn.span.quote(text)) for turn in self.document.turns]

    @property
    def times(self) -> list[tuple[float | None, float | None]]:
        return [(turn.start_time, turn.end_time) for turn in self.document.turns]

    @property
    def positions(self) -> list[str | None]:
        return [turn.position for turn in self.document.turns]

    @property
    def roles(self) -> dict[str, str]:
        return {speaker.label: speaker.role.value for speaker in self.document.speakers}

    @property
    def codes(self) -> list[str]:
        return [told.code for told in self.problems]

    def beside(self, kind: str) -> list[str]:
        return [annotation.content for annotation in self.document.annotations if annotation.kind == kind]


@pytest.fixture
def interview(tmp_path: Path) -> Callable[..., Interview]:
    """Write `content` under `name` and read it."""

    def make(
        name: str, content: str | bytes | dict[str, str], declared: Declaration | None = None
    ) -> Interview:
        path = tmp_path / name
        if isinstance(content, dict):
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for part, text in content.items():
                    archive.writestr(part, text)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8", newline="")
        file, transcript = read(path)
        return Interview(
            *document(transcript, Source(file.name, file.sha256), id=path.stem, declared=declared)
        )

    return make
