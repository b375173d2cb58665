"""Options that several commands share, each described once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

FILE = click.Path(dir_okay=False, path_type=Path)

as_json: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="Écrit le résultat en JSON sur la sortie standard."
)


def by_attribute(told: str, default: str) -> Decorator:
    """`--by ATTRIBUT`, as many times as wished: what is told of each attribute, and which are taken when none is named."""
    return click.option(
        "--by", multiple=True, metavar="ATTRIBUT", help=f"{told} par attribut.  [par défaut : {default}]"
    )


def written_to(name: str, variable: str, told: str) -> Decorator:
    """An option that takes the file to write."""
    return click.option(name, variable, type=FILE, metavar="FICHIER", help=told)
