"""Figures of residential paths, as SVG and PNG: index plot, chronogram, mean time, transitions, flows, survival.

Drawn from plain arrays; the same content gives the same bytes. Colours are those of the alphabet; gaps are hatched white.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MISSING: Final = -1
_GAP: Final = "#ffffff"
_INK: Final = "#222222"
_LABELLED: Final = 60  # beyond, a path is a line too thin for its name
_PAGE: Final = 8.0
_FEW: Final = 5
_DPI: Final = 150
_SALT: Final = "habitat_enquete"


@dataclass(frozen=True, slots=True)
class Legend:
    """The states of the alphabet, in order: labels and colours."""

    labels: tuple[str, ...]
    colours: tuple[str, ...]


def save(figure: Figure, stem: Path, description: str) -> list[Path]:
    """Write a figure as SVG (with its text alternative) and PNG, and close it."""
    import matplotlib as mpl

    svg, png = stem.with_suffix(".svg"), stem.with_suffix(".png")
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": _SALT}):
        figure.savefig(svg, metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    figure.savefig(png, dpi=_DPI, metadata={"Software": None}, bbox_inches="tight")
    text = svg.read_text(encoding="utf-8")
    title = f'role="img" aria-label="{escape(description, quote=True)}"><title>{escape(description)}</title>'
    svg.write_text(re.sub(r"(<svg\b[^>]*)>", rf"\1 {title}", text, count=1), encoding="utf-8")
    return [svg, png]


def canvas(width: float, height: float) -> tuple[Figure, Any]:
    """A figure outside pyplot: no global state, no window."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def index_plot(
    codes: NDArray[np.int16],
    names: Sequence[str],
    legend: Legend,
    *,
    groups: Sequence[int] = (),
    group_labels: Sequence[str] = (),
    axis: str = "",
    years: bool = True,
) -> Figure:
    """One line per path, in the order given, with a white gap between groups. Names show up to 60 paths.

    `codes` has shape (paths, units): ranks of states, -1 for a gap, lower for nothing.
    """
    from matplotlib.colors import BoundaryNorm, ListedColormap

    n, width = codes.shape
    spread, breaks = _spread(codes, groups)
    height = min(max(0.9 + 0.2 * len(spread), 2.2), _PAGE) if n <= _LABELLED else _PAGE
    figure, axes = canvas(9.5, height)
    colours = ListedColormap([_GAP, *legend.colours])
    shown = np.ma.masked_less(spread, _MISSING)
    norm = BoundaryNorm(np.arange(-1.5, len(legend.colours)), colours.N)
    axes.imshow(
        shown,
        aspect="auto",
        interpolation="nearest",
        cmap=colours,
        norm=norm,
        extent=(0, width, len(spread), 0),
    )
    _hatch_gaps(axes, spread)
    _time_axis(axes, width, axis, years=years)
    if n <= _LABELLED:
        places = [row for row in range(len(spread)) if row not in breaks]
        axes.set_yticks([row + 0.5 for row in places], labels=list(names), fontsize=7)
    else:
        axes.set_yticks([])
        axes.set_ylabel(f"{n} parcours")
    _label_groups(axes, groups, group_labels, width)
    _legend(figure, legend)
    return figure


def _spread(codes: NDArray[np.int16], groups: Sequence[int]) -> tuple[NDArray[np.int16], set[int]]:
    """The lines with empty ones between groups, and where these are."""
    if not groups:
        return codes, set()
    gap = max(1, len(codes) // 80)
    empty = np.full((gap, codes.shape[1]), -2, dtype=np.int16)
    rows, breaks = [codes[:1]], set()
    total = 1
    for index in range(1, len(codes)):
        if groups[index] != groups[index - 1]:
            rows.append(empty)
            breaks |= set(range(total, total + gap))
            total += gap
        rows.append(codes[index : index + 1])
        total += 1
    return np.concatenate(rows), breaks


def _hatch_gaps(axes: Any, codes: NDArray[np.int16]) -> None:
    """Memory gaps are drawn, so that nobody takes them for the end of a path."""
    if len(codes) > 4 * _LABELLED:
        return
    for row, line in enumerate(codes):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], (line == _MISSING).astype(int), [0]))))
        for begin, end in edges.reshape(-1, 2):
            axes.barh(
                row + 0.5,
                end - begin,
                left=begin,
                height=0.86,
                color="white",
                edgecolor="#999999",
                hatch="////",
                lw=0,
            )


