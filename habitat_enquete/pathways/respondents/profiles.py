"""Types of respondents where closed questions carry the profile: specific correspondence analysis, Ward's tree, consolidation.

Answers that say nothing (no answer, refusal, question not asked) and rare ones are left out of the distances, not of the people: they
are passive categories. Weights of the study are row weights; what tells a group apart is tested on people, never on weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.pathways.respondents import mca
from habitat_enquete.pathways.respondents.groups import (
    Groups,
    along_first_axis,
    best_count,
    consolidated,
    paragons,
    ward,
)
from habitat_enquete.pathways.sequences.quality import silhouettes
from habitat_enquete.pathways.sequences.states import Floats
from habitat_enquete.pathways.sequences.typology import SEED, rand_index
from habitat_enquete.pathways.settings import REASONABLE, STRONG, Settings

SILENT: Final = "(sans réponse)"
_RARE_SHARE: Final = 0.05
_RARE_PEOPLE: Final = 5
_MOST_SILENT: Final = 0.5
_MOST_CATEGORIES: Final = 15
_MOST_AXES: Final = 10
_LARGEST: Final = 8
_FEWEST_IN_GROUP: Final = 5
_DRAWN: Final = 1_000

Answers = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class RespondentTypes:
    """The types of respondents, and the axes they are read on.

    `questions` maps each active question to its label; `left_out` questions to why. `groups` is None without a solid typology;
    `traits` are those of each group, the strongest first, over active questions and attributes; `typical` the people nearest to the
    centre of each group, by their place in `people`.
    """

    people: tuple[str, ...]
    questions: Mapping[str, str]
    left_out: Mapping[str, str]
    passive: tuple[tuple[str, str], ...]
    analysis: mca.Mca
    supplementary: mca.Categories | None
    axes: int
    verdict: str
    is_solid: bool
    groups: Groups | None
    silhouette: float
    stability: float
    traits: tuple[tuple[mca.Trait, ...], ...]
    typical: tuple[tuple[int, ...], ...]
    weights: Floats

    @property
    def types(self) -> dict[str, int]:
        """The type of each person, from 1; empty without a solid typology."""
        if self.groups is None:
            return {}
        return {person: int(group) + 1 for person, group in zip(self.people, self.groups, strict=True)}

    def summary(self) -> dict[str, object]:
        """The types in plain values."""
        return {
            "people": len(self.people),
            "questions": dict(self.questions),
            "left_out": dict(self.left_out),
            "verdict": self.verdict,
            "is_solid": self.is_solid,
            "silhouette": self.silhouette,
            "stability": self.stability,
            "modified_rates": [float(rate) for rate in self.analysis.modified_rates],
            "types": self.types,
            "traits": [
                [
                    {"question": t.variable, "answer": t.category, "v_test": t.v_test, "p_value": t.p_value}
                    for t in own
                ]
                for own in self.traits
            ],
        }


def respondent_types(
    answers: Answers,
    labels: Mapping[str, str],
    attributes: Mapping[str, Mapping[str, str]],
    weights: Mapping[str, float],
    settings: Settings,
    *,
    count: int = 0,
) -> RespondentTypes:
    """The types of respondents.

    Args:
        answers: question → person → category in words; a person without one said nothing.
        labels: what each question asks.
        attributes: what is known of each person beside: public, EPCI… (supplementary).
        count: the number of types wanted, 0 to choose.

    Raises: EnqueteError when fewer than two questions, or two people, can be analysed.
    """
    people = tuple(sorted({person for own in answers.values() for person in own}))
    kept, left_out = _usable(answers, len(people))
    if len(kept) < 2 or len(people) < 3:
        why = " ; ".join(f"{labels.get(name, name)} : {reason}" for name, reason in left_out.items())
        raise EnqueteError(
            Code.PROFILES_TOO_FEW, questions=len(kept), people=len(people), why=f" ({why})" if why else ""
        )
    variables = {name: [answers[name].get(person, SILENT) for person in people] for name in kept}
    passive = _passive(variables)
    heavy = np.array([weights.get(person, 1.0) for person in people])
    first = mca.analyse(variables, weights=heavy, passive=passive, axes=_MOST_AXES)
    axes = _axes(first, len(kept))
    analysis = mca.analyse(variables, weights=heavy, passive=passive, axes=axes)
    beside = _beside(attributes, people)
    supplementary = analysis.supplementary(beside) if beside else None
    groups, silhouette, stability, verdict = _grouped(analysis.people, heavy, settings, count)
    traits: tuple[tuple[mca.Trait, ...], ...] = ()
    typical: tuple[tuple[int, ...], ...] = ()
    if groups is not None:
        found = mca.characterise(variables | beside, [str(g) for g in groups])
        traits = tuple(tuple(found[str(g)]) for g in range(int(groups.max()) + 1))
        near = paragons(analysis.people, groups, heavy, 3)
        typical = tuple(tuple(row for row, _ in own) for own in near)
    return RespondentTypes(
        people,
        {name: labels.get(name, name) for name in kept},
        left_out,
        tuple(passive),
        analysis,
        supplementary,
        axes,
        verdict,
        groups is not None,
        groups,
        silhouette,
        stability,
        traits,
        typical,
        heavy,
    )


def _usable(answers: Answers, people: int) -> tuple[list[str], dict[str, str]]:
    """The questions that can be active, and why the others cannot."""
    kept, left_out = [], {}
    for name, own in answers.items():
        counts = Counter(own.values())
        common = [category for category, n in counts.items() if not _is_rare(n, people)]
        if len(own) < (1 - _MOST_SILENT) * people:
            left_out[name] = f"{len(own)} réponses sur {people} personnes"
        elif len(common) < 2:
            left_out[name] = "une seule réponse assez fréquente"
        elif len(common) > _MOST_CATEGORIES:
            left_out[name] = f"{len(common)} réponses différentes"
        else:
            kept.append(name)
    return kept, left_out


def _is_rare(count: int, people: int) -> bool:
    return count < min(_RARE_PEOPLE, max(people // 10, 2)) or count < _RARE_SHARE * people


def _passive(variables: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Silence and rare answers: they place nobody."""
    found = []
    for name, values in variables.items():
        for category, n in sorted(Counter(values).items()):
            if category == SILENT or _is_rare(n, len(values)):
                found.append((name, category))
    return found


