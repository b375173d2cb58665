"""`enquete synthesis`, second half: the report in every format, written only when something changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Problem
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.model.reliability import Reliability
from habitat_enquete.model.synthesis import Stamp, Synthesis
from habitat_enquete.project import Project
from habitat_enquete.report import (
    authoring,
    cloud,
    files,
    html,
    maps,
    panel,
    pdf,
    tables,
    tidy_workbook,
    word_report,
)
from habitat_enquete.report.contexts import ReportContext, context
from habitat_enquete.store import runs
from habitat_enquete.store.connection import Store
from habitat_enquete.synthesis import run as synthesis_stage
from habitat_enquete.synthesis.notes import PLACES

STAGE: Final = "report"
NAME: Final = "freins_opportunites"


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What was written: `files` in order, `kept` those set aside because a person had edited them. `synthesis` is None, and nothing was
    done, when the study had not changed; `found` and `computed` count the results kept from the last report and those made again."""

    files: tuple[Path, ...]
    kept: tuple[Path, ...]
    problems: tuple[Problem, ...]
    state: str
    synthesis: Synthesis | None = None
    found: int = 0
    computed: int = 0

    @property
    def is_unchanged(self) -> bool:
        """Whether the report on disk was already that of the study's present state."""
        return self.synthesis is None


def run(
    project: Project,
    codebook: Codebook,
    questionnaires: Sequence[Questionnaire] = (),
    *,
    agreement: Reliability | None = None,
    moved: frozenset[int] = frozenset(),
) -> ReportResult:
    """Write the report of the study in `outputs/`; does nothing when it is already there and nothing changed.

    A file that a person edited is set aside, never overwritten.
    Raises: EnqueteError when a setting cannot be read or a file cannot be written.
    """
    present = current(project, codebook, questionnaires)
    if present is not None:
        return present
    result = synthesis_stage.run(project, codebook, questionnaires, agreement=agreement, moved=moved)
    contents = _contents(project, result.synthesis)
    kept = _write(project, contents, _state(project, result.synthesis.stamp))
    paths = tuple(project.outputs / name for name in contents)
    return ReportResult(
        paths,
        kept,
        result.problems,
        result.synthesis.stamp.state,
        result.synthesis,
        result.found,
        result.computed,
    )


def current(
    project: Project, codebook: Codebook, questionnaires: Sequence[Questionnaire] = ()
) -> ReportResult | None:
    """The report on disk, when it is whole and that of the study's present state; None when it must be made."""
    stamp = synthesis_stage.stamp(project, codebook, questionnaires)
    state, written = _state(project, stamp), _written(project)
    paths = tuple(project.outputs / name for name in _names())
    if all(written.get(path.name) == (state, _hash(path)) for path in paths):
        return ReportResult(paths, (), (), stamp.state)
    return None


def _state(project: Project, stamp: Stamp) -> str:
    """The hash of all that the files depend on: the study's state, the house template, the mirror group's grids."""
    beside = [file for file in (house_template(project), *panel.filled(project)) if file is not None]
    return files.sha256("\n".join((stamp.state, *(f"{file.name} {_hash(file)}" for file in beside))).encode())


def _written(project: Project) -> dict[str, tuple[str, str]]:
    """What we last wrote: file name → (state it was made from, hash of its content)."""
    with Store(project.database) as store:
        done = runs.runs(store, STAGE)
    return {name: (run.input_hash, str(run.summary["sha256"])) for name, run in done.items()}


def _hash(path: Path) -> str:
    return files.sha256(path.read_bytes()) if path.exists() else ""


def house_template(project: Project) -> Path | None:
    """The house template of the study, `report/template.docx`, if there is one."""
    template = project.root / "report" / "template.docx"
    return template if template.exists() else None


def _names() -> tuple[str, ...]:
    return tuple(f"{NAME}.{suffix}" for suffix in ("html", "docx", "xlsx"))


def _contents(project: Project, synthesis: Synthesis) -> dict[str, bytes]:
    ratings = panel.read(project)
    page = report_context(
        synthesis,
        territory_map=_map(project, synthesis),
        opinions=panel.opinions(ratings, synthesis.findings),
        missing=panel.lacking(ratings),
    )
    template = house_template(project)
    return {
        f"{NAME}.html": html.render(page).encode(),
        f"{NAME}.docx": word_report.build(page, template=template),
        f"{NAME}.xlsx": tidy_workbook.build(
            tables.tables(synthesis),
            introduction=(synthesis.title, *tables.INTRODUCTION),
            title=synthesis.title,
        ),
    }


def _map(project: Project, synthesis: Synthesis) -> str:
    """The map of the study, empty when `enquete.yaml` names no GeoJSON. Raises: EnqueteError when it cannot be drawn."""
    if not synthesis.map_file:
        return ""
    places = maps.read_places(project.root / synthesis.map_file, key=synthesis.map_key)
    return maps.draw(places, synthesis.commune_people, minimum=synthesis.minimum_cell)


def print_pdf(project: Project) -> Path:
    """Print the report's page as PDF beside it. Raises: EnqueteError when nothing here can print."""
    page = project.outputs / f"{NAME}.html"
    target = page.with_suffix(".pdf")
    files.write(target, pdf.print_page(page))
    return target


def report_context(
    synthesis: Synthesis,
    *,
    territory_map: str = "",
    opinions: Mapping[str, panel.PanelOpinion] | None = None,
    missing: tuple[str, ...] = (),
) -> ReportContext:
    """What the templates may use, for a synthesis."""
    notes, stray = authoring.placed(synthesis.notes, synthesis, PLACES)
    return context(
        synthesis,
        notes=notes,
        stray_notes=stray,
        cloud=cloud.svg(synthesis.words),
        territory_map=territory_map,
        stylesheet=html.stylesheet(),
        opinions=opinions,
        missing=missing,
    )


def _write(project: Project, contents: Mapping[str, bytes], state: str) -> tuple[Path, ...]:
    """Write the files and remember their hashes; tells which edited ones were set aside."""
    written = _written(project)
    kept = []
    for name, content in contents.items():
        path = project.outputs / name
        if name in written and _hash(path) not in ("", files.sha256(content)):
            aside = files.keep_edited(path, written[name][1])
            kept += [aside] if aside else []
        files.write(path, content)
        with Store(project.database) as store, store.transaction():
            runs.record(store, STAGE, name, state, {"sha256": files.sha256(content)})
    return tuple(kept)
