"""What the coding tests share: a store with one invented interview, and codings to decide on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from habitat_enquete.model.coding import Coder, CoderKind, Coding, State
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker, Turn
from habitat_enquete.store.connection import Store

RULES = Coder("rules", CoderKind.RULE)


def _make_document(*turns: str, id: str = "E01", respondent: str = "R01") -> Document:
    """An interview where the interviewer (Q) and the respondent (R) speak in turn: `make_document("Q: Et ?", "R: Oui.")`."""
    text, made = "", []
    for index, turn in enumerate(turns):
        speaker, words = turn.split(": ", 1)
        start = len(text)
        text += words + "\n"
        made.append(Turn(index, speaker, Span(start, start + len(words))))
    return Document(
        id=id,
        kind=DocumentKind.INTERVIEW,
        text=text,
        turns=tuple(made),
        speakers=(Speaker("Q", Role.INTERVIEWER), Speaker("R", Role.INFORMANT, respondent)),
        source=Source(f"interviews/{id}.txt", "0" * 64),
        respondents=(respondent,),
    )


def _insert_document(store: Store, document: Document) -> None:
    """The few columns that codings need, written without the importer."""
    store.execute("INSERT OR IGNORE INTO respondent (id) VALUES (?)", (document.respondents[0],))
    store.execute(
        "INSERT INTO document (id, kind, title, text, sha256, source_file, source_sha256) VALUES (?, ?, '', ?, ?, ?, '')",
        (document.id, document.kind.value, document.text, document.sha256, document.source.file),
    )


def _rule_coding(document: Document, words: str, code: str, state: State = State.SUGGESTED) -> Coding:
    """A coding by the rules of the first occurrence of `words`."""
    start = document.text.index(words)
    return Coding(
        document.id,
        Span(start, start + len(words)),
        code,
        RULES,
        state,
        reason=f"terme « {words} »",
        respondent="R01",
        turn=1,
        text_sha256=document.sha256,
    )


@pytest.fixture
def make_document() -> Callable[..., Document]:
    return _make_document


@pytest.fixture
def insert_document() -> Callable[[Store, Document], None]:
    return _insert_document


@pytest.fixture
def rule_coding() -> Callable[..., Coding]:
    return _rule_coding


@pytest.fixture
def interview() -> Document:
    return _make_document(
        "Q: Et pour trouver un logement ?",
        "R: On n'a rien trouvé à louer. Le loyer était trop cher, et la mairie nous a bien accueillis.",
    )


@pytest.fixture
def store(tmp_path: Path, interview: Document) -> Iterator[Store]:
    with Store(tmp_path / "enquete.db") as store:
        _insert_document(store, interview)
        yield store
