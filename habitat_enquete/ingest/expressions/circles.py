"""Questions whose conditions or calculations come back to themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from habitat_enquete.errors import Code, EnqueteError, Problem
from habitat_enquete.ingest.definitions.places import Holder, Places
from habitat_enquete.ingest.expressions.syntax import parse, references
from habitat_enquete.ingest.expressions.written import written_expressions
from habitat_enquete.model.questionnaire import Question, Questionnaire


def circles(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    """An error for each circle of references, told once."""
    questions = {question.name: question for question in questionnaire.asked()}
    needs = _needs(questionnaire, questions)
    told: set[frozenset[str]] = set()
    for name in needs:
        cycle = _cycle(name, needs)
        if cycle and frozenset(cycle) not in told:
            told.add(frozenset(cycle))
            shown = " → ".join(f"« {each} »" for each in (*cycle, cycle[0]))
            holder = _holder(questionnaire, questions[cycle[0]])
            field = "relevant" if holder.relevant else "calculation"
            yield places.error(Code.CHECK_CYCLE, holder, field, cycle=shown)


def _needs(questionnaire: Questionnaire, questions: Mapping[str, Question]) -> dict[str, set[str]]:
    needs: dict[str, set[str]] = {}
    for written in written_expressions(questionnaire):
        if written.field not in {"relevant", "calculation"} or "once(" in written.text:
            continue
        try:
            names = references(parse(written.text))
        except EnqueteError:
            continue  # its syntax has been reported already
        for name in _ruled(written.holder, questions):
            needs.setdefault(name, set()).update(names)
    return needs


def _ruled(holder: Holder, questions: Mapping[str, Question]) -> list[str]:
    """The questions that an expression rules: its own, or all those of its block."""
    if isinstance(holder, Question):
        return [holder.name]
    path = holder.path
    return [each.name for each in questions.values() if path and each.group[: len(path)] == path]


def _holder(questionnaire: Questionnaire, question: Question) -> Holder:
    if question.relevant or question.calculation:
        return question
    ruling = [block for block in questionnaire.around(question) if block.relevant]
    return ruling[-1] if ruling else question


def _cycle(start: str, needs: Mapping[str, set[str]]) -> list[str]:
    """The shortest way from a question back to itself; empty when there is none."""
    ways, seen = [[start]], {start}
    while ways:
        longer = []
        for way in ways:
            for name in sorted(needs.get(way[-1], ())):
                if name == start:
                    return way
                if name not in seen and name in needs:
                    seen.add(name)
                    longer.append([*way, name])
        ways = longer
    return []
