"""A sober deck of native shapes: everything on a slide can be edited in PowerPoint or LibreOffice, nothing is a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from habitat_enquete.model.finding import Evidence, Finding
from habitat_enquete.report import wording
from habitat_enquete.report.files import steady
from habitat_enquete.report.palette import INK, MUTED, POLARITY, TINT

if TYPE_CHECKING:
    from pptx.presentation import Presentation

_MADE: Final = datetime(2000, 1, 1)
_WIDTH, _HEIGHT = 33.87, 19.05
_LEFT, _INNER = 1.9, 30.07
_TITLE_ONLY: Final = 5  # layout of the default template
_SERIF, _SANS = "Georgia", "Calibri"


def _empty() -> Presentation:
    from pptx import Presentation as make

    return make()


class Deck:
    """Slides being written, in order. Sizes in centimetres and points."""

    def __init__(self, *, title: str, author: str, foot: str) -> None:
        from pptx.util import Cm

        self.deck = _empty()
        self.deck.slide_width, self.deck.slide_height = Cm(_WIDTH), Cm(_HEIGHT)
        self._foot = foot
        properties = self.deck.core_properties
        properties.title, properties.author, properties.language = title, author, "fr-FR"
        properties.created = properties.modified = _MADE
        properties.last_modified_by = ""

    def save(self) -> bytes:
        """The deck's bytes, the same for the same content."""
        buffer = io.BytesIO()
        self.deck.save(buffer)
        return steady(buffer.getvalue())

    def cover(self, kicker: str, title: str, subtitle: str, lines: Sequence[str]) -> None:
        """The first slide: a tinted page, the title, who and when."""
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[_TITLE_ONLY])
        _rectangle(slide, 0, 0, _WIDTH, _HEIGHT, TINT, first=True)
        _rectangle(slide, 0, _HEIGHT - 0.35, _WIDTH, 0.35, INK)
        _text(slide, _LEFT, 4.2, _INNER, 1.0, [kicker.upper()], size=14, colour=MUTED)
        _title(slide, title, top=5.2, height=3.6, size=44)
        _text(slide, _LEFT, 9.2, _INNER, 2.0, [subtitle], size=22, colour=MUTED, font=_SERIF)
        _text(slide, _LEFT, 13.2, _INNER, 3.2, lines, size=16)

    def slide(self, title: str) -> Any:
        """A slide with a title, a rule and a foot."""
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[_TITLE_ONLY])
        _rectangle(slide, _LEFT, 1.0, _INNER, 0.06, INK)
        _title(slide, title, top=1.3, height=1.9, size=30)
        number = len(self.deck.slides)
        _text(slide, _LEFT, 17.9, 26, 0.8, [self._foot], size=11, colour=MUTED)
        _text(slide, _LEFT + 26, 17.9, _INNER - 26, 0.8, [str(number)], size=11, colour=MUTED, right=True)
        return slide

    def figures(self, title: str, figures: Sequence[tuple[str, str]], notes: Sequence[str]) -> None:
        """A few large figures side by side, then sentences under them."""
        slide, width = self.slide(title), _INNER / max(len(figures), 1)
        for position, (value, what) in enumerate(figures):
            left = _LEFT + position * width
            _text(slide, left, 4.6, width - 0.6, 2.0, [value], size=48, font=_SERIF, bold=True)
            _text(slide, left, 6.9, width - 0.6, 1.6, [what], size=16, colour=MUTED)
        _text(slide, _LEFT, 10.2, _INNER, 6.5, notes, size=18, space=8)

    def points(self, title: str, points: Sequence[str], *, size: int = 19) -> None:
        """A list of sentences, one bullet each."""
        slide = self.slide(title)
        _text(slide, _LEFT, 4.0, _INNER, 13, [f"–\u2002{point}" for point in points], size=size, space=11)

    def bars(self, title: str, findings: Sequence[Finding], *, most: int = 8) -> None:
        """Findings as ordered bars with the interval of each share."""
        slide = self.slide(title)
        if not findings:
            _text(slide, _LEFT, 4.2, _INNER, 2, ["Rien n'est encore codé."], size=19)
            return
        shown = findings[:most]
        labels, room = 11.2, 13.6
        top = max(finding.high for finding in shown)
        for position, finding in enumerate(shown):
            y, colour = 4.1 + position * 1.62, POLARITY[finding.polarity]
            _text(slide, _LEFT, y, labels - 0.4, 1.3, [finding.label], size=15, middle=True)
            x, unit = _LEFT + labels, room / top
            _rectangle(slide, x, y + 0.28, max(0.05, finding.share * unit), 0.74, colour)
            _rectangle(
                slide, x + finding.low * unit, y + 0.62, (finding.high - finding.low) * unit, 0.06, INK
            )
            told = f"{wording.number(finding.people)} · {wording.percent(finding.share)}"
            _text(slide, x + room + 0.4, y, 4.6, 1.3, [told], size=15, colour=MUTED, middle=True)
        told = "Nombre et part des personnes qui en parlent ; trait fin : intervalle de confiance à 95 %."
        _text(slide, _LEFT, 17.1, _INNER, 0.8, [told], size=12, colour=MUTED)

    def quotes(self, title: str, said: Sequence[tuple[Finding, Evidence]]) -> None:
        """What a few people say, side by side, each with who and about what."""
        slide = self.slide(title)
        if not said:
            _text(slide, _LEFT, 4.2, _INNER, 2, ["Aucune citation autorisée."], size=19)
            return
        width = _INNER / len(said)
        for position, (finding, evidence) in enumerate(said):
            left = _LEFT + position * width
            _rectangle(slide, left, 4.3, 0.1, 11.6, POLARITY[finding.polarity])
            cut = " […]" if evidence.is_cut else ""
            _text(slide, left + 0.5, 4.2, width - 1.3, 1.2, [finding.label], size=15, bold=True)
            words = f"«\u00a0{evidence.quote}{cut}\u00a0»"
            _text(slide, left + 0.5, 5.6, width - 1.3, 8.6, [words], size=16, font=_SERIF, spoken=True)
            who = [wording.attribution(evidence)]
            _text(slide, left + 0.5, 14.3, width - 1.3, 1.6, who, size=12, colour=MUTED)


