"""ELAN annotations (.eaf): a tier with times is a speaker, a tier that depends on another is a comment.

Source: ELAN Annotation Format 3.0 (Max Planck Institute for Psycholinguistics).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from lxml import etree

from habitat_enquete.ingest.transcripts.passages import Transcript
from habitat_enquete.ingest.transcripts.tiers import Interval, Tier, passages, speech_tiers


def read(root: etree._Element, *, file: str) -> Transcript:
    """The speech of an ELAN file in order of time; comments of dependent tiers are kept as notes."""
    slots = _slots(root)
    annotations = {
        str(item.get("ANNOTATION_ID")): item for item in root.iter("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")
    }
    tiers = [_tier(tier, slots, annotations) for tier in root.iter("TIER")]
    parents = [tier for tier in tiers if tier.speech]
    spoken, problems = speech_tiers(parents, file=file)
    asides = [] if len(spoken) < len(parents) else [tier for tier in tiers if not tier.speech]
    if not spoken:  # a reference tier on top, the words below
        spoken, problems = speech_tiers([replace(tier, speech=True) for tier in tiers], file=file)
        asides = []
    return Transcript(passages(spoken, asides, unit="annotation"), problems)


def _slots(root: etree._Element) -> dict[str, float]:
    """The seconds of each time slot; one without a value takes its place between its neighbours."""
    names = [str(slot.get("TIME_SLOT_ID")) for slot in root.iter("TIME_SLOT")]
    values = [slot.get("TIME_VALUE") for slot in root.iter("TIME_SLOT")]
    known = [
        (rank, int(value) / 1000)
        for rank, value in enumerate(values)
        if value is not None and value.isdecimal()
    ]
    times = {names[rank]: time for rank, time in known}
    for (first, start), (last, end) in pairwise(known):
        step = (end - start) / (last - first)
        times |= {names[rank]: start + step * (rank - first) for rank in range(first + 1, last)}
    return times


def _tier(tier: etree._Element, slots: dict[str, float], annotations: dict[str, etree._Element]) -> Tier:
    name = str(tier.get("PARTICIPANT") or tier.get("TIER_ID") or "?")
    dependent = tier.get("PARENT_REF") is not None
    if dependent:
        name = str(tier.get("TIER_ID") or name)
    return Tier(name, tuple(_intervals(tier, slots, annotations)), speech=not dependent)


def _intervals(
    tier: etree._Element, slots: dict[str, float], annotations: dict[str, etree._Element]
) -> Iterator[Interval]:
    for rank, annotation in enumerate(tier.iter("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"), start=1):
        timed = _timed(annotation, annotations)
        start = slots.get(str(timed.get("TIME_SLOT_REF1")), 0.0)
        end = slots.get(str(timed.get("TIME_SLOT_REF2")), start)
        yield Interval(start, max(start, end), annotation.findtext("ANNOTATION_VALUE") or "", rank)


def _timed(annotation: etree._Element, annotations: dict[str, etree._Element]) -> etree._Element:
    """The annotation with times that this one hangs from, itself when it has some."""
    seen: set[str] = set()
    while annotation.tag == "REF_ANNOTATION":
        name = str(annotation.get("ANNOTATION_REF"))
        if name in seen or name not in annotations:
            break
        seen.add(name)
        annotation = annotations[name]
    return annotation
