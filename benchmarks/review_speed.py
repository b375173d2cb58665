"""How fast the review page opens and answers: a transcript of 300,000 characters with 5,000 codings, and 5,000 open answers.

    python benchmarks/review_speed.py [--json]

An invented study of 400 codes is made in a temporary folder, served on this machine, and driven in a headless Chromium. For each gesture,
printed in milliseconds, median and worst: `wall`, from the key or the click to the frame that shows what it changed, server, disk and
other programs of the machine included; then processor time, which other programs do not change: `page`, of the browser's main thread
(script, layout, paint), and `server`, of this process (the server, and what drives the browser).
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
TURNS, CODINGS, ANSWERS, CODES = 500, 5_000, 5_000, 400
RULES = Coder("rules", CoderKind.RULE)
# Runs `act`, and gives the milliseconds until the frame where `seen` (an expression) has changed.
TIMED = """([act, seen]) => new Promise((done) => {
    const read = new Function('return ' + seen), before = read(), start = performance.now();
    const look = () => read() !== before ? requestAnimationFrame(() => done(performance.now() - start)) : requestAnimationFrame(look);
    new Function(act)(); look();
})"""
PRESS = "document.dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}', bubbles: true}}))"
PROGRESS = "document.querySelector('#progress').textContent"
FOCUS = "document.querySelector('#said').textContent"


def study(folder: Path) -> Desk:
    """A study of one long interview, and of one open question answered by thousands of people."""
    project = create(folder / "etude")
    themes = "".join(
        f"  - id: t{t}\n    label: Thème {t}\n    codes:\n"
        + "".join(
            f"      - {{id: c{t + 20 * i}, label: Code {t + 20 * i}, definition: d}}\n"
            for i in range(CODES // 20)
        )
        for t in range(20)
    )
    project.codebook_file.write_text(f"themes:\n{themes}", encoding="utf-8")
    interview = _interview()
    with Store(project.database) as store, store.transaction():
        save_respondent(store, "E01", {"public": "habitant"})
        texts.save_documents(store, [interview])
        step = len(interview.text) // CODINGS
        for number in range(CODINGS):
            span = Span(number * step, number * step + 30)
            codings.add(store, place(interview, span, f"c{number % CODES}", RULES, state=State.SUGGESTED))
        answers = [_answer(number) for number in range(ANSWERS)]
        for number, answer in enumerate(answers):
            save_respondent(store, answer.respondents[0], {"public": ("habitant", "candidat")[number % 2]})
        texts.save_documents(store, answers)
        for number, answer in enumerate(answers[::3]):
            codings.add(store, place(answer, Span(0, 30), f"c{number % CODES}", RULES, state=State.SUGGESTED))
    return Desk(project, "anne")


def _interview() -> Document:
    turns, text = [], ""
    for index in range(TURNS):
        start = len(text)
        text += SENTENCE * 6 + "\n"
        turns.append(Turn(index, "Jeanne", Span(start, len(text) - 1)))
    return _document("E01", DocumentKind.INTERVIEW, text, turns, "Jeanne", "E01")


def _answer(number: int) -> Document:
    person, text = f"R{number:05d}", SENTENCE * (1 + number % 3)
    turns = [Turn(0, person, Span(0, len(text)))]
    return _document(f"habitants/{person}/freins", DocumentKind.ANSWER, text, turns, person, person)


def _document(
    name: str, kind: DocumentKind, text: str, turns: list[Turn], speaker: str, person: str
) -> Document:
    speakers = (Speaker(speaker, Role.INFORMANT, person),)
    return Document(
        name, kind, text, tuple(turns), speakers, Source("essai", "0" * 64), respondents=(person,)
    )


def measure() -> dict[str, dict[str, float]]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no Chromium here: install the chromium package")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        desk, bound = study(Path(folder)), listener(0)
        session = Session(bound.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(application(desk, session), log_level="critical"))
        threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True).start()
        while not server.started:
            time.sleep(0.05)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(session.address)
        page.locator(".seg").first.wait_for()
        results = _gestures(page)
        browser.close()
        server.should_exit = True
    return results


def _gestures(page: Any) -> dict[str, dict[str, float]]:
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked() -> float:
        metrics = {each["name"]: each["value"] for each in client.send("Performance.getMetrics")["metrics"]}
        return 1000 * float(metrics["TaskDuration"])

    def timed(
        act: str, seen: str, times: int, between: Callable[[], None] = lambda: None
    ) -> dict[str, float]:
        walls, works, servers = [], [], []
        for _ in range(times):
            before, served = worked(), time.process_time()
            walls.append(page.evaluate(TIMED, [act, seen]))
            page.evaluate(
                "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            servers.append(1000 * (time.process_time() - served))
            works.append(worked() - before)
            between()
        return {
            "wall_median": round(statistics.median(walls)),
            "wall_worst": round(max(walls)),
            "page_median": round(statistics.median(works)),
            "page_worst": round(max(works)),
            "server_median": round(statistics.median(servers)),
            "server_worst": round(max(servers)),
        }

    def opening(rank: int) -> str:
        return f"document.querySelectorAll('#texts button')[{rank}].click()"

    # Emptied first, as part of the gesture: the text is there when the first coloured passage is.
    drawn = "document.querySelector('#body .seg') !== null && performance.now()"
    page.evaluate("document.querySelector('#body').replaceChildren()")
    empty = lambda: page.evaluate("document.querySelector('#body').replaceChildren()")  # noqa: E731
    results = {"open the transcript": timed(opening(0), drawn, 5, empty)}
    page.evaluate(opening(0))
    page.locator("#body .seg").first.wait_for()
    results["next coding (j)"] = timed(PRESS.format(key="j"), FOCUS, 20)
    results["accept (a)"] = timed(PRESS.format(key="a"), PROGRESS, 20)
    results["undo (u)"] = timed(PRESS.format(key="u"), PROGRESS, 20)
    results["extend by a word (])"] = timed(
        PRESS.format(key="]"), "document.querySelector('#detail blockquote').textContent", 5
    )
    close = lambda: page.keyboard.press("Escape")  # noqa: E731
    results["choose among 400 codes (m)"] = timed(
        PRESS.format(key="m"), "document.querySelector('#picker').open", 5, close
    )
    choose = "const s = document.querySelector('#filter-code'); s.value = s.value ? '' : 'c7'; s.dispatchEvent(new Event('change'))"
    results["filter by code"] = timed(choose, "document.querySelectorAll('#body .seg').length", 6)
    empty()
    results["open 5,000 answers"] = timed(opening(1), drawn, 5, empty)
    page.evaluate(opening(1))
    page.locator("#body .seg").first.wait_for()
    page.keyboard.press("j")
    results["accept in an answer (a)"] = timed(PRESS.format(key="a"), PROGRESS, 10)
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    found = measure()
    if parser.parse_args().json:
        print(json.dumps(found))
    else:
        kinds = ("wall", "page", "server")
        print(f"{'':<28}" + "".join(f"{kind:>14}" for kind in kinds) + "   ms, median and worst")
        for name, each in found.items():
            columns = "".join(f"{each[f'{kind}_median']:>7}{each[f'{kind}_worst']:>7}" for kind in kinds)
            print(f"{name:<28}{columns}")
