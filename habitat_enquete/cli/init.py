"""`enquete init`."""

from __future__ import annotations

from pathlib import Path

import click

from habitat_enquete.cli.show import say
from habitat_enquete.typography import as_typed


@click.command("init")
@click.argument("folder", metavar="DOSSIER", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Crée une étude vide, prête à remplir.

    \b
    Exemple :
        enquete init habitat_2026
    """
    from habitat_enquete.project import create

    project = create(folder)
    say(f"Étude créée dans « {project.root} ».")
    say("Décrivez vos questions dans questionnaires/ et vos codes dans codebook.yaml, puis tapez :")
    say(f"    cd {as_typed(folder)}")
    say("    enquete import responses.xlsx")
