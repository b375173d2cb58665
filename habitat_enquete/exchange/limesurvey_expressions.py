"""Conditions of a questionnaire in LimeSurvey's ExpressionScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from habitat_enquete.ingest.expressions.syntax import (
    Binary,
    Call,
    Current,
    Negate,
    Node,
    Number,
    Path,
    Reference,
    Text,
    parse,
)
from habitat_enquete.model.questionnaire import QuestionType


class Untranslatable(Exception):
    """An expression without an equivalent; the message says which part."""


@dataclass(frozen=True, slots=True)
class Target:
    """A question in LimeSurvey: its name, its type, its answer codes by choice."""

    name: str
    type: QuestionType
    choices: Mapping[str, str]


_ARITHMETIC: Final = frozenset({"+", "-", "*", "div", "mod"})
_OPERATORS: Final = {"=": "==", "div": "/"}
_FUNCTIONS: Final = {
    "string-length": "strlen",
    "round": "round",
    "int": "floor",
    "floor": "floor",
    "ceiling": "ceil",
    "abs": "abs",
    "sqrt": "sqrt",
    "pow": "pow",
    "if": "if",
    "concat": "join",
    "number": "",
    "string": "",
    "boolean": "",
}


_CLASSES: Final = {"\\d": "[0-9]", "\\w": "[A-Za-z0-9_]", "\\s": "[ ]", "/": "[/]"}


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'


def translate(
    text: str,
    targets: Mapping[str, Target],
    current: str,
    repeated: Mapping[str, tuple[Target, ...]] = MappingProxyType({}),
    rank: int = 0,
) -> str:
    """The ExpressionScript of an expression. `targets` by question name; `current` is the question of `.`.

    `repeated` gives the questions of repeats as they are asked one after the other; `rank` is that of `current`.

    Raises: Untranslatable; EnqueteError when `text` is not an expression.
    """
    return _Translator(targets, current, repeated, rank).of(parse(text).root)


@dataclass(frozen=True, slots=True)
class _Translator:
    targets: Mapping[str, Target]
    current: str
    repeated: Mapping[str, tuple[Target, ...]]
    rank: int

    def of(self, node: Node) -> str:
        match node:
            case Text(value=text):
                return _quoted(text)
            case Number(value=value):
                return f"{value:g}"
            case Negate(operand=operand):
                return f"-({self.of(operand)})"
            case Reference() | Path() | Current():
                return self._answer(node)
            case Binary():
                return self._binary(node)
            case Call():
                return self._call(node)
            case _:
                raise Untranslatable("un chemin dans le formulaire")

    def target(self, node: Node) -> Target | None:
        match node:
            case Reference(name=name) | Path(name=name):
                return self.targets.get(name)
            case Current():
                return self.targets.get(self.current)
        return None

    def _answer(self, node: Node) -> str:
        target = self.target(node)
        if target is None:
            raise Untranslatable("une référence à une boucle ou à une question absente")
        if target.type is QuestionType.SELECT_MULTIPLE:
            return f"count(that.{target.name}.NAOK)"
        return f"{target.name}.NAOK"

    def _binary(self, node: Binary) -> str:
        if node.operator in {"=", "!="}:
            compared = self._compared(node.left, node.operator, node.right) or self._compared(
                node.right, node.operator, node.left
            )
            if compared:
                return compared
        dated = node.operator in _ARITHMETIC
        left, right = (self._days(each) if dated else self.of(each) for each in (node.left, node.right))
        if node.operator == "mod":
            return f"({left} - {right} * floor({left} / {right}))"
        if node.operator == "|":
            raise Untranslatable("l'opérateur « | »")
        return f"({left} {_OPERATORS.get(node.operator, node.operator)} {right})"

    def _days(self, node: Node) -> str:
        """A side of a computation: dates count in days."""
        target = self.target(node)
        dated = target is not None and target.type in (QuestionType.DATE, QuestionType.DATETIME)
        if dated or (isinstance(node, Call) and node.name in {"today", "date", "now"}):
            return f"(strtotime({self.of(node)}) / 86400)"
        return self.of(node)

    def _compared(self, node: Node, operator: str, other: Node) -> str:
        """A comparison of an answer with a choice, or with the empty text."""
        target = self.target(node)
        if target is None or not isinstance(other, Text):
            return ""
        sign = "==" if operator == "=" else "!="
        if other.value == "" and target.type is QuestionType.SELECT_MULTIPLE:
            return f"({self._answer(node)} {'==' if operator == '=' else '>'} 0)"
        if other.value == "":
            return f"{'' if operator == '=' else '!'}is_empty({self._answer(node)})"
        if target.type is QuestionType.ACKNOWLEDGE:
            return f'({self._answer(node)} {sign} "Y")'
        if target.type is QuestionType.SELECT_MULTIPLE:
            return ("" if operator == "=" else "!") + f"({self._ticked(target, other.value)})"
        code = target.choices.get(other.value, other.value)
        return f"({target.name}.NAOK {sign} {_quoted(code)})"

    def _ticked(self, target: Target, choice: str) -> str:
        code = target.choices.get(choice, choice)
        if code == "-oth-":
            return f"!is_empty({target.name}_other.NAOK)"
        return f'{target.name}_{code}.NAOK == "Y"'

    def _call(self, node: Call) -> str:
        special = _SPECIAL.get(node.name)
        if special:
            return special(self, node)
        if node.name not in _FUNCTIONS:
            raise Untranslatable(f"la fonction {node.name}()")
        arguments = ", ".join(self.of(each) for each in node.arguments) or self._answer(Current())
        return f"{_FUNCTIONS[node.name]}({arguments})"

    def selected(self, node: Call) -> str:
        value, code = node.arguments
        target = self.target(value)
        if target is None or not isinstance(code, Text):
            raise Untranslatable("selected() sur autre chose qu'une question et un code")
        if target.type is QuestionType.SELECT_MULTIPLE:
            return f"({self._ticked(target, code.value)})"
        return self._compared(value, "=", code)

    def regex(self, node: Call) -> str:
        value, pattern = node.arguments
        if not isinstance(pattern, Text):
            raise Untranslatable("regex() avec un motif calculé")
        plain = pattern.value
        for short, spelled in _CLASSES.items():
            plain = plain.replace(short, spelled)
        return f"regexMatch({_quoted(f'/^(?:{plain})$/')}, {self.of(value)})"

    def coalesce(self, node: Call) -> str:
        *firsts, last = [self.of(each) for each in node.arguments]
        result = last
        for first in reversed(firsts):
            result = f"if(is_empty({first}), {result}, {first})"
        return result

    def _holds(self, node: Call, pattern: str) -> str:
        value, part = node.arguments
        if not isinstance(part, Text):
            raise Untranslatable(f"{node.name}() avec un texte calculé")
        plain = (
            re.sub(r"([.^$*+?()\[\]|/\\])", r"[\1]", part.value).replace("[\\]", "\\\\").replace("[^]", "\\^")
        )
        return f"regexMatch({_quoted('/' + pattern.format(plain) + '/')}, {self.of(value)})"

    def gathered(self, node: Call) -> str:
        """`sum(${age})` of a repeat: its questions, as they are asked one after the other."""
        (inside,) = node.arguments if len(node.arguments) == 1 else (None,)
        name = inside.name if isinstance(inside, Reference) else ""
        if name in self.repeated and name not in self.targets:
            answers = ", ".join(f"{target.name}.NAOK" for target in self.repeated[name])
            return f"{node.name}({answers})"
        if node.name == "count":
            raise Untranslatable("la fonction count()")
        return f"{node.name}({', '.join(self.of(each) for each in node.arguments)})"

    def indexed(self, node: Call) -> str:
        match node.arguments:
            case (Reference(name=name), _, Number(value=rank)) if (
                0 < rank <= len(self.repeated.get(name, ()))
            ):
                return f"{self.repeated[name][int(rank) - 1].name}.NAOK"
        raise Untranslatable("la fonction indexed-repeat()")

    def position(self, node: Call) -> str:
        if not self.rank:
            raise Untranslatable("la fonction position()")
        return str(self.rank)

    def choice_name(self, node: Call) -> str:
        target = self.target(node.arguments[0])
        if target is None:
            raise Untranslatable("la fonction jr:choice-name()")
        return f"{target.name}.shown"

    def date(self, node: Call) -> str:
        (day,) = node.arguments
        if not isinstance(day, Text):
            raise Untranslatable("la fonction date() sur autre chose qu'un jour écrit")
        return _quoted(day.value)


_SPECIAL: Final[Mapping[str, Callable[[_Translator, Call], str]]] = {
    "selected": _Translator.selected,
    "regex": _Translator.regex,
    "coalesce": _Translator.coalesce,
    "contains": lambda translator, node: translator._holds(node, "{}"),
    "starts-with": lambda translator, node: translator._holds(node, "^{}"),
    "ends-with": lambda translator, node: translator._holds(node, "{}$"),
    **dict.fromkeys(("sum", "min", "max", "count"), _Translator.gathered),
    "indexed-repeat": _Translator.indexed,
    "position": _Translator.position,
    "jr:choice-name": _Translator.choice_name,
    "date": _Translator.date,
    "now": lambda _translator, _node: 'date("Y-m-d H:i")',
    "not": lambda translator, node: f"!({translator.of(node.arguments[0])})",
    "true": lambda _translator, _node: "1",
    "false": lambda _translator, _node: "0",
    "today": lambda _translator, _node: 'date("Y-m-d")',
    "count-selected": lambda translator, node: translator.of(node.arguments[0]),
}
