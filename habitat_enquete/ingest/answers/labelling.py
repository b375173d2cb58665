"""Whether a file writes the labels of choices or their codes: « 2 » may be the code of one and the label of another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from habitat_enquete.ingest.answers.choices import ChoiceSet, choice_set
from habitat_enquete.ingest.answers.headers import Column, Part
from habitat_enquete.ingest.answers.readings import Context, Rows
from habitat_enquete.ingest.answers.values import plain
from habitat_enquete.ingest.files.workbooks import CellValue
from habitat_enquete.model.questionnaire import Question, Questionnaire


def label_evidence(
    questions: Iterable[tuple[Question, Sequence[Column]]], sample: Rows, questionnaire: Questionnaire
) -> int:
    """How many more cells of a sheet write the labels of choices than their codes, all its questions together."""
    said = 0
    for question, columns in questions:
        indexes = [c.index for c in columns if c.target.part in {Part.ANSWER, Part.MENTION}]
        if question.type.is_choice and indexes:
            choices = choice_set(questionnaire, question)
            said += _evidence(
                choices, (row[index] for row in sample for index in indexes if index < len(row))
            )
    return said


def _evidence(choices: ChoiceSet, cells: Iterable[CellValue]) -> int:
    """How many more different cells hold labels than codes."""
    return sum(map(choices.evidence, {plain(cell) for cell in cells if cell != ""}))


def holds_labels(choices: ChoiceSet, cells: Iterable[CellValue], context: Context) -> bool:
    """Whether the cells of a question hold labels: what they say themselves, else what the whole sheet does."""
    said = _evidence(choices, cells)
    return said > 0 if said else context.labelled


def ticks_are_flags(columns: Iterable[Column], sample: Rows) -> bool:
    """Whether split columns hold 1 for yes and 2 for no (LimeSurvey), rather than the code of their own choice."""
    return any(
        row[column.index] in {digit, int(digit)}
        for column in columns
        if column.target.part is Part.CHOICE and column.target.choice is not None
        for digit in {"1", "2"} - {column.target.choice.name}
        for row in sample
        if column.index < len(row)
    )
