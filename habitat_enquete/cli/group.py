"""A group of commands whose help is whole and in French."""

from __future__ import annotations

import click

from habitat_enquete.typography import NO_BREAK


class Group(click.Group):
    """Lists its commands with the whole first sentence of each, where click would cut it."""

    def __init__(self, *arguments: object, **options: object) -> None:
        options.setdefault("subcommand_metavar", "COMMANDE [ARGUMENTS]…")
        super().__init__(*arguments, **options)  # type: ignore[arg-type]

    def summaries(self, context: click.Context) -> list[tuple[str, str]]:
        """Each command's name and what it does."""
        commands = ((name, self.get_command(context, name)) for name in self.list_commands(context))
        return [(name, (each.help or "").split("\n\n")[0]) for name, each in commands if each is not None]

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(f"Commandes{NO_BREAK}"):
            formatter.write_dl(self.summaries(context))
