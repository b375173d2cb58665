"""The append-only journal of human decisions: apply, undo and redo without limit, memos, verdicts.

A *batch* is what one gesture did: one keystroke, or a bulk acceptance of forty suggestions. Undo and redo work on whole
batches, per coder, and are themselves rows of the journal: no row is ever changed or removed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.coding import (
    Action,
    Change,
    CodebookText,
    Coding,
    Decision,
    Memo,
    MemoTarget,
    Snapshot,
    State,
)
from habitat_enquete.model.pathway import Episode
from habitat_enquete.model.span import Span
from habitat_enquete.store import codings as stored
from habitat_enquete.store.connection import Row, Store
from habitat_enquete.store.pathways import put_episode
from habitat_enquete.store.runs import now
from habitat_enquete.store.snapshots import restored, snapshot

_JUDGES: Final = ("accept", "reject", "move", "resize", "code")


def apply(store: Store, coder: str, changes: Sequence[Change], *, batch: int | None = None) -> list[Coding]:
    """Do what one gesture of `coder` asks, all or nothing, and write it in the journal.

    Each `change.before` is the coding as the person saw it. `batch`: the gesture they belong to, a new one if not given.
    Returns: the codings that exist after it, as stored (new ids and versions).
    Raises: EnqueteError when one of them was changed or removed meanwhile; nothing is written then.
    """
    with store.transaction():
        batch = batch or next_batch(store)
        at = now()
        results = [_apply(store, change) for change in changes]
        for change, after in zip(changes, results, strict=True):
            known = after or change.before
            write(store, at, coder, change.action, known.id if known else None, change.before, after, batch)
    return [each for each in results if each is not None]


def decide_episodes(
    store: Store, coder: str, decided: Sequence[tuple[Episode | None, Episode | None]]
) -> None:
    """Confirm, correct, reject, add or take away episodes, as one gesture: (as the person saw it, as it shall be).

    Raises: EnqueteError when one of them changed meanwhile; nothing is written then.
    """
    with store.transaction():
        batch, at = next_batch(store), now()
        for before, after in decided:
            put_episode(store, before, after)
            write(store, at, coder, Action.EPISODE, None, before, after, batch)


def edit_codebook(
    store: Store,
    coder: str,
    before: CodebookText,
    after: CodebookText,
    *,
    renamed: Mapping[str, str] | None = None,
    changes: Sequence[Change] = (),
) -> None:
    """Note a change of `codebook.yaml`, what `carry_over` does of `renamed`, and `changes` of codings, as one gesture.

    The file is the caller's: `undo` and `redo` give back the texts that it must hold.
    """
    with store.transaction():
        batch = next_batch(store)
        write(store, now(), coder, Action.CODEBOOK, None, before, after, batch)
        if renamed:
            carry_over(store, coder, renamed, batch=batch)
        apply(store, coder, changes, batch=batch)


def carry_over(store: Store, coder: str, renamed: Mapping[str, str], *, batch: int | None = None) -> int:
    """Bring what people decided under codes that were renamed or merged to their new ids (old → new), as one gesture.

    Open proposals of machines under an old id are left to the next run of the rules. Where the same passage already has
    the new code, a machine's proposal gives way, and a coder who had used both codes keeps one coding. `batch`: the gesture
    that it belongs to, a new one if not given.
    Returns: how many codings were carried over.
    """
    with store.transaction():
        changes = []
        taken = {_place(each): each for each in stored.codings(store, codes=sorted(set(renamed.values())))}
        human = {name: stored.decided(store, name) for name in {each.document for each in taken.values()}}
        for each in stored.codings(store, codes=sorted(renamed)):
            human.setdefault(each.document, stored.decided(store, each.document))
            if each.id not in human[each.document]:
                continue
            after: Coding | None = replace(each, code=renamed[each.code])
            assert after is not None
            twin = taken.get(_place(after))
            if twin is not None and twin.id not in human[twin.document]:
                stored.remove(store, twin)
            elif twin is not None:
                after = None
            changes.append(Change(Action.RECODE, each, after))
            if after is not None:
                taken[_place(after)] = after
        apply(store, coder, changes, batch=batch)
    return len(changes)


def undo(store: Store, coder: str) -> list[Decision]:
    """Reverse the last gesture of `coder` that is not undone yet; gives what was reversed.

    Raises: EnqueteError when nothing is left to undo, or when somebody else changed one of its codings since.
    """
    with store.transaction():
        batch = _last(store, coder, undone=False)
        if batch is None:
            raise EnqueteError(Code.CODING_NOTHING_TO_UNDO, coder=coder)
        rows = _rows_of(store, batch)
        _replay(store, coder, Action.UNDO, batch, [(row, row.after, row.before) for row in reversed(rows)])
    return rows


def redo(store: Store, coder: str) -> list[Decision]:
    """Do again the gesture that `coder` undid last; gives what was done again.

    Raises: EnqueteError when nothing is left to redo (a new gesture closes the way), or when a coding changed since.
    """
    with store.transaction():
        batch = _last(store, coder, undone=True)
        if batch is None:
            raise EnqueteError(Code.CODING_NOTHING_TO_REDO, coder=coder)
        rows = _rows_of(store, batch)
        _replay(store, coder, Action.REDO, batch, [(row, row.before, row.after) for row in rows])
    return rows


def can_undo(store: Store, coder: str) -> tuple[bool, bool]:
    """Whether `coder` has something to undo, and something to redo."""
    done, undone = _stacks(store, coder)
    return bool(done), bool(undone)


def set_memo(store: Store, memo: Memo) -> Memo:
    """Write, replace or (with an empty text) remove a coder's memo on a target; undone like any gesture."""
    with store.transaction():
        before = memo_of(store, memo)
        after = replace(memo, at=now()) if memo.text else None
        put_memo(store, memo, after)
        coding = int(memo.target) if memo.target_kind is MemoTarget.CODING else None
        write(store, now(), memo.coder, Action.MEMO, coding, before, after, next_batch(store))
    return after or replace(memo, text="")


