"""`enquete export`."""

from __future__ import annotations

from pathlib import Path

import click

from habitat_enquete.cli.show import count, pass_project, say
from habitat_enquete.project import Project


@click.command("export")
@click.argument("folder", metavar="DOSSIER", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "parquet", "xlsx"]),
    default="csv",
    show_default=True,
    help="Format des fichiers.",
)
@pass_project
def command(project: Project, folder: Path, file_format: str) -> None:
    """Écrit les données de l'étude en tables plates.

    Un fichier par table, en UTF-8 : respondents, answers, documents, turns, codings, episodes, findings, evidence.

    \b
    Exemple :
        enquete export donnees/ --format csv
    """
    from habitat_enquete.tables import write_all

    for path, rows in write_all(project, folder, file_format):
        say(f"→ {path} : {count(rows, 'ligne')}")
