"""A folder of transcripts: which files make which interviews, described by whom, read into documents."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity, problem
from habitat_enquete.ingest.interviews.assembly import document
from habitat_enquete.ingest.interviews.declarations import (
    TABLES,
    Entry,
    Table,
    file_key,
    read_table,
    unknown_speakers,
)
from habitat_enquete.ingest.interviews.roles import Declaration
from habitat_enquete.ingest.transcripts.passages import Transcript
from habitat_enquete.ingest.transcripts.read import SUFFIXES, read
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker

READER_VERSION = 4  # raise it when the same file would be read otherwise: every transcript is then read again
_BESIDE = """
    .csv .tsv .xlsx .xls .ods .yaml .yml .ini .db .log .mp3 .wav .m4a .ogg .opus .flac .wma .aac .mp4 .mov .avi .mkv .webm
    .jpg .jpeg .png .gif .heic .zip .bak .partial
"""
_NOT_TRANSCRIPTS = re.compile(
    r"\.|~\$|(?:readme|lisez[-_ ]?moi|licence|license)\b|thumbs\.db|desktop\.ini", re.IGNORECASE
)
_PART = re.compile(
    r"(.+?)[ _.-]*(?:(?:partie|part|pt)[ _.-]*([1-9a-d])|(?<=\d)([a-d])|[ _.-]([a-d])|(suite))", re.IGNORECASE
)
_NAMED_ALONE = 3
_GROUP = re.compile(r"groupe|collectif|atelier|r[ée]union|focus|table[ -]ronde", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Interview:
    """An interview to read: its id, its files in order, the line of the table that describes it (if any)."""

    id: str
    files: tuple[Path, ...]
    entry: Entry | None = None

    @property
    def declaration(self) -> Declaration:
        return self.entry.declaration if self.entry else Declaration()

    def input_hash(self) -> str:
        """The hash of all that decides how it is read. Raises: EnqueteError: FILE_UNREADABLE."""
        digest = hashlib.sha256(f"{READER_VERSION}|{self.id}".encode())
        for path in self.files:
            digest.update(_digest(path))
        if self.entry is not None:
            digest.update(repr(sorted(self.entry.values.items())).encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Folder:
    """The interviews of a folder, the table that describes them, and what is wrong before reading any."""

    path: Path
    interviews: tuple[Interview, ...]
    table: Table
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Respondent:
    """Somebody interviewed, by pseudonymous id, and what the table says of them."""

    id: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadInterview:
    """An interview read: its document, its people, what should be checked."""

    document: Document
    respondents: tuple[Respondent, ...]
    problems: tuple[Problem, ...]


def survey(folder: Path) -> Folder:
    """The interviews that the files of `folder` (and below) make, by id.

    Raises: EnqueteError: INTERVIEWS_NO_FOLDER, INTERVIEWS_NO_FILE, INTERVIEW_TABLE_COLUMN.
    """
    if not folder.is_dir():
        raise EnqueteError(Code.INTERVIEWS_NO_FOLDER, path=folder.name)
    files = transcript_files(folder)
    if not files:
        raise EnqueteError(Code.INTERVIEWS_NO_FILE, path=folder.name)
    table = read_table(folder)
    described, problems = _described(folder, files, table)
    alone = [
        path for path in files if path not in {file for interview in described for file in interview.files}
    ]
    left, clashes = _undescribed(folder, alone, {interview.id for interview in described})
    problems += clashes
    if table.file:
        problems += _not_declared([interview.files[0].name for interview in left], table.file)
    problems += _parts(left)
    interviews = sorted((*described, *left), key=lambda interview: interview.id)
    return Folder(folder, tuple(interviews), table, (*table.problems, *problems))


def _not_declared(names: Sequence[str], table: str) -> list[Problem]:
    """The interviews that no line describes: each by name, or all in one sentence when they are many."""
    if len(names) <= _NAMED_ALONE:
        return [problem(Code.INTERVIEW_NOT_DECLARED, severity=Severity.WARNING, file=name) for name in names]
    shown = ", ".join(f"« {name} »" for name in names[:_NAMED_ALONE]) + "…"
    return [
        problem(
            Code.INTERVIEWS_NOT_DECLARED,
            severity=Severity.WARNING,
            file=table,
            count=len(names),
            files=shown,
        )
    ]


def transcript_files(folder: Path) -> list[Path]:
    """The files of `folder` (and below) that may be transcripts, in order; recordings, tables and lock files are not."""
    found = []
    for path in sorted(folder.rglob("*")):
        hidden = any(_NOT_TRANSCRIPTS.match(part) for part in path.relative_to(folder).parts)
        beside = path.suffix.lower() in _BESIDE.split() or path.name.casefold() in TABLES
        if not hidden and not beside and not path.is_dir():
            found.append(path)
    return found


def read_interview(
    interview: Interview, *, table: str = "", named: Mapping[Path, str] | None = None
) -> ReadInterview:
    """The document an interview's files hold, with its respondents.

    Args: `table`: the name of the table, for its problems; `named`: how each file is called in messages and sources.
    Raises: EnqueteError: what the readers refuse.
    """
    names = [(named or {}).get(path, path.name) for path in interview.files]
    transcript, hashes = _transcript(interview.files, names)
    source = Source(" | ".join(names), hashes[0] if len(hashes) == 1 else _joined_hash(hashes))
    entry = interview.entry
    attributes = entry.document_attributes if entry else {}
    found, problems = document(
        transcript, source, id=interview.id, declared=interview.declaration, attributes=attributes
    )
    if not any(map(str.isalnum, found.text)):  # nothing but « [rires] », « (silence) »
        raise EnqueteError(Code.TRANSCRIPT_NO_WORDS, file=names[0])
    if entry is not None:
        problems += unknown_speakers(entry, [speaker.label for speaker in found.speakers], table=table)
    found, respondents = _with_respondents(found, entry)
    return ReadInterview(found, respondents, problems)


def _transcript(files: Sequence[Path], names: Sequence[str]) -> tuple[Transcript, list[str]]:
    """The transcript of one file, or of several parts put end to end, each position then naming its part."""
    parts = [read(path) for path in files]
    hashes = [file.sha256 for file, _ in parts]
    if len(parts) == 1:
        return parts[0][1], hashes
    passages = tuple(
        replace(passage, position=f"{name}, {passage.position}")
        for (_, part), name in zip(parts, names, strict=True)
        for passage in part.passages
    )
    problems = tuple(told for _, part in parts for told in part.problems)
    roles = {label: role for _, part in parts for label, role in part.roles.items()}
    return Transcript(passages, problems, parts[0][1].title, roles), hashes


def _with_respondents(found: Document, entry: Entry | None) -> tuple[Document, tuple[Respondent, ...]]:
    """The document with a pseudonymous id for each informant: the declared one, else one made from the interview's.

    A person who speaks under two spellings of a label is one respondent.
    """
    informants = [speaker for speaker in found.speakers if speaker.role is Role.INFORMANT]
    alone = len({speaker.respondent or speaker.label for speaker in informants}) == 1
    ids = {
        speaker.label: speaker.respondent
        or _pseudonym(found.id, rank, alone=alone, declared=entry is not None and bool(entry.id))
        for rank, speaker in enumerate(informants, start=1)
    }
    speakers = tuple(_named(speaker, ids) for speaker in found.speakers)
    order = tuple(dict.fromkeys(ids.values()))
    attributes = entry.respondent_attributes(alone=len(order) == 1) if entry else {}
    kind = found.kind
    if entry is not None and _GROUP.match(entry.values.get("type", "")):
        kind = DocumentKind.GROUP
    complete = replace(found, speakers=speakers, respondents=order, kind=kind)
    return complete, tuple(Respondent(id, attributes) for id in order)


def _named(speaker: Speaker, ids: Mapping[str, str]) -> Speaker:
    return replace(speaker, respondent=ids[speaker.label]) if speaker.label in ids else speaker


def _pseudonym(document: str, rank: int, *, alone: bool, declared: bool) -> str:
    """The id of a respondent nobody named: the interview's own when somebody gave it, for file names hold surnames."""
    stem = document if declared else f"P-{hashlib.sha256(document.encode()).hexdigest()[:8]}"
    return stem if alone else f"{stem}-{rank}"


