"""Conditions, constraints and calculations of a questionnaire: parsed by a grammar, evaluated without `eval`.

>>> evaluate(parse("${age} >= 18 and selected(${motifs}, 'emploi')"), Answers({"age": "30", "motifs": "emploi prix"}))
True
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final, TypeAlias

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.expressions.functions import CONTEXTUAL, ELSEWHERE, FUNCTIONS, KNOWN, MANY
from habitat_enquete.ingest.expressions.patterns import compiled_pattern
from habitat_enquete.ingest.expressions.syntax import (
    Binary,
    Call,
    Current,
    Expression,
    Filter,
    Negate,
    Node,
    Number,
    Path,
    Reference,
    Text,
    has_curly_quotes,
    parse,
    references,
)
from habitat_enquete.ingest.expressions.values import (
    NAN,
    Scalar,
    Value,
    boolean,
    compare,
    different,
    equal,
    many,
    number,
    string,
    typed,
)
from habitat_enquete.model.questionnaire import Questionnaire, QuestionType
from habitat_enquete.yamlsource import hint

__all__ = [
    "Answers",
    "Expression",
    "Form",
    "Place",
    "Value",
    "boolean",
    "compiled",
    "evaluate",
    "has_curly_quotes",
    "is_computable",
    "number",
    "parse",
    "references",
    "string",
]


@dataclass(frozen=True, slots=True)
class Form:
    """What evaluation must know of a questionnaire: types, which repeat a question is in, labels of choices."""

    types: Mapping[str, QuestionType] = field(default_factory=dict)
    repeat_of: Mapping[str, str] = field(default_factory=dict)
    repeats: frozenset[str] = frozenset()
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, questionnaire: Questionnaire) -> Form:
        """The form of a questionnaire, matrix rows and « autre (préciser) » included."""
        asked = questionnaire.asked()
        return cls(
            {question.name: question.type for question in asked},
            {question.name: question.repeat for question in asked if question.repeat},
            frozenset(repeat.name for repeat in questionnaire.repeats),
            {
                (question.name, choice.name): choice.label
                for question in asked
                if question.choices
                for choice in questionnaire.choices_of(question)
            },
        )


@dataclass(frozen=True, slots=True)
class Answers:
    """One respondent's answers as canonical texts: choice codes separated by spaces, ISO dates, plain numbers.

    `values` holds those outside repeats, `repeats` one mapping per instance. A question left out is an empty answer.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    repeats: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    now: datetime = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression is evaluated: for `.`, its question; inside a repeat, the rank (from 1) of the instance."""

    question: str = ""
    repeat: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class _Frame:
    form: Form
    answers: Answers
    place: Place

    def answer(self, name: str) -> Value:
        """The answer to `name` seen from this place: a value, or the list of them when seen from outside its repeat."""
        form, repeat = self.form, self.form.repeat_of.get(name)
        if repeat is None and name in form.repeats:
            return tuple(str(rank) for rank in range(1, len(self.answers.repeats.get(name, ())) + 1))
        kind = form.types.get(name, QuestionType.TEXT)
        if repeat is None:
            return typed(self.answers.values.get(name, ""), kind)
        if repeat == self.place.repeat:
            return self.instance(repeat, self.place.rank, name)
        return tuple(typed(each.get(name, ""), kind) for each in self.answers.repeats.get(repeat, ()))

    def instance(self, repeat: str, rank: int, name: str) -> Scalar:
        """The answer to `name` in the instance of this rank; empty when there is no such instance."""
        instances = self.answers.repeats.get(repeat, ())
        if not 1 <= rank <= len(instances):
            return ""
        return typed(instances[rank - 1].get(name, ""), self.form.types.get(name, QuestionType.TEXT))


_Computed: TypeAlias = Callable[[_Frame], Value]
Compiled: TypeAlias = Callable[[Form, Answers, Place], Value]
_NO_FORM: Final = Form()
_NOWHERE: Final = Place()


def evaluate(
    expression: Expression, answers: Answers, *, form: Form = _NO_FORM, place: Place = _NOWHERE
) -> Value:
    """The value of an expression for one respondent; `boolean(…)` gives its truth.

    Raises: EnqueteError when a function is unknown, or needs what only the collection tool has (pulldata, uuid…).
    """
    return compiled(expression.text)(form, answers, place)


@lru_cache(maxsize=4096)
def compiled(text: str) -> Compiled:
    """The expression `text` as a Python function, to be applied to many respondents."""
    compute = _Compiler(text).compile(parse(text).root)

    def run(form: Form, answers: Answers, place: Place = _NOWHERE) -> Value:
        return compute(_Frame(form, answers, place))

    return run


def is_computable(text: str) -> bool:
    """Whether an expression can be evaluated here; false when it is faulty or needs the collection tool."""
    try:
        compiled(text)
    except EnqueteError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Compiler:
    text: str

    def compile(self, node: Node) -> _Computed:
        match node:
            case Text(value=text):
                return lambda frame: text
            case Number(value=value):
                return lambda frame: value
            case Reference(name=name):
                return lambda frame: frame.answer(name)
            case Current():
                return lambda frame: frame.answer(frame.place.question)
            case Path():
                return self._path(node)
            case Negate(operand=operand):
                inside = self.compile(operand)
                return lambda frame: -number(inside(frame))
            case Binary():
                return self._binary(node)
            case Call():
                return self._call(node)
            case Filter():
                raise self._not_computable("un chemin dans le formulaire")

    def _path(self, node: Path) -> _Computed:
        """`../age` and `/data/profil/age` name a question by their last step."""
        name = node.name
        if not name or "/" not in node.text:
            raise self._not_computable(f"le chemin « {node.text} »")
        return lambda frame: frame.answer(name)

    def _binary(self, node: Binary) -> _Computed:
        left, right = self.compile(node.left), self.compile(node.right)
        match node.operator:
            case "and":
                return lambda frame: boolean(left(frame)) and boolean(right(frame))
            case "or":
                return lambda frame: boolean(left(frame)) or boolean(right(frame))
            case "=":
                return lambda frame: equal(left(frame), right(frame))
            case "!=":
                return lambda frame: different(left(frame), right(frame))
            case "<" | "<=" | ">" | ">=" as sign:
                return lambda frame: compare(left(frame), sign, right(frame))
            case "|":
                return lambda frame: many(left(frame)) + many(right(frame))
            case operator:
                compute = _ARITHMETIC[operator]
                return lambda frame: compute(number(left(frame)), number(right(frame)))

    def _call(self, node: Call) -> _Computed:
        self._check_arguments(node)
        if node.name in FUNCTIONS:
            return self._plain_call(node)
        if node.name == "indexed-repeat":
            return self._indexed_repeat(node)
        if node.name == "jr:choice-name":
            return self._choice_name(node)
        if node.name == "position":
            return lambda frame: float(frame.place.rank) if frame.place.repeat else 1.0
        return _CONTEXTUAL[node.name]([self.compile(each) for each in node.arguments])

    def _check_arguments(self, node: Call) -> None:
        if node.name in ELSEWHERE:
            raise self._not_computable(f"{node.name}()")
        bounds = arguments_of(node.name)
        if bounds is None:
            close = hint(node.name, KNOWN)
            raise EnqueteError(Code.EXPRESSION_FUNCTION_UNKNOWN, name=node.name, hint=close, text=self.text)
        if not bounds[0] <= len(node.arguments) <= bounds[1]:
            raise EnqueteError(
                Code.EXPRESSION_ARGUMENTS,
                name=node.name,
                expected=expected_arguments(bounds),
                found=len(node.arguments),
                text=self.text,
            )

    def _plain_call(self, node: Call) -> _Computed:
        match node:
            case Call(name="regex", arguments=(_, Text(value=pattern))) if compiled_pattern(pattern) is None:
                raise self._not_computable(f"le motif « {pattern} »")
        apply = FUNCTIONS[node.name].apply
        arguments = [self.compile(each) for each in node.arguments]
        match arguments:
            case [only]:
                return lambda frame: apply(only(frame))
            case [first, second]:
                return lambda frame: apply(first(frame), second(frame))
            case _:
                return lambda frame: apply(*[each(frame) for each in arguments])

    def _indexed_repeat(self, node: Call) -> _Computed:
        target, *levels = node.arguments
        repeat, index = levels[-2:]
        if not isinstance(target, Reference | Path) or not isinstance(repeat, Reference | Path):
            raise self._not_computable("un chemin dans indexed-repeat()")
        name, block, rank = target.name, repeat.name, self.compile(index)

        def run(frame: _Frame) -> Value:
            at = number(rank(frame))
            return frame.instance(block, int(at), name) if 1 <= at < 1e9 else ""

        return run

    def _choice_name(self, node: Call) -> _Computed:
        value, question = node.arguments
        named = (
            re.fullmatch(r"\s*\$\{\s*([^{}]+?)\s*\}\s*", question.value)
            if isinstance(question, Text)
            else None
        )
        if named is None:
            raise self._not_computable("jr:choice-name() sans '${question}'")
        name, code = named.group(1), self.compile(value)
        return lambda frame: frame.form.labels.get((name, string(code(frame))), "")

    def _not_computable(self, what: str) -> EnqueteError:
        return EnqueteError(Code.EXPRESSION_NOT_COMPUTABLE, text=self.text, what=what)


def arguments_of(name: str) -> tuple[int, int] | None:
    """The least and greatest number of arguments of a function; None when it is unknown or not ours to compute."""
    if name in FUNCTIONS:
        return FUNCTIONS[name].least, FUNCTIONS[name].most
    return CONTEXTUAL.get(name)


def expected_arguments(bounds: tuple[int, int]) -> str:
    """The number of arguments expected, in words: « 2 arguments », « de 1 à 2 arguments »."""
    least, most = bounds
    if most == MANY:
        return f"au moins {least} argument{'s' if least > 1 else ''}"
    if least == most:
        return f"{least} argument{'s' if least > 1 else ''}" if least else "aucun argument"
    return f"de {least} à {most} arguments"


def _divide(left: float, right: float) -> float:
    if right == 0:
        return (
            NAN if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1, right)
        )
    return left / right


def _modulo(left: float, right: float) -> float:
    """The remainder, with the sign of the dividend as in XPath."""
    if right == 0 or math.isnan(left) or math.isnan(right) or math.isinf(left):
        return NAN
    return math.fmod(left, right)


_ARITHMETIC: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "div": _divide,
    "mod": _modulo,
}


def _if(arguments: list[_Computed]) -> _Computed:
    condition, yes, no = arguments
    return lambda frame: yes(frame) if boolean(condition(frame)) else no(frame)


def _coalesce(arguments: list[_Computed]) -> _Computed:
    def run(frame: _Frame) -> Value:
        return next((value for each in arguments if not _is_nothing(value := each(frame))), "")

    return run


def _is_nothing(value: Value) -> bool:
    return value in ("", ()) or (isinstance(value, float) and math.isnan(value))


def _count(arguments: list[_Computed]) -> _Computed:
    (inside,) = arguments
    return lambda frame: float(len(many(inside(frame))))


def _once(arguments: list[_Computed]) -> _Computed:
    (inside,) = arguments

    def run(frame: _Frame) -> Value:
        before = frame.answer(frame.place.question)
        return inside(frame) if before in ("", ()) else before

    return run


def _on_text(apply: Callable[[str], Value]) -> Callable[[list[_Computed]], _Computed]:
    """A function of one text, by default the answer under control."""

    def make(arguments: list[_Computed]) -> _Computed:
        if not arguments:
            return lambda frame: apply(string(frame.answer(frame.place.question)))
        (inside,) = arguments
        return lambda frame: apply(string(inside(frame)))

    return make


def _constant(read: Callable[[_Frame], Scalar]) -> Callable[[Iterable[_Computed]], _Computed]:
    return lambda _arguments: read


_CONTEXTUAL: Final[Mapping[str, Callable[[list[_Computed]], _Computed]]] = {
    "if": _if,
    "coalesce": _coalesce,
    "count": _count,
    "once": _once,
    "today": _constant(lambda frame: frame.answers.now.date()),
    "now": _constant(lambda frame: frame.answers.now),
    "string-length": _on_text(lambda text: float(len(text))),
    "normalize-space": _on_text(lambda text: " ".join(text.split())),
}
