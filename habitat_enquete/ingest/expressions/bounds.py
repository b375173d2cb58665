"""The least and greatest numbers that a simple constraint lets through."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest.expressions.syntax import Binary, Current, Negate, Node, Number, parse
from habitat_enquete.model.questionnaire import Question, QuestionType

_ENDS: Final = re.compile(r"(start|end)\s*=\s*(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Inclusive bounds; None where there is none."""

    low: float | None = None
    high: float | None = None


def bounds_of(question: Question) -> Bounds:
    """The bounds written in the constraint of a question: `. >= 16 and . <= 110`; none for anything else.

    A strict bound (`. < 5000`) is given as inclusive when the question takes decimals. A range says its own (`start=0 end=10`).
    """
    if question.type is QuestionType.RANGE:
        ends = dict(_ENDS.findall(question.parameters))
        return Bounds(*(float(ends[name]) if name in ends else None for name in ("start", "end")))
    if not question.constraint:
        return Bounds()
    try:
        root = parse(question.constraint).root
    except EnqueteError:
        return Bounds()  # the check tells what is wrong with it
    step = 1.0 if question.type.value == "integer" else 0.0
    return _bounds(root, step)


def _bounds(node: Node, step: float) -> Bounds:
    match node:
        case Binary(operator="and", left=left, right=right):
            one, two = _bounds(left, step), _bounds(right, step)
            lows = [each for each in (one.low, two.low) if each is not None]
            highs = [each for each in (one.high, two.high) if each is not None]
            return Bounds(max(lows, default=None), min(highs, default=None))
        case Binary(operator=operator, left=Current(), right=right):
            return _compared(operator, _number(right), step)
        case Binary(operator=operator, left=left, right=Current()):
            return _compared(_MIRROR.get(operator, ""), _number(left), step)
    return Bounds()


_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _compared(operator: str, value: float | None, step: float) -> Bounds:
    if value is None:
        return Bounds()
    return {
        ">=": Bounds(low=value),
        ">": Bounds(low=value + step),
        "<=": Bounds(high=value),
        "<": Bounds(high=value - step),
    }.get(operator, Bounds())


def _number(node: Node) -> float | None:
    match node:
        case Number(value=value):
            return value
        case Negate(operand=Number(value=value)):
            return -value
    return None
