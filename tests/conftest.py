"""Fixtures that every test may use: real data when present, an empty study, the command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from click.testing import CliRunner, Result

from habitat_enquete.cli.main import main
from habitat_enquete.project import Project, create

# How long an example takes says how busy the machine is, not whether the code is right; the same examples each time.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = Path(os.environ.get("ENQUETE_TEST_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets, which are never part of the repository."""
    if not REAL_DATA.is_dir():
        pytest.skip("real data absent: set ENQUETE_TEST_DATA to the folder that holds them")
    return REAL_DATA


@pytest.fixture
def study(tmp_path: Path) -> Project:
    """An empty study, as `enquete init` makes it."""
    return create(tmp_path / "etude")


@pytest.fixture
def enquete(study: Project) -> Callable[..., Result]:
    """Run `enquete` on the study: `enquete("import", "responses.xlsx")`."""

    def run(*arguments: str | Path, exit_code: int | None = 0) -> Result:
        result = CliRunner().invoke(main, ["-C", str(study.root), *map(str, arguments)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        if exit_code is not None:
            assert result.exit_code == exit_code, result.output
        return result

    return run
