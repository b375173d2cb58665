"""A Word document made of real styles, fields and tables: what a planner can edit and a house template can dress."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from habitat_enquete.report.files import steady
from habitat_enquete.report.palette import INK, LINE, MUTED, TINT
from habitat_enquete.report.wording import typographic

_MADE: Final = datetime(2000, 1, 1)
_CONTROL: Final = {code: None for code in range(32) if code not in (9, 10, 13)}


# A figure, alone or with its share: « 12 », « 12 (25 %) », « −8 points », « < 0,001 ».
_FIGURE: Final = re.compile(r"[<−+]?\s?\d[\d\s,]*(?:\(.*\)|%|points?)?")


class Word:
    """A document being written, in reading order. `template` is a house .docx whose styles replace ours."""

    def __init__(self, *, title: str, author: str = "", template: Path | None = None) -> None:
        self.document: WordDocument = Document(str(template)) if template else Document()
        self._headings: list[tuple[int, str, str]] = []
        self._contents: Paragraph | None = None
        self._numbers = {"Figure": 0, "Tableau": 0}
        self._bookmarks = 0
        self._styles = {style.name: style.style_id for style in self.document.styles}
        if template is None:
            _dress(self.document)
        _speak_french(self.document.styles.element.find(".//" + qn("w:rPrDefault")))
        properties = self.document.core_properties
        properties.title, properties.author, properties.language = title, author, "fr-FR"
        properties.created = properties.modified = _MADE
        properties.last_modified_by, properties.revision, properties.comments = "", 1, ""

    def cover(self, title: str, subtitle: str, lines: Iterable[str], *, low: bool = False) -> None:
        """The title block; `low` starts it in the upper third of the page, as on the cover of a report."""
        paragraph = self._paragraph(clean(title), "Title", "Heading 1")
        if low:
            paragraph.paragraph_format.space_before = Pt(120)
        if subtitle:
            self._paragraph(clean(subtitle), "Subtitle", "Heading 2")
        for line in filter(None, lines):
            self.document.add_paragraph(clean(line))

    def contents(self, title: str = "Sommaire") -> None:
        """A table of contents: already filled, and refreshed by Word with its page numbers."""
        self._paragraph(title, "TOC Heading", "Heading 1")
        self._contents = self.document.add_paragraph()

    def heading(self, text: str, level: int = 1, *, new_page: bool = False) -> None:
        """A heading of the given level, with a bookmark that the table of contents refers to."""
        nearest = [f"Heading {each}" for each in range(level, 0, -1)]
        paragraph = self._paragraph(clean(text), *nearest)
        paragraph.paragraph_format.page_break_before = new_page or None
        self._bookmarks += 1
        name = f"_Toc{self._bookmarks:06d}"
        _bookmark(paragraph, name, self._bookmarks)
        self._headings.append((level, clean(text), name))

    def text(self, text: str, *, style: str | None = None, muted: bool = False) -> Paragraph:
        """A paragraph; `**bold**` is the only mark-up."""
        paragraph = self._paragraph("", *([style] if style else []))
        for position, piece in enumerate(clean(text).split("**")):
            run = paragraph.add_run(piece)
            run.bold = True if position % 2 else None
            if muted:
                _mute(run)
        return paragraph

    def bullet(self, text: str) -> None:
        """An item of a list; a dash when the house template has no style for it."""
        dash = "" if "List Bullet" in self._styles else "– "
        self.text(f"{dash}{text}", style="List Bullet")

    def quote(self, words: str, attribution: str) -> None:
        """What somebody said, then who and where, kept together."""
        said = self._paragraph(f"«\u00a0{_plain(words)}\u00a0»", "Quote")
        said.paragraph_format.keep_with_next = True
        said.paragraph_format.space_after = Pt(0)
        who = self._paragraph("", "Quote")
        run = who.add_run(_plain(attribution))
        run.italic = False
        _mute(run)

    def picture(self, png: bytes, caption: str, description: str, *, width: float = 16.0) -> None:
        """A picture with its text alternative and a numbered caption. `width` in centimetres."""
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Cm(min(width, self._room())))
        shape._inline.docPr.set("descr", clean(description)[:2000])
        shape._inline.docPr.set("title", clean(caption))
        self._caption("Figure", caption)

    def table(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        caption: str,
        *,
        widths: Sequence[float] = (),
        row_height: float = 0.0,
    ) -> None:
        """An editable table: caption above, header row repeated on each page. `widths` and `row_height` in centimetres."""
        self._caption("Tableau", caption, keep_with_next=True)
        table = self.document.add_table(rows=1, cols=len(columns))
        table.alignment = WD_TABLE_ALIGNMENT.LEFT
        table.autofit = not widths
        _rule(table)
        for cell, name in zip(table.rows[0].cells, columns, strict=True):
            _fill(cell, name, bold=True)
            _shade(cell, TINT)
        _repeat(table.rows[0])
        for values in rows:
            row = table.add_row()
            row.height = Cm(row_height) if row_height else None
            for cell, value in zip(row.cells, values, strict=True):
                _fill(cell, value)
        # Ours hold in our margins; a house template may have wider ones.
        shrunk = min(1.0, self._room() / sum(widths)) if widths else 1.0
        for position, width in enumerate(each * shrunk for each in widths):
            table.columns[position].width = Cm(width)
            for cell in table.columns[position].cells:
                cell.width = Cm(width)
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)

    def landscape(self) -> None:
        """Turn the pages that follow."""
        section = self.document.add_section()
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width

    def footer(self, text: str) -> None:
        """A line and the page number at the foot of each page."""
        footer = self.document.sections[0].footer
        paragraph = footer.paragraphs[0] if footer.paragraphs else footer.add_paragraph()
        if paragraph.text.strip():
            # The house template has a footer of its own: ours goes under it.
            paragraph = footer.add_paragraph()
        _mute(paragraph.add_run(f"{clean(text)}\u2003"))
        _field(paragraph, "PAGE", "1")

    def save(self) -> bytes:
        """The document's bytes, the same for the same content."""
        if self._contents is not None:
            self._fill_contents(self._contents)
        buffer = io.BytesIO()
        self.document.save(buffer)
        return steady(buffer.getvalue())

    def _paragraph(self, text: str, *styles: str) -> Paragraph:
        """A paragraph in the first of these styles that the document has: house templates may lack some."""
        paragraph = self.document.add_paragraph(text)
        self._wear(paragraph, *styles)
        return paragraph

    def _room(self) -> float:
        """The width between the margins of the pages being written, in centimetres."""
        section = self.document.sections[-1]
        sizes = (section.page_width, section.left_margin, section.right_margin)
        if not all(sizes):
            return 16.2
        page, left, right = (float(size or 0) / 360_000 for size in sizes)
        return page - left - right

    def _wear(self, paragraph: Paragraph, *styles: str) -> None:
        known = next((self._styles[name] for name in styles if name in self._styles), None)
        if known is not None:
            # By its id: python-docx would look through all the styles for each paragraph.
            paragraph._p.style = known

    def _caption(self, kind: str, text: str, *, keep_with_next: bool = False) -> None:
        self._numbers[kind] += 1
        paragraph = self._paragraph("", "Caption")
        paragraph.paragraph_format.keep_with_next = keep_with_next or None
        paragraph.add_run(f"{kind}\u00a0")
        _field(paragraph, f"SEQ {kind} \\* ARABIC", str(self._numbers[kind]))
        paragraph.add_run(f" — {clean(text)}")

    def _fill_contents(self, first: Paragraph) -> None:
        """The field of the table of contents, its result already written, one line per part; Word adds the page numbers."""
        lines = [heading for heading in self._headings if heading[0] == 1]
        paragraphs = [first]
        for _ in lines[1:]:
            paragraphs.append(Paragraph(_after(paragraphs[-1]), first._parent))
        _field_char(first, "begin", dirty=True)
        _instruction(first, 'TOC \\o "1-1" \\h \\z \\u')
        _field_char(first, "separate")
        for paragraph, (_, text, bookmark) in zip(paragraphs, lines, strict=False):
            self._wear(paragraph, "TOC 1")
            _link(paragraph, text, bookmark)
        _field_char(paragraphs[-1], "end")


