"""`enquete fieldwork`: where the collection stands, and the weights that mend the sample's composition."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.definitions.questionnaires import find, read_all
from habitat_enquete.ingest.fieldwork import (
    Contacts,
    Fieldwork,
    InterviewLine,
    QuotaLine,
    daily_curve,
    quota_lines,
    read_contacts,
)
from habitat_enquete.ingest.interviews.folder import survey
from habitat_enquete.ingest.weights import read_plan, weighted
from habitat_enquete.model.response import Response
from habitat_enquete.model.text import DocumentKind
from habitat_enquete.project import Project
from habitat_enquete.stats.weighting import Calibration
from habitat_enquete.store import codings, texts
from habitat_enquete.store import responses as table
from habitat_enquete.store.connection import Store

WEIGHT_ATTRIBUTE: Final = "poids"


@dataclass(frozen=True, slots=True)
class FieldworkResult:
    """Where the collection stands; `calibration` when weights were asked, with the file of weights written."""

    fieldwork: Fieldwork
    calibration: Calibration | None = None
    questionnaire: str = ""
    weights: Path | None = None


def fieldwork(
    project: Project, *, contacts: Path | None = None, margins: Path | None = None
) -> FieldworkResult:
    """The state of the collection, read from the store; `margins` also computes weights and stores them (`poids`).

    Args: `contacts`: a file of contacts with a column « statut »; `margins`: the known totals, in YAML.
    Raises: EnqueteError: faulty files, margins that cannot be met.
    """
    outcome = read_contacts(contacts) if contacts is not None else None
    with Store(project.database) as store:
        responses = list(table.responses(store))
        state = _fieldwork(project, store, responses, outcome)
        if margins is None:
            return FieldworkResult(state)
        plan = read_plan(margins)
        questionnaire = _questionnaire(project, plan.questionnaire, table.questionnaires(store))
        asked = next(each for each in read_all(project.questionnaires) if each.id == questionnaire)
        mine = [response for response in responses if response.questionnaire == questionnaire]
        people, calibration = weighted(plan, asked, mine)
        path = write_weights(project.outputs / "fieldwork", people, calibration)
        with store.transaction():
            table.add_respondents(
                store,
                [(who, {WEIGHT_ATTRIBUTE: f"{weight:.6g}"}) for who, weight in zip(people, calibration.weights, strict=True)],
                source=margins.name,
            )  # fmt: skip
    return FieldworkResult(state, calibration, questionnaire, path)


def _questionnaire(project: Project, name: str, known: dict[str, int]) -> str:
    """The questionnaire to weight: the one named, or the only one answered. Raises: QUESTIONNAIRE_NOT_FOUND."""
    if name:
        return find(project.questionnaires, name).id
    if len(known) == 1:
        return next(iter(known))
    listed = ", ".join(known) or "aucun"
    raise EnqueteError(Code.MARGINS_QUESTIONNAIRE, known=listed)


def _fieldwork(
    project: Project, store: Store, responses: list[Response], contacts: Contacts | None
) -> Fieldwork:
    by_questionnaire: dict[str, list[Response]] = {}
    for response in responses:
        by_questionnaire.setdefault(response.questionnaire, []).append(response)
    quotas: list[QuotaLine] = []
    for questionnaire in read_all(project.questionnaires):
        quotas.extend(quota_lines(questionnaire, by_questionnaire.get(questionnaire.id, [])))
    return Fieldwork(
        {name: len(listed) for name, listed in sorted(by_questionnaire.items())},
        tuple(quotas),
        tuple(daily_curve(responses)),
        contacts,
        tuple(_interviews(project, store)),
    )


def _interviews(project: Project, store: Store) -> list[InterviewLine]:
    """Every interview declared, transcribed or read, and how far it has come."""
    kinds = (DocumentKind.INTERVIEW, DocumentKind.GROUP)
    known = set(texts.sources(store, kinds=kinds))
    coded = set(codings.coded_documents(store))
    lines: dict[str, InterviewLine] = {}
    try:
        folder = survey(project.interviews)
    except EnqueteError as error:
        if error.code not in {Code.INTERVIEWS_NO_FOLDER, Code.INTERVIEWS_NO_FILE}:
            raise
        return [InterviewLine(id_, transcribed=True, coded=id_ in coded) for id_ in sorted(known)]
    for entry in folder.table.entries:
        date, place = entry.values.get("date", ""), entry.values.get("lieu", "")
        lines[entry.id] = InterviewLine(entry.id, date, place, done=bool(date))
    for interview in folder.interviews:
        values = interview.entry.values if interview.entry else {}
        lines[interview.id] = InterviewLine(
            interview.id,
            values.get("date", ""),
            values.get("lieu", ""),
            transcribed=True,
            pseudonymised=values.get("pseudonymise", values.get("anonymise", "")).casefold() == "oui",
            coded=interview.id in coded,
        )
    return [lines[id_] for id_ in sorted(lines)]


def write_weights(folder: Path, people: list[str], calibration: Calibration) -> Path:
    """Write `poids.csv` (respondent, initial weight, weight, ratio) and `marges.csv` (before, target, after)."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = zip(people, calibration.initial, calibration.weights, calibration.ratios, strict=True)
    path = folder / "poids.csv"
    path.write_text(
        _csv(["respondent", "poids_initial", "poids", "rapport"], [[who, *map(_decimal, numbers)] for who, *numbers in rows]),
        encoding="utf-8-sig",
        newline="",
    )  # fmt: skip
    lines = [
        [
            line.margin,
            line.category,
            str(line.respondents),
            *map(_decimal, (line.before, line.target, line.after)),
        ]
        for line in calibration.lines
    ]
    header = ["marge", "modalité", "répondants", "avant", "cible", "après"]
    (folder / "marges.csv").write_text(_csv(header, lines), encoding="utf-8-sig", newline="")
    return path


def _decimal(number: float) -> str:
    return f"{number:.6f}".replace(".", ",")


def _csv(header: list[str], rows: list[list[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerows([header, *rows])
    return stream.getvalue()
