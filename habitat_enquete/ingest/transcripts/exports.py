"""JSON exports of transcription tools (Whisper, WhisperX, whisper.cpp, noScribe, Otter, AssemblyAI, Deepgram, Sonal…).

They agree on nothing but this: a list of objects, each with words, often a voice, often times. The best such list is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.transcripts.passages import Passage, Transcript, cleaned
from habitat_enquete.ingest.transcripts.times import seconds

_WORDS = ("text", "transcript", "texte", "contenu", "content", "sentence", "value", "body", "words_text")
_VOICES = (
    "speaker",
    "speaker_name",
    "speakerName",
    "speaker_label",
    "speaker_id",
    "locuteur",
    "voice",
    "name",
    "role",
    "channel",
)
_STARTS = (
    "start",
    "start_time",
    "startTime",
    "start_offset",
    "begin",
    "from",
    "debut",
    "début",
    "start_ms",
    "timestamp",
    "time",
)
_ENDS = ("end", "end_time", "endTime", "end_offset", "stop", "to", "fin", "end_ms")
_NESTED = ("timestamps", "offsets", "timestamp", "interval")
_LISTS = (
    "utterances",
    "segments",
    "monologues",
    "paragraphs",
    "turns",
    "tours",
    "transcription",
    "transcript",
)
_DEPTH = 12


def read(text: str, *, file: str) -> Transcript:
    """The utterances of a JSON export.

    Raises: EnqueteError: JSON_BROKEN with its line, JSON_NO_UTTERANCE when no list of utterances is found.
    """
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        row = getattr(error, "lineno", 1)
        raise EnqueteError(Code.JSON_BROKEN, file=file, row=row) from error
    best = max(_lists(content, "", 0), key=lambda found: found[0], default=None)
    if best is None:
        whole = content.get("text") if isinstance(content, dict) else None
        if isinstance(whole, str) and whole.strip():
            return Transcript((Passage(" ".join(cleaned(whole).split()), "texte"),))
        raise EnqueteError(Code.JSON_NO_UTTERANCE, file=file)
    items = best[1]
    scale = _scale(items)
    found = (_passage(item, rank, scale, content) for rank, item in enumerate(items, start=1))
    return Transcript(tuple(passage for passage in found if passage.text))


def _lists(
    content: Any, name: str, depth: int
) -> Iterator[tuple[tuple[bool, int, int], list[dict[str, Any]]]]:
    """The lists of objects with words, each with how good it is: voices first, then a known name, then its length in words."""
    if depth > _DEPTH:
        return
    if isinstance(content, list):
        items = [item for item in content if isinstance(item, dict) and _words(item).strip()]
        spoken = [len(_words(item).split()) for item in items]
        if items and len(items) >= 0.8 * len(content) and (sum(spoken) > 1.5 * len(items) or name in _LISTS):
            voiced = any(_voice(item) is not None for item in items)
            yield (voiced, int(name in _LISTS), sum(spoken)), items
    for key, child in _children(content):
        yield from _lists(child, key, depth + 1)


def _children(content: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict):
        yield from ((str(key), child) for key, child in content.items() if isinstance(child, dict | list))
    elif isinstance(content, list):
        yield from (("", child) for child in content[:5000] if isinstance(child, dict | list))


def _words(item: dict[str, Any]) -> str:
    for key in _WORDS:
        if isinstance(item.get(key), str):
            return str(item[key])
    elements = item.get("elements")  # Rev: words and punctuation one by one
    if isinstance(elements, list):
        return "".join(str(part.get("value", "")) for part in elements if isinstance(part, dict))
    return ""


def _voice(item: dict[str, Any]) -> str | None:
    for key in _VOICES:
        voice = item.get(key)
        if isinstance(voice, dict):
            voice = voice.get("name") or voice.get("label") or voice.get("id")
        if isinstance(voice, bool) or voice is None or voice == "":
            continue
        if isinstance(voice, int | str):
            return f"Locuteur {voice}" if isinstance(voice, int) else " ".join(cleaned(voice).split())
    return None


def _scale(items: list[dict[str, Any]]) -> float:
    """Seconds in a unit of time: 0.001 when whole numbers pass so fast that a word would last half a minute."""
    timed = [(start, end, len(_words(item).split())) for item in items for start, end in [_raw_times(item)]]
    known = [
        (start, end, words) for start, end, words in timed if isinstance(start, int) and isinstance(end, int)
    ]
    if not known or len(known) < len([1 for start, _, _ in timed if start is not None]):
        return 1.0
    duration = sum(end - start for start, end, _ in known)
    return 0.001 if duration > 30 * sum(words for _, _, words in known) else 1.0


def _raw_times(item: dict[str, Any]) -> tuple[float | int | None, float | int | None]:
    start, end = _first(item, _STARTS), _first(item, _ENDS)
    if start is None:
        for key in _NESTED:
            inner = item.get(key)
            if isinstance(inner, dict):
                return _first(inner, _STARTS), _first(inner, _ENDS)
            if isinstance(inner, list) and len(inner) == 2:
                return _number(inner[0]), _number(inner[1])
    return start, end


def _first(item: dict[str, Any], keys: tuple[str, ...]) -> float | int | None:
    return next((number for key in keys if (number := _number(item.get(key))) is not None), None)


def _number(value: Any) -> float | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if 0 <= value < 1e9 else None
    if isinstance(value, str):
        bare = value.strip().removesuffix("s")
        if bare.replace(".", "", 1).isdecimal():
            return float(bare)
        return seconds(value)
    return None


def _passage(item: dict[str, Any], rank: int, scale: float, content: Any) -> Passage:
    start, end = _raw_times(item)
    if start is not None and end is not None and end < start:
        end = None
    return Passage(
        " ".join(cleaned(_words(item)).split()),
        f"segment {rank}",
        _named(_voice(item), content),
        None,
        None if start is None else start * scale,
        None if end is None else end * scale,
        joint=" ",
    )


def _named(voice: str | None, content: Any) -> str | None:
    """The name a table of speakers gives to an id, when the export has one."""
    table = content.get("speakers") if isinstance(content, dict) else None
    if voice is None or not isinstance(table, list | dict):
        return voice
    rows = (
        table.items()
        if isinstance(table, dict)
        else ((row.get("id"), row) for row in table if isinstance(row, dict))
    )
    for name, row in rows:
        label = row.get("name") or row.get("label") if isinstance(row, dict) else row
        if str(name) in {voice, voice.removeprefix("Locuteur ")} and isinstance(label, str) and label.strip():
            return " ".join(cleaned(label).split())
    return voice
