"""Timed tiers (Praat, ELAN): intervals of several speakers put in order, what is not speech told from what is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.ingest.transcripts.passages import Mark, Passage, cleaned
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import AnnotationKind

# Tiers that forced aligners and annotators add below the words (SPPAS, EasyAlign, WebMAUS, MFA, ELAN habits).
_NOT_SPEECH = re.compile(
    r"(?<![^\W_])(phon\w*|phones?|phonemes?|syll\w*|tokens?|words?|mots?|pos|morph\w*|lemm\w*|gloss\w*|mau|kan|ort-mau|trn|mas|"
    r"trad\w*|translat\w*|pitch|f0|momel|intsint|prosod\w*|prom\w*|comm?ents?|commentaires?|notes?|gestes?|gestures?|"
    r"topic|theme|thème|dmsc|bruits?|noise|delivery|disfl\w*)(?![^\W_])",
    re.IGNORECASE,
)
_LAYER = re.compile(
    r"[ _@:-]+(?:transcriptions?|transc|trans|ortho\w*|speech|parole|text[e]?|utterances?)$", re.IGNORECASE
)
_NAMED = re.compile(r"\s*[^\W\d_]\w{0,11}\s?:\s?\S")
_GENERIC = re.compile(
    r"(?:transcriptions?|ortho\w*|text[e]?|speech|parole|tier|piste|default|utterances?)[ _-]?\d*",
    re.IGNORECASE,
)
_SILENT = re.compile(r"(?:[#_*\-–…. ]|<p[:>]?.*>|sil|sp|silence|pause|\(\.+\)|<silence>)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a tier: times in seconds, what is written on it, its rank in the tier."""

    start: float
    end: float
    text: str
    rank: int


@dataclass(frozen=True, slots=True)
class Tier:
    """The intervals of one tier; `speaker` is what names the voice, `speech` False for comments and derived layers."""

    speaker: str
    intervals: tuple[Interval, ...]
    speech: bool = True


def speech_tiers(tiers: Sequence[Tier], *, file: str) -> tuple[list[Tier], tuple[Problem, ...]]:
    """The tiers that hold what people say, and a word about those that do not.

    A tier named like a layer of annotation is left aside, and so is one that repeats another's words in smaller pieces;
    when nothing would be left, all are read.
    """
    written = [tier for tier in tiers if any(_letters(interval.text) for interval in tier.intervals)]
    kept = [tier for tier in written if tier.speech and not _NOT_SPEECH.search(tier.speaker)]
    kept = [tier for tier in kept if not any(_derived(tier, other) for other in kept)]
    kept = kept or _coarsest(written)
    aside = ", ".join(f"« {tier.speaker} »" for tier in written if tier not in kept)
    problems = (
        (problem(Code.TRANSCRIPT_TIERS_ASIDE, severity=Severity.WARNING, file=file, tiers=aside),)
        if aside
        else ()
    )
    return kept, problems


def passages(tiers: Iterable[Tier], asides: Iterable[Tier] = (), *, unit: str) -> tuple[Passage, ...]:
    """The intervals of all tiers in order of time; silences and the words of `asides` become annotations."""
    tiers = list(tiers)
    unnamed = {
        id(tier)
        for tier in tiers
        if _voices_inside(tier) or (len(tiers) == 1 and _GENERIC.fullmatch(tier.speaker))
    }
    spoken = sorted(
        ((interval, tier) for tier in tiers for interval in tier.intervals),
        key=lambda pair: (pair[0].start, pair[0].end),
    )
    found: list[Passage] = []
    waiting: list[Mark] = []
    for interval, tier in spoken:
        text = " ".join(cleaned(interval.text).split())
        if not text:
            continue
        if _SILENT.fullmatch(text):
            waiting.append(Mark(AnnotationKind.PAUSE, Span(0, 0), text))
            continue
        position = f"{unit} {interval.rank} ({tier.speaker})"
        speaker = None if id(tier) in unnamed else _LAYER.sub("", tier.speaker) or tier.speaker
        passage = Passage(
            text, position, speaker, None, interval.start, interval.end, marks=tuple(waiting), joint=" "
        )
        waiting = []
        found.append(passage)
    if waiting and found:
        end = Span(len(found[-1].text), len(found[-1].text))
        late = tuple(Mark(mark.kind, end, mark.content) for mark in waiting)
        found[-1] = replace(found[-1], marks=found[-1].marks + late)
    return _with_asides(found, asides)


def _voices_inside(tier: Tier) -> bool:
    """Whether the intervals themselves name who speaks (`ML: …`, as in the PFC corpus): the tier is then nobody."""
    written = [interval.text for interval in tier.intervals if _letters(interval.text)]
    named = sum(_NAMED.match(text) is not None for text in written)
    return len(written) > 1 and named >= 0.5 * len(written)


def _with_asides(found: list[Passage], asides: Iterable[Tier]) -> tuple[Passage, ...]:
    """Comments of other tiers, attached as notes to the passage spoken at that time."""
    for tier in asides:
        for interval in tier.intervals:
            content = " ".join(cleaned(interval.text).split())
            rank = next(
                (n for n, p in enumerate(found) if (p.end_time or 0) >= interval.start), len(found) - 1
            )
            if content and found:
                mark = Mark(AnnotationKind.NOTE, Span(0, 0), f"{tier.speaker} : {content}")
                found[rank] = replace(found[rank], marks=(mark, *found[rank].marks))
    return tuple(found)


def _letters(text: str) -> bool:
    return any(map(str.isalnum, text))


def _derived(tier: Tier, other: Tier) -> bool:
    """Whether `tier` repeats the words of `other` in more pieces."""
    if tier is other or len(tier.intervals) <= len(other.intervals):
        return False
    return _words(tier) == _words(other)


def _words(tier: Tier) -> list[str]:
    return [
        word
        for interval in tier.intervals
        for word in re.findall(r"\w+", interval.text.casefold())
        if not _SILENT.fullmatch(interval.text.strip())
    ]


def _coarsest(tiers: list[Tier]) -> list[Tier]:
    """When only derived layers exist (words, phones), those with the longest labels."""
    if not tiers:
        return []
    longest = max(_mean_length(tier) for tier in tiers)
    return [tier for tier in tiers if _mean_length(tier) >= 0.6 * longest]


def _mean_length(tier: Tier) -> float:
    written = [interval.text for interval in tier.intervals if _letters(interval.text)]
    return sum(map(len, written)) / len(written)
