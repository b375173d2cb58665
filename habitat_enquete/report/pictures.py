"""Charts as pictures for Word and slides, with the same palette as the page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from habitat_enquete.model.finding import Finding
from habitat_enquete.model.synthesis import Saturation
from habitat_enquete.report.palette import INK, LINE, MUTED, NEUTRAL, POLARITY
from habitat_enquete.report.wording import count, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI: Final = 200
_FONT: Final[dict[Any, Any]] = {"font.family": "DejaVu Sans", "font.size": 9, "svg.hashsalt": "enquete"}


def ranking(findings: Sequence[Finding], *, most: int = 15, width: float = 6.4) -> bytes:
    """The ranking of findings of one polarity, as ordered bars with the interval of each share. PNG."""
    shown = findings[:most]
    figure, axes = _axes(width, 0.5 + 0.33 * len(shown))
    shares = [100 * finding.share for finding in shown]
    places = range(len(shown))
    low = [max(0.0, 100 * (f.share - f.low)) for f in shown]
    high = [max(0.0, 100 * (f.high - f.share)) for f in shown]
    axes.barh(places, shares, color=[POLARITY[finding.polarity] for finding in shown], height=0.62)
    axes.errorbar(shares, places, xerr=[low, high], fmt="none", ecolor=INK, elinewidth=0.9)
    axes.set_yticks(list(places), [_wrapped(finding.label) for finding in shown])
    right = max((100 * finding.high for finding in shown), default=1.0)
    for place, finding in zip(places, shown, strict=True):
        axes.text(
            right * 1.03,
            place,
            f"{finding.people} · {percent(finding.share)}",
            va="center",
            color=MUTED,
            fontsize=8,
        )
    axes.set_xlim(0, right * 1.22)
    axes.invert_yaxis()
    axes.set_xticks([])
    return _png(figure)


def describe_ranking(findings: Sequence[Finding], *, most: int = 15) -> str:
    """The same figures in words, for those who do not see the picture."""
    told = (
        f"{finding.label} : {count(finding.people, 'personne')} ({percent(finding.share)})"
        for finding in findings[:most]
    )
    return "Barres ordonnées. " + " ; ".join(told) + "."


def saturation(steps: Saturation, *, width: float = 6.0) -> bytes:
    """New codes at each interview (bars) and codes known so far (line). PNG."""
    from matplotlib.ticker import MaxNLocator

    figure, axes = _axes(width, 2.1)
    places = range(1, len(steps.steps) + 1)
    axes.bar(places, [step.new for step in steps.steps], color=LINE, width=0.7)
    axes.plot(places, [step.known for step in steps.steps], color=NEUTRAL, linewidth=1.8)
    axes.set_xlabel("entretiens, dans l'ordre", color=MUTED)
    axes.set_ylabel("codes", color=MUTED)
    axes.set_ylim(bottom=0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    axes.set_xlim(0.4, len(steps.steps) + 0.6)
    return _png(figure)


def _axes(width: float, height: float) -> tuple[Figure, Any]:
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_FONT):
        figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
        axes = figure.add_subplot()
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.tick_params(length=0, labelcolor=INK)
    return figure, axes


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    # No software or date in the file: the same chart gives the same bytes.
    figure.savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
    return buffer.getvalue()


def _wrapped(label: str, width: int = 38) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(label, width)) or label
