"""How good a partition is, by ten indices; and which shares of differences between people groups explain.

Source: M. Studer, *WeightedCluster library manual*, LIVES Working Papers 24, 2013; M. Studer et al., « Discrepancy analysis of
state sequences », *Sociological Methods & Research* 40, 2011, p. 471-510.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.states import Floats

Groups = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Quality:
    """Quality indices of a partition, by the names of WeightedCluster.

    PBC point-biserial correlation; HG Hubert's gamma; HGSD its Somers' D; ASW, ASWw silhouettes; CH, CHsq Calinski-Harabasz;
    R2, R2sq shares of discrepancy explained; HC Hubert's C, the only one where less is better.
    """

    PBC: float
    HG: float
    HGSD: float
    ASW: float
    ASWw: float
    CH: float
    R2: float
    CHsq: float
    R2sq: float
    HC: float


def quality(square: Floats, groups: Groups, weights: Floats | None = None) -> Quality:
    """The ten indices; `square` holds distances, shape (n, n), `groups` numbers, shape (n,)."""
    own = np.ones(len(groups)) if weights is None else weights
    rows, columns = np.triu_indices(len(groups))
    pairs = square[rows, columns]
    # As in WeightedCluster, a path and itself are half a pair, inside its group.
    heavy = own[rows] * own[columns] * np.where(rows == columns, 0.5, 1.0)
    within = groups[rows] == groups[columns]
    plain, with_own = silhouettes(square, groups, own)
    gamma, somers = _gamma(pairs, heavy, within)
    pseudo_f, share = _explained(square, groups, own)
    pseudo_f_squared, share_squared = _explained(square**2, groups, own)
    return Quality(
        PBC=_correlation(pairs, ~within, heavy),
        HG=gamma,
        HGSD=somers,
        ASW=float(own @ plain / own.sum()),
        ASWw=float(own @ with_own / own.sum()),
        CH=pseudo_f,
        R2=share,
        CHsq=pseudo_f_squared,
        R2sq=share_squared,
        HC=_hubert_c(pairs, heavy, within),
    )


def silhouettes(square: Floats, groups: Groups, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Silhouette of each path, -1 to 1: itself left out of its group (`ASW`), then counted (`ASWw`).

    As in WeightedCluster, a path alone in its group has a silhouette of 1.
    """
    own = np.ones(len(groups)) if weights is None else weights
    k = int(groups.max()) + 1
    weight = np.bincount(groups, own, k)
    sums = np.stack([square[:, groups == g] @ own[groups == g] for g in range(k)], axis=1)
    means = np.divide(sums, weight, out=np.full_like(sums, np.inf), where=weight > 0)
    mine = np.arange(len(groups)), groups
    elsewhere = means.copy()
    elsewhere[mine] = np.inf
    nearest = elsewhere.min(axis=1)
    others = weight[groups] - 1
    alone = np.divide(sums[mine], others, out=np.zeros(len(groups)), where=others > 0)
    return _silhouette(alone, nearest), _silhouette(means[mine], nearest)


def _silhouette(inside: Floats, outside: Floats) -> Floats:
    top = np.maximum(inside, outside)
    return np.divide(outside - inside, top, out=np.zeros_like(inside), where=(top > 0) & np.isfinite(top))


def _correlation(pairs: Floats, between: NDArray[np.bool_], heavy: Floats) -> float:
    total = heavy.sum()
    x, y = pairs - heavy @ pairs / total, between - heavy @ between / total
    spread = np.sqrt((heavy @ x**2) * (heavy @ y**2))
    return float(heavy @ (x * y) / spread) if spread > 0 else float("nan")


def _gamma(pairs: Floats, heavy: Floats, within: NDArray[np.bool_]) -> tuple[float, float]:
    """Concordance between being far apart and being in different groups: Hubert's gamma, and Somers' D."""
    _, rank = np.unique(pairs, return_inverse=True)
    inside = np.bincount(rank, heavy * within)
    outside = np.bincount(rank, heavy * ~within)
    below = np.concatenate(([0.0], np.cumsum(inside)[:-1]))
    above = inside.sum() - below - inside
    concordant, discordant, tied = outside @ below, outside @ above, outside @ inside
    loose = concordant + discordant
    strict = loose + tied / 2
    difference = concordant - discordant
    return (
        float(difference / loose) if loose > 0 else float("nan"),
        float(difference / strict) if strict > 0 else float("nan"),
    )


def _explained(square: Floats, groups: Groups, weights: Floats) -> tuple[float, float]:
    """Pseudo-F and share of the discrepancy that groups explain."""
    total, inside = discrepancy(square, weights), within_discrepancy(square, groups, weights).sum()
    k, n = int(groups.max()) + 1, float(weights.sum())
    if total == 0:
        return float("nan"), float("nan")
    share = 1.0 - inside / total
    if k < 2 or inside == 0 or n <= k:
        return float("nan"), float(share)
    return float((total - inside) / (k - 1) / (inside / (n - k))), float(share)


def discrepancy(square: Floats, weights: Floats) -> float:
    """The sum of squares of a set of paths, from their distances alone."""
    total = weights.sum()
    return float(weights @ square @ weights / 2 / total) if total > 0 else 0.0


