"""What was missed: passages drawn at random and read whole tell the share of codings nobody proposed, with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import chi2, hypergeom

_TAIL: Final = 0.025
_EXCESS_TAIL: Final = 0.1  # the number of missed passages carries most of the doubt


@dataclass(frozen=True, slots=True)
class Recall:
    """The estimated share of the study's codings that were found, and its 95 % interval.

    `audited` passages were read whole, `pool` others to which nothing was proposed were not; `missed` of the audited held
    something to code (`codings` codings in all, which are found now).
    """

    estimate: float
    low: float
    high: float
    audited: int
    missed: int
    pool: int
    codings: int


def recall(*, found: int, audited: int, missed: int, pool: int, codings: int | None = None) -> Recall | None:
    """How much of what there was to code was found.

    Args: `found`: codings people hold for true; `audited`: passages drawn at random among those to which nothing was proposed;
    `missed`: those of the audited that deserved a code, and `codings` how many codes they deserved (one each when unsaid);
    `pool`: passages without a proposal that nobody read. None before any passage was audited.

    The interval is exact for passages drawn without replacement (hypergeometric bounds on how many of the pool hold something),
    times the codings that such a passage holds (Poisson bounds beyond the first).

    >>> round(recall(found=80, audited=50, missed=1, pool=500).estimate, 3)
    0.889
    """
    if not audited:
        return None
    missed = min(missed, audited)
    codings = max(missed, missed if codings is None else codings)
    fewest, most = _left(audited, missed, pool)
    each, low_each, high_each = _codings_each(missed, codings)

    def share(left: float) -> float:
        return found / (found + left) if found + left else 1.0

    return Recall(
        share(missed / audited * pool * each),
        share(most * high_each),
        share(fewest * low_each),
        audited,
        missed,
        pool,
        codings,
    )


def _left(audited: int, missed: int, pool: int) -> tuple[int, int]:
    """Bounds of how many passages of the pool hold something, when `missed` of `audited` drawn from the same ones did."""
    possible = np.arange(missed, missed + pool + 1)
    total = audited + pool
    few_enough = hypergeom.sf(missed - 1, total, possible, audited) > _TAIL  # so many seen is not too many
    many_enough = hypergeom.cdf(missed, total, possible, audited) > _TAIL  # so few seen is not too few
    fitting = possible[few_enough & many_enough] - missed
    return (int(fitting.min()), int(fitting.max())) if len(fitting) else (0, pool)


def _codings_each(missed: int, codings: int) -> tuple[float, float, float]:
    """Codings per passage that holds something: mean and bounds. One each when none was seen."""
    if not missed:
        return 1.0, 1.0, 1.0
    excess = codings - missed
    low = float(chi2.ppf(_EXCESS_TAIL, 2 * excess)) / 2 / missed if excess else 0.0
    high = float(chi2.ppf(1 - _EXCESS_TAIL, 2 * (excess + 1))) / 2 / missed if excess else 0.0
    return codings / missed, 1 + low, 1 + high
