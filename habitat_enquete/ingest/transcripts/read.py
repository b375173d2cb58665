"""Reading any transcript: which reader for which file, told by what the file is, then by its name."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

from lxml import etree

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity, problem
from habitat_enquete.ingest.files.encodings import Decoded, decoded
from habitat_enquete.ingest.files.filetypes import FileType
from habitat_enquete.ingest.files.guards import MIB, GuardedFile, Limits, opened, parse_xml
from habitat_enquete.ingest.transcripts import (
    chat,
    elan,
    exports,
    legacy_word,
    opendocument,
    pdf,
    plain,
    rtf,
    subtitles,
    tei,
    textgrid,
    transcriber,
    web,
    word,
)
from habitat_enquete.ingest.transcripts.passages import Transcript

_SUFFIX_LIST = """
    .txt .md .markdown .docx .docm .doc .odt .rtf .pdf .srt .vtt .html .htm .xhtml .textgrid .eaf .trs
    .cha .xml .tei .json
"""
SUFFIXES = frozenset(_SUFFIX_LIST.split())
# An hour of talk is 60 kB of text and at most 1 MB of XML; a day of it is not an interview.
LIMITS = Limits(file=200 * MIB, unpacked=400 * MIB)
TEXT_LIMIT = 20 * MIB
LINE_LIMIT = 1_000_000
_ONE_LINE = frozenset({".json", ".html", ".htm", ".xhtml"})  # what machines write without line ends


def read(path: Path) -> tuple[GuardedFile, Transcript]:
    """The file and the passages of the transcript at `path`, whatever its format.

    Raises: EnqueteError: what `opened` and the reader of the format refuse; TRANSCRIPT_UNKNOWN_FORMAT,
    TRANSCRIPT_NO_WORDS, TRANSCRIPT_TOO_LONG.
    """
    if path.exists() and path.suffix.lower() not in SUFFIXES:
        raise EnqueteError(Code.TRANSCRIPT_UNKNOWN_FORMAT, file=path.name, suffix=path.suffix)
    try:
        file = opened(path, limits=LIMITS)
    except EnqueteError as error:
        if error.code is not Code.FILE_OLD_FORMAT or legacy_word.converter() is None:
            raise
        file, transcript = _converted(path)
    else:
        transcript = _read(file)
    if not any(any(map(str.isalnum, passage.text)) for passage in transcript.passages):
        raise EnqueteError(Code.TRANSCRIPT_NO_WORDS, file=file.name, problems=transcript.problems)
    return file, transcript


def _converted(path: Path) -> tuple[GuardedFile, Transcript]:
    """An old Word document, as LibreOffice rewrites it; the file keeps its own name and hash, and this is told."""
    with legacy_word.as_docx(path) as copy:
        made = opened(copy, limits=LIMITS)
        transcript = word.read(made)
    told = problem(Code.TRANSCRIPT_CONVERTED, severity=Severity.WARNING, file=path.name)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    file = GuardedFile(path, path.name, path.stat().st_size, sha256, made.type)
    renamed = [
        replace(each, file=path.name, message=each.message.replace(copy.name, path.name))
        for each in transcript.problems
    ]
    return file, replace(transcript, problems=(told, *renamed))


def _read(file: GuardedFile) -> Transcript:
    if file.type is FileType.DOCX:
        return word.read(file)
    if file.type is FileType.ODT:
        return opendocument.read(file)
    if file.type is FileType.PDF:
        return pdf.read(file)
    if file.type is FileType.RTF:
        return rtf.read(file.read_bytes(), file=file.name)
    data = file.read_bytes()
    if file.type is FileType.XML or file.path.suffix.lower() in {".eaf", ".trs", ".xml", ".tei"}:
        return _xml(parse_xml(data, file=file.name, doctype=True), file)
    return _text(data, file)


def _text(data: bytes, file: GuardedFile) -> Transcript:
    if len(data) > TEXT_LIMIT:
        raise EnqueteError(Code.TRANSCRIPT_TOO_LONG, file=file.name, limit=f"{TEXT_LIMIT // MIB} Mo de texte")
    if data.startswith(b"ooBinaryFile"):
        raise EnqueteError(Code.TEXTGRID_BINARY, file=file.name)
    content = decoded(data, file=file.name)
    if file.path.suffix.lower() not in _ONE_LINE:
        _refuse_endless_line(content.text, file)
    found = _textual(content.text, file)
    told = (*_accents(content, file), *found.problems)
    return Transcript(found.passages, told, found.title, found.roles)


def _textual(text: str, file: GuardedFile) -> Transcript:
    """The transcript of a text: the suffix decides, then what the first line looks like."""
    suffix = file.path.suffix.lower()
    start = text[:300].lstrip()
    if suffix == ".json":
        return exports.read(text, file=file.name)
    if suffix == ".textgrid" or start.startswith(('File type = "ooTextFile', '"ooTextFile')):
        return textgrid.read(text, file=file.name)
    if (
        suffix in {".srt", ".vtt"}
        or start.startswith("WEBVTT")
        or re.match(r"\d+\s*\n\d\d:\d\d:\d\d,\d+ -->", start)
    ):
        return subtitles.read(text, file=file.name)
    if suffix == ".cha" or start.startswith(("@UTF8", "@Begin")):
        return chat.read(text)
    if file.type is FileType.HTML or suffix in {".html", ".htm", ".xhtml"}:
        return web.read(text, file=file.name)
    return plain.read(text, markdown=suffix in {".md", ".markdown"})


def _xml(root: etree._Element, file: GuardedFile) -> Transcript:
    """The transcript of an XML file, by its root element. Raises: EnqueteError: TRANSCRIPT_UNKNOWN_XML."""
    name = str(root.tag).rpartition("}")[2]
    if name in {"Trans", "Transcription"}:
        return transcriber.read(root)
    if name == "ANNOTATION_DOCUMENT":
        return elan.read(root, file=file.name)
    if name in {"TEI", "teiCorpus", "TEI.2"}:
        return tei.read(root)
    raise EnqueteError(Code.TRANSCRIPT_UNKNOWN_XML, file=file.name, root=name)


def _refuse_endless_line(text: str, file: GuardedFile) -> None:
    longest = max((len(line) for line in text.split("\n")), default=0)
    if longest > LINE_LIMIT:
        row = next(rank for rank, line in enumerate(text.split("\n"), start=1) if len(line) == longest)
        raise EnqueteError(
            Code.TRANSCRIPT_ENDLESS_LINE, file=file.name, row=row, length=f"{longest:_}".replace("_", " ")
        )


def _accents(content: Decoded, file: GuardedFile) -> list[Problem]:
    told = []
    if content.repaired:
        told.append(
            problem(Code.ENCODING_REPAIRED, severity=Severity.WARNING, file=file.name, count=content.repaired)
        )
    if content.foreign:
        told.append(
            problem(Code.ENCODING_MIXED, severity=Severity.WARNING, file=file.name, count=content.foreign)
        )
    return told
