"""A transcript made a `Document`: one normalised text, its turns, and beside it everything that was not said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.ingest.interviews.label_names import key
from habitat_enquete.ingest.interviews.marks import plus_is_pause, set_apart
from habitat_enquete.ingest.interviews.roles import Declaration, speakers
from habitat_enquete.ingest.interviews.speakers import Conversation, Utterance, conversation
from habitat_enquete.ingest.transcripts.passages import Passage, Transcript
from habitat_enquete.ingest.transcripts.times import shown
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import (
    Annotation,
    AnnotationKind,
    Document,
    DocumentKind,
    Role,
    Source,
    Speaker,
    Turn,
)


@dataclass(slots=True)
class _Assembling:
    """The text written so far, and what lies in it."""

    plus: bool
    parts: list[str] = field(default_factory=list)
    length: int = 0
    turns: list[Turn] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    wordless: list[str] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def annotate(self, kind: AnnotationKind, at: Span, content: str) -> None:
        self.annotations.append(Annotation(kind, at, content))


def document(
    transcript: Transcript,
    source: Source,
    *,
    id: str,
    declared: Declaration | None = None,
    attributes: Mapping[str, str] | None = None,
) -> tuple[Document, tuple[Problem, ...]]:
    """The interview that a transcript holds, and what a person should check in it.

    The text is the title and other words before the first turn, then the turns, one after the other; headers, time codes,
    laughs and notes are annotations. Every word of the source is in the one or the others.
    """
    declared = declared or Declaration()
    talk = _respelt(conversation(transcript.passages, declared=declared.labels), declared)
    people, problems = speakers(talk, file=source.file, declared=declared, hints=transcript.roles)
    assembling = _Assembling(plus_is_pause(list(transcript.passages)))
    _preamble(talk.preamble, assembling)
    for utterance in talk.utterances:
        _utterance(utterance, assembling)
    if assembling.wordless:
        problems += (_wordless(assembling.wordless, source.file),)
    found = Document(
        id,
        _kind(people),
        "".join(assembling.parts),
        tuple(assembling.turns),
        people,
        source,
        title=transcript.title or _title(talk),
        annotations=tuple(sorted(assembling.annotations, key=lambda annotation: annotation.at)),
        attributes=dict(attributes or {}),
    )
    return found, (*transcript.problems, *problems)


def _respelt(talk: Conversation, declared: Declaration) -> Conversation:
    """The conversation with the labels that somebody declared misspelt written right."""
    utterances = tuple(
        replace(utterance, speaker=declared.spellings.get(key(utterance.speaker), utterance.speaker))
        for utterance in talk.utterances
    )
    return replace(talk, utterances=utterances)


def _preamble(passages: Sequence[Passage], assembling: _Assembling) -> None:
    """Write the words before the first turn: in the text, in no turn, told as a header."""
    for passage in passages:
        _aside(passage, assembling)


def _aside(passage: Passage, assembling: _Assembling) -> None:
    if assembling.length and passage.text:
        assembling.write("\n")
    start = assembling.length
    assembling.write(passage.text)
    if passage.text:
        assembling.annotate(AnnotationKind.HEADER, Span(start, assembling.length), passage.text)
    _marks(passage, start, assembling)


def _utterance(utterance: Utterance, assembling: _Assembling) -> None:
    """Write an utterance: a turn when it has words, else its header and marks alone."""
    if not utterance.speaker:
        for passage in utterance.passages:
            _aside(passage, assembling)
        return
    passages = [set_apart(passage, plus=assembling.plus) for passage in utterance.passages]
    if assembling.length and any(passage.text for passage in passages):
        assembling.write("\n")
    start = assembling.length
    if utterance.header:
        assembling.annotate(AnnotationKind.HEADER, Span(start, start), utterance.header)
    for passage in passages:
        if passage.text and assembling.length > start:
            assembling.write(passage.joint)
        if len(passages) > 1 and _is_cue(passage):
            assembling.annotate(
                AnnotationKind.TIME, Span(assembling.length, assembling.length), _times(passage)
            )
        at = assembling.length
        assembling.write(passage.text)
        _marks(passage, at, assembling)
    if assembling.length > start:
        assembling.turns.append(
            Turn(
                len(assembling.turns),
                utterance.speaker,
                Span(start, assembling.length),
                utterance.start_time,
                utterance.end_time,
                utterance.position or None,
            )
        )
    elif not any(passage.marks for passage in passages):
        assembling.wordless.append(utterance.position)


def _marks(passage: Passage, offset: int, assembling: _Assembling) -> None:
    for mark in passage.marks:
        assembling.annotate(mark.kind, mark.at.shifted(offset), mark.content)


def _is_cue(passage: Passage) -> bool:
    """Whether the format gives a passage its own times, which its words do not say."""
    written = any(mark.kind is AnnotationKind.TIME and mark.at.start == 0 for mark in passage.marks)
    return passage.joint == " " and passage.start_time is not None and not written


def _times(passage: Passage) -> str:
    start = shown(passage.start_time or 0.0)
    return start if passage.end_time is None else f"{start}–{shown(passage.end_time)}"


def _wordless(positions: Sequence[str], file: str) -> Problem:
    return problem(
        Code.TURN_WITHOUT_WORDS,
        severity=Severity.WARNING,
        file=file,
        count=len(positions),
        place=positions[0] or "?",
    )


def _kind(people: Sequence[Speaker]) -> DocumentKind:
    informants = {person.respondent or person.label for person in people if person.role is Role.INFORMANT}
    likenesses = {person.label for person in people if person.evidence.startswith("ressemble")}
    return DocumentKind.GROUP if len(informants - likenesses) > 1 else DocumentKind.INTERVIEW


def _title(talk: Conversation) -> str:
    """The first line before the turns, when it is short enough to be a title."""
    first = next((passage.text for passage in talk.preamble if passage.text and "\t" not in passage.text), "")
    return first if len(first) <= 120 else ""
