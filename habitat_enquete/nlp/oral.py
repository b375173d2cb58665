"""What is peculiar to spoken French: reduced forms, hesitations, repetitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final


def listed(words: str) -> frozenset[str]:
    """The words of a text, as a set: how this package writes its lists."""
    return frozenset(words.split())


# Reduced form → standard form, as transcribers write them. Standard forms are what the lexicon and the model know.
REDUCED: Final[dict[str, str]] = {
    "chuis": "suis", "chui": "suis", "chu": "suis", "j'suis": "suis", "chais": "sais", "ché": "sais", "chépa": "sais", "shuis": "suis",
    "ptit": "petit", "p'tit": "petit", "ptite": "petite", "p'tite": "petite", "ptits": "petits", "p'tits": "petits",
    "ptites": "petites", "p'tites": "petites", "quat'": "quatre", "quat'e": "quatre", "quat": "quatre", "aut'": "autre",
    "aute": "autre", "not'": "notre", "vot'": "votre", "p't-être": "peut-être", "p't'être": "peut-être",
    "ptêt": "peut-être", "ptete": "peut-être", "p'têt": "peut-être", "p'tet": "peut-être", "p'têtre": "peut-être",
    "ptêtre": "peut-être", "v'là": "voilà", "vla": "voilà", "s'cusez": "excusez", "d'jà": "déjà", "c'te": "cette",
    "c't'": "cet", "çui": "celui", "pasque": "parce que", "pask": "parce que", "parc'que": "parce que",
    "paske": "parce que", "pasqu'": "parce qu'", "parc'qu'": "parce qu'", "pis": "puis", "pi": "puis", "ouep": "oui",
    "ouais": "ouais", "ouaip": "oui", "nan": "non", "mouais": "ouais", "t'façon": "façon", "d'façon": "façon",
    "m'enfin": "enfin", "'fin": "enfin", "'tit": "petit", "'tite": "petite", "prop'": "propre", "ent'": "entre",
    "cont'": "contre", "mett'": "mettre", "prend'": "prendre", "êt'": "être", "peuv": "peuvent", "kek": "quelque",
    "kekchose": "quelque chose",
}  # fmt: skip

HESITATIONS: Final[frozenset[str]] = listed(
    """
    euh heu euhm hum hm hmm mmh mh mm ben bah beh bé hein eh ah oh bon enfin voilà quoi disons genre pff
    pfff ouf
    """
)
"""Words a term's words may be separated by without ceasing to follow one another. « bon », « enfin », « voilà », « quoi »,
« disons » and « genre » are skipped only where they stand apart (`is_hesitation`)."""

_ALWAYS: Final = listed("euh heu euhm hum hm hmm mmh mh mm ben bah beh bé hein eh ah oh pff pfff ouf")
_PAUSES: Final = listed(", … ... + / // - – — ' ( ) [ ]")


def spoken_norm(text: str) -> str:
    """The standard lower-case form of a word as it was transcribed: typewriter apostrophe, reduced forms completed.

    >>> spoken_norm("Chuis"), spoken_norm("L’"), spoken_norm("quat'e")
    ('suis', "l'", 'quatre')
    """
    lower = text.lower().replace("’", "'")
    return REDUCED.get(lower, lower)


_SEARCHING: Final = (("comment", "dire"), ("on", "va", "dire"), ("je", "veux", "dire"))  # for a word

_SEARCHING_WORDS: Final = frozenset(word for phrase in _SEARCHING for word in phrase)


def _searches(forms: Sequence[str], position: int) -> bool:
    """Whether the word belongs to « comment dire », « on va dire »… said while looking for another."""
    return any(
        tuple(forms[start : start + len(phrase)]) == phrase
        for phrase in _SEARCHING
        for start in range(max(0, position - len(phrase) + 1), position + 1)
    )


def is_hesitation(forms: Sequence[str], position: int) -> bool:
    """Whether the word at `position` of `forms` (lower case) fills a silence rather than says something.

    « bon », « enfin »… fill one only between pauses or other fillers: « un bon logement » keeps its adjective.
    """
    form = forms[position]
    if form in _ALWAYS or (form.endswith(("~", "-")) and len(form) > 1):
        return True
    if form in _SEARCHING_WORDS and _searches(forms, position):
        return True
    if form not in HESITATIONS:
        return False
    before = forms[position - 1] if position else ","
    after = forms[position + 1] if position + 1 < len(forms) else ","
    return all(neighbour in _PAUSES or neighbour in _ALWAYS for neighbour in (before, after))
