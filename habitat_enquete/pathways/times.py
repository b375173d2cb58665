"""When something happened, as people say it: years, ages, « il y a », durations, « quand ma fille est née ».

Each expression is solved into an interval against the year of birth, the day of the interview and what was told before.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from habitat_enquete.model.pathway import Moment, Precision
from habitat_enquete.pathways.dates import (
    MONTHS,
    first_day,
    last_day,
    month_moment,
    month_of,
    months_moment,
    part_of_year,
    year_moment,
)


class Role(StrEnum):
    """What an expression says of a stay: when it began, when it ended, between which dates, how long it lasted."""

    START = "start"
    END = "end"
    RANGE = "range"
    DURATION = "duration"
    UNSOLVED = "unsolved"


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """An expression of time at `[start, end)` of the text. `moment` is when (the beginning, for a range), `until` the end of a
    range, `months` the shortest and longest duration."""

    start: int
    end: int
    role: Role
    moment: Moment | None = None
    until: Moment | None = None
    months: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Anchors:
    """What relative times are solved against: the interval of birth, the day of the interview, births of children by word
    (« fille », « fils »)."""

    birth: Moment | None = None
    interview: str | None = None
    children: tuple[tuple[str, Moment], ...] = ()


def folded(text: str) -> str:
    """`text` in lower case without accents, of the same length, so that positions stay true.

    >>> folded("À l’été")
    "a l'ete"
    """
    return "".join(_folded(letter) for letter in text)


def _folded(letter: str) -> str:
    if letter in "’ʼ":
        return "'"
    if letter in "\u00a0\u202f\n\t":
        return " "
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return {"œ": "o", "æ": "a"}.get(base, base[0])


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
_TENS: Final = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
_ROUND: Final = {"dizaine": 10, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40}
_WORD: Final = rf"(?:{'|'.join((*_TENS, 'une', *_UNITS))})"
_NUMBER: Final = rf"(?:\d{{1,2}}|une (?:{'|'.join(_ROUND)}) d'|{_WORD}\b(?:(?:[- ]et[- ]|[- ]){_WORD}\b)*)"


def number(words: str) -> int | None:
    """A whole number under a hundred, in figures or in French words.

    >>> number("quatre-vingt-dix"), number("vingt et un"), number("une dizaine d'")
    (90, 21, 10)
    """
    text = words.strip()
    if text.isdigit():
        return int(text)
    for about, value in _ROUND.items():
        if about in text:
            return value
    total = 0
    parts = [part for part in re.split(r"[- ]+", text) if part and part != "et"]
    for position, part in enumerate(parts):
        if part == "vingt" and position and parts[position - 1] == "quatre":
            total += 76  # quatre-vingts: the four was counted
        elif part in _UNITS or part == "une":
            total += _UNITS.get(part, 1)
        elif part in _TENS:
            total += _TENS[part]
        else:
            return None
    return total if parts else None


_MONTH: Final = "|".join(
    sorted((name for name in MONTHS if len(name) > 3 or name == "mai"), key=len, reverse=True)
)
_YEAR: Final = r"(?:19[2-9]\d|20[0-4]\d)"
_PART: Final = r"(?:debut|milieu|fin|rentree|(?:l')?hiver|printemps|(?:l')?ete|automne)"
_DATE: Final = rf"(?:(?:\d{{1,2}} )?(?:{_MONTH}) {_YEAR}|{_PART} (?:de |d'|en )?{_YEAR}|{_YEAR})"
_RANGE: Final = re.compile(rf"\b(?:de|entre) ({_DATE}) (?:a|jusqu'en|jusqu'a|et) ({_DATE})\b")
_AGES: Final = re.compile(rf"\b(?:de|entre) ({_NUMBER}) (?:ans )?(?:a|et) ({_NUMBER}) ans\b")
_WHEN: Final = re.compile(
    rf"\b(?:(jusqu'(?:en|a|au)|depuis|des|a partir de|vers|en|a la|a l'|au|dans|le)\s?(?:annee )?)?({_DATE})\b"
)
_SHORT_YEAR: Final = re.compile(
    r"\b(?:en|depuis|vers) '?([4-9]\d|[0-3]\d)\b(?! ?(?:ans|mois|min|km|euros|%|h\b|m2|\d|,))"
)
_AGE: Final = re.compile(
    r"\b(?:a(?: l'age de)?|j'avais|vers|des|jusqu'a|quand j'(?:ai eu|avais)|j'ai eu) (?:mes )?"
    rf"({_NUMBER}) ans\b(?! (?:apres|plus tard|avant))"
)
_AGO: Final = re.compile(
    r"\b(?:il y a|y a|ca fait|voila|ca va faire|depuis) (?:a peu pres |environ |bientot |plus de |deja |presque )?"
    rf"({_NUMBER})\s?(ans?|annees?|mois|semaines?)\b(?! (?:apres|plus tard|avant))"
)
_LATER: Final = re.compile(
    rf"\b({_NUMBER}) (ans?|annees?|mois) (?:apres|plus tard)\b|\b(l'annee d'apres|l'annee suivante)\b"
)
_LASTED: Final = re.compile(
    r"\b(?:rest\w+|pendant|durant|vecu|habit\w+|pass\w+|tenu\w?|dur\w+|loge\w*|y ai fait)(?: y)?"
    r" (?:la |la-bas |ici |dedans |encore )?(?:a peu pres |environ |presque )?"
    rf"({_NUMBER}) ?(ans?|annees?|mois|semaines?)\b"
)
_BIRTH: Final = re.compile(
    r"\b(?:quand|lorsque|apres que|a la naissance de|avec l'arrivee de|a l'arrivee de) (?:(?:on a eu|j'ai eu|est nee?) )?"
    r"(?:m(?:a|on|es)|notre|nos|l[ae']|du|d'?) ?(?:premiere? |petite? |grande? |deuxieme |aine )?"
    r"(fille|fils|garcon|enfants?|gamine?|bebe|petite?)\b(?: (?:est|sont|etait) nee?s?)?"
)
_LIFE: Final = re.compile(
    r"\b(?:quand|lorsque|apres|a|avec|suite a|au moment de) (?:mon|ma|notre|le|la|l'|on s'est|je me suis|j'ai pris ma)\s?"
    r"(divorce|separation|separes?|mariage|maries?|retraite|deces|licenciement|rencontre|mise en couple|veuvage)\b"
)
_CHILD: Final = re.compile(
    r"\b(?:ma|mon|notre) (?:petite? |grande? )?(fille|fils|garcon|gamine?)(?: \w+)?"
    rf" (?:a|va avoir|vient d'avoir|a eu) ({_NUMBER}) (ans|mois)\b"
)


def children(text: str, interview: str | None) -> tuple[tuple[str, Moment], ...]:
    """When the children spoken of in an interview were born, from the ages said (« ma fille a dix ans »)."""
    if interview is None:
        return ()
    found = []
    for match in _CHILD.finditer(folded(text)):
        value = number(match[2])
        if value is not None:
            years = match[3] == "ans"
            end = month_of(interview) - value * (12 if years else 1)
            found.append((match[1], months_moment(end - (12 if years else 1), end, Precision.APPROXIMATE)))
    return tuple(found)


def expressions(text: str, anchors: Anchors, *, before: Moment | None = None) -> list[TimeExpression]:
    """The expressions of time of a stretch of text, in order, none inside another.

    `before` is the beginning of the stay told just before, for « deux ans après ».
    """
    found: list[TimeExpression] = []
    for candidate in _candidates(folded(text), anchors, before):
        if all(candidate.end <= other.start or candidate.start >= other.end for other in found):
            found.append(candidate)
    return sorted(found, key=lambda each: each.start)


def _candidates(text: str, anchors: Anchors, before: Moment | None) -> Iterator[TimeExpression]:
    """All readings, the most specific first."""
    for match in _RANGE.finditer(text):
        yield TimeExpression(match.start(), match.end(), Role.RANGE, _date(match[1]), _date(match[2]))
    for match in _AGES.finditer(text):
        first, last = (_at_age(words, anchors.birth) for words in (match[1], match[2]))
        yield TimeExpression(match.start(), match.end(), Role.RANGE, first, last)
    for match in _LATER.finditer(text):
        yield _later(match, before)
    for match in _LASTED.finditer(text):
        yield TimeExpression(match.start(), match.end(), Role.DURATION, months=_months(match[1], match[2]))
    for match in _AGO.finditer(text):
        moment = _ago(match[1], match[2], anchors.interview)
        yield TimeExpression(match.start(), match.end(), Role.START, moment)
    for match in _AGE.finditer(text):
        role = Role.END if match[0].startswith("jusqu") else Role.START
        yield TimeExpression(match.start(), match.end(), role, _at_age(match[1], anchors.birth))
    for match in _WHEN.finditer(text):
        role = Role.END if (match[1] or "").startswith("jusqu") else Role.START
        yield TimeExpression(match.start(), match.end(), role, _date(match[2], about=match[1] == "vers"))
    for match in _SHORT_YEAR.finditer(text):
        moment = year_moment(_century(int(match[1]), anchors))
        yield TimeExpression(match.start(), match.end(), Role.START, moment)
    for match in _BIRTH.finditer(text):
        born = _born(match[1], anchors)
        yield TimeExpression(match.start(), match.end(), Role.START if born else Role.UNSOLVED, born)
    for match in _LIFE.finditer(text):
        yield TimeExpression(match.start(), match.end(), Role.UNSOLVED)


def _born(word: str, anchors: Anchors) -> Moment | None:
    """The birth of the child named; any child will do for « le bébé », « les enfants »."""
    for known, moment in anchors.children:
        if known[:4] == word[:4] or word.startswith(("enf", "beb", "pet")):
            return moment
    return None


def _date(words: str, *, about: bool = False) -> Moment | None:
    year = int(words[-4:])
    for name, month in MONTHS.items():
        if re.search(rf"\b{name}\b", words):
            return month_moment(year * 12 + month - 1)
    for part in ("debut", "milieu", "fin", "rentree", "hiver", "printemps", "ete", "automne"):
        if re.search(rf"\b{part}\b", words):
            return part_of_year(part, year)
    if about:
        return Moment(first_day(year * 12 - 12), last_day(year * 12 + 23), Precision.APPROXIMATE)
    return year_moment(year)


def _century(short: int, anchors: Anchors) -> int:
    """« en 98 » is 1998 when 2098 is to come."""
    limit = int(anchors.interview[:4]) if anchors.interview else 2030
    return 2000 + short if 2000 + short <= limit else 1900 + short


def _at_age(words: str, birth: Moment | None) -> Moment | None:
    value = number(words)
    if value is None or birth is None:
        return None
    first, last = month_of(birth.earliest) + 12 * value, month_of(birth.latest) + 12 * value + 11
    return months_moment(first, last, Precision.APPROXIMATE)


def _months(words: str, unit: str) -> tuple[int, int] | None:
    """The shortest and longest number of months that a duration may be."""
    value = number(words)
    if value is None:
        return None
    if unit.startswith("sem"):
        return max(value // 5, 0), max(value // 4, 1)
    if unit == "mois":
        return max(value - 1, 1), value + 1
    slack = 24 if any(about in words for about in _ROUND) else 6
    return max(12 * value - slack, 1), 12 * value + slack


def _ago(words: str, unit: str, interview: str | None) -> Moment | None:
    months = _months(words, unit)
    if months is None or interview is None:
        return None
    day = month_of(interview)
    return months_moment(day - months[1], day - months[0], Precision.APPROXIMATE)


def _later(match: re.Match[str], before: Moment | None) -> TimeExpression:
    months = (6, 18) if match[3] else _months(match[1], match[2])
    if before is None or months is None:
        return TimeExpression(match.start(), match.end(), Role.UNSOLVED)
    return TimeExpression(match.start(), match.end(), Role.START, after(before, months))


def after(moment: Moment, months: tuple[int, int]) -> Moment:
    """What comes a duration after a moment."""
    first, last = month_of(moment.earliest) + months[0], month_of(moment.latest) + months[1]
    return months_moment(first, last, Precision.APPROXIMATE)
