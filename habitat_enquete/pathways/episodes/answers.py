"""Episodes from questionnaires: repeated blocks that declare `parcours:`, numbered blocks (`logement1_debut`, `logement2_…`), and
the previous, current and wished dwellings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from habitat_enquete.errors import Code, Problem, problem
from habitat_enquete.model.pathway import RepeatedAnswer
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.pathways.episodes.dates import plain
from habitat_enquete.pathways.episodes.drafts import FIELDS, Cell, Draft, field_of

_NUMBERED: Final = re.compile(r"^(logement|episode|parcours|log|etape)_?(\d{1,2})_(\w+)$")
_THREE: Final = {
    "precedent": 1,
    "ancien": 1,
    "avant": 1,
    "previous": 1,
    "actuel": 2,
    "current": 2,
    "souhaite": 3,
    "wished": 3,
}
_STEP: Final = re.compile(rf"^(?:logement_?)?({'|'.join(_THREE)})_(\w+)$")
_WISHED: Final = 3
# « Pourquoi en êtes-vous parti ? » tells why the dwelling was left, not why it was entered.
_LEAVING: Final = re.compile(r"\b(parti|partie|quitte|depart|demenage)\b")
_IN_WORDS: Final = frozenset({"household", "dwelling", "place", "motives", "leaving", "wished", "blocked"})
_CELL: Final = re.compile(r"^([A-Z]{1,3})(\d+)$")


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which question feeds which field of which episode. `rank` is 0 in a repeated block: its own ranks are used."""

    questionnaire: str
    question: str
    field: str
    rank: int
    precision: str = ""


def mappings(questionnaires: Iterable[Questionnaire]) -> tuple[list[Mapped], list[Problem]]:
    """All questions that feed episodes. A repeat says so itself (`parcours:`); numbered and three-step blocks by their names."""
    found: list[Mapped] = []
    problems: list[Problem] = []
    for questionnaire in questionnaires:
        asked = {question.name: question for question in questionnaire}
        for repeat in questionnaire.repeats:
            for key, name in repeat.pathway.items():
                target = field_of(key)
                if target is None:
                    known = ", ".join(sorted(headers[0] for headers in FIELDS.values()))
                    problems.append(
                        problem(
                            Code.PATHWAY_FIELD_UNKNOWN, questionnaire=questionnaire.id, field=key, known=known
                        )
                    )
                elif name not in asked:
                    problems.append(
                        problem(Code.PATHWAY_QUESTION_MISSING, questionnaire=questionnaire.id, question=name)
                    )
                else:
                    if target == "motives" and _LEAVING.search(plain(asked[name].label)):
                        target = "leaving"
                    found.append(Mapped(questionnaire.id, name, target, 0, asked[name].precision or ""))
        for name, question in asked.items():
            if question.repeat is None and (place := by_name(name)) is not None:
                rank, target = place
                found.append(Mapped(questionnaire.id, name, target, rank, question.precision or ""))
    return found, problems


def by_name(name: str) -> tuple[int, str] | None:
    """The rank and field that the name of a question says: `logement2_statut`, `precedent_statut`."""
    if match := _NUMBERED.match(name):
        rank, rest = int(match[2]), match[3]
    elif match := _STEP.match(name):
        rank, rest = _THREE[match[1]], match[2]
    else:
        return None
    target = field_of(rest)
    return (rank, target) if target and target not in ("id", "rank") else None


def drafts(answers: Iterable[RepeatedAnswer], mapped: Sequence[Mapped]) -> list[Draft]:
    """One draft per respondent and repetition, from the answers to the questions of `mapped`."""
    by_question = {(each.questionnaire, each.question): each for each in mapped}
    wished_blocks = {
        each.questionnaire for each in mapped if each.rank == _WISHED and _STEP.match(each.question)
    }
    rows: dict[tuple[str, str, int], list[tuple[Mapped, RepeatedAnswer]]] = defaultdict(list)
    for answer in answers:
        target = by_question.get((answer.questionnaire, answer.question))
        if target is not None and answer.state == "answered" and answer.value:
            rows[answer.respondent, answer.questionnaire, target.rank or answer.repeat].append(
                (target, answer)
            )
    return [
        _draft(person, questionnaire, rank, pairs)
        for (person, questionnaire, rank), pairs in sorted(rows.items())
        if not (rank == _WISHED and questionnaire in wished_blocks)
    ]


def wishes(answers: Iterable[RepeatedAnswer], mapped: Sequence[Mapped]) -> dict[str, str]:
    """What each person wishes next, from questions named `souhaite_…`: tenure, dwelling and place, in words."""
    names = {(m.questionnaire, m.question) for m in mapped if m.rank == _WISHED and _STEP.match(m.question)}
    found: dict[str, list[str]] = defaultdict(list)
    for answer in answers:
        if (answer.questionnaire, answer.question) in names and answer.state == "answered":
            found[answer.respondent].append(answer.label or answer.value)
    return {person: ", ".join(words) for person, words in found.items()}


def _draft(
    person: str, questionnaire: str, rank: int, pairs: Sequence[tuple[Mapped, RepeatedAnswer]]
) -> Draft:
    values: dict[str, str] = {}
    cells: dict[str, Cell] = {}
    for target, answer in pairs:
        joined = target.field in ("motives", "leaving") and target.field in values
        text = _text(target, answer)
        values[target.field] = f"{values[target.field]};{text}" if joined else text
        cells.setdefault(target.field, _cell(answer))
        if target.precision and target.field in ("start", "end"):
            values.setdefault("precision", target.precision)
    first = pairs[0][1]
    return Draft(person, rank, f"{questionnaire}!{first.sheet or first.file}", values, first.file, cells)


def _text(target: Mapped, answer: RepeatedAnswer) -> str:
    """Codes where the alphabet knows codes, words where people read them."""
    return (answer.label or answer.value) if target.field in _IN_WORDS else answer.value


def _cell(answer: RepeatedAnswer) -> Cell:
    match = _CELL.match(answer.cell)
    return Cell(answer.sheet, int(match[2]), match[1]) if match else Cell(answer.sheet)
