"""Real exports that nobody prepared for us: households of a thesis, open answers of a national consultation."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from exporters import csv_text

from habitat_enquete.ingest.run import import_responses
from habitat_enquete.project import Project
from habitat_enquete.store import responses as table
from habitat_enquete.store import texts
from habitat_enquete.store.connection import Store


def test_open_answers_of_a_consultation_become_documents(
    real_data: Path, survey: Project, tmp_path: Path
) -> None:
    with (real_data / "grande_annotation/open.jsonl").open(encoding="utf-8") as stream:
        answers = [json.loads(line) for line in stream]
    text_key = next(key for key in ("text", "texte", "answer", "reponse") if key in answers[0])
    rows = [["id", "Que faudrait-il changer ?"]]
    rows += [[f"A{rank}", answer[text_key]] for rank, answer in enumerate(answers)]
    (survey.questionnaires / "sorvelle.yaml").write_text(
        "id: debat\nquestions:\n  - {type: text, name: changer, label: Que faudrait-il changer ?, coder: true}\n",
        encoding="utf-8",
    )
    path = tmp_path / "debat.csv"
    path.write_text(csv_text(rows), encoding="utf-8")

    result = import_responses(survey, path, questionnaire="debat")

    filled = [answer for answer in answers if str(answer[text_key]).strip()]
    assert result.documents == len(filled)
    with Store(survey.database) as store:
        assert len(texts.document_ids(store)) == len(filled)


def test_households_of_a_thesis_are_read_with_split_choices(real_data: Path, survey: Project) -> None:
    path = real_data / "kobo_habitat/household_data.csv"
    with path.open(encoding="utf-8") as stream:
        households = list(csv.DictReader(stream))
    (survey.questionnaires / "sorvelle.yaml").write_text(
        """\
id: menages
listes:
  objets: [{name: Computer, label: Computer}, {name: Electricity, label: Electricity}, {name: Radio, label: Radio}, {name: NA, label: NA}]
  sexe: [{name: M, label: M}, {name: F, label: F}]
questions:
  - {type: text, name: City, label: City}
  - {type: select_one, list: sexe, name: Sex_HH, label: Sex}
  - {type: select_multiple, list: objets, name: HHITEMS, label: Items}
  - {type: integer, name: HHROOMS, label: Rooms}
""",
        encoding="utf-8",
    )

    result = import_responses(survey, path, questionnaire="menages")

    assert result.rows == len(households) == 1714
    with Store(survey.database) as store:
        radios = sum(a.value == "Radio" for _, _, a in table.answers(store, "HHITEMS"))
        women = sum(a.value == "F" for _, _, a in table.answers(store, "Sex_HH"))
    assert radios == sum(row["HHITEMS/Radio"] in {"1", "1.0", "True"} for row in households)
    assert women == sum(row["Sex_HH"] == "F" for row in households)
