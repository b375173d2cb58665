"""Weights that make a sample agree with known margins: calibration (Deville and Särndal), its distances and its diagnosis.

Calibration looks for weights as near as possible to those of the design that give back the totals known elsewhere (the census:
tenure, type of dwelling, age). It mends the composition of a sample; it does not make volunteers representative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.errors import Code, EnqueteError

Vector: TypeAlias = NDArray[np.float64]

_ITERATIONS: Final = 200
_TOLERANCE: Final = 1e-9
_REDUNDANT: Final = 1e-9


class Method(StrEnum):
    """The distance kept small: linear, raking (multiplicative), and their bounded forms, truncated linear and logit."""

    LINEAR = "linear"
    RAKING = "raking"
    LOGIT = "logit"
    BOUNDED = "bounded"


@dataclass(frozen=True, slots=True)
class Margin:
    """A known total: of each category of a question (`totals`), or of a quantity (a single category '')."""

    name: str
    totals: Mapping[str, float]

    @property
    def is_quantity(self) -> bool:
        """Whether it is the total of a number rather than a count by category."""
        return set(self.totals) == {""}


@dataclass(frozen=True, slots=True)
class MarginLine:
    """One category before and after: respondents, weighted share or total before, target, after."""

    margin: str
    category: str
    respondents: int
    before: float
    target: float
    after: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibrated weights, in the order of the respondents, and what they cost.

    `ratios` are the final weights over the initial ones; `deff` is Kish's effect of unequal weights (1 + CV²) and `effective`
    the size of the simple random sample worth the same; `iterations` of Newton's method.
    """

    weights: Vector
    initial: Vector
    method: Method
    lines: tuple[MarginLine, ...]
    iterations: int

    @property
    def ratios(self) -> Vector:
        """Final weights over initial ones, scaled to the same total."""
        found: Vector = self.weights / self.initial
        return found

    @property
    def deff(self) -> float:
        """Kish's design effect of the final weights."""
        return design_effect(self.weights)

    @property
    def effective(self) -> float:
        """The effective size of the sample."""
        return effective_size(self.weights)


def design_effect(weights: Iterable[float]) -> float:
    """By how much unequal weights multiply the variance of a mean (Kish 1965): n Σw² / (Σw)².

    >>> design_effect([1, 1, 2, 2])
    1.1111111111111112
    """
    w = np.asarray(list(weights), dtype=float)
    return float(len(w) * (w**2).sum() / w.sum() ** 2)


def effective_size(weights: Iterable[float]) -> float:
    """The size of the simple random sample that would say as much: n over the design effect.

    >>> effective_size([1, 1, 2, 2])
    3.6
    """
    w = np.asarray(list(weights), dtype=float)
    return float(w.sum() ** 2 / (w**2).sum())


def calibrate(
    answers: Mapping[str, Sequence[str | float]],
    margins: Sequence[Margin],
    *,
    initial: Sequence[float] | None = None,
    method: Method = Method.RAKING,
    bounds: tuple[float, float] = (0.3, 3.0),
    respondents: Sequence[str] | None = None,
) -> Calibration:
    """Weights that give back the margins, as near as possible to the initial ones (Deville & Särndal 1992).

    Args: `answers`: for each margin, the answer of each respondent (category, or number for a quantity). `initial`: design
    weights, by default all equal; they are first scaled to the population when the margins count it, as Calmar does after
    non-response. `bounds` of the ratio to these scaled weights, for `logit` and `bounded`. `respondents`: their ids, for messages.
    Raises: EnqueteError: MARGIN_EMPTY, MARGIN_MISSING, MARGIN_VALUE, MARGIN_TOTAL, MARGIN_REDUNDANT, MARGIN_UNREACHABLE,
    MARGIN_BOUNDS, WEIGHT_INITIAL.
    Source: J.-C. Deville, C.-E. Särndal, « Calibration Estimators in Survey Sampling », JASA 87 (418), 1992, p. 376-382;
    O. Sautory, « La macro Calmar », INSEE, document F9310, 1993.
    """
    size = len(next(iter(answers.values())))
    design = _initial(initial, size, respondents)
    _check_bounds(method, bounds)
    population = _population(margins)
    for margin in margins:
        _check_margin(margin, answers[margin.name])
    columns, targets, owners = _system(margins, answers, size)
    start = design if population is None else design * (population / design.sum())
    kept = _independent(columns, targets, start, owners)
    ratios, iterations = _solved(columns[:, kept], targets[kept], start, _distance(method, bounds))
    weights = start * ratios
    _check_reached(columns, targets, weights, owners)
    return Calibration(weights, start, method, tuple(_lines(margins, answers, start, weights)), iterations)


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────────


