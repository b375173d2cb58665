"""Keeping human decisions when the text or the codebook changes under them."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from habitat_enquete.coding.rules import TurnIndex
from habitat_enquete.errors import Code as Message
from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.alignment import Alignment
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import Coding, State
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document

LOST: Final = "passage introuvable dans le texte corrigé"


@dataclass(frozen=True, slots=True)
class Reanchored:
    """What became of the codings of a document whose text changed: found again, and not."""

    kept: tuple[Coding, ...]
    lost: tuple[Coding, ...]


def reanchor(document: Document, codings: Iterable[Coding], former: Mapping[str, str]) -> Reanchored:
    """Place `codings`, made in former texts of `document`, in its present text.

    Args: `former`: text by hash. A coding whose passage is gone becomes an orphan: kept, listed, counted nowhere; one that
    was rejected or moved stays so. An orphan found again is given with its state as it is: the caller knows the former one.
    """
    turns = TurnIndex(document)
    alignments = {sha256: Alignment(text, document.text) for sha256, text in former.items()}
    kept, lost = [], []
    for coding in codings:
        if coding.text_sha256 == document.sha256:
            span: Span | None = coding.span
        else:
            alignment = alignments.get(coding.text_sha256)
            span = alignment.anchored(coding.span) if alignment else None
        if span is None or not len(span):
            if coding.state not in (State.REJECTED, State.MOVED):
                lost.append(replace(coding, state=State.ORPHAN, reason=_with(coding.reason, LOST)))
            continue
        turn = turns.at(span.start)
        kept.append(
            replace(
                coding,
                span=span,
                turn=turn.index if turn else None,
                respondent=turns.respondent(turn) or coding.respondent,
                text_sha256=document.sha256,
            )
        )
    return Reanchored(tuple(kept), tuple(lost))


def restored(coding: Coding, state: State) -> Coding:
    """An orphan whose passage is back, as it was before."""
    reason = coding.reason.removesuffix(LOST).removesuffix("; ")
    return replace(coding, state=state, reason=reason)


def _with(reason: str, remark: str) -> str:
    return reason if remark in reason else "; ".join(part for part in (reason, remark) if part)


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """A code that codings use and the codebook has not (renamed or removed): how many, and what it may have become."""

    code: str
    codings: int
    human: int
    candidates: tuple[str, ...]


def unknown_codes(
    codebook: Codebook,
    counts: Mapping[str, Sequence[int]],
    successors: Mapping[str, Sequence[str]] | None = None,
) -> tuple[UnknownCode, ...]:
    """The codes in use that `codebook` does not define, and what they may have become.

    Args: `counts`: code → (codings, those a person decided on). `successors`: what the rules now find in the same places (see
    `found_instead`); after them come the ids that look like the old one among codes that nobody decided on yet.
    """
    known = {code.id for code in codebook}
    fresh = sorted(code for code in known if not counts.get(code, (0, 0))[1])
    return tuple(
        UnknownCode(
            code,
            total,
            human,
            tuple(
                dict.fromkeys(
                    [
                        *(successors or {}).get(code, ()),
                        *difflib.get_close_matches(code, fresh, n=3, cutoff=0.5),
                    ]
                )
            )[:3],
        )
        for code, (total, human) in sorted(counts.items())
        if code not in known
    )


def found_instead(gone: Iterable[Coding], present: Iterable[Coding]) -> dict[str, list[str]]:
    """The codes that lie on at least half of the passages of each code that is `gone`, most often met first.

    A code given another id, or merged into another, keeps its terms: the rules now find the other one in the same places.
    """
    here: dict[str, list[Coding]] = defaultdict(list)
    for coding in present:
        here[coding.document].append(coding)
    passages: Counter[str] = Counter()
    met: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for old in gone:
        passages[old.code] += 1
        met[old.code].update({each.code for each in here[old.document] if each.span.overlaps(old.span)})
    return {
        code: [name for name, times in found.most_common(3) if 2 * times >= passages[code]]
        for code, found in met.items()
    }


def check_renamed(codebook: Codebook, used: Collection[str], renamed: Mapping[str, str]) -> None:
    """Whether codings can be carried over from the `used` codes as `renamed` says (old → new).

    Raises: EnqueteError when a new code is not in `codebook`, or nothing bears the old one.
    """
    known = [code.id for code in codebook]
    for old, new in renamed.items():
        if new not in known:
            raise EnqueteError(Message.RENAMED_UNKNOWN_CODE, name=new, hint=_hint(new, known))
        if old not in used:
            raise EnqueteError(Message.RENAMED_UNUSED_CODE, name=old, hint=_hint(old, sorted(used)))


def _hint(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Vouliez-vous dire « {near[0]} » ?" if near else ""
