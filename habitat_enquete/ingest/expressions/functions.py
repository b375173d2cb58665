"""The functions of XLSForm expressions that need only their arguments, and the names of all the others."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Final

from habitat_enquete.ingest.expressions.patterns import compiled_pattern
from habitat_enquete.ingest.expressions.values import (
    NAN,
    Scalar,
    Value,
    as_date,
    as_moment,
    boolean,
    day_of,
    many,
    number,
    string,
)

MANY: Final = 99


@dataclass(frozen=True, slots=True)
class Function:
    """A function of its arguments alone: how many it takes, and what it gives."""

    least: int
    most: int
    apply: Callable[..., Value]


def selected(value: Value, code: Value) -> bool:
    """Whether a choice is ticked; nothing is ticked in an empty answer."""
    return string(code).strip() in string(value).split()


def _selected_at(value: Value, rank: Value) -> str:
    chosen, at = string(value).split(), number(rank)
    return chosen[int(at)] if 0 <= at < len(chosen) else ""


def _regex(value: Value, pattern: Value) -> bool:
    """Whether the whole text follows the pattern."""
    compiled = compiled_pattern(string(pattern))
    return compiled is not None and compiled.fullmatch(string(value)) is not None


def _texts(*values: Value) -> list[str]:
    return [string(each) for value in values for each in many(value)]


def _numbers(*values: Value) -> list[float]:
    """The numbers among arguments and lists; empty answers do not count."""
    return [number(each) for value in values for each in many(value) if each != ""]


def _extreme(choose: Callable[[list[float]], float]) -> Callable[..., float]:
    def extreme(*values: Value) -> float:
        numbers = _numbers(*values)
        return NAN if not numbers or any(map(math.isnan, numbers)) else choose(numbers)

    return extreme


def _round(value: Value, places: Value = 0.0) -> float:
    """Halves go up, as in XPath; `2.345` is rounded as it is written, not as the machine holds it."""
    exact, digits = number(value), number(places)
    if math.isnan(exact) or math.isinf(exact) or math.isnan(digits):
        return exact
    scale = Fraction(10) ** int(max(-15, min(15, digits)))
    return float(Fraction(math.floor(Fraction(repr(exact)) * scale + Fraction(1, 2))) / scale)


def _int(value: Value) -> float:
    exact = number(value)
    return exact if math.isnan(exact) or math.isinf(exact) else float(math.trunc(exact))


def _numeric(function: Callable[..., float]) -> Callable[..., float]:
    """A function of numbers that gives NaN outside its domain."""

    def safe(*values: Value) -> float:
        arguments = [number(value) for value in values]
        if any(map(math.isnan, arguments)):
            return NAN
        try:
            return float(function(*arguments))
        except (ValueError, OverflowError, ZeroDivisionError):
            return NAN

    return safe


def _substr(value: Value, start: Value, end: Value = math.inf) -> str:
    """Characters from `start` (from 0) up to `end`, excluded; negative places count from the end."""
    text = string(value)
    return text[_place(start, len(text)) : _place(end, len(text))]


def _place(value: Value, length: int) -> int:
    at = number(value)
    if math.isnan(at):
        return 0
    at = max(-float(length), min(float(length), at))
    return int(at) if at >= 0 else length + int(at)


def _between(before: bool) -> Callable[[Value, Value], str]:
    def part(value: Value, mark: Value) -> str:
        text, sought = string(value), string(mark)
        at = text.find(sought)
        if at < 0:
            return ""
        return text[:at] if before else text[at + len(sought) :]

    return part


def _translate(value: Value, old: Value, new: Value) -> str:
    replacing = string(new)
    table: dict[int, str] = {}
    for rank, character in enumerate(string(old)):
        table.setdefault(ord(character), replacing[rank] if rank < len(replacing) else "")
    return string(value).translate(table)


def _boolean_from_string(value: Value) -> bool:
    return string(value).lower() in {"true", "1"}


def _date(value: Value) -> Scalar:
    found = day_of(value)
    if isinstance(found, datetime):
        return found.date()
    return found if found is not None else ""


def _moment(value: Value) -> Scalar:
    text = string(value)
    return as_moment(text) or as_date(text) or ""


def _decimal_time(value: Value) -> float:
    text = string(value)
    moment = as_moment(text)
    if moment is not None and "T" in text:
        return number(moment.time())
    try:
        return number(time.fromisoformat(text).replace(tzinfo=None))
    except ValueError:
        return NAN


_MONTHS: Final = (
    *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
    *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
)
_DAYS: Final = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")


def _format_date(value: Value, pattern: Value) -> str:
    """The date written by a pattern of `%Y %y %m %n %b %d %e %a %H %h %M %S %3`."""
    found = _moment(value) if isinstance(value, str) else day_of(value)
    if not isinstance(found, date):
        return ""
    moment = found if isinstance(found, datetime) else datetime(found.year, found.month, found.day)
    return re.sub(r"%([YymnbdeaHhMS3])", lambda mark: _dated(moment, mark.group(1)), string(pattern))


def _dated(moment: datetime, mark: str) -> str:
    return {
        "Y": f"{moment.year:04d}",
        "y": f"{moment.year % 100:02d}",
        "m": f"{moment.month:02d}",
        "n": str(moment.month),
        "b": _MONTHS[moment.month - 1],
        "d": f"{moment.day:02d}",
        "e": str(moment.day),
        "a": _DAYS[moment.weekday()],
        "H": f"{moment.hour:02d}",
        "h": str(moment.hour),
        "M": f"{moment.minute:02d}",
        "S": f"{moment.second:02d}",
        "3": f"{moment.microsecond // 1000:03d}",
    }[mark]


def _checklist(least: Value, most: Value, *answers: Value) -> bool:
    return _within(sum(boolean(each) for answer in answers for each in many(answer)), least, most)


def _weighted_checklist(least: Value, most: Value, *pairs: Value) -> bool:
    weights = zip(pairs[::2], pairs[1::2], strict=False)
    return _within(sum(number(weight) for answer, weight in weights if boolean(answer)), least, most)


def _within(total: float, least: Value, most: Value) -> bool:
    low, high = number(least), number(most)
    return (low < 0 or total >= low) and (high < 0 or total <= high)


# By name: XPath 1.0 and ODK XForms. What needs the answers (if, count, position…) is in `expressions`.
FUNCTIONS: Final[Mapping[str, Function]] = {
    "selected": Function(2, 2, selected),
    "is-selected": Function(2, 2, selected),
    "selected-at": Function(2, 2, _selected_at),
    "count-selected": Function(1, 1, lambda value: float(len(string(value).split()))),
    "not": Function(1, 1, lambda value: not boolean(value)),
    "boolean": Function(1, 1, boolean),
    "boolean-from-string": Function(1, 1, _boolean_from_string),
    "number": Function(1, 1, number),
    "int": Function(1, 1, _int),
    "round": Function(1, 2, _round),
    "string": Function(1, 1, string),
    "date": Function(1, 1, _date),
    "date-time": Function(1, 1, _moment),
    "decimal-date-time": Function(1, 1, lambda value: number(_moment(value))),
    "decimal-time": Function(1, 1, _decimal_time),
    "format-date": Function(2, 2, _format_date),
    "format-date-time": Function(2, 2, _format_date),
    "concat": Function(1, MANY, lambda *values: "".join(_texts(*values))),
    "join": Function(1, MANY, lambda mark, *values: string(mark).join(_texts(*values))),
    "contains": Function(2, 2, lambda value, part: string(part) in string(value)),
    "starts-with": Function(2, 2, lambda value, part: string(value).startswith(string(part))),
    "ends-with": Function(2, 2, lambda value, part: string(value).endswith(string(part))),
    "substr": Function(2, 3, _substr),
    "substring-before": Function(2, 2, _between(True)),
    "substring-after": Function(2, 2, _between(False)),
    "translate": Function(3, 3, _translate),
    "regex": Function(2, 2, _regex),
    "count-non-empty": Function(1, 1, lambda value: float(sum(each != "" for each in many(value)))),
    "sum": Function(1, 1, lambda value: math.fsum(_numbers(value))),
    "min": Function(1, MANY, _extreme(min)),
    "max": Function(1, MANY, _extreme(max)),
    "abs": Function(1, 1, _numeric(abs)),
    "floor": Function(1, 1, _numeric(math.floor)),
    "ceiling": Function(1, 1, _numeric(math.ceil)),
    "pow": Function(2, 2, _numeric(math.pow)),
    "sqrt": Function(1, 1, _numeric(math.sqrt)),
    "exp": Function(1, 1, _numeric(math.exp)),
    "exp10": Function(1, 1, _numeric(lambda value: math.pow(10, value))),
    "log": Function(1, 1, _numeric(lambda value: math.log(value) if value else -math.inf)),
    "log10": Function(1, 1, _numeric(lambda value: math.log10(value) if value else -math.inf)),
    "sin": Function(1, 1, _numeric(math.sin)),
    "cos": Function(1, 1, _numeric(math.cos)),
    "tan": Function(1, 1, _numeric(math.tan)),
    "asin": Function(1, 1, _numeric(math.asin)),
    "acos": Function(1, 1, _numeric(math.acos)),
    "atan": Function(1, 1, _numeric(math.atan)),
    "atan2": Function(2, 2, _numeric(math.atan2)),
    "pi": Function(0, 0, lambda: math.pi),
    "true": Function(0, 0, lambda: True),
    "false": Function(0, 0, lambda: False),
    "checklist": Function(3, MANY, _checklist),
    "weighted-checklist": Function(4, MANY, _weighted_checklist),
}
# Functions that look at the answers around, with the number of their arguments.
CONTEXTUAL: Final[Mapping[str, tuple[int, int]]] = {
    "if": (3, 3),
    "coalesce": (1, MANY),
    "count": (1, 1),
    "position": (0, 1),
    "indexed-repeat": (3, 7),
    "once": (1, 1),
    "today": (0, 0),
    "now": (0, 0),
    "string-length": (0, 1),
    "normalize-space": (0, 1),
    "jr:choice-name": (2, 2),
}
# Known to collection tools, but which need a device, a file or chance.
ELSEWHERE: Final = frozenset(
    {
        "uuid",
        "random",
        "pulldata",
        "instance",
        "search",
        "current",
        "last",
        "randomize",
        "area",
        "distance",
        "geofence",
        "digest",
        "base64-decode",
        "extract-signed",
        "property",
        "version",
        "jr:itext",
        "id",
        "name",
        "local-name",
        "namespace-uri",
        "lang",
        "intersects",
        "enclosed-area",
    }
)
# What a browser computes, but ODK Collect and KoboCollect stop at. Tried on JavaRosa.
NOT_IN_COLLECT: Final = frozenset({"floor", "ceiling"})
KNOWN: Final = frozenset({*FUNCTIONS, *CONTEXTUAL, *ELSEWHERE})
