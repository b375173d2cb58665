"""What the page can do with the study: decisions, undo, blind work, two windows, the codebook."""

from __future__ import annotations

from dataclasses import replace

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.coding import State
from habitat_enquete.project import Project
from habitat_enquete.review.attributes import read_attributes, value_names
from habitat_enquete.review.desk import Desk
from habitat_enquete.review.search import search
from habitat_enquete.review.views import text_of
from habitat_enquete.store import codings, journal, texts
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
    assert [each.state for each in news["changed"]] == ["accepted"]
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
    assert [memo.text for memo in desk.study()["memos"]] == ["à distinguer des charges"]
    desk.memo("code", "loyer", "")
    assert desk.study()["memos"] == []


def test_a_search_finds_words_whatever_their_capitals_and_accents(coded: Project) -> None:
    found = search(coded, "LÔYER")
    assert [(hit.document, hit.match) for hit in found] == [
        ("E01", "loyer"),
        ("E01", "loyer"),
        ("E02", "loyer"),
    ]
    assert found[1].after.startswith(" 🏠 est cher")
    assert search(coded, "  ") == []


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
    assert states(coded)["achat"] == ["accepted", "suggested"]


def test_a_codebook_changed_meanwhile_is_not_overwritten(desk: Desk, coded: Project) -> None:
    sha256 = desk.codebook().sha256
    changed = coded.codebook_file.read_text(encoding="utf-8") + "# une ligne de plus\n"
    coded.codebook_file.write_text(changed, encoding="utf-8")
    with pytest.raises(EnqueteError):
        desk.edit_codebook({"edit": "set", "code": "loyer", "values": {"label": "Loyer"}, "sha256": sha256})
    assert coded.codebook_file.read_text(encoding="utf-8") == changed


def test_a_new_code_is_added_to_its_theme(desk: Desk) -> None:
    sha256 = desk.codebook().sha256
    tree = desk.edit_codebook({"edit": "add_code", "theme": "lien", "value": "Entraide", "sha256": sha256})
    assert [code["label"] for code in tree["themes"][1]["codes"]] == ["Bons voisins", "Entraide"]


def test_progress_counts_what_waits_and_what_was_read(desk: Desk) -> None:
    desk.decide({"action": "accept", "codings": [seen(desk, "loyer")]})
    entry = next(entry for entry in desk.study()["texts"] if entry.id == "E01")
    assert (entry.waiting, entry.accepted, entry.decided) == (2, 2, 1)


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
    queue = desk.learning.queue()
    assert queue["recall"] is None
    assert queue["items"]
    for item in queue["items"]:
        turn = desk.text(item.text).parts[0].turns[item.turn]
        assert item.words == turn.text[item.start - turn.start : item.end - turn.start]


def test_passages_read_whole_estimate_what_was_missed(desk: Desk) -> None:
    desk.decide({"action": "accept", "codings": [seen(desk, "loyer")]})
    (drawn,) = [each for each in desk.learning.queue()["items"] if each.suggestion is None]
    turn = desk.text("E02").parts[0].turns[1]
    assert (drawn.document, drawn.start) == ("E02", turn.start)
    audited = {"document": "E02", "turn": 1, "start": turn.start, "end": turn.start + len(turn.text)}
    found = desk.learning.audit(audited | {"missed": 0})["recall"]
    assert found["audited"] == 1
    # It was the only passage without a proposal: nothing is left that could have been missed.
    assert (found["low"], found["estimate"], found["pool"]) == (1.0, 1.0, 0)
    assert [each for each in desk.learning.queue()["items"] if each.suggestion is None] == []


def test_a_term_proposed_is_added_to_the_codebook(desk: Desk, coded: Project) -> None:
    sha256 = desk.codebook().sha256
    desk.edit_codebook({"edit": "not_terms", "code": "loyer", "value": "loyer de l'argent", "sha256": sha256})
    assert desk.codebook().code("loyer").not_terms == ("loyer de l'argent",)


