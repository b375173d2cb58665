"""From the tables of a file to responses: who each row is, what it says of itself, and the blocks that hang on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from habitat_enquete.errors import Problem
from habitat_enquete.ingest.answers.identity import Identifier, content_hash
from habitat_enquete.ingest.answers.metadata import Meta, role_of
from habitat_enquete.ingest.answers.repeats import RepeatedBlocks, links_to, without_empty_instances
from habitat_enquete.ingest.answers.rows import Counts, Defects, Options, Row, Table
from habitat_enquete.ingest.answers.screening import Screening
from habitat_enquete.ingest.answers.sheet_answers import SheetReader
from habitat_enquete.ingest.answers.values import plain
from habitat_enquete.model.questionnaire import Questionnaire, QuestionType
from habitat_enquete.model.response import Answer, AnswerState, Response


@dataclass(slots=True)
class ResponseReader:
    """Reads the responses of a file: the main table, and the repeated blocks that hang on its rows."""

    questionnaire: Questionnaire
    main: Table
    repeats: Sequence[Table]
    options: Options
    problems: list[Problem] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    defects: Defects = field(default_factory=Defects)
    _metas: dict[Meta, int] = field(init=False)
    _described: list[tuple[str, int]] = field(init=False)
    _identifier: Identifier = field(init=False)

    def __post_init__(self) -> None:
        layout = self.main.layout
        self._metas = {role: index for role in Meta if (index := layout.meta(role)) is not None}
        self._described = list(self._attribute_columns())
        self._identifier = Identifier(self.questionnaire, layout, self.options.secret)

    def responses(self) -> Iterator[Response]:
        """Every response of the file, in the order of its rows."""
        told = (self.options, self.problems, self.counts)
        reader = SheetReader(
            self.main, self.questionnaire, self.options, self.problems, self.counts, self.defects
        )
        blocks = RepeatedBlocks(self.questionnaire, self.repeats, *told, self.defects, reader.labelled)
        blocks.read()
        links = links_to(self.main.layout)
        screening = Screening(self.questionnaire, self.main, *told, self._metas)
        twins: dict[str, int] = {}
        for rows in reader.blocks():
            for row in rows:
                if self.repeats:
                    blocks.attach(row, links)
                if screening.keeps(row):
                    yield self._response(row, twins)
        blocks.tell_orphans()

    def _response(self, row: Row, twins: dict[str, int]) -> Response:
        """The response of a row; `twins` counts the rows without a key that say exactly the same."""
        answers = tuple(without_empty_instances(row.answers) if self.questionnaire.repeats else row.answers)
        identity = self._identifier.identity(row.cells)
        if identity is None:
            stamped = content_hash([*answers, *self._stamps(row)])
            twins[stamped] = rank = twins.get(stamped, -1) + 1
            identity = self._identifier.unnamed(stamped, rank)
        attributes = self._attributes(row)
        return Response(
            respondent=identity.respondent,
            questionnaire=self.questionnaire.id,
            questionnaire_version=attributes.pop("version", "") or self.questionnaire.version,
            answers=answers,
            source_file=self.options.file,
            source_row=f"{self.main.sheet.name}!{row.number}",
            identity=identity.by,
            content_hash=content_hash(answers),
            attributes=attributes,
        )

    def _stamps(self, row: Row) -> Iterator[Answer]:
        for role in (Meta.TIMESTAMP, Meta.START, Meta.END, Meta.SUBMITTED):
            index = self._metas.get(role)
            if index is not None:
                yield Answer(role.value, plain(row.cells[index]), AnswerState.ANSWERED)

    def _attribute_columns(self) -> Iterator[tuple[str, int]]:
        """What columns say of the response itself: when it began, ended, was sent; who asked; which version of the form."""
        for column in self.main.layout.columns:
            question, role = column.question, column.target.meta
            if question is not None and question.type is QuestionType.METADATA:
                role = role_of(question.name)
                if question.name == "today":
                    yield "date", column.index
            if role in _ATTRIBUTES:
                yield _ATTRIBUTES[role], column.index

    def _attributes(self, row: Row) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, index in self._described:
            if text := plain(row.cells[index]).strip():
                found.setdefault(name, text.replace(" ", "T", 1) if text[:1].isdigit() else text)
        if "date" in found:
            found["date"] = found["date"][:10]
        return found


_ATTRIBUTES: Final = {
    Meta.START: "start",
    Meta.END: "end",
    Meta.SUBMITTED: "submitted",
    Meta.COMPLETED: "submitted",
    Meta.TIMESTAMP: "submitted",
    Meta.ENUMERATOR: "enumerator",
    Meta.VERSION: "version",
}
