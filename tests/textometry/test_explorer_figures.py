"""The figures and data of the explorer: labels that do not cover one another, halos around their words, a page of bounded size."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.model.span import Span
from habitat_enquete.report.explorer import data as explorer_data
from habitat_enquete.report.explorer.figures import _apart, _hull
from habitat_enquete.report.explorer.proposals import _quoted
from habitat_enquete.textometry.exploration import Exploration, corpus_of
from habitat_enquete.textometry.lexical_table import Unit, Word

POINTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=25, unique=True)


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0, 200)), min_size=2, max_size=8))
def test_labels_are_moved_until_none_covers_another(places: list[tuple[float, float]]) -> None:
    labels = {f"mot{rank}": (x, y, 40.0, 14.0) for rank, (x, y) in enumerate(places)}
    found = list(_apart(labels).values())
    for rank, (x1, y1) in enumerate(found):
        for x2, y2 in found[rank + 1 :]:
            assert abs(x1 - x2) > 39 or abs(y1 - y2) > 13


@given(POINTS)
def test_a_halo_holds_every_word(points: list[tuple[int, int]]) -> None:
    hull = _hull(sorted(points))
    assert set(hull) <= set(points)
    if len(hull) > 2:
        for px, py in points:
            for (x1, y1), (x2, y2) in zip(hull, [*hull[1:], hull[0]], strict=True):
                assert (x2 - x1) * (py - y1) - (y2 - y1) * (px - x1) >= 0


def corpus(texts: int, words: int) -> Exploration:
    """Texts of one unit each; the last person refuses to be quoted."""
    said = " ".join(["</script>", *["loyer"] * (words - 1)])
    units = tuple(
        Unit(
            f"E{number}",
            0,
            Span(0, len(said)),
            tuple(Word("loyer", "loyer", "NOUN", Span(0, 5)) for _ in range(words)),
            f"P{number}",
            {"consentement_citation": "non"} if number == texts - 1 else {"public": "a"},
        )
        for number in range(texts)
    )
    base = Exploration(
        corpus_of(units, active=1, floor=1, left_out=0),
        units,
        dict.fromkeys((u.document for u in units), said),
    )
    return replace(base, codes_of=((),) * texts, source_of=("§ 1",) * texts)


def test_the_page_holds_no_more_words_than_a_browser_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer_data, "WORDS_SHOWN", 100)
    exploration = corpus(50, 10)
    found = explorer_data.page_data(exploration, {})
    assert found.documents == 10
    assert found.is_cut(exploration)
    assert "<" not in found.json
    shown = json.loads(found.json)
    assert len(shown["units"]) == found.units
    assert len({unit["d"] for unit in shown["units"]}) == found.units


def test_the_page_holds_nothing_of_who_refuses_to_be_quoted() -> None:
    found = explorer_data.page_data(corpus(4, 5), {})
    assert (found.units, found.withheld) == (3, 1)
    assert "E3" not in json.loads(found.json)["documents"]


def test_no_word_breaks_the_proposals() -> None:
    assert _quoted('dit "stop" \\ fin') == '"dit \\"stop\\" \\\\ fin"'
