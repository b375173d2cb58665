"""What is not settled is told: isolated testimonies, contradictions, waiting suggestions, thin publics; and saturation, levers, moves."""

from __future__ import annotations

from habitat_enquete.model.coding import State
from habitat_enquete.model.synthesis import MovementKind, OpenPointKind
from habitat_enquete.synthesis.findings import rank
from habitat_enquete.synthesis.levers import used
from habitat_enquete.synthesis.movements import moved, standings
from habitat_enquete.synthesis.open_points import open_points
from habitat_enquete.synthesis.saturation import chao2, saturate
from habitat_enquete.synthesis.settings import Settings


def _kinds(study) -> dict[OpenPointKind, list]:
    found: dict[OpenPointKind, list] = {}
    for point in open_points(study, rank(study)):
        found.setdefault(point.kind, []).append(point)
    return found


def test_a_code_that_rests_on_one_person_is_an_open_point(material) -> None:
    said = [("E01", "credit", "Non.")] * 3 + [("E01", "jardin", "Un jardin.")]
    (point,) = _kinds(material(said=said))[OpenPointKind.ONE_PERSON]
    assert (point.codes, point.figures) == (("credit",), {"people": 1, "mentions": 3})


def test_those_who_say_the_contrary_are_shown_on_either_side(material) -> None:
    said = [
        ("E01", "voisins", "Ils sont venus nous aider."),
        ("E02", "mefiance", "On nous regarde de travers."),
    ]
    said += [("E03", "voisins", "Gentils."), ("E03", "mefiance", "Sauf un.")]
    (point,) = _kinds(material(said=said))[OpenPointKind.CONTRADICTION]
    assert point.codes == ("mefiance", "voisins")
    assert point.figures == {"first": 2, "second": 2, "both": 1}
    assert [evidence.respondent for evidence in point.evidence] == ["E02", "E01"]


def test_waiting_suggestions_and_silent_codes_are_told(material) -> None:
    said = [("E01", "credit", "Non."), ("E02", "voisins", "Oui.")]
    kinds = _kinds(material(said=said, states={2: State.SUGGESTED}))
    assert kinds[OpenPointKind.SUGGESTIONS][0].figures == {"waiting": 1}
    assert kinds[OpenPointKind.SILENT_CODE][0].figures == {"count": 5}


def test_a_declared_public_that_few_people_belong_to_is_told(material) -> None:
    settings = Settings(labels={"public": {"habitant": "Habitants", "candidat": "Candidats"}})
    people = {f"H{n}": {"public": "habitant"} for n in range(6)}
    said = [(person, "credit", f"Dit {person}.") for person in people]
    (point,) = _kinds(material(said=said, people=people, settings=settings))[OpenPointKind.THIN_PUBLIC]
    assert (point.labels, point.figures) == (("Candidats",), {"people": 0})


def test_saturation_counts_new_codes_in_the_order_of_the_interviews(material) -> None:
    said = [
        ("E01", "credit", "Non."),
        ("E01", "jardin", "Oui."),
        ("E02", "credit", "Non."),
        ("E03", "voisins", "Oui."),
    ]
    people = {"E01": {"date_entretien": "2026-03-01"}, "E02": {"date_entretien": "2026-01-01"}}
    saturation = saturate(material(said=said, people=people))
    assert saturation is not None
    assert [(s.document, s.new, s.known) for s in saturation.steps] == [
        ("E02.docx", 1, 1),
        ("E01.docx", 1, 2),
        ("E03.docx", 1, 3),
    ]
    assert (saturation.observed, saturation.once) == (3, 2)


def test_chao_expects_nothing_more_when_every_code_came_back() -> None:
    assert chao2({"a": 2, "b": 5}, 8) == 2.0
    assert chao2({}, 0) == 0.0


def test_a_lever_counts_each_person_once(material) -> None:
    said = [("E01", "credit", "Non."), ("E01", "loyer_eleve", "Cher."), ("E02", "credit", "Non.")]
    study = material(said=said)
    assert [(use.id, use.people, use.findings) for use in used(study, rank(study))] == [
        ("aide", 2, ("credit", "loyer_eleve"))
    ]


def test_what_moved_is_told_new_first_then_by_the_jump(material) -> None:
    before = standings(
        rank(
            material(said=[("E01", "credit", "Non."), ("E02", "credit", "Non."), ("E01", "mefiance", "Bof.")])
        )
    )
    said = [(f"E{n}", "loyer_eleve", "Cher.") for n in range(3)]
    said += [("E01", "credit", "Non."), ("E02", "credit", "Non.")]
    after = standings(rank(material(said=said)))
    assert [(m.kind, m.code) for m in moved(before, after)] == [
        (MovementKind.NEW, "loyer_eleve"),
        (MovementKind.GONE, "mefiance"),
        (MovementKind.DOWN, "credit"),
    ]
    assert moved(after, after) == ()
