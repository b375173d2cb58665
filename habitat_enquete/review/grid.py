"""`codebook.yaml` under the page: read again when it changes, edited with its comments kept, every edit undone like any gesture.

While somebody is editing the file by hand and it cannot be read, the page goes on with the last version that could.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from habitat_enquete.coding import decisions
from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest import codebook_edits
from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import Change, CodebookText, Coding, Decision
from habitat_enquete.project import Project
from habitat_enquete.store import codings as stored
from habitat_enquete.store import journal
from habitat_enquete.store.connection import Store
from habitat_enquete.yamlsource import read_text

_TEXTS: Final = frozenset({"label", "definition", "include", "exclude", "polarity", "colour", "policy"})
_LISTS: Final = frozenset({"terms", "not_terms", "examples", "counter_examples"})
Chosen = Callable[[Store], Sequence[Coding]]


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit makes of the file: its text, the codes whose codings follow (old → new), and the code it made, if any."""

    text: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    made: str = ""


@dataclass(slots=True)
class Grid:
    """The codebook of the study as one coder edits it. `problem` tells why the file cannot be read, when it cannot."""

    project: Project
    coder: str
    problem: str = ""
    _read: tuple[tuple[int, int], Codebook] | None = field(default=None, repr=False)

    def codebook(self) -> Codebook:
        """The codebook as it is in the file now, or else the last one that could be read.

        Raises: EnqueteError when it never could.
        """
        path = self.project.codebook_file
        try:
            stamp = _stamp(path)
            if self._read is None or self._read[0] != stamp:
                self._read = stamp, read_codebook(path)
            self.problem = ""
        except EnqueteError as error:
            if self._read is None:
                raise
            self.problem = str(error)
            # What was read stays good, whatever the stamp of the file that cannot be.
            self._read = (0, 0), self._read[1]
        return self._read[1]

    def code(self, code_id: str) -> str:
        """The id, when the codebook has that code. Raises: EnqueteError otherwise."""
        if all(code.id != code_id for code in self.codebook()):
            raise EnqueteError(Code.REVIEW_NO_CODE, id=code_id)
        return code_id

    def edit(self, asked: Mapping[str, Any], chosen: Chosen) -> str:
        """Change the file and what follows of the codings, as one gesture; gives the id of the code made, if any.

        `chosen` gives the codings that a split takes along. Raises: EnqueteError when the file changed meanwhile (`sha256`
        is what the page saw) or the edit cannot be read; nothing is written then.
        """
        path = self.project.codebook_file
        before = read_text(path)
        expected = str(asked["sha256"])
        if hashlib.sha256(before.encode()).hexdigest() != expected:
            raise EnqueteError(Code.CODEBOOK_CHANGED_ELSEWHERE, file=path.name)
        edit = _edited(before, asked)
        if edit.text == before:
            return edit.made
        with Store(self.project.database) as store, store.transaction():
            changes = [c for each in chosen(store) for c in self._split(each, edit.made)]
            journal.edit_codebook(
                store,
                self.coder,
                CodebookText(before),
                CodebookText(edit.text),
                renamed=edit.renamed,
                changes=changes,
            )
            for old, new in edit.renamed.items():
                stored.rename_proposals(store, old, new)
            codebook_edits.save(path, edit.text, expected_sha256=expected)
        return edit.made

    def _split(self, coding: Coding, code_id: str) -> tuple[Change, ...]:
        return decisions.move(coding, code_id, decisions.person(self.coder))

    def replay(self, rows: Sequence[Decision], *, undo: bool) -> None:
        """Put the file as an undo (or a redo) of `rows` wants it. Raises: EnqueteError when it was edited since."""
        for row in rows:
            held, wanted = (row.after, row.before) if undo else (row.before, row.after)
            if isinstance(held, CodebookText) and isinstance(wanted, CodebookText):
                expected = hashlib.sha256(held.text.encode()).hexdigest()
                codebook_edits.save(self.project.codebook_file, wanted.text, expected_sha256=expected)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise EnqueteError(Code.REVIEW_NO_CODEBOOK, file=path.name) from error
    return status.st_mtime_ns, status.st_size


def _edited(text: str, asked: Mapping[str, Any]) -> Edit:
    edit = str(asked.get("edit", ""))
    code, theme, value = (str(asked.get(key, "")).strip() for key in ("code", "theme", "value"))
    if edit in ("add_code", "split"):
        known = {"definition": str(asked["definition"])} if asked.get("definition") else {}
        new, made = codebook_edits.add_code(text, theme, value, code_id=None, **known)
        return Edit(new, made=made)
    if edit == "add_theme":
        return Edit(codebook_edits.add_theme(text, value)[0])
    if edit == "set":
        return Edit(_set(text, code, asked))
    if edit in ("terms", "not_terms"):
        return Edit(codebook_edits.add_to(text, code, edit, value))
    if edit == "theme_label":
        return Edit(codebook_edits.set_theme_label(text, theme, value))
    if edit == "move":
        return Edit(
            codebook_edits.move_code(text, code, theme, before=str(asked.get("before") or "") or None)
        )
    if edit == "merge":
        return Edit(codebook_edits.merge_codes(text, value, [code]), {code: value})
    if edit == "remove":
        return Edit(codebook_edits.remove_code(text, code))
    raise EnqueteError(Code.REVIEW_NO_ACTION, action=edit)


def _set(text: str, code: str, asked: Mapping[str, Any]) -> str:
    """Several values of a code at once, its theme, and the code `before` which it stands there."""
    values = dict(asked.get("values") or {})
    before = str(values.pop("before", "")) or None
    for key, value in values.items():
        if key == "theme":
            text = codebook_edits.move_code(text, code, str(value), before=before)
        elif key in _LISTS:
            items = [str(each).strip() for each in value]
            text = codebook_edits.set_value(text, code, key, [each for each in items if each])
        elif key in _TEXTS:
            text = codebook_edits.set_value(text, code, key, str(value).strip())
        else:
            raise EnqueteError(Code.REVIEW_NO_ACTION, action=key)
    return text
