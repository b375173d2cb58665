"""What the page can do with the study: decisions, undo, blind work, two windows, the codebook."""

from __future__ import annotations

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.coding import State
from habitat_enquete.project import Project
from habitat_enquete.review.desk import Desk, text_of
from habitat_enquete.store import codings, journal
from habitat_enquete.store.connection import Store


def states(project: Project) -> dict[str, list[str]]:
    """The state of every coding, by code, in the order of the text."""
    with Store(project.database) as store:
        found: dict[str, list[str]] = {}
        for each in codings.codings(store):
            found.setdefault(each.code, []).append(each.state.value)
    return found


def seen(desk: Desk, code: str, rank: int = 0) -> dict[str, object]:
    """A coding as a window sees it: its id and version."""
    shown = [each for each in desk.text("E01").codings if each.code == code]
    return {"id": shown[rank].id, "version": shown[rank].version}


def test_a_text_gives_turns_with_who_speaks_and_when(desk: Desk) -> None:
    (part,) = desk.text("E01").parts
    assert [(turn.speaker, turn.role, turn.time) for turn in part.turns] == [
        ("ENQ", "interviewer", "0:00"),
        ("Jeanne", "informant", "0:10"),
    ]


def test_accepting_then_undoing_leaves_what_was(desk: Desk, coded: Project) -> None:
    before = states(coded)
    outcome = desk.decide({"action": "accept", "codings": [seen(desk, "loyer")]})
    assert outcome.changed[0].state == "accepted"
    assert outcome.can_undo
    assert states(coded)["loyer"] == ["accepted", "suggested"]
    desk.undo()
    assert states(coded) == before
    desk.redo()
    assert states(coded)["loyer"] == ["accepted", "suggested"]


def test_a_bulk_decision_is_undone_at_once(desk: Desk, coded: Project) -> None:
    desk.decide({"action": "reject", "codings": [seen(desk, "loyer"), seen(desk, "loyer", 1)]})
    assert states(coded)["loyer"] == ["rejected", "rejected"]
    desk.undo()
    assert states(coded)["loyer"] == ["suggested", "suggested"]


def test_two_windows_never_overwrite_each_other(desk: Desk, coded: Project) -> None:
    in_one, in_other = seen(desk, "loyer"), seen(desk, "loyer")
    desk.decide({"action": "accept", "codings": [in_one]})
    with pytest.raises(EnqueteError, match=r"a été modifié|a changé|entre-temps"):
        Desk(coded, "luc").decide({"action": "reject", "codings": [in_other]})
    assert states(coded)["loyer"][0] == "accepted"


def test_another_window_is_told_what_changed(desk: Desk, coded: Project) -> None:
    last = desk.study()["last"]
    desk.decide({"action": "accept", "codings": [seen(desk, "voisins")]})
    news = Desk(coded, "luc").since(last)
    assert [each["state"] for each in news["changed"]] == ["accepted"]
    assert desk.since(news["last"])["changed"] == ()


def test_a_passage_is_coded_by_hand_in_code_points(desk: Desk) -> None:
    """The document holds a character beyond the BMP before the passage."""
    (part,) = desk.text("E01").parts
    turn = part.turns[1]
    start = turn.start + turn.text.index("voisins")
    outcome = desk.decide(
        {"action": "code", "document": "E01", "start": start, "end": start + 7, "code": "achat"}
    )
    made = outcome.changed[0]
    assert (made.coder, made.kind, made.state) == ("anne", "person", "accepted")
    assert turn.text[made.start - turn.start : made.end - turn.start] == "voisins"


def test_moving_a_proposal_keeps_both_what_was_wrong_and_what_is_right(desk: Desk, coded: Project) -> None:
    desk.decide({"action": "move", "codings": [seen(desk, "voisins")], "code": "achat"})
    found = states(coded)
    assert found["achat"] == ["accepted"]
    assert State.MOVED.value in found["voisins"]


def test_an_unknown_gesture_is_refused(desk: Desk) -> None:
    with pytest.raises(EnqueteError, match="n'existe pas"):
        desk.decide({"action": "voler"})


def test_blind_work_hides_what_others_decided(desk: Desk, coded: Project) -> None:
    desk.decide({"action": "reject", "codings": [seen(desk, "loyer")]})
    blind = Desk(coded, "luc", blind=True)
    assert [each.state for each in blind.text("E01").codings if each.code == "loyer"] == [
        "suggested",
        "suggested",
    ]
    assert blind.study()["coders"] == ["luc"]


