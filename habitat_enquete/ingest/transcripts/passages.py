"""What every reader gives: the passages of a transcript in order, one line of text each, before anybody asks who speaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from habitat_enquete.errors import Problem
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import AnnotationKind, Role, normalised

_LINE_ENDS = re.compile("[\u2028\u2029\x0b\x0c\x85]")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """Something the source says of a stretch of a passage: bold words, a footnote, a comment. `at` counts in its text."""

    kind: AnnotationKind
    at: Span
    content: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One line of a transcript: a paragraph, a cue, an interval, a cell.

    `position` is where the source shows it, in French; `speaker` what the format itself says of the voice, when it does;
    `bold` whether all of it is set apart (bold, or italics in a roman text); `joint` what ties it to the passage before
    it in the same turn: a line end between paragraphs, a blank between cues; `heading` whether it has the style of a title.
    """

    text: str
    position: str = ""
    speaker: str | None = None
    role: Role | None = None
    start_time: float | None = None
    end_time: float | None = None
    marks: tuple[Mark, ...] = ()
    bold: bool = False
    bullet: bool = False
    heading: bool = False
    joint: str = "\n"

    def sliced(self, start: int, end: int | None = None) -> Passage:
        """The passage from `start` to `end`, blanks trimmed at both ends, its marks moved along."""
        end = len(self.text) if end is None else end
        piece = self.text[start:end]
        first = start + len(piece) - len(piece.lstrip())
        last = max(first, start + len(piece.rstrip()))
        marks = (_clipped(mark, first, last) for mark in self.marks if start <= mark.at.start <= end)
        return replace(
            self, text=self.text[first:last], marks=tuple(mark for mark in marks if mark is not None)
        )

    def after(self, rest: int, *, since: int = 0) -> Passage:
        """The passage from `rest` on, without the header that goes from `since` to there; a note called in it is kept."""
        words = self.sliced(rest)
        called = tuple(
            Mark(mark.kind, Span(0, 0), mark.content)
            for mark in self.marks
            if since <= mark.at.start < rest and mark.kind is not AnnotationKind.EMPHASIS
        )
        return replace(words, marks=called + words.marks)


@dataclass(frozen=True, slots=True)
class Transcript:
    """All that a reader found in a file: its passages, what it had to leave aside, the title it declares."""

    passages: tuple[Passage, ...]
    problems: tuple[Problem, ...] = ()
    title: str = ""
    roles: dict[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters of the same look."""

    text: str
    bold: bool = False


def cleaned(text: str) -> str:
    """`text` in NFC with LF line ends, without control characters, invisible marks or half code points."""
    text = _LINE_ENDS.sub("\n", normalised(_SURROGATES.sub("\ufffd", text)))
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def lines(
    pieces: Sequence[Piece],
    position: str,
    *,
    notes: Iterable[tuple[int, AnnotationKind, str]] = (),
    bullet: bool = False,
    heading: bool = False,
) -> list[Passage]:
    """The lines of a paragraph made of `pieces`, each a passage; the bold stretches become EMPHASIS marks.

    Args: `notes`: (rank of the piece before which it is called, kind, content) of footnotes and comments.
    """
    offsets, text = [0], ""
    for piece in pieces:
        text += cleaned(piece.text)
        offsets.append(len(text))
    if cleaned(text) != text:  # a letter and its accent stood in two runs: their look is lost, not the letter
        text = cleaned(text)
        offsets = [min(offset, len(text)) for offset in offsets]
    marks = [
        Mark(AnnotationKind.EMPHASIS, Span(start, end), text[start:end])
        for start, end in _bold_spans(pieces, offsets, text)
    ]
    marks += [
        Mark(kind, Span(offsets[rank], offsets[rank]), cleaned(content)) for rank, kind, content in notes
    ]
    whole = Passage(
        text, position, marks=tuple(sorted(marks, key=lambda mark: mark.at)), bullet=bullet, heading=heading
    )
    return _split(whole)


def plain_lines(text: str, position: str, *, bold: bool = False) -> list[Passage]:
    """The lines of a text of one look."""
    return lines([Piece(text, bold)], position)


def row(cells: Sequence[Sequence[Passage]]) -> list[Passage]:
    """The passages of a table's row: its first short cells (number, time, speaker) are tied by tabs to the words they open.

    >>> [passage.text for passage in row([[Passage("Marie")], [Passage("Bonjour."), Passage("Voilà.")]])]
    ['Marie\\tBonjour.', 'Voilà.']
    """
    filled = [list(cell) for cell in cells if cell]
    opening: list[Passage] = []
    while len(filled) > 1 and len(filled[0]) == 1 and len(filled[0][0].text) <= 40:
        opening += filled.pop(0)
    passages = [passage for cell in filled for passage in cell]
    for label in reversed(opening):
        passages[0] = _tied(label, passages[0])
    return passages


def _tied(label: Passage, words: Passage) -> Passage:
    offset = len(label.text) + 1
    moved = tuple(Mark(mark.kind, mark.at.shifted(offset), mark.content) for mark in words.marks)
    return replace(words, text=f"{label.text}\t{words.text}", marks=label.marks + moved)


def _split(whole: Passage) -> list[Passage]:
    found, start = [], 0
    for line in whole.text.split("\n"):
        passage = whole.sliced(start, start + len(line))
        if passage.text or passage.marks:
            found.append(replace(passage, bold=_all_bold(passage)))
        start += len(line) + 1
    return found


def _all_bold(passage: Passage) -> bool:
    """Whether at least nine letters in ten are bold: a stray roman full stop does not make a question an answer."""
    letters = sum(map(str.isalnum, passage.text))
    bold = sum(
        sum(map(str.isalnum, mark.content)) for mark in passage.marks if mark.kind is AnnotationKind.EMPHASIS
    )
    return letters > 0 and bold >= 0.9 * letters


def _bold_spans(pieces: Sequence[Piece], offsets: Sequence[int], text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for rank, piece in enumerate(pieces):
        start, end = offsets[rank], offsets[rank + 1]
        if not piece.bold or start == end:
            continue
        if spans and not text[spans[-1][1] : start].strip():
            start = spans.pop()[0]
        spans.append((start, end))
    return [(start, end) for start, end in spans if text[start:end].strip()]


def _clipped(mark: Mark, start: int, end: int) -> Mark | None:
    """The part of `mark` between two places, counted from the first; None when its stretch falls outside."""
    first, last = max(mark.at.start, start), min(mark.at.end, end)
    if mark.at.start == mark.at.end:
        place = min(max(mark.at.start, start), end) - start
        return Mark(mark.kind, Span(place, place), mark.content)
    if first >= last:
        return None
    content = mark.content
    if mark.kind is AnnotationKind.EMPHASIS:
        content = content[first - mark.at.start : last - mark.at.start]
    return Mark(mark.kind, Span(first - start, last - start), content)
