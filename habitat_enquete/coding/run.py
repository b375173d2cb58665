"""Coding a study by its codebook's rules: what is new or changed, and nothing a person decided."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from habitat_enquete.coding.decisions import person
from habitat_enquete.coding.reconcile import (
    UnknownCode,
    check_renamed,
    found_instead,
    reanchor,
    restored,
    unknown_codes,
)
from habitat_enquete.coding.rules import RULES, codings_of, document_hash, rules_hash
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import CoderKind, Coding, State
from habitat_enquete.model.text import Document, DocumentKind
from habitat_enquete.nlp.annotate import annotate, processes_for
from habitat_enquete.nlp.match import CodebookMatcher
from habitat_enquete.nlp.pipeline import SHIPPED, load
from habitat_enquete.project import Project
from habitat_enquete.store import codings as stored
from habitat_enquete.store import journal, runs, texts
from habitat_enquete.store.connection import Store

logger = logging.getLogger(__name__)

STAGE: Final = runs.CODE
SETTING: Final = runs.CODING_SETTING
_BATCH_CHARACTERS: Final = (
    200_000  # of short answers coded in one transaction; an interview is a transaction by itself
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CodingResult:
    """What coding did, and what of the study needs a person.

    `documents` in the study, `coded` now, the others unchanged since the last time; `words` of informants read now;
    `added` and `removed` proposals of the rules; `reanchored` human codings whose transcript was corrected; `orphans`:
    those whose passage is gone; `unknown`: codes in use that the codebook does not define; `states`: codings by state;
    `mentions`: accepted codings by code.
    """

    documents: int
    coded: int
    words: int
    added: int
    removed: int
    reanchored: int
    orphans: tuple[Coding, ...]
    unknown: tuple[UnknownCode, ...]
    states: Mapping[State, int]
    mentions: Mapping[str, int]
    pipeline: str

    @property
    def needs_attention(self) -> bool:
        """Whether a person has something to settle."""
        return bool(self.orphans or self.unknown)


def run(
    project: Project,
    codebook: Codebook,
    *,
    pipeline: str = SHIPPED,
    kinds: Iterable[DocumentKind] = tuple(DocumentKind),
    coder: str | None = None,
    renamed: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> CodingResult:
    """Code the study's documents of some `kinds` by the rules of `codebook`.

    A document is coded again only when its text, its speakers, the rules or the language pipeline changed. Human codings
    follow a corrected transcript. `renamed` carries codings over from codes of the codebook that changed id (old → new),
    in the name of `coder`. Each interview is one transaction: a kill in the middle loses nothing.

    Raises: EnqueteError when the pipeline is not installed, a rule's pattern is none, or a code of `renamed` is not known.
    """
    loaded = load(pipeline)
    matcher = CodebookMatcher(codebook, loaded)
    setting = hashlib.sha256(f"{rules_hash(codebook)} {loaded.hash}".encode()).hexdigest()
    with Store(project.database) as store:
        if renamed:
            check_renamed(codebook, stored.code_counts(store), renamed)
            journal.carry_over(store, person(coder).name if coder else RULES.name, renamed)
        moved = _reanchor_all(store)
        before = {key: each.input_hash for key, each in runs.runs(store, STAGE).items()}
        ids = texts.document_ids(store)
        keys = {each.id: _key(each, setting) for each in texts.documents(store, kinds=kinds)}
        waiting = [name for name, key in keys.items() if before.get(name) != key]
        done = words = added = removed = 0
        processes = processes_for(texts.documents(store, ids=waiting), loaded, project.cache)
        reading = annotate(texts.documents(store, ids=waiting), loaded, project.cache, processes=processes)
        for batch in _batches(texts.documents(store, ids=waiting)):
            annotated = list(islice(reading, len(batch)))
            with store.transaction():
                for document, columns in zip(batch, annotated, strict=True):
                    found = codings_of(document, matcher.matches(columns, document), codebook)
                    new, gone = stored.replace_machine_codings(store, document.id, CoderKind.RULE, found)
                    summary = {"codings": len(found), "document": document_hash(document)}
                    runs.record(store, STAGE, document.id, keys[document.id], summary)
                    added, removed = added + new, removed + gone
                    words += _informant_words(document)
            done += len(batch)
            logger.info("coded %d documents of %d", done, len(waiting))
            if progress:
                progress(done, len(waiting))
        _forget_gone(store, before, ids)
        _record_setting(store, codebook, loaded.name)
        return _result(store, codebook, len(ids), done, words, added, removed, moved, loaded.name)


def _key(document: Document, setting: str) -> str:
    """What the codings of a document depend on: it is coded again when this is not the one of last time."""
    return hashlib.sha256(f"{document_hash(document)} {setting}".encode()).hexdigest()


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Interviews one by one, open answers together."""
    batch: list[Document] = []
    size = 0
    for document in documents:
        if document.kind is not DocumentKind.ANSWER:
            yield [document]
            continue
        batch.append(document)
        size += len(document.text)
        if size >= _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _informant_words(document: Document) -> int:
    return sum(len(turn.span.quote(document.text).split()) for turn in document.informant_turns())


