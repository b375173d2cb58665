"""What a cell says, by the type of its question: numbers, dates, codes and texts as people and exporters write them."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, NamedTuple

from habitat_enquete.errors import Code
from habitat_enquete.ingest.files.spss import DeclaredMissing
from habitat_enquete.ingest.files.workbooks import CellValue
from habitat_enquete.model.questionnaire import Question, QuestionType
from habitat_enquete.model.response import AnswerState
from habitat_enquete.model.text import normalised


class Parsed(NamedTuple):
    """What a cell says: a canonical value, its state, its label, and the problem met if any (`hint` completes it)."""

    value: str
    state: AnswerState
    label: str = ""
    issue: Code | None = None
    hint: str = ""


Parser = Callable[[CellValue], Parsed]

BLANK: Final = Parsed("", AnswerState.NO_ANSWER)
NOT_SHOWN: Final = Parsed("", AnswerState.NOT_ASKED)
# What exporters write when the question was not shown, or was shown and left.
NOT_SHOWN_MARKS: Final = frozenset({"{question_not_shown}", "n/a", "{not_shown}"})
_MISSING_WORDS: Final = {
    **dict.fromkeys(
        ("nsp", "ne sait pas", "je ne sais pas", "sais pas", "dk", "don't know", "?"), AnswerState.DONT_KNOW
    ),
    **dict.fromkeys(
        (
            "nr",
            "refus",
            "refuse",
            "refus de répondre",
            "refuse de répondre",
            "ne souhaite pas répondre",
            "ne veut pas répondre",
            "ne se prononce pas",
        ),
        AnswerState.REFUSED,
    ),
    **dict.fromkeys(
        ("na", "n/a", "none", "null", "nan", "-", "--", "—", "non réponse", "sans réponse", "{spss_missing}"),
        AnswerState.NO_ANSWER,
    ),
    "{question_not_shown}": AnswerState.NOT_ASKED,
}
_TRUNCATED: Final = "<WARNING: Truncated to Excel limit of 32767 characters!>"
EXCEL_LIMIT: Final = 32_767
_MASKED: Final = re.compile(r"^(?:'|\")(?=[=+\-@])")
_CARRIAGE: Final = re.compile(r"_x000D_(?=\n|$|_)?")
_SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009']+")
_NUMBER: Final = re.compile(r"^([-+−]?\d[\d.,]*)(.*)$")
_UNITS: Final = frozenset(
    [
        "€",
        "eur",
        "euro",
        "euros",
        "%",
        "m²",
        "m2",
        "m",
        "ha",
        "km",
        "min",
        "mn",
        "minutes",
        "h",
        "heures",
        "ans",
        "an",
        "année",
        "années",
        "mois",
        "/mois",
        "€/mois",
        "euros/mois",
        "€/an",
        "personnes",
        "personne",
        "pers",
        "pers.",
        "pièces",
        "pièce",
        "logements",
        "enfants",
        "enfant",
    ]
)
_AMBIGUOUS: Final = re.compile(r"^[-+−]?[1-9]\d{0,2}\.\d{3}$")
_GEOGRAPHIC: Final = re.compile(r"(?:^|[\s_-])(?:insee|cog|cp|code_?postal|code_?commune)(?:$|[\s_-])")
_MONTHS: Final = {
    name: rank
    for rank, names in enumerate(
        (
            "janvier janv jan",
            "février fevrier févr fevr fev fév",
            "mars mar",
            "avril avr",
            "mai",
            "juin",
            "juillet juil",
            "août aout",
            "septembre sept sep",
            "octobre oct",
            "novembre nov",
            "décembre decembre déc dec",
        ),
        1,
    )
    for name in names.split()
}
_ISO: Final = re.compile(r"^(\d{4})-(\d{1,2})(?:-(\d{1,2})(?:[tT ].*)?)?$")
_NUMERIC_DATE: Final = re.compile(r"^(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})(?:\s.*)?$")
_YEAR_FIRST: Final = re.compile(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:\s.*)?$")
_MONTH_YEAR: Final = re.compile(r"^(\d{1,2})\s*[/.\-]\s*(\d{4})$")
_WORDED: Final = re.compile(r"^(?:(\d{1,2})(?:er)?\s+)?([a-zéûà]+)\.?\s+(\d{4})$")
_EPOCH: Final = dt.date(1899, 12, 30)
_SERIALS: Final = (10_000, 80_000)  # 1927 … 2119
_YEARS: Final = (1900, 2100)


def parser_for(question: Question, *, today: dt.date) -> Parser:
    """How to read the cells of a question that is not a choice."""
    match question.type:
        case QuestionType.INTEGER | QuestionType.DECIMAL | QuestionType.RANGE:
            return _number_parser(question)
        case QuestionType.DATE:
            return lambda raw: parse_date(raw, today=today)
        case QuestionType.DATETIME | QuestionType.METADATA:
            return parse_moment
        case QuestionType.TIME:
            return parse_time
        case QuestionType.GEOPOINT:
            return parse_geopoint
        case QuestionType.ACKNOWLEDGE:
            return parse_acknowledge
        case _ if is_geographic(question):
            return lambda raw: parse_code(raw, digits=5)
        case _:
            return parse_text


def is_geographic(question: Question) -> bool:
    """Whether a text question asks for a commune's or a postal code, five characters long."""
    words = f"{question.name} {question.label} {question.attribute or ''}".casefold().replace("é", "e")
    return (
        bool(_GEOGRAPHIC.search(words))
        or r"\d{5}" in question.constraint
        or "[0-9]{5}" in question.constraint
    )


