"""`enquete questionnaire infer`."""

from __future__ import annotations

from pathlib import Path

import click

from habitat_enquete.cli.show import say, table, tell
from habitat_enquete.typography import as_typed


@click.command("infer")
@click.argument("responses", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option(
    "--sheet", metavar="FEUILLE", show_default="la plus remplie", help="Feuille du classeur à lire."
)
@click.option(
    "--output",
    metavar="CIBLE",
    type=click.Path(path_type=Path),
    show_default="questionnaires/NOM.yaml",
    help="Fichier YAML à écrire.",
)
@click.option("--force", is_flag=True, help="Remplace le fichier s'il existe.")
def infer(responses: Path, sheet: str | None, output: Path | None, force: bool) -> None:
    """Déduit un questionnaire d'un export seul : types, modalités, questions ouvertes, à relire avant l'import.

    \b
    Exemple :
        enquete questionnaire infer responses.xlsx
    """
    from habitat_enquete.exchange.inferred import write_inferred
    from habitat_enquete.project import Project

    target = output
    if target is None:
        project = Project.open(click.get_current_context().find_root().obj)
        target = project.questionnaires / f"{responses.stem}.yaml"
    inferred = write_inferred(responses, target, sheet=sheet, overwrite=force)
    rows = [(each.name, each.kind, each.why) for each in inferred.columns]
    say(table(("Question", "Type", "Pourquoi"), rows))
    if inferred.aside:
        tell(f"Colonnes mises à part (clés, dates, personnes) : {', '.join(inferred.aside)}.")
    tell(f"{target} : proposition écrite. Relisez-la, puis tapez « enquete import {as_typed(responses)} ».")
