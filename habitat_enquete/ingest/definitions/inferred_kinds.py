"""What one column of answers seems to hold: a number, a date, a position, a choice, a free text; and why."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from habitat_enquete.ingest.answers.choices import bare
from habitat_enquete.ingest.answers.values import parse_date, parse_number, plain
from habitat_enquete.ingest.definitions.inferred_choices import Chosen, chosen, grades
from habitat_enquete.ingest.files.workbooks import CellValue
from habitat_enquete.model.questionnaire import QuestionType
from habitat_enquete.model.response import AnswerState

_MOSTLY: Final = 0.95
OTHER_HEADER: Final = re.compile(
    r"(\[(other|autre)\]|_autre|_other|\((pr[ée]ciser|à pr[ée]ciser)\)|^autres? *:.*pr[ée]ci\w+.*)\s*$",
    re.IGNORECASE,
)
_PLACE_CODE: Final = re.compile(r"insee|code postal|\bcp\b|commune", re.IGNORECASE)
_PLACE_NAME: Final = re.compile(r"\bcommune|\bville\b", re.IGNORECASE)
_COUNTED: Final = re.compile(
    r"\b(combien|nombre|nb|effectif|âge|age|surface|durée|loyer|prix|montant|superficie|how many)\b",
    re.IGNORECASE,
)
_GRADED: Final = re.compile(
    r"satis|\bnotes?\b|\d à \d|sur (5|10)\b|accord|importan|échelle|likert|rate|scale", re.IGNORECASE
)
_OPEN: Final = re.compile(
    r"remarque|commentaire|suggestion|précisez|pr[ée]ciser|expliquez|racontez|décrivez|\bfreins?\b|difficult|difficile"
    r"|qu['’]est-ce qu|comment|please explain|other comments",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(
    r"\b(je|j['’]|nous|on|il y a|c['’]est|n['’]|était|avons|suis)\b|[.!?…]$", re.IGNORECASE
)
_GEOPOINT: Final = re.compile(r"-?\d{1,2}\.\d+ -?\d{1,3}\.\d+( -?[\d.]+){0,2}")
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE: Final = re.compile(r"(\+33 ?|0)[1-9]([ .-]?\d\d){4}")
_KEY_HEADER: Final = re.compile(
    r"répondant|respondent|identifiant|\bid\b|n°|num[ée]ro|dossier|\br[ée]f|\bcl[ée]\b", re.IGNORECASE
)
_KEY: Final = re.compile(r"[A-Za-z]{0,5}[-_/ ]?\d[\w/-]{0,20}")
_IDENTIFIED: Final = 10
_MOST_GRADES: Final = 7


@dataclass(frozen=True, slots=True)
class Answers:
    """A column: its header, its filled cells, and its label when another row of headers gives it."""

    header: str
    values: tuple[CellValue, ...]
    label: str = ""

    @property
    def texts(self) -> list[str]:
        """The cells as texts."""
        return [plain(value) for value in self.values]

    @property
    def words(self) -> str:
        """The header as words."""
        return f"{self.header} {self.label}".replace("_", " ")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds: the type of its question, its choices, and why it is thought so."""

    type: QuestionType
    why: str
    labels: tuple[str, ...] = ()
    precision: str | None = None
    coded: bool = False


def personal(column: Answers) -> str:
    """What says that a column names people: addresses, telephones; empty when nothing does."""
    texts = [text for text in column.texts if text.strip()]
    for pattern, what in ((_ADDRESS, "adresses électroniques"), (_PHONE, "numéros de téléphone")):
        found = sum(pattern.fullmatch(text.strip()) is not None for text in texts)
        if texts and found >= 0.8 * len(texts) and len(set(texts)) > 1:
            return what
    return ""


def identifies(column: Answers) -> bool:
    """Whether a column gives each row its own code: `R001`, `2026-0042`, under a header that says so."""
    texts = [text.strip() for text in column.texts]
    enough = len(texts) >= _IDENTIFIED and len(set(texts)) == len(texts)
    return enough and _KEY_HEADER.search(column.words) is not None and all(map(_KEY.fullmatch, texts))


def kind_of(column: Answers, today: dt.date) -> Kind:
    """The kind of question that a column answers."""
    texts = [text for text in column.texts if bare(text)]
    if not texts:
        return Kind(QuestionType.TEXT, "colonne vide : type à préciser")
    for guess in (_geopoint, _code, _time, _date, _scale, _number):
        if found := guess(column, texts, today):
            return found
    if set(texts) == {"OK"}:
        return Kind(QuestionType.ACKNOWLEDGE, "toujours « OK »")
    taken = None if _is_free(column, texts) else chosen(texts)
    return _of_choices(taken) if taken else _text(column, texts)


