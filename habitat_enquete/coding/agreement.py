"""Comparing what several people coded: figures per code and overall, which codes are taken for one another, what to discuss.

Only what informants said is compared, in the documents that every compared coder worked on. What a coder holds for true:
the passages they coded and the proposals they accepted (`decisions.of_coder`).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from habitat_enquete.coding.unitizing import Places, UnitizingAgreement, unitizing
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import Coding
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document
from habitat_enquete.stats import agreement as stats

_FEW_DOCUMENTS: Final = 10  # below, the bootstrap draws turns: too few documents to draw from
_SAME_EXTENT: Final = (
    0.5  # two passages under one code whose common part is less of their union are to be discussed
)


class Unit(StrEnum):
    """What is compared: each character, each turn (a code is there or not), or each document."""

    CHARACTER = "character"
    TURN = "turn"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """Agreement on one code (or on all, `code` empty). nan: undefined, because nobody used it or everybody everywhere.

    `uses`: codings per coder. `kappa` is Cohen's for two coders, the mean over pairs for more; `fleiss` and `alpha` hold
    for any number; `alpha_u` compares where passages begin and end. Intervals are 95 % bootstrap ones.
    """

    code: str
    label: str
    uses: Mapping[str, int]
    percent: float
    percent_interval: tuple[float, float]
    kappa: float
    kappa_interval: tuple[float, float]
    fleiss: float
    fleiss_interval: tuple[float, float]
    alpha: float
    alpha_interval: tuple[float, float]
    alpha_u: float
    alpha_u_interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A passage to discuss: who coded it, who did not, what those put there instead, and whether only the extent differs."""

    document: str
    span: Span
    code: str
    by: str
    against: str
    instead: tuple[str, ...]
    extent_only: bool
    quote: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """The whole comparison. `confusions`: (code of one, code of the other) → passages where each was put for the other."""

    coders: tuple[str, ...]
    unit: Unit
    documents: int
    overall: CodeAgreement
    by_code: tuple[CodeAgreement, ...]
    confusions: Mapping[tuple[str, str], int]
    disagreements: tuple[Disagreement, ...]


def compare(
    documents: Sequence[Document],
    held: Mapping[str, Sequence[Coding]],
    codebook: Codebook,
    *,
    unit: Unit = Unit.CHARACTER,
    draws: int = 500,
) -> Agreement:
    """How far the coders of `held` (coder → what they hold for true) agree on `documents`."""
    coders = tuple(held)
    labels = {code.id: code.label for code in codebook}
    extents = {document.id: _extents(document) for document in documents}
    spans = {
        coder: _by_place(coding for coding in codings if coding.document in extents)
        for coder, codings in held.items()
    }
    used = dict.fromkeys([*labels, *sorted({code for places in spans.values() for _, code in places})])
    blocks_of = {code: _blocks(code, coders, extents, spans, unit) for code in used}
    by_turn = len(extents) < _FEW_DOCUMENTS and unit is not Unit.DOCUMENT
    extent = unitizing(list(spans.values()), used, extents, by_turn=by_turn, draws=draws)
    rows = [
        _figures(
            code,
            labels.get(code, code),
            {
                coder: sum(len(found) for (_, c), found in spans[coder].items() if c == code)
                for coder in coders
            },
            blocks_of[code],
            extent[code],
            draws,
        )
        for code in used
    ]
    overall = _figures(
        "",
        "Ensemble",
        {coder: sum(map(len, spans[coder].values())) for coder in coders},
        _pooled(blocks_of),
        extent[""],
        draws,
    )
    texts = {document.id: document.text for document in documents}
    return Agreement(
        coders=coders,
        unit=unit,
        documents=len(documents),
        overall=overall,
        by_code=tuple(rows),
        confusions=_confusions(spans),
        disagreements=tuple(_disagreements(spans, texts)),
    )


def _by_place(codings: Iterable[Coding]) -> dict[tuple[str, str], list[Span]]:
    result: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for coding in codings:
        result[coding.document, coding.code].append(coding.span)
    return dict(result)


def _extents(document: Document) -> list[Span]:
    """Where a document can be coded: the informants' turns, or all of it when nobody is one."""
    turns = [turn.span for turn in document.informant_turns()]
    return turns or ([Span(0, len(document.text))] if document.text else [])


def _blocks(
    code: str,
    coders: Sequence[str],
    extents: Mapping[str, list[Span]],
    spans: Mapping[str, Places],
    unit: Unit,
) -> list[Counter[stats.Pattern]]:
    """The patterns of one code, by block (document, or turn when documents are few)."""
    blocks: list[Counter[stats.Pattern]] = []
    by_turn = len(extents) < _FEW_DOCUMENTS and unit is not Unit.DOCUMENT
    for document, parts in extents.items():
        marked = [[(s.start, s.end) for s in spans[coder].get((document, code), [])] for coder in coders]
        found = [_patterns(marked, part, unit) for part in parts]
        if unit is Unit.DOCUMENT:
            blocks.append(Counter({tuple(any(map(bool, each)) for each in marked): 1}))
        elif by_turn:
            blocks += found
        else:
            blocks.append(_summed(found))
    return blocks


