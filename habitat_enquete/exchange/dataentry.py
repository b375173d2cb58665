"""A workbook to type paper questionnaires in: one column a question, lists to choose from, bounds checked as one types.

The first row shows the questions, the second their names: `enquete import` reads the workbook as it is. Repeats have a
sheet of their own, tied by the number of the questionnaire.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from habitat_enquete.exchange.workbook_writing import write_text
from habitat_enquete.ingest.expressions.bounds import Bounds, bounds_of
from habitat_enquete.ingest.expressions.french import piped
from habitat_enquete.model.questionnaire import Choice, Question, Questionnaire, QuestionType

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

ROWS: Final = 1_000
LISTS_SHEET: Final = "listes"
_FILL: Final = "1F4E5F"
_SOFT: Final = "E8EFF1"
_SHEET_NAME: Final = 31


@dataclass(frozen=True, slots=True)
class Column:
    """A column to fill: its name for the import, its question, the choice it ticks when it has one of its own."""

    name: str
    label: str
    question: Question | None = None
    choice: Choice | None = None


def write_dataentry(questionnaire: Questionnaire, path: Path) -> None:
    """Writes the data-entry workbook of a questionnaire to `path` (.xlsx)."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    lists = _Lists(questionnaire)
    for name, columns in entry_sheets(questionnaire).items():
        _write_sheet(workbook.create_sheet(name), columns, questionnaire, lists)
    lists.write(workbook)
    workbook.save(path)


def entry_sheets(questionnaire: Questionnaire) -> dict[str, list[Column]]:
    """The columns of each sheet: the questionnaire, then its repeats."""
    number = Column("_index", "N° du questionnaire")
    own = list(_columns(questionnaire, None))
    key = questionnaire.respondent_id
    if key and all(column.name != key for column in own):
        own.insert(0, Column(key, "Identifiant du répondant (jamais son nom)"))
    sheets = {"reponses": [number, *own]}
    for repeat in questionnaire.repeats:
        link = Column("_parent_index", "N° du questionnaire")
        sheets[repeat.name[:_SHEET_NAME]] = [link, *_columns(questionnaire, repeat.name)]
    return sheets


def _columns(questionnaire: Questionnaire, repeat: str | None) -> Iterator[Column]:
    for question in questionnaire.asked():
        if question.repeat != repeat or not question.type.is_answered or question.type is QuestionType.FILE:
            continue
        text = piped(question.label, {})
        label = f"{text} ({question.unit})" if question.unit else text
        if question.matrix:
            label = f"{questionnaire.question(question.matrix).label} {label}"
        if question.type is QuestionType.SELECT_MULTIPLE:
            for choice in questionnaire.choices_of(question):
                yield Column(f"{question.name}/{choice.name}", f"{label} — {choice.label}", question, choice)
        else:
            yield Column(question.name, label, question)


class _Lists:
    """The hidden sheet that holds the labels to choose from: one column a list."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.columns: dict[tuple[str, ...], int] = {}
        self.questionnaire = questionnaire

    def formula(self, question: Question) -> str:
        """The range of the labels of a question's list."""
        from openpyxl.utils import get_column_letter

        labels = tuple(choice.label for choice in self.questionnaire.choices_of(question))
        column = get_column_letter(self.columns.setdefault(labels, len(self.columns) + 1))
        return f"{LISTS_SHEET}!${column}$1:${column}${len(labels)}"

    def write(self, workbook: Workbook) -> None:
        sheet = workbook.create_sheet(LISTS_SHEET)
        for labels, column in self.columns.items():
            for row, label in enumerate(labels, start=1):
                write_text(sheet, row, column, label)
        sheet.sheet_state = "hidden"


def _write_sheet(
    sheet: Worksheet, columns: list[Column], questionnaire: Questionnaire, lists: _Lists
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for rank, column in enumerate(columns, start=1):
        write_text(sheet, 1, rank, column.label)
        write_text(sheet, 2, rank, column.name)
        top, below = sheet.cell(1, rank), sheet.cell(2, rank)
        top.font, top.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=_FILL)
        top.alignment = Alignment(wrap_text=True, vertical="center")
        below.font, below.fill = Font(size=8, color="666666"), PatternFill("solid", fgColor=_SOFT)
        letter = get_column_letter(rank)
        sheet.column_dimensions[letter].width = (
            10 if column.choice else max(14, min(36, len(column.label) * 0.7))
        )
        rule = _validation(column, questionnaire, lists)
        if rule is not None:
            rule.add(f"{letter}3:{letter}{ROWS + 2}")
            sheet.add_data_validation(rule)
        for row in range(3, ROWS + 3) if _format(column) else ():
            sheet.cell(row, rank).number_format = _format(column)
    sheet.row_dimensions[1].height = 62
    sheet.freeze_panes = "B3"


def _format(column: Column) -> str:
    """The format of a column: texts stay texts (`01004`), dates are written the French way."""
    kind = (
        column.question.type
        if column.question
        else None
        if column.name.startswith("_")
        else QuestionType.TEXT
    )
    if kind in (QuestionType.TEXT, QuestionType.TIME):
        return "@"
    return "dd/mm/yyyy" if kind is QuestionType.DATE else ""


def _validation(column: Column, questionnaire: Questionnaire, lists: _Lists) -> DataValidation | None:
    """What Excel refuses in a column, with a French message; bounds come from numbers only, never from typed formulas."""
    from openpyxl.worksheet.datavalidation import DataValidation

    question = column.question
    if question is None:
        if not column.name.startswith("_"):
            return None
        return DataValidation(type="whole", operator="greaterThan", formula1="0", **_said("Un numéro.", ""))
    said = _said(question.constraint_message or _expected(question), question.hint)
    said |= {"errorStyle": "warning"} if question.constraint_warns else {}
    if column.choice is not None:
        return DataValidation(
            type="list", formula1='"1,0"', **_said("1 : coché, 0 : non coché.", question.hint)
        )
    if question.type is QuestionType.ACKNOWLEDGE:
        return DataValidation(type="list", formula1='"OK"', **said)
    if question.type is QuestionType.SELECT_ONE and questionnaire.choices_of(question):
        return DataValidation(type="list", formula1=lists.formula(question), **said)
    if question.type is QuestionType.DATE and question.precision in (None, "jour"):
        return DataValidation(type="date", operator="greaterThan", formula1="1", **said)
    if question.type.is_number:
        whole = question.type is QuestionType.INTEGER
        return DataValidation(type="whole" if whole else "decimal", **_between(bounds_of(question)), **said)
    return None


def _between(bounds: Bounds) -> dict[str, Any]:
    low, high = (f"{value:.10g}" if value is not None else None for value in (bounds.low, bounds.high))
    if low is not None and high is not None:
        return {"operator": "between", "formula1": low, "formula2": high}
    if high is not None:
        return {"operator": "lessThanOrEqual", "formula1": high}
    return {"operator": "greaterThanOrEqual", "formula1": low if low is not None else "-1000000000"}


def _expected(question: Question) -> str:
    if question.type.is_choice:
        return "Choisissez une réponse de la liste."
    if question.type is QuestionType.ACKNOWLEDGE:
        return "OK, ou rien."
    if question.type is QuestionType.DATE:
        return "Une date, comme 31/12/2026."
    return "Un nombre entier." if question.type is QuestionType.INTEGER else "Un nombre."


def _said(error: str, prompt: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "allow_blank": True,
        "showErrorMessage": True,
        "errorTitle": "Réponse à vérifier",
        "error": error[:255],
    }
    if prompt:
        said |= {"showInputMessage": True, "promptTitle": "Consigne", "prompt": prompt[:255]}
    return said
