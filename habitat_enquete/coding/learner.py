"""Learning from decisions which codes a text deserves, and with what probability.

For each group of texts that share their codes (one question, or the whole study) a Gaussian-process regression on
TF-IDF kernels learns all codes at once; what is written of a code (name, definition, terms, examples) enters it as texts
already coded. Its leave-one-block-out predictions cost one matrix inversion, so that no cross-validation is needed. They are
mixed with lexical closeness and nearest neighbours by one logistic model shared by all codes and groups, which starts from
shipped weights (`weights.py`) and moves away from them as decisions come: calibrated from the first to the thousandth.

Everything is deterministic: the same decisions give the same probabilities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.coding.features import (
    LEXICAL,
    CodeProfile,
    Matrix,
    TextSpace,
    lexical,
    sentences,
    similarity,
)
from habitat_enquete.coding.weights import CENTRES, SCALES, WEIGHTS

REJECTED: Final = (
    -0.5
)  # the target of a passage a person refused: further from the code than one nobody thought of
_NOISE: Final = 0.2  # of a target, in the units of the kernel's diagonal
_WRITTEN_NOISE: Final = 0.4  # what the codebook says of a code weighs half a decision
_NEIGHBOURS: Final = 10
_POSITIVE: Final = 0.34  # share of readers from which a text counts among the neighbours of a code
_STIFFNESS: Final = 3.0  # how strongly the mixing weights are held to the shipped ones
_MOST_STEPS: Final = 40
_SMOOTHING: Final = 3.0  # decisions' worth of belief in a low base rate
_CODES_PER_TEXT: Final = 1.5  # shared out among the codes, it is the base rate one starts from
_HIGHEST_RATE: Final = 0.15

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


@dataclass(frozen=True, eq=False)
class Group:
    """Texts that are coded with the same codes.

    `targets`: texts × codes, 1 coded, 0 not coded, `REJECTED` refused, shares in between when readers differ; only the rows
    of `known` are read. `blocks`: texts of one author or document have the same number, and never teach one another.
    """

    texts: Sequence[str]
    codes: Sequence[CodeProfile]
    targets: Matrix
    known: NDArray[np.bool_]
    blocks: NDArray[np.int_]

    @cached_property
    def pieces(self) -> tuple[list[str], NDArray[np.int_]]:
        """The sentences of the texts that have several, and the row each belongs to."""
        split = [sentences(text) for text in self.texts]
        parts = [(row, part) for row, found in enumerate(split) if len(found) > 1 for part in found]
        return [part for _, part in parts], np.array([row for row, _ in parts], dtype=int)


class PreparedGroup:
    """What of a group does not depend on the decisions: texts as rows, lexical closeness. Computed once, refitted often."""

    def __init__(self, group: Group, space: TextSpace) -> None:
        self.group = group
        self.written, self.written_targets = _written(group.codes)
        self.rows = space.rows(group.texts)
        self.written_rows = space.rows(self.written)
        pieces, self.piece_owner = group.pieces
        self.piece_rows = space.rows(pieces) if pieces else None
        self.written_kernel = similarity(self.written_rows, self.written_rows)
        self.to_written = similarity(self.rows, self.written_rows)
        self.lexical = lexical(group.texts, group.codes, space)
        self.lengths = np.log1p([float(len(text.split())) for text in group.texts])
        self.residual = np.array([code.residual for code in group.codes])

    def to_known(self, known: NDArray[np.int_]) -> Matrix:
        """How alike every text is to each of the `known` ones, then to what the codebook says."""
        return np.hstack([similarity(self.rows, self.rows.take(known)), self.to_written])

    def pieces_to_known(self, known: NDArray[np.int_]) -> Matrix | None:
        """The same for the sentences of long texts."""
        if self.piece_rows is None:
            return None
        return np.hstack(
            [
                similarity(self.piece_rows, self.rows.take(known)),
                similarity(self.piece_rows, self.written_rows),
            ]
        )

    def features(self, targets: Matrix, known: NDArray[np.bool_]) -> Matrix:
        """Texts × codes × `NAMES`, given the decisions; a decided text is described as if it had not been decided."""
        return _assembled(self, _Regression(self, targets, known))


def _written(codes: Sequence[CodeProfile]) -> tuple[list[str], Matrix]:
    """What the codebook says, as texts already coded, and their targets (nan where they say nothing of a code)."""
    texts: list[str] = []
    targets: list[tuple[int, float]] = []
    for column, code in enumerate(codes):
        if code.residual:
            continue
        positives = [
            " ".join((code.label, *code.phrases)) if len(code.phrases) > 4 else code.label,
            *code.examples,
        ]
        texts += [*positives, *code.counter_examples]
        targets += [(column, 1.0)] * len(positives) + [(column, REJECTED)] * len(code.counter_examples)
    matrix = np.full((len(texts), len(codes)), np.nan)
    for row, (column, target) in enumerate(targets):
        matrix[row, column] = target
    return texts, matrix


class _Regression:
    """The Gaussian-process regression of one group, with leave-one-block-out predictions for decided texts."""

    def __init__(self, prepared: PreparedGroup, targets: Matrix, known: NDArray[np.bool_]) -> None:
        self.known = np.flatnonzero(known)
        self.targets = targets[self.known]
        count = len(self.known)
        soft = np.clip(self.targets, 0, 1)
        self.rare = min(_HIGHEST_RATE, _CODES_PER_TEXT / max(1, targets.shape[1]))
        self.base_rate = (soft.sum(axis=0) + self.rare * _SMOOTHING) / (count + _SMOOTHING)
        written = prepared.written_targets
        residuals = np.vstack([self.targets, np.where(np.isnan(written), 0, written)]) - self.base_rate
        residuals[count:] = np.where(np.isnan(written), 0, residuals[count:])
        across = prepared.to_known(self.known)
        kernel = np.vstack(
            [across[self.known], np.hstack([across[self.known][:, count:].T, prepared.written_kernel])]
        )
        noise = np.concatenate([np.full(count, _NOISE), np.full(len(written), _WRITTEN_NOISE)])
        inverse: Matrix = np.asarray(np.linalg.inv(kernel + np.diag(noise)), dtype=np.float64)
        weights: Matrix = inverse @ residuals
        self.scores = across @ weights
        self.doubt = 1 - np.einsum("ij,ij->i", across @ inverse, across)
        self.peaks = self.scores.copy()
        blocks = _positions(prepared.group.blocks[self.known])
        self._leave_out(blocks, inverse, weights, residuals)
        self._raise_peaks(prepared, inverse, weights, blocks)
        self.support, self.share, self.neighbours, self.nearest, self.nearest3 = self._neighbourhood(
            prepared, soft, across[:, :count]
        )

    def _leave_out(
        self, blocks: Sequence[NDArray[np.int_]], inverse: Matrix, weights: Matrix, residuals: Matrix
    ) -> None:
        """What the regression says of each decided text without its block: closed form (Rasmussen & Williams 2006, 5.4.2)."""
        for block in blocks:
            corner = inverse[np.ix_(block, block)]
            rows = self.known[block]
            self.scores[rows] = residuals[block] - np.linalg.solve(corner, weights[block])
            self.doubt[rows] = np.diag(np.linalg.inv(corner)) - _NOISE

    def _raise_peaks(
        self,
        prepared: PreparedGroup,
        inverse: Matrix,
        weights: Matrix,
        blocks: Sequence[NDArray[np.int_]],
    ) -> None:
        """The best score among a text's sentences: a long answer deserves a code for one of them."""
        self.peaks = self.scores.copy()
        kernel = prepared.pieces_to_known(self.known)
        if kernel is None:
            return
        scores = kernel @ weights
        projected = kernel @ inverse
        block_of = {int(self.known[at]): block for block in blocks for at in block}
        for piece, row in enumerate(prepared.piece_owner):
            block = block_of.get(int(row))
            if block is not None:
                corner = inverse[np.ix_(block, block)]
                scores[piece] -= projected[piece, block] @ np.linalg.solve(corner, weights[block])
        best = np.full_like(self.peaks, -np.inf)
        np.maximum.at(best, prepared.piece_owner, scores)
        self.peaks = np.where(np.isfinite(best), best, self.peaks)

    def _neighbourhood(
        self, prepared: PreparedGroup, soft: Matrix, closeness: Matrix
    ) -> tuple[Matrix, Matrix, Matrix, Matrix, Matrix]:
        """Per text and code, without the text's own block: positives seen, base rate, votes of neighbours, nearest positives."""
        blocks = prepared.group.blocks
        foreign = blocks[:, None] != blocks[self.known][None, :]
        positive = (self.targets >= 0.5).astype(float)
        seen = foreign.astype(float)
        support = seen @ positive
        share = (seen @ soft + self.rare * _SMOOTHING) / (seen.sum(axis=1, keepdims=True) + _SMOOTHING)
        near = np.where(foreign, closeness, 0.0)
        votes = np.zeros_like(support)
        nearest, nearest3 = np.zeros_like(support), np.zeros_like(support)
        if not len(self.known):
            return support, share, votes, nearest, nearest3
        top = np.argsort(-near, axis=1, kind="stable")[:, :_NEIGHBOURS]
        strength = np.take_along_axis(near, top, axis=1) ** 2
        votes = np.einsum("ij,ijk->ik", strength, soft[top]) / (strength.sum(axis=1, keepdims=True) + 0.02)
        for column in np.flatnonzero((soft >= _POSITIVE).any(axis=0)):
            best = -np.sort(-near[:, soft[:, column] >= _POSITIVE], axis=1)[:, :3]
            nearest[:, column], nearest3[:, column] = best[:, 0], best.sum(axis=1) / 3
        return support, share, votes, nearest, nearest3


