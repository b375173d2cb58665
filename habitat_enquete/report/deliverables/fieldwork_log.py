"""`carnet-de-suivi`: what was done on the field, quotas, what changed since the last committee, decisions taken."""

from __future__ import annotations

from collections import Counter, defaultdict

from habitat_enquete.model.synthesis import Corpus
from habitat_enquete.report import wording
from habitat_enquete.report.deliverables.delivery import Delivery, missing, target_label
from habitat_enquete.report.word import Word


def build(delivery: Delivery) -> dict[str, bytes]:
    """The log, from the dates of interviews and answers, the quotas and `decisions.yaml`."""
    word = delivery.word("Carnet de suivi")
    corpus = delivery.synthesis.corpus
    word.heading("Où en est le terrain")
    word.text(
        f"**{wording.count(corpus.respondents, 'personne connue', 'personnes connues')}** de l'étude{_gathered(corpus)}. "
        f"{wording.count(corpus.codings, 'codage compté', 'codages comptés')}, "
        f"{wording.count(corpus.suggested, 'suggestion')} en attente."
    )
    _months(delivery, word)
    _quotas(delivery, word)
    word.heading("Ce qui a changé depuis le dernier carnet")
    if delivery.moved is None:
        word.text("Premier carnet : il n'y a pas encore de point de comparaison.")
    elif not delivery.moved and not delivery.gathered:
        word.text("Rien : rangs et effectifs des constats sont les mêmes.")
    if delivery.gathered:
        word.bullet(delivery.gathered)
    for movement in delivery.moved or ():
        word.bullet(wording.movement(movement))
    word.heading("Décisions prises")
    decisions = delivery.register("decisions")
    rows = [
        (
            wording.french_date(d.text("date")),
            d.text("by"),
            d.text("label"),
            d.text("status"),
            delivery.cited(d.items("findings")),
        )
        for d in decisions
    ]
    if rows:
        word.table(
            ("Date", "Instance", "Décision", "État", "Constats"),
            rows,
            "Décisions",
            widths=(2.6, 2.8, 5, 2, 3.8),
        )
    else:
        missing(word, "decisions.yaml", "il tient le fil des décisions des comités")
    word.heading("Points ouverts")
    for point in delivery.synthesis.open_points[:12]:
        word.bullet(wording.open_point(point))
    return {"carnet-de-suivi.docx": word.save()}


def _gathered(corpus: Corpus) -> str:
    """What was gathered, the kinds that the study lacks left out."""
    interviewed = wording.count(corpus.interviewed, "personne interrogée", "personnes interrogées")
    kinds = (
        (corpus.interviews, f"{wording.count(corpus.interviews, 'entretien')} ({interviewed})"),
        (corpus.answers, wording.count(corpus.answers, "réponse ouverte", "réponses ouvertes")),
    )
    told = " et ".join(words for number, words in kinds if number)
    return f" : {told}" if told else ""


def _months(delivery: Delivery, word: Word) -> None:
    """How many people were met each month, by public."""
    met: dict[str, Counter[str]] = defaultdict(Counter)
    for attributes in delivery.respondents.values():
        month = attributes.get("date_entretien", "")[:7]
        if month:
            met[month][attributes.get("public", "")] += 1
    publics = sorted({public for counts in met.values() for public in counts})
    labels = {
        value.id: value.label for values in delivery.synthesis.corpus.composition.values() for value in values
    }
    rows = [
        (
            wording.french_date(month),
            *(wording.number(met[month][p]) for p in publics),
            wording.number(met[month].total()),
        )
        for month in sorted(met)
    ]
    if rows:
        heads = ("Mois", *(labels.get(public, public or "non renseigné") for public in publics), "Total")
        word.table(heads, rows, "Personnes rencontrées, mois par mois")


def _quotas(delivery: Delivery, word: Word) -> None:
    word.heading("Quotas")
    rows = []
    for questionnaire in delivery.questionnaires:
        for quota in questionnaire.quotas:
            attribute = next(
                (question.attribute for question in questionnaire if question.name == quota.questions[0]),
                None,
            )
            for target, wanted in quota.targets.items():
                reached = sum(
                    1
                    for attributes in delivery.respondents.values()
                    if attribute
                    and attributes.get(attribute) == target
                    and (not questionnaire.public or attributes.get("public") == questionnaire.public)
                )
                left = max(0, wanted - reached)
                rows.append(
                    (
                        questionnaire.title,
                        target_label(questionnaire, quota, target),
                        *(wording.number(n) for n in (wanted, reached, left)),
                    )
                )
    if rows:
        heads = ("Questionnaire", "Groupe", "Visé", "Atteint", "Reste")
        word.table(heads, rows, "Quotas : visé, atteint", widths=(7, 4, 1.8, 1.8, 1.8))
    else:
        word.text("Aucun quota n'est déclaré dans les questionnaires.")
