"""A questionnaire as one HTML file to fill offline: filters and checks at work, answers saved as CSV or JSON.

Nothing leaves the computer: the page forbids itself any network access, and keeps the answers in the browser until they
are saved to a file that `enquete import` reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup

from habitat_enquete.errors import Code, EnqueteError, Problem
from habitat_enquete.ingest.answers.routing import conditions_of, constraint_of
from habitat_enquete.ingest.definitions.places import nested_repeats
from habitat_enquete.ingest.definitions.questionnaires import read
from habitat_enquete.ingest.expressions.evaluation import Form
from habitat_enquete.ingest.expressions.nested import as_lists, filter_as_lists
from habitat_enquete.model.questionnaire import Group, Question, Questionnaire, QuestionType, Repeat
from habitat_enquete.report import files
from habitat_enquete.report.html import environment
from habitat_enquete.report.questionnaire.printing import resource

_HIDDEN = (QuestionType.METADATA, QuestionType.FILE)
_UNSAVED = (*_HIDDEN, QuestionType.NOTE)


def write_form(source: Path, target: Path, *, overwrite: bool = False) -> tuple[Problem, ...]:
    """Writes the offline form of the questionnaire of `source` to `target` (.html); what it cannot ask is told.

    Raises: EnqueteError when `source` is a guide or cannot be read, or `target` exists and `overwrite` is not asked.
    """
    definition = read(source)
    if not isinstance(definition, Questionnaire):
        raise EnqueteError(Code.CONVERT_GUIDE, file=source.name)
    if target.is_dir():
        raise EnqueteError(Code.FILE_IS_FOLDER, file=target.name)
    if target.exists() and not overwrite:
        raise EnqueteError(Code.CONVERT_EXISTS, file=target.name)
    files.write(target, form_html(definition).encode("utf-8"))
    return tuple(nested_repeats(definition))


def form_html(questionnaire: Questionnaire) -> str:
    """The page, with its style, its scripts and the questionnaire inside."""
    content = json.dumps(form_content(questionnaire), ensure_ascii=False, separators=(",", ":"))
    return (
        environment()
        .get_template("questionnaire/form.html.j2")
        .render(
            title=questionnaire.title or questionnaire.id,
            name=questionnaire.id,
            content=Markup(
                content.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
            ),
            css=resource("form.css"),
            expressions=resource("expressions.js"),
            script=resource("form.js"),
        )
    )


def form_content(questionnaire: Questionnaire) -> dict[str, Any]:
    """What the scripts need: the questions in their blocks, and what evaluation must know of the questionnaire."""
    form = Form.of(questionnaire)
    return {
        "id": questionnaire.id,
        "title": questionnaire.title or questionnaire.id,
        "version": questionnaire.version,
        "key": questionnaire.respondent_id,
        "blocks": list(_blocks(questionnaire)),
        "form": {
            "types": {name: kind.value for name, kind in form.types.items()},
            "repeatOf": dict(form.repeat_of),
            "repeats": sorted(form.repeats),
            "labels": {f"{name}\0{code}": label for (name, code), label in form.labels.items()},
        },
        "columns": [question.name for question in questionnaire.asked() if question.type not in _UNSAVED],
    }


def _blocks(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    """Consecutive questions under the same blocks; all the questions of a repeat make one block."""
    current: dict[str, Any] | None = None
    for question in questionnaire.questions:
        if question.type in _HIDDEN:
            continue
        key = question.repeat or "/".join(question.group)
        if current is None or current["key"] != key:
            if current is not None:
                yield current
            current = _block(questionnaire, question, key)
        current["questions"].append(_question(questionnaire, question))
    if current is not None:
        yield current


def _block(questionnaire: Questionnaire, question: Question, key: str) -> dict[str, Any]:
    around = questionnaire.around(question)
    repeat = next((each for each in reversed(around) if isinstance(each, Repeat)), None)
    inner: Group | Repeat | None = repeat or (
        around[-1] if around and around[-1].path == question.group else None
    )
    return {
        "key": key,
        "repeat": repeat.name if repeat else "",
        "title": inner.label if inner else "",
        "hint": inner.hint if inner else "",
        "count": as_lists(repeat.count) if repeat else None,
        "conditions": [each for block in around if (each := as_lists(block.relevant)) is not None],
        "questions": [],
    }


def _question(questionnaire: Questionnaire, question: Question) -> dict[str, Any]:
    conditions = [as_lists(text) for text in conditions_of(questionnaire, question)]
    return {
        "name": question.name,
        "type": question.type.value,
        "label": question.label,
        "hint": question.hint,
        "unit": question.unit,
        "required": question.required,
        "requiredIf": as_lists(question.required_if),
        "conditions": [each for each in conditions if each is not None],
        "constraint": as_lists(constraint_of(questionnaire, question)),
        "message": question.constraint_message or _default_message(questionnaire, question),
        "warns": question.constraint_warns,
        "calculation": as_lists(question.calculation),
        "default": "" if "${" in question.default or "(" in question.default else question.default,
        "readOnly": question.read_only,
        "multiline": question.multiline or question.code,
        "precision": question.precision or "",
        "maximum": question.maximum_choices,
        "filter": filter_as_lists(question.choice_filter),
        "choices": [
            _choice(questionnaire, question, rank) for rank in range(len(questionnaire.choices_of(question)))
        ],
        "rows": [{"name": f"{question.name}_{row.name}", "label": row.label} for row in question.rows],
    }


def _choice(questionnaire: Questionnaire, question: Question, rank: int) -> dict[str, Any]:
    choice = questionnaire.choices_of(question)[rank]
    return {
        "code": choice.name,
        "label": choice.label,
        "specify": choice.specify and question.type is not QuestionType.MATRIX,
        "exclusive": choice.exclusive,
        "columns": {"name": choice.name, **choice.attributes},
    }


def _default_message(questionnaire: Questionnaire, question: Question) -> str:
    """What is said when the definition gives no message of its own."""
    if question.maximum_choices is not None:
        return f"{question.maximum_choices} réponses au plus."
    if any(choice.exclusive for choice in questionnaire.choices_of(question)):
        return "Cette réponse ne va avec aucune autre."
    return "Cette réponse n'est pas acceptée : vérifiez-la."