def _title(slide: Any, title: str, *, top: float, height: float, size: int) -> None:
    """The title stays a title for screen readers and the outline."""
    from pptx.enum.text import MSO_ANCHOR
    from pptx.util import Cm

    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = Cm(_LEFT), Cm(top), Cm(_INNER), Cm(height)
    _write(shape.text_frame, [title], size=size, font=_SERIF, bold=True)
    shape.text_frame.vertical_anchor = MSO_ANCHOR.TOP


def _text(
    slide: Any, left: float, top: float, width: float, height: float, lines: Sequence[str], **look: Any
) -> None:
    from pptx.util import Cm

    kept = [line for line in lines if line]
    if kept:
        box = slide.shapes.add_textbox(Cm(left), Cm(top), Cm(width), Cm(height))
        _write(box.text_frame, kept, **look)


def _write(
    frame: Any,
    lines: Sequence[str],
    *,
    size: int,
    colour: str = INK,
    font: str = _SANS,
    bold: bool = False,
    space: float = 4,
    right: bool = False,
    middle: bool = False,
    spoken: bool = False,
) -> None:
    """Lines in a frame. What people said (`spoken`) keeps their own spaces."""
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Cm, Pt

    frame.word_wrap = True
    frame.margin_left = frame.margin_right = Cm(0)
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if middle else MSO_ANCHOR.TOP
    for position, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if position == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = line if spoken else wording.typographic(line)
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, font
        run.font.color.rgb = _rgb(colour)
        run._r.get_or_add_rPr().set("lang", "fr-FR")
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        paragraph.space_after = Pt(space)


def _rectangle(
    slide: Any, left: float, top: float, width: float, height: float, colour: str, *, first: bool = False
) -> None:
    """A flat area; `first` puts it behind everything. Decorative: what it shows is written beside it."""
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Cm

    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Cm(left), Cm(top), Cm(width), Cm(height))
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb(colour)
    shape.line.fill.background()
    shape.shadow.inherit = False
    if first:
        slide.shapes._spTree.insert(2, shape._element)


def _rgb(colour: str) -> Any:
    import pptx.dml.color as colours

    make: Any = colours.RGBColor
    return make(*(int(colour[at : at + 2], 16) for at in (1, 3, 5)))
