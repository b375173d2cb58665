"""Readable units of speech: sentences where punctuation or the model shows them, shorter pieces where nothing does.

Speech is often transcribed without a full stop: where the pipeline gives parts of speech, `boundaries` then tells where a unit
may start. A unit longer than `LONGEST` words is cut at its likeliest place, or before the words that open a new clause
(« et puis », « parce que », « mais »…), never within the first or last `SHORTEST` words.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc, Token

from habitat_enquete.nlp.boundaries import LIKELY, boundaries, word_class
from habitat_enquete.nlp.lexicon import lexicon

FACTORY: Final = "enquete_sentences"
LONGEST: Final = 45
SHORTEST: Final = 6
PUNCTUATED: Final = 60
_FINAL: Final = frozenset({".", "!", "?", "…", "...", "?!", "!!", "??", "!?"})
_CLOSING: Final = frozenset({'"', "»", "”", ")", "]", "'", "’"})
_LIGHT: Final = frozenset({":", ";", "-", "–", "—", ",", "«", "“", "("})
# The nearer the head of the list, the better the place to cut.
_OPENERS: Final = (
    (
        "et puis",
        "et après",
        "et alors",
        "et du coup",
        "du coup",
        "donc voilà",
        "et donc",
        "après",
        "ensuite",
        "alors",
    ),
    ("mais", "donc", "sinon", "par contre", "en fait", "enfin", "parce que", "parce qu'", "et", "puis"),
    ("quand", "comme", "ou", "que", "qui"),
)


def final_punctuation_starts(words: Sequence[str]) -> list[bool]:
    """Whether each word starts a unit, by punctuation and line ends alone.

    >>> final_punctuation_starts(["Oui", ".", "Non", "."])
    [True, False, True, False]
    """
    starts: list[bool] = []
    ended = True
    for word in words:
        closes = word in _FINAL or word in _CLOSING
        starts.append(ended and not (closes and starts))
        if "\n" in word or word in _FINAL:
            ended = True
        elif word.strip() and not closes:
            ended = False
    return starts


def cut_long(words: Sequence[str], starts: Sequence[bool], *, longest: int = LONGEST) -> list[bool]:
    """The same starts, with units of more than `longest` words cut before the words that open a clause."""
    cut = list(starts)
    bounds = [rank for rank, start in enumerate(starts) if start] + [len(words)]
    lower = [word.lower().replace("’", "'") for word in words]
    for first, end in itertools.pairwise(bounds):
        for rank in _cuts(lower, first, end, longest):
            cut[rank] = True
    return cut


def _cuts(lower: Sequence[str], first: int, end: int, longest: int) -> list[int]:
    """Where to cut `[first, end)`: halves it at the best place until every piece is short enough or no place is left."""
    if end - first <= longest:
        return []
    middle = (first + end) / 2
    places = range(first + SHORTEST, end - SHORTEST)
    for openers in _OPENERS:
        if found := [rank for rank in places if _opens(lower, rank, openers)]:
            best = min(found, key=lambda rank: abs(rank - middle))
            return [*_cuts(lower, first, best, longest), best, *_cuts(lower, best, end, longest)]
    return []


def cut_likeliest(
    starts: Sequence[bool], likely: Sequence[float], *, longest: int = LONGEST, shortest: int = SHORTEST
) -> list[bool]:
    """The same starts, with units of more than `longest` words cut where a unit is likeliest to start."""
    cut = list(starts)
    bounds = [rank for rank, start in enumerate(starts) if start] + [len(cut)]
    waiting = list(itertools.pairwise(bounds))
    while waiting:
        first, end = waiting.pop()
        if end - first > longest:
            best = max(range(first + shortest, end - shortest), key=lambda rank: (likely[rank], -rank))
            cut[best] = True
            waiting += [(first, best), (best, end)]
    return cut


def _opens(lower: Sequence[str], rank: int, openers: Sequence[str]) -> bool:
    if lower[rank - 1] in {"et", "mais", "donc", "parce", "puis", "en"}:
        return False  # the cut belongs before them
    two = lower[rank] + " " + (lower[rank + 1] if rank + 1 < len(lower) else "")
    return lower[rank] in openers or two in openers


class ReadableSentences:
    """The pipeline component: keeps the starts a model found, or finds them by punctuation, then cuts what is too long."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, doc: Doc) -> Doc:
        tokens = list(doc)  # once: each pass over a Doc makes its tokens anew
        words = [token.text for token in tokens]
        guessed = [bool(token.is_sent_start) for token in tokens] if doc.has_annotation("SENT_START") else []
        punctuated = is_punctuated(words)
        if not punctuated and doc.has_annotation("POS"):
            starts = self._likely(tokens, words, guessed)
        else:
            starts = (
                _checked(words, guessed, punctuated=punctuated)
                if guessed
                else final_punctuation_starts(words)
            )
            starts = cut_long(words, starts, longest=self.longest * (2 if punctuated else 1))
        before: Sequence[bool | None] = guessed or [None] * len(tokens)
        for token, start, was in zip(tokens, starts, before, strict=True):
            if start is not was:  # writing checks the whole text each time
                token.is_sent_start = start
        return doc

    def _likely(self, tokens: Sequence[Token], words: Sequence[str], guessed: Sequence[bool]) -> list[bool]:
        """The starts in a text without final marks: a line, what follows one of its few marks, what is likely."""
        spoken = [rank for rank, token in enumerate(tokens) if not token.is_space]
        lower = [words[rank].lower().replace("’", "'") for rank in spoken]
        classes = [word_class(tokens[rank].pos_, str(tokens[rank].morph)) for rank in spoken]
        votes = [guessed[rank] for rank in spoken] if guessed else ()
        likely = boundaries().probabilities(lower, classes, votes)
        sure = _checked(words, final_punctuation_starts(words), punctuated=False)
        starts = [
            sure[rank] or (chance > LIKELY and word[:1].isalnum())
            for rank, chance, word in zip(spoken, likely, lower, strict=True)
        ]
        cut = cut_likeliest(starts, likely, longest=self.longest)
        kept = {rank for rank, start in zip(spoken, cut, strict=True) if start}
        return [rank in kept or rank == 0 for rank in range(len(words))]


def is_punctuated(words: Sequence[str]) -> bool:
    """Whether whoever transcribed this ended sentences: at least one final mark for `PUNCTUATED` words.

    >>> is_punctuated(["Oui", "."]), is_punctuated(["alors"] * 80)
    (True, False)
    """
    return sum(word in _FINAL for word in words) * PUNCTUATED >= len(words)


def _checked(words: Sequence[str], starts: Sequence[bool], *, punctuated: bool) -> list[bool]:
    """A line end always starts a unit; in punctuated text a model may start one without a mark only at a capital."""
    return [
        rank == 0
        or "\n" in words[rank - 1]
        or (
            start
            and (not punctuated or words[rank - 1] in _FINAL | _CLOSING | _LIGHT or _opens_title(words[rank]))
        )
        for rank, start in enumerate(starts)
    ]


def _opens_title(word: str) -> bool:
    """A capital that no name explains: after a title or a heading without a full stop."""
    return word[:1].isupper() and lexicon().word_class(word).isupper()


@Language.factory(FACTORY, assigns=["token.is_sent_start"], default_config={"longest": LONGEST})
def make_readable_sentences(nlp: Language, name: str, longest: int) -> ReadableSentences:
    """What spaCy calls to build the component."""
    return ReadableSentences(longest)
