"""Human decisions: each is durable, journalled, undoable, and never overwrites somebody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from habitat_enquete.coding import decisions
from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.coding import Action, CoderKind, Coding, Memo, MemoTarget, State
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document
from habitat_enquete.store import journal
from habitat_enquete.store.codings import add, code_counts, coding, codings, replace_machine_codings
from habitat_enquete.store.connection import Store
from habitat_enquete.store.merge import merge

ANNE = decisions.person("anne")
BOB = decisions.person("bob")


@pytest.fixture
def proposal(store: Store, interview: Document, rule_coding) -> Coding:
    return add(store, rule_coding(interview, "rien trouvé à louer", "manque_locations"))


def states(store: Store) -> list[tuple[str, str]]:
    return [(each.code, each.state.value) for each in codings(store)]


def test_accepting_a_proposal_keeps_its_origin_and_notes_who(store, proposal):
    (after,) = journal.apply(store, "anne", decisions.accept(proposal))

    assert after == replace(proposal, state=State.ACCEPTED, version=2)
    (row,) = journal.decisions(store)
    assert (row.coder, row.action, row.coding, row.before, row.after) == (
        "anne",
        Action.ACCEPT,
        proposal.id,
        proposal,
        after,
    )


def test_coding_a_passage_trims_spaces_and_finds_turn_and_respondent(store, interview):
    start = interview.text.index(" bien accueillis")
    (made,) = journal.apply(
        store, "anne", decisions.code(interview, Span(start, start + 16), "bon_accueil", ANNE)
    )

    assert made.span.quote(interview.text) == "bien accueillis"
    assert (made.turn, made.respondent, made.state) == (1, "R01", State.ACCEPTED)
    assert codings(store) == [made]


@pytest.mark.parametrize("span", [Span(0, 10_000), Span(4, 4)])
def test_a_span_outside_the_text_is_refused(interview, span):
    with pytest.raises(EnqueteError, match="ne tient pas dans le document « E01 »"):
        decisions.code(interview, span, "bon_accueil", ANNE)


def test_the_same_passage_is_not_coded_twice_by_one_person(store, interview):
    change = decisions.code(interview, Span(0, 10), "bon_accueil", ANNE)
    journal.apply(store, "anne", change)
    with pytest.raises(EnqueteError, match="porte déjà le code « bon_accueil »"):
        journal.apply(store, "anne", change)
    journal.apply(store, "bob", decisions.code(interview, Span(0, 10), "bon_accueil", BOB))
    assert len(codings(store)) == 2


def test_two_windows_never_overwrite_each_other(store, proposal):
    journal.apply(store, "anne", decisions.accept(proposal))
    with pytest.raises(EnqueteError, match="a changé entre-temps"):
        journal.apply(store, "bob", decisions.reject(proposal))  # Bob's page still shows the old version
    assert states(store) == [("manque_locations", "accepted")]
    assert len(list(journal.decisions(store))) == 1


def test_a_bulk_action_is_all_or_nothing_and_undone_at_once(store, interview, proposal, rule_coding):
    other = add(store, rule_coding(interview, "trop cher", "loyer_eleve"))
    stale = replace(other, version=7)
    with pytest.raises(EnqueteError, match="a changé entre-temps"):
        journal.apply(store, "anne", decisions.accept(proposal, stale))
    assert states(store) == [("manque_locations", "suggested"), ("loyer_eleve", "suggested")]

    journal.apply(store, "anne", decisions.accept(proposal, other))
    assert states(store) == [("manque_locations", "accepted"), ("loyer_eleve", "accepted")]
    assert len(journal.undo(store, "anne")) == 2
    assert states(store) == [("manque_locations", "suggested"), ("loyer_eleve", "suggested")]


def test_moving_a_proposal_keeps_what_was_wrong_and_what_is_right(store, proposal):
    journal.apply(store, "anne", decisions.move(proposal, "marche_tendu", ANNE))
    assert states(store) == [("manque_locations", "moved"), ("marche_tendu", "accepted")]
    journal.undo(store, "anne")
    assert states(store) == [("manque_locations", "suggested")]
    journal.redo(store, "anne")
    assert states(store) == [("manque_locations", "moved"), ("marche_tendu", "accepted")]


def test_moving_ones_own_coding_changes_its_code(store, interview):
    (own,) = journal.apply(store, "anne", decisions.code(interview, Span(0, 10), "bon_accueil", ANNE))
    journal.apply(store, "anne", decisions.move(own, "voisins", ANNE))
    assert states(store) == [("voisins", "accepted")]
    assert decisions.move(own, own.code, ANNE) == ()


def test_resizing_accepts_and_can_be_undone(store, interview, proposal):
    wider = Span(proposal.span.start - 7, proposal.span.end)
    (after,) = journal.apply(store, "anne", decisions.resize(proposal, wider, interview))
    assert (after.span, after.state) == (wider, State.ACCEPTED)
    journal.undo(store, "anne")
    assert coding(store, proposal.id).span == proposal.span


def test_only_ones_own_codings_can_be_deleted(store, interview, proposal):
    with pytest.raises(EnqueteError, match="est l'œuvre de « rules »"):
        decisions.delete(proposal, ANNE)
    (own,) = journal.apply(store, "anne", decisions.code(interview, Span(0, 10), "bon_accueil", ANNE))
    journal.apply(store, "anne", decisions.delete(own, ANNE))
    assert [each.id for each in codings(store)] == [proposal.id]
    journal.undo(store, "anne")
    assert codings(store)[0] == replace(own, version=1)


def test_undo_and_redo_walk_the_whole_history(store, interview, proposal):
    history = [states(store)]
    current = proposal
    for step in (decisions.accept, decisions.reject, decisions.accept):
        (current,) = journal.apply(store, "anne", step(current))
        history.append(states(store))
    for expected in reversed(history[:-1]):
        journal.undo(store, "anne")
        assert states(store) == expected
    with pytest.raises(EnqueteError, match="plus rien à annuler pour « anne »"):
        journal.undo(store, "anne")
    for expected in history[1:]:
        journal.redo(store, "anne")
        assert states(store) == expected
    with pytest.raises(EnqueteError, match="plus rien à rétablir pour « anne »"):
        journal.redo(store, "anne")


def test_a_new_gesture_closes_redo_and_undo_is_ones_own(store, interview, proposal):
    journal.apply(store, "anne", decisions.accept(proposal))
    journal.apply(store, "bob", decisions.code(interview, Span(0, 10), "bon_accueil", BOB))
    journal.undo(store, "anne")  # Bob's coding stays
    assert states(store) == [("bon_accueil", "accepted"), ("manque_locations", "suggested")]
    assert journal.can_undo(store, "anne") == (False, True)
    journal.apply(store, "anne", decisions.reject(coding(store, proposal.id)))
    assert journal.can_undo(store, "anne") == (True, False)


def test_undo_is_refused_when_somebody_else_decided_since(store, proposal):
    (accepted,) = journal.apply(store, "anne", decisions.accept(proposal))
    journal.apply(store, "bob", decisions.reject(accepted))
    with pytest.raises(EnqueteError, match="a changé entre-temps"):
        journal.undo(store, "anne")
    assert states(store) == [("manque_locations", "rejected")]


def test_deciding_on_a_coding_that_is_gone_says_so(store, interview):
    (own,) = journal.apply(store, "anne", decisions.code(interview, Span(0, 10), "bon_accueil", ANNE))
    journal.apply(store, "anne", decisions.delete(own, ANNE))
    with pytest.raises(EnqueteError, match="n'existe plus"):
        journal.apply(store, "anne", decisions.accept(own))


def test_memos_are_written_replaced_removed_and_undone(store, proposal):
    def texts() -> list[str]:
        return [memo.text for memo in journal.memos(store)]

    note = Memo(MemoTarget.CODING, str(proposal.id), "anne", "à revoir")
    journal.set_memo(store, note)
    journal.set_memo(store, replace(note, text="vu avec Bob"))
    assert texts() == ["vu avec Bob"]
    journal.set_memo(store, replace(note, text=""))
    assert texts() == []
    journal.undo(store, "anne")
    assert texts() == ["vu avec Bob"]
    journal.undo(store, "anne")
    assert texts() == ["à revoir"]


def test_machines_do_not_touch_what_people_decided(store, interview, proposal, rule_coding):
    refused = add(store, rule_coding(interview, "trop cher", "loyer_eleve"))
    journal.apply(store, "anne", decisions.reject(refused))
    wider = replace(rule_coding(interview, "Le loyer était trop cher", "loyer_eleve"))
    again = rule_coding(interview, "rien trouvé à louer", "manque_locations")
    new = rule_coding(interview, "bien accueillis", "bon_accueil")

    assert replace_machine_codings(store, "E01", CoderKind.RULE, [wider, again, new]) == (1, 0)
    assert states(store) == [
        ("manque_locations", "suggested"),
        ("loyer_eleve", "rejected"),
        ("bon_accueil", "suggested"),
    ]
    assert codings(store)[0].id == proposal.id
    assert replace_machine_codings(store, "E01", CoderKind.RULE, []) == (0, 2)
    assert states(store) == [("loyer_eleve", "rejected")]
    assert code_counts(store) == {"loyer_eleve": {State.REJECTED: 1}}


def test_verdicts_are_per_person_and_forget_what_was_undone(store, interview, proposal):
    (accepted,) = journal.apply(store, "anne", decisions.accept(proposal))
    journal.apply(store, "bob", decisions.reject(accepted))
    (own,) = journal.apply(store, "bob", decisions.code(interview, Span(0, 10), "bon_accueil", BOB))
    said = journal.verdicts(store)
    assert said == {
        proposal.id: {"anne": State.ACCEPTED, "bob": State.REJECTED},
        own.id: {"bob": State.ACCEPTED},
    }
    assert [each.code for each in decisions.of_coder(codings(store), said, "anne")] == ["manque_locations"]
    journal.undo(store, "bob")
    journal.undo(store, "bob")
    assert journal.verdicts(store) == {proposal.id: {"anne": State.ACCEPTED}}


def test_blind_mode_hides_what_others_decided(store, interview, proposal):
    (accepted,) = journal.apply(store, "anne", decisions.accept(proposal))
    journal.apply(store, "anne", decisions.code(interview, Span(0, 10), "bon_accueil", ANNE))
    seen = decisions.seen_by(codings(store), journal.verdicts(store), "bob", blind=True)
    assert [(each.id, each.state) for each in seen] == [(accepted.id, State.SUGGESTED)]
    open_view = decisions.seen_by(codings(store), journal.verdicts(store), "bob", blind=False)
    assert len(open_view) == 2


def test_blind_mode_shows_a_sufficient_rule_as_it_was_before_others_judged_it(store, interview, proposal):
    sufficient = add(store, replace(proposal, id=None, code="loyer_eleve", state=State.ACCEPTED))
    journal.apply(store, "anne", (*decisions.reject(sufficient), *decisions.accept(proposal)))
    seen = decisions.seen_by(
        codings(store), journal.verdicts(store), "bob", blind=True, proposed=journal.first_states(store)
    )
    assert {each.code: each.state for each in seen} == {
        proposal.code: State.SUGGESTED,
        "loyer_eleve": State.ACCEPTED,
    }


@pytest.mark.parametrize("name", ["", "anne marie", "rules", "Model", "a" * 33, "a/b"])
def test_a_coder_name_must_fit_in_tables_and_commands(name):
    with pytest.raises(EnqueteError, match="ne peut pas servir de nom de codeur"):
        decisions.person(name)


def test_merging_two_stores_brings_in_codings_and_verdicts_once(store, interview, proposal, tmp_path):
    store.backup(tmp_path / "bob.db")
    with Store(tmp_path / "bob.db") as bobs:
        journal.apply(bobs, "bob", decisions.accept(coding(bobs, proposal.id)))
        journal.apply(bobs, "bob", decisions.code(interview, Span(0, 10), "bon_accueil", BOB))
        journal.set_memo(bobs, Memo(MemoTarget.CODE, "bon_accueil", "bob", "à préciser"))

        assert merge(store, bobs) == (3, [])
        assert merge(store, bobs) == (0, [])
    assert states(store) == [("bon_accueil", "accepted"), ("manque_locations", "accepted")]
    assert [memo.text for memo in journal.memos(store)] == ["à préciser"]
    assert journal.verdicts(store)[proposal.id] == {"bob": State.ACCEPTED}


def test_merging_lists_conflicts_and_keeps_what_was_decided_here(store, proposal, tmp_path):
    store.backup(tmp_path / "bob.db")
    journal.apply(store, "anne", decisions.accept(proposal))
    with Store(tmp_path / "bob.db") as bobs:
        journal.apply(bobs, "bob", decisions.reject(coding(bobs, proposal.id)))
        added, conflicts = merge(store, bobs)
    assert added == 1
    assert [(here.state, there.state) for here, there in conflicts] == [(State.ACCEPTED, State.REJECTED)]
    assert states(store) == [("manque_locations", "accepted")]
    assert journal.verdicts(store)[proposal.id] == {"anne": State.ACCEPTED, "bob": State.REJECTED}


def test_codings_of_another_text_are_not_merged(store, proposal, tmp_path, make_document, insert_document):
    with Store(tmp_path / "bob.db") as bobs:
        other = make_document("R: Un tout autre entretien, sans rapport.")
        insert_document(bobs, other)
        journal.apply(bobs, "bob", decisions.code(other, Span(0, 10), "bon_accueil", BOB))
        assert merge(store, bobs) == (0, [])
