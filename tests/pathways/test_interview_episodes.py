"""Times as people say them, and the episodes an interview tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.pathway import Episode, EpisodeState
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker, Turn
from habitat_enquete.pathways.alphabet import alphabet
from habitat_enquete.pathways.episodes import times
from habitat_enquete.pathways.episodes.communes import gazetteer
from habitat_enquete.pathways.episodes.dates import spoken, year_moment
from habitat_enquete.pathways.episodes.proposals import merged_with, propose

INTERVIEW = "2026-02-14"
PERSON = {"annee_naissance": "1988", "date_entretien": INTERVIEW, "public": "habitant"}


@pytest.mark.parametrize(
    ("said", "role", "moment"),
    [
        ("en 2015 on a acheté", "start", "2015"),
        ("à dix-huit ans je suis partie", "start", "2006-01 à 2007-11"),
        ("quand j'avais vingt et un ans", "start", "2009-01 à 2010-11"),
        ("il y a trois ans", "start", "2022-08 à 2023-08"),
        ("ça fait une dizaine d'années", "start", "2014-02 à 2018-02"),
        ("depuis août 2023", "start", "2023-08"),
        ("jusqu'en 2012", "end", "2012"),
        ("en 98", "start", "1998"),
        ("à la rentrée 2014", "start", "2014-09"),
        ("deux ans après", "start", "2017-07 à 2019-06"),
        ("quand ma fille est née", "start", "2015-02 à 2016-02"),
        ("après mon divorce", "unsolved", ""),
        ("jusqu'à la séparation", "open_end", ""),
        ("pendant le covid", "start", "2020-03 à 2021-05"),
        ("au premier confinement", "start", "2020-03 à 2020-05"),
        ("juste avant le covid", "start", "2019-07 à 2020-03"),
        ("depuis octobre dernier", "start", "2025-10"),
        ("depuis mars de l'année dernière", "start", "2025-03"),
        ("l'an dernier", "start", "2025"),
        ("en soixante-treize", "start", "1973"),
        ("en mille neuf cent quatre-vingt-dix-huit", "start", "1998"),
        ("en deux mille douze", "start", "2012"),
        ("à Noël 84", "start", "1984-12"),
        ("dans les années quatre-vingt-dix", "start", "1990-01 à 1999-12"),
        ("au début des années 80", "start", "1980-01 à 1983-12"),
        ("jusqu'à mes dix-sept ans", "end", "2005-01 à 2006-11"),
        ("à ma majorité", "start", "2006-01 à 2007-11"),
        ("jusqu'au bac", "end", "2005-01 à 2007-11"),
        ("ça va faire quatre ans en juin", "start", "2021-08 à 2022-08"),
        ("depuis un peu plus d'un an", "start", "2024-08 à 2025-08"),
        ("un an et demi après", "start", "2017-04 à 2018-09"),
    ],
)
def test_an_expression_of_time_is_solved_into_an_interval(said: str, role: str, moment: str) -> None:
    children = times.children("Ma fille a dix ans.", INTERVIEW)
    anchors = times.Anchors(year_moment(1988), INTERVIEW, children)
    (found,) = times.expressions(said, anchors, before=year_moment(2016))
    assert (found.role.value, spoken(found.moment)) == (role, moment)


def test_a_range_has_two_ends_and_a_duration_has_none() -> None:
    anchors = times.Anchors(year_moment(1988), INTERVIEW)
    (between,) = times.expressions("de 2010 à 2015", anchors)
    (lasted,) = times.expressions("on est restés six mois", anchors)
    assert (spoken(between.moment), spoken(between.until)) == ("2010", "2015")
    assert (lasted.role, lasted.months) == (times.Role.DURATION, (5, 7))


@pytest.mark.parametrize(
    ("said", "months"),
    [
        ("on est restés dix-huit mois", (17, 19)),
        ("deux ans et demi", (27, 33)),
        ("au bout de deux ans", (18, 30)),
    ],
)
def test_a_duration_is_months_give_or_take(said: str, months: tuple[int, int]) -> None:
    (lasted,) = times.expressions(said, times.Anchors(year_moment(1988), INTERVIEW))
    assert (lasted.role, lasted.months) == (times.Role.DURATION, months)


def test_a_moment_of_life_that_is_dated_at_once_ends_a_stay() -> None:
    found = times.expressions("jusqu'à notre divorce, il y a huit ans", times.Anchors(None, INTERVIEW))
    assert [(each.role.value, spoken(each.moment)) for each in found][-1] == ("end", "2017-08 à 2018-08")


def test_the_age_of_a_child_is_no_age_of_the_speaker() -> None:
    assert times.expressions("Ma fille a dix ans", times.Anchors(year_moment(1988), INTERVIEW)) == []


@pytest.mark.parametrize("said", ["en 45 minutes", "à dix kilomètres", "cent dix mètres carrés", "en 30 km"])
def test_other_numbers_are_no_dates(said: str) -> None:
    assert times.expressions(said, times.Anchors(year_moment(1988), INTERVIEW)) == []


def interview(*said: str, question: str = "Et avant ?") -> Document:
    text, turns = "", []
    for index, words in enumerate(said):
        for speaker, what in (("Q", question), ("R", words)):
            turns.append(Turn(2 * index + (speaker == "R"), speaker, Span(len(text), len(text) + len(what))))
            text += what + "\n"
    speakers = (Speaker("Q", Role.INTERVIEWER), Speaker("R", Role.INFORMANT, "P1"))
    return Document("E01", DocumentKind.INTERVIEW, text, tuple(turns), speakers, Source("E01.docx", "0"))


def told(*said: str, attributes: dict[str, str] | None = None) -> list[Episode]:
    letters, places = alphabet(Codebook((), ())), gazetteer([{"code": "48095", "name": "Mende"}])
    return propose(interview(*said), {"P1": attributes or PERSON}, letters, places)


def test_a_life_told_becomes_ordered_proposed_episodes_with_their_quotes() -> None:
    found = told(
        "On a acheté à Marvejols en 2019.",
        "J'étais chez mes parents jusqu'à dix-huit ans, puis en 2006 j'ai loué à Mende.",
    )
    assert [(e.tenure, spoken(e.start), spoken(e.end), e.commune) for e in found] == [
        ("parents", "1988", "2006-01 à 2007-11", None),
        ("locataire_prive", "2006", "2019", "48095"),
        ("proprietaire", "2019", "", "48092"),
    ]
    assert {e.state for e in found} == {EpisodeState.PROPOSED}
    document = interview(
        "On a acheté à Marvejols en 2019.",
        "J'étais chez mes parents jusqu'à dix-huit ans, puis en 2006 j'ai loué à Mende.",
    )
    for episode in found:
        start, end = map(int, episode.source.split("!")[1].split(":"))
        assert document.text[start:end] == episode.quote


@pytest.mark.parametrize(
    "said",
    [
        "En 2027 on voudrait acheter à Mende.",
        "Mon frère a acheté à Mende en 2015.",
        "Si on trouvait, on louerait à Mende en 2027.",
        "Ils ont construit à Mende en 2010.",
        "Il fait beau en 2015.",
    ],
)
def test_wishes_and_other_people_give_no_episode(said: str) -> None:
    assert told(said) == []


def test_a_tenure_that_is_denied_is_not_taken() -> None:
    (found,) = told("En 2015 à Mende on n'était pas propriétaires, on habitait là.")
    assert found.tenure is None


def test_how_long_one_stayed_gives_the_end_of_the_stay_told_before() -> None:
    (found,) = told("En 2015 on a loué à Mende. On est restés six mois.")
    assert spoken(found.end) == "2015-06 à 2016-07"


def test_an_actor_tells_no_path_of_his_own() -> None:
    assert told("On a acheté le terrain à Mende en 2010.", attributes=PERSON | {"public": "acteur"}) == []


def test_what_a_person_decided_is_never_proposed_again() -> None:
    proposed = told("En 2015 on a loué à Mende.")
    rejected = [
        Episode(
            **{**{f: getattr(proposed[0], f) for f in proposed[0].__slots__}, "state": EpisodeState.REJECTED}
        )
    ]
    assert merged_with(proposed, rejected) == rejected
    assert merged_with(proposed, []) == proposed


def test_a_passage_decided_on_is_not_proposed_again_when_it_is_cut_or_placed_otherwise() -> None:
    (before,) = told("En 2015 on a loué à Mende.")
    decided = replace(before, state=EpisodeState.CONFIRMED, quote="alors en 2015 on a loué à Mende. Voilà")
    moved = replace(before, source="E01!40:66", quote="en 2015 on a loué à Mende")
    assert merged_with([moved], [decided]) == [decided]
    assert merged_with([replace(moved, respondent="E02")], [decided])[1:] != []
    assert merged_with([moved], [decided, moved]) == [decided, moved]


def test_the_kind_of_dwelling_is_told_too() -> None:
    found = told(
        "En 2010 on a pris un deux-pièces à Mende, en location.",
        "En 2019 on a acheté une vieille ferme à Marvejols.",
    )
    assert [(e.tenure, e.dwelling) for e in found] == [
        ("locataire_prive", "appartement"),
        ("proprietaire", "ferme"),
    ]
