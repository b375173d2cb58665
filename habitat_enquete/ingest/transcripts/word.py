"""Word documents, read from their XML: what python-docx passes over (nested tables, text boxes, notes, tracked changes).

Deleted and hidden text is neither read nor kept: it often holds real names. How much was left aside is told.
Source: ECMA-376 part 1, WordprocessingML.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.ingest.files.guards import Archive, GuardedFile, open_zip, parse_xml
from habitat_enquete.ingest.transcripts.passages import Passage, Piece, Transcript, lines
from habitat_enquete.ingest.transcripts.passages import row as joined_row
from habitat_enquete.model.text import AnnotationKind

_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DELETED = frozenset({"del", "moveFrom"})
_SKIPPED = frozenset(
    {
        "pPr",
        "rPr",
        "sdtPr",
        "sdtEndPr",
        "tblPr",
        "tcPr",
        "trPr",
        "tblGrid",
        "sectPr",
        "instrText",
        "delText",
        "Fallback",
    }
)
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "\u2011", "softHyphen": ""}


@dataclass(slots=True)
class _Reading:
    """What is known of a document while it is read."""

    styles: _Styles
    bullets: frozenset[tuple[str, str]]
    notes: dict[tuple[str, str], str]
    passages: list[Passage] = field(default_factory=list)
    deleted: int = 0
    hidden: int = 0
    paragraph: int = 0
    table: int = 0


@dataclass(slots=True)
class _Paragraph:
    pieces: list[Piece] = field(default_factory=list)
    notes: list[tuple[int, AnnotationKind, str]] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)


def read(file: GuardedFile) -> Transcript:
    """The passages of a Word document in reading order: paragraphs, cells, text boxes; notes and comments at their call.

    Raises: EnqueteError: FILE_DAMAGED, XML_DAMAGED, XML_FORBIDDEN and what `open_zip` refuses.
    """
    with open_zip(file.path) as archive:
        main = _main_part(archive, file.name)
        folder = posixpath.dirname(main)
        body = parse_xml(archive.read(main), file=file.name, part=main)
        reading = _Reading(
            _Styles.read(_optional(archive, f"{folder}/styles.xml", file.name)),
            _bullets(_optional(archive, f"{folder}/numbering.xml", file.name)),
            _notes(archive, folder, file.name),
        )
    _block(body, reading, "")
    return Transcript(tuple(reading.passages), _left_aside(reading, file.name))


def _main_part(archive: Archive, file: str) -> str:
    """The name of the main part, through the package's relationships; `word/document.xml` nearly always."""
    if "word/document.xml" in archive or "_rels/.rels" not in archive:
        return "word/document.xml"
    links = parse_xml(archive.read("_rels/.rels"), file=file, part="_rels/.rels")
    for link in links:
        if str(link.get("Type", "")).endswith("/officeDocument"):
            return str(link.get("Target", "")).lstrip("/")
    return "word/document.xml"


def _optional(archive: Archive, name: str, file: str) -> etree._Element | None:
    return parse_xml(archive.read(name), file=file, part=name) if name in archive else None


def _block(element: etree._Element, reading: _Reading, place: str) -> None:
    """Read the paragraphs and tables under `element`, deleted ones excepted."""
    for child in element:
        name = _name(child)
        if name == "p":
            _paragraph(child, reading, place)
        elif name == "tbl":
            _table(child, reading, place)
        elif name in _DELETED:
            reading.deleted += 1
        elif name not in _SKIPPED:
            _block(child, reading, place)


def _table(element: etree._Element, reading: _Reading, place: str) -> None:
    """Read a table row by row, the tables inside its cells included."""
    if not place:
        reading.table += 1
    table = f"{place}, tableau imbriqué" if place else f"tableau {reading.table}"
    for number, row in enumerate(_children(element, "tr"), start=1):
        if _child(_child(row, "trPr"), "del") is not None:
            reading.deleted += 1
            continue
        start = len(reading.passages)
        cells = []
        for column, cell in enumerate(_children(row, "tc"), start=1):
            _block(cell, reading, f"{table}, ligne {number}, colonne {column}")
            cells.append(reading.passages[start:])
            del reading.passages[start:]
        reading.passages += joined_row(cells)


def _paragraph(element: etree._Element, reading: _Reading, place: str) -> None:
    if not place:
        reading.paragraph += 1
    found = _Paragraph()
    properties = _child(element, "pPr")
    _runs(element, reading, found, reading.styles.bold(_value(_child(properties, "pStyle"))))
    position = place or f"§ {reading.paragraph}"
    bullet = _bullet_of(properties, reading)
    heading = _value(_child(properties, "pStyle")) in reading.styles.headings
    reading.passages += lines(found.pieces, position, notes=found.notes, bullet=bullet, heading=heading)
    for box in found.boxes:
        _block(box, reading, f"{position}, zone de texte")


def _runs(element: etree._Element, reading: _Reading, found: _Paragraph, bold: bool) -> None:
    for child in element:
        name = _name(child)
        if name == "r":
            _run(child, reading, found, bold)
        elif name in _DELETED:
            reading.deleted += 1
        elif name not in _SKIPPED:
            _runs(child, reading, found, bold)


def _run(element: etree._Element, reading: _Reading, found: _Paragraph, bold: bool) -> None:
    properties = _child(element, "rPr")
    if _on(_child(properties, "vanish")):
        reading.hidden += any(_name(child) == "t" for child in element)
        return
    look = reading.styles.run_bold(properties, bold)
    for child in element:
        _run_content(child, reading, found, look)