def _described(folder: Path, files: Sequence[Path], table: Table) -> tuple[list[Interview], list[Problem]]:
    """The interviews that the table describes; lines of the same id are parts of one, in the order of the table."""
    by_name = _names(folder, files)
    found: dict[str, Interview] = {}
    problems: list[Problem] = []
    for entry in table.entries:
        paths = []
        for name in entry.files:
            path = by_name.get(file_key(name))
            if path is None:
                problems.append(_absent(entry, name, table.file, by_name))
            else:
                paths.append(path)
        if not paths:
            continue
        id = entry.id or paths[0].stem
        before = found.get(id)
        joined = (*before.files, *paths) if before else tuple(paths)
        found[id] = Interview(id, joined, before.entry if before else entry)
    return list(found.values()), problems


def _names(folder: Path, files: Sequence[Path]) -> dict[str, Path]:
    """Every way the table may name a file: its path in the folder, its name, its name without the extension."""
    ways: dict[str, set[Path]] = defaultdict(set)
    for path in files:
        inside = path.relative_to(folder)
        for name in (inside.as_posix(), inside.with_suffix("").as_posix(), path.name, path.stem):
            ways[file_key(name)].add(path)
    return {name: next(iter(paths)) for name, paths in ways.items() if len(paths) == 1}


