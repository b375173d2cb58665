"""XLSForms read tolerantly: what was really fielded is read, and what is wrong in it is told.

Source: xlsform.org, the aliases of pyxform. What the YAML face says beyond XLSForm lives in an extra sheet, « enquete ».
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity
from habitat_enquete.ingest.definitions import xlsform_columns as known
from habitat_enquete.ingest.definitions.distinct_names import renaming_problems, with_distinct_names
from habitat_enquete.ingest.definitions.xlsform_extras import with_extras
from habitat_enquete.ingest.definitions.xlsform_folding import folded
from habitat_enquete.ingest.definitions.xlsform_sheets import (
    FormRow,
    Header,
    Sheets,
    form_rows,
    form_sheets,
    language_code,
    language_names,
    languages_of,
)
from habitat_enquete.ingest.definitions.xlsform_types import FormType, form_type
from habitat_enquete.model.questionnaire import (
    Choice,
    Group,
    Question,
    Questionnaire,
    QuestionType,
    Repeat,
    translations_of,
)
from habitat_enquete.yamlsource import hint

_YES: Final = frozenset({"yes", "true", "true()", "1", "oui", "vrai", "x"})
_NO: Final = frozenset({"", "no", "false", "false()", "0", "non", "faux"})
_TRANSLATED: Final = ("hint", "guidance", "constraint_message", "required_message")
_CHOICE_FIELDS: Final = frozenset({"list_name", "name", "label"})
_BLOCK_FIELDS: Final = frozenset({"type", "name", "label", "hint", "relevant", "appearance"})
_REPEAT_FIELDS: Final = _BLOCK_FIELDS | {"repeat_count"}
_QUESTION_FIELDS: Final = frozenset(each.name for each in known.SURVEY if not each.medium) - {"repeat_count"}

_TYPES: Final = (
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "dateTime",
    "select_one",
    "select_multiple",
    "note",
    "calculate",
    "geopoint",
    "image",
    "begin_group",
    "end_group",
    "begin_repeat",
    "end_repeat",
)


def read_xlsform(path: Path) -> Questionnaire:
    """The questionnaire of an XLSForm. Raises: EnqueteError when the file cannot be opened or is no XLSForm.

    Doubtful content never stops the reading: `read_leniently` tells it. A name used twice is read under another one.
    """
    return with_distinct_names(read_leniently(path)[0])


def read_leniently(path: Path) -> tuple[Questionnaire, list[Problem]]:
    """The questionnaire of an XLSForm and what is wrong in it, with sheet, row and column."""
    sheets = form_sheets(path)
    return parse_sheets(sheets, file=path.name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def parse_sheets(sheets: Sheets, *, file: str, sha256: str = "") -> tuple[Questionnaire, list[Problem]]:
    """The questionnaire written on `sheets` (by lower-case name), and its problems."""
    return _Reader(sheets, file, sha256).read()


@dataclass(slots=True)
class _Block:
    name: str
    repeats: bool
    row: int


@dataclass(slots=True)
class _Reader:
    sheets: Sheets
    file: str
    sha256: str
    sheet: str = "survey"
    columns: dict[str, str] = field(default_factory=dict)
    language: str = ""
    problems: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    open: list[_Block] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)  # of repeats

    def read(self) -> tuple[Questionnaire, list[Problem]]:
        survey_columns, survey = form_rows(self._survey())
        choice_columns, choices = form_rows(self.sheets.get("choices", []), known.CHOICES)
        settings = self._settings()
        languages = languages_of([*survey_columns, *choice_columns])
        default = settings.get("default_language", "")
        self.language = language_code(default) if default else (languages or ["fr"])[0]
        self.columns = {each.field: each.letter for each in reversed(survey_columns) if each.known}
        for row in survey:
            self._row(row)
        for block in self.open:
            self._report(Code.BLOCK_NEVER_CLOSED, block.row, "type", name=block.name)
        lists = self._choice_lists(choice_columns, choices, settings)
        external = self._choice_lists(
            *form_rows(self.sheets.get(known.EXTERNAL_SHEET, []), known.CHOICES),
            {"allow_choice_duplicates": "yes"},
        )
        lists |= self._external_lists(external, lists)
        names = language_names([self._survey(), self.sheets.get("choices", [])])
        questionnaire = Questionnaire(
            id=settings.get("form_id") or Path(self.file).stem,
            title=settings.get("form_title") or settings.get("form_id") or Path(self.file).stem,
            version=settings.get("version", ""),
            questions=tuple(self.questions),
            choice_lists=lists,
            repeats=tuple(self.repeats),
            groups=tuple(self.groups),
            language=self.language,
            languages=tuple(dict.fromkeys([self.language, *languages])),
            language_names=names,
            settings={
                k: v
                for k, v in settings.items()
                if k not in _OWN_SETTINGS and (k, v) != ("style", known.STYLE)
            },
            sheets={
                name: _filled_rows(self.sheets.get(name, []))
                for name in known.OTHER_SHEETS
                if self.sheets.get(name)
            },
            sha256=self.sha256,
            source=self.file,
            sheet=self.sheet,
            columns=self.columns,
        )
        questionnaire = with_extras(folded(questionnaire), self.sheets.get("enquete", []))
        return questionnaire, [*self.problems, *renaming_problems(questionnaire)]

    # ── sheets ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _survey(self) -> list[list[str]]:
        """The sheet of questions: « survey », else the first one with a type and a name column."""
        if "survey" in self.sheets:
            return self.sheets["survey"]
        for name, rows in self.sheets.items():
            fields = {each.field for each in form_rows(rows[:1])[0]} if rows else set()
            if {"type", "name"} <= fields:
                self.sheet = name
                return rows
        raise EnqueteError(Code.XLSFORM_NOT_ONE, file=self.file, sheets=", ".join(self.sheets) or "aucune")

    def _settings(self) -> dict[str, str]:
        _, rows = form_rows(self.sheets.get("settings", []), known.SETTINGS)
        names = {each.name for each in known.SETTINGS}
        row = rows[0] if rows else FormRow(0)
        return {name: text for name, text in row.texts.items() if name in names} | row.others(names)

    def _choice_lists(
        self, columns: list[Header], rows: list[FormRow], settings: Mapping[str, str]
    ) -> dict[str, tuple[Choice, ...]]:
        lists: dict[str, list[Choice]] = {}
        twice = settings.get("allow_choice_duplicates", "").casefold() in _YES
        letters = {each.field: each.letter for each in reversed(columns)}
        current = ""
        for row in rows:
            current = row.texts.get("list_name", "") or current
            name = row.texts.get("name", "")
            if not name or not current:
                if row.text("label", self.language):
                    self._report(
                        Code.DEFINITION_NAME_MISSING,
                        row.number,
                        "name",
                        letters,
                        "choices",
                        what="une modalité",
                    )
                continue
            choices = lists.setdefault(current, [])
            if not twice and any(each.name == name for each in choices):
                self._report(
                    Code.CHOICE_DUPLICATE, row.number, "name", letters, "choices", name=name, list=current
                )
            choices.append(self._choice(row, name))
        return {name: tuple(choices) for name, choices in lists.items()}

    def _external_lists(
        self, external: Mapping[str, tuple[Choice, ...]], lists: Mapping[str, tuple[Choice, ...]]
    ) -> dict[str, tuple[Choice, ...]]:
        """The lists of `select_one_external`; one that has the name of another list gets its own."""
        names = {name: f"{name}_external" if name in lists else name for name in external}
        self.questions = [
            replace(each, choices=names.get(each.choices or "", each.choices))
            if each.kind == known.EXTERNAL_TYPE
            else each
            for each in self.questions
        ]
        return {names[name]: choices for name, choices in external.items()}

    def _choice(self, row: FormRow, name: str) -> Choice:
        label = row.text("label", self.language)
        others = row.others(_CHOICE_FIELDS)
        return Choice(name, label or name, self._labels(row, "label"), attributes=others, line=row.number)

    # ── rows of the survey ───────────────────────────────────────────────────────────────────────────────────────

    def _row(self, row: FormRow) -> None:
        word = row.texts.get("type", "")
        if row.texts.get("disabled", "").casefold() in _YES:
            return
        if not word:
            if row.texts.get("name"):
                self._report(Code.TYPE_MISSING, row.number, "type", name=row.texts["name"])
            return
        found = form_type(word)
        if found is None:
            self._report(Code.QUESTION_TYPE_UNKNOWN, row.number, "type", type=word, hint=hint(word, _TYPES))
            found = FormType(type=QuestionType.TEXT)
        if found.block == "begin":
            self._begin(row, found)
        elif found.block == "end":
            self._end(row, found)
        else:
            self.questions.append(self._question(row, found))

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(block.name for block in self.open)

    def _begin(self, row: FormRow, found: FormType) -> None:
        name = row.texts.get("name", "") or f"bloc_{row.number}"
        self.open.append(_Block(name, found.repeats, row.number))
        if found.list:
            self._report(Code.LOOP_IGNORED, row.number, "type", name=name)
        label, labels = row.text("label", self.language), self._labels(row, "label")
        label = (
            "" if label == name else label
        )  # collection tools want a label even where there is nothing to say
        texts, lines, hints = row.texts, dict.fromkeys(row.texts, row.number), self._labels(row, "hint")
        if found.repeats:
            if name in self.names:
                self._report(Code.QUESTION_DUPLICATE, row.number, "name", name=name, first=self.names[name])
            self.names.setdefault(name, row.number)
            self.repeats.append(
                Repeat(
                    name,
                    label,
                    {},
                    texts.get("relevant", ""),
                    texts.get("repeat_count", ""),
                    labels,
                    row.text("hint", self.language),
                    texts.get("appearance", ""),
                    self.path,
                    row.number,
                    lines,
                    hints,
                    row.others(_REPEAT_FIELDS),
                )
            )
            return
        self.groups.append(
            Group(
                self.path,
                label,
                labels,
                row.text("hint", self.language),
                texts.get("relevant", ""),
                texts.get("appearance", ""),
                row.number,
                lines,
                hints,
                row.others(_BLOCK_FIELDS),
            )
        )

    def _end(self, row: FormRow, found: FormType) -> None:
        if not self.open:
            self._report(Code.BLOCK_NEVER_OPENED, row.number, "type", type=row.texts["type"])
            return
        block = self.open.pop()
        if block.repeats != found.repeats:
            self._report(Code.BLOCK_MISMATCH, row.number, "type", name=block.name, row_begin=block.row)

    def _question(self, row: FormRow, found: FormType) -> Question:
        assert found.type is not None
        texts = row.texts
        name = texts.get("name", "")
        if not name and found.type not in (QuestionType.METADATA, QuestionType.NOTE):
            self._report(Code.DEFINITION_NAME_MISSING, row.number, "name", what="une question")
        name = name or (found.kind if found.type is QuestionType.METADATA else f"ligne_{row.number}")
        if name in self.names:
            self._report(Code.QUESTION_DUPLICATE, row.number, "name", name=name, first=self.names[name])
        required = texts.get("required", "")
        others = row.others(_QUESTION_FIELDS)
        appearance, precision, multiline = _appearance(texts.get("appearance", ""))
        return Question(
            name=name,
            type=found.type,
            kind=found.kind,
            label=row.text("label", self.language),
            labels=self._labels(row, "label"),
            choices=found.list or None,
            choices_file=found.file,
            or_other=found.or_other,
            required=required.casefold() in _YES,
            required_if="" if required.casefold() in _YES | _NO else required,
            relevant=texts.get("relevant", ""),
            constraint=texts.get("constraint", ""),
            calculation=texts.get("calculation", ""),
            default=texts.get("default", ""),
            choice_filter=texts.get("choice_filter", ""),
            appearance=appearance,
            precision=precision,
            multiline=multiline,
            parameters=texts.get("parameters", "").replace(known.IMAGE_PARAMETERS, ""),
            read_only=texts.get("read_only", "").casefold() in _YES,
            trigger=texts.get("trigger", ""),
            media={key: text for key, text in others.items() if key.split("::")[0] in known.MEDIA},
            attributes={key: text for key, text in others.items() if key.split("::")[0] not in known.MEDIA},
            group=self.path,
            repeat=next((block.name for block in reversed(self.open) if block.repeats), None),
            line=row.number,
            lines=dict.fromkeys((*texts, *row.translated), row.number),
            translations={key: labels for key in _TRANSLATED if (labels := self._labels(row, key))},
            hint=row.text("hint", self.language),
            guidance=row.text("guidance", self.language),
            constraint_message=row.text("constraint_message", self.language),
            required_message=row.text("required_message", self.language),
        )

    def _labels(self, row: FormRow, name: str) -> Mapping[str, str]:
        """The translations of a text, where they say something else than the default language."""
        return translations_of(row.languages(name), self.language, row.text(name, self.language))

    def _report(
        self,
        code: Code,
        row: int,
        column: str,
        letters: Mapping[str, str] | None = None,
        sheet: str = "",
        **where: object,
    ) -> None:
        letter = (self.columns if letters is None else letters).get(column, "")
        named = sheet or self.sheet
        place = f"{self.file}, {named}!{letter}{row}"
        severity = Severity.WARNING if code in _WARNINGS else Severity.ERROR
        sentence = code.sentence(**{"place": place, "row": row} | where)
        self.problems.append(Problem(code.name, sentence, severity, self.file, named, row, letter))


_WARNINGS: Final = frozenset({Code.TYPE_MISSING, Code.LOOP_IGNORED})
_OWN_SETTINGS: Final = frozenset({"form_id", "form_title", "version", "default_language"})


def _filled_rows(rows: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row) for row in rows if any(row))


_PRECISIONS: Final = {"month-year": "mois", "year": "annee"}


def _appearance(text: str) -> tuple[str, str | None, bool]:
    """An appearance without the words the model holds apart: precision of a date, several lines of text."""
    words = text.split()
    precision = next((_PRECISIONS[word] for word in words if word in _PRECISIONS), None)
    kept = [word for word in words if word not in _PRECISIONS and word != "multiline"]
    return " ".join(kept), precision, "multiline" in words
