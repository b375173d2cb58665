"""What a person decided about columns (`correspondances.yaml`) and unknown choices (`recodages.yaml`), and what is proposed.

A value that ends with `?` is only a proposal: removing the question mark accepts it, any other value decides otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, Problem, Severity
from habitat_enquete.ingest.answers.choices import ChoiceSet, fold
from habitat_enquete.ingest.answers.headers import HeaderIndex
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.yamlsource import Table, dump, hint, load_for_rewriting, read_mapping, read_text

MAPPING_FILE: Final = "correspondances.yaml"
RECODING_FILE: Final = "recodages.yaml"
_MAPPING_HEAD: Final = """\
# Colonnes que l'import n'a pas su rattacher à une question. Par questionnaire : en-tête de la colonne → question.
# Une valeur qui finit par « ? » est une proposition : retirez le « ? » pour l'accepter, ou écrivez autre chose :
# le nom d'une question, « question/modalité », ou « ignorer ». Relancez ensuite enquete import.
"""
_RECODING_HEAD: Final = """\
# Réponses qui ne sont pas des modalités prévues. Par questionnaire et par question : ce qui est écrit → code de la modalité.
# Une valeur qui finit par « ? » est une proposition : retirez le « ? » pour l'accepter. Relancez ensuite enquete import.
"""


def read_mapping_file(folder: Path) -> dict[str, dict[str, str]]:
    """The decided columns of each questionnaire: folded header → question. Raises: EnqueteError on faulty YAML."""
    path = folder / MAPPING_FILE
    tables = read_mapping(path) if path.exists() else {}
    return {
        questionnaire: {fold(header): str(text) for header, text in table.items() if _is_decided(text)}
        for questionnaire, table in tables.items()
        if isinstance(table, Table)
    }


def read_recoding_file(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    """The decided recodings: questionnaire → question → folded text → choice. Raises: EnqueteError on faulty YAML."""
    path = folder / RECODING_FILE
    tables = read_mapping(path) if path.exists() else {}
    return {
        questionnaire: {
            question: {fold(text): str(choice) for text, choice in texts.items() if _is_decided(choice)}
            for question, texts in table.items()
            if isinstance(texts, Table)
        }
        for questionnaire, table in tables.items()
        if isinstance(table, Table)
    }


def _is_decided(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not value.rstrip().endswith("?")


def check_decisions(folder: Path, questionnaire: Questionnaire) -> list[Problem]:
    """The decisions about `questionnaire` that designate nothing, with their line."""
    found: list[Problem] = []
    index = HeaderIndex(questionnaire)
    names = [question.name for question in index.questions]
    path = folder / MAPPING_FILE
    table = read_mapping(path).get(questionnaire.id) if path.exists() else None
    if isinstance(table, Table):
        for header, text in table.items():
            if _is_decided(text) and not _designates(index, str(text)):
                found.append(
                    _faulty(
                        Code.MAPPING_QUESTION_UNKNOWN,
                        MAPPING_FILE,
                        table.lines[header],
                        name=text,
                        questionnaire=questionnaire.id,
                        hint=hint(str(text), names),
                    )
                )
    path = folder / RECODING_FILE
    table = read_mapping(path).get(questionnaire.id) if path.exists() else None
    for question, texts in table.items() if isinstance(table, Table) else ():
        if not isinstance(texts, Table):
            continue
        asked = next((each for each in questionnaire.asked() if each.name == question), None)
        choices = ChoiceSet(questionnaire.choices_of(asked)) if asked else ChoiceSet(())
        for text, choice in texts.items():
            if _is_decided(choice) and choice not in choices.labels:
                found.append(
                    _faulty(
                        Code.RECODING_UNKNOWN,
                        RECODING_FILE,
                        texts.lines[text],
                        name=choice,
                        question=question,
                        hint=hint(str(choice), choices.labels),
                    )
                )
    return found


def _designates(index: HeaderIndex, text: str) -> bool:
    return fold(text) in {"ignorer", "ignore", "-"} or bool(index.resolve(text))


def _faulty(code: Code, file: str, line: int, **where: object) -> Problem:
    return Problem(code.name, code.sentence(file=file, line=line, **where), Severity.ERROR, file, row=line)


def valid_recodes(
    recodes: Mapping[str, Mapping[str, str]], questionnaire: Questionnaire
) -> dict[str, dict[str, str]]:
    """The recodings whose target is a choice of their question."""
    known = {
        question.name: {choice.name for choice in questionnaire.choices_of(question)}
        for question in questionnaire.asked()
    }
    return {
        question: kept
        for question, texts in recodes.items()
        if (kept := {text: choice for text, choice in texts.items() if choice in known.get(question, set())})
    }


def propose_columns(folder: Path, questionnaire: str, proposals: Mapping[str, str]) -> bool:
    """Add to `correspondances.yaml` the headers it does not know yet. Gives whether the file changed."""
    new = {header: f"{question} ?".strip() for header, question in proposals.items()}
    return _add(folder / MAPPING_FILE, _MAPPING_HEAD, {questionnaire: new})


def propose_recodings(folder: Path, questionnaire: str, proposals: Mapping[str, Mapping[str, str]]) -> bool:
    """Add to `recodages.yaml` the answers it does not know yet. Gives whether the file changed."""
    new = {
        question: {text: f"{choice} ?".strip() for text, choice in texts.items()}
        for question, texts in proposals.items()
        if texts
    }
    return _add(folder / RECODING_FILE, _RECODING_HEAD, {questionnaire: new})


def _add(path: Path, head: str, new: Mapping[str, Mapping[str, object]]) -> bool:
    if not any(new.values()):
        return False
    before = read_text(path) if path.exists() else ""
    content: dict[str, object] = load_for_rewriting(before, file=path.name) if before.strip() else {}
    if not _merge(content, new):
        return False
    text = dump(content)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text if before.strip() else head + text, encoding="utf-8")
    partial.replace(path)
    return True


def _merge(content: dict[str, object], new: Mapping[str, object]) -> bool:
    """Add to nested mappings the keys they do not have; what is written stays. Gives whether anything was added."""
    changed = False
    for key, value in new.items():
        known = content.get(key)
        if isinstance(value, Mapping):
            if not value:
                continue
            if not isinstance(known, dict):
                known = content[key] = {}
                changed = True
            changed = _merge(known, value) or changed
        elif key not in content:
            content[key] = value
            changed = True
    return changed