def plain(raw: CellValue) -> str:
    """The cell as text, as a spreadsheet would show it unformatted.

    >>> plain(12.0), plain(True), plain(dt.date(2026, 3, 1))
    ('12', 'VRAI', '2026-03-01')
    """
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "VRAI" if raw else "FAUX"
    if isinstance(raw, float | int):
        return number_text(raw)
    if isinstance(raw, dt.datetime):
        return raw.isoformat(sep=" ", timespec="seconds")
    return str(raw) if isinstance(raw, dt.timedelta) else raw.isoformat()


def number_text(number: float) -> str:
    """The shortest plain writing of a number.

    >>> number_text(1004.0), number_text(0.1), number_text(1e15)
    ('1004', '0.1', '1000000000000000')
    """
    text = repr(number)
    if "e" not in text and "n" not in text:  # neither an exponent, nor inf or nan
        return text.removesuffix(".0")
    if isinstance(number, float) and not math.isfinite(number):
        return ""
    if number == int(number):
        return str(int(number))
    return format(Decimal(repr(number)), "f")


def parse_text(raw: CellValue) -> Parsed:
    """A text as typed, masks of exporters removed. `NA`, `None` and `NSP` are words like any other."""
    text = plain(raw)
    if not text:
        return BLANK
    issue = None
    if text.startswith(_TRUNCATED):
        text, issue = text.removeprefix(_TRUNCATED).lstrip(), Code.ANSWER_TRUNCATED
    elif len(text) == EXCEL_LIMIT:
        issue = Code.ANSWER_TRUNCATED
    if "_x000D_" in text:
        text = _CARRIAGE.sub("", text)
    if text[0] in "'\"":
        text = _MASKED.sub("", text)
    text = (text if text.isascii() and "\r" not in text else normalised(text)).strip()
    if not text:
        return BLANK
    if "{" in text:
        if text == "{question_not_shown}":
            return NOT_SHOWN
        text = text.replace("{newline}", "\n")
    return Parsed(text, AnswerState.ANSWERED, "", issue)


def parse_code(raw: CellValue, *, digits: int) -> Parsed:
    """A code of fixed length; a number that lost its leading zeros gets them back, and it is said."""
    parsed = parse_text(raw)
    value = parsed.value.replace(" ", "").upper()
    if parsed.state is not AnswerState.ANSWERED:
        return parsed
    if value.isdigit() and digits - 2 < len(value) < digits:
        return Parsed(value.zfill(digits), AnswerState.ANSWERED, "", Code.CODE_PADDED, value.zfill(digits))
    return parsed._replace(value=value if len(value) == digits else parsed.value)


def _number_parser(question: Question) -> Parser:
    unit = question.unit.casefold().strip()
    units = _UNITS | {unit} if unit else _UNITS
    integer = question.type is QuestionType.INTEGER
    return lambda raw: parse_number(raw, integer=integer, units=units)


def parse_number(raw: CellValue, *, integer: bool = False, units: frozenset[str] = _UNITS) -> Parsed:
    """A number however it is written: `12 500 €`, `1 234,50`, `45 m²`, a year that Excel shows as a date.

    >>> parse_number("12\\u202f500\\u00a0€").value, parse_number("1 234,50").value
    ('12500', '1234.5')
    """
    if isinstance(raw, bool):
        return Parsed(plain(raw), AnswerState.INVALID, "", Code.ANSWER_NOT_NUMBER)
    if isinstance(raw, float | int):
        return _integral(number_text(raw), raw, integer)
    if isinstance(raw, dt.datetime | dt.date):
        day = raw.date() if isinstance(raw, dt.datetime) else raw
        number = str(_serial(day))
        return Parsed(number, AnswerState.ANSWERED, "", Code.NUMBER_AS_DATE, number)
    if not isinstance(raw, str):
        return Parsed(plain(raw), AnswerState.INVALID, "", Code.ANSWER_NOT_NUMBER)
    text = raw.strip()
    if not text:
        return BLANK
    if (word := _missing(text)) is not None:
        return word
    return _number_from_text(text, integer, units)


