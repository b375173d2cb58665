"""What sets publics apart: their paths, the barriers and opportunities they meet at each move, how settling ends.

Every figure counts people, never mentions. Below `FEWEST` people on either side, counts are given and nothing is tested.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.pathways.profiles import Ground, Profile, values
from habitat_enquete.pathways.sequences.quality import compare_groups
from habitat_enquete.pathways.sequences.states import Floats
from habitat_enquete.stats.crosstabs import from_counts, independence
from habitat_enquete.stats.intervals import wilson
from habitat_enquete.stats.multiplicity import holm

FEWEST: Final = 5
TOO_FEW: Final = "pas assez de personnes"
EVERY_MOVE: Final = "tous les déménagements"
INSTALLATION: Final = "installation"
_OUTCOMES: Final = {
    "reussie": "Installations réussies",
    "echouee": "Installations échouées",
    "en_cours": "Installations en cours",
}
_PERMUTATIONS: Final = 999
_FEWEST_PERMUTATIONS: Final = 99
# Cells of the distance matrix read over all permutations: a few seconds.
_CELLS: Final = 4e8

Passage = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Contrast:
    """A barrier or an opportunity, at a transition, for a public beside everybody else who made that transition.

    `passage` is (tenure left, tenure entered); empty for all moves. `met` of `exposed` people of the public met it, `met_elsewhere`
    of `exposed_elsewhere` others. `residual` (adjusted, standard normal without a link), `p_value` (Fisher) and `corrected` (Holm,
    over all that is tested for the attribute) are None when there are too few people.
    """

    attribute: str
    public: str
    label: str
    passage: Passage
    polarity: Polarity
    code: str
    met: int
    exposed: int
    met_elsewhere: int
    exposed_elsewhere: int
    residual: float | None = None
    p_value: float | None = None
    corrected: float | None = None

    @property
    def verdict(self) -> str:
        """What may be said of it."""
        if self.corrected is None or self.residual is None:
            return TOO_FEW
        if self.corrected >= 0.05:
            return "pas d'écart établi"
        return "plus souvent" if self.residual > 0 else "moins souvent"


@dataclass(frozen=True, slots=True)
class Difference:
    """Whether paths differ between the publics of an attribute (`public` empty), or between one public and all others.

    `r2` is the share of the discrepancy of paths that goes with the publics; p-values by permutation, None below `FEWEST` people.
    `levene_p_value` is small when some publics are more varied than others.
    """

    attribute: str
    public: str
    label: str
    people: int
    groups: int
    pseudo_f: float | None
    r2: float | None
    p_value: float | None
    levene_p_value: float | None
    permutations: int
    corrected: float | None = None

    @property
    def verdict(self) -> str:
        """What may be said of it."""
        if self.corrected is None:
            return TOO_FEW
        return "les parcours diffèrent" if self.corrected < 0.05 else "pas d'écart établi"


@dataclass(frozen=True, slots=True)
class Installation:
    """How settling ended for a public: counts by outcome; `share` succeeded among those over, with its 95 % interval.

    `share`, `low` and `high` are None below `FEWEST` people whose settling is over.
    """

    attribute: str
    public: str
    label: str
    succeeded: int
    failed: int
    in_progress: int
    share: float | None
    low: float | None
    high: float | None


def contrasts(ground: Ground, attributes: Sequence[str], profiles: Iterable[Profile] = ()) -> list[Contrast]:
    """Barriers and opportunities × transition × public, the most marked first; only those somebody met."""
    labels = _labels(profiles)
    made, met = _exposures(ground)
    polarity = {code.id: code.polarity for code in ground.codebook}
    found: list[Contrast] = []
    for attribute in attributes:
        members = _members(ground, attribute)
        own: list[Contrast] = []
        for (passage, code), people in met.items():
            for public, inside in members.items():
                exposed = made[passage]
                own.append(
                    _tested(
                        Contrast(
                            attribute,
                            public,
                            labels.get((attribute, public), public.replace("_", " ")),
                            passage,
                            polarity[code],
                            code,
                            len(people & inside),
                            len(exposed & inside),
                            len(people - inside),
                            len(exposed - inside),
                        )
                    )
                )
        found += _corrected([each for each in own if each.exposed])
    return sorted(found, key=_by_strength)


def _by_strength(each: Contrast) -> tuple[object, ...]:
    strength = 2.0 if each.corrected is None else each.corrected
    return strength, -abs(each.residual or 0.0), each.attribute, each.public, each.passage, each.code


def _exposures(ground: Ground) -> tuple[dict[Passage, set[str]], dict[tuple[Passage, str], set[str]]]:
    """Who made each transition, and who met each code there; ("", "") is any move."""
    made: dict[Passage, set[str]] = defaultdict(set)
    met: dict[tuple[Passage, str], set[str]] = defaultdict(set)
    polarity = {code.id: code.polarity for code in ground.codebook}
    for person, pathway in ground.pathways.items():
        tenures = {episode.rank: episode.tenure or "" for episode in pathway.episodes}
        codes = {coding.id: coding.code for coding in ground.codings.get(person, ())}
        for move in ground.moves.get(person, ()):
            passage = tenures[move.origin], tenures[move.destination]
            passages = {("", ""), passage} if all(passage) else {("", "")}
            for each in passages:
                made[each].add(person)
                for id in (*move.barriers, *move.opportunities):
                    if polarity.get(codes.get(id, ""), Polarity.NEUTRAL) is not Polarity.NEUTRAL:
                        met[each, codes[id]].add(person)
    return made, met


def _members(ground: Ground, attribute: str) -> dict[str, set[str]]:
    members: dict[str, set[str]] = defaultdict(set)
    for person, pathway in ground.pathways.items():
        for value in values(pathway, attribute):
            members[value].add(person)
    return members


def _labels(profiles: Iterable[Profile]) -> dict[tuple[str, str], str]:
    outcomes = {(INSTALLATION, id): label for id, label in _OUTCOMES.items()}
    return outcomes | {(profile.kind, profile.id): profile.label for profile in profiles}


def _tested(each: Contrast) -> Contrast:
    if min(each.exposed, each.exposed_elsewhere) < FEWEST:
        return each
    counts = np.array(
        [
            [each.met, each.exposed - each.met],
            [each.met_elsewhere, each.exposed_elsewhere - each.met_elsewhere],
        ],
        dtype=float,
    )
    if not counts.sum(axis=0).all():  # everybody met it, or nobody: nothing tells publics apart
        return replace(each, residual=0.0, p_value=1.0)
    table = from_counts(("public", "others"), ("met", "not"), counts)
    return replace(each, residual=float(table.adjusted[0, 0]), p_value=independence(table).fisher)


def _corrected(found: list[Contrast]) -> list[Contrast]:
    tested = [at for at, each in enumerate(found) if each.p_value is not None]
    for at, value in zip(tested, holm([found[at].p_value or 0.0 for at in tested]), strict=True):
        found[at] = replace(found[at], corrected=value)
    return found


def differences(
    ground: Ground,
    ids: Sequence[str],
    square: Floats,
    weights: Floats,
    attributes: Sequence[str],
    profiles: Iterable[Profile] = (),
) -> list[Difference]:
    """Whether paths differ with each attribute, then for each public beside all others.

    Args: `square` holds the distances between the paths of `ids`, shape (n, n).
    """
    labels = _labels(profiles)
    rows = {person: at for at, person in enumerate(ids)}
    found: list[Difference] = []
    for attribute in attributes:
        members = {
            public: {rows[person] for person in people if person in rows}
            for public, people in sorted(_members(ground, attribute).items())
        }
        members = {public: inside for public, inside in members.items() if inside}
        if not members:
            continue
        own = []
        if _is_partition(members):
            groups = [inside for inside in members.values() if len(inside) >= FEWEST]
            people = sum(map(len, members.values()))
            own.append(
                _difference(
                    (attribute, "", f"Tous ({attribute.replace('_', ' ')})"), people, groups, square, weights
                )
            )
        everybody = set(range(len(ids)))
        for public, inside in members.items():
            name = labels.get((attribute, public), public.replace("_", " "))
            groups = [each for each in (inside, everybody - inside) if len(each) >= FEWEST]
            own.append(_difference((attribute, public, name), len(inside), groups, square, weights))
        found += _corrected_differences(own)
    return found


def _is_partition(members: Mapping[str, set[int]]) -> bool:
    """Whether nobody belongs to two publics."""
    return len(set().union(*members.values())) == sum(map(len, members.values()))


def _difference(
    name: tuple[str, str, str],
    people: int,
    groups: Sequence[set[int]],
    square: Floats,
    weights: Floats,
) -> Difference:
    if len(groups) < 2:
        return Difference(*name, people, len(groups), None, None, None, None, 0)
    kept = np.array([row for inside in groups for row in sorted(inside)])
    ranks = np.array([rank for rank, inside in enumerate(groups) for _ in inside])
    draws = int(min(_PERMUTATIONS, max(_FEWEST_PERMUTATIONS, _CELLS / len(kept) ** 2)))
    seen = compare_groups(square[np.ix_(kept, kept)], ranks, weights[kept], permutations=draws)
    if np.isnan(seen.pseudo_f):
        return Difference(*name, people, len(groups), None, None, None, None, 0)
    return Difference(
        *name, people, len(groups), seen.pseudo_f, seen.r2, seen.p_value, seen.levene_p_value, draws
    )


def _corrected_differences(found: list[Difference]) -> list[Difference]:
    tested = [at for at, each in enumerate(found) if each.p_value is not None]
    for at, value in zip(tested, holm([found[at].p_value or 0.0 for at in tested]), strict=True):
        found[at] = replace(found[at], corrected=value)
    return found


def installations(profiles: Iterable[Profile]) -> list[Installation]:
    """How settling ended, for each type and public in which somebody's is known."""
    return [_installation(profile) for profile in profiles if profile.installations]


def _installation(profile: Profile) -> Installation:
    counts = profile.installations
    succeeded, failed = counts.get("reussie", 0), counts.get("echouee", 0)
    name = profile.kind, profile.id, profile.label
    over, going = succeeded + failed, counts.get("en_cours", 0)
    if over < FEWEST:
        return Installation(*name, succeeded, failed, going, None, None, None)
    interval = wilson(succeeded, over)
    return Installation(*name, succeeded, failed, going, succeeded / over, interval.low, interval.high)
