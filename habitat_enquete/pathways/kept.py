"""What paths were last compared from, and the result shown then: unchanged work is not done again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from habitat_enquete import __version__
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.pathways.episodes.timeline import birth
from habitat_enquete.project import Project
from habitat_enquete.store import pathways as stored
from habitat_enquete.store import runs
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents

if TYPE_CHECKING:
    from habitat_enquete.pathways.run import Gathered

STAGE: Final = "pathways"
SHOWN: Final = "pathways-shown"
# What types depend on, and what figures and tables depend on beside.
_COMPARING: Final = ("pathways", "stats")
_SHOWING: Final = ("model", "report")
_LIBRARIES: Final = ("kmedoids", "matplotlib", "numpy", "rapidfuzz", "XlsxWriter")


@dataclass(frozen=True, slots=True)
class Kept:
    """The result of the last run in plain values, and the files it wrote, all as it left them."""

    shown: Mapping[str, Any]
    files: tuple[Path, ...]


def compared(ready: Gathered) -> str:
    """The hash of all that types depend on: paths as they are compared, weights, settings, and the code that compares them."""
    digest = hashlib.sha256(f"{ready.choices!r} {ready.letters.ids!r}".encode())
    digest.update(runs.code_hash(*_COMPARING).encode())
    for person, pathway in sorted(ready.found.items()):
        born = birth(pathway.attributes)
        digest.update(f"{person} {ready.weights[person]!r} {pathway.observed_until} {born!r}".encode())
        for episode in pathway.episodes:
            when = f"{episode.rank} {episode.start!r} {episode.end!r} {episode.state}"
            digest.update(
                f"{when} {episode.main} {episode.tenure} {episode.place} {episode.commune}".encode()
            )
    return digest.hexdigest()


def known_types(project: Project) -> str:
    """The hash of what the types in the store were found from, empty when there is none."""
    with Store(project.database) as store:
        last = runs.runs(store, STAGE).get("")
    return "" if last is None else str(last.summary.get("typology", ""))


def inputs(
    project: Project,
    codebook: Codebook,
    questionnaires: Sequence[Questionnaire],
    ready: Gathered,
    options: Mapping[str, object],
) -> str:
    """The hash of all that the figures, the tables and what is shown depend on. `options`: those of the command."""
    digest = hashlib.sha256(f"{__version__} {compared(ready)} {sorted(options.items())!r}".encode())
    digest.update(runs.code_hash(*_SHOWING).encode())
    digest.update(repr([(name, _version(name)) for name in _LIBRARIES]).encode())
    digest.update(f"{codebook.title or project.root.name} {codebook.sha256} {project.settings!r}".encode())
    digest.update(repr([each.sha256 for each in questionnaires]).encode())
    for part in (ready.found, ready.everything, ready.codings, ready.weights, ready.blocked, ready.problems):
        digest.update(repr(part).encode())
    if options.get("profiles"):
        asked = [question.name for questionnaire in questionnaires for question in questionnaire]
        rows = [row.name for q in questionnaires for question in q for row in question.rows]
        with Store(project.database) as store:
            digest.update(repr(respondents(store)).encode())
            digest.update(repr(stored.answers_to(store, [*asked, *rows])).encode())
    return digest.hexdigest()


def recall(project: Project, made_from: str, ready: Gathered) -> Kept | None:
    """The last result, when it was made from the same things, and its types and its files are still as it left them."""
    with Store(project.database) as store:
        last = runs.runs(store, SHOWN).get("")
    if last is None or last.input_hash != made_from or known_types(project) != compared(ready):
        return None
    files = {project.root / name: digest for name, digest in last.summary["files"]}
    if any(not path.is_file() or _sha256(path) != digest for path, digest in files.items()):
        return None
    return Kept(json.loads(last.summary["shown"]), tuple(files))


def keep(project: Project, made_from: str, shown: Mapping[str, Any], files: Sequence[Path]) -> None:
    """Remember what was shown, and the files as they are now."""
    # As one text: the order in which things are shown is part of the result.
    summary = {
        "shown": json.dumps(shown, ensure_ascii=False),
        "files": [(project.relative(path), _sha256(path) if path.is_file() else "") for path in files],
    }
    with Store(project.database) as store, store.transaction():
        runs.record(store, SHOWN, "", made_from, summary)


def plain(shown: Mapping[str, Any]) -> dict[str, Any]:
    """A result as it is once kept: only what JSON has words for."""
    found: dict[str, Any] = json.loads(json.dumps(shown, ensure_ascii=False, default=str))
    return found


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
