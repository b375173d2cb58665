"""Turns a questionnaire from one format into another: YAML, XLSForm, XForm, LimeSurvey, data-entry workbook."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError, Problem
from habitat_enquete.exchange.dataentry import write_dataentry
from habitat_enquete.exchange.limesurvey import LimeSurveyStructure, write_limesurvey
from habitat_enquete.exchange.questionnaire_yaml import questionnaire_yaml, rewritten_yaml
from habitat_enquete.exchange.xlsform import write_xlsform
from habitat_enquete.ingest.definitions.distinct_names import renamed
from habitat_enquete.ingest.definitions.places import Places, nested_repeats
from habitat_enquete.ingest.definitions.questionnaires import read
from habitat_enquete.ingest.definitions.xlsform import read_leniently
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.yamlsource import read_text

FORMATS: Final = ("yaml", "xlsform", "xform", "limesurvey", "saisie")
_BY_SUFFIX: Final = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".xlsx": "xlsform",
    ".xml": "xform",
    ".txt": "limesurvey",
    ".tsv": "limesurvey",
}


@dataclass(frozen=True, slots=True)
class Converted:
    """The files written, and what could not be said in the new format."""

    files: tuple[Path, ...]
    problems: tuple[Problem, ...] = ()


def convert(
    source: Path, target: Path, *, file_format: str | None = None, overwrite: bool = False
) -> Converted:
    """Writes the questionnaire of `source` to `target`, in the format of its extension unless `file_format` says otherwise.

    A YAML file that is overwritten keeps its comments. Raises: EnqueteError when `source` cannot be read, is a guide, the
    format is unknown, or `target` exists and `overwrite` is not asked.
    """
    wanted = file_format or _BY_SUFFIX.get(target.suffix.lower(), "")
    if wanted not in _WRITERS:
        raise EnqueteError(Code.CONVERT_FORMAT, file=target.name, known=", ".join(FORMATS))
    questionnaire = read(source)
    if not isinstance(questionnaire, Questionnaire):
        raise EnqueteError(Code.CONVERT_GUIDE, file=source.name)
    refuse_target(target, overwrite=overwrite)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        converted = _WRITERS[wanted](questionnaire, target)
    except OSError as error:
        raise EnqueteError(Code.OUTPUT_LOCKED, file=target.name) from error
    return replace(converted, problems=(*_renamings(source, questionnaire), *converted.problems))


def refuse_target(target: Path, *, overwrite: bool) -> None:
    """Raises: EnqueteError when `target` is a folder, or exists and `overwrite` is not asked."""
    if target.is_dir():
        raise EnqueteError(Code.FILE_IS_FOLDER, file=target.name)
    if target.exists() and not overwrite:
        raise EnqueteError(Code.CONVERT_EXISTS, file=target.name)


def _renamings(source: Path, questionnaire: Questionnaire) -> Iterator[Problem]:
    """The questions of an XLSForm that are called otherwise, because their name was taken."""
    if not questionnaire.sheet:
        return
    written = read_leniently(source)[0]
    for each in renamed(written):
        yield Places(written).warning(
            Code.CONVERT_RENAMED,
            each.question,
            "name",
            name=each.question.name,
            first=each.first.line,
            read=each.name,
        )


def _to_yaml(questionnaire: Questionnaire, target: Path) -> Converted:
    text = (
        rewritten_yaml(questionnaire, read_text(target), file=target.name)
        if target.exists()
        else questionnaire_yaml(questionnaire)
    )
    target.write_text(text, encoding="utf-8", newline="\n")
    return Converted((target,))


def _to_xlsform(questionnaire: Questionnaire, target: Path) -> Converted:
    write_xlsform(questionnaire, target)
    return Converted((target,))


def _to_dataentry(questionnaire: Questionnaire, target: Path) -> Converted:
    write_dataentry(questionnaire, target)
    return Converted((target,))


def _to_xform(questionnaire: Questionnaire, target: Path) -> Converted:
    """The XForm, made by pyxform out of our XLSForm."""
    try:
        from pyxform.errors import PyXFormError
        from pyxform.xls2xform import convert as pyxform_convert
    except ImportError as error:
        raise EnqueteError(Code.PYXFORM_MISSING) from error
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        form = Path(folder) / f"{target.stem}.xlsx"
        write_xlsform(questionnaire, form)
        try:
            result = pyxform_convert(form, validate=False)
        except PyXFormError as error:
            raise EnqueteError(Code.PYXFORM_REFUSES, file=questionnaire.source, why=error) from error
    target.write_text(result.xform, encoding="utf-8")
    return Converted((target,))


def _to_limesurvey(questionnaire: Questionnaire, target: Path) -> Converted:
    structure = write_limesurvey(questionnaire, target)
    names = target.with_suffix(".noms.csv")
    _write_names(structure, names)
    return Converted((target, names), (*nested_repeats(questionnaire), *structure.problems))


def _write_names(structure: LimeSurveyStructure, path: Path) -> None:
    """How the codes of LimeSurvey answer to the names of the questionnaire, to read its export back."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(("limesurvey", "question", "modalite", "rang"))
        writer.writerows(
            (name.limesurvey, name.question, name.choice, name.rank or "") for name in structure.names
        )


_WRITERS: Final[dict[str, Callable[[Questionnaire, Path], Converted]]] = {
    "yaml": _to_yaml,
    "xlsform": _to_xlsform,
    "xform": _to_xform,
    "limesurvey": _to_limesurvey,
    "saisie": _to_dataentry,
}
