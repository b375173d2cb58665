"""Preparing what people said: their turns cut into units, compounds made one word, what to ignore, codes and sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import Coding
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, Turn
from habitat_enquete.nlp.annotate import annotate_text
from habitat_enquete.nlp.annotated import AnnotatedText
from habitat_enquete.nlp.phrases import Tagged, tagged_key_terms, tagged_noun_phrases
from habitat_enquete.nlp.pipeline import Pipeline
from habitat_enquete.textometry.compounds import MINIMUM_PEOPLE, Phrases, joined_at
from habitat_enquete.textometry.lexical_table import STOP_WORDS, Unit, Word, cut_turn
from habitat_enquete.textometry.qualities import PATHWAY, PERIOD, POSITION
from habitat_enquete.textometry.segments import DEFAULT_WORDS

STOP_WORDS_FILE: Final = "mots_vides.txt"
KEY_TERM_WORDS: Final = 60_000
KEY_TERMS: Final = 30
_CANDIDATES: Final = 2_000
# What a study of our shape crosses its words with, when it has them.
ATTRIBUTES: Final = (
    "public",
    "publics_pd2h",
    "territoire",
    "epci",
    "installation",
    PATHWAY,
    PERIOD,
    POSITION,
)
# Another study's attributes are crossed when they part people into a few groups.
_OTHER_ATTRIBUTES: Final = 6
_VALUES: Final = range(2, 13)
_NEVER_CROSSED: Final = frozenset({"consentement", "consentement_citation", "commune", "date_entretien"})
_MOST_VALUES: Final = 60
_NAMES_SHOWN: Final = 20


def units_of(
    document: Document,
    text: AnnotatedText,
    people: Mapping[str, Mapping[str, str]],
    terms: Mapping[str, Sequence[tuple[str, ...]]],
    withdrawn: set[str],
    *,
    size: int = DEFAULT_WORDS,
) -> list[Unit]:
    """The context units of what informants say in a document, of about `size` words."""
    units: list[Unit] = []
    for turn in document.informant_turns():
        person = document.respondent_of(turn)
        if person in withdrawn:
            continue
        units += cut_turn(
            joined_terms(_words(text, turn), terms),
            document=document.id,
            turn=turn.index,
            respondent=person,
            attributes=people.get(person or "", {}),
            size=size,
        )
    return units


def _words(text: AnnotatedText, turn: Turn) -> list[Word]:
    return [
        Word(text.forms[i], text.lemmas[i].lower(), text.pos[i], Span(text.starts[i], text.ends[i]))
        for i in text.words(turn.span)
    ]


def codebook_terms(codebook: Codebook, pipeline: Pipeline) -> list[tuple[str, ...]]:
    """The terms of the codebook as lemmas, those with wildcards left out."""
    return [
        tuple(lemma.lower() for lemma in annotate_text(plain, pipeline).lemmas)
        for plain in dict.fromkeys(term.strip('"«» ') for code in codebook for term in code.terms)
        if not any(mark in plain for mark in "*…()")
    ]


def compound_terms(terms: Iterable[tuple[str, ...]]) -> dict[str, list[tuple[str, ...]]]:
    """The multiword terms, by first lemma, longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for lemmas in terms:
        if len(lemmas) > 1:
            found.setdefault(lemmas[0], []).append(lemmas)
    return {first: sorted(set(terms), key=lambda t: (-len(t), t)) for first, terms in found.items()}


