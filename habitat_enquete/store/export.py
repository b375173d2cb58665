"""The store's content as flat tables: column names, then rows. The columns are a promise to those who build on them."""

from __future__ import annotations

import json

from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents as all_respondents

Table = tuple[list[str], list[tuple[object, ...]]]


def respondents(store: Store) -> Table:
    """`respondent` and one column per attribute known of anybody, in alphabetical order."""
    people = all_respondents(store)
    names = sorted({name for attributes in people.values() for name in attributes})
    rows: list[tuple[object, ...]] = [
        (person, *(attributes.get(name, "") for name in names)) for person, attributes in people.items()
    ]
    return ["respondent", *names], rows


def answers(store: Store) -> Table:
    """Current answers: respondent, questionnaire, question, repeat, value, label, state, source_file, source_cell."""
    columns = [
        "respondent",
        "questionnaire",
        "question",
        "repeat",
        "value",
        "label",
        "state",
        "source_file",
        "source_cell",
    ]
    rows = store.rows(
        "SELECT r.respondent, r.questionnaire, a.question, a.repeat, a.value, a.label, a.state, r.source_file,"
        " CASE a.sheet WHEN '' THEN a.cell ELSE a.sheet || '!' || a.cell END"
        " FROM answer a JOIN response r ON r.id = a.response WHERE r.current"
        " ORDER BY r.questionnaire, r.respondent, a.rowid"
    )
    return columns, [tuple(row) for row in rows]


def documents(store: Store) -> Table:
    """document, kind, title, respondents (joined by « ; »), source_file, source_cell, attributes (JSON), text."""
    columns = ["document", "kind", "title", "respondents", "source_file", "source_cell", "attributes", "text"]
    rows = store.rows(
        "SELECT d.id, d.kind, d.title,"
        " (SELECT group_concat(respondent, ';') FROM"
        "   (SELECT respondent FROM document_respondent WHERE document = d.id ORDER BY rank)),"
        " d.source_file, d.source_sheet, d.source_cell, d.attributes, d.text FROM document d ORDER BY d.id"
    )
    return columns, [
        (*row[:3], row[3] or "", row[4], "!".join(part for part in row[5:7] if part), row[7], row[8])
        for row in map(tuple, rows)
    ]


def turns(store: Store) -> Table:
    """document, turn, speaker, role, start, end, time (seconds), text."""
    columns = ["document", "turn", "speaker", "role", "start", "end", "time", "text"]
    rows = store.rows(
        "SELECT t.document, t.idx, t.speaker,"
        " (SELECT role FROM speaker s WHERE s.document = t.document AND s.label = t.speaker),"
        " t.start, t.end, t.start_time, substr(d.text, t.start + 1, t.end - t.start)"
        " FROM turn t JOIN document d ON d.id = t.document ORDER BY t.document, t.idx"
    )
    return columns, [tuple(row) for row in rows]


def codings(store: Store) -> Table:
    """document, start, end, code, coder, coder_kind, state, score, quote."""
    columns = ["document", "start", "end", "code", "coder", "coder_kind", "state", "score", "quote"]
    rows = store.rows(
        "SELECT c.document, c.start, c.end, c.code, c.coder, c.coder_kind, c.state, c.score,"
        " substr(d.text, c.start + 1, c.end - c.start)"
        " FROM coding c JOIN document d ON d.id = c.document ORDER BY c.document, c.start, c.end, c.code, c.id"
    )
    return columns, [tuple(row) for row in rows]


def episodes(store: Store) -> Table:
    """One row per episode, with the two bounds of its imprecise dates."""
    columns = [
        "respondent",
        "rank",
        "start_earliest",
        "start_latest",
        "end_earliest",
        "end_latest",
        "tenure",
        "dwelling",
        "commune",
        "place",
        "household",
        "motives",
        "satisfaction",
        "state",
        "source",
        "quote",
    ]
    rows = store.rows(f"SELECT {', '.join(columns)} FROM episode ORDER BY respondent, source, rank")
    motives = columns.index("motives")
    return columns, [
        (*row[:motives], ";".join(json.loads(row[motives])), *row[motives + 1 :]) for row in map(tuple, rows)
    ]


def findings(store: Store) -> Table:
    """finding, code, label, theme, polarity, rank, people, base, documents, mentions."""
    columns = [
        "finding",
        "code",
        "label",
        "theme",
        "polarity",
        "rank",
        "people",
        "base",
        "documents",
        "mentions",
    ]
    rows = store.rows(f"SELECT id, {', '.join(columns[1:])} FROM finding ORDER BY polarity, rank, id")
    return columns, [tuple(row) for row in rows]


def evidence(store: Store) -> Table:
    """finding, rank, document, start, end, quote, source_file, source_position."""
    columns = ["finding", "rank", "document", "start", "end", "quote", "source_file", "source_position"]
    rows = store.rows(
        "SELECT e.finding, e.rank, c.document, c.start, c.end, substr(d.text, c.start + 1, c.end - c.start),"
        " d.source_file,"
        " CASE WHEN d.source_cell <> '' AND d.source_sheet <> '' THEN d.source_sheet || '!' || d.source_cell"
        "   WHEN d.source_cell <> '' THEN d.source_cell"
        "   ELSE coalesce((SELECT CASE t.position WHEN '' THEN 'tour ' || (t.idx + 1) ELSE t.position END"
        "     FROM turn t WHERE t.document = c.document AND t.idx = c.turn), '') END"
        " FROM evidence e JOIN coding c ON c.id = e.coding JOIN document d ON d.id = c.document"
        " ORDER BY e.finding, e.rank"
    )
    return columns, [tuple(row) for row in rows]
