"""Importing a folder of transcripts: each interview read once, saved with its people, followed when it changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity, problem
from habitat_enquete.ingest.definitions.questionnaires import read_guides
from habitat_enquete.ingest.interviews.folder import Interview, ReadInterview, read_interview, survey
from habitat_enquete.ingest.interviews.guide_alignment import aligned
from habitat_enquete.ingest.interviews.roles import BY_LIKENESS, BY_QUESTIONS
from habitat_enquete.model.questionnaire import Guide
from habitat_enquete.model.text import Document, DocumentKind, Role
from habitat_enquete.project import Project
from habitat_enquete.store import respondents, runs, texts
from habitat_enquete.store.connection import Store

STAGE = runs.INTERVIEWS
_KINDS = (DocumentKind.INTERVIEW, DocumentKind.GROUP)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SpeakerLine:
    """A speaker as shown to the user: how their role was found, how much they say."""

    document: str
    label: str
    role: Role
    evidence: str
    respondent: str | None
    turns: int
    words: int

    @property
    def guessed(self) -> bool:
        """Whether the role comes from how the person speaks, not from the table, the format or the label."""
        return self.evidence.startswith((BY_QUESTIONS, BY_LIKENESS)) and self.turns > 0


@dataclass(frozen=True, slots=True)
class InterviewsResult:
    """What importing a folder did: ids of the documents added, changed (codings must follow), unchanged; what to check."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    words: int = 0
    speakers: tuple[SpeakerLine, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def documents(self) -> tuple[str, ...]:
        """The ids of all interviews now in the store from this folder."""
        return tuple(sorted((*self.added, *self.changed, *self.unchanged)))


def import_interviews(
    project: Project, folder: Path | None = None, *, progress: Progress | None = None
) -> InterviewsResult:
    """Read the transcripts of `folder` (the study's `interviews/` by default) into the store.

    A file already read, described by the same line of the table and the same guide, is not read again. A file that cannot
    be read is told and the others go on. An interview whose file has gone is kept.

    Args: `progress` is called with the number of interviews done and their total.
    Raises: EnqueteError: INTERVIEWS_NO_FOLDER, INTERVIEWS_NO_FILE, INTERVIEW_TABLE_COLUMN.
    """
    found = survey(folder or project.interviews)
    guides = _guides(project)
    guide_hash = hashlib.sha256("|".join(guide.sha256 for guide in guides).encode()).hexdigest()
    named = {path: project.relative(path) for interview in found.interviews for path in interview.files}
    with Store(project.database) as store:
        outcome = _Outcome(list(found.problems), runs.runs(store, STAGE))
        for rank, interview in enumerate(found.interviews, start=1):
            _import_one(store, interview, found.table.file, guides, guide_hash, named, outcome)
            if progress is not None:
                progress(rank, len(found.interviews))
        outcome.problems += _gone(store, project, found.path, set(named.values()))
        lines = _speaker_lines(store, outcome.ids)
    return InterviewsResult(
        tuple(outcome.added),
        tuple(outcome.changed),
        tuple(outcome.unchanged),
        tuple(outcome.failed),
        sum(line.words for line in lines),
        lines,
        tuple(sorted(outcome.problems, key=lambda told: told.severity is not Severity.ERROR)),
    )


class _Outcome:
    """What has been done so far."""

    def __init__(self, problems: list[Problem], former: Mapping[str, runs.Run]) -> None:
        self.problems = problems
        self.former = former
        self.added: list[str] = []
        self.changed: list[str] = []
        self.unchanged: list[str] = []
        self.failed: list[str] = []

    @property
    def ids(self) -> list[str]:
        return sorted((*self.added, *self.changed, *self.unchanged))


def _guides(project: Project) -> list[Guide]:
    return read_guides(project.questionnaires) if project.questionnaires.is_dir() else []


def _import_one(
    store: Store,
    interview: Interview,
    table: str,
    guides: Sequence[Guide],
    guide_hash: str,
    named: Mapping[Path, str],
    outcome: _Outcome,
) -> None:
    """Read and save one interview in one transaction, unless nothing about it has changed."""
    try:
        input_hash = f"{interview.input_hash()}:{guide_hash}"
        if runs.is_done(store, STAGE, interview.id, input_hash):
            outcome.unchanged.append(interview.id)
            outcome.problems += _told_before(outcome.former.get(interview.id))
            return
        read = read_interview(interview, table=table, named=named)
    except EnqueteError as error:
        outcome.failed.append(interview.id)
        outcome.problems += _told(error, named[interview.files[0]])
        return
    document = aligned(read.document, guides)
    with store.transaction():
        saved = _save(store, document, read, table)
        summary = {"problems": [_as_json(told) for told in read.problems]}
        runs.record(store, STAGE, interview.id, input_hash, summary)
    {"added": outcome.added, "changed": outcome.changed, "same": outcome.unchanged}[saved.state].append(
        interview.id
    )
    outcome.problems += read.problems


def _save(store: Store, document: Document, read: ReadInterview, table: str) -> texts.Saved:
    for respondent in read.respondents:
        respondents.save_respondent(store, respondent.id, respondent.attributes, source=table)
    return texts.save_document(store, document)


def _told(error: EnqueteError, file: str) -> list[Problem]:
    """One sentence for a file that cannot be read: what its reader found wrong says more than « no words »."""
    if any(told.severity is Severity.ERROR for told in error.problems):
        return [replace(told, file=file) for told in error.problems]
    return [Problem(error.code.name, str(error), Severity.ERROR, file), *error.problems]


def _as_json(told: Problem) -> dict[str, object]:
    return {
        "code": told.code, "message": told.message, "severity": told.severity.value, "file": told.file,
        "row": told.row, "column": told.column,
    }  # fmt: skip


def _told_before(run: runs.Run | None) -> list[Problem]:
    """What was to be checked when the interview was read: still true as long as its file is the same."""
    return [
        Problem(
            told["code"],
            told["message"],
            Severity(told["severity"]),
            told["file"],
            row=told["row"],
            column=told["column"],
        )
        for told in (run.summary.get("problems", []) if run else [])
    ]


def _gone(store: Store, project: Project, folder: Path, present: set[str]) -> list[Problem]:
    """The interviews of this folder whose files are no longer there."""
    inside = project.relative(folder).rstrip("/") + "/"
    found = []
    for id, (file, _) in texts.sources(store, kinds=_KINDS).items():
        for name in file.split(" | "):
            if name.startswith(inside) and name not in present:
                found.append(problem(Code.INTERVIEW_GONE, severity=Severity.WARNING, file=name, id=id))
    return found


def _speaker_lines(store: Store, ids: Sequence[str]) -> tuple[SpeakerLine, ...]:
    lines = []
    for document in texts.documents(store, ids=ids):
        for speaker in document.speakers:
            spoken = [
                turn.span.quote(document.text) for turn in document.turns if turn.speaker == speaker.label
            ]
            words = sum(len(text.split()) for text in spoken)
            line = SpeakerLine(
                document.id,
                speaker.label,
                speaker.role,
                speaker.evidence,
                speaker.respondent,
                len(spoken),
                words,
            )
            lines.append(line)
    return tuple(lines)
