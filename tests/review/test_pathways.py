"""Episodes proposed from an interview: confirmed, corrected, rejected, added, undone, and kept when they are read again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.pathway import Episode, EpisodeState, Moment, Precision
from habitat_enquete.project import Project
from habitat_enquete.review.desk import Desk
from habitat_enquete.store import journal, texts
from habitat_enquete.store import pathways as stored
from habitat_enquete.store.connection import Store
from habitat_enquete.store.merge import merge


def path(desk: Desk) -> list[Any]:
    return list(desk.pathways.path("E03")["episodes"])


def named(*episodes: Any) -> dict[str, Any]:
    held = [{"source": each.source, "rank": each.rank, "token": each.token} for each in episodes]
    return {"respondent": "E03", "episodes": held}


def fields(episode: Any, **changed: str) -> dict[str, str]:
    """What the form sends when only `changed` was changed."""
    return {
        "start": episode.start.written if episode.start else "",
        "end": episode.end.written if episode.end else "",
        "place": episode.place,
        "tenure": episode.tenure,
        "motives": " ; ".join(episode.motives),
        "main": "oui",
    } | changed


def test_proposed_episodes_come_beside_their_quotes(lived: Project) -> None:
    found = path(Desk(lived, "anne"))
    assert [each.quote for each in found] == [
        "J'ai grandi chez mes parents à Angers.",
        "En 2006 on a loué un appartement à Nantes.",
        "En 2015 on a acheté une maison à Mende.",
    ]
    assert [(each.state, each.tenure, each.place) for each in found] == [
        ("proposed", "parents", "Angers"),
        ("proposed", "locataire_prive", "Nantes"),
        ("proposed", "proprietaire", "Mende"),
    ]
    assert found[1].before.endswith("Angers. ")
    assert found[1].after.startswith(" En 2015")
    person = next(each for each in Desk(lived, "anne").pathways.people()["people"] if each.id == "E03")
    assert (person.proposed, person.confirmed) == (3, 0)


def test_an_episode_is_accepted_then_undone(lived: Project) -> None:
    desk = Desk(lived, "anne")
    desk.pathways.decide({"action": "accept", **named(path(desk)[1])})
    assert [each.state for each in path(desk)] == ["proposed", "confirmed", "proposed"]
    outcome = desk.undo()
    assert outcome.paths == ("E03",)
    assert [each.state for each in path(desk)] == ["proposed"] * 3
    desk.redo()
    assert path(desk)[1].state == "confirmed"


def test_all_episodes_are_accepted_in_one_gesture(lived: Project) -> None:
    desk = Desk(lived, "anne")
    desk.pathways.decide({"action": "accept", **named(*path(desk))})
    assert [each.state for each in path(desk)] == ["confirmed"] * 3
    desk.undo()
    assert [each.state for each in path(desk)] == ["proposed"] * 3


def test_what_is_corrected_is_confirmed_and_the_rest_stays_as_it_was(lived: Project) -> None:
    desk = Desk(lived, "anne")
    before = path(desk)[1]
    changed = {
        "start": "printemps 2007",
        "place": "Rezé",
        "tenure": "locataire_hlm",
        "motives": "études ; travail",
    }
    desk.pathways.decide({"action": "correct", **named(before), "fields": fields(before, **changed)})
    with Store(lived.database) as store:
        (kept,) = [e for e in stored.episodes(store) if e.state is EpisodeState.CONFIRMED]
    assert kept.start == Moment("2007-03-01", "2007-06-30", Precision.SEASON)
    assert kept.end == Moment("2015-01-01", "2015-12-31", Precision.YEAR)
    assert (kept.commune, kept.place, kept.tenure) == ("44143", "Rezé", "locataire_hlm")
    assert kept.motives == ("études", "travail")
    assert kept.quote == before.quote


def test_dates_that_only_the_transcript_says_are_not_lost_by_looking_at_them(lived: Project) -> None:
    with Store(lived.database) as store:
        first = stored.episodes(store)[0]
        vague = Episode(
            **{name: getattr(first, name) for name in first.__slots__}
            | {"start": Moment("2001-03-01", "2002-11-30", Precision.APPROXIMATE)}
        )
        stored.put_episode(store, first, vague)
    desk = Desk(lived, "anne")
    shown = next(each for each in path(desk) if each.source == vague.source)
    desk.pathways.decide({"action": "correct", **named(shown), "fields": fields(shown, dwelling="maison")})
    with Store(lived.database) as store:
        kept = next(e for e in stored.episodes(store) if e.source == vague.source)
    assert kept.start == vague.start
    assert kept.dwelling == "maison"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"start": "il y a longtemps"}, "« il y a longtemps » n'est pas une date reconnue"),
        ({"tenure": "seigneur"}, "« seigneur » n'est pas un statut d'occupation connu"),
        ({"start": "2020", "end": "2010"}, "précède l'entrée"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    lived: Project, changed: dict[str, str], said: str
) -> None:
    desk = Desk(lived, "anne")
    first = path(desk)[0]
    with pytest.raises(EnqueteError, match=said):
        desk.pathways.decide({"action": "correct", **named(first), "fields": fields(first, **changed)})
    assert path(desk)[0].state == "proposed"


def test_an_episode_is_added_on_a_passage_and_taken_away(lived: Project) -> None:
    desk = Desk(lived, "anne")
    with Store(lived.database) as store:
        said = texts.document(store, "E03")
    assert said is not None
    start = said.text.index("chez mes parents")
    asked = {"action": "add", "respondent": "E03", "document": "E03", "start": start, "end": start + 16}
    asked["fields"] = {"start": "1990", "end": "2006", "tenure": "parents", "place": "Cholet", "main": "oui"}
    desk.pathways.decide(asked)
    added = next(each for each in path(desk) if each.added)
    assert (added.quote, added.state, added.origin) == ("chez mes parents", "confirmed", "ajouté par anne")
    desk.pathways.decide({"action": "delete", **named(added)})
    assert all(not each.added for each in path(desk))
    desk.undo()
    assert any(each.added for each in path(desk))


def test_an_episode_read_in_the_interview_is_rejected_never_taken_away(lived: Project) -> None:
    desk = Desk(lived, "anne")
    with pytest.raises(EnqueteError):
        desk.pathways.decide({"action": "delete", **named(path(desk)[0])})


def test_two_windows_never_overwrite_each_other(lived: Project) -> None:
    one, other = Desk(lived, "anne"), Desk(lived, "luc")
    seen = path(other)[0]
    one.pathways.decide({"action": "reject", **named(path(one)[0])})
    with pytest.raises(EnqueteError, match="a changé entre-temps"):
        other.pathways.decide({"action": "accept", **named(seen)})
    assert path(one)[0].state == "rejected"


def test_what_was_decided_is_kept_when_the_interviews_are_read_again(lived: Project) -> None:
    desk = Desk(lived, "anne")
    first, second, _ = path(desk)
    desk.pathways.decide({"action": "reject", **named(first)})
    desk.pathways.decide({"action": "correct", **named(second), "fields": fields(second, place="Rezé")})
    asked = {
        "action": "add",
        "respondent": "E03",
        "document": "E03",
        "fields": {"start": "2012", "main": "oui"},
    }
    desk.pathways.decide(asked)
    before = [(each.source, each.state, each.place) for each in path(desk)]
    desk.pathways.propose()
    assert [(each.source, each.state, each.place) for each in path(desk)] == before


def test_a_person_the_study_does_not_know_is_told(lived: Project) -> None:
    with pytest.raises(EnqueteError, match="ne connaît personne du nom de « E99 »"):
        Desk(lived, "anne").pathways.path("E99")


def test_homonyms_are_offered_with_their_departments(lived: Project) -> None:
    offered = Desk(lived, "anne").pathways.communes("Saint-Julien")
    assert len(offered) > 1
    assert all("(" in each for each in offered)
    assert "Villeurbanne (69)" in Desk(lived, "anne").pathways.communes("Villeurb")


def test_what_somebody_decided_in_a_copy_of_the_study_is_brought_in_once(
    lived: Project, tmp_path: Path
) -> None:
    shutil.copytree(lived.root, tmp_path / "copie")
    luc = Desk(Project.open(tmp_path / "copie"), "luc")
    first, second, _ = path(luc)
    luc.pathways.decide({"action": "accept", **named(first)})
    luc.pathways.decide({"action": "reject", **named(second)})
    anne = Desk(lived, "anne")
    anne.pathways.decide({"action": "accept", **named(path(anne)[1])})
    with Store(lived.database) as store, Store(luc.project.database) as theirs:
        assert merge(store, theirs) == (1, [])
        assert merge(store, theirs) == (0, [])
    assert [each.state for each in path(anne)] == ["confirmed", "confirmed", "proposed"]


def test_deciding_on_paths_alone_makes_nobody_a_coder(lived: Project) -> None:
    desk = Desk(lived, "anne")
    desk.pathways.decide({"action": "accept", **named(path(desk)[0])})
    with Store(lived.database) as store:
        assert journal.coders(store) == []
