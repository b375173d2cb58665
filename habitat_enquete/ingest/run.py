"""`enquete import`: the responses of a file, checked against the questionnaire that asked them, into the store.

In order: the file is opened behind the guards (`workbooks`), the questionnaire it answers is found and its columns attached
to questions (`matching`, `layout`, `headers`), each row is read and checked (`responses`), then written, one transaction for
the whole file. What could not be attached or recognised is listed for a person to decide (`decisions`).
"""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import json
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity, problem
from habitat_enquete.ingest.answers import decisions
from habitat_enquete.ingest.answers.choices import choice_set
from habitat_enquete.ingest.answers.import_report import ImportReport, write_report
from habitat_enquete.ingest.answers.layout import proposals
from habitat_enquete.ingest.answers.matching import Match, all_matches, best_match, unmatched
from habitat_enquete.ingest.answers.notices import notices
from habitat_enquete.ingest.answers.open_answers import (
    attribute_questions,
    coded_questions,
    documents,
    respondent_attributes,
)
from habitat_enquete.ingest.answers.quality import Quality, QualityMeter
from habitat_enquete.ingest.answers.responses import ResponseReader
from habitat_enquete.ingest.answers.rows import Counts, Defects, Options
from habitat_enquete.ingest.definitions.questionnaires import find, read_all
from habitat_enquete.ingest.files.workbooks import Workbook, read_workbook
from habitat_enquete.model.questionnaire import Question, Questionnaire
from habitat_enquete.model.response import Response
from habitat_enquete.model.text import Document
from habitat_enquete.project import Project
from habitat_enquete.store import responses as table
from habitat_enquete.store import runs, texts
from habitat_enquete.store.connection import Store

logger = logging.getLogger(__name__)

STAGE: Final = runs.IMPORT
# Part of what makes an import out of date: raise it when the same file would be read otherwise.
_READER_VERSION: Final = "1"
_BATCH: Final = 500
_SECRET_FILE: Final = "pseudonymes.cle"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. `unchanged`: the file, its questionnaire and the decisions are those of the last time.

    `added`, `changed` and `same` count responses; `duplicates` the rows that repeat another. `report` and `table` are the
    files written in `outputs/import/`; `proposed` the decision files that await the user.
    """

    file: str
    questionnaire: str
    sheet: str
    rows: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    duplicates: int = 0
    drafts: int = 0
    without_consent: int = 0
    notes: int = 0
    answers: int = 0
    documents: int = 0
    questions: int = 0
    problems: tuple[Problem, ...] = ()
    errors: int = 0
    warnings: int = 0
    unchanged: bool = False
    report: Path | None = None
    problem_table: Path | None = None
    proposed: tuple[str, ...] = ()
    quality: Quality | None = None

    def summary(self) -> dict[str, Any]:
        """The figures of the import, for `--json` and for the journal of runs."""
        names = (
            "file questionnaire sheet rows added changed same duplicates drafts without_consent notes answers documents"
            " questions errors warnings"
        )
        return {name: getattr(self, name) for name in names.split()}


def import_responses(
    project: Project,
    file: Path,
    *,
    questionnaire: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    today: dt.date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ImportResult:
    """Read the responses of `file` into the study's store, all or nothing.

    Args: `questionnaire` names the definition, else the one that explains the columns best is taken; `sheet` the main table;
    `header_row` the last row of its header; `encoding` that of a text file.
    Raises: EnqueteError when the file cannot be read or answers no questionnaire of the study; the store is then untouched.
    """
    workbook = read_workbook(file, encoding=encoding)
    known = (
        [find(project.questionnaires, questionnaire)] if questionnaire else read_all(project.questionnaires)
    )
    mappings = decisions.read_mapping_file(project.root)
    match = best_match(
        workbook,
        known,
        sheet=sheet,
        header_row=header_row,
        mappings=mappings,
        chosen=questionnaire is not None,
    )
    return _import_matches(project, file, workbook, [match], mappings, today, progress)[0]


def import_file(
    project: Project,
    file: Path,
    *,
    header_row: int | None = None,
    encoding: str | None = None,
    today: dt.date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[ImportResult, ...]:
    """Read every response of `file`, whichever questionnaires it answers (one sheet each), all or nothing.

    Raises: EnqueteError as `import_responses`.
    """
    workbook = read_workbook(file, encoding=encoding)
    mappings = decisions.read_mapping_file(project.root)
    known = read_all(project.questionnaires)
    matches = all_matches(workbook, known, header_row=header_row, mappings=mappings)
    return _import_matches(project, file, workbook, matches, mappings, today, progress)


def _import_matches(
    project: Project,
    file: Path,
    workbook: Workbook,
    matches: Sequence[Match],
    mappings: Mapping[str, Mapping[str, str]],
    today: dt.date | None,
    progress: Callable[[int, int], None] | None,
) -> tuple[ImportResult, ...]:
    """Write the responses of one file in one transaction; what was imported already is not read again."""
    with Store(project.database) as store, _without_collector(), store.transaction():
        results = tuple(
            _import_match(
                project, store, file, workbook, match, mappings, today, progress, alone=len(matches) == 1
            )
            for match in matches
        )
        if not all(result.unchanged for result in results):
            name = project.relative(file)
            table.add_file(store, name, kind="responses", sha256=workbook.sha256, at=runs.now())
    return results


def _import_match(
    project: Project,
    store: Store,
    file: Path,
    workbook: Workbook,
    match: Match,
    mappings: Mapping[str, Mapping[str, str]],
    today: dt.date | None,
    progress: Callable[[int, int], None] | None,
    *,
    alone: bool,
) -> ImportResult:
    recodes = decisions.read_recoding_file(project.root).get(match.questionnaire.id, {})
    options = Options(
        today or dt.date.today(),
        _secret(project),
        project.relative(file),
        keep_drafts=_setting(project, "import", "drafts", "brouillons") in {"keep", "garder"},
        fieldwork_start=_setting(project, "fieldwork", "start", "début"),
        recodes=decisions.valid_recodes(recodes, match.questionnaire),
    )
    inputs = _input_hash(workbook, match, mappings, options)
    key = f"{options.file}#{match.questionnaire.id}/{match.main.sheet.name}"
    done = runs.runs(store, STAGE).get(key)
    if done is not None and done.input_hash == inputs:
        return ImportResult(**done.summary, unchanged=True)
    importer = _Importer(store, match, options, workbook, progress)
    result = _finished(project, match, importer, importer.run(), alone=alone)
    runs.record(store, STAGE, key, inputs, result.summary())
    logger.info("imported %d responses of %s", result.added + result.changed, result.questionnaire)
    return result


@contextmanager
def _without_collector() -> Iterator[None]:
    """Millions of small tuples make the cyclic collector walk for nothing: it rests during the import."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _setting(project: Project, section: str, *keys: str) -> str:
    table_ = project.settings.get(section)
    if not isinstance(table_, Mapping):
        return ""
    return next((str(table_[key]) for key in keys if key in table_), "")


