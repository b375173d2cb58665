"""What was missed: passages drawn at random and read whole tell the share of codings nobody proposed, with an interval."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import beta


@dataclass(frozen=True, slots=True)
class Recall:
    """The estimated share of the study's codings that were found, and its 95 % interval.

    `audited` passages of `pool` (those to which nothing was proposed) were read whole, and `missed` codings found there.
    """

    estimate: float
    low: float
    high: float
    audited: int
    missed: int
    pool: int


def recall(*, found: int, audited: int, missed: int, pool: int) -> Recall | None:
    """How much of what there was to code was found.

    Args: `found`: codings people hold for true; `audited`: passages drawn at random among the `pool` to which nothing was
    proposed; `missed`: those of the audited that deserved a code. None before any passage was audited.
    The interval is that of Clopper and Pearson on the share of the pool that was missed.

    >>> recall(found=80, audited=50, missed=1, pool=500).estimate
    0.8888888888888888
    """
    if not audited:
        return None
    missed = min(missed, audited)
    lower = float(beta.ppf(0.025, missed, audited - missed + 1)) if missed else 0.0
    upper = float(beta.ppf(0.975, missed + 1, audited - missed)) if missed < audited else 1.0

    def share(rate: float) -> float:
        total = found + rate * pool
        return found / total if total else 1.0

    return Recall(share(missed / audited), share(upper), share(lower), audited, missed, pool)
