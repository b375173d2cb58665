"""What sets publics apart: barriers at each transition, paths, and how settling ends."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.model.codebook import Code as Theme
from habitat_enquete.model.codebook import Codebook, Polarity
from habitat_enquete.model.pathway import Episode, Move, Pathway, PlacedCoding
from habitat_enquete.pathways.alphabet import alphabet
from habitat_enquete.pathways.contrasts import TOO_FEW, Contrast, contrasts, differences, installations
from habitat_enquete.pathways.episodes.communes import gazetteer
from habitat_enquete.pathways.profiles import Ground, of_attribute
from habitat_enquete.stats.multiplicity import holm


def person(
    name: str, public: str, *, met: bool, installation: str = "", move: bool = True
) -> tuple[Pathway, Sequence[Move]]:
    episodes = (Episode(name, 1, None, None, "parents"), Episode(name, 2, None, None, "locataire_hlm"))
    attributes = {"publics_pd2h": public, "installation": installation}
    made = [Move(name, 1, 2, barriers=(7,) if met else ())] if move else []
    return Pathway(name, episodes, attributes=attributes), made


def ground(people: Sequence[tuple[Pathway, Sequence[Move]]]) -> Ground:
    """People who went from their parents' to social housing, some of whom met « loyer »."""
    codebook = Codebook((), (Theme("loyer", "Loyer élevé", "prix", polarity=Polarity.BARRIER),))
    names = [pathway.respondent for pathway, _ in people]
    return Ground(
        {pathway.respondent: pathway for pathway, _ in people},
        {pathway.respondent: made for pathway, made in people},
        dict.fromkeys(names, 1.0),
        alphabet(codebook),
        gazetteer([]),
        codebook,
        {name: [PlacedCoding(7, name, "E1", "interview", 0, 5, "loyer", 0, "loyer")] for name in names},
        {},
    )


def some(public: str, size: int, met: int) -> list[tuple[Pathway, Sequence[Move]]]:
    return [person(f"{public}{n}", public, met=n < met) for n in range(size)]


def one(found: list[Contrast], public: str, passage: tuple[str, str]) -> Contrast:
    (kept,) = [each for each in found if each.public == public and each.passage == passage]
    return kept


def test_a_barrier_met_by_one_public_is_told_with_its_residual_and_corrected_p() -> None:
    found = contrasts(ground(some("seniors", 10, 9) + some("alternants", 12, 1)), ["publics_pd2h"])
    seen = one(found, "seniors", ("parents", "locataire_hlm"))
    expected = 10 * 10 / 22
    assert (seen.met, seen.exposed, seen.met_elsewhere, seen.exposed_elsewhere) == (9, 10, 1, 12)
    assert seen.residual == pytest.approx((9 - expected) / sqrt(expected * (12 / 22) * (12 / 22)))
    tails = (comb(10, k) * comb(12, 10 - k) / comb(22, 10) for k in (0, 9, 10))
    assert seen.p_value == pytest.approx(sum(tails))
    assert seen.corrected == pytest.approx(
        4 * (seen.p_value or 0.0)
    )  # two publics, one transition and all moves
    assert seen.verdict == "plus souvent"
    assert one(found, "alternants", ("", "")).verdict == "moins souvent"


def test_four_people_are_counted_and_never_tested() -> None:
    seen = one(
        contrasts(ground(some("seniors", 4, 4) + some("alternants", 12, 1)), ["publics_pd2h"]),
        "seniors",
        ("", ""),
    )
    assert (seen.met, seen.exposed, seen.residual, seen.p_value, seen.verdict) == (4, 4, None, None, TOO_FEW)


def test_those_who_never_moved_are_not_exposed() -> None:
    still = [person(f"still{n}", "seniors", met=True, move=False) for n in range(20)]
    found = contrasts(ground(some("seniors", 6, 3) + still + some("alternants", 6, 3)), ["publics_pd2h"])
    seen = one(found, "seniors", ("", ""))
    assert (seen.met, seen.exposed, seen.verdict) == (3, 6, "pas d'écart établi")


def test_what_everybody_met_tells_nothing_apart() -> None:
    seen = one(
        contrasts(ground(some("seniors", 6, 6) + some("alternants", 6, 6)), ["publics_pd2h"]),
        "seniors",
        ("", ""),
    )
    assert (seen.residual, seen.corrected) == (0.0, 1.0)


def test_a_person_of_two_publics_counts_in_both() -> None:
    both = [person(f"b{n}", "seniors;alternants", met=True) for n in range(5)]
    found = contrasts(ground(both + some("seniors", 5, 0)), ["publics_pd2h"])
    assert (one(found, "seniors", ("", "")).exposed, one(found, "alternants", ("", "")).exposed) == (10, 5)


def test_publics_whose_paths_are_apart_differ_and_few_people_are_not_compared() -> None:
    people = some("seniors", 8, 0) + some("alternants", 8, 0) + some("precarite", 3, 0)
    made = ground(people)
    names = list(made.pathways)
    place = np.array([0.0] * 8 + [10.0] * 8 + [5.0] * 3) + np.linspace(0, 1, 19)
    square = np.abs(place[:, None] - place)
    found = {d.public: d for d in differences(made, names, square, np.ones(19), ["publics_pd2h"])}
    assert found[""].verdict == "les parcours diffèrent" and (found[""].r2 or 0) > 0.9
    assert (found["precarite"].people, found["precarite"].r2, found["precarite"].verdict) == (
        3,
        None,
        TOO_FEW,
    )
    assert found["seniors"].permutations == 999
    assert found["seniors"].corrected is not None and found["seniors"].corrected >= (
        found["seniors"].p_value or 1
    )


def test_nobody_with_the_attribute_gives_no_comparison() -> None:
    made = ground(some("", 6, 2))
    assert differences(made, list(made.pathways), np.zeros((6, 6)), np.ones(6), ["publics_pd2h"]) == []
    assert contrasts(made, ["publics_pd2h"]) == []


def test_installations_have_an_interval_from_five_people_on() -> None:
    outcomes = ["reussie"] * 6 + ["echouee"] * 2 + ["en_cours"]
    people = [person(f"P{n}", "seniors", met=False, installation=o) for n, o in enumerate(outcomes)]
    few = [person("Q1", "alternants", met=False, installation="echouee")]
    first, second = installations(of_attribute(ground(people + few), "publics_pd2h"))
    assert (first.succeeded, first.failed, first.in_progress, first.share) == (6, 2, 1, 0.75)
    assert (round(first.low or 0, 3), round(first.high or 0, 3)) == (0.409, 0.929)
    assert (second.failed, second.share) == (1, None)


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_is_never_below_the_p_value_nor_above_bonferroni(values: list[float]) -> None:
    adjusted = holm(values)
    assert all(p <= a <= min(1.0, p * len(values)) + 1e-12 for p, a in zip(values, adjusted, strict=True))
    ranked = [adjusted[i] for i in sorted(range(len(values)), key=values.__getitem__)]
    assert ranked == sorted(ranked)
