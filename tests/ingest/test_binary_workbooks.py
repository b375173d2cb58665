"""The binary workbooks (xls, xlsb): what their cells hold beside values, and cells so far away that no reader survives them."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest.files.binary_cells import scan_xls, scan_xlsb
from habitat_enquete.ingest.files.cellscan import CellScan
from habitat_enquete.ingest.files.guards import open_zip
from habitat_enquete.ingest.files.workbooks import read_workbook

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.bin" '
    'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="{kind}" Target="{target}"/></Relationships>'
)
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def _record(kind: int, content: bytes) -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
    return head + length + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _xlsb(path: Path, cells: dict[tuple[int, int], str], *, hidden: int = 0) -> Path:
    """An xlsb workbook of one sheet, « Réponses »; a cell that begins with `#` is the error #N/A."""
    body = b""
    for row in sorted({row for row, _ in cells}):
        flags = 0x10 if row == hidden else 0
        body += _record(0, struct.pack("<IIHBBBI", row - 1, 0, 300, 0, flags, 0, 0))
        for (_, column), text in sorted(item for item in cells.items() if item[0][0] == row):
            place = struct.pack("<II", column - 1, 0)
            body += _record(3, place + b"\x2a") if text[0] == "#" else _record(6, place + _wide(text))
    sheet = (
        _record(129, b"")
        + _record(148, bytes(16))
        + _record(145, b"")
        + body
        + _record(146, b"")
        + _record(130, b"")
    )
    bundle = _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Réponses"))
    workbook = _record(131, b"") + _record(143, b"") + bundle + _record(144, b"") + _record(132, b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr(
            "_rels/.rels", _RELATIONS.format(kind=f"{_KIND}officeDocument", target="xl/workbook.bin")
        )
        archive.writestr("xl/workbook.bin", workbook)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            _RELATIONS.format(kind=f"{_KIND}worksheet", target="worksheets/sheet1.bin"),
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


_CELLS = {(1, 1): "id", (1, 2): "age", (2, 1): "R1", (2, 2): "#N/A"}


def test_xlsb_tells_its_errors_and_hidden_rows(tmp_path: Path) -> None:
    with open_zip(_xlsb(tmp_path / "r.xlsb", _CELLS, hidden=2)) as archive:
        scans = scan_xlsb(archive)
    assert scans == {
        "Réponses": CellScan({}, {(2, 2): "#N/A"}, hidden_rows=1, cells=4, last_row=2, columns_at_most=2)
    }


def test_xlsb_is_read(tmp_path: Path) -> None:
    sheet = read_workbook(_xlsb(tmp_path / "r.xlsb", _CELLS)).sheet("Réponses")
    assert next(sheet.rows()) == ["id", "age"]
    assert sheet.errors == {(2, 2): "#N/A"}


def test_cell_far_away_in_a_binary_workbook_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = _xlsb(tmp_path / "r.xlsb", _CELLS | {(1_048_576, 16_384): "x"})
    with pytest.raises(EnqueteError, match="une cellule isolée très loin du tableau"):
        read_workbook(path)


# ── xls ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _biff(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _xls(far: int = 3) -> bytes:
    """An xls container whose stream holds one sheet: a number in row 1, #N/A in row 2, a number in row `far`, hidden."""
    sheet = b"".join(
        [
            _biff(0x809, bytes(16)),
            _biff(0x203, struct.pack("<HHHd", 0, 0, 0, 1.5)),
            _biff(0x205, struct.pack("<HHHBB", 1, 1, 0, 0x2A, 1)),
            _biff(0x208, struct.pack("<HHHHHHHH", far - 1, 0, 1, 300, 0, 0, 0x20, 0)),
            _biff(0xBD, struct.pack("<HHHIHIH", far - 1, 0, 0, 0, 0, 0, 250)),
            _biff(0x0A),
        ]
    )
    name = _biff(0x85, struct.pack("<IHBB", 0, 0, 3, 0) + b"Rep")
    start = len(_biff(0x809, bytes(16)) + name + _biff(0x0A))
    name = _biff(0x85, struct.pack("<IHBB", start, 0, 3, 0) + b"Rep")
    stream = (_biff(0x809, bytes(16)) + name + _biff(0x0A) + sheet).ljust(8 * 512, b"\0")
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[24:34] = struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header[44:76] = struct.pack("<IIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header[76:512] = struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 10), 0xFFFFFFFE]
    sectors = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
    directory = b"".join(
        _entry(*each) for each in (("Root Entry", 5, 0xFFFFFFFE, 0), ("Workbook", 2, 2, len(stream)))
    )
    return bytes(header) + sectors + directory.ljust(512, b"\0") + stream


def _entry(name: str, kind: int, first: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    head = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1)
    return (
        head
        + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
        + bytes(36)
        + struct.pack("<II", first, size)
        + bytes(4)
    )


def test_xls_tells_its_errors_and_hidden_rows() -> None:
    assert scan_xls(_xls()) == {
        "Rep": CellScan({}, {(2, 2): "#N/A"}, hidden_rows=1, cells=3, last_row=3, columns_at_most=251)
    }


def test_cell_far_away_in_an_xls_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "r.xls").write_bytes(_xls(far=65_000))
    with pytest.raises(EnqueteError, match="une cellule isolée très loin du tableau"):
        read_workbook(tmp_path / "r.xls")


@pytest.mark.parametrize("size", [100, 600, 1_100, 1_700])
def test_truncated_xls_is_refused_in_a_sentence(tmp_path: Path, size: int) -> None:
    (tmp_path / "r.xls").write_bytes(_xls()[:size])
    with pytest.raises(EnqueteError):
        read_workbook(tmp_path / "r.xls")


def test_workbook_that_kills_its_reader_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("habitat_enquete.ingest.files.probe._READ", "import os; os.abort()")
    with pytest.raises(EnqueteError, match="classeur illisible ou tronqué"):
        read_workbook(_xlsb(tmp_path / "r.xlsb", _CELLS))


@pytest.mark.parametrize("entry", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_damaged_part_of_an_xlsx_is_refused_in_a_sentence(tmp_path: Path, entry: str) -> None:
    workbook = openpyxl.Workbook()
    workbook.worksheets[0].append(["id", "age"])
    workbook.save(tmp_path / "r.xlsx")
    content = bytearray((tmp_path / "r.xlsx").read_bytes())
    with zipfile.ZipFile(tmp_path / "r.xlsx") as archive:
        found = archive.getinfo(entry)
    at = found.header_offset + 30 + len(entry)
    content[at + 20 : at + 60] = bytes(40)
    (tmp_path / "r.xlsx").write_bytes(content)
    with pytest.raises(EnqueteError, match="classeur illisible ou tronqué"):
        read_workbook(tmp_path / "r.xlsx")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"])
def test_document_type_in_any_part_of_an_xlsx_is_refused(tmp_path: Path, part: str) -> None:
    workbook = openpyxl.Workbook()
    workbook.worksheets[0].append(["id", "age"])
    workbook.save(tmp_path / "sain.xlsx")
    doctype = b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>'
    with (
        zipfile.ZipFile(tmp_path / "sain.xlsx") as sane,
        zipfile.ZipFile(tmp_path / "r.xlsx", "w") as archive,
    ):
        for name in sane.namelist():
            content = sane.read(name)
            head, mark, rest = content.partition(b"?>")
            if not content.startswith(b"<?xml"):
                head, mark, rest = b"", b"", content
            archive.writestr(name, head + mark + (doctype if name == part else b"") + rest)
    with pytest.raises(EnqueteError, match="DOCTYPE"):
        read_workbook(tmp_path / "r.xlsx")


def test_xls_locked_by_a_password_is_not_searched_for_far_cells() -> None:
    content = _xls(far=65_000).replace(_biff(0x85, b"")[:2], _biff(0x2F, b"")[:2], 1)
    assert scan_xls(content) == {}
