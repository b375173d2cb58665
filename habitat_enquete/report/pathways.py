"""Residential paths for people to read: figures, and the tables behind them, in `outputs/parcours/`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.pathways.building import Clock, Unit
from habitat_enquete.pathways.contrasts import EVERY_MOVE, TOO_FEW, Contrast
from habitat_enquete.pathways.dates import spoken
from habitat_enquete.pathways.descriptive import chronogram, mean_time, transition_counts
from habitat_enquete.pathways.indicators import indicators
from habitat_enquete.pathways.moves import flows
from habitat_enquete.pathways.profiles import Count, Profile, values
from habitat_enquete.pathways.run import PathwaysResult
from habitat_enquete.pathways.sequences import Floats, compact, distinct_states
from habitat_enquete.pathways.study import ordered
from habitat_enquete.pathways.survival import Survival, kaplan_meier, temporary_stays
from habitat_enquete.report import figures_pathways as draw
from habitat_enquete.report import files, tidy_workbook
from habitat_enquete.report.respondent_profiles import PLANE
from habitat_enquete.report.tidy_workbook import Value

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_AXES: Final = {
    Clock.DEPARTURE: "années depuis le premier logement raconté",
    Clock.CALENDAR: "années",
    Clock.AGE: "années depuis 14 ans",
    Clock.ARRIVAL: "années depuis l'arrivée",
}
_MINIMUM: Final = 5
_CURVES: Final = 8
_CODES: Final = 14
_SENSE: Final = {Polarity.BARRIER: "frein", Polarity.OPPORTUNITY: "levier", Polarity.NEUTRAL: ""}
Table = tuple[Sequence[str], Sequence[Sequence[Value]]]
INTRODUCTION: Final = (
    "Parcours résidentiels",
    "Chaque feuille est un tableau rangé : une ligne par chose, une colonne par fait.",
    "Document de travail : il contient une ligne par personne. Ne le diffusez pas sans l'avoir relu.",
)
SCALES: Final = {
    "commune": "dans la commune",
    "epci": "dans l'intercommunalité",
    "departement": "dans le département",
    "region": "dans la région",
    "ailleurs": "ailleurs en France",
    "etranger": "de ou vers l'étranger",
}


def write(folder: Path, result: PathwaysResult, *, title: str) -> Iterator[Path]:
    """Write every figure that the data allow, and the workbook of tables; gives the files, in reading order."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.svg"), *folder.glob("*.png")):
        if old.stem != PLANE:
            old.unlink()
    for name, figure, description in _figures(result):
        yield from draw.save(figure, folder / name, f"{title} : {description}")
    workbook = folder / "parcours.xlsx"
    sheets = [
        tidy_workbook.Table(name, tuple(columns), rows) for name, (columns, rows) in tables(result).items()
    ]
    files.write(workbook, tidy_workbook.build(sheets, introduction=INTRODUCTION, title=title))
    yield workbook


def _figures(result: PathwaysResult) -> Iterator[tuple[str, Figure, str]]:
    sequences = result.typology.sequences
    if not len(sequences):
        return
    legend = _legend(result)
    years = result.settings.unit is Unit.MONTH
    axis = _AXES[result.settings.clock]
    order = ordered(result.typology).tolist()
    groups, labels = _groups(result, order)
    yield (
        "frises",
        draw.index_plot(
            sequences.codes[order],
            [sequences.ids[row] for row in order],
            legend,
            groups=groups,
            group_labels=labels,
            axis=axis,
            years=years,
        ),
        f"une ligne par parcours, {len(sequences)} parcours. {result.typology.verdict}",
    )
    dates = chronogram(sequences)
    yield (
        "chronogramme",
        draw.chronogram(dates.shares, dates.people, legend, axis=axis, years=years),
        "part des personnes dans chaque statut au fil du temps, et nombre de personnes observées",
    )
    spent = mean_time(sequences)
    yield (
        "durees_moyennes",
        draw.mean_time(spent.mean, spent.error, legend, unit="mois" if years else "années"),
        "durée moyenne passée dans chaque statut",
    )
    counts = transition_counts(distinct_states(sequences))
    if counts.any():
        yield "transitions", draw.transition_matrix(counts, legend), "passages d'un statut à un autre"
    yield from _flow_figures(result)
    yield from _survival_figure(result)
    yield from _contrast_figures(result)


