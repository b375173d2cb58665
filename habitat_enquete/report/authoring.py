"""The author's Markdown notes, turned into safe HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from markdown_it import MarkdownIt

from habitat_enquete.model.synthesis import Note, Synthesis
from habitat_enquete.report.wording import typographic

# HTML typed in a note is shown as text, never run; links stay, pictures do not (the page must be self-contained).
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_HEADING: Final = re.compile(r"<(/?)h([1-6])>")


def rendered(note: Note) -> str:
    """The HTML of a note; its headings become the fourth level and below, under the report's own."""
    html = str(_MARKDOWN.render(typographic(note.text)))
    return _HEADING.sub(lambda tag: f"<{tag[1]}h{min(6, int(tag[2]) + 3)}>", html)


def key(note: Note) -> str:
    """The place of a note as the templates name it: `chapeau`, `constat-loyer_eleve`."""
    return f"{note.place}-{note.target}" if note.target else note.place


def placed(
    notes: Iterable[Note], synthesis: Synthesis, places: Iterable[str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The notes that have a place, by place, and the HTML of those that have none."""
    known = set(places)
    known |= {f"constat-{finding.code}" for finding in synthesis.findings}
    known |= {f"theme-{theme.id}" for theme in synthesis.codebook.themes}
    known |= {f"profil-{profile.id}" for profile in synthesis.profiles}
    by_place = {key(note): rendered(note) for note in notes if key(note) in known}
    return by_place, tuple(rendered(note) for note in notes if key(note) not in known)
