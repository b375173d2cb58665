"""`enquete explore`: from the store to an exploration of what people say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import Coding, State
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, Turn
from habitat_enquete.nlp.annotate import annotate, annotate_text, processes_for
from habitat_enquete.nlp.annotated import AnnotatedText
from habitat_enquete.nlp.pipeline import SHIPPED, Pipeline, load
from habitat_enquete.project import Project
from habitat_enquete.store import codings as stored_codings
from habitat_enquete.store import pathways as stored_pathways
from habitat_enquete.store import texts as stored_texts
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents
from habitat_enquete.textometry.choosing import Choices
from habitat_enquete.textometry.concordance import Line, concordance
from habitat_enquete.textometry.exploration import Exploration
from habitat_enquete.textometry.lexical_table import STOP_WORDS, Unit, Word, cut_turn
from habitat_enquete.textometry.qualities import PATHWAY, PERIOD, POSITION, described, placed
from habitat_enquete.textometry.reading import explore

STOP_WORDS_FILE: Final = "mots_vides.txt"
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
_REFUSALS: Final = frozenset({"non", "no", "refus", "refusé", "false", "0"})


@dataclass(frozen=True, slots=True)
class ExplorationResult:
    """The exploration, and the label of each code of the codebook."""

    exploration: Exploration
    codes: Mapping[str, str]


def run(
    project: Project,
    codebook: Codebook,
    *,
    choices: Choices | None = None,
    attributes: Sequence[str] = ATTRIBUTES,
    pipeline: str = SHIPPED,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    communes: Mapping[str, Mapping[str, str]] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> ExplorationResult:
    """Explore all that informants said, interviews and open answers alike.

    Args: `labels` attribute → value → how the study names it; `communes` code → its territories.
    People who withdrew their consent are left out. `progress` is called with what is being done, done and total.
    Raises: EnqueteError when nothing has been said yet.
    """
    said = read_corpus(
        project, codebook, pipeline=pipeline, labels=labels, communes=communes, progress=progress
    )
    themes = {code.id: codebook.theme(code.theme).label for code in codebook}
    choices = choices or Choices(stop_words=stop_words(project.root / STOP_WORDS_FILE))
    exploration = explore(
        said.units,
        said.texts,
        codes=codes_of(said.units, said.codings),
        sources=lambda unit: source(said.documents[unit.document], unit),
        attributes=attributes,
        themes=themes,
        known_terms=said.known_terms,
        choices=choices,
        progress=_step(progress, "classification"),
    )
    return ExplorationResult(exploration, {code.id: code.label for code in codebook})


def run_concordance(
    project: Project, codebook: Codebook, query: str, *, pipeline: str = SHIPPED
) -> list[Line]:
    """Every occurrence of `query` in what informants said. Raises: EnqueteError as `run`, or when the query means nothing."""
    said = read_corpus(project, codebook, pipeline=pipeline)
    return concordance(said.units, said.texts.__getitem__, query)


@dataclass(frozen=True, slots=True)
class SpokenCorpus:
    """What informants said, cut into units, with the codings counted and the lemmas that the codebook already holds."""

    documents: Mapping[str, Document]
    units: tuple[Unit, ...]
    codings: tuple[Coding, ...]
    known_terms: frozenset[str]

    @property
    def texts(self) -> dict[str, str]:
        """The documents' texts, by id."""
        return {name: document.text for name, document in self.documents.items()}


