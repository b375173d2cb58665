"""Conditions in plain French, for a questionnaire that an interviewer reads on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from habitat_enquete.errors import EnqueteError
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
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType

_SIGNS: Final = {"div": "÷", "mod": "modulo", "*": "×"}
# A comparison, before the value and after it.
_COMPARED: Final = {
    "=": ("vaut ", ""),
    "!=": ("ne vaut pas ", ""),
    "<": ("est inférieur à ", ""),
    "<=": ("vaut ", " ou moins"),
    ">": ("est supérieur à ", ""),
    ">=": ("vaut ", " ou plus"),
}
_DATED: Final = {
    "=": ("est le ", ""),
    "!=": ("n'est pas le ", ""),
    "<": ("est avant le ", ""),
    "<=": ("est le ", " ou avant"),
    ">": ("est après le ", ""),
    ">=": ("est le ", " ou après"),
}


class Wording:
    """Puts the conditions of one questionnaire into words; `marks` says how each question is called on the page."""

    def __init__(self, questionnaire: Questionnaire, marks: Mapping[str, str]) -> None:
        questions = {question.name: question for question in questionnaire.asked()}
        self._speaker = _Speaker(questionnaire, questions, marks)

    def of(self, text: str) -> str:
        """A condition in words: `${statut} = 'loc' or ${statut} = 'hlm'` gives « Q4 : Locataire ou Locataire HLM ».

        What has no simple wording is shown as it is written.
        """
        try:
            return self._speaker.say(parse(text).root)
        except EnqueteError:
            return text  # the check tells what is wrong with it


def in_french(text: str, questionnaire: Questionnaire, marks: Mapping[str, str]) -> str:
    """One condition in words; see `Wording`."""
    return Wording(questionnaire, marks).of(text)


@dataclass(frozen=True, slots=True)
class _Speaker:
    questionnaire: Questionnaire
    questions: Mapping[str, Question]
    marks: Mapping[str, str]

    def say(self, node: Node) -> str:
        match node:
            case Text(value=text):
                return f"« {text} »" if text else "vide"
            case Number(value=value):
                return f"{value:g}".replace(".", ",")
            case Reference(name=name) | Path(name=name) if name:
                return self.marks.get(name, f"« {name} »")
            case Current():
                return "la réponse"
            case Negate(operand=operand):
                return f"−{self.say(operand)}"
            case Binary():
                return self._binary(node)
            case Call():
                return self._call(node)
            case _:
                return "…"

    def _binary(self, node: Binary) -> str:
        if node.operator in {"or", "and"}:
            return self._joined(node)
        chosen = self._chosen(node)
        if chosen is not None:
            name, label, negated = chosen
            return self._answered(name, label, negated)
        if node.operator in {"=", "!="} and Text("") in (node.left, node.right):
            other = self.say(node.left if node.right == Text("") else node.right)
            return f"{other} {'est sans réponse' if node.operator == '=' else 'a une réponse'}"
        left, right = self.say(node.left), self.say(node.right)
        if node.operator in _COMPARED:
            before, after = (_DATED if self._is_dated(node) else _COMPARED)[node.operator]
            return f"{left} {before}{right}{after}"
        return f"{left} {_SIGNS.get(node.operator, node.operator)} {right}"

    def _answered(self, name: str, label: str, negated: bool) -> str:
        if not negated:
            return f"{self._mark(name)} : {label}"
        question = self.questions[name]
        if question.type is QuestionType.SELECT_MULTIPLE:
            return f"{self._mark(name)} : {label} n'est pas coché"
        return f"{self._mark(name)} : autre réponse que {label}"

    def _is_dated(self, node: Binary) -> bool:
        """Whether a comparison is with a day written in full: `date('2024-01-31')`."""
        sides = (node.left, node.right)
        return any(isinstance(side, Call) and side.name == "date" for side in sides)

    def _joined(self, node: Binary) -> str:
        """`or` on one question says the question once; an `or` inside an `and` keeps its parentheses."""
        parts = _flat(node, node.operator)
        found = [self._chosen(part) for part in parts]
        same = {each[0] for each in found if each}
        if node.operator == "or" and len(same) == 1 and all(each and not each[2] for each in found):
            return f"{self._mark(same.pop())} : {' ou '.join(each[1] for each in found if each)}"
        said = [self.say(part) for part in parts]
        if node.operator == "and":
            said = [
                f"({text})" if isinstance(part, Binary) and part.operator == "or" else text
                for part, text in zip(parts, said, strict=True)
            ]
            return " et ".join(said)
        return " ou ".join(said)

    def _call(self, node: Call) -> str:
        match node:
            case Call(name="selected", arguments=(_, _)) if (chosen := self._chosen(node)) is not None:
                return f"{self._mark(chosen[0])} : {chosen[1]}"
            case Call(name="not", arguments=(inside,)):
                chosen = self._chosen(inside)
                if chosen is not None:
                    return self._answered(chosen[0], chosen[1], not chosen[2])
                return f"sauf si {self.say(inside)}"
            case Call(name="count-selected", arguments=(inside,)):
                return f"le nombre de réponses à {self.say(inside)}"
            case Call(name="count", arguments=(inside,)):
                return f"le nombre de {self.say(inside)}"
            case Call(name="date", arguments=(Text(value=text),)):
                return "/".join(reversed(text.split("-")))
            case Call(name="position"):
                return "le rang"
            case Call(name="today"):
                return "aujourd'hui"
            case Call(name=name, arguments=arguments):
                return f"{name}({', '.join(self.say(each) for each in arguments)})"

    def _chosen(self, node: Node) -> tuple[str, str, bool] | None:
        """A comparison of a question with one of its choices: the question, the label, whether it is refused."""
        match node:
            case Binary(
                operator="=" | "!=" as operator,
                left=Reference(name=name) | Path(name=name),
                right=Text(value=code),
            ):
                return self._labelled(name, code, operator == "!=")
            case Call(name="selected", arguments=(Reference(name=name) | Path(name=name), Text(value=code))):
                return self._labelled(name, code, False)
        return None

    def _labelled(self, name: str, code: str, negated: bool) -> tuple[str, str, bool] | None:
        question = self.questions.get(name)
        if question is None:
            return None
        if question.type is QuestionType.ACKNOWLEDGE and code == "OK":
            return name, "accord donné", negated
        for choice in self.questionnaire.choices_of(question):
            if choice.name == code:
                return name, f"« {choice.label} »", negated
        return None

    def _mark(self, name: str) -> str:
        return self.marks.get(name, f"« {name} »")


def _flat(node: Node, operator: str) -> list[Node]:
    if isinstance(node, Binary) and node.operator == operator:
        return [*_flat(node.left, operator), *_flat(node.right, operator)]
    return [node]


def piped(label: str, marks: Mapping[str, str]) -> str:
    """A label whose `${question}` are shown as places to fill; what paper cannot compute is left blank.

    >>> piped("Quel âge a ${prenom} ?", {"prenom": "Q3"})
    'Quel âge a [réponse à Q3] ?'
    """
    return re.sub(
        r"\$\{\s*([^{}]+?)\s*\}",
        lambda found: f"[réponse à {marks[found.group(1)]}]" if found.group(1) in marks else "[…]",
        label,
    )
