"""What a file really is, told by its first bytes; extensions lie."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum


class FileType(StrEnum):
    """The types of file people bring, each in the words a message shows."""

    TEXT = "du texte"
    HTML = "une page HTML"
    XML = "un fichier XML"
    JSON = "un fichier JSON"
    RTF = "un document RTF"
    PDF = "un PDF"
    DOCX = "un document Word"
    XLSX = "un classeur Excel"
    XLSB = "un classeur Excel binaire"
    PPTX = "une présentation PowerPoint"
    ODT = "un document OpenDocument (.odt)"
    ODS = "un classeur OpenDocument (.ods)"
    ODP = "une présentation OpenDocument"
    EPUB = "un livre EPUB"
    QDPX = "un projet REFI-QDA"
    ZIP = "une archive zip"
    OLE = "un ancien document Office"
    OLE_DOC = "un document Word 97-2003"
    OLE_XLS = "un classeur Excel 97-2003"
    SQLITE = "une base de données"
    SAV = "un fichier SPSS"
    PARQUET = "un fichier Parquet"
    IMAGE = "une image"
    MEDIA = "un enregistrement audio ou vidéo"
    PROGRAM = "un programme"
    COMPRESSED = "une archive compressée"
    BINARY = "des données binaires"


TEXTUAL = frozenset({FileType.TEXT, FileType.HTML, FileType.XML, FileType.JSON})
OPENXML = frozenset({FileType.DOCX, FileType.XLSX, FileType.XLSB, FileType.PPTX})
ZIPPED = OPENXML | {FileType.ODT, FileType.ODS, FileType.ODP, FileType.EPUB, FileType.QDPX, FileType.ZIP}
WORKBOOKS = frozenset({FileType.XLSX, FileType.XLSB, FileType.ODS, FileType.OLE_XLS})

_TEXT_SUFFIXES = """
    .txt .md .csv .tsv .srt .vtt .sbv .textgrid .eaf .trs .cha .xml .tei .json .yaml .yml .html .htm .xhtml .log
