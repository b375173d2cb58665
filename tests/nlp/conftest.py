"""Builders of documents, and the pipeline without a model."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker, Turn
from habitat_enquete.nlp.pipeline import BLANK, Pipeline, load

Build = Callable[..., Document]


@pytest.fixture(scope="session")
def blank() -> Pipeline:
    """Tables alone: no trained model."""
    return load(BLANK)


@pytest.fixture(scope="session")
def interview() -> Build:
    """`interview("ENQ: Et le loyer ?", "LOC: Trop cher.")`: turns by label, ENQ asking, the others answering."""

    def build(*turns: str, id: str = "E01") -> Document:
        pairs = [turn.split(": ", 1) if ": " in turn else ("LOC", turn) for turn in turns]
        text = "\n".join(words for _, words in pairs)
        spans, start = [], 0
        for _, words in pairs:
            spans.append(Span(start, start + len(words)))
            start += len(words) + 1
        labels = dict.fromkeys(label for label, _ in pairs)
        return Document(
            id=id,
            kind=DocumentKind.INTERVIEW,
            text=text,
            turns=tuple(
                Turn(n, label, span) for n, ((label, _), span) in enumerate(zip(pairs, spans, strict=True))
            ),
            speakers=tuple(
                Speaker(label, Role.INTERVIEWER if label == "ENQ" else Role.INFORMANT) for label in labels
            ),
            source=Source("E01.txt", "0" * 64),
        )

    return build