def _absent(entry: Entry, name: str, table: str, by_name: Mapping[str, Path]) -> Problem:
    from rapidfuzz import process

    near = process.extractOne(file_key(name), list(by_name), score_cutoff=85)
    hint = f" Vouliez-vous dire « {by_name[near[0]].name} » ?" if near else ""
    return problem(
        Code.INTERVIEW_TABLE_NO_FILE, file=table, row=entry.row, column="fichier", value=name, hint=hint
    )


def _undescribed(
    folder: Path, files: Sequence[Path], taken: set[str]
) -> tuple[list[Interview], list[Problem]]:
    """An interview for each other file, named after it; two formats of the same name are one interview read once."""
    stems = Counter(path.stem for path in files)
    found: dict[str, Interview] = {}
    problems: list[Problem] = []
    for path in files:
        inside = path.relative_to(folder).with_suffix("").as_posix()
        id = path.stem if stems[path.stem] == 1 else inside
        if id in found or id in taken:
            other = found[id].files[0].name if id in found else id
            problems.append(problem(Code.INTERVIEW_SAME_ID, file=path.name, other=other, id=id))
        else:
            found[id] = Interview(id, (path,))
    return list(found.values()), problems


def _parts(interviews: Sequence[Interview]) -> list[Problem]:
    """The files that look like the parts of one interview, which nobody declared as such."""
    whole: dict[str, list[str]] = defaultdict(list)
    for interview in interviews:
        if match := _PART.fullmatch(interview.files[0].stem):
            whole[match[1].casefold()].append(interview.files[0].name)
        elif interview.files[0].suffix.lower() in SUFFIXES:
            whole[interview.files[0].stem.casefold()].insert(0, interview.files[0].name)
    return [
        problem(Code.INTERVIEW_PARTS, severity=Severity.WARNING, file=names[0], other=names[1])
        for names in whole.values()
        if len(names) > 1
    ]


def _joined_hash(hashes: Sequence[str]) -> str:
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError as error:
        raise EnqueteError(
            Code.FILE_UNREADABLE, file=path.name, why="le système ne le laisse pas lire"
        ) from error
