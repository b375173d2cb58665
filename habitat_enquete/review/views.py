"""What the page is told, as JSON: documented shapes, made from the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import Coding, State, Suggestion
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document

# One hue per theme, dark enough to be read on white; beyond, they come round again.
THEME_COLOURS: Final = (
    *("#0b5e8e", "#a4432b", "#1c6a66", "#7a5500", "#8b3a6f", "#45556a", "#3f6b1d", "#6d4a9c"),
    *("#8a4a12", "#2f5fa8", "#7d2b40", "#1f6b48", "#5a4fa0", "#8c3d1f", "#20606f", "#6b5b12"),
)


@dataclass(frozen=True, slots=True)
class CodingView:
    """A coding or a suggestion as the page shows it.

    `id` is the coding's number, or `s…` for a suggestion that nobody has decided on and that is not stored. `why` explains a
    proposal; `flags` says what was noticed of the passage (negation, hypothesis, reported speech); `by` what each person said
    of it (coder → state).
    """

    id: str
    version: int
    document: str
    start: int
    end: int
    code: str
    state: str
    kind: str
    coder: str
    score: float
    why: str
    flags: tuple[str, ...]
    by: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LostView:
    """A coding whose passage is not in the text any more, with the words it had."""

    coding: CodingView
    words: str


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn: where its words start in the document, who says them, when."""

    start: int
    text: str
    speaker: str
    role: str
    time: str


@dataclass(frozen=True, slots=True)
class PartView:
    """One document of a text on screen: an interview is one part, the answers to a question are one part each.

    `sha256` names the text that the page shows: a gesture prepared on another one is refused.
    """

    document: str
    sha256: str
    person: str
    attributes: Mapping[str, str]
    turns: tuple[TurnView, ...]


@dataclass(frozen=True, slots=True)
class TextView:
    """What the reader opens: an interview, or all the answers to one question."""

    id: str
    title: str
    kind: str
    parts: tuple[PartView, ...]
    codings: tuple[CodingView, ...]
    lost: tuple[LostView, ...]


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A text in the list: how much of it waits for a decision, how much was decided by a person."""

    id: str
    title: str
    kind: str
    people: int
    attributes: Mapping[str, tuple[str, ...]]
    waiting: int
    accepted: int
    decided: int
    read: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """A coded passage in its context, for the page of a code."""

    coding: CodingView
    text: str
    before: str
    after: str
    person: str
    title: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QueueView:
    """A passage to look at: with a suggestion to decide on, or (None) drawn at random to be read whole."""

    text: str
    document: str
    start: int
    end: int
    words: str
    turn: int
    suggestion: CodingView | None


_NOBODY: Final[Mapping[str, State]] = {}


def coding_view(coding: Coding, said: Mapping[str, State] = _NOBODY) -> CodingView:
    """A stored coding, and what each person `said` of it."""
    noticed = (
        (coding.negated, "négation"),
        (coding.hypothetical, "hypothèse"),
        (coding.reported, "paroles rapportées"),
    )
    return CodingView(
        str(coding.id),
        coding.version,
        coding.document,
        coding.span.start,
        coding.span.end,
        coding.code,
        coding.state.value,
        coding.coder.kind.value,
        coding.coder.name,
        coding.score,
        coding.reason,
        tuple(word for is_so, word in noticed if is_so),
        {name: state.value for name, state in said.items()},
    )


def suggestion_view(suggestion: Suggestion) -> CodingView:
    """A suggestion of the learned model, not stored."""
    span = suggestion.span
    return CodingView(
        f"s{suggestion.document}:{span.start}-{span.end}:{suggestion.code}",
        0,
        suggestion.document,
        span.start,
        span.end,
        suggestion.code,
        "suggested",
        "model",
        "modèle",
        suggestion.score,
        suggestion.reason,
        (),
        {},
    )


def part_view(document: Document, attributes: Mapping[str, str]) -> PartView:
    """A document with its turns."""
    turns = tuple(
        TurnView(
            turn.span.start,
            turn.span.quote(document.text),
            turn.speaker,
            document.role_of(turn).value,
            clock(turn.start_time),
        )
        for turn in document.turns
    )
    return PartView(document.id, document.sha256, ", ".join(document.respondents), attributes, turns)


def clock(seconds: float | None) -> str:
    """A time from the start of the recording, as « 1:02:05 »; empty when unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def codebook_view(codebook: Codebook, counts: Mapping[str, int]) -> dict[str, Any]:
    """The tree of themes and codes, with what the reader needs to choose one; `counts` people's accepted codings by code."""
    colours = {
        theme.id: theme.colour or THEME_COLOURS[rank % len(THEME_COLOURS)]
        for rank, theme in enumerate(codebook.themes)
    }
    known = {code.id for code in codebook}
    return {
        "sha256": codebook.sha256,
        "absent": [
            {"id": code_id, "count": count}
            for code_id, count in sorted(counts.items())
            if code_id not in known
        ],
        "themes": [
            {
                "id": theme.id,
                "label": theme.label,
                "colour": colours[theme.id],
                "codes": [
                    {
                        "id": code.id,
                        "label": code.label,
                        "polarity": code.polarity.value,
                        "definition": code.definition,
                        "include": code.include,
                        "exclude": code.exclude,
                        "terms": code.terms,
                        "not_terms": code.not_terms,
                        "policy": code.policy.value,
                        "colour": code.colour or colours[theme.id],
                        "count": counts.get(code.id, 0),
                    }
                    for code in codebook.of_theme(theme.id)
                ],
            }
            for theme in codebook.themes
        ],
    }


def quote(
    coding: CodingView, document: Document, attributes: Mapping[str, str], *, around: int = 120
) -> Quote:
    """A coded passage with `around` code points on each side."""
    text, span = document.text, Span(coding.start, coding.end)
    return Quote(
        coding,
        span.quote(text),
        before(text, span.start, around),
        after(text, span.end, around),
        ", ".join(document.respondents) or document.id,
        text_of(document.id),
        attributes,
    )


def before(text: str, at: int, around: int) -> str:
    """About `around` code points before a place, from the beginning of a word.

    >>> before("On cherchait une maison", 17, 9)
    'cherchait une '
    """
    start = max(0, at - around)
    while start > 0 and not text[start - 1].isspace() and at - start < 2 * around:
        start -= 1
    return text[start:at]


def after(text: str, at: int, around: int) -> str:
    """About `around` code points after a place, to the end of a word."""
    end = min(len(text), at + around)
    while end < len(text) and not text[end].isspace() and end - at < 2 * around:
        end += 1
    return text[at:end]


def text_of(document: str) -> str:
    """The text on screen that a document belongs to: itself, or `questionnaire/question` for an open answer."""
    parts = document.split("/")
    return f"{parts[0]}/{'/'.join(parts[2:])}" if len(parts) >= 3 else document


def plain(view: Any) -> dict[str, Any]:
    """A view as JSON asks for it, one level at a time."""
    return {each.name: getattr(view, each.name) for each in fields(view)}


def values(people: Sequence[Mapping[str, str]], names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The values that some people have for some attributes, several in one cell split apart."""
    return {
        name: tuple(sorted({part for known in people for part in known.get(name, "").split(";") if part}))
        for name in names
    }
