"""What the language pipeline says of a text, as plain columns: no spaCy object leaves this package."""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import srsly  # type: ignore[import-untyped]

from habitat_enquete.model.span import Span


@dataclass(frozen=True, slots=True)
class Entity:
    """A name found in a text; `label` is PER, LOC, ORG or MISC."""

    span: Span
    label: str


@dataclass(frozen=True, slots=True)
class AnnotatedText:
    """The words of one document, in order, as parallel columns.

    `starts`, `ends`: code points of the document's text. `pos`: universal parts of speech, empty strings without a model.
    `is_sentence_start`: whether a readable unit starts there; a turn always starts one. `heads` (index of the head in the
    same columns, itself for a root) and `deps` are empty unless parsed, `entities` unless asked for.
    """

    document: str
    starts: Sequence[int]
    ends: Sequence[int]
    forms: Sequence[str]
    lemmas: Sequence[str]
    pos: Sequence[str]
    is_sentence_start: Sequence[bool]
    heads: Sequence[int] = ()
    deps: Sequence[str] = ()
    entities: tuple[Entity, ...] = ()

    def __len__(self) -> int:
        return len(self.starts)

    def sentences(self) -> list[Span]:
        """The readable units, in order, from the first to the last character of their words."""
        return [Span(self.starts[first], self.ends[end - 1]) for first, end in self.sentence_ranges()]

    def sentence_ranges(self) -> Iterator[tuple[int, int]]:
        """The readable units as ranges of words."""
        firsts = [rank for rank, start in enumerate(self.is_sentence_start) if start]
        yield from zip(firsts, [*firsts[1:], len(self)][: len(firsts)], strict=True)

    def words(self, span: Span) -> range:
        """The ranks of the words that lie, even partly, in `span`."""
        return range(bisect_right(self.ends, span.start), bisect_left(self.starts, span.end))


_POS: Final = (
    "", "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT", "SCONJ",
    "SPACE", "SYM", "VERB", "X",
)  # fmt: skip
_POS_CODE: Final = {pos: code for code, pos in enumerate(_POS)}


def pack(annotated: AnnotatedText) -> bytes:
    """The columns in few bytes: about five per word. Forms are not kept, the text has them."""
    lemmas = {lemma: rank for rank, lemma in enumerate(dict.fromkeys(annotated.lemmas))}
    deps = {dep: rank for rank, dep in enumerate(dict.fromkeys(annotated.deps))}
    columns = {
        "starts": array("I", annotated.starts).tobytes(),
        "lengths": array(
            "H", (e - s for s, e in zip(annotated.starts, annotated.ends, strict=True))
        ).tobytes(),
        "lemmas": list(lemmas),
        "lemma": array("I", (lemmas[lemma] for lemma in annotated.lemmas)).tobytes(),
        "pos": bytes(_POS_CODE.get(pos, 0) for pos in annotated.pos),
        "sentence": bytes(annotated.is_sentence_start),
        "heads": array("I", annotated.heads).tobytes(),
        "deps": list(deps),
        "dep": bytes(deps[dep] for dep in annotated.deps),
        "entities": [(e.span.start, e.span.end, e.label) for e in annotated.entities],
    }
    return zlib.compress(srsly.msgpack_dumps(columns), 1)


def unpack(packed: bytes, *, document: str, text: str) -> AnnotatedText:
    """The columns that `pack` wrote, of the same text."""
    columns = srsly.msgpack_loads(zlib.decompress(packed))
    starts = _integers("I", columns["starts"])
    ends = [start + length for start, length in zip(starts, _integers("H", columns["lengths"]), strict=True)]
    lemmas, deps = columns["lemmas"], columns["deps"]
    return AnnotatedText(
        document=document,
        starts=starts,
        ends=ends,
        forms=[text[start:end] for start, end in zip(starts, ends, strict=True)],
        lemmas=[lemmas[code] for code in _integers("I", columns["lemma"])],
        pos=[_POS[code] for code in columns["pos"]],
        is_sentence_start=[bool(flag) for flag in columns["sentence"]],
        heads=_integers("I", columns["heads"]),
        deps=[deps[code] for code in columns["dep"]],
        entities=tuple(Entity(Span(start, end), label) for start, end, label in columns["entities"]),
    )


def _integers(kind: str, column: bytes) -> list[int]:
    numbers: array[int] = array(kind)
    numbers.frombytes(column)
    return numbers.tolist()
