"""Cutting texts into context units: as rainette, as IRaMuTeQ, and merging those that are too short.

A segment ends at the strongest punctuation near the wished length: weight of the last character divided by the distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

DEFAULT_WORDS: Final = 40
_WINDOW_SHARE: Final = 0.4
_ENDINGS: Final = {".": 6.0, "?": 6.0, "!": 6.0, "…": 6.0, ":": 5.0, ";": 4.0, ",": 1.0}
_NO_ENDING: Final = 0.01


def cut_words(words: Sequence[str], *, size: int = DEFAULT_WORDS, window: float | None = None) -> list[int]:
    """Where to cut a text given as words separated by blanks, punctuation included: the ends of the segments.

    Args: `size` wished number of words; `window` how far beyond, 0.4 × `size` when not given.
    Returns: increasing positions in `words`, the last one being `len(words)`.
    Source: the behaviour of rainette 0.3.2 `split_segments`, from its description and 28 reference cases.

    >>> cut_words("Cool ! Cool cool cool.".split(" "), size=1, window=1)
    [2, 3, 5]
    """
    if len(words) <= size:
        return [len(words)]
    reach = int(size + (_WINDOW_SHARE * size if window is None else window))
    weights = [_ENDINGS.get(word[-1:], _NO_ENDING) for word in words]
    ends: list[int] = []
    start = 0
    while start < len(words) - reach:
        best = max(
            range(1, reach + 1), key=lambda length: weights[start + length - 1] / (abs(length - size) + 1)
        )
        start += best
        ends.append(start)
    return [*ends, len(words)] if start < len(words) else ends


def merge_short(sizes: Sequence[int], documents: Sequence[str], *, minimum: int) -> list[int]:
    """Which context unit each segment joins so that units hold at least `minimum` distinct terms.

    A segment that is too short absorbs those that follow in the same document; at the end of a document it joins the previous unit
    of that document, if there is one.

    Args: `sizes` number of distinct terms of each segment; `documents` the document of each.
    Returns: for each segment the rank, from 1, of the first segment of its unit.
    """
    units: list[int] = []
    position = 0
    while position < len(sizes):
        start, size = position, sizes[position]
        position += 1
        while (
            minimum > 1
            and size < minimum
            and position < len(sizes)
            and documents[position] == documents[start]
        ):
            size += sizes[position]
            position += 1
        unit = start + 1
        if size < minimum and minimum > 1 and start > 0 and documents[start - 1] == documents[start]:
            unit = units[start - 1]
        units += [unit] * (position - start)
    return units
