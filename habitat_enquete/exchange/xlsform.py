"""Writes a questionnaire as an XLSForm that Kobo, ODK, SurveyCTO and Enketo take without a warning.

Matrices become `table-list` groups, « autre (préciser) » a text question, limits on choices a constraint. What XLSForm
cannot say goes to a last sheet, « enquete », which collection tools ignore and `ingest/definitions/xlsform.py` reads back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from habitat_enquete.exchange.workbook_writing import write_workbook
from habitat_enquete.ingest.answers.routing import constraint_of
from habitat_enquete.ingest.definitions import xlsform_columns as known
from habitat_enquete.ingest.definitions.xlsform_extras import (
    HEADER,
    SPELLED_OTHER,
    extra_rows,
    is_column,
    is_silent,
)
from habitat_enquete.model.questionnaire import (
    OTHER,
    Choice,
    Group,
    Question,
    Questionnaire,
    QuestionType,
    Repeat,
)

Row = dict[str, str]

LANGUAGE_NAMES: Final[Mapping[str, str]] = {
    "fr": "Français (fr)",
    "en": "English (en)",
    "es": "Español (es)",
    "de": "Deutsch (de)",
    "it": "Italiano (it)",
    "pt": "Português (pt)",
    "ar": "العربية (ar)",
}
_APPEARANCE: Final = {"mois": "month-year", "annee": "year"}


def write_xlsform(questionnaire: Questionnaire, path: Path) -> None:
    """Writes the XLSForm of `questionnaire` to `path` (.xlsx); texts are never formulas."""
    write_workbook(path, xlsform_sheets(questionnaire))


def xlsform_sheets(questionnaire: Questionnaire) -> dict[str, list[list[str]]]:
    """The sheets of the XLSForm: survey, choices, settings, enquete; the first row of each is its header."""
    spelled = _with_others(questionnaire)
    writer = _Writer(spelled)
    extras = [list(row) for row in extra_rows(spelled)]
    sheets = {
        "survey": writer.table(list(writer.survey()), known.SURVEY),
        "choices": writer.table(list(writer.choices(external=False)), known.CHOICES),
        "settings": _table([writer.settings()], list(writer.settings())),
        **{name: [list(row) for row in rows] for name, rows in questionnaire.sheets.items()},
    }
    if external := list(writer.choices(external=True)):
        sheets[known.EXTERNAL_SHEET] = writer.table(external, known.CHOICES)
    return sheets | ({"enquete": [list(HEADER), *extras]} if extras else {})


def _table(rows: list[Row], columns: list[str]) -> list[list[str]]:
    """Rows under their columns; a column that nothing fills is left out, `type` and `name` excepted."""
    kept = [
        name
        for name in columns
        if any(row.get(name) for row in rows) or name in {"type", "name", "list_name"}
    ]
    return [kept, *([row.get(name, "") for name in kept] for row in rows)]


def _with_others(form: Questionnaire) -> Questionnaire:
    """`or_other` spelled out as a choice and a text where labels have languages: tools would leave it in English.

    The attribute `autre` of the question says which list it had, for the reader.
    """
    if not _has_languages(form):
        return form
    lists = dict(form.choice_lists)
    questions = []
    for question in form.questions:
        if question.or_other and question.choices in lists:
            name = f"{question.choices}_{OTHER.name}"
            lists[name] = form.choices_of(question)
            attributes = {**question.attributes, SPELLED_OTHER: question.choices or ""}
            question = replace(question, choices=name, or_other=False, attributes=attributes)
        questions.append(question)
    return replace(form, questions=tuple(questions), choice_lists=lists)


def _has_languages(form: Questionnaire) -> bool:
    """Whether the columns of texts name their language; a form in French alone does not."""
    return bool(form.language_names) or (form.languages or (form.language,)) != ("fr",)


class _Writer:
    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.languages = questionnaire.languages or (questionnaire.language,)
        self.repeats = {repeat.path or (repeat.name,): repeat for repeat in questionnaire.repeats}
        self.matrices = {
            (*each.group, each.name): each
            for each in questionnaire.questions
            if each.type is QuestionType.MATRIX
        }

    def column(self, name: str, code: str) -> str:
        """The header of a text in a language; a form in French alone does not name it."""
        return f"{name}::{self.language_name(code)}" if _has_languages(self.questionnaire) else name

    def language_name(self, code: str) -> str:
        spelled = self.questionnaire.language_names.get(code, "")
        if spelled.endswith(f"({code})") or not code.isascii() or len(code) > 3:
            return spelled or code
        return LANGUAGE_NAMES.get(code, f"{spelled or code} ({code})")

    def table(self, rows: list[Row], columns: Iterable[known.Column]) -> list[list[str]]:
        """Rows under `columns`, those of texts once by language, then under the columns that they alone have."""
        expected = [
            header
            for column in columns
            for header in (
                *((column.header,) if not column.by_language else ()),
                *(
                    (self.column(column.header, code) for code in self.languages)
                    if column.by_language
                    else ()
                ),
            )
        ]
        return _table(rows, list(dict.fromkeys([*expected, *(name for row in rows for name in row)])))

    def attributes(self, attributes: Mapping[str, str]) -> Row:
        """Cells by the name of their column; a medium is repeated in each language, as a text is."""
        media: dict[str, dict[str, str]] = {}
        row: Row = {}
        for name, text in attributes.items():
            header, _, code = name.partition("::")
            if header in known.MEDIA and code in ("", *self.languages):
                media.setdefault(header, {})[code] = text
            else:
                row[self._spelled(name)] = text
        for header, files in media.items():
            default = files.get("") or files.get(self.questionnaire.language) or next(iter(files.values()))
            row |= self.texts(header, default, files)
        return row

    def _spelled(self, name: str) -> str:
        """A text that XLSForm has by language, with its language spelled as in the other columns."""
        header, _, code = name.partition("::")
        column = known.column_of(header, known.SURVEY)
        of_language = column is not None and column.by_language and code in self.languages
        return f"{header}::{self.language_name(code)}" if of_language else re.sub(r"\s+", "_", name)

    def texts(self, name: str, default: str, labels: Mapping[str, str], suffix: str = "") -> Row:
        """A text in each language; one that is not translated is repeated, as collection tools want."""
        if not default and not labels:
            return {}
        return {self.column(name, code): (labels.get(code) or default) + suffix for code in self.languages}

    # ── survey ───────────────────────────────────────────────────────────────────────────────────────────────────

    def survey(self) -> Iterator[Row]:
        path: tuple[str, ...] = ()
        for question in self.questionnaire.asked():
            if self._is_automatic(question):
                continue
            yield from self._move(path, question.group, question)
            path = question.group
            yield self._question(question)
        yield from self._move(path, (), None)

    def _is_automatic(self, question: Question) -> bool:
        """Whether it is the text that `or_other` makes collection tools ask by themselves."""
        return bool(question.specifies) and self.questionnaire.question(question.specifies).or_other

    def _move(
        self, before: tuple[str, ...], after: tuple[str, ...], question: Question | None
    ) -> Iterator[Row]:
        """The rows that close the blocks left and open those entered, on the way to `question`."""
        around = {block.path: block for block in self.questionnaire.around(question)} if question else {}
        common = 0
        while common < min(len(before), len(after)) and before[common] == after[common]:
            common += 1
        for length in range(len(before), common, -1):
            yield {"type": "end_repeat" if self._is_repeat(before[:length]) else "end_group"}
        for length in range(common + 1, len(after) + 1):
            yield self._block(after[:length], around.get(after[:length]))

    def _is_repeat(self, path: tuple[str, ...]) -> bool:
        return path in self.repeats

    def _block(self, path: tuple[str, ...], described: Group | Repeat | None) -> Row:
        if path in self.matrices:
            return self._matrix(self.matrices[path])
        block: Group | Repeat = described or self.repeats.get(path) or Group(path)
        fallback = path[-1] if isinstance(block, Repeat) else ""  # tools want to name the rounds of a repeat
        row = {"type": "begin_repeat" if isinstance(block, Repeat) else "begin_group", "name": path[-1]}
        row |= self.texts("label", block.label or fallback, block.labels) | self.texts(
            "hint", block.hint, block.hints
        )
        row |= {"relevant": block.relevant, "appearance": block.appearance} | self.attributes(
            block.attributes
        )
        return row | ({"repeat_count": block.count} if isinstance(block, Repeat) else {})

    def _matrix(self, matrix: Question) -> Row:
        row = {
            "type": "begin_group",
            "name": matrix.name,
            "relevant": matrix.relevant,
            "appearance": "table-list",
        }
        labels = self.texts("label", matrix.label or matrix.name, matrix.labels)
        return row | labels | self.texts("hint", matrix.hint, matrix.translations.get("hint", {}))

    def _question(self, question: Question) -> Row:
        translations = question.translations
        unit = f" ({question.unit})" if question.unit else ""
        row = {
            "type": self._type(question),
            "name": question.name,
            "required": "yes" if question.required else question.required_if,
            "relevant": "" if question.matrix else question.relevant,
            "constraint": constraint_of(self.questionnaire, question),
            "calculation": question.calculation,
            "default": question.default,
            "appearance": _appearance(question),
            "choice_filter": question.choice_filter,
            "parameters": question.parameters or (known.IMAGE_PARAMETERS if question.kind == "image" else ""),
            "read_only": "yes" if question.read_only else "",
            "trigger": question.trigger,
            **self.attributes(question.media),
            **self.attributes({k: v for k, v in question.attributes.items() if is_column(question, k)}),
        }
        label = question.name if is_silent(question) else question.label
        row |= self.texts("label", label, question.labels, unit)
        row |= self.texts("hint", question.hint, translations.get("hint", {}))
        row |= self.texts("guidance_hint", question.guidance, translations.get("guidance", {}))
        for name in ("constraint_message", "required_message"):
            row |= self.texts(name, getattr(question, name), translations.get(name, {}))
        return row

    def _type(self, question: Question) -> str:
        name = question.kind or question.type.value
        if not question.type.is_choice:
            return f"{name} {question.choices}" if name == "osm" and question.choices else name
        if question.choices_file:
            return f"{name}_from_file {question.choices_file}"
        return f"{name} {question.choices}" + (" or_other" if question.or_other else "")

    # ── choices and settings ─────────────────────────────────────────────────────────────────────────────────────

    def choices(self, *, external: bool) -> Iterator[Row]:
        """The choices of the lists, or those of the lists that only `select_one_external` questions use."""
        kinds: dict[str, set[str]] = {}
        for question in self.questionnaire.questions:
            kinds.setdefault(question.choices or "", set()).add(question.kind)
        for name, choices in self.questionnaire.choice_lists.items():
            if (kinds.get(name) == {known.EXTERNAL_TYPE}) is not external:
                continue
            for choice in choices:
                yield {
                    "list_name": name,
                    "name": choice.name,
                    **self.texts("label", choice.label, choice.labels),
                    **self.attributes(choice.attributes),
                }

    def settings(self) -> Row:
        form = self.questionnaire
        row = {
            "form_title": form.title or form.id,
            "form_id": form.id,
            "version": form.version,
            "default_language": self.column("", form.language).removeprefix("::"),
            "style": known.STYLE,
        }
        twice = any(_has_duplicates(choices) for choices in form.choice_lists.values())
        return row | ({"allow_choice_duplicates": "yes"} if twice else {}) | dict(form.settings)


def _appearance(question: Question) -> str:
    words = [question.appearance, _APPEARANCE.get(question.precision or "", "")]
    return " ".join(word for word in (*words, "multiline" if question.multiline else "") if word)


def _has_duplicates(choices: tuple[Choice, ...]) -> bool:
    return len({choice.name for choice in choices}) < len(choices)
