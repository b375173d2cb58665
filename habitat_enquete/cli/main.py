"""The command `enquete`: its commands by name, each loaded only when it is used."""

from __future__ import annotations

from habitat_enquete.cli import french

french.bind()

import importlib  # noqa: E402
import sys  # noqa: E402
from collections.abc import Mapping  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any, Final  # noqa: E402

import click  # noqa: E402

from habitat_enquete import __version__  # noqa: E402
from habitat_enquete.cli.group import Group  # noqa: E402
from habitat_enquete.cli.show import report_error  # noqa: E402
from habitat_enquete.errors import WRONG_USAGE, EnqueteError  # noqa: E402

# name → (module of cli/, short help). In the order of the work; the short help equals the first line of the command's own.
COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "init": ("init", "Crée une étude vide, prête à remplir."),
    "demo": ("demo", "Joue les trois commandes sur l'étude d'exemple."),
    "questionnaire": ("questionnaire", "Vérifie, convertit, déduit ou imprime un questionnaire."),
    "import": ("import_", "Importe les réponses d'un fichier et signale ce qui ne va pas."),
    "fieldwork": ("fieldwork", "Suit le terrain : quotas, réponses par jour, contacts, entretiens, poids."),
    "status": ("status", "Dit où en est l'étude et quelle commande taper ensuite."),
    "code": ("code", "Lit les entretiens et code ce que disent les personnes selon la grille."),
    "review": ("review", "Ouvre la page locale où l'on relit, code et décide."),
    "codebook": ("codebook", "Vérifie et essaie la grille de codage."),
    "query": ("query", "Cherche des passages par leurs codes et par qui parle."),
    "agreement": ("agreement", "Mesure l'accord entre les personnes qui ont codé."),
    "lang": ("lang", "Décrit et mesure le modèle de langue française."),
    "explore": ("explore", "Explore le vocabulaire : classes, spécificités, similitude, concordance."),
    "pathways": ("pathways", "Reconstruit les parcours résidentiels, leurs types et leurs profils."),
    "synthesis": ("synthesis", "Écrit le rapport des freins et opportunités."),
    "deliver": ("deliver", "Écrit un livrable à partir des mêmes preuves que le rapport."),
    "export": ("export", "Écrit les données de l'étude en tables plates."),
}


class LazyGroup(Group):
    """A group whose commands are imported when they run: `enquete --help` stays immediate."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _ = COMMANDS[name]
        command = importlib.import_module(f"habitat_enquete.cli.{module}").command
        assert isinstance(command, click.Command)
        return command

    def summaries(self, context: click.Context) -> list[tuple[str, str]]:
        return [(name, short_help) for name, (_, short_help) in COMMANDS.items()]

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if arguments and arguments[0] not in COMMANDS and not arguments[0].startswith("-"):
            context.fail(_unknown_command(arguments[0]))
        return super().resolve_command(context, arguments)

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except EnqueteError as error:
            report_error(error)
            context.exit(2 if error.code in WRONG_USAGE else 1)


def _unknown_command(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, COMMANDS, n=1)
    hint = f" Vouliez-vous dire « {close[0]} » ?" if close else ""
    return f"La commande « {name} » n'existe pas.{hint}"


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="enquete")
@click.option(
    "-C",
    "study",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DOSSIER",
    help="Travaille sur l'étude de ce dossier (sinon ENQUETE_STUDY, sinon le dossier courant).",
)
@click.pass_context
def main(context: click.Context, study: Path | None) -> None:
    """Analyse des enquêtes et des entretiens sur l'habitat : du recueil aux freins et opportunités.

    \b
    Les trois commandes d'une étude :
        enquete import responses.xlsx
        enquete code interviews/
        enquete synthesis
    """
    context.obj = study
    for stream in (sys.stdout, sys.stderr):
        # A redirected Windows console is not UTF-8 by itself: accents first.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
