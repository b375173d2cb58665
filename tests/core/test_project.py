"""The study folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.project import Project, create


def test_a_folder_without_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EnqueteError, match="n'est pas une étude"):
        Project.open(tmp_path)


def test_the_study_of_the_environment_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "codebook.yaml").touch()
    monkeypatch.setenv("ENQUETE_STUDY", str(tmp_path))
    assert Project.open().root == tmp_path.resolve()


def test_a_folder_that_holds_something_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("à garder")
    with pytest.raises(EnqueteError, match="contient déjà des fichiers"):
        create(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "à garder"


def test_a_path_is_named_from_the_study(tmp_path: Path) -> None:
    (tmp_path / "codebook.yaml").touch()
    project = Project.open(tmp_path)
    assert project.relative(tmp_path / "interviews" / "E01.docx") == "interviews/E01.docx"
