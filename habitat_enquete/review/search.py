"""The places of the study where some words are said, whatever their capitals and accents."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from habitat_enquete.project import Project
from habitat_enquete.review.views import text_of
from habitat_enquete.store import texts
from habitat_enquete.store.connection import Store

_FOUND: Final = 200
_AROUND: Final = 80


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where the words are said: the text on screen, the document, the span, and the words around it."""

    text: str
    document: str
    start: int
    end: int
    before: str
    match: str
    after: str


def search(project: Project, words: str) -> list[Hit]:
    """The places where `words` are said, in the order of the texts; at most two hundred."""
    wanted = _folded(words.strip())
    found: list[Hit] = []
    if not wanted:
        return found
    with Store(project.database) as store:
        for document in texts.documents(store):
            text, folded = document.text, _folded(document.text)
            at = folded.find(wanted)
            while at >= 0 and len(found) < _FOUND:
                end = at + len(wanted)
                before, after = text[max(0, at - _AROUND) : at], text[end : end + _AROUND]
                found.append(Hit(text_of(document.id), document.id, at, end, before, text[at:end], after))
                at = folded.find(wanted, end)
            if len(found) >= _FOUND:
                break
    return found


class _Folding(dict[int, str]):
    """Each character without capitals and accents, worked out the first time it is met; always one for one."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        plain = "".join(c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c))
        lowered = plain.lower()
        self[point] = lowered if len(lowered) == 1 else character
        return self[point]


_FOLDING: Final = _Folding()


def _folded(text: str) -> str:
    """`text` without capitals and accents, of the same length: a place found in it is one in `text`.

    >>> _folded("Été à Nîmes")
    'ete a nimes'
    """
    return text.translate(_FOLDING)
