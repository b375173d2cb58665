"""The grammar of the conditions, constraints and calculations of a questionnaire, and the tree it gives.

The language is the part of XPath 1.0 that XLSForm uses (ODK XForms specification), plus `${question}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, TypeAlias, cast

from lark import Lark, Token, Transformer, UnexpectedToken, v_args
from lark.exceptions import UnexpectedInput

from habitat_enquete.errors import Code, EnqueteError

_GRAMMAR: Final = r"""
?start: or_test
?or_test: and_test
        | or_test OR and_test -> binary
?and_test: equality
        | and_test AND equality -> binary
?equality: relation
        | equality EQUAL relation -> binary
?relation: sum
        | relation COMPARE sum -> binary
?sum: product
        | sum SIGN product -> binary
?product: unary
        | product STAR unary -> binary
        | product WORD_OPERATOR unary -> binary
?unary: union
        | SIGN unary -> negate
?union: path
        | union BAR path -> union
?path: primary
        | path "[" or_test "]" -> filter
        | path SLASH step -> descend
        | location
?primary: NUMBER -> number
        | STRING -> text
        | REFERENCE -> reference
        | NAME "(" [or_test ("," or_test)*] ")" -> call
        | "(" or_test ")"
?location: CURRENT -> current
        | PARENT -> step
        | NAME -> step
        | SLASH step -> absolute
?step: NAME -> step
        | PARENT -> step
        | CURRENT -> current
        | STAR -> step
        | "@" NAME -> step

OR: /or(?![\w.-])/
AND: /and(?![\w.-])/
WORD_OPERATOR: /(div|mod)(?![\w.-])/
EQUAL: "!=" | "="
COMPARE: "<=" | ">=" | "<" | ">"
SIGN: "+" | "-"
STAR: "*"
BAR: "|"
SLASH: "//" | "/"
PARENT: ".."
CURRENT: "."
NUMBER: /\d+(\.\d*)?|\.\d+/
STRING: /"[^"]*"|'[^']*'/
REFERENCE: /\$\{[^{}]*\}/
NAME: /[^\W\d][\w.-]*(:[^\W\d][\w.-]*)?/
%ignore /\s+/
"""
MAXIMUM_LENGTH: Final = 20_000
MAXIMUM_NESTING: Final = 60
MAXIMUM_HEIGHT: Final = 250
CURLY: Final = {"‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "‚": "'", "„": '"'}
_CURLY_TABLE: Final = str.maketrans(CURLY)


@dataclass(frozen=True, slots=True)
class Text:
    """A text between quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Reference:
    """`${name}`: the answer to a question, or a repeat. `column` counts from 1."""

    name: str
    column: int = 0


@dataclass(frozen=True, slots=True)
class Current:
    """`.`: the answer under control."""


@dataclass(frozen=True, slots=True)
class Path:
    """A path in the form (`../age`, `/data/profil/age`, `..`). `name` is its last step, empty for `..` alone."""

    text: str
    name: str = ""
    column: int = 0


@dataclass(frozen=True, slots=True)
class Filter:
    """A path with a condition or a further step, which needs the whole form to be computed."""

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function call."""

    name: str
    arguments: tuple[Node, ...]
    column: int = 0


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands around one of `or and = != < <= > >= + - * div mod |`."""

    operator: str
    left: Node
    right: Node
    column: int = 0


@dataclass(frozen=True, slots=True)
class Negate:
    """A number with its sign changed."""

    operand: Node


