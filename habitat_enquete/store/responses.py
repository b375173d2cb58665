"""Responses and their versions, answers by question: what was answered, traceable to its cell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from habitat_enquete.model.response import Answer, AnswerState, Response
from habitat_enquete.model.text import Document
from habitat_enquete.store.connection import Row, Store
from habitat_enquete.store.texts import save_documents


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a respondent's response: its id, the hash of what was answered, whether it is the current one."""

    id: int
    content_hash: str
    current: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A response to be written; `supersedes` is the version it replaces, `change` says what differs (JSON)."""

    response: Response
    current: bool = True
    supersedes: int | None = None
    change: str = ""


def versions(store: Store, questionnaire: str) -> dict[str, list[Version]]:
    """The versions known of each respondent's response to `questionnaire`, oldest first."""
    found: dict[str, list[Version]] = {}
    for row in store.iterate(
        "SELECT id, respondent, content_hash, current FROM response WHERE questionnaire = ? ORDER BY id",
        (questionnaire,),
    ):
        found.setdefault(row["respondent"], []).append(
            Version(row["id"], row["content_hash"], bool(row["current"]))
        )
    return found


def add(store: Store, entries: Sequence[Entry]) -> list[int]:
    """Write responses and their answers; a superseded version stays, no longer current. Gives their ids.

    The respondents must exist.
    """
    first = int(store.value("SELECT coalesce(max(id), 0) FROM response")) + 1
    ids = list(range(first, first + len(entries)))
    retired = [(entry.supersedes,) for entry in entries if entry.supersedes is not None and entry.current]
    store.execute_many("UPDATE response SET current = 0 WHERE id = ?", retired)
    store.execute_many(
        "INSERT INTO response (id, respondent, questionnaire, questionnaire_version, identity, content_hash, source_file,"
        " source_row, current, supersedes, change, attributes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_response_row(id_, entry) for id_, entry in zip(ids, entries, strict=True)),
    )
    _add_answers(store, ids, entries)
    return ids


