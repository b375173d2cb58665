"""What was said: documents, made of speaker turns. Interviews and open answers are one thing here."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from habitat_enquete.model.span import Span


class Role(StrEnum):
    """Who speaks: the person asking, a person asked, or anybody else (a passer-by, a note of the transcriber)."""

    INTERVIEWER = "interviewer"
    INFORMANT = "informant"
    OTHER = "other"


class DocumentKind(StrEnum):
    """How a document came to be."""

    INTERVIEW = "interview"
    GROUP = "group"  # group interview, themed workshop, meeting: several informants
    ANSWER = "answer"  # the open answer of one respondent to one question


@dataclass(frozen=True, slots=True)
class Source:
    """The file a document or an answer came from, as the user named it, and the hash of its bytes."""

    file: str
    sha256: str
    sheet: str | None = None
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who talks in a document.

    `label` is what the transcript writes before the turn; `respondent` the pseudonymous id of the person, when known;
    `declared` says whether a person stated the role; `evidence` how it was found, in the words shown to the user.
    """

    label: str
    role: Role
    respondent: str | None = None
    declared: bool = False
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's words without interruption. `span` covers the words only, never the speaker's header.

    `start_time`, `end_time` in seconds from the start of the recording; `position` is where the source shows it
    (`p. 3`, `§ 41`, `cue 12`, `R12`), fit to be printed.
    """

    index: int
    speaker: str
    span: Span
    start_time: float | None = None
    end_time: float | None = None
    position: str | None = None


class AnnotationKind(StrEnum):
    """What a transcript says beside the words."""

    PAUSE = "pause"
    EVENT = "event"  # laughs, coughs, telephone
    DOUBT = "doubt"  # unsure hearing: /ou, où/
    TIME = "time"  # a time code within a turn
    EMPHASIS = "emphasis"  # bold or italics that carry meaning
    NOTE = "note"  # the transcriber's comment
    HEADER = "header"  # a speaker's header, a title, anything not spoken
    QUESTION = "question"  # the guide question (its id is the content) that this stretch answers


@dataclass(frozen=True, slots=True)
class Annotation:
    """Something of the source kept out of the analysed text: `at` is its place in the text, `content` what stood there."""

    kind: AnnotationKind
    at: Span
    content: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its turns and speakers: an interview, a group meeting, or one open answer.

    `text` is NFC with LF line ends; turns are ordered and do not overlap. `respondents` are the pseudonymous ids of those
    whose words it holds; `attributes` what is known of the document itself (date, place, consent, questionnaire, question).
    """

    id: str
    kind: DocumentKind
    text: str
    turns: tuple[Turn, ...]
    speakers: tuple[Speaker, ...]
    source: Source
    title: str = ""
    respondents: tuple[str, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The hash of the text alone: what an annotation by the language pipeline depends on."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def role_of(self, turn: Turn) -> Role:
        """The role of the person who speaks in `turn`."""
        return next((s.role for s in self.speakers if s.label == turn.speaker), Role.OTHER)

    def respondent_of(self, turn: Turn) -> str | None:
        """The pseudonymous id of the person who speaks in `turn`, if known."""
        return next((s.respondent for s in self.speakers if s.label == turn.speaker), None)

    def informant_turns(self) -> Iterator[Turn]:
        """The turns that are coded and counted: what the people who were asked said."""
        informants = {s.label for s in self.speakers if s.role is Role.INFORMANT}
        return (turn for turn in self.turns if turn.speaker in informants)

    def turn_at(self, position: int) -> Turn | None:
        """The turn that holds the code point at `position`."""
        return next((turn for turn in self.turns if turn.span.start <= position < turn.span.end), None)

    def place_of(self, turn: Turn | None) -> str:
        """Where the source shows `turn`, fit to be printed: its sheet and cell, its page or paragraph or cue, else its rank."""
        if self.source.cell:
            return f"{self.source.sheet}!{self.source.cell}" if self.source.sheet else self.source.cell
        if turn is None:
            return ""
        return turn.position or f"tour {turn.index + 1}"


@dataclass(frozen=True, slots=True)
class Segment:
    """A readable unit of one turn: a sentence, or a context unit of textual statistics."""

    document: str
    turn: int
    span: Span


def normalised(text: str) -> str:
    """`text` in the form every span refers to: NFC, LF line ends, no byte order mark.

    >>> normalised("e\\u0301te\\u0301\\r\\n")
    'été\\n'
    """
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