def _number_from_text(text: str, integer: bool, units: frozenset[str]) -> Parsed:
    compact = _SPACES.sub("", unicodedata.normalize("NFKC", text).replace("²", "2"))
    found = _NUMBER.match(compact)
    tail = found[2].casefold() if found else ""
    if found is None or (tail and tail not in units and tail.replace("2", "²") not in units):
        return Parsed(text, AnswerState.INVALID, "", Code.ANSWER_NOT_NUMBER)
    digits = found[1].replace("−", "-")
    ambiguous = bool(_AMBIGUOUS.match(digits))
    if ambiguous and integer:
        digits = digits.replace(".", "")
    try:
        number = Decimal(_decimal_point(digits))
    except InvalidOperation:
        return Parsed(text, AnswerState.INVALID, "", Code.ANSWER_NOT_NUMBER)
    value = format(number.normalize(), "f") if number else "0"
    parsed = _integral(value, number, integer)
    return (
        parsed._replace(issue=Code.NUMBER_AMBIGUOUS, hint=value) if ambiguous and not parsed.issue else parsed
    )


def _decimal_point(digits: str) -> str:
    """`1.234,50` and `1,234.50` → `1234.50`; a lone comma is decimal, as in French."""
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and point >= 0:
        thousands, decimal = (",", ".") if point > comma else (".", ",")
        return digits.replace(thousands, "").replace(decimal, ".")
    mark = "," if comma >= 0 else "."
    return digits.replace(mark, "") if digits.count(mark) > 1 else digits.replace(",", ".")


def _integral(value: str, number: float | Decimal, integer: bool) -> Parsed:
    if integer and "." in value:
        return Parsed(value, AnswerState.INVALID, "", Code.ANSWER_NOT_INTEGER)
    if value == "":
        return BLANK
    return Parsed(value, AnswerState.ANSWERED)


def declared_missing(raw: CellValue) -> Parsed | None:
    """The answer of a value that its file declares missing: unknown, refused, else not given; None for any other cell."""
    if not isinstance(raw, DeclaredMissing):
        return None
    return _missing(raw.strip()) or Parsed("", AnswerState.NO_ANSWER)


def _missing(text: str) -> Parsed | None:
    state = _MISSING_WORDS.get(text.casefold().replace("’", "'"))
    if state is None:
        return None
    return (
        Parsed("", state) if state in {AnswerState.NO_ANSWER, AnswerState.NOT_ASKED} else Parsed(text, state)
    )


def parse_date(raw: CellValue, *, today: dt.date) -> Parsed:
    """A date, ISO, as precise as it was given: `2019-03-12`, `2019-03`, `2019`. Day before month, as in French.

    >>> parse_date("3/2019", today=dt.date(2026, 1, 1)).value
    '2019-03'
    """
    if isinstance(raw, dt.datetime):
        raw = raw.date()
    if isinstance(raw, dt.date):
        return _excel_date(raw, today)
    if isinstance(raw, bool | dt.time | dt.timedelta):
        return Parsed(plain(raw), AnswerState.INVALID, "", Code.ANSWER_NOT_DATE)
    if isinstance(raw, float | int):
        return _serial_date(raw, today)
    text = raw.strip()
    return _written_date(text, today) if text else BLANK


@lru_cache(maxsize=1 << 15)  # the same days come back in every column of dates
def _written_date(text: str, today: dt.date) -> Parsed:
    """The date that a text says."""
    if (word := _missing(text)) is not None:
        return word
    if text.isdigit() and len(text) == 5:
        return _serial_date(int(text), today)
    value, issue = _text_date(text.casefold())
    if not value:
        return Parsed(text, AnswerState.INVALID, "", Code.ANSWER_NOT_DATE)
    return _checked_date(value, today, issue)


def _excel_date(day: dt.date, today: dt.date) -> Parsed:
    serial = (day - _EPOCH).days
    if _YEARS[0] <= serial <= _YEARS[1]:  # the year 2019 typed in a cell formatted as a date reads 1905-07-11
        return Parsed(str(serial), AnswerState.ANSWERED, "", Code.DATE_IS_YEAR, str(serial))
    return _checked_date(day.isoformat(), today, None)


def _serial(day: dt.date) -> int:
    """The number that a spreadsheet keeps for a day; before March 1900 it counts a 29 February that never was."""
    days = (day - _EPOCH).days
    return days - 1 if days <= 60 else days


def _serial_date(number: float, today: dt.date) -> Parsed:
    if number == int(number) and _YEARS[0] <= number <= _YEARS[1]:
        return _checked_date(str(int(number)), today, None)
    if _SERIALS[0] <= number <= _SERIALS[1]:
        return _checked_date((_EPOCH + dt.timedelta(days=int(number))).isoformat(), today, None)
    return Parsed(number_text(number), AnswerState.INVALID, "", Code.ANSWER_NOT_DATE)


