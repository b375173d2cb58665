"""Querying the codings of a study: reads the store, writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from habitat_enquete.coding.crossings import Cell, by_attribute, cooccurrences, matrix
from habitat_enquete.coding.query import Condition, Hit, Query, Scope, parse, search
from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import State
from habitat_enquete.project import Project
from habitat_enquete.store import codings as stored
from habitat_enquete.store import texts
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents as all_respondents


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What was found (`hits`), and the tables over the accepted codings of the people who fit the conditions.

    `crossings`: attribute → code → value → counts. `pairs`: codes met together → (people, pairs of passages).
    `matrix`: one row per person of `people`, one column per code of `codes`. `unheard`: attribute → the values a condition
    asked for that nobody has.
    """

    hits: tuple[Hit, ...]
    codes: tuple[str, ...]
    labels: Mapping[str, str]
    people: tuple[str, ...]
    attributes: Mapping[str, Mapping[str, str]]
    crossings: Mapping[str, Mapping[str, Mapping[str, Cell]]]
    pairs: Mapping[tuple[str, str], tuple[int, int]]
    matrix: tuple[tuple[int, ...], ...]
    unheard: Mapping[str, tuple[str, ...]]


def run(
    project: Project,
    codebook: Codebook,
    *,
    query: str | None = None,
    where: Sequence[str] = (),
    by: Sequence[str] = (),
    scope: Scope = Scope.TURN,
    window: int = 0,
) -> QueryResult:
    """Put `query` (all codes when None) to the accepted codings of the people who fit every condition of `where`.

    Args: `by`: attributes to cross codes with; `window`: words between two codes that count as met together (0: they touch).
    Raises: EnqueteError when the query, a condition or an attribute is not understood.
    """
    conditions = [Condition(each) for each in where]
    with Store(project.database) as store:
        people = all_respondents(store)
        accepted = stored.codings(store, states=[State.ACCEPTED])
        question = parse(query, codebook, lost=sorted(stored.code_counts(store))) if query else None
        documents = {each.id: each for each in texts.documents(store, ids={c.document for c in accepted})}
    _check_attributes(people, [*by, *(condition.name for condition in conditions)])
    kept = {
        person: known for person, known in people.items() if all(each.holds(known) for each in conditions)
    }
    # Somebody who is no respondent of the study (a mayor quoted in minutes) is kept when nothing is asked of people.
    codings = [
        each for each in accepted if (each.respondent in kept if each.respondent or conditions else True)
    ]
    codes = tuple(dict.fromkeys([*(code.id for code in codebook), *sorted({each.code for each in codings})]))
    everything = Query("", lambda here, texts: bool(here), frozenset(codes))
    hits = search(question or everything, codings, documents, people, scope=scope)
    return QueryResult(
        hits=tuple(hits),
        codes=codes,
        labels={code.id: code.label for code in codebook},
        people=tuple(kept),
        attributes=kept,
        crossings={name: by_attribute(codings, codes, kept, name) for name in by},
        pairs=cooccurrences(codings, {name: each.text for name, each in documents.items()}, words=window),
        matrix=tuple(tuple(row) for row in matrix(codings, list(kept), codes)),
        unheard={
            each.name: tuple(values) for each in conditions if (values := each.unheard(people.values()))
        },
    )


def _check_attributes(people: Mapping[str, Mapping[str, str]], names: Sequence[str]) -> None:
    known = sorted({name for attributes in people.values() for name in attributes})
    for name in names:
        if name not in known:
            raise EnqueteError(Code.QUERY_UNKNOWN_ATTRIBUTE, name=name, known=", ".join(known) or "aucun")
