"""The page in a real browser: no accessibility fault, no console error, no sideways scrolling on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from habitat_enquete.project import Project
from habitat_enquete.report.pdf import browser

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless browser of this computer."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright absent: pip install '.[test]'")
    program = browser()
    if program is None:
        pytest.skip("no browser: install Chromium to look at pages")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def axe() -> str:
    """The accessibility checker axe-core, as text to run in a page."""
    package = pytest.importorskip("axe_playwright_python", reason="axe absent: pip install '.[test]'")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_has_no_accessibility_fault_and_fits_the_screen(
    chromium: Any, axe: str, reported_study: Project, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto((reported_study.outputs / "freins_opportunites.html").as_uri())
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert told == []
    page.close()


def test_a_bar_leads_to_its_finding_by_keyboard(chromium: Any, reported_study: Project) -> None:
    page = chromium.new_page()
    page.goto((reported_study.outputs / "freins_opportunites.html").as_uri())
    link = page.locator("#synthese .bars a").first
    link.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith(link.get_attribute("href"))
    assert page.locator(link.get_attribute("href")).is_visible()
    page.close()


def test_the_mirror_form_gives_a_file_that_the_study_reads(
    chromium: Any, coded_study: Project, tmp_path: Path
) -> None:
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.report import panel
    from habitat_enquete.report.deliverables.run import run

    form = run(coded_study, "groupe-miroir", read_codebook(coded_study.codebook_file)).files[1]
    page = chromium.new_page()
    page.goto(form.as_uri())
    page.locator("select[name=vrai_ici]").first.select_option("oui")
    page.locator("textarea").first.fill('C\'est « ça » ; "vraiment".')
    with page.expect_download() as download:
        page.get_by_role("button", name="Enregistrer mes réponses").click()
    folder = coded_study.root / panel.FOLDER
    folder.mkdir()
    download.value.save_as(folder / "membre.csv")
    (rating,) = panel.read(coded_study)
    assert (rating.true_here, rating.comment) == ("oui", 'C\'est « ça » ; "vraiment".')
    page.close()
