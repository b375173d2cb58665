"""What the study found, and on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.span import Span


class EvidenceKind(StrEnum):
    """Why a quote was chosen: it says what most say, it says it otherwise or elsewhere, or it says the contrary."""

    TYPICAL = "typical"
    DIVERSE = "diverse"
    COUNTER = "counter"


class Grade(StrEnum):
    """How strong the evidence of a finding is; the rule is printed in the report (`synthesis/grade.py`)."""

    SOLID = "solid"
    SUPPORTED = "supported"
    FRAGILE = "fragile"
    ISOLATED = "isolated"


class Verdict(StrEnum):
    """What the closed questions of the survey say of a finding, beside interviews and open answers."""

    AGREES = "agrees"
    MORE_IN_SURVEY = "more_in_survey"
    LESS_IN_SURVEY = "less_in_survey"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote and the whole way back to who said it: coding → span → document → file and place in it.

    `span` is that of `quote`, which reads as whole sentences; `mark` that of the coding inside it. `before` and `after` are the words
    around the quote in the same turn, `question` what the person was answering. `printable` says whether they agreed to be quoted.
    """

    coding: int
    document: str
    span: Span
    quote: str
    respondent: str | None
    attributes: Mapping[str, str]
    source_file: str
    source_position: str
    start_time: float | None = None
    printable: bool = True
    mark: Span | None = None
    before: str = ""
    after: str = ""
    question: str = ""
    kind: EvidenceKind = EvidenceKind.TYPICAL
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """Another code spoken of by the same people: `people` had both, `jaccard` is their share of those who had either."""

    code: str
    label: str
    people: int
    jaccard: float


@dataclass(frozen=True, slots=True)
class SurveyShare:
    """How many respondents ticked the choices of a closed question that say the same as the finding.

    `people` out of `base` who answered; `weighted` is the weighted share when the study has weights.
    """

    question: str
    label: str
    choices: tuple[str, ...]
    people: int
    base: int
    low: float
    high: float
    verdict: Verdict
    weighted: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A barrier or an opportunity (or a neutral subject): a code, with the people who spoke of it and chosen evidence.

    Counts are people first: `people` distinct respondents out of `base`, `documents`, `mentions` (codings). `low` and `high` bound the
    share of people (Wilson, 95 %). `agreement` of coders on the code is Krippendorff's α, None when not measured. `interviews` and `answers` are (people, base) among people interviewed and among those who wrote
    open answers. `counter` holds quotes that qualify it; `members` the codes it groups (id, label, people), none when it is one code. `validated` counts the mentions a person confirmed or coded. `by` is attribute → value → (people, base).
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
    by: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    levers: tuple[str, ...] = ()
    definition: str = ""
    low: float = 0.0
    high: float = 1.0
    weighted: float | None = None
    mentions_low: float = 0.0
    mentions_high: float = 0.0
    interviews: tuple[int, int] = (0, 0)
    answers: tuple[int, int] = (0, 0)
    respondents: tuple[str, ...] = ()
    validated: int = 0
    grade: Grade = Grade.ISOLATED
    agreement: float | None = None
    cooccurring: tuple[Cooccurrence, ...] = ()
    survey: tuple[SurveyShare, ...] = ()
    stages: tuple[str, ...] = ()
    counter: tuple[Evidence, ...] = ()
    members: tuple[tuple[str, str, int], ...] = ()

    @property
    def share(self) -> float:
        """The share of people who spoke of it, 0 when nobody was asked."""
        return self.people / self.base if self.base else 0.0