def _initial(initial: Sequence[float] | None, size: int, respondents: Sequence[str] | None) -> Vector:
    if initial is None:
        return np.ones(size)
    weights = np.asarray(initial, dtype=float)
    for rank, weight in enumerate(weights):
        if not (np.isfinite(weight) and weight > 0):
            who = respondents[rank] if respondents is not None else str(rank + 1)
            value = "rien" if np.isnan(weight) else f"{weight:g}"
            raise EnqueteError(Code.WEIGHT_INITIAL, respondent=who, value=value)
    return weights


def _check_bounds(method: Method, bounds: tuple[float, float]) -> None:
    low, high = bounds
    if method in {Method.LOGIT, Method.BOUNDED} and not 0 <= low < 1 < high:
        raise EnqueteError(Code.MARGIN_BOUNDS, low=f"{low:g}", high=f"{high:g}")


def _population(margins: Sequence[Margin]) -> float | None:
    """The size of the population, on which all the margins by category must agree; None when there are only quantities."""
    totals = [(margin, sum(margin.totals.values())) for margin in margins if not margin.is_quantity]
    if not totals:
        return None
    expected = totals[0][1]
    for margin, total in totals[1:]:
        if abs(total - expected) > 1e-6 * max(abs(expected), 1):
            raise EnqueteError(
                Code.MARGIN_TOTAL, margin=margin.name, total=_shown(total), expected=_shown(expected)
            )
    return expected


def _shown(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".").replace(",", "\u202f").replace(".", ",")


def _check_margin(margin: Margin, given: Sequence[str | float]) -> None:
    for category, total in margin.totals.items():
        if not np.isfinite(total) or (total <= 0 and not margin.is_quantity):
            raise EnqueteError(Code.MARGIN_VALUE, margin=margin.name, category=category, value=f"{total:g}")
    if margin.is_quantity:
        if missing := int(np.isnan(np.asarray(given, dtype=float)).sum()):
            raise EnqueteError(
                Code.MARGIN_MISSING, margin=margin.name, category="sans réponse", count=missing
            )
        return
    counts: dict[str, int] = {}
    for answer in given:
        counts[str(answer)] = counts.get(str(answer), 0) + 1
    for category in margin.totals:
        if not counts.get(category):
            raise EnqueteError(Code.MARGIN_EMPTY, margin=margin.name, category=category)
    for category, count in counts.items():
        if category not in margin.totals:
            raise EnqueteError(
                Code.MARGIN_MISSING, margin=margin.name, category=category or "sans réponse", count=count
            )


# ── the system of equations ──────────────────────────────────────────────────────────────────────────────────────────


def _system(
    margins: Sequence[Margin], answers: Mapping[str, Sequence[str | float]], size: int
) -> tuple[Vector, Vector, list[str]]:
    """The calibration variables (n × equations), their totals, and the margin each equation comes from."""
    columns: list[Vector] = []
    targets: list[float] = []
    owners: list[str] = []
    for margin in margins:
        given = answers[margin.name]
        for category, total in margin.totals.items():
            if margin.is_quantity:
                columns.append(np.asarray(given, dtype=float))
            else:
                columns.append(np.fromiter((str(answer) == category for answer in given), float, size))
            targets.append(total)
            owners.append(margin.name)
    return np.column_stack(columns), np.asarray(targets, dtype=float), owners


def _independent(columns: Vector, targets: Vector, weights: Vector, owners: Sequence[str]) -> list[int]:
    """The equations that are not implied by those before them (every margin after the first repeats the population).

    Raises: MARGIN_REDUNDANT when an implied equation asks for another total.
    """
    basis = np.empty((len(weights), 0))
    kept: list[int] = []
    for rank in range(columns.shape[1]):
        column = columns[:, rank] * np.sqrt(weights)
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)
        norm = float(np.linalg.norm(rest))
        if norm > _REDUNDANT * max(float(np.linalg.norm(column)), 1e-300):
            basis = np.column_stack([basis, rest / norm])
            kept.append(rank)
            continue
        combination = np.linalg.lstsq(columns[:, kept], columns[:, rank], rcond=None)[0]
        implied = float(combination @ targets[kept])
        if abs(implied - targets[rank]) > 1e-6 * max(abs(targets[rank]), 1):
            raise EnqueteError(Code.MARGIN_REDUNDANT, margin=owners[rank])
    return kept


