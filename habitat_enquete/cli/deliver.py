"""`enquete deliver`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from habitat_enquete.cli.show import pass_project, report_problems, say, say_json, table

if TYPE_CHECKING:
    from habitat_enquete.project import Project


@click.command("deliver")
@click.argument("name", metavar="[LIVRABLE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Écrit le résultat en JSON sur la sortie standard.")
@pass_project
def command(project: Project, name: str | None, as_json: bool) -> None:
    """Écrit un livrable à partir des mêmes preuves que le rapport.

    Sans nom, donne la liste des livrables. Les fichiers vont dans outputs/livrables/ ; ce que vous y avez modifié est mis de côté,
    jamais écrasé.

    \b
    Exemple :
        enquete deliver copil
    """
    from habitat_enquete import pipeline
    from habitat_enquete.report.deliverables.run import DELIVERABLES

    if name is None:
        say(table(("Livrable", "Contenu"), [(each, what) for each, (_, what) in DELIVERABLES.items()]))
        return
    result = pipeline.deliver(project, name)
    written = [project.relative(path) for path in result.files]
    if as_json:
        problems = [problem.message for problem in result.problems]
        say_json(
            {"files": written, "kept": [project.relative(path) for path in result.kept], "problems": problems}
        )
    else:
        for path in result.kept:
            say(f"Le fichier que vous aviez modifié est gardé sous {project.relative(path)}")
        for file in written:
            say(f"→ {file}")
    report_problems(result.problems)
