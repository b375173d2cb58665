"""Numbers and years as they are said: « quatre-vingt-dix », « une dizaine », « mille neuf cent soixante-neuf », « deux mille douze ».

Everything here reads folded text (see `times.folded`): lower case, no accents.
"""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final = dict(
    zip(
        (
            *("zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit"),
            *("neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"),
        ),
        range(17),
        strict=True,
    )
)
_TENS: Final = {"vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
ROUND: Final = {"dizaine": 10, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40}
_WORD: Final = rf"(?:{'|'.join((*_TENS, 'une', *_UNITS))})"
WORDS: Final = rf"{_WORD}\b(?:(?:[- ]et[- ]|[- ]){_WORD}\b)*"
NUMBER: Final = rf"(?:\d{{1,2}}|une (?:petite |bonne )?(?:{'|'.join(ROUND)}) d'|{WORDS})"
# A year in full: in figures, or in words that can be nothing else.
YEAR: Final = rf"(?:19[2-9]\d|20[0-4]\d|(?:mille|dix)[- ]neuf[- ]cents?[- ]{WORDS})"
# « deux mille douze » may also count euros: a date only after a preposition.
YEAR_SAID: Final = rf"(?:{YEAR}|deux[- ]mille(?:[- ]{WORDS})?)"


def number(words: str) -> int | None:
    """A whole number under a hundred, in figures or in French words.

    >>> number("quatre-vingt-dix"), number("vingt et un"), number("une dizaine d'")
    (90, 21, 10)
    """
    text = words.strip()
    if text.isdigit():
        return int(text)
    for about, value in ROUND.items():
        if about in text:
            return value
    total = 0
    parts = [part for part in re.split(r"[- ]+", text) if part and part != "et"]
    for position, part in enumerate(parts):
        if part in ("vingt", "vingts") and position and parts[position - 1] == "quatre":
            total += 76  # quatre-vingts: the four was counted
        elif part in _UNITS or part == "une":
            total += _UNITS.get(part, 1)
        elif part in _TENS:
            total += _TENS[part]
        else:
            return None
    return total if parts else None


def year(words: str) -> int | None:
    """The year that the end of some words says, when they say one in full.

    >>> year("septembre 2015"), year("mille neuf cent soixante-neuf"), year("deux mille"), year("deux mille douze")
    (2015, 1969, 2000, 2012)
    """
    if match := re.search(r"(\d{4})$", words):
        return int(match[1])
    if match := re.search(rf"(?:mille|dix)[- ]neuf[- ]cents?[- ]({WORDS})$", words):
        short = number(match[1])
        return None if short is None else 1900 + short
    if match := re.search(rf"deux[- ]mille(?:[- ]({WORDS}))?$", words):
        short = number(match[1]) if match[1] else 0
        return None if short is None else 2000 + short
    return None
