"""Finding again, in a corrected text, the stretch that a coding pointed at in the former one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from habitat_enquete.model.span import Span

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_KEPT = 0.5  # the share of a quote's letters that must be found again
_WORK = 4_000_000  # pairs of tokens beyond which a rewritten passage is not compared word by word


@dataclass(frozen=True, slots=True)
class _Block:
    """A run of code points found unchanged: where it was, where it is, how long it is."""

    old: int
    new: int
    length: int


class Alignment:
    """Which code points of `old` are still in `new`, and where; made once for all the codings of a document.

    Lines are compared first (turns are lines: most come through unchanged), then words inside the lines that changed.
    """

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new
        self._blocks = _joined(_line_blocks(old, new))
        self._starts = [block.old for block in self._blocks]

    def anchored(self, span: Span) -> Span | None:
        """Where `span` of the old text lies in the new one; None when less than half of its letters are left.

        A quote that moved as a whole is found where it went, when it stands there only once.
        """
        if not len(span):
            place = self._place(span.start)
            return None if place is None else Span(place, place)
        pieces = list(self._pieces(span))
        quote = span.quote(self._old)
        if pieces:
            found = Span(pieces[0].new, pieces[-1].new + pieces[-1].length)
            kept = sum(_letters(self._old[piece.old : piece.old + piece.length]) for piece in pieces)
            if kept >= _KEPT * _letters(quote) and len(found) <= 2 * len(span) + 20:
                return found
        return self._moved(quote)

    def _pieces(self, span: Span) -> Iterator[_Block]:
        """The parts of the blocks that lie within `span`."""
        first = max(0, bisect_right(self._starts, span.start) - 1)
        for block in self._blocks[first:]:
            if block.old >= span.end:
                return
            start, end = max(block.old, span.start), min(block.old + block.length, span.end)
            if start < end:
                yield _Block(start, block.new + start - block.old, end - start)

    def _place(self, position: int) -> int | None:
        """Where a place between two code points went."""
        rank = bisect_right(self._starts, position) - 1
        if rank < 0:
            return 0 if position == 0 else None
        block = self._blocks[rank]
        return block.new + position - block.old if position <= block.old + block.length else None

    def _moved(self, quote: str) -> Span | None:
        if _letters(quote) < 8 or self._new.count(quote) != 1:
            return None
        start = self._new.index(quote)
        return Span(start, start + len(quote))


def anchored(span: Span, old: str, new: str) -> Span | None:
    """Where `span` of `old` lies in `new`, None when it is gone. For many spans, make one `Alignment`.

    >>> anchored(Span(3, 11), "Le logement est cher.", "Alors, le petit logement est cher.")
    Span(start=16, end=24)
    """
    return Alignment(old, new).anchored(span)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _line_blocks(old: str, new: str) -> Iterator[_Block]:
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    old_offsets, new_offsets = _offsets(old_lines), _offsets(new_lines)
    matcher = SequenceMatcher(None, old_lines, new_lines, autojunk=False)
    for tag, first, last, at, until in matcher.get_opcodes():
        if tag == "equal":
            yield _Block(old_offsets[first], new_offsets[at], old_offsets[last] - old_offsets[first])
        elif tag == "replace":
            before = old[old_offsets[first] : old_offsets[last]]
            after = new[new_offsets[at] : new_offsets[until]]
            for block in _word_blocks(before, after):
                yield _Block(old_offsets[first] + block.old, new_offsets[at] + block.new, block.length)


def _word_blocks(old: str, new: str) -> Iterator[_Block]:
    old_words, new_words = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(old_words) * len(new_words) > _WORK:
        yield from _ends(old, new)
        return
    old_offsets, new_offsets = _offsets(old_words), _offsets(new_words)
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    for first, at, count in matcher.get_matching_blocks():
        if count:
            length = old_offsets[first + count] - old_offsets[first]
            yield _Block(old_offsets[first], new_offsets[at], length)


def _ends(old: str, new: str) -> Iterator[_Block]:
    """What two long texts begin and end with."""
    shortest = min(len(old), len(new))
    start = next((rank for rank in range(shortest) if old[rank] != new[rank]), shortest)
    if start:
        yield _Block(0, 0, start)
    end = next(
        (rank for rank in range(shortest - start) if old[-1 - rank] != new[-1 - rank]), shortest - start
    )
    if end:
        yield _Block(len(old) - end, len(new) - end, end)


def _offsets(pieces: Sequence[str]) -> list[int]:
    offsets = [0]
    for piece in pieces:
        offsets.append(offsets[-1] + len(piece))
    return offsets


def _joined(blocks: Iterator[_Block]) -> list[_Block]:
    """Blocks that touch on both sides made one."""
    joined: list[_Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if last and last.old + last.length == block.old and last.new + last.length == block.new:
            joined[-1] = _Block(last.old, last.new, last.length + block.length)
        elif block.length:
            joined.append(block)
    return joined
