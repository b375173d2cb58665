"""The page, end to end, in a real Chromium: keyboard, selection, undo, two windows, accessibility."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from habitat_enquete.model.coding import Suggestion
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker, Turn
from habitat_enquete.review.learning import Learning
from habitat_enquete.store import codings, texts
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import save_respondent

from .conftest import document

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def stored(served: Any) -> list[tuple[str, str, str]]:
    with Store(served.desk.project.database) as store:
        return [(each.code, each.state.value, each.coder.name) for each in codings.codings(store)]


def expect_text(page: Page, selector: str, text: str) -> None:
    page.locator(selector, has_text=text).first.wait_for(timeout=5000)


def answer(store: Store, person: str, words: str) -> Document:
    """The open answer of a person, who becomes known."""
    save_respondent(store, person, {"public": "habitant"})
    return Document(
        f"habitants/{person}/freins",
        DocumentKind.ANSWER,
        words,
        (Turn(0, person, Span(0, len(words))),),
        (Speaker(person, Role.INFORMANT, person),),
        Source("responses.xlsx", "0" * 64),
        title="Qu'est-ce qui vous freine ?",
        respondents=(person,),
    )


def select_words(page: Page, words: str) -> None:
    """Select some words of the transcript, as a mouse would."""
    page.locator(".turn.informant p").first.evaluate(
        """(paragraph, words) => {
            const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
            for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(words);
                if (at >= 0) { getSelection().setBaseAndExtent(node, at, node, at + words.length); return; }
            }
        }""",
        words,
    )


def test_the_token_does_not_stay_in_the_address(page: Page) -> None:
    assert "token" not in page.url


def test_a_day_of_work_by_keyboard(page: Page, served: Any) -> None:
    page.keyboard.press("j")
    expect_text(page, "#detail h2", "Loyer élevé")
    expect_text(page, "#detail dd", "terme « Le loyer »")
    page.keyboard.press("a")
    expect_text(page, "#progress", "2 codages retenus, 2 à décider")
    page.keyboard.press("r")
    expect_text(page, "#progress", "2 codages retenus, 1 à décider")
    assert ("loyer", "rejected", "rules") in stored(served)
    page.keyboard.press("u")
    expect_text(page, "#progress", "2 codages retenus, 2 à décider")
    page.keyboard.press("u")
    expect_text(page, "#progress", "1 codage retenu, 3 à décider")
    page.keyboard.press("Shift+U")
    expect_text(page, "#progress", "2 codages retenus, 2 à décider")


def test_selected_text_is_coded_by_typing_part_of_a_code(page: Page, served: Any) -> None:
    select_words(page, "sont")
    page.keyboard.press("c")
    page.locator("#picker[open]").wait_for()
    page.keyboard.type("voisin")
    page.keyboard.press("Enter")
    expect_text(page, "#detail blockquote", "sont")
    with Store(served.desk.project.database) as store:
        made = next(each for each in codings.codings(store) if each.coder.name == "anne")
        text = store.value("SELECT text FROM document WHERE id = 'E01'")
    assert (made.code, made.span.quote(text)) == ("voisins", "sont")


def test_words_said_are_shown_as_text_never_as_markup(page: Page) -> None:
    assert "<b>sont</b>" in page.locator(".turn.informant p").first.inner_text()
    assert page.locator("#body b").count() == 0


def test_a_coding_is_moved_to_another_code(page: Page, served: Any) -> None:
    page.keyboard.press("j")
    expect_text(page, "#detail h2", "Loyer")
    page.keyboard.press("m")
    page.locator("#picker[open]").wait_for()
    page.keyboard.type("achat")
    page.keyboard.press("Enter")
    page.locator(".chips button", has_text="Prix d'achat").wait_for()
    assert ("achat", "accepted", "anne") in stored(served)


def test_a_coding_is_extended_by_a_word(page: Page) -> None:
    page.keyboard.press("j")
    expect_text(page, "#detail blockquote", "Le loyer")
    page.keyboard.press("]")
    expect_text(page, "#detail blockquote", "Le loyer 🏠 est")


def test_proposals_are_accepted_together_after_a_preview(page: Page, served: Any) -> None:
    page.keyboard.press("b")
    page.locator("#ask[open]").wait_for()
    expect_text(page, "#ask-body", "3 seront acceptées")
    page.locator("#ask-ok").click()
    expect_text(page, "#progress", "4 codages retenus, 0 à décider")
    page.keyboard.press("u")
    expect_text(page, "#progress", "1 codage retenu, 3 à décider")


def test_two_windows_see_each_other_and_never_overwrite(page: Page, served: Any, browser: Any) -> None:
    other = browser.new_page()
    other.goto(served.session.address)
    other.locator(".seg").first.wait_for()
    other.keyboard.press("j")
    expect_text(other, "#detail h2", "Loyer")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect_text(page, "#progress", "2 codages retenus")
    other.keyboard.press("r")
    other.locator("#toast.error:not(:empty)").wait_for()
    expect_text(other, "#progress", "2 codages retenus")
    assert ("loyer", "rejected", "rules") not in stored(served)
    other.close()


def test_the_quotes_of_a_code_are_read_on_its_page(page: Page) -> None:
    page.keyboard.press("g")
    page.locator(".code-name", has_text="Bons voisins").click()
    expect_text(page, "#title", "Bons voisins")
    assert page.locator(".quote").count() == 2
    page.locator(".quote button").first.click()
    expect_text(page, "#detail h2", "Bons voisins")


def test_a_search_leads_to_the_passage(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("rien à")
    page.locator("#results button").first.click()
    expect_text(page, "#title", "E02")


def test_a_memo_is_kept(page: Page, served: Any) -> None:
    page.keyboard.press("j")
    expect_text(page, "#detail h2", "Loyer")
    page.keyboard.press("n")
    page.locator("#ask[open] textarea").fill("à revoir avec Luc")
    page.locator("#ask-ok").click()
    expect_text(page, "#detail dd", "à revoir avec Luc")
    assert served.desk.study()["memos"][0].text == "à revoir avec Luc"


def test_a_code_is_renamed_in_the_file_with_its_comments(page: Page, served: Any) -> None:
    page.keyboard.press("g")
    page.locator("button[aria-label='Modifier Loyer élevé']").click()
    page.locator("#ask[open] input").first.fill("Loyer trop cher")
    page.locator("#ask-ok").click()
    expect_text(page, ".code-name", "Loyer trop cher")
    text = served.desk.project.codebook_file.read_text(encoding="utf-8")
    assert "Loyer trop cher" in text
    assert "ce commentaire doit rester" in text


def test_a_code_dragged_to_another_theme_then_undone(page: Page, served: Any) -> None:
    page.keyboard.press("g")
    page.locator("#codebook li", has_text="Prix d'achat").drag_to(
        page.locator("#codebook h3", has_text="Lien social")
    )
    page.locator("#codebook section", has_text="Lien social").locator(
        ".code-name", has_text="Prix d'achat"
    ).wait_for()
    assert served.desk.codebook().code("achat").theme == "lien"
    page.keyboard.press("u")
    page.locator("#codebook section", has_text="Prix").locator(
        ".code-name", has_text="Prix d'achat"
    ).first.wait_for()
    page.locator("#codebook section").first.locator(".code-name", has_text="Prix d'achat").wait_for()
    assert served.desk.codebook().code("achat").theme == "prix"


def test_a_code_is_put_elsewhere_without_a_mouse(page: Page, served: Any) -> None:
    page.keyboard.press("g")
    page.locator("button[aria-label='Modifier Bons voisins']").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Place dans la grille", exact=True).select_option(label="Prix : avant Prix d'achat")
    page.locator("#ask-ok").press("Enter")
    page.locator("#codebook section", has_text="Prix").locator(
        ".code-name", has_text="Bons voisins"
    ).first.wait_for()
    assert [each.id for each in served.desk.codebook().of_theme("prix")] == ["loyer", "voisins", "achat"]


def test_a_code_is_split_from_its_page(page: Page, served: Any) -> None:
    page.keyboard.press("g")
    page.locator(".code-name", has_text="Loyer élevé").click()
    page.locator(".quote input").first.check()
    page.locator("button", has_text="Scinder").click()
    page.locator("#ask[open] input").fill("Charges")
    page.keyboard.press("Enter")
    page.locator("#progress", has_text="1 passage").wait_for()
    page.locator(".code-name", has_text="Charges").wait_for()
    assert ("charges", "accepted", "anne") in stored(served)


def test_open_answers_are_filtered_and_coded_together(page: Page, served: Any) -> None:
    said = {"R1": "Le loyer est cher 🏠.", "R2": "Trop peu d'écoles.", "R3": "Les LOYERS, toujours."}
    with Store(served.desk.project.database) as store, store.transaction():
        texts.save_documents(store, [answer(store, person, words) for person, words in said.items()])
    page.reload()
    page.locator("#texts button", has_text="Qu'est-ce qui vous freine ?").click()
    expect_text(page, "#progress", "3 réponses affichées sur 3")
    page.locator("#filter-words").fill("loyer")
    expect_text(page, "#progress", "2 réponses affichées sur 3")
    page.locator("#bulk-code").click()
    page.locator("#picker[open]").wait_for()
    page.keyboard.type("loyer")
    page.keyboard.press("Enter")
    expect_text(page, "#ask-body", "2 réponses seront codées en entier")
    page.locator("#ask-ok").click()
    expect_text(page, "#progress", "2 codages retenus")
    page.locator("#filter-words").fill("")
    page.locator("#filter-state").select_option("none")
    expect_text(page, "#progress", "1 réponse affichée sur 3")
    page.locator("#title").focus()
    page.keyboard.press("u")
    expect_text(page, "#progress", "3 réponses affichées sur 3")


def test_nothing_is_asked_of_any_other_machine(page: Page, served: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.locator(".seg").first.wait_for()
    assert asked
    assert all(url.startswith((f"http://127.0.0.1:{served.session.port}/", "data:")) for url in asked)


def test_a_monologue_is_drawn_in_blocks_and_coded_across_them(page: Page, served: Any) -> None:
    with Store(served.desk.project.database) as store:
        long = document("E09", ("Léa", Role.INFORMANT, "On 🏠 cherchait une maison par ici. " * 300))
        save_respondent(store, "E09", {})
        texts.save_documents(store, [long])
    page.reload()
    page.locator("#texts button", has_text="E09").click()
    page.locator(".turn").nth(4).wait_for(state="attached")
    page.evaluate(
        "() => { const p = document.querySelectorAll('.turn > p'); getSelection().setBaseAndExtent(p[0].firstChild, 3, p[1].firstChild, 5); }"
    )
    page.keyboard.press("c")
    page.locator("#picker[open]").wait_for()
    page.keyboard.type("achat")
    page.keyboard.press("Enter")
    page.locator("#detail blockquote", has_text="🏠 cherchait").wait_for()
    with Store(served.desk.project.database) as store:
        (made,) = [each for each in codings.codings(store) if each.document == "E09"]
    assert made.span.quote(long.text).startswith("🏠 cherchait")
    assert page.locator("#detail blockquote").inner_text().strip() == made.span.quote(long.text)


def test_the_page_fits_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.locator("#menu").click()
    page.locator("#texts button").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [320, 390, 700])
def test_the_side_of_a_narrow_screen_leaves_the_bar_free(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("document.getElementById('banner-server').hidden = false")
    page.locator("#menu").click()
    bar, side = page.locator("#bar").bounding_box(), page.locator("#side").bounding_box()
    assert bar is not None
    assert side is not None
    assert side["y"] >= bar["y"] + bar["height"]
    assert side["y"] + side["height"] == 800
    page.locator("#help-open").click()
    page.locator("#help-close").click()
    page.locator("#menu").click()
    assert not page.locator("#side").is_visible()


def test_every_control_has_a_name_and_the_focus_is_seen(page: Page) -> None:
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('button,input,select,textarea')].filter((control) =>
            control.offsetParent && !(control.textContent.trim() || control.getAttribute('aria-label') || control.labels?.length)
        ).map((control) => control.outerHTML)"""
    )
    assert unnamed == []
    assert page.locator("html").get_attribute("lang") == "fr"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_axe_finds_no_serious_issue(page: Page) -> None:
    """WCAG 2.1 A and AA, by axe-core: a text, the codebook, the help, choosing a code, the page of a code, its form."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe absent: pip install '.[test]'"
    ).Axe()
    found: list[Any] = []

    def look(key: str, seen: str) -> None:
        if key:
            page.keyboard.press(key)
        page.locator(seen).first.wait_for()
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
        found.extend(axe.run(page, options=options).response["violations"])

    look("j", "#detail h2")
    look("g", "#panel-codes .code-name")
    look("?", "#help[open]")
    page.keyboard.press("Escape")
    look("m", "#picker[open]")
    page.keyboard.press("Escape")
    page.locator(".code-name").first.click()
    look("", ".quote")
    page.locator("#codebook .more[aria-label^=Modifier]").first.click()
    look("", "#ask[open]")
    assert [(issue["id"], node["target"]) for issue in found for node in issue["nodes"]] == []


def test_a_suggestion_decided_on_comes_back_when_it_is_undone(
    page: Page, served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggestion = Suggestion("E02", Span(26, 37), "achat", 0.6, "mots : rien")
    monkeypatch.setattr(Learning, "suggested", lambda self, shown: [suggestion] if "E02" in shown else [])
    page.locator("#texts button", has_text="E02").click()
    expect_text(page, ".chips button", "Prix d'achat · 60")
    page.locator("#title").focus()
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect_text(page, "#progress", "1 codage retenu, 0 à décider")
    page.keyboard.press("u")
    expect_text(page, "#progress", "0 codage retenu, 1 à décider")
    expect_text(page, "#detail dd", "suggestion du modèle")
    page.keyboard.press("Shift+U")
    expect_text(page, "#progress", "1 codage retenu, 0 à décider")
    assert ("achat", "accepted", "anne") in stored(served)


def test_the_queue_is_worked_through(page: Page, served: Any) -> None:
    page.keyboard.press("q")
    expect_text(page, "#title", "À relire ensuite")
    expect_text(page, "#recall", "Ce qui manque n’est pas encore estimé")
    page.locator(".todo").first.wait_for()
    before = len(stored(served))
    accept = page.locator(".todo button", has_text="Accepter")
    if accept.count():
        accept.first.click()
        expect_text(page, ".todo .done", "Accepté.")
        assert len(stored(served)) == before + 1