def read_corpus(
    project: Project,
    codebook: Codebook,
    *,
    pipeline: str = SHIPPED,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    communes: Mapping[str, Mapping[str, str]] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> SpokenCorpus:
    """What informants said, from the store, annotated and cut into units.

    Raises: EnqueteError when nothing has been said yet.
    """
    with Store(project.database) as store:
        documents = list(stored_texts.documents(store))
        people = respondents(store)
        accepted = stored_codings.codings(store, states=(State.ACCEPTED,))
        types = stored_pathways.types(store)
    loaded = load(pipeline)
    terms = compound_terms(codebook, loaded)
    withdrawn = _withdrawn(people)
    known_people = {
        person: described(
            attributes,
            labels=labels or {},
            communes=communes or {},
            pathway=types[person][1] if person in types else "",
        )
        for person, attributes in people.items()
    }
    processes = processes_for(documents, loaded, project.cache)
    annotated = annotate(documents, loaded, project.cache, _step(progress, "annotation"), processes=processes)
    units = [
        unit
        for document, text in zip(documents, annotated, strict=True)
        for unit in units_of(document, text, known_people, terms, withdrawn)
    ]
    if not units:
        raise EnqueteError(Code.EXPLORE_NO_TEXT)
    known = frozenset(_known_lemmas(codebook, loaded))
    return SpokenCorpus({d.id: d for d in documents}, tuple(placed(units)), tuple(accepted), known)


def spoken_texts(
    documents: Sequence[Document], people: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[dict[str, str], str]]:
    """For each document, its variables (document, person, the person's attributes) and the words of its informants.

    People who withdrew their consent are left out.
    """
    withdrawn = _withdrawn(people)
    for document in documents:
        turns = [t for t in document.informant_turns() if document.respondent_of(t) not in withdrawn]
        speakers = sorted({person for t in turns if (person := document.respondent_of(t))})
        variables = {"document": document.id}
        if len(speakers) == 1:
            known = people.get(speakers[0], {})
            variables |= {"personne": speakers[0]} | {name: known[name] for name in sorted(known)}
        yield variables, "\n".join(turn.span.quote(document.text) for turn in turns)


def _withdrawn(people: Mapping[str, Mapping[str, str]]) -> set[str]:
    return {p for p, known in people.items() if known.get("consentement", "").lower() in _REFUSALS}


def _step(progress: Callable[[str, int, int], None] | None, label: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, total: progress(label, done, total)


def units_of(
    document: Document,
    text: AnnotatedText,
    people: Mapping[str, Mapping[str, str]],
    terms: Mapping[str, Sequence[tuple[str, ...]]],
    withdrawn: set[str],
) -> list[Unit]:
    """The context units of what informants say in a document."""
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
        )
    return units


def _words(text: AnnotatedText, turn: Turn) -> list[Word]:
    return [
        Word(text.forms[i], text.lemmas[i].lower(), text.pos[i], Span(text.starts[i], text.ends[i]))
        for i in text.words(turn.span)
    ]


def compound_terms(codebook: Codebook, pipeline: Pipeline) -> dict[str, list[tuple[str, ...]]]:
    """The multiword terms of the codebook as lemmas, by first lemma, longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for lemmas in _term_lemmas(codebook, pipeline):
        if len(lemmas) > 1:
            found.setdefault(lemmas[0], []).append(lemmas)
    return {first: sorted(set(terms), key=lambda t: (-len(t), t)) for first, terms in found.items()}


def _term_lemmas(codebook: Codebook, pipeline: Pipeline) -> Iterator[tuple[str, ...]]:
    for code in codebook:
        for term in code.terms:
            plain = term.strip('"«» ')
            if not any(mark in plain for mark in "*…()"):
                yield tuple(lemma.lower() for lemma in annotate_text(plain, pipeline).lemmas)


def _known_lemmas(codebook: Codebook, pipeline: Pipeline) -> set[str]:
    """The lemmas the codebook already watches for, alone or within a term."""
    known: set[str] = set()
    for lemmas in _term_lemmas(codebook, pipeline):
        known.update(lemmas)
        known.add(" ".join(lemmas))
    return known


def joined_terms(words: Sequence[Word], terms: Mapping[str, Sequence[tuple[str, ...]]]) -> list[Word]:
    """The words with the codebook's compound nouns made one: « logement social » is one thing, not two.

    Only sequences that start with a noun and end with a noun or an adjective: phrases such as « rien à louer » stay words.
    """
    joined: list[Word] = []
    position = 0
    while position < len(words):
        length = _compound_at(words, position, terms)
        if length:
            piece = words[position : position + length]
            span = Span(piece[0].span.start, piece[-1].span.end)
            form = " ".join(word.form for word in piece)
            joined.append(Word(form, " ".join(word.lemma for word in piece), "TERM", span))
        else:
            joined.append(words[position])
        position += length or 1
    return joined


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
    position = (turn.position if turn else None) or document.source.cell
    return ", ".join(part for part in (document.source.file, position) if part)


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
