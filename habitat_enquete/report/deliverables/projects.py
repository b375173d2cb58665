"""`suivi-des-projets`: project holders and candidates: stage, support received, next step, outcome and why."""

from __future__ import annotations

from collections import Counter

from habitat_enquete.report import tidy_workbook, wording
from habitat_enquete.report.deliverables.delivery import Delivery, missing
from habitat_enquete.report.tidy_workbook import Table

_COLUMNS = ("person", "project", "place", "stage", "support", "next", "date", "outcome", "why")
_HEADS = (
    "Personne",
    "Projet",
    "Lieu",
    "Étape",
    "Accompagnement",
    "Prochaine étape",
    "Date",
    "Issue",
    "Pourquoi",
)


def build(delivery: Delivery) -> dict[str, bytes]:
    """The follow-up from `projets.yaml`; without it, the candidates met and where their installation stands."""
    word = delivery.word("Suivi des projets", "Porteurs de projet et candidats à l'installation")
    projects = delivery.register("projects")
    if not projects:
        missing(word, "projets.yaml", "une entrée par projet suivi")
    else:
        outcomes = Counter(project.text("outcome") or "en cours" for project in projects)
        told = ", ".join(f"{name} : {wording.number(n)}" for name, n in outcomes.most_common())
        word.text(f"**{wording.count(len(projects), 'projet suivi', 'projets suivis')}** ({told}).")
        word.heading("À faire")
        for project in sorted(projects, key=lambda each: each.text("date")):
            if project.text("next") and not project.text("outcome"):
                date = f" ({wording.french_date(project.text('date'))})" if project.text("date") else ""
                word.bullet(f"**{project.text('project')}** : {project.text('next')}{date}")
        word.heading("Tous les projets")
        for project in projects:
            word.heading(project.text("project") or project.text("id"), 2)
            for key, head in zip(_COLUMNS, _HEADS, strict=True):
                value = ", ".join(project.items(key)) if key == "support" else project.text(key)
                if value and key != "project":
                    word.text(f"**{head}** : {wording.french_date(value)}")
            if project.items("findings"):
                word.text(f"**Constats en jeu** : {delivery.cited(project.items('findings'))}")
    word.heading("Installations connues par les entretiens")
    groups = delivery.synthesis.corpus.composition.get("installation", ())
    for group in groups:
        word.bullet(f"{group.label} : {wording.group_size(group.people, delivery.synthesis.minimum_cell)}")
    if not groups:
        word.text("Aucune issue d'installation n'est renseignée.")
    return {"suivi-des-projets.docx": word.save(), "suivi-des-projets.xlsx": _workbook(delivery)}


def _workbook(delivery: Delivery) -> bytes:
    rows = [
        tuple(", ".join(project.items(key)) if key == "support" else project.text(key) for key in _COLUMNS)
        for project in delivery.register("projects")
    ]
    return tidy_workbook.build(
        [Table("Projets", tuple(head.lower() for head in _HEADS), rows)],
        introduction=("Suivi des projets", "Une ligne par projet ; projets.yaml fait foi."),
        title="Suivi des projets",
    )
