"""The columns of one question read together: what each row answers to it.

A field reads a block of rows at once and remembers what each distinct cell said, which is what makes large imports fast.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, cast
from unicodedata import is_normalized

from habitat_enquete.errors import Code
from habitat_enquete.ingest.answers.choices import (
    ChoiceSet,
    Tick,
    Token,
    choice_set,
    fold,
    numbered_choices,
    ranks_in,
    tick,
)
from habitat_enquete.ingest.answers.headers import Column, Part
from habitat_enquete.ingest.answers.values import (
    BLANK,
    EXCEL_LIMIT,
    NOT_SHOWN,
    Parsed,
    Parser,
    number_text,
    parse_text,
    parser_for,
    plain,
)
from habitat_enquete.ingest.files.cellscan import column_letters
from habitat_enquete.ingest.files.workbooks import CellValue
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType
from habitat_enquete.model.response import AnswerState

Rows = Sequence[list[CellValue]]

CELL_ERRORS: Final = frozenset(
    {"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#VALEUR!", "#NOM?"}
)
# What stands in a cell whose formula was never calculated.
UNCOMPUTED: Final = "#NON CALCULÉ"
# What makes a text need more than being kept, beside blank edges: masks and errors at its start, marks of exporters inside.
_ODD_MARKS: Final = (*(f"\x1e{letter}" for letter in "<'\"#"), "{", "\r", "\ufeff", "_x000D_")
_MULTIPLE: Final = frozenset({QuestionType.SELECT_MULTIPLE, QuestionType.RANK})


class Item(NamedTuple):
    """One answer of a cell: value, state, label, what was typed if other, and the letters of its column."""

    value: str
    state: AnswerState
    label: str
    raw: str
    letters: str


class Issue(NamedTuple):
    """A problem met in a cell: its code, what was typed, what completes the sentence, the letters of the column."""

    code: Code
    value: str
    hint: str
    letters: str


class Reading(NamedTuple):
    """What one row answers to one question: its items, the text of « autre » with its column, the problems met.

    `text` is the canonical value that conditions look at: codes apart by spaces for several choices.
    """

    items: tuple[Item, ...]
    text: str
    other: str = ""
    other_letters: str = ""
    issues: tuple[Issue, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Context:
    """What reading a cell depends on beside its question."""

    questionnaire: Questionnaire
    today: dt.date
    ranked: bool = False
    recodes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    companions: frozenset[str] = frozenset()  # questions whose « autre » text has a column of its own


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
        read = _Multiple(question, ordered, sample, context).read
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


def reading_of(parsed: Parsed, raw: CellValue, letters: str) -> Reading:
    """The reading of a cell that holds one answer."""
    value, state, label, issue, hint = parsed
    typed = raw if isinstance(raw, str) else plain(raw)
    item = Item(value, state, label, "" if typed == value else typed, letters)
    issues = () if issue is None else (Issue(issue, typed, hint, letters),)
    return Reading((item,), value, "", "", issues)


def _error(raw: CellValue) -> Parsed | None:
    if not isinstance(raw, str) or not raw.startswith("#"):
        return None
    if raw == UNCOMPUTED:
        return Parsed("", AnswerState.NO_ANSWER, "", Code.ANSWER_FORMULA)
    return Parsed(raw, AnswerState.INVALID, "", Code.ANSWER_CELL_ERROR) if raw in CELL_ERRORS else None


def _answering(columns: Sequence[Column]) -> int:
    """The index of the column that holds the answer itself."""
    return next((c.index for c in columns if c.target.part is Part.ANSWER), columns[0].index)


def _simple(index: int, parser: Parser) -> Callable[[Rows], list[Reading]]:
    letters = column_letters(index + 1)

    def compute(raw: CellValue) -> Reading:
        return reading_of(_error(raw) or parser(raw), raw, letters)

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
        return reading_of(_error(raw) or parse_geopoint(raw), raw, letters)

    return lambda rows: [compute(row) for row in rows]


def _labelled(choices: ChoiceSet, cells: Iterable[CellValue]) -> bool:
    """Whether cells hold labels rather than codes, judged on the choices whose code and label differ."""
    codes = labels = 0
    names = {fold(choice.name) for choice in choices.choices if fold(choice.name) != fold(choice.label)}
    for cell in cells:
        for token in choices.tokens(plain(cell)):
            if token.choice is not None:
                if fold(token.text) in names:
                    codes += 1
                else:
                    labels += 1
    return labels > codes


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
    choices.labelled = _labelled(choices, (row[answer] for row in sample if answer < len(row)))
    letters = column_letters(answer + 1)
    free = choices.labelled and question.name not in context.companions and other is None

    def compute(raw: CellValue) -> Reading:
        parsed = _error(raw) or (choices.single(raw) if choices.choices else parse_text(raw))
        if parsed.issue is Code.ANSWER_UNKNOWN_CHOICE and free and choices.other:
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


class _Multiple:
    """Several choices: in one cell, in one column each, in a column per mention, or in several of these at once."""

    def __init__(self, question: Question, columns: list[Column], sample: Rows, context: Context) -> None:
        self.question = question
        self.choices = choice_set(
            context.questionnaire, question, recodes=context.recodes.get(question.name), ranked=context.ranked
        )
        by_part: dict[Part, list[Column]] = {part: [] for part in Part}
        for column in columns:
            by_part[column.target.part].append(column)
        self.whole = by_part[Part.ANSWER]
        self.ticks = [column for column in by_part[Part.CHOICE] if column.target.choice is not None]
        self.mentions = by_part[Part.MENTION]
        self.others = by_part[Part.OTHER]
        self.indexes = [c.index for c in (*self.whole, *self.ticks, *self.mentions, *self.others)]
        cells = [row[c.index] for row in sample for c in (*self.whole, *self.mentions) if c.index < len(row)]
        self.choices.labelled = _labelled(self.choices, cells)
        self.free = self.choices.labelled and question.name not in context.companions and not self.others
        self.memo: dict[tuple[CellValue, ...], Reading] = {}

    def read(self, rows: Rows) -> list[Reading]:
        memo, indexes = self.memo, self.indexes
        found = []
        for row in rows:
            key = tuple([row[index] for index in indexes])
            reading = memo.get(key)
            if reading is None:
                reading = memo[key] = self._compute(key)
            found.append(reading)
        return found

    def _compute(self, cells: tuple[CellValue, ...]) -> Reading:
        at = _Cells(dict(zip(self.indexes, cells, strict=True)))
        named, unknown, issues = self._named(at)
        ticked, texts, states = self._ticked(at, issues)
        if self.whole and self.ticks and named and ticked and set(named) != set(ticked) and not unknown:
            issues.append(Issue(Code.ANSWER_SPLIT_DISAGREES, "", "", _letters(self.whole[0])))
        chosen = dict(named or ticked)
        texts += [(typed, _letters(c)) for c in self.others if (typed := parse_text(at[c]).value)]
        texts = [text for text in texts if text[0] not in CELL_ERRORS and text[0].casefold() != "n/a"]
        if texts and self.choices.other:
            chosen.setdefault(self.choices.other, texts[0][1])
        return self._reading(chosen, unknown, texts, issues, states)

    def _named(self, at: _Cells) -> tuple[dict[str, str], list[tuple[str, str]], list[Issue]]:
        """The choices named in cells, with the column of each; the words that name none; the problems met."""
        named: dict[str, str] = {}
        unknown: list[tuple[str, str]] = []
        issues: list[Issue] = []
        for column in (*self.whole, *self.mentions):
            text = plain(at[column]).strip()
            if text in CELL_ERRORS:
                issues.append(Issue(Code.ANSWER_CELL_ERROR, text, "", _letters(column)))
                continue
            if text.casefold() in {"n/a", "{question_not_shown}", "{spss_missing}"}:
                continue
            for token in self._tokens(column, text):
                if token.choice is not None:
                    named.setdefault(token.choice, _letters(column))
                else:
                    unknown.append((token.text, _letters(column)))
        return named, unknown, issues

    def _tokens(self, column: Column, text: str) -> list[Token]:
        """The choices of a cell; a tick in the column of the nth choice names it."""
        rank = column.target.rank
        if column.target.part is Part.MENTION and 1 <= rank <= len(self.choices.choices):
            choice = self.choices.choices[rank - 1]
            if not self.choices.named(text) and (said := tick(text, choice)) is not Tick.TEXT:
                return [Token(choice.name, text)] if said is Tick.YES else []
        whole = self.choices.named(text) if text else None
        return [Token(whole, text)] if whole else self.choices.tokens(text)

    def _ticked(
        self, at: _Cells, issues: list[Issue]
    ) -> tuple[dict[str, str], list[tuple[str, str]], set[Tick]]:
        ticked: dict[str, str] = {}
        texts: list[tuple[str, str]] = []
        states: set[Tick] = set()
        for column in self.ticks:
            choice = column.target.choice
            assert choice is not None
            raw = at[column]
            said = tick(raw, choice)
            states.add(said)
            if said is Tick.YES:
                ticked[choice.name] = _letters(column)
            elif said is Tick.TEXT and (typed := plain(raw).strip()) in CELL_ERRORS:
                issues.append(Issue(Code.ANSWER_CELL_ERROR, typed, "", _letters(column)))
            elif said is Tick.TEXT and choice.name == self.choices.other:
                ticked[choice.name] = _letters(column)
                texts.append((typed, _letters(column)))
            elif said is Tick.TEXT:
                issues.append(Issue(Code.ANSWER_NOT_TICK, typed, "", _letters(column)))
        return ticked, texts, states

    def _reading(
        self,
        chosen: dict[str, str],
        unknown: list[tuple[str, str]],
        texts: list[tuple[str, str]],
        issues: list[Issue],
        states: set[Tick],
    ) -> Reading:
        items: list[Item] = []
        if unknown and self.free and self.choices.other:
            words = ", ".join(text for text, _ in unknown)
            texts = [*texts, (words, unknown[0][1])]
            issues.append(Issue(Code.ANSWER_OTHER_TEXT, words, "", unknown[0][1]))
            chosen.setdefault(self.choices.other, unknown[0][1])
            unknown = []
        names = sorted(chosen, key=self.choices.order.__getitem__)
        for name in list(chosen) if self.question.type is QuestionType.RANK else names:
            items.append(Item(name, self.choices.states[name], self.choices.labels[name], "", chosen[name]))
        for text, letters in unknown:
            items.append(Item(text, AnswerState.INVALID, "", "", letters))
            hint = self.choices.nearest(text)
            issues.append(Issue(Code.ANSWER_UNKNOWN_CHOICE, text, hint, letters))
        if not items:
            first = self.indexes[0] + 1
            not_shown = Tick.NOT_SHOWN in states and Tick.NO not in states
            empty = NOT_SHOWN if not_shown else BLANK
            items.append(Item("", empty.state, "", "", column_letters(first)))
        text = " ".join(item.value for item in items)
        other, other_letters = texts[0] if texts else ("", "")
        return Reading(tuple(items), text, other, other_letters, tuple(issues))


class _Cells:
    """The cells of a row, by column."""

    def __init__(self, cells: dict[int, CellValue]) -> None:
        self._cells = cells

    def __getitem__(self, column: Column) -> CellValue:
        return self._cells[column.index]


def _letters(column: Column) -> str:
    return column_letters(column.index + 1)