def test_every_edit_of_the_codebook_is_undone_with_what_followed_of_the_codings(
    desk: Desk, coded: Project
) -> None:
    desk.decide({"action": "accept", "codings": [seen(desk, "loyer")]})
    before = coded.codebook_file.read_text(encoding="utf-8")
    desk.edit_codebook({"edit": "merge", "code": "loyer", "value": "achat", "sha256": desk.codebook().sha256})
    after = coded.codebook_file.read_text(encoding="utf-8")
    desk.undo()
    assert coded.codebook_file.read_text(encoding="utf-8") == before
    assert states(coded)["loyer"] == ["accepted"]  # the rules propose theirs again when they are applied
    desk.redo()
    assert coded.codebook_file.read_text(encoding="utf-8") == after
    assert states(coded)["achat"] == ["accepted", "suggested"]


def test_an_edit_is_not_undone_over_a_file_changed_since(desk: Desk, coded: Project) -> None:
    desk.edit_codebook({"edit": "add_theme", "value": "Aides", "sha256": desk.codebook().sha256})
    changed = coded.codebook_file.read_text(encoding="utf-8") + "# une ligne de plus\n"
    coded.codebook_file.write_text(changed, encoding="utf-8")
    with pytest.raises(EnqueteError, match="modifié entre-temps"):
        desk.undo()
    assert coded.codebook_file.read_text(encoding="utf-8") == changed
    assert desk.study()["can_undo"]


def test_a_code_too_wide_is_split_in_one_gesture(desk: Desk, coded: Project) -> None:
    asked = {"edit": "split", "theme": "prix", "value": "Charges", "codings": [seen(desk, "loyer", 1)]}
    tree = desk.edit_codebook(asked | {"sha256": desk.codebook().sha256})
    assert tree["made"] == "charges"
    assert states(coded)["charges"] == ["accepted"]
    desk.undo()
    assert "charges" not in states(coded)
    assert "Charges" not in coded.codebook_file.read_text(encoding="utf-8")


def test_several_values_of_a_code_change_at_once(desk: Desk) -> None:
    values = {"label": "Loyer cher", "terms": ["loyer", " charges "], "theme": "lien", "before": "voisins"}
    desk.edit_codebook({"edit": "set", "code": "loyer", "values": values, "sha256": desk.codebook().sha256})
    code = desk.codebook().code("loyer")
    assert (code.label, code.terms, code.theme) == ("Loyer cher", ("loyer", "charges"), "lien")
    assert [each.id for each in desk.codebook().of_theme("lien")] == ["loyer", "voisins"]


def test_a_codebook_being_edited_by_hand_does_not_stop_the_work(desk: Desk, coded: Project) -> None:
    desk.study()
    good = coded.codebook_file.read_text(encoding="utf-8")
    coded.codebook_file.write_text("themes:\n  - {id: prix, label: [\n", encoding="utf-8")
    study = desk.study()
    assert "ligne" in study["problem"]
    assert [theme["id"] for theme in study["codebook"]["themes"]] == ["prix", "lien"]
    desk.decide({"action": "move", "codings": [seen(desk, "voisins")], "code": "achat"})
    coded.codebook_file.write_text(good, encoding="utf-8")
    assert desk.study()["problem"] == ""


def test_codings_under_a_code_taken_out_of_the_file_are_listed_then_carried_over(
    desk: Desk, coded: Project
) -> None:
    desk.decide({"action": "accept", "codings": [seen(desk, "loyer")]})
    desk.edit_codebook({"edit": "remove", "code": "loyer", "sha256": desk.codebook().sha256})
    assert desk.tree()["absent"] == [{"id": "loyer", "count": 1}]
    assert len(desk.adopt({"code": "loyer", "value": "achat"}).changed) == 1
    assert states(coded)["achat"] == ["accepted"]


def test_a_gesture_on_a_text_imported_again_meanwhile_is_refused(desk: Desk, coded: Project) -> None:
    part = desk.text("E01").parts[0]
    with Store(coded.database) as store:
        document = texts.document(store, "E01")
        assert document is not None
        texts.save_documents(store, [replace(document, text=document.text.replace("cher", "trop cher"))])
    asked = {"action": "code", "document": "E01", "start": 30, "end": 40, "code": "achat"}
    with pytest.raises(EnqueteError, match="réimporté entre-temps"):
        desk.decide(asked | {"texts": {"E01": part.sha256}})
    view = desk.text("E01")
    assert view.codings == ()
    assert [lost.words for lost in view.lost] == ["Le loyer", "cher", "les voisins", "gentils"]


