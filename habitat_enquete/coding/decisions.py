"""What a person can decide on codings, as pure functions: each gives the `Change`s to apply, and stores nothing.

How a page or a command uses them (the journal makes it durable, checks versions and allows undo)::

    changes = decisions.accept(coding, coder="anne")
    with Store(project.database) as store:
        codings = journal.apply(store, "anne", changes)     # EnqueteError if somebody changed it meanwhile
        journal.undo(store, "anne")

A bulk action is the concatenation of the changes of its codings: one batch, one undo.
Who decided is the journal's; a coding keeps the coder that proposed it, so that its origin stays known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.coding import Action, Change, Coder, CoderKind, Coding, State, Suggestion
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, Turn

_NAME: Final = re.compile(r"[\w-]{1,32}")
_RESERVED: Final = frozenset({"rules", "model"})


def person(name: str) -> Coder:
    """The coder called `name`. Raises: EnqueteError when the name cannot be written in tables and commands."""
    if not _NAME.fullmatch(name) or name.casefold() in _RESERVED:
        raise EnqueteError(Code.CODER_BAD_NAME, name=name)
    return Coder(name, CoderKind.PERSON)


def accept(*codings: Coding) -> tuple[Change, ...]:
    """Accept proposals; what is accepted already gets the person's word as well (it counts for agreement)."""
    return tuple(Change(Action.ACCEPT, each, replace(each, state=State.ACCEPTED)) for each in codings)


def reject(*codings: Coding) -> tuple[Change, ...]:
    """Reject codings: they stay in the store, count nowhere, and teach the suggestions."""
    return tuple(Change(Action.REJECT, each, replace(each, state=State.REJECTED)) for each in codings)


def code(
    document: Document, span: Span, code_id: str, coder: Coder, *, reason: str = ""
) -> tuple[Change, ...]:
    """Code a passage by hand. Spaces at its ends are left out.

    Raises: EnqueteError when the passage is empty or does not fit in the document.
    """
    return (Change(Action.CODE, None, place(document, span, code_id, coder, reason=reason)),)


def place(
    document: Document,
    span: Span,
    code_id: str,
    coder: Coder,
    *,
    state: State = State.ACCEPTED,
    score: float = 1.0,
    reason: str = "",
) -> Coding:
    """A coding of `span`, with the turn and the respondent that the document gives for it. Raises: as `code`."""
    fitted = fit(document, span)
    turn = document.turn_at(fitted.start)
    return Coding(
        document=document.id,
        span=fitted,
        code=code_id,
        coder=coder,
        state=state,
        score=score,
        reason=reason,
        respondent=_respondent(document, turn),
        turn=turn.index if turn else None,
        text_sha256=document.sha256,
    )


def take(document: Document, suggestions: Iterable[Suggestion], coder: Coder) -> tuple[Change, ...]:
    """Accept suggestions of the learned model that the store does not hold yet: codings of the person who accepts them.

    The reason keeps what the model said; rejected ones are made by `refuse`.
    """
    return tuple(
        Change(
            Action.CODE,
            None,
            place(document, each.span, each.code, coder, score=each.score, reason=each.reason),
        )
        for each in suggestions
    )


def refuse(document: Document, suggestions: Iterable[Suggestion], coder: Coder) -> tuple[Change, ...]:
    """Reject suggestions that the store does not hold yet: kept as rejected codings, the learner's hard negatives."""
    return tuple(
        Change(
            Action.CODE,
            None,
            place(
                document,
                each.span,
                each.code,
                coder,
                state=State.REJECTED,
                score=each.score,
                reason=each.reason,
            ),
        )
        for each in suggestions
    )


def move(coding: Coding, code_id: str, coder: Coder) -> tuple[Change, ...]:
    """Put a coding under another code.

    One's own coding simply changes code. A proposal of the rules or the model, or somebody else's coding, is marked
    moved, and the same passage is coded by `coder` under the new code: both what was wrong and what is right are kept.
    """
    if code_id == coding.code:
        return ()
    if coding.coder == coder:
        return (Change(Action.MOVE, coding, replace(coding, code=code_id, state=State.ACCEPTED)),)
    own = replace(
        coding,
        id=None,
        version=1,
        code=code_id,
        coder=coder,
        state=State.ACCEPTED,
        score=1.0,
        reason=f"déplacé depuis « {coding.code} »",
    )
    return (
        Change(Action.MOVE, coding, replace(coding, state=State.MOVED)),
        Change(Action.CODE, None, own),
    )


def resize(coding: Coding, span: Span, document: Document) -> tuple[Change, ...]:
    """Give a coding another extent; a proposal is thereby accepted. Raises: as `code`."""
    fitted = fit(document, span)
    turn = document.turn_at(fitted.start)
    after = replace(
        coding,
        span=fitted,
        state=State.ACCEPTED,
        turn=turn.index if turn else None,
        respondent=_respondent(document, turn),
        text_sha256=document.sha256,
    )
    return (Change(Action.RESIZE, coding, after),) if after != coding else ()


def delete(coding: Coding, coder: Coder) -> tuple[Change, ...]:
    """Take away a coding one made oneself.

    Raises: EnqueteError for anybody else's: a proposal is rejected, not erased, or it would come back.
    """
    if coding.coder != coder:
        raise EnqueteError(Code.CODING_NOT_YOURS, id=coding.id, coder=coding.coder.name)
    return (Change(Action.DELETE, coding, None),)


def fit(document: Document, span: Span) -> Span:
    """`span` without the spaces at its ends. Raises: EnqueteError when nothing of it lies in the document."""
    if span.end > len(document.text) or not span.quote(document.text).strip():
        raise EnqueteError(
            Code.CODING_BAD_SPAN,
            start=span.start,
            end=span.end,
            document=document.id,
            length=len(document.text),
        )
    quote = span.quote(document.text)
    return Span(span.start + len(quote) - len(quote.lstrip()), span.end - len(quote) + len(quote.rstrip()))


def seen_by(
    codings: Iterable[Coding],
    verdicts: Mapping[int, Mapping[str, State]],
    coder: str,
    *,
    blind: bool,
    proposed: Mapping[int, State] | None = None,
) -> list[Coding]:
    """The codings as `coder` sees them: all of them, or (blind mode) without a trace of what other people decided.

    Blind: other people's codings are absent; the proposals of rules and model are as the coder left them, and otherwise
    as if nobody had looked: as `proposed` says (`journal.first_states`), to be decided where it says nothing.
    """
    if not blind:
        return list(codings)
    result = []
    for each in codings:
        said = verdicts.get(each.id or 0, {})
        if each.coder.kind is CoderKind.PERSON:
            if each.coder.name == coder:
                result.append(replace(each, state=said.get(coder, each.state)))
        elif coder in said:
            result.append(replace(each, state=said[coder]))
        else:
            first = (proposed or {}).get(each.id or 0, State.SUGGESTED)
            result.append(replace(each, state=first) if said else each)
    return result


def of_coder(
    codings: Iterable[Coding], verdicts: Mapping[int, Mapping[str, State]], coder: str
) -> list[Coding]:
    """What `coder` holds for true: their own codings, and the proposals they accepted. What agreement compares."""
    return [each for each in codings if verdicts.get(each.id or 0, {}).get(coder) is State.ACCEPTED]


def _respondent(document: Document, turn: Turn | None) -> str | None:
    if turn is not None and (spoken := document.respondent_of(turn)) is not None:
        return spoken
    return document.respondents[0] if len(document.respondents) == 1 else None
