"""`enquete import`: the responses of a file, checked against the questionnaire that asked them, into the store.

In order: the file is opened behind the guards (`workbooks`), the questionnaire it answers is found and its columns attached
to questions (`matching`, `layout`, `headers`), each row is read and checked (`responses`), then written (`run_responses`), one
transaction for the whole file. What could not be attached or recognised is listed for a person to decide (`decisions`).
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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity
from habitat_enquete.ingest.answers import decisions
from habitat_enquete.ingest.answers.choices import choice_set
from habitat_enquete.ingest.answers.import_report import ImportReport, write_report
from habitat_enquete.ingest.answers.layout import proposals
from habitat_enquete.ingest.answers.matching import Match, all_matches, best_match, near_match, unmatched
from habitat_enquete.ingest.answers.quality import Quality
from habitat_enquete.ingest.answers.rows import Options
from habitat_enquete.ingest.definitions.questionnaires import find, read_all
from habitat_enquete.ingest.files.workbooks import Workbook, read_workbook
from habitat_enquete.ingest.run_responses import Importer
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.project import Project
from habitat_enquete.store import responses as table
from habitat_enquete.store import runs
from habitat_enquete.store.connection import Store

logger = logging.getLogger(__name__)

STAGE: Final = runs.IMPORT
# Part of what makes an import out of date: raise it when the same file would be read otherwise.
_READER_VERSION: Final = "1"
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
    with _proposals_when_near(project, workbook, known, mappings, sheet=sheet, header_row=header_row):
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
    with _proposals_when_near(project, workbook, known, mappings, header_row=header_row):
        matches = all_matches(workbook, known, header_row=header_row, mappings=mappings)
    return _import_matches(project, file, workbook, matches, mappings, today, progress)


@contextmanager
def _proposals_when_near(
    project: Project,
    workbook: Workbook,
    known: Sequence[Questionnaire],
    mappings: Mapping[str, Mapping[str, str]],
    *,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Iterator[None]:
    """When no questionnaire matches but one nearly does, propose its columns to the user before giving up."""
    try:
        yield
    except EnqueteError as error:
        if error.code is not Code.QUESTIONNAIRE_NO_MATCH:
            raise
        near = near_match(workbook, known, sheet=sheet, header_row=header_row, mappings=mappings)
        if near is None:
            raise
        questionnaire = near[0].questionnaire.id
        decisions.propose_columns(project.root, questionnaire, near[1])
        raise EnqueteError(
            Code.QUESTIONNAIRE_ALMOST,
            file=workbook.name,
            questionnaire=questionnaire,
            mapping=decisions.MAPPING_FILE,
        ) from error


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
    importer = Importer(store, match, options, workbook, progress)
    importer.run()
    result = _finished(project, match, importer, alone=alone)
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


def _result(importer: Importer) -> ImportResult:
    """What an import did, from what its importer counted."""
    layout = importer.match.main.layout
    severities = Counter(each.severity for each in importer.problems)
    return ImportResult(
        file=importer.options.file,
        questionnaire=importer.match.questionnaire.id,
        sheet=importer.match.main.sheet.name,
        rows=importer.counts.rows,
        added=importer.tally["added"],
        changed=importer.tally["changed"],
        same=importer.tally["same"],
        duplicates=importer.tally["duplicates"],
        drafts=importer.counts.drafts,
        without_consent=importer.counts.without_consent,
        notes=importer.counts.notes,
        answers=importer.tally["answers"],
        documents=importer.tally["documents"],
        questions=len(layout.questions.union(*(each.layout.questions for each in importer.match.repeats))),
        problems=tuple(importer.problems),
        errors=severities[Severity.ERROR],
        warnings=severities[Severity.WARNING],
        quality=importer.meter.quality(importer.problems, importer.defects),
    )


def _finished(project: Project, match: Match, importer: Importer, *, alone: bool) -> ImportResult:
    """The result, once what awaits a person is proposed and the report written."""
    result = _result(importer)
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
