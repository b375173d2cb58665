"""What python-calamine does not tell of an xlsx sheet: formulas, error values, hidden rows, and how far its cells reach.

The XML of the sheet is read once, block by block, with a few fixed patterns: 100,000 rows of 60 cells take a second or two.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final

from lxml import etree

from habitat_enquete.ingest.files.guards import parse_xml

Place = tuple[int, int]  # row and column, from 1

# Beyond this many cells (rows × columns) of mostly nothing, a reader that builds the whole rectangle is not used.
DENSE_CELLS: Final = 2_000_000
_BLOCK: Final = 1 << 20
_CELL: Final = re.compile(rb"<c ([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_PLACE: Final = re.compile(rb'\br="([A-Z]+)(\d+)"')
_FORMULA: Final = re.compile(rb"<f(?:\s[^>]*)?>([^<]*)</f>")
_VALUE: Final = re.compile(rb"<v>([^<]*)</v>")
_ROW: Final = re.compile(rb'<row [^>]*?\br="(\d+)"')
_HIDDEN_ROW: Final = re.compile(rb'<row [^>]*?\bhidden="(?:1|true)"')
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CALC: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


@dataclass(slots=True)
class CellScan:
    """Formulas (text without the leading `=`) and errors (`#N/A`…) by place, hidden rows, extent of the cells written."""

    formulas: dict[Place, str] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    hidden_rows: int = 0
    cells: int = 0
    last_row: int = 0
    columns_at_most: int = 1

    @property
    def is_stray(self) -> bool:
        """Whether a few far cells make a huge and empty rectangle, which must not be built in memory."""
        area = self.last_row * self.columns_at_most
        return area > DENSE_CELLS and self.cells < area // 50


def scan_sheet(stream: IO[bytes]) -> CellScan:
    """What the XML of one xlsx sheet says beside its values."""
    found = CellScan()
    for block in _blocks(stream):
        found.cells += block.count(b"<c ")
        _note_width(block, found)
        if b"hidden=" in block:
            found.hidden_rows += len(_HIDDEN_ROW.findall(block))
        at = block.rfind(b"<row ")
        if at >= 0 and (row := _ROW.match(block, at)):
            found.last_row = max(found.last_row, int(row[1]))
        if b"<f" in block or b't="e"' in block:
            _odd_cells(block, found)
    return found


def _note_width(block: bytes, found: CellScan) -> None:
    """Note the furthest column: only the last cell of each row is looked at."""
    end = block.find(b"</row>")
    while end >= 0:
        start = block.rfind(b"<c ", 0, end)
        place = _PLACE.search(block, start, start + 60) if start >= 0 else None
        if place is not None and (width := column_number(place[1].decode())) > found.columns_at_most:
            found.columns_at_most = width
        end = block.find(b"</row>", end + 6)


def scan_opendocument(content: bytes, *, file: str) -> dict[str, CellScan]:
    """What the `content.xml` of an OpenDocument workbook says beside its values, by sheet.

    Raises: EnqueteError when it declares a document type or entities, or is no XML.
    """
    root = parse_xml(content, file=file, part="content.xml")
    return {table.get(f"{_TABLE}name", ""): _scan_table(table) for table in root.iter(f"{_TABLE}table")}


def _scan_table(table: etree._Element) -> CellScan:
    found = CellScan(columns_at_most=1)
    number = 0
    for row in table.iter(f"{_TABLE}table-row"):
        first, number = number + 1, number + int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        column = 0
        for cell in row:
            start, column = column + 1, column + int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            if (
                len(cell) == 0
            ):  # no text inside: a blank, perhaps styled and repeated to the edge of the sheet
                continue
            found.cells += 1
            found.last_row = number
            found.columns_at_most = max(found.columns_at_most, column)
            if cell.get(f"{_CALC}value-type") == "error":
                found.errors[first, start] = "".join(str(text) for text in cell.itertext()).strip() or "#N/A"
        if row.get(f"{_TABLE}visibility") in {"collapse", "filter"}:
            found.hidden_rows += 1
    return found


def sheet_parts(archive: zipfile.ZipFile, *, file: str) -> dict[str, str]:
    """The zip entry of each worksheet, by the name of the sheet. Raises: EnqueteError on hostile or broken XML."""
    names = set(archive.namelist())
    workbook = "xl/workbook.xml"
    relations = "xl/_rels/workbook.xml.rels"
    if workbook not in names or relations not in names:
        return {}
    entries = sheet_parts_of(archive.read(relations), file=file, part=relations)
    root = parse_xml(archive.read(workbook), file=file, part=workbook)
    parts = {}
    for sheet in (*root.iter(f"{_MAIN}sheet"), *root.iter(f"{_STRICT}sheet")):
        entry = entries.get(_relation(sheet), "")
        if entry in names:
            parts[sheet.get("name", "")] = entry
    return parts


def sheet_parts_of(relations: bytes, *, file: str, part: str) -> dict[str, str]:
    """The zip entry that each relation of a workbook leads to. Raises: EnqueteError on hostile or broken XML."""
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in parse_xml(relations, file=file, part=part)
        if isinstance(relation.tag, str)
    }
    return {
        key: target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        for key, target in targets.items()
    }


def _relation(sheet: etree._Element) -> str:
    """The relation id of a sheet, whichever of the two namespaces (transitional, strict) carries it."""
    return next((str(value) for key, value in sheet.attrib.items() if str(key).endswith("}id")), "")


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream in blocks that never cut a cell in two."""
    carry = b""
    while read := stream.read(_BLOCK):
        block = carry + read
        cut = max(block.rfind(b"<c "), block.rfind(b"<row "))
        if cut <= 0:
            carry = block
            continue
        carry = block[cut:]
        yield block[:cut]
    if carry:
        yield carry


def _odd_cells(block: bytes, found: CellScan) -> None:
    for attributes, content in _CELL.findall(block):
        is_error = b't="e"' in attributes
        if not is_error and b"<f" not in content:
            continue
        place = _PLACE.search(attributes)
        if place is None:
            continue
        at = (int(place[2]), column_number(place[1].decode()))
        if is_error:
            value = _VALUE.search(content)
            found.errors[at] = value[1].decode() if value else "#N/A"
        elif b"<f" in content:
            formula = _FORMULA.search(content)
            found.formulas[at] = html.unescape(formula[1].decode()) if formula else ""


def column_number(letters: str) -> int:
    """The rank of a column, from 1.

    >>> column_number("A"), column_number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """The letters of the column of rank `number`, from 1.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
