"""The stages in order: what each reads, what it writes, what makes it stale.

Each function here reads the study's definitions (codebook, questionnaires), hands them to one stage after the other, and lets the
report write what they found. Imports are inside: a command loads only what it uses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from habitat_enquete.project import Project

if TYPE_CHECKING:
    from habitat_enquete.textometry.concordance import Line
    from habitat_enquete.textometry.reading import Choices
    from habitat_enquete.textometry.run import ExplorationResult

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
    pipeline: str | None = None,
    progress: LabelledProgress | None = None,
) -> ExploreOutcome:
    """Explore what people say, and write the explorer and its tables in `outputs/exploration/`.

    Raises: EnqueteError when nothing has been said yet, or the codebook cannot be read.
    """
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.nlp.pipeline import SHIPPED
    from habitat_enquete.report.explorer import write
    from habitat_enquete.textometry.run import run

    codebook = read_codebook(project.codebook_file)
    result = run(project, codebook, choices=choices, pipeline=pipeline or SHIPPED, progress=progress)
    title = codebook.title or project.root.name
    files = write(project.outputs / "exploration", result.exploration, title=title, codes=result.codes)
    return ExploreOutcome(result, files)


def concordance(project: Project, query: str, *, pipeline: str | None = None) -> list[Line]:
    """Every place where informants say something (see `textometry.concordance`), over the whole study.

    Raises: EnqueteError when nothing has been said yet, or the query means nothing.
    """
    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.nlp.pipeline import SHIPPED
    from habitat_enquete.textometry.run import run_concordance

    return run_concordance(project, read_codebook(project.codebook_file), query, pipeline=pipeline or SHIPPED)
