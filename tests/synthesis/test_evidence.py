"""Quotes: whole sentences, at their very place, representative first, then different, never of those who refused."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.model.finding import EvidenceKind
from habitat_enquete.model.span import Span
from habitat_enquete.synthesis.evidence import choose
from habitat_enquete.synthesis.quotes import LONGEST_WORDS, readable, sentence_spans
from habitat_enquete.synthesis.settings import Settings

SPEECH = "On a cherché longtemps. Franchement, y'avait rien à louer dans la vallée ! Après on a trouvé par le voisin."


def test_a_few_words_become_their_sentence_with_enough_around() -> None:
    at = SPEECH.index("rien à louer")
    span = readable(SPEECH, Span(at, at + 12), within=Span(0, len(SPEECH)))
    assert (
        span.quote(SPEECH)
        == "Franchement, y'avait rien à louer dans la vallée ! Après on a trouvé par le voisin."
    )


def test_three_thousand_words_are_cut_around_what_was_coded() -> None:
    text = "mot " * 1500 + "rien à louer " + "mot " * 1500
    at = text.index("rien")
    span = readable(text, Span(at, at + 12), within=Span(0, len(text)))
    assert len(span.quote(text).split()) == LONGEST_WORDS
    assert "rien à louer" in span.quote(text)


@given(st.text(alphabet="aé .!?\n", min_size=1, max_size=200), st.data())
def test_a_quote_is_always_within_its_turn_and_meets_the_coding(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    coding = Span(start, data.draw(st.integers(start + 1, len(text))))
    turn = Span(0, len(text))
    span = readable(text, coding, within=turn)
    assert turn.contains(span)
    assert all(turn.contains(sentence) for sentence in sentence_spans(text, turn))


def test_every_quote_is_found_at_its_span(material) -> None:
    study = material(
        said=[("E01", "credit", "La banque a refusé. Deux fois."), ("E02", "credit", "Refusé, voilà.")]
    )
    for evidence in choose(study, study.codings, number=4):
        assert evidence.span.quote(study.documents[evidence.document].text) == evidence.quote
        assert (evidence.source_file, evidence.question) == (evidence.document, "Et le logement ?")


def test_one_quote_a_person_and_the_first_is_the_typical_one(material) -> None:
    said = [
        (
            "E01",
            "credit",
            "La banque a refusé notre crédit immobilier parce que nous étions intérimaires tous les deux.",
        ),
        (
            "E01",
            "credit",
            "La banque a encore refusé notre crédit immobilier, toujours la banque, toujours le crédit.",
        ),
        (
            "E02",
            "credit",
            "Pour le crédit immobilier la banque demandait un apport que nous étions loin d'avoir.",
        ),
        (
            "E03",
            "credit",
            "Mon oncle a fini par nous prêter une caravane en attendant des jours meilleurs, voilà.",
        ),
    ]
    study = material(said=said)
    chosen = choose(study, study.codings, number=4)
    assert sorted(evidence.respondent or "" for evidence in chosen) == ["E01", "E02", "E03"]
    assert [evidence.kind for evidence in chosen] == [
        EvidenceKind.TYPICAL,
        EvidenceKind.DIVERSE,
        EvidenceKind.DIVERSE,
    ]
    assert "crédit immobilier" in chosen[0].quote


def test_another_public_is_preferred_to_a_second_voice_of_the_same(material) -> None:
    same = "La banque a refusé notre crédit immobilier parce que nous étions intérimaires tous les deux"
    said = [
        ("E01", "credit", f"{same}."),
        ("E02", "credit", f"{same} alors."),
        ("E03", "credit", f"{same} hélas."),
    ]
    people = {"E01": {"public": "habitant"}, "E02": {"public": "habitant"}, "E03": {"public": "candidat"}}
    study = material(said=said, people=people)
    assert {e.respondent for e in choose(study, study.codings, number=2)} & {"E03"} == {"E03"}


def test_those_who_refused_are_counted_but_never_quoted(material) -> None:
    study = material(said=[("E01", "credit", "Secret.")], people={"E01": {"consentement_citation": "non"}})
    assert choose(study, study.codings, number=4) == ()


def test_the_attribution_shows_nothing_that_few_people_share(material) -> None:
    people = {f"E{n:02d}": {"public": "habitant"} for n in range(5)} | {"E09": {"public": "candidat"}}
    said = [(person, "credit", f"Refusé {person}.") for person in people]
    study = material(said=said, people=people)
    shown = {e.respondent: dict(e.attributes) for e in choose(study, study.codings, number=9)}
    assert shown["E01"] == {"public": "Habitants"}
    assert shown["E09"] == {}


def test_the_choice_does_not_depend_on_the_order_of_reading(material) -> None:
    said = [
        (f"E{n:02d}", "credit", f"Le crédit numéro {n} a été refusé par la banque du bourg.")
        for n in range(9)
    ]
    study = material(said=said)
    assert choose(study, study.codings, number=3) == choose(study, tuple(study.codings), number=3)


def test_attributes_that_together_point_at_few_people_are_not_printed(material) -> None:
    """Five newcomers and five people of the valley, but a single newcomer of the valley: her place is left out."""
    settings = Settings(scales=("commune", "territoire"), labels={"territoire": {"vallee": "Vallée"}})
    people = {f"N{n}": {"public": "nouvel_arrivant", "territoire": "plateau"} for n in range(5)}
    people |= {f"H{n}": {"public": "habitant", "territoire": "vallee"} for n in range(5)}
    people["N9"] = {"public": "nouvel_arrivant", "territoire": "vallee"}
    study = material(
        said=[(person, "credit", f"Dit {person}.") for person in people], people=people, settings=settings
    )
    assert dict(study.shown_attributes["N9"]) == {"public": "nouvel arrivant"}
    assert dict(study.shown_attributes["H1"]) == {"public": "habitant", "territoire": "Vallée"}
