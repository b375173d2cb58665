"""`copil`: a short deck and a one-page brief for the monthly committee, what is new since last time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Finding
from habitat_enquete.report import pictures, wording
from habitat_enquete.report.deliverables.delivery import Delivery, show_quotes
from habitat_enquete.report.files import steady
from habitat_enquete.report.palette import INK, MUTED

if TYPE_CHECKING:
    from pptx.presentation import Presentation

_MADE: Final = datetime(2000, 1, 1)
_BLANK: Final = 5  # the default template's « title only » layout
_TOP: Final = 8
_FIRST: Final = "Premier comité : il n'y a pas encore de point de comparaison."


def build(delivery: Delivery) -> dict[str, bytes]:
    """The deck (six slides) and the brief."""
    return {"copil.pptx": _deck(delivery), "copil-note.docx": _brief(delivery)}


def _news(delivery: Delivery, most: int) -> list[str]:
    if delivery.moved is None:
        return [_FIRST]
    return [wording.movement(m) for m in delivery.moved[:most]] or [
        "Rien n'a bougé depuis le dernier comité."
    ]


def _brief(delivery: Delivery) -> bytes:
    synthesis, corpus = delivery.synthesis, delivery.synthesis.corpus
    word = delivery.word("Note au comité de pilotage")
    word.text(
        f"**{wording.count(corpus.people, 'personne entendue', 'personnes entendues')}**, "
        f"{wording.count(corpus.interviews, 'entretien')}, {wording.count(corpus.answers, 'réponse ouverte', 'réponses ouvertes')}."
    )
    word.heading("Ce qui est nouveau", 2)
    for line in _news(delivery, 5):
        word.bullet(line)
    for title, polarity in (
        ("Ce qui retient", Polarity.BARRIER),
        ("Ce sur quoi s'appuyer", Polarity.OPPORTUNITY),
    ):
        word.heading(title, 2)
        for finding in synthesis.of(polarity)[:4]:
            word.bullet(
                f"**{finding.label}** : {wording.count(finding.people, 'personne')} ({wording.percent(finding.share)})"
            )
        for finding in synthesis.of(polarity)[:1]:
            show_quotes(word, finding, 1)
    word.heading("À trancher", 2)
    for point in synthesis.open_points[:3]:
        word.bullet(wording.open_point(point))
    return word.save()


def _deck(delivery: Delivery) -> bytes:
    from pptx import Presentation
    from pptx.util import Cm

    deck = Presentation()
    deck.slide_width, deck.slide_height = Cm(33.87), Cm(19.05)
    synthesis, corpus = delivery.synthesis, delivery.synthesis.corpus
    title = _slide(deck, synthesis.title)
    _lines(
        title,
        [synthesis.subtitle, synthesis.sponsor, synthesis.author, "Comité de pilotage"],
        top=7.2,
        size=22,
    )
    _lines(
        _slide(deck, "Où nous en sommes"),
        [
            f"{wording.count(corpus.people, 'personne entendue', 'personnes entendues')}",
            f"{wording.count(corpus.interviews, 'entretien')} et {wording.count(corpus.answers, 'réponse ouverte', 'réponses ouvertes')}",
            f"{wording.count(corpus.codings, 'passage codé', 'passages codés')}, dont {wording.number(corpus.validated)} relus par une personne",
            f"{wording.count(corpus.suggested, 'suggestion')} en attente, hors compte",
        ],
    )
    _lines(_slide(deck, "Ce qui est nouveau depuis le dernier comité"), _news(delivery, 7), size=20)
    for title_text, polarity in (
        ("Ce qui retient", Polarity.BARRIER),
        ("Ce sur quoi s'appuyer", Polarity.OPPORTUNITY),
    ):
        _chart(deck, title_text, synthesis.of(polarity))
    _voices(deck, synthesis.of(Polarity.BARRIER)[:2] + synthesis.of(Polarity.OPPORTUNITY)[:1])
    _lines(
        _slide(deck, "À discuter"),
        [wording.open_point(point) for point in synthesis.open_points[:5]],
        size=18,
    )
    properties = deck.core_properties
    properties.title, properties.author, properties.language = synthesis.title, synthesis.author, "fr-FR"
    properties.created = properties.modified = _MADE
    properties.last_modified_by = ""
    buffer = io.BytesIO()
    deck.save(buffer)
    return steady(buffer.getvalue())


def _slide(deck: Presentation, title: str) -> Any:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Cm, Pt

    slide = deck.slides.add_slide(deck.slide_layouts[_BLANK])
    shape = slide.shapes.title
    shape.left, shape.top, shape.width, shape.height = Cm(1.8), Cm(1.0), Cm(30), Cm(2.4)
    shape.text_frame.text = wording.typographic(title)
    paragraph = shape.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    paragraph.font.size, paragraph.font.bold, paragraph.font.name = Pt(34), True, "Georgia"
    paragraph.font.color.rgb = _rgb(INK)
    return slide


def _lines(slide: Any, lines: Sequence[str], *, top: float = 4.2, size: int = 24) -> None:
    from pptx.util import Cm, Pt

    frame = slide.shapes.add_textbox(Cm(1.8), Cm(top), Cm(30), Cm(17.5 - top)).text_frame
    frame.word_wrap = True
    for position, line in enumerate(filter(None, lines)):
        paragraph = frame.paragraphs[0] if position == 0 else frame.add_paragraph()
        paragraph.text = wording.typographic(line)
        paragraph.font.size, paragraph.font.name = Pt(size), "Calibri"
        paragraph.font.color.rgb = _rgb(INK)
        paragraph.space_after = Pt(size * 0.55)


def _chart(deck: Presentation, title: str, findings: Sequence[Finding]) -> None:
    from pptx.util import Cm

    slide = _slide(deck, title)
    if not findings:
        _lines(slide, ["Rien n'est encore codé."])
        return
    png = pictures.ranking(findings, most=_TOP, width=9.5)
    picture = slide.shapes.add_picture(io.BytesIO(png), Cm(1.8), Cm(3.8), width=Cm(29))
    if picture.height > Cm(13.6):
        ratio = Cm(13.6) / picture.height
        picture.width, picture.height = int(picture.width * ratio), Cm(13.6)
    picture._element.nvPicPr.cNvPr.set("descr", pictures.describe_ranking(findings, most=_TOP))
    _foot(slide, "Nombre et part des personnes qui en parlent ; trait fin : intervalle de confiance à 95 %.")


def _voices(deck: Presentation, findings: Sequence[Finding]) -> None:
    slide = _slide(deck, "Ce qu'ils disent")
    lines: list[str] = []
    for finding in findings:
        for evidence in finding.evidence[:1]:
            cut = " […]" if evidence.is_cut else ""
            lines += [f"« {evidence.quote}{cut} »", f"— {wording.attribution(evidence)} ({finding.label})"]
    _lines(slide, lines or ["Aucune citation autorisée."], size=18)


def _foot(slide: Any, text: str) -> None:
    from pptx.util import Cm, Pt

    frame = slide.shapes.add_textbox(Cm(1.8), Cm(17.6), Cm(30), Cm(1)).text_frame
    frame.text = wording.typographic(text)
    frame.paragraphs[0].font.size = Pt(12)
    frame.paragraphs[0].font.color.rgb = _rgb(MUTED)


def _rgb(colour: str) -> Any:
    import pptx.dml.color as colours

    make: Any = colours.RGBColor
    return make(*(int(colour[at : at + 2], 16) for at in (1, 3, 5)))
