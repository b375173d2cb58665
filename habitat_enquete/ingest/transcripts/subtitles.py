"""Subtitles: SubRip (.srt) and WebVTT (.vtt), as transcription services and video sites write them.

Source: WebVTT (W3C Candidate Recommendation, 2019); SubRip has no standard, what is written is read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.ingest.transcripts.passages import Mark, Passage, Transcript, cleaned
from habitat_enquete.ingest.transcripts.times import seconds
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import AnnotationKind

_ARROW = re.compile(r"^\s*(\S.*?)\s*-{1,2}\s?>\s*(\S+)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG = re.compile(
    r"</?(?:[biu]|c|v|lang|ruby|rt|font)(?:[.\s][^>]*)?>|<\d[\d:.]*>|\{\\[^}]*\}", re.IGNORECASE
)
_BLOCKS = ("NOTE", "STYLE", "REGION", "WEBVTT")


@dataclass(frozen=True, slots=True)
class _Cue:
    number: int
    row: int
    lines: tuple[str, ...]
    start: float | None
    end: float | None


def read(text: str, *, file: str) -> Transcript:
    """The cues of a subtitle file, a passage for each voice of each cue; a cue whose times are broken keeps its words."""
    problems: list[Problem] = []
    cues, notes = _cues(text.split("\n"), file, problems)
    if not cues:
        problems.append(problem(Code.SUBTITLE_NO_CUE, file=file))
    passages = [passage for cue in _without_echoes(cues) for passage in _passages(cue)]
    if passages and notes:
        marks = tuple(Mark(AnnotationKind.NOTE, Span(0, 0), note) for note in notes)
        passages[0] = replace(passages[0], marks=marks + passages[0].marks)
    return Transcript(tuple(passages), tuple(problems))


def _cues(rows: Sequence[str], file: str, problems: list[Problem]) -> tuple[list[_Cue], list[str]]:
    cues: list[_Cue] = []
    notes: list[str] = []
    for first, block in _blocks(rows):
        arrow = next((rank for rank, row in enumerate(block) if "->" in row and _ARROW.match(row)), None)
        if arrow is None:
            _untimed(first, block, cues, notes, file, problems)
            continue
        start, end = _times(block[arrow], first + arrow, file, problems)
        words = tuple(block[arrow + 1 :])
        cues.append(_Cue(len(cues) + 1, first + arrow, words, start, end))
    return cues, notes


def _blocks(rows: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Stretches between blank lines, each with the number of its first line; an arrow always opens a new one.

    The line above an arrow is the cue's number or name: it is dropped with the header.
    """
    block: list[str] = []
    first = 1
    for number, row in enumerate(rows, start=1):
        arrow = "->" in row and _ARROW.match(row) is not None
        if not row.strip() or (arrow and any("->" in line for line in block)):
            name = block.pop() if arrow and block and block[-1].strip().isdecimal() else None
            if block:
                yield first, block
            block = [name] if name is not None else []
            first = number - len(block) if row.strip() else number + 1
        if row.strip():
            block.append(row.strip())
    if block:
        yield first, block


def _untimed(
    first: int, block: list[str], cues: list[_Cue], notes: list[str], file: str, problems: list[Problem]
) -> None:
    """A block without times: a comment, a style, or words that follow a blank line inside a cue."""
    if block[0].startswith(_BLOCKS):
        content = " ".join(block).removeprefix("WEBVTT").removeprefix("NOTE").strip()
        if content and not block[0].startswith(("STYLE", "REGION")):
            notes.append(cleaned(content))
    elif cues:
        cues[-1] = replace(cues[-1], lines=cues[-1].lines + tuple(block))
    elif any(not row.isdecimal() for row in block):
        problems.append(problem(Code.SUBTITLE_BROKEN_TIME, severity=Severity.WARNING, file=file, row=first))
        cues.append(_Cue(1, first, tuple(block), None, None))


def _times(row: str, number: int, file: str, problems: list[Problem]) -> tuple[float | None, float | None]:
    """The times of a cue; both None, and a problem, when they cannot be read or go backwards."""
    match = _ARROW.match(row)
    start = seconds(match[1]) if match else None
    end = seconds(match[2]) if match else None
    if start is None or end is None or end < start:
        problems.append(problem(Code.SUBTITLE_BROKEN_TIME, severity=Severity.WARNING, file=file, row=number))
        return None, None
    return start, end


def _without_echoes(cues: list[_Cue]) -> list[_Cue]:
    """Cues of a rolling caption, which show each line twice (once new, once above the next), each line kept once."""
    words = [cue for cue in cues if any(line.strip() for line in cue.lines)]
    pairs = list(pairwise(words))
    echoes = sum(
        bool(after.lines) and _bare(after.lines[0]) == _bare(before.lines[-1]) for before, after in pairs
    )
    if len(pairs) < 3 or echoes < 0.5 * len(pairs):
        return cues
    kept: list[_Cue] = words[:1]
    for before, after in pairs:
        echo = _bare(after.lines[0]) == _bare(before.lines[-1])
        kept.append(replace(after, lines=after.lines[1:] if echo else after.lines))
    return kept


def _bare(line: str) -> str:
    return " ".join(_TAG.sub("", line).split())


def _passages(cue: _Cue) -> Iterator[Passage]:
    speaker: str | None = None
    for line in cue.lines:
        for voice, words in _voices(line):
            speaker = voice or speaker
            text = cleaned(html.unescape(_TAG.sub("", words))).replace("\n", " ").strip()
            if text:
                yield Passage(
                    text, f"sous-titre {cue.number}", speaker, None, cue.start, cue.end,
                    joint=" ",
                )  # fmt: skip


def _voices(line: str) -> Iterator[tuple[str | None, str]]:
    """The stretches of a line, each with the voice a `<v Name>` tag gives it."""
    parts = _VOICE.split(line)
    if parts[0].strip():
        yield None, parts[0]
    for name, words in zip(parts[1::2], parts[2::2], strict=True):
        yield cleaned(html.unescape(name)).strip(), words
