"""Praat TextGrids, long and short: an interval tier is a speaker, a point tier is a comment.

Source: Praat manual, « TextGrid file formats » (numbers, flags and quoted strings standing free; the rest is comment).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.transcripts.passages import Transcript
from habitat_enquete.ingest.transcripts.tiers import Interval, Tier, passages, speech_tiers

_FREE = re.compile(r'"((?:[^"]|"")*)"|(?<!\S)(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?!\S)|(?<!\S)<(\w+)>|!.*')


def read(text: str, *, file: str) -> Transcript:
    """The speech of a TextGrid in order of time.

    Raises: EnqueteError: TEXTGRID_BROKEN where the file stops making sense.
    """
    free = _Free(text, file)
    if "TextGrid" not in free.string() + free.string():
        raise EnqueteError(Code.TEXTGRID_BROKEN, file=file, row=1)
    free.number()
    free.number()
    if free.flag() != "exists":
        return Transcript(())
    tiers = [_tier(free) for _ in range(int(free.number()))]
    spoken, problems = speech_tiers(tiers, file=file)
    asides = [tier for tier in tiers if not tier.speech]
    return Transcript(passages(spoken, asides, unit="intervalle"), problems)


def _tier(free: _Free) -> Tier:
    kind, name = free.string(), free.string()
    free.number()
    free.number()
    count = int(free.number())
    if kind == "IntervalTier":
        intervals = (
            Interval(free.number(), free.number(), free.string(), rank) for rank in range(1, count + 1)
        )
        return Tier(name, tuple(intervals))
    points = ((free.number(), free.string(), rank) for rank in range(1, count + 1))
    return Tier(name, tuple(Interval(time, time, text, rank) for time, text, rank in points), speech=False)


class _Free:
    """The free-standing strings, numbers and flags of a Praat text file, one after the other."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._tokens: Iterator[re.Match[str]] = _FREE.finditer(text)
        self._at = 0

    def string(self) -> str:
        return self._next(1).replace('""', '"')

    def number(self) -> float:
        return float(self._next(2))

    def flag(self) -> str:
        return self._next(3)

    def _next(self, group: int) -> str:
        for match in self._tokens:
            if match[0].startswith("!"):
                continue
            self._at = match.start()
            found: str | None = match[group]
            if found is None:
                raise self._broken()
            return found
        self._at = len(self._text)
        raise self._broken()

    def _broken(self) -> EnqueteError:
        row = self._text.count("\n", 0, self._at) + 1
        return EnqueteError(Code.TEXTGRID_BROKEN, file=self._file, row=row)
