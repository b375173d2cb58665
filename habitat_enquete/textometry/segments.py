"""Cutting texts into context units: as rainette, as IRaMuTeQ, and merging those that are too short.

A segment ends at the strongest punctuation near the wished length: weight of the last character divided by the distance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

DEFAULT_WORDS: Final = 40
_WINDOW_SHARE: Final = 0.4
_ENDINGS: Final = {".": 6.0, "?": 6.0, "!": 6.0, "…": 6.0, ":": 5.0, ";": 4.0, ",": 1.0}
_NO_ENDING: Final = 0.01

ELLIPSIS: Final = "£$£"
_IRAMUTEQ_PUNCTUATION: Final = re.compile(r"([.?!,;:])")
# What IRaMuTeQ keeps by default: letters, digits, and the marks that mean something to it.
_IRAMUTEQ_DROPPED: Final = re.compile(r"[^a-z0-9àâäáãåçéèêëíìîïñóòôöõøúùûüýÿæœß'.:,;!?*_£$\- ]")


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


_IRAMUTEQ_REACH: Final = 15
_IRAMUTEQ_WEIGHTS: Final = {".": 6.0, "?": 6.0, "!": 6.0, ELLIPSIS: 6.0, ":": 5.0, ";": 4.0, ",": 1.0}


def iramuteq_tokens(text: str, expressions: Mapping[str, str] | None = None) -> list[str]:
    """The words and punctuation marks of a text as IRaMuTeQ cleans it: lower case, apostrophes and hyphens cut, œ as oe.

    Args: `expressions` maps multiword expressions to their joined form (`rez-de-chaussée` → `rez_de_chaussée`), in lower case.
    Source: the order of operations of IRaMuTeQ 0.8a7, from its documentation and reference cases.

    >>> iramuteq_tokens("L'école, c'est loin…")
    ['l', 'école', ',', 'c', 'est', 'loin', '£$£']
    """
    cleaned = text.lower().replace("\u2019", "'").replace("œ", "oe")
    cleaned = cleaned.replace("...", f" {ELLIPSIS} ").replace("…", f" {ELLIPSIS} ")
    cleaned = _IRAMUTEQ_PUNCTUATION.sub(r" \1 ", cleaned)
    cleaned = _IRAMUTEQ_DROPPED.sub(" ", cleaned)
    cleaned = f" {' '.join(cleaned.split())} "
    for expression, joined in sorted((expressions or {}).items(), key=lambda pair: -len(pair[0])):
        cleaned = cleaned.replace(f" {expression} ", f" {joined} ").replace(f"'{expression} ", f"'{joined} ")
    return cleaned.replace("'", " ").replace("-", " ").split()


def cut_tokens(tokens: Sequence[str], *, size: int = DEFAULT_WORDS) -> list[int]:
    """Where IRaMuTeQ cuts a paragraph given as words and punctuation marks: the ends of the segments.

    Within 15 tokens beyond `size`, the cut goes after the strongest mark near `size`; of equals, the furthest.
    """
    ends: list[int] = []
    start = 0
    while len(tokens) - start >= size + _IRAMUTEQ_REACH:
        best, best_weight = size + _IRAMUTEQ_REACH - 1, 0.0
        for offset in range(size + _IRAMUTEQ_REACH - 1, -1, -1):
            weight = _IRAMUTEQ_WEIGHTS.get(tokens[start + offset], _NO_ENDING) / (abs(size - offset) + 1)
            if weight > best_weight:
                best, best_weight = offset, weight
        start += best + 1
        ends.append(start)
    return [*ends, len(tokens)] if start < len(tokens) else ends


def words_only(tokens: Sequence[str]) -> list[str]:
    """The tokens without punctuation marks."""
    return [token for token in tokens if token not in _IRAMUTEQ_WEIGHTS]
