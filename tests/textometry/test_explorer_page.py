"""The explorer in a real browser: no accessibility fault, no console error, no sideways scrolling on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from habitat_enquete.project import Project
from habitat_enquete.report.pdf import browser

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]
WORLDS = (
    ["loyer", "bailleur", "caution", "dossier", "annonce", "agence", "appartement", "studio"],
    ["terrain", "permis", "maire", "urbanisme", "construction", "parcelle", "projet", "notaire"],
    ["médecin", "école", "commerce", "autobus", "voiture", "pharmacie", "hôpital", "trajet"],
)


@pytest.fixture
def explorer(study: Project, enquete: Callable[..., Result]) -> Path:
    """The page of a small corpus of three vocabularies."""
    random = np.random.default_rng(3)
    study.interviews.mkdir(exist_ok=True)
    for number in range(9):
        said = [" ".join(random.choice(WORLDS[number % 3], size=8, replace=False)) + "." for _ in range(10)]
        turns = [f"Enquêteur : Pouvez-vous raconter ?\nEnquêté : {words}" for words in said]
        (study.interviews / f"E{number:02d}.txt").write_text("\n".join(turns), encoding="utf-8")
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    enquete("explore", "--pipeline", "blank", "--classes", "3")
    return study.outputs / "exploration" / "explorateur.html"


def test_the_explorer_has_no_accessibility_fault_and_fits_the_screen(explorer: Path) -> None:
    api = pytest.importorskip("playwright.sync_api", reason="playwright absent: pip install '.[test]'")
    package = pytest.importorskip("axe_playwright_python", reason="axe absent: pip install '.[test]'")
    program = browser()
    if program is None:
        pytest.skip("no browser: install Chromium to look at pages")
    axe = (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for width in (1280, 390):
            page = chromium.new_page(viewport={"width": width, "height": 900})
            told: list[str] = []
            page.on("console", lambda message: told.append(message.text))  # noqa: B023
            page.on("pageerror", lambda error: told.append(str(error)))  # noqa: B023
            page.goto(explorer.as_uri())
            page.evaluate(axe)
            found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
            assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.locator("#kwic-query").fill("loyer")
            page.keyboard.press("Enter")
            assert "occurrence" in page.locator("#kwic-count").inner_text()
            page.locator("#classe-1").scroll_into_view_if_needed()
            table = page.locator("table[data-name=profil_classe_1]")
            table.locator("th button").first.click()
            words = table.locator("tbody tr:not([hidden]) td:first-child a").all_inner_texts()
            assert words == sorted(words)
            page.locator("a.read").first.click()
            assert page.locator("#lecture").is_visible()
            assert page.locator("#lecture-text p.here").count() == 1
            page.keyboard.press("Escape")
            with page.expect_download() as saved:
                page.locator("figure[data-name=similitude] button", has_text="SVG").click()
            assert Path(saved.value.path()).read_text(encoding="utf-8").startswith("<svg xmlns=")
            with page.expect_download() as saved:
                table.locator("xpath=preceding-sibling::div//button[text()='CSV']").click()
            lines = Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()
            assert lines[0] == '"Mot, et formes dites";"Segments";"Dans la classe";"χ²"'
            assert told == []
            page.close()
        chromium.close()
