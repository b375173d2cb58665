"""Time codes as people and machines write them."""

from __future__ import annotations

import re
from dataclasses import replace

from habitat_enquete.ingest.transcripts.passages import Passage

# 0:01, 1:02:03, 00:00:12.500, 00:00:12,5, 00:00:12-5 (f4, MAXQDA), 7: 37, 0:010, 20:58, 12h34, 12'34, 12min34
CLOCK = r"\d{1,3}\s?:\s?\d{1,3}(?:\s?:\s?\d{1,3})?(?:[.,]\d{1,6}|-\d(?!\d))?"
SPOKEN = r"\d{1,2}\s?h\s?\d{2}(?:\s?m(?:in)?\s?\d{2})?s?|\d{1,3}\s?(?:min|mn|')\s?\d{2}(?:\s?(?:s|''|\"))?"
TIME = rf"(?:{CLOCK}|{SPOKEN})"
_LEADING = re.compile(rf"[\[(<#]\s*({TIME})(?:\s*(?:-{{1,2}}>?|–|—|→)\s*({TIME}))?\s*[\])>#]")
_NUMBERS = re.compile(r"\d+")
_FRACTION = re.compile(r"[.,-](\d+)$")


def seconds(written: str) -> float | None:
    """The seconds that a time code counts from the start; None when it is not one.

    >>> seconds("1:02:03,5"), seconds("7: 37"), seconds("0:99"), seconds("-1:00")
    (3723.5, 457.0, None, None)
    """
    written = written.strip().strip("#[]()<>")
    if not re.fullmatch(TIME, written):
        return None
    fraction = _FRACTION.search(written) if ":" in written else None
    whole = written[: fraction.start()] if fraction else written
    numbers = [int(number) for number in _NUMBERS.findall(whole)]
    if "h" in written and len(numbers) == 2:
        numbers.append(0)
    if len(numbers) not in {2, 3} or any(number >= 60 for number in numbers[1:]):
        return None
    total = 0
    for number in numbers:
        total = total * 60 + number
    return total + (float(f"0.{fraction[1]}") if fraction else 0.0)


def timed(passage: Passage) -> Passage:
    """`passage` with the times written in brackets at its very start, when it has none of its own."""
    match = _LEADING.match(passage.text) if passage.start_time is None else None
    if match is None:
        return passage
    end = seconds(match[2]) if match[2] else None
    return replace(passage, start_time=seconds(match[1]), end_time=end)


def shown(time: float) -> str:
    """A time as a reader writes it: `0:05`, `1:02:03`.

    >>> shown(5.4), shown(3723)
    ('0:05', '1:02:03')
    """
    minutes, second = divmod(int(time), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"
