"""Codings in the store: reading them back, and replacing what machines proposed without touching what people decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.coding import Coder, CoderKind, Coding, State
from habitat_enquete.model.span import Span
from habitat_enquete.store.connection import Row, Store

_COLUMNS: Final = (
    "document, start, end, code, coder, coder_kind, state, score, reason, negated, hypothetical, reported,"
    " respondent, turn, text_sha256, version"
)
_PLACES: Final = ", ".join("?" * 16)


def codings(
    store: Store,
    *,
    documents: Sequence[str] | None = None,
    codes: Sequence[str] | None = None,
    states: Sequence[State] | None = None,
) -> list[Coding]:
    """The codings of `documents`, under `codes`, in `states` (None: all), in the order of the text."""
    conditions: list[str] = []
    parameters: list[str] = []
    for column, values in (("document", documents), ("code", codes), ("state", states)):
        if values is not None:
            conditions.append(f"{column} IN (SELECT value FROM json_each(?))")
            parameters.append(_json_list(values))
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = store.iterate(
        f"SELECT id, {_COLUMNS} FROM coding{where} ORDER BY document, start, end, code, id", parameters
    )
    return [_coding(row) for row in rows]


def coding(store: Store, coding_id: int) -> Coding:
    """The coding numbered `coding_id`. Raises: EnqueteError when it is gone."""
    row = store.row(f"SELECT id, {_COLUMNS} FROM coding WHERE id = ?", (coding_id,))
    if row is None:
        raise EnqueteError(Code.CODING_ABSENT, id=coding_id)
    return _coding(row)


def codings_by_id(store: Store, ids: Iterable[int]) -> dict[int, Coding]:
    """The codings of these ids that still exist, by id."""
    rows = store.rows(
        f"SELECT id, {_COLUMNS} FROM coding WHERE id IN (SELECT value FROM json_each(?))", (_json_list(ids),)
    )
    return {row["id"]: _coding(row) for row in rows}


def add(store: Store, coding: Coding) -> Coding:
    """Write a new coding (under its own id when it has one, as redoing a deletion asks); gives it as stored."""
    if coding.id is None:
        number = store.execute(f"INSERT INTO coding ({_COLUMNS}) VALUES ({_PLACES})", _values(coding))
        return replace(coding, id=number)
    store.execute(f"INSERT INTO coding (id, {_COLUMNS}) VALUES (?, {_PLACES})", (coding.id, *_values(coding)))
    return coding


def update(store: Store, coding: Coding) -> Coding:
    """Write the new content of a coding over version `coding.version`, which becomes the next one.

    Raises: EnqueteError when the store holds another version, or none: somebody else changed it meanwhile.
    """
    assert coding.id is not None
    current = store.value("SELECT version FROM coding WHERE id = ?", (coding.id,))
    if current is None:
        raise EnqueteError(Code.CODING_ABSENT, id=coding.id)
    if current != coding.version:
        raise EnqueteError(Code.CODING_CHANGED_ELSEWHERE, id=coding.id)
    stored = replace(coding, version=coding.version + 1)
    assignments = ", ".join(f"{name.strip()} = ?" for name in _COLUMNS.split(","))
    store.execute(f"UPDATE coding SET {assignments} WHERE id = ?", (*_values(stored), coding.id))
    return stored


def remove(store: Store, coding: Coding) -> None:
    """Take a coding away (the journal keeps its snapshot). Raises: as `update`."""
    assert coding.id is not None
    current = store.value("SELECT version FROM coding WHERE id = ?", (coding.id,))
    if current is None:
        raise EnqueteError(Code.CODING_ABSENT, id=coding.id)
    if current != coding.version:
        raise EnqueteError(Code.CODING_CHANGED_ELSEWHERE, id=coding.id)
    store.execute("DELETE FROM coding WHERE id = ?", (coding.id,))


def decided(store: Store, document: str) -> set[int]:
    """The ids of the codings of `document` that a person made or took a decision on: no machine may touch them."""
    rows = store.rows(
        "SELECT id FROM coding c WHERE document = ? AND (coder_kind = 'person'"
        " OR EXISTS (SELECT 1 FROM journal j WHERE j.coding = c.id AND j.action <> 'memo')"
        " OR EXISTS (SELECT 1 FROM memo m WHERE m.target_kind = 'coding' AND m.target = CAST(c.id AS TEXT)))",
        (document,),
    )
    return {row["id"] for row in rows}


def replace_machine_codings(
    store: Store, document: str, kind: CoderKind, found: Iterable[Coding]
) -> tuple[int, int]:
    """Make the codings of `kind` in `document` those `found`, except where a person decided; gives (added, removed).

    A coding found again keeps its id. What a person decided stays, and nothing is proposed again under the same code on
    a passage that overlaps it.
    """
    human = decided(store, document)
    existing = codings(store, documents=[document])
    settled = [each for each in existing if each.id in human]
    open_ones = {_key(each): each for each in existing if each.coder.kind is kind and each.id not in human}
    wanted = {_key(each): each for each in found if not _is_settled(each, settled)}
    gone = [each for key, each in open_ones.items() if key not in wanted]
    store.execute_many("DELETE FROM coding WHERE id = ?", ((each.id,) for each in gone))
    new = [each for key, each in wanted.items() if key not in open_ones]
    store.execute_many(f"INSERT INTO coding ({_COLUMNS}) VALUES ({_PLACES})", map(_values, new))
    for key, each in wanted.items():
        old = open_ones.get(key)
        if old is not None and _values(replace(each, version=old.version)) != _values(old):
            update(store, replace(each, id=old.id, version=old.version))
    return len(new), len(gone)


def rename_proposals(store: Store, old: str, new: str) -> None:
    """Put what machines proposed under the code `old`, and nobody has judged, under `new`: what the rules would find again.

    Where `new` is proposed on the same passage already, it stands alone.
    """
    for document in {each.document for each in codings(store, codes=[old])}:
        human = decided(store, document)
        taken = {_key(each) for each in codings(store, documents=[document], codes=[new])}
        for each in codings(store, documents=[document], codes=[old]):
            if each.id not in human:
                renamed = replace(each, code=new)
                remove(store, each) if _key(renamed) in taken else update(store, renamed)


def coded_documents(store: Store) -> dict[str, set[str]]:
    """The hashes of the texts that the codings of each document were placed in."""
    result: dict[str, set[str]] = {}
    for row in store.iterate("SELECT DISTINCT document, text_sha256 FROM coding"):
        result.setdefault(row["document"], set()).add(row["text_sha256"])
    return result


def code_counts(store: Store) -> dict[str, dict[State, int]]:
    """How many codings each code has, by state."""
    result: dict[str, dict[State, int]] = {}
    for row in store.iterate(
        "SELECT code, state, count(*) AS n FROM coding GROUP BY code, state ORDER BY code"
    ):
        result.setdefault(row["code"], {})[State(row["state"])] = row["n"]
    return result


def document_counts(store: Store) -> dict[str, dict[State, int]]:
    """How many codings each document has, by state."""
    result: dict[str, dict[State, int]] = {}
    for row in store.iterate("SELECT document, state, count(*) AS n FROM coding GROUP BY document, state"):
        result.setdefault(row["document"], {})[State(row["state"])] = row["n"]
    return result


def human_counts(store: Store) -> dict[str, int]:
    """How many codings of each code a person made or decided on."""
    rows = store.rows(
        "SELECT code, count(*) AS n FROM coding c WHERE coder_kind = 'person'"
        " OR EXISTS (SELECT 1 FROM journal j WHERE j.coding = c.id AND j.action NOT IN ('memo', 'recode'))"
        " GROUP BY code"
    )
    return {row["code"]: row["n"] for row in rows}


def _key(coding: Coding) -> tuple[Span, str]:
    return coding.span, coding.code


def _is_settled(coding: Coding, settled: Sequence[Coding]) -> bool:
    return any(each.code == coding.code and each.span.overlaps(coding.span) for each in settled)


def _values(coding: Coding) -> tuple[object, ...]:
    return (
        coding.document,
        coding.span.start,
        coding.span.end,
        coding.code,
        coding.coder.name,
        coding.coder.kind.value,
        coding.state.value,
        coding.score,
        coding.reason,
        int(coding.negated),
        int(coding.hypothetical),
        int(coding.reported),
        coding.respondent,
        coding.turn,
        coding.text_sha256,
        coding.version,
    )


def _coding(row: Row) -> Coding:
    return Coding(
        document=row["document"],
        span=Span(row["start"], row["end"]),
        code=row["code"],
        coder=Coder(row["coder"], CoderKind(row["coder_kind"])),
        state=State(row["state"]),
        score=row["score"],
        reason=row["reason"],
        negated=bool(row["negated"]),
        hypothetical=bool(row["hypothetical"]),
        reported=bool(row["reported"]),
        respondent=row["respondent"],
        turn=row["turn"],
        id=row["id"],
        version=row["version"],
        text_sha256=row["text_sha256"],
    )


def _json_list(values: Iterable[object]) -> str:
    return json.dumps(list(values))
