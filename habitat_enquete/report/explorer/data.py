"""What the explorer's page searches and shows in full: the segments with their words, as JSON kept to a size a browser opens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from habitat_enquete.report.explorer.tables import attribute_name
from habitat_enquete.textometry.exploration import Exploration
from habitat_enquete.textometry.lexical_table import Unit
from habitat_enquete.textometry.qualities import may_be_quoted

# About 12 MB of page.
WORDS_SHOWN: Final = 300_000
_SEARCHED: Final = 12


@dataclass(frozen=True, slots=True)
class PageData:
    """The JSON of the page, that no `</script>` can end, and what of the corpus it holds."""

    json: str
    units: int
    documents: int
    withheld: int
    groups: tuple[str, ...]

    def is_cut(self, exploration: Exploration) -> bool:
        """Whether some texts had to be left out of the page."""
        return self.documents < exploration.corpus.documents


def page_data(exploration: Exploration, codes: Mapping[str, str]) -> PageData:
    """The segments of as many whole texts as the page may hold: those quoted first, then spread over the corpus.

    People who refuse to be quoted are not in it. Words are offsets, lengths, ranks of lemmas and of categories, four by four.
    """
    kept = _documents_kept(exploration)
    names = list(exploration.specificities)
    groups: dict[str, int] = {}
    documents: dict[str, int] = {}
    people: dict[str, int] = {}
    lemmas: dict[str, int] = {}
    categories: dict[str, int] = {}
    labels: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    withheld = 0
    classes = exploration.class_of or (0,) * len(exploration.units)
    for unit, number, held, where in zip(
        exploration.units, classes, exploration.codes_of, exploration.source_of, strict=True
    ):
        if unit.document not in kept:
            continue
        if not may_be_quoted(unit):
            withheld += 1
            continue
        rows.append(
            {
                "d": _rank(documents, unit.document),
                "p": _rank(people, unit.respondent or ""),
                "c": number,
                "k": [_rank(labels, codes.get(code, code)) for code in held],
                "g": [_rank(groups, group) for group in _groups(unit, names)],
                "q": where,
                "t": unit.span.quote(exploration.texts[unit.document]),
                "w": _words(unit, lemmas, categories),
            }
        )
    content = {
        "documents": list(documents),
        "people": list(people),
        "codes": list(labels),
        "groups": list(groups),
        "lemmas": list(lemmas),
        "categories": list(categories),
        "units": rows,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return PageData(text, len(rows), len(kept), withheld, tuple(sorted(groups)))


def _documents_kept(exploration: Exploration) -> set[str]:
    """The texts shown whole: those the page quotes, then others taken at even steps until the page is full."""
    words: dict[str, int] = {}
    for unit in exploration.units:
        words[unit.document] = words.get(unit.document, 0) + len(unit.words)
    if sum(words.values()) <= WORDS_SHOWN:
        return set(words)
    quoted = [quote.document for reading in exploration.classes for quote in reading.quotes]
    names = list(words)
    step = max(1, sum(words.values()) // WORDS_SHOWN)
    spread = [name for first in range(step) for name in names[first::step]]
    kept: set[str] = set()
    total = 0
    for name in dict.fromkeys((*quoted, *spread)):
        if total + words[name] > WORDS_SHOWN and kept:
            break
        kept.add(name)
        total += words[name]
    return kept


def _rank(known: dict[str, int], name: str) -> int:
    return known.setdefault(name, len(known))


def _groups(unit: Unit, names: list[str]) -> list[str]:
    return [
        f"{attribute_name(name)} : {value.strip()}"
        for name in names[:_SEARCHED]
        for value in unit.attributes.get(name, "").split(";")
        if value.strip()
    ]


def _words(unit: Unit, lemmas: dict[str, int], categories: dict[str, int]) -> list[int]:
    flat: list[int] = []
    for word in unit.said:
        if word.category != "PUNCT":
            start = word.span.start - unit.span.start
            length = word.span.end - word.span.start
            flat += [start, length, _rank(lemmas, word.lemma), _rank(categories, word.category)]
    return flat
