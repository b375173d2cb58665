"""The learner's regression the slow way: one fit from scratch per block left out."""

from __future__ import annotations

import numpy as np

NOISE, WRITTEN_NOISE, SMOOTHING, CODES_PER_TEXT, HIGHEST = 0.2, 0.4, 3.0, 1.5, 0.15


def scores(kernel, written_kernel, written, targets, known, blocks):
    """Texts × codes: what a fit without the text's own block says of it (with everything known for undecided texts).

    `kernel`: texts × (texts, then what the codebook writes). The base rate counts all decisions, as in the learner.
    """
    n = len(targets)
    rate = min(HIGHEST, CODES_PER_TEXT / targets.shape[1])
    soft = np.clip(targets[known], 0, 1)
    base = (soft.sum(axis=0) + rate * SMOOTHING) / (known.sum() + SMOOTHING)
    result = np.zeros_like(targets, dtype=float)
    for row in range(n):
        train = [r for r in range(n) if known[r] and (not known[row] or blocks[r] != blocks[row])]
        columns = [*train, *range(n, kernel.shape[1])]
        corner = np.block(
            [
                [kernel[np.ix_(train, train)], kernel[np.ix_(train, range(n, kernel.shape[1]))]],
                [kernel[np.ix_(train, range(n, kernel.shape[1]))].T, written_kernel],
            ]
        )
        noise = [NOISE] * len(train) + [WRITTEN_NOISE] * len(written)
        values = np.vstack([targets[train] - base, np.where(np.isnan(written), 0, written - base)])
        result[row] = kernel[row, columns] @ np.linalg.solve(corner + np.diag(noise), values)
    return result