def _legend(result: PathwaysResult) -> draw.Legend:
    tenures = result.alphabet.tenures
    return draw.Legend(tuple(t.label for t in tenures), tuple(t.colour for t in tenures))


def _groups(result: PathwaysResult, order: Sequence[int]) -> tuple[list[int], list[str]]:
    partition = result.typology.partition
    if partition is None or not result.typology.is_solid:
        return [], []
    return [int(partition.groups[row]) for row in order], list(result.typology.labels)


def _flow_figures(result: PathwaysResult) -> Iterator[tuple[str, Figure, str]]:
    colours = {tenure.id: tenure.colour for tenure in result.alphabet.tenures}
    for level, name, what in (("tenure", "flux_statuts", "statut"), ("epci", "flux_lieux", "lieu")):
        pairs = flows(result.pathways, result.moves, level, result.gazetteer)
        if pairs:
            labels = result.alphabet.label if level == "tenure" else str
            yield name, draw.flows(pairs, labels, colours), f"déménagements d'un {what} à un autre"


def _survival_figure(result: PathwaysResult) -> Iterator[tuple[str, Figure, str]]:
    known = list(_survival(result).items())[:_CURVES]
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
        if each.attribute != "type"
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
    sense = {each.code: _SENSE[each.polarity] for each in own}
    names = [f"{result.code_label(code)} ({sense[code]})" for code in codes]
    return draw.met_by_public(cells, names, publics)


@dataclass(frozen=True, slots=True)
class _Stays:
    """The stays of a group in temporary housing, and their survival; None when there are too few."""

    kind: str
    label: str
    stays: int
    ended: int
    curve: Survival | None


def _temporary(result: PathwaysResult) -> list[_Stays]:
    """Stays in temporary housing of everybody, then of each public that had any."""
    temporary = [state for state in result.alphabet.ids if result.alphabet.is_temporary(state)]
    durations, ended, people = temporary_stays(result.pathways, temporary)
    found = []
    if durations.size:
        found.append(_of_stays("ensemble", "Ensemble", durations, ended))
    for profile in result.profiles:
        if profile.kind != "type":
            own = np.array(
                [profile.id in values(result.pathways[p], profile.kind) for p in people], dtype=bool
            )
            if own.any():
                found.append(_of_stays(profile.kind, profile.label, durations[own], ended[own]))
    return found


def _of_stays(kind: str, label: str, durations: Floats, ended: NDArray[np.bool_]) -> _Stays:
    enough = durations.size >= _MINIMUM and bool(ended.any())
    curve = kaplan_meier(durations, ended) if enough else None
    return _Stays(kind, label, int(durations.size), int(ended.sum()), curve)


def _survival(result: PathwaysResult) -> dict[str, Survival]:
    """Kaplan-Meier of temporary housing: everybody, then each public with enough stays."""
    return {each.label: each.curve for each in _temporary(result) if each.curve is not None}


def tables(result: PathwaysResult) -> dict[str, Table]:
    """Every table of the workbook: what the figures show, and what the data need."""
    found = {
        "à lire": _reading(result),
        "profils": _profile_table(result),
        "freins et leviers": _met_table(result),
        "freins par public": _contrast_table(result),
        "publics comparés": _difference_table(result),
        "installations": _installation_table(result),
        "types": _type_table(result),
        "personnes": _people_table(result),
        "épisodes": _episode_table(result),
        "déménagements": _move_table(result),
        "qualité": _quality_table(result),
        "chronogramme": _chronogram_table(result),
        "transitions": _transition_table(result),
    }
    for level, name in (("epci", "flux entre lieux"), ("commune", "flux entre communes")):
        pairs = flows(result.pathways, result.moves, level, result.gazetteer)
        rows = [(a, b, n) for (a, b), n in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))]
        found[name] = ("de", "vers", "déménagements"), rows
    found["logement temporaire"] = _survival_table(result)
    found["durées temporaires"] = _temporary_table(result)
    if result.crossed:
        crossed = result.crossed
        medoids = set(crossed.medoids.values())
        found["dimensions croisées"] = (
            ("personne", "type", "médoïde"),
            [(person, type_, person in medoids) for person, type_ in sorted(crossed.groups.items())],
        )
    found["à vérifier"] = _problem_table(result)
    return found