def within_discrepancy(square: Floats, groups: Groups, weights: Floats) -> Floats:
    """`discrepancy` of each group. Shape (k,)."""
    k = int(groups.max()) + 1
    members = [np.flatnonzero(groups == g) for g in range(k)]
    return np.array([discrepancy(square[np.ix_(m, m)], weights[m]) for m in members])


def _hubert_c(pairs: Floats, heavy: Floats, within: NDArray[np.bool_]) -> float:
    """Where the sum of distances inside groups lies between the least and the greatest possible."""
    inside = heavy @ (pairs * within)
    share = float(heavy @ within)
    order = np.argsort(pairs, kind="stable")
    least = _first_part(pairs[order], heavy[order], share)
    most = _first_part(pairs[order[::-1]], heavy[order[::-1]], share)
    return float((inside - least) / (most - least)) if most > least else float("nan")


def _first_part(pairs: Floats, heavy: Floats, share: float) -> float:
    """The sum of distances of the first pairs that together weigh `share`."""
    reached = np.cumsum(heavy)
    full = int(np.searchsorted(reached, share * (1 + 1e-12), side="right"))
    total = float(heavy[:full] @ pairs[:full])
    left = share - (reached[full - 1] if full else 0.0)
    return total + (left * float(pairs[full]) if full < len(pairs) and left > 0 else 0.0)


def distance_to_centre(square: Floats, groups: Groups, weights: Floats | None = None) -> Floats:
    """How far each path is from the virtual centre of its group. Shape (n,)."""
    own = np.ones(len(groups)) if weights is None else weights
    result = np.zeros(len(groups))
    for g in range(int(groups.max()) + 1):
        members = np.flatnonzero(groups == g)
        block, heavy = square[np.ix_(members, members)], own[members]
        total = heavy.sum()
        if total > 0:
            result[members] = block @ heavy / total - discrepancy(block, heavy) / total
    return result


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether groups of people differ in their paths.

    `r2` is the share of discrepancy explained, `p_value` by permutation; `bartlett` and `levene` compare how varied the groups
    are inside.
    """

    pseudo_f: float
    pseudo_f_unequal: float
    r2: float
    bartlett: float
    levene: float
    p_value: float | None
    levene_p_value: float | None


def compare_groups(
    square: Floats,
    groups: Groups,
    weights: Floats | None = None,
    *,
    permutations: int = 999,
    seed: int = 20260101,
) -> Comparison:
    """Discrepancy analysis: how much of what separates paths goes with the groups, and is it more than chance.

    Permutations move people between groups; they need at least two groups.
    """
    own = np.ones(len(groups)) if weights is None else weights
    observed = _statistics(square, groups, own)
    if permutations < 1 or np.isnan(observed[0]):
        return Comparison(*observed, None, None)
    generator = np.random.default_rng(seed)
    drawn = np.array([_light(square, generator.permutation(groups), own) for _ in range(permutations)])
    more = (drawn >= np.array([observed[0], observed[4]]) * (1 - 1e-12)).sum(axis=0)
    p_values = (1 + more) / (1 + permutations)
    return Comparison(*observed, float(p_values[0]), float(p_values[1]))


def _light(square: Floats, groups: Groups, weights: Floats) -> tuple[float, float]:
    return _explained(square, groups, weights)[0], _levene(square, groups, weights)


def _statistics(square: Floats, groups: Groups, weights: Floats) -> tuple[float, float, float, float, float]:
    pseudo_f, share = _explained(square, groups, weights)
    inside = within_discrepancy(square, groups, weights)
    sizes = np.asarray(np.bincount(groups, weights), dtype=np.float64)
    n, k = weights.sum(), len(sizes)
    variances = np.divide(inside, sizes, out=np.zeros(k), where=sizes > 0)
    between = discrepancy(square, weights) - inside.sum()
    spread = ((1 - sizes / n) * variances).sum()
    unequal = float(between / spread) if spread > 0 else float("nan")
    return pseudo_f, unequal, share, _bartlett(inside, sizes), _levene(square, groups, weights)


def _bartlett(inside: Floats, sizes: Floats) -> float:
    n, k = sizes.sum(), len(sizes)
    if k < 2 or (inside <= 0).any() or (sizes <= 1).any() or n <= k:
        return float("nan")
    variances, freedom = inside / sizes, sizes - 1
    pooled = np.log(freedom @ variances / (n - k)) * (n - k) - freedom @ np.log(variances)
    return float(pooled / (1 + ((1 / freedom).sum() - 1 / (n - k)) / (3 * (k - 1))))


def _levene(square: Floats, groups: Groups, weights: Floats) -> float:
    """The F of distances to the centre across groups."""
    far = distance_to_centre(square, groups, weights)
    sizes = np.bincount(groups, weights)
    means = np.divide(np.bincount(groups, weights * far), sizes, out=np.zeros(len(sizes)), where=sizes > 0)
    n, k = weights.sum(), len(sizes)
    between = sizes @ (means - weights @ far / n) ** 2
    inside = weights @ (far - means[groups]) ** 2
    return float(between / (k - 1) / (inside / (n - k))) if k > 1 and inside > 0 and n > k else float("nan")
