"""What was asked: questionnaires and interview guides, one model for YAML and XLSForm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


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

    @property
    def is_choice(self) -> bool:
        """Whether its answers are taken from a list."""
        return self in _CHOICES

    @property
    def is_number(self) -> bool:
        """Whether its answers are numbers."""
        return self in _NUMBERS

    @property
    def is_answered(self) -> bool:
        """Whether a person answers it (a note, a calculation or a metadatum is not)."""
        return self not in _UNANSWERED


_CHOICES: Final = frozenset(
    {QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE, QuestionType.RANK, QuestionType.MATRIX}
)
_NUMBERS: Final = frozenset({QuestionType.INTEGER, QuestionType.DECIMAL, QuestionType.RANGE})
_UNANSWERED: Final = frozenset(
    {QuestionType.NOTE, QuestionType.CALCULATE, QuestionType.HIDDEN, QuestionType.METADATA}
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer proposed (modalité).

    `missing` says which kind of missing it stands for: nsp (does not know), nr (no answer), refus, so (not applicable).
    `specify` asks for a text beside it; `exclusive` forbids any other choice with it.
    """

    name: str
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    missing: str | None = None
    specify: bool = False
    exclusive: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    line: int | None = None


OTHER: Final = Choice("other", "Autre", specify=True, labels=_NOTHING, attributes=_NOTHING)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `group` is the path of its enclosing blocks (groups and repeats), `repeat` the innermost repeat.

    `kind` is the exact XLSForm type when it is finer than `type` (image, deviceid, geotrace…).
    `code` says that its open answers are documents to be coded; `attribute` that its answer describes the respondent.
    `constraint_warns`: a violated constraint is only a warning. `required_if` is the condition of a conditional requirement.
    `labels` holds the label in the other languages, `translations` the other texts: `{"hint": {"en": …}}`.
    `attributes` holds what the model has no word for, by the name of its XLSForm column; `media` the files shown beside
    the label (`image`, or `image::fr`).
    `lines` says where each field is written (line of a YAML file, row of a sheet); `line` where the question is.
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
    precision: str | None = None  # of a date: jour, mois, annee
    group: tuple[str, ...] = ()
    repeat: str | None = None
    aliases: tuple[str, ...] = ()
    code: bool = False
    attribute: str | None = None
    line: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    guidance: str = ""
    required_if: str = ""
    required_message: str = ""
    constraint_warns: bool = False
    choice_filter: str = ""
    choices_file: str = ""
    or_other: bool = False
    appearance: str = ""
    parameters: str = ""
    multiline: bool = False
    read_only: bool = False
    trigger: str = ""
    media: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    specifies: str = ""  # of a generated « autre (préciser) »: the question it completes
    matrix: str = ""  # of a generated matrix row: the matrix it comes from