def _patterns(marked: Sequence[Sequence[stats.Interval]], part: Span, unit: Unit) -> Counter[stats.Pattern]:
    if unit is Unit.CHARACTER:
        return stats.span_patterns(marked, (part.start, part.end))
    return Counter({tuple(any(s < part.end and part.start < e for s, e in spans) for spans in marked): 1})


def _summed(counters: Sequence[Counter[stats.Pattern]]) -> Counter[stats.Pattern]:
    total: Counter[stats.Pattern] = Counter()
    for each in counters:
        total.update(each)
    return total


def _pooled(blocks_of: Mapping[str, list[Counter[stats.Pattern]]]) -> list[Counter[stats.Pattern]]:
    """All codes together, block by block: a unit counts once per code."""
    return [_summed(each) for each in zip(*blocks_of.values(), strict=True)]


def _figures(
    code: str,
    label: str,
    uses: Mapping[str, int],
    blocks: Sequence[Counter[stats.Pattern]],
    extent: UnitizingAgreement,
    draws: int,
) -> CodeAgreement:
    table = _summed(blocks)
    unused = not any(uses.values())

    def interval(statistic: Callable[[stats.Patterns], float]) -> tuple[float, float]:
        return (math.nan, math.nan) if unused else stats.bootstrap(blocks, statistic, draws=draws)

    return CodeAgreement(
        code=code,
        label=label,
        uses=uses,
        percent=stats.percent_agreement(table),
        percent_interval=interval(stats.percent_agreement),
        kappa=_kappa(table),
        kappa_interval=interval(_kappa),
        fleiss=stats.fleiss_kappa(table),
        fleiss_interval=interval(stats.fleiss_kappa),
        alpha=stats.krippendorff_alpha(table),
        alpha_interval=interval(stats.krippendorff_alpha),
        alpha_u=extent.alpha,
        alpha_u_interval=extent.interval,
    )


def _kappa(table: stats.Patterns) -> float:
    """Cohen's κ, or its mean over pairs of coders where it is defined (Light 1971)."""
    width = len(next(iter(table), ()))
    values = []
    for first in range(width):
        for second in range(first + 1, width):
            pair: Counter[stats.Pattern] = Counter()
            for pattern, count in table.items():
                pair[pattern[first], pattern[second]] += count  # type: ignore[assignment]  # characters: whole numbers
            values.append(stats.cohen_kappa(pair))
    defined = [value for value in values if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan


def _confusions(spans: Mapping[str, Places]) -> dict[tuple[str, str], int]:
    """Pairs of codes put on the same passage by two coders, neither of whom used the other's code there."""
    counts: Counter[tuple[str, str]] = Counter()
    names = list(spans)
    for rank, one in enumerate(names):
        for other in names[rank + 1 :]:
            alone_one, alone_other = _alone(spans[one], spans[other]), _alone(spans[other], spans[one])
            for document, code, span in alone_one:
                counts.update(
                    (code, theirs)
                    for place, theirs, passage in alone_other
                    if place == document and theirs != code and passage.overlaps(span)
                )
    return dict(counts.most_common())


def _alone(mine: Places, theirs: Places) -> list[tuple[str, str, Span]]:
    return [
        (document, code, span)
        for (document, code), passages in mine.items()
        for span in passages
        if not any(span.overlaps(each) for each in theirs.get((document, code), []))
    ]


def _disagreements(spans: Mapping[str, Places], texts: Mapping[str, str]) -> list[Disagreement]:
    """Every passage one coder marked and another did not, or marked with a very different extent; in the order of the text."""
    found = []
    for by, mine in spans.items():
        for against, theirs in spans.items():
            if by == against:
                continue
            for (document, code), passages in mine.items():
                same = theirs.get((document, code), [])
                for span in passages:
                    overlapping = [each for each in same if each.overlaps(span)]
                    if overlapping and (
                        by > against or max(_jaccard(span, each) for each in overlapping) >= _SAME_EXTENT
                    ):
                        continue
                    instead = sorted(
                        other
                        for (place, other), others in theirs.items()
                        if place == document and other != code and any(each.overlaps(span) for each in others)
                    )
                    found.append(
                        Disagreement(
                            document,
                            span,
                            code,
                            by,
                            against,
                            tuple(instead),
                            bool(overlapping),
                            span.quote(texts[document]),
                        )
                    )
    return sorted(found, key=lambda each: (each.document, each.span, each.code, each.by))


def _jaccard(one: Span, other: Span) -> float:
    common = min(one.end, other.end) - max(one.start, other.start)
    return common / (len(one) + len(other) - common)
