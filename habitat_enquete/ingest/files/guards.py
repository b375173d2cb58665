"""The one door through which every file comes in: real, whole, of the type it says, harmless, and in readable French.

`opened(path)` looks at a file before anybody reads it; `read_text`, `open_zip` and `parse_xml` read what it let through.
Each refusal is an `EnqueteError` that names the file and the next thing to do. Nothing is ever unpacked to the disk.
"""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.parsers import expat

from lxml import etree

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.files.encodings import Decoded, decoded
from habitat_enquete.ingest.files.filetypes import (
    BY_SUFFIX,
    OPENXML,
    TEXTUAL,
    ZIPPED,
    FileType,
    sniffed,
    sniffed_zip,
)

MIB = 1 << 20
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may weigh, in bytes. A ratio above `ratio` is refused only beyond `ratio_from` unpacked bytes."""

    file: int = 1024 * MIB
    unpacked: int = 2048 * MIB
    ratio: int = 200
    ratio_from: int = 100 * MIB
    entries: int = 20_000
    nesting: int = 2


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class GuardedFile:
    """A file that passed: its path, its name as the user knows it, its size, the hash of its bytes, what it really is."""

    path: Path
    name: str
    size: int
    sha256: str
    type: FileType

    def read_bytes(self) -> bytes:
        """All its bytes. Raises: `FILE_UNREADABLE`."""
        return _bytes(self.path)


def opened(path: Path, *, accept: frozenset[FileType] | None = None, limits: Limits = LIMITS) -> GuardedFile:
    """`path`, looked at before being read: it exists, holds something, is what its name says, and hides no bomb or password.

    Args: `accept`: the types the caller reads; by default those its extension promises (any type for an unknown extension).
    Raises: EnqueteError: FILE_MISSING, FILE_IS_FOLDER, FILE_NOT_REGULAR, FILE_UNREADABLE, FILE_EMPTY, FILE_TOO_BIG,
    FILE_WRONG_TYPE, FILE_BINARY, FILE_DAMAGED, FILE_PASSWORD, FILE_OLD_FORMAT, ARCHIVE_BOMB, ARCHIVE_FORBIDDEN.
    """
    size = _regular_size(path, limits)
    head = _head(path)
    found = sniffed(head, path.suffix.lower())
    if found in {FileType.OLE, FileType.OLE_XLS, FileType.OLE_DOC} and _ole_encrypted(path):
        raise EnqueteError(Code.FILE_PASSWORD, file=path.name)
    if found is FileType.ZIP:
        with open_zip(path, limits=limits) as archive:
            found = sniffed_zip(archive.names(), archive.read)
            archive.refuse_encrypted(found)
    promised = accept if accept is not None else BY_SUFFIX.get(path.suffix.lower())
    if promised is not None and found not in promised:
        raise _wrong_type(path, found, promised)
    return GuardedFile(path, path.name, size, _sha256(path), found)


def read_text(path: Path, *, encoding: str | None = None, limits: Limits = LIMITS) -> Decoded:
    """The text of a file, NFC with LF line ends, whatever its encoding; damaged accents are repaired and counted.

    Args: `encoding` forces one instead of recognising it.
    Raises: EnqueteError: as `opened`, plus FILE_BINARY, ENCODING_UNKNOWN, ENCODING_WRONG.
    """
    file = opened(path, accept=TEXTUAL, limits=limits)
    return decoded(file.read_bytes(), file=file.name, encoding=encoding)


class Archive:
    """A zip whose entries are read in memory, counted, and stopped at the limits. Made by `open_zip`."""

    def __init__(
        self, zipped: zipfile.ZipFile, *, file: str, limits: Limits, depth: int, packed: int
    ) -> None:
        self._zip = zipped
        self._left = limits.unpacked
        self._limits = limits
        self._depth = depth
        self.file = file
        self._packed = packed

    def names(self) -> list[str]:
        """The names of its entries, as written."""
        return self._zip.namelist()

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def read(self, name: str) -> bytes:
        """The bytes of an entry. Raises: EnqueteError: FILE_DAMAGED, FILE_PASSWORD, ARCHIVE_BOMB."""
        entry = self._zip.NameToInfo.get(name)
        if entry is None:
            raise EnqueteError(Code.FILE_DAMAGED, file=self.file, why=f"la partie « {name} » manque")
        if entry.flag_bits & 0x1:
            raise EnqueteError(Code.FILE_PASSWORD, file=self.file)
        if entry.file_size > self._left:
            raise self._bomb(self._limits.unpacked - self._left + entry.file_size)
        data = self._inflated(entry)
        self._left -= len(data)
        return data

    def _inflated(self, entry: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip.open(entry) as stream:
                data = stream.read(entry.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise EnqueteError(
                Code.FILE_DAMAGED, file=self.file, why=f"la partie « {entry.filename} » ne se lit pas"
            ) from error
        if len(data) > entry.file_size:
            raise self._bomb(len(data))
        return data

    @contextmanager
    def nested(self, name: str) -> Iterator[Archive]:
        """A zip inside this one, under what is left of the same limits. Raises: as `open_zip`."""
        if self._depth + 1 >= self._limits.nesting:
            raise EnqueteError(Code.ARCHIVE_FORBIDDEN, file=self.file, what="des archives emboîtées")
        data = self.read(name)
        limits = Limits(self._limits.file, self._left, self._limits.ratio, self._limits.ratio_from)
        with _archive(io.BytesIO(data), len(data), f"{self.file} › {name}", limits, self._depth + 1) as inner:
            yield inner
            self._left = inner._left

    def refuse_encrypted(self, found: FileType) -> None:
        """Raises: FILE_PASSWORD for a locked zip or OpenDocument file."""
        manifest = "META-INF/manifest.xml"
        locked = found in ZIPPED - OPENXML and manifest in self and b"encryption-data" in self.read(manifest)
        if locked or "EncryptedPackage" in self or "encrypted-package" in self:
            raise EnqueteError(Code.FILE_PASSWORD, file=self.file)

    def check(self) -> None:
        """Raises: FILE_PASSWORD, ARCHIVE_BOMB, ARCHIVE_FORBIDDEN when its table of contents gives it away."""
        entries = self._zip.infolist()
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise EnqueteError(Code.FILE_PASSWORD, file=self.file)
        size = sum(entry.file_size for entry in entries)
        if size > self._limits.unpacked or (
            size > self._limits.ratio_from and size > self._limits.ratio * max(self._packed, 1)
        ):
            raise self._bomb(size)
        if what := _forbidden(entries, self._limits):
            raise EnqueteError(Code.ARCHIVE_FORBIDDEN, file=self.file, what=what)

    def _bomb(self, size: int) -> EnqueteError:
        return EnqueteError(Code.ARCHIVE_BOMB, file=self.file, size=weight(size), packed=weight(self._packed))


@contextmanager
def open_zip(path: Path, *, limits: Limits = LIMITS) -> Iterator[Archive]:
    """The zip at `path`, its table of contents checked; entries are read in memory, within `limits`.

    Raises: EnqueteError: FILE_DAMAGED, ARCHIVE_BOMB, ARCHIVE_FORBIDDEN, and what `opened` says of a plain file.
    """
    size = _regular_size(path, limits)
    with path.open("rb") as stream, _archive(stream, size, path.name, limits, 0) as archive:
        yield archive


def parse_xml(data: bytes, *, file: str, part: str = "", doctype: bool = False) -> etree._Element:
    """The root of an XML document that declares no entity, reaches no network and no other file.

    Args: `part` names the entry within `file`; `doctype` lets a bare `<!DOCTYPE … SYSTEM "x.dtd">` through (Transcriber,
    TEI, XHTML write one; it is never loaded).
    Raises: EnqueteError: XML_FORBIDDEN, XML_DAMAGED.
    """
    refuse_declarations(data, file=file, part=part or file, doctype=doctype)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise EnqueteError(
            Code.XML_DAMAGED, file=file, part=part or file, line=line, why="XML mal formé"
        ) from error


def refuse_declarations(data: bytes, *, file: str, part: str, doctype: bool = False) -> None:
    """Raises: XML_FORBIDDEN when the prolog declares entities or (unless `doctype`) a document type.

    Only the prolog is read: declarations cannot come later.
    """
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def declaration(name: str, system: str | None, public: str | None, subset: bool) -> None:
        if not doctype:
            raise EnqueteError(Code.XML_FORBIDDEN, file=file, what="une déclaration de type (DOCTYPE)")

    def entity(*_: object) -> None:
        raise EnqueteError(Code.XML_FORBIDDEN, file=file, what="des entités XML déclarées")

    def first_element(*_: object) -> None:
        raise _PrologRead

    parser.StartDoctypeDeclHandler = declaration
    parser.EntityDeclHandler = entity
    parser.StartElementHandler = first_element
    try:
        parser.Parse(data, True)
    except _PrologRead:
        return
    except (expat.ExpatError, LookupError, ValueError) as error:
        line = getattr(error, "lineno", 1)
        raise EnqueteError(Code.XML_DAMAGED, file=file, part=part, line=line, why="XML mal formé") from error


def weight(size: int) -> str:
    """A size in bytes as a French reader writes it.

    >>> weight(300), weight(3_400_000)
    ('300 octets', '3,2 Mo')
    """
    if size < 1024:
        return f"{size} octets"
    for unit in ("Ko", "Mo", "Go"):
        size_in_unit = size / 1024
        if size_in_unit < 1024 or unit == "Go":
            return f"{size_in_unit:.1f} {unit}".replace(".", ",")
        size = size // 1024
    raise AssertionError("unreachable")


class _PrologRead(Exception):
    """The first element is reached: nothing more can be declared."""


@contextmanager
def _archive(stream: io.IOBase, packed: int, file: str, limits: Limits, depth: int) -> Iterator[Archive]:
    try:
        zipped = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise EnqueteError(Code.FILE_DAMAGED, file=file, why="archive zip illisible ou tronquée") from error
    with zipped:
        archive = Archive(zipped, file=file, limits=limits, depth=depth, packed=packed)
        archive.check()
        yield archive


def _forbidden(entries: list[zipfile.ZipInfo], limits: Limits) -> str | None:
    """What no office software writes: too many entries, twice the same name, a way out, overlaps, exotic compression."""
    if len(entries) > limits.entries:
        return f"{len(entries)} parties"
    if len({entry.filename for entry in entries}) < len(entries):
        return "deux parties du même nom"
    if any(_escapes(entry.filename) for entry in entries):
        return "un chemin qui sort de l'archive"
    if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
        return "une compression inhabituelle"
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, following in pairwise(ordered):
        if entry.header_offset + 30 + entry.compress_size > following.header_offset:
            return "des parties qui se recouvrent"
    return None


def _escapes(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":")


def _regular_size(path: Path, limits: Limits) -> int:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise EnqueteError(Code.FILE_MISSING, file=path.name) from error
    except (OSError, ValueError) as error:
        raise EnqueteError(Code.FILE_UNREADABLE, file=path.name, why=_why(error)) from error
    if stat.S_ISDIR(status.st_mode):
        raise EnqueteError(Code.FILE_IS_FOLDER, file=path.name)
    if not stat.S_ISREG(status.st_mode):
        raise EnqueteError(Code.FILE_NOT_REGULAR, file=path.name)
    if status.st_size == 0:
        raise EnqueteError(Code.FILE_EMPTY, file=path.name)
    if status.st_size > limits.file:
        raise EnqueteError(
            Code.FILE_TOO_BIG, file=path.name, size=weight(status.st_size), limit=weight(limits.file)
        )
    return status.st_size


def _bytes(path: Path, count: int = -1) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(count)
    except OSError as error:
        raise EnqueteError(Code.FILE_UNREADABLE, file=path.name, why=_why(error)) from error


def _head(path: Path) -> bytes:
    head = _bytes(path, 64 * 1024)
    return head + _ole_directory(path, head) if head.startswith(_OLE_MAGIC) else head


def _ole_directory(path: Path, head: bytes) -> bytes:
    """The first directory sector of an old Office file, which names its streams and may lie anywhere ([MS-CFB] 2.2)."""
    if len(head) < 512:
        return b""
    shift, sector = int.from_bytes(head[30:32], "little"), int.from_bytes(head[48:52], "little")
    at = (sector + 1) << shift
    if shift not in (9, 12) or at > path.stat().st_size:
        return b""
    with path.open("rb") as stream:
        stream.seek(at)
        return stream.read(1 << shift)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(MIB):
            digest.update(block)
    return digest.hexdigest()


def _ole_encrypted(path: Path) -> bool:
    """Whether an OLE2 container is a locked OOXML file: its directory names an `EncryptedPackage` stream."""
    return "EncryptedPackage".encode("utf-16-le") in _bytes(path)


def _why(error: Exception) -> str:
    return {
        "PermissionError": "la lecture en est interdite",
        "ValueError": "son nom n'est pas valable",
    }.get(type(error).__name__, "le système ne le laisse pas lire")


def _wrong_type(path: Path, found: FileType, promised: frozenset[FileType]) -> EnqueteError:
    if found in {FileType.OLE, FileType.OLE_DOC, FileType.OLE_XLS} and not promised & {FileType.OLE_XLS}:
        kind, advice = ("Excel (.xls)", ".xlsx") if found is FileType.OLE_XLS else ("Word (.doc)", ".docx")
        return EnqueteError(Code.FILE_OLD_FORMAT, file=path.name, found=kind, advice=advice)
    if FileType.XLSX in promised and FileType.TEXT in promised:
        return EnqueteError(Code.FILE_NO_WORKBOOK, file=path.name, found=found.value)
    if FileType.TEXT in promised:
        return EnqueteError(Code.FILE_BINARY, file=path.name, found=found.value)
    expected = " ou ".join(sorted(kind.value for kind in promised))
    return EnqueteError(Code.FILE_WRONG_TYPE, file=path.name, found=found.value, expected=expected)
