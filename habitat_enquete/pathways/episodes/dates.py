"""Dates as people know them: an interval of days, never a false precision.

A month is counted as one integer, `12 * year + month - 1`, the unit of all sequences.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date
from typing import Final

from habitat_enquete.model.pathway import Moment, Precision

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan",
            "fevrier fev fevr",
            "mars mar",
            "avril avr",
            "mai",
            "juin",
            "juillet juil",
            "aout aou",
            "septembre sept sep",
            "octobre oct",
            "novembre nov",
            "decembre dec",
        ),
        start=1,
    )
    for name in names.split()
}
SEASONS: Final = {"hiver": (1, 3), "printemps": (3, 6), "ete": (6, 9), "automne": (9, 12)}
_SCHOOL_START: Final = (9, 9)
_PARTS: Final = {"debut": (1, 4), "milieu": (5, 8), "mi": (5, 8), "fin": (9, 12), "rentree": _SCHOOL_START}
_ABOUT: Final = re.compile(r"^(?:vers|environ|a peu pres|autour de|env\.?|~|ca\.?)\s*")
_YEAR: Final = re.compile(r"^(?:en |l'annee )?(\d{4})$")
_APPROXIMATE_MONTHS: Final = 12


def plain(text: str) -> str:
    """`text` in lower case, without accents, apostrophes straight, spaces single: what dates and places are compared by."""
    decomposed = unicodedata.normalize(
        "NFD", text.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    )
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def parse_moment(text: str, precision: str | None = None) -> Moment | None:
    """The moment that a cell or an answer holds, or None when it is no date.

    Reads ISO dates (whole or not), `15/03/2015`, `03/2015`, `mars 2015`, `printemps 2015`, `fin 2015`, `2015`, and any of them
    after « vers » (a year more on either side). `precision` (day, month, year, jour, mois, annee) widens what is written.

    >>> parse_moment("printemps 2015")
    Moment(earliest='2015-03-01', latest='2015-06-30', precision=<Precision.SEASON: 'season'>)
    """
    words = plain(text)
    about = _ABOUT.match(words)
    if about:
        words = words[about.end() :]
    found = _exact(words)
    if found is None:
        return None
    if precision:
        found = _widened(found, precision)
    return approximate(found) if about else found


def _exact(words: str) -> Moment | None:
    if match := re.match(r"^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[t ].*)?$", words):
        return _of(match[1], match[2], match[3])
    if match := re.match(r"^(?:(\d{1,2})[/.\-])?(\d{1,2})[/.\-](\d{4})$", words):
        return _of(match[3], match[2], match[1])
    if match := _YEAR.match(words):
        return year_moment(int(match[1]))
    if match := re.match(r"^(?:en |le )?(?:(\d{1,2})(?:er)? )?([a-z]+)\.? (\d{4})$", words):
        if match[2] in MONTHS:
            return _of(match[3], str(MONTHS[match[2]]), match[1])
        return part_of_year(match[2], int(match[3]))
    if match := re.match(r"^(?:en |au |a l'|a la |l')?(\w+)(?: de| d')? ?(\d{4})$", words):
        return part_of_year(match[1], int(match[2]))
    return None


def part_of_year(part: str, year: int) -> Moment | None:
    """A season, or the beginning, middle or end, of a year."""
    bounds = SEASONS.get(part) or _PARTS.get(part)
    return (
        months_moment(year * 12 + bounds[0] - 1, year * 12 + bounds[1] - 1, Precision.SEASON)
        if bounds
        else None
    )


def _of(year: str, month: str, day: str | None) -> Moment | None:
    y, m = int(year), int(month)
    if not 1 <= m <= 12 or not 1800 <= y <= 2200:
        return None
    if day is None:
        return month_moment(y * 12 + m - 1)
    if not 1 <= int(day) <= monthrange(y, m)[1]:
        return None
    iso = date(y, m, int(day)).isoformat()
    return Moment(iso, iso, Precision.DAY)


_WIDTHS: Final = {"mois": "month", "annee": "year", "année": "year", "jour": "day", "saison": "season"}


def _widened(moment: Moment, precision: str) -> Moment:
    width = _WIDTHS.get(precision, precision)
    if width == "month" and moment.precision is Precision.DAY:
        return month_moment(month_of(moment.earliest))
    if width == "year":
        return months_moment(int(moment.earliest[:4]) * 12, int(moment.latest[:4]) * 12 + 11, Precision.YEAR)
    if width in ("approximate", "approx"):
        return approximate(moment)
    return moment


def approximate(moment: Moment) -> Moment:
    """The same, a year more on either side (« vers 2010 »)."""
    return months_moment(
        month_of(moment.earliest) - _APPROXIMATE_MONTHS,
        month_of(moment.latest) + _APPROXIMATE_MONTHS,
        Precision.APPROXIMATE,
    )


def month_of(iso: str) -> int:
    """The month of an ISO date.

    >>> month_of("2015-03-17") - month_of("2015-01-01")
    2
    """
    return int(iso[:4]) * 12 + int(iso[5:7]) - 1


def month_name(month: int) -> str:
    """A month as `2015-03`."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def first_day(month: int) -> str:
    """The first day of a month, ISO."""
    return f"{month_name(month)}-01"


def last_day(month: int) -> str:
    """The last day of a month, ISO."""
    return f"{month_name(month)}-{monthrange(month // 12, month % 12 + 1)[1]:02d}"


def month_moment(month: int) -> Moment:
    """A whole month."""
    return months_moment(month, month, Precision.MONTH)


def year_moment(year: int) -> Moment:
    """A whole year."""
    return months_moment(year * 12, year * 12 + 11, Precision.YEAR)


def months_moment(first: int, last: int, precision: Precision) -> Moment:
    """All days from the month `first` to the month `last`."""
    return Moment(first_day(first), last_day(last), precision)


def middle(moment: Moment) -> int:
    """The month in the middle of a moment: its best single guess."""
    return (month_of(moment.earliest) + month_of(moment.latest)) // 2


def spoken(moment: Moment | None) -> str:
    """A moment as a person would write it in a table: `2015-03`, `2015`, `2014 à 2016`, nothing when unknown."""
    if moment is None:
        return ""
    first, last = month_of(moment.earliest), month_of(moment.latest)
    if moment.earliest == moment.latest:
        return moment.earliest
    if first == last:
        return month_name(first)
    if first % 12 == 0 and last == first + 11:
        return f"{first // 12}"
    return f"{month_name(first)} à {month_name(last)}"


def parse_range(text: str, precision: str | None = None) -> Moment | None:
    """`parse_moment`, and « A à B » as written by `spoken`: from the beginning of A to the end of B."""
    parts = re.split(r"\s+à\s+|\s*\.\.\s*", text.strip())
    if len(parts) != 2:
        return parse_moment(text, precision)
    first, last = parse_moment(parts[0]), parse_moment(parts[1])
    if first is None or last is None or first.earliest > last.latest:
        return None
    return Moment(first.earliest, last.latest, Precision.APPROXIMATE)
