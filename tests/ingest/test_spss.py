"""SPSS files: declared missing values keep their kind, sets of several answers find their question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from habitat_enquete.ingest.files.spss import sav_rows
from habitat_enquete.ingest.run import ImportResult
from habitat_enquete.project import Project

pyreadstat = pytest.importorskip("pyreadstat")

FORM = """\
id: sav
version: "1"
listes:
  statut: [{name: prop, label: Propriétaire}, {name: loc, label: Locataire}]
questions:
  - {type: select_one, list: statut, name: statut, label: Statut d'occupation}
  - {type: integer, name: age, label: Âge}
"""


def test_declared_missing_values_are_of_their_kind(
    survey: Project,
    imported: Callable[..., ImportResult],
    answers: Callable[[], list[set[tuple[Any, ...]]]],
    tmp_path: Path,
) -> None:
    import pandas as pd

    (survey.questionnaires / "sorvelle.yaml").write_text(FORM, encoding="utf-8")
    frame = pd.DataFrame({"id": [1.0, 2, 3, 4], "statut": [1.0, 8, 9, 7], "age": [30.0, 998, 999, -1]})
    pyreadstat.write_sav(
        frame,
        str(tmp_path / "r.sav"),
        column_labels={"statut": "Statut d'occupation", "age": "Âge"},
        variable_value_labels={
            "statut": {1.0: "Propriétaire", 8.0: "Ne sait pas", 9.0: "Refus"},
            "age": {998.0: "Ne sait pas", 999.0: "Refuse de répondre"},
        },
        missing_ranges={"statut": [{"lo": 7, "hi": 9}], "age": [998, 999, -1]},
    )
    result = imported(tmp_path / "r.sav")
    assert [{(question, state) for question, _, _, _, state in found} for found in answers()] == [
        {("statut", "answered"), ("age", "answered")},
        {("statut", "dont_know"), ("age", "dont_know")},
        {("statut", "refused"), ("age", "refused")},
        set(),
    ]
    assert result.errors == 0


def test_variables_of_a_set_bear_its_label_and_count_its_ticks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pandas as pd

    frame = pd.DataFrame({"v1": [1.0, 2.0], "v2": [2.0, float("nan")], "m1": ["Gaz", "Bois"]})
    path = tmp_path / "r.sav"
    pyreadstat.write_sav(frame, str(path), column_labels={"v1": "Emploi", "v2": "Famille", "m1": "Première"})
    _, meta = pyreadstat.read_sav(str(path), user_missing=True)
    meta.mr_sets = {
        "motifs": {
            "is_dichotomy": True,
            "counted_value": 2,
            "label": "Motifs",
            "variable_list": ["v1", "v2"],
        },
        "energies": {
            "is_dichotomy": False,
            "counted_value": None,
            "label": "Énergies",
            "variable_list": ["m1"],
        },
    }
    monkeypatch.setattr(pyreadstat, "read_sav", lambda *_, **__: (frame, meta))
    assert sav_rows(path)[1:] == [
        ["Motifs [Emploi]", "Motifs [Famille]", "Énergies"],
        [0.0, 1.0, "Gaz"],
        [1.0, "", "Bois"],
    ]
