"""What the page does when the study changes under it: other windows, other commands, a codebook edited by hand, a server stopped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from habitat_enquete.model.text import Document
from habitat_enquete.review.desk import Desk
from habitat_enquete.store import texts
from habitat_enquete.store.connection import Store

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

# The page asks every four seconds what happened elsewhere: here, when the test says so.
ASK = "window.dispatchEvent(new Event('focus'))"


def document(served: Any, name: str = "E01") -> Document:
    with Store(served.desk.project.database) as store:
        found = texts.document(store, name)
    assert found is not None
    return found


def import_again(served: Any, text: str) -> None:
    with Store(served.desk.project.database) as store:
        texts.save_documents(store, [replace(document(served), text=text)])


def test_a_text_imported_again_meanwhile_refuses_the_gesture_and_shows_the_new_one(
    page: Page, served: Any
) -> None:
    page.keyboard.press("Shift+J")
    import_again(served, document(served).text.replace("Et le loyer ?", "Et ce loyer ?"))
    page.keyboard.press("c")
    page.locator("#picker[open]").wait_for()
    page.keyboard.type("achat")
    page.keyboard.press("Enter")
    page.locator("#toast.error", has_text="réimporté entre-temps").wait_for()
    page.locator(".turn p", has_text="Et ce loyer ?").wait_for()
    page.locator("#body summary", has_text="4 codages n’ont plus de passage").wait_for()


def test_what_others_do_is_shown_without_reloading(page: Page, served: Any) -> None:
    luc = Desk(served.desk.project, "luc")
    first = next(each for each in luc.text("E01").codings if each.code == "loyer")
    luc.decide({"action": "accept", "codings": [{"id": first.id, "version": first.version}]})
    page.evaluate(ASK)
    page.locator("#progress", has_text="2 codages retenus, 2 à décider").wait_for()
    page.keyboard.press("j")
    page.locator("#detail dd", has_text="retenu par luc").wait_for()


def test_what_somebody_judged_otherwise_is_told_and_found_again(page: Page, served: Any) -> None:
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.locator("#progress", has_text="2 à décider").wait_for()
    luc = Desk(served.desk.project, "luc", blind=True)
    first = next(each for each in luc.text("E01").codings if each.code == "loyer")
    luc.decide({"action": "accept", "codings": [{"id": first.id, "version": first.version}]})
    page.evaluate(ASK)
    page.locator("#toast.error", has_text="1 codage a reçu un autre avis que le vôtre").wait_for()
    page.locator("#filter-state").select_option("contested")
    page.locator(".chips button", has_text="≠").wait_for()
    assert page.locator(".chips button").count() == 1


def test_a_codebook_being_edited_by_hand_is_told_and_the_work_goes_on(page: Page, served: Any) -> None:
    path = served.desk.project.codebook_file
    good = path.read_text(encoding="utf-8")
    path.write_text("themes:\n  - {id: prix, label: [\n", encoding="utf-8")
    page.evaluate(ASK)
    page.locator("#banner-grid", has_text="codebook.yaml, ligne").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.locator("#progress", has_text="2 codages retenus").wait_for()
    path.write_text(good.replace("Loyer élevé", "Loyer trop élevé"), encoding="utf-8")
    page.evaluate(ASK)
    page.locator(".chips button", has_text="Loyer trop élevé").first.wait_for()
    page.locator("#banner-grid").wait_for(state="hidden")


def test_an_edit_prepared_on_an_older_codebook_is_refused(page: Page, served: Any) -> None:
    page.keyboard.press("g")
    page.locator("button[aria-label='Modifier Loyer élevé']").click()
    page.locator("#ask[open] input").first.fill("Autre nom")
    path = served.desk.project.codebook_file
    path.write_text(path.read_text(encoding="utf-8") + "# d'un autre\n", encoding="utf-8")
    page.locator("#ask-ok").click()
    page.locator("#toast.error", has_text="modifié entre-temps").wait_for()
    assert "Autre nom" not in path.read_text(encoding="utf-8")


def test_codings_of_a_code_removed_by_hand_are_listed_and_put_under_another(page: Page, served: Any) -> None:
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.locator("#progress", has_text="2 codages retenus").wait_for()
    path = served.desk.project.codebook_file
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "id: loyer" not in line), encoding="utf-8")
    page.keyboard.press("g")
    page.evaluate(ASK)
    page.locator("button[aria-label='Mettre les codages de loyer sous un autre code']").click()
    page.locator("#picker[open]").wait_for()
    page.keyboard.type("achat")
    page.keyboard.press("Enter")
    page.locator(".chips button", has_text="Prix d'achat").wait_for()


def test_a_server_stopped_is_told_until_it_answers(page: Page) -> None:
    page.route("**/api/**", lambda route: route.abort())
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.locator("#banner-server", has_text="« enquete review » est arrêté").wait_for()
    page.unroute("**/api/**")
    page.keyboard.press("a")
    page.locator("#banner-server").wait_for(state="hidden")
    page.locator("#progress", has_text="2 codages retenus").wait_for()


def test_the_page_of_an_earlier_session_says_where_to_go(page: Page) -> None:
    page.context.clear_cookies()
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.locator("#banner-server", has_text="ouvrez l’adresse complète").wait_for()


def test_a_list_drawn_again_keeps_the_place_of_the_keyboard(page: Page, served: Any) -> None:
    page.keyboard.press("g")
    page.locator("button[aria-label='Modifier Bons voisins']").focus()
    page.keyboard.press("Enter")
    page.locator("#ask[open] input").first.fill("Voisinage")
    page.keyboard.press("Enter")
    page.locator("button[aria-label='Modifier Voisinage']:focus").wait_for()
