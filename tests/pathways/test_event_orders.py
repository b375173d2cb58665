"""Frequent orders of events, against counting every order of every person."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat_enquete.pathways.sequences.states import Event
from habitat_enquete.pathways.sequences.subsequences import (
    compared,
    frequent,
    meets,
    parsed,
    timelines,
    written,
)

EVENTS = [
    *(Event("A", 0, "départ"), Event("A", 3, "HLM"), Event("A", 3, "naissance"), Event("A", 9, "achat")),
    *(Event("B", 0, "départ"), Event("B", 5, "achat")),
    *(Event("C", 1, "HLM"), Event("C", 4, "départ")),
]


@pytest.mark.parametrize(
    ("order", "people"),
    [
        ("(départ)-(achat)", "AB"),
        ("(HLM,naissance)-(achat)", "A"),
        ("(HLM)-(départ)", "C"),
        ("(départ)-(départ)", ""),
    ],
)
def test_an_order_is_met_when_its_events_follow_one_another(order: str, people: str) -> None:
    found = timelines(EVENTS)
    assert "".join(person for person in found if meets(found[person], parsed(order))) == people


def test_events_too_far_apart_do_not_follow() -> None:
    found = timelines(EVENTS)
    assert not meets(found["A"], parsed("(départ)-(achat)"), gap=8)
    assert meets(found["A"], parsed("(départ)-(HLM)-(achat)"), gap=6)


def test_frequent_orders_come_with_their_share() -> None:
    best = frequent(timelines(EVENTS), least=0.6, longest=2)
    assert [(str(each), each.people) for each in best] == [
        *(("(départ)", 3), ("(HLM)", 2), ("(achat)", 2), ("(départ)-(achat)", 2)),
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["a", "b", "ab", ""]), max_size=4), min_size=1, max_size=5))
def test_no_frequent_order_is_forgotten(people: list[list[str]]) -> None:
    events = [
        Event(str(n), at, e) for n, line in enumerate(people) for at, step in enumerate(line) for e in step
    ]
    found = timelines(events)
    steps = [frozenset(c) for size in (1, 2) for c in combinations("ab", size)]
    every = {
        order
        for length in (1, 2, 3)
        for order in product(steps, repeat=length)
        if sum(map(len, order)) <= 3 and any(meets(line, order) for line in found.values())
    }
    assert {each.order for each in frequent(found, least=1e-9)} == every


def test_groups_are_compared_on_people_with_a_corrected_p_value() -> None:
    events = [Event(f"P{n}", 0, "départ") for n in range(40)] + [
        Event(f"P{n}", 1, "achat") for n in range(20)
    ]
    groups = {f"P{n}": "anciens" if n < 20 else "jeunes" for n in range(40)}
    (told,) = compared(timelines(events), [parsed("(départ)-(achat)")], groups)
    assert (told.statistic, told.shares) == (40.0, {"anciens": 1.0, "jeunes": 0.0})
    assert written(told.order) == "(départ)-(achat)" and told.corrected < 1e-9
