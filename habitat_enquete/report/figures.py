"""Charts drawn as SVG for the page: every one has a text alternative, and its figures stand beside it as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from habitat_enquete.model.synthesis import Contrast, Portrait, Saturation
from habitat_enquete.report.palette import BARRIER, INK, LINE, MUTED, NEUTRAL, OPPORTUNITY
from habitat_enquete.report.wording import number

_BAR: Final = 14


def bar(
    share: float, *, colour: str, low: float | None = None, high: float | None = None, top: float = 1.0
) -> str:
    """A horizontal bar stretched to its container, with the interval of the share as a whisker; `top` is the share at full width.

    Decorative: the figures stand beside it as text.
    """
    width = _scaled(share, top)
    whisker = ""
    if low is not None and high is not None:
        left, right = _scaled(low, top), _scaled(high, top)
        whisker = (
            f'<line class="whisker" x1="{left}" x2="{right}" y1="{_BAR / 2:g}" y2="{_BAR / 2:g}" stroke="{INK}"'
            ' stroke-width="1.5" vector-effect="non-scaling-stroke"/>'
        )
    return (
        f'<svg class="bar" viewBox="0 0 100 {_BAR}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect x="0" y="2" width="{width}" height="{_BAR - 4}" fill="{colour}"/>{whisker}</svg>'
    )


def _scaled(share: float, top: float) -> str:
    return f"{min(100.0, 100 * share / top) if top else 0:.2f}"


def difference(contrast: Contrast, *, top: float) -> str:
    """The difference between two groups as a bar from the middle, with its interval. Decorative: the figures stand beside it."""

    def place(value: float) -> float:
        return 50 + 50 * max(-1.0, min(1.0, value / top))

    start, end = sorted((50.0, place(contrast.difference)))
    colour = OPPORTUNITY if contrast.polarity.value == "opportunity" else BARRIER
    return (
        f'<svg class="bar" viewBox="0 0 100 {_BAR}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<line x1="50" x2="50" y1="0" y2="{_BAR}" stroke="{MUTED}" vector-effect="non-scaling-stroke"/>'
        f'<rect x="{start:.2f}" y="3" width="{end - start:.2f}" height="{_BAR - 6}" fill="{colour}"/>'
        f'<line x1="{place(contrast.low):.2f}" x2="{place(contrast.high):.2f}" y1="{_BAR / 2:g}" y2="{_BAR / 2:g}"'
        f' stroke="{INK}" stroke-width="1.5" vector-effect="non-scaling-stroke"/></svg>'
    )


def strip(portrait: Portrait, colours: Mapping[str, str]) -> str:
    """The path of one person as a band of time, one colour per tenure."""
    lines = portrait.episodes
    first, last = lines[0].start_year, max(line.end_year for line in lines)
    scale = 640 / max(last - first, 0.5)
    pieces: list[str] = []
    labels: list[tuple[float, str]] = []
    for line in lines:
        x, width = (
            (line.start_year - first) * scale,
            max((line.end_year - line.start_year) * scale - 1.5, 1.5),
        )
        colour = colours.get(line.tenure, LINE)
        pieces.append(f'<rect x="{x:.1f}" y="4" width="{width:.1f}" height="26" fill="{colour}"/>')
        if not labels or x - labels[-1][0] > 44:
            labels.append((x, line.start))
    texts = "".join(
        f'<text x="{max(x, 0):.1f}" y="50" font-size="15" fill="{INK}">{escape(text)}</text>'
        for x, text in labels
    )
    told = ", puis ".join(f"{line.label} ({line.start}–{line.end or 'aujourd’hui'})" for line in lines)
    return (
        f'<svg class="strip" viewBox="0 0 700 56" role="img" aria-label="{escape(f"Parcours : {told}.", quote=True)}">'
        f"{''.join(pieces)}{texts}</svg>"
    )


def saturation(steps: Saturation) -> str:
    """New codes at each interview (bars) and codes known so far (line)."""
    width, height, left, bottom = 640.0, 190.0, 34.0, 26.0
    known = [step.known for step in steps.steps]
    top = max(known[-1], 1)
    gap = (width - left) / len(known)
    wide = max(1.0, min(22.0, gap * 0.7))

    def x(position: int) -> float:
        return left + gap * (position + 0.5)

    def y(value: float) -> float:
        return height - bottom - (height - bottom - 16) * value / top

    bars = "".join(
        f'<rect x="{x(n) - wide / 2:.1f}" y="{y(step.new):.1f}" width="{wide:.1f}"'
        f' height="{height - bottom - y(step.new):.1f}" fill="{LINE}"/>'
        for n, step in enumerate(steps.steps)
    )
    line = " ".join(f"{x(n):.1f},{y(value):.1f}" for n, value in enumerate(known))
    told = (
        f"Codes nouveaux par entretien : {known[0]} au premier, {steps.steps[-1].new} au dernier ; "
        f"{known[-1]} codes entendus en tout sur {len(known)} entretiens."
    )
    return (
        f'<svg class="chart" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(told, quote=True)}">'
        f"{_axis(left, width, [(y(0), '0'), (y(top), number(top))])}{bars}"
        f'<polyline points="{line}" fill="none" stroke="{NEUTRAL}" stroke-width="2.5"/>'
        f'<text x="{left}" y="{height - 6:g}" font-size="14" fill="{MUTED}">1er entretien</text>'
        f'<text x="{width}" y="{height - 6:g}" font-size="14" fill="{MUTED}" text-anchor="end">{len(known)}e</text></svg>'
    )


def _axis(left: float, right: float, ticks: Sequence[tuple[float, str]]) -> str:
    return "".join(
        f'<line x1="{left:g}" x2="{right:g}" y1="{y:.1f}" y2="{y:.1f}" stroke="{LINE}"/>'
        f'<text x="{left - 6:g}" y="{y + 5:.1f}" font-size="14" fill="{MUTED}" text-anchor="end">{text}</text>'
        for y, text in ticks
    )
