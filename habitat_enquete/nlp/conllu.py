"""Treebanks in CoNLL-U, read as our tokens: a contraction (« du », « au ») is one word, as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.nlp.oral import listed

_COLUMNS: Final = 10
_NUMBER: Final = re.compile(r"\d+(?:[-.]\d+)?")
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
    """A sentence of a treebank; `has_heads` is false where its dependencies were left blank (`_`)."""

    id: str
    words: tuple[Word, ...]
    has_heads: bool = True

    @property
    def text(self) -> str:
        """The sentence as it was written."""
        return "".join(word.form + " " * word.space_after for word in self.words).rstrip()


def read_sentences(file: Path) -> Iterator[Sentence]:
    """The sentences of a CoNLL-U file, contractions merged.

    Raises: EnqueteError naming the file and line that is not CoNLL-U.
    """
    sent_id, rows = "", []
    for number, line in _lines(file):
        if line.startswith("# sent_id ="):
            sent_id = line.partition("=")[2].strip()
        elif line and not line.startswith("#"):
            rows.append(_row(line, file, number))
        elif not line and rows:
            yield _sentence(sent_id, rows)
            rows = []
    if rows:
        yield _sentence(sent_id, rows)


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    number = 0
    with file.open(encoding="utf-8-sig") as lines:
        try:
            for number, line in enumerate(lines, 1):
                stripped = line.rstrip("\r\n")
                yield number, stripped if stripped.strip() else ""
        except UnicodeDecodeError as error:
            raise EnqueteError(Code.LANG_NOT_CONLLU, file=file.name, line=number + 1) from error


def _sentence(sent_id: str, rows: Sequence[Sequence[str]]) -> Sentence:
    heads = all(row[6].isdigit() for row in rows if row[0].isdigit())
    return Sentence(sent_id, _merge(rows), heads)


def unpunctuated(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """The same sentences as an automatic transcription often gives them: no punctuation, no capitals."""
    for sentence in sentences:
        words = sentence.words
        kept = [rank for rank, word in enumerate(words) if word.pos not in {"PUNCT", "SYM"}]
        ranks = {rank: new for new, rank in enumerate(kept)}
        if kept:
            bare = tuple(_bare(words, rank, ranks) for rank in kept)
            yield Sentence(sentence.id, bare, sentence.has_heads)


def _bare(words: Sequence[Word], rank: int, ranks: dict[int, int]) -> Word:
    word, head = words[rank], words[rank].head
    seen = {rank}
    while head not in ranks and head not in seen:
        seen.add(head)
        head = words[head].head
    dropped_after = rank + 1 < len(words) and rank + 1 not in ranks
    space = word.space_after or (dropped_after and not word.form.endswith(("'", "’")))
    return replace(word, form=word.form.lower(), head=ranks.get(head, ranks[rank]), space_after=space)


def _row(line: str, file: Path, number: int) -> list[str]:
    columns = line.split("\t")
    numbered = _NUMBER.fullmatch(columns[0])
    if len(columns) != _COLUMNS or not numbered or not (columns[6].isdigit() or columns[6] == "_"):
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
    head = covered.get(int(part[6]), rank) if part[6] not in {"0", "_"} else rank
    morph = _morph(part[5], part[9])
    dep = "ROOT" if part[6] == "0" else part[7]
    return Word(form, form if part[2] == "_" else part[2], part[3], morph, head, dep, space)
