"""Plain text, Markdown, and text typed for TXM (speaker, tab, speech): a line is a passage."""

from __future__ import annotations

import re
from dataclasses import replace

from habitat_enquete.ingest.transcripts.passages import Passage, Piece, Transcript, lines, plain_lines

_STARS = re.compile(
    r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1|(?<![\w*])([*_])(?=[^\s*_])([^*_\n]+?)(?<=[^\s*_])\3(?![\w*])"
)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_QUOTE = re.compile(r"^\s{0,3}>\s?(?!>)")
_RULE = re.compile(r"^\s*([-*_=~])(?:\s*\1){2,}\s*$")


def read(text: str, *, markdown: bool = False) -> Transcript:
    """The transcript a plain text holds; with `markdown`, bold is read as such and headings lose their signs."""
    found: list[Passage] = []
    rows = text.split("\n")
    full = _full_width(rows)
    for number, line in enumerate(rows, start=1):
        if _RULE.match(line):
            continue
        position = f"ligne {number}"
        passages = _markdown(line, position) if markdown else plain_lines(line, position)
        if full and number > 1 and len(rows[number - 2]) >= full:
            passages = [replace(passage, joint=" ") for passage in passages]
        found += passages
    return Transcript(tuple(found))


def _full_width(rows: list[str]) -> int:
    """The length from which a line was wrapped by hand and goes on in the next; 0 when the text is not wrapped."""
    lengths = sorted((len(row) for row in rows if row.strip()), reverse=True)
    if not lengths or not 50 <= lengths[0] <= 110:
        return 0
    near = sum(length >= lengths[0] - 20 for length in lengths)
    return lengths[0] - 20 if near >= 5 and near >= 0.4 * len(lengths) else 0


def _markdown(line: str, position: str) -> list[Passage]:
    line = _QUOTE.sub("", line)
    if heading := _HEADING.match(line):
        return lines([Piece(line[heading.end() :].rstrip("# "), bold=True)], position, heading=True)
    pieces, last = [], 0
    for match in _STARS.finditer(line):
        pieces.append(Piece(line[last : match.start()]))
        pieces.append(Piece(match[2] or match[4], bold=match[2] is not None))
        last = match.end()
    pieces.append(Piece(line[last:]))
    return lines(pieces, position)
