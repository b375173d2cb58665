"""From what the codebook's terms matched to codings: negation, hypothesis, excluded speakers, and who is quoted."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final, Protocol

from habitat_enquete.model.codebook import Code, Codebook, Negated, Policy
from habitat_enquete.model.coding import Coder, CoderKind, Coding, State
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, Turn

RULES: Final = Coder("rules", CoderKind.RULE)
VERSION: Final = 2  # raise it when the same matches would give other codings: documents are then coded again


class Match(Protocol):
    """What the language layer finds: a term of a code, where, and how it was said."""

    @property
    def code(self) -> str: ...
    @property
    def span(self) -> Span: ...
    @property
    def term(self) -> str: ...
    @property
    def negated(self) -> bool: ...
    @property
    def hypothetical(self) -> bool: ...
    @property
    def reported(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Found:
    """A match under the code it counts for."""

    code: Code
    span: Span
    terms: tuple[str, ...]
    redirected_from: str
    negated: bool
    hypothetical: bool
    reported: bool


def codings_of(document: Document, matches: Iterable[Match], codebook: Codebook) -> list[Coding]:
    """The codings that `matches` deserve under the codebook's policies, in the order of the text.

    A code's negated or hypothetical matches are kept, dropped or counted for another code, as it says. Matches of one code
    that touch or overlap make one coding: « loyer trop cher » found by a term and by a rule is said once.
    """
    codes = {code.id: code for code in codebook}
    turns = TurnIndex(document)
    found: dict[str, list[_Found]] = {}
    for match in matches:
        target = _counted(match, codes)
        if target is not None:
            found.setdefault(target.code.id, []).append(target)
    joined = [each for group in found.values() for each in _joined(group)]
    joined.sort(key=lambda each: (each.span, each.code.id))
    return [_coding(document, each, turns) for each in joined]


def rules_hash(codebook: Codebook) -> str:
    """A hash of what the codebook says to the matcher: it changes when codings could, not when a label does."""
    content = [
        [
            code.id,
            code.terms,
            code.not_terms,
            [asdict(rule) for rule in code.rules],
            code.policy,
            code.negated,
            code.negated_code,
            code.hypothetical,
        ]
        for code in codebook
    ]
    text = json.dumps([VERSION, codebook.gap, content], ensure_ascii=False, sort_keys=True, default=dict)
    return hashlib.sha256(text.encode()).hexdigest()


def document_hash(document: Document) -> str:
    """A hash of what the rules read of a document: its text, its turns, and who speaks in them."""
    parts = [
        document.sha256,
        [[turn.index, turn.speaker, turn.span.start, turn.span.end] for turn in document.turns],
        [[each.label, each.role.value, each.respondent] for each in document.speakers],
        list(document.respondents),
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


class TurnIndex:
    """The turns of a document, found by position without going through them all."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._turns = sorted(document.turns, key=lambda turn: turn.span.start)
        self._starts = [turn.span.start for turn in self._turns]
        self._respondents = {speaker.label: speaker.respondent for speaker in document.speakers}

    def at(self, position: int) -> Turn | None:
        """The turn that holds a code point."""
        rank = bisect_right(self._starts, position) - 1
        if rank < 0 or position >= self._turns[rank].span.end:
            return None
        return self._turns[rank]

    def respondent(self, turn: Turn | None) -> str | None:
        """Whose words they are: the speaker's, else the only respondent of the document."""
        spoken = self._respondents.get(turn.speaker) if turn else None
        if spoken is None and len(self._document.respondents) == 1:
            return self._document.respondents[0]
        return spoken


def _counted(match: Match, codes: Mapping[str, Code]) -> _Found | None:
    """The match under the code it counts for, None when its code ignores such matches."""
    code = codes[match.code]
    if match.hypothetical and code.hypothetical is Negated.EXCLUDE:
        return None
    redirected = ""
    if match.negated and code.negated is Negated.EXCLUDE:
        return None
    if match.negated and code.negated is Negated.REDIRECT and code.negated_code:
        redirected, code = code.id, codes[code.negated_code]
    return _Found(
        code, match.span, (match.term,), redirected, match.negated, match.hypothetical, match.reported
    )


def _joined(group: list[_Found]) -> Iterator[_Found]:
    """Overlapping matches of one code, made one; a plain match outweighs one that was negated or hypothetical."""
    group.sort(key=lambda each: (each.span.start, -each.span.end))
    current = group[0]
    for each in group[1:]:
        if each.span.start >= current.span.end:
            yield current
            current = each
            continue
        current = _Found(
            code=current.code,
            span=Span(current.span.start, max(current.span.end, each.span.end)),
            terms=tuple(dict.fromkeys((*current.terms, *each.terms))),
            redirected_from=current.redirected_from and each.redirected_from,
            negated=current.negated and each.negated,
            hypothetical=current.hypothetical and each.hypothetical,
            reported=current.reported and each.reported,
        )
    yield current


def _coding(document: Document, found: _Found, turns: TurnIndex) -> Coding:
    turn = turns.at(found.span.start)
    return Coding(
        document=document.id,
        span=found.span,
        code=found.code.id,
        coder=RULES,
        state=State.ACCEPTED if found.code.policy is Policy.AUTO else State.SUGGESTED,
        reason=_reason(found),
        negated=found.negated,
        hypothetical=found.hypothetical,
        reported=found.reported,
        respondent=turns.respondent(turn),
        turn=turn.index if turn else None,
        text_sha256=document.sha256,
    )


def _reason(found: _Found) -> str:
    """Why, in words a person reads: the terms of the codebook that matched."""
    terms = ", ".join(f"« {term} »" for term in found.terms)
    said = f"{'termes' if len(found.terms) > 1 else 'terme'} {terms}"
    if found.redirected_from:
        return f"{said}, nié (code « {found.redirected_from} »)"
    qualities = [
        word
        for word, holds in (
            ("nié", found.negated),
            ("hypothétique", found.hypothetical),
            ("propos rapporté", found.reported),
        )
        if holds
    ]
    return ", ".join([said, *qualities])
