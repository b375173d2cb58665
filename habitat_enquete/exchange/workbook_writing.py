"""Workbooks of plain texts: a readable header, a frozen first row, and never a formula made of what somebody typed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_HEADER_FILL: Final = "1F4E5F"
_WIDEST: Final = 60
_NARROWEST: Final = 10


def write_workbook(path: Path, sheets: Mapping[str, list[list[str]]]) -> None:
    """Writes `sheets` (first row: the header) to `path`, every cell as text."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row, start=1):
                if text != "":
                    write_text(sheet, number, column, text)
        dress(sheet, rows)
    workbook.save(path)


def write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Writes a text that stays a text, even if it begins with `=`."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = sheet.cell(row, column)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.number_format = "@"


def dress(sheet: Worksheet, rows: list[list[str]]) -> None:
    """Gives a sheet its header, its widths and its frozen row."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for column in range(1, len(rows[0]) + 1 if rows else 1):
        cell = sheet.cell(1, column)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_HEADER_FILL)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        longest = max((len(row[column - 1]) for row in rows if len(row) >= column), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = max(_NARROWEST, min(_WIDEST, longest + 2))
    sheet.freeze_panes = "A2"
