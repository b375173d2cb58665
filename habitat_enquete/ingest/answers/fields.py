"""The columns of one question read together: what each row answers to it.

A field reads a block of rows at once and remembers what each distinct cell said, which is what makes large imports fast.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from unicodedata import is_normalized

from habitat_enquete.errors import Code
from habitat_enquete.ingest.answers.choices import ChoiceSet, choice_set, numbered_choices, ranks_in
from habitat_enquete.ingest.answers.headers import Column, Part
from habitat_enquete.ingest.answers.labelling import holds_labels
from habitat_enquete.ingest.answers.readings import (
    CELL_ERRORS,
    Context,
    Issue,
    Item,
    Reading,
    Rows,
    cell_error,
    reading_of,
)
from habitat_enquete.ingest.answers.several_choices import SeveralChoices
from habitat_enquete.ingest.answers.values import (
    EXCEL_LIMIT,
    Parser,
    declared_missing,
    number_text,
    parse_text,
    parser_for,
    plain,
)
from habitat_enquete.ingest.files.cellscan import column_letters
from habitat_enquete.ingest.files.workbooks import CellValue
from habitat_enquete.model.questionnaire import Question, QuestionType
from habitat_enquete.model.response import AnswerState

# What makes a text need more than being kept, beside blank edges: masks and errors at its start, marks of exporters inside.
_ODD_MARKS: Final = (*(f"\x1e{letter}" for letter in "<'\"#"), "{", "\r", "\ufeff", "_x000D_")
_MULTIPLE: Final = frozenset({QuestionType.SELECT_MULTIPLE, QuestionType.RANK})


@dataclass(slots=True)
class Field:
    """One question, the columns that answer it, and `read(rows)`, which gives one `Reading` per row.

    `plain(rows)` gives the texts of a block whose every cell is blank or needs nothing but being kept, else None.
    """

    question: Question
    letters: str
    read: Callable[[Rows], list[Reading]]
    repeat: int = 0
    columns: tuple[Column, ...] = ()
    plain: Callable[[Rows], list[str] | None] | None = None


def field_for(
    question: Question, columns: Sequence[Column], sample: Rows, context: Context, *, repeat: int = 0
) -> Field:
    """The field of `question`, read from `columns`; `sample` (some first rows) tells codes from labels."""
    ordered = sorted(columns, key=lambda column: column.index)
    letters = column_letters(ordered[0].index + 1)
    read: Callable[[Rows], list[Reading]]
    if question.type is QuestionType.GEOPOINT and any(c.target.part is Part.COMPONENT for c in ordered):
        read = _geopoint(ordered)
    elif question.type in _MULTIPLE:
        read = SeveralChoices(question, ordered, sample, context).read
    elif question.type.is_choice:
        read = _single_choice(question, ordered, sample, context)
    else:
        index = _answering(ordered)
        parser = parser_for(question, today=context.today)
        read = _simple(index, parser)
        letters = column_letters(index + 1)
        return Field(question, letters, read, repeat, tuple(ordered), _plain(question, index, parser))
    return Field(question, letters, read, repeat, tuple(ordered))


class _Memo(dict[Any, Reading]):
    """What each distinct cell says, computed once."""

    def __init__(self, compute: Callable[[Any], Reading]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, raw: Any) -> Reading:
        reading = self._compute(raw)
        self[raw] = reading
        return reading


def _remembered(index: int, compute: Callable[[Any], Reading]) -> Callable[[Rows], list[Reading]]:
    memo = _Memo(compute)

    def read(rows: Rows) -> list[Reading]:
        column = [row[index] for row in rows]
        # True and 1 are the same key: booleans are written out before they are looked up.
        if bool in set(map(type, column)):
            column = [plain(cell) if cell is True or cell is False else cell for cell in column]
        return [memo[cell] for cell in column]

    return read


def _answering(columns: Sequence[Column]) -> int:
    """The index of the column that holds the answer itself."""
    return next((c.index for c in columns if c.target.part is Part.ANSWER), columns[0].index)


def _simple(index: int, parser: Parser) -> Callable[[Rows], list[Reading]]:
    letters = column_letters(index + 1)

    def compute(raw: CellValue) -> Reading:
        return reading_of(cell_error(raw) or declared_missing(raw) or parser(raw), raw, letters)

    if parser is parse_text:  # open answers hardly ever repeat: remembering them only fills the memory
        return lambda rows: [compute(row[index]) for row in rows]
    return _remembered(index, compute)


def _plain(question: Question, index: int, parser: Parser) -> Callable[[Rows], list[str] | None] | None:
    """How to read at once the blocks of a question whose answers hardly ever repeat; None for the other questions."""
    if parser is parse_text:
        return lambda rows: plain_texts([row[index] for row in rows])
    if question.type is QuestionType.DECIMAL:
        return lambda rows: plain_numbers([row[index] for row in rows])
    return None


def plain_texts(column: list[CellValue]) -> list[str] | None:
    """The cells, if all are texts that are kept as they are typed; None when one of them needs more.

    The whole column is looked at, in a few passes over its letters, rather than each cell.
    """
    if set(map(type, column)) - {str}:
        return None
    texts = cast("list[str]", column)
    if list(map(str.strip, texts)) != texts or max(map(len, texts), default=0) >= EXCEL_LIMIT:
        return None
    whole = "\x1e" + "\x1e".join(texts)
    if any(mark in whole for mark in _ODD_MARKS) or not is_normalized("NFC", whole):
        return None
    return texts


def plain_numbers(column: list[CellValue]) -> list[str] | None:
    """The cells as texts, if all are numbers or blank; None when one of them needs more."""
    types = Counter(map(type, column))
    blanks = column.count("")
    if types[float] + types[str] < len(column) or types[str] > blanks:
        return None
    found = [number_text(cell) if isinstance(cell, float) else "" for cell in column]
    return found if found.count("") == blanks else None


def _geopoint(columns: list[Column]) -> Callable[[Rows], list[Reading]]:
    from habitat_enquete.ingest.answers.values import parse_geopoint

    whole = next((c.index for c in columns if c.target.part is Part.ANSWER), None)
    parts = sorted((c for c in columns if c.target.part is Part.COMPONENT), key=lambda c: c.target.rank)
    letters = column_letters((parts[0].index if whole is None else whole) + 1)

    def compute(row: list[CellValue]) -> Reading:
        raw = row[whole] if whole is not None else ""
        if raw == "":
            raw = " ".join(plain(row[c.index]).strip() for c in parts).strip()
        return reading_of(cell_error(raw) or parse_geopoint(raw), raw, letters)

    return lambda rows: [compute(row) for row in rows]


def _single_choice(
    question: Question, columns: list[Column], sample: Rows, context: Context
) -> Callable[[Rows], list[Reading]]:
    choices = choice_set(
        context.questionnaire, question, recodes=context.recodes.get(question.name), ranked=context.ranked
    )
    answer = next((c.index for c in columns if c.target.part in {Part.ANSWER, Part.MENTION}), None)
    other = next((c.index for c in columns if c.target.part is Part.OTHER), None)
    if answer is None:
        answer = columns[0].index
    if context.ranked:
        seen = ranks_in(row[answer] for row in sample)
        choices.numbered = numbered_choices(choices.choices, seen, other_apart=other is not None)
    cells = [row[answer] for row in sample if answer < len(row)]
    choices.read_labels(holds_labels(choices, cells, context))
    letters = column_letters(answer + 1)
    free = choices.labelled and question.name not in context.companions and other is None

    def compute(raw: CellValue) -> Reading:
        parsed = cell_error(raw) or (choices.single(raw) if choices.choices else parse_text(raw))
        if parsed.issue is Code.ANSWER_UNKNOWN_CHOICE and choices.other:
            if words := choices.other_words(parsed.value):
                return _free_text(choices, words, letters)._replace(issues=())
            if free:
                return _free_text(choices, parsed.value, letters)
        return reading_of(parsed, raw, letters)

    plain_read = _remembered(answer, compute)
    if other is None:
        return plain_read
    return lambda rows: [
        _with_other(reading, parse_text(row[other]).value, other, choices)
        for reading, row in zip(plain_read(rows), rows, strict=True)
    ]


def _free_text(choices: ChoiceSet, text: str, letters: str) -> Reading:
    """Somebody's own words in the cell of a choice (Google, Microsoft): « autre », with its text."""
    assert choices.other is not None
    issue = Issue(Code.ANSWER_OTHER_TEXT, text, "", letters)
    item = Item(choices.other, AnswerState.ANSWERED, choices.labels[choices.other], text, letters)
    return Reading((item,), choices.other, text, letters, (issue,))


def _with_other(reading: Reading, text: str, other: int, choices: ChoiceSet) -> Reading:
    """The reading completed by the text of its « autre » column."""
    if not text or text in CELL_ERRORS or text.casefold() in {"n/a", "{question_not_shown}"}:
        return reading
    letters = column_letters(other + 1)
    if reading.text == "" and choices.other:
        parsed = choices.parsed(choices.other)
        item = Item(parsed.value, parsed.state, parsed.label, text, letters)
        return Reading((item,), parsed.value, text, letters)
    return reading._replace(other=text, other_letters=letters)
