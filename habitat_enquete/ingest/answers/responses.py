"""From the rows of a sheet to responses: every cell read by its question, checked by the rules, and kept with its place."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.ingest.answers.fields import UNCOMPUTED, Context, Field, Issue, Item, Reading, field_for
from habitat_enquete.ingest.answers.headers import Column
from habitat_enquete.ingest.answers.identity import Identifier, content_hash
from habitat_enquete.ingest.answers.layout import Layout
from habitat_enquete.ingest.answers.metadata import Meta, role_of
from habitat_enquete.ingest.answers.routing import Rule
from habitat_enquete.ingest.answers.validation import Breach, Checked, Checker, Slot
from habitat_enquete.ingest.answers.values import plain
from habitat_enquete.ingest.files.encodings import mended
from habitat_enquete.ingest.files.workbooks import CellValue, Sheet
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType
from habitat_enquete.model.response import Answer, AnswerState, Response

BLOCK_ROWS: Final = 2_000
_SAMPLE_ROWS: Final = 300
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
_TOTALS: Final = frozenset({"total", "totaux", "total général", "moyenne", "somme", "ensemble", "sous-total"})
_TEST: Final = re.compile(r"^\W*(?:tests?|essais?|test ?\d+|aaa+|xxx+|blabla|azerty|qsdf)\W*$", re.IGNORECASE)
_YES: Final = frozenset({"1", "1.0", "oui", "yes", "true", "vrai", "x"})
_REFUSED: Final = re.compile(r"not[_ ]approved|non approuv|rejected|rejet", re.IGNORECASE)
_SHORT: Final = 60


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet and how it is laid out; `repeat` is the repeated block it holds, '' for the main table."""

    sheet: Sheet
    layout: Layout
    repeat: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """How the study wants its responses read."""

    today: dt.date
    secret: bytes
    file: str
    keep_drafts: bool = False
    fieldwork_start: str = ""
    recodes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name alone, for messages."""
        return self.file.rpartition("/")[2]

    @property
    def now(self) -> dt.datetime:
        """Today at noon, for the conditions that look at the present."""
        return dt.datetime.combine(self.today, dt.time(12))


@dataclass(slots=True)
class Counts:
    """What became of the rows."""

    rows: int = 0
    blank: int = 0
    notes: int = 0
    drafts: int = 0
    without_consent: int = 0
    orphans: int = 0


@dataclass(slots=True)
class Row:
    """A row of a block once read: its number in the sheet, its cells, its answers."""

    number: int
    cells: list[CellValue]
    answers: list[Answer]


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
    width: int = field(init=False)
    counts: Counts = field(default_factory=Counts)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    _conditional: set[str] = field(init=False)
    _involved: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.asked = {question.name: question for question in self.questionnaire.asked()}
        self.checker = Checker(self.questionnaire, self.options.now)
        self._involved = self.checker.involved()
        self._conditional = {s.question.name for s in self.checker.routing.steps if s.conditions}
        self.width = 1 + max((column.index for column in self.table.layout.columns), default=0)
        self.fields = self._fields()

    def _fields(self) -> list[Field]:
        by_slot: dict[Slot, list[Column]] = {}
        for column in self.table.layout.columns:
            question = column.question
            if question is not None and question.type is not QuestionType.METADATA:
                by_slot.setdefault((question.name, column.target.repeat), []).append(column)
        order = {name: rank for rank, name in enumerate(self.asked)}
        names = {name for name, _ in by_slot}
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
        )
        sample = [cells for _, cells in islice(self._rows(), _SAMPLE_ROWS)]
        return [
            field_for(self._question(name), by_slot[name, repeat], sample, context, repeat=repeat)
            for name, repeat in sorted(by_slot, key=lambda slot: (order[slot[0]], slot[1]))
        ]

    def _question(self, name: str) -> Question:
        return self.asked[name]

    def companion(self, question: Question) -> Question:
        """The question that holds the text of « autre » for `question`: as defined, else named `<question>_autre`."""
        asked = self.asked.values()
        for each in asked:
            if each.specifies == question.name:
                return each
        names = {
            f"{question.name}_{ending}"
            for ending in ("autre", "other", "preciser", "precision", "oth", "spec")
        }
        for each in asked:
            if each.name in names and each.type is QuestionType.TEXT:
                return each
        return Question(
            f"{question.name}_autre", QuestionType.TEXT, "Autre (préciser)", repeat=question.repeat
        )

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _rows(self) -> Iterator[tuple[int, list[CellValue]]]:
        """The rows of data that hold something, with their number; errors and lost formulas put back in their cells."""
        sheet, layout = self.table.sheet, self.table.layout
        odd = _odd_cells(sheet)
        texts = {
            column.index
            for column in layout.columns
            if column.question is not None and column.question.type is QuestionType.TEXT
        }
        for number, row in enumerate(sheet.rows(), 1):
            if number < layout.first_row:
                continue
            missing = self.width - len(row)
            cells = [*row, *([""] * missing)] if missing > 0 else row
            if number in odd:
                cells = _restored(list(cells), odd[number], texts)
            if layout.limesurvey and "N/A" in cells:  # what LimeSurvey writes for no answer at all
                cells = ["" if cell == "N/A" else cell for cell in cells]
            if layout.mended:
                cells = [mended(cell)[0] if isinstance(cell, str) else cell for cell in cells]
            yield number, cells

    def blocks(self) -> Iterator[list[Row]]:
        """The rows of the sheet, read and checked, block by block."""
        rows = self._kept_rows()
        while block := list(islice(rows, BLOCK_ROWS)):
            yield self._read(block)

    def _kept_rows(self) -> Iterator[tuple[int, list[CellValue]]]:
        """The rows that are responses: no blank row, note, total or second header."""
        indexes = [c.index for c in self.table.layout.columns if c.question is not None]
        needed = min(2, len(indexes)) if not self.table.repeat else 1
        key = [index for index in map(self.table.layout.meta, (*_KEY_ROLES,)) if index is not None]
        blank: list[CellValue] = [""] * self.width
        first = self.table.layout.columns[0]
        for number, cells in self._rows():
            if cells == blank or not any(cells):
                self.counts.blank += 1
                continue
            filled = len(indexes) - cells.count("")
            if filled < needed:  # perhaps: blanks may lie in the columns that are no questions
                filled = len(indexes) - [cells[index] for index in indexes].count("")
            if filled < needed or _is_total(cells):
                if self._is_note(number, cells, filled, key):
                    continue
            elif cells[first.index] == first.header and _is_header(cells, self.table.layout):
                self.counts.notes += 1
                continue
            self.counts.rows += 1
            yield number, cells

    def _is_note(self, number: int, cells: list[CellValue], filled: int, key: list[int]) -> bool:
        """Whether a nearly empty row is no response; a row with a key is one, and is said to be sparse."""
        if filled and any(cells[index] != "" for index in key) and not _is_total(cells):
            self._tell(Code.ROW_SPARSE, number, count=filled)
            return False
        if filled or any(cell != "" for cell in cells):
            self.counts.notes += 1
            self._tell(Code.ROW_NOTE, number)
        return True

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _read(self, block: list[tuple[int, list[CellValue]]]) -> list[Row]:
        rows = [Row(number, cells, []) for number, cells in block]
        cells = [row.cells for row in rows]
        fields: list[tuple[Slot, Field | None, list[Reading]]] = [
            ((each.question.name, each.repeat), each, each.read(cells)) for each in self.fields
        ]
        self._add_companions(fields, len(rows))
        ruled = [each for each in fields if each[0][0] in self._involved]
        checked = self.checker.check(
            {slot: [reading[1] for reading in readings] for slot, _, readings in ruled},
            {slot: _unreadable(readings) for slot, _, readings in ruled},
        )
        self._tell_issues(rows, fields, checked)
        for slot, _, readings in fields:
            self._write(rows, slot, readings, checked.not_asked.get(slot))
        return rows

    def _add_companions(self, fields: list[tuple[Slot, Field | None, list[Reading]]], count: int) -> None:
        """Put the texts of « autre » where they belong: the question made for them."""
        at = {slot: readings for slot, _, readings in fields}
        for (_, repeat), each, readings in list(fields):
            if each is None or not each.question.type.is_choice or not any(r.other for r in readings):
                continue
            slot = (self.companion(each.question).name, repeat)
            if slot not in at:
                empty = Reading((Item("", AnswerState.NO_ANSWER, "", "", each.letters),), "")
                at[slot] = [empty] * count
                position = next(i for i, (_, f, _) in enumerate(fields) if f is each) + 1
                fields.insert(position, (slot, None, at[slot]))
            target = at[slot]
            for row, reading in enumerate(readings):
                if reading.other and not target[row].text:
                    item = Item(reading.other, AnswerState.ANSWERED, "", "", reading.other_letters)
                    target[row] = Reading((item,), reading.other)

    def _write(
        self, rows: list[Row], slot: Slot, readings: list[Reading], not_asked: list[bool] | None
    ) -> None:
        name, repeat = slot
        sheet = self.table.sheet.name
        always = name not in self._conditional
        make = tuple.__new__  # what Answer(…) does, in half the time: this runs once per cell of the file
        outs = [row.answers for row in rows]
        numbers = [str(row.number) for row in rows]
        for position, (answers, number, reading) in enumerate(zip(outs, numbers, readings, strict=True)):
            items = reading[0]
            if reading[1] == "":
                item = items[0]
                state = item.state
                if not_asked is not None and not_asked[position]:
                    state = AnswerState.NOT_ASKED
                elif always and state is AnswerState.NOT_ASKED:
                    state = AnswerState.NO_ANSWER
                cell = item.letters + number
                answers.append(make(Answer, (name, "", state, "", item.raw, repeat, 0, sheet, cell)))
                continue
            rank = 0
            for value, state, label, raw, letters in items:
                answer = (name, value, state, label, raw, repeat, rank, sheet, letters + number)
                answers.append(make(Answer, answer))
                rank += 1  # noqa: SIM113 - enumerate would cost a tenth of this loop

    # ── problems ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _tell_issues(
        self, rows: list[Row], fields: list[tuple[Slot, Field | None, list[Reading]]], checked: Checked
    ) -> None:
        found: list[tuple[int, Problem]] = []
        letters: dict[Slot, str] = {}
        texts: dict[Slot, list[Reading]] = {}
        for slot, each, readings in fields:
            letters[slot] = each.letters if each else ""
            texts[slot] = readings
            for position, reading in enumerate(readings):
                if reading.issues:
                    found.extend(
                        (position, self._issue(rows[position].number, slot, issue))
                        for issue in reading.issues
                    )
        for breach in checked.breaches:
            text = texts[breach.slot][breach.row].text
            found.append(
                (breach.row, self._breach(rows[breach.row].number, breach, text, letters[breach.slot]))
            )
        found.sort(key=lambda each: each[0])
        self.problems.extend(each for _, each in found)

    def _issue(self, number: int, slot: Slot, issue: Issue) -> Problem:
        hint = issue.hint or issue.value[:_SHORT]
        if issue.code in {Code.ANSWER_UNKNOWN_CHOICE, Code.ANSWER_OTHER_TEXT}:
            self.unknown[slot[0], issue.value] += 1
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
        question = self._question(breach.slot[0])
        message = question.constraint_message
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

    def _tell(
        self, code: Code, number: int, *, severity: Severity = Severity.WARNING, **where: object
    ) -> None:
        self.problems.append(
            problem(
                code,
                severity=severity,
                file=self.options.name,
                sheet=self.table.sheet.name,
                row=number,
                **where,  # type: ignore[arg-type]
            )
        )


_KEY_ROLES: Final = (Meta.ROOT_UUID, Meta.KOBO_ID, Meta.KEY, Meta.UUID, Meta.ID, Meta.USER_KEY)


@dataclass(slots=True)
class ResponseReader:
    """Reads the responses of a file: the main table, and the repeated blocks that hang on its rows."""

    questionnaire: Questionnaire
    main: Table
    repeats: Sequence[Table]
    options: Options
    problems: list[Problem] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    used: set[tuple[str, str]] = field(default_factory=set)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    _metas: dict[Meta, int] = field(init=False)
    _described: list[tuple[str, int]] = field(init=False)
    _texts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        layout = self.main.layout
        self._metas = {role: index for role in Meta if (index := layout.meta(role)) is not None}
        self._described = list(self._attribute_columns())
        self._texts = [
            column.index
            for column in layout.columns
            if column.question is not None and column.question.type is QuestionType.TEXT
        ]

    def responses(self) -> Iterator[Response]:
        """Every response of the file, in the order of its rows."""
        instances = {table.repeat: self._instances(table) for table in self.repeats}
        reader = SheetReader(
            self.main,
            self.questionnaire,
            self.options,
            self.problems,
            counts=self.counts,
            unknown=self.unknown,
        )
        identifier = Identifier(self.questionnaire, self.main.layout, self.options.secret)
        twins: dict[str, int] = {}
        links = _links(self.main.layout)
        for block in reader.blocks():
            for row in block:
                for repeat, by_parent in instances.items():
                    self._attach(row, repeat, by_parent, links)
                if not self._is_kept(reader, row):
                    continue
                yield self._response(reader, identifier, row, twins)
        self._tell_orphans(instances)

    def _response(
        self, reader: SheetReader, identifier: Identifier, row: Row, twins: dict[str, int]
    ) -> Response:
        answers = tuple(_without_empty_instances(row.answers) if self.questionnaire.repeats else row.answers)
        content = content_hash(answers)
        identity = identifier.identity(row.cells)
        if identity is None:
            stamped = content_hash([*answers, *self._stamps(row)])
            twins[stamped] = rank = twins.get(stamped, -1) + 1
            identity = identifier.unnamed(stamped, rank)
        attributes = self._attributes(row)
        return Response(
            respondent=identity.respondent,
            questionnaire=self.questionnaire.id,
            questionnaire_version=attributes.pop("version", "") or self.questionnaire.version,
            answers=answers,
            source_file=self.options.file,
            source_row=f"{self.main.sheet.name}!{row.number}",
            identity=identity.by,
            content_hash=content,
            attributes=attributes,
        )

    def _stamps(self, row: Row) -> Iterator[Answer]:
        for role in (Meta.TIMESTAMP, Meta.START, Meta.END, Meta.SUBMITTED):
            index = self._metas.get(role)
            if index is not None:
                yield Answer(role.value, plain(row.cells[index]), AnswerState.ANSWERED)

    def _attribute_columns(self) -> Iterator[tuple[str, int]]:
        """What columns say of the response itself: when it began, ended, was sent; who asked; which version of the form."""
        for column in self.main.layout.columns:
            question, role = column.question, column.target.meta
            if question is not None and question.type is QuestionType.METADATA:
                role = role_of(question.name)
                if question.name == "today":
                    yield "date", column.index
            if role in _ATTRIBUTES:
                yield _ATTRIBUTES[role], column.index

    def _attributes(self, row: Row) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, index in self._described:
            if text := plain(row.cells[index]).strip():
                found.setdefault(name, text.replace(" ", "T", 1) if text[:1].isdigit() else text)
        if "date" in found:
            found["date"] = found["date"][:10]
        return found

    # ── who is kept ──────────────────────────────────────────────────────────────────────────────────────────────

    def _is_kept(self, reader: SheetReader, row: Row) -> bool:
        if (why := self._draft(row)) and not self.options.keep_drafts:
            self.counts.drafts += 1
            reader._tell(Code.ROW_DRAFT, row.number, why=why)
            return False
        if not self._consents(row):
            self.counts.without_consent += 1
            reader._tell(Code.ROW_NO_CONSENT, row.number)
            return False
        if why := self._test(row):
            reader._tell(Code.ROW_TEST, row.number, why=why)
        return True

    def _cell(self, row: Row, role: Meta) -> str | None:
        index = self._metas.get(role)
        return None if index is None else plain(row.cells[index]).strip()

    def _draft(self, row: Row) -> str:
        """Why the row is no finished response; '' when it is one."""
        if self.main.layout.limesurvey and self._cell(row, Meta.SUBMITTED) in {"", "N/A"}:
            return "jamais envoyée"
        if (self._cell(row, Meta.DRAFT) or "").casefold() in _YES:
            return "brouillon"
        if self._cell(row, Meta.DRAFT) is not None and self._cell(row, Meta.COMPLETED) == "":
            return "jamais terminée"
        for role in (Meta.VALIDATION, Meta.REVIEW):
            if _REFUSED.search(self._cell(row, role) or ""):
                return "refusée à la relecture"
        return ""

    def _consents(self, row: Row) -> bool:
        consent = self.questionnaire.consent
        if consent is None:
            return True
        given = [answer for answer in row.answers if answer.question == consent[0]]
        return not given or any(answer.value.casefold() == consent[1].casefold() for answer in given)

    def _test(self, row: Row) -> str:
        """Why the row looks like a trial; '' when it does not."""
        start = self.options.fieldwork_start
        stamp = next(
            (
                text
                for role in (Meta.START, Meta.TIMESTAMP, Meta.SUBMITTED)
                if (text := self._cell(row, role))
            ),
            "",
        )
        if start and re.match(r"\d{4}-\d{2}-\d{2}", stamp) and stamp[:10] < start:
            return f"avant le début de l'enquête, {start}"
        texts = (
            cell for index in self._texts if isinstance(cell := row.cells[index], str) and len(cell) < 12
        )
        return "le mot « test »" if any(_TEST.match(text) for text in texts) else ""

    # ── repeated blocks on their own sheets ──────────────────────────────────────────────────────────────────────

    def _instances(self, table: Table) -> dict[str, list[Row]]:
        """The rows of a repeated block by the link to their parent."""
        by_parent: dict[str, list[Row]] = {}
        link = next((index for role in _PARENTS if (index := table.layout.meta(role)) is not None), None)
        if link is None:
            self.problems.append(
                problem(
                    Code.REPEAT_UNLINKED, file=self.options.name, sheet=table.sheet.name, repeat=table.repeat
                )
            )
            return {}
        reader = SheetReader(table, self.questionnaire, self.options, self.problems, unknown=self.unknown)
        role = next(role for role in _PARENTS if table.layout.meta(role) is not None)
        for block in reader.blocks():
            for row in block:
                by_parent.setdefault(f"{role}:{plain(row.cells[link]).strip()}", []).append(row)
        return by_parent

    def _attach(
        self, row: Row, repeat: str, by_parent: dict[str, list[Row]], links: Mapping[Meta, int]
    ) -> None:
        for role, index in links.items():
            key = f"{role}:{plain(row.cells[index]).strip()}"
            if key in by_parent:
                self.used.add((repeat, key))
                for rank, instance in enumerate(by_parent[key], 1):
                    row.answers.extend(answer._replace(repeat=rank) for answer in instance.answers)
                return

    def _tell_orphans(self, instances: Mapping[str, dict[str, list[Row]]]) -> None:
        sheets = {table.repeat: table.sheet.name for table in self.repeats}
        for repeat, by_parent in instances.items():
            for key, rows in by_parent.items():
                if (repeat, key) in self.used:
                    continue
                self.counts.orphans += len(rows)
                for row in rows:
                    self.problems.append(
                        problem(
                            Code.REPEAT_ORPHAN,
                            file=self.options.name,
                            sheet=sheets[repeat],
                            row=row.number,
                            repeat=repeat,
                        )
                    )


_ATTRIBUTES: Final = {
    Meta.START: "start",
    Meta.END: "end",
    Meta.SUBMITTED: "submitted",
    Meta.COMPLETED: "submitted",
    Meta.TIMESTAMP: "submitted",
    Meta.ENUMERATOR: "enumerator",
    Meta.VERSION: "version",
}
# How a repeat's sheet names the row it hangs on, and the main sheet's column that bears the same value.
_PARENTS: Final = {
    Meta.PARENT_KEY: Meta.KEY,
    Meta.PARENT_ID: Meta.KOBO_ID,
    Meta.PARENT_INDEX: Meta.INDEX,
}


def _links(layout: Layout) -> dict[Meta, int]:
    return {child: index for child, parent in _PARENTS.items() if (index := layout.meta(parent)) is not None}


def _unreadable(readings: list[Reading]) -> list[bool]:
    """Which readings hold no answer that a rule could judge: unreadable, or said not to be known."""
    judged = AnswerState.ANSWERED
    return [
        (len(reading.items) == 1 and reading.items[0].state is not judged)
        or (bool(reading.issues) and _has_invalid(reading))
        for reading in readings
    ]


def _has_invalid(reading: Reading) -> bool:
    return any(item.state is AnswerState.INVALID for item in reading.items)


def _odd_cells(sheet: Sheet) -> dict[int, list[tuple[int, str, bool]]]:
    """Error values and formulas by row: (index of the column, text, whether it is a formula)."""
    odd: dict[int, list[tuple[int, str, bool]]] = {}
    for (row, column), text in sheet.formulas.items():
        odd.setdefault(row, []).append((column - 1, text, True))
    for (row, column), text in sheet.errors.items():
        odd.setdefault(row, []).append((column - 1, text, False))
    return odd


def _restored(cells: list[CellValue], odd: list[tuple[int, str, bool]], texts: set[int]) -> list[CellValue]:
    """The row with its error values shown, and the answers that begin with `=` given back their text."""
    for index, text, is_formula in odd:
        if index >= len(cells):
            continue
        if not is_formula:
            cells[index] = text
        elif index in texts and text and cells[index] in ("", 0, 0.0):
            cells[index] = f"={text}"
        elif cells[index] == "" and text:
            cells[index] = UNCOMPUTED
    return cells


def _is_total(cells: list[CellValue]) -> bool:
    first = next((cell for cell in cells if cell != ""), "")
    return isinstance(first, str) and first.strip().rstrip(" :").casefold() in _TOTALS


def _is_header(cells: list[CellValue], layout: Layout) -> bool:
    """Whether a row repeats the header, as happens when files are pasted one under another."""
    filled = [c for c in layout.columns if cells[c.index] != ""]
    return len(filled) > 1 and all(plain(cells[c.index]).strip() == c.header for c in filled)


def _without_empty_instances(answers: list[Answer]) -> Iterator[Answer]:
    """The answers, without the instances of repeats that nobody filled (`ep3_…` of a wide table)."""
    ranks = {a.repeat for a in answers if a.repeat}
    if not ranks:
        return iter(answers)
    empty = {AnswerState.NO_ANSWER, AnswerState.NOT_ASKED}
    filled = {(a.repeat) for a in answers if a.repeat and a.state not in empty}
    kept = [a for a in answers if not a.repeat or a.repeat in filled]
    return iter(kept)
