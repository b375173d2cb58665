"""Where the source shows what was said: a cell, a paragraph, else the rank of the turn."""

from __future__ import annotations

import pytest

from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Source, Turn


def placed(source: Source, position: str | None) -> str:
    turn = Turn(4, "R", Span(0, 3), position=position)
    return Document("D", DocumentKind.ANSWER, "oui", (turn,), (), source).place_of(turn)


@pytest.mark.parametrize(
    ("source", "position", "place"),
    [
        (Source("r.xlsx", "0", "habitants", "Y13"), "Y13", "habitants!Y13"),
        (Source("r.csv", "0", None, "Y13"), "Y13", "Y13"),
        (Source("E01.docx", "0"), "§ 41", "§ 41"),
        (Source("E01.txt", "0"), None, "tour 5"),
    ],
)
def test_a_place_is_fit_to_be_found_again(source: Source, position: str | None, place: str) -> None:
    assert placed(source, position) == place