def _secret(project: Project) -> bytes:
    """The study's own secret, from which pseudonyms of telling keys are made; kept out of the store."""
    path = project.root / _SECRET_FILE
    if not path.exists():
        path.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
        path.chmod(0o600)
    return path.read_bytes().strip()


def _input_hash(
    workbook: Workbook, match: Match, mappings: Mapping[str, Mapping[str, str]], options: Options
) -> str:
    questionnaire = match.questionnaire
    parts = {
        "reader": _READER_VERSION,
        "file": workbook.sha256,
        "encoding": workbook.encoding,
        "questionnaire": [questionnaire.id, questionnaire.sha256],
        "sheet": [match.main.sheet.name, match.main.layout.header_rows],
        "mapping": dict(mappings.get(questionnaire.id, {})),
        "recodes": {name: dict(texts) for name, texts in options.recodes.items()},
        "policy": [options.keep_drafts, options.fieldwork_start],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(slots=True)
class _Importer:
    """Writes the responses of one file, deciding for each whether it is new, known or changed."""

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

    def run(self) -> ImportResult:
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
        return self._result()

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

    def _result(self) -> ImportResult:
        layout = self.match.main.layout
        severities = Counter(each.severity for each in self.problems)
        return ImportResult(
            file=self.options.file,
            questionnaire=self.match.questionnaire.id,
            sheet=self.match.main.sheet.name,
            rows=self.counts.rows,
            added=self.tally["added"],
            changed=self.tally["changed"],
            same=self.tally["same"],
            duplicates=self.tally["duplicates"],
            drafts=self.counts.drafts,
            without_consent=self.counts.without_consent,
            notes=self.counts.notes,
            answers=self.tally["answers"],
            documents=self.tally["documents"],
            questions=len(layout.questions.union(*(each.layout.questions for each in self.match.repeats))),
            problems=tuple(self.problems),
            errors=severities[Severity.ERROR],
            warnings=severities[Severity.WARNING],
            quality=self.meter.quality(self.problems, self.defects),
        )


def _finished(
    project: Project, match: Match, importer: _Importer, result: ImportResult, *, alone: bool
) -> ImportResult:
    """The result, once what awaits a person is proposed and the report written."""
    questionnaire = match.questionnaire
    proposed = []
    columns = {
        header: name
        for each in (match.main, *match.repeats)
        for header, name in proposals(each.layout, match.index).items()
    }
    if decisions.propose_columns(project.root, questionnaire.id, columns):
        proposed.append(decisions.MAPPING_FILE)
    if decisions.propose_recodings(
        project.root, questionnaire.id, _recodings(importer.defects.unknown, questionnaire)
    ):
        proposed.append(decisions.RECODING_FILE)
    checked = decisions.check_decisions(project.root, questionnaire)
    problems = (*checked, *result.problems)
    result = replace(result, problems=problems, errors=result.errors + len(checked), proposed=tuple(proposed))
    left = unmatched(match)
    report = ImportReport(result.summary(), problems, left.questions, left.columns)
    name = result.file if alone else f"{result.file}_{questionnaire.id}"
    path, rows = write_report(project.outputs / "import", report, name=name)
    return replace(result, report=path, problem_table=rows)


def _recodings(
    unknown: Mapping[tuple[str, str], int], questionnaire: Questionnaire
) -> dict[str, dict[str, str]]:
    """The answers that are no choice of their question, each with the nearest choice."""
    wanted: dict[str, dict[str, str]] = {}
    by_name = {question.name: question for question in questionnaire.asked()}
    for question, text in unknown:
        choices = choice_set(questionnaire, by_name[question])
        label = choices.nearest(text)
        code = next((name for name, known in choices.labels.items() if label and known == label), "")
        wanted.setdefault(question, {})[text] = code
    return wanted