def _run_content(child: etree._Element, reading: _Reading, found: _Paragraph, look: bool) -> None:
    name = _name(child)
    if name == "t":
        found.pieces.append(Piece(child.text or "", look))
    elif name in _BREAKS:
        found.pieces.append(Piece("" if child.get(f"{{{_W}}}type") == "page" else _BREAKS[name], look))
    elif name in {"footnoteReference", "endnoteReference", "commentReference"}:
        note = reading.notes.get((name.removesuffix("Reference"), _attribute(child, "id")))
        if note:
            found.notes.append((len(found.pieces), AnnotationKind.NOTE, note))
    elif name == "txbxContent":
        found.boxes.append(child)
    elif name == "r":
        _run(child, reading, found, look)
    elif name == "delText":
        reading.deleted += 1
    elif name not in _SKIPPED:
        for inner in child:
            _run_content(inner, reading, found, look)


def _notes(archive: Archive, folder: str, file: str) -> dict[tuple[str, str], str]:
    """The words of footnotes, endnotes and comments, by kind and id."""
    found: dict[tuple[str, str], str] = {}
    for kind in ("footnote", "endnote", "comment"):
        root = _optional(archive, f"{folder}/{kind}s.xml", file)
        for note in _children(root, kind):
            if _attribute(note, "type") in {"separator", "continuationSeparator", "continuationNotice"}:
                continue
            inner = _Reading(_Styles({}), frozenset(), {})
            _block(note, inner, "note")
            found[kind, _attribute(note, "id")] = " ".join(passage.text for passage in inner.passages)
    return found


@dataclass(frozen=True, slots=True)
class _Styles:
    """Whether each style is bold, its ancestors considered; which are for titles."""

    looks: dict[str, bool]
    headings: frozenset[str] = frozenset()

    @classmethod
    def read(cls, root: etree._Element | None) -> _Styles:
        own: dict[str, tuple[bool | None, str]] = {}
        headings = set()
        for style in _children(root, "style"):
            properties = _child(style, "rPr")
            own[_attribute(style, "styleId")] = (_look(properties), _value(_child(style, "basedOn")))
            if _value(_child(style, "name")).casefold().startswith(("heading", "title", "titre", "subtitle")):
                headings.add(_attribute(style, "styleId"))
        return cls({name: _inherited(name, own) for name in own}, frozenset(headings))

    def bold(self, style: str) -> bool:
        return self.looks.get(style, False)

    def run_bold(self, properties: etree._Element | None, inherited: bool) -> bool:
        own = _look(properties)
        if own is not None:
            return own
        return self.looks.get(_value(_child(properties, "rStyle")), inherited)


def _inherited(name: str, own: dict[str, tuple[bool | None, str]]) -> bool:
    seen: set[str] = set()
    while name in own and name not in seen:
        seen.add(name)
        look, parent = own[name]
        if look is not None:
            return look
        name = parent
    return False


def _look(properties: etree._Element | None) -> bool | None:
    """Whether run properties set the words apart, in bold; None when they do not say."""
    bold = _child(properties, "b")
    return None if bold is None else _on(bold)


def _bullets(root: etree._Element | None) -> frozenset[tuple[str, str]]:
    """The (list, level) pairs that draw a bullet or a dash: Word turns a typed « - » into one."""
    levels: dict[str, set[str]] = {}
    for abstract in _children(root, "abstractNum"):
        drawn = {
            _attribute(level, "ilvl")
            for level in _children(abstract, "lvl")
            if _value(_child(level, "numFmt")) == "bullet"
        }
        levels[_attribute(abstract, "abstractNumId")] = drawn
    return frozenset(
        (_attribute(number, "numId"), level)
        for number in _children(root, "num")
        for level in levels.get(_value(_child(number, "abstractNumId")), ())
    )


def _bullet_of(properties: etree._Element | None, reading: _Reading) -> bool:
    numbering = _child(properties, "numPr")
    if numbering is None:
        return False
    level = _value(_child(numbering, "ilvl")) or "0"
    return (_value(_child(numbering, "numId")), level) in reading.bullets


def _left_aside(reading: _Reading, file: str) -> tuple[Problem, ...]:
    found = []
    if reading.deleted:
        found.append(
            problem(Code.TRANSCRIPT_DELETED_TEXT, severity=Severity.WARNING, file=file, count=reading.deleted)
        )
    if reading.hidden:
        found.append(
            problem(Code.TRANSCRIPT_HIDDEN_TEXT, severity=Severity.WARNING, file=file, count=reading.hidden)
        )
    return tuple(found)


def _name(element: etree._Element) -> str:
    """The name of an element without its namespace (strict and transitional documents have two)."""
    return str(element.tag).rpartition("}")[2]


def _children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """The children of that name, content controls and insertions seen through."""
    for child in element if element is not None else ():
        if _name(child) == name:
            yield child
        elif _name(child) in {"sdt", "sdtContent", "ins", "customXml"}:
            yield from _children(child, name)


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return next((child for child in element if _name(child) == name), None) if element is not None else None


def _attribute(element: etree._Element | None, name: str) -> str:
    if element is None:
        return ""
    return str(element.get(f"{{{_W}}}{name}") or element.get(f"{{{_STRICT}}}{name}") or "")


def _value(element: etree._Element | None) -> str:
    return _attribute(element, "val")


def _on(element: etree._Element | None) -> bool:
    return element is not None and _value(element) not in {"0", "false", "off", "none"}