def _checked_date(value: str, today: dt.date, issue: Code | None) -> Parsed:
    year = int(value[:4])
    if year < 1911 or value > (today + dt.timedelta(days=1)).isoformat()[: len(value)]:
        return Parsed(value, AnswerState.ANSWERED, "", Code.DATE_SUSPECT, value)
    return Parsed(value, AnswerState.ANSWERED, "", issue, value if issue else "")


def _text_date(text: str) -> tuple[str, Code | None]:
    if found := _ISO.match(text) or _YEAR_FIRST.match(text):
        year, month, day = found.groups()
        return _iso(int(year), int(month), int(day) if day else None), None
    if found := _NUMERIC_DATE.match(text):
        first, second, year = found.groups()
        whole = int(year) if len(year) == 4 else _century(int(year))
        if int(second) > 12 >= int(first):
            return _iso(whole, int(first), int(second)), Code.DATE_MONTH_FIRST
        return _iso(whole, int(second), int(first)), None
    if found := _MONTH_YEAR.match(text):
        return _iso(int(found[2]), int(found[1]), None), None
    if (found := _WORDED.match(text)) and (rank := _MONTHS.get(found[2])):
        return _iso(int(found[3]), rank, int(found[1]) if found[1] else None), None
    if text.isdigit() and len(text) == 4 and _YEARS[0] <= int(text) <= _YEARS[1]:
        return text, None
    return "", None


def _century(year: int) -> int:
    return 2000 + year if year <= 40 else 1900 + year


def _iso(year: int, month: int, day: int | None) -> str:
    """The ISO date, or '' when no calendar has it."""
    try:
        whole = dt.date(year, month, 1 if day is None else day)
    except ValueError:
        return ""
    return whole.isoformat()[:7] if day is None else whole.isoformat()


def parse_moment(raw: CellValue) -> Parsed:
    """A date and time, ISO as given; `2026-03-29 02:06:00` becomes `2026-03-29T02:06:00`."""
    if isinstance(raw, dt.datetime):
        return Parsed(raw.isoformat(timespec="seconds"), AnswerState.ANSWERED)
    text = plain(raw).strip()
    if not text:
        return BLANK
    if (word := _missing(text)) is not None:
        return word
    if re.match(r"^\d{4}-\d{2}-\d{2} \d", text):
        text = text.replace(" ", "T", 1)
    return Parsed(text, AnswerState.ANSWERED)


def parse_time(raw: CellValue) -> Parsed:
    """A time of day, `HH:MM:SS`; `8h30` and a fraction of a day are times too."""
    if isinstance(raw, dt.time):
        return Parsed(raw.isoformat(timespec="seconds"), AnswerState.ANSWERED)
    if isinstance(raw, float) and 0 <= raw < 1:
        return Parsed(str(dt.timedelta(seconds=round(raw * 86_400))).zfill(8), AnswerState.ANSWERED)
    text = plain(raw).strip()
    if not text:
        return BLANK
    if (word := _missing(text)) is not None:
        return word
    found = re.match(
        r"^(\d{1,2})\s*[h:]\s*(\d{2})?(?::(\d{2}))?(?:\.\d+)?(?:[+-]\d{2}:?\d{2}|z)?$", text.casefold()
    )
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return Parsed(text, AnswerState.INVALID, "", Code.ANSWER_NOT_TIME)
    return Parsed(f"{int(found[1]):02}:{found[2] or '00'}:{found[3] or '00'}", AnswerState.ANSWERED)


def parse_geopoint(raw: CellValue) -> Parsed:
    """A position: latitude, longitude, altitude, precision, plain numbers apart by spaces."""
    text = plain(raw).strip()
    if not text:
        return BLANK
    parts = re.split(r"[\s;]+|,\s+", text)
    try:
        numbers = [number_text(float(part.replace(",", "."))) for part in parts]
    except ValueError:
        numbers = []
    if not 2 <= len(numbers) <= 4 or not (abs(float(numbers[0])) <= 90 and abs(float(numbers[1])) <= 180):
        return Parsed(text, AnswerState.INVALID, "", Code.ANSWER_NOT_POSITION)
    return Parsed(" ".join(numbers), AnswerState.ANSWERED)


def parse_acknowledge(raw: CellValue) -> Parsed:
    """A consent box: `OK` when ticked in any of the ways exporters write it, nothing when not."""
    text = plain(raw).strip().casefold()
    if text in {"ok", "oui", "yes", "y", "1", "true", "vrai", "x", "coché", "j'accepte", "o"}:
        return Parsed("OK", AnswerState.ANSWERED)
    if text in {"", "non", "no", "n", "0", "2", "false", "faux", "non coché"}:
        return BLANK
    return Parsed(plain(raw).strip(), AnswerState.ANSWERED)
