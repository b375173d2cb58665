"""The reference page of the commands, made from their own help: docs/commandes.md equals what this gives."""

from __future__ import annotations

import click

from habitat_enquete.cli.main import main

_HEADER = """# Les commandes

*Page générée par `make docs` à partir de l'aide des commandes : ne la modifiez pas à la main.*
"""


def command_pages() -> str:
    """The help of `enquete` and of every command, as one Markdown page."""
    parts = [_HEADER, *(_section(path, command) for path, command in _walk(main, ("enquete",)))]
    return "\n".join(parts)


def _walk(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path[-1])
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                found += _walk(child, (*path, name))
    return found


def _section(path: tuple[str, ...], command: click.Command) -> str:
    parent: click.Context | None = None
    for name in path[:-1]:
        # The settings of `enquete` are inherited when a command really runs: the page must say the same.
        parent = click.Context(click.Group(name), info_name=name, parent=parent, **main.context_settings)
    context = click.Context(command, info_name=path[-1], parent=parent, **command.context_settings)
    context.max_content_width = context.terminal_width = 88
    help_text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"## {' '.join(path)}\n\n```text\n{help_text}\n```\n"
