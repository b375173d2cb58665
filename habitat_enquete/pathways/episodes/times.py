"""When something happened, as people say it: years, ages, « il y a », durations, « quand ma fille est née », « pendant le covid ».

Each expression is solved into an interval against the year of birth, the day of the interview and what was told before.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from habitat_enquete.model.pathway import Moment, Precision
from habitat_enquete.pathways.episodes.dates import (
    MONTHS,
    SEASONS,
    first_day,
    last_day,
    month_moment,
    month_of,
    months_moment,
    part_of_year,
    year_moment,
)
from habitat_enquete.pathways.episodes.spoken_numbers import (
    NUMBER,
    ROUND,
    WORDS,
    YEAR,
    YEAR_SAID,
    number,
    year,
)


class Role(StrEnum):
    """What an expression says of a stay: when it began, when it ended, between which dates, how long it lasted.

    A moment of life nobody can date yet (« jusqu'à mon mariage ») is unsolved, or an open end.
    """

    START = "start"
    END = "end"
    RANGE = "range"
    DURATION = "duration"
    UNSOLVED = "unsolved"
    OPEN_END = "open_end"


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """An expression of time at `[start, end)` of the text. `moment` is when (the beginning, for a range), `until` the end of a
    range, `months` the shortest and longest duration. `later` tells « deux ans après », solved from what was told before."""

    start: int
    end: int
    role: Role
    moment: Moment | None = None
    until: Moment | None = None
    months: tuple[int, int] | None = None
    later: bool = False


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


_MONTH: Final = "|".join(
    sorted((name for name in MONTHS if len(name) > 3 or name == "mai"), key=len, reverse=True)
)
_PARTS: Final = ("debut", "milieu", "fin", "rentree", "hiver", "printemps", "ete", "automne")
_PART: Final = r"(?:debut|milieu|fin|rentree|(?:l')?hiver|(?:le )?printemps|(?:l')?ete|(?:l')?automne)"
_CHRISTMAS: Final = r"(?:noel|paques)"


def _dated(years: str) -> str:
    return (
        rf"(?:(?:\d{{1,2}} )?(?:{_MONTH}|{_CHRISTMAS}) (?:de (?:l'annee )?)?{years}"
        rf"|{_PART} (?:de (?:l'annee )?|d'|en )?{years}|(?:l'an )?{years})"
    )


_DATE: Final = _dated(YEAR)
_DATE_SAID: Final = _dated(YEAR_SAID)
_SHORT: Final = r"'?(?:[4-9]\d|[0-3]\d)"
_NO_UNIT: Final = r"(?! ?(?:ans\b|mois|min|km|euros|%|h\b|m2|metres|kilo|\d|,\d|personnes|heures|minutes))"
_RANGE: Final = re.compile(
    rf"\b(?:de|entre|d') ?({_DATE_SAID}) (?:a|jusqu'en|jusqu'a|et) ({_DATE_SAID}|{_SHORT}){_NO_UNIT}\b"
)
_AGES: Final = re.compile(rf"\b(?:de|entre) ({NUMBER}) (?:ans )?(?:a|et|jusqu'a) ({NUMBER}) ans\b")
_BEFORE_DATE: Final = r"jusqu'(?:en|a|au|a la|a l')|depuis|des|a partir de|vers|en|a la|a l'|au|au mois de|dans|le|pour|apres|avant"
_WHEN: Final = re.compile(rf"\b(?:({_BEFORE_DATE})\s?(?:annee )?)?({_DATE})\b(?! (?:euros|habitants|metres))")
_WHEN_SAID: Final = re.compile(
    rf"\b({_BEFORE_DATE}|c'etait)\s?({_DATE_SAID})\b(?! ?(?:euros|habitants|metres|personnes|balles|francs))"
)
_SHORT_YEAR: Final = re.compile(
    rf"\b(?:(jusqu'en|en|depuis|vers|noel|(?:{_MONTH})|(?:l')?ete|printemps|rentree|hiver|automne) )({_SHORT}){_NO_UNIT}\b"
)
_SHORT_SAID: Final = re.compile(
    r"\b(jusqu'en|en|depuis|vers) ((?:quarante|cinquante|soixante|quatre-vingts?)(?:(?:[- ]et[- ]|-)\w+|-\w+-\w+)*)"
    r"\b(?! (?:ans|mois|minutes|kilometres|metres|euros|personnes|quatre|cinq|six|sept|huit|neuf|dix|mille|cent))"
)
_DECADE: Final = re.compile(
    rf"\b(?:dans |aux? )?(?:(debut|fin|milieu|courant) (?:des )?|les |des )?annees ({_SHORT}|(?:19)?\d\d|{WORDS})\b"
)
_LATEST: Final = re.compile(
    rf"\b(?:(depuis|en|au mois de|depuis le mois de|des|jusqu'en|a la|a|cet|l'|le|fin|debut)\s?)?"
    rf"(?:le mois de )?({_MONTH}|{_CHRISTMAS}|rentree|ete|hiver|printemps|automne)"
    r" (dernier|derniere|passe|de l'annee derniere|de l'an dernier|de cette annee)\b"
)
_SINCE_MONTH: Final = re.compile(
    rf"\b(?:depuis|des) (?:le mois de |la |le debut |debut |fin |l')?({_MONTH}|{_CHRISTMAS}|rentree|ete|hiver|printemps)\b"
    r"(?! (?:19|20)\d\d)"
)
_IN_MONTH: Final = re.compile(rf"(?<!ans )(?<!an )\b(?:en|au mois de|mi-|fin|debut) ?({_MONTH})\b(?! ?\d)")
_LAST_YEAR: Final = re.compile(
    r"\b(?:depuis |en )?(l'an dernier|l'annee derniere|l'annee passee|l'an passe|cette annee|cet ete)\b(?! ?(?:19|20)?\d\d)"
)
_AGE: Final = re.compile(
    r"\b(a(?: l'age de)?|a partir de|j'avais|vers|des|jusqu'a|quand j'(?:ai eu|avais)|j'ai eu|le jour de|avant)"
    rf" (?:mes |l'age de )?({NUMBER}) ans\b(?! (?:apres|plus tard|avant|et demi))"
)
_COMING_OF_AGE: Final = re.compile(r"\b(?:(jusqu'a) |a |des )ma majorite\b")
_SCHOOL: Final = re.compile(
    r"\b(?:(jusqu'(?:au|a la|a mon|a)) |apres (?:le |mon |la )|a la fin d[eu] (?:la |mon )?|(?:j'ai|j'avais) (?:eu|passe) (?:le |mon ))"
    r"(bac|terminale|lycee)\b"
)
_ARMY: Final = re.compile(
    r"\b(?:(jusqu'(?:au|a l'|a mon)) ?|apres (?:le |l'|mon )|pendant (?:le |l'|mon )|au )(service militaire|service|armee|regiment)\b"
)
_ABOUT: Final = (
    r"(?:a peu pres |environ |bientot |(?:un peu |un petit peu )?(?:plus|moins) d(?:e |')|deja |presque |pas loin de |au moins "
    r"|bien |quasiment |facilement |meme pas |seulement )*"
)
_UNIT: Final = r"(ans?|annees?|mois|semaines?|hivers?)( et demie?)?"
_AGO: Final = re.compile(
    r"\b(?:il y a|il y'a|y a|y'a|ca fait|voila|ca va faire|ca fera|cela fait|ca doit faire|depuis)"
    rf" {_ABOUT}({NUMBER})\s?{_UNIT}\b(?! (?:apres|plus tard|avant|que j'attend))"
)
_LATER: Final = re.compile(
    rf"\b({NUMBER}) {_UNIT} (?:apres|plus tard)\b|\b(l'annee d'apres|l'annee suivante|l'an d'apres|un an apres|l'ete d'apres"
    r"|l'ete suivant)\b"
)
_LASTED: Final = re.compile(
    r"\b(?:rest\w+|pendant|durant|vecu|habit\w+|pass\w+|tenu\w?|dur\w+|loge\w*|(?<!ca )(?<!cela )fait|au bout de|encore)(?: y)?(?: la)?"
    rf" (?:la |la-bas |ici |dedans |encore )?{_ABOUT}({NUMBER}) ?{_UNIT}\b"
)
_BARE: Final = re.compile(
    rf"(?:^|[,;:.–-] ?){_ABOUT}({NUMBER}) {_UNIT}"
    r"(?=\s*(?:$|[,.;!?…]|a peu pres|environ|comme ca|presque|j'ai attendu|on y|j'y|la-bas|dans l|en tout))"
)
_BIRTH: Final = re.compile(
    r"\b(?:quand|lorsque|apres que|a la naissance de|avec l'arrivee de|a l'arrivee de|jusqu'a la naissance de)"
    r" (?:(?:on a eu|j'ai eu|est nee?) )?"
    r"(?:m(?:a|on|es)|notre|nos|l[ae']|les|du|d'?) ?(?:premiere? |petite? |grande? |deuxieme |aine )?"
    r"(fille|fils|garcon|enfants?|gamine?s?|bebe|petite?|jumea\w+|jumelles|premiere?|ainee?|grande?)\b"
    r"(?: (?:est|sont|etait) nee?s?)?"
)
_LIFE: Final = re.compile(
    r"\b(quand|lorsque|apres|a|avec|suite a|au moment de|jusqu'(?:a|au)) (?:mon|ma|notre|le|la|l'|on s'est|je me suis|j'ai pris ma)\s?"
    r"(divorce|separation|separes?|mariage|maries?|retraite|deces|licenciement|rencontre|mise en couple|veuvage|mort)\b"
)
_CHILD: Final = re.compile(
    r"\b(?:ma|mon|notre|la|le) (?:petite? |grande? )?(fille|fils|garcon|gamine?|grande?|petite?|premiere?|ainee?)(?: \w+)?"
    rf" (?:a|va avoir|vient d'avoir|a eu) ({NUMBER}) (ans|mois)\b"
)
_CHILD_BORN: Final = re.compile(
    r"\b(?:ma|mon|notre|nos|mes|la|le|les) (?:petite? |grande? |deux )?"
    r"(fille|fils|garcon|gamine?s?|grande?|petite?|premiere?|ainee?|jumea\w+|jumelles|enfants)(?: \w+)?"
    rf" (?:est|sont) nee?s? (?:la |ici )?en ({_DATE_SAID})"
)
_OWN_BIRTH: Final = re.compile(
    rf"\b(?:suis|moi) nee? (?:ici |la )?(?:(?:a|en|au) \w[\w' -]{{2,30}},? )?en (?:{_DATE_SAID}|{_SHORT})\b"
)
# The months of the lockdowns of 2020 and of the years of Covid.
_COVID: Final = re.compile(
    r"\b(?:(avant|apres|pendant|durant|depuis|des|au|avec|jusqu'au)\s)?(?:tout )?(?:le |la )?"
    r"(?:(premier|deuxieme|second|1er|2e) )?(confinement|covid|crise sanitaire|pandemie)\b"
)
_LOCKDOWN: Final = ("2020-03", "2020-05")
_SECOND_LOCKDOWN: Final = ("2020-10", "2020-12")
_COVID_YEARS: Final = ("2020-03", "2021-05")
_BEFORE_COVID: Final = ("2019-07", "2020-03")
_AFTER_COVID: Final = ("2021-05", "2022-12")
_DECADE_PARTS: Final = {"debut": (0, 3), "milieu": (4, 6), "fin": (7, 9)}
_SPECIAL_MONTHS: Final = {"noel": (12, 12), "paques": (4, 4), "rentree": (9, 9), **SEASONS}


def children(text: str, interview: str | None) -> tuple[tuple[str, Moment], ...]:
    """When the children spoken of in an interview were born, from the years or ages said (« ma fille a dix ans »)."""
    plain = folded(text)
    found = [
        (match[1], moment) for match in _CHILD_BORN.finditer(plain) if (moment := _date(match[2])) is not None
    ]
    for match in _CHILD.finditer(plain) if interview is not None else ():
        value = number(match[2])
        if value is not None and interview is not None:
            years = match[3] == "ans"
            end = month_of(interview) - value * (12 if years else 1)
            found.append((match[1], months_moment(end - (12 if years else 1), end, Precision.APPROXIMATE)))
    return tuple(found)


def expressions(text: str, anchors: Anchors, *, before: Moment | None = None) -> list[TimeExpression]:
    """The expressions of time of a stretch of text, in order, none inside another.

    `before` is the last moment told before, for « deux ans après ».
    """
    found: list[TimeExpression] = []
    plain = folded(text)
    own_birth = [match.span() for match in _OWN_BIRTH.finditer(plain)]
    for candidate in _candidates(plain, text, anchors, before):
        taken = (*own_birth, *((other.start, other.end) for other in found))
        if all(candidate.end <= start or candidate.start >= end for start, end in taken):
            found.append(candidate)
    return sorted((_ending(each, plain) for each in found), key=lambda each: each.start)


_UNTIL: Final = re.compile(r"\bjusqu'(?!en\b)[^.;]{2,40}$")
_NEW_SUBJECT: Final = re.compile(r"\b(?:je|j'|on|nous)\b")


def _ending(expression: TimeExpression, text: str) -> TimeExpression:
    """« jusqu'à notre divorce, il y a huit ans » ends a stay, as « jusqu'en 2018 » does."""
    if expression.role is not Role.START or expression.moment is None:
        return expression
    until = _UNTIL.search(text[: expression.start])
    if until is None or _NEW_SUBJECT.search(until[0][6:]):
        return expression
    return replace(expression, role=Role.END)


def _candidates(text: str, said: str, anchors: Anchors, before: Moment | None) -> Iterator[TimeExpression]:
    """All readings, the most specific first; `said` is the text before it was folded."""
    for match in _RANGE.finditer(text):
        until = _date(match[2]) or _short_year(match[2], anchors)
        yield TimeExpression(match.start(), match.end(), Role.RANGE, _date(match[1]), until)
    for match in _AGES.finditer(text):
        first, last = (_at_age(words, anchors.birth) for words in (match[1], match[2]))
        yield TimeExpression(match.start(), match.end(), Role.RANGE, first, last)
    for match in _LATER.finditer(text):
        yield _later(match, before)
    for match in _LASTED.finditer(text):
        yield _duration(match)
    for match in _AGO.finditer(text):
        moment = _ago(match[1], match[2], match[3], anchors.interview)
        yield TimeExpression(match.start(), match.end(), Role.START, moment)
    yield from _ages(text, said, anchors)
    yield from _calendar(text, anchors, before)
    for match in _COVID.finditer(text):
        role = Role.END if (match[1] or "").startswith("jusqu") else Role.START
        yield TimeExpression(match.start(), match.end(), role, _covid(match))
    for match in _BIRTH.finditer(text):
        born = _born(match[1], anchors)
        yield TimeExpression(match.start(), match.end(), Role.START if born else Role.UNSOLVED, born)
    for match in _LIFE.finditer(text):
        role = Role.OPEN_END if match[1].startswith("jusqu") else Role.UNSOLVED
        yield TimeExpression(match.start(), match.end(), role)
    for match in _BARE.finditer(text):
        yield _duration(match)


def _ages(text: str, said: str, anchors: Anchors) -> Iterator[TimeExpression]:
    """Ages of the speaker, and the moments of youth that have one."""
    for match in _AGE.finditer(text):
        # « Ma fille a dix ans » is no age of the speaker's: folded, « a » and « à » look the same.
        if match[1] == "a" and said[match.start()] == "a":
            continue
        role = Role.END if match[1].startswith("jusqu") else Role.START
        yield TimeExpression(match.start(), match.end(), role, _at_age(match[2], anchors.birth))
    for pattern, years in ((_COMING_OF_AGE, (18, 18)), (_SCHOOL, (17, 18)), (_ARMY, (18, 21))):
        for match in pattern.finditer(text):
            role = Role.END if match[1] else Role.START
            yield TimeExpression(match.start(), match.end(), role, _between_ages(*years, anchors.birth))


def _calendar(text: str, anchors: Anchors, before: Moment | None) -> Iterator[TimeExpression]:
    """Years, months and seasons, said in full or counted from the day of the interview."""
    for match in _LATEST.finditer(text):
        role = Role.END if (match[1] or "").startswith("jusqu") else Role.START
        yield TimeExpression(match.start(), match.end(), role, _latest(match[2], match[3], anchors.interview))
    for pattern in (_WHEN, _WHEN_SAID):
        for match in pattern.finditer(text):
            role = Role.END if (match[1] or "").startswith("jusqu") else Role.START
            yield TimeExpression(match.start(), match.end(), role, _date(match[2], about=match[1] == "vers"))
    for pattern in (_SHORT_YEAR, _SHORT_SAID):
        for match in pattern.finditer(text):
            role = Role.END if match[1].startswith("jusqu") else Role.START
            yield TimeExpression(match.start(), match.end(), role, _short_year(match[2], anchors, match[1]))
    for match in _DECADE.finditer(text):
        yield TimeExpression(match.start(), match.end(), Role.START, _decade(match[1], match[2]))
    for match in _SINCE_MONTH.finditer(text):
        yield TimeExpression(
            match.start(), match.end(), Role.START, _latest(match[1], "dernier", anchors.interview)
        )
    for match in _LAST_YEAR.finditer(text):
        yield TimeExpression(match.start(), match.end(), Role.START, _last_year(match[1], anchors.interview))
    for match in _IN_MONTH.finditer(text):
        if before is not None:
            yield TimeExpression(match.start(), match.end(), Role.START, _next_month(match[1], before))


def _duration(match: re.Match[str]) -> TimeExpression:
    return TimeExpression(
        match.start(), match.end(), Role.DURATION, months=_months(match[1], match[2], match[3])
    )


def _born(word: str, anchors: Anchors) -> Moment | None:
    """The birth of the child named; any child will do for « le bébé », « les enfants »."""
    for known, moment in anchors.children:
        if known[:4] == word[:4] or word.startswith(("enf", "beb", "pet", "pre", "ain", "gran")):
            return moment
    return None


def _date(words: str, *, about: bool = False) -> Moment | None:
    found = year(words)
    if found is None:
        return None
    for name, month in MONTHS.items():
        if re.search(rf"\b{name}\b", words):
            return month_moment(found * 12 + month - 1)
    if special := re.search(rf"\b{_CHRISTMAS}\b", words):
        return month_moment(found * 12 + _SPECIAL_MONTHS[special[0]][0] - 1)
    for part in _PARTS:
        if re.search(rf"\b{part}\b", words):
            return part_of_year(part, found)
    if about:
        return Moment(first_day(found * 12 - 12), last_day(found * 12 + 23), Precision.APPROXIMATE)
    return year_moment(found)


def _short_year(words: str, anchors: Anchors, before: str = "") -> Moment | None:
    """« en 98 », « en soixante-treize », « Noël 84 »: 98 is 1998 when 2098 is to come."""
    short = number(words.strip("'"))
    if short is None:
        return None
    limit = int(anchors.interview[:4]) if anchors.interview else 2030
    full = 2000 + short if 2000 + short <= limit else 1900 + short
    return _date(f"{before} {full}", about=before == "vers") if before else year_moment(full)


def _decade(part: str | None, words: str) -> Moment | None:
    value = number(words.strip("'")[-2:]) if words.strip("'").isdigit() else number(words)
    if value is None or value % 10:
        return None
    begin = (1900 if value >= 30 else 2000) + value
    first, last = _DECADE_PARTS.get(part or "", (0, 9))
    return months_moment((begin + first) * 12, (begin + last) * 12 + 11, Precision.APPROXIMATE)


def _latest(name: str, which: str, interview: str | None) -> Moment | None:
    """The last month or season of that name before the interview, or that of the year before."""
    if interview is None:
        return None
    day, this_year = month_of(interview), int(interview[:4])
    first, last = _SPECIAL_MONTHS.get(name) or (MONTHS[name], MONTHS[name])
    own = this_year - 1 if which in ("de l'annee derniere", "de l'an dernier") else this_year
    if (
        which not in ("de cette annee", "de l'annee derniere", "de l'an dernier")
        and own * 12 + first - 1 > day
    ):
        own -= 1
    kind = Precision.MONTH if first == last else Precision.SEASON
    return months_moment(own * 12 + first - 1, own * 12 + last - 1, kind)


def _last_year(words: str, interview: str | None) -> Moment | None:
    if interview is None or words == "cet ete":
        return None if interview is None else _latest("ete", "dernier", interview)
    return year_moment(int(interview[:4]) - (words != "cette annee"))


def _next_month(name: str, before: Moment) -> Moment:
    """The first month of that name from the moment told before."""
    first = month_of(before.earliest)
    month = first - first % 12 + MONTHS[name] - 1
    return month_moment(month if month >= first else month + 12)


def _covid(match: re.Match[str]) -> Moment:
    when, which, what = match[1] or "", match[2] or "", match[3]
    if when == "avant":
        first, last = _BEFORE_COVID
    elif when == "apres":
        first, last = _AFTER_COVID
    elif which in ("deuxieme", "second", "2e"):
        first, last = _SECOND_LOCKDOWN
    else:
        first, last = _LOCKDOWN if what == "confinement" else _COVID_YEARS
    return months_moment(month_of(f"{first}-01"), month_of(f"{last}-01"), Precision.APPROXIMATE)


def _at_age(words: str, birth: Moment | None) -> Moment | None:
    value = number(words)
    return None if value is None else _between_ages(value, value, birth)


def _between_ages(youngest: int, oldest: int, birth: Moment | None) -> Moment | None:
    if birth is None:
        return None
    first, last = month_of(birth.earliest) + 12 * youngest, month_of(birth.latest) + 12 * oldest + 11
    return months_moment(first, last, Precision.APPROXIMATE)


def _months(words: str, unit: str, half: str | None = None) -> tuple[int, int] | None:
    """The shortest and longest number of months that a duration may be."""
    value = number(words)
    if value is None:
        return None
    if unit.startswith("sem"):
        return max(value // 5, 0), max(value // 4, 1)
    if unit == "mois":
        return max(value - 1, 1), value + 1
    if half:
        return 12 * value + 3, 12 * value + 9
    slack = 24 if any(about in words for about in ROUND) else 6
    return max(12 * value - slack, 1), 12 * value + slack


def _ago(words: str, unit: str, half: str | None, interview: str | None) -> Moment | None:
    months = _months(words, unit, half)
    if months is None or interview is None:
        return None
    day = month_of(interview)
    return months_moment(day - months[1], day - months[0], Precision.APPROXIMATE)


def _later(match: re.Match[str], before: Moment | None) -> TimeExpression:
    months = (6, 18) if match[4] else _months(match[1], match[2], match[3])
    if before is None or months is None:
        return TimeExpression(match.start(), match.end(), Role.UNSOLVED, later=True)
    return TimeExpression(match.start(), match.end(), Role.START, after(before, months), later=True)


def after(moment: Moment, months: tuple[int, int]) -> Moment:
    """What comes a duration after a moment."""
    first, last = month_of(moment.earliest) + months[0], month_of(moment.latest) + months[1]
    return months_moment(first, last, Precision.APPROXIMATE)