def clean(text: str) -> str:
    """Our own text, ready for Word: French spaces, no control character."""
    return typographic(_plain(text))


def _plain(text: str) -> str:
    return text.translate(_CONTROL)


def _dress(document: WordDocument) -> None:
    """Our sober look, given to the styles themselves."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    section.top_margin = section.bottom_margin = Cm(2.2)
    looks: tuple[tuple[str, str, float, str, float, float], ...] = (
        ("Normal", "Calibri", 10.5, INK, 0, 6),
        ("Title", "Georgia", 28, INK, 0, 8),
        ("Subtitle", "Georgia", 14, MUTED, 0, 14),
        ("Heading 1", "Georgia", 19, INK, 24, 8),
        ("Heading 2", "Georgia", 14, INK, 16, 4),
        ("Heading 3", "Georgia", 11.5, INK, 12, 3),
        ("Caption", "Calibri", 9, MUTED, 6, 6),
        ("Quote", "Georgia", 10.5, INK, 3, 8),
    )
    for name, font, size, colour, before, after in looks:
        style = document.styles[name]
        assert isinstance(style, ParagraphStyle)
        style.font.name, style.font.size, style.font.color.rgb = (
            font,
            Pt(size),
            RGBColor.from_string(colour[1:].upper()),
        )
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for each in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(each), font)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(theme), None)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    document.styles["Caption"].font.bold = False
    document.styles["Quote"].font.italic = True
    document.styles["Quote"].paragraph_format.left_indent = Cm(0.8)
    _no_border(document.styles["Title"])


def _speak_french(defaults: Any) -> None:
    """French for the whole document: spelling, hyphens, the voice of a screen reader. `defaults` are the run defaults of its styles."""
    if defaults is None:
        return
    properties = defaults.find(qn("w:rPr"))
    if properties is None:
        properties = OxmlElement("w:rPr")
        defaults.append(properties)
    for language in properties.findall(qn("w:lang")):
        properties.remove(language)
    language = OxmlElement("w:lang")
    for name, value in (("val", "fr-FR"), ("eastAsia", "fr-FR"), ("bidi", "ar-SA")):
        language.set(qn(f"w:{name}"), value)
    properties.append(language)


def _no_border(style: Any) -> None:
    for border in style.element.pPr.findall(qn("w:pBdr")):
        style.element.pPr.remove(border)


def _mute(run: Run) -> None:
    run.font.size = Pt(9)
    run.font.color.rgb = RGBColor.from_string(MUTED[1:].upper())


def _fill(cell: Any, text: str, *, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(_plain(text))
    run.font.size = Pt(8.5)
    run.bold = bold or None
    if _FIGURE.fullmatch(text):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _shade(cell: Any, colour: str) -> None:
    shading = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour[1:])):
        shading.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shading)


def _rule(table: Any) -> None:
    """Thin lines between rows, nothing else."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", LINE[1:])):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _repeat(row: Any) -> None:
    """The row is a header: Word repeats it on each page and readers announce it."""
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(header)


