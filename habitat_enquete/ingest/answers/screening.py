"""Who is kept: finished, accepted and consenting responses; those that look like a trial are kept and said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity, problem
from habitat_enquete.ingest.answers.metadata import Meta
from habitat_enquete.ingest.answers.rows import Counts, Options, Row, Table
from habitat_enquete.ingest.answers.values import plain
from habitat_enquete.model.questionnaire import Questionnaire, QuestionType

_TEST: Final = re.compile(r"^\W*(?:tests?|essais?|test ?\d+|aaa+|xxx+|blabla|azerty|qsdf)\W*$", re.IGNORECASE)
_YES: Final = frozenset({"1", "1.0", "oui", "yes", "true", "vrai", "x"})
_REFUSED: Final = re.compile(r"not[_ ]approved|non approuv|rejected|rejet", re.IGNORECASE)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST_TRIAL: Final = 12


@dataclass(slots=True)
class Screening:
    """Decides which rows of the main table are responses of the study. What is set aside is counted and told."""

    questionnaire: Questionnaire
    table: Table
    options: Options
    problems: list[Problem]
    counts: Counts
    metas: Mapping[Meta, int]
    _texts: list[int] = field(init=False)
    _finished_is_known: bool = field(init=False)

    def __post_init__(self) -> None:
        self._texts = [
            column.index
            for column in self.table.layout.columns
            if column.question is not None and column.question.type is QuestionType.TEXT
        ]
        known = {Meta.SUBMITTED, Meta.DRAFT, Meta.VALIDATION, Meta.REVIEW}
        self._finished_is_known = not known.isdisjoint(self.metas)

    def keeps(self, row: Row) -> bool:
        """Whether the row is a response of the study."""
        if self._finished_is_known and not self.options.keep_drafts and (why := self._draft(row)):
            self.counts.drafts += 1
            self._tell(Code.ROW_DRAFT, row.number, why=why)
            return False
        if not self._consents(row):
            self.counts.without_consent += 1
            self._tell(Code.ROW_NO_CONSENT, row.number)
            return False
        if why := self._trial(row):
            self._tell(Code.ROW_TEST, row.number, why=why)
        return True

    def _cell(self, row: Row, role: Meta) -> str | None:
        index = self.metas.get(role)
        return None if index is None else plain(row.cells[index]).strip()

    def _draft(self, row: Row) -> str:
        """Why the row is no finished response; '' when it is one."""
        if self.table.layout.limesurvey and self._cell(row, Meta.SUBMITTED) in {"", "N/A"}:
            return "jamais envoyée"
        if (self._cell(row, Meta.DRAFT) or "").casefold() in _YES:
            return "brouillon"
        if self._cell(row, Meta.DRAFT) is not None and self._cell(row, Meta.COMPLETED) == "":
            return "jamais terminée"
        for role in (Meta.VALIDATION, Meta.REVIEW):
            if _REFUSED.search(self._cell(row, role) or ""):
                return "refusée à la relecture"
        return ""

    def _consents(self, row: Row) -> bool:
        consent = self.questionnaire.consent
        if consent is None:
            return True
        given = [answer for answer in row.answers if answer.question == consent[0]]
        return not given or any(answer.value.casefold() == consent[1].casefold() for answer in given)

    def _trial(self, row: Row) -> str:
        """Why the row looks like a trial; '' when it does not."""
        start = self.options.fieldwork_start
        if start and _DAY.match(stamp := self._moment(row)) and stamp[:10] < start:
            return f"avant le début de l'enquête, {start}"
        cells = row.cells
        texts = [
            cell
            for index in self._texts
            if isinstance(cell := cells[index], str) and 0 < len(cell) < _LONGEST_TRIAL
        ]
        return "le mot « test »" if texts and any(map(_TEST.match, texts)) else ""

    def _moment(self, row: Row) -> str:
        moments = (self._cell(row, role) for role in (Meta.START, Meta.TIMESTAMP, Meta.SUBMITTED))
        return next((text for text in moments if text), "")

    def _tell(self, code: Code, number: int, **where: object) -> None:
        sheet = self.table.sheet.name
        self.problems.append(
            problem(
                code,
                severity=Severity.WARNING,
                file=self.options.name,
                sheet=sheet,
                row=number,
                **where,  # type: ignore[arg-type]
            )
        )
