"""CHAT transcripts (.cha) of TalkBank and CHILDES: `*SPK:` lines, their codes turned into words and annotations.

Source: B. MacWhinney, « Tools for Analyzing Talk, part 1: The CHAT Transcription Format », 2024.
"""

from __future__ import annotations

import re
from dataclasses import replace

from habitat_enquete.ingest.transcripts.passages import Mark, Passage, Transcript, cleaned
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import AnnotationKind, Role

_BULLET = re.compile(r"\x15\s*(?:%\w+:)?\"?[^\x15]*?(\d+)_(\d+)\s*-?\x15")
_CODES: tuple[tuple[re.Pattern[str], AnnotationKind | None, str], ...] = (
    (re.compile(r"&=\S+"), AnnotationKind.EVENT, ""),
    (re.compile(r"\[%[^\]]*\]"), AnnotationKind.NOTE, ""),
    (re.compile(r"\[=[^\]]*\]"), AnnotationKind.NOTE, ""),
    (re.compile(r"\[\?\]"), AnnotationKind.DOUBT, ""),
    (
        re.compile(
            r"\[(?:/{1,3}|/\?|/-|[<>]\d?|\*[^\]]*|::?[^\]]*|\+[^\]]*|-[^\]]*|x \d+|!{1,2}|\^[^\]]*|\d[^\]]*)\]"
        ),
        None,
        "",
    ),
    (re.compile(r"\(\.{1,3}\)|\(\d*\.\d*\)|(?<!\S)#\S*"), AnnotationKind.PAUSE, ""),
    (re.compile(r"(?<!\S)(?:xxx|yyy|www|xx)(?!\w)"), AnnotationKind.DOUBT, ""),
    (re.compile(r"(?<!\S)\+(?:[/.,\"^<+!?]|\.\.)*(?=[?!.]?(?:\s|$))"), None, ""),
    (re.compile(r"(?<!\S)&[-+~]?"), None, ""),
    (re.compile(r"(?<!\S)0(?=[a-zà-ÿ])\S*"), AnnotationKind.NOTE, ""),
    (re.compile(r"[<>‡„]|(?<=\w)@\w+|(?<=\w):(?=\w)"), None, ""),
)
_REMARKS = ("@Comment:", "%com:", "%act:", "%exp:", "%par:", "%gpx:", "%sit:", "%add:")
_SHORTENED = re.compile(r"(?<=\w)\((\w+)\)|\((\w+)\)(?=\w)")
_ASKING = re.compile(r"investigator|interviewer|clinician|examiner|enqu[êe]teur|moderator", re.IGNORECASE)


def read(text: str) -> Transcript:
    """The utterances of a CHAT file with the participants' names, roles and times."""
    names, roles = _participants(text)
    found: list[Passage] = []
    for number, line in _logical_lines(text):
        if line.startswith("*") and ":" in line:
            code, _, words = line[1:].partition(":")
            code = code.strip()
            speaker = names.get(code, code)
            found.append(_utterance(words, f"ligne {number}", speaker))
        elif line.startswith(_REMARKS) and found:
            found[-1] = _noted(found[-1], line.partition(":")[2].strip())
    title = next(
        (line.partition(":")[2].strip() for _, line in _logical_lines(text) if line.startswith("@Title:")), ""
    )
    return Transcript(
        tuple(passage for passage in found if passage.text or passage.marks), title=title, roles=roles
    )


def _participants(text: str) -> tuple[dict[str, str], dict[str, Role]]:
    """The label of each speaker code, and the role of each label, from `@Participants`."""
    names: dict[str, str] = {}
    roles: dict[str, Role] = {}
    for _, line in _logical_lines(text):
        if line.startswith("@Participants:"):
            for person in line.partition(":")[2].split(","):
                code, *described = person.split()
                names[code] = code
                asks = bool(described) and _ASKING.search(described[-1]) is not None
                roles[code] = Role.INTERVIEWER if asks else Role.INFORMANT
    return names, roles


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Lines with the tab-indented ones that continue them, each with its number."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith(("\t", " ")) and found:
            first, begun = found[-1]
            found[-1] = (first, f"{begun} {line.strip()}")
        elif line.strip():
            found.append((number, line.rstrip()))
    return found


def _utterance(words: str, position: str, speaker: str) -> Passage:
    times = [(int(start) / 1000, int(end) / 1000) for start, end in _BULLET.findall(words)]
    text = cleaned(_BULLET.sub(" ", words).replace("\x15", " "))
    text = _SHORTENED.sub(lambda match: match[1] or match[2], text)
    marks: list[Mark] = []
    for pattern, kind, _ in _CODES:
        text, marks = _removed(text, marks, pattern, kind)
    text, marks = _single_blanks(text, marks)
    passage = Passage(text, position, speaker, marks=tuple(marks), joint=" ")
    if times:
        passage = replace(passage, start_time=times[0][0], end_time=times[-1][1])
    return passage


def _removed(
    text: str, marks: list[Mark], pattern: re.Pattern[str], kind: AnnotationKind | None
) -> tuple[str, list[Mark]]:
    """`text` without what `pattern` finds, which becomes marks of that `kind`; earlier marks keep their place."""
    kept, last = "", 0
    cuts: list[tuple[int, int]] = []
    added: list[Mark] = []
    for match in pattern.finditer(text):
        kept += text[last : match.start()]
        if kind is not None:
            added.append(Mark(kind, Span(len(kept), len(kept)), match[0]))
        cuts.append((match.start(), match.end()))
        last = match.end()
    kept += text[last:]
    moved = [
        Mark(mark.kind, Span(at, at), mark.content) for mark in marks for at in [_moved(mark.at.start, cuts)]
    ]
    return kept, sorted([*moved, *added], key=lambda mark: mark.at)


def _moved(place: int, cuts: list[tuple[int, int]]) -> int:
    return place - sum(min(end, place) - start for start, end in cuts if start < place)


def _single_blanks(text: str, marks: list[Mark]) -> tuple[str, list[Mark]]:
    """`text` with single blanks between words, none before a full stop, its marks following."""
    blanks = re.compile(r"^\s+|\s+$|(?<=\s)\s+|\s+(?=[.,])")
    return _removed(text.replace("\t", " "), marks, blanks, None)


def _noted(passage: Passage, note: str) -> Passage:
    end = Span(len(passage.text), len(passage.text))
    return replace(passage, marks=(*passage.marks, Mark(AnnotationKind.NOTE, end, cleaned(note))))
