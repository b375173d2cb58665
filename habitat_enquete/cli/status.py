"""`enquete status`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from habitat_enquete.cli.show import count, pass_project, say, say_json

if TYPE_CHECKING:
    from habitat_enquete.project import Project
    from habitat_enquete.status import Status

_MARKS: Final = {"missing": "à faire", "stale": "à refaire", "done": "à jour", "nothing": "sans objet"}
_NAMES: Final = {
    "import": "Réponses",
    "interviews": "Entretiens",
    "code": "Codage",
    "synthesis": "Rapport",
}


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Écrit l'état en JSON sur la sortie standard.")
@pass_project
def command(project: Project, as_json: bool) -> None:
    """Dit où en est l'étude et quelle commande taper ensuite.

    Compare les fichiers de l'étude à ce qui a été lu, codé et écrit ; ne change rien.

    \b
    Exemple :
        enquete status
    """
    from habitat_enquete.status import status

    found = status(project)
    if as_json:
        say_json(_summary(found))
    else:
        _tell(project, found)


def _summary(found: Status) -> dict[str, object]:
    return {
        "steps": [asdict(step) for step in found.steps],
        "people": found.people,
        "interviews": found.interviews,
        "answers": found.answers,
        "accepted": found.accepted,
        "suggested": found.waiting,
        "proposed_episodes": found.proposed,
        "next": found.next_command,
    }


def _tell(project: Project, found: Status) -> None:
    say(f"Étude : {project.root}")
    say(
        f"{count(found.people, 'personne')}, {count(found.interviews, 'entretien')}, "
        f"{count(found.answers, 'réponse ouverte', 'réponses ouvertes')}, "
        f"{count(found.accepted, 'codage retenu', 'codages retenus')}, {found.waiting} à décider."
    )
    for step in found.steps:
        say(f"  {_NAMES[step.name]:<11} {_MARKS[step.freshness]:<10} {step.sentence}")
    if found.proposed:
        noun = count(found.proposed, "épisode de parcours relevé", "épisodes de parcours relevés")
        say(f"{noun} dans les entretiens, à confirmer : enquete review, onglet Parcours")
    if found.next_command:
        say(f"Tapez maintenant : {found.next_command}")
    elif found.waiting:
        say("Tout est à jour. Des suggestions attendent votre décision : enquete review")
    else:
        say("Tout est à jour.")
