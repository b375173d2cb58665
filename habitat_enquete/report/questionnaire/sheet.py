"""A questionnaire as it is laid on paper: numbered questions, boxes to tick, conditions in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from habitat_enquete.ingest.expressions.bounds import bounds_of
from habitat_enquete.ingest.expressions.french import Wording, piped
from habitat_enquete.model.questionnaire import Group, Question, Questionnaire, QuestionType, Repeat
from habitat_enquete.report.questionnaire.skips import Skips

REPETITIONS: Final = 5
_CODE_LENGTH: Final = 3
_GREATEST: Final = 100_000
_INSTRUCTIONS: Final = {
    QuestionType.SELECT_ONE: "Une seule réponse",
    QuestionType.SELECT_MULTIPLE: "Plusieurs réponses possibles",
    QuestionType.RANK: "Numérotez de la plus importante (1) à la moins importante",
    QuestionType.MATRIX: "Une réponse par ligne",
}


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """A box to tick: its label, its number on the page, whether a text is asked beside it, where to go next (« Q9 »)."""

    label: str
    code: str
    specify: bool = False
    goto: str = ""


@dataclass(frozen=True, slots=True)
class SheetQuestion:
    """A question on paper.

    number: « Q4 »; empty for a note.
    kind: note, agreement, single, multiple, rank, matrix, text, lines, date, time, number, place.
    label, hint, instruction: what is read aloud, what helps, how to answer.
    condition: when it is asked, in words; empty when always.
    choices: the boxes; of a matrix, the columns.
    rows: of a matrix, its lines.
    unit, date_format: what follows the blank, how a date is written.
    digits: how many boxes a whole number takes; 0 for a blank.
    required: whether an answer is expected.
    """

    number: str
    kind: str
    label: str
    hint: str = ""
    instruction: str = ""
    condition: str = ""
    choices: tuple[SheetChoice, ...] = ()
    rows: tuple[str, ...] = ()
    unit: str = ""
    date_format: str = ""
    required: bool = False
    digits: int = 0


@dataclass(frozen=True, slots=True)
class SheetBlock:
    """Questions under one title. `repetitions` is 0 for a plain block, else how many columns a grid has."""

    title: str
    hint: str
    condition: str
    questions: tuple[SheetQuestion, ...]
    repetitions: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A questionnaire on paper.

    title, version: as in the definition. blocks: in order. count: how many numbered questions.
    identification: the blanks of the first page, filled by the interviewer.
    """

    title: str
    version: str
    blocks: tuple[SheetBlock, ...]
    count: int
    identification: tuple[str, ...] = ("N° du questionnaire", "Enquêteur", "Date", "Lieu", "Début", "Fin")


@dataclass(frozen=True, slots=True)
class _Page:
    """What laying a question out must know of the whole questionnaire."""

    questionnaire: Questionnaire
    marks: dict[str, str]
    skips: Skips
    wording: Wording


def sheet_of(questionnaire: Questionnaire) -> Sheet:
    """The paper form of a questionnaire; what the collection tool fills by itself is left out."""
    marks = _marks(questionnaire)
    page = _Page(questionnaire, marks, Skips(questionnaire, marks), Wording(questionnaire, marks))
    blocks = tuple(_blocks(page))
    count = sum(len(block.questions) - _notes(block) for block in blocks)
    return Sheet(questionnaire.title or questionnaire.id, questionnaire.version, blocks, count)


def _notes(block: SheetBlock) -> int:
    return sum(question.kind == "note" for question in block.questions)


def _marks(questionnaire: Questionnaire) -> dict[str, str]:
    """The number of each question; a matrix row has that of its matrix and a letter."""
    marks: dict[str, str] = {}
    number = 0
    for question in questionnaire.questions:
        if not _is_printed(question) or question.type is QuestionType.NOTE:
            continue
        number += 1
        marks[question.name] = f"Q{number}"
        for rank, row in enumerate(question.rows):
            marks[f"{question.name}_{row.name}"] = f"Q{number}{chr(ord('a') + rank % 26)}"
    return marks


def _is_printed(question: Question) -> bool:
    return question.type.is_answered or question.type is QuestionType.NOTE


