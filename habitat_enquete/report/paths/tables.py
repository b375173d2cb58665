"""The tables of residential paths: what the figures show, person by person and profile by profile, and what the data need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from habitat_enquete.pathways.contrasts import EVERY_MOVE, TOO_FEW
from habitat_enquete.pathways.episodes.dates import spoken
from habitat_enquete.pathways.moves import flows, place_of
from habitat_enquete.pathways.profiles import EVERYBODY, Count, Profile, values
from habitat_enquete.pathways.run import PathwaysResult
from habitat_enquete.pathways.sequences.descriptive import chronogram, transition_counts
from habitat_enquete.pathways.sequences.indicators import indicators
from habitat_enquete.pathways.sequences.states import Event, compact, distinct_states
from habitat_enquete.pathways.sequences.subsequences import Order, compared, frequent, timelines
from habitat_enquete.pathways.sequences.survival import Survival
from habitat_enquete.report.paths.figures import AXES, SENSE
from habitat_enquete.report.paths.stays import MINIMUM, survival, temporary
from habitat_enquete.report.tidy_workbook import Value

_LEAST_SHARE: Final = 0.1
_ORDERS: Final = 40
_MOST_ORDERED: Final = 1_000
Table = tuple[Sequence[str], Sequence[Sequence[Value]]]
SCALES: Final = {
    "commune": "dans la commune",
    "epci": "dans l'intercommunalité",
    "departement": "dans le département",
    "region": "dans la région",
    "ailleurs": "ailleurs en France",
    "etranger": "de ou vers l'étranger",
}


def tables(result: PathwaysResult) -> dict[str, Table]:
    """Every table of the workbook: what the figures show, and what the data need."""
    found = {
        "à lire": _reading(result),
        "profils": _profile_table(result),
        "portraits": _portrait_table(result),
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
        "suites d'événements": _order_table(result),
    }
    for level, name in (("epci", "flux entre lieux"), ("commune", "flux entre communes")):
        found[name] = _flow_table(result, level)
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
        ("Horloge", AXES[s.clock]),
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


def _portrait_table(result: PathwaysResult) -> Table:
    """The real paths that stand for each type and public, dwelling by dwelling, with what was said at each turning point."""
    rows: list[tuple[Value, ...]] = []
    for profile in result.profiles:
        for rank, portrait in enumerate(profile.portraits, start=1):
            head = (profile.kind, profile.label, rank, portrait.respondent)
            for step, line in enumerate(portrait.strip, start=1):
                dates = (line.start, line.end or "y habite encore", line.months)
                rows.append((*head, step, line.label, line.place, *dates, " ; ".join(line.motives), ""))
            for coding, quote in portrait.quotes:
                passage, code = _turning_point(result, portrait.respondent, coding)
                rows.append((*head, None, passage, "", "", "", None, code, quote))
    return _PORTRAIT_COLUMNS, rows


_PORTRAIT_COLUMNS: Final = (
    *(
        "profil",
        "valeur",
        "portrait",
        "personne",
        "étape",
        "statut ou passage",
        "lieu",
        "début",
        "fin",
        "mois",
    ),
    *("motifs, frein ou levier", "verbatim"),
)


def _turning_point(result: PathwaysResult, person: str, coding: int) -> tuple[str, str]:
    """The move that a coding is attached to (from such a tenure to such another), and how a reader reads its code."""
    episodes = {episode.rank: episode for episode in result.pathways[person].episodes}
    known = {each.id: each.code for each in result.ground.codings.get(person, ())}
    code = result.code_label(known[coding]) if coding in known else ""
    for move in result.moves[person]:
        if coding in (*move.barriers, *move.opportunities):
            ends = (episodes[rank].tenure or "inconnu" for rank in (move.origin, move.destination))
            return " › ".join(map(result.alphabet.label, ends)), code
    return "", code


def _order_table(result: PathwaysResult) -> Table:
    """The commonest orders of events (dwellings entered, barriers and opportunities met), and how publics differ by them."""
    found = timelines(_happened(result))
    people = sorted(found)[:: max(len(found) // _MOST_ORDERED, 1)]
    found = {person: found[person] for person in people}
    orders = [each for each in frequent(found, least=_LEAST_SHARE) if sum(map(len, each.order)) > 1][:_ORDERS]
    attribute, groups = _publics(result, people)
    tested = (
        {each.order: each for each in compared(found, [each.order for each in orders], groups)}
        if groups
        else {}
    )
    rows = []
    for each in orders:
        told = tested.get(each.order)
        by = (
            ", ".join(f"{name} : {round(100 * share)} %" for name, share in told.shares.items())
            if told
            else ""
        )
        rows.append(
            (_in_words(each.order), int(each.people), each.share, by, told.corrected if told else None)
        )
    columns = (
        "suite",
        f"personnes (sur {len(people)})",
        "part",
        f"part par {attribute}" if attribute else "part par public",
    )
    return (*columns, "p corrigé (Bonferroni)"), rows


def _happened(result: PathwaysResult) -> Iterator[Event]:
    """What happened to each person, and when: the first dwelling, each dwelling entered, what was met on the way."""
    codes = {code.id: code for code in result.ground.codebook}
    for person, made in result.moves.items():
        episodes = {episode.rank: episode for episode in result.pathways[person].episodes}
        known = {coding.id: coding.code for coding in result.ground.codings.get(person, ())}
        first = result.pathways[person].episodes[0]
        if first.tenure:
            yield Event(person, -1, result.alphabet.label(first.tenure))
        for step, move in enumerate(made):
            tenure = episodes[move.destination].tenure
            if tenure:
                yield Event(person, step, result.alphabet.label(tenure))
            for sense, ids in (("frein", move.barriers), ("levier", move.opportunities)):
                for id in ids:
                    if id in known and known[id] in codes:
                        yield Event(person, step, f"{sense} « {codes[known[id]].label} »")


def _in_words(order: Order) -> str:
    return ", puis ".join(" + ".join(sorted(step)) for step in order)


def _publics(result: PathwaysResult, people: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The first attribute that puts most people in two publics or more, and the public of each."""
    for attribute in result.settings.by:
        groups = {
            person: own[0] for person in people if len(own := values(result.pathways[person], attribute)) == 1
        }
        sizes = Counter(groups.values())
        groups = {person: public for person, public in groups.items() if sizes[public] >= MINIMUM}
        if len(set(groups.values())) > 1 and 2 * len(groups) > len(people):
            labels = {p.id: p.label for p in result.profiles if p.kind == attribute}
            return attribute, {person: labels.get(public, public) for person, public in groups.items()}
    return "", {}