def known_lemmas(terms: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """The lemmas the codebook already watches for, alone or within a term."""
    known: set[str] = set()
    for lemmas in terms:
        known.update(lemmas)
        known.add(" ".join(lemmas))
    return frozenset(known)


def joined_terms(words: Sequence[Word], terms: Mapping[str, Sequence[tuple[str, ...]]]) -> list[Word]:
    """The words with the codebook's compound nouns made one: « logement social » is one thing, not two.

    Only sequences that start with a noun and end with a noun or an adjective: phrases such as « rien à louer » stay words.
    """
    ranges = []
    position = 0
    while position < len(words):
        length = _compound_at(words, position, terms)
        if length:
            ranges.append((position, position + length))
        position += length or 1
    return list(joined_at(words, ranges))


def _compound_at(words: Sequence[Word], position: int, terms: Mapping[str, Sequence[tuple[str, ...]]]) -> int:
    """The number of words of the compound noun that starts at `position`; 0 when none does."""
    for term in terms.get(words[position].lemma, ()):
        piece = words[position : position + len(term)]
        if (
            tuple(word.lemma for word in piece) == term
            and piece[0].category == "NOUN"
            and piece[-1].category in ("NOUN", "ADJ", "PROPN")
        ):
            return len(term)
    return 0


def crossed_attributes(units: Sequence[Unit], asked: Sequence[str] = ()) -> tuple[str, ...]:
    """The attributes to cross the words with: those `asked`, else those of our studies, else those that part people into a few groups.

    Raises: EnqueteError when nobody has an attribute that was asked for, or when it has too many values to be compared.
    """
    values: dict[str, dict[str, set[str]]] = {}
    for unit in units:
        for name, value in unit.attributes.items():
            if value:
                values.setdefault(name, {}).setdefault(value, set()).add(unit.respondent or unit.document)
    for name in asked:
        if len(values.get(name, ())) > _MOST_VALUES:
            raise EnqueteError(Code.EXPLORE_TOO_MANY_VALUES, name=name, values=len(values[name]))
        if name not in values:
            known = ", ".join(sorted(set(values) - _NEVER_CROSSED)[:_NAMES_SHOWN]) or "aucune"
            raise EnqueteError(Code.EXPLORE_UNKNOWN_ATTRIBUTE, name=name, known=known)
    if asked:
        return tuple(dict.fromkeys(asked))
    usual = tuple(name for name in ATTRIBUTES if len(values.get(name, ())) > 1)
    others = [
        name
        for name, held in values.items()
        if name not in (*ATTRIBUTES, *_NEVER_CROSSED)
        and len(held) in _VALUES
        and sum(len(people) > 1 for people in held.values()) > 1
    ]
    told = [name for name in usual if name not in (POSITION, PERIOD)]
    return usual if told else (*others[:_OTHER_ATTRIBUTES], *usual)


def found_phrases(units: Sequence[Unit], ignored: frozenset[str]) -> Phrases:
    """The noun phrases of the units, those with a word to ignore left out."""
    ranges = tagged_noun_phrases([_tagged(unit, ignored) for unit in units])
    return Phrases(units, ranges)


def corpus_key_terms(
    units: Sequence[Unit], phrases: Phrases, ignored: frozenset[str]
) -> tuple[tuple[str, float], ...]:
    """The key terms of the corpus (TextRank), phrases as people say them; those that fewer than three people say are left out.

    Read on the first words of a very long corpus.
    """
    pieces, words = [], 0
    for unit in units:
        pieces.append(_tagged(unit, ignored))
        words += len(unit.words)
        if words > KEY_TERM_WORDS:
            break
    people: dict[str, set[str]] = {}
    for unit in units:
        for word in unit.said:
            if word.category in ("NOUN", "PROPN", "ADJ"):
                people.setdefault(word.lemma, set()).add(unit.respondent or unit.document)
    found = []
    for term, weight in ((k.term, k.weight) for k in tagged_key_terms(pieces, count=_CANDIDATES)):
        known = phrases.people.get(term, len(people.get(term, ())))
        if known >= MINIMUM_PEOPLE and term not in ignored and len(term) > 2:
            found.append((phrases.said.get(term, term), weight))
    return tuple(found[:KEY_TERMS])


def _tagged(unit: Unit, ignored: frozenset[str]) -> Tagged:
    """The words of a unit; a compound is a noun, a word to ignore has no category."""
    return Tagged(
        [word.form for word in unit.words],
        [word.lemma for word in unit.words],
        [
            "X"
            if word.lemma in ignored or (not word.lemma[:1].isalpha() and word.category != "PUNCT")
            else "NOUN"
            if word.category == "TERM"
            else word.category
            for word in unit.words
        ],
    )


def codes_of(units: Sequence[Unit], accepted: Sequence[Coding]) -> list[list[str]]:
    """The codes of each unit: those of the counted codings that overlap it."""
    by_document: dict[str, list[Coding]] = {}
    for coding in accepted:
        by_document.setdefault(coding.document, []).append(coding)
    return [
        sorted({c.code for c in by_document.get(unit.document, ()) if c.span.overlaps(unit.span)})
        for unit in units
    ]


def source(document: Document, unit: Unit) -> str:
    """Where a unit can be read again: file, then page, paragraph, cue or cell."""
    turn = document.turns[unit.turn] if unit.turn < len(document.turns) else None
    return ", ".join(part for part in (document.source.file, document.place_of(turn)) if part)


def stop_words(file: Path) -> frozenset[str]:
    """The lemmas left out of the classes: ours, those of the study's file, one per line; « +mot » keeps a word of ours."""
    words = set(STOP_WORDS)
    if file.is_file():
        for line in file.read_text(encoding="utf-8-sig").splitlines():
            word = line.partition("#")[0].strip().lower()
            if word.startswith("+"):
                words.discard(word[1:].strip())
            elif word:
                words.add(word)
    return frozenset(words)
