"""Writes the questionnaire that an export seems to answer, for its author to correct."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.exchange.definitions import refuse_target
from habitat_enquete.exchange.questionnaire_yaml import questionnaire_yaml
from habitat_enquete.ingest.definitions.inference import Inferred, infer
from habitat_enquete.ingest.definitions.questionnaires import XLSFORM_SUFFIXES, YAML_SUFFIXES
from habitat_enquete.ingest.files.workbooks import read_workbook

_HEAD: Final = """\
# Proposition déduite de {file} : à relire et à corriger avant l'import.
# Vérifiez les types, écrivez les questions telles qu'elles ont été posées, donnez aux modalités leur libellé,
# ajoutez « filtre: » aux questions qui n'étaient pas posées à tous, « coder: oui » aux questions ouvertes à coder.
"""


def _refuse_definition(path: Path) -> None:
    """Raises: EnqueteError when `path` is itself a questionnaire: there is nothing to deduce."""
    suffix = path.suffix.lower()
    if suffix in YAML_SUFFIXES and path.is_file():
        raise EnqueteError(Code.INFER_DEFINITION, file=path.name)
    if suffix in XLSFORM_SUFFIXES and path.is_file():
        names = {sheet.name.strip().casefold() for sheet in read_workbook(path).sheets}
        if {"survey", "choices"} <= names:
            raise EnqueteError(Code.INFER_DEFINITION, file=path.name)


def write_inferred(
    responses: Path,
    target: Path,
    *,
    sheet: str | None = None,
    overwrite: bool = False,
    today: dt.date | None = None,
) -> Inferred:
    """Writes to `target` the questionnaire deduced from `responses`.

    Raises: EnqueteError when the file cannot be read, holds no table, or `target` exists and `overwrite` is not asked.
    """
    refuse_target(target, overwrite=overwrite)
    _refuse_definition(responses)
    workbook = read_workbook(responses)
    inferred = infer(workbook, name=target.stem, sheet=sheet, today=today or dt.date.today())
    text = _HEAD.format(file=responses.name) + questionnaire_yaml(inferred.questionnaire)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise EnqueteError(Code.OUTPUT_LOCKED, file=target.name) from error
    return inferred
