"""The study's tables as an Excel workbook: a sheet that explains, then one tidy sheet per table, reproducible byte for byte."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from habitat_enquete.report.files import steady
from habitat_enquete.report.palette import INK, TINT

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | bool | None
_EXCEL_LIMIT: Final = 32_767
_SHEET_NAME: Final = 31
_WIDEST: Final = 60
_LINE: Final = 15
_MOST_LINES: Final = 26  # Excel's tallest row is 409 points
_MADE: Final = datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Table:
    """A tidy table: one row per thing, one column per fact. `shares` names the columns shown as percentages."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]
    shares: tuple[str, ...] = ()


def build(tables: Sequence[Table], *, introduction: Sequence[str], title: str) -> bytes:
    """The workbook's bytes: a first sheet that explains, then one sheet per table, with filters, frozen headers, typed cells."""
    buffer = io.BytesIO()
    workbook_of(tables, introduction=introduction, title=title).save(buffer)
    return steady(undated(buffer.getvalue()))


def workbook_of(tables: Sequence[Table], *, introduction: Sequence[str], title: str) -> Workbook:
    """The same workbook, still open: for those who add something to a sheet."""
    from openpyxl import Workbook

    workbook = Workbook()
    first = workbook.worksheets[0]
    _introduce(first, introduction, tables)
    for table in tables:
        _fill(workbook.create_sheet(table.name[:_SHEET_NAME]), table)
    workbook.properties.title = title
    workbook.properties.creator = "habitat_enquete"
    workbook.properties.created = _MADE
    return workbook


def _introduce(sheet: Worksheet, introduction: Sequence[str], tables: Sequence[Table]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.properties import PageSetupProperties

    wrap = Alignment(wrap_text=True, vertical="top")
    sheet.title = "Lisez-moi"
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 100
    for row, line in enumerate(introduction, start=1):
        cell = sheet.cell(row, 1)
        put(cell, line)
        cell.alignment = wrap
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
        sheet.row_dimensions[row].height = 24 if row == 1 else 16 * (1 + len(line) // 115)
    sheet.cell(1, 1).font = Font(size=16, bold=True, color=INK[1:])
    start = len(introduction) + 2
    put(sheet.cell(start, 1), "Feuille")
    put(sheet.cell(start, 2), "Colonnes")
    for column in (1, 2):
        sheet.cell(start, column).font = Font(bold=True)
    for row, table in enumerate(tables, start=start + 1):
        put(sheet.cell(row, 1), table.name[:_SHEET_NAME])
        sheet.cell(row, 1).hyperlink = f"#'{table.name[:_SHEET_NAME]}'!A1"
        put(sheet.cell(row, 2), f"{len(table.rows)} lignes : {', '.join(table.columns)}")
        sheet.cell(row, 1).alignment = sheet.cell(row, 2).alignment = wrap
        sheet.row_dimensions[row].height = _LINE * (1 + len(str(sheet.cell(row, 2).value)) // 95)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _fill(sheet: Worksheet, table: Table) -> None:
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    wrap = Alignment(wrap_text=True, vertical="top")
    longest = [_longest(table, position) for position in range(len(table.columns))]
    wrapped = [position for position, length in enumerate(longest) if length > _WIDEST]
    percents = {position for position, name in enumerate(table.columns) if name in table.shares}
    _head(sheet, table)
    for row, values in enumerate(table.rows, start=2):
        for position, value in enumerate(values):
            cell = sheet.cell(row, position + 1)
            put(cell, value)
            if longest[position] > _WIDEST:
                cell.alignment = wrap
            if position in percents:
                cell.number_format = "0.0%"
            elif isinstance(value, float) and not value.is_integer():
                cell.number_format = "0.000"
        lines = max((-(-len(str(values[n])) // _WIDEST) for n in wrapped if values[n] is not None), default=1)
        if lines > 1:
            # Told, not left to the reader's program: LibreOffice prints wrapped text over the next rows otherwise.
            sheet.row_dimensions[row].height = _LINE * min(lines, _MOST_LINES)
    for position, name in enumerate(table.columns):
        width = max(len(name) + 4, min(_WIDEST, longest[position] + 2))
        sheet.column_dimensions[get_column_letter(position + 1)].width = width
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _head(sheet: Worksheet, table: Table) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    for position, name in enumerate(table.columns, start=1):
        cell = sheet.cell(1, position)
        put(cell, name)
        cell.font = Font(bold=True, color=INK[1:])
        cell.fill = PatternFill("solid", fgColor=TINT[1:])
        cell.border = Border(bottom=Side("medium", color=INK[1:]))
        cell.alignment = Alignment(wrap_text=True, vertical="center")


def _longest(table: Table, position: int) -> int:
    return max((len(str(row[position])) for row in table.rows if row[position] is not None), default=0)


def put(cell: Cell | MergedCell, value: Value) -> None:
    """Put a value in a cell, text always as text: what starts with « = » must not run."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell

    if isinstance(cell, MergedCell):
        return
    if isinstance(value, str):
        # Given as it is: openpyxl would look for formulas, dates and numbers in each text.
        text: Any = cell
        text._value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_EXCEL_LIMIT]
        cell.data_type = "s"
    elif value is not None:
        cell.value = value


def undated(archive: bytes) -> bytes:
    """The workbook without the moment it was saved."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content)
            copy.writestr(name, content)
    return target.getvalue()