def _reading(result: PathwaysResult) -> Table:
    s = result.settings
    rows = [
        ("Parcours", str(len(result.pathways))),
        ("Épisodes à confirmer (entretiens)", str(result.proposed)),
        ("Typologie", result.typology.verdict),
        *([("Dimensions croisées", result.crossed.verdict)] if result.crossed else []),
        ("Horloge", _AXES[s.clock]),
        ("Distance", f"{s.method.value}, coûts {s.cost.value}, normalisation {s.norm.value}"),
        (
            "Seuils",
            f"au moins {s.minimum} parcours, silhouette {s.silhouette:g}, stabilité {s.stability:g} (indice de Rand ajusté)",
        ),
        ("Stabilité aux dates imprécises", _number(result.typology.date_stability)),
    ]
    return ("quoi", "valeur"), rows


def _number(value: float) -> str:
    return "sans objet" if value != value else f"{value:.2f}".replace(".", ",")


def _profile_table(result: PathwaysResult) -> Table:
    columns = (
        "profil",
        "valeur",
        "personnes",
        "part",
        "part pondérée",
        "portrait",
        "parcours du portrait",
        "motifs",
        "durées médianes (mois)",
        "déménagements",
        "échelles",
        "distance médiane (km)",
        "freins",
        "leviers",
        "installations",
        "logement souhaité",
        "ce qui le bloque",
    )
    return columns, [_profile_row(result, profile) for profile in result.profiles]


def _profile_row(result: PathwaysResult, each: Profile) -> tuple[Value, ...]:
    portrait = each.portraits[0] if each.portraits else None
    strip = (
        " › ".join(f"{line.label} ({line.start}–{line.end or '…'})" for line in portrait.strip)
        if portrait
        else ""
    )
    durations = ", ".join(f"{result.alphabet.label(t)} : {m:g}" for t, m in each.median_months.items())
    return (
        each.kind,
        each.label,
        each.people,
        each.share,
        each.weighted_share,
        portrait.respondent if portrait else "",
        strip,
        _counts(each.motives),
        durations,
        each.moves,
        ", ".join(f"{SCALES.get(scale, scale)} : {n}" for scale, n in each.scales.items()),
        each.median_km,
        _counts(each.barriers),
        _counts(each.opportunities),
        ", ".join(f"{name} : {n}" for name, n in each.installations.items()),
        _counts(each.wished),
        _counts(each.blocked),
    )


def _counts(counts: Sequence[Count]) -> str:
    return ", ".join(f"{count.label} ({count.people})" for count in counts)


def _met_table(result: PathwaysResult) -> Table:
    """One row per profile, passage and code met: barriers and opportunities at each transition, with people counted."""
    rows = []
    codes = {code.id: code for code in result.ground.codebook}
    for profile in result.profiles:
        people = _members(result, profile)
        tally: Counter[tuple[str, str, str]] = Counter()
        for person in people:
            tally.update(_met_by(result, person))
        for (passage, polarity, code), number in sorted(tally.items(), key=lambda item: (-item[1], item[0])):
            rows.append((profile.kind, profile.label, passage, polarity, codes[code].label, number))
    return ("profil", "valeur", "passage", "sens", "code", "personnes"), rows


def _members(result: PathwaysResult, profile: Profile) -> list[str]:
    if profile.kind == "type":
        return [person for person, known in result.types.items() if known[0] == profile.id]
    return [p for p, pathway in result.pathways.items() if profile.id in values(pathway, profile.kind)]


def _met_by(result: PathwaysResult, person: str) -> set[tuple[str, str, str]]:
    episodes = {episode.rank: episode for episode in result.pathways[person].episodes}
    known = {coding.id: coding.code for coding in result.ground.codings.get(person, ())}
    met = set()
    for move in result.moves[person]:
        ends = (episodes[rank].tenure or "inconnu" for rank in (move.origin, move.destination))
        passage = " › ".join(result.alphabet.label(end) for end in ends)
        for polarity, ids in (("frein", move.barriers), ("levier", move.opportunities)):
            met |= {(passage, polarity, known[id]) for id in ids if id in known}
    return met


