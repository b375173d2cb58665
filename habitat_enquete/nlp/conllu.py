"""Treebanks in CoNLL-U, read as our tokens: a contraction (« du », « au ») is one word, as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.nlp.oral import listed

_COLUMNS: Final = 10
_CONTENT: Final = frozenset({"NOUN", "VERB", "ADJ", "ADV"})
_FEATURES: Final = listed("Definite Gender Mood Number Person Polarity Poss PronType Reflex Tense VerbForm")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `head` is the index of its head within the sentence, its own for the root."""

    form: str
    lemma: str
    pos: str
    morph: str
    head: int
    dep: str
    space_after: bool

    @property
    def is_content(self) -> bool:
        """Whether the word carries meaning rather than grammar: what content-word scores count."""
        return self.pos in _CONTENT


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a treebank, and the document it comes from as far as its identifier tells."""

    id: str
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The sentence as it was written."""
        return "".join(word.form + " " * word.space_after for word in self.words).rstrip()


def read_sentences(file: Path) -> Iterator[Sentence]:
    """The sentences of a CoNLL-U file, contractions merged.

    Raises: EnqueteError naming the file and line that is not CoNLL-U.
    """
    sent_id, rows = "", []
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if line.startswith("# sent_id ="):
                sent_id = line.partition("=")[2].strip()
            elif line and not line.startswith("#"):
                rows.append(_row(line, file, number))
            elif not line and rows:
                yield Sentence(sent_id, _merge(rows))
                rows = []
    if rows:
        yield Sentence(sent_id, _merge(rows))


def _row(line: str, file: Path, number: int) -> list[str]:
    columns = line.split("\t")
    if len(columns) != _COLUMNS or not (columns[6].isdigit() or not columns[0].isdigit()):
        raise EnqueteError(Code.LANG_NOT_CONLLU, file=file.name, line=number)
    return columns


def _merge(rows: Sequence[Sequence[str]]) -> tuple[Word, ...]:
    """One word per surface word. A contraction takes the annotation of its first part, save of the pronoun in « auquel »."""
    covered: dict[int, int] = {}  # syntactic word → rank among the surface words
    surface: list[tuple[str, bool, list[Sequence[str]]]] = []
    last = 0
    for row in rows:
        if "-" in row[0]:
            _first, last = map(int, row[0].split("-"))
            surface.append((row[1], "SpaceAfter=No" not in row[9], []))
        elif row[0].isdigit():
            number = int(row[0])
            if number > last:
                surface.append((row[1], "SpaceAfter=No" not in row[9], []))
            surface[-1][2].append(row)
            covered[number] = len(surface) - 1
    return tuple(
        _word(form, space, parts, covered, rank) for rank, (form, space, parts) in enumerate(surface)
    )


def _morph(features: str, misc: str) -> str:
    """The features we keep. The spoken treebanks write gender and number among the remarks (`Gender[lex]=Fem`)."""
    kept: dict[str, str] = {}
    for pair in (*misc.split("|"), *features.split("|")):
        name, _, value = pair.partition("=")
        name = name.replace("[lex]", "").replace("[ctxt]", "")
        if name in _FEATURES and value and value != "Unknown":
            kept[name] = value
    return "|".join(f"{name}={kept[name]}" for name in sorted(kept))


def _word(form: str, space: bool, parts: Sequence[Sequence[str]], covered: dict[int, int], rank: int) -> Word:
    part = next((one for one in parts if one[3] == "PRON"), parts[0])
    head = covered.get(int(part[6]), rank) if part[6] != "0" else rank
    morph = _morph(part[5], part[9])
    dep = "ROOT" if part[6] == "0" else part[7]
    return Word(form, form if part[2] == "_" else part[2], part[3], morph, head, dep, space)
