"""Annotate documents turn by turn, each text once per pipeline: the cache answers the next time."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Final

from spacy.tokens import Doc

from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document
from habitat_enquete.nlp.annotated import AnnotatedText, Entity, pack, unpack
from habitat_enquete.nlp.cache import AnnotationCache
from habitat_enquete.nlp.pipeline import Pipeline, load

Progress = Callable[[int, int], None]
_BATCH: Final = 256  # documents looked up, then annotated, together
_PIECE: Final = 20_000  # characters a pipeline sees at once: a turn of one hour is cut at line ends or spaces
_SHARD: Final = 200_000  # characters handed to a process at a time
_MANY: Final = 600_000  # characters, some 100,000 words: from there a second process earns back its start


def annotate(
    documents: Iterable[Document],
    pipeline: Pipeline,
    cache: Path | None,
    progress: Progress | None = None,
    *,
    processes: int = 1,
) -> Iterator[AnnotatedText]:
    """The annotation of each document, in order; memory does not grow with their number.

    `cache` is the study's `enquete.cache`, or None to keep nothing. `progress` is called with (done, total), total 0 when
    `documents` cannot be counted. With `processes` > 1, texts not in the cache are shared out among that many processes,
    each of which loads the pipeline: worth it from some 100,000 words.
    """
    total = len(documents) if isinstance(documents, (list, tuple)) else 0
    done = 0
    with AnnotationCache(cache, pipeline.hash) if cache is not None else nullcontext() as kept:
        for document, packed in _packed(iter(documents), pipeline, kept, processes):
            yield unpack(packed, document=document.id, text=document.text)
            done += 1
            if progress:
                progress(done, total)


def processes_for(documents: Iterable[Document], pipeline: Pipeline, cache: Path | None) -> int:
    """How many processes to annotate `documents` with: two when much of them is new and the machine has two cores."""
    if (os.cpu_count() or 1) < 2 or multiprocessing.parent_process() is not None:
        return 1
    new = 0
    with AnnotationCache(cache, pipeline.hash) if cache is not None else nullcontext() as kept:
        for document in documents:
            if kept is None or key_of(document) not in kept:
                new += len(document.text)
                if new > _MANY:
                    return 2
    return 1


def annotate_text(text: str, pipeline: Pipeline, *, document: str = "") -> AnnotatedText:
    """The annotation of a text that is no part of a study: a term, an example, a sentence of a test."""
    return next(_annotated([(document, text, (Span(0, len(text)),))], pipeline))


def annotate_texts(texts: Iterable[str], pipeline: Pipeline) -> Iterator[AnnotatedText]:
    """The annotation of many such texts, in order: much faster than one by one."""
    return _annotated((("", text, (Span(0, len(text)),)) for text in texts), pipeline)


def key_of(document: Document) -> bytes:
    """What the annotation of a document depends on: its text and where its turns are."""
    turns = ",".join(f"{turn.span.start}-{turn.span.end}" for turn in document.turns)
    return hashlib.sha256(f"{document.sha256} {turns}".encode()).digest()


def _packed(
    documents: Iterator[Document], pipeline: Pipeline, cache: AnnotationCache | None, processes: int
) -> Iterator[tuple[Document, bytes]]:
    if processes > 1:
        yield from _in_processes(documents, pipeline, cache, processes)
        return
    while batch := list(islice(documents, _BATCH)):
        found = [_kept(cache, document) for document in batch]
        missing = [_task(document) for document, packed in zip(batch, found, strict=True) if packed is None]
        yield from _together(batch, found, _annotate_packed(missing, pipeline), cache)


def _kept(cache: AnnotationCache | None, document: Document) -> bytes | None:
    return cache.get(key_of(document)) if cache is not None else None


def _together(
    batch: list[Document], found: list[bytes | None], fresh: Iterator[bytes], cache: AnnotationCache | None
) -> Iterator[tuple[Document, bytes]]:
    """What the cache had and what was just annotated, in the order of the documents."""
    for document, packed in zip(batch, found, strict=True):
        if packed is None:
            packed = next(fresh)
            if cache is not None:
                cache.put(key_of(document), packed)
        yield document, packed


Task = tuple[str, str, tuple[Span, ...]]


def _task(document: Document) -> Task:
    spans = tuple(turn.span for turn in document.turns) or (Span(0, len(document.text)),)
    return document.id, document.text, spans


def _annotate_packed(tasks: Iterable[Task], pipeline: Pipeline) -> Iterator[bytes]:
    return map(pack, _annotated(tasks, pipeline))


def _annotated(tasks: Iterable[Task], pipeline: Pipeline) -> Iterator[AnnotatedText]:
    """The annotation of each task; short texts go through the pipeline together."""
    waiting: deque[tuple[Task, int]] = deque()

    def pieces() -> Iterator[str]:
        for task in tasks:
            spans = [piece for span in task[2] for piece in _pieces(task[1], span)]
            waiting.append(((task[0], task[1], tuple(spans)), len(spans)))
            yield from (piece.quote(task[1]) for piece in spans)

    docs = pipeline.nlp.pipe(pieces(), batch_size=128)
    # A task without words yields no piece: look at what waits before asking spaCy for more.
    for doc in docs:
        while waiting and waiting[0][1] == 0:
            yield _columns(waiting.popleft()[0], [], pipeline)
        task, count = waiting.popleft()
        yield _columns(task, [doc, *islice(docs, count - 1)], pipeline)
    while waiting:
        yield _columns(waiting.popleft()[0], [], pipeline)


def _pieces(text: str, span: Span) -> Iterator[Span]:
    """The span in pieces a pipeline can hold, cut where a line or a word ends if there is such a place."""
    start = span.start
    while span.end - start > _PIECE:
        window = text[start : start + _PIECE]
        cut = max(window.rfind("\n"), window.rfind(". ") + 1, 0) or window.rfind(" ")
        end = start + (cut if cut > 0 else _PIECE)
        yield Span(start, end)
        start = end
    if text[start : span.end].strip():
        yield Span(start, span.end)


def _columns(task: Task, docs: Iterable[Doc], pipeline: Pipeline) -> AnnotatedText:
    name, _, spans = task
    parsed = pipeline.gives("parse")
    starts: list[int] = []
    ends: list[int] = []
    forms: list[str] = []
    lemmas: list[str] = []
    pos: list[str] = []
    firsts: list[bool] = []
    heads: list[int] = []
    deps: list[str] = []
    entities: list[Entity] = []
    for span, doc in zip(spans, docs, strict=False):
        tokens = [token for token in doc if not token.is_space]
        ranks = {token.i: len(starts) + rank for rank, token in enumerate(tokens)}
        opens = True
        for token in doc:
            opens = opens or bool(token.is_sent_start)
            if token.is_space:
                continue
            starts.append(span.start + token.idx)
            ends.append(span.start + token.idx + len(token))
            forms.append(token.text)
            lemmas.append(token.lemma_)
            pos.append(token.pos_)
            firsts.append(opens)
            opens = False
            if parsed:
                heads.append(ranks.get(token.head.i, ranks[token.i]))
                deps.append(token.dep_)
        entities += [
            Entity(Span(span.start + e.start_char, span.start + e.end_char), e.label_) for e in doc.ents
        ]
    return AnnotatedText(name, starts, ends, forms, lemmas, pos, firsts, heads, deps, tuple(entities))


def _in_processes(
    documents: Iterator[Document], pipeline: Pipeline, cache: AnnotationCache | None, processes: int
) -> Iterator[tuple[Document, bytes]]:
    """Shards of documents in turn to each process, at most two ahead of what was asked for."""
    context = multiprocessing.get_context("spawn")
    ahead: deque[tuple[list[Document], list[bytes | None], Future[list[bytes]]]] = deque()
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=_start, initargs=(pipeline.name, pipeline.needs)
    ) as pool:
        for shard in _shards(documents):
            found = [_kept(cache, document) for document in shard]
            missing = [
                _task(document) for document, packed in zip(shard, found, strict=True) if packed is None
            ]
            with _no_script():
                work = pool.submit(_work, missing)
            ahead.append((shard, found, work))
            if len(ahead) > processes + 1:
                oldest, had, work = ahead.popleft()
                yield from _together(oldest, had, iter(work.result()), cache)
        for shard, found, work in ahead:
            yield from _together(shard, found, iter(work.result()), cache)


@contextmanager
def _no_script() -> Iterator[None]:
    """Start processes without the script that called us: each would run it anew, and nothing here needs it."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _shards(documents: Iterator[Document]) -> Iterator[list[Document]]:
    shard: list[Document] = []
    size = 0
    for document in documents:
        shard.append(document)
        size += len(document.text)
        if size >= _SHARD:
            yield shard
            shard, size = [], 0
    if shard:
        yield shard


_pipeline: Pipeline | None = None  # of this worker process


def _start(name: str, needs: tuple[str, ...]) -> None:
    global _pipeline
    _pipeline = load(name, needs=needs)


def _work(tasks: list[Task]) -> list[bytes]:
    assert _pipeline is not None, "the process was not started with a pipeline"
    return list(_annotate_packed(tasks, _pipeline))
