"""Finding again, in a corrected text, the stretch that a coding pointed at in the former one."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from habitat_enquete.model.span import Span

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_KEPT = 0.5  # the share of a quote's letters that must be found again
_WORK = 100_000  # pairs of words beyond which a rewritten passage is first cut at the phrases it kept
_PHRASE = 5  # words, blanks and signs in such a phrase


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
        quote = span.quote(self._old)
        pieces = list(self._pieces(span))
        kept = sum(_letters(self._old[piece.old : piece.old + piece.length]) for piece in pieces)
        if pieces and kept >= _KEPT * _letters(quote):
            inner = Span(pieces[0].new, pieces[-1].new + pieces[-1].length)
            for found in (self._with_rewritten_ends(span, inner), inner):
                if len(found) <= 2 * len(span) + 20:
                    return self._trimmed(found, quote)
        return self._moved(quote)

    def _with_rewritten_ends(self, span: Span, inner: Span) -> Span:
        """`inner` with the words that replaced the first and the last ones of the quote."""
        start, end = inner.start, inner.end
        before = bisect_right(self._starts, span.start) - 1
        if before < 0 or self._blocks[before].old + self._blocks[before].length <= span.start:
            start = self._blocks[before].new + self._blocks[before].length if before >= 0 else 0
        last = bisect_right(self._starts, span.end - 1) - 1
        if self._blocks[last].old + self._blocks[last].length < span.end:
            end = self._blocks[last + 1].new if last + 1 < len(self._blocks) else len(self._new)
        return Span(start, end)

    def _trimmed(self, found: Span, quote: str) -> Span:
        """`found` without the blanks at its ends, when the quote had none."""
        text = found.quote(self._new)
        if not text.strip():
            return found
        start = found.start + (0 if quote[0].isspace() else len(text) - len(text.lstrip()))
        end = found.end - (0 if quote[-1].isspace() else len(text) - len(text.rstrip()))
        return Span(start, end)

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
    old_offsets, new_offsets = _offsets(old_words), _offsets(new_words)
    first = at = 0
    for last, until in [*_anchors(old_words, new_words), (len(old_words), len(new_words))]:
        for rank, place, count in _matched(old_words[first:last], new_words[at:until]):
            start = old_offsets[first + rank]
            yield _Block(start, new_offsets[at + place], old_offsets[first + rank + count] - start)
        if last < len(old_words):
            yield _Block(old_offsets[last], new_offsets[until], len(old_words[last]))
        first, at = last + 1, until + 1


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The ranks of words that open a phrase met once in each text, in the same order in both (patience diff).

    Short texts need none: they are compared whole.
    """
    if len(old) * len(new) <= _WORK:
        return []
    there = _once(new)
    pairs = [(rank, there[phrase]) for phrase, rank in _once(old).items() if phrase in there]
    return _longest_rise(sorted(pairs))


def _once(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    """The phrases met only once, with the rank of their first word."""
    seen: dict[tuple[str, ...], int] = {}
    for rank in range(len(words) - _PHRASE + 1):
        phrase = tuple(words[rank : rank + _PHRASE])
        seen[phrase] = -1 if phrase in seen else rank
    return {phrase: rank for phrase, rank in seen.items() if rank >= 0}


def _longest_rise(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of `pairs` (in order of their first number) whose second number rises too."""
    tops: list[int] = []  # the least second number that ends a rise of each length
    ranks: list[int] = []  # the pair it belongs to
    before: list[int] = []
    for rank, (_, place) in enumerate(pairs):
        length = bisect_left(tops, place)
        tops[length : length + 1] = [place]
        ranks[length : length + 1] = [rank]
        before.append(ranks[length - 1] if length else -1)
    found = []
    rank = ranks[-1] if ranks else -1
    while rank >= 0:
        found.append(pairs[rank])
        rank = before[rank]
    return found[::-1]


def _matched(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """The runs of words that two short texts share: rank in each, length. Of two long ones, only both ends."""
    if not old or not new:
        return
    if len(old) * len(new) <= _WORK:
        for first, at, count in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
            if count:
                yield first, at, count
        return
    shortest = min(len(old), len(new))
    start = next((rank for rank in range(shortest) if old[rank] != new[rank]), shortest)
    if start:
        yield 0, 0, start
    end = next((n for n in range(shortest - start) if old[-1 - n] != new[-1 - n]), shortest - start)
    if end:
        yield len(old) - end, len(new) - end, end


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
