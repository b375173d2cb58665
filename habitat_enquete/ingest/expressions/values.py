"""What an expression handles: texts, numbers, truths, dates and lists of answers; and how they turn into one another.

The rules are those of ODK (JavaRosa): an empty answer is the empty text, is no number (NaN), and compares false with
anything but the empty text. `=` and `!=` are each other's contrary.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

from habitat_enquete.model.questionnaire import QuestionType

Scalar: TypeAlias = str | float | bool | date | time
Value: TypeAlias = Scalar | tuple[Scalar, ...]

NAN: Final = math.nan
_NUMBER: Final = re.compile(r"\s*-?(\d+(\.\d*)?|\.\d+)\s*")
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T.*")
_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = 86_400.0
_TOLERANCE: Final = 1e-12


def typed(text: str, kind: QuestionType) -> Scalar:
    """The value of an answer written as `text` (number with a point, ISO date), according to the type of its question.

    An answer that is not of its type stays a text; a date may be partial (`2019`, `2019-03`: its first day).
    """
    if text == "":
        return ""
    if kind.is_number:
        return number(text)
    if kind is QuestionType.DATE:
        return as_date(text) or text
    if kind is QuestionType.DATETIME:
        return as_moment(text) or as_date(text) or text
    if kind is QuestionType.TIME:
        return as_time(text) or text
    return text


def as_date(text: str) -> date | None:
    """The date written in ISO form; None when it is not one."""
    if _MOMENT.fullmatch(text):
        moment = as_moment(text)
        return moment.date() if moment else None
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    year, month, day = (int(part or 1) for part in found.groups())
    return date(year, month, day) if _exists(year, month, day) else None


def _exists(year: int, month: int, day: int) -> bool:
    if not (1 <= year <= 9999 and 1 <= month <= 12 and day >= 1):
        return False
    following = date(year + month // 12, month % 12 + 1, 1) if year < 9999 or month < 12 else None
    return day <= ((following - timedelta(days=1)).day if following else 31)


def as_moment(text: str) -> datetime | None:
    """The date and time written in ISO form, without its time zone; None when it is not one."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def as_time(text: str) -> time | None:
    """The time written in ISO form, without its time zone; None when it is not one."""
    try:
        return time.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def first(value: Value) -> Scalar:
    """One value: the first of a list, the empty text for an empty list."""
    if isinstance(value, tuple):
        return value[0] if value else ""
    return value


def many(value: Value) -> tuple[Scalar, ...]:
    """Values as a list."""
    return value if isinstance(value, tuple) else (value,)


def boolean(value: Value) -> bool:
    """Truth: a non-empty text, a number other than 0 and NaN, a date, a non-empty list."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return value != "" if isinstance(value, str) else value != ()


def number(value: Value) -> float:
    """A number: NaN for what is not one; dates count days since 1970-01-01, times fractions of a day."""
    value = first(value)
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, datetime):
        midnight = datetime(value.year, value.month, value.day)
        return float((value.date() - _EPOCH).days) + (value - midnight).total_seconds() / _DAY
    if isinstance(value, date):
        return float((value - _EPOCH).days)
    if isinstance(value, time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / _DAY
    return _number_of_text(value)


def _number_of_text(text: str) -> float:
    if _NUMBER.fullmatch(text):
        return float(text)
    full = _DATE.fullmatch(text.strip())
    if full and full.group(3):
        day = as_date(text)
        return number(day) if day else NAN
    moment = as_moment(text) if _MOMENT.fullmatch(text) else None
    return number(moment) if moment else NAN


def string(value: Value) -> str:
    """A text: whole numbers without decimals, dates in ISO form."""
    value = first(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _text_of_number(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat()


def _text_of_number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value == int(value) and abs(value) < 1e16 else repr(value)


def day_of(value: Value) -> date | None:
    """The date that `value` is, or stands for; None when there is none."""
    value = first(value)
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, float):
        within = not math.isnan(value) and -719_162 <= value <= 2_932_896
        return _EPOCH + timedelta(days=math.floor(value)) if within else None
    return as_date(value) if isinstance(value, str) else None


def equal(left: Value, right: Value) -> bool:
    """`left = right`; for lists, whether any of their values are equal."""
    if isinstance(left, tuple) or isinstance(right, tuple):
        return any(_equal(a, b) for a in many(left) for b in many(right))
    return _equal(left, right)


def different(left: Value, right: Value) -> bool:
    """`left != right`; for lists, whether any of their values differ."""
    if isinstance(left, tuple) or isinstance(right, tuple):
        return any(not _equal(a, b) for a in many(left) for b in many(right))
    return not _equal(left, right)


def _equal(left: Scalar, right: Scalar) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return boolean(left) == boolean(right)
    a, b = number(left), number(right)
    return a == b or abs(a - b) < _TOLERANCE  # NaN is equal to nothing


def compare(left: Value, operator: str, right: Value) -> bool:
    """`left < right` and its like, on numbers and dates; false as soon as one is empty or is no number."""
    if isinstance(left, tuple) or isinstance(right, tuple):
        return any(compare(a, operator, b) for a in many(left) for b in many(right))
    a, b = number(left), number(right)
    if operator == "<":
        return a < b
    if operator == "<=":
        return a <= b
    return a > b if operator == ">" else a >= b
