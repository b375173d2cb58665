"""A study folder: where things are, and what `enquete.yaml` says."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Final

from habitat_enquete.errors import Code, EnqueteError

STUDY_VARIABLE: Final = "ENQUETE_STUDY"
_MARKS: Final = ("codebook.yaml", "questionnaires", "enquete.yaml")


@dataclass(frozen=True)
class Project:
    """A study: a folder of the shape described in the README.

    `root` is absolute. Everything under `outputs` and `cache` can be rebuilt; human decisions live in `database` only.
    """

    root: Path
    _settings: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, folder: Path | None = None) -> Project:
        """The study in `folder`, in the folder named by ENQUETE_STUDY, or in the current folder.

        Raises: EnqueteError when the folder holds no study.
        """
        root = (folder or Path(os.environ.get(STUDY_VARIABLE) or ".")).resolve()
        if not any((root / mark).exists() for mark in _MARKS):
            raise EnqueteError(Code.STUDY_NOT_FOUND, path=root)
        return cls(root)

    @property
    def database(self) -> Path:
        """The store: words and human decisions. Never in git."""
        return self.root / "enquete.db"

    @property
    def cache(self) -> Path:
        """Language annotations, rebuilt at will."""
        return self.root / "enquete.cache"

    @property
    def questionnaires(self) -> Path:
        """The folder of questionnaires and interview guides."""
        return self.root / "questionnaires"

    @property
    def interviews(self) -> Path:
        """The folder of transcripts."""
        return self.root / "interviews"

    @property
    def codebook_file(self) -> Path:
        """The thematic codebook."""
        return self.root / "codebook.yaml"

    @property
    def notes(self) -> Path:
        """The author's own texts, merged into the report (`synthesis/*.md`)."""
        return self.root / "synthesis"

    @property
    def outputs(self) -> Path:
        """Where reports and tables are written; deleting it loses nothing."""
        return self.root / "outputs"

    @property
    def settings_file(self) -> Path:
        """The optional settings of the study."""
        return self.root / "enquete.yaml"

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """What `enquete.yaml` says; empty when there is none. Scalars are strings, as everywhere."""
        from habitat_enquete.yamlsource import read_mapping

        return read_mapping(self.settings_file) if self.settings_file.exists() else {}

    def relative(self, path: Path) -> str:
        """`path` as a user would name it: from the study's folder when it lies inside, with forward slashes."""
        resolved = path.resolve()
        inside = resolved.is_relative_to(self.root)
        return resolved.relative_to(self.root).as_posix() if inside else resolved.as_posix()


def create(folder: Path) -> Project:
    """A new empty study in `folder`, which must not exist or be empty.

    Raises: EnqueteError when the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise EnqueteError(Code.FOLDER_NOT_EMPTY, path=folder)
    with resources.as_file(resources.files("habitat_enquete") / "starter") as starter:
        shutil.copytree(starter, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__*__*"))
    (folder / "outputs").mkdir(exist_ok=True)
    return Project.open(folder)
