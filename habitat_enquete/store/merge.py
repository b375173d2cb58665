"""Bringing into a study what people decided in a copy of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from habitat_enquete.model.coding import Action, CoderKind, Coding, MemoTarget, State
from habitat_enquete.model.pathway import Episode, EpisodeState
from habitat_enquete.store import codings as stored
from habitat_enquete.store import journal
from habitat_enquete.store.connection import Store
from habitat_enquete.store.pathways import episode_key, episodes
from habitat_enquete.store.runs import now


def merge(store: Store, other: Store) -> tuple[int, list[tuple[Coding, Coding]]]:
    """Bring in the codings, verdicts, memos and episodes of the people who worked in `other`, a copy of the same study.

    Codings are the same when document, text, span, code and coder are. A verdict is brought in when nobody here has
    decided; where somebody decided otherwise, both codings are given back, to be discussed. Merging twice adds nothing.
    Returns: how many decisions came in, and the conflicts (here, there).
    """
    with store.transaction():
        here = {_identity(each): each for each in stored.codings(store)}
        texts = {row["id"]: row["sha256"] for row in store.rows("SELECT id, sha256 FROM document")}
        said_here, said_there = journal.verdicts(store), journal.verdicts(other)
        added, conflicts = 0, []
        for theirs in stored.codings(other):
            if texts.get(theirs.document) != theirs.text_sha256 or theirs.id not in said_there:
                continue
            mine = here.get(_identity(theirs))
            if mine is None:
                added += _bring_in(store, theirs, said_there[theirs.id])
            elif new := _news(said_here.get(mine.id or 0, {}), said_there[theirs.id]):
                added += len(new)
                if mine.state is State.SUGGESTED or not said_here.get(mine.id or 0):
                    _record_verdicts(store, mine, new, theirs.state)
                else:
                    _record_verdicts(store, mine, new, mine.state)
                if mine.state is not State.SUGGESTED and mine.state is not theirs.state:
                    conflicts.append((mine, theirs))
        added += _merge_memos(store, other) + _merge_episodes(store, other)
    return added, conflicts


def _identity(coding: Coding) -> tuple[object, ...]:
    # Model states differ from one machine to the next: what they proposed is the same proposal.
    coder = coding.coder.name if coding.coder.kind is CoderKind.PERSON else coding.coder.kind.value
    return coding.document, coding.text_sha256, coding.span, coding.code, coder


def _news(here: Mapping[str, State], there: Mapping[str, State]) -> dict[str, State]:
    return {coder: state for coder, state in there.items() if here.get(coder) is not state}


def _bring_in(store: Store, coding: Coding, said: Mapping[str, State]) -> int:
    if (
        coding.respondent is not None
        and store.row("SELECT 1 FROM respondent WHERE id = ?", (coding.respondent,)) is None
    ):
        coding = replace(coding, respondent=None)
    after = stored.add(store, replace(coding, id=None, version=1))
    author = coding.coder.name if coding.coder.kind is CoderKind.PERSON else next(iter(sorted(said)))
    journal.write(store, now(), author, Action.CODE, after.id, None, after, journal.next_batch(store))
    others = {coder: state for coder, state in said.items() if coder != coding.coder.name}
    _record_verdicts(store, after, others, after.state)
    return 1 + len(others)


def _record_verdicts(store: Store, coding: Coding, said: Mapping[str, State], state: State) -> None:
    """Write what people said elsewhere of a coding, which ends in `state`."""
    actions = {State.ACCEPTED: Action.ACCEPT, State.REJECTED: Action.REJECT, State.MOVED: Action.MOVE}
    current = coding if coding.state is state else stored.update(store, replace(coding, state=state))
    for coder, verdict in sorted(said.items()):
        held = replace(current, state=verdict)
        journal.write(
            store, now(), coder, actions[verdict], coding.id, coding, held, journal.next_batch(store)
        )


def _merge_memos(store: Store, other: Store) -> int:
    """Memos on codes and documents; those here win over an older text of the same coder."""
    added = 0
    for memo in journal.memos(other):
        mine = journal.memo_of(store, memo)
        if memo.target_kind is not MemoTarget.CODING and (mine is None or mine.at < memo.at):
            journal.put_memo(store, memo, memo)
            journal.write(store, now(), memo.coder, Action.MEMO, None, mine, memo, journal.next_batch(store))
            added += 1
    return added


def _merge_episodes(store: Store, other: Store) -> int:
    """Episodes decided on there and by nobody here; where both decided, what stands here is kept."""
    deciders: dict[tuple[str, str, int], str] = {}
    for decision in journal.decisions(other):
        for each in (decision.before, decision.after):
            if isinstance(each, Episode):
                deciders[episode_key(each)] = decision.coder
    here = {episode_key(each): each for each in episodes(store)}
    known = {row["id"] for row in store.rows("SELECT id FROM respondent")}
    added = 0
    for theirs in episodes(other):
        key = episode_key(theirs)
        mine = here.get(key)
        is_news = mine is None or (mine.state is EpisodeState.PROPOSED and mine != theirs)
        if is_news and key in deciders and theirs.respondent in known:
            journal.decide_episodes(store, deciders[key], [(mine, theirs)])
            added += 1
    return added