def _positions(blocks: NDArray[np.int_]) -> list[NDArray[np.int_]]:
    order = np.argsort(blocks, kind="stable")
    cuts = np.flatnonzero(np.diff(blocks[order])) + 1
    return [part for part in np.split(order, cuts) if len(part)]


def _assembled(prepared: PreparedGroup, fit: _Regression) -> Matrix:
    lex = prepared.lexical
    shape = lex.shape[:2]
    small = fit.support / (fit.support + 3)
    many = fit.support / (fit.support + 30)
    share = np.clip(fit.share, 1e-3, 0.999)
    prior = np.log(share / (1 - share))
    residual = np.broadcast_to(prepared.residual.astype(float), shape)
    meaningful = np.where(prepared.residual, 0.0, lex[:, :, 1])
    best_phrase = np.broadcast_to(meaningful.max(axis=1, keepdims=True), shape)
    length = np.broadcast_to(prepared.lengths[:, None], shape)
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
    features = [group.features(targets, known) for group, (targets, known) in zip(groups, given, strict=True)]
    wanted = truths or [targets for targets, _ in given]
    rows = [known & ~np.isnan(truth).any(axis=1) for (_, known), truth in zip(given, wanted, strict=True)]
    mixer = fit_mixer(
        [each[row] for each, row in zip(features, rows, strict=True)],
        [truth[row] for truth, row in zip(wanted, rows, strict=True)],
        start=start,
    )
    probabilities = [mixer.probabilities(each) for each in features]
    common = _common_threshold(
        np.concatenate([each[row].reshape(-1) for each, row in zip(probabilities, rows, strict=True)]),
        np.concatenate([truth[row].reshape(-1) for truth, row in zip(wanted, rows, strict=True)]),
    )
    predictions = []
    for each, (targets, known) in zip(probabilities, given, strict=True):
        support = (targets[known] >= 0.5).sum(axis=0).astype(float)
        predictions.append(Prediction(each, _thresholds(each, support, common), support))
    return predictions, mixer


_COMMON: Final = 0.3  # the threshold before there are decisions to choose it on
_ENOUGH: Final = 200.0  # positives' worth of belief in it


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
    half = np.clip(expected.max(axis=0) / 2, 0.08, common)
    trust = support / (support + 3)
    return np.asarray(trust * common + (1 - trust) * half)


def weights_by_name(mixer: Mixer) -> Mapping[str, float]:
    """The mixing weights, named, as `weights.py` stores them."""
    return dict(zip((*NAMES, "constant"), (float(weight) for weight in mixer.weights), strict=True))
