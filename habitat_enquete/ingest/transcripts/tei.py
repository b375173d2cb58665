"""TEI transcriptions of speech: `<u who="#A">`, and the `<sp>` of written dialogues.

Source: TEI P5 guidelines, chapter 8 « Transcriptions of speech »; ISO 24624:2016.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from habitat_enquete.ingest.transcripts.passages import Mark, Passage, Transcript, cleaned
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import AnnotationKind, Role

_XML = "{http://www.w3.org/XML/1998/namespace}"
_MARKS = {
    "pause": AnnotationKind.PAUSE,
    "vocal": AnnotationKind.EVENT,
    "kinesic": AnnotationKind.EVENT,
    "incident": AnnotationKind.EVENT,
    "event": AnnotationKind.EVENT,
    "shift": AnnotationKind.NOTE,
    "note": AnnotationKind.NOTE,
    "gap": AnnotationKind.DOUBT,
    "desc": AnnotationKind.NOTE,
}
_LEFT_OUT = frozenset({"speaker", "stage", "sic", "orig", "spanGrp", "span", "fs", "teiHeader"})


@dataclass(slots=True)
class _Words:
    text: str = ""
    marks: list[Mark] = field(default_factory=list)
    unclear: int = 0


def read(root: etree._Element) -> Transcript:
    """The utterances of a TEI transcription, with the names of `<person>` and the times of `<timeline>`."""
    names, roles = _people(root)
    times = _timeline(root)
    found: list[Passage] = []
    for number, turn in enumerate(_turns(root), start=1):
        who = _who(turn)
        speaker = names.get(who[0].removeprefix("#"), who[0].removeprefix("#")) if who else _printed(turn)
        start, end = _times_of(turn, times)
        words = _Words()
        _gather(turn, words)
        if words.text.strip() or words.marks:
            passage = Passage(
                words.text, f"énoncé {number}", speaker, None, start, end, tuple(words.marks), joint=" "
            )
            found.append(passage.sliced(0))
    return Transcript(tuple(found), title=_title(root), roles=roles)


def _who(turn: etree._Element) -> list[str]:
    """The ids of who speaks, said by the turn or by the block around it (ISO 24624)."""
    block = turn.getparent()
    outer = block.get("who") if block is not None else None
    return str(turn.get("who") or outer or "").split()


def _turns(root: etree._Element) -> Iterator[etree._Element]:
    spoken = list(root.iter("{*}u"))
    return iter(spoken) if spoken else root.iter("{*}sp")


def _people(root: etree._Element) -> tuple[dict[str, str], dict[str, Role]]:
    """The label of each person id, and the role their description gives."""
    names: dict[str, str] = {}
    roles: dict[str, Role] = {}
    for person in root.iter("{*}person", "{*}personGrp"):
        name = str(person.get(f"{_XML}id") or person.get("n") or "")
        written = (
            person.find(".//{*}abbr")
            if person.find(".//{*}abbr") is not None
            else person.find(".//{*}persName")
        )
        label = " ".join(str(part) for part in written.itertext()).strip() if written is not None else ""
        names[name] = " ".join(cleaned(label).split()) or name
        role = str(person.get("role") or "").casefold()
        if (
            role.startswith(("interviewer", "enqu", "investigator", "researcher", "chercheu"))
            and "té" not in role
        ):
            roles[names[name]] = Role.INTERVIEWER
    return names, roles


def _timeline(root: etree._Element) -> dict[str, float]:
    """The seconds of each moment of the timelines, whatever they count from."""
    times: dict[str, float] = {}
    for when in root.iter("{*}when"):
        name = str(when.get(f"{_XML}id"))
        since = times.get(str(when.get("since") or "").removeprefix("#"), 0.0)
        written = str(when.get("interval") or when.get("absolute") or "0").removesuffix("s")
        times[name] = since + _seconds(written) * (
            0.001 if when.getparent() is not None and _milli(when) else 1.0
        )
    return times


def _milli(when: etree._Element) -> bool:
    parent = when.getparent()
    return parent is not None and parent.get("unit") == "ms"


def _seconds(written: str) -> float:
    total = 0.0
    try:
        for part in written.split(":"):
            total = total * 60 + float(part)
    except ValueError:
        return 0.0
    return total


def _times_of(turn: etree._Element, times: dict[str, float]) -> tuple[float | None, float | None]:
    """The times of a turn: its own, its block's, or those of the anchors inside it."""
    parent = turn.getparent()
    for element in (turn, parent):
        if element is not None and element.get("start"):
            return times.get(str(element.get("start"))[1:]), times.get(str(element.get("end") or "")[1:])
    anchors = [times.get(str(anchor.get("synch"))[1:]) for anchor in turn.iter("{*}anchor")]
    known = [time for time in anchors if time is not None]
    return (known[0], known[-1]) if known else (None, None)


def _gather(element: etree._Element, words: _Words) -> None:
    _add(words, element.text)
    for child in element:
        name = str(child.tag).rpartition("}")[2]
        if name in _MARKS:
            content = (
                child.get("dur")
                or " ".join(str(part) for part in child.itertext()).strip()
                or child.get("type")
            )
            _mark(words, _MARKS[name], str(content or name))
        elif name == "unclear":
            start = len(words.text)
            _gather(child, words)
            first = start + len(words.text[start:]) - len(words.text[start:].lstrip())
            words.marks.append(
                Mark(AnnotationKind.DOUBT, Span(first, max(first, len(words.text))), words.text[first:])
            )
        elif name not in _LEFT_OUT:
            if name == "w" or name == "seg":
                words.text += "" if not words.text or words.text.endswith((" ", "'", "’")) else " "
            _gather(child, words)
        _add(words, child.tail)


def _add(words: _Words, text: str | None) -> None:
    """Add text as XML means it: blanks and line ends are one blank."""
    found = cleaned(text or "")
    if not found:
        return
    opening = " " if found[0].isspace() and words.text and not words.text.endswith(" ") else ""
    closing = " " if found[-1].isspace() and found.strip() else ""
    words.text += opening + " ".join(found.split()) + closing


def _mark(words: _Words, kind: AnnotationKind, content: str) -> None:
    words.marks.append(Mark(kind, Span(len(words.text), len(words.text)), " ".join(cleaned(content).split())))


def _printed(turn: etree._Element) -> str | None:
    speaker = turn.find("{*}speaker")
    return (
        None if speaker is None else " ".join(str(part) for part in speaker.itertext()).strip(" .:") or None
    )


def _title(root: etree._Element) -> str:
    title = root.find(".//{*}titleStmt/{*}title")
    return "" if title is None else " ".join(" ".join(str(part) for part in title.itertext()).split())
