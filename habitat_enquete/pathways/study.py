"""The typology of a study: which number of types, how solid, and the plain sentence when it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.pathway import Pathway
from habitat_enquete.pathways.alphabet import Alphabet
from habitat_enquete.pathways.sequences.assignment import nearest
from habitat_enquete.pathways.sequences.building import drawn, sequences
from habitat_enquete.pathways.sequences.costs import Costs, costs
from habitat_enquete.pathways.sequences.distances import Distances, distances
from habitat_enquete.pathways.sequences.quality import Quality, quality, silhouettes
from habitat_enquete.pathways.sequences.stability import Stability, bootstrap, over_draws
from habitat_enquete.pathways.sequences.states import VOID, Floats, Sequences, spells
from habitat_enquete.pathways.sequences.typology import SEED, STARTS, Partition, group
from habitat_enquete.pathways.settings import REASONABLE, STRONG, Settings

_NEAR_BEST = 0.02
_DRAWN_BY_LIKENESS = 1_500
_LONGEST_LABEL = 4
# Fewer people than this are no type: they are cases.
_SMALLEST = 5
# Beyond so many cells to align (a few seconds each), types are sought among people drawn at random, and so are the people
# whose imprecise dates vary.
_CELLS = 5e9
_DATE_CELLS = 4e9
_FEWEST_DRAWS = 3
_FEWEST, _MOST = 300, 3_000
_FEW_STARTS = 10
_FEW_DRAWS = 20
_SMALL = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """One number of types that was tried: its quality and its stability."""

    k: int
    quality: Quality
    stability: float


@dataclass(frozen=True, slots=True, eq=False)
class Typology:
    """The types kept, or why none is: `verdict` is a French sentence for the report, `is_solid` says which.

    `sequences` are those compared two by two, all of them or a draw; `everyone` all of them, and `groups` their groups.

    `labels` name the groups, `silhouettes` and `stability` are by person, `date_stability` (Monte-Carlo over imprecise dates) is
    NaN when all dates are known to the month.
    """

    sequences: Sequences
    distances: Distances
    partition: Partition | None
    candidates: tuple[Candidate, ...]
    labels: tuple[str, ...]
    silhouettes: Floats
    stability: Stability | None
    date_stability: float
    is_solid: bool
    verdict: str
    everyone: Sequences
    groups: NDArray[np.int64]


def study(
    pathways: Mapping[str, Pathway],
    alphabet: Alphabet,
    settings: Settings,
    weights: Mapping[str, float] | None = None,
) -> Typology:
    """Compare, group and judge the paths of a study.

    Raises: EnqueteError when more types are asked for than there are different paths, or a date-by-date distance is asked of
    paths of unequal lengths.
    """
    everyone = sequences(pathways, alphabet.ids, clock=settings.clock, unit=settings.unit, weights=weights)
    affordable = _affordable(everyone)
    is_sample = len(everyone) > affordable
    source = everyone
    if is_sample:
        people = np.random.default_rng(SEED).choice(sorted(everyone.ids), affordable, replace=False)
        place = {person: row for row, person in enumerate(everyone.ids)}
        source = everyone.take([place[str(person)] for person in sorted(people)])
        pathways = {person: pathways[person] for person in source.ids}
    table = costs(everyone, settings.cost) if len(everyone) else None
    # A sample is imprecise by more than single precision is.
    between = _distances(source, settings, table, dtype=np.float32 if is_sample else None)
    most = min(settings.largest, between.size - 1, max(len(source) // 5, 2))
    if settings.types > max(between.size, 1):
        raise EnqueteError(Code.PATHWAY_TYPES_TOO_MANY, asked=settings.types, distinct=between.size)
    if len(source) < 3 or between.size < 3 or most < 2:
        return _none(everyone, source, between, _too_little(source, between))
    tried = [settings.types] if settings.types else list(range(2, most + 1))
    is_small = between.size <= _SMALL
    starts, again = (STARTS, 5) if is_small else (_FEW_STARTS, 2)
    draws = settings.draws if is_small else min(settings.draws, _FEW_DRAWS)
    partitions = {k: group(between, k, weights=source.weights, starts=starts) for k in tried if k >= 1}
    square = between.square()
    kept = [k for k in partitions if k > 1] or tried
    stable = {
        k: bootstrap(between, partitions[k], weights=source.weights, draws=draws, starts=again) for k in kept
    }
    found = tuple(
        Candidate(k, quality(square, partitions[k].groups, source.weights), stable[k].rand) for k in kept
    )
    chosen = _chosen([c for c in found if _smallest(partitions[c.k]) >= _SMALLEST] or found[:1])
    partition = partitions[chosen.k]
    own = silhouettes(square, partition.groups, source.weights)[1]
    dates = _over_dates(pathways, alphabet, settings, source, partition, table)
    solid, verdict = _judged(len(source), chosen, dates, settings)
    varied = _varied(source).size
    if not np.isnan(dates) and varied < len(source):
        verdict += f" Dates imprécises essayées sur {varied} parcours tirés au sort."
    if is_sample:
        verdict += (
            f" Types cherchés parmi {affordable} parcours tirés au sort sur {len(everyone)}"
            " ; les autres sont rangés avec le parcours type le plus proche."
        )
    groups = partition.groups
    if is_sample and table is not None:
        typical = [source.ids[row] for row in partition.medoids]
        groups = nearest(everyone, typical, settings.method, table, settings.norm)
    return Typology(
        source,
        between,
        partition,
        found,
        _labels(source, partition, alphabet),
        own,
        stable[chosen.k],
        dates,
        solid,
        verdict,
        everyone,
        groups,
    )


def _affordable(source: Sequences) -> int:
    """How many paths can all be compared in reasonable time: the longer they are, the fewer."""
    length = float(source.lengths.mean()) if len(source) else 1.0
    return int(min(_MOST, max(_FEWEST, np.sqrt(2 * _CELLS) / max(length, 1.0))))


def _smallest(partition: Partition) -> int:
    return int(np.bincount(partition.groups).min())


def _distances(
    source: Sequences,
    settings: Settings,
    table: Costs | None,
    *,
    dtype: type[np.floating[Any]] | None = None,
) -> Distances:
    if table is None:
        return Distances(np.zeros(0), np.zeros(0, dtype=np.int64))
    try:
        return distances(source, settings.method, cost=table, norm=settings.norm, dtype=dtype)
    except ValueError as error:
        raise EnqueteError(Code.PATHWAY_LENGTHS, method=settings.method.value) from error


def _none(everyone: Sequences, source: Sequences, between: Distances, verdict: str) -> Typology:
    nothing, nobody = np.full(len(source), np.nan), np.zeros(0, dtype=np.int64)
    return Typology(
        source, between, None, (), (), nothing, None, float("nan"), False, verdict, everyone, nobody
    )


def _too_little(source: Sequences, between: Distances) -> str:
    if not len(source):
        return "Aucun parcours n'a de date : il n'y a ni frise ni typologie. Une année par épisode suffit."
    if len(source) == 1:
        return "Il n'y a qu'un parcours : le voici tel qu'il est, sans typologie."
    if between.size == 1:
        return f"Les {len(source)} parcours sont identiques : il n'y a pas de types à distinguer."
    return f"Il n'y a que {between.size} parcours différents : pas de typologie, chaque parcours est montré tel qu'il est."


def _chosen(found: Sequence[Candidate]) -> Candidate:
    """The most stable among those whose silhouette is near the best."""
    best = max(candidate.quality.ASWw for candidate in found)
    near = [candidate for candidate in found if candidate.quality.ASWw >= best - _NEAR_BEST]
    return max(near, key=lambda candidate: (round(candidate.stability, 3), -candidate.k))


def _judged(n: int, chosen: Candidate, dates: float, settings: Settings) -> tuple[bool, str]:
    silhouette = chosen.quality.ASWw
    reasons = []
    if n < settings.minimum:
        reasons.append(f"{n} parcours, moins de {settings.minimum}")
    if not silhouette >= settings.silhouette:
        reasons.append(f"silhouette de {_french(silhouette)}, moins de {_french(settings.silhouette)}")
    if not chosen.stability >= settings.stability:
        reasons.append(f"stabilité de {_french(chosen.stability)}, moins de {_french(settings.stability)}")
    if dates < settings.stability:
        reasons.append(f"stabilité de {_french(dates)} quand on fait varier les dates imprécises")
    measured = f"silhouette {_french(silhouette)}, stabilité {_french(chosen.stability)}"
    if reasons:
        why = " ; ".join(reasons)
        return (
            False,
            f"Pas de typologie solide ({why}) : les frises individuelles sont présentées, ordonnées par ressemblance.",
        )
    strength = (
        "forte" if silhouette >= STRONG else "nette" if silhouette >= REASONABLE else "faible mais réelle"
    )
    return True, f"Typologie en {chosen.k} types, de structure {strength} ({measured}, {n} parcours)."


def _french(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")


def _over_dates(
    pathways: Mapping[str, Pathway],
    alphabet: Alphabet,
    settings: Settings,
    source: Sequences,
    partition: Partition,
    table: Costs | None,
) -> float:
    """Mean adjusted Rand index with the types found when each imprecise date is drawn at random."""
    if table is None or settings.date_draws < 1 or not _has_imprecise(pathways):
        return float("nan")

    rows = _varied(source)
    people = [source.ids[row] for row in rows]

    def regroup(draw: int) -> NDArray[np.int64]:
        pick = drawn(np.random.default_rng(SEED + draw))
        again = sequences(
            {person: pathways[person] for person in people},
            alphabet.ids,
            clock=settings.clock,
            unit=settings.unit,
            pick=pick,
        )
        # Single precision is enough to see whether dates move people from a group to another, and twice as fast.
        between = _distances(again, settings, costs(again, settings.cost), dtype=np.float32)
        k = min(partition.k, between.size)
        return group(between, k, weights=source.weights[rows], starts=5, seed=SEED + draw).groups

    work = len(rows) ** 2 / 2 * float(source.lengths[rows].mean()) ** 2
    draws = min(settings.date_draws, max(_FEWEST_DRAWS, int(_DATE_CELLS / max(work, 1.0))))
    return over_draws(replace(partition, groups=partition.groups[rows]), regroup, draws=draws).rand


def _varied(source: Sequences) -> NDArray[np.int64]:
    """The rows of the people whose dates vary: all, or as many drawn at random as a few redraws can compare."""
    length = max(float(source.lengths.mean()), 1.0)
    most = max(_FEWEST // 2, int(np.sqrt(2 * _DATE_CELLS / _FEWEST_DRAWS) / length))
    if len(source) <= most:
        return np.arange(len(source), dtype=np.int64)
    chosen = np.random.default_rng(SEED).choice(len(source), most, replace=False)
    return np.sort(chosen).astype(np.int64)


def _has_imprecise(pathways: Mapping[str, Pathway]) -> bool:
    return any(
        moment is not None and moment.earliest[:7] != moment.latest[:7]
        for pathway in pathways.values()
        for episode in pathway.episodes
        for moment in (episode.start, episode.end)
    )


def _labels(source: Sequences, partition: Partition, alphabet: Alphabet) -> tuple[str, ...]:
    """A name for each type: the order of states of its medoid, told apart by where its people spend most time."""
    order = spells(source)
    names = []
    for medoid in partition.medoids:
        states = [source.alphabet[code] for code in order.states[medoid] if code != VOID]
        words = [alphabet.label(state) for state in states]
        if len(words) > _LONGEST_LABEL:
            words = [words[0], "…", *words[-2:]]
        names.append(" › ".join(words) or "Parcours inconnu")
    return tuple(_told_apart(names, source, partition, alphabet))


def _told_apart(names: list[str], source: Sequences, partition: Partition, alphabet: Alphabet) -> list[str]:
    lengths = source.lengths
    described = []
    for rank, name in enumerate(names):
        if names.count(name) > 1:
            months = int(np.median(lengths[partition.groups == rank]))
            name = f"{name} ({_duration(months)})"
        described.append(name)
    return [
        name if described.count(name) == 1 else f"{name}, {rank + 1}" for rank, name in enumerate(described)
    ]


def _duration(months: int) -> str:
    return f"{months} mois" if months < 24 else f"{round(months / 12)} ans"


def ordered(typology: Typology) -> NDArray[np.int64]:
    """Rows in the order in which to draw them: by type, then by states from the start; without types, by likeness.

    Likeness is the first axis of the principal coordinates of the distances.
    """
    columns = list(typology.sequences.codes.T[::-1])
    if typology.partition is not None and typology.is_solid:
        return np.lexsort((*columns, typology.partition.groups)).astype(np.int64)
    if typology.distances.size > _DRAWN_BY_LIKENESS:
        return np.lexsort(columns).astype(np.int64)
    return likeness(typology.distances)


def likeness(between: Distances) -> NDArray[np.int64]:
    """Rows ordered along the first principal coordinate of their distances."""
    if between.size < 3:
        return np.argsort(between.index, kind="stable").astype(np.int64)
    square = between.distinct_square().astype(float) ** 2
    centred = square - square.mean(axis=0) - square.mean(axis=1)[:, None] + square.mean()
    values, vectors = np.linalg.eigh(-centred / 2)
    axis = vectors[:, int(np.argmax(values))]
    return np.argsort(axis[between.index], kind="stable").astype(np.int64)
