"""Where things are written in a questionnaire: a cell of an XLSForm, a line of a YAML file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from habitat_enquete.errors import Code, Problem, Severity
from habitat_enquete.model.questionnaire import Choice, Group, Question, Questionnaire, Repeat

Holder = Question | Group | Repeat


@dataclass(frozen=True, slots=True)
class Places:
    """Makes located problems for one questionnaire."""

    questionnaire: Questionnaire

    def error(self, code: Code, holder: Holder, field: str, /, **where: object) -> Problem:
        """An error about one field of a question or a block."""
        return self._of(code, holder, field, Severity.ERROR, **where)

    def warning(self, code: Code, holder: Holder, field: str, /, **where: object) -> Problem:
        """A warning about one field of a question or a block."""
        return self._of(code, holder, field, Severity.WARNING, **where)

    def choice(
        self, code: Code, choice: Choice | None, severity: Severity = Severity.ERROR, /, **where: object
    ) -> Problem:
        """A problem about a choice, on the sheet of choices."""
        sheet = "choices" if self.questionnaire.sheet else ""
        return self._problem(code, severity, sheet, choice.line if choice else None, "", **where)

    def setting(self, code: Code, severity: Severity = Severity.ERROR, /, **where: object) -> Problem:
        """A problem about the questionnaire as a whole."""
        return self._problem(code, severity, "", None, "", **where)

    def _of(self, code: Code, holder: Holder, field: str, severity: Severity, /, **where: object) -> Problem:
        form = self.questionnaire
        row = holder.lines.get(field) or holder.line
        column = form.columns.get(_COLUMNS.get(field, field), "") if form.sheet else ""
        return self._problem(code, severity, form.sheet, row, column, **where)

    def _problem(
        self, code: Code, severity: Severity, sheet: str, row: int | None, column: str, /, **where: object
    ) -> Problem:
        file = self.questionnaire.source or self.questionnaire.id
        if row is None:
            place = file
        elif sheet:
            place = f"{file}, {sheet}!{column}{row}" if column else f"{file}, feuille {sheet}, ligne {row}"
        else:
            place = f"{file}, ligne {row}"
        sentence = code.sentence(**({"place": place} | where))
        return Problem(code.name, sentence, severity, file, sheet, row, column)


def nested_repeats(questionnaire: Questionnaire) -> Iterator[Problem]:
    """A warning for each repeat inside another one, for the formats that cannot ask it."""
    paths = {repeat.path: repeat for repeat in questionnaire.repeats if repeat.path}
    for path, repeat in paths.items():
        outer = next(
            (paths[path[:length]] for length in range(len(path) - 1, 0, -1) if path[:length] in paths), None
        )
        if outer is not None:
            where = {"name": repeat.name, "outer": outer.name}
            yield Places(questionnaire).warning(Code.CONVERT_NESTED_REPEAT, repeat, "name", **where)


# The field of the model → the column of an XLSForm, where the names differ.
_COLUMNS = {
    "list": "type",
    "rows": "name",
    "max": "constraint",
    "required_if": "required",
    "count": "repeat_count",
    "choices_file": "type",
}
