"""Make written sentences, and clean transcriptions, look like speech as it is transcribed: seeded, annotations kept.

No punctuation, no capitals, « ne » dropped, « il y a » → « y a », « je suis » → « chuis », « tu as » → « t'as », hesitations
and repeated words: what the treebanks show too little of.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from habitat_enquete.nlp.conllu import Word

REDUCTIONS = {
    "petit": "p'tit", "petite": "p'tite", "petits": "p'tits", "petites": "p'tites", "quatre": "quat'e", "autre": "aut'",
    "peut-être": "p't-être", "voilà": "v'là", "puis": "pis", "cette": "c'te", "notre": "not'", "votre": "vot'",
    "oui": "ouais",
}  # fmt: skip
FILLERS = ("euh", "euh", "euh", "ben", "bah", "hein", "heu", "hum")
REPEATABLE = {"DET", "PRON", "ADP", "CCONJ", "SCONJ"}


@dataclass(frozen=True, slots=True)
class Style:
    """How far to go; each figure is the probability that one place is changed."""

    punctuation: bool = True
    capitals: bool = True
    drop_ne: float = 0.0
    reduce: float = 0.0
    filler: float = 0.0
    repeat: float = 0.0
    curly: float = 0.0


SPOKEN = Style(drop_ne=0.7, reduce=0.5, filler=0.03, repeat=0.015)
BARE = Style(punctuation=False, capitals=False, drop_ne=0.7, reduce=0.5, filler=0.03, repeat=0.015, curly=0.3)
TYPED = Style(curly=1.0)


@dataclass(slots=True)
class _Node:
    """A word on its way: `head` is another node, or itself for the root."""

    word: Word
    head: _Node | None = None


def oralise(words: Sequence[Word], style: Style, rng: random.Random) -> tuple[Word, ...]:
    """The sentence in that style; empty when nothing is left of it."""
    nodes = [_Node(word) for word in words]
    for node in nodes:
        node.head = nodes[node.word.head]
    nodes = [node for rank, node in enumerate(nodes) if not _dropped(nodes, rank, style, rng)]
    nodes = _reduced(nodes, style, rng)
    nodes = _disfluent(nodes, style, rng)
    for node in nodes:
        node.word = replace(node.word, form=_cased(node.word, style, rng))
    return _renumbered(nodes)


def _dropped(nodes: Sequence[_Node], rank: int, style: Style, rng: random.Random) -> bool:
    word = nodes[rank].word
    if word.pos == "PUNCT":
        return not style.punctuation
    if word.lemma == "ne" and word.pos == "ADV":
        return rng.random() < style.drop_ne
    there_is = [node.word.form.lower() for node in nodes[rank : rank + 3]]
    return there_is in (["il", "y", "a"], ["il", "y", "avait"]) and rng.random() < style.reduce


def _reduced(nodes: Sequence[_Node], style: Style, rng: random.Random) -> list[_Node]:
    """Two words that run together, and words cut short."""
    kept: list[_Node] = []
    for node in nodes:
        form, previous = node.word.form.lower(), kept[-1] if kept else None
        before = previous.word.form.lower() if previous else ""
        if rng.random() >= style.reduce:
            kept.append(node)
        elif previous and before == "je" and form == "suis":
            _into(previous, node, nodes)
            node.word = replace(node.word, form="chuis")
            kept[-1] = node
        elif previous and (before, form) in {
            ("tu", "as"),
            ("tu", "es"),
            ("tu", "avais"),
            ("y", "a"),
            ("y", "avait"),
        }:
            previous.word = replace(previous.word, form=before[0] + "'", space_after=False)
            kept.append(node)
        elif previous and before == "je" and form[:1] not in "aeiouyhéèêàâîôû":
            previous.word = replace(previous.word, form="j'", space_after=False)
            kept.append(node)
        else:
            node.word = replace(node.word, form=REDUCTIONS.get(form, node.word.form))
            kept.append(node)
    return kept


def _into(gone: _Node, kept: _Node, nodes: Sequence[_Node]) -> None:
    """Hand the dependents of a word that disappears over to the one it ran into."""
    if gone.head is gone:
        kept.head = kept
    for node in nodes:
        if node.head is gone and node is not gone:
            node.head = kept


def _disfluent(nodes: Sequence[_Node], style: Style, rng: random.Random) -> list[_Node]:
    """Hesitations before words, and grammatical words said twice."""
    kept: list[_Node] = []
    for node in nodes:
        glued = bool(kept) and not kept[-1].word.space_after
        if not glued and rng.random() < style.filler:
            filler = rng.choice(FILLERS)
            kept.append(_Node(Word(filler, filler, "INTJ", "", 0, "discourse", True), node))
        if (
            not glued
            and node.word.pos in REPEATABLE
            and node.word.space_after
            and rng.random() < style.repeat
        ):
            kept.append(_Node(replace(node.word, dep="reparandum"), node))
        kept.append(node)
    return kept


def _cased(word: Word, style: Style, rng: random.Random) -> str:
    form = word.form
    if not style.capitals and (word.pos != "PROPN" or rng.random() < 0.3):
        form = form.lower()
    return form.replace("'", "’") if rng.random() < style.curly else form


def _renumbered(nodes: Sequence[_Node]) -> tuple[Word, ...]:
    ranks = {id(node): rank for rank, node in enumerate(nodes)}
    words = []
    for rank, node in enumerate(nodes):
        head = node.head
        while head is not None and id(head) not in ranks:
            head = head.head if head.head is not head else None
        place = ranks[id(head)] if head is not None else rank
        space = node.word.space_after or _needs_space(nodes, rank)
        dep = "ROOT" if place == rank else node.word.dep if node.word.dep != "ROOT" else "dep"
        words.append(replace(node.word, head=place, dep=dep, space_after=space))
    return tuple(words)


def _needs_space(nodes: Sequence[_Node], rank: int) -> bool:
    """Whether a dropped comma leaves two words glued together."""
    if rank + 1 == len(nodes):
        return True
    following = nodes[rank + 1].word
    return (
        not nodes[rank].word.form.endswith(("'", "’"))
        and following.pos != "PUNCT"
        and nodes[rank].word.pos != "PUNCT"
        and not following.form.startswith("-")
    )
