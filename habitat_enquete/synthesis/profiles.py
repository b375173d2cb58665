"""Profiles of residential paths: who is in each, the path of one of them, what they meet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Finding
from habitat_enquete.model.pathway import Episode, EpisodeState, Moment, Pathway, Precision, Tenure
from habitat_enquete.model.synthesis import Crossing, EpisodeLine, Factor, Portrait, Profile, Value
from habitat_enquete.synthesis.corpus import groups
from habitat_enquete.synthesis.crossings import shown_cell
from habitat_enquete.synthesis.evidence import choose
from habitat_enquete.synthesis.material import PROFILE, Material, present_tenure

_TOP: Final = 5
_QUOTES: Final = 3
_DAYS: Final = 365.25
UNKNOWN_TENURE: Final = "inconnu"


def profiles(
    material: Material, findings: Sequence[Finding], crossings: Sequence[Crossing]
) -> tuple[Profile, ...]:
    """The profiles, largest first: the types found by the pathways stage, else people grouped by their present tenure."""
    members = _members(material)
    total = sum(len(people) for people in members.values())
    found = [
        _profile(material, findings, crossings, profile, people, total)
        for profile, people in members.items()
        if people
    ]
    return tuple(sorted(found, key=lambda profile: (-profile.people, profile.id)))


def are_types(material: Material) -> bool:
    """Whether the profiles are types of paths, and not present tenures."""
    return bool(material.types)


def _members(material: Material) -> dict[str, list[str]]:
    members: dict[str, list[str]] = defaultdict(list)
    for person in sorted(material.types or material.pathways):
        if person not in material.withdrawn:
            key = material.types[person].type if material.types else present_tenure(material.pathways[person])
            if key:
                members[key].append(person)
    return members


def _episodes(pathway: Pathway) -> list[Episode]:
    return [e for e in pathway.episodes if e.state is EpisodeState.CONFIRMED and e.main]


def _profile(
    material: Material,
    findings: Sequence[Finding],
    crossings: Sequence[Crossing],
    profile: str,
    people: Sequence[str],
    total: int,
) -> Profile:
    stabilities = [
        s for p in people if p in material.types and (s := material.types[p].stability) is not None
    ]
    voices = frozenset(people)
    codings = [
        coding
        for finding in findings
        if finding.polarity is not Polarity.NEUTRAL
        for person, said in material.said(finding.code).items()
        if person in voices
        for coding in said
    ]
    return Profile(
        id=profile,
        label=_label(material, profile),
        people=len(people),
        share=len(people) / total,
        portrait=_portrait(material, people),
        publics=groups(material, "public", people),
        tenures=_tenures(material, people),
        median_years=_median_years(material, people),
        barriers=_top(material, findings, crossings, profile, Polarity.BARRIER),
        opportunities=_top(material, findings, crossings, profile, Polarity.OPPORTUNITY),
        evidence=choose(material, codings, number=_QUOTES),
        stability=sum(stabilities) / len(stabilities) if stabilities else None,
    )


def _label(material: Material, profile: str) -> str:
    if material.types:
        return material.label(PROFILE, profile)
    return _tenure(material, profile).label


def _tenure(material: Material, tenure: str | None) -> Tenure:
    known = {each.id: each for each in material.codebook.tenures}
    return known.get(tenure or "") or Tenure(
        tenure or UNKNOWN_TENURE, (tenure or "statut inconnu").replace("_", " ")
    )


def _top(
    material: Material,
    findings: Sequence[Finding],
    crossings: Sequence[Crossing],
    profile: str,
    polarity: Polarity,
) -> tuple[Factor, ...]:
    met = [
        Factor(finding.code, finding.label, shown_cell(material, finding, crossings, PROFILE, profile))
        for finding in findings
        if finding.polarity is polarity
    ]
    ordered = sorted(met, key=lambda factor: (-factor.cell.people, factor.code))
    return tuple(factor for factor in ordered if factor.cell.people)[:_TOP]


def _tenures(material: Material, people: Sequence[str]) -> tuple[Value, ...]:
    """The present tenures of the profile's people."""
    counts = Counter(present_tenure(material.pathways[p]) for p in people if p in material.pathways)
    named = [Value(tenure, _tenure(material, tenure).label, n) for tenure, n in counts.items() if tenure]
    return tuple(sorted(named, key=lambda value: (-value.people, value.id)))


def _median_years(material: Material, people: Sequence[str]) -> Mapping[str, float]:
    """Median years spent in each tenure, over those who went through it and whose dates are known."""
    spent: dict[str, list[float]] = defaultdict(list)
    for person in people:
        years: dict[str, float] = defaultdict(float)
        for line in _lines(material, person):
            years[line.label] += line.end_year - line.start_year
        for tenure, total in years.items():
            spent[tenure].append(total)
    return {tenure: round(median(values), 1) for tenure, values in sorted(spent.items())}


def _portrait(material: Material, people: Sequence[str]) -> Portrait | None:
    """The path of the medoid; without a typology, the path with the median number of episodes among those whose dates are known."""
    dated = [(person, lines) for person in people if (lines := _lines(material, person))]
    if not dated:
        return None
    medoids = [pair for pair in dated if pair[0] in material.types and material.types[pair[0]].is_medoid]
    ordered = sorted(dated, key=lambda pair: (len(pair[1]), pair[0]))
    person, lines = medoids[0] if medoids else ordered[len(ordered) // 2]
    public = ", ".join(material.label("public", value) for value in material.values(person, "public"))
    return Portrait(person, public, lines)


def _lines(material: Material, person: str) -> tuple[EpisodeLine, ...]:
    """The dated episodes of a person, as they may be printed."""
    pathway = material.pathways.get(person)
    if pathway is None:
        return ()
    lines = []
    for episode in _episodes(pathway):
        until = _year(episode.end) if episode.end else _iso_year(pathway.observed_until)
        since = _year(episode.start)
        if since is not None and until is not None and until >= since:
            tenure = _tenure(material, episode.tenure)
            end = _written(episode.end) if episode.end else ""
            lines.append(
                EpisodeLine(
                    tenure.id,
                    tenure.label,
                    tenure.colour,
                    _written(episode.start),
                    end,
                    since,
                    until,
                    episode.dwelling or "",
                )
            )
    return tuple(lines)


def _year(moment: Moment | None) -> float | None:
    """The middle of an imprecise date, in years."""
    if moment is None:
        return None
    bounds = [year for text in (moment.earliest, moment.latest) if (year := _iso_year(text)) is not None]
    return sum(bounds) / len(bounds) if bounds else None


def _iso_year(text: str | None) -> float | None:
    if not text:
        return None
    year, month, day = (*(int(part) for part in text.split("-")), 1, 1)[:3]
    return year + (month - 1) / 12 + (day - 1) / _DAYS


def _written(moment: Moment | None) -> str:
    """A date as precise as it is known, to the year at most: a day or a month could tell who it is."""
    if moment is None:
        return ""
    start, end = moment.earliest[:4], moment.latest[:4]
    about = "vers " if moment.precision is Precision.APPROXIMATE else ""
    return f"{about}{start}" if start == end else f"{start}–{end}"