"""
BY_SUFFIX: dict[str, frozenset[FileType]] = dict.fromkeys(_TEXT_SUFFIXES.split(), TEXTUAL) | {
    ".docx": frozenset({FileType.DOCX}),
    ".docm": frozenset({FileType.DOCX}),
    ".dotx": frozenset({FileType.DOCX}),
    ".doc": frozenset({FileType.DOCX, FileType.RTF}) | TEXTUAL,
    ".odt": frozenset({FileType.ODT}),
    ".rtf": frozenset({FileType.RTF}),
    ".pdf": frozenset({FileType.PDF}),
    ".xlsx": frozenset({FileType.XLSX}),
    ".xlsm": frozenset({FileType.XLSX}),
    ".xlsb": frozenset({FileType.XLSB}),
    ".ods": frozenset({FileType.ODS}),
    ".xls": WORKBOOKS | TEXTUAL,  # web forms often save HTML or tab-separated text under this name
    ".zip": frozenset({FileType.ZIP}),
    ".qdpx": frozenset({FileType.QDPX, FileType.ZIP}),
    ".sav": frozenset({FileType.SAV}),
    ".zsav": frozenset({FileType.SAV}),
}

_MAGIC: tuple[tuple[bytes, FileType], ...] = (
    (b"PK\x03\x04", FileType.ZIP),
    (b"PK\x05\x06", FileType.ZIP),
    (b"%PDF-", FileType.PDF),
    (b"{\\rtf", FileType.RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType.OLE),
    (b"SQLite format 3\x00", FileType.SQLITE),
    (b"$FL2", FileType.SAV),
    (b"$FL3", FileType.SAV),
    (b"PAR1", FileType.PARQUET),
    (b"\x89PNG", FileType.IMAGE),
    (b"\xff\xd8\xff", FileType.IMAGE),
    (b"GIF8", FileType.IMAGE),
    (b"II*\x00", FileType.IMAGE),
    (b"MM\x00*", FileType.IMAGE),
    (b"ID3", FileType.MEDIA),
    (b"\xff\xfb", FileType.MEDIA),
    (b"\xff\xf3", FileType.MEDIA),
    (b"OggS", FileType.MEDIA),
    (b"fLaC", FileType.MEDIA),
    (b"\x1aE\xdf\xa3", FileType.MEDIA),
    (b"\x7fELF", FileType.PROGRAM),
    (b"MZ", FileType.PROGRAM),
    (b"\x1f\x8b", FileType.COMPRESSED),
    (b"7z\xbc\xaf", FileType.COMPRESSED),
    (b"Rar!", FileType.COMPRESSED),
    (b"BZh", FileType.COMPRESSED),
    (b"\xfd7zXZ", FileType.COMPRESSED),
    (b"(\xb5/\xfd", FileType.COMPRESSED),
)
_UTF_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 0x15, 0x1A, 27})  # CHAT writes its times between 0x15
_MIMETYPES = {
    b"application/vnd.oasis.opendocument.text": FileType.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": FileType.ODS,
    b"application/vnd.oasis.opendocument.presentation": FileType.ODP,
    b"application/epub+zip": FileType.EPUB,
}
_MAIN_PARTS = (
    (b"wordprocessingml.document.main", FileType.DOCX),
    (b"wordprocessingml.template.main", FileType.DOCX),
    (b"ms-word.document.macroEnabled.main", FileType.DOCX),
    (b"ms-word.template.macroEnabledTemplate.main", FileType.DOCX),
    (b"ms-excel.sheet.binary.macroEnabled.main", FileType.XLSB),
    (b"spreadsheetml.sheet.main", FileType.XLSX),
    (b"spreadsheetml.template.main", FileType.XLSX),
    (b"ms-excel.sheet.macroEnabled.main", FileType.XLSX),
    (b"presentationml", FileType.PPTX),
)
_HTML = re.compile(rb"<!doctype\s+html|<html|<head|<body|<table|<meta\s", re.IGNORECASE)


def sniffed(head: bytes, suffix: str = "") -> FileType:
    """What the first bytes (64 kB at most) say the file is; `suffix` only tells CSV-like texts from JSON.

    >>> sniffed(b"%PDF-1.7 ...")
    <FileType.PDF: 'un PDF'>
    """
    for magic, found in _MAGIC:
        if head.startswith(magic) and _confirmed(head, found):
            return _ole(head) if found is FileType.OLE else found
    if head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] in {b"WAVE", b"AVI "}):
        return FileType.MEDIA
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileType.IMAGE
    if not looks_textual(head):
        return FileType.BINARY
    return _textual(head, suffix)


def sniffed_zip(names: list[str], read: Callable[[str], bytes]) -> FileType:
    """Which office format a zip is, by what it holds; `read` gives the bytes of an entry."""
    present = set(names)
    if "mimetype" in present:
        mimetype = read("mimetype").strip()
        return next((kind for mark, kind in _MIMETYPES.items() if mimetype.startswith(mark)), FileType.ZIP)
    if "[Content_Types].xml" in present:
        types = read("[Content_Types].xml")
        return next((kind for mark, kind in _MAIN_PARTS if mark in types), FileType.ZIP)
    if "project.qde" in present:
        return FileType.QDPX
    if {"content.xml", "META-INF/manifest.xml"} <= present:
        manifest = read("META-INF/manifest.xml")
        return next((kind for mark, kind in _MIMETYPES.items() if mark in manifest), FileType.ZIP)
    return FileType.ZIP


def looks_textual(head: bytes) -> bool:
    """Whether bytes can be read as text in some encoding: few control characters, or zeros at every other place."""
    if head.startswith(_UTF_MARKS) or wide(head) is not None:
        return True
    controls = len(head) - len(head.translate(None, _CONTROL))
    return controls <= len(head) // 1000


def wide(head: bytes) -> str | None:
    """`utf-16-le`, `utf-16-be`, `utf-32-le` or `utf-32-be` when the zeros of unmarked bytes fall so, else None."""
    sample = head[: len(head) // 4 * 4]
    if len(sample) < 4 or not sample.count(0):
        return None
    zeros = [sample[rank::4].count(0) / (len(sample) / 4) for rank in range(4)]
    if zeros[0] < 0.2 and min(zeros[1:]) > 0.6:
        return "utf-32-le"
    if zeros[3] < 0.2 and min(zeros[:3]) > 0.6:
        return "utf-32-be"
    if max(zeros[0], zeros[2]) < 0.2 and min(zeros[1], zeros[3]) > 0.6:
        return "utf-16-le"
    if max(zeros[1], zeros[3]) < 0.2 and min(zeros[0], zeros[2]) > 0.6:
        return "utf-16-be"
    return None


def _confirmed(head: bytes, found: FileType) -> bool:
    """A short magic also begins ordinary words (« MZ », « ID3 »): then the rest must not be text."""
    return found not in {FileType.PROGRAM, FileType.MEDIA, FileType.COMPRESSED} or not looks_textual(head)


def _ole(head: bytes) -> FileType:
    if "WordDocument".encode("utf-16-le") in head:
        return FileType.OLE_DOC
    if "Workbook".encode("utf-16-le") in head or "Book".encode("utf-16-le") in head:
        return FileType.OLE_XLS
    return FileType.OLE


def _textual(head: bytes, suffix: str) -> FileType:
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:2048]
    if start.startswith(b"<") and _HTML.search(start) and not start.startswith(b"<?xml "):
        return FileType.HTML
    if start.startswith(b"<?xml") or (start.startswith(b"<") and suffix in {".eaf", ".trs", ".xml", ".tei"}):
        return FileType.HTML if b"<html" in start.lower() else FileType.XML
    if suffix == ".json" and start[:1] in {b"{", b"["}:
        return FileType.JSON
    return FileType.TEXT
