"""Portraits that a planner can act on: of each type of path, and of each public."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from habitat_enquete.model.codebook import Codebook, Polarity
from habitat_enquete.model.pathway import Move, Pathway, PlacedCoding
from habitat_enquete.pathways.alphabet import Alphabet
from habitat_enquete.pathways.episodes.communes import Gazetteer
from habitat_enquete.pathways.episodes.dates import month_name
from habitat_enquete.pathways.episodes.timeline import Stay, stays

# The kind of the only profile of a study without types nor publics.
EVERYBODY: Final = "ensemble"
_TOP: Final = 5
_QUOTES: Final = 3
_MULTIPLE: Final = frozenset({"publics_pd2h"})
_REFUSED: Final = frozenset({"non", "no", "false", "0", "refus"})


@dataclass(frozen=True, slots=True)
class Count:
    """How many people: `people`, out of those concerned; `label` as a reader reads it."""

    id: str
    label: str
    people: int


@dataclass(frozen=True, slots=True)
class StripLine:
    """One dwelling of a portrait: months as `2015-03`, where, and why it was entered. Empty `end`: still there."""

    tenure: str
    label: str
    start: str
    end: str
    months: int
    place: str
    motives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """A real path, under its pseudonymous id: the strip of dwellings, and quotes attached to its turning points."""

    respondent: str
    public: str
    strip: tuple[StripLine, ...]
    quotes: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A group of people and their paths.

    `weighted_share` uses the weights, `share` counts heads. `median_months` is over those who went through each tenure.
    `barriers` and `opportunities` count people who met them at a move. `installations`: succeeded, failed, in progress.
    """

    kind: str
    id: str
    label: str
    people: int
    share: float
    weighted_share: float
    portraits: tuple[Portrait, ...]
    motives: tuple[Count, ...]
    median_months: Mapping[str, float]
    moves: int
    scales: Mapping[str, int]
    median_km: float | None
    barriers: tuple[Count, ...]
    opportunities: tuple[Count, ...]
    installations: Mapping[str, int]
    wished: tuple[Count, ...]
    blocked: tuple[Count, ...]
    publics: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What profiles are made from."""

    pathways: Mapping[str, Pathway]
    moves: Mapping[str, Sequence[Move]]
    weights: Mapping[str, float]
    alphabet: Alphabet
    gazetteer: Gazetteer
    codebook: Codebook
    codings: Mapping[str, Sequence[PlacedCoding]]
    blocked: Mapping[str, str]


def of_types(ground: Ground, types: Mapping[str, tuple[str, str, bool, float | None]]) -> list[Profile]:
    """One profile per type, the heaviest first; its portraits begin with the medoid."""
    members: dict[str, list[str]] = defaultdict(list)
    labels: dict[str, str] = {}
    for person, (type_, label, is_medoid, _) in types.items():
        members[type_].insert(0 if is_medoid else len(members[type_]), person)
        labels[type_] = label
    found = [profile(ground, "type", type_, labels[type_], people) for type_, people in members.items()]
    return sorted(found, key=lambda each: each.id)


def of_attribute(ground: Ground, attribute: str, labels: Mapping[str, str] | None = None) -> list[Profile]:
    """One profile per value of an attribute (public, publics_pd2h, commune…); a person may belong to several."""
    members: dict[str, list[str]] = defaultdict(list)
    for person, pathway in ground.pathways.items():
        for value in values(pathway, attribute):
            members[value].append(person)
    found = [
        profile(ground, attribute, value, (labels or {}).get(value, value), people)
        for value, people in members.items()
    ]
    return sorted(found, key=lambda each: (-each.people, each.id))


def values(pathway: Pathway, attribute: str) -> list[str]:
    """The values of an attribute for one person; several when the attribute holds a list."""
    text = pathway.attributes.get(attribute, "")
    return (
        [part.strip() for part in text.split(";") if part.strip()]
        if attribute in _MULTIPLE
        else [text] * bool(text)
    )


def profile(ground: Ground, kind: str, id: str, label: str, people: Sequence[str]) -> Profile:
    """The profile of some people."""
    steps = [move for person in people for move in ground.moves.get(person, ())]
    everyone = sum(ground.weights.values())
    kilometres = [move.distance_km for move in steps if move.distance_km is not None]
    return Profile(
        kind=kind,
        id=id,
        label=label,
        people=len(people),
        share=len(people) / len(ground.pathways),
        weighted_share=sum(ground.weights[person] for person in people) / everyone,
        portraits=tuple(portrait(ground, person) for person in people[:1]),
        motives=_top((m for m in _of_people(ground, people)), {}),
        median_months=_median_months(ground, people),
        moves=len(steps),
        scales=dict(Counter(move.scale for move in steps if move.scale).most_common()),
        median_km=median(kilometres) if kilometres else None,
        barriers=_met(ground, people, Polarity.BARRIER),
        opportunities=_met(ground, people, Polarity.OPPORTUNITY),
        installations=_tally(ground, people, "installation"),
        wished=_top(_each((p, ground.pathways[p].wished) for p in people), {}),
        blocked=_top(_each((p, ground.blocked.get(p, "")) for p in people), {}),
        publics=_tally(ground, people, "public"),
    )


def _of_people(ground: Ground, people: Iterable[str]) -> Iterable[tuple[str, str]]:
    for person in people:
        for move in ground.moves.get(person, ()):
            for motive in move.motives:
                yield person, motive


def _each(said: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """What each person said, one thing at a time (« maison ; terrain »)."""
    return ((person, part.strip()) for person, words in said for part in words.split(";"))


def _top(said: Iterable[tuple[str, str]], labels: Mapping[str, str]) -> tuple[Count, ...]:
    """What most people said, each person counted once."""
    counts = Counter(word for _, word in set(said) if word)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_TOP]
    return tuple(Count(word, labels.get(word, word), number) for word, number in ranked)


def _met(ground: Ground, people: Sequence[str], polarity: Polarity) -> tuple[Count, ...]:
    labels = {code.id: code.label for code in ground.codebook if code.polarity is polarity}
    said = set()
    for person in people:
        codes = {coding.id: coding.code for coding in ground.codings.get(person, ())}
        for move in ground.moves.get(person, ()):
            attached = move.barriers if polarity is Polarity.BARRIER else move.opportunities
            said |= {(person, codes[id]) for id in attached if id in codes}
    return _top(said, labels)


def _tally(ground: Ground, people: Sequence[str], attribute: str) -> dict[str, int]:
    counts = Counter(value for person in people for value in values(ground.pathways[person], attribute))
    return dict(counts.most_common())


def _median_months(ground: Ground, people: Sequence[str]) -> dict[str, float]:
    spent: dict[str, list[int]] = defaultdict(list)
    for person in people:
        months: Counter[str] = Counter()
        for stay in stays(ground.pathways[person]):
            tenure = ground.pathways[person].episodes[stay.episode].tenure
            if tenure:
                months[tenure] += stay.end - stay.begin
        for tenure, total in months.items():
            spent[tenure].append(total)
    return {tenure: float(median(spent[tenure])) for tenure in ground.alphabet.ids if tenure in spent}


def portrait(ground: Ground, person: str) -> Portrait:
    """The strip of one person's dwellings, and up to three quotes from the moves that were hardest or best helped."""
    pathway = ground.pathways[person]
    lines = tuple(_line(ground, pathway, stay) for stay in stays(pathway))
    if pathway.attributes.get("consentement_citation", "").casefold() in _REFUSED:
        return Portrait(person, pathway.attributes.get("public", ""), lines, ())
    quotes = {coding.id: coding.quote for coding in ground.codings.get(person, ())}
    attached = [id for move in ground.moves.get(person, ()) for id in (*move.barriers, *move.opportunities)]
    told = [(0, episode.quote) for episode in pathway.episodes if episode.quote]
    chosen = [(id, quotes[id]) for id in attached if id in quotes] + told
    return Portrait(person, pathway.attributes.get("public", ""), lines, tuple(chosen[:_QUOTES]))


def _line(ground: Ground, pathway: Pathway, stay: Stay) -> StripLine:
    episode = pathway.episodes[stay.episode]
    is_last = stay.episode == len(pathway.episodes) - 1 and episode.end is None
    return StripLine(
        tenure=episode.tenure or "",
        label=ground.alphabet.label(episode.tenure) if episode.tenure else "statut inconnu",
        start=month_name(stay.begin),
        end="" if is_last else month_name(stay.end - 1),
        months=stay.end - stay.begin,
        place=ground.gazetteer.name(episode.commune) if episode.commune else episode.place,
        motives=episode.motives,
    )
