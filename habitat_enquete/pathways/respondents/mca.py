"""Profiles of respondents from closed questions: multiple correspondence analysis, plain, weighted or specific.

Supplementary variables, contributions, squared cosines, correlation ratios and v-tests are those of R FactoMineR.
Sources: J.-P. Benzécri, *L'analyse des données*, 1973; M. Greenacre, *Correspondence analysis in practice*, 2007; B. Le Roux &
H. Rouanet, *Geometric data analysis*, 2004 (specific MCA); L. Lebart, A. Morineau, M. Piron, 1995 (v-tests).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.states import Floats

Labels = Sequence[str]
_TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """Coordinates of categories (modalités), and what says whether they matter. All shapes are (categories, axes).

    `names` are (variable, category) pairs; a |v-test| above 2 differs from zero at the 5 % level.
    """

    names: tuple[tuple[str, str], ...]
    coordinates: Floats
    contributions: Floats
    squared_cosines: Floats
    v_tests: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Mca:
    """A multiple correspondence analysis.

    `eigenvalues` of all axes; `modified_rates` (Benzécri) in percent of the axes above the mean; `people` and `contributions` of
    shape (n, axes); `eta2` maps each active variable to its correlation ratios. `axes` are the retained ones.
    """

    eigenvalues: Floats
    percentages: Floats
    modified_rates: Floats
    people: Floats
    contributions: Floats
    active: Categories
    eta2: Mapping[str, Floats]
    weights: Floats
    axes: int

    def supplementary(self, variables: Mapping[str, Labels]) -> Categories:
        """Categories that did not make the axes, placed where their people are."""
        names, indicator = disjunctive(variables)
        coordinates = _barycentres(indicator, self.people, self.weights) / np.sqrt(
            self.eigenvalues[: self.axes]
        )
        share = indicator.T @ self.weights / self.weights.sum()
        distance = np.divide(1.0, share, out=np.full(len(share), np.inf), where=share > 0) - 1
        cosines = coordinates**2 / np.maximum(distance, _TINY)[:, None]
        return Categories(
            names,
            coordinates,
            np.full_like(coordinates, np.nan),
            cosines,
            _v_tests(coordinates, indicator, self.weights),
        )

    def correlations(self, numbers: Floats) -> Floats:
        """Correlation of a quantitative supplementary variable with each axis. Shape (axes,)."""
        share = self.weights / self.weights.sum()
        centred = numbers - share @ numbers
        people = self.people - share @ self.people
        spread = np.sqrt(share @ centred**2) * np.sqrt(share @ people**2)
        return np.asarray((share * centred) @ people / spread)


def disjunctive(variables: Mapping[str, Labels]) -> tuple[tuple[tuple[str, str], ...], Floats]:
    """The indicator matrix of some variables, shape (n, categories); categories in alphabetical order within each variable."""
    names: list[tuple[str, str]] = []
    columns: list[NDArray[np.bool_]] = []
    for variable, values in variables.items():
        answers = np.asarray(values, dtype=object)
        for category in sorted(set(values)):
            names.append((variable, category))
            columns.append(answers == category)
    return tuple(names), np.stack(columns, axis=1).astype(float)


def analyse(
    variables: Mapping[str, Labels],
    *,
    weights: Floats | None = None,
    passive: Collection[tuple[str, str]] = (),
    axes: int = 5,
) -> Mca:
    """Multiple correspondence analysis of active variables (name → one category per person).

    Args:
        weights: of people; ones by default.
        passive: (variable, category) pairs left out of distances (specific MCA): junk, refusals, « autre ».

    Raises: ValueError when fewer than two categories are active.
    """
    names, indicator = disjunctive(variables)
    kept = np.array([name not in set(passive) for name in names])
    if kept.sum() < 2:
        raise ValueError("at least two active categories are needed")
    own = np.ones(len(indicator)) if weights is None else np.asarray(weights, dtype=float)
    row, q = own / own.sum(), len(variables)
    active = indicator[:, kept]
    column = row @ active / q
    residual = np.sqrt(row)[:, None] * (active / q - column) / np.sqrt(column)
    left, values, right = np.linalg.svd(residual, full_matrices=False)
    size = int(kept.sum()) - q if not len(passive) else int(kept.sum()) - _complete(names, kept)
    values, left, right = values[:size], left[:, :size], right[:size]
    left, right = _oriented(left, right)
    eigenvalues = values**2
    axes = min(axes, size)
    people = left[:, :axes] / np.sqrt(row)[:, None] * values[:axes]
    coordinates = right[:axes].T / np.sqrt(column)[:, None] * values[:axes]
    active_names = tuple(name for name, keep in zip(names, kept, strict=True) if keep)
    contributions = 100 * right[:axes].T ** 2
    categories = Categories(
        active_names,
        coordinates,
        contributions,
        coordinates**2 / (1 / (q * column) - 1)[:, None],
        _v_tests(coordinates, active, own),
    )
    return Mca(
        eigenvalues,
        100 * eigenvalues / eigenvalues.sum(),
        _modified_rates(eigenvalues, q),
        people,
        100 * left[:, :axes] ** 2,
        categories,
        _eta2(active_names, coordinates, column, eigenvalues[:axes], q),
        own,
        axes,
    )


def _complete(names: Sequence[tuple[str, str]], kept: NDArray[np.bool_]) -> int:
    """How many variables keep all their categories: each takes one dimension away."""
    cut = {name[0] for name, keep in zip(names, kept, strict=True) if not keep}
    return len({name[0] for name in names} - cut)


def _oriented(left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Axes whose categories have a positive sum: the same data give the same signs."""
    signs = np.where(right.sum(axis=1) < 0, -1.0, 1.0)
    return left * signs, right * signs[:, None]


