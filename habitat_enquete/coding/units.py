"""What is suggested on: readable passages of what informants say, a sentence or so, cut without any language model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, Segment, Turn

_END: Final = re.compile(r"[.!?…]+(?:\s*[»”\")\]])*(?:\s+|$)|\n+")
_PAUSE: Final = re.compile(r"[,;:]\s+|\s+(?=(?:et puis|mais|parce qu|donc|alors|après)\b)", re.IGNORECASE)
_FEWEST_WORDS: Final = 4  # « Oui. » joins what follows
_MOST_WORDS: Final = 45  # a turn without punctuation is cut at its pauses


def units(document: Document) -> list[Segment]:
    """The passages of a document on which codes are suggested, in order; every word of an informant is in one of them."""
    turns = list(document.informant_turns())
    if not document.turns and document.text.strip():
        turns = [Turn(0, "", Span(0, len(document.text)))]
    return [
        Segment(document.id, turn.index, span)
        for turn in turns
        for span in _in_turn(document.text, turn.span)
    ]


def _in_turn(text: str, turn: Span) -> Iterator[Span]:
    for span in _joined(text, list(_cut(text, turn, _END))):
        if _words(text, span) <= _MOST_WORDS:
            yield span
        else:
            yield from _packed(text, list(_cut(text, span, _PAUSE)))


def _cut(text: str, span: Span, pattern: re.Pattern[str]) -> Iterator[Span]:
    start = span.start
    for found in pattern.finditer(text, span.start, span.end):
        if part := _trimmed(text, start, found.end()):
            yield part
        start = found.end()
    if part := _trimmed(text, start, span.end):
        yield part


def _trimmed(text: str, start: int, end: int) -> Span | None:
    words = text[start:end]
    if not words.strip():
        return None
    return Span(start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip()))


def _joined(text: str, spans: list[Span]) -> Iterator[Span]:
    """Very short sentences joined to the next one, the last to the one before."""
    held: Span | None = None
    for rank, span in enumerate(spans):
        current = Span(held.start, span.end) if held else span
        if _words(text, current) < _FEWEST_WORDS and rank < len(spans) - 1:
            held = current
            continue
        held = None
        yield current


def _packed(text: str, spans: list[Span]) -> Iterator[Span]:
    """Parts of a long sentence gathered up to the greatest length."""
    held = spans[0]
    for span in spans[1:]:
        both = Span(held.start, span.end)
        if _words(text, both) <= _MOST_WORDS:
            held = both
        else:
            yield held
            held = span
    yield held


def _words(text: str, span: Span) -> int:
    return len(span.quote(text).split())
