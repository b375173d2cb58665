"""The view of residential paths, end to end: proposed episodes beside their quotes, decided by keyboard, corrected, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from habitat_enquete.store import pathways as stored
from habitat_enquete.store.connection import Store

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("lived")]


def states(served: Any) -> list[str]:
    return [each.state for each in served.desk.pathways.path("E03")["episodes"]]


@pytest.fixture
def path(lived: Any, page: Page) -> Page:
    """The page, on Léa's path."""
    page.keyboard.press("p")
    page.locator("#people button", has_text="E03").click()
    page.locator(".episode:focus").wait_for()
    return page


def test_episodes_are_decided_by_keyboard_beside_their_quotes(path: Page, served: Any) -> None:
    assert (
        path.locator(".episode strong").all_inner_texts()[1] == "En 2006 on a loué un appartement à Nantes."
    )
    path.keyboard.press("a")
    path.keyboard.press("r")
    path.locator("#progress", has_text="3 épisodes, 1 à confirmer").wait_for()
    assert states(served) == ["confirmed", "rejected", "proposed"]
    path.keyboard.press("u")
    path.locator("#progress", has_text="3 épisodes, 2 à confirmer").wait_for()
    path.reload()
    path.locator("#progress", has_text="3 épisodes, 2 à confirmer").wait_for()
    path.keyboard.press("u")
    path.locator("#progress", has_text="3 épisodes, 3 à confirmer").wait_for()
    assert set(states(served)) == {"proposed"}


def test_an_episode_is_corrected_in_a_form_that_stays_open_on_a_mistake(path: Page, served: Any) -> None:
    path.keyboard.press("j")
    path.keyboard.press("e")
    path.locator("#ask[open]").wait_for()
    path.get_by_label("Entrée", exact=True).fill("jadis")
    path.locator("#ask-ok").click()
    path.locator("#ask-error", has_text="« jadis » n'est pas une date reconnue").wait_for()
    path.get_by_label("Entrée", exact=True).fill("printemps 2007")
    path.get_by_label("Statut d’occupation", exact=True).select_option(label="Locataire HLM")
    path.locator("#ask-ok").click()
    path.locator(".episode.confirmed", has_text="mars 2007 – juin 2007").wait_for()
    path.locator(".episode.confirmed .what", has_text="Locataire HLM, Nantes").wait_for()


def test_an_episode_is_added_from_the_words_selected_in_the_interview(page: Page, served: Any) -> None:
    page.locator("#texts button", has_text="E03").click()
    page.locator(".turn.informant p", has_text="Mende").wait_for()
    page.locator("#title").focus()
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+J")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+P")
    page.locator("#ask[open] blockquote", has_text="J'ai grandi").wait_for()
    page.get_by_label("Entrée", exact=True).fill("1985")
    page.get_by_label("Lieu", exact=True).fill("Cholet")
    page.locator("#ask-ok").click()
    page.locator("#toast", has_text="Épisode retenu").wait_for()
    with Store(served.desk.project.database) as store:
        added = next(e for e in stored.episodes(store) if e.place == "Cholet")
    assert (added.quote, added.commune) == ("J'ai grandi chez mes parents à Angers.", "49099")


def test_two_windows_on_a_path_never_overwrite_each_other(path: Page, served: Any, browser: Any) -> None:
    first = served.desk.pathways.path("E03")["episodes"][0]
    named = {"source": first.source, "rank": first.rank, "token": first.token}
    served.desk.pathways.decide({"action": "reject", "respondent": "E03", "episodes": [named]})
    path.keyboard.press("a")
    path.locator("#toast.error", has_text="a changé entre-temps").wait_for()
    path.locator(".episode.rejected").wait_for()
    assert "confirmed" not in states(served)


def test_axe_finds_no_serious_issue_on_a_path_and_its_form(path: Page) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe absent: pip install '.[test]'"
    ).Axe()
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = axe.run(path, options=options).response["violations"]
    path.keyboard.press("e")
    path.locator("#ask[open]").wait_for()
    found += axe.run(path, options=options).response["violations"]
    assert [(issue["id"], node["target"]) for issue in found for node in issue["nodes"]] == []


def test_a_path_fits_a_narrow_screen(path: Page) -> None:
    path.set_viewport_size({"width": 390, "height": 800})
    assert path.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_choosing_the_tab_of_paths_shows_the_first_person(page: Page) -> None:
    page.locator("#tab-paths").click()
    first = page.locator("#people button").first
    page.locator("#people button[aria-current=true]").wait_for()
    assert first.get_attribute("aria-current") == "true"
    assert page.locator("#title").inner_text() == "Parcours de E01"
    page.locator("#people button", has_text="E03").click()
    page.locator(".episode:focus").wait_for()
    page.locator("#tab-texts").click()
    page.locator("#tab-paths").click()
    assert page.locator("#title").inner_text() == "Parcours de E03"


def test_on_a_narrow_screen_the_tab_of_paths_shows_its_list(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.locator("#menu").click()
    page.locator("#tab-paths").click()
    page.locator("#people button", has_text="E03").click()
    page.locator(".episode:focus").wait_for()
