"""Workbooks of plain tables: typed cells, frozen headers, filters, and text that never becomes a formula."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Table = tuple[Sequence[str], Sequence[Sequence[object]]]

_LONGEST: Final = 32_767
_WIDEST: Final = 70
# A fixed date: the same tables give the same bytes.
_EPOCH: Final = dt.datetime(2000, 1, 1)


def write_tables(path: Path, sheets: Mapping[str, Table]) -> None:
    """Write one sheet per table, replacing `path` whole; the same tables give the same bytes."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, (columns, rows) in sheets.items():
        fill(workbook.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31]), columns, rows)
    workbook.properties.creator = "habitat_enquete"
    workbook.properties.created = workbook.properties.modified = _EPOCH
    partial = path.with_suffix(".partial")
    workbook.save(partial)
    _without_clock(partial)
    partial.replace(path)


def fill(sheet: Worksheet, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a header and rows in a sheet, with filter, frozen header and widths to read by."""
    for position, name in enumerate(columns, start=1):
        cell = sheet.cell(1, position, name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F2933")
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    for line, row in enumerate(rows, start=2):
        for position, value in enumerate(row, start=1):
            _write(sheet, line, position, value)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = (
        f"A1:{get_column_letter(max(1, len(columns)))}{max(1, len(rows)) + (1 if rows else 0)}"
    )
    for position, name in enumerate(columns, start=1):
        longest = max((len(str(row[position - 1])) for row in rows[:500]), default=0)
        sheet.column_dimensions[get_column_letter(position)].width = min(_WIDEST, max(len(name), longest) + 3)


def _write(sheet: Worksheet, row: int, column: int, value: object) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST]
        cell.data_type = "s"
        cell.alignment = Alignment(vertical="top", wrap_text=len(value) > _WIDEST)
    elif isinstance(value, float):
        cell.value = value
        cell.number_format = "0.000" if abs(value) < 10 else "0.0"
    else:
        cell.value = value  # type: ignore[assignment]


def _without_clock(path: Path) -> None:
    """Set every date of the archive to the epoch of zip files, and of the document to ours."""
    with zipfile.ZipFile(path) as source:
        parts = [(info.filename, source.read(info)) for info in source.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts:
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*",
                    rb"\g<1>" + _EPOCH.isoformat().encode() + b"Z",
                    content,
                )
            target.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
