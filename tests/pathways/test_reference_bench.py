"""The benchmark of reference figures: right ones pass, wrong ones fail, unknown layouts do neither."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "reference_pathways.py"


def recompute(folder: Path) -> tuple[int, dict[str, object]]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), "--json"], capture_output=True, text=True, check=False
    )
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize(("expected", "status", "failed"), [(1.0, 0, 0), (0.2, 1, 1)])
def test_a_figure_is_compared(tmp_path: Path, expected: float, status: int, failed: int) -> None:
    (tmp_path / "irr").mkdir()
    (tmp_path / "irr" / "kripp2011_A.csv").write_text("u1,u2,u3\n1,2,2\n1,2,2\n", encoding="utf-8")
    (tmp_path / "irr" / "expected.json").write_text(json.dumps({"A_ordinal": expected}), encoding="utf-8")
    code, found = recompute(tmp_path)
    assert (code, found["failed"], found["skipped"]) == (status, failed, [])


def test_an_unknown_layout_is_told_and_fails_no_figure(tmp_path: Path) -> None:
    (tmp_path / "irr").mkdir()
    (tmp_path / "dist").mkdir()
    (tmp_path / "irr" / "expected.json").write_text('{"A_nominal": "x"}', encoding="utf-8")
    (tmp_path / "irr" / "kripp2011_A.csv").write_text("a,b\n1,1\n1,2\n", encoding="utf-8")
    (tmp_path / "dist" / "manifest.json").write_text('[{"nom": 3}, 4]', encoding="utf-8")
    code, found = recompute(tmp_path)
    assert (code, found["figures"]) == (0, [])
    assert [each["figure"] for each in found["skipped"]] == ["dist", "irr"]  # type: ignore[attr-defined]
