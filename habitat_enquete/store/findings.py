"""The findings of the last synthesis, the answers they are compared to, and the hash that says whether anything changed."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from habitat_enquete.model.finding import Finding
from habitat_enquete.model.response import Answer, AnswerState
from habitat_enquete.store.connection import Row, Store

# What a report depends on: every row of these, in a stable order. Dates of import are left out, so that the same study
# imported twice gives the same report.
_INPUTS: Final = (
    "SELECT respondent, name, value FROM respondent_attribute ORDER BY 1, 2",
    "SELECT id, kind, title, sha256, source_file, source_sheet, source_cell, attributes FROM document ORDER BY id",
    "SELECT document, idx, speaker, start, end, start_time, position FROM turn ORDER BY document, idx",
    "SELECT document, rank, label, role, respondent FROM speaker ORDER BY document, rank",
    "SELECT id, document, start, end, code, coder, coder_kind, state, reported, hypothetical, respondent FROM coding ORDER BY id",
    "SELECT coding, coder, action FROM journal ORDER BY id",
    "SELECT r.respondent, a.question, a.value, a.label, a.state FROM answer a JOIN response r ON r.id = a.response"
    " WHERE r.current ORDER BY r.respondent, r.questionnaire, a.question, a.repeat, a.item",
    "SELECT * FROM episode ORDER BY respondent, source, rank",
    "SELECT * FROM pathway_type ORDER BY respondent",
)


def state_hash(store: Store) -> str:
    """The hash of all that a report is made from: equal hashes give equal reports."""
    digest = hashlib.sha256()
    for query in _INPUTS:
        for row in store.iterate(query):
            digest.update(repr(tuple(row)).encode())
        digest.update(b"\0")
    return digest.hexdigest()


def save(store: Store, findings: Sequence[Finding]) -> None:
    """Replace the findings of the last synthesis and their evidence."""
    with store.transaction():
        store.execute("DELETE FROM evidence")
        store.execute("DELETE FROM finding")
        store.execute_many(
            "INSERT INTO finding (id, code, label, theme, polarity, rank, people, base, documents, mentions, details)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_row(finding) for finding in findings),
        )
        store.execute_many(
            "INSERT INTO evidence (finding, rank, coding) VALUES (?, ?, ?)",
            (
                (finding.id, rank, evidence.coding)
                for finding in findings
                for rank, evidence in enumerate(finding.evidence, start=1)
            ),
        )


def _row(finding: Finding) -> tuple[object, ...]:
    details = {
        "low": finding.low,
        "high": finding.high,
        "weighted": finding.weighted,
        "interviews": finding.interviews,
        "answers": finding.answers,
        "validated": finding.validated,
        "grade": finding.grade.value,
        "by": {attribute: dict(values) for attribute, values in finding.by.items()},
    }
    return (
        finding.id,
        finding.code,
        finding.label,
        finding.theme,
        finding.polarity.value,
        finding.rank,
        finding.people,
        finding.base,
        finding.documents,
        finding.mentions,
        json.dumps(details, ensure_ascii=False, sort_keys=True),
    )


def answers(store: Store, questions: Iterable[str]) -> dict[str, dict[str, tuple[Answer, ...]]]:
    """The current answers to some questions: question → respondent → their answers."""
    found: dict[str, dict[str, list[Answer]]] = defaultdict(lambda: defaultdict(list))
    rows = store.iterate(
        "SELECT r.respondent, a.question, a.value, a.label, a.state, a.repeat, a.item, a.sheet, a.cell"
        " FROM answer a JOIN response r ON r.id = a.response"
        " WHERE r.current AND a.question IN (SELECT value FROM json_each(?))"
        " ORDER BY a.question, r.respondent, a.repeat, a.item",
        (json.dumps(sorted(questions)),),
    )
    for row in rows:
        found[row["question"]][row["respondent"]].append(_answer(row))
    return {
        question: {person: tuple(given) for person, given in by_person.items()}
        for question, by_person in found.items()
    }


def waiting(store: Store) -> dict[str, int]:
    """How many suggestions wait for a person, by code."""
    rows = store.rows(
        "SELECT code, count(*) AS n FROM coding WHERE state = 'suggested' GROUP BY code ORDER BY code"
    )
    return {row["code"]: row["n"] for row in rows}


def _answer(row: Row) -> Answer:
    return Answer(
        question=row["question"],
        value=row["value"],
        state=AnswerState(row["state"]),
        label=row["label"],
        repeat=row["repeat"],
        item=row["item"],
        sheet=row["sheet"],
        cell=row["cell"],
    )