def test_an_unknown_code_is_told(desk: Desk) -> None:
    with pytest.raises(EnqueteError, match="n'a pas de code « inconnu »"):
        desk.decide({"action": "code", "document": "E01", "start": 30, "end": 40, "code": "inconnu"})


def test_many_passages_are_coded_in_one_gesture(desk: Desk, coded: Project) -> None:
    turn = desk.text("E02").parts[0].turns[1]
    spans = [
        {"document": "E02", "start": turn.start, "end": turn.start + 4},
        {"document": "E01", "start": 30, "end": 36},
    ]
    assert len(desk.decide({"action": "code", "spans": spans, "code": "achat"}).changed) == 2
    desk.undo()
    assert "achat" not in states(coded)


def test_blind_work_counts_only_ones_own(desk: Desk, coded: Project) -> None:
    desk.decide({"action": "accept", "codings": [seen(desk, "loyer")]})
    entry = next(each for each in Desk(coded, "luc", blind=True).study()["texts"] if each.id == "E01")
    assert (entry.waiting, entry.accepted, entry.decided) == (3, 1, 0)
    assert all(each.by == {} for each in Desk(coded, "luc", blind=True).text("E01").codings)


def test_who_decided_is_shown(desk: Desk, coded: Project) -> None:
    desk.decide({"action": "accept", "codings": [seen(desk, "loyer")]})
    assert next(each.by for each in Desk(coded, "luc").text("E01").codings) == {"anne": "accepted"}


def test_a_text_is_marked_as_read_by_its_coder(desk: Desk, coded: Project) -> None:
    desk.memo("reading", "E01", "lu")
    assert [each.read for each in desk.study()["texts"]] == [True, False]
    assert [each.read for each in Desk(coded, "luc").study()["texts"]] == [False, False]
    desk.undo()
    assert [each.read for each in desk.study()["texts"]] == [False, False]


def test_people_are_filtered_by_the_attributes_that_group_them() -> None:
    people = {
        f"R{rank}": {
            "public": "habitant;senior" if rank % 2 else "candidat",
            "poids": f"1.{rank}",
            "genre": "F",
        }
        for rank in range(6)
    }
    found = read_attributes(people, {"public": {"habitant": "Habitants"}})
    assert found.labels == {
        "public": {
            "label": "public",
            "values": {"candidat": "candidat", "habitant": "Habitants", "senior": "senior"},
        },
        "genre": {"label": "genre", "values": {"F": "F"}},
    }
    assert found.of([people["R1"]]) == {"public": ("habitant", "senior"), "genre": ("F",)}


def test_values_are_read_as_the_questionnaire_and_the_settings_name_them(study: Project) -> None:
    (study.questionnaires / "habitants.yaml").write_text(
        "kind: questionnaire\nid: habitants\ntitre: Habitants\n"
        "listes:\n  statut:\n    - {name: hlm, label: Locataire HLM}\n"
        "questions:\n  - {name: statut, type: select_one, list: statut, label: Statut, attribut: statut_occupation}\n",
        encoding="utf-8",
    )
    names = value_names(study)
    assert names["statut_occupation"] == {"hlm": "Locataire HLM"}
    assert names["installation"]["echouee"] == "Installation échouée"


def test_a_rule_declared_sufficient_stays_retained_in_blind_work_whatever_others_said(
    desk: Desk, coded: Project
) -> None:
    (auto,) = [each for each in desk.text("E01").codings if each.state == "accepted"]
    desk.decide({"action": "reject", "codings": [{"id": auto.id, "version": auto.version}]})
    blind = Desk(coded, "luc", blind=True)
    assert next(each for each in blind.text("E01").codings if each.id == auto.id).state == "accepted"
    entry = next(each for each in blind.study()["texts"] if each.id == "E01")
    assert (entry.waiting, entry.accepted) == (3, 1)


def test_a_study_without_a_codebook_is_told_what_to_do(desk: Desk, coded: Project) -> None:
    coded.codebook_file.unlink()
    with pytest.raises(EnqueteError, match="n'a pas de grille de codage"):
        desk.study()