def _time_axis(axes: Any, width: int, label: str, *, years: bool) -> None:
    step = 12 if years else 1
    total = width / step
    every = next((e for e in (1, 2, 5, 10, 20) if total / e <= 12), 50)
    ticks = np.arange(0, total + 1e-9, every)
    axes.set_xticks(ticks * step, labels=[f"{tick:g}" for tick in ticks])
    axes.set_xlim(0, width)
    axes.set_xlabel(label or ("années" if years else "temps"))


def _label_groups(axes: Any, groups: Sequence[int], labels: Sequence[str], width: int) -> None:
    if not groups:
        return
    gap = max(1, len(groups) // 80)
    position = 0
    for group in dict.fromkeys(groups):
        size = list(groups).count(group)
        text = f"{labels[group]}\nn = {size}" if labels else f"n = {size}"
        axes.text(
            width * 1.01,
            position + size / 2,
            _wrapped(text, 28),
            va="center",
            ha="left",
            fontsize=7.5,
            color=_INK,
        )
        position += size + gap


def _wrapped(text: str, width: int) -> str:
    import textwrap

    return "\n".join("\n".join(textwrap.wrap(line, width)) for line in text.split("\n"))


def _legend(figure: Figure, legend: Legend, *, gaps: bool = True) -> None:
    from matplotlib.patches import Patch

    states = zip(legend.colours, legend.labels, strict=True)
    patches = [Patch(facecolor=colour, label=label) for colour, label in states]
    if gaps:
        patches.append(Patch(facecolor="white", edgecolor="#999999", hatch="////", label="Non renseigné"))
    figure.legend(handles=patches, loc="outside lower center", ncols=3, frameon=False, fontsize=8)


def chronogram(
    shares: NDArray[np.float64],
    people: NDArray[np.int64],
    legend: Legend,
    *,
    axis: str = "",
    years: bool = True,
) -> Figure:
    """Shares of each state at each date, stacked; the number of people observed is drawn above, and fades out below five."""
    figure, axes = canvas(9.5, 5.2)
    width = shares.shape[1]
    times = np.arange(width + 1)
    bottom = np.zeros(width + 1)
    for share, colour in zip(shares, legend.colours, strict=True):
        stepped = np.append(share, share[-1:])
        axes.fill_between(times, bottom, bottom + stepped, step="post", color=colour, lw=0)
        bottom = bottom + stepped
    few = people < _FEW
    edges = np.flatnonzero(np.diff(np.concatenate(([0], few.astype(int), [0])))).reshape(-1, 2)
    for begin, end in edges:
        axes.axvspan(begin, end, color="white", alpha=0.65, lw=0)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], labels=["0 %", "25 %", "50 %", "75 %", "100 %"])
    _time_axis(axes, width, axis, years=years)
    for at in np.unique(np.linspace(0, width - 1, min(width, 9)).astype(int)):
        axes.text(at + 0.5, 1.015, f"n={people[at]}", ha="center", va="bottom", fontsize=7, color=_INK)
    _legend(figure, legend, gaps=False)
    return figure


def mean_time(
    means: NDArray[np.float64], errors: NDArray[np.float64], legend: Legend, *, unit: str = "mois"
) -> Figure:
    """Mean time spent in each state, with its 95 % interval."""
    figure, axes = canvas(8, 0.9 + 0.36 * len(means))
    places = np.arange(len(means))
    spread = np.nan_to_num(1.96 * errors)
    below = np.minimum(spread, means)  # nobody spends less than no time
    axes.barh(places, means, xerr=np.stack((below, spread)), color=legend.colours, ecolor=_INK, capsize=2)
    axes.set_yticks(places, labels=legend.labels)
    axes.invert_yaxis()
    axes.set_xlabel(f"durée moyenne ({unit})")
    for place, mean, extra in zip(places, means, spread, strict=True):
        axes.text(mean + extra, place, f" {mean:.0f}", va="center", fontsize=8)
    return figure


