"""What is wrong in an interview guide: names of the study that it cites and that do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity
from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.ingest.definitions.questionnaires import read_all
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.questionnaire import Guide, Questionnaire
from habitat_enquete.yamlsource import hint


def check_guide(guide: Guide, path: Path) -> list[Problem]:
    """The problems of the guide written in `path`, beside the questionnaires of its folder and the codebook above it."""
    problems = list(_closing(guide, _questionnaires(path.parent)))
    codebook = path.parent.parent / "codebook.yaml"
    if codebook.is_file():
        try:
            problems += _codes(guide, read_codebook(codebook))
        except EnqueteError:
            return problems  # `enquete codebook check` tells what is wrong with it
    return problems


def _questionnaires(folder: Path) -> list[Questionnaire]:
    try:
        return read_all(folder)
    except EnqueteError:
        return []  # their own check tells what is wrong with them


def _closing(guide: Guide, questionnaires: list[Questionnaire]) -> Iterator[Problem]:
    names = {question.name for each in questionnaires for question in each.questions}
    for name in guide.closing_questions if names else ():
        if name not in names:
            yield _problem(guide, Code.GUIDE_CLOSING_UNKNOWN, name=name, hint=hint(name, names))


def _codes(guide: Guide, codebook: Codebook) -> Iterator[Problem]:
    known = {code.id for code in codebook.codes}
    themed = {f"{code.theme}/{code.id}" for code in codebook.codes}
    for theme in guide.themes:
        for code in theme.codes:
            if not any(fnmatchcase(each, code) for each in known | themed):
                where = {"theme": theme.label or theme.id, "code": code, "hint": hint(code, known)}
                yield _problem(guide, Code.GUIDE_CODE_UNKNOWN, **where)


def _problem(guide: Guide, found: Code, /, **where: object) -> Problem:
    file = guide.source or guide.id
    sentence = found.sentence(**({"place": file} | where))
    return Problem(found.name, sentence, Severity.WARNING, file)
