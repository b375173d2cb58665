"""`enquete explore`: from the store to an exploration of what people say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import Coding, State
from habitat_enquete.model.response import AnswerState
from habitat_enquete.model.text import Document
from habitat_enquete.nlp.annotate import annotate, processes_for
from habitat_enquete.nlp.phrases import function_words
from habitat_enquete.nlp.pipeline import BLANK, SHIPPED, load
from habitat_enquete.project import Project
from habitat_enquete.store import codings as stored_codings
from habitat_enquete.store import pathways as stored_pathways
from habitat_enquete.store import responses as stored_responses
from habitat_enquete.store import texts as stored_texts
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents
from habitat_enquete.textometry.choosing import Choices
from habitat_enquete.textometry.compounds import most_said, with_compounds
from habitat_enquete.textometry.concordance import Line, Sort, concordance
from habitat_enquete.textometry.exploration import Exploration
from habitat_enquete.textometry.lexical_table import Unit
from habitat_enquete.textometry.preparation import (
    STOP_WORDS_FILE,
    codebook_terms,
    codes_of,
    compound_terms,
    corpus_key_terms,
    crossed_attributes,
    found_phrases,
    known_lemmas,
    source,
    stop_words,
    units_of,
)
from habitat_enquete.textometry.qualities import described, may_be_quoted, placed, refused
from habitat_enquete.textometry.reading import explore
from habitat_enquete.textometry.segments import DEFAULT_WORDS
from habitat_enquete.textometry.similarity import Index

# A whole turn as one unit, for the concordance.
_WHOLE_TURN: Final = 1_000_000_000


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
    attributes: Sequence[str] = (),
    index: Index = "jaccard",
    pipeline: str = SHIPPED,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    communes: Mapping[str, Mapping[str, str]] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> ExplorationResult:
    """Explore all that informants said, interviews and open answers alike.

    Args: `attributes` to cross the words with, those that suit the study when none is given; `index` of similarity; `labels`
    attribute → value → how the study names it; `communes` code → its territories.
    People who withdrew their consent are left out. `progress` is called with what is being done, done and total.
    Raises: EnqueteError when nothing has been said yet, or when nobody has an attribute asked for.
    """
    said = read_corpus(
        project,
        codebook,
        pipeline=pipeline,
        questions=attributes,
        labels=labels,
        communes=communes,
        progress=progress,
    )
    themes = {code.id: codebook.theme(code.theme).label for code in codebook}
    choices = choices or Choices(stop_words=stop_words(project.root / STOP_WORDS_FILE))
    if pipeline == BLANK:
        choices = replace(choices, stop_words=choices.stop_words | function_words())
    crossed = crossed_attributes(said.units, attributes)
    phrases = found_phrases(said.units, choices.stop_words)
    compounds = phrases.cohesive(said.units)
    units = with_compounds(said.units, phrases, compounds)
    exploration = explore(
        units,
        said.texts,
        codes=codes_of(units, said.codings),
        sources=lambda unit: source(said.documents[unit.document], unit),
        attributes=crossed,
        phrases=phrases.labels(),
        index=index,
        themes=themes,
        known_terms=said.known_terms,
        choices=choices,
        progress=_step(progress, "classification"),
    )
    exploration = replace(
        exploration,
        compounds=most_said(phrases, compounds),
        key_terms=corpus_key_terms(said.units, phrases, choices.stop_words),
    )
    return ExplorationResult(exploration, {code.id: code.label for code in codebook})


def run_concordance(
    project: Project, codebook: Codebook, query: str, *, sort: Sort = "position", pipeline: str = SHIPPED
) -> list[Line]:
    """Every occurrence of `query` in what informants said, within a turn.

    Those who refuse to be quoted are left out, as those who withdrew their consent.
    Raises: EnqueteError as `run`, or when the query means nothing.
    """
    said = read_corpus(project, codebook, pipeline=pipeline, size=_WHOLE_TURN)
    shown = [unit for unit in said.units if may_be_quoted(unit)]
    return concordance(shown, said.texts.__getitem__, query, sort=sort)


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
    questions: Sequence[str] = (),
    labels: Mapping[str, Mapping[str, str]] | None = None,
    communes: Mapping[str, Mapping[str, str]] | None = None,
    size: int = DEFAULT_WORDS,
    progress: Callable[[str, int, int], None] | None = None,
) -> SpokenCorpus:
    """What informants said, from the store, annotated and cut into units of about `size` words.

    Answers to the `questions` given, when people have no attribute of that name, become attributes.
    Raises: EnqueteError when nothing has been said yet.
    """
    with Store(project.database) as store:
        documents = list(stored_texts.documents(store))
        people = respondents(store)
        accepted = stored_codings.codings(store, states=(State.ACCEPTED,))
        types = stored_pathways.types(store)
        people = _with_answers(store, people, questions)
    loaded = load(pipeline)
    known = codebook_terms(codebook, loaded)
    terms = compound_terms(known)
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
        for unit in units_of(document, text, known_people, terms, withdrawn, size=size)
    ]
    if not units:
        raise EnqueteError(Code.EXPLORE_NO_TEXT)
    return SpokenCorpus(
        {d.id: d for d in documents}, tuple(placed(units)), tuple(accepted), known_lemmas(known)
    )


def _with_answers(
    store: Store, people: Mapping[str, Mapping[str, str]], questions: Sequence[str]
) -> dict[str, dict[str, str]]:
    """The people's attributes, completed by what they answered to some questions; several choices are joined by `;`."""
    completed = {person: dict(known) for person, known in people.items()}
    for question in questions:
        if any(question in known for known in people.values()):
            continue
        for person, _, answer in stored_responses.answers(store, question):
            if answer.state is AnswerState.ANSWERED and not answer.repeat:
                known = completed.setdefault(person, {})
                said = (answer.label or answer.value).replace(";", ",")
                known[question] = f"{known[question]};{said}" if question in known else said
    return completed


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
    return {p for p, known in people.items() if refused(known, "consentement")}


def _step(progress: Callable[[str, int, int], None] | None, label: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, total: progress(label, done, total)