Node: TypeAlias = Text | Number | Reference | Current | Path | Filter | Call | Binary | Negate


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: its text and its tree."""

    text: str
    root: Node

    def nodes(self) -> Iterator[Node]:
        """Every node of the tree, the root first."""
        waiting: list[Node] = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(children(node)))


def children(node: Node) -> tuple[Node, ...]:
    """The nodes just under a node."""
    match node:
        case Call(arguments=arguments):
            return arguments
        case Binary(left=left, right=right):
            return (left, right)
        case Filter(base=base, condition=condition):
            return (base, condition)
        case Negate(operand=operand):
            return (operand,)
        case _:
            return ()


def references(expression: Expression) -> frozenset[str]:
    """The names of the questions and repeats an expression looks at."""
    return frozenset(name for node in expression.nodes() if (name := _named(node)))


def _named(node: Node) -> str:
    """The question a node names; the bare steps of `instance(…)/root/item` name none."""
    if isinstance(node, Reference) or (isinstance(node, Path) and "/" in node.text):
        return node.name
    return ""


@v_args(inline=True)
class _Tree(Transformer[Token, Node]):
    """Turns lark's tree into nodes."""

    def number(self, token: Token) -> Node:
        return Number(float(token))

    def text(self, token: Token) -> Node:
        return Text(str(token)[1:-1])

    def reference(self, token: Token) -> Node:
        name = str(token)[2:-1].strip().removeprefix("last-saved#")
        return Reference(name, token.column or 0)

    def current(self, _token: Token) -> Node:
        return Current()

    def step(self, token: Token) -> Node:
        return Path(str(token), "" if token in {"..", "*"} else str(token), token.column or 0)

    def absolute(self, slash: Token, step: Node) -> Node:
        return _joined(None, str(slash), step)

    def descend(self, base: Node, slash: Token, step: Node) -> Node:
        return _joined(base, str(slash), step)

    def filter(self, base: Node, condition: Node) -> Node:
        return Filter(base, condition)

    def union(self, left: Node, bar: Token, right: Node) -> Node:
        return Binary("|", left, right, bar.column or 0)

    def call(self, name: Token, *arguments: Node | None) -> Node:
        return Call(str(name), tuple(each for each in arguments if each is not None), name.column or 0)

    def binary(self, left: Node, operator: Token, right: Node) -> Node:
        return Binary(str(operator), left, right, operator.column or 0)

    def negate(self, sign: Token, operand: Node) -> Node:
        return Negate(operand) if sign == "-" else Call("number", (operand,))


