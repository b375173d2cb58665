"""Bringing into a study the decisions that somebody took on a copy of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from habitat_enquete.model.coding import Coding
from habitat_enquete.project import Project
from habitat_enquete.store.connection import Store
from habitat_enquete.store.merge import merge


@dataclass(frozen=True, slots=True)
class MergeResult:
    """Decisions brought in, and proposals on which the two stores disagree (here, there): what stands here is kept."""

    added: int
    conflicts: tuple[tuple[Coding, Coding], ...]


def merge_store(project: Project, other: Path) -> MergeResult:
    """Merge the decisions of the store `other`, a copy of this study's, after a backup beside the study's own.

    Merging twice adds nothing. Raises: EnqueteError when `other` is no store of ours.
    """
    with Store(project.database) as store, Store(other) as theirs:
        store.backup(project.database.with_name(f"{project.database.name}.avant_fusion.bak"))
        added, conflicts = merge(store, theirs)
    return MergeResult(added, tuple(conflicts))
