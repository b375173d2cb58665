"""HTML pages: the paragraphs a browser would show, bold kept, scripts and styles left out."""

from __future__ import annotations

from lxml import etree, html

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.transcripts.passages import Passage, Piece, Transcript, lines
from habitat_enquete.ingest.transcripts.passages import row as joined_row

_SKIPPED = frozenset(
    {"script", "style", "head", "template", "noscript", "svg", "del", "s", "strike", "nav", "iframe"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BOLD = _HEADINGS | {"b", "strong", "th"}
_INLINE_NAMES = """
    a abbr b bdi bdo cite code data dfn em font i ins kbd label mark q ruby rt s samp small span strong
    sub sup time tt u var wbr img br
"""
_INLINE = frozenset(_INLINE_NAMES.split())


def read(text: str, *, file: str) -> Transcript:
    """The passages of an HTML page in reading order. Raises: EnqueteError: FILE_DAMAGED."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        root = html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise EnqueteError(Code.FILE_DAMAGED, file=file, why="page HTML illisible") from error
    if any(told.level is etree.ErrorLevels.FATAL for told in parser.error_log):  # what follows was dropped
        raise EnqueteError(Code.FILE_DAMAGED, file=file, why="balises emboîtées sans fin ou texte démesuré")
    reading = _Reading()
    reading.block(root, bold=False, bullet=False)
    reading.end(bullet=False)
    title = root.findtext(".//title") or ""
    return Transcript(tuple(reading.passages), title=" ".join(title.split()))


class _Reading:
    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self._pieces: list[Piece] = []
        self._paragraph = 0

    def block(self, element: etree._Element, *, bold: bool, bullet: bool) -> None:
        """Read an element: its words join the paragraph begun, the blocks inside it make their own."""
        self._words(element.text, bold)
        for child in element:
            if isinstance(child.tag, str) and child.tag not in _SKIPPED:
                self._child(child, bold=bold or child.tag in _BOLD or _styled_bold(child), bullet=bullet)
            self._words(child.tail, bold)

    def end(self, *, bullet: bool, heading: bool = False) -> None:
        """End the paragraph begun."""
        pieces, self._pieces = self._pieces, []
        if any(piece.text.strip() for piece in pieces):
            self._paragraph += 1
            self.passages += lines(pieces, f"§ {self._paragraph}", bullet=bullet, heading=heading)

    def _child(self, child: etree._Element, *, bold: bool, bullet: bool) -> None:
        if child.tag == "br":
            self._pieces.append(Piece("\n"))
        elif child.tag in _INLINE:
            self.block(child, bold=bold, bullet=bullet)
        elif child.tag == "tr":
            self._row(child, bold)
        else:
            self.end(bullet=bullet)
            self.block(child, bold=bold, bullet=child.tag == "li")
            self.end(bullet=child.tag == "li", heading=child.tag in _HEADINGS)

    def _row(self, element: etree._Element, bold: bool) -> None:
        self.end(bullet=False)
        start = len(self.passages)
        cells = []
        for cell in element:
            self.block(cell, bold=bold or cell.tag == "th", bullet=False)
            self.end(bullet=False)
            cells.append(self.passages[start:])
            del self.passages[start:]
        self.passages += joined_row(cells)

    def _words(self, text: str | None, bold: bool) -> None:
        """Words as a browser shows them: blanks and line ends are one blank."""
        if not text:
            return
        opening = (
            " "
            if text[0].isspace() and self._pieces and not self._pieces[-1].text.endswith((" ", "\n"))
            else ""
        )
        closing = " " if text[-1].isspace() and text.strip() else ""
        words = opening + " ".join(text.replace("\u00a0", "\ue000").split()) + closing
        self._pieces.append(Piece(words.replace("\ue000", "\u00a0"), bold))


def _styled_bold(element: etree._Element) -> bool:
    style = str(element.get("style") or "").replace(" ", "").casefold()
    return "font-weight:bold" in style or "font-weight:700" in style
