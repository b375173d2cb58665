"""`enquete questionnaire print`."""

from __future__ import annotations

from pathlib import Path

import click

from habitat_enquete.cli.show import say, say_files


@click.command("print")
@click.argument("files", metavar="[FICHIER]…", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "formats",
    type=click.Choice(["html", "pdf", "docx"]),
    multiple=True,
    default=("html", "docx", "pdf"),
    show_default=True,
    help="Format à écrire ; se répète. Le PDF demande Chromium, Chrome ou Edge.",
)
@click.option(
    "--output",
    metavar="DOSSIER",
    type=click.Path(file_okay=False, path_type=Path),
    show_default="outputs/questionnaires",
    help="Dossier où écrire.",
)
def print_(files: tuple[Path, ...], formats: tuple[str, ...], output: Path | None) -> None:
    """Imprime les questionnaires papier et les guides d'entretien, filtres écrits en toutes lettres.

    Sans FICHIER, imprime tous ceux de questionnaires/.

    \b
    Exemple :
        enquete questionnaire print questionnaires/guide_entretien.yaml --format docx
    """
    from habitat_enquete.ingest.definitions.questionnaires import definition_files
    from habitat_enquete.project import Project
    from habitat_enquete.report.questionnaire.printing import print_definition

    if files and output:  # anywhere, even out of a study
        for path in files:
            for written in print_definition(path, output, formats=formats):
                say(f"→ {written}")
        return
    project = Project.open(click.get_current_context().find_root().obj)
    folder = output or project.outputs / "questionnaires"
    for path in files or definition_files(project.questionnaires):
        say_files(project, print_definition(path, folder, formats=formats))
