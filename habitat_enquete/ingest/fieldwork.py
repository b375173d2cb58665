"""Where the collection stands: quotas, answers by day, contacts and their outcome, the log of interviews."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.answers.choices import bare
from habitat_enquete.ingest.answers.values import parse_date, plain
from habitat_enquete.ingest.files.workbooks import read_workbook
from habitat_enquete.model.questionnaire import Questionnaire, Quota
from habitat_enquete.model.response import AnswerState, Response


class Outcome(StrEnum):
    """What became of a contact."""

    TO_REACH = "à joindre"
    APPOINTMENT = "rendez-vous"
    DONE = "réalisé"
    REFUSED = "refus"
    OUT_OF_SCOPE = "hors champ"
    UNREACHABLE = "injoignable"
    UNKNOWN = "autre"


_OUTCOMES: Final = {
    Outcome.TO_REACH: "à joindre | a joindre | à contacter | à rappeler | en attente | nouveau | relance |",
    Outcome.APPOINTMENT: "rendez-vous | rdv | rendez-vous pris | rdv pris | planifié | prévu",
    Outcome.DONE: "réalisé | réalisée | realise | fait | faite | terminé | complet | répondu | ok | entretien réalisé",
    Outcome.REFUSED: "refus | refusé | refuse | ne souhaite pas | abandon",
    Outcome.OUT_OF_SCOPE: "hors champ | hors cible | non concerné | déménagé | décédé | doublon",
    Outcome.UNREACHABLE: "injoignable | pas de réponse | npa | numéro erroné | absent | sans réponse | échec",
}
_OUTCOME_OF: Final = {
    bare(word): outcome for outcome, words in _OUTCOMES.items() for word in words.split(" | ")
}
_STATUS_COLUMNS: Final = (
    "statut",
    "état",
    "etat",
    "resultat",
    "résultat",
    "issue",
    "status",
    "statut du contact",
    "suite",
)


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """One cell of a quota: how many wanted, how many done."""

    quota: str
    category: str
    target: int
    done: int

    @property
    def left(self) -> int:
        """How many are still to be found; never negative."""
        return max(0, self.target - self.done)


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contacts of a sample and what became of them.

    `response_rate` is that of AAPOR's RR1: done over all contacts that were not out of scope.
    """

    file: str
    outcomes: Mapping[Outcome, int]
    unread: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All the contacts."""
        return sum(self.outcomes.values())

    @property
    def response_rate(self) -> float:
        """The share of the contacts in scope who answered; 0 when there are none."""
        in_scope = self.total - self.outcomes.get(Outcome.OUT_OF_SCOPE, 0)
        return self.outcomes.get(Outcome.DONE, 0) / in_scope if in_scope else 0.0


@dataclass(frozen=True, slots=True)
class InterviewLine:
    """How far an interview has come: done, transcribed, pseudonymised, coded."""

    id: str
    date: str = ""
    place: str = ""
    done: bool = True
    transcribed: bool = False
    pseudonymised: bool = False
    coded: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """The responses of one day and all those until then."""

    date: str
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class Fieldwork:
    """Where the collection stands."""

    responses: Mapping[str, int]
    quotas: tuple[QuotaLine, ...] = ()
    days: tuple[Day, ...] = ()
    contacts: Contacts | None = None
    interviews: tuple[InterviewLine, ...] = field(default_factory=tuple)


def quota_lines(questionnaire: Questionnaire, responses: Iterable[Response]) -> list[QuotaLine]:
    """The quotas of a questionnaire: target and done, by category or by cross of categories."""
    listed = list(responses)
    return [line for quota in questionnaire.quotas for line in _lines(quota, questionnaire, listed)]


def _lines(quota: Quota, questionnaire: Questionnaire, responses: Sequence[Response]) -> Iterable[QuotaLine]:
    done: Counter[str] = Counter()
    for response in responses:
        given = {
            answer.question: answer.value
            for answer in response.answers
            if answer.state is AnswerState.ANSWERED and not answer.repeat
        }
        values = [given.get(question, "") for question in quota.questions]
        if all(values):
            done[" | ".join(values)] += 1
    for category, target in quota.targets.items():
        # « 60-74 » or « prop | 60-74 »: a band counts the numbers within it
        count = sum(n for key, n in done.items() if _falls_in(key, category))
        yield QuotaLine(quota.name, _labelled(category, quota, questionnaire), target, count)


def _falls_in(answers: str, category: str) -> bool:
    given, wanted = answers.split(" | "), [part.strip() for part in category.split("|")]
    return len(given) == len(wanted) and all(map(in_band, given, wanted))


def in_band(answer: str, category: str) -> bool:
    """Whether an answer is of a category: the same text, or a number within `18-29`, `<30`, `75+`, `moins de 30`, `75 et plus`.

    >>> in_band("42", "30-44"), in_band("42", "75+"), in_band("prop", "prop")
    (True, False, True)
    """
    if answer == category:
        return True
    try:
        number = float(answer)
    except ValueError:
        return False
    text = (
        category.casefold()
        .replace("ans", "")
        .replace("de ", "")
        .replace(" ", "")
        .replace("–", "-")
        .replace("à", "-")
    )
    if text.startswith("moins"):
        text = f"<{text.removeprefix('moins')}"
    bounds = text.split("-")
    if len(bounds) == 2 and all(bound.isdigit() for bound in bounds):
        return float(bounds[0]) <= number < float(bounds[1]) + 1
    if text.startswith("<") and text[1:].isdigit():
        return number < float(text[1:])
    low = text.removeprefix(">=").removesuffix("+").removesuffix("etplus")
    return text != low and low.isdigit() and number >= float(low)


def _labelled(category: str, quota: Quota, questionnaire: Questionnaire) -> str:
    parts = []
    for name, code in zip(quota.questions, (part.strip() for part in category.split("|")), strict=False):
        asked = next((question for question in questionnaire.asked() if question.name == name), None)
        choices = questionnaire.choices_of(asked) if asked is not None else ()
        parts.append(next((choice.label for choice in choices if choice.name == code), code))
    return " × ".join(parts) or category


def daily_curve(responses: Iterable[Response]) -> list[Day]:
    """Responses by day of the answer, from the first to the last, days without any included."""
    counts: Counter[dt.date] = Counter()
    for response in responses:
        stamp = next(
            (
                text
                for name in ("start", "date", "submitted", "end")
                if (text := response.attributes.get(name, ""))
            ),
            "",
        )
        parsed = parse_date(stamp, today=dt.date.max - dt.timedelta(days=2)).value if stamp else ""
        if len(parsed) == 10:
            counts[dt.date.fromisoformat(parsed)] += 1
    if not counts:
        return []
    first, last = min(counts), max(counts)
    days, total = [], 0
    for offset in range((last - first).days + 1):
        day = first + dt.timedelta(days=offset)
        total += counts[day]
        days.append(Day(day.isoformat(), counts[day], total))
    return days


def read_contacts(path: Path) -> Contacts:
    """The outcomes of a contact file (xlsx, ods, csv), from its column « statut » (« état », « résultat »…).

    Names, addresses and telephone numbers of the file are neither kept nor shown.
    Raises: EnqueteError: FIELDWORK_COLUMN, and what `read_workbook` refuses.
    """
    workbook = read_workbook(path)
    sheet = next((each for each in workbook.sheets if each.visible), workbook.sheets[0])
    rows = [[plain(cell).strip() for cell in row] for row in sheet.rows()]
    header = next(
        (number for number, row in enumerate(rows[:20]) if any(_is_status(cell) for cell in row)), None
    )
    if header is None:
        columns = ", ".join(f"« {cell} »" for cell in (rows[0] if rows else []) if cell)
        raise EnqueteError(
            Code.FIELDWORK_COLUMN, file=path.name, column="statut", columns=columns or "aucune"
        )
    column = next(index for index, cell in enumerate(rows[header]) if _is_status(cell))
    outcomes: Counter[Outcome] = Counter()
    unread: Counter[str] = Counter()
    for row in rows[header + 1 :]:
        if not any(row):
            continue
        text = row[column] if column < len(row) else ""
        outcome = _OUTCOME_OF.get(bare(text), Outcome.UNKNOWN)
        outcomes[outcome] += 1
        if outcome is Outcome.UNKNOWN:
            unread[text] += 1
    return Contacts(path.name, outcomes, tuple(unread))


def _is_status(cell: str) -> bool:
    return bare(cell) in _STATUS_COLUMNS
