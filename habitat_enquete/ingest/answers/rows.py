"""Which rows of a sheet are responses: no blank row, note, total or second header; what readers lost put back in its cell."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.ingest.answers.layout import Layout
from habitat_enquete.ingest.answers.metadata import KEYS
from habitat_enquete.ingest.answers.readings import UNCOMPUTED
from habitat_enquete.ingest.answers.values import plain
from habitat_enquete.ingest.files.encodings import mended
from habitat_enquete.ingest.files.workbooks import CellValue, Sheet
from habitat_enquete.model.questionnaire import QuestionType
from habitat_enquete.model.response import Answer

_TOTALS: Final = frozenset({"total", "totaux", "total général", "moyenne", "somme", "ensemble", "sous-total"})


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
class Defects:
    """What is wrong with the answers, by question: the words that are no choice, the rules broken (codes of problems)."""

    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)  # question, what is written
    broken: Counter[tuple[str, Code]] = field(default_factory=Counter)  # question, rule


@dataclass(slots=True)
class Row:
    """A row of a block once read: its number in the sheet, its cells, its answers."""

    number: int
    cells: list[CellValue]
    answers: list[Answer]


@dataclass(slots=True)
class TableRows:
    """The rows of one table that are responses. What is set aside is counted in `counts` and told in `problems`."""

    table: Table
    file: str
    problems: list[Problem]
    counts: Counts
    width: int = field(init=False)

    def __post_init__(self) -> None:
        self.width = 1 + max((column.index for column in self.table.layout.columns), default=0)

    def data(self) -> Iterator[tuple[int, list[CellValue]]]:
        """The rows under the header, with their number; errors and lost formulas put back in their cells."""
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

    def responses(self) -> Iterator[tuple[int, list[CellValue]]]:
        """The rows that are responses, with their number."""
        layout = self.table.layout
        indexes = [c.index for c in layout.columns if c.question is not None]
        needed = min(2, len(indexes)) if not self.table.repeat else 1
        key = [index for index in map(layout.meta, KEYS) if index is not None]
        blank: list[CellValue] = [""] * self.width
        first = layout.columns[0]
        for number, cells in self.data():
            if cells == blank or not any(cells):
                self.counts.blank += 1
                continue
            filled = len(indexes) - cells.count("")
            if filled < needed:  # perhaps: blanks may lie in the columns that are no questions
                filled = len(indexes) - [cells[index] for index in indexes].count("")
            if filled < needed or _is_total(cells):
                if self._is_note(number, cells, filled, key):
                    continue
            elif cells[first.index] == first.header and _is_header(cells, layout):
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

    def _tell(self, code: Code, number: int, **where: object) -> None:
        sheet = self.table.sheet.name
        self.problems.append(
            problem(code, severity=Severity.WARNING, file=self.file, sheet=sheet, row=number, **where)  # type: ignore[arg-type]
        )


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
