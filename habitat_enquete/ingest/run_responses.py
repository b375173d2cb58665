"""The responses of one file on their way to the store: each is new, already known, or a new version of a known one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity, problem
from habitat_enquete.ingest.answers.matching import Match
from habitat_enquete.ingest.answers.notices import notices
from habitat_enquete.ingest.answers.open_answers import (
    attribute_questions,
    coded_questions,
    documents,
    respondent_attributes,
)
from habitat_enquete.ingest.answers.quality import QualityMeter
from habitat_enquete.ingest.answers.responses import ResponseReader
from habitat_enquete.ingest.answers.rows import Counts, Defects, Options
from habitat_enquete.ingest.files.workbooks import Workbook
from habitat_enquete.model.questionnaire import Question
from habitat_enquete.model.response import Response
from habitat_enquete.model.text import Document
from habitat_enquete.store import responses as table
from habitat_enquete.store import texts
from habitat_enquete.store.connection import Store

_BATCH: Final = 500


@dataclass(slots=True)
class Importer:
    """Writes the responses of one file to one questionnaire. `tally` counts what became of them."""

    store: Store
    match: Match
    options: Options
    workbook: Workbook
    progress: Callable[[int, int], None] | None
    problems: list[Problem] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    tally: Counter[str] = field(default_factory=Counter)
    meter: QualityMeter = field(init=False)
    defects: Defects = field(default_factory=Defects)
    _versions: dict[str, list[table.Version]] = field(init=False)
    _seen: dict[str, tuple[str, str]] = field(default_factory=dict)
    _deferred: dict[str, Response] = field(default_factory=dict)
    _pending: list[table.Entry] = field(default_factory=list)
    _coded: dict[str, Question] = field(init=False)
    _attributes: dict[str, str] = field(init=False)

    def run(self) -> None:
        questionnaire = self.match.questionnaire
        self._versions = table.versions(self.store, questionnaire.id)
        self._coded = coded_questions(questionnaire)
        self._attributes = attribute_questions(questionnaire)
        self.meter = QualityMeter(questionnaire)
        self.problems.extend(notices(self.workbook, self.match))
        reader = ResponseReader(
            questionnaire,
            self.match.main,
            self.match.repeats,
            self.options,
            self.problems,
            self.counts,
            self.defects,
        )
        for response in reader.responses():
            self.meter.add(response)
            self._take(response)
            if len(self._pending) >= _BATCH:
                self._flush()
        self._settle()
        if not self.counts.rows:
            raise EnqueteError(Code.NO_RESPONSE, file=self.workbook.name)

    def _take(self, response: Response) -> None:
        who, content = response.respondent, response.content_hash
        if who in self._seen:
            self._take_again(response, *self._seen[who])
            return
        self._seen[who] = (response.source_row, content)
        known = self._versions.get(who, [])
        current = next((version for version in known if version.current), None)
        if current is not None and current.content_hash == content:
            self.tally["same"] += 1
        elif any(version.content_hash == content for version in known):
            self._deferred[who] = (
                response  # an old version again, unless a later row of the file is the current one
            )
        else:
            self._write(response, current)

    def _take_again(self, response: Response, first: str, content: str) -> None:
        """A second row of the same respondent: a repetition, or a later version."""
        who = response.respondent
        row = first.rpartition("!")[2]
        self.tally["duplicates"] += 1
        if response.content_hash == content:
            self._tell(Code.RESPONSE_DUPLICATE, Severity.WARNING, response, first=row)
            return
        self._tell(Code.RESPONSE_CONFLICT, Severity.ERROR, response, first=row)
        self._seen[who] = (response.source_row, response.content_hash)
        self._deferred.pop(who, None)
        self._flush()
        known = self._versions.get(who, [])
        current = next((version for version in known if version.current), None)
        if current is None or current.content_hash != response.content_hash:
            self._write(response, current)

    def _tell(self, code: Code, severity: Severity, response: Response, **where: object) -> None:
        sheet, _, row = response.source_row.rpartition("!")
        self.problems.append(
            problem(
                code,
                severity=severity,
                file=self.options.name,
                sheet=sheet,
                row=int(row),
                **where,  # type: ignore[arg-type]
            )
        )

    def _write(self, response: Response, current: table.Version | None) -> None:
        if current is None:
            self.tally["added"] += 1
            self._pending.append(table.Entry(response))
            return
        self.tally["changed"] += 1
        change = table.change_between(table.response(self.store, current.id), response)
        self._pending.append(table.Entry(response, supersedes=current.id, change=change))

    def _flush(self) -> None:
        if not self._pending:
            return
        questionnaire = self.match.questionnaire
        responses = [entry.response for entry in self._pending]
        people = [
            (each.respondent, respondent_attributes(each, questionnaire, self._attributes))
            for each in responses
        ]
        table.add_respondents(self.store, people, source=self.options.file)
        ids = table.add(self.store, self._pending)
        for entry, id_ in zip(self._pending, ids, strict=True):
            versions = self._versions.setdefault(entry.response.respondent, [])
            versions[:] = [table.Version(v.id, v.content_hash, False) for v in versions]
            versions.append(table.Version(id_, entry.response.content_hash, True))
        self.tally["answers"] += sum(len(response.answers) for response in responses)
        self._write_documents(self._pending)
        self._pending.clear()
        if self.progress is not None:
            self.progress(self.counts.rows, 0)

    def _write_documents(self, entries: list[table.Entry]) -> None:
        """The open answers as documents; one that was erased leaves an empty document, so that its codings show."""
        fresh: list[Document] = []
        for entry in entries:
            found = list(documents(entry.response, self._coded, sha256=self.workbook.sha256))
            self.tally["documents"] += len(found)
            if entry.supersedes is None:
                fresh.extend(found)
            else:
                texts.save_documents(self.store, found)
        table.add_documents(self.store, fresh)

    def _settle(self) -> None:
        for who, response in self._deferred.items():
            current = next((version for version in self._versions[who] if version.current), None)
            self._write(response, current)
        self._flush()