def _flow_table(result: PathwaysResult, level: str) -> Table:
    """Where people moved, how far as the crow flies when the study gives coordinates, and why."""
    pairs = flows(result.pathways, result.moves, level, result.gazetteer)
    distances: dict[tuple[str, str], list[float]] = {}
    motives: dict[tuple[str, str], Counter[str]] = {}
    for person, made in result.moves.items():
        episodes = {episode.rank: episode for episode in result.pathways[person].episodes}
        for move in made:
            ends = (episodes[move.origin], episodes[move.destination])
            pair = (place_of(ends[0], level, result.gazetteer), place_of(ends[1], level, result.gazetteer))
            motives.setdefault(pair, Counter()).update(move.motives)
            if move.distance_km is not None:
                distances.setdefault(pair, []).append(move.distance_km)
    rows = [
        (
            *pair,
            number,
            float(np.median(distances[pair])) if pair in distances else None,
            ", ".join(f"{motive} ({n})" for motive, n in motives.get(pair, Counter()).most_common(3)),
        )
        for pair, number in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    ]
    return ("de", "vers", "déménagements", "distance médiane (km)", "motifs principaux"), rows


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
    if profile.kind == EVERYBODY:
        return list(result.pathways)
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
    columns = ("type", "nom", "personnes", "dont comparées", "silhouette", "stabilité (Jaccard)", "médoïde")
    if typology.partition is None or typology.stability is None:
        return columns, []
    rows = []
    for group, label in enumerate(typology.labels):
        own = typology.partition.groups == group
        rows.append(
            (
                f"type_{group + 1}",
                label,
                int((typology.groups == group).sum()),
                int(own.sum()),
                float(typology.silhouettes[own].mean()),
                float(typology.stability.groups[group]),
                typology.sequences.ids[typology.partition.medoids[group]],
            )
        )
    return columns, rows


def _people_table(result: PathwaysResult) -> Table:
    sequences = result.typology.everyone
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
    sequences = result.typology.everyone
    if not len(sequences):
        return ("unité", "personnes", "entropie"), []
    found = chronogram(sequences)
    rows = [
        (position, int(found.people[at]), _finite(found.entropy[at]), *map(float, found.shares[:, at]))
        for at, position in enumerate(sequences.positions)
    ]
    return ("unité", "personnes", "entropie", *result.alphabet.ids), rows


def _transition_table(result: PathwaysResult) -> Table:
    sequences = result.typology.everyone
    if not len(sequences):
        return ("de", "vers", "passages", "part"), []
    counts = transition_counts(distinct_states(sequences))
    labels = [tenure.label for tenure in result.alphabet.tenures]
    rows = []
    for row, column in zip(*np.nonzero(counts), strict=True):
        total = counts[row].sum()
        share = float(counts[row, column] / total) if total >= MINIMUM else None
        rows.append((labels[row], labels[column], float(counts[row, column]), share))
    return ("de", "vers", "passages", "part (à partir de cinq)"), rows


def _survival_table(result: PathwaysResult) -> Table:
    rows = []
    for name, curve in survival(result).items():
        lines = zip(curve.times, curve.shares, curve.low, curve.high, curve.at_risk, strict=True)
        rows += [(name, *map(_finite, line)) for line in lines]
    return ("groupe", "mois", "part encore là", "borne basse", "borne haute", "observés"), rows


def _temporary_table(result: PathwaysResult) -> Table:
    """One row per public: how many stays in temporary housing, how many ended, how long half of them last."""
    rows = []
    for each in temporary(result):
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
            SENSE[each.polarity],
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
