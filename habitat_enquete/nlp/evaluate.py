"""Measure a pipeline against a treebank, end to end on raw text: what a study would get from the same words."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Source
from habitat_enquete.nlp.annotate import annotate
from habitat_enquete.nlp.annotated import AnnotatedText
from habitat_enquete.nlp.conllu import Sentence, Word, read_sentences, unpunctuated
from habitat_enquete.nlp.pipeline import Pipeline

_SENTENCES_TOGETHER: Final = 10
LABELS: Final = {
    "words": "Mots",
    "tokens": "Découpage des mots (F)",
    "pos": "Catégories (F)",
    "lemma": "Lemmes (F)",
    "content_lemma": "Lemmes des mots pleins",
    "uas": "Rattachements (UAS)",
    "las": "Rattachements étiquetés (LAS)",
    "sentences": "Phrases (F)",
    "starts": "Débuts de phrases (F)",
    "words_per_second": "Mots par seconde",
}


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores in [0, 1] on one treebank, contractions (« du ») being one word; None for what the pipeline does not give.

    `tokens`, `pos`, `lemma`, `uas`, `las`, `sentences` are F-measures of words (units for `sentences`, their starts within a
    text for `starts`) found at the same place; `content_lemma` is the share of the nouns, verbs, adjectives and adverbs found at their place that have the right
    lemma. `words_per_second` of
    processor time, everything asked for included.
    """

    words: int
    tokens: float
    pos: float | None
    lemma: float
    content_lemma: float | None
    uas: float | None
    las: float | None
    sentences: float
    starts: float | None
    words_per_second: float

    def as_dict(self) -> dict[str, float | int | None]:
        """Field → figure, as `--json` prints it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(slots=True)
class _Tally:
    """What was right, and how many there were in the treebank and in our annotation."""

    right: int = 0
    gold: int = 0
    ours: int = 0

    def f(self) -> float:
        return 2 * self.right / (self.gold + self.ours) if self.gold + self.ours else 0.0


def evaluate(file: Path, pipeline: Pipeline, *, bare: bool = False) -> Scores:
    """The scores of a pipeline on a CoNLL-U file, with `bare` after taking its punctuation and capitals away.

    Raises: EnqueteError when the file is no CoNLL-U, or holds no sentence.
    """
    sentences = read_sentences(file)
    groups = list(_groups(unpunctuated(sentences) if bare else sentences))
    if not groups:
        raise EnqueteError(Code.LANG_NOT_CONLLU, file=file.name, line=1)
    documents = [_document(str(number), group) for number, group in enumerate(groups)]
    before = time.process_time()
    annotated = list(annotate(documents, pipeline, None))
    seconds = time.process_time() - before
    tallies = _tallies(groups, annotated)
    words = sum(len(sentence.words) for group in groups for sentence in group)
    parsed = pipeline.gives("parse") and all(sentence.has_heads for group in groups for sentence in group)
    classes = any(word.pos != "_" for group in groups for sentence in group for word in sentence.words)
    tagged = classes and any(any(one.pos) for one in annotated)
    return Scores(
        words=words,
        tokens=tallies["tokens"].f(),
        pos=tallies["pos"].f() if tagged else None,
        lemma=tallies["lemma"].f(),
        content_lemma=tallies["content"].right / max(1, tallies["content"].gold) if classes else None,
        uas=tallies["uas"].f() if parsed else None,
        las=tallies["las"].f() if parsed else None,
        sentences=tallies["sentences"].f(),
        starts=tallies["starts"].f() if tallies["starts"].gold else None,
        words_per_second=words / seconds if seconds else 0.0,
    )


def _groups(sentences: Iterable[Sentence]) -> Iterator[list[Sentence]]:
    group: list[Sentence] = []
    for sentence in sentences:
        group.append(sentence)
        if len(group) == _SENTENCES_TOGETHER:
            yield group
            group = []
    if group:
        yield group


def _document(name: str, group: Sequence[Sentence]) -> Document:
    text = " ".join(sentence.text for sentence in group)
    return Document(name, DocumentKind.ANSWER, text, (), (), Source(name, ""))


def _tallies(groups: Sequence[Sequence[Sentence]], annotated: Sequence[AnnotatedText]) -> dict[str, _Tally]:
    tallies = {
        name: _Tally() for name in ("tokens", "pos", "lemma", "content", "uas", "las", "sentences", "starts")
    }
    for group, ours in zip(groups, annotated, strict=True):
        _compare(group, ours, tallies)
    return tallies


def _compare(group: Sequence[Sentence], ours: AnnotatedText, tallies: dict[str, _Tally]) -> None:
    gold = list(_placed(group))
    spans = [span for span, _, _ in gold]
    found = {
        Span(start, end): rank for rank, (start, end) in enumerate(zip(ours.starts, ours.ends, strict=True))
    }
    for name in ("tokens", "pos", "lemma", "uas", "las"):
        tallies[name].gold += len(gold)
        tallies[name].ours += len(ours)
    for span, word, head in gold:
        rank = found.get(span)
        content = word.is_content
        if rank is None:
            continue
        tallies["content"].gold += content
        tallies["tokens"].right += 1
        tallies["pos"].right += ours.pos[rank] == word.pos
        tallies["lemma"].right += ours.lemmas[rank] == word.lemma
        tallies["content"].right += content and ours.lemmas[rank] == word.lemma
        if ours.heads:
            same_head = found.get(spans[head], -1) == ours.heads[rank]
            tallies["uas"].right += same_head
            tallies["las"].right += same_head and ours.deps[rank] == word.dep
    expected, units = set(_sentence_spans(group)), set(ours.sentences())
    tallies["sentences"].gold += len(expected)
    tallies["sentences"].ours += len(units)
    tallies["sentences"].right += len(expected & units)
    # The first of a text is no merit.
    opened, found_starts = ({unit.start for unit in each if unit.start} for each in (expected, units))
    tallies["starts"].gold += len(opened)
    tallies["starts"].ours += len(found_starts)
    tallies["starts"].right += len(opened & found_starts)


def _placed(group: Sequence[Sentence]) -> Iterator[tuple[Span, Word, int]]:
    """Each word with its place in the text and the rank of its head among the words of the group."""
    place = first = 0
    for sentence in group:
        start = place
        for word in sentence.words:
            yield Span(start, start + len(word.form)), word, first + word.head
            start += len(word.form) + word.space_after
        first += len(sentence.words)
        place += len(sentence.text) + 1


def _sentence_spans(group: Sequence[Sentence]) -> Iterator[Span]:
    place = 0
    for sentence in group:
        yield Span(place, place + len(sentence.text))
        place += len(sentence.text) + 1
