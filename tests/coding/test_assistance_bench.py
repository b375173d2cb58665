"""The benchmark of suggestions reads folders that are not quite like the one it was made for."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[2] / "benchmarks" / "coding_assistance.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coding_assistance", FILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _folder(path: Path, answers: list[dict[str, object]], codebook: str = "") -> Path:
    lines = "\n\n".join(json.dumps(each, ensure_ascii=False) for each in answers)
    (path / "answers.jsonl").write_text(lines + "\n", encoding="utf-8")
    if codebook:
        (path / "codes.csv").write_text(codebook, encoding="utf-8-sig")
    return path


def test_readers_of_one_opinion_semicolons_and_missing_fields_are_understood(bench, tmp_path):
    answers = [
        {"question_id": 7, "text": "Le loyer est cher.", "labels_count": {"Prix": 3, "Autres": 1}},
        {"question_id": 7, "text": "Il manque un bus.", "labels_count": {"Mobilité": 1}},
        {"question_id": 7, "text": None, "labels_count": {"Prix": 2}},
        {"question_id": 7, "text": "Rien.", "labels_count": {}},
    ]
    codebook = "label;question_id;definition\nPrix;7;Ce que coûte un logement\nMobilité;7;\nEau;7;\n"
    (question,) = bench.load(_folder(tmp_path, answers, codebook))
    assert question.texts == ["Le loyer est cher.", "Il manque un bus."]
    assert sorted(code.label for code in question.codes) == ["Eau", "Mobilité", "Prix"]
    assert question.majority.sum(axis=1).tolist() == [1, 1]
    assert len(set(question.authors)) == 2


def test_few_answers_under_a_flat_codebook_are_measured(bench, tmp_path):
    answers = [
        {"text": f"{subject} numéro {number}", "labels_majority": [label], "author": f"a{number}"}
        for number in range(12)
        for subject, label in (("Un loyer trop cher", "Loyer"), ("Le bus ne passe plus", "Transport"))
    ]
    result = bench.run(_folder(tmp_path, answers), sizes=[0, 5, 400], permutations=1, peers=["stem_overlap"])
    assert result["data"] == {"answers": 24, "questions": 1, "codes": 2, "codes_that_occur": 2}
    ours = result["folds"]["habitat_enquete"]
    assert ours["micro_f1"] == ours["macro_f1_named_10"] == pytest.approx(1)
    assert list(result["curves"]["habitat_enquete"]) == ["0", "5"]  # nothing is left after 400
    assert not any(isinstance(value, float) and math.isnan(value) for value in ours.values())


def test_a_folder_without_answers_says_so(bench, tmp_path):
    with pytest.raises(SystemExit, match=r"no \*\.jsonl with answers"):
        bench.load(tmp_path)