def memos(store: Store, *, target_kind: MemoTarget | None = None, coder: str | None = None) -> list[Memo]:
    """The memos of the study, of one kind of target or one coder if asked."""
    rows = store.rows(
        "SELECT * FROM memo WHERE (?1 IS NULL OR target_kind = ?1) AND (?2 IS NULL OR coder = ?2)"
        " ORDER BY target_kind, target, coder",
        (target_kind.value if target_kind else None, coder),
    )
    return [_memo_of(row) for row in rows]


def decisions(store: Store, *, coding: int | None = None, after: int = 0) -> Iterator[Decision]:
    """The journal, oldest first: all of it, from beyond row `after`, or the history of one coding."""
    rows = store.iterate(
        "SELECT * FROM journal WHERE id > ?1 AND (?2 IS NULL OR coding = ?2) ORDER BY id", (after, coding)
    )
    return map(_decision, rows)


def last_decision(store: Store) -> int:
    """The number of the journal's last row, 0 when it is empty: it changes with any human action."""
    return int(store.value("SELECT coalesce(max(id), 0) FROM journal"))


def coders(store: Store) -> list[str]:
    """The people who coded or judged a coding in this study."""
    return [
        row["coder"]
        for row in store.rows(f"SELECT DISTINCT coder FROM journal WHERE action IN {_JUDGES} ORDER BY coder")
    ]


def verdicts(store: Store, *, only: Collection[int] | None = None) -> dict[int, dict[str, State]]:
    """What each person last said of each coding that exists: coding id → coder → accepted, rejected or moved.

    The author of a coding accepted it by making it. What was undone says nothing. `only`: the codings to look at.
    """
    undone = _undone(store)
    result: dict[int, dict[str, State]] = {}
    wanted = "" if only is None else " AND j.coding IN (SELECT value FROM json_each(?))"
    for row in store.iterate(
        "SELECT j.coding, j.coder, j.batch, json_extract(j.after, '$.state') AS state"
        " FROM journal j JOIN coding c ON c.id = j.coding"
        f" WHERE j.action IN {_JUDGES}{wanted} ORDER BY j.id",
        () if only is None else (json.dumps(sorted(only)),),
    ):
        if row["batch"] not in undone:
            result.setdefault(row["coding"], {})[row["coder"]] = State(row["state"])
    return result


