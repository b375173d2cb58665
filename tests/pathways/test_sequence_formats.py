"""Sequences told in other ways and back: spells, events, readable lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.pathways.sequences.states import (
    Event,
    Spell,
    compact,
    events,
    from_labels,
    from_spells,
    to_spells,
)

words = st.lists(st.text("ABC*", max_size=12), min_size=1, max_size=5)


def test_spells_count_units_from_one_and_gaps_give_none(paths) -> None:  # type: ignore[no-untyped-def]
    assert to_spells(paths("AAB*B")) == [
        Spell("1", 1, 2, "A"),
        Spell("1", 3, 3, "B"),
        Spell("1", 5, 5, "B"),
    ]


@given(words)
def test_spells_lead_back_to_the_same_sequences(rows: list[str]) -> None:
    source = from_labels([[None if c == "*" else c for c in row] for row in rows], "ABC")
    back = from_spells(to_spells(source), "ABC", first=1, last=source.codes.shape[1], ids=source.ids)
    assert back.codes.tolist() == source.codes.tolist()


@given(words)
def test_readable_lines_lead_back_to_the_same_sequences(rows: list[str]) -> None:
    source = from_labels([[None if c == "*" else c for c in row] for row in rows], "ABC")
    for line, codes in zip(compact(source), source.codes.tolist(), strict=True):
        parts = [part.rsplit("/", 1) for part in line.split("-") if part]
        states = [state for state, length in parts for _ in range(int(length))]
        assert states == ["ABC"[code] if code >= 0 else "*" for code in codes if code != -2]


@given(words)
def test_state_events_tell_each_beginning_of_a_spell(rows: list[str]) -> None:
    source = from_labels([[None if c == "*" else c for c in row] for row in rows], "ABC")
    begins = [(spell.id, spell.begin - 1, spell.state) for spell in to_spells(source)]
    assert [(event.id, event.time, event.event) for event in events(source, "state")] == begins


def test_transitions_and_periods_are_named(paths) -> None:  # type: ignore[no-untyped-def]
    assert events(paths("AAB")) == [Event("1", 0, "A"), Event("1", 2, "A>B")]
    assert [(e.time, e.event) for e in events(paths("AB"), "period")] == [
        (0, "beginA"),
        (1, "endA"),
        (1, "beginB"),
    ]


def test_another_kind_of_event_is_refused(paths) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="unknown kind of event: moon"):
        events(paths("AB"), "moon")