def _reanchor_all(store: Store) -> int:
    """Bring the human codings of corrected transcripts to their present text; gives how many were found again."""
    orphans = {each.document for each in stored.codings(store, states=[State.ORPHAN])}
    count = 0
    for document_id, hashes in stored.coded_documents(store).items():
        document = texts.document(store, document_id)
        if document is None or (hashes == {document.sha256} and document_id not in orphans):
            continue
        human = stored.decided(store, document_id)
        stale = [
            each
            for each in stored.codings(store, documents=[document_id])
            if each.id in human and (each.text_sha256 != document.sha256 or each.state is State.ORPHAN)
        ]
        result = reanchor(document, stale, texts.former_texts(store, document_id))
        with store.transaction():
            for each in result.kept:
                found = restored(each, _state_before(store, each)) if each.state is State.ORPHAN else each
                stored.update(store, found)
            for each in result.lost:
                if each not in stale:
                    stored.update(store, each)
        count += len(result.kept)
    return count


def _state_before(store: Store, coding: Coding) -> State:
    """What people had last said of a coding that became an orphan."""
    states = [
        decision.after.state
        for decision in journal.decisions(store, coding=coding.id)
        if isinstance(decision.after, Coding)
    ]
    return states[-1] if states else State.ACCEPTED


def _record_setting(store: Store, codebook: Codebook, pipeline: str) -> None:
    """Note what the study was last coded with: what `enquete status` compares."""
    summary = {"rules": rules_hash(codebook), "pipeline": pipeline}
    key = hashlib.sha256(f"{summary['rules']} {pipeline}".encode()).hexdigest()
    if not runs.is_done(store, SETTING, "", key):
        with store.transaction():
            runs.record(store, SETTING, "", key, summary)


def _forget_gone(store: Store, before: Mapping[str, str], ids: Iterable[str]) -> None:
    with store.transaction():
        for key in before.keys() - set(ids):
            runs.forget(store, STAGE, key)


def _result(
    store: Store,
    codebook: Codebook,
    documents: int,
    coded: int,
    words: int,
    added: int,
    removed: int,
    reanchored: int,
    pipeline: str,
) -> CodingResult:
    counts = stored.code_counts(store)
    states: dict[State, int] = {}
    for by_state in counts.values():
        for state, count in by_state.items():
            states[state] = states.get(state, 0) + count
    human = stored.human_counts(store)
    used = {code: (sum(by_state.values()), human.get(code, 0)) for code, by_state in counts.items()}
    gone = sorted(used.keys() - {code.id for code in codebook})
    instead = (
        found_instead(
            stored.codings(store, codes=gone),
            (each for each in stored.codings(store) if each.code not in gone),
        )
        if gone
        else {}
    )
    return CodingResult(
        documents=documents,
        coded=coded,
        words=words,
        added=added,
        removed=removed,
        reanchored=reanchored,
        orphans=tuple(stored.codings(store, states=[State.ORPHAN])),
        unknown=unknown_codes(codebook, used, instead),
        states=states,
        mentions={code: by_state.get(State.ACCEPTED, 0) for code, by_state in counts.items()},
        pipeline=pipeline,
    )
