"""Reports of invented studies: the synthesis of a small one, and a study on disk that has been coded."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from habitat_enquete.model.synthesis import Stamp, Synthesis
from habitat_enquete.project import Project
from habitat_enquete.synthesis import compose

ROOT = Path(__file__).resolve().parents[2]


def _load(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem.replace("conftest", "hand_built_studies"), path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def studies() -> ModuleType:
    """The module that builds studies by hand (`tests/synthesis/conftest.py`)."""
    return _load(ROOT / "tests" / "synthesis" / "conftest.py")


@pytest.fixture
def synthesis(studies: ModuleType) -> Callable[..., Synthesis]:
    """The synthesis of a study: `synthesis(said=[("E01", "credit", "Non.")])`."""

    def build(**described: Any) -> Synthesis:
        material = studies.Study(**described).material()
        return compose.synthesis(material, stamp=Stamp("a" * 64, "b" * 64, "0.1.0"))

    return build


@pytest.fixture(scope="session")
def benchmark_study() -> ModuleType:
    """The generator of invented studies on disk (`benchmarks/synthesis_speed.py`)."""
    return _load(ROOT / "benchmarks" / "synthesis_speed.py")


@pytest.fixture(scope="session")
def coded_study_folder(benchmark_study: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A coded study of eight interviews and forty open answers, made once; copy it before you change it."""
    folder = tmp_path_factory.mktemp("coded") / "etude"
    benchmark_study.build(folder, interviews=6, answers=24)
    return folder


@pytest.fixture(scope="session")
def reported_study(coded_study_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A coded study whose report is written: to be read, not changed."""
    import shutil

    from habitat_enquete.ingest.codebooks import read_codebook
    from habitat_enquete.report.run import run

    folder = tmp_path_factory.mktemp("reported") / "etude"
    shutil.copytree(coded_study_folder, folder)
    project = Project.open(folder)
    run(project, read_codebook(project.codebook_file))
    return project


@pytest.fixture
def coded_study(coded_study_folder: Path, tmp_path: Path) -> Project:
    """A copy of the coded study."""
    import shutil

    shutil.copytree(coded_study_folder, tmp_path / "etude")
    return Project.open(tmp_path / "etude")


@pytest.fixture
def reported_copy(reported_study: Project, tmp_path: Path) -> Project:
    """A copy of the study whose report is written, to be changed."""
    import shutil

    shutil.copytree(reported_study.root, tmp_path / "etude")
    return Project.open(tmp_path / "etude")
