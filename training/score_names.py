"""Score the names the pipeline finds in the spoken test text: what pseudonymisation can count on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from entities import Pieces, spoken

from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Source
from habitat_enquete.nlp.annotate import annotate
from habitat_enquete.nlp.pipeline import Pipeline

TOGETHER = 10  # sentences


def score_names(treebanks: Path, pipeline: Pipeline) -> dict[str, dict[str, float]]:
    """Precision, recall and F of exact spans for PER, LOC and ORG, and their number, in ParisStories (test)."""
    right: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    found: Counter[str] = Counter()
    texts = list(_texts(spoken(treebanks, use="test")))
    documents = [
        Document(str(rank), DocumentKind.ANSWER, text, (), (), Source("", ""))
        for rank, (text, _) in enumerate(texts)
    ]
    for annotated, (_, marks) in zip(annotate(documents, pipeline, None), texts, strict=True):
        ours = {(entity.span, entity.label) for entity in annotated.entities}
        gold.update(label for _, label in marks)
        found.update(label for _, label in ours)
        right.update(label for _, label in ours & marks)
    return {label: _figures(right[label], gold[label], found[label]) for label in ("PER", "LOC", "ORG")}


def _figures(right: int, gold: int, found: int) -> dict[str, float]:
    precision, recall = right / max(1, found), right / max(1, gold)
    f = 2 * right / max(1, gold + found)
    return {"precision": precision, "recall": recall, "f": f, "count": gold}


def _texts(passages: Iterator[Pieces]) -> Iterator[tuple[str, set[tuple[Span, str]]]]:
    text, marks = "", set()
    for rank, pieces in enumerate(passages, 1):
        for piece, label in pieces:
            if label:
                marks.add((Span(len(text), len(text) + len(piece)), label))
            text += piece
        if rank % TOGETHER == 0:
            yield text, marks
            text, marks = "", set()
    if text:
        yield text, marks
