"""Changing `codebook.yaml` from a page or a command, the comments, the order and the quotes of its author kept.

Every edit takes the text of the file and gives the new text, which is read again by the strict reader before it is given
back: an edit that would break the codebook is refused. `save` writes it, unless somebody else changed the file meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.codebooks import identifier, parse_codebook
from habitat_enquete.yamlsource import dump, hint, load_for_rewriting, quoted, read_text

# Lists of a code that an edit may extend or replace; the other keys hold one text.
_LISTS: Final = frozenset({"terms", "not_terms", "examples", "counter_examples", "levers", "stages"})
# Where a code is named by others: renaming follows them.
_REFERENCES: Final = ("parent", "negated_code")


def add_code(
    text: str, theme_id: str, label: str, *, code_id: str | None = None, **values: str | Sequence[str]
) -> tuple[str, str]:
    """The codebook with a new code at the end of a theme; gives (text, id). The id is made of the label if not given.

    Raises: EnqueteError when the theme is unknown or the result cannot be read.
    """
    root = _load(text)
    codes = _list_of(_theme(root, theme_id), "codes")
    taken = {str(code["id"]) for code in _codes(root)}
    new_id = code_id or _free(identifier(label), taken)
    new = CommentedMap(id=quoted(new_id), label=quoted(label))
    for key, value in values.items():
        new[key] = _value(value)
    codes.append(new)
    return _checked(root), new_id


def add_theme(text: str, label: str, *, theme_id: str | None = None) -> tuple[str, str]:
    """The codebook with a new empty theme at the end; gives (text, id)."""
    root = _load(text)
    themes = _list_of(root, "themes")
    new_id = theme_id or _free(identifier(label), {str(theme["id"]) for theme in themes})
    themes.append(CommentedMap(id=quoted(new_id), label=quoted(label), codes=CommentedSeq()))
    return _checked(root), new_id


def set_value(text: str, code_id: str, key: str, value: str | Sequence[str]) -> str:
    """The codebook where `key` of a code (label, definition, colour, terms…) holds `value`; an empty one removes the key."""
    root = _load(text)
    code = _code(root, code_id)
    if value:
        code[key] = _value(value)
    elif key in code:
        del code[key]
    return _checked(root)


def set_theme_label(text: str, theme_id: str, label: str) -> str:
    """The codebook where a theme has another name."""
    root = _load(text)
    _theme(root, theme_id)["label"] = quoted(label)
    return _checked(root)


def add_to(text: str, code_id: str, key: str, item: str) -> str:
    """The codebook where a list of a code (`terms`, `not_terms`, `examples`, `counter_examples`) has one more item."""
    root = _load(text)
    items = _list_of(_code(root, code_id), key)
    if item not in items:
        items.append(quoted(item))
    return _checked(root)


def rename_code(text: str, code_id: str, new_id: str) -> str:
    """The codebook where a code has another id, and those that name it follow.

    Codings made under the old id are carried over by `journal.carry_over(store, coder, {code_id: new_id})`.
    """
    root = _load(text)
    _code(root, code_id)["id"] = quoted(new_id)
    _follow(root, {code_id: new_id})
    return _checked(root)


def move_code(text: str, code_id: str, theme_id: str, *, before: str | None = None) -> str:
    """The codebook where a code stands in another theme or place: before the code `before`, or last."""
    root = _load(text)
    code = _code(root, code_id)
    target = _list_of(_theme(root, theme_id), "codes")
    if before is not None and all(str(each["id"]) != before for each in target):
        raise _absent(Code.CODEBOOK_CODE_ABSENT, before, (str(each["id"]) for each in target))
    for codes in _code_lists(root):
        if any(each is code for each in codes):
            del codes[next(rank for rank, each in enumerate(codes) if each is code)]
            break
    rank = next((r for r, each in enumerate(target) if str(each["id"]) == before), len(target))
    target.insert(rank, code)
    return _checked(root)


def merge_codes(text: str, kept: str, merged: Iterable[str]) -> str:
    """The codebook where the codes `merged` are gone and `kept` has their terms, rules, examples, levers and stages.

    Codings follow by `journal.carry_over(store, coder, {each: kept})`.
    """
    root = _load(text)
    survivor = _code(root, kept)
    for code_id in merged:
        if code_id == kept:
            continue
        gone = _code(root, code_id)
        for key in (*sorted(_LISTS), "rules"):
            items = gone.get(key) or []
            for item in [items] if isinstance(items, str) else items:
                if item not in _list_of(survivor, key):
                    _list_of(survivor, key).append(item)
        _take_out(root, gone)
        _follow(root, {code_id: kept})
    if survivor.get("parent") == kept:
        del survivor["parent"]
    for key in (*_LISTS, "rules"):
        if key in survivor and not survivor[key]:
            del survivor[key]
    return _checked(root)


def remove_code(text: str, code_id: str) -> str:
    """The codebook without a code; those that named it name nobody. Its codings stay in the store, listed as orphan codes."""
    root = _load(text)
    _take_out(root, _code(root, code_id))
    _follow(root, {code_id: None})
    return _checked(root)


def save(path: Path, text: str, *, expected_sha256: str) -> str:
    """Write the codebook in place of the file whose hash is `expected_sha256`; gives the new hash.

    The file is replaced in one move: a reader sees the old text or the new one.
    Raises: EnqueteError when the file changed meanwhile; nothing is written then.
    """
    if hashlib.sha256(read_text(path).encode()).hexdigest() != expected_sha256:
        raise EnqueteError(Code.CODEBOOK_CHANGED_ELSEWHERE, file=path.name)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    Path(partial).chmod(path.stat().st_mode & 0o777)
    Path(partial).replace(path)
    return hashlib.sha256(read_text(path).encode()).hexdigest()


# ── how ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _load(text: str) -> CommentedMap:
    return load_for_rewriting(text, file="codebook.yaml")


def _checked(root: CommentedMap) -> str:
    """The text of `root`. Raises: EnqueteError when it is no codebook any more."""
    text = dump(root)
    parse_codebook(text)
    return text


def _code_lists(root: CommentedMap) -> list[CommentedSeq]:
    return [theme["codes"] for theme in root.get("themes", []) if theme.get("codes")]


def _codes(root: CommentedMap) -> list[CommentedMap]:
    return [code for codes in _code_lists(root) for code in codes]


def _code(root: CommentedMap, code_id: str) -> CommentedMap:
    codes = _codes(root)
    for code in codes:
        if str(code.get("id")) == code_id:
            return code
    raise _absent(Code.CODEBOOK_CODE_ABSENT, code_id, (str(code.get("id")) for code in codes))


def _theme(root: CommentedMap, theme_id: str) -> CommentedMap:
    themes: list[CommentedMap] = root.get("themes", [])
    for theme in themes:
        if str(theme.get("id")) == theme_id:
            return theme
    raise _absent(Code.CODEBOOK_THEME_ABSENT, theme_id, (str(theme.get("id")) for theme in themes))


def _absent(message: Code, wanted: str, known: Iterable[str]) -> EnqueteError:
    return EnqueteError(message, id=wanted, hint=hint(wanted, known))


def _list_of(holder: CommentedMap, key: str) -> CommentedSeq:
    """The list under `key`, made of a lone text or of nothing when needed."""
    value = holder.get(key)
    if isinstance(value, CommentedSeq):
        return value
    made = CommentedSeq([value] if value else [])
    holder[key] = made
    return made


def _take_out(root: CommentedMap, code: CommentedMap) -> None:
    for codes in _code_lists(root):
        for rank, each in enumerate(codes):
            if each is code:
                del codes[rank]
                return


def _follow(root: CommentedMap, renamed: Mapping[str, str | None]) -> None:
    for code in _codes(root):
        for key in _REFERENCES:
            if str(code.get(key)) not in renamed:
                continue
            target = renamed[str(code[key])]
            if target is None or target == str(code["id"]):
                del code[key]
                if key == "negated_code" and code.get("negated") == "redirect":
                    del code["negated"]
            else:
                code[key] = target


def _value(value: str | Sequence[str]) -> str | CommentedSeq:
    return quoted(value) if isinstance(value, str) else CommentedSeq(quoted(item) for item in value)


def _free(wanted: str, taken: Iterable[str]) -> str:
    known = set(taken)
    if wanted not in known:
        return wanted
    return next(f"{wanted}_{rank}" for rank in range(2, len(known) + 3) if f"{wanted}_{rank}" not in known)
