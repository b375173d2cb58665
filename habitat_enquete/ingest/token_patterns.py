"""The token patterns of spaCy's `Matcher` in a codebook: given the types spaCy expects, and what is wrong with them.

spaCy itself stays out of here: it would say what is wrong in English, without the line, and only once a study is coded.
"""

from __future__ import annotations

import re
from typing import Final

from habitat_enquete.yamlsource import Items, Table, Value, hint

_TEXTS: Final = ("ORTH", "TEXT", "NORM", "LOWER", "LEMMA", "SHAPE", "POS")
_FLAGS: Final = (
    "IS_ALPHA",
    "IS_ASCII",
    "IS_DIGIT",
    "IS_LOWER",
    "IS_UPPER",
    "IS_TITLE",
    "IS_PUNCT",
    "IS_SPACE",
    "IS_STOP",
    "IS_BRACKET",
    "IS_QUOTE",
    "IS_LEFT_PUNCT",
    "IS_RIGHT_PUNCT",
    "IS_CURRENCY",
    "LIKE_NUM",
    "LIKE_URL",
    "LIKE_EMAIL",
)
_KNOWN: Final = (*_TEXTS, *_FLAGS, "LENGTH", "OP")
# Known to spaCy, but the annotation kept of a text does not hold them: a pattern that asks for one finds nothing.
_NOT_KEPT: Final = (
    "TAG",
    "DEP",
    "MORPH",
    "ENT_TYPE",
    "ENT_ID",
    "ENT_KB_ID",
    "ENT_IOB",
    "SPACY",
    "IS_SENT_START",
    "_",
)
_COMPARED: Final = ("==", ">=", "<=", ">", "<", "!=")
_AMONG: Final = ("IN", "NOT_IN")
_WRITTEN: Final = ("REGEX", "FUZZY", *(f"FUZZY{number}" for number in range(1, 10)))
_OPERATORS: Final = re.compile(r"[!?+*]|\{\d+(,\d*)?\}|\{,\d+\}")
_POS: Final = frozenset(
    [
        "ADJ",
        "ADP",
        "ADV",
        "AUX",
        "CCONJ",
        "DET",
        "INTJ",
        "NOUN",
        "NUM",
        "PART",
        "PRON",
        "PROPN",
        "PUNCT",
        "SCONJ",
        "SYM",
        "VERB",
        "X",
        "SPACE",
    ]
)
_TRUE: Final = frozenset({"true", "oui", "yes", "vrai"})
_FALSE: Final = frozenset({"false", "non", "no", "faux"})


def token(table: Table) -> dict[str, object]:
    """One token of a pattern, its numbers and booleans being what spaCy expects."""
    return {key.upper(): _typed(key.upper(), value) for key, value in table.items()}


def _typed(key: str, value: Value) -> object:
    if isinstance(value, Table):
        return {name: _typed("LENGTH" if name in _COMPARED else key, item) for name, item in value.items()}
    if isinstance(value, Items):
        return [_typed(key, item) for item in value]
    if key in _FLAGS:
        return value.casefold() in _TRUE
    if key == "LENGTH" and re.fullmatch(r"\d+", value):
        return int(value)
    return value


def wrong(table: Table) -> str:
    """Why a token of a pattern cannot be looked for, in French; empty when it can."""
    for key, value in table.items():
        name = key.upper()
        if name in _NOT_KEPT:
            return f"« {key} » n'est pas gardé dans l'annotation des textes : employez LEMMA, LOWER ou POS"
        if name not in _KNOWN:
            return f"« {key} » n'est pas un attribut de jeton.{hint(name, _KNOWN)}"
        if why := _wrong_value(name, value):
            return why
    return ""


def _wrong_value(key: str, value: Value) -> str:
    if isinstance(value, Items):
        return f"« {key} » n'attend pas une liste : écrivez {{IN: […]}}"
    if isinstance(value, Table):
        return _wrong_predicates(key, value)
    if key == "OP" and not _OPERATORS.fullmatch(value):
        return f"« OP » attend « ! », « ? », « + », « * » ou « {{n,m}} », pas « {value} »"
    if key == "LENGTH" and not re.fullmatch(r"\d+", value):
        return f"« LENGTH » attend un nombre, pas « {value} »"
    if key in _FLAGS and value.casefold() not in _TRUE | _FALSE:
        return f"« {key} » attend « true » ou « false », pas « {value} »"
    if key == "POS" and value not in _POS:
        return f"« {value} » n'est pas une catégorie : POS attend NOUN, VERB, ADJ…"
    return ""


def _wrong_predicates(key: str, table: Table) -> str:
    for name, value in table.items():
        if key in ("OP", *_FLAGS):
            return f"« {key} » attend une valeur simple"
        if name in _AMONG:
            if not isinstance(value, Items):
                return f"« {name} » attend une liste entre crochets"
            if why := next((why for item in value if (why := _wrong_value(key, item))), ""):
                return why
        elif name in _COMPARED and key == "LENGTH":
            if why := _wrong_value("LENGTH", value):
                return why
        elif name in _WRITTEN and key != "LENGTH":
            if not isinstance(value, str):
                return f"« {name} » attend un texte"
            if name == "REGEX" and (why := _wrong_expression(value)):
                return why
        else:
            return f"« {name} » n'est pas une comparaison possible pour « {key} »"
    return ""


def _wrong_expression(expression: str) -> str:
    try:
        re.compile(expression)
    except re.error:
        return f"l'expression régulière « {expression} » n'est pas bien formée"
    return ""
