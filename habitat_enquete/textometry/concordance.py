"""Concordance (KWIC): every place where something is said, with what surrounds it, and the way back to the transcript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.span import Span
from habitat_enquete.textometry.lexical_table import Unit, Word

Sort = Literal["position", "left", "right", "match"]

CONTEXT: Final = 60  # code points on each side
_ATOM: Final = re.compile(
    r"\[(?P<key>lemme|forme|cat)=(?P<value>[^\]]+)\]|/(?P<regex>(?:[^/\\]|\\.)+)/"
    r"|[\"«“]\s*(?P<exact>[^\"»”]+?)\s*[\"»”]|(?P<word>\S+)"
)
_KEYS: Final = {"lemme": "lemma", "forme": "form", "cat": "category"}


@dataclass(frozen=True, slots=True)
class Line:
    """One occurrence: what precedes, the words found, what follows; `span` covers the words found."""

    document: str
    turn: int
    span: Span
    left: str
    match: str
    right: str
    respondent: str | None


def compiled(query: str) -> list[Callable[[Word], bool]]:
    """A query as one test per word.

    A word alone is compared with lemmas and forms, words between quotation marks with forms only; `[lemme=louer]`, `[forme=loue]` and `[cat=ADJ]` say which; `/…/` is a regular
    expression on forms; `*` is any word.
    Raises: EnqueteError when the query is empty, or part of it is neither a word, nor a known key, nor a valid regular expression.
    """
    tests = [test for match in _ATOM.finditer(query) for test in _tests(match, query)]
    if not tests:
        raise EnqueteError(Code.CONCORDANCE_EMPTY)
    return tests


def _tests(match: re.Match[str], query: str) -> list[Callable[[Word], bool]]:
    """The tests of one part of a query: one per word between quotation marks, one for anything else."""
    if not match["exact"]:
        return [_test(match, query)]
    return [_is_form(form) for form in match["exact"].lower().split()]


def _is_form(form: str) -> Callable[[Word], bool]:
    return lambda word: word.form.lower() == form


def _test(match: re.Match[str], query: str) -> Callable[[Word], bool]:
    if match["regex"]:
        try:
            pattern = re.compile(match["regex"], re.IGNORECASE)
        except re.error as error:
            raise EnqueteError(Code.CONCORDANCE_REGEX, query=query, why=str(error)) from error
        return lambda word: pattern.fullmatch(word.form) is not None
    if match["key"]:
        field, value = _KEYS[match["key"]], match["value"].strip()
        wanted = value.upper() if field == "category" else value.lower()
        fold = str.upper if field == "category" else str.lower
        return lambda word: fold(str(getattr(word, field))) == wanted
    if match["word"].startswith("[") and "=" in match["word"]:
        raise EnqueteError(Code.CONCORDANCE_KEY, query=query, part=match["word"])
    if match["word"] == "*":
        return lambda word: word.category != "PUNCT"
    plain = match["word"].lower()
    return lambda word: plain in (word.lemma.lower(), word.form.lower())


def concordance(
    units: Iterable[Unit],
    texts: Callable[[str], str],
    query: str,
    *,
    sort: Sort = "position",
    context: int = CONTEXT,
) -> list[Line]:
    """Every occurrence of `query` in some units, with `context` code points on each side.

    Args: `texts` gives a document's text by its id. Occurrences never run over the end of a unit.
    """
    tests = compiled(query)
    lines = [line for unit in units for line in _lines(unit, texts(unit.document), tests, context)]
    return sorted(lines, key=_KEYS_OF_SORT[sort])


_KEYS_OF_SORT: Final[dict[str, Callable[[Line], tuple[list[str], str, Span]]]] = {
    "position": lambda line: ([], line.document, line.span),
    "left": lambda line: (line.left.lower().split()[::-1], line.document, line.span),
    "right": lambda line: (line.right.lower().split(), line.document, line.span),
    "match": lambda line: ([line.match.lower()], line.document, line.span),
}


def _lines(unit: Unit, text: str, tests: Sequence[Callable[[Word], bool]], context: int) -> Iterator[Line]:
    words = tuple(unit.said)
    for start in range(len(words) - len(tests) + 1):
        found = words[start : start + len(tests)]
        if all(test(word) for test, word in zip(tests, found, strict=True)):
            span = Span(found[0].span.start, found[-1].span.end)
            yield Line(
                unit.document,
                unit.turn,
                span,
                text[max(0, span.start - context) : span.start].replace("\n", " "),
                span.quote(text),
                text[span.end : span.end + context].replace("\n", " "),
                unit.respondent,
            )
