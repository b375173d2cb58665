"""All that a report may say: the corpus, the findings, who shares them, how sure one can be, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from habitat_enquete.model.codebook import Codebook, Polarity
from habitat_enquete.model.finding import Evidence, Finding
from habitat_enquete.model.reliability import Reliability


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an attribute (a public, a territory, a profile): its id, its name in a sentence, its number of people."""

    id: str
    label: str
    people: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the study rests on. `people` have said or written something that is analysed; `words` are informants' only."""

    people: int
    interviews: int
    interviewed: int
    answers: int
    answering: int
    words: int
    interview_words: int
    respondents: int
    turns: int
    codings: int
    validated: int
    suggested: int
    withdrawn: int
    unquotable: int
    unknown_consent: int
    first_date: str
    last_date: str
    files: tuple[str, ...]
    composition: Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Cell:
    """How many people of a group spoke of a finding; `masked` when showing it could tell who they are."""

    people: int
    base: int
    masked: bool = False

    @property
    def share(self) -> float:
        """The share of the group, 0 when the group is empty."""
        return self.people / self.base if self.base else 0.0


@dataclass(frozen=True, slots=True)
class CrossingRow:
    """One finding across the groups of a crossing. `p_value` is corrected (Benjamini-Hochberg) over the whole crossing; None
    says that there are not enough people to compare."""

    code: str
    label: str
    polarity: Polarity
    cells: tuple[Cell, ...]
    p_value: float | None
    cramers_v: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """Findings by the values of one attribute: a public, a territory, a profile of residential path."""

    attribute: str
    label: str
    values: tuple[Value, ...]
    rows: tuple[CrossingRow, ...]

    def cell(self, value: str, code: str) -> Cell | None:
        """The cell of a group and a finding, None when there is none."""
        position = next((n for n, each in enumerate(self.values) if each.id == value), None)
        row = next((row for row in self.rows if row.code == code), None)
        return None if position is None or row is None else row.cells[position]


@dataclass(frozen=True, slots=True)
class Contrast:
    """One finding compared between two groups: the difference of shares (first minus second) with its interval."""

    code: str
    label: str
    polarity: Polarity
    first: Cell
    second: Cell
    difference: float
    low: float
    high: float
    p_value: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups compared finding by finding, the widest differences first."""

    attribute: str
    first: Value
    second: Value
    contrasts: tuple[Contrast, ...]


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """One episode of a portrait: what, when (as it may be printed), and the place in years of its two ends."""

    tenure: str
    label: str
    colour: str
    start: str
    end: str
    start_year: float
    end_year: float
    dwelling: str = ""


@dataclass(frozen=True, slots=True)
class Portrait:
    """The path of one person chosen because it resembles that of the others."""

    respondent: str
    attribution: str
    episodes: tuple[EpisodeLine, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that people of one group speak of, as the crossing by that group shows or hides it, and one of their voices."""

    code: str
    label: str
    cell: Cell
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile of residential paths: who is in it, one portrait, what they meet. `is_type` is False when no solid typology exists
    and people are grouped by their present tenure instead."""

    id: str
    label: str
    people: int
    share: float
    portrait: Portrait | None
    publics: tuple[Value, ...]
    tenures: tuple[Value, ...]
    median_years: Mapping[str, float]
    barriers: tuple[Factor, ...]
    opportunities: tuple[Factor, ...]
    evidence: tuple[Evidence, ...] = ()
    stability: float | None = None


@dataclass(frozen=True, slots=True)
class StageShare:
    """One stage of the residential path: people who speak of a barrier or of an opportunity that weighs there, out of `base`; `moved`
    of them told one of a move that their path holds (a barrier, an opportunity: `moved_barriers`, `moved_opportunities`)."""

    id: str
    label: str
    barriers: int
    opportunities: int
    moved: int
    base: int
    moved_barriers: int = 0
    moved_opportunities: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """One outcome of installation (succeeded, failed, under way), with what its people speak of most."""

    value: Value
    barriers: tuple[Factor, ...]
    opportunities: tuple[Factor, ...]


class OpenPointKind(StrEnum):
    """What the committee should know is not settled."""

    ONE_PERSON = "one_person"
    CONTRADICTION = "contradiction"
    SURVEY = "survey"
    SUGGESTIONS = "suggestions"
    SILENT_CODE = "silent_code"
    THIN_PUBLIC = "thin_public"


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A point left open, with the figures its sentence needs and quotes on either side when there are some."""

    kind: OpenPointKind
    codes: tuple[str, ...]
    labels: tuple[str, ...]
    figures: Mapping[str, int | float | str] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class SaturationStep:
    """One interview, in order: how many codes it is the first to speak of, and how many are known so far."""

    document: str
    public: str
    new: int
    known: int


