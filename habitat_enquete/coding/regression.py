"""A Gaussian-process regression from texts to codes, whose opinion of a decided text never knows its decision.

It learns all codes of a group at once from TF-IDF kernels; what is written of a code (name, definition, terms, examples)
enters it as texts already coded. Leaving an author's or a document's texts out has a closed form: no cross-validation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.coding.features import (
    CodeProfile,
    Matrix,
    TextSpace,
    lexical,
    sentences,
    similarity,
)

REJECTED: Final = (
    -0.5
)  # the target of a passage a person refused: further from the code than one nobody thought of
_NOISE: Final = 0.2  # of a target, in the units of the kernel's diagonal
_WRITTEN_NOISE: Final = 0.4  # what the codebook says of a code weighs half a decision
_NEIGHBOURS: Final = 10
_POSITIVE: Final = 0.34  # share of readers from which a text counts among the neighbours of a code
_SMOOTHING: Final = 3.0  # decisions' worth of belief in a low base rate
_CODES_PER_TEXT: Final = 1.5  # shared out among the codes, it is the base rate one starts from
_HIGHEST_RATE: Final = 0.15

Ranks = NDArray[np.int_]


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
    blocks: Ranks

    @cached_property
    def pieces(self) -> tuple[list[str], Ranks]:
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
        self.piece_rows = space.rows(pieces)
        self.written_kernel = similarity(self.written_rows, self.written_rows)
        self.to_written = similarity(self.rows, self.written_rows).astype(np.float32)
        self.lexical = lexical(
            group.texts, group.codes, space, rows=self.rows, pieces=(self.piece_rows, self.piece_owner)
        )
        self.lengths = np.log1p([float(len(text.split())) for text in group.texts])
        self.residual = np.array([code.residual for code in group.codes])

    def to_known(self, known: Ranks, rows: Ranks) -> Matrix:
        """How alike the texts of `rows` are to each of the `known` ones, then to what the codebook says."""
        return np.hstack([similarity(self.rows.take(rows), self.rows.take(known)), self.to_written[rows]])

    def pieces_of(self, rows: Ranks) -> Ranks:
        """The sentences of the texts of `rows` (in order), for those that have several."""
        low, high = np.searchsorted(self.piece_owner, (rows[0], rows[-1] + 1)) if len(rows) else (0, 0)
        found = np.arange(low, high)
        return found[np.isin(self.piece_owner[found], rows)]

    def pieces_to_known(self, known: Ranks, pieces: Ranks) -> Matrix:
        """The same as `to_known` for sentences."""
        rows = self.piece_rows.take(pieces)
        return np.hstack([similarity(rows, self.rows.take(known)), similarity(rows, self.written_rows)])


def _written(codes: Sequence[CodeProfile]) -> tuple[list[str], Matrix]:
    """What the codebook says, as texts already coded, and their targets (nan where they say nothing of a code)."""
    texts: list[str] = []
    targets: list[tuple[int, float]] = []
    for column, code in enumerate(codes):
        if code.residual:
            continue
        positives = [
            " ".join((code.label, *code.phrases)) if len(code.phrases) > 4 else code.label,
            *((code.definition,) if code.definition else ()),
            *code.examples,
        ]
        texts += [*positives, *code.counter_examples]
        targets += [(column, 1.0)] * len(positives) + [(column, REJECTED)] * len(code.counter_examples)
    matrix = np.full((len(texts), len(codes)), np.nan)
    for row, (column, target) in enumerate(targets):
        matrix[row, column] = target
    return texts, matrix


@dataclass(frozen=True, eq=False)
class Opinion:
    """What is thought of some texts (texts × codes, `doubt` per text), their own block of texts left out.

    `scores` of the whole text, `peaks` of its best sentence; positives seen (`support`), base rate (`share`), votes of the
    nearest texts (`neighbours`), closeness to the nearest positive (`nearest`) and to the three nearest (`nearest3`).
    """

    scores: Matrix
    peaks: Matrix
    doubt: Matrix
    support: Matrix
    share: Matrix
    neighbours: Matrix
    nearest: Matrix
    nearest3: Matrix


class Regression:
    """The regression of one group, given its decisions; its opinion is asked for some rows at a time."""

    def __init__(self, prepared: PreparedGroup, targets: Matrix, known: NDArray[np.bool_]) -> None:
        self._prepared = prepared
        self.known = np.flatnonzero(known)
        self._targets = targets[self.known]
        count = len(self.known)
        self._soft = np.clip(self._targets, 0, 1)
        self._rare = min(_HIGHEST_RATE, _CODES_PER_TEXT / max(1, targets.shape[1]))
        base_rate = (self._soft.sum(axis=0) + self._rare * _SMOOTHING) / (count + _SMOOTHING)
        written = prepared.written_targets
        residuals = np.vstack([self._targets, np.where(np.isnan(written), 0, written)]) - base_rate
        residuals[count:] = np.where(np.isnan(written), 0, residuals[count:])
        across = prepared.to_known(self.known, self.known)
        kernel = np.vstack([across, np.hstack([across[:, count:].T, prepared.written_kernel])])
        noise = np.concatenate([np.full(count, _NOISE), np.full(len(written), _WRITTEN_NOISE)])
        self._inverse: Matrix = np.asarray(np.linalg.inv(kernel + np.diag(noise)), dtype=np.float64)
        self._weights: Matrix = self._inverse @ residuals
        self._leave_out(_positions(prepared.group.blocks[self.known]), residuals)

    def _leave_out(self, blocks: Sequence[Ranks], residuals: Matrix) -> None:
        """What the regression says of each decided text without its block: closed form (Rasmussen & Williams 2006, 5.4.2)."""
        self._without = np.zeros_like(self._targets)
        self._doubt_without = np.zeros(len(self.known))
        self._block_of: dict[int, tuple[Ranks, Matrix]] = {}
        for block in blocks:
            corner = self._inverse[np.ix_(block, block)]
            correction: Matrix = np.asarray(np.linalg.solve(corner, self._weights[block]), dtype=np.float64)
            self._without[block] = residuals[block] - correction
            self._doubt_without[block] = np.diag(np.linalg.inv(corner)) - _NOISE
            for row in self.known[block].tolist():
                self._block_of[row] = block, correction

    def opinion(self, rows: Ranks) -> Opinion:
        """What is thought of the texts of `rows` (in order)."""
        across = self._prepared.to_known(self.known, rows)
        scores = across @ self._weights
        doubt = 1 - np.einsum("ij,ij->i", across @ self._inverse, across)
        mine = np.isin(rows, self.known)
        ranks = np.searchsorted(self.known, rows[mine])
        scores[mine], doubt[mine] = self._without[ranks], self._doubt_without[ranks]
        peaks = self._peaks(rows, scores)
        return Opinion(scores, peaks, doubt, *self._neighbourhood(rows, across[:, : len(self.known)]))

    def _peaks(self, rows: Ranks, scores: Matrix) -> Matrix:
        """The best score among a text's sentences: a long answer deserves a code for one of them."""
        pieces = self._prepared.pieces_of(rows)
        if not len(pieces):
            return scores.copy()
        kernel = self._prepared.pieces_to_known(self.known, pieces)
        found = kernel @ self._weights
        owners = self._prepared.piece_owner[pieces]
        for piece, owner in enumerate(owners.tolist()):
            if owner in self._block_of:
                block, correction = self._block_of[owner]
                found[piece] -= (kernel[piece] @ self._inverse[:, block]) @ correction
        best = np.full_like(scores, -np.inf)
        np.maximum.at(best, np.searchsorted(rows, owners), found)
        return np.where(np.isfinite(best), best, scores)

    def _neighbourhood(self, rows: Ranks, closeness: Matrix) -> tuple[Matrix, Matrix, Matrix, Matrix, Matrix]:
        """Per text and code, without the text's own block: positives seen, base rate, votes of neighbours, nearest positives."""
        blocks = self._prepared.group.blocks
        foreign = blocks[rows][:, None] != blocks[self.known][None, :]
        positive = (self._targets >= 0.5).astype(float)
        seen = foreign.astype(float)
        support = seen @ positive
        share = (seen @ self._soft + self._rare * _SMOOTHING) / (seen.sum(axis=1, keepdims=True) + _SMOOTHING)
        near = np.where(foreign, closeness, 0.0)
        votes = np.zeros_like(support)
        nearest, nearest3 = np.zeros_like(support), np.zeros_like(support)
        if not len(self.known):
            return support, share, votes, nearest, nearest3
        top = np.argsort(-near, axis=1, kind="stable")[:, :_NEIGHBOURS]
        strength = np.take_along_axis(near, top, axis=1) ** 2
        votes = np.einsum("ij,ijk->ik", strength, self._soft[top]) / (
            strength.sum(axis=1, keepdims=True) + 0.02
        )
        for column in np.flatnonzero((self._soft >= _POSITIVE).any(axis=0)):
            best = -np.sort(-near[:, self._soft[:, column] >= _POSITIVE], axis=1)[:, :3]
            nearest[:, column], nearest3[:, column] = best[:, 0], best.sum(axis=1) / 3
        return support, share, votes, nearest, nearest3


def _positions(blocks: Ranks) -> list[Ranks]:
    order = np.argsort(blocks, kind="stable")
    cuts = np.flatnonzero(np.diff(blocks[order])) + 1
    return [part for part in np.split(order, cuts) if len(part)]