def _blocks(page: _Page) -> Iterator[SheetBlock]:
    """Consecutive questions of the same blocks, in the order of the questionnaire."""
    gathered: list[Question] = []
    for question in page.questionnaire.questions:
        if not _is_printed(question):
            continue
        if gathered and question.group != gathered[-1].group:
            yield _block(page, gathered)
            gathered = []
        gathered.append(question)
    if gathered:
        yield _block(page, gathered)


def _block(page: _Page, questions: list[Question]) -> SheetBlock:
    around = page.questionnaire.around(questions[0])
    inner: Group | Repeat | None = around[-1] if around and around[-1].path == questions[0].group else None
    repeated = next((each for each in around if isinstance(each, Repeat)), None)
    count = int(repeated.count) if repeated and repeated.count.isdigit() else REPETITIONS
    conditions = [page.wording.of(each.relevant) for each in around if each.relevant]
    return SheetBlock(
        inner.label if inner else "",
        inner.hint if inner else "",
        " et ".join(conditions),
        tuple(_question(page, each) for each in questions),
        count if repeated else 0,
    )


def _question(page: _Page, question: Question) -> SheetQuestion:
    return SheetQuestion(
        number=page.marks.get(question.name, ""),
        kind=_kind(question),
        label=piped(question.label, page.marks),
        hint=piped(" · ".join(filter(None, (question.hint, _range(question)))), page.marks),
        instruction=_instruction(question),
        condition=page.wording.of(question.relevant) if question.relevant else "",
        choices=tuple(_choices(page, question)),
        rows=tuple(row.label for row in question.rows),
        unit=question.unit,
        date_format={"mois": "MM/AAAA", "annee": "AAAA"}.get(question.precision or "", "JJ/MM/AAAA"),
        required=question.required,
        digits=_digits(question),
    )


def _choices(page: _Page, question: Question) -> Iterator[SheetChoice]:
    """The boxes, numbered by their codes when these are numbers, else in their order."""
    choices = page.questionnaire.choices_of(question)
    coded = all(choice.name.isdecimal() and len(choice.name) <= _CODE_LENGTH for choice in choices)
    gotos = page.skips.after(question)
    for rank, choice in enumerate(choices, start=1):
        number = choice.name if coded else str(rank)
        yield SheetChoice(choice.label, number, choice.specify, gotos.get(choice.name, ""))


def _digits(question: Question) -> int:
    """The boxes of a whole number: as many as its greatest value has digits."""
    high = bounds_of(question).high
    if question.type is not QuestionType.INTEGER or high is None or not 0 < high < _GREATEST:
        return 0
    return len(f"{high:.0f}")


def _range(question: Question) -> str:
    """The numbers accepted, in words: « de 16 à 110 »."""
    bounds = bounds_of(question)
    low, high = (
        None if each is None else f"{each:g}".replace(".", ",") for each in (bounds.low, bounds.high)
    )
    if not question.type.is_number or (low is None and high is None) or low == high:
        return ""
    if low is None or high is None:
        return f"{low} au moins" if low is not None else f"{high} au plus"
    return f"de {low} à {high}"


def _kind(question: Question) -> str:
    kinds = {
        QuestionType.NOTE: "note",
        QuestionType.ACKNOWLEDGE: "agreement",
        QuestionType.SELECT_ONE: "single",
        QuestionType.SELECT_MULTIPLE: "multiple",
        QuestionType.RANK: "rank",
        QuestionType.MATRIX: "matrix",
        QuestionType.DATE: "date",
        QuestionType.DATETIME: "date",
        QuestionType.TIME: "time",
        QuestionType.GEOPOINT: "place",
    }
    if question.type.is_number:
        return "number"
    if question.type is QuestionType.TEXT and (question.multiline or question.code):
        return "lines"
    return kinds.get(question.type, "text")


def _instruction(question: Question) -> str:
    text = _INSTRUCTIONS.get(question.type, "")
    if (
        question.type is QuestionType.SELECT_MULTIPLE
        and question.maximum_choices
        and "réponse" not in question.hint
    ):
        return f"{text} ({question.maximum_choices} au plus)"
    return "" if "réponse" in question.hint else text
