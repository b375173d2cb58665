"""OpenDocument texts (.odt), read from their XML: lists, nested tables, text boxes, notes, comments, tracked changes.

Text deleted under tracked changes is neither read nor kept. Source: OASIS OpenDocument 1.3, part 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from habitat_enquete.errors import Code, Severity, problem
from habitat_enquete.ingest.files.guards import Archive, GuardedFile, open_zip, parse_xml
from habitat_enquete.ingest.transcripts.passages import Passage, Piece, Transcript, lines
from habitat_enquete.ingest.transcripts.passages import row as joined_row
from habitat_enquete.model.text import AnnotationKind

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_SKIPPED = frozenset(
    {f"{_TEXT}tracked-changes", f"{_TEXT}sequence-decls", f"{_OFFICE}forms", f"{_TEXT}bibliography-source"}
)


@dataclass(slots=True)
class _Reading:
    looks: dict[str, bool | None]
    passages: list[Passage] = field(default_factory=list)
    paragraph: int = 0
    table: int = 0


@dataclass(slots=True)
class _Paragraph:
    pieces: list[Piece] = field(default_factory=list)
    notes: list[tuple[int, AnnotationKind, str]] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)


def read(file: GuardedFile) -> Transcript:
    """The passages of an OpenDocument text in reading order. Raises: as `open_zip` and `parse_xml`."""
    with open_zip(file.path) as archive:
        content = parse_xml(archive.read("content.xml"), file=file.name, part="content.xml")
        styles = [content, *_common_styles(archive, file.name)]
    reading = _Reading(_looks(styles))
    body = content.find(f".//{_OFFICE}text")
    if body is not None:
        _block(body, reading, "", bullet=False)
    deleted = len(content.findall(f".//{_TEXT}deletion"))
    problems = (
        (problem(Code.TRANSCRIPT_DELETED_TEXT, severity=Severity.WARNING, file=file.name, count=deleted),)
        if deleted
        else ()
    )
    return Transcript(tuple(reading.passages), problems)


def _common_styles(archive: Archive, file: str) -> list[etree._Element]:
    return (
        [parse_xml(archive.read("styles.xml"), file=file, part="styles.xml")]
        if "styles.xml" in archive
        else []
    )


def _block(element: etree._Element, reading: _Reading, place: str, *, bullet: bool) -> None:
    for child in element:
        if child.tag in {f"{_TEXT}p", f"{_TEXT}h"}:
            _paragraph(child, reading, place, bullet)
        elif child.tag == f"{_TABLE}table":
            _table(child, reading, place)
        elif child.tag not in _SKIPPED:
            _block(child, reading, place, bullet=bullet or child.tag == f"{_TEXT}list-item")


def _table(element: etree._Element, reading: _Reading, place: str) -> None:
    if not place:
        reading.table += 1
    table = f"{place}, tableau imbriqué" if place else f"tableau {reading.table}"
    rows = [row for row in element.iter(f"{_TABLE}table-row") if _owner(row) is element]
    for number, row in enumerate(rows, start=1):
        start = len(reading.passages)
        cells = []
        for column, cell in enumerate(row.iterchildren(f"{_TABLE}table-cell"), start=1):
            _block(cell, reading, f"{table}, ligne {number}, colonne {column}", bullet=False)
            cells.append(reading.passages[start:])
            del reading.passages[start:]
        reading.passages += joined_row(cells)


def _owner(row: etree._Element) -> etree._Element | None:
    return next(row.iterancestors(f"{_TABLE}table"), None)


def _paragraph(element: etree._Element, reading: _Reading, place: str, bullet: bool) -> None:
    if not place:
        reading.paragraph += 1
    found = _Paragraph()
    _inline(element, reading, found, _is_bold(element, reading, inherited=False))
    position = place or f"§ {reading.paragraph}"
    heading = element.tag == f"{_TEXT}h"
    reading.passages += lines(found.pieces, position, notes=found.notes, bullet=bullet, heading=heading)
    for box in found.boxes:
        _block(box, reading, f"{position}, zone de texte", bullet=False)


def _inline(element: etree._Element, reading: _Reading, found: _Paragraph, bold: bool) -> None:
    if element.text:
        found.pieces.append(Piece(_blanks(element.text), bold))
    for child in element:
        _inline_child(child, reading, found, bold)
        if child.tail:
            found.pieces.append(Piece(_blanks(child.tail), bold))


def _inline_child(child: etree._Element, reading: _Reading, found: _Paragraph, bold: bool) -> None:
    if child.tag == f"{_TEXT}s":
        found.pieces.append(Piece(" " * _count(child), bold))
    elif child.tag == f"{_TEXT}tab":
        found.pieces.append(Piece("\t", bold))
    elif child.tag == f"{_TEXT}line-break":
        found.pieces.append(Piece("\n", bold))
    elif child.tag in {f"{_TEXT}note", f"{_OFFICE}annotation"}:
        found.notes.append((len(found.pieces), AnnotationKind.NOTE, _note_words(child)))
    elif child.tag == f"{_DRAW}text-box":
        found.boxes.append(child)
    elif child.tag not in {f"{_TEXT}hidden-text", f"{_TEXT}hidden-paragraph"}:
        _inline(child, reading, found, _is_bold(child, reading, inherited=bold))


def _count(spaces: etree._Element) -> int:
    written = spaces.get(f"{_TEXT}c", "1")
    return min(int(written), 1000) if written.isdecimal() else 1


def _note_words(element: etree._Element) -> str:
    """The words of a note or comment: its paragraphs only, never its author or date."""
    paragraphs = element.iter(f"{_TEXT}p")
    return " ".join("".join(str(part) for part in paragraph.itertext()) for paragraph in paragraphs)


def _blanks(text: str) -> str:
    """XML line ends and runs of blanks count for one blank in OpenDocument."""
    return " ".join(text.replace("\n", " ").replace("\t", " ").split(" ")) if "\n" in text else text


def _is_bold(element: etree._Element, reading: _Reading, *, inherited: bool) -> bool:
    look = reading.looks.get(str(element.get(f"{_TEXT}style-name")))
    return inherited if look is None else look


def _looks(roots: list[etree._Element]) -> dict[str, bool | None]:
    """Whether each style is bold, its ancestors considered; None when nothing says it."""
    own: dict[str, tuple[bool | None, str]] = {}
    for root in roots:
        for style in root.iter(f"{_STYLE}style"):
            properties = style.find(f"{_STYLE}text-properties")
            weight = None if properties is None else properties.get(f"{_FO}font-weight")
            look = None if weight is None else str(weight) not in {"normal", "100", "200", "300", "400"}
            own.setdefault(
                str(style.get(f"{_STYLE}name")), (look, str(style.get(f"{_STYLE}parent-style-name")))
            )
    return {name: _inherited(name, own) for name in own}


def _inherited(name: str, own: dict[str, tuple[bool | None, str]]) -> bool | None:
    seen: set[str] = set()
    while name in own and name not in seen:
        seen.add(name)
        look, parent = own[name]
        if look is not None:
            return look
        name = parent
    return None
