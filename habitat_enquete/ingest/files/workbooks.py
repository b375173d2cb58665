"""Tables as they come: xlsx, xls, xlsb, ods, csv, tsv, html, a zip of csv files, SPSS .sav, all as sheets of plain cells.

Blank cells are `""`; numbers, dates and booleans keep their type; text is what was typed (`NA`, `None` and `null` included).
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.answers.form_answers import form_rows
from habitat_enquete.ingest.files.binary_cells import scan_xls, scan_xlsb
from habitat_enquete.ingest.files.cellscan import CellScan, Place, scan_opendocument, scan_sheet, sheet_parts
from habitat_enquete.ingest.files.delimited import delimited_rows, html_tables
from habitat_enquete.ingest.files.encodings import check_encoding, decoded
from habitat_enquete.ingest.files.filetypes import TEXTUAL, WORKBOOKS, FileType
from habitat_enquete.ingest.files.guards import GuardedFile, open_zip, opened, refuse_declarations
from habitat_enquete.ingest.files.probe import survives

CellValue: TypeAlias = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta
Rows: TypeAlias = Iterator[list[CellValue]]
Merge: TypeAlias = tuple[Place, Place]

_BLANK_ROWS_END: Final = 1_000
_FAR_COLUMNS: Final = 2_000
_PROLOG: Final = 1 << 16  # bytes at the head of a part, where alone it may declare anything
_READABLE: Final = WORKBOOKS | TEXTUAL | {FileType.ZIP, FileType.SAV}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `rows()` reads it again from the first row and column, each time it is called.

    `formulas` (xlsx only) and `errors` are given by place (row and column from 1); `merges` are its merged cells.
    """

    name: str
    rows: Callable[[], Rows]
    visible: bool = True
    hidden_rows: int = 0
    merges: tuple[Merge, ...] = ()
    formulas: dict[Place, str] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    stray: bool = False

    def head(self, count: int) -> list[list[CellValue]]:
        """The first `count` rows."""
        return list(itertools.islice(self.rows(), count))


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file of answers, opened: its name as the user knows it, the hash of its bytes, its sheets.

    `missing` gives, for SPSS files, the values each variable declares missing; `repaired` counts damaged accents mended in
    a text file read as `encoding`.
    """

    name: str
    sha256: str
    type: FileType
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    repaired: int = 0
    foreign: int = 0

    def sheet(self, name: str) -> Sheet:
        """The sheet named `name`, case apart. Raises: EnqueteError: SHEET_MISSING."""
        for sheet in self.sheets:
            if sheet.name.casefold() == name.strip().casefold():
                return sheet
        known = ", ".join(f"« {sheet.name} »" for sheet in self.sheets)
        raise EnqueteError(Code.SHEET_MISSING, file=self.name, sheet=name, sheets=known)


def read_workbook(path: Path, *, encoding: str | None = None) -> Workbook:
    """The tables of `path`, whatever its format, guarded before being read.

    Args: `encoding` forces the encoding of a text file.
    Raises: EnqueteError: everything `guards.opened` refuses, ENCODING_UNKNOWN, FILE_DAMAGED, NO_TABLE, PACKAGE_MISSING (.sav).
    """
    if encoding is not None:
        check_encoding(encoding)
    file = opened(path, accept=_READABLE)
    if file.type in WORKBOOKS:
        sheets = _spreadsheet(file)
    elif file.type is FileType.SAV:
        from habitat_enquete.ingest.files.spss import sav_rows

        sheets = (_fixed(path.stem, sav_rows(path)),)
    elif file.type is FileType.ZIP:
        sheets = _zipped(path, encoding)
    else:
        return _text(file, encoding)
    if not sheets:
        raise EnqueteError(Code.NO_TABLE, file=file.name)
    return Workbook(file.name, file.sha256, file.type, sheets)


def _fixed(name: str, rows: list[list[CellValue]]) -> Sheet:
    return Sheet(name, lambda: iter(rows))


def _text(file: GuardedFile, encoding: str | None) -> Workbook:
    text = decoded(file.read_bytes(), file=file.name, encoding=encoding)
    name = file.path.stem
    if file.type is FileType.JSON:
        sheets: tuple[Sheet, ...] = (_fixed(name, list(map(list, form_rows(text.text, file=file.name)))),)
    elif file.type in {FileType.HTML, FileType.XML}:
        tables = html_tables(text.text)
        sheets = tuple(
            _fixed(name if len(tables) == 1 else f"{name} {rank}", table)
            for rank, table in enumerate(tables, 1)
        )
    else:
        sheets = (Sheet(name, lambda: delimited_rows(text.text)),)
    if not sheets:
        raise EnqueteError(Code.NO_TABLE, file=file.name)
    return Workbook(file.name, file.sha256, file.type, sheets, text.encoding, text.repaired, text.foreign)


def _zipped(path: Path, encoding: str | None) -> tuple[Sheet, ...]:
    """The csv files of a zip (ODK Central), main table first."""
    sheets = []
    with open_zip(path) as archive:
        names = [name for name in archive.names() if name.lower().endswith((".csv", ".tsv"))]
        for name in sorted(names, key=len):
            if name.startswith("__MACOSX") or not (data := archive.read(name)):
                continue
            text = decoded(data, file=f"{path.name} › {name}", encoding=encoding).text
            sheets.append(_delimited(Path(name).stem, text))
    return tuple(sheets)


def _delimited(name: str, text: str) -> Sheet:
    return Sheet(name, lambda: delimited_rows(text))


def _spreadsheet(file: GuardedFile) -> tuple[Sheet, ...]:
    import python_calamine as calamine

    scans = _scanned(file)
    if file.type in {FileType.OLE_XLS, FileType.XLSB} and not survives(file.path):
        raise EnqueteError(Code.FILE_DAMAGED, file=file.name, why="classeur illisible ou tronqué")
    try:
        workbook = calamine.CalamineWorkbook.from_path(str(file.path))
    except calamine.PasswordError as error:
        raise EnqueteError(Code.FILE_PASSWORD, file=file.name) from error
    except BaseException as error:
        raise _damaged(error, file, "classeur illisible ou tronqué") from error
    return tuple(
        _calamine_sheet(file, workbook, meta, scans.get(meta.name, CellScan()))
        for meta in workbook.sheets_metadata
        if meta.typ == calamine.SheetTypeEnum.WorkSheet
    )


def _calamine_sheet(file: GuardedFile, workbook: Any, meta: Any, scan: CellScan) -> Sheet:
    import python_calamine as calamine

    visible = meta.visible == calamine.SheetVisibleEnum.Visible
    rest = (scan.formulas, scan.errors)
    if scan.is_stray:
        return Sheet(
            meta.name, lambda: _streamed(file, meta.name), visible, scan.hidden_rows, (), *rest, stray=True
        )
    kept: list[Any] = []

    def loaded() -> Any:
        if not kept:
            kept.append(_loaded(file, workbook, meta.name))
        return kept[0]

    return Sheet(meta.name, lambda: _dense(loaded()), visible, scan.hidden_rows, _merges(loaded()), *rest)


def _loaded(file: GuardedFile, workbook: Any, name: str) -> Any:
    try:
        return workbook.get_sheet_by_name(name)
    except BaseException as error:
        raise _damaged(error, file, f"la feuille « {name} » ne se lit pas") from error


def _damaged(error: BaseException, file: GuardedFile, why: str) -> BaseException:
    """What to say of a workbook on which the reader stumbles; its panics are no `Exception`."""
    if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
        return error
    return EnqueteError(Code.FILE_DAMAGED, file=file.name, why=why)


def _dense(sheet: Any) -> Rows:
    if sheet.start is None:
        return
    margin: list[CellValue] = [""] * sheet.start[1]
    if not margin:
        yield from sheet.iter_rows()
        return
    for row in sheet.iter_rows():
        yield margin + row


def _merges(sheet: Any) -> tuple[Merge, ...]:
    """Merged cells, places from 1. OpenDocument sheets do not tell them."""
    ranges = sheet.merged_cell_ranges or ()
    return tuple(((top + 1, left + 1), (bottom + 1, right + 1)) for (top, left), (bottom, right) in ranges)


def _scanned(file: GuardedFile) -> dict[str, CellScan]:
    """What each sheet holds beside its values. A sheet whose cells are too far apart is streamed if xlsx, else refused."""
    if file.type is FileType.XLSX:
        return _scanned_xlsx(file)
    try:
        scans = _scanned_whole(file)
    except (struct.error, IndexError) as error:
        raise EnqueteError(Code.FILE_DAMAGED, file=file.name, why="classeur illisible ou tronqué") from error
    for name, scan in scans.items():
        if scan.is_stray:
            raise EnqueteError(Code.CELL_TOO_FAR, file=file.name, sheet=name)
    return scans


def _scanned_whole(file: GuardedFile) -> dict[str, CellScan]:
    if file.type is FileType.OLE_XLS:
        return scan_xls(file.read_bytes())
    with open_zip(file.path) as zipped:
        if file.type is FileType.ODS:
            return scan_opendocument(zipped.read("content.xml"), file=file.name)
        return scan_xlsb(zipped)


def _scanned_xlsx(file: GuardedFile) -> dict[str, CellScan]:
    scans: dict[str, CellScan] = {}
    with zipfile.ZipFile(file.path) as archive:
        try:
            _refuse_declarations(archive, file.name)
            for name, entry in sheet_parts(archive, file=file.name).items():
                with archive.open(entry) as stream:
                    scans[name] = scan_sheet(stream)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
            raise EnqueteError(
                Code.FILE_DAMAGED, file=file.name, why="classeur illisible ou tronqué"
            ) from error
    return scans


def _refuse_declarations(archive: zipfile.ZipFile, file: str) -> None:
    """Raises: XML_FORBIDDEN when a part declares entities or a document type, used or not: no spreadsheet writes any."""
    for part in archive.namelist():
        if part.endswith((".xml", ".rels")) and part.startswith(("xl/", "_rels/", "[")):
            with archive.open(part) as stream:
                if head := stream.read(_PROLOG):
                    refuse_declarations(head, file=file, part=part)


def _streamed(file: GuardedFile, name: str) -> Rows:
    """The rows of a sheet where a stray cell lies far away, up to a thousand blank rows in a row."""
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(file.read_bytes()), read_only=True, data_only=True)
    try:
        sheet = workbook[name]
        sheet.reset_dimensions()
        blanks: list[list[CellValue]] = []
        for cells in sheet.iter_rows(values_only=True):
            row = _trimmed(cells[:_FAR_COLUMNS])
            if not row:
                blanks.append(row)
                if len(blanks) > _BLANK_ROWS_END:
                    return
                continue
            yield from blanks
            blanks.clear()
            yield row
    finally:
        workbook.close()


def _trimmed(cells: tuple[Any, ...]) -> list[CellValue]:
    row: list[CellValue] = ["" if cell is None else _as_calamine(cell) for cell in cells]
    while row and row[-1] == "":
        row.pop()
    return row


def _as_calamine(cell: Any) -> CellValue:
    """The same value as the main reader gives: a midnight is a date, an error is blank."""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date()
    if isinstance(cell, str) and cell.startswith("#") and cell.endswith(("!", "?", "/A")):
        return ""
    value: CellValue = cell
    return value
