"""How fast the review page opens and answers on a transcript of 300,000 characters with 5,000 codings.

    python benchmarks/review_speed.py [--json]

An invented study is made in a temporary folder, served on this machine, and driven in a headless Chromium. Printed: milliseconds from the
click on the text to its first painted coding, and from a key to what it changed, median and worst of 20.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from habitat_enquete.coding.decisions import place
from habitat_enquete.model.coding import Coder, CoderKind, State
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker, Turn
from habitat_enquete.project import create
from habitat_enquete.review.desk import Desk
from habitat_enquete.review.security import Session
from habitat_enquete.review.server import application, listener
from habitat_enquete.store import codings, texts
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import save_respondent

SENTENCE = "On cherchait une maison pas trop loin de l'école, et les loyers étaient vraiment chers par ici. "
TURNS, CODINGS = 500, 5_000


def study(folder: Path) -> Desk:
    """A study of one long interview."""
    project = create(folder / "etude")
    codes = "\n".join(f"      - {{id: c{i}, label: Code {i}, definition: d}}" for i in range(40))
    project.codebook_file.write_text(
        f"themes:\n  - id: t\n    label: Thème\n    codes:\n{codes}\n", encoding="utf-8"
    )
    turns, text = [], ""
    for index in range(TURNS):
        start = len(text)
        text += SENTENCE * 6 + "\n"
        turns.append(Turn(index, "Jeanne", Span(start, len(text) - 1)))
    speakers = (Speaker("Jeanne", Role.INFORMANT, "E01"),)
    source = Source("interviews/E01.txt", "0" * 64)
    document = Document(
        "E01", DocumentKind.INTERVIEW, text, tuple(turns), speakers, source, respondents=("E01",)
    )
    rules, step = Coder("rules", CoderKind.RULE), len(text) // CODINGS
    with Store(project.database) as store, store.transaction():
        save_respondent(store, "E01", {})
        texts.save_documents(store, [document])
        for number in range(CODINGS):
            span = Span(number * step, number * step + 30)
            codings.add(store, place(document, span, f"c{number % 40}", rules, state=State.SUGGESTED))
    print(f"{len(text)} characters, {CODINGS} codings", flush=True)
    return Desk(project, "anne")


def measure() -> dict[str, float]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no Chromium here: install the chromium package")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        desk, bound = study(Path(folder)), listener(0)
        session = Session(bound.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(application(desk, session), log_level="critical"))
        threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        while not server.started:
            time.sleep(0.05)
        page.goto(session.address)
        page.locator(".seg").first.wait_for()
        opened, answered = [], []
        for _ in range(5):
            opened.append(
                page.evaluate(
                    """() => new Promise((done) => {
                        const start = performance.now();
                        document.querySelector('#body').replaceChildren();
                        const look = () => document.querySelector('#body .seg') ? requestAnimationFrame(() => done(performance.now() - start)) : requestAnimationFrame(look);
                        document.querySelector('#texts button').click(); look();
                    })"""
                )
            )
        page.keyboard.press("j")
        page.locator(".seg.focus").first.wait_for()
        for _ in range(20):
            answered.append(
                page.evaluate(
                    """() => new Promise((done) => {
                        const before = document.querySelector('#progress').textContent, start = performance.now();
                        const look = () => document.querySelector('#progress').textContent !== before ? requestAnimationFrame(() => done(performance.now() - start)) : requestAnimationFrame(look);
                        document.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', bubbles: true})); look();
                    })"""
                )
            )
            page.wait_for_timeout(60)
        browser.close()
        server.should_exit = True
    return {
        "open_ms_median": round(statistics.median(opened)),
        "open_ms_worst": round(max(opened)),
        "action_ms_median": round(statistics.median(answered)),
        "action_ms_worst": round(max(answered)),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure()
    print(
        json.dumps(result)
        if options.json
        else "\n".join(f"{name:<18} {value}" for name, value in result.items())
    )
