"""Types over tenure, place and household at once."""

from __future__ import annotations

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.pathway import Episode, Moment, Pathway
from habitat_enquete.pathways.episodes.communes import gazetteer
from habitat_enquete.pathways.sequences.channels import study_channels
from habitat_enquete.pathways.settings import Settings, settings


def lives(name: str, month: int, household: str) -> Pathway:
    """Five years in one rented dwelling of Mende, then five in another: only the household tells people apart."""
    begin, middle = (Moment(f"{year}-{month:02d}-01", f"{year}-{month:02d}-28") for year in (2010, 2015))
    first = Episode(name, 1, begin, middle, "locataire_hlm", commune="48095", household="seul")
    return Pathway(
        name,
        (first, Episode(name, 2, middle, None, "locataire_hlm", commune="48095", household=household)),
        "2020-12-31",
    )


def people(size: int) -> dict[str, Pathway]:
    return {f"P{n}": lives(f"P{n}", n % 6 + 1, "famille" if n % 2 else "seul") for n in range(size)}


def test_the_household_tells_apart_paths_of_one_tenure() -> None:
    found = study_channels(people(40), ["tenure", "household"], gazetteer([]), Settings(largest=2))
    assert found.verdict.startswith("2 types par dimensions croisées (silhouette")
    assert {frozenset(p for p, g in found.groups.items() if g == t) for t in (1, 2)} == {
        frozenset(f"P{n}" for n in range(0, 40, 2)),
        frozenset(f"P{n}" for n in range(1, 40, 2)),
    }
    assert all(found.groups[person] == type_ for type_, person in found.medoids.items())


def test_few_people_are_given_no_types() -> None:
    found = study_channels(people(12), ["tenure", "place"], gazetteer([]), Settings())
    assert (found.verdict, found.groups) == (
        "Pas de typologie par dimensions croisées : 12 parcours, moins de 30.",
        {},
    )


def test_an_unknown_channel_is_refused() -> None:
    with pytest.raises(EnqueteError, match="« sante »"):
        settings({}, channels=["sante"])
    with pytest.raises(ValueError, match="unknown channel: sante"):
        study_channels(people(2), ["sante"], gazetteer([]), Settings())