def _joined(base: Node | None, slash: str, step: Node) -> Node:
    """A longer path. `./x`, `../x` and `current()/../x` are simple paths; the rest needs the whole form."""
    if not isinstance(step, Path):
        return base if base is not None else step
    match base:
        case None:
            return Path(slash + step.text, step.name, step.column)
        case Path(text=text):
            return Path(text + slash + step.text, step.name, step.column)
        case Current():
            return Path("." + slash + step.text, step.name, step.column)
        case Reference(name=name):  # `${boucle}/question`
            return Path(f"${{{name}}}{slash}{step.text}", step.name, step.column)
        case Call(name="current", arguments=()):
            return Path("." + slash + step.text, step.name, step.column)
        case _:
            return Filter(base, step)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False, transformer=_Tree())


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The expression written as `text`; curly quotes around a text are taken for straight ones, as pyxform does.

    Raises: EnqueteError (EXPRESSION_SYNTAX) with the column and the reason, in French.
    """
    if not text.strip():
        raise _error(text, 1, "elle est vide")
    if len(text) > MAXIMUM_LENGTH:
        raise _error(text[:60] + "…", MAXIMUM_LENGTH, f"elle dépasse {MAXIMUM_LENGTH} caractères")
    if _depth(text) > MAXIMUM_NESTING:
        raise _error(text[:60] + "…", 1, f"elle emboîte plus de {MAXIMUM_NESTING} parenthèses")
    try:
        root = cast(Node, _parser().parse(text))
    except UnexpectedInput as error:
        straight = text.translate(_CURLY_TABLE)
        if straight != text and _parses(straight):
            return Expression(text, parse(straight).root)
        raise _explained(text, error) from error
    if _height(root) > MAXIMUM_HEIGHT:
        raise _error(text[:60] + "…", 1, f"elle enchaîne plus de {MAXIMUM_HEIGHT} opérations")
    return Expression(text, root)


def _height(root: Node) -> int:
    """The height of the tree, level by level."""
    level, height = [root], 0
    while level:
        level, height = [child for node in level for child in children(node)], height + 1
    return height


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in _STRING.sub("", text):
        depth += (character in "([") - (character in ")]")
        deepest = max(deepest, depth)
    return deepest


_STRING: Final = re.compile(r"\"[^\"]*\"|'[^']*'")


def _parses(text: str) -> bool:
    try:
        parse(text)
    except EnqueteError:
        return False
    return True


def has_curly_quotes(text: str) -> bool:
    """Whether quotes of a word processor stand where straight ones are needed."""
    return any(mark in _STRING.sub("", text) for mark in CURLY)


# ── explanations ───────────────────────────────────────────────────────────────────────────────────────────────────

_FOREIGN: Final = (
    ("&&", "écrivez « and » au lieu de « && »"),
    ("||", "écrivez « or » au lieu de « || »"),
    ("<>", "écrivez « != » au lieu de « <> »"),
    ("==", "écrivez « = » au lieu de « == »"),
    ("=<", "écrivez « <= » au lieu de « =< »"),
    ("=>", "écrivez « >= » au lieu de « => »"),
    ("!", "écrivez « not(…) » au lieu de « ! »"),
    ("≥", "écrivez « >= » au lieu de « ≥ »"),
    ("≤", "écrivez « <= » au lieu de « ≤ »"),
    ("≠", "écrivez « != » au lieu de « ≠ »"),
    ("×", "écrivez « * » au lieu de « × »"),
    ("%", "écrivez « mod » au lieu de « % »"),
    ("$", "une référence s'écrit ${nom_de_la_question}"),
    ("{", "une référence s'écrit ${nom_de_la_question}"),
    ("#", "ce caractère n'existe pas dans une expression"),
)


_OPERATORS: Final = frozenset(
    {"OR", "AND", "WORD_OPERATOR", "EQUAL", "COMPARE", "SIGN", "STAR", "BAR", "COMMA"}
)


def _explained(text: str, error: UnexpectedInput) -> EnqueteError:
    if isinstance(error, UnexpectedToken):
        token = error.token
        if token.type == "$END":
            return _error(text, len(text), _at_end(text))
        return _error(text, token.column or 1, _at_token(text, token, token.column or 1))
    return _error(text, error.column, _at_character(text, error.column))


def _at_end(text: str) -> str:
    bare = _STRING.sub("", text)
    if bare.count("(") > bare.count(")"):
        return "une parenthèse n'est jamais refermée"
    return "elle s'arrête trop tôt : il manque une valeur à la fin"


def _at_token(text: str, token: Token, column: int) -> str:
    before = _STRING.sub("", text[: column - 1])
    if token.type in _OPERATORS and (foreign := _foreign(text, column)):
        return foreign
    if token == ")":
        many = before.count(")") >= before.count("(")
        return "une parenthèse fermante est de trop" if many else "il manque une valeur avant « ) »"
    if token.type in _OPERATORS:
        return f"il manque une valeur avant « {token} »"
    return f"il manque un opérateur (and, or, =…) avant « {token} »"


def _foreign(text: str, column: int) -> str:
    """The habit of another language seen at `column`, or straddling it."""
    for start in (column - 1, column - 2):
        for foreign, advice in _FOREIGN:
            if start >= 0 and text.startswith(foreign, start) and len(foreign) > column - 1 - start:
                return advice
    return ""


def _at_character(text: str, column: int) -> str:
    character = text[column - 1]
    if character in CURLY:
        return f"le guillemet courbe « {character} » n'est pas refermé ; écrivez des guillemets droits (')"
    if character in "'\"":
        return "un guillemet n'est jamais refermé"
    return _foreign(text, column) or f"le caractère « {character} » n'est pas attendu ici"


def _error(text: str, column: int, why: str) -> EnqueteError:
    return EnqueteError(Code.EXPRESSION_SYNTAX, text=text, column=column, why=why)