def _barycentres(indicator: Floats, people: Floats, weights: Floats) -> Floats:
    heavy = indicator * weights[:, None]
    return np.asarray(heavy.T @ people / np.maximum(heavy.sum(axis=0), _TINY)[:, None])


def _v_tests(coordinates: Floats, indicator: Floats, weights: Floats) -> Floats:
    """How far from zero, in standard deviations, if as many people were drawn at random; a weight stands for so many people."""
    total = weights.sum()
    count = indicator.T @ weights
    return np.asarray(coordinates * np.sqrt(count * (total - 1) / np.maximum(total - count, _TINY))[:, None])


def _eta2(
    names: Sequence[tuple[str, str]], coordinates: Floats, column: Floats, eigenvalues: Floats, q: int
) -> dict[str, Floats]:
    """Correlation ratio of each variable with each axis: between-category variance over the axis's own."""
    found: dict[str, Floats] = {}
    for variable in dict.fromkeys(name for name, _ in names):
        own = np.array([name == variable for name, _ in names])
        found[variable] = q * column[own] @ coordinates[own] ** 2
    return found


def _modified_rates(eigenvalues: Floats, q: int) -> Floats:
    """Benzécri's rates, in percent, of the axes above the mean eigenvalue 1/q."""
    above = eigenvalues[eigenvalues > 1 / q]
    modified = (q / (q - 1)) ** 2 * (above - 1 / q) ** 2 if q > 1 else above
    return np.asarray(100 * modified / modified.sum()) if modified.size else modified


@dataclass(frozen=True, slots=True)
class Trait:
    """A category that a group has more (v-test > 0) or less than everybody: shares in percent, two-sided hypergeometric p-value."""

    variable: str
    category: str
    of_category: float  # share of the category's people who are in the group
    of_group: float  # share of the group's people who have the category
    overall: float
    p_value: float
    v_test: float


def characterise(
    variables: Mapping[str, Labels], groups: Labels, *, threshold: float = 0.05
) -> dict[str, list[Trait]]:
    """What tells each group apart, the strongest first (catdes): categories whose p-value is under `threshold`.

    Source: A. Morineau, « Note sur la caractérisation statistique d'une classe et les valeurs-tests », *Bulletin technique du CESIA*
    2, 1984, p. 20-27.
    """
    names, indicator = disjunctive(variables)
    labels = np.asarray(groups, dtype=object)
    found: dict[str, list[Trait]] = {}
    for group in sorted(set(groups)):
        own = labels == group
        traits = [
            _trait(name, indicator[:, at] > 0, own) for at, name in enumerate(names) if indicator[:, at].any()
        ]
        kept = [trait for trait in traits if trait.p_value <= threshold]
        found[group] = sorted(kept, key=lambda trait: -trait.v_test)
    return found


def _trait(name: tuple[str, str], has: NDArray[np.bool_], own: NDArray[np.bool_]) -> Trait:
    from scipy.stats import hypergeom, norm

    n, category, size, both = len(own), int(has.sum()), int(own.sum()), int((has & own).sum())
    law = hypergeom(n, category, size)
    point = law.pmf(both)
    p_value = float(min(2 * law.cdf(both - 1) + point, 2 * law.sf(both) + point))
    sign = 1.0 if both / size > category / n else -1.0
    return Trait(
        *name,
        of_category=100 * both / category,
        of_group=100 * both / size,
        overall=100 * category / n,
        p_value=p_value,
        v_test=float(sign * norm.isf(p_value / 2)),
    )