def judged_counts(store: Store, coder: str) -> dict[str, int]:
    """How many codings of each document `coder` has made or judged, what was undone apart."""
    rows = store.rows(
        "SELECT c.document, count(DISTINCT c.id) AS n FROM journal j JOIN coding c ON c.id = j.coding"
        f" WHERE j.coder = ? AND j.action IN {_JUDGES}"
        " AND j.batch NOT IN (SELECT value FROM json_each(?)) GROUP BY c.document",
        (coder, json.dumps(sorted(_undone(store)))),
    )
    return {row["document"]: row["n"] for row in rows}


def first_states(store: Store) -> dict[int, State]:
    """How each coding that people decided on was before the first of them: what a rule or the model had proposed."""
    return {
        row["coding"]: State(row["state"])
        for row in store.iterate(
            "SELECT j.coding, json_extract(j.before, '$.state') AS state FROM journal j"
            " WHERE j.id IN (SELECT min(id) FROM journal WHERE coding IS NOT NULL AND action != 'memo' GROUP BY coding)"
            " AND json_extract(j.before, '$.state') IS NOT NULL"
        )
    }


# ── how ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _apply(store: Store, change: Change) -> Coding | None:
    if change.before is None:
        assert change.after is not None
        _refuse_twin(store, change.after)
        return stored.add(store, change.after)
    if change.after is None:
        stored.remove(store, change.before)
        return None
    if (change.before.span, change.before.code) != (change.after.span, change.after.code):
        _refuse_twin(store, change.after)
    return stored.update(store, replace(change.after, id=change.before.id, version=change.before.version))


def _place(coding: Coding) -> tuple[object, ...]:
    return coding.document, coding.span, coding.code, coding.coder.name


def _refuse_twin(store: Store, coding: Coding) -> None:
    """A coder does not code the same passage twice under the same code."""
    twin = store.value(
        "SELECT id FROM coding WHERE document = ? AND start = ? AND end = ? AND code = ? AND coder = ? AND id IS NOT ?",
        (coding.document, coding.span.start, coding.span.end, coding.code, coding.coder.name, coding.id),
    )
    if twin is not None:
        raise EnqueteError(Code.CODING_ALREADY_THERE, label=coding.code, id=twin)


def _replay(
    store: Store,
    coder: str,
    action: Action,
    undoes: int,
    steps: Sequence[tuple[Decision, Snapshot | None, Snapshot | None]],
) -> None:
    batch, at = next_batch(store), now()
    for row, current, wanted in steps:
        known = current or wanted
        result = wanted
        if isinstance(known, Memo):
            put_memo(store, known, wanted if isinstance(wanted, Memo) else None)
        elif isinstance(known, Episode):
            put_episode(
                store,
                current if isinstance(current, Episode) else None,
                wanted if isinstance(wanted, Episode) else None,
            )
        elif isinstance(known, Coding):
            result = _replay_coding(
                store,
                row,
                current if isinstance(current, Coding) else None,
                wanted if isinstance(wanted, Coding) else None,
            )
        write(store, at, coder, action, row.coding, current, result, batch, undoes)


def _replay_coding(
    store: Store, row: Decision, current: Coding | None, wanted: Coding | None
) -> Coding | None:
    """Bring a coding from what the gesture left (`current`) to `wanted`; refused when somebody changed it since."""
    if current is None:
        assert wanted is not None
        return stored.add(store, wanted)
    found = stored.coding(store, row.coding or 0)
    if _content(found, current) != _content(current, found):
        raise EnqueteError(Code.CODING_CHANGED_ELSEWHERE, id=found.id)
    if wanted is None:
        stored.remove(store, found)
        return None
    if (
        wanted.text_sha256 != found.text_sha256
    ):  # the transcript changed since: the passage is where it is now
        wanted = replace(wanted, span=found.span, turn=found.turn, text_sha256=found.text_sha256)
    return stored.update(store, replace(wanted, id=found.id, version=found.version))