def _of_choices(taken: Chosen) -> Kind:
    return Kind(taken.kind, taken.why, taken.labels)


def _is_free(column: Answers, texts: list[str]) -> bool:
    """Whether answers are free even when they come back: specified texts, places, sentences."""
    if OTHER_HEADER.search(column.header) or _PLACE_NAME.search(column.words):
        return True
    words = _words(texts)
    said = sum(_SENTENCE.search(text) is not None for text in texts) >= 0.5 * len(texts)
    return (words > 4 and (said or _OPEN.search(column.words) is not None)) and not _joined(texts)


def _joined(texts: list[str]) -> bool:
    """Whether long answers are several choices put together."""
    taken = chosen(texts)
    return taken is not None and taken.kind is QuestionType.SELECT_MULTIPLE


def _words(texts: list[str]) -> float:
    return sum(len(text.split()) for text in texts) / len(texts)


def _text(column: Answers, texts: list[str]) -> Kind:
    """Free answers: those of several words are open questions, to be coded."""
    words = _words(texts)
    if words < 4 or OTHER_HEADER.search(column.header):
        return Kind(QuestionType.TEXT, "réponses libres courtes")
    return Kind(QuestionType.TEXT, f"réponses longues ({words:.0f} mots en moyenne), à coder", coded=True)


def _geopoint(column: Answers, texts: list[str], today: dt.date) -> Kind | None:
    if all(_GEOPOINT.fullmatch(text) for text in texts):
        return Kind(QuestionType.GEOPOINT, "latitude et longitude")
    return None


def _code(column: Answers, texts: list[str], today: dt.date) -> Kind | None:
    coded = sum(re.fullmatch(r"\d{4,5}|2[ABab]\d{3}", text) is not None for text in texts)
    if _PLACE_CODE.search(column.words) and coded >= _MOSTLY * len(texts):
        return Kind(QuestionType.TEXT, "codes de communes, gardés comme du texte")
    if all(re.fullmatch(r"\d+", text) for text in texts) and any(re.match(r"0\d", text) for text in texts):
        return Kind(QuestionType.TEXT, "zéros en tête, gardés comme du texte")
    return None


def _time(column: Answers, texts: list[str], today: dt.date) -> Kind | None:
    timed = all(isinstance(value, dt.time) or _TIME.fullmatch(plain(value)) for value in column.values)
    return Kind(QuestionType.TIME, "heures") if timed else None


def _date(column: Answers, texts: list[str], today: dt.date) -> Kind | None:
    parsed = [parse_date(value, today=today) for value in column.values if not _is_plain_number(value)]
    good = [each.value for each in parsed if each.state is AnswerState.ANSWERED and each.value]
    if len(good) < _MOSTLY * len(texts):
        return None
    if any(re.search(r"[T ]\d{1,2}:\d{2}", text) and not re.search(r"[T ]00:00", text) for text in texts):
        return Kind(QuestionType.DATETIME, "dates et heures")
    longest = max(len(value) for value in good)
    return Kind(
        QuestionType.DATE, "dates", (), None if longest == 10 else "mois" if longest == 7 else "annee"
    )


def _is_plain_number(value: CellValue) -> bool:
    typed = isinstance(value, int | float)
    return typed or (isinstance(value, str) and re.fullmatch(r"[\d\s.,]+", value) is not None)


def _scale(column: Answers, texts: list[str], today: dt.date) -> Kind | None:
    taken = grades(texts)
    return _of_choices(taken) if taken else None


def _number(column: Answers, texts: list[str], today: dt.date) -> Kind | None:
    parsed = [parse_number(value) for value in column.values]
    good = [each.value for each in parsed if each.state is AnswerState.ANSWERED and each.value]
    if len(good) < _MOSTLY * len(texts):
        return None
    low, high = (choose(good, key=float).replace(".", ",") for choose in (min, max))
    if any(not re.fullmatch(r"-?\d+", value) for value in good):
        return Kind(QuestionType.DECIMAL, f"nombres, de {low} à {high}")
    if _is_graded(good) and (_GRADED.search(column.words) or not _COUNTED.search(column.words)):
        return None  # a scale of answers coded by numbers: choices, to be labelled
    return Kind(QuestionType.INTEGER, f"nombres entiers, de {low} à {high}")


def _is_graded(numbers: Sequence[str]) -> bool:
    return (
        len(set(numbers)) <= _MOST_GRADES and len(numbers) >= 10 and set(map(int, numbers)) <= set(range(11))
    )
