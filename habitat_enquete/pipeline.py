"""The stages in order: what each reads, what it writes, what makes it stale.

Each function here reads the study's definitions (codebook, questionnaires), hands them to one stage after the other, and lets the
report write what they found. Imports are inside: a command loads only what it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.project import Project

if TYPE_CHECKING:
    from habitat_enquete.coding.agreement import Agreement, Unit
    from habitat_enquete.coding.codebook_check import CodebookRemark, ExampleResult
    from habitat_enquete.coding.proposals import TermProposal
    from habitat_enquete.coding.query import Scope
    from habitat_enquete.coding.run import CodingResult
    from habitat_enquete.coding.run_query import QueryResult
    from habitat_enquete.ingest.run_interviews import InterviewsResult
    from habitat_enquete.model.codebook import Codebook
    from habitat_enquete.model.questionnaire import Questionnaire
    from habitat_enquete.model.reliability import Reliability
    from habitat_enquete.pathways.episodes.table import EpisodeTable
    from habitat_enquete.pathways.respondents.profiles import RespondentTypes
    from habitat_enquete.pathways.run import PathwaysResult
    from habitat_enquete.report.deliverables.run import DeliveryResult
    from habitat_enquete.report.run import ReportResult
    from habitat_enquete.textometry.choosing import Choices
    from habitat_enquete.textometry.concordance import Line, Sort
    from habitat_enquete.textometry.run import ExplorationResult
    from habitat_enquete.textometry.similarity import Index

LabelledProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ExploreOutcome:
    """What `enquete explore` found and the files it wrote."""

    result: ExplorationResult
    files: tuple[Path, ...]


def explore(
    project: Project,
    *,
    choices: Choices | None = None,
    by: Sequence[str] = (),
    index: Index = "jaccard",
    pipeline: str | None = None,
    progress: LabelledProgress | None = None,
) -> ExploreOutcome:
    """Explore what people say, and write the explorer and its tables in `outputs/exploration/`.

    Args: `by` attributes to cross the words with, those that suit the study when none is given; `index` of similarity.
    Raises: EnqueteError when nothing has been said yet, nobody has an attribute asked for, or the codebook cannot be read.
    """
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.nlp.pipeline import SHIPPED
    from habitat_enquete.report.explorer.page import write
    from habitat_enquete.synthesis.settings import read
    from habitat_enquete.textometry.run import run

    codebook = read_codebook(project.codebook_file)
    settings = read(project.settings)
    result = run(
        project,
        codebook,
        choices=choices,
        attributes=by,
        index=index,
        pipeline=pipeline or SHIPPED,
        labels=settings.labels,
        communes=settings.communes,
        progress=progress,
    )
    title = codebook.title or project.root.name
    report = project.outputs / "freins_opportunites.html"
    files = write(
        project.outputs / "exploration",
        result.exploration,
        title=title,
        codes=result.codes,
        report=f"../{report.name}" if report.is_file() else "",
    )
    return ExploreOutcome(result, files)


def concordance(
    project: Project, query: str, *, sort: Sort = "position", pipeline: str | None = None
) -> list[Line]:
    """Every place where informants say something (see `textometry.concordance`), over the whole study.

    Raises: EnqueteError when nothing has been said yet, or the query means nothing.
    """
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.nlp.pipeline import SHIPPED
    from habitat_enquete.textometry.run import run_concordance

    return run_concordance(
        project, read_codebook(project.codebook_file), query, sort=sort, pipeline=pipeline or SHIPPED
    )


def iramuteq_corpus(project: Project) -> str:
    """What informants said, as a corpus that IRaMuTeQ opens: one text per document, its people's attributes as starred variables.

    People who withdrew their consent are left out, and open answers come with the name of their question.
    """
    from habitat_enquete.exchange.iramuteq import Paragraph, write_corpus
    from habitat_enquete.store.connection import Store
    from habitat_enquete.store.respondents import respondents
    from habitat_enquete.store.texts import documents
    from habitat_enquete.textometry.run import spoken_texts

    with Store(project.database) as store:
        said = spoken_texts(list(documents(store)), respondents(store))
    return write_corpus(
        (variables, [Paragraph("", " ".join(words.split()))]) for variables, words in said if words.strip()
    )


@dataclass(frozen=True, slots=True)
class CodeOutcome:
    """What `enquete code` read (None when no folder was given) and coded."""

    interviews: InterviewsResult | None
    coding: CodingResult


def code(
    project: Project,
    folder: Path | None = None,
    *,
    pipeline: str | None = None,
    coder: str | None = None,
    renamed: Mapping[str, str] | None = None,
    progress: LabelledProgress | None = None,
) -> CodeOutcome:
    """Read the transcripts of `folder` into the study (none: what is imported already), then code all it holds by rules.

    The codebook is read first: a mistake in it stops everything before any work. `renamed`: codes whose id changed.
    Raises: EnqueteError when the codebook, the folder or the language pipeline cannot be used.
    """
    from habitat_enquete.coding.run import run
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.nlp.pipeline import SHIPPED

    codebook = read_codebook(project.codebook_file)
    interviews = None
    if folder is not None:
        reading = (lambda done, total: progress("Entretiens lus :", done, total)) if progress else None
        interviews = _transcripts(project, folder, reading)
    coding = (lambda done, total: progress("Documents codés :", done, total)) if progress else None
    result = run(
        project, codebook, pipeline=pipeline or SHIPPED, coder=coder, renamed=renamed, progress=coding
    )
    return CodeOutcome(interviews, result)


def _transcripts(
    project: Project, folder: Path, progress: Callable[[int, int], None] | None
) -> InterviewsResult | None:
    """The transcripts of a folder; None when it has none but open answers wait: a survey alone is a study too.

    Raises: EnqueteError when the folder cannot be read, or has no transcript and the study holds nothing to code.
    """
    from habitat_enquete.ingest.run_interviews import import_interviews
    from habitat_enquete.store.connection import Store
    from habitat_enquete.store.texts import documents

    try:
        return import_interviews(project, folder, progress=progress)
    except EnqueteError as error:
        if error.code is not Code.INTERVIEWS_NO_FILE:
            raise
        with Store(project.database) as store:
            if next(iter(documents(store)), None) is None:
                raise
        return None


@dataclass(frozen=True, slots=True)
class PathwaysOutcome:
    """What `enquete pathways` found, in plain values, and the files it wrote; `is_unchanged`: those of the last run, nothing was done.

    `shown` is that of `PathwaysResult`, if there are paths, and under `respondent_types` that of `RespondentTypes`, if asked for.
    """

    shown: Mapping[str, Any]
    files: tuple[Path, ...]
    is_unchanged: bool = False


def pathways(
    project: Project,
    *,
    episodes: Path | None = None,
    propose: bool = False,
    to_table: Path | None = None,
    to_ageven: Path | None = None,
    profiles: Sequence[str] = (),
    **chosen: Any,
) -> PathwaysOutcome:
    """Build the residential pathways, and write their figures and tables in `outputs/parcours/`; the last result is given again when
    nothing changed since.

    Args:
        episodes: a table of episodes or an Ageven grid, which replaces what it said before.
        propose: whether to look for episodes in the interviews.
        to_table, to_ageven: where to write all episodes, to be corrected and read again.
        profiles: closed questions that make types of respondents, or `("mca",)` for all of them.
        chosen: settings that replace the codebook's (see `pathways.settings`).

    Raises: EnqueteError when there is no episode, a file cannot be read, or a setting is wrong.
    """
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.ingest.definitions.questionnaires import read_all
    from habitat_enquete.pathways import kept
    from habitat_enquete.pathways.run import gathered, studied

    codebook, questionnaires = read_codebook(project.codebook_file), read_all(project.questionnaires)
    table = _episode_table(project, episodes) if episodes else None
    try:
        ready = gathered(project, codebook, questionnaires, table, propose=propose, **chosen)
    except EnqueteError as error:
        # A study without paths may still have profiles.
        if not profiles or error.code is not Code.PATHWAY_NONE:
            raise
        types = _respondent_types(project, codebook, questionnaires, profiles, chosen)
        shown = kept.plain({"respondent_types": types.summary()})
        return PathwaysOutcome(shown, _pathway_files(project, codebook, None, types))
    copies = {"table": to_table, "ageven": to_ageven}
    options = (
        chosen | {name: path.resolve() for name, path in copies.items() if path} | {"profiles": profiles}
    )
    made_from = kept.inputs(project, codebook, questionnaires, ready, options)
    before = kept.recall(project, made_from, ready)
    if before is not None:
        return PathwaysOutcome(before.shown, before.files, is_unchanged=True)
    asked = _respondent_types(project, codebook, questionnaires, profiles, chosen) if profiles else None
    result = studied(project, codebook, ready)
    files = _pathway_files(project, codebook, result, asked, to_table=to_table, to_ageven=to_ageven)
    shown = kept.plain(result.summary() | ({"respondent_types": asked.summary()} if asked else {}))
    kept.keep(project, made_from, shown, files)
    return PathwaysOutcome(shown, files)


def _pathway_files(
    project: Project,
    codebook: Codebook,
    result: PathwaysResult | None,
    types: RespondentTypes | None,
    *,
    to_table: Path | None = None,
    to_ageven: Path | None = None,
) -> tuple[Path, ...]:
    """Write what was found of paths and of respondents; gives the files, in reading order."""
    from habitat_enquete.report.paths.files import write
    from habitat_enquete.report.paths.respondent_profiles import write as write_types
    from habitat_enquete.report.paths.workbook import write_ageven, write_episodes

    folder, title = project.outputs / "parcours", codebook.title or project.root.name
    files = list(write(folder, result, title=title)) if result is not None else []
    files += write_types(folder, types, title=title) if types is not None else []
    if result is not None and to_table:
        files.append(write_episodes(to_table, result))
    if result is not None and to_ageven:
        files.append(write_ageven(to_ageven, result))
    return tuple(files)


def _respondent_types(
    project: Project,
    codebook: Codebook,
    questionnaires: Sequence[Questionnaire],
    named: Sequence[str],
    chosen: Mapping[str, Any],
) -> RespondentTypes:
    from habitat_enquete.pathways.run_profiles import run_profiles

    # The number of types asked for is that of paths, unless there is nothing else to make types of.
    return run_profiles(project, codebook, questionnaires, named, **dict(chosen) | {"types": None})


def _episode_table(project: Project, path: Path) -> EpisodeTable:
    from habitat_enquete.ingest.files.workbooks import read_workbook
    from habitat_enquete.pathways.episodes.table import read_table

    return read_table(project.relative(path), read_workbook(path).sheets)


def synthesis(project: Project) -> ReportResult:
    """Bring paths up to date, compute the synthesis and write the report in `outputs/`; nothing is done when nothing changed.

    Raises: EnqueteError when the codebook, a questionnaire or a setting cannot be read, or a file cannot be written.
    """
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.ingest.definitions.questionnaires import read_all
    from habitat_enquete.report.run import current, run

    codebook = read_codebook(project.codebook_file)
    questionnaires = read_all(project.questionnaires)
    present = current(project, codebook, questionnaires)
    if present is not None:
        return present
    moved = _refresh_pathways(project, codebook, questionnaires)
    agreement = _agreement(project, codebook)
    return run(project, codebook, questionnaires, agreement=agreement, moved=moved)


def deliver(project: Project, name: str) -> DeliveryResult:
    """Write one deliverable in `outputs/livrables/`.

    Raises: EnqueteError when the name is unknown, or a definition, a register or a setting cannot be read.
    """
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.ingest.definitions.questionnaires import read_all, read_guides
    from habitat_enquete.report.deliverables.run import run

    questionnaires, guides = read_all(project.questionnaires), read_guides(project.questionnaires)
    codebook = read_codebook(project.codebook_file)
    return run(project, name, codebook, questionnaires, guides, agreement=_agreement(project, codebook))


def _agreement(project: Project, codebook: Codebook) -> Reliability | None:
    """How far the people who coded agree; None when fewer than two coded the same documents, which is no error here."""
    from math import isnan

    from habitat_enquete.coding.run_agreement import run
    from habitat_enquete.errors import Code, EnqueteError
    from habitat_enquete.model.reliability import Reliability

    try:
        measured = run(project, codebook, draws=1)  # the report prints no interval of α
    except EnqueteError as error:
        if error.code in (Code.AGREEMENT_ONE_CODER, Code.AGREEMENT_NOTHING_COMMON):
            return None
        raise
    overall = measured.overall.alpha
    return Reliability(
        coders=len(measured.coders),
        documents=measured.documents,
        alpha=None if isnan(overall) else overall,
        by_code={each.code: each.alpha for each in measured.by_code if not isnan(each.alpha)},
    )


def _refresh_pathways(
    project: Project, codebook: Codebook, questionnaires: Sequence[Questionnaire]
) -> frozenset[int]:
    """Bring episodes and types up to date; gives the codings attached to moves. A study without any episode has none, and that is no error."""
    from habitat_enquete.errors import Code, EnqueteError
    from habitat_enquete.pathways.run import refresh

    try:
        return refresh(project, codebook, questionnaires)
    except EnqueteError as error:
        if error.code is not Code.PATHWAY_NONE:
            raise
        return frozenset()


def query(
    project: Project,
    text: str | None,
    *,
    where: Sequence[str] = (),
    by: Sequence[str] = (),
    scope: Scope,
    window: int = 0,
    output: Path | None = None,
) -> tuple[QueryResult, tuple[Path, ...]]:
    """Passages and tables of the codings that fit a query; gives what was found and the files written in `output`.

    Raises: EnqueteError when the query, a condition or an attribute is not understood.
    """
    from habitat_enquete.coding.run_query import run
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.report.coding_tables import write_query

    result = run(
        project,
        read_codebook(project.codebook_file),
        query=text,
        where=where,
        by=by,
        scope=scope,
        window=window,
    )
    return result, write_query(output, result) if output is not None else ()


def agreement(
    project: Project,
    *,
    coders: Sequence[str] = (),
    unit: Unit,
    all_documents: bool = False,
    output: Path | None = None,
) -> Agreement:
    """How far people who coded the same documents agree; the tables are written in `output` if asked.

    Raises: EnqueteError when there is nothing to compare.
    """
    from habitat_enquete.coding.run_agreement import run
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.report.coding_tables import write_agreement

    result = run(
        project,
        read_codebook(project.codebook_file),
        coders=coders,
        unit=unit,
        all_documents=all_documents,
    )
    if output is not None:
        write_agreement(output, result)
    return result


def check_codebook(
    project: Project, *, pipeline: str | None = None, progress: LabelledProgress | None = None
) -> tuple[Codebook, list[CodebookRemark], int]:
    """The codebook, what can be said against it, and the number of documents its terms were tried on.

    Raises: EnqueteError carrying every mistake when the codebook cannot be read.
    """
    from habitat_enquete.coding.run_codebook import check
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.nlp.pipeline import SHIPPED

    codebook = read_codebook(project.codebook_file)
    reading = (lambda done, total: progress("Documents lus :", done, total)) if progress else None
    found, documents = check(project, codebook, pipeline=pipeline or SHIPPED, progress=reading)
    return codebook, found, documents


def proposed_terms(project: Project) -> list[TermProposal]:
    """Terms and excluded contexts that people's decisions suggest to add to the codebook. Raises: as `check_codebook`."""
    from habitat_enquete.coding.run_suggestions import proposals
    from habitat_enquete.ingest.codebooks import read_codebook

    return proposals(project, read_codebook(project.codebook_file)) if project.database.exists() else []


def try_codebook(project: Project, *, pipeline: str | None = None) -> list[ExampleResult]:
    """Each example and counter-example of the codebook put to its rules. Raises: as `check_codebook`."""
    from habitat_enquete.coding.run_codebook import try_out
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.nlp.pipeline import SHIPPED

    return try_out(read_codebook(project.codebook_file), pipeline=pipeline or SHIPPED)
