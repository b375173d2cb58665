"""The questionnaires and guides of a study, whatever they are written in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.definitions.questionnaire_yaml import read_yaml
from habitat_enquete.model.questionnaire import Guide, Questionnaire
from habitat_enquete.yamlsource import hint

YAML_SUFFIXES: Final = (".yaml", ".yml")
XLSFORM_SUFFIXES: Final = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")


def read(path: Path) -> Questionnaire | Guide:
    """The questionnaire or guide defined by `path`, a YAML file or an XLSForm.

    Raises: EnqueteError when the file is missing, is neither, or cannot be read.
    """
    if path.is_dir():
        raise EnqueteError(Code.FILE_IS_FOLDER, file=path.name)
    if not path.is_file():
        raise EnqueteError(Code.FILE_MISSING, file=path.name)
    suffix = path.suffix.lower()
    if suffix in YAML_SUFFIXES:
        return read_yaml(path)
    if suffix in XLSFORM_SUFFIXES:
        from habitat_enquete.ingest.definitions.xlsform import read_xlsform

        return read_xlsform(path)
    raise EnqueteError(Code.DEFINITION_FORMAT_UNKNOWN, file=path.name, suffix=suffix or "sans extension")


def definition_files(folder: Path) -> list[Path]:
    """The definition files of `folder`, in the order of their names; hidden and lock files are ignored."""
    known = (*YAML_SUFFIXES, *XLSFORM_SUFFIXES)
    files = folder.glob("*") if folder.is_dir() else ()
    return sorted(each for each in files if each.suffix.lower() in known and each.name[0] not in ".~")


def read_all(folder: Path) -> list[Questionnaire]:
    """Every questionnaire of `folder`; where a YAML file and an XLSForm have the same id, the YAML file is kept."""
    return read_definitions(folder)[0]


def read_definitions(folder: Path) -> tuple[list[Questionnaire], list[Guide]]:
    """What `read_all` and `read_guides` give, each file being read once."""
    found: dict[str, Questionnaire] = {}
    guides = []
    for path in sorted(definition_files(folder), key=lambda each: each.suffix.lower() not in YAML_SUFFIXES):
        definition = read(path)
        if isinstance(definition, Questionnaire):
            found.setdefault(definition.id, definition)
        elif path.suffix.lower() in YAML_SUFFIXES:
            guides.append(definition)
    return list(found.values()), guides


def read_guides(folder: Path) -> list[Guide]:
    """Every interview guide of `folder`."""
    yaml_files = [each for each in definition_files(folder) if each.suffix.lower() in YAML_SUFFIXES]
    return [definition for each in yaml_files if isinstance(definition := read(each), Guide)]


def find(folder: Path, name: str) -> Questionnaire:
    """The questionnaire of `folder` called `name`: its id, or its file's name with or without extension.

    Raises: EnqueteError naming the nearest one when there is none.
    """
    for path in definition_files(folder):
        if name in (path.name, path.stem) and isinstance(definition := read(path), Questionnaire):
            return definition
    everything = read_all(folder)
    for questionnaire in everything:
        if questionnaire.id == name:
            return questionnaire
    known = [each.id for each in everything]
    raise EnqueteError(
        Code.QUESTIONNAIRE_NOT_FOUND, name=name, known=", ".join(known) or "aucun", hint=hint(name, known)
    )