Distance: TypeAlias = Callable[[Vector], tuple[Vector, Vector]]


def _distance(method: Method, bounds: tuple[float, float]) -> Distance:
    """F and F′ of the method: the ratio of weights as a function of x'λ, and its derivative."""
    low, high = bounds
    if method is Method.LINEAR:
        return lambda u: (1 + u, np.ones_like(u))
    if method is Method.RAKING:
        return _exponential
    if method is Method.BOUNDED:
        return lambda u: (np.clip(1 + u, low, high), ((1 + u > low) & (1 + u < high)).astype(float))
    return lambda u: _logit(u, low, high)


def _exponential(u: Vector) -> tuple[Vector, Vector]:
    ratios = np.exp(np.clip(u, -700, 700))
    return ratios, ratios


def _logit(u: Vector, low: float, high: float) -> tuple[Vector, Vector]:
    """F = L + (U - L)·s, where s is a logistic curve through s = (1 - L)/(U - L) at 0: the usual form, without overflow."""
    slope = (high - low) / ((1 - low) * (high - 1))
    share = 1 / (1 + np.exp(-np.clip(slope * u + np.log((1 - low) / (high - 1)), -700, 700)))
    return low + (high - low) * share, slope * (high - low) * share * (1 - share)


def _solved(columns: Vector, targets: Vector, weights: Vector, distance: Distance) -> tuple[Vector, int]:
    """The ratios of weights by Newton's method, halving a step that goes too far."""
    scale = np.maximum(np.abs(columns).T @ weights, 1e-300)
    x, t = columns / scale, targets / scale
    multipliers = np.zeros(x.shape[1])
    ratios, slopes = distance(x @ multipliers)
    gap = t - x.T @ (weights * ratios)
    for iteration in range(1, _ITERATIONS + 1):
        if float(np.abs(gap).max(initial=0.0)) < _TOLERANCE * max(1.0, float(np.abs(t).max())) * 1e-2:
            return ratios, iteration - 1
        jacobian = x.T @ (x * (weights * slopes)[:, None])
        step = np.linalg.lstsq(jacobian, gap, rcond=1e-13)[0]
        before = float(np.abs(gap).sum())
        for _ in range(30):
            ratios, slopes = distance(x @ (multipliers + step))
            gap = t - x.T @ (weights * ratios)
            if np.isfinite(gap).all() and float(np.abs(gap).sum()) < before:
                break
            step = step / 2
        else:
            return ratios, iteration
        multipliers = multipliers + step
    return ratios, _ITERATIONS


def _check_reached(columns: Vector, targets: Vector, weights: Vector, owners: Sequence[str]) -> None:
    """Raises: MARGIN_UNREACHABLE naming the margin that is furthest from its target."""
    found = columns.T @ weights
    gaps = np.abs(found - targets) / np.maximum(np.abs(targets), 1e-300)
    worst = int(np.argmax(np.nan_to_num(gaps, nan=np.inf)))
    if not gaps[worst] < 1e-6:
        gap = f"{gaps[worst] * 100:.2g} %".replace(".", ",") if np.isfinite(gaps[worst]) else "l'infini"
        raise EnqueteError(Code.MARGIN_UNREACHABLE, margin=owners[worst], gap=gap)


def _lines(
    margins: Sequence[Margin],
    answers: Mapping[str, Sequence[str | float]],
    initial: Vector,
    weights: Vector,
) -> Iterable[MarginLine]:
    for margin in margins:
        given = answers[margin.name]
        for category, target in margin.totals.items():
            if margin.is_quantity:
                values = np.asarray(given, dtype=float)
                yield MarginLine(
                    margin.name, "", len(values), float(values @ initial), target, float(values @ weights)
                )
                continue
            inside = np.fromiter((str(answer) == category for answer in given), bool, len(given))
            yield MarginLine(
                margin.name,
                category,
                int(inside.sum()),
                float(initial[inside].sum()),
                target,
                float(weights[inside].sum()),
            )
