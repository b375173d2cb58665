"""Documents in the store: their text and its former versions, their turns, speakers and annotations."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from habitat_enquete.model.span import Span
from habitat_enquete.model.text import (
    Annotation,
    AnnotationKind,
    Document,
    DocumentKind,
    Role,
    Source,
    Speaker,
    Turn,
)
from habitat_enquete.store.connection import Row, Store
from habitat_enquete.store.runs import now

_BATCH = 500
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving a document did: `added`, `changed` (its text is another: codings must follow) or `same`."""

    document: str
    state: str
    former_text: str | None = None


def save_document(store: Store, document: Document) -> Saved:
    """Add a document, or replace what is known of it; a former text is kept as a version, and codings stay.

    The respondents it names must exist. Call inside a transaction.
    """
    former = store.row("SELECT text, sha256 FROM document WHERE id = ?", (document.id,))
    sha256 = document.sha256
    changed = former is not None and former["sha256"] != sha256
    if former is not None and changed:
        store.execute(
            "INSERT INTO document_version (document, sha256, text, replaced_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (document, sha256) DO UPDATE SET replaced_at = excluded.replaced_at",
            (document.id, former["sha256"], former["text"], now()),
        )
    _save_text(store, document, sha256)
    _save_parts(store, document)
    if former is None:
        return Saved(document.id, "added")
    return Saved(document.id, "changed", str(former["text"])) if changed else Saved(document.id, "same")


def save_documents(store: Store, documents: Iterable[Document]) -> list[Saved]:
    """Add or replace many documents in one transaction."""
    with store.transaction():
        return [save_document(store, document) for document in documents]


def _save_text(store: Store, document: Document, sha256: str) -> None:
    source = document.source
    store.execute(
        "INSERT INTO document (id, kind, title, text, sha256, source_file, source_sha256, source_sheet, source_cell,"
        " attributes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, title = excluded.title, text = excluded.text,"
        " sha256 = excluded.sha256, source_file = excluded.source_file, source_sha256 = excluded.source_sha256,"
        " source_sheet = excluded.source_sheet, source_cell = excluded.source_cell, attributes = excluded.attributes",
        (
            document.id,
            document.kind.value,
            document.title,
            document.text,
            sha256,
            source.file,
            source.sha256,
            source.sheet,
            source.cell,
            json.dumps(dict(document.attributes), ensure_ascii=False, sort_keys=True),
        ),
    )


def _save_parts(store: Store, document: Document) -> None:
    for table in ("turn", "speaker", "annotation", "document_respondent"):
        store.execute(f"DELETE FROM {table} WHERE document = ?", (document.id,))
    store.execute_many(
        "INSERT INTO turn (document, idx, speaker, start, end, start_time, end_time, position)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (document.id, t.index, t.speaker, t.span.start, t.span.end, t.start_time, t.end_time, t.position)
            for t in document.turns
        ),
    )
    store.execute_many(
        "INSERT INTO speaker (document, rank, label, role, respondent, declared, evidence) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (document.id, rank, s.label, s.role.value, s.respondent, int(s.declared), s.evidence)
            for rank, s in enumerate(document.speakers)
        ),
    )
    store.execute_many(
        "INSERT INTO annotation (document, rank, kind, start, end, content) VALUES (?, ?, ?, ?, ?, ?)",
        (
            (document.id, rank, a.kind.value, a.at.start, a.at.end, a.content)
            for rank, a in enumerate(document.annotations)
        ),
    )
    store.execute_many(
        "INSERT INTO document_respondent (document, rank, respondent) VALUES (?, ?, ?)",
        ((document.id, rank, respondent) for rank, respondent in enumerate(document.respondents)),
    )


def document(store: Store, id: str) -> Document | None:
    """The document of that id, with all its parts."""
    return next(documents(store, ids=(id,)), None)


def documents(
    store: Store, *, kinds: Iterable[DocumentKind] = tuple(DocumentKind), ids: Iterable[str] | None = None
) -> Iterator[Document]:
    """The documents of some kinds, in order of id, read by batches: millions of open answers do not fill the memory.

    Args: `ids` restricts to those documents.
    """
    wanted = json.dumps([kind.value for kind in kinds])
    names = document_ids(store, kinds=wanted) if ids is None else sorted(set(ids))
    for start in range(0, len(names), _BATCH):
        yield from _batch(store, names[start : start + _BATCH], wanted)


