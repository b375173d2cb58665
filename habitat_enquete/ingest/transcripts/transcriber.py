"""Transcriber files (.trs), as ESLO, TCOF, TXM and many laboratories write them.

Source: trans-14.dtd (DGA, 1998-2005). Overlapping speech is a turn of two speakers, told apart by `<Who nb="…"/>`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from habitat_enquete.ingest.transcripts.passages import Mark, Passage, Transcript, cleaned
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import AnnotationKind

_KINDS = {"noise": AnnotationKind.EVENT, "lexical": AnnotationKind.NOTE, "pronounce": AnnotationKind.DOUBT}
_EXTENTS = {"begin": "[{}-]", "end": "[-{}]", "previous": "[-{}-]", "next": "[+{}+]"}


@dataclass(slots=True)
class _Voice:
    """What one speaker says between two time codes."""

    speaker: str | None
    start: float | None
    text: str = ""
    marks: list[Mark] = field(default_factory=list)


def read(root: etree._Element) -> Transcript:
    """The speech of a Transcriber file, a passage between two time codes; events and comments kept as annotations."""
    names = {
        str(speaker.get("id")): cleaned(str(speaker.get("name") or speaker.get("id"))).strip()
        for speaker in root.iter("Speaker")
    }
    found: list[Passage] = []
    for number, turn in enumerate(root.iter("Turn"), start=1):
        found += _turn(turn, names, number)
    return Transcript(tuple(found))


def _turn(turn: etree._Element, names: dict[str, str], number: int) -> Iterator[Passage]:
    speakers = [names.get(name, name) for name in str(turn.get("speaker") or "").split()]
    voice = _Voice(speakers[0] if speakers else None, _time(turn.get("startTime")))
    voices = [voice]
    _add(voice, turn.text)
    for child in turn:
        if child.tag == "Sync":
            voice = _Voice(speakers[0] if speakers else None, _time(child.get("time")))
            voices.append(voice)
        elif child.tag == "Who":
            voice = _Voice(_who(child, speakers), voice.start)
            voices.append(voice)
        else:
            _annotate(voice, child)
        _add(voice, child.tail)
    end = _time(turn.get("endTime"))
    ends = [after.start for after in voices[1:]] + [end]
    for voice, until in zip(voices, ends, strict=True):
        if voice.text.strip() or voice.marks:
            stop = end if until == voice.start else until
            yield Passage(
                voice.text,
                f"tour {number}",
                voice.speaker,
                None,
                voice.start,
                stop,
                tuple(voice.marks),
                joint=" ",
            )


def _who(child: etree._Element, speakers: list[str]) -> str | None:
    rank = str(child.get("nb") or "1")
    place = int(rank) - 1 if rank.isdecimal() else 0
    return speakers[place] if 0 <= place < len(speakers) else f"voix {rank}"


def _add(voice: _Voice, text: str | None) -> None:
    words = " ".join(cleaned(text or "").split())
    if words:
        voice.text += f" {words}" if voice.text else words


def _annotate(voice: _Voice, child: etree._Element) -> None:
    content = str(child.get("desc") or "").strip()
    if not content:
        return
    kind = AnnotationKind.NOTE
    if child.tag == "Event":
        kind = _KINDS.get(str(child.get("type") or "noise"), AnnotationKind.NOTE)
        content = _EXTENTS.get(str(child.get("extent")), "[{}]").format(content)
    place = len(voice.text)
    voice.marks.append(Mark(kind, Span(place, place), cleaned(content)))


def _time(written: str | None) -> float | None:
    try:
        return float(written) if written else None
    except ValueError:
        return None
