"""The files that a deliverable lacks, ready to be completed: what to write, with the study's own codes and communes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.report.deliverables.delivery import Delivery

# Deliverable → the file that the author keeps for it.
KEPT: Final = {
    "carnet-de-suivi": "decisions.yaml",
    "feuille-de-route": "actions.yaml",
    "village-accueillant": "village.yaml",
    "suivi-des-projets": "projets.yaml",
    "acteurs": "acteurs.yaml",
    "benchmark": "benchmark.yaml",
}
PREFIX: Final = "modele-"

# The four axes of the « village accueillant » approach, with criteria to discuss with the communes.
_CRITERIA: Final = (
    ("Culture de l'accueil", "referent", "Un référent accueil, élu ou habitant, connu de tous", "nom affiché en mairie et en ligne"),
    ("Culture de l'accueil", "temps_rencontre", "Un temps de rencontre avec les nouveaux habitants chaque année", "date et liste des présents"),
    ("Qualification de l'offre", "logements_reperes", "Les logements vacants ou à louer repérés, leurs propriétaires contactés", "liste datée"),
    ("Qualification de l'offre", "logement_passerelle", "Un logement d'attente ou d'essai", "adresse et conditions"),
    ("Qualification de l'offre", "offre_complete", "Une offre complète : logement, activité, services, école", "fiche de la commune"),
    ("Accompagnement des porteurs de projet", "visites", "Des visites accompagnées pour les candidats", "nombre de visites dans l'année"),
    ("Accompagnement des porteurs de projet", "suivi", "Un suivi dans l'année qui suit l'arrivée", "dates des rendez-vous"),
    ("Promotion", "presence", "L'offre publiée et tenue à jour", "adresse de l'annonce"),
)  # fmt: skip


def lacking(delivery: Delivery, name: str, *, is_written: bool) -> dict[str, bytes]:
    """The model of the file that a deliverable needs, when the study does not have it yet."""
    file = KEPT.get(name)
    if file is None or is_written:
        return {}
    return {f"{PREFIX}{file}": model(delivery, file).encode()}


def model(delivery: Delivery, file: str) -> str:
    """A file to complete, that can be read as it is: what it is for, an entry, the codes that may be cited."""
    barrier, opportunity = (
        _code(delivery, polarity) for polarity in (Polarity.BARRIER, Polarity.OPPORTUNITY)
    )
    return "\n".join(
        (
            f"# {file} — modèle à compléter : copiez ce fichier à la racine de l'étude sous le nom « {file} ».",
            "# Les lignes qui commencent par # sont des notes. « constats » cite des codes de la grille (liste à la fin).",
            *_BODIES[file](barrier, opportunity, _communes(delivery)),
            "",
            "# Codes de la grille :",
            *(f"#   {code.id} : {code.label}" for code in delivery.synthesis.codebook),
            "",
        )
    )


def _code(delivery: Delivery, polarity: Polarity) -> str:
    """The code most spoken of, else the first of the codebook."""
    spoken = [finding.code for finding in delivery.findings_of(polarity)]
    written = [code.id for code in delivery.synthesis.codebook if code.polarity is polarity]
    return next(iter((*spoken, *written, *(code.id for code in delivery.synthesis.codebook))), "")


def _communes(delivery: Delivery) -> list[str]:
    return [each.text("name") for each in delivery.settings.sections("communes")][:3] or ["Nom de la commune"]


def _village(barrier: str, opportunity: str, communes: Sequence[str]) -> list[str]:
    lines = ["criteres:"]
    for axis, id_, label, proof in _CRITERIA:
        cited = opportunity if axis.startswith("Culture") else barrier
        lines.append(
            f"  - {{identifiant: {id_}, axe: {json.dumps(axis, ensure_ascii=False)}, "
            f"libelle: {json.dumps(label, ensure_ascii=False)}, preuve: {json.dumps(proof, ensure_ascii=False)}, constats: [{cited}]}}"
        )
    lines += [
        "communes:",
        "  # une ligne par commune et par date : gardez les anciennes, elles font le suivi",
    ]
    lines += [
        f'  - {{nom: {json.dumps(name, ensure_ascii=False)}, date: "2026-01", acquis: [], en_cours: [referent], offres: [], referent: "", suite: ""}}'
        for name in communes
    ]
    return lines


def _projects(barrier: str, opportunity: str, communes: Sequence[str]) -> list[str]:
    return [
        "projets:",
        "  # issue : vide tant que le projet court, puis installé, parti ou abandon ; raison : pourquoi",
        f'  - {{identifiant: p1, personne: "", projet: "Le projet en quelques mots", lieu: {json.dumps(communes[0], ensure_ascii=False)}, etape: recherche,',
        f'     accompagnement: [visite], suite: "Prochaine étape", date: "2026-01-15", issue: "", raison: "", constats: [{barrier}]}}',
    ]


def _actors(barrier: str, opportunity: str, communes: Sequence[str]) -> list[str]:
    return [
        "acteurs:",
        "  # nature : État, Région, Département, EPCI, commune, bailleur, promoteur, EPF, association ; personne : l'identifiant de son entretien",
        '  - {nom: "Nom de l\'organisme", nature: EPCI, territoire: "", role: "", personne: "", rencontre: "2026-01-15", engagements: []}',
        "ateliers:",
        f'  - {{theme: "Thème de l\'atelier", date: "2026-02-10", participants: "", resultats: ["Ce qui est ressorti"], constats: [{barrier}]}}',
    ]


def _benchmark(barrier: str, opportunity: str, communes: Sequence[str]) -> list[str]:
    return [
        "initiatives:",
        '  - {nom: "Nom de l\'initiative", lieu: "", forme: "Forme d\'habitat", conditions: "", cout: "", resultats: "", source: "à citer",',
        f"     constats: [{barrier}]}}",
    ]


def _decisions(barrier: str, opportunity: str, communes: Sequence[str]) -> list[str]:
    return [
        "decisions:",
        "  # etat : à engager, engagée, faite, abandonnée",
        f'  - {{date: "2026-01-15", instance: comité de pilotage, libelle: "Ce qui a été décidé", etat: à engager, constats: [{barrier}]}}',
    ]


def _actions(barrier: str, opportunity: str, communes: Sequence[str]) -> list[str]:
    return [
        "objectifs:",
        "  - {id: objectif_1, libelle: \"L'objectif, à l'infinitif\"}",
        "actions:",
        "  - id: action_1",
        "    libelle: \"L'action, telle qu'elle sera lue par les élus\"",
        "    objectif: objectif_1",
        f"    constats: [{barrier}]",
        '    pilote: ""',
        '    partenaires: [{nom: "", engagement: ""}]',
        '    financement: ""',
        '    debut: "2026-09"',
        '    fin: "2027-12"',
        "    indicateurs: []",
    ]


_BODIES: Final = {
    "village.yaml": _village,
    "projets.yaml": _projects,
    "acteurs.yaml": _actors,
    "benchmark.yaml": _benchmark,
    "decisions.yaml": _decisions,
    "actions.yaml": _actions,
}