@dataclass(frozen=True, slots=True)
class Saturation:
    """Whether more interviews would bring more codes. `expected` estimates how many codes there are to be heard (Chao 2)."""

    steps: tuple[SaturationStep, ...]
    observed: int
    expected: float
    once: int
    by_public: Mapping[
        str, tuple[int, int]
    ]  # public → (interviews, codes of its last interview that were new to it)


@dataclass(frozen=True, slots=True)
class LeverUse:
    """A policy lever and the findings that open it; `people` spoke of at least one of them."""

    id: str
    label: str
    actor: str
    scale: str
    horizon: str
    findings: tuple[str, ...]
    people: int
    base: int


@dataclass(frozen=True, slots=True)
class Action:
    """An action of the roadmap (`actions.yaml`), with the findings it answers and what each partner commits to."""

    id: str
    label: str
    objective: str
    findings: tuple[str, ...]
    levers: tuple[str, ...] = ()
    description: str = ""
    lead: str = ""
    partners: tuple[tuple[str, str], ...] = ()
    funding: str = ""
    start: str = ""
    end: str = ""
    scale: str = ""
    indicators: tuple[str, ...] = ()
    status: str = ""
    people: int = 0
    unknown: tuple[str, ...] = ()


class MovementKind(StrEnum):
    """What became of a finding since the last report."""

    NEW = "new"
    GONE = "gone"
    UP = "up"
    DOWN = "down"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Movement:
    """A finding that moved since the last report: ranks and people, before and after (None when absent)."""

    kind: MovementKind
    code: str
    label: str
    polarity: Polarity
    rank_before: int | None
    rank_after: int | None
    people_before: int
    people_after: int


@dataclass(frozen=True, slots=True)
class Note:
    """A text of the author: `place` says where it goes (chapeau, methode, constat, theme, profil…), `target` about what."""

    place: str
    target: str
    text: str
    file: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the report was made from: two runs with equal stamps give the same bytes."""

    state: str
    codebook: str
    version: str
    codebook_version: str = ""


@dataclass(frozen=True, slots=True)
class WordCount:
    """A word (as most often said) and the people who use it."""

    word: str
    people: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Mention:
    """One counted coding, with the way back to its source; `quote` is empty when the person refused to be quoted."""

    coding: int
    code: str
    respondent: str
    document: str
    start: int
    end: int
    quote: str
    source_file: str
    source_position: str
    coder: str
    coder_kind: str
    validated: bool


@dataclass(frozen=True, slots=True)
class Person:
    """An anonymous participant: attributes shared by too few people are hidden. `mentions` counts their codings."""

    id: str
    attributes: Mapping[str, str]
    documents: tuple[str, ...]
    mentions: int
    quotable: bool
    interviewed: bool = False


@dataclass(frozen=True, slots=True)
class Synthesis:
    """All that a report may say, computed from the study's store and nothing else."""

    title: str
    subtitle: str
    area: str
    author: str
    sponsor: str
    stamp: Stamp
    codebook: Codebook
    minimum_cell: int
    corpus: Corpus
    findings: tuple[Finding, ...]
    crossings: tuple[Crossing, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    profiles: tuple[Profile, ...] = ()
    situations: tuple[Situation, ...] = ()
    stages: tuple[StageShare, ...] = ()
    profiles_are_types: bool = False
    open_points: tuple[OpenPoint, ...] = ()
    saturation: Saturation | None = None
    levers: tuple[LeverUse, ...] = ()
    actions: tuple[Action, ...] = ()
    movements: tuple[Movement, ...] | None = None
    notes: tuple[Note, ...] = ()
    words: tuple[WordCount, ...] = ()
    mentions: tuple[Mention, ...] = ()
    people: tuple[Person, ...] = ()
    map_file: str = ""
    map_key: str = "code"
    commune_people: Mapping[str, int] = field(default_factory=dict)
    is_weighted: bool = False
    reliability: Reliability = field(default_factory=Reliability)

    def of(self, polarity: Polarity) -> tuple[Finding, ...]:
        """The findings of one polarity, by rank."""
        return tuple(finding for finding in self.findings if finding.polarity is polarity)

    def finding(self, code: str) -> Finding | None:
        """The finding about a code, if anybody spoke of it."""
        return next((finding for finding in self.findings if finding.code == code), None)

    def crossing(self, attribute: str) -> Crossing | None:
        """The crossing by an attribute, if the study has it."""
        return next((crossing for crossing in self.crossings if crossing.attribute == attribute), None)

    def cell(self, attribute: str, value: str, code: str) -> Cell | None:
        """What a crossing shows of a group on a finding; None when the study has no such crossing, group or finding."""
        crossing = self.crossing(attribute)
        return None if crossing is None else crossing.cell(value, code)

    def note(self, place: str, target: str = "") -> Note | None:
        """The author's text for a place of the report, if there is one."""
        return next((note for note in self.notes if (note.place, note.target) == (place, target)), None)
