"""What is wrong, or will go wrong, in a questionnaire: told before the fieldwork, with the cell or the line.

Errors would stop a collection tool or lose answers; warnings make the fieldwork or the import harder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity
from habitat_enquete.ingest.definitions.check_guide import check_guide
from habitat_enquete.ingest.definitions.places import Holder, Places
from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_leniently
from habitat_enquete.ingest.definitions.questionnaires import YAML_SUFFIXES
from habitat_enquete.ingest.definitions.reachability import unanswerable, unreachable
from habitat_enquete.ingest.definitions.xlsform import read_leniently
from habitat_enquete.ingest.expressions.check import check_expressions
from habitat_enquete.model.questionnaire import Choice, Guide, Question, Questionnaire, QuestionType
from habitat_enquete.yamlsource import hint, read_text

_NAME: Final = re.compile(r"[^\W\d][\w.-]*")


@dataclass(frozen=True, slots=True)
class Checked:
    """A definition that was checked, and its problems in the order of the file."""

    definition: Questionnaire | Guide
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        """How many problems must be corrected."""
        return sum(each.severity is Severity.ERROR for each in self.problems)


def check_file(path: Path) -> Checked:
    """Checks the questionnaire or the guide of `path`. Raises: EnqueteError when the file cannot be read at all."""
    definition: Questionnaire | Guide
    if path.suffix.lower() in YAML_SUFFIXES:
        definition, problems = parse_leniently(read_text(path), file=path.name)
    else:
        definition, problems = read_leniently(path)
    found = check(definition) if isinstance(definition, Questionnaire) else check_guide(definition, path)
    once = dict.fromkeys([*problems, *found])
    return Checked(definition, tuple(sorted(once, key=lambda each: (each.sheet, each.row or 0))))


def check(questionnaire: Questionnaire) -> list[Problem]:
    """The problems of a questionnaire, beyond those met while reading it."""
    places = Places(questionnaire)
    return [
        *_names(questionnaire, places),
        *_siblings(questionnaire, places),
        *_texts(questionnaire, places),
        *_labels(questionnaire, places),
        *_lists(questionnaire, places),
        *_questions(questionnaire, places),
        *_settings(questionnaire, places),
        *_languages(questionnaire, places),
        *check_expressions(questionnaire, places),
        *unreachable(questionnaire, places),
        *unanswerable(questionnaire, places),
    ]


# ── names and labels ───────────────────────────────────────────────────────────────────────────────────────────────


def _names(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for question in questionnaire.questions:
        name = question.name
        if name and not _NAME.fullmatch(name):
            yield places.error(Code.CHECK_NAME_INVALID, question, "name", name=name)
        elif not name.isascii():
            yield places.warning(Code.CHECK_NAME_ACCENTS, question, "name", name=name)
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            yield places.warning(Code.CHECK_NAME_CASE, question, "name", name=name, other=other)


def _siblings(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    """Blocks that have the name of another block, or of a question, side by side."""
    holders: list[Holder] = [*questionnaire.groups, *questionnaire.repeats, *questionnaire.questions]
    first: dict[tuple[str, ...], Holder] = {}
    for holder in sorted(holders, key=lambda each: each.line or 0):
        path = (*holder.group, holder.name) if isinstance(holder, Question) else holder.path
        before = first.setdefault(path, holder)
        if before is not holder and not (isinstance(before, Question) and isinstance(holder, Question)):
            yield places.error(Code.CHECK_BLOCK_TWICE, holder, "name", name=holder.name, first=before.line)


_PIPED: Final = re.compile(r"\$\{\s*(?:last-saved#)?([^{}]*?)\s*\}")
_TEXTS: Final = {
    "label": "le libellé",
    "hint": "la consigne",
    "guidance": "l'aide",
    "constraint_message": "le message du contrôle",
    "required_message": "le message d'obligation",
    "default": "la valeur par défaut",
    "trigger": "le déclencheur",
}


def _texts(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    """References written in texts, which collection tools replace by answers."""
    holders: list[Holder] = [*questionnaire.groups, *questionnaire.repeats, *questionnaire.questions]
    known = {holder.name for holder in (*holders, *questionnaire.asked())}
    for holder in holders:
        for field, what in _TEXTS.items():
            texts = [getattr(holder, field, ""), *_translations(holder, field)]
            for name in dict.fromkeys(name for text in texts for name in _PIPED.findall(text)):
                if name not in known:
                    where = {"what": what, "name": holder.name, "reference": name, "hint": hint(name, known)}
                    yield places.error(Code.CHECK_TEXT_REFERENCE, holder, field, **where)


def _translations(holder: Holder, field: str) -> Iterable[str]:
    if field == "label":
        return holder.labels.values()
    if isinstance(holder, Question):
        return holder.translations.get(field, {}).values()
    return holder.hints.values() if field == "hint" else ()


def _labels(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    for question in questionnaire.questions:
        if question.type in (QuestionType.METADATA, QuestionType.CALCULATE, QuestionType.HIDDEN):
            continue
        if not question.label and not question.hint and not question.media:
            tell = places.error if questionnaire.sheet else places.warning  # tools refuse such an XLSForm
            yield tell(Code.CHECK_LABEL_MISSING, question, "label", name=question.name)
        elif question.label and question.type is not QuestionType.NOTE:
            other = seen.setdefault((question.label, question.group), question.name)
            if other != question.name:
                yield places.warning(
                    Code.CHECK_LABEL_TWICE, question, "label", name=question.name, other=other
                )


# ── choices ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _lists(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    used = {question.choices for question in questionnaire.questions}
    multiple = {
        question.choices
        for question in questionnaire.questions
        if question.type in (QuestionType.SELECT_MULTIPLE, QuestionType.RANK)
    }
    for name, choices in questionnaire.choice_lists.items():
        if name not in used:
            yield places.choice(
                Code.CHECK_LIST_UNUSED, choices[0] if choices else None, Severity.WARNING, list=name
            )
        yield from _same_labels(name, choices, places)
        for choice in choices if name in multiple else ():
            if re.search(r"\s", choice.name):
                yield places.choice(Code.CHECK_CHOICE_SPACE, choice, name=choice.name, list=name)


def _same_labels(name: str, choices: Iterable[Choice], places: Places) -> Iterator[Problem]:
    seen: dict[str, Choice] = {}
    for choice in choices:
        other = seen.setdefault(choice.label.strip().casefold(), choice)
        if other.name != choice.name:
            yield places.choice(
                Code.CHECK_CHOICE_LABEL_TWICE,
                choice,
                Severity.WARNING,
                list=name,
                name=choice.name,
                other=other.name,
            )


# ── questions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _questions(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    for question in questionnaire.questions:
        if question.type.is_choice and not question.choices_file:
            yield from _choices(questionnaire, question, places)
        if question.type is QuestionType.MATRIX and not question.rows:
            yield places.error(Code.CHECK_MATRIX_EMPTY, question, "rows", name=question.name)
        if question.type is QuestionType.CALCULATE and not (question.calculation or question.default):
            yield places.error(Code.CHECK_CALCULATION_MISSING, question, "calculation", name=question.name)
        if question.constraint and not question.constraint_message:
            yield places.warning(Code.CHECK_MESSAGE_MISSING, question, "constraint", name=question.name)


def _choices(questionnaire: Questionnaire, question: Question, places: Places) -> Iterator[Problem]:
    if not question.choices:
        yield places.error(Code.CHECK_LIST_NONE, question, "type", name=question.name)
        return
    lists = questionnaire.choice_lists
    if question.choices not in lists:
        if "${" not in question.choices:  # choices taken from a repeat
            close = hint(question.choices, lists)
            where = {"name": question.name, "list": question.choices, "hint": close}
            yield places.error(Code.CHECK_LIST_MISSING, question, "list", **where)
        return
    names = [choice.name for choice in questionnaire.choices_of(question)]
    if not names:
        yield places.error(Code.CHECK_LIST_EMPTY, question, "list", name=question.name, list=question.choices)
    elif question.maximum_choices is not None and not 1 <= question.maximum_choices <= len(names):
        counts = {"maximum": question.maximum_choices, "count": len(names)}
        yield places.error(Code.CHECK_MAXIMUM, question, "max", name=question.name, **counts)
    for value in question.default.split():
        if "$" not in question.default and "(" not in question.default and value not in names:
            where = {"name": question.name, "value": value, "hint": hint(value, names)}
            yield places.error(Code.CHECK_DEFAULT, question, "default", **where)


# ── settings of the study ──────────────────────────────────────────────────────────────────────────────────────────


def _settings(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    """Consent, quotas and residential paths must name questions and answers that exist."""
    asked = {question.name: question for question in questionnaire.asked()}
    for what, name, choices in _citations(questionnaire):
        if name not in asked:
            yield places.setting(Code.CHECK_SETTING_REFERENCE, what=what, name=name, hint=hint(name, asked))
            continue
        answers = _answers(questionnaire, asked[name])
        for choice in choices if answers else ():
            if choice not in answers:
                close = hint(choice, answers)
                yield places.setting(
                    Code.CHECK_SETTING_CHOICE, what=what, name=name, choice=choice, hint=close
                )


def _citations(questionnaire: Questionnaire) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if questionnaire.consent:
        question, value = questionnaire.consent
        yield "le consentement", question, (value,)
    for quota in questionnaire.quotas:
        for rank, question in enumerate(quota.questions):
            targets = (key.split("|") for key in quota.targets)
            yield (
                f"le quota « {quota.name} »",
                question,
                tuple(parts[rank].strip() for parts in targets if len(parts) == len(quota.questions)),
            )
    for repeat in questionnaire.repeats:
        for question in repeat.pathway.values():
            yield f"le parcours de la boucle « {repeat.name} »", question, ()


def _answers(questionnaire: Questionnaire, question: Question) -> list[str]:
    """The answers a question can take, when they are counted; an acknowledgement takes OK."""
    if question.type is QuestionType.ACKNOWLEDGE:
        return ["OK"]
    return [choice.name for choice in questionnaire.choices_of(question)] if question.type.is_choice else []


def _languages(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    """One warning by language, with how many texts it lacks."""
    for language in questionnaire.languages:
        if language == questionnaire.language:
            continue
        missing = [
            question.name
            for question in questionnaire.questions
            if question.label and language not in question.labels
        ]
        missing += [
            choice.name
            for choices in questionnaire.choice_lists.values()
            for choice in choices
            if language not in choice.labels and choice.label != choice.name
        ]
        if missing:
            where = {"language": language, "count": len(missing), "name": missing[0]}
            yield places.setting(Code.CHECK_UNTRANSLATED, Severity.WARNING, **where)
