"""The figures of residential paths: which rows, groups and labels each one draws (`figures_pathways` draws them)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.pathways.contrasts import Contrast
from habitat_enquete.pathways.moves import flows
from habitat_enquete.pathways.profiles import EVERYBODY
from habitat_enquete.pathways.run import PathwaysResult
from habitat_enquete.pathways.sequences.building import Clock, Unit
from habitat_enquete.pathways.sequences.descriptive import chronogram, mean_time, transition_counts
from habitat_enquete.pathways.sequences.states import Sequences, distinct_states
from habitat_enquete.pathways.study import ordered
from habitat_enquete.report.paths import drawing as draw
from habitat_enquete.report.paths.stays import survival

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AXES: Final = {
    Clock.DEPARTURE: "années depuis le premier logement raconté",
    Clock.CALENDAR: "années",
    Clock.AGE: "années depuis 14 ans",
    Clock.ARRIVAL: "années depuis l'arrivée",
}
_CURVES: Final = 8
_CODES: Final = 14
SENSE: Final = {Polarity.BARRIER: "frein", Polarity.OPPORTUNITY: "levier", Polarity.NEUTRAL: ""}


def figures(result: PathwaysResult) -> Iterator[tuple[str, Figure, str]]:
    sequences = result.typology.sequences
    if not len(sequences):
        return
    legend = _legend(result)
    years = result.settings.unit is Unit.MONTH
    axis = AXES[result.settings.clock]
    everyone = result.typology.everyone
    lines, groups, labels = _lines(result)
    yield (
        "frises",
        draw.index_plot(
            lines.codes,
            list(lines.ids),
            legend,
            groups=groups,
            group_labels=labels,
            axis=axis,
            years=years,
        ),
        f"une ligne par parcours, {_of(len(lines), len(everyone))}. {result.typology.verdict}",
    )
    dates = chronogram(everyone)
    yield (
        "chronogramme",
        draw.chronogram(dates.shares, dates.people, legend, axis=axis, years=years),
        "part des personnes dans chaque statut au fil du temps, et nombre de personnes observées",
    )
    spent = mean_time(everyone)
    yield (
        "durees_moyennes",
        draw.mean_time(spent.mean, spent.error, legend, unit="mois" if years else "années"),
        "durée moyenne passée dans chaque statut",
    )
    steps = distinct_states(everyone)
    weighted = transition_counts(steps)
    if weighted.any():
        people = Sequences(steps.codes, steps.alphabet, steps.ids)
        matrix = draw.transition_matrix(transition_counts(people), legend, weighted=weighted)
        yield (
            "transitions",
            matrix,
            "passages d'un statut à un autre : combien, et part (pondérée) de la ligne",
        )
    yield from _flow_figures(result)
    yield from _survival_figure(result)
    yield from _contrast_figures(result)


def _legend(result: PathwaysResult) -> draw.Legend:
    tenures = result.alphabet.tenures
    return draw.Legend(tuple(t.label for t in tenures), tuple(t.colour for t in tenures))


def _lines(result: PathwaysResult) -> tuple[Sequences, list[int], list[str]]:
    """The paths to draw, in order, with their groups and the names of these: everybody by type when types are solid, else those that
    were compared, by likeness."""
    typology = result.typology
    if typology.partition is None or not typology.is_solid:
        return typology.sequences.take(ordered(typology).tolist()), [], []
    if typology.sequences is typology.everyone:
        order = ordered(typology).tolist()
    else:
        # Those who were not compared have no place by likeness: paths that begin alike follow one another.
        keys = np.vstack((typology.everyone.codes.T[::-1], typology.groups[None, :]))
        order = np.lexsort(keys).tolist()
    return typology.everyone.take(order), typology.groups[order].tolist(), list(typology.labels)


def _of(drawn: int, everybody: int) -> str:
    return f"{drawn} parcours" if drawn == everybody else f"{drawn} parcours tirés au sort sur {everybody}"


def _flow_figures(result: PathwaysResult) -> Iterator[tuple[str, Figure, str]]:
    colours = {tenure.id: tenure.colour for tenure in result.alphabet.tenures}
    for level, name, what in (("tenure", "flux_statuts", "statut"), ("epci", "flux_lieux", "lieu")):
        pairs = flows(result.pathways, result.moves, level, result.gazetteer)
        if pairs:
            labels = result.alphabet.label if level == "tenure" else str
            yield name, draw.flows(pairs, labels, colours), f"déménagements d'un {what} à un autre"


def _survival_figure(result: PathwaysResult) -> Iterator[tuple[str, Figure, str]]:
    known = list(survival(result).items())[:_CURVES]
    curves = {name: (curve.times, curve.shares, curve.n) for name, curve in known}
    if curves:
        figure = draw.survival(curves, axis="mois passés en logement temporaire")
        yield (
            "logement_temporaire",
            figure,
            "part des personnes encore en logement temporaire après un temps donné",
        )


def _contrast_figures(result: PathwaysResult) -> Iterator[tuple[str, Figure, str]]:
    for attribute in result.settings.by:
        own = [e for e in result.contrasts if e.attribute == attribute and not any(e.passage)]
        if own:
            yield (
                f"freins_{attribute}",
                _contrast_figure(result, own),
                f"freins et leviers rencontrés en déménageant, par {attribute} : personnes concernées sur celles qui ont déménagé",
            )
    outcomes = {
        each.label: (each.succeeded, each.in_progress, each.failed)
        for each in result.installations
        if each.attribute not in ("type", EVERYBODY)
    }
    if outcomes:
        yield (
            "installations",
            draw.outcomes(outcomes),
            "installations réussies, en cours et échouées, par public",
        )


def _contrast_figure(result: PathwaysResult, own: Sequence[Contrast]) -> Figure:
    met: Counter[str] = Counter()
    for each in own:
        met[each.code] += each.met
    codes = [code for code, _ in met.most_common(_CODES)]
    publics = list(dict.fromkeys(e.label for e in sorted(own, key=lambda e: (-e.exposed, e.label))))
    cells = {
        (codes.index(e.code), publics.index(e.label)): (
            e.met,
            e.exposed,
            e.corrected is not None and e.corrected < 0.05,
        )
        for e in own
        if e.code in codes
    }
    sense = {each.code: SENSE[each.polarity] for each in own}
    names = [f"{result.code_label(code)} ({sense[code]})" for code in codes]
    return draw.met_by_public(cells, names, publics)
