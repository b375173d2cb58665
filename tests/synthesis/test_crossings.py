"""Crossings: right counts, small cells hidden so that nobody can find them, honest comparisons."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from habitat_enquete.model.synthesis import Cell
from habitat_enquete.synthesis.crossings import compare, cross
from habitat_enquete.synthesis.disclosure import Nest, mask, mask_all
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
    assert sum(cell.masked for cell in mask(row, minimum=5)) != 1


villages = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 30), st.integers(1, 30)), min_size=2, max_size=9
)


@given(villages)
def test_no_hidden_count_can_be_found_from_the_totals_of_larger_places(
    drawn: list[tuple[int, int, int]],
) -> None:
    """An attacker who knows every printed count, and that communes add up to their intercommunality, solves no hidden one."""
    communes = [Cell(min(said, base), base) for _, said, base in drawn]
    present = sorted({epci for epci, _, _ in drawn})
    assume(len(present) > 1)
    parts = tuple(tuple(n for n, (of, _, _) in enumerate(drawn) if of == epci) for epci in present)
    epcis = [Cell(sum(communes[n].people for n in own), sum(communes[n].base for n in own)) for own in parts]
    nest = Nest("commune", "epci", parts, frozenset(range(len(parts))))
    shown = mask_all({"commune": communes, "epci": epcis}, [nest], minimum=5)
    cells = [*shown["commune"], *shown["epci"]]
    sums = [[1.0] * len(communes) + [0.0] * len(parts), [0.0] * len(communes) + [1.0] * len(parts)]
    for epci, own in enumerate(parts):
        line = [float(n in own) for n in range(len(communes))] + [0.0] * len(parts)
        line[len(communes) + epci] = -1.0
        sums.append(line)
    hidden = [n for n, cell in enumerate(cells) if cell.masked]
    unknown = np.array(sums)[:, hidden]
    rank = np.linalg.matrix_rank(unknown) if hidden else 0
    for n in range(len(hidden)):
        # A count is found when fixing it adds nothing to what the sums say.
        alone = np.zeros((1, len(hidden)))
        alone[0, n] = 1.0
        is_found = np.linalg.matrix_rank(np.vstack([unknown, alone])) == rank
        assert not is_found, shown


def test_the_commune_left_alone_in_its_intercommunality_cannot_be_found_by_subtraction(material) -> None:
    places = {"A1": ("a", 9, 9), "A2": ("a", 9, 3), "B1": ("b", 9, 8), "B2": ("b", 9, 9), "B3": ("b", 9, 2)}
    people = {
        f"{commune}-{n}": {"commune": commune, "epci": epci}
        for commune, (epci, base, _) in places.items()
        for n in range(base)
    }
    said = [
        (person, "credit" if int(person[3:]) < places[person[:2]][2] else "", f"Voilà {person}.")
        for person in people
    ]
    study = material(said=said, people=people)
    commune, epci = cross(study, rank(study))
    shown = {value.id: cell for value, cell in zip(commune.values, commune.rows[0].cells, strict=True)}
    # A2 is small: alone hidden in A, it would be A's 12 less A1's 9. B3 likewise.
    assert {name for name, cell in shown.items() if cell.masked} == {"A1", "A2", "B1", "B3"}
    assert [cell.masked for cell in epci.rows[0].cells] == [False, False]


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
    comparison = compare(study, cross(study, rank(study)), "public", "nouvel_arrivant", "habitant")
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
    assert compare(study, cross(study, rank(study)), "public", "nouvel_arrivant", "habitant") is None
    assert cross(study, rank(study)) == ()