@dataclass(frozen=True, slots=True)
class Heading:
    """A document without its words: what a list of texts needs."""

    id: str
    kind: DocumentKind
    title: str
    question: str
    respondents: tuple[str, ...]


def headings(store: Store) -> list[Heading]:
    """Every document without its words, in order of id."""
    people: dict[str, list[str]] = defaultdict(list)
    for row in store.iterate("SELECT document, respondent FROM document_respondent ORDER BY document, rank"):
        people[row["document"]].append(row["respondent"])
    rows = store.iterate(
        "SELECT id, kind, title, json_extract(attributes, '$.question_label') AS question FROM document ORDER BY id"
    )
    return [
        Heading(
            row["id"],
            DocumentKind(row["kind"]),
            row["title"],
            row["question"] or "",
            tuple(people[row["id"]]),
        )
        for row in rows
    ]


def hashes(store: Store, ids: Iterable[str] | None = None) -> dict[str, str]:
    """The hash of the text of some documents (all of them if not given), by id."""
    wanted = None if ids is None else json.dumps(sorted(ids))
    rows = store.rows(
        "SELECT id, sha256 FROM document WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1))",
        (wanted,),
    )
    return {row["id"]: row["sha256"] for row in rows}


def document_ids(store: Store, *, kinds: str | None = None) -> list[str]:
    """The ids of the documents, in order; `kinds` is a JSON list of kinds."""
    if kinds is None:
        return [row["id"] for row in store.rows("SELECT id FROM document ORDER BY id")]
    sql = "SELECT id FROM document WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY id"
    return [row["id"] for row in store.rows(sql, (kinds,))]


def _batch(store: Store, ids: list[str], kinds: str) -> Iterator[Document]:
    chosen = json.dumps(ids)
    turns = _parts(store, "turn", "idx", chosen, _turn)
    speakers = _parts(store, "speaker", "rank", chosen, _speaker)
    annotations = _parts(store, "annotation", "rank", chosen, _annotation)
    people = _parts(store, "document_respondent", "rank", chosen, lambda row: str(row["respondent"]))
    rows = store.rows(
        "SELECT * FROM document WHERE id IN (SELECT value FROM json_each(?))"
        " AND kind IN (SELECT value FROM json_each(?)) ORDER BY id",
        (chosen, kinds),
    )
    for row in rows:
        yield Document(
            row["id"],
            DocumentKind(row["kind"]),
            row["text"],
            tuple(turns[row["id"]]),
            tuple(speakers[row["id"]]),
            Source(row["source_file"], row["source_sha256"], row["source_sheet"], row["source_cell"]),
            title=row["title"],
            respondents=tuple(people[row["id"]]),
            annotations=tuple(annotations[row["id"]]),
            attributes=json.loads(row["attributes"]),
        )


def _parts(
    store: Store, table: str, order: str, chosen: str, make: Callable[[Row], Part]
) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = defaultdict(list)
    sql = (
        f"SELECT * FROM {table} WHERE document IN (SELECT value FROM json_each(?)) ORDER BY document, {order}"
    )
    for row in store.iterate(sql, (chosen,)):
        found[row["document"]].append(make(row))
    return found


def _turn(row: Row) -> Turn:
    return Turn(
        row["idx"],
        row["speaker"],
        Span(row["start"], row["end"]),
        row["start_time"],
        row["end_time"],
        row["position"],
    )


def _speaker(row: Row) -> Speaker:
    return Speaker(row["label"], Role(row["role"]), row["respondent"], bool(row["declared"]), row["evidence"])


def _annotation(row: Row) -> Annotation:
    return Annotation(AnnotationKind(row["kind"]), Span(row["start"], row["end"]), row["content"])


def former_texts(store: Store, document: str) -> dict[str, str]:
    """The former texts of a document, by hash: what older codings point into."""
    sql = "SELECT sha256, text FROM document_version WHERE document = ? ORDER BY replaced_at, sha256"
    return {row["sha256"]: row["text"] for row in store.rows(sql, (document,))}


def sources(store: Store, *, kinds: Iterable[DocumentKind]) -> dict[str, tuple[str, str]]:
    """The file of each document of some kinds and the hash of its bytes, by document id."""
    sql = "SELECT id, source_file, source_sha256 FROM document WHERE kind IN (SELECT value FROM json_each(?))"
    rows = store.rows(sql, (json.dumps([kind.value for kind in kinds]),))
    return {row["id"]: (row["source_file"], row["source_sha256"]) for row in rows}