def _bookmark(paragraph: Paragraph, name: str, number: int) -> None:
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    element: Any = paragraph._p
    element.insert(1 if element.pPr is not None else 0, start)
    element.append(end)


def _link(paragraph: Paragraph, text: str, bookmark: str) -> None:
    """A link to a place of the same document."""
    link: Any = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), bookmark)
    run = paragraph.add_run(text)
    link.append(run._r)
    element: Any = paragraph._p
    element.append(link)


def _after(paragraph: Paragraph) -> Any:
    new: Any = OxmlElement("w:p")
    paragraph._p.addnext(new)
    return new


def _field(paragraph: Paragraph, instruction: str, result: str) -> None:
    """A field and the result it shows until Word refreshes it."""
    _field_char(paragraph, "begin")
    _instruction(paragraph, instruction)
    _field_char(paragraph, "separate")
    paragraph.add_run(result)
    _field_char(paragraph, "end")


def _field_char(paragraph: Paragraph, kind: str, *, dirty: bool = False) -> None:
    mark: Any = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    if dirty:
        mark.set(qn("w:dirty"), "true")
    paragraph.add_run()._r.append(mark)


def _instruction(paragraph: Paragraph, text: str) -> None:
    instruction: Any = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = f" {text} "
    paragraph.add_run()._r.append(instruction)
