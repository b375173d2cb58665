"""The page: self-contained, escaped, traceable, presentable whatever is missing."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from lxml import html as lxml_html

from habitat_enquete.model.codebook import Code, Codebook, Polarity, Theme
from habitat_enquete.model.coding import State
from habitat_enquete.model.synthesis import Note
from habitat_enquete.report import html, palette
from habitat_enquete.report.contexts import ReportContext, documentation
from habitat_enquete.report.run import report_context

ROOT = Path(__file__).resolve().parents[2]


def _page(synthesis):
    return lxml_html.document_fromstring(html.render(report_context(synthesis)))


def _text(page) -> str:
    return re.sub(r"\s+", " ", page.text_content())


def test_every_figure_leads_to_its_evidence_and_every_link_has_a_target(synthesis) -> None:
    said = [
        ("E01", "credit", "La banque a refusé notre crédit."),
        ("E02", "voisins", "Ils nous ont aidés tout de suite."),
    ]
    page = _page(synthesis(said=said))
    targets = {element.get("id") for element in page.iter() if element.get("id")}
    links = {a.get("href") for a in page.iter("a")}
    assert links and all(link.startswith("#") and link[1:] in targets for link in links)
    assert {"#constat-credit", "#constat-voisins", "#personne-E01"} <= links


def test_no_id_is_given_twice(synthesis) -> None:
    said = [
        (f"E{n:02d}", code, f"Phrase {n} de {code}.")
        for n in range(6)
        for code in ("credit", "voisins", "mefiance")
    ]
    ids = [element.get("id") for element in _page(synthesis(said=said)).iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_the_page_needs_nothing_from_elsewhere(synthesis) -> None:
    source = html.render(report_context(synthesis(said=[("E01", "credit", "Non.")])))
    assert "<script" not in source and "@import" not in source
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', source) == []
    assert "http://" not in source.replace("http://www.w3.org", "") and "https://" not in source


def test_what_people_say_is_shown_and_never_run(synthesis) -> None:
    words = 'Il a dit <script>alert("x")</script> & <b>voilà</b> "quoi".'
    page = _page(synthesis(said=[("E01", "credit", words)]))
    assert page.xpath("//script") == []
    assert words in page.xpath("//blockquote")[0].text_content()


def test_a_quote_opens_on_its_question_its_context_and_its_source(synthesis) -> None:
    said = [("E01", "", "On est arrivés en mars."), ("E01", "credit", "La banque a refusé.")]
    (context,) = list(_page(synthesis(said=said)).xpath("//details[@class='context']"))[:1]
    told = _text(context)
    assert "Et le logement ?" in told and "E01.docx, § 4" in told and "codage n° 1" in told


def test_the_printed_count_of_suggestions_is_right_and_they_are_not_counted(synthesis) -> None:
    said = [("E01", "credit", "Non."), ("E02", "credit", "Refus."), ("E03", "credit", "Jamais.")]
    told = _text(_page(synthesis(said=said, states={2: State.SUGGESTED, 3: State.SUGGESTED})))
    assert "2 suggestions non validées ne sont pas comptées" in told
    assert "1 personne sur 3" in told


@pytest.mark.parametrize(
    ("described", "sentence"),
    [
        ({}, "Aucun passage n'est encore codé"),
        ({"said": [("E01", "", "Bonjour.")]}, "Aucun passage n'est encore codé"),
        ({"said": [("E01", "credit", "Non.")]}, "Aucune opportunité n'est encore codée."),
        (
            {"said": [("E01", "credit", "Non.")], "people": {"E01": {"consentement_citation": "non"}}},
            "n'ont pas accepté d'être citées",
        ),
        ({"said": [("E01", "credit", "mot " * 3000)]}, "[…]"),
        ({"said": [("E01", "credit", "Non non non")]}, "« Non non non »"),
    ],
    ids=["nothing", "no coding", "one person", "no consent", "3000 words", "3 words"],
)
def test_the_page_says_what_is_missing_and_stays_presentable(synthesis, described, sentence: str) -> None:
    assert sentence in _text(_page(synthesis(**described)))


def test_four_hundred_codes_make_a_page(synthesis) -> None:
    codes = tuple(Code(f"c{n}", f"Code {n}", "t", Polarity.BARRIER) for n in range(400))
    codebook = Codebook((Theme("t", "Thème"),), codes)
    said = [("E01", f"c{n}", f"Je parle du sujet {n}.") for n in range(400)]
    page = _page(synthesis(said=said, codebook=codebook))
    assert len(page.xpath("//article[contains(@class, 'finding')]")) == 400


def test_the_authors_notes_are_merged_at_their_place_and_none_is_lost(synthesis) -> None:
    made = synthesis(said=[("E01", "credit", "Non.")])
    notes = (
        Note("chapeau", "", "L'essentiel en **trois** phrases.", "chapeau.md"),
        Note("constat", "credit", "<script>non</script> mais oui", "constat-credit.md"),
        Note("inconnu", "", "Sans place.", "inconnu.md"),
    )
    page = _page(replace(made, notes=notes))
    assert page.xpath("//section[@id='synthese']//strong")[0].text == "trois"
    assert "<script>non</script>" in _text(page.xpath("//*[@id='constat-credit']")[0])
    assert "Sans place." in _text(page.xpath("//section[@id='limites']")[0])
    assert page.xpath("//script") == []


def test_each_stage_of_the_path_shows_what_weighs_there(reported_study) -> None:
    page = lxml_html.document_fromstring(
        (reported_study.outputs / "freins_opportunites.html").read_text("utf-8")
    )
    told = _text(page.xpath("//section[@id='etapes']")[0])
    assert "Recherche d'un logement" in told and "Maintien" in told


def test_a_masked_cell_shows_no_count(synthesis) -> None:
    sizes = {"nouvel_arrivant": 6, "habitant": 1, "candidat": 7}
    people = {f"{public}{n}": {"public": public} for public in sizes for n in range(9)}
    said = [(p, "credit" if int(p[-1]) < sizes[p[:-1]] else "", f"Dit {p}.") for p in people]
    page = _page(synthesis(said=said, people=people))
    cells = [
        cell.text_content()
        for cell in page.xpath("//section[@id='croisements']//td[contains(@class, 'masked')]")
    ]
    assert cells == ["masqué", "masqué"]


def test_every_field_of_the_context_has_a_sentence_printed_in_the_documentation() -> None:
    for each in fields(ReportContext):
        sentence = each.metadata["sentence"]
        assert sentence[0].isupper() and sentence.endswith("."), each.name
    assert documentation() in (ROOT / "docs" / "rapport.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "colour", [palette.INK, palette.MUTED, palette.BARRIER, palette.OPPORTUNITY, palette.NEUTRAL]
)
@pytest.mark.parametrize("ground", [palette.PAPER, palette.TINT])
def test_every_colour_of_text_is_readable(colour: str, ground: str) -> None:
    assert palette.contrast(colour, ground) >= 4.5


@pytest.mark.parametrize("share", [n / 20 for n in range(21)])
@pytest.mark.parametrize("polarity", list(Polarity))
def test_every_cell_of_a_heat_table_is_readable(share: float, polarity: Polarity) -> None:
    from habitat_enquete.model.synthesis import Cell

    background = html.heat_style(Cell(round(share * 100), 100), polarity).removeprefix("background:")
    assert palette.contrast(background, palette.INK) >= 4.5


def test_a_caption_is_the_first_or_the_last_of_its_figure(synthesis) -> None:
    """The Nu checker of the W3C refuses anything after a caption."""
    page = _page(synthesis(said=[("E01", "credit", "Refusé."), ("E02", "voisins", "On nous a aidés.")]))
    assert page.xpath("//figure[figcaption]")
    assert page.xpath("//figcaption[preceding-sibling::* and following-sibling::*]") == []