def transition_matrix(
    counts: NDArray[np.float64], legend: Legend, *, weighted: NDArray[np.float64] | None = None
) -> Figure:
    """Passages from a state (rows) to another (columns): how many, and row percentages where at least five people passed.

    `weighted` counts make the percentages, when people have weights.
    """
    size = len(counts)
    figure, axes = canvas(2.6 + 0.75 * size, 1.6 + 0.5 * size)
    totals = counts.sum(axis=1, keepdims=True)
    heavy = counts if weighted is None else weighted
    sums = heavy.sum(axis=1, keepdims=True)
    shares = np.divide(heavy, sums, out=np.zeros_like(heavy), where=sums > 0)
    axes.imshow(shares, cmap="Greys", vmin=0, vmax=1.3, aspect="auto")
    for row in range(size):
        for column in range(size):
            if counts[row, column]:
                percent = f"\n{100 * shares[row, column]:.0f} %" if totals[row, 0] >= _FEW else ""
                dark = shares[row, column] > 0.6
                axes.text(
                    column,
                    row,
                    f"{counts[row, column]:.0f}{percent}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if dark else _INK,
                )
    axes.set_xticks(
        range(size),
        labels=[_wrapped(label, 14) for label in legend.labels],
        fontsize=7,
        rotation=35,
        ha="right",
    )
    axes.set_yticks(range(size), labels=legend.labels, fontsize=8)
    axes.set_xlabel("vers")
    axes.set_ylabel("de")
    return figure


def flows(
    pairs: Mapping[tuple[str, str], int], labels: Callable[[str], str], colours: Mapping[str, str]
) -> Figure:
    """Moves from places or tenures (left) to others (right), as bands as wide as the number of moves; the 12 largest ends."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Curve

    figure, axes = canvas(9, 6)
    axes.axis("off")
    kept = _largest_ends(pairs, 12)
    total = sum(kept.values()) or 1
    sides = [_stacked(kept, side, total) for side in (0, 1)]
    for side, x in ((0, 0.0), (1, 1.0)):
        for name, (top, height) in sides[side].items():
            axes.barh(
                top + height / 2, 0.03, left=x - 0.015, height=height, color=colours.get(name, "#777777")
            )
            text = f"{_wrapped(labels(name), 24)} ({round(height * total / 0.9)})"
            where = (x - 0.03, "right") if side == 0 else (x + 0.03, "left")
            axes.text(where[0], top + height / 2, text, ha=where[1], va="center", fontsize=8)
    used = [{name: top for name, (top, _) in side.items()} for side in sides]
    for (origin, destination), count in sorted(kept.items()):
        height = 0.9 * count / total
        a, b = used[0][origin], used[1][destination]
        used[0][origin], used[1][destination] = a + height, b + height
        points = [
            (0.015, a),
            (0.5, a),
            (0.5, b),
            (0.985, b),
            (0.985, b + height),
            (0.5, b + height),
            (0.5, a + height),
        ]
        codes = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
        path = Curve([*points, (0.015, a + height), (0.015, a)], codes)
        axes.add_patch(PathPatch(path, facecolor=colours.get(origin, "#777777"), alpha=0.45, lw=0))
    axes.set_xlim(-0.5, 1.5)
    axes.set_ylim(1.02, -0.02)
    return figure


def _largest_ends(pairs: Mapping[tuple[str, str], int], count: int) -> dict[tuple[str, str], int]:
    """Flows with the ends beyond the `count` largest gathered under « autres »."""
    found: dict[tuple[str, str], int] = {}
    kept = []
    for side in (0, 1):
        totals: dict[str, int] = {}
        for pair, number in pairs.items():
            totals[pair[side]] = totals.get(pair[side], 0) + number
        kept.append(set(sorted(totals, key=lambda name: (-totals[name], name))[:count]))
    for (a, b), number in pairs.items():
        pair = (a if a in kept[0] else "autres", b if b in kept[1] else "autres")
        found[pair] = found.get(pair, 0) + number
    return found


def _stacked(pairs: Mapping[tuple[str, str], int], side: int, total: int) -> dict[str, tuple[float, float]]:
    """Each end's top and height, largest first, with a little air between them."""
    totals: dict[str, int] = {}
    for pair, number in pairs.items():
        totals[pair[side]] = totals.get(pair[side], 0) + number
    ranked = sorted(totals, key=lambda name: (name == "autres", -totals[name], name))
    air = 0.1 / max(len(ranked) - 1, 1)
    found, top = {}, 0.0
    for name in ranked:
        found[name] = (top, 0.9 * totals[name] / total)
        top += 0.9 * totals[name] / total + air
    return found