def _content(coding: Coding, other: Coding) -> Coding:
    """The coding apart from what the store counts and, when `other` lies in another text, from its place."""
    if coding.text_sha256 == other.text_sha256:
        return replace(coding, version=0)
    return replace(coding, version=0, text_sha256="", span=Span(0, 0), turn=None)


def _last(store: Store, coder: str, *, undone: bool) -> int | None:
    """The batch that undo (or redo, when `undone`) works on next."""
    chosen = _stacks(store, coder)[undone]
    return chosen[-1] if chosen else None


def _stacks(store: Store, coder: str) -> tuple[list[int], list[int]]:
    """The gestures of a coder that stand, and those undone that may be redone, the next one to work on last.

    Redo is open only while the coder did nothing else since; both look at the coder's own gestures only.
    """
    done: dict[int, None] = {}
    redoable: list[int] = []
    for row in store.iterate(
        "SELECT DISTINCT batch, CASE WHEN action IN ('undo', 'redo') THEN action ELSE '' END AS replays, undoes"
        " FROM journal WHERE coder = ? ORDER BY batch",
        (coder,),
    ):
        if not row["replays"]:
            done[row["batch"]] = None
            redoable.clear()
        elif row["replays"] == Action.UNDO:
            del done[row["undoes"]]
            redoable.append(row["undoes"])
        else:
            redoable.remove(row["undoes"])
            done[row["undoes"]] = None
    return list(done), redoable


def _undone(store: Store) -> set[int]:
    """The batches that do not stand: undone, and not done again since."""
    gone: set[int] = set()
    for row in store.iterate(
        "SELECT DISTINCT batch, action, undoes FROM journal WHERE action IN ('undo', 'redo') ORDER BY batch"
    ):
        (gone.add if row["action"] == Action.UNDO else gone.discard)(row["undoes"])
    return gone


def _rows_of(store: Store, batch: int) -> list[Decision]:
    return [
        _decision(row) for row in store.rows("SELECT * FROM journal WHERE batch = ? ORDER BY id", (batch,))
    ]


def next_batch(store: Store) -> int:
    return 1 + int(store.value("SELECT coalesce(max(batch), 0) FROM journal"))


def write(
    store: Store,
    at: str,
    coder: str,
    action: Action,
    coding: int | None,
    before: Snapshot | None,
    after: Snapshot | None,
    batch: int,
    undoes: int | None = None,
) -> None:
    store.execute(
        "INSERT INTO journal (at, coder, action, coding, before, after, batch, undoes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (at, coder, action.value, coding, snapshot(before), snapshot(after), batch, undoes),
    )


def memo_of(store: Store, memo: Memo) -> Memo | None:
    row = store.row(
        "SELECT * FROM memo WHERE target_kind = ? AND target = ? AND coder = ?",
        (memo.target_kind.value, memo.target, memo.coder),
    )
    return None if row is None else _memo_of(row)


def put_memo(store: Store, place: Memo, memo: Memo | None) -> None:
    store.execute(
        "DELETE FROM memo WHERE target_kind = ? AND target = ? AND coder = ?",
        (place.target_kind.value, place.target, place.coder),
    )
    if memo is not None:
        store.execute(
            "INSERT INTO memo (target_kind, target, coder, at, text) VALUES (?, ?, ?, ?, ?)",
            (memo.target_kind.value, memo.target, memo.coder, memo.at, memo.text),
        )


def _memo_of(row: Row) -> Memo:
    return Memo(MemoTarget(row["target_kind"]), row["target"], row["coder"], row["text"], row["at"])


def _decision(row: Row) -> Decision:
    return Decision(
        coder=row["coder"],
        action=Action(row["action"]),
        coding=row["coding"],
        at=row["at"],
        before=restored(row["before"]),
        after=restored(row["after"]),
        batch=row["batch"],
        undoes=row["undoes"],
        id=row["id"],
    )
