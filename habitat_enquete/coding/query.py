"""Asking for passages by their codes and by who speaks.

    manque_locations ET (loyer_eleve OU theme:prix) SAUF hlm
    emploi PRÈS/30 (mobilite OU theme:services)
    offre_*

ET, OU, SAUF (or NON), PRÈS/n (n words at most between the two, 20 when unsaid) and parentheses; `and or not near` are read too.
PRÈS binds most, then ET and SAUF, then OU; on either side of PRÈS stand a name or names joined by OU.
A name is a code, `theme:…` for all codes of a theme, or a beginning followed by `*`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from habitat_enquete.errors import Code as Message
from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import Coding
from habitat_enquete.model.text import Document

_TOKEN: Final = re.compile(r"\s*(\(|\)|[^\s()]+)")
_AND: Final = frozenset({"et", "and", "&"})
_OR: Final = frozenset({"ou", "or", "|"})
_NOT: Final = frozenset({"sauf", "non", "not", "!", "sans"})
_NEAR: Final = re.compile(r"(?:près|pres|near)(?:/(\d+))?", re.IGNORECASE)
_CONDITION: Final = re.compile(r"\s*([^=!<>]+?)\s*(!=|>=|<=|=|<|>)\s*(.*?)\s*")
_NEAR_WORDS: Final = 20


class Scope(StrEnum):
    """Within what the codes must meet."""

    TURN = "turn"
    DOCUMENT = "document"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found: the coding, its words, who said it and what is known of them."""

    coding: Coding
    quote: str
    attributes: Mapping[str, str]
    position: str


