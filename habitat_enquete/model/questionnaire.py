"""What was asked: questionnaires and interview guides, one model for YAML and XLSForm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class QuestionType(StrEnum):
    """The kinds of question, by their XLSForm names; `MATRIX` rows become one question each when asked."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    RANGE = "range"
    DATE = "date"
    TIME = "time"
    DATETIME = "dateTime"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    MATRIX = "matrix"
    NOTE = "note"
    ACKNOWLEDGE = "acknowledge"
    CALCULATE = "calculate"
    HIDDEN = "hidden"
    GEOPOINT = "geopoint"
    FILE = "file"
    METADATA = "metadata"  # start, end, today, deviceid, username…


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer proposed (modalité). `missing` says which kind of missing it stands for (nsp, nr), `specify` asks for text."""

    name: str
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    missing: str | None = None
    specify: bool = False
    exclusive: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `group` is its path of group names, `repeat` the repeated block it belongs to.

    `code` says that its open answers are documents to be coded; `attribute` that its answer describes the respondent.
    """

    name: str
    type: QuestionType
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    choices: str | None = None  # name of the choice list
    rows: tuple[Choice, ...] = ()  # of a matrix
    hint: str = ""
    required: bool = False
    relevant: str = ""
    constraint: str = ""
    constraint_message: str = ""
    calculation: str = ""
    default: str = ""
    unit: str = ""
    maximum_choices: int | None = None
    precision: str | None = None
    group: tuple[str, ...] = ()
    repeat: str | None = None
    aliases: tuple[str, ...] = ()
    code: bool = False
    attribute: str | None = None
    line: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A block asked as many times as needed. `pathway` maps the fields of an episode to the block's questions."""

    name: str
    label: str = ""
    pathway: Mapping[str, str] = field(default_factory=dict)
    relevant: str = ""
    count: str = ""


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A questionnaire as defined by `questionnaires/*.yaml` or an XLSForm."""

    id: str
    title: str
    version: str
    questions: tuple[Question, ...]
    choice_lists: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    repeats: tuple[Repeat, ...] = ()
    language: str = "fr"
    languages: tuple[str, ...] = ("fr",)
    respondent_key: tuple[str, ...] = ()
    consent: tuple[str, str] | None = None
    public: str | None = None
    quotas: tuple[Mapping[str, object], ...] = ()
    attributes: Mapping[str, object] = field(default_factory=dict)
    sha256: str = ""

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def question(self, name: str) -> Question:
        """The question named `name`. Raises: KeyError when there is none."""
        for question in self.questions:
            if question.name == name:
                return question
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class GuideQuestion:
    """A question of an interview guide, with its prompts (relances)."""

    id: str
    label: str
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuideTheme:
    """A theme of an interview guide and the codes it is expected to feed."""

    id: str
    label: str
    codes: tuple[str, ...] = ()
    questions: tuple[GuideQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Guide:
    """An interview guide (`kind: guide`)."""

    id: str
    title: str
    themes: tuple[GuideTheme, ...]
    opening: str = ""
    minutes: int | None = None
    closing_questions: tuple[str, ...] = ()
    sha256: str = ""
