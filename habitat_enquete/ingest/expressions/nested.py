"""Expressions as nested lists, for the offline form whose script evaluates them as we do."""

from __future__ import annotations

from typing import Any

from habitat_enquete.ingest.expressions.evaluation import is_computable
from habitat_enquete.ingest.expressions.patterns import browser_pattern
from habitat_enquete.ingest.expressions.syntax import (
    Binary,
    Call,
    Current,
    Filter,
    Negate,
    Node,
    Number,
    Path,
    Reference,
    Text,
    parse,
)


def as_lists(text: str) -> list[Any] | None:
    """The tree of an expression; None when it is empty or cannot be computed outside its collection tool."""
    return _lists(parse(text).root) if text and is_computable(text) else None


def filter_as_lists(text: str) -> list[Any] | None:
    """The tree of a choice filter (`epci = ${epci}`), whose bare names are columns of the choices."""
    if not text:
        return None
    root = parse(text).root
    simple = all(not isinstance(node, Filter) for node in parse(text).nodes())
    return _lists(root) if simple else None


def _lists(node: Node) -> list[Any]:
    match node:
        case Text(value=text):
            return ["text", text]
        case Number(value=value):
            return ["number", value]
        case Reference(name=name):
            return ["reference", name]
        case Path(name=name, text=text):
            return ["reference" if "/" in text else "attribute", name]
        case Current():
            return ["current"]
        case Negate(operand=operand):
            return ["negate", _lists(operand)]
        case Binary(operator=operator, left=left, right=right):
            return ["binary", operator, _lists(left), _lists(right)]
        case Call(name="regex", arguments=(value, Text(value=pattern))):
            return ["call", "regex", [_lists(value), ["text", browser_pattern(pattern)]]]
        case Call(name=name, arguments=arguments):
            return ["call", name, [_lists(each) for each in arguments]]
        case Filter():
            raise AssertionError("a path that needs the whole form is not computable")
