"""What python-calamine does not tell of the binary workbooks (xls, xlsb): error values, hidden rows, how far cells reach.

Only the places of cells are read, record by record. Sources: [MS-XLS] 2.4 (BIFF8), [MS-XLSB] 2.1.4, [MS-CFB] 2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from habitat_enquete.ingest.files.cellscan import CellScan, sheet_parts_of
from habitat_enquete.ingest.files.guards import Archive

_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
# xlsb
_ROW_HEADER: Final = 0
_CELL_ERRORS: Final = frozenset({3, 11})  # a cell, the cached value of a formula
_CELLS: Final = frozenset(range(2, 12))
# xls
_BOUNDSHEET, _LOCKED, _EOF = 0x85, 0x2F, 0x0A
_ROW, _FORMULA, _BOOLERR, _MULRK = 0x208, 0x06, 0x205, 0xBD
_SINGLE: Final = frozenset({0xFD, 0x203, 0x27E, 0x204, 0xD6, _FORMULA, _BOOLERR})
_SECTORS_END: Final = 0xFFFFFFFA


def scan_xlsb(archive: Archive) -> dict[str, CellScan]:
    """What each sheet of an xlsb workbook holds beside its values. Raises: EnqueteError when a part cannot be read."""
    relations = "xl/_rels/workbook.bin.rels"
    if "xl/workbook.bin" not in archive or relations not in archive:
        return {}
    parts = sheet_parts_of(archive.read(relations), file=archive.file, part=relations)
    scans = {}
    for kind, start, end, data in _xlsb_records(archive.read("xl/workbook.bin")):
        if kind != 156 or end - start < 16:  # BrtBundleSh: state, id, relation, name
            continue
        relation, at = _wide_text(data, start + 8)
        name, _ = _wide_text(data, at)
        entry = parts.get(relation, "")
        if entry in archive:
            scans[name] = _scan_xlsb_sheet(archive.read(entry))
    return scans


def _xlsb_records(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """The records of a part: kind, where the content starts and ends, the part."""
    at, size = 0, len(data)
    while at < size:
        kind = data[at]
        at += 1
        if kind & 0x80 and at < size:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        length = shift = 0
        while at < size and shift < 28:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        yield kind, at, at + length, data
        at += length


def _wide_text(data: bytes, at: int) -> tuple[str, int]:
    count = int.from_bytes(data[at : at + 4], "little")
    end = at + 4 + 2 * min(count, 1_024)
    return data[at + 4 : end].decode("utf-16-le", errors="replace"), end


def _scan_xlsb_sheet(data: bytes) -> CellScan:
    found = CellScan()
    row = 0
    for kind, start, end, _ in _xlsb_records(data):
        if kind == _ROW_HEADER and end - start >= 12:
            row = int.from_bytes(data[start : start + 4], "little") + 1
            found.hidden_rows += bool(data[start + 11] & 0x10)
        elif kind in _CELLS and end - start >= 8:
            column = int.from_bytes(data[start : start + 4], "little") + 1
            _note(found, row, column)
            if kind in _CELL_ERRORS and end > start + 8:
                found.errors[row, column] = _ERRORS.get(data[start + 8], "#N/A")
    return found


def scan_xls(content: bytes) -> dict[str, CellScan]:
    """What each sheet of an xls workbook holds beside its values; nothing of a file too odd to be followed."""
    stream = _workbook_stream(content)
    sheets: list[tuple[int, str]] = []
    for kind, start, end in _xls_records(stream, 0):
        if kind == _BOUNDSHEET and end - start > 8:
            sheets.append(
                (int.from_bytes(stream[start : start + 4], "little"), _short_text(stream, start + 6))
            )
        elif kind == _LOCKED:
            return {}  # by a password: nothing more can be read
        elif kind == _EOF:
            break
    return {name: _scan_xls_sheet(stream, at) for at, name in sheets}


def _short_text(data: bytes, at: int) -> str:
    """The name of a sheet: a length, whether letters take two bytes, the letters."""
    count, wide = data[at], data[at + 1] & 1
    raw = data[at + 2 : at + 2 + count * (2 if wide else 1)]
    return raw.decode("utf-16-le" if wide else "latin-1", errors="replace")


def _xls_records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, at + 4 + length
        at += 4 + length


def _scan_xls_sheet(stream: bytes, at: int) -> CellScan:
    found = CellScan()
    for kind, start, end in _xls_records(stream, at):
        if kind == _EOF:
            break
        if end - start < 6 or end > len(stream):
            continue
        row, column = (number + 1 for number in struct.unpack_from("<HH", stream, start))
        if kind in _SINGLE:
            _note(found, row, column)
            if (error := _xls_error(kind, stream, start, end)) is not None:
                found.errors[row, column] = error
        elif kind == _MULRK:
            _note(found, row, int.from_bytes(stream[end - 2 : end], "little") + 1)
        elif kind == _ROW and end - start >= 16:
            found.hidden_rows += bool(stream[start + 12] & 0x20)
    return found


def _xls_error(kind: int, stream: bytes, start: int, end: int) -> str | None:
    if kind == _BOOLERR and end - start >= 8 and stream[start + 7]:
        return _ERRORS.get(stream[start + 6], "#N/A")
    if kind == _FORMULA and end - start >= 14:
        result = stream[start + 6 : start + 14]
        if result[6:8] == b"\xff\xff" and result[0] == 2:
            return _ERRORS.get(result[2], "#N/A")
    return None


def _note(found: CellScan, row: int, column: int) -> None:
    found.cells += 1
    found.last_row = max(found.last_row, row)
    found.columns_at_most = max(found.columns_at_most, column)


# ── the container of xls ─────────────────────────────────────────────────────────────────────────────────────────


def _workbook_stream(content: bytes) -> bytes:
    """The stream `Workbook` (or `Book`) of an OLE2 container; empty when it cannot be followed."""
    if len(content) < 512:
        return b""
    size = 1 << min(int.from_bytes(content[30:32], "little"), 12)
    table = _allocation(content, size)
    directory = _chain(content, table, int.from_bytes(content[48:52], "little"), size)
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    named = {
        entry[: max(int.from_bytes(entry[64:66], "little") - 2, 0)].decode("utf-16-le", "replace"): entry
        for entry in entries
    }
    entry = named.get("Workbook") or named.get("Book")
    if entry is None:
        return b""
    first, length = struct.unpack_from("<II", entry, 116)
    if length >= int.from_bytes(content[56:60], "little"):
        return _chain(content, table, first, size)[:length]
    root = named.get("Root Entry", entries[0])
    small = _chain(content, table, int.from_bytes(root[116:120], "little"), size)
    small_table = _numbers(_chain(content, table, int.from_bytes(content[60:64], "little"), size))
    return b"".join(small[at * 64 : at * 64 + 64] for at in _links(small_table, first))[:length]


def _allocation(content: bytes, size: int) -> list[int]:
    """Which sector follows each sector: the table itself is listed in the header, then in sectors chained to it."""
    listed = list(struct.unpack_from("<109I", content, 76))
    following = int.from_bytes(content[68:72], "little")
    for _ in range(len(content) // size):
        if following >= _SECTORS_END:
            break
        more = _numbers(_sector(content, following, size))
        if not more:
            break
        listed.extend(more[:-1])
        following = more[-1]
    table: list[int] = []
    for sector in listed:
        if sector < _SECTORS_END:
            table.extend(_numbers(_sector(content, sector, size)))
    return table


def _sector(content: bytes, number: int, size: int) -> bytes:
    return content[(number + 1) * size : (number + 2) * size]


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _links(table: list[int], first: int) -> Iterator[int]:
    sector = first
    for _ in range(len(table)):
        if sector >= len(table):
            return
        yield sector
        sector = table[sector]


def _chain(content: bytes, table: list[int], first: int, size: int) -> bytes:
    return b"".join(_sector(content, sector, size) for sector in _links(table, first))
