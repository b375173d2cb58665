"""A small coded study, its desk, and the page in a real browser."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from habitat_enquete.coding import decisions
from habitat_enquete.model.coding import Coder, CoderKind, Coding, State
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker, Turn
from habitat_enquete.pathways.run import propose_all
from habitat_enquete.project import Project
from habitat_enquete.review.desk import Desk
from habitat_enquete.review.security import Session
from habitat_enquete.review.server import application, listener
from habitat_enquete.store import codings, texts
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import save_respondent

if TYPE_CHECKING:
    from playwright.sync_api import Page

CODEBOOK = """# Grille d'essai : ce commentaire doit rester.
title: Étude d'essai
themes:
  - id: prix
    label: Prix
    codes:
      - {id: loyer, label: Loyer élevé, polarity: barrier, definition: Le loyer est trop cher., terms: [loyer]}
      - {id: achat, label: Prix d'achat, polarity: barrier, definition: Acheter est trop cher.}
  - id: lien
    label: Lien social
    codes:
      - {id: voisins, label: Bons voisins, polarity: opportunity, definition: On se connaît., terms: [voisin]}
"""
QUESTION = "Et le loyer ?"
ANSWER = "Le loyer 🏠 est cher, mais les voisins <b>sont</b> gentils."


def document(name: str, *spoken: tuple[str, Role, str]) -> Document:
    """A document of turns given as (speaker, role, words)."""
    text, turns, speakers = "", [], {}
    for index, (label, role, words) in enumerate(spoken):
        text += f"{label} : "
        start = len(text)
        text += words
        turns.append(Turn(index, label, Span(start, len(text)), start_time=float(10 * index)))
        speakers[label] = Speaker(label, role, name if role is Role.INFORMANT else None)
        text += "\n"
    return Document(
        name,
        DocumentKind.INTERVIEW,
        text,
        tuple(turns),
        tuple(speakers.values()),
        Source(f"interviews/{name}.txt", "0" * 64),
        respondents=(name,),
    )


def rule(made: Document, words: str, code: str, state: State = State.SUGGESTED) -> Coding:
    """A proposal of the rules on some words of a document."""
    start = made.text.index(words)
    span = Span(start, start + len(words))
    coder = Coder("rules", CoderKind.RULE)
    return decisions.place(made, span, code, coder, state=state, reason=f"terme « {words} »")


@pytest.fixture
def coded(study: Project) -> Project:
    """A study of two interviews, with four proposals."""
    study.codebook_file.write_text(CODEBOOK, encoding="utf-8")
    shutil.rmtree(study.questionnaires)
    first = document("E01", ("ENQ", Role.INTERVIEWER, QUESTION), ("Jeanne", Role.INFORMANT, ANSWER))
    second = document("E02", ("ENQ", Role.INTERVIEWER, QUESTION), ("Paul", Role.INFORMANT, "Rien à dire."))
    with Store(study.database) as store, store.transaction():
        for name in ("E01", "E02"):
            save_respondent(store, name, {"public": "habitant"})
        texts.save_documents(store, [first, second])
        for proposal in (
            rule(first, "Le loyer", "loyer"),
            rule(first, "cher", "loyer"),
            rule(first, "les voisins", "voisins"),
            rule(first, "gentils", "voisins", State.ACCEPTED),
        ):
            codings.add(store, proposal)
    return study


@pytest.fixture
def desk(coded: Project) -> Desk:
    return Desk(coded, "anne")


TOLD = (
    "J'ai grandi chez mes parents à Angers. En 2006 on a loué un appartement à Nantes. "
    "En 2015 on a acheté une maison à Mende."
)


@pytest.fixture
def lived(coded: Project) -> Project:
    """A study where Léa tells her path, with the episodes read in it."""
    with Store(coded.database) as store, store.transaction():
        save_respondent(store, "E03", {"annee_naissance": "1985", "date_entretien": "2025-03-12"})
        texts.save_documents(
            store, [document("E03", ("ENQ", Role.INTERVIEWER, "Racontez."), ("Léa", Role.INFORMANT, TOLD))]
        )
    propose_all(coded, Desk(coded, "anne").codebook())
    return coded


@dataclass(frozen=True)
class Served:
    """A page being served, and its session."""

    session: Session
    desk: Desk


@pytest.fixture
def served(desk: Desk) -> Iterator[Served]:
    """The page, served on a free port."""
    bound = listener(0)
    session = Session(bound.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(application(desk, session), log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield Served(session, desk)
    server.should_exit = True
    thread.join(timeout=10)
    bound.close()


def chromium() -> str | None:
    """Where a Chromium is installed, if anywhere."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))),
        None,
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright absent: pip install '.[test]'")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium: install the chromium package to run the browser tests")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


def _told(said: str) -> bool:
    """Whether an error of the console is one that the page tells the reader itself: a refusal, a server that is gone."""
    return any(word in said for word in ("409", "400", "401", "ERR_FAILED"))


@pytest.fixture
def page(served: Served, browser: Any) -> Iterator[Page]:
    """The page, open on the first interview; any error of the console fails the test."""
    opened = browser.new_page(viewport={"width": 1300, "height": 850})
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console",
        lambda said: errors.append(said.text) if said.type == "error" and not _told(said.text) else None,
    )
    opened.goto(served.session.address)
    opened.locator(".seg").first.wait_for()
    yield opened
    opened.close()
    assert errors == []