@dataclass(frozen=True, slots=True)
class Group:
    """A titled block of questions (séquence). `path` holds its own name last.

    `labels` and `hints` hold the texts in the other languages, `attributes` the columns that XLSForm alone knows.
    """

    path: tuple[str, ...]
    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    relevant: str = ""
    appearance: str = ""
    line: int | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its own name, without those of the blocks around it."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A block asked as many times as needed (boucle). `pathway` maps the fields of an episode to the block's questions.

    `path` holds its own name last; it is empty for a repeat made by hand.
    """

    name: str
    label: str = ""
    pathway: Mapping[str, str] = field(default_factory=dict)
    relevant: str = ""
    count: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    appearance: str = ""
    path: tuple[str, ...] = ()
    line: int | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quota:
    """How many respondents of each kind are wanted. Keys of `targets` join the answers to `questions` by « | »."""

    name: str
    questions: tuple[str, ...]
    targets: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A questionnaire as defined by `questionnaires/*.yaml` or an XLSForm.

    `respondent_key` lists the columns that identify a response, best first; `respondent_id` the column of the pseudonym.
    `consent` is the question and the answer that allows the analysis. `nonresponse` lists answers every question accepts.
    `source` is the file it was read from; `columns` gives, for an XLSForm, the column letter of each field; `sheets` keeps
    those of its sheets that a collection tool alone understands (entities…).
    """

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
    quotas: tuple[Quota, ...] = ()
    attributes: Mapping[str, object] = field(default_factory=dict)
    sha256: str = ""
    groups: tuple[Group, ...] = ()
    respondent_id: str = ""
    nonresponse: tuple[Choice, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    language_names: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    sheets: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def question(self, name: str) -> Question:
        """The question named `name`. Raises: KeyError when there is none."""
        for question in self.questions:
            if question.name == name:
                return question
        raise KeyError(name)

    def choices_of(self, question: Question) -> tuple[Choice, ...]:
        """The answers proposed by `question`, « autre » of `or_other` included; empty for an open question."""
        choices = self.choice_lists.get(question.choices or "", ())
        if question.or_other and all(choice.name != OTHER.name for choice in choices):
            return (*choices, OTHER)
        return choices

    def around(self, question: Question) -> tuple[Group | Repeat, ...]:
        """The described blocks around `question`, the widest first. Of two blocks of the same path, the nearest above."""
        blocks: list[Group | Repeat] = [*self.groups, *self.repeats]
        found = []
        for length in range(1, len(question.group) + 1):
            same = [each for each in blocks if each.path == question.group[:length]]
            above = [each for each in same if (each.line or 0) <= (question.line or 0)]
            if same:
                found.append(max(above or same, key=lambda each: each.line or 0))
        return tuple(found)

    def asked(self) -> tuple[Question, ...]:
        """The questions as columns of an export: matrix rows one by one, and the texts asked by « autre (préciser) ».

        The row `loyer` of the matrix `satis` is `satis_loyer`; the text of the choice `autre` of `statut` is `statut_autre`.
        A text written in the definition itself is not added twice.
        """
        written = {question.name for question in self.questions}
        return tuple(each for question in self.questions for each in self._expanded(question, written))

    def _expanded(self, question: Question, written: set[str]) -> Iterator[Question]:
        rows = matrix_rows(question) if question.type is QuestionType.MATRIX else (question,)
        for row in rows:
            yield row
            for text in self._specified(row):
                if text.name not in written:
                    yield text

    def _specified(self, question: Question) -> Iterator[Question]:
        if not question.type.is_choice or question.matrix:
            return
        for choice in self.choices_of(question):
            if choice.specify:
                yield specified(question, choice)


def matrix_rows(matrix: Question) -> Iterator[Question]:
    """The rows of a matrix as questions, one choice each."""
    for row in matrix.rows:
        yield replace(
            matrix,
            name=f"{matrix.name}_{row.name}",
            type=QuestionType.SELECT_ONE,
            label=row.label,
            labels=row.labels,
            rows=(),
            hint="",
            guidance="",
            translations={
                key: texts for key, texts in matrix.translations.items() if key.endswith("message")
            },
            attributes={},
            group=(*matrix.group, matrix.name),
            aliases=row.aliases,
            line=row.line or matrix.line,
            matrix=matrix.name,
        )


def translations_of(texts: Mapping[str, str], language: str, text: str) -> dict[str, str]:
    """What `texts` (by language) says otherwise than `text`, the one of the default language."""
    return {code: each for code, each in texts.items() if code != language and each != text}


def specified(question: Question, choice: Choice) -> Question:
    """The text asked beside `choice` (« Autre (préciser) »), shown when it is ticked."""
    return Question(
        name=f"{question.name}_{choice.name}",
        type=QuestionType.TEXT,
        label=choice.label,
        labels=choice.labels,
        relevant=f"selected(${{{question.name}}}, '{choice.name}')",
        group=question.group,
        repeat=question.repeat,
        line=question.line,
        specifies=question.name,
    )


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
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """An interview guide (`kind: guide`). `closing_questions` (talon) name closed questions of a questionnaire."""

    id: str
    title: str
    themes: tuple[GuideTheme, ...]
    opening: str = ""
    minutes: int | None = None
    closing_questions: tuple[str, ...] = ()
    sha256: str = ""
    public: str | None = None
    questionnaire: str = ""
    source: str = ""