def survival(
    curves: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64], int]], *, axis: str
) -> Figure:
    """Share still there after some time, one step curve per group: (times, shares, number of stays). Grey tells n."""
    figure, axes = canvas(8, 4.6)
    dashes = ("-", "--", ":", "-.")
    for rank, (name, (times, shares, n)) in enumerate(curves.items()):
        axes.step(
            np.concatenate(([0.0], times)),
            np.concatenate(([1.0], shares)),
            where="post",
            ls=dashes[rank % 4],
            lw=1.8,
            label=f"{name} (n = {n})",
        )
    axes.set_ylim(0, 1.02)
    axes.set_xlim(left=0)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], labels=["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel(axis)
    axes.legend(frameon=False, fontsize=8)
    return figure


def met_by_public(
    cells: Mapping[tuple[int, int], tuple[int, int, bool]], codes: Sequence[str], publics: Sequence[str]
) -> Figure:
    """People who met each code (rows) out of those who moved, by public (columns); shaded from five people on, starred when marked."""
    figure, axes = canvas(3.6 + 1.05 * len(publics), 1.6 + 0.36 * len(codes))
    shares = np.zeros((len(codes), len(publics)))
    for (row, column), (met, exposed, is_marked) in cells.items():
        shares[row, column] = met / exposed if exposed >= _FEW else 0.0
        axes.text(
            column,
            row,
            f"{met}/{exposed}{' *' if is_marked else ''}",
            ha="center",
            va="center",
            fontsize=8,
            color="white" if shares[row, column] > 0.6 else _INK,
        )
    axes.imshow(shares, cmap="Greys", vmin=0, vmax=1.3, aspect="auto")
    labels = [_wrapped(label, 16) for label in publics]
    axes.set_xticks(range(len(publics)), labels=labels, fontsize=7, rotation=35, ha="right")
    axes.set_yticks(range(len(codes)), labels=[_wrapped(code, 44) for code in codes], fontsize=8)
    axes.set_xlabel("* : écart établi avec les autres publics (p corrigé < 0,05)", fontsize=8)
    return figure


def outcomes(counts: Mapping[str, tuple[int, int, int]]) -> Figure:
    """How settling ended by public: people who succeeded, are settling, failed; numbers written on the bars."""
    figure, axes = canvas(8, 1.4 + 0.42 * len(counts))
    names, numbers = list(counts), np.array(list(counts.values()), dtype=float)
    left = np.zeros(len(names))
    parts = zip(("réussie", "en cours", "échouée"), ("#44AA99", "#DDCC77", "#AA4499"), numbers.T, strict=True)
    for label, colour, widths in parts:
        axes.barh(range(len(names)), widths, left=left, color=colour, label=label)
        for row in np.flatnonzero(widths):
            middle = left[row] + widths[row] / 2
            axes.text(middle, row, f"{widths[row]:.0f}", ha="center", va="center", fontsize=8, color="black")
        left += widths
    axes.set_yticks(range(len(names)), labels=names, fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("personnes")
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower right", bbox_to_anchor=(1, 1))
    return figure
