"""The 54 real interviews in Word: every header found, questions told from answers, no word lost or invented."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document as open_word

from habitat_enquete.ingest.interviews.assembly import document
from habitat_enquete.ingest.transcripts.read import read
from habitat_enquete.model.text import AnnotationKind, Document, Role, Source

HEADER = re.compile(r"\s*\[[^\]]+\]\s*(?:\([\d:\s –-]*\)?)?\s*")
SAID_BESIDE = {
    AnnotationKind.PAUSE,
    AnnotationKind.EVENT,
    AnnotationKind.DOUBT,
    AnnotationKind.NOTE,
    AnnotationKind.TIME,
}


@pytest.fixture(scope="module")
def interviews(real_data: Path) -> dict[str, tuple[list[tuple[str, bool]], Document]]:
    """By file: its paragraphs as python-docx reads them (text, wholly bold), and our document."""
    folder = real_data / "artisans_docx" / "raw_docx"
    found = {}
    for path in sorted(folder.glob("*.docx")):
        file, transcript = read(path)
        ours, _ = document(transcript, Source(file.name, file.sha256), id=path.stem)
        found[path.name] = (list(_paragraphs(path)), ours)
    return found


def _paragraphs(path: Path) -> Iterator[tuple[str, bool]]:
    for paragraph in open_word(str(path)).paragraphs:
        letters = [run for run in paragraph.runs if any(map(str.isalnum, run.text))]
        yield paragraph.text, bool(letters) and all(run.bold for run in letters)


def test_all_54_are_read(interviews, real_data):
    with (real_data / "artisans_docx" / "manifest.csv").open(encoding="utf-8") as stream:
        manifest = {row["file"]: row for row in csv.DictReader(stream)}
    assert len(interviews) == 54
    assert {
        name: sum(len(text.split()) for text, _ in paragraphs) for name, (paragraphs, _) in interviews.items()
    } == {name: int(row["words"]) for name, row in manifest.items()}


def test_every_speaker_header_is_found(interviews):
    for name, (paragraphs, ours) in interviews.items():
        written = [text.strip() for text, _ in paragraphs if HEADER.fullmatch(text)]
        found = [a.content for a in ours.annotations if a.kind is AnnotationKind.HEADER and not len(a.at)]
        assert found == written, name


def test_no_word_is_lost_or_invented(interviews):
    for name, (paragraphs, ours) in interviews.items():
        written = Counter(
            word for text, _ in paragraphs if not HEADER.fullmatch(text) for word in text.split()
        )
        beside = Counter(
            word for a in ours.annotations if a.kind in SAID_BESIDE for word in a.content.split()
        )
        assert Counter(ours.text.split()) + beside == written, name


def test_bold_questions_are_the_researcher_s(interviews):
    for name, (paragraphs, ours) in interviews.items():
        asked = "\n".join(t.span.quote(ours.text) for t in ours.turns if ours.role_of(t) is Role.INTERVIEWER)
        answered = "\n".join(t.span.quote(ours.text) for t in ours.informant_turns())
        questions = [text.strip() for text, bold in paragraphs if bold and text.rstrip().endswith("?")]
        assert questions, name
        assert [question for question in questions if question not in asked] == [], name
        assert [question for question in questions if len(question) > 40 and question in answered] == [], name


def test_roles_come_from_the_labels_and_a_misspelling_borrows_one(interviews):
    roles = Counter((s.label, s.role) for _, ours in interviews.values() for s in ours.speakers)
    assert roles == {
        ("Chercheur", Role.INTERVIEWER): 53,
        ("Interviewe", Role.INFORMANT): 54,
        ("Checheur", Role.INTERVIEWER): 1,
        ("Interruption de personnes hors entretien", Role.OTHER): 1,
    }