def test_a_memo_is_written_and_removed(desk: Desk, coded: Project) -> None:
    desk.memo("code", "loyer", "à distinguer des charges")
    assert [memo["text"] for memo in desk.study()["memos"]] == ["à distinguer des charges"]
    desk.memo("code", "loyer", "")
    assert desk.study()["memos"] == []


def test_a_search_finds_words_whatever_their_capitals(desk: Desk) -> None:
    found = desk.search("LOYER")
    assert [(hit["document"], hit["match"]) for hit in found] == [
        ("E01", "loyer"),
        ("E01", "loyer"),
        ("E02", "loyer"),
    ]
    assert desk.search("  ") == []


def test_the_quotes_of_a_code_come_with_their_context(desk: Desk) -> None:
    first = desk.quotes("voisins")[0]
    assert first.text == "les voisins"
    assert first.before.endswith("mais ")
    assert first.person == "E01"


def test_merging_codes_keeps_comments_and_carries_codings(desk: Desk, coded: Project) -> None:
    desk.decide({"action": "accept", "codings": [seen(desk, "loyer")]})
    sha256 = desk.codebook().sha256
    tree = desk.edit_codebook({"edit": "merge", "code": "loyer", "value": "achat", "sha256": sha256})
    assert "ce commentaire doit rester" in coded.codebook_file.read_text(encoding="utf-8")
    assert [code["id"] for code in tree["themes"][0]["codes"]] == ["achat"]
    assert states(coded)["achat"] == ["accepted"]


def test_a_codebook_changed_meanwhile_is_not_overwritten(desk: Desk, coded: Project) -> None:
    sha256 = desk.codebook().sha256
    changed = coded.codebook_file.read_text(encoding="utf-8") + "# une ligne de plus\n"
    coded.codebook_file.write_text(changed, encoding="utf-8")
    with pytest.raises(EnqueteError):
        desk.edit_codebook({"edit": "label", "code": "loyer", "value": "Loyer", "sha256": sha256})
    assert coded.codebook_file.read_text(encoding="utf-8") == changed


def test_a_new_code_is_added_to_its_theme(desk: Desk) -> None:
    sha256 = desk.codebook().sha256
    tree = desk.edit_codebook({"edit": "add_code", "theme": "lien", "value": "Entraide", "sha256": sha256})
    assert [code["label"] for code in tree["themes"][1]["codes"]] == ["Bons voisins", "Entraide"]


def test_progress_counts_what_waits_and_what_was_read(desk: Desk) -> None:
    desk.decide({"action": "accept", "codings": [seen(desk, "loyer")]})
    entry = next(entry for entry in desk.study()["texts"] if entry["id"] == "E01")
    assert (entry["waiting"], entry["accepted"], entry["decided"]) == (2, 2, 1)


def test_every_gesture_is_in_the_journal(desk: Desk, coded: Project) -> None:
    desk.decide({"action": "accept", "codings": [seen(desk, "loyer")]})
    desk.undo()
    with Store(coded.database) as store:
        assert [(row.coder, row.action.value) for row in journal.decisions(store)] == [
            ("anne", "accept"),
            ("anne", "undo"),
        ]


@pytest.mark.parametrize(
    ("document", "text"), [("E01", "E01"), ("habitants/H001/freins", "habitants/freins"), ("a/b", "a/b")]
)
def test_open_answers_are_read_question_by_question(document: str, text: str) -> None:
    assert text_of(document) == text


def test_the_queue_mixes_suggestions_and_passages_drawn_at_random(desk: Desk) -> None:
    queue = desk.queue()
    assert queue["recall"] is None
    assert queue["items"]
    for item in queue["items"]:
        assert (
            item["words"]
            == desk.text(item["text"])
            .parts[0]
            .turns[item["turn"]]
            .text[item["start"] - desk.text(item["text"]).parts[0].turns[item["turn"]].start :][
                : item["end"] - item["start"]
            ]
        )


def test_passages_read_whole_estimate_what_was_missed(desk: Desk) -> None:
    desk.decide({"action": "accept", "codings": [seen(desk, "loyer")]})
    desk.queue()
    turn = desk.text("E02").parts[0].turns[1]
    audited = {"document": "E02", "turn": 1, "start": turn.start, "end": turn.start + len(turn.text)}
    found = desk.audit(audited | {"missed": 0})["recall"]
    assert found["audited"] == 1
    assert found["low"] < found["estimate"] == 1.0


def test_a_term_proposed_is_added_to_the_codebook(desk: Desk, coded: Project) -> None:
    sha256 = desk.codebook().sha256
    desk.edit_codebook({"edit": "not_terms", "code": "loyer", "value": "loyer de l'argent", "sha256": sha256})
    assert desk.codebook().code("loyer").not_terms == ("loyer de l'argent",)