def _type_table(result: PathwaysResult) -> Table:
    typology = result.typology
    if typology.partition is None or typology.stability is None:
        return ("type", "nom", "personnes", "silhouette", "stabilité (Jaccard)", "médoïde"), []
    rows = []
    for group, label in enumerate(typology.labels):
        own = typology.partition.groups == group
        rows.append(
            (
                f"type_{group + 1}",
                label,
                int(own.sum()),
                float(typology.silhouettes[own].mean()),
                float(typology.stability.groups[group]),
                typology.sequences.ids[typology.partition.medoids[group]],
            )
        )
    return ("type", "nom", "personnes", "silhouette", "stabilité (Jaccard)", "médoïde"), rows


def _people_table(result: PathwaysResult) -> Table:
    sequences = result.typology.sequences
    numbers = indicators(sequences)
    short = {tenure.id: tenure.short for tenure in result.alphabet.tenures}
    rows = []
    for row, (person, path) in enumerate(zip(sequences.ids, compact(sequences), strict=True)):
        known = result.types.get(person)
        rows.append(
            (
                person,
                result.pathways[person].attributes.get("public", ""),
                known[1] if known else "",
                known[3] if known else None,
                "-".join(
                    f"{short.get(s, s)}/{n}"
                    for s, n in (part.rsplit("/", 1) for part in path.split("-") if part)
                ),
                int(numbers.spells[row]),
                int(numbers.length[row]),
                _finite(numbers.entropy[row]),
                _finite(numbers.turbulence_share[row]),
                _finite(numbers.complexity[row]),
                result.pathways[person].wished,
            )
        )
    columns = (
        "personne",
        "public",
        "type",
        "stabilité",
        "parcours (statut/mois)",
        "séjours",
        "mois",
        "entropie",
        "turbulence",
        "complexité",
        "souhait",
    )
    return columns, rows


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _episode_table(result: PathwaysResult) -> Table:
    columns = (
        "personne",
        "rang",
        "début",
        "fin",
        "statut",
        "logement",
        "commune",
        "lieu",
        "motifs",
        "source",
        "citation",
    )
    rows = [
        (
            person,
            e.rank,
            spoken(e.start),
            spoken(e.end),
            e.tenure or "",
            e.dwelling or "",
            e.commune or "",
            e.place,
            " ; ".join(e.motives),
            e.source,
            e.quote,
        )
        for person, pathway in result.pathways.items()
        for e in pathway.episodes
    ]
    return columns, rows


def _move_table(result: PathwaysResult) -> Table:
    columns = (
        "personne",
        "date",
        "de (statut)",
        "vers (statut)",
        "de (lieu)",
        "vers (lieu)",
        "échelle",
        "km",
        "motifs",
        "freins",
        "leviers",
    )
    rows = []
    for person, made in result.moves.items():
        episodes = {episode.rank: episode for episode in result.pathways[person].episodes}
        codes = {coding.id: coding.code for coding in result.ground.codings.get(person, ())}
        for move in made:
            before, after = episodes[move.origin], episodes[move.destination]
            rows.append(
                (
                    person,
                    spoken(move.date),
                    before.tenure or "",
                    after.tenure or "",
                    result.gazetteer.name(before.commune) or before.place,
                    result.gazetteer.name(after.commune) or after.place,
                    move.scale,
                    move.distance_km,
                    " ; ".join(move.motives),
                    " ; ".join(dict.fromkeys(codes[id] for id in move.barriers if id in codes)),
                    " ; ".join(dict.fromkeys(codes[id] for id in move.opportunities if id in codes)),
                )
            )
    return columns, rows


def _quality_table(result: PathwaysResult) -> Table:
    names = ("PBC", "HG", "HGSD", "ASW", "ASWw", "CH", "R2", "CHsq", "R2sq", "HC")
    rows = [
        (each.k, each.stability, *(_finite(getattr(each.quality, name)) for name in names))
        for each in result.typology.candidates
    ]
    return ("types", "stabilité (Rand ajusté)", *names), rows


def _chronogram_table(result: PathwaysResult) -> Table:
    sequences = result.typology.sequences
    if not len(sequences):
        return ("unité", "personnes", "entropie"), []
    found = chronogram(sequences)
    rows = [
        (position, int(found.people[at]), _finite(found.entropy[at]), *map(float, found.shares[:, at]))
        for at, position in enumerate(sequences.positions)
    ]
    return ("unité", "personnes", "entropie", *result.alphabet.ids), rows


