"""What the journal keeps of a coding, a memo, an episode or the codebook, before and after each gesture."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from habitat_enquete.model.coding import (
    CodebookText,
    Coder,
    CoderKind,
    Coding,
    Memo,
    MemoTarget,
    Snapshot,
    State,
)
from habitat_enquete.model.pathway import Episode, EpisodeState, Moment, Precision
from habitat_enquete.model.span import Span


def snapshot(value: Snapshot | None) -> str:
    """What was there, as JSON; empty for nothing."""
    if value is None:
        return ""
    content: dict[str, Any]
    if isinstance(value, CodebookText):
        content = {"codebook": value.text}
    elif isinstance(value, Episode):
        content = {"episode": asdict(value)}
    elif isinstance(value, Memo):
        content = {"memo": [value.target_kind.value, value.target, value.coder, value.text, value.at]}
    else:
        content = {
            "document": value.document,
            "span": [value.span.start, value.span.end],
            "code": value.code,
            "coder": [value.coder.name, value.coder.kind.value],
            "state": value.state.value,
            "score": value.score,
            "reason": value.reason,
            "flags": [value.negated, value.hypothetical, value.reported],
            "respondent": value.respondent,
            "turn": value.turn,
            "id": value.id,
            "version": value.version,
            "text_sha256": value.text_sha256,
        }
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def restored(text: str) -> Snapshot | None:
    """What a snapshot holds; None for an empty one."""
    if not text:
        return None
    content = json.loads(text)
    if "codebook" in content:
        return CodebookText(content["codebook"])
    if "episode" in content:
        return _episode(content["episode"])
    if "memo" in content:
        kind, target, coder, text, at = content["memo"]
        return Memo(MemoTarget(kind), target, coder, text, at)
    negated, hypothetical, reported = content["flags"]
    name, kind = content["coder"]
    return Coding(
        document=content["document"],
        span=Span(*content["span"]),
        code=content["code"],
        coder=Coder(name, CoderKind(kind)),
        state=State(content["state"]),
        score=content["score"],
        reason=content["reason"],
        negated=negated,
        hypothetical=hypothetical,
        reported=reported,
        respondent=content["respondent"],
        turn=content["turn"],
        id=content["id"],
        version=content["version"],
        text_sha256=content["text_sha256"],
    )


def _episode(content: dict[str, Any]) -> Episode:
    return Episode(
        **content
        | {
            "start": _moment(content["start"]),
            "end": _moment(content["end"]),
            "motives": tuple(content["motives"]),
            "state": EpisodeState(content["state"]),
        }
    )


def _moment(content: dict[str, str] | None) -> Moment | None:
    if content is None:
        return None
    return Moment(content["earliest"], content["latest"], Precision(content["precision"]))
