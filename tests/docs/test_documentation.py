"""The documentation is tested: nothing is described that does not exist, nothing exists undescribed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from habitat_enquete.cli.main import COMMANDS, main
from habitat_enquete.cli.reference import command_pages

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("**/*.md"))]


def every_command() -> list[tuple[str, click.Command]]:
    context = click.Context(main)
    found = []
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {child}", command.commands[child]) for child in command.commands]
    return found


@pytest.mark.parametrize(("name", "command"), every_command(), ids=lambda value: str(value)[:30])
def test_a_command_has_a_french_help_with_an_example(name: str, command: click.Command) -> None:
    assert command.help
    first_line = command.help.splitlines()[0]
    assert first_line[0].isupper() and first_line.endswith("."), first_line
    if not isinstance(command, click.Group):
        assert "Exemple" in command.help
        assert f"enquete {name}" in command.help


@pytest.mark.parametrize("name", COMMANDS)
def test_the_short_help_is_the_first_line_of_the_help(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None and command.help is not None
    assert command.help.splitlines()[0] == COMMANDS[name][1]


def test_every_option_has_a_help() -> None:
    silent = [
        f"{name} {parameter.name}"
        for name, command in every_command()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert silent == []


def test_the_page_of_commands_is_up_to_date() -> None:
    assert (DOCS / "commandes.md").read_text(encoding="utf-8") == command_pages(), "run `make docs`"


def test_the_help_loads_nothing_heavy() -> None:
    """`enquete --help` stays immediate: no numpy, pandas or spaCy behind it."""
    script = (
        "import sys\n"
        "from habitat_enquete.cli.main import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "heavy = {'numpy', 'pandas', 'spacy', 'textacy', 'openpyxl', 'lxml', 'jinja2', 'sqlite3'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_shown_in_the_pages_exist(page: Path) -> None:
    shown = re.findall(
        r"^ {4}(?:\$ )?enquete (?:-C \S+ )?([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(shown) - set(COMMANDS) == set()


def test_the_readme_lists_the_pages() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in sorted(DOCS.glob("*.md")) if f"docs/{page.name}" not in readme] == []