def _add_answers(store: Store, ids: Sequence[int], entries: Sequence[Entry]) -> None:
    """Write the answers of a response in one statement: half the time of one statement per answer."""
    for id_, entry in zip(ids, entries, strict=True):
        answers = entry.response.answers
        for start in range(0, len(answers), _ROWS):
            flat: list[Any] = list(chain.from_iterable(answers[start : start + _ROWS]))
            # The plain text of a state is given: sqlite3 takes four times longer with a subclass of str.
            flat[_STATE::_WIDTH] = [state._value_ for state in flat[_STATE::_WIDTH]]
            store.execute(_insert(len(flat) // _WIDTH), (id_, *flat))


_WIDTH: Final = len(Answer._fields)
_STATE: Final = Answer._fields.index("state")
_ROWS: Final = 500


@lru_cache(maxsize=_ROWS)
def _insert(rows: int) -> str:
    """The statement that writes so many answers of one response, whose id is the first parameter."""
    places = ", ".join(
        f"(?1, {', '.join(f'?{2 + row * _WIDTH + column}' for column in range(_WIDTH))})"
        for row in range(rows)
    )
    return f"INSERT INTO answer (response, {', '.join(Answer._fields)}) VALUES {places}"


def _response_row(id_: int, entry: Entry) -> tuple[object, ...]:
    response = entry.response
    return (
        id_,
        response.respondent,
        response.questionnaire,
        response.questionnaire_version,
        response.identity,
        response.content_hash,
        response.source_file,
        response.source_row,
        int(entry.current),
        entry.supersedes,
        entry.change,
        json.dumps(dict(response.attributes), ensure_ascii=False, sort_keys=True),
    )


def responses(store: Store, questionnaire: str | None = None) -> Iterator[Response]:
    """The current responses, to one questionnaire or to all, in order of respondent."""
    where = "WHERE current" + (" AND questionnaire = ?" if questionnaire is not None else "")
    parameters = () if questionnaire is None else (questionnaire,)
    rows = store.rows(f"SELECT * FROM response {where} ORDER BY questionnaire, respondent, id", parameters)
    for row in rows:
        yield _response(store, row)


def response(store: Store, id_: int) -> Response:
    """The version of a response that has this id. Raises: KeyError when there is none."""
    row = store.row("SELECT * FROM response WHERE id = ?", (id_,))
    if row is None:
        raise KeyError(id_)
    return _response(store, row)


def history(store: Store, questionnaire: str, respondent: str) -> list[tuple[Response, Mapping[str, object]]]:
    """Every version of one response, oldest first, each with what it changed (question → [before, after])."""
    rows = store.rows(
        "SELECT * FROM response WHERE questionnaire = ? AND respondent = ? ORDER BY id",
        (questionnaire, respondent),
    )
    return [(_response(store, row), json.loads(row["change"] or "{}")) for row in rows]


def _response(store: Store, row: Row) -> Response:
    return Response(
        respondent=row["respondent"],
        questionnaire=row["questionnaire"],
        questionnaire_version=row["questionnaire_version"],
        answers=tuple(
            _answer(each)
            for each in store.rows(f"{_ANSWERS} WHERE a.response = ? ORDER BY a.rowid", (row["id"],))
        ),
        source_file=row["source_file"],
        source_row=row["source_row"],
        identity=row["identity"],
        content_hash=row["content_hash"],
        attributes=json.loads(row["attributes"]),
    )


_ANSWERS = (
    "SELECT a.question, a.value, a.state, a.label, a.raw, a.repeat, a.item, a.sheet, a.cell FROM answer a"
)


def _answer(row: Row) -> Answer:
    return Answer(
        row["question"],
        row["value"],
        AnswerState(row["state"]),
        row["label"],
        row["raw"],
        row["repeat"],
        row["item"],
        row["sheet"],
        row["cell"],
    )


def answers(
    store: Store, question: str | None = None, *, questionnaire: str | None = None
) -> Iterator[tuple[str, str, Answer]]:
    """Current answers, as (respondent, questionnaire, answer): to one question or to all, in order of respondent."""
    conditions, parameters = ["r.current"], []
    for column, value in (("a.question", question), ("r.questionnaire", questionnaire)):
        if value is not None:
            conditions.append(f"{column} = ?")
            parameters.append(value)
    query = _ANSWERS.replace("SELECT", "SELECT r.respondent, r.questionnaire,", 1)
    rows = store.iterate(
        f"{query} JOIN response r ON r.id = a.response WHERE {' AND '.join(conditions)}"
        " ORDER BY r.respondent, r.questionnaire, a.rowid",
        parameters,
    )
    for row in rows:
        yield row["respondent"], row["questionnaire"], _answer(row)


def questionnaires(store: Store) -> dict[str, int]:
    """How many current responses each questionnaire has."""
    rows = store.rows(
        "SELECT questionnaire, count(*) AS n FROM response WHERE current GROUP BY questionnaire ORDER BY questionnaire"
    )
    return {row["questionnaire"]: row["n"] for row in rows}


def add_respondents(store: Store, people: Iterable[tuple[str, Mapping[str, str]]], *, source: str) -> None:
    """Add respondents or complete what is known of them, many at once. A later statement replaces an earlier one."""
    listed = list(people)
    store.execute_many(
        "INSERT INTO respondent (id) VALUES (?) ON CONFLICT DO NOTHING", ((who,) for who, _ in listed)
    )
    store.execute_many(
        "INSERT INTO respondent_attribute (respondent, name, value, source) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (respondent, name) DO UPDATE SET value = excluded.value, source = excluded.source"
        " WHERE value <> excluded.value",
        (
            (who, name, value, source)
            for who, attributes in listed
            for name, value in sorted(attributes.items())
            if value
        ),
    )


def add_documents(store: Store, documents: Sequence[Document]) -> None:
    """Add the documents of open answers, many at once; those already known are saved as new versions."""
    known = {
        row["id"]
        for row in store.rows(
            "SELECT id FROM document WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([document.id for document in documents]),),
        )
    }
    save_documents(store, [document for document in documents if document.id in known])
    new = [document for document in documents if document.id not in known]
    store.execute_many(
        "INSERT INTO document (id, kind, title, text, sha256, source_file, source_sha256, source_sheet, source_cell,"
        " attributes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                d.id,
                d.kind.value,
                d.title,
                d.text,
                d.sha256,
                d.source.file,
                d.source.sha256,
                d.source.sheet,
                d.source.cell,
                json.dumps(dict(d.attributes), ensure_ascii=False, sort_keys=True),
            )
            for d in new
        ),
    )
    store.execute_many(
        "INSERT INTO turn (document, idx, speaker, start, end, position) VALUES (?, ?, ?, ?, ?, ?)",
        ((d.id, t.index, t.speaker, t.span.start, t.span.end, t.position) for d in new for t in d.turns),
    )
    store.execute_many(
        "INSERT INTO speaker (document, rank, label, role, respondent, declared) VALUES (?, ?, ?, ?, ?, ?)",
        (
            (d.id, rank, s.label, s.role.value, s.respondent, int(s.declared))
            for d in new
            for rank, s in enumerate(d.speakers)
        ),
    )
    store.execute_many(
        "INSERT INTO document_respondent (document, rank, respondent) VALUES (?, ?, ?)",
        ((d.id, rank, who) for d in new for rank, who in enumerate(d.respondents)),
    )


def add_file(store: Store, path: str, *, kind: str, sha256: str, at: str) -> None:
    """Note in the journal of files that `path` was read, with the hash of its bytes."""
    store.execute(
        "INSERT INTO source_file (path, kind, sha256, imported_at) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO UPDATE"
        " SET kind = excluded.kind, sha256 = excluded.sha256, imported_at = excluded.imported_at",
        (path, kind, sha256, at),
    )


def change_between(before: Response, after: Response) -> str:
    """What differs between two versions of a response, as JSON: question (and rank of repeat) → [before, after]."""
    old, new = _by_question(before.answers), _by_question(after.answers)
    changed = {
        name: [old.get(name, ""), new.get(name, "")]
        for name in (*new, *(name for name in old if name not in new))
        if old.get(name, "") != new.get(name, "")
    }
    return json.dumps(changed, ensure_ascii=False)


def _by_question(given: Iterable[Answer]) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    for answer in given:
        name = f"{answer.question}#{answer.repeat}" if answer.repeat else answer.question
        texts.setdefault(name, []).append(answer.value)
    return {name: " ".join(values) for name, values in texts.items() if any(values)}


def file_hash(store: Store, path: str) -> str | None:
    """The hash of a source file as it was when imported; None when it never was."""
    found = store.value("SELECT sha256 FROM source_file WHERE path = ?", (path,))
    return None if found is None else str(found)
