"""The expressions of a questionnaire, looked at one by one and together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from habitat_enquete.errors import Code, EnqueteError, Problem
from habitat_enquete.ingest.definitions.places import Holder, Places
from habitat_enquete.ingest.expressions.check_reading import Reading
from habitat_enquete.ingest.expressions.circles import circles
from habitat_enquete.ingest.expressions.evaluation import (
    Expression,
    arguments_of,
    expected_arguments,
    has_curly_quotes,
    parse,
    references,
)
from habitat_enquete.ingest.expressions.functions import ELSEWHERE, KNOWN, NOT_IN_COLLECT
from habitat_enquete.ingest.expressions.patterns import compiled_pattern, has_no_equivalent
from habitat_enquete.ingest.expressions.syntax import Binary, Call, Current, Node, Path, Reference, Text
from habitat_enquete.ingest.expressions.written import FIELDS, Written, written_expressions
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType
from habitat_enquete.yamlsource import hint

_LISTED: Final = 8
_REFUSED_QUOTES: Final = "«»„‚"  # pyxform straightens the others
_COALESCED: Final = 2
_DATES: Final = (QuestionType.DATE, QuestionType.DATETIME)


def check_expressions(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    """Syntax, functions, references and choices of every expression, then the circles they make."""
    checker = _Checker(questionnaire, places)
    for written in written_expressions(questionnaire):
        yield from checker.check(written)
    yield from circles(questionnaire, places)


class _Checker:
    def __init__(self, questionnaire: Questionnaire, places: Places) -> None:
        self.questionnaire = questionnaire
        self.places = places
        self.questions = {question.name: question for question in questionnaire.asked()}
        blocks = [group.name for group in questionnaire.groups] + [
            each.name for each in questionnaire.repeats
        ]
        matrices = [each.name for each in questionnaire.questions if each.type is QuestionType.MATRIX]
        self.known = {*self.questions, *blocks, *matrices}
        self.reading = Reading(questionnaire, places)
        self.times = Counter(question.name for question in questionnaire.questions)
        self.order = {question.name: rank for rank, question in enumerate(questionnaire.asked())}

    def check(self, written: Written) -> Iterator[Problem]:
        if any(mark in written.text for mark in _REFUSED_QUOTES) and has_curly_quotes(written.text):
            yield self._error(Code.CHECK_FRENCH_QUOTES, written)
        elif has_curly_quotes(written.text):
            yield self._warning(Code.CHECK_CURLY_QUOTES, written)
        try:
            expression = parse(written.text)
        except EnqueteError as error:
            yield self._error(Code.CHECK_EXPRESSION, written, sentence=str(error))
            return
        for node in expression.nodes():
            yield from self._node(node, written)
        yield from self._references(expression, written)
        yield from self.reading.check(expression, written)

    # ── one node ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _node(self, node: Node, written: Written) -> Iterator[Problem]:
        match node:
            case Call():
                yield from self._call(node, written)
            case Binary(operator="=" | "!=", left=left, right=Text(value=code)):
                yield from self._choice(left, code, written)
            case Binary(operator="=" | "!=", left=Text(value=code), right=right):
                yield from self._choice(right, code, written)
            case Binary(operator="<" | "<=" | ">" | ">=", left=one, right=Text(value=text)):
                yield from self._date_as_text(one, text, written)
            case Binary(operator="<" | "<=" | ">" | ">=", left=Text(value=text), right=one):
                yield from self._date_as_text(one, text, written)

    def _date_as_text(self, node: Node, text: str, written: Written) -> Iterator[Problem]:
        question = self._target(node, written)
        compared = (question is not None and question.type in _DATES) or isinstance(node, Call)
        if compared and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            yield self._warning(Code.CHECK_DATE_TEXT, written, text=text)

    def _call(self, node: Call, written: Written) -> Iterator[Problem]:
        if node.name not in KNOWN:
            sentence = Code.EXPRESSION_FUNCTION_UNKNOWN.sentence(
                name=node.name, hint=hint(node.name, KNOWN), text=written.text
            )
            yield self._error(Code.CHECK_EXPRESSION, written, sentence=sentence)
            return
        bounds = arguments_of(node.name)
        if node.name not in ELSEWHERE and bounds and not bounds[0] <= len(node.arguments) <= bounds[1]:
            sentence = Code.EXPRESSION_ARGUMENTS.sentence(
                name=node.name,
                expected=expected_arguments(bounds),
                found=len(node.arguments),
                text=written.text,
            )
            yield self._error(Code.CHECK_EXPRESSION, written, sentence=sentence)
        if node.name in NOT_IN_COLLECT:
            what, advice = f"{node.name}()", "Écrivez int(…) ou round(…)."
            yield self._error(Code.CHECK_NOT_IN_COLLECT, written, what=what, advice=advice)
        elif node.name == "coalesce" and len(node.arguments) > _COALESCED:
            what, advice = "coalesce() à plus de deux valeurs", "Emboîtez-les : coalesce(a, coalesce(b, c))."
            yield self._error(Code.CHECK_NOT_IN_COLLECT, written, what=what, advice=advice)
        match node:
            case Call(name="selected" | "is-selected", arguments=(target, Text(value=code))):
                yield from self._choice(target, code, written)
            case Call(name="regex", arguments=(_, Text(value=pattern))) if _is_faulty(pattern):
                sentence = Code.EXPRESSION_REGEX.sentence(
                    pattern=pattern, why="parenthèse, crochet ou répétition mal formés", text=written.text
                )
                yield self._error(Code.CHECK_EXPRESSION, written, sentence=sentence)

    def _choice(self, target: Node, code: str, written: Written) -> Iterator[Problem]:
        """A comparison with a choice that the question does not propose."""
        question = self._target(target, written)
        if question is None or not question.type.is_choice or code == "":
            return
        codes = [choice.name for choice in self.questionnaire.choices_of(question)]
        accepted = {*codes, *(choice.name for choice in self.questionnaire.nonresponse)}
        if codes and code not in accepted and not set(code.split()) <= accepted:
            known = ", ".join(codes[:_LISTED]) + (", …" if len(codes) > _LISTED else "")
            yield self._error(
                Code.CHECK_CHOICE_MISSING,
                written,
                choice=code,
                reference=question.name,
                hint=hint(code, codes),
                known=known,
            )

    def _target(self, node: Node, written: Written) -> Question | None:
        match node:
            case Reference(name=name):
                return self.questions.get(name)
            case Path(name=name) if "/" in node.text:
                return self.questions.get(name)
            case Current() if isinstance(written.holder, Question):
                return written.holder
        return None

    # ── references ───────────────────────────────────────────────────────────────────────────────────────────────

    def _references(self, expression: Expression, written: Written) -> Iterator[Problem]:
        for name in sorted(references(expression)):
            if name not in self.known and not _is_metadata(name):
                where = {"reference": name, "hint": hint(name, self.known)}
                yield self._error(Code.CHECK_REFERENCE_MISSING, written, **where)
            elif self.times[name] > 1:
                yield self._error(Code.CHECK_REFERENCE_AMBIGUOUS, written, reference=name)
            elif self._is_later(name, written):
                yield self._warning(Code.CHECK_FORWARD, written, reference=name)

    def _is_later(self, name: str, written: Written) -> bool:
        if written.field != "relevant" or name not in self.order or name == written.name:
            return False
        return self.order[name] > self._rank(written.holder)

    def _rank(self, holder: Holder) -> int:
        """The rank of a question, or of the last question of a block: a block may look at its own questions."""
        if isinstance(holder, Question):
            return self.order.get(holder.name, len(self.order))
        inside = [
            self.order[each.name]
            for each in self.questions.values()
            if each.group[: len(holder.path)] == holder.path
        ]
        return max(inside, default=len(self.order))

    def _error(self, code: Code, written: Written, **where: object) -> Problem:
        where |= {"field": FIELDS[written.field], "name": written.name}
        return self.places.error(code, written.holder, written.field, **where)

    def _warning(self, code: Code, written: Written, **where: object) -> Problem:
        where |= {"field": FIELDS[written.field], "name": written.name}
        return self.places.warning(code, written.holder, written.field, **where)


def _is_faulty(pattern: str) -> bool:
    return compiled_pattern(pattern) is None and not has_no_equivalent(pattern)


def _is_metadata(name: str) -> bool:
    """Fields that collection tools add by themselves."""
    return name in {"instanceID", "instanceName", "deviceid", "username", "start", "end", "today"}
