"""Score the names the pipeline finds, in the spoken test text and in invented interviews: what a pseudonymiser can count on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from entities import Pieces, spoken

from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Source
from habitat_enquete.nlp.annotate import annotate
from habitat_enquete.nlp.pipeline import Pipeline

TOGETHER = 10  # sentences
GOLD = Path(__file__).resolve().parent.parent / "tests" / "nlp" / "gold_names.txt"
_NAME = re.compile(r"\[([^\]|]*)\|(PER|LOC|ORG)\]")
Marked = tuple[str, set[tuple[Span, str]]]


def spoken_test(treebanks: Path) -> list[Marked]:
    """ParisStories (test), ten sentences together."""
    return list(_texts(spoken(treebanks, use="test")))


def invented(*, held: bool) -> list[Marked]:
    """The half of the invented sentences that was kept aside, or the one that settings were chosen by."""
    lines = [line for line in GOLD.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [_marked(line) for line in lines[held::2]]


def lowered(texts: Iterable[Marked]) -> list[Marked]:
    """The same texts without capitals."""
    return [(text.lower(), marks) for text, marks in texts]


def _marked(line: str) -> Marked:
    text, marks, last = "", set(), 0
    for match in _NAME.finditer(line):
        text += line[last : match.start()]
        marks.add((Span(len(text), len(text) + len(match[1])), match[2]))
        text += match[1]
        last = match.end()
    return text + line[last:], marks


def score_names(texts: Sequence[Marked], pipeline: Pipeline) -> dict[str, dict[str, float]]:
    """Precision, recall and F of exact spans for PER, LOC and ORG, their number, and how many some name covers."""
    right: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    found: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    documents = [
        Document(str(rank), DocumentKind.ANSWER, text, (), (), Source("", ""))
        for rank, (text, _) in enumerate(texts)
    ]
    for annotated, (_, marks) in zip(annotate(documents, pipeline, None), texts, strict=True):
        ours = {(entity.span, entity.label) for entity in annotated.entities}
        gold.update(label for _, label in marks)
        found.update(label for _, label in ours)
        right.update(label for _, label in ours & marks)
        covered.update(
            label
            for span, label in marks
            if any(other.start <= span.start and span.end <= other.end for other, _ in ours)
        )
    return {
        label: _figures(right[label], gold[label], found[label])
        | {"covered": covered[label] / max(1, gold[label])}
        for label in ("PER", "LOC", "ORG")
    }


def _figures(right: int, gold: int, found: int) -> dict[str, float]:
    precision, recall = right / max(1, found), right / max(1, gold)
    f = 2 * right / max(1, gold + found)
    return {"precision": precision, "recall": recall, "f": f, "count": gold}


def _texts(passages: Iterator[Pieces]) -> Iterator[Marked]:
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
