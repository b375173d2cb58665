"""`feuille-de-route`: objectives, actions, partners and their commitments, funding, calendar, indicators, findings."""

from __future__ import annotations

from itertools import groupby

from habitat_enquete.model.synthesis import Action
from habitat_enquete.report import tidy_workbook, wording
from habitat_enquete.report.deliverables.delivery import Delivery, missing, show_quotes
from habitat_enquete.report.tidy_workbook import Table
from habitat_enquete.report.word import Word


def build(delivery: Delivery) -> dict[str, bytes]:
    """The roadmap from `actions.yaml`, each action with its findings and one voice; levers not used yet are listed after."""
    synthesis, word = delivery.synthesis, delivery.word("Feuille de route")
    if not synthesis.actions:
        missing(word, "actions.yaml", "décrivez-y les objectifs et les actions, chacune avec ses constats")
    # In the author's order: the objectives as they first come.
    places = {
        objective: n for n, objective in enumerate(dict.fromkeys(a.objective for a in synthesis.actions))
    }
    ordered = sorted(synthesis.actions, key=lambda action: places[action.objective])
    for objective, actions in groupby(ordered, key=lambda action: action.objective):
        word.heading(objective or "Autres actions")
        for action in actions:
            _action(delivery, word, action)
    taken = {lever for action in synthesis.actions for lever in action.levers}
    left = [use for use in synthesis.levers if use.id not in taken]
    if left:
        word.heading("Leviers que les constats ouvrent et qu'aucune action ne prend encore")
        rows = [
            (use.label, wording.number(use.people), use.actor, delivery.cited(use.findings)) for use in left
        ]
        word.table(
            ("Levier", "Personnes", "Acteurs", "Constats"),
            rows,
            "Leviers disponibles",
            widths=(5, 2.3, 3.5, 5.4),
        )
    return {"feuille-de-route.docx": word.save(), "feuille-de-route.xlsx": _workbook(delivery)}


def _action(delivery: Delivery, word: Word, action: Action) -> None:
    word.heading(action.label, 2)
    if action.description:
        word.text(action.description)
    period = " – ".join(wording.french_date(date) for date in (action.start, action.end) if date)
    facts = (
        ("Constats", delivery.cited(action.findings)),
        ("Personnes concernées", wording.count(action.people, "personne en parle", "personnes en parlent")),
        ("Pilote", action.lead),
        ("Partenaires et engagements", " ; ".join(f"{n} : {c}" if c else n for n, c in action.partners)),
        ("Financement", action.funding),
        ("Calendrier", period),
        ("Échelle", action.scale),
        ("Indicateurs", " ; ".join(action.indicators)),
        ("État", action.status),
    )
    rows = [(name, value or "à préciser") for name, value in facts]
    word.table(("Point", "Contenu"), rows, f"Fiche : {action.label}", widths=(4.2, 12))
    for finding in delivery.findings(action.findings[:1]):
        show_quotes(word, finding, 1)


def _workbook(delivery: Delivery) -> bytes:
    columns = (
        *(
            "objectif",
            "action",
            "pilote",
            "partenaires",
            "financement",
            "début",
            "fin",
            "échelle",
            "indicateurs",
            "état",
        ),
        *("constats", "personnes"),
    )
    rows = [
        (
            *(action.objective, action.label, action.lead),
            "; ".join(
                f"{name} : {commitment}" if commitment else name for name, commitment in action.partners
            ),
            *(
                action.funding,
                action.start,
                action.end,
                action.scale,
                "; ".join(action.indicators),
                action.status,
            ),
            *("; ".join(action.findings), action.people),
        )
        for action in delivery.synthesis.actions
    ]
    return tidy_workbook.build(
        [Table("Feuille de route", columns, rows)],
        introduction=(
            "Feuille de route",
            "Une ligne par action ; complétez, puis reportez dans actions.yaml.",
        ),
        title="Feuille de route",
    )
