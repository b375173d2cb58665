"""`enquete questionnaire check`."""

from __future__ import annotations

from pathlib import Path

import click

from habitat_enquete.cli.show import count, say, say_json, tell


@click.command("check")
@click.argument("files", metavar="[FICHIER]…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Écrit le résultat en JSON.")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Vérifie les questionnaires avant le terrain : filtres, contrôles, modalités, noms, langues.

    Sans FICHIER, vérifie tous ceux de questionnaires/. Termine avec le code 1 s'il y a une erreur à corriger.

    \b
    Exemple :
        enquete questionnaire check questionnaires/habitants.yaml
    """
    from dataclasses import asdict

    from habitat_enquete.errors import Severity
    from habitat_enquete.ingest.definitions.check import check_file
    from habitat_enquete.ingest.definitions.questionnaires import definition_files
    from habitat_enquete.project import Project

    paths = files or definition_files(
        Project.open(click.get_current_context().find_root().obj).questionnaires
    )
    errors = 0
    results = []
    for path in paths:
        checked = check_file(path)
        errors += checked.errors
        results.append({"file": path.name, "problems": [asdict(each) for each in checked.problems]})
        if not as_json:
            warnings = len(checked.problems) - checked.errors
            say(
                f"{path.name} : {count(checked.errors, 'erreur')}, {count(warnings, 'point à voir', 'points à voir')}"
            )
            for each in checked.problems:
                tell(f"  {'erreur' if each.severity is Severity.ERROR else 'à voir'}  {each.message}")
    if as_json:
        say_json({"errors": errors, "files": results})
    click.get_current_context().exit(1 if errors else 0)
