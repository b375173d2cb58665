"""`enquete review`."""

from __future__ import annotations

import getpass
import re
from typing import TYPE_CHECKING

import click

from habitat_enquete.cli.ranges import Whole
from habitat_enquete.cli.show import pass_project, say, tell

if TYPE_CHECKING:
    from habitat_enquete.project import Project


@click.command("review")
@click.option(
    "--port",
    type=Whole(0, 65535),
    metavar="PORT",
    default=0,
    show_default="un port libre",
    help="Port à écouter.",
)
@click.option("--no-browser", is_flag=True, help="N'ouvre pas le navigateur.")
@click.option(
    "--coder",
    metavar="PRÉNOM",
    show_default="le nom de la session",
    help="Au nom de qui les décisions sont prises.",
)
@click.option(
    "--blind", is_flag=True, help="Cache ce que les autres ont décidé, pour mesurer ensuite l'accord."
)
@pass_project
def command(project: Project, port: int, no_browser: bool, coder: str | None, blind: bool) -> None:
    """Ouvre la page locale où l'on relit, code et décide.

    La page ne répond qu'à ce navigateur, sur cette machine ; rien n'en sort. Arrêtez-la par Ctrl-C.

    \b
    Exemple :
        enquete review --coder anne
    """
    from habitat_enquete.coding.decisions import person
    from habitat_enquete.review.desk import Desk
    from habitat_enquete.review.security import Session
    from habitat_enquete.review.server import listener, serve

    name = person(coder or _login()).name
    desk = Desk(project, name, blind)
    desk.codebook()
    bound = listener(port)
    session = Session(bound.getsockname()[1])
    say(session.address)
    tell("Page ouverte : gardez cette fenêtre, Ctrl-C pour arrêter.")
    if not no_browser:
        click.launch(session.address)
    serve(desk, session, bound)


def _login() -> str:
    """The name of the person logged in, as a coder's name."""
    return re.sub(r"[^\w-]+", "-", getpass.getuser())[:32] or "moi"