Place = tuple[object, ...]
Test = Callable[[Sequence[Coding], Mapping[str, str]], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready to be put to the codings of one place: does it hold, and which codes are asked to be there."""

    text: str
    holds: Test
    wanted: frozenset[str]


def parse(text: str, codebook: Codebook, *, lost: Collection[str] = ()) -> Query:
    """The query written in `text`, on the codes of `codebook` and on the `lost` ones that codings still bear.

    Raises: EnqueteError naming what cannot be understood.
    """
    parser = _Parser(text, codebook, lost)
    test, wanted = parser.expression()
    parser.expect_end()
    return Query(text, test, frozenset(wanted))


class Condition:
    """What must be known of the person: `public=nouvel_arrivant`, `public=habitant|acteur`, `age>=60`, `commune!=48095`.

    An attribute that holds several values joined by `;` is equal to each of them. Numbers are compared as numbers, dates (2021-03-31) as dates. Without a
    value, `public=` are the people of whom it is not known, `public!=` those of whom it is.
    Raises: EnqueteError when the text is no condition.
    """

    def __init__(self, text: str) -> None:
        found = _CONDITION.fullmatch(text)
        if found is None:
            raise EnqueteError(Message.QUERY_BAD_CONDITION, text=text)
        self.name, self.operator, self.value = found.groups()
        self.values = [part.strip().casefold() for part in self.value.split("|") if part.strip()]
        if self.operator not in ("=", "!=") and _ordered(self.value) is None:
            raise EnqueteError(Message.QUERY_NO_NUMBER, text=text, value=self.value)

    def holds(self, attributes: Mapping[str, str]) -> bool:
        """Whether somebody with these `attributes` fits; somebody of whom it is not known does not (but fits `!=`)."""
        known = attributes.get(self.name, "")
        if self.operator in ("=", "!="):
            values = _values(known)
            equal = any(value in values for value in self.values) if self.values else not values
            return equal is (self.operator == "=")
        left, right = _ordered(known), _ordered(self.value)
        if left is None or right is None or len(left) != len(right):
            return False
        return {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[self.operator]

    def unheard(self, people: Iterable[Mapping[str, str]]) -> list[str]:
        """The values asked for that nobody has: most often a slip of the pen."""
        if self.operator not in ("=", "!="):
            return []
        heard = {value for attributes in people for value in _values(attributes.get(self.name, ""))}
        return [value for value in self.values if value not in heard]


def _values(known: str) -> set[str]:
    return {value.strip().casefold() for value in known.split(";")} - {""}


def _ordered(text: str) -> tuple[float, ...] | None:
    """A number (one part) or a date (year, month, day) as something that compares; None for anything else."""
    if re.fullmatch(r"-?\d+([.,]\d+)?", text.strip()):
        return (float(text.replace(",", ".")),)
    date = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text.strip())
    return tuple(map(float, date.groups())) if date else None


def search(
    query: Query,
    codings: Iterable[Coding],
    documents: Mapping[str, Document],
    attributes: Mapping[str, Mapping[str, str]],
    *,
    conditions: Sequence[Condition] = (),
    scope: Scope = Scope.TURN,
) -> list[Hit]:
    """The passages under the codes that `query` asks for, in the places where it holds, of people who fit `conditions`.

    Args: `attributes`: what is known of each respondent. Returns hits in the order of documents and text.
    """
    places: dict[Place, list[Coding]] = {}
    for coding in codings:
        known = attributes.get(coding.respondent or "", {})
        if coding.document in documents and all(condition.holds(known) for condition in conditions):
            places.setdefault(_place(coding, scope), []).append(coding)
    texts = {name: document.text for name, document in documents.items()}
    found = [
        coding
        for here in places.values()
        if query.holds(here, texts)
        for coding in here
        if coding.code in query.wanted
    ]
    found.sort(key=lambda each: (each.document, each.span, each.code, each.id or 0))
    return [_hit(coding, documents[coding.document], attributes) for coding in found]


def _hit(coding: Coding, document: Document, attributes: Mapping[str, Mapping[str, str]]) -> Hit:
    turn = document.turn_at(coding.span.start)
    position = document.place_of(turn) or f"[{coding.span.start}:{coding.span.end}]"
    return Hit(
        coding, coding.span.quote(document.text), attributes.get(coding.respondent or "", {}), position
    )


def _place(coding: Coding, scope: Scope) -> Place:
    if scope is Scope.TURN:
        return coding.document, coding.turn
    if scope is Scope.DOCUMENT:
        return (coding.document,)
    return (coding.respondent or coding.document,)


class _Parser:
    """Recursive descent: OU binds less than ET and SAUF, which bind less than PRÈS."""

    def __init__(self, text: str, codebook: Codebook, lost: Collection[str]) -> None:
        self.text = text
        self.lost = lost
        self.tokens = _TOKEN.findall(text)
        self.at = 0
        self.codebook = codebook

    def expression(self) -> tuple[Test, set[str]]:
        test, wanted = self.conjunction()
        while self.peek() in _OR:
            self.at += 1
            other, more = self.conjunction()
            test, wanted = _either(test, other), wanted | more
        return test, wanted

    def conjunction(self) -> tuple[Test, set[str]]:
        if self.peek() in _NOT:
            raise self.error("elle ne peut pas commencer par une exclusion")
        test, wanted = self.nearness()
        while (word := self.peek()) in _AND or word in _NOT:
            self.at += 1
            refused = word in _NOT
            if not refused and self.peek() in _NOT:
                self.at += 1
                refused = True
            other, more = self.nearness()
            test = _but(test, other) if refused else _both(test, other)
            wanted = wanted if refused else wanted | more
        return test, wanted

    def nearness(self) -> tuple[Test, set[str]]:
        begin = self.at
        test, wanted = self.atom()
        side = self.alternatives(begin, wanted)
        chain: Test | None = None
        while found := _NEAR.fullmatch(self.peek()):
            self.at += 1
            begin = self.at
            _, more = self.atom()
            other = self.alternatives(begin, more)
            if side is None or other is None:
                raise self.error("de part et d'autre de PRÈS, mettez un nom, ou des noms reliés par OU")
            near = _near(frozenset(side), frozenset(other), int(found.group(1) or _NEAR_WORDS))
            chain = near if chain is None else _both(chain, near)
            side, wanted = other, wanted | more
        return chain or test, wanted

    def alternatives(self, begin: int, wanted: set[str]) -> set[str] | None:
        """The codes of an atom that is a name, or names joined by OU; None when it asks for more than one of them."""
        words = {str(token).casefold() for token in self.tokens[begin : self.at]}
        plain = not words & (_AND | _NOT) and not any(map(_NEAR.fullmatch, words))
        return wanted if plain else None

    def atom(self) -> tuple[Test, set[str]]:
        word = self.peek()
        if word == "(":
            self.at += 1
            inside = self.expression()
            if self.peek() != ")":
                raise self.unexpected() if self.peek() else self.error("une parenthèse n'est pas refermée")
            self.at += 1
            return inside
        if not word or word == ")" or word in _AND | _OR | _NOT or _NEAR.fullmatch(word):
            place = f" après « {self.tokens[self.at - 1]} »" if self.at else " au début"
            raise self.error(f"il manque un nom de code{place}")
        codes = self.codes(self.tokens[self.at])
        self.at += 1
        return _present(frozenset(codes)), codes

    def codes(self, name: str) -> set[str]:
        """The codes that a name stands for."""
        if name.startswith("theme:"):
            theme = name.removeprefix("theme:")
            found = {code.id for code in self.codebook if code.theme == theme}
            known = [each.id for each in self.codebook.themes]
        elif name.endswith("*"):
            found = {code.id for code in self.codebook if code.id.startswith(name[:-1])}
            known = [code.id for code in self.codebook]
        else:
            known = [*(code.id for code in self.codebook), *self.lost]
            found = {name} & {*known}
        if not found:
            raise EnqueteError(Message.QUERY_UNKNOWN_NAME, name=name, hint=_hint(name, known))
        return found

    def peek(self) -> str:
        return str(self.tokens[self.at]).casefold() if self.at < len(self.tokens) else ""

    def expect_end(self) -> None:
        if self.at < len(self.tokens):
            raise self.unexpected()

    def unexpected(self) -> EnqueteError:
        """What to say of a word where nothing or an operator was awaited."""
        token = str(self.tokens[self.at])
        if token == ")":
            return self.error("une parenthèse est refermée sans avoir été ouverte")
        if token.casefold().startswith(("près/", "pres/", "near/")):
            return self.error(f"« {token} » : après PRÈS/, écrivez un nombre de mots, par exemple PRÈS/30")
        return self.error(
            f"il manque ET, OU, SAUF ou PRÈS/30 entre « {self.tokens[self.at - 1]} » et « {token} »"
        )

    def error(self, why: str) -> EnqueteError:
        return EnqueteError(Message.QUERY_SYNTAX, text=self.text, why=why)


def _hint(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name.removeprefix("theme:").removesuffix("*"), known, n=1, cutoff=0.6)
    return f" Vouliez-vous dire « {near[0]} » ?" if near else ""


def _present(codes: frozenset[str]) -> Test:
    return lambda here, texts: any(coding.code in codes for coding in here)


def _both(one: Test, other: Test) -> Test:
    return lambda here, texts: one(here, texts) and other(here, texts)


def _either(one: Test, other: Test) -> Test:
    return lambda here, texts: one(here, texts) or other(here, texts)


def _but(one: Test, other: Test) -> Test:
    return lambda here, texts: one(here, texts) and not other(here, texts)


def _near(first: frozenset[str], second: frozenset[str], words: int) -> Test:
    def holds(here: Sequence[Coding], texts: Mapping[str, str]) -> bool:
        return any(
            within(one, other, texts[one.document], words)
            for one in here
            if one.code in first
            for other in here
            if other.code in second and other is not one and other.document == one.document
        )

    return holds


def within(one: Coding, other: Coding, text: str, words: int) -> bool:
    """Whether at most `words` words of `text` separate two codings of the same document; 0: they touch or overlap."""
    early, late = sorted((one.span, other.span))
    if late.start <= early.end:
        return True
    # A word is at least one letter and a space: no need to count over a whole interview.
    between = text[early.end : min(late.start, early.end + 60 * (words + 1))]
    return len(between.split()) <= words and early.end + 60 * (words + 1) >= late.start
