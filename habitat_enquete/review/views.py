"""What the page is told, as JSON: documented shapes, made from the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import Coding, Suggestion
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
    proposal; `flags` says what was noticed of the passage (negation, hypothesis, reported speech).
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
    """One document of a text on screen: an interview is one part, the answers to a question are one part each."""

    document: str
    person: str
    attributes: Mapping[str, str]
    turns: tuple[TurnView, ...]


@dataclass(frozen=True, slots=True)
class TextView:
    """What the reader opens: an interview, or all the answers to one question."""

    id: str
    title: str
    parts: tuple[PartView, ...]
    codings: tuple[CodingView, ...]


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


@dataclass(frozen=True, slots=True)
class Quote:
    """A coded passage in its context, for the page of a code."""

    coding: CodingView
    text: str
    before: str
    after: str
    person: str
    title: str


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


def coding_view(coding: Coding) -> CodingView:
    """A stored coding."""
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
    return PartView(document.id, ", ".join(document.respondents), attributes, turns)


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
    return {
        "sha256": codebook.sha256,
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
                        "colour": code.colour or colours[theme.id],
                        "count": counts.get(code.id, 0),
                    }
                    for code in codebook.of_theme(theme.id)
                ],
            }
            for theme in codebook.themes
        ],
    }


def as_json(views: Iterable[Any]) -> list[dict[str, Any]]:
    """Dataclasses as JSON objects."""
    return [asdict(view) for view in views]


def quote(coding: Coding, document: Document, title: str, *, around: int = 120) -> Quote:
    """A coded passage with `around` code points on each side."""
    text, span = document.text, coding.span
    return Quote(
        coding_view(coding),
        span.quote(text),
        text[max(0, span.start - around) : span.start],
        text[span.end : span.end + around],
        coding.respondent or document.id,
        title,
    )


def values(people: Sequence[Mapping[str, str]], names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The values that some people have for some attributes, several in one cell split apart."""
    return {
        name: tuple(sorted({part for known in people for part in known.get(name, "").split(";") if part}))
        for name in names
    }
