"""How far the coding itself can be trusted: whether coders agree, and how much of what there was to code was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Audit:
    """What passages read whole say of missed codings: the share found in [0, 1], its 95 % interval, how many passages were read."""

    found: float
    low: float
    high: float
    passages: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """Agreement and audit of a study, each absent when nobody measured it.

    `alpha` (Krippendorff, all codes together) and `by_code` compare `coders` people on the `documents` they all coded; a code on
    which agreement is undefined is not in `by_code`.
    """

    coders: int = 0
    documents: int = 0
    alpha: float | None = None
    by_code: Mapping[str, float] = field(default_factory=dict)
    audit: Audit | None = None
