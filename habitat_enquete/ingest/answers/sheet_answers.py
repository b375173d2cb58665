"""From the rows of one sheet to answers: every column read by its question, checked by the rules, kept with its place.

Rows are read in blocks, a question at a time: what runs once per cell runs in loops that Python does not interpret.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, repeat
from typing import Any, Final

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.ingest.answers.fields import Field, field_for
from habitat_enquete.ingest.answers.headers import Column
from habitat_enquete.ingest.answers.labelling import label_evidence, ticks_are_flags
from habitat_enquete.ingest.answers.readings import Context, Issue, Item, Reading
from habitat_enquete.ingest.answers.routing import Rule
from habitat_enquete.ingest.answers.rows import Counts, Defects, Options, Row, Table, TableRows
from habitat_enquete.ingest.answers.validation import Breach, Checked, Checker, Slot
from habitat_enquete.ingest.files.workbooks import CellValue
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType
from habitat_enquete.model.response import Answer, AnswerState

BLOCK_ROWS: Final = 500
_SAMPLE_ROWS: Final = 300
_SHORT: Final = 60
_WARNINGS: Final = frozenset(
    {
        Code.ANSWER_OTHER_TEXT,
        Code.ANSWER_SPLIT_DISAGREES,
        Code.ANSWER_TRUNCATED,
        Code.NUMBER_AMBIGUOUS,
        Code.NUMBER_AS_DATE,
        Code.DATE_IS_YEAR,
        Code.DATE_SUSPECT,
        Code.DATE_MONTH_FIRST,
        Code.CODE_PADDED,
    }
)
_OTHER_ENDINGS: Final = ("autre", "other", "preciser", "precision", "oth", "spec")
_ANSWERED: Final = AnswerState.ANSWERED
_NO_ANSWER: Final = AnswerState.NO_ANSWER
_NOT_ASKED: Final = AnswerState.NOT_ASKED


@dataclass(slots=True)
class _Column:
    """What a block of rows answers to one question: a text per row, and readings unless every text is plain."""

    slot: Slot
    letters: str
    question: Question | None  # None for the text of « autre » that no column of its own holds
    texts: list[str]
    readings: list[Reading] | None = None

    def as_readings(self) -> list[Reading]:
        """One reading per row, made if there were none."""
        if self.readings is None:
            self.readings = [
                Reading((Item(text, _ANSWERED if text else _NO_ANSWER, "", "", self.letters),), text)
                for text in self.texts
            ]
        return self.readings


@dataclass(slots=True)
class SheetReader:
    """Reads one sheet block by block. Problems are gathered in `problems`, in the order of the rows of each block."""

    table: Table
    questionnaire: Questionnaire
    options: Options
    problems: list[Problem] = field(default_factory=list)
    asked: dict[str, Question] = field(init=False)
    fields: list[Field] = field(init=False)
    checker: Checker = field(init=False)
    counts: Counts = field(default_factory=Counts)
    defects: Defects = field(default_factory=Defects)
    labelled: bool = False  # whether labels of choices are written: what the rest of the file does, then what this sheet does
    _rows: TableRows = field(init=False)
    _conditional: set[str] = field(init=False)
    _involved: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.asked = {question.name: question for question in self.questionnaire.asked()}
        self.checker = Checker(self.questionnaire, self.options.now)
        self._involved = self.checker.involved()
        self._conditional = {s.question.name for s in self.checker.routing.steps if s.conditions}
        self._rows = TableRows(self.table, self.options.name, self.problems, self.counts)
        self.fields = self._fields()

    def blocks(self) -> Iterator[list[Row]]:
        """The rows of the sheet, read and checked, block by block."""
        rows = self._rows.responses()
        while block := list(islice(rows, BLOCK_ROWS)):
            yield self._read(block)

    def _fields(self) -> list[Field]:
        by_slot: dict[Slot, list[Column]] = {}
        for column in self.table.layout.columns:
            question = column.question
            if question is not None and question.type is not QuestionType.METADATA:
                by_slot.setdefault((question.name, column.target.repeat), []).append(column)
        order = {name: rank for rank, name in enumerate(self.asked)}
        names = {name for name, _ in by_slot}
        sample = [cells for _, cells in islice(self._rows.data(), _SAMPLE_ROWS)]
        slots = [(self.asked[name], columns) for (name, _), columns in by_slot.items()]
        if said := label_evidence(slots, sample, self.questionnaire):
            self.labelled = said > 0
        context = Context(
            self.questionnaire,
            self.options.today,
            self.table.layout.limesurvey,
            self.options.recodes,
            frozenset(
                question.name
                for question in self.asked.values()
                if question.type.is_choice and self.companion(question).name in names
            ),
            self.labelled,
            ticks_are_flags(self.table.layout.columns, sample),
        )
        return [
            field_for(self.asked[name], by_slot[name, rank], sample, context, repeat=rank)
            for name, rank in sorted(by_slot, key=lambda slot: (order[slot[0]], slot[1]))
        ]

    def companion(self, question: Question) -> Question:
        """The question that holds the text of « autre » for `question`: as defined, else named `<question>_autre`."""
        asked = self.asked.values()
        for each in asked:
            if each.specifies == question.name:
                return each
        names = {f"{question.name}_{ending}" for ending in _OTHER_ENDINGS}
        for each in asked:
            if each.name in names and each.type is QuestionType.TEXT:
                return each
        return Question(
            f"{question.name}_autre", QuestionType.TEXT, "Autre (préciser)", repeat=question.repeat
        )

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _read(self, block: list[tuple[int, list[CellValue]]]) -> list[Row]:
        rows = [Row(number, cells, []) for number, cells in block]
        cells = [row.cells for row in rows]
        columns = [_read_column(each, cells) for each in self.fields]
        self._add_companions(columns, len(rows))
        ruled = [column for column in columns if column.slot[0] in self._involved]
        checked = self.checker.check(
            {column.slot: column.texts for column in ruled},
            {column.slot: _unreadable(column.readings) for column in ruled if column.readings is not None},
        )
        self._tell_issues(rows, columns, checked)
        numbers = [str(row.number) for row in rows]
        outs = [row.answers for row in rows]
        for column in columns:
            self._write(outs, numbers, column, checked.not_asked.get(column.slot))
        return rows

    def _add_companions(self, columns: list[_Column], count: int) -> None:
        """Put the texts of « autre » where they belong: the question made for them."""
        at = {column.slot: column for column in columns}
        for column in list(columns):
            question, readings = column.question, column.readings
            if question is None or readings is None or not question.type.is_choice:
                continue
            if not any(reading[2] for reading in readings):
                continue
            slot = (self.companion(question).name, column.slot[1])
            if slot not in at:
                at[slot] = _Column(slot, column.letters, None, [""] * count)
                columns.insert(columns.index(column) + 1, at[slot])
            target = at[slot]
            target.readings = target.as_readings()
            for row, reading in enumerate(readings):
                if reading.other and not target.texts[row]:
                    item = Item(reading.other, _ANSWERED, "", "", reading.other_letters)
                    target.readings[row] = Reading((item,), reading.other)
                    target.texts[row] = reading.other

    # ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _write(
        self, outs: list[list[Answer]], numbers: list[str], column: _Column, not_asked: list[bool] | None
    ) -> None:
        """Add to each row its answers to one question, each with its cell."""
        readings = column.readings
        if readings is None:
            states = [_ANSWERED if text else _NO_ANSWER for text in column.texts]
            states = self._routed(column, states, not_asked)
            cells = map(column.letters.__add__, numbers)
            self._add(outs, column.slot, column.texts, states, repeat(""), repeat(""), cells)
        elif max(map(len, [reading[0] for reading in readings])) == 1:
            values, given, labels, raws, letters = zip(*[reading[0][0] for reading in readings], strict=True)
            states = self._routed(column, list(given), not_asked)
            self._add(outs, column.slot, values, states, labels, raws, map(str.__add__, letters, numbers))
        else:
            self._add_several(outs, numbers, column, not_asked)

    def _add(
        self,
        outs: list[list[Answer]],
        slot: Slot,
        values: Any,
        states: Any,
        labels: Any,
        raws: Any,
        cells: Any,
    ) -> None:
        """Add one answer to each row, made of its parts: this runs once per cell of the file."""
        name, rank = slot
        parts = zip(
            repeat(name),
            values,
            states,
            labels,
            raws,
            repeat(rank),
            repeat(0),
            repeat(self.table.sheet.name),
            cells,
        )  # no `strict`: the constants never end
        # tuple.__new__ does what Answer(…) does, in half the time.
        for out, answer in zip(outs, map(tuple.__new__, repeat(Answer), parts), strict=True):
            out.append(answer)

    def _add_several(
        self, outs: list[list[Answer]], numbers: list[str], column: _Column, not_asked: list[bool] | None
    ) -> None:
        """Add to each row its choices, one answer each."""
        name, rank = column.slot
        sheet = self.table.sheet.name
        make = tuple.__new__
        readings = column.readings or []
        blanks = self._routed(column, [reading[0][0][1] for reading in readings], not_asked)
        for out, number, reading, state in zip(outs, numbers, readings, blanks, strict=True):
            items = reading[0]
            if reading[1] == "":
                value, _, label, raw, letters = items[0]
                out.append(make(Answer, (name, value, state, label, raw, rank, 0, sheet, letters + number)))
                continue
            item = 0
            for value, given, label, raw, letters in items:
                out.append(
                    make(Answer, (name, value, given, label, raw, rank, item, sheet, letters + number))
                )
                item += 1  # noqa: SIM113 - enumerate would cost a tenth of this loop

    def _routed(
        self, column: _Column, states: list[AnswerState], not_asked: list[bool] | None
    ) -> list[AnswerState]:
        """The states, those of the blanks corrected by what the questionnaire says of who was asked."""
        texts = column.texts
        if "" not in texts:
            return states
        if not_asked is not None:
            return [
                _NOT_ASKED if skipped and text == "" else state
                for text, state, skipped in zip(texts, states, not_asked, strict=True)
            ]
        if column.slot[0] in self._conditional:
            return states
        return [
            _NO_ANSWER if state is _NOT_ASKED and text == "" else state
            for text, state in zip(texts, states, strict=True)
        ]

    # ── problems ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _tell_issues(self, rows: list[Row], columns: list[_Column], checked: Checked) -> None:
        found: list[tuple[int, Problem]] = []
        by_slot = {column.slot: column for column in columns}
        for column in columns:
            for position, reading in enumerate(column.readings or ()):
                if reading[4]:
                    number = rows[position].number
                    found.extend((position, self._issue(number, column.slot, issue)) for issue in reading[4])
        for breach in checked.breaches:
            column = by_slot[breach.slot]
            place = self._breach(rows[breach.row].number, breach, column.texts[breach.row], column.letters)
            found.append((breach.row, place))
        found.sort(key=lambda each: each[0])
        self.problems.extend(each for _, each in found)

    def _issue(self, number: int, slot: Slot, issue: Issue) -> Problem:
        hint = issue.hint or issue.value[:_SHORT]
        if issue.code in {Code.ANSWER_UNKNOWN_CHOICE, Code.ANSWER_OTHER_TEXT}:
            self.defects.unknown[slot[0], issue.value] += 1
        if issue.code is Code.ANSWER_UNKNOWN_CHOICE:
            hint = f" Vouliez-vous dire « {issue.hint} » ?" if issue.hint else ""
        return problem(
            issue.code,
            severity=Severity.WARNING if issue.code in _WARNINGS else Severity.ERROR,
            file=self.options.name,
            sheet=self.table.sheet.name,
            row=number,
            column=issue.letters,
            value=issue.value[:_SHORT],
            question=slot[0],
            hint=hint,
        )

    def _breach(self, number: int, breach: Breach, text: str, letters: str) -> Problem:
        code = {
            Rule.RELEVANT: Code.ANSWER_NOT_RELEVANT,
            Rule.REQUIRED: Code.ANSWER_REQUIRED,
            Rule.CONSTRAINT: Code.ANSWER_CONSTRAINT,
        }[breach.rule]
        self.defects.broken[breach.slot[0], code] += 1
        message = self.asked[breach.slot[0]].constraint_message
        warns = breach.warns or breach.rule is Rule.RELEVANT
        return problem(
            code,
            severity=Severity.WARNING if warns else Severity.ERROR,
            file=self.options.name,
            sheet=self.table.sheet.name,
            row=number,
            column=letters,
            value=text[:_SHORT],
            question=breach.slot[0],
            rule=breach.text,
            hint=f" {message}."
            if message and not message.endswith((".", "!", "?"))
            else f" {message}".rstrip(),
        )


def _read_column(each: Field, rows: list[list[CellValue]]) -> _Column:
    slot = (each.question.name, each.repeat)
    plain = each.plain(rows) if each.plain is not None else None
    if plain is not None:
        return _Column(slot, each.letters, each.question, plain)
    readings = each.read(rows)
    return _Column(slot, each.letters, each.question, [reading[1] for reading in readings], readings)


def _unreadable(readings: list[Reading]) -> list[bool]:
    """Which readings hold no answer that a rule could judge: unreadable, or said not to be known."""
    return [
        (len(reading[0]) == 1 and reading[0][0][1] is not _ANSWERED)
        or (bool(reading[4]) and any(item.state is AnswerState.INVALID for item in reading[0]))
        for reading in readings
    ]
