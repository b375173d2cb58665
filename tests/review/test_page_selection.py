"""Selecting and coding passages, by mouse and by keyboard, whatever the text holds."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from habitat_enquete.store import codings, texts
from habitat_enquete.store.connection import Store

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def coded_by_anne(served: Any) -> list[tuple[str, str]]:
    """The passages that anne coded: (code, words)."""
    with Store(served.desk.project.database) as store:
        words = {each.id: each.text for each in texts.documents(store)}
        own = [each for each in codings.codings(store) if each.coder.name == "anne"]
        return [(each.code, each.span.quote(words[each.document])) for each in own]


def code_as(page: Page, name: str) -> None:
    """Choose a code in the open picker, by a few letters, and wait until it is done."""
    page.locator("#picker[open]").wait_for()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.locator("#toast", has_text="Codé").wait_for()


def select(page: Page, script: str) -> None:
    """Run a selection script, with `p`: the paragraphs of the turns."""
    page.evaluate(
        f"() => {{ const p = [...document.querySelectorAll('.turn > p')], s = getSelection(); {script} }}"
    )


def test_a_passage_is_dragged_over_backwards_and_coded_from_the_bar_beside_it(
    page: Page, served: Any
) -> None:
    box = page.locator(".turn.informant p").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 1, box["y"] + 6, steps=4)
    page.mouse.up()
    page.locator("#float-code").click()
    code_as(page, "achat")
    ((code, words),) = coded_by_anne(served)
    assert code == "achat"
    assert words.startswith("Le loyer 🏠")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        # from the end of a turn to the beginning of the one before
        (
            "s.setBaseAndExtent(p[1], p[1].childNodes.length, p[0], 0)",
            "Et le loyer ?\nJeanne : Le loyer 🏠 est cher",
        ),
        # a triple click ends at the start of what follows
        ("s.setBaseAndExtent(p[0], 0, p[1], 0)", "Et le loyer ?"),
        # ends outside of any turn
        (
            "s.setBaseAndExtent(p[1].lastChild, 0, document.querySelector('#body'), document.querySelector('#body').childNodes.length)",
            ".",
        ),
        # half of nothing: spaces at the ends are left out
        (
            "const r = document.createRange(); r.selectNodeContents(p[0]); s.removeAllRanges(); s.addRange(r)",
            "Et le loyer ?",
        ),
    ],
)
def test_wherever_a_selection_ends_the_passage_is_what_was_said(
    page: Page, served: Any, script: str, words: str
) -> None:
    select(page, script)
    page.keyboard.press("c")
    code_as(page, "achat")
    ((_, said),) = coded_by_anne(served)
    assert said.startswith(words)


def test_a_code_is_made_on_the_way_while_reading(page: Page, served: Any) -> None:
    page.keyboard.press("Shift+J")
    page.keyboard.press("c")
    page.locator("#picker[open]").wait_for()
    page.keyboard.type("Peur de l'hiver")
    page.keyboard.press("Enter")
    page.get_by_label("Thème", exact=True).select_option(label="Lien social")
    page.locator("#ask-ok").click()
    page.locator("#detail h2", has_text="Peur de l'hiver").wait_for()
    assert coded_by_anne(served) == [("peur_de_l_hiver", "Et le loyer ?")]
    assert served.desk.codebook().code("peur_de_l_hiver").theme == "lien"


def test_an_empty_selection_codes_nothing(page: Page, served: Any) -> None:
    select(page, "s.collapse(p[1].firstChild, 0)")
    page.keyboard.press("c")
    page.locator("#toast", has_text="Sélectionnez d’abord du texte").wait_for()
    assert coded_by_anne(served) == []


def test_everything_is_done_without_a_mouse(page: Page, served: Any) -> None:
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+J")
    page.locator(".turn.informant p:focus").wait_for()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("getSelection().toString()") == "loyer 🏠"
    page.keyboard.press("c")
    code_as(page, "achat")
    page.locator("#detail blockquote", has_text="loyer 🏠").wait_for()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press(".")
    page.locator("#detail blockquote", has_text="gentils").wait_for()
    assert coded_by_anne(served)[0] == (
        "achat",
        "Le loyer 🏠 est cher, mais les voisins <b>sont</b> gentils.",
    )
    page.keyboard.press("u")
    page.keyboard.press("u")
    page.locator("#progress", has_text="1 codage retenu, 3 à décider").wait_for()
    assert coded_by_anne(served) == []


def test_a_whole_turn_is_coded_when_nothing_is_selected_in_it(page: Page, served: Any) -> None:
    page.keyboard.press("Shift+J")
    page.keyboard.press("c")
    code_as(page, "achat")
    assert coded_by_anne(served) == [("achat", "Et le loyer ?")]


def test_stripes_run_along_the_lines_of_each_passage(page: Page) -> None:
    stripes = page.locator(".turn.informant .stripes i")
    assert stripes.count() == 4
    heights = stripes.evaluate_all("bars => bars.map((bar) => bar.offsetHeight)")
    assert all(height > 10 for height in heights)


def test_places_are_the_same_in_the_browser_and_in_the_store(page: Page) -> None:
    """Code points here, UTF-16 units there: random texts of letters, accents, emojis, flags, Hebrew and long words."""
    draw = random.Random(5)
    signs = ["a", "é", "e\u0301", "🏠", "👨‍👩‍👧", "🇫🇷", "𝔘", " ", "\n", ". ", "שלום", "mot", "x" * 400]
    texts_ = ["".join(draw.choices(signs, k=draw.randint(0, 60))) for _ in range(60)]
    cuts = [sorted((draw.randint(0, len(text)), draw.randint(0, len(text)))) for text in texts_]
    found = page.evaluate(
        """async ([texts, cuts]) => {
            const { blocks, size, toPoints, toUnits, words } = await import('/static/spans.js');
            return texts.map((text, i) => [size(text), words(text, ...cuts[i]), toPoints(text, toUnits(text, cuts[i][1])), blocks(text)]);
        }""",
        [texts_, cuts],
    )
    for text, (start, end), (size, words, back, blocks) in zip(texts_, cuts, found, strict=True):
        assert (size, words, back) == (len(text), text[start:end], end)
        assert "".join(blocks) == text
        assert max(map(len, blocks)) <= 2300