def _axes(found: mca.Mca, questions: int) -> int:
    """The axes above the mean eigenvalue, two at least (one when there is only one)."""
    above = int((found.eigenvalues > 1 / questions).sum())
    return max(min(above, _MOST_AXES, len(found.eigenvalues)), min(2, len(found.eigenvalues)))


def _beside(attributes: Mapping[str, Mapping[str, str]], people: Sequence[str]) -> dict[str, list[str]]:
    """The attributes that describe groups of people, one category each."""
    names = sorted({name for person in people for name in attributes.get(person, {})})
    found = {}
    for name in names:
        values = [attributes.get(person, {}).get(name, "") or SILENT for person in people]
        distinct = Counter(value for value in values if value != SILENT)
        if 2 <= len(distinct) <= _MOST_CATEGORIES and sum(distinct.values()) >= len(people) / 2:
            found[name] = values
    return found


def _grouped(
    points: Floats, weights: Floats, settings: Settings, count: int
) -> tuple[Groups | None, float, float, str]:
    """The groups (None when they are not solid), their silhouette, their stability, and the sentence that says so."""
    n = len(points)
    if len(np.unique(np.round(points, 9), axis=0)) < 2:
        return (
            None,
            float("nan"),
            float("nan"),
            "Toutes les personnes ont répondu de même : il n'y a pas de types à distinguer.",
        )
    chosen = count or min(best_count(ward(points, weights).heights), _LARGEST)
    chosen = max(2, min(chosen, n - 1))
    groups = _groups(points, weights, chosen)
    square = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2)) if n <= _DRAWN else None
    silhouette = _silhouette(points, square, groups, weights)
    stability = _stability(points, weights, groups, settings.draws)
    smallest = int(np.bincount(groups).min())
    doubts = []
    if n < settings.minimum:
        doubts.append(f"{n} personnes, moins de {settings.minimum}")
    if silhouette < settings.silhouette:
        doubts.append(f"silhouette de {_decimal(silhouette)}, moins de {_decimal(settings.silhouette)}")
    if stability < settings.stability:
        doubts.append(f"stabilité de {_decimal(stability)}, moins de {_decimal(settings.stability)}")
    if smallest < _FEWEST_IN_GROUP:
        doubts.append(f"un type de {smallest} personnes, moins de {_FEWEST_IN_GROUP}")
    if doubts:
        said = " ; ".join(doubts)
        return (
            None,
            silhouette,
            stability,
            f"Pas de types de répondants solides ({said}) : les axes se lisent seuls.",
        )
    strength = "forte" if silhouette >= STRONG else "raisonnable" if silhouette >= REASONABLE else "faible"
    verdict = (
        f"{chosen} types de répondants, de structure {strength} (silhouette {_decimal(silhouette)},"
        f" stabilité {_decimal(stability)})."
    )
    return groups, silhouette, stability, verdict


def _groups(points: Floats, weights: Floats, count: int) -> Groups:
    raw = ward(points, weights).cut(count)
    return along_first_axis(points, consolidated(points, raw, weights), weights)


def _silhouette(points: Floats, square: Floats | None, groups: Groups, weights: Floats) -> float:
    """The mean silhouette, over a draw of people when they are many."""
    if square is None:
        rows = np.random.default_rng(SEED).choice(len(points), _DRAWN, replace=False)
        points, groups, weights = points[rows], groups[rows], weights[rows]
        groups = np.unique(groups, return_inverse=True)[1].astype(np.int64)
        square = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    own, _ = silhouettes(square, groups, weights)
    return float(np.average(own, weights=weights))


def _stability(points: Floats, weights: Floats, groups: Groups, draws: int) -> float:
    """The mean adjusted Rand index with the groups of as many people (1,000 at most) drawn with replacement, everybody then put with the
    nearest centre."""
    generator = np.random.default_rng(SEED)
    count, found = int(groups.max()) + 1, []
    for _ in range(draws):
        rows = generator.integers(0, len(points), min(len(points), _DRAWN))
        if len(np.unique(points[rows], axis=0)) < count:
            continue
        drawn = _groups(points[rows], weights[rows], count)
        centres = np.stack(
            [
                np.average(points[rows][drawn == g], axis=0, weights=weights[rows][drawn == g])
                for g in range(count)
            ]
        )
        nearest = ((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        found.append(rand_index(groups, nearest.astype(np.int64)))
    return float(np.mean(found)) if found else 0.0


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")
