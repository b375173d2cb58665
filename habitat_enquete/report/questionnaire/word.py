"""The paper questionnaire and the interview guide as Word documents, to be adapted before printing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from habitat_enquete.model.questionnaire import Guide
from habitat_enquete.report.questionnaire.sheet import Sheet, SheetBlock, SheetQuestion
from habitat_enquete.report.word import Word, clean

_ROUND: Final = "○"
_SQUARE: Final = "☐"
_WIDTH: Final = Cm(16)
_FIRST: Final = 5.5  # centimetres, of the first column of a table
_LINES: Final = {"lines": 4, "text": 1, "place": 1, "number": 1, "time": 1}


def sheet_docx(sheet: Sheet) -> bytes:
    """The paper questionnaire as a .docx: the same bytes for the same questionnaire."""
    word = Word(title=sheet.title)
    version = f" · version {sheet.version}" if sheet.version else ""
    word.cover(sheet.title, "", (f"{sheet.count} questions{version} · * réponse attendue",))
    _identification(word, sheet.identification)
    for block in sheet.blocks:
        _block(word, block)
    word.footer("N'écrivez aucun nom sur cette feuille : le numéro du questionnaire suffit.")
    return word.save()


def guide_docx(guide: Guide, closing: Sequence[str] = ()) -> bytes:
    """The interview guide as a .docx, with room for notes under each question."""
    word = Word(title=guide.title)
    word.footer("N'écrivez aucun nom sur ce guide.")
    minutes = f"{guide.minutes} minutes environ · " if guide.minutes else ""
    word.cover(guide.title, "", (f"{minutes}{len(guide.themes)} thèmes",))
    _identification(word, ("N° de l'entretien", "Enquêteur", "Date", "Lieu", "Début", "Fin"))
    for said in (
        "étude présentée",
        "accord pour participer",
        "accord pour l'enregistrement",
        "accord pour être cité",
    ):
        _line(word, f"{_SQUARE} {said}")
    if guide.opening:
        word.heading("Pour commencer", 2)
        word.text(guide.opening)
    for rank, theme in enumerate(guide.themes, start=1):
        word.heading(f"{rank}. {theme.label}", 1)
        if theme.codes:
            word.text("Nourrit la grille : " + ", ".join(theme.codes), muted=True)
        if theme.hint:
            word.text(theme.hint, muted=True)
        for question in theme.questions:
            word.text(f"**{question.label}**")
            if question.prompts:
                _line(word, "   ".join(f"{_SQUARE} {prompt}" for prompt in question.prompts), indent=0.6)
            _blanks(word, 3)
    if closing:
        word.heading("Talon", 1)
        for label in closing:
            _line(word, f"{label} \t")
    return word.save()


def _identification(word: Word, blanks: Sequence[str]) -> None:
    for start in range(0, len(blanks), 2):
        paragraph = word.text("\t".join(f"{blank} :\t" for blank in blanks[start : start + 2]))
        stops = paragraph.paragraph_format.tab_stops
        stops.add_tab_stop(Cm(7.5), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.DOTS)
        stops.add_tab_stop(Cm(8.5))
        stops.add_tab_stop(_WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _block(word: Word, block: SheetBlock) -> None:
    if block.title:
        word.heading(block.title, 1)
    if block.condition:
        word.text(f"**Seulement si {block.condition}**")
    if block.hint:
        word.text(block.hint, muted=True)
    if block.repetitions:
        _grid(word, block)
        return
    for question in block.questions:
        _question(word, question)


def _question(word: Word, question: SheetQuestion) -> None:
    if question.kind == "note":
        word.text(question.label, muted=True)
        return
    before = 9.0
    if question.condition:
        _keep(word.text(f"▸ Si {question.condition}", muted=True), before=before)
        before = 0
    mark = " *" if question.required else ""
    box = f"{_SQUARE} " if question.kind == "agreement" else ""
    _keep(word.text(f"**{question.number}  {box}{question.label}{mark}**"), before=before)
    helps = " · ".join(filter(None, (question.hint, question.instruction)))
    if helps:
        _keep(word.text(helps, muted=True))
    if question.kind == "matrix":
        _matrix(word, question)
    elif question.choices:
        box = _ROUND if question.kind == "single" else _SQUARE
        for rank, choice in enumerate(question.choices, start=1):
            number = "" if question.kind == "rank" else f"{choice.code}  "
            goto = f"  **→ {choice.goto}**" if choice.goto else ""
            text = f"{box} {number}{choice.label}" + (" \t" if choice.specify else "") + goto
            line = _line(word, text, indent=0.6)
            line.paragraph_format.keep_with_next = rank < len(question.choices)
    elif question.kind == "date":
        cells = " / ".join("__ " * len(part) for part in question.date_format.split("/"))
        _line(word, f"{cells}  ({question.date_format})", indent=0.6)
    elif question.digits:
        _line(
            word, "|" + "__|" * question.digits + (f" {question.unit}" if question.unit else ""), indent=0.6
        )
    elif question.kind != "agreement":
        _blanks(word, _LINES.get(question.kind, 1), question.unit)


def _grid(word: Word, block: SheetBlock) -> None:
    """One column an instance; long lists are numbered once, under the question."""
    table = _table(word, len(block.questions) + 1, block.repetitions + 1)
    for rank in range(block.repetitions):
        _write(table.cell(0, rank + 1), str(rank + 1))
    for row, question in enumerate(block.questions, start=1):
        codes = " · ".join(f"{choice.code} {choice.label}" for choice in question.choices)
        condition = f" (si {question.condition})" if question.condition else ""
        unit = f" ({question.unit})" if question.unit else ""
        _write(table.cell(row, 0), f"{question.number} {question.label}{unit}{condition}", codes)


def _matrix(word: Word, question: SheetQuestion) -> None:
    table = _table(word, len(question.rows) + 1, len(question.choices) + 1)
    for column, choice in enumerate(question.choices, start=1):
        _write(table.cell(0, column), choice.label, choice.code)
    for row, label in enumerate(question.rows, start=1):
        _write(table.cell(row, 0), label)
        for column in range(1, len(question.choices) + 1):
            _write(table.cell(row, column), _ROUND)


def _table(word: Word, rows: int, columns: int) -> Any:
    table = word.document.add_table(rows, columns)
    table.style = "Table Grid"
    table.autofit = False
    widths = [_FIRST, *([(16 - _FIRST) / max(1, columns - 1)] * (columns - 1))]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    for row in table.rows:
        _unbroken(row)
    word.document.add_paragraph().paragraph_format.space_after = Pt(2)
    return table


def _unbroken(row: Any) -> None:
    """A row that never runs over two pages."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _write(cell: Any, text: str, small: str = "") -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    paragraph.add_run(clean(text)).font.size = Pt(9)
    if small:
        paragraph.add_run(f"\n{clean(small)}").font.size = Pt(7.5)


def _line(word: Word, text: str, *, indent: float = 0) -> Paragraph:
    """A line; a tabulation in it draws dots up to the margin."""
    paragraph = word.text(text)
    paragraph.paragraph_format.left_indent = Cm(indent)
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.paragraph_format.tab_stops.add_tab_stop(_WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    return paragraph


def _blanks(word: Word, count: int, unit: str = "") -> None:
    for _ in range(count):
        _line(word, "\t" + (f" {unit}" if unit else ""), indent=0.6)


def _keep(paragraph: Paragraph, *, before: float = 0) -> None:
    """A question never parts from its answers at the foot of a page. `before` is the space above, in points."""
    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_after = Pt(2)
