"""`enquete demo`."""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path
from typing import Final

import click

from habitat_enquete.cli.show import say, tell

_COMMANDS: Final = (("import", "responses.xlsx"), ("code", "interviews/"), ("synthesis",))
_COPY: Final = "enquete-exemple"


@click.command("demo")
def command() -> None:
    """Joue les trois commandes sur l'étude d'exemple.

    Dans un dossier qui contient l'étude d'exemple, travaille sur elle ; ailleurs, sur une copie (enquete-exemple/).
    Toutes les personnes et tous les lieux de cette étude sont inventés.

    \b
    Exemple :
        enquete demo
    """
    from habitat_enquete.cli.main import main

    study = _study()
    tell(f"Étude d'exemple : {study}")
    for arguments in _COMMANDS:
        tell(f"\n$ enquete {' '.join(arguments)}")
        name, *files = arguments
        step = main.get_command(click.get_current_context(), name)
        assert step is not None
        # It may end with 1, the data need attention: the example holds the usual defects of a real export.
        step.main(
            [str(study / file) for file in files],
            prog_name=f"enquete {name}",
            obj=study,
            standalone_mode=False,
        )
    say(f"\nRapport : {_shown(study / 'outputs' / 'freins_opportunites.html')}")


def _study() -> Path:
    here = Path.cwd()
    if _is_example(here):
        return here
    copy = here / _COPY
    if not _is_example(copy):
        copy.mkdir(exist_ok=True)
        for source in _example_files():
            if source.is_dir():
                shutil.copytree(source, copy / source.name, dirs_exist_ok=True)
            else:
                shutil.copy2(source, copy / source.name)
    return copy


def _is_example(folder: Path) -> bool:
    return all((folder / name).exists() for name in ("codebook.yaml", "responses.xlsx", "interviews"))


def _example_files() -> list[Path]:
    """The files of the example: beside the installed package, or at the root of the repository it runs from."""
    installed = Path(sysconfig.get_path("data")) / "share" / "habitat_enquete" / "exemple"
    repository = Path(__file__).resolve().parents[2]
    root = installed if _is_example(installed) else repository
    names = (
        "codebook.yaml",
        "enquete.yaml",
        "actions.yaml",
        "responses.xlsx",
        "questionnaires",
        "interviews",
    )
    return [root / name for name in names if (root / name).exists()]


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
