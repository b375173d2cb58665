"""Similarity analysis (analyse de similitude): which terms are said together, as a graph and its maximum tree.

Source: C. Flament, « L'analyse de similitude : une technique pour les recherches sur les représentations sociales », Cahiers de
psychologie cognitive 1(4), 1981; P. Vergès & B. Bouriche, L'analyse des données par les graphes de similitude, 2001.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import networkx as nx
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Floats = npt.NDArray[np.float64]
Index = Literal["cooccurrence", "jaccard", "dice", "ochiai", "russel", "simple_matching", "phi"]

INDICES: Final[tuple[Index, ...]] = (
    "cooccurrence",
    "jaccard",
    "dice",
    "ochiai",
    "russel",
    "simple_matching",
    "phi",
)


def similarity(presence: sp.csr_array, index: Index = "jaccard") -> Floats:
    """How much each pair of terms is said together, shape (terms, terms), symmetric.

    Args: `presence` of shape (segments, terms), 0 or 1. With a = both, b and c = one only, d = neither: Jaccard a/(a+b+c),
    Dice 2a/(2a+b+c), Ochiai a/√((a+b)(a+c)), Russel a/n, simple matching (a+d)/n, Phi the correlation; 0 where undefined.
    """
    a = np.asarray((presence.T @ presence).todense(), dtype=float)
    sizes = np.diag(a).copy()
    n = float(presence.shape[0])
    b, c = sizes[:, None] - a, sizes[None, :] - a
    d = n - a - b - c
    one, other = sizes[:, None], sizes[None, :]
    if index == "phi":
        return _ratio(a * d - b * c, np.sqrt(one * other * (n - one) * (n - other)))
    numerator, denominator = {
        "cooccurrence": (a, np.ones_like(a)),
        "jaccard": (a, a + b + c),
        "dice": (2 * a, 2 * a + b + c),
        "ochiai": (a, np.sqrt(one * other)),
        "russel": (a, np.full_like(a, n)),
        "simple_matching": (a + d, np.full_like(a, n)),
    }[index]
    return _ratio(numerator, denominator)


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def graph(weights: Floats, terms: Sequence[str], *, threshold: float = 0.0) -> nx.Graph:
    """The graph of the pairs of terms more alike than `threshold`; terms without any edge are left out."""
    found = nx.Graph()
    for one, other in np.argwhere(np.triu(weights > threshold, k=1)):
        found.add_edge(terms[one], terms[other], weight=float(weights[one, other]))
    return found


def maximum_tree(full: nx.Graph) -> nx.Graph:
    """The tree that links every term by its strongest similarities; of equal edges, the first of the graph."""
    return nx.maximum_spanning_tree(full, weight="weight", algorithm="kruskal")


def communities(full: nx.Graph, *, seed: int = 0, draws: int = 20) -> dict[str, int]:
    """The community of each term (Louvain, best modularity of several draws), numbered from 1 by decreasing size, then by first term.

    Source: V. Blondel et al., « Fast unfolding of communities in large networks », Journal of Statistical Mechanics, 2008.
    """
    tried = (
        nx.community.louvain_communities(full, weight="weight", seed=seed + draw) for draw in range(draws)
    )
    best = max(tried, key=lambda found: nx.community.modularity(full, found, weight="weight"))
    found = sorted(best, key=lambda members: (-len(members), min(members)))
    return {term: number for number, members in enumerate(found, start=1) for term in sorted(members)}
