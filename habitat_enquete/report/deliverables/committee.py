"""`copil`: a short deck and a one-page brief for the monthly committee, what is new since last time."""

from __future__ import annotations

from typing import Final

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.synthesis import Corpus
from habitat_enquete.report import wording
from habitat_enquete.report.deliverables.delivery import Delivery, show_quotes
from habitat_enquete.report.deliverables.slides import Deck

_FIRST: Final = "Premier comité : il n'y a pas encore de point de comparaison."
_SIDES: Final = (("Ce qui retient", Polarity.BARRIER), ("Ce sur quoi s'appuyer", Polarity.OPPORTUNITY))
_DECISIONS: Final = 6


def build(delivery: Delivery) -> dict[str, bytes]:
    """The deck and the brief."""
    return {"copil.pptx": _deck(delivery), "copil-note.docx": _brief(delivery)}


def _news(delivery: Delivery, most: int) -> list[str]:
    if delivery.moved is None:
        return [_FIRST]
    told = [delivery.gathered] if delivery.gathered else []
    told += [wording.movement(moved) for moved in delivery.moved[:most]]
    others = len(delivery.moved) - most
    if others > 0:
        told.append(f"Et {wording.count(others, 'autre constat', 'autres constats')}, dans le rapport.")
    return told or ["Rien n'a bougé depuis le dernier comité."]


def _heard(corpus: Corpus) -> list[tuple[str, str]]:
    """The figures of the fieldwork, those that are zero left out."""
    figures = (
        (corpus.people, "personne entendue", "personnes entendues"),
        (corpus.interviews, "entretien", "entretiens"),
        (corpus.answers, "réponse ouverte", "réponses ouvertes"),
        (corpus.codings, "passage codé", "passages codés"),
    )
    return [(wording.number(n), one if n < 2 else many) for n, one, many in figures if n]


def _decided(delivery: Delivery) -> list[str]:
    """The last decisions of the committees, the most recent first."""
    ordered = sorted(delivery.register("decisions"), key=lambda each: each.text("date"), reverse=True)
    return [
        " : ".join(
            filter(
                None,
                (
                    wording.french_date(each.text("date")),
                    each.text("label") + (f" ({each.text('status')})" if each.text("status") else ""),
                ),
            )
        )
        for each in ordered[:_DECISIONS]
    ]


def _ahead(delivery: Delivery) -> list[str]:
    """The steps of the calendar (`enquete.yaml`), in order."""
    steps = sorted(delivery.settings.sections("calendar"), key=lambda step: step.text("date"))
    return [
        " : ".join(filter(None, (wording.french_date(step.text("date")), step.text("label"))))
        for step in steps
    ]


def _brief(delivery: Delivery) -> bytes:
    synthesis = delivery.synthesis
    word = delivery.word("Note au comité de pilotage")
    heard = ", ".join(f"{value} {what}" for value, what in _heard(synthesis.corpus))
    word.text(f"**{heard}.**" if heard else "Personne n'a encore été entendu.")
    word.heading("Ce qui est nouveau", 2)
    for line in _news(delivery, 4):
        word.bullet(line)
    for title, polarity in _SIDES:
        findings = synthesis.of(polarity)
        if not findings:
            continue
        word.heading(title, 2)
        for finding in findings[:3]:
            word.bullet(
                f"**{finding.label}** : {wording.count(finding.people, 'personne')} ({wording.percent(finding.share)})"
            )
        show_quotes(word, findings[0], 1)
    points = synthesis.open_points[:2]
    if points:
        word.heading("À trancher", 2)
    for point in points:
        word.bullet(wording.open_point(point))
    for title, lines in (
        ("Décisions prises", _decided(delivery)[:2]),
        ("Prochaines étapes", _ahead(delivery)[:3]),
    ):
        if lines:
            word.heading(title, 2)
        for line in lines:
            word.bullet(line)
    return word.save()


def _deck(delivery: Delivery) -> bytes:
    synthesis, corpus = delivery.synthesis, delivery.synthesis.corpus
    deck = Deck(
        title=synthesis.title,
        author=synthesis.author,
        foot=f"{synthesis.title} — comité de pilotage — état {synthesis.stamp.state[:12]}",
    )
    dates = f"Terrain du {wording.french_date(corpus.first_date)} au {wording.french_date(corpus.last_date)}"
    kicker = " · ".join(filter(None, ("Comité de pilotage", synthesis.area)))
    deck.cover(
        kicker,
        synthesis.title,
        synthesis.subtitle,
        (synthesis.sponsor, synthesis.author, dates if corpus.first_date else ""),
    )
    deck.figures("Où nous en sommes", _heard(corpus), _state(corpus))
    deck.points("Ce qui est nouveau depuis le dernier comité", _news(delivery, 7))
    for title, polarity in _SIDES:
        deck.bars(title, synthesis.of(polarity))
    spoken = (*synthesis.of(Polarity.BARRIER)[:2], *synthesis.of(Polarity.OPPORTUNITY)[:1])
    deck.quotes(
        "Ce qu'ils disent", [(finding, finding.evidence[0]) for finding in spoken if finding.evidence]
    )
    points = [wording.open_point(point) for point in synthesis.open_points[:5]]
    for title, lines in (
        ("À discuter", points),
        ("Décisions prises", _decided(delivery)),
        ("Prochaines étapes", _ahead(delivery)[:7]),
    ):
        if lines:
            deck.points(title, lines)
    return deck.save()


def _state(corpus: Corpus) -> tuple[str, ...]:
    """How far the coding is."""
    if not corpus.codings:
        return ("Rien n'est codé encore : les constats viendront avec le codage.",)
    read = f"{wording.number(corpus.validated)} de ces passages ont été codés ou relus par une personne."
    if corpus.validated < 2:
        read = (
            "Un passage a été codé ou relu par une personne."
            if corpus.validated
            else "Aucun passage n'a encore été relu par une personne : les règles de la grille les ont trouvés."
        )
    return read, wording.waiting_suggestions(corpus.suggested)