def _transition_table(result: PathwaysResult) -> Table:
    sequences = result.typology.sequences
    if not len(sequences):
        return ("de", "vers", "passages", "part"), []
    counts = transition_counts(distinct_states(sequences))
    labels = [tenure.label for tenure in result.alphabet.tenures]
    rows = []
    for row, column in zip(*np.nonzero(counts), strict=True):
        total = counts[row].sum()
        share = float(counts[row, column] / total) if total >= _MINIMUM else None
        rows.append((labels[row], labels[column], float(counts[row, column]), share))
    return ("de", "vers", "passages", "part (à partir de cinq)"), rows


def _survival_table(result: PathwaysResult) -> Table:
    rows = []
    for name, curve in _survival(result).items():
        lines = zip(curve.times, curve.shares, curve.low, curve.high, curve.at_risk, strict=True)
        rows += [(name, *map(_finite, line)) for line in lines]
    return ("groupe", "mois", "part encore là", "borne basse", "borne haute", "observés"), rows


def _temporary_table(result: PathwaysResult) -> Table:
    """One row per public: how many stays in temporary housing, how many ended, how long half of them last."""
    rows = []
    for each in _temporary(result):
        curve = each.curve
        numbers = (
            (None, None, None, TOO_FEW)
            if curve is None
            else (_finite(curve.median), _after(curve, 12), _after(curve, 24), "")
        )
        rows.append((each.kind, each.label, each.stays, each.ended, *numbers))
    columns = (
        "attribut",
        "public",
        "séjours",
        "achevés",
        "durée médiane (mois)",
        "part encore là à 12 mois",
        "part encore là à 24 mois",
        "remarque",
    )
    return columns, rows


def _after(curve: Survival, months: float) -> float | None:
    """The share still there after some months; None beyond the last stay observed."""
    if curve.times.size == 0 or months > curve.times[-1]:
        return None
    before = np.flatnonzero(curve.times <= months)
    return float(curve.shares[before[-1]]) if before.size else 1.0


def _contrast_table(result: PathwaysResult) -> Table:
    columns = (
        "attribut",
        "public",
        "passage",
        "sens",
        "code",
        "l'ont rencontré",
        "ont fait ce passage",
        "autres : l'ont rencontré",
        "autres : ont fait ce passage",
        "résidu ajusté",
        "p (Fisher)",
        "p corrigé (Holm)",
        "verdict",
    )
    rows = [
        (
            each.attribute,
            each.label,
            " › ".join(map(result.alphabet.label, each.passage)) if all(each.passage) else EVERY_MOVE,
            _SENSE[each.polarity],
            result.code_label(each.code),
            each.met,
            each.exposed,
            each.met_elsewhere,
            each.exposed_elsewhere,
            each.residual,
            each.p_value,
            each.corrected,
            each.verdict,
        )
        for each in result.contrasts
    ]
    return columns, rows


def _difference_table(result: PathwaysResult) -> Table:
    columns = (
        "attribut",
        "public",
        "personnes",
        "groupes comparés",
        "pseudo-F",
        "pseudo-R²",
        "p (permutations)",
        "p corrigé (Holm)",
        "p de Levene (variété)",
        "permutations",
        "verdict",
    )
    rows = [
        (
            each.attribute,
            each.label,
            each.people,
            each.groups,
            each.pseudo_f,
            each.r2,
            each.p_value,
            each.corrected,
            each.levene_p_value,
            each.permutations,
            each.verdict,
        )
        for each in result.differences
    ]
    return columns, rows


def _installation_table(result: PathwaysResult) -> Table:
    columns = (
        "attribut",
        "public",
        "réussies",
        "échouées",
        "en cours",
        "part réussie",
        "borne basse",
        "borne haute",
        "remarque",
    )
    rows = [
        (
            each.attribute,
            each.label,
            each.succeeded,
            each.failed,
            each.in_progress,
            each.share,
            each.low,
            each.high,
            TOO_FEW if each.share is None else "",
        )
        for each in result.installations
    ]
    return columns, rows


def _problem_table(result: PathwaysResult) -> Table:
    severity = {"error": "erreur", "warning": "à voir"}
    rows = [(severity[p.severity.value], p.place, p.value, p.message) for p in result.problems]
    return ("gravité", "où", "valeur", "quoi, et que faire"), rows
