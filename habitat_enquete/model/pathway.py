"""How people came to live where they live: episodes, moves, pathways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Precision(StrEnum):
    """How finely a date is known."""

    DAY = "day"
    MONTH = "month"
    SEASON = "season"
    YEAR = "year"
    APPROXIMATE = "approximate"


class EpisodeState(StrEnum):
    """Answers of a person count at once; what was read in a transcript is proposed until a person confirms it."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Moment:
    """An imprecise date: the interval of days `[earliest, latest]` (ISO dates) in which it lies."""

    earliest: str
    latest: str
    precision: Precision = Precision.DAY


@dataclass(frozen=True, slots=True)
class Tenure:
    """A tenure of the alphabet declared in the codebook (statut d'occupation). `level1` is its broader state, `insee` STOCD."""

    id: str
    label: str
    short: str = ""
    level1: str = ""
    colour: str = ""
    insee: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """A period in one dwelling. `end` is None when the person still lived there on the day of the interview (censored)."""

    respondent: str
    rank: int
    start: Moment | None
    end: Moment | None
    tenure: str | None = None
    dwelling: str | None = None
    commune: str | None = None  # INSEE code
    place: str = ""  # as the person named it
    household: str | None = None
    motives: tuple[str, ...] = ()
    satisfaction: int | None = None
    main: bool = True
    state: EpisodeState = EpisodeState.CONFIRMED
    source: str = ""  # `responses.xlsx!R12`, or `E03[120:180]`
    quote: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """The passage from one episode to the next, by their ranks. `barriers` and `opportunities` hold the ids of the codings
    attached to it; `scale` says how far it went (commune, epci, departement, region, ailleurs, etranger; empty: unknown).
    """

    respondent: str
    origin: int
    destination: int
    date: Moment | None = None
    motives: tuple[str, ...] = ()
    barriers: tuple[int, ...] = ()
    opportunities: tuple[int, ...] = ()
    scale: str = ""
    distance_km: float | None = None


@dataclass(frozen=True, slots=True)
class Pathway:
    """All the episodes of one person, ordered, up to the day of the interview."""

    respondent: str
    episodes: tuple[Episode, ...]
    observed_until: str | None = None
    wished: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RepeatedAnswer:
    """One answer, with the place of its cell: what episodes are made from."""

    respondent: str
    questionnaire: str
    question: str
    repeat: int
    value: str
    label: str
    state: str
    file: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class PlacedCoding:
    """An accepted coding of a person's words, with its place and words: what is attached to a move."""

    id: int
    respondent: str
    document: str
    kind: str
    start: int
    end: int
    code: str
    turn: int | None
    quote: str
