"""Reading classes: the terms, attributes and codes that characterise each, its typical segments, a proposed name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from habitat_enquete.stats import keyness

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# IRaMuTeQ lists what is above this; 3.84 is the 5 % threshold.
LISTED_CHI2: Final = 2.0
SIGNIFICANT_CHI2: Final = 3.84
NAMELESS: Final = "sans mot qui la distingue"


@dataclass(frozen=True, slots=True)
class Association:
    """How a feature (term, attribute, code) is tied to a class, in numbers of segments.

    `in_class` segments of the class have it, `overall` classified segments have it; `chi2` is signed (< 0: avoided), one degree of
    freedom, without continuity correction; `share` is the share of its segments that the class holds.
    """

    feature: str
    in_class: int
    overall: int
    share: float
    chi2: float
    p: float


@dataclass(frozen=True, slots=True)
class Keyword:
    """How a term is tied to a class, in numbers of occurrences: χ² and G² of the class against the rest."""

    term: str
    in_class: int
    elsewhere: int
    chi2: float
    g2: float
    p: float


@dataclass(frozen=True, slots=True)
class Typical:
    """A segment that speaks the class's vocabulary: `score` is the sum of the χ² of its characteristic terms."""

    row: int
    score: float
    terms: tuple[str, ...]


def associations(
    presence: sp.csr_array, features: Sequence[str], classes: Ints, number: int
) -> list[Association]:
    """What segments of class `number` hold more, or less, than other classified segments: signed χ² of presence.

    Args: `presence` of shape (segments, features); `classes` (segments,), 0 = unclassified, left out of every count.
    Returns: features with |χ²| > 2, strongest first. Unit: the segment (IRaMuTeQ's profiles).
    """
    classified = classes > 0
    inside = classes == number
    overall = np.asarray(presence[np.flatnonzero(classified)].sum(axis=0)).ravel()
    in_class = np.asarray(presence[np.flatnonzero(inside)].sum(axis=0)).ravel()
    size, total = float(inside.sum()), float(classified.sum())
    chi2 = keyness.signed_chi2_2x2(
        in_class, overall, np.full_like(overall, size), np.full_like(overall, total), yates=False
    )
    p = keyness.p_value(chi2)
    found = [
        Association(
            features[j],
            int(in_class[j]),
            int(overall[j]),
            float(in_class[j] / overall[j]),
            float(chi2[j]),
            float(p[j]),
        )
        for j in np.flatnonzero(np.abs(chi2) > LISTED_CHI2).tolist()
    ]
    return sorted(found, key=lambda association: (-association.chi2, association.feature))


def keywords(counts: sp.csr_array, terms: Sequence[str], classes: Ints, number: int) -> list[Keyword]:
    """What is said more often in class `number` than in other classes: unit, the occurrence (keyness)."""
    inside = np.asarray(counts[np.flatnonzero(classes == number)].sum(axis=0)).ravel().astype(float)
    others = np.flatnonzero((classes > 0) & (classes != number))
    outside = np.asarray(counts[others].sum(axis=0)).ravel().astype(float)
    used = np.flatnonzero(inside + outside > 0).tolist()
    chi2 = keyness.chi2(inside[used], outside[used])
    g2 = keyness.likelihood_ratio(inside[used], outside[used])
    p = keyness.p_value(chi2)
    found = [
        Keyword(terms[j], int(inside[j]), int(outside[j]), float(chi2[i]), float(g2[i]), float(p[i]))
        for i, j in enumerate(used)
        if p[i] <= 0.05
    ]
    return sorted(found, key=lambda keyword: (-keyword.chi2, keyword.term))


def typical_segments(
    presence: sp.csr_array,
    terms: Sequence[str],
    classes: Ints,
    number: int,
    profile: Sequence[Association],
    *,
    at_most: int = 20,
) -> list[Typical]:
    """The segments of a class that say most of its vocabulary: sum of the χ² of the characteristic terms they hold.

    A segment counts each term once. Ties keep the order of the corpus.
    """
    weight = {a.feature: a.chi2 for a in profile if a.chi2 >= SIGNIFICANT_CHI2}
    weights = np.array([weight.get(term, 0.0) for term in terms])
    rows = np.flatnonzero(classes == number)
    scores = presence[rows] @ weights
    best = np.argsort(-scores, kind="stable")[:at_most]
    found = []
    for position in best:
        row = int(rows[position])
        held = presence.indices[presence.indptr[row] : presence.indptr[row + 1]]
        strongest = sorted((j for j in held if weights[j] > 0), key=lambda j: -weights[j])
        found.append(Typical(row, float(scores[position]), tuple(terms[j] for j in strongest)))
    return [typical for typical in found if typical.score > 0]


def proposed_name(
    profile: Sequence[Association],
    forms: Mapping[str, Mapping[str, int]],
    categories: Mapping[str, str] | None = None,
    *,
    words: int = 3,
) -> str:
    """A name for a class: its strongest terms, nouns as people say them most, verbs in the infinitive. A person replaces it.

    Proper nouns are passed over, whenever something else characterises the class: a first name does not name a subject.
    """
    known = categories or {}
    common = [a.feature for a in profile if known.get(a.feature) != "PROPN"]
    strongest = (common or [a.feature for a in profile])[: 2 * words]
    # Nouns name; a verb or an adjective only qualifies. `sorted` keeps the order of the χ² within each kind.
    chosen = sorted(strongest, key=lambda term: known.get(term, "NOUN") not in ("NOUN", "TERM"))[:words]
    if not chosen:
        return NAMELESS
    return ", ".join(_as_said(term, forms, known) for term in chosen)


def _as_said(term: str, forms: Mapping[str, Mapping[str, int]], categories: Mapping[str, str]) -> str:
    said = forms.get(term, {})
    if categories.get(term) == "VERB" or not said:
        return term
    return max(sorted(said), key=lambda form: said[form])


def indicator(labels: Sequence[Sequence[str]]) -> tuple[sp.csr_array, list[str]]:
    """The table of which segments have which labels (attributes, codes), shape (segments, labels), and the labels' names."""
    names = sorted({label for segment in labels for label in segment})
    column = {name: position for position, name in enumerate(names)}
    pairs = sorted({(row, column[label]) for row, segment in enumerate(labels) for label in segment})
    rows = np.array([row for row, _ in pairs], dtype=np.int64)
    columns = np.array([position for _, position in pairs], dtype=np.int64)
    return sp.csr_array((np.ones(len(pairs)), (rows, columns)), shape=(len(labels), len(names))), names
