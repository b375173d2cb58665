"""What the study found, and on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.span import Span


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote and the whole way back to who said it: coding → span → document → file and place in it."""

    coding: int
    document: str
    span: Span
    quote: str
    respondent: str | None
    attributes: Mapping[str, str]
    source_file: str
    source_position: str
    start_time: float | None = None
    printable: bool = True  # consent to be quoted


@dataclass(frozen=True, slots=True)
class Finding:
    """A barrier or an opportunity: a code, with the people who spoke of it and chosen evidence.

    Counts are people first: `people` distinct respondents out of `base`, `documents`, `mentions` (codings).
    """

    id: str
    code: str
    label: str
    theme: str
    polarity: Polarity
    rank: int
    people: int
    base: int
    documents: int
    mentions: int
    evidence: tuple[Evidence, ...] = ()
    by: Mapping[str, Mapping[str, tuple[int, int]]] = field(
        default_factory=dict
    )  # attribute → value → (people, base)
    levers: tuple[str, ...] = ()
