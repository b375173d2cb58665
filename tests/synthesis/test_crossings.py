"""Crossings: right counts, small cells hidden so that nobody can find them, honest comparisons."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.model.synthesis import Cell
from habitat_enquete.synthesis.crossings import compare, cross
from habitat_enquete.synthesis.disclosure import mask
from habitat_enquete.synthesis.findings import rank

cells = st.integers(0, 40).flatmap(lambda base: st.builds(Cell, st.integers(0, base), st.just(base)))


def test_small_groups_and_small_counts_are_hidden() -> None:
    row = mask([Cell(3, 40), Cell(0, 30), Cell(4, 4), Cell(20, 40), Cell(9, 40)], minimum=5)
    assert [cell.masked for cell in row] == [True, False, True, False, False]


def test_a_lone_hidden_count_takes_the_smallest_neighbour_with_it() -> None:
    row = mask([Cell(3, 40), Cell(20, 40), Cell(9, 40)], minimum=5)
    assert [cell.masked for cell in row] == [True, False, True]


@given(st.lists(cells, min_size=2, max_size=8))
def test_no_hidden_count_can_be_found_from_the_total(row: list[Cell]) -> None:
    hidden = [cell for cell in mask(row, minimum=5) if cell.masked and cell.people]
    others = [cell for cell in mask(row, minimum=5) if not cell.masked and cell.people]
    assert len([cell for cell in mask(row, minimum=5) if cell.masked]) != 1 or not hidden or not others


def _habitants_and_newcomers(material, said_by_newcomers: int, said_by_habitants: int):
    people = {f"N{n:02d}": {"public": "nouvel_arrivant"} for n in range(20)}
    people |= {f"H{n:02d}": {"public": "habitant"} for n in range(20)}
    said = []
    for person in people:
        limit = said_by_newcomers if person.startswith("N") else said_by_habitants
        said.append((person, "credit" if int(person[1:]) < limit else "", f"Voilà ce que dit {person}."))
    return material(said=said, people=people)


def test_a_crossing_gives_people_and_bases_in_the_studys_order(material) -> None:
    study = _habitants_and_newcomers(material, 16, 6)
    (crossing,) = cross(study, rank(study))
    assert [(value.label, value.people) for value in crossing.values] == [
        ("Nouveaux arrivants", 20),
        ("Habitants", 20),
    ]
    (row,) = crossing.rows
    assert [(cell.people, cell.base, cell.masked) for cell in row.cells] == [(16, 20, False), (6, 20, False)]
    assert row.p_value is not None and 0.003 < row.p_value < 0.005


def test_newcomers_and_inhabitants_are_compared_with_an_interval(material) -> None:
    study = _habitants_and_newcomers(material, 16, 6)
    comparison = compare(study, rank(study), "public", "nouvel_arrivant", "habitant")
    assert comparison is not None
    (contrast,) = comparison.contrasts
    assert (contrast.difference, round(contrast.low, 3), round(contrast.high, 3)) == (0.5, 0.192, 0.695)


def test_a_group_of_four_gives_no_p_value(material) -> None:
    people = {f"N{n}": {"public": "nouvel_arrivant"} for n in range(4)} | {
        f"H{n}": {"public": "habitant"} for n in range(9)
    }
    study = material(said=[(person, "credit", f"Dit {person}.") for person in people], people=people)
    (crossing,) = cross(study, rank(study))
    assert crossing.rows[0].p_value is None


def test_a_public_with_nobody_gives_no_comparison(material) -> None:
    study = material(said=[("H1", "credit", "Non.")], people={"H1": {"public": "habitant"}})
    assert compare(study, rank(study), "public", "nouvel_arrivant", "habitant") is None
    assert cross(study, rank(study)) == ()
