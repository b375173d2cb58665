"""Corpora of IRaMuTeQ and Alceste, in and out: starred lines, thematic lines, plain text.

Source: the format as documented by IRaMuTeQ 0.8a7. A text starts at a line of four stars, or of four digits and starred variables;
everything after the first `_` of a variable is its modality; `-*` opens a thematic paragraph.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.model.text import normalised

_STARRED: Final = re.compile(r"^(?:\*{4}(?=\s|$)|\d{4}\s+(?=.*\*))")
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A thematic paragraph; `theme` is empty before the first thematic line."""

    theme: str
    text: str


@dataclass(frozen=True, slots=True)
class StarredText:
    """One text of a corpus: its starred variables, its paragraphs, the line it starts at."""

    variables: Mapping[str, str]
    paragraphs: tuple[Paragraph, ...]
    line: int

    @property
    def text(self) -> str:
        """All its words, one paragraph per line."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


def read_corpus(content: str, *, file: str = "") -> tuple[list[StarredText], list[Problem]]:
    """The texts of a corpus, and what had to be left out of it: nothing is dropped without a located problem."""
    texts: list[StarredText] = []
    problems: list[Problem] = []
    variables: dict[str, str] | None = None
    paragraphs: list[tuple[str, list[str]]] = []
    start = 0

    def close() -> None:
        if variables is None:
            return
        kept = tuple(Paragraph(theme, " ".join(lines)) for theme, lines in paragraphs if lines)
        if kept:
            texts.append(StarredText(variables, kept, start))
        else:
            problems.append(
                problem(Code.IRAMUTEQ_EMPTY_TEXT, severity=Severity.WARNING, file=file, row=start)
            )

    for number, line in enumerate(normalised(content).split("\n"), start=1):
        if _STARRED.match(line):
            close()
            variables, found = _variables(line, file=file, line_number=number)
            problems += found
            paragraphs, start = [("", [])], number
        elif line.startswith("-*"):
            if variables is None:
                problems.append(problem(Code.IRAMUTEQ_THEME_OUTSIDE, file=file, row=number))
            else:
                paragraphs.append((line[2:].strip(), []))
        elif line.strip() and variables is None:
            problems.append(problem(Code.IRAMUTEQ_PREAMBLE, severity=Severity.WARNING, file=file, row=number))
        elif line.strip():
            paragraphs[-1][1].append(line.strip())
    close()
    return texts, problems


def _variables(line: str, *, file: str, line_number: int) -> tuple[dict[str, str], list[Problem]]:
    variables: dict[str, str] = {}
    problems: list[Problem] = []
    for token in line.split()[1:]:
        if token.startswith("*") and len(token) > 1:
            name, _, value = token[1:].partition("_")
            variables[name] = value
        else:
            problems.append(problem(Code.IRAMUTEQ_VARIABLE, file=file, row=line_number, token=token))
    return variables, problems


def write_corpus(texts: Iterable[tuple[Mapping[str, str], Iterable[Paragraph]]]) -> str:
    """A corpus that IRaMuTeQ opens: names and modalities reduced to letters, digits and `_`, stars removed from the words."""
    lines: list[str] = []
    for variables, paragraphs in texts:
        starred = [
            f"*{_name(name, in_name=True)}_{_name(value)}" for name, value in variables.items() if value
        ]
        lines.append(" ".join(["****", *starred]))
        for paragraph in paragraphs:
            if paragraph.theme:
                lines.append(f"-*{_name(paragraph.theme)}")
            lines.append(paragraph.text.replace("*", " ").replace("\n", " ").strip())
        lines.append("")
    return "\n".join(lines)


def _name(text: str, *, in_name: bool = False) -> str:
    """`text` as IRaMuTeQ accepts it; a variable's name holds no `_`, for the first one separates it from the modality."""
    plain = unicodedata.normalize("NFD", text.replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_A_NAME.sub("" if in_name else "_", plain).replace("_", "" if in_name else "_").strip("_")
