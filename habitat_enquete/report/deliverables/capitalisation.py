"""`livret-de-capitalisation`: installations and failures, their factors, what support changed, lessons."""

from __future__ import annotations

from collections import Counter

from habitat_enquete.model.synthesis import Situation
from habitat_enquete.report import wording
from habitat_enquete.report.deliverables.delivery import Delivery, quotes
from habitat_enquete.report.html import comparable
from habitat_enquete.report.word import Word


def build(delivery: Delivery) -> dict[str, bytes]:
    """The booklet, from the attribute `installation`, the findings crossed by it, and the projects followed."""
    word = delivery.word(
        "Livret de capitalisation", "Installations réussies, installations échouées : ce que l'on en apprend"
    )
    groups = delivery.synthesis.corpus.composition.get("installation", ())
    word.heading("Situations")
    if groups:
        rows = [
            (value.label, wording.group_size(value.people, delivery.synthesis.minimum_cell))
            for value in groups
        ]
        word.table(("Issue", "Personnes"), rows, "Installations connues", widths=(9, 3))
    else:
        word.text(
            "Aucune issue d'installation n'est renseignée : remplissez la colonne « installation » de entretiens.csv."
        )
    for situation in delivery.synthesis.situations:
        _factors(delivery, word, situation)
    _comparison(delivery, word)
    _support(delivery, word)
    _projects(delivery, word)
    word.heading("Enseignements")
    note = delivery.synthesis.note("installations")
    if note is not None:
        for paragraph in note.text.split("\n\n"):
            word.text(paragraph.replace("\n", " "))
    else:
        word.text(
            "À écrire dans synthesis/installations.md : le texte sera repris ici et dans le rapport.",
            muted=True,
        )
    return {"livret-de-capitalisation.docx": word.save()}


def _factors(delivery: Delivery, word: Word, situation: Situation) -> None:
    minimum = delivery.synthesis.minimum_cell
    word.heading(f"{situation.value.label} ({wording.group_size(situation.value.people, minimum)})")
    for title, factors in (
        ("Ce qui a freiné", situation.barriers),
        ("Ce qui a aidé", situation.opportunities),
    ):
        word.heading(title, 2)
        if not factors:
            word.text("Personne n'en parle encore dans ce groupe.")
        for factor in factors:
            word.text(f"**{factor.label}** : {wording.group_share(factor.cell, minimum)}.")
            quotes(word, factor.evidence)


def _comparison(delivery: Delivery, word: Word) -> None:
    comparison = next((c for c in delivery.synthesis.comparisons if c.attribute == "installation"), None)
    if comparison is None:
        return
    minimum = delivery.synthesis.minimum_cell
    rows = [
        (
            contrast.label,
            wording.cell(contrast.first, minimum),
            wording.cell(contrast.second, minimum),
            "masqué"
            if contrast.first.masked or contrast.second.masked
            else wording.points(contrast.difference),
            wording.p_value(contrast.p_value),
        )
        for contrast in comparable(comparison)
    ]
    word.heading("Ce qui distingue les unes des autres")
    heads = ("Constat", comparison.first.label, comparison.second.label, "Écart", "p corrigé")
    word.table(heads, rows, "Facteurs comparés", widths=(6.2, 2.8, 2.8, 2.2, 2.2))


def _support(delivery: Delivery, word: Word) -> None:
    """What support changed: the projects followed, by support received and outcome."""
    outcomes: dict[str, Counter[str]] = {}
    for project in delivery.register("projects"):
        for support in project.items("support"):
            outcomes.setdefault(support, Counter())[project.text("outcome") or "en cours"] += 1
    if outcomes:
        word.heading("Ce que l'accompagnement a changé")
        kinds = sorted({outcome for counts in outcomes.values() for outcome in counts})
        rows = [(s, *(wording.number(outcomes[s][kind]) for kind in kinds)) for s in sorted(outcomes)]
        word.table(("Accompagnement", *kinds), rows, "Projets suivis, par accompagnement reçu et issue")


def _projects(delivery: Delivery, word: Word) -> None:
    ended = [p for p in delivery.register("projects") if p.text("outcome")]
    if ended:
        word.heading("Projets arrivés à leur terme")
        rows = [(p.text("project"), p.text("place"), p.text("outcome"), p.text("why")) for p in ended]
        word.table(
            ("Projet", "Lieu", "Issue", "Pourquoi"),
            rows,
            "Projets suivis jusqu'au bout",
            widths=(4.6, 3, 2.6, 6),
        )
