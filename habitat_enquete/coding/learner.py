"""Learning from decisions which codes a text deserves, and with what probability.

For each group of texts that share their codes (one question, or the whole study) a regression (`regression.py`) learns all
codes at once. Its leave-one-block-out opinions are mixed with lexical closeness and nearest neighbours by one logistic model
shared by all codes and groups, which starts from shipped weights (`weights.py`) and moves away from them as decisions come:
calibrated from the first to the thousandth.

Everything is deterministic: the same decisions give the same probabilities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.coding.features import LEXICAL, Matrix
from habitat_enquete.coding.regression import Opinion, PreparedGroup, Ranks, Regression
from habitat_enquete.coding.weights import CENTRES, SCALES, WEIGHTS

_STIFFNESS: Final = 100.0  # how strongly the mixing weights are held to the shipped ones: twenty decisions must not upset them
_MOST_STEPS: Final = 40
_CELLS_AT_ONCE: Final = 100_000  # texts × codes described at a time: about a hundred megabytes

NAMES: Final = (
    *LEXICAL,
    "phrase_behind",
    "letters_behind",
    "regression",
    "regression_s",
    "regression_m",
    "regression_behind",
    "regression_root",
    "peak",
    "peak_s",
    "peak_behind",
    "peak_best",
    "neighbours",
    "neighbours_s",
    "nearest_s",
    "nearest3_s",
    "prior",
    "prior_s",
    "support",
    "support_m",
    "residual",
    "residual_phrase",
    "residual_length",
    "residual_s",
    "best_phrase",
    "length",
    *(f"{name}_s" for name in LEXICAL),
    "phrase_behind_s",
    "letters_behind_s",
    "best_phrase_s",
    "doubt",
    "doubt_prior",
)


def features(prepared: PreparedGroup, regression: Regression, rows: Ranks) -> Matrix:
    """Texts of `rows` × codes × `NAMES`, given the decisions; a decided text is described as if it had not been decided."""
    return _assembled(prepared, regression.opinion(rows), rows)


def _assembled(prepared: PreparedGroup, fit: Opinion, rows: Ranks) -> Matrix:
    lex = prepared.lexical[rows].astype(np.float64)
    shape = lex.shape[:2]
    small = fit.support / (fit.support + 3)
    many = fit.support / (fit.support + 30)
    share = np.clip(fit.share, 1e-3, 0.999)
    prior = np.log(share / (1 - share))
    residual = np.broadcast_to(prepared.residual.astype(float), shape)
    meaningful = np.where(prepared.residual, 0.0, lex[:, :, 1])
    best_phrase = np.broadcast_to(meaningful.max(axis=1, keepdims=True), shape)
    length = np.broadcast_to(prepared.lengths[rows][:, None], shape)
    doubt = np.broadcast_to(np.clip(fit.doubt, 0, 2)[:, None], shape)
    phrase_behind = lex[:, :, 1] - lex[:, :, 1].max(axis=1, keepdims=True)
    letters_behind = lex[:, :, 3] - lex[:, :, 3].max(axis=1, keepdims=True)
    scores, peaks = fit.scores, fit.peaks
    layers = [
        *(lex[:, :, layer] for layer in range(len(LEXICAL))),
        phrase_behind,
        letters_behind,
        scores,
        scores * small,
        scores * many,
        scores - scores.max(axis=1, keepdims=True),
        np.sqrt(np.clip(scores, 0, None)),
        peaks,
        peaks * small,
        peaks - peaks.max(axis=1, keepdims=True),
        np.maximum(peaks, scores),
        fit.neighbours,
        fit.neighbours * small,
        fit.nearest * small,
        fit.nearest3 * small,
        prior,
        prior * small,
        small,
        many,
        residual,
        residual * best_phrase,
        residual * length,
        residual * small,
        best_phrase,
        length,
        *(small * lex[:, :, layer] for layer in range(len(LEXICAL))),
        small * phrase_behind,
        small * letters_behind,
        small * best_phrase,
        doubt,
        doubt * prior,
    ]
    return np.stack(layers, axis=-1)


@dataclass(frozen=True, eq=False)
class Mixer:
    """The logistic model that turns features into a probability: one weight per feature, and a constant (last)."""

    weights: Matrix

    def probabilities(self, features: Matrix) -> Matrix:
        """Texts × codes probabilities of `features`."""
        return np.asarray(1 / (1 + np.exp(-np.clip(_standard(features) @ self.weights, -30, 30))))


def shipped_mixer() -> Mixer:
    """The mixing weights one starts from, before any decision."""
    return Mixer(np.array([*(WEIGHTS[name] for name in NAMES), WEIGHTS["constant"]]))


def _standard(features: Matrix) -> Matrix:
    centred = (features - np.array([CENTRES[name] for name in NAMES])) / np.array(
        [SCALES[name] for name in NAMES]
    )
    return np.concatenate([centred, np.ones((*features.shape[:-1], 1))], axis=-1)


def fit_mixer(
    features: Sequence[Matrix],
    truths: Sequence[Matrix],
    *,
    start: Mixer | None = None,
    stiffness: float = _STIFFNESS,
) -> Mixer:
    """The mixing weights that explain the `truths` (0 or 1, soft allowed), held to those of `start`.

    Args: one array per group: decided texts × codes × `NAMES`, and decided texts × codes.
    """
    begin = start or shipped_mixer()
    rows = [each.reshape(-1, each.shape[-1]) for each in features if each.size]
    if not rows:
        return begin
    inputs = np.concatenate([_standard(each) for each in rows])
    truth = np.clip(np.concatenate([each.reshape(-1) for each in truths if each.size]), 0, 1)

    return Mixer(_newton(inputs, truth, begin.weights, stiffness))


def _newton(inputs: Matrix, truth: Matrix, begin: Matrix, stiffness: float) -> Matrix:
    """The weights of the logistic model of greatest penalised likelihood: a convex problem, solved in a few steps."""

    def loss(weights: Matrix) -> float:
        logits = inputs @ weights
        away = weights - begin
        return float(np.logaddexp(0, logits).sum() - truth @ logits + stiffness / 2 * away @ away)

    weights, current = begin.copy(), loss(begin)
    for _ in range(_MOST_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (chances - truth) + stiffness * (weights - begin)
        bend = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + stiffness * np.eye(len(weights))
        step = np.linalg.solve(bend, slope)
        length = 1.0
        while (found := loss(weights - length * step)) > current and length > 1e-4:
            length /= 2
        if found > current:
            break
        weights = weights - length * step
        done = current - found < 1e-7 * (1 + abs(current))
        current = found
        if done:
            break
    return weights


@dataclass(frozen=True, eq=False)
class Prediction:
    """Probabilities for every text of a group, and from what probability each code is worth proposing."""

    probabilities: Matrix
    thresholds: Matrix
    support: Matrix  # decided positives per code


def predict(
    groups: Sequence[PreparedGroup],
    decided: Sequence[tuple[Matrix, NDArray[np.bool_]]] | None = None,
    *,
    truths: Sequence[Matrix] | None = None,
    start: Mixer | None = None,
) -> tuple[list[Prediction], Mixer]:
    """Learn from the decided texts of all groups, and say of every text how likely each code is.

    Args: `decided`: (targets, known) of each group, its own by default; `truths`: what the mixer should reach on decided
    texts when it differs from the targets (the majority, where targets are shares).
    """
    given = decided or [(each.group.targets, each.group.known) for each in groups]
    wanted = truths or [targets for targets, _ in given]
    regressions = [
        Regression(group, targets, known) for group, (targets, known) in zip(groups, given, strict=True)
    ]
    judged = [
        np.flatnonzero(known & ~np.isnan(truth).any(axis=1))
        for (_, known), truth in zip(given, wanted, strict=True)
    ]
    mixer = fit_mixer(
        [
            features(group, regression, rows)
            for group, regression, rows in zip(groups, regressions, judged, strict=True)
        ],
        [truth[rows] for truth, rows in zip(wanted, judged, strict=True)],
        start=start,
    )
    probabilities = [
        _probabilities(group, regression, mixer)
        for group, regression in zip(groups, regressions, strict=True)
    ]
    common = _common_threshold(
        np.concatenate([each[rows].reshape(-1) for each, rows in zip(probabilities, judged, strict=True)]),
        np.concatenate([truth[rows].reshape(-1) for truth, rows in zip(wanted, judged, strict=True)]),
    )
    predictions = []
    for each, (targets, known) in zip(probabilities, given, strict=True):
        support = (targets[known] >= 0.5).sum(axis=0).astype(float)
        predictions.append(Prediction(each, _thresholds(each, support, common), support))
    return predictions, mixer


def _probabilities(group: PreparedGroup, regression: Regression, mixer: Mixer) -> Matrix:
    """Texts × codes, a few texts at a time: thousands of passages under hundreds of codes would not fit in memory at once."""
    texts, codes = len(group.group.texts), len(group.group.codes)
    result = np.zeros((texts, codes))
    for rows in _batches(texts, max(1, _CELLS_AT_ONCE // max(1, codes))):
        result[rows] = mixer.probabilities(features(group, regression, rows))
    return result


def _batches(count: int, size: int) -> Iterator[Ranks]:
    for start in range(0, count, size):
        yield np.arange(start, min(start + size, count))


_COMMON: Final = 0.18  # the threshold before there are decisions to choose it on
_LOWEST: Final = 0.05  # below, the name of a code nobody met yet would be proposed everywhere
_ENOUGH: Final = 100.0  # positives' worth of belief in it


def _common_threshold(probabilities: Matrix, truth: Matrix) -> float:
    """The probability from which proposing gives the best F1 on decided texts, held near the usual one while few."""
    positives = float((truth >= 0.5).sum())
    if not positives:
        return _COMMON
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(truth[order] >= 0.5)
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + positives)
    # The flat top of the curve is wide: its middle is steadier than its highest point.
    top = np.flatnonzero(f1 >= f1.max() - 0.002)
    found = float(probabilities[order[top]].mean())
    return (positives * found + _ENOUGH * _COMMON) / (positives + _ENOUGH)


def _thresholds(probabilities: Matrix, support: Matrix, common: float) -> Matrix:
    """Per code: half the F1 to be expected where decisions are few (Lipton 2014), the common threshold where they are many."""
    result = np.full(probabilities.shape[1], common)
    if not len(probabilities):
        return result
    ordered = -np.sort(-probabilities, axis=0)
    ranks = np.arange(1, len(ordered) + 1)[:, None]
    expected = 2 * np.cumsum(ordered, axis=0) / (ranks + ordered.sum(axis=0) + 1e-9)
    half = np.clip(expected.max(axis=0) / 2, _LOWEST, common)
    trust = support / (support + 3)
    return np.asarray(trust * common + (1 - trust) * half)


def weights_by_name(mixer: Mixer) -> Mapping[str, float]:
    """The mixing weights, named, as `weights.py` stores them."""
    return dict(zip((*NAMES, "constant"), (float(weight) for weight in mixer.weights), strict=True))
