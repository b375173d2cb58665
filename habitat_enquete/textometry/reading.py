"""From a corpus cut into units to an exploration: classes and how to read them, planes, networks, specificities, proposals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from habitat_enquete.errors import Code
from habitat_enquete.stats.hypergeometric import specificities, usual_counts
from habitat_enquete.stats.multiplicity import benjamini_hochberg
from habitat_enquete.textometry import correspondence, profiles, qualities, similarity
from habitat_enquete.textometry.choosing import Choices, Chosen, choose
from habitat_enquete.textometry.exploration import (
    ClassReading,
    Crossing,
    Edge,
    Exploration,
    Network,
    Plane,
    Point,
    Quote,
    Specificity,
    Unclassified,
    corpus_of,
)
from habitat_enquete.textometry.lexical_table import LexicalTable, Unit, build
from habitat_enquete.textometry.proposals import coverage, proposals
from habitat_enquete.textometry.richness import coverage_of, richness

Ints = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]

MINIMUM_SEGMENTS: Final = 50
ONE_CLASS: Final = 0.95
PROFILE_TERMS: Final = 60
PLANE_TERMS: Final = 80
NETWORK_TERMS: Final = 60
SPECIFIC_TERMS: Final = 40
QUOTES: Final = 12
QUOTES_OF_ONE: Final = 2
PHRASES: Final = 15
CODES_WITH_WORDS: Final = 12
UNITS_FOR_WORDS: Final = 10
OTHER_EDGES: Final = 30
WITHHELD: Final = "[cette personne a refusé d'être citée]"
_AVOIDED: Final = 15


def explore(
    units: Sequence[Unit],
    texts: Mapping[str, str],
    *,
    codes: Sequence[Sequence[str]],
    sources: Callable[[Unit], str],
    attributes: Sequence[str],
    phrases: Sequence[Sequence[str]] = (),
    index: similarity.Index = "jaccard",
    themes: Mapping[str, str] | None = None,
    known_terms: frozenset[str] = frozenset(),
    choices: Choices | None = None,
    progress: Progress | None = None,
) -> Exploration:
    """Everything that can be said of some units.

    Args: `texts` documents by id; `codes` the codes of each unit; `sources` how to name where a unit comes from; `attributes` those of
    the units to cross with; `phrases` the noun phrases of each unit; `index` of similarity; `themes` the theme of each code. A corpus too small for classes gives an exploration that says why (`refusal`).
    """
    choices = choices or Choices()
    table = build(units, stop_words=choices.stop_words, floor=choices.floor)
    base = Exploration(
        corpus=corpus_of(units, active=len(table.terms), floor=table.floor, left_out=table.left_out),
        units=tuple(units),
        texts=texts,
        specificities={name: by_attribute(table, name) for name in attributes},
        code_words=specific_terms(table, frequent_labels(codes, CODES_WITH_WORDS)),
        network=network(table, index),
        richness=richness(units, {name: _values(units, name) for name in attributes}),
        coverage=coverage_of(table, table.occurrences),
        forms={term: dict(said.most_common(4)) for term, said in table.forms.items()},
        frequencies=frequencies(table),
        codes_of=tuple(tuple(sorted(set(each))) for each in codes),
        source_of=tuple(sources(unit) for unit in units),
    )
    refusal = _refusal(table)
    if refusal:
        return replace(base, refusal=refusal)
    chosen = choose(table, choices, progress)
    if chosen is None or not chosen.classes.any():
        return replace(base, refusal=Code.EXPLORE_ONE_CLASS.sentence(share=100))
    base = replace(
        base,
        stability=chosen.steady,
        read=chosen.read,
        minimum_share=chosen.minimum_share,
        kind=chosen.kind,
        splits=chosen.splits,
        corpus=replace(base.corpus, weighing=int(chosen.weighing.sum()), class_floor=chosen.floor),
    )
    refusal = _one_class(chosen.classes)
    if refusal:
        return replace(base, refusal=refusal)
    base = replace(base, crossings=crossings(units, codes, chosen.classes.tolist(), themes or {}))
    return _read(base, table, chosen, sources, attributes, phrases, known_terms)


def crossings(
    units: Sequence[Unit], codes: Sequence[Sequence[str]], classes: Sequence[int], themes: Mapping[str, str]
) -> dict[str, tuple[Crossing, ...]]:
    """How the classes share each theme of the codebook (« theme »), each third of the interviews and each wave."""
    values = {"theme": [{themes.get(code, code) for code in held} for held in codes]}
    for name in (qualities.POSITION, qualities.PERIOD):
        values[name] = [{unit.attributes[name]} if name in unit.attributes else set() for unit in units]
    found = {
        name: tuple(Crossing(*row) for row in qualities.crossed(held, classes, max(classes, default=0)))
        for name, held in values.items()
    }
    return {name: rows for name, rows in found.items() if rows}


def _refusal(table: LexicalTable) -> str:
    people = {unit.respondent or unit.document for unit in table.units}
    if len(people) < 2:
        return Code.EXPLORE_ONE_PERSON.sentence()
    if len(table.units) < MINIMUM_SEGMENTS:
        return Code.EXPLORE_TOO_SHORT.sentence(segments=len(table.units), minimum=MINIMUM_SEGMENTS)
    if len(table.terms) < 3:
        return Code.EXPLORE_NO_VOCABULARY.sentence(floor=table.floor)
    return ""


def _one_class(classes: Ints) -> str:
    sizes = np.bincount(classes)[1:]
    share = sizes.max() / max(1, sizes.sum())
    return Code.EXPLORE_ONE_CLASS.sentence(share=round(100 * share)) if share >= ONE_CLASS else ""


def _read(
    base: Exploration,
    table: LexicalTable,
    chosen: Chosen,
    sources: Callable[[Unit], str],
    attributes: Sequence[str],
    phrases: Sequence[Sequence[str]],
    known_terms: frozenset[str],
) -> Exploration:
    classes = chosen.classes
    k = int(classes.max())
    readings = [
        class_reading(base, table, classes, number, sources, attributes) for number in range(1, k + 1)
    ]
    by_number = {reading.number: reading.profile for reading in readings}
    return replace(
        base,
        classes=tuple(
            replace(reading, phrases=_phrases(phrases, classes, reading.number)) for reading in readings
        ),
        class_of=tuple(classes.tolist()),
        unclassified=unclassified(base, table, chosen, sources),
        plane=plane(table, classes, readings, attributes),
        proposals=tuple(proposals([reading.coverage for reading in readings], by_number, known_terms)),
    )


def class_reading(
    base: Exploration,
    table: LexicalTable,
    classes: Ints,
    number: int,
    sources: Callable[[Unit], str],
    attributes: Sequence[str],
) -> ClassReading:
    """Everything that helps to read class `number`."""
    presence = table.presence
    profile = profiles.associations(presence, table.terms, classes, number)
    over = [association for association in profile if association.chi2 >= profiles.SIGNIFICANT_CHI2]
    under = [association for association in profile if association.chi2 <= -profiles.SIGNIFICANT_CHI2]
    # Those who refuse to be quoted are counted, never shown as typical of anything.
    quotable = np.where([qualities.may_be_quoted(unit) for unit in table.units], classes, 0)
    found = profiles.typical_segments(presence, table.terms, quotable, number, over, at_most=8 * QUOTES)
    typical = _diverse(found, table.units)
    size = int((classes == number).sum())
    return ClassReading(
        number=number,
        name=profiles.proposed_name(over, table.forms, table.categories),
        units=size,
        share=size / max(1, int((classes > 0).sum())),
        people=len({_person(table.units[position]) for position in np.flatnonzero(classes == number)}),
        profile=tuple(over[:PROFILE_TERMS]),
        avoided=tuple(reversed(under[-_AVOIDED:])),
        keywords=tuple(profiles.keywords(table.counts, table.terms, classes, number)[:PROFILE_TERMS]),
        said={a.feature: dict(table.forms[a.feature].most_common(4)) for a in over[:PROFILE_TERMS]},
        attributes=tuple(_labelled(_attribute_labels(table.units, attributes), classes, number)),
        codes=tuple(_labelled(base.codes_of, classes, number)),
        quotes=tuple(_quote(base, table.units[t.row], sources, t.terms) for t in typical),
        coverage=coverage(classes, base.codes_of, number),
        recovered=base.read.recovered[number - 1] if base.read else None,
    )


def _diverse(found: Sequence[profiles.Typical], units: Sequence[Unit]) -> list[profiles.Typical]:
    """The most typical segments: the same words once (answers pasted by several people), and two of one person at the most."""
    kept: list[profiles.Typical] = []
    seen: set[tuple[str, ...]] = set()
    said: Counter[str] = Counter()
    for typical in found:
        unit = units[typical.row]
        words = tuple(word.form.lower() for word in unit.words if word.category != "PUNCT")
        if words in seen or said[_person(unit)] == QUOTES_OF_ONE:
            continue
        seen.add(words)
        said[_person(unit)] += 1
        kept.append(typical)
    return kept[:QUOTES]


def _phrases(
    phrases: Sequence[Sequence[str]], classes: Ints, number: int
) -> tuple[profiles.Association, ...]:
    """The noun phrases that a class says more than the others."""
    return tuple(_labelled(phrases, classes, number)[:PHRASES]) if phrases else ()


def _labelled(labels: Sequence[Sequence[str]], classes: Ints, number: int) -> list[profiles.Association]:
    """Over-represented labels of a class."""
    presence, names = profiles.indicator(labels)
    if not names:
        return []
    found = profiles.associations(presence, names, classes, number)
    return [association for association in found if association.chi2 >= profiles.SIGNIFICANT_CHI2]


def _attribute_labels(units: Sequence[Unit], attributes: Sequence[str]) -> list[list[str]]:
    return [[f"{name}={value}" for name in attributes for value in _held(unit, name)] for unit in units]


def _values(units: Sequence[Unit], name: str) -> list[list[str]]:
    return [_held(unit, name) for unit in units]


def _held(unit: Unit, name: str) -> list[str]:
    return [value.strip() for value in unit.attributes.get(name, "").split(";") if value.strip()]


def _person(unit: Unit) -> str:
    return unit.respondent or unit.document


def _quote(
    base: Exploration, unit: Unit, sources: Callable[[Unit], str], terms: tuple[str, ...] = ()
) -> Quote:
    return Quote(
        unit.id,
        unit.document,
        unit.respondent,
        shown_text(unit, base.texts),
        sources(unit),
        terms,
    )


def shown_text(unit: Unit, texts: Mapping[str, str]) -> str:
    """The words of a unit, or why they are not shown."""
    return unit.span.quote(texts[unit.document]) if qualities.may_be_quoted(unit) else WITHHELD


NO_TERM: Final = "aucun mot actif"
NO_WEIGHING_TERM: Final = "aucun mot assez fréquent pour peser sur les classes"
NO_AGREEMENT: Final = "les deux classifications ne s'accordent pas sur lui"
TOO_SMALL: Final = "sa classe est trop petite, et celle dont elle vient est déjà partagée"
LOST: Final = "plus aucun mot commun avec sa classe à une coupure"


def unclassified(
    base: Exploration, table: LexicalTable, chosen: Chosen, sources: Callable[[Unit], str]
) -> tuple[Unclassified, ...]:
    """The units no class holds, each with its reason; those who refuse to be quoted are counted, without their words."""
    presence = table.presence
    held = np.diff(presence.indptr)
    weighing = presence @ chosen.weighing.astype(float)
    otherwise = {"double": NO_AGREEMENT, "terminal": TOO_SMALL, "tree": LOST}[chosen.kind]
    found = []
    for row in np.flatnonzero(chosen.classes == 0).tolist():
        reason = NO_TERM if held[row] == 0 else NO_WEIGHING_TERM if weighing[row] == 0 else otherwise
        found.append(Unclassified(_quote(base, table.units[row], sources), reason))
    return tuple(found)


def plane(
    table: LexicalTable, classes: Ints, readings: Sequence[ClassReading], attributes: Sequence[str]
) -> Plane | None:
    """The plane of terms × classes (number of units), attributes as supplementary points; None with fewer than three classes."""
    if len(readings) < 3:
        return None
    counts = _units_by_class(table.presence, classes, len(readings))
    kept = np.flatnonzero(counts.sum(axis=1) > 0)
    found = correspondence.analyse(counts[kept], axes=2)
    weight = found.row_contributions().sum(axis=1)
    shown = np.argsort(-weight, kind="stable")[:PLANE_TERMS].tolist()
    points = [
        Point(
            table.terms[kept[i]],
            "term",
            float(found.rows[i, 0]),
            float(found.rows[i, 1]),
            int(np.argmax(counts[kept[i]] / counts.sum(axis=0))) + 1,
            float(counts[kept[i]].sum()),
        )
        for i in shown
    ]
    points += [
        Point(reading.name, "class", float(x), float(y), reading.number, float(reading.units))
        for reading, (x, y) in zip(readings, found.columns, strict=True)
    ]
    labels, names = profiles.indicator(_attribute_labels(table.units, attributes))
    if names:
        crossed = _units_by_class(labels, classes, len(readings))
        used = np.flatnonzero(crossed.sum(axis=1) > 0)
        places = found.supplementary_rows(crossed[used])
        points += [
            Point(names[i], "attribute", float(x), float(y), weight=float(crossed[i].sum()))
            for i, (x, y) in zip(used.tolist(), places, strict=True)
        ]
    shares = found.shares
    return Plane(tuple(points), (float(shares[0]), float(shares[1])))


def _units_by_class(presence: sp.csr_array, classes: Ints, k: int) -> npt.NDArray[np.float64]:
    """How many units of each class hold each feature, shape (features, classes)."""
    rows = np.flatnonzero(classes > 0)
    membership = sp.csr_array((np.ones(len(rows)), (rows, classes[rows] - 1)), shape=(len(classes), k))
    return np.asarray((presence.T @ membership).todense(), dtype=float)


def by_attribute(table: LexicalTable, name: str) -> tuple[Specificity, ...]:
    """The terms specific to each value of an attribute, most surprising first (see `specific_terms`)."""
    return specific_terms(table, _values(table.units, name))


def specific_terms(table: LexicalTable, labels: Sequence[Sequence[str]]) -> tuple[Specificity, ...]:
    """The terms specific to each label of the units, most surprising first; all scores corrected together (BH).

    Units without a label are left out of the parts, not of the corpus; a unit with several labels counts in each.
    """
    membership, values = profiles.indicator(labels)
    if not values or not table.terms:
        return ()
    parts = np.asarray((table.counts.T @ membership).todense()).astype(np.int64)
    totals = np.asarray(table.counts.sum(axis=0)).ravel().astype(np.int64)
    if len(values) < 2 and int(parts.sum()) == int(totals.sum()):
        return ()
    scores = specificities(parts, parts=parts.sum(axis=0), terms=totals, corpus=int(totals.sum()))
    corrected = benjamini_hochberg((10.0 ** -np.abs(scores)).ravel().tolist())
    q = np.array(corrected).reshape(scores.shape)
    found = []
    for column, value in enumerate(values):
        low, high = usual_counts(part=int(parts[:, column].sum()), term=totals, corpus=int(totals.sum()))
        order = np.argsort(-np.abs(scores[:, column]), kind="stable")[:SPECIFIC_TERMS].tolist()
        found += [
            Specificity(
                value,
                table.terms[i],
                int(parts[i, column]),
                int(totals[i]),
                float(scores[i, column]),
                float(q[i, column]),
                (int(low[i]), int(high[i])),
            )
            for i in order
            if q[i, column] <= 0.05
        ]
    return tuple(found)


def frequent_labels(labels: Sequence[Sequence[str]], at_most: int) -> list[list[str]]:
    """The labels of each unit, only the most frequent ones kept, and those of enough units to have words of their own."""
    in_units = Counter(label for held in labels for label in set(held))
    kept = {label for label, number in in_units.most_common(at_most) if number >= UNITS_FOR_WORDS}
    return [sorted(set(held) & kept) for held in labels]


def network(table: LexicalTable, index: similarity.Index = "jaccard") -> Network | None:
    """The maximum tree of the most frequent terms, with communities and the other strong links; None when no two terms meet."""
    in_units = np.asarray(table.presence.sum(axis=0)).ravel()
    kept = np.sort(np.argsort(-in_units, kind="stable")[:NETWORK_TERMS])
    terms = [table.terms[i] for i in kept.tolist()]
    full = similarity.graph(similarity.similarity(table.presence[:, kept], index), terms)
    if full.number_of_edges() == 0:
        return None
    tree = similarity.maximum_tree(full)
    # Of the tree, not of the whole graph: a community is read where its words hang.
    group = similarity.communities(tree)
    size = dict(zip(terms, in_units[kept].astype(int).tolist(), strict=True))
    strongest = sorted(full.edges(data="weight"), key=lambda edge: (-edge[2], edge[:2]))
    others = [edge for edge in strongest if not tree.has_edge(*edge[:2])][:OTHER_EDGES]
    return Network(
        {term: (group[term], size[term]) for term in sorted(tree.nodes)},
        _edges(tree.edges(data="weight")),
        _edges(others),
        index,
    )


def _edges(edges: Iterable[tuple[str, str, float]]) -> tuple[Edge, ...]:
    return tuple(Edge(one, other, float(weight)) for one, other, weight in sorted(edges))


def frequencies(table: LexicalTable) -> dict[str, int]:
    """Occurrences of each active term, most frequent first."""
    totals = np.asarray(table.counts.sum(axis=0)).ravel().astype(int)
    return dict(Counter(dict(zip(table.terms, totals.tolist(), strict=True))).most_common())
