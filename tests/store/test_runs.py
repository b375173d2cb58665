"""Kept results know the code that made them."""

from __future__ import annotations

from habitat_enquete.store.runs import code_hash


def test_the_code_of_a_package_is_told_apart_with_what_lies_inside_it() -> None:
    assert code_hash("pathways") == code_hash("pathways")
    assert len({code_hash("stats"), code_hash("report"), code_hash("report/deliverables")}) == 3
