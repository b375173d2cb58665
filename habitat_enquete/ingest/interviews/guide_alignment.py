"""Which question of the interview guide each passage answers."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from habitat_enquete.model.questionnaire import Guide
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Annotation, AnnotationKind, Document, Role, Turn

OPENING = "opening"
_ENOUGH = 0.55  # the weighted share of a question's words that must be heard
_STOP = frozenset(
    unicodedata.normalize("NFC", word)
    for word in re.findall(
        r"\S+",
        """a à ai au aux avec avez avons ce ces cet cette ça comment dans de des du elle en est et été êtes être faire fait il ils
        je la le les leur lui ma mais me mes moi mon ne nos notre nous on ont ou où par pas pour pouvez pouvais peux pourriez
        pourrais pourquoi qu que quel quelle quelles quels quand qui sa se ses si son sont sur ta te tes ton tu un une vos votre
        vous vu y avoir raconter dire parler bien plus très aussi donc alors vraiment comme là quoi chose choses""",
    )
)


@dataclass(frozen=True, slots=True)
class _Wording:
    """One way a question may be heard: the stems of its words."""

    question: str
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """A question of the guide heard in a turn; `score` is the weighted share of its words found there, 0 to 1."""

    question: str
    turn: int
    score: float


def aligned(document: Document, guides: Sequence[Guide]) -> Document:
    """`document` with a QUESTION annotation over each passage that answers a question of the guide it followed.

    A passage goes from the turn that asks to the next that asks another question. The guide is the one of which most
    questions are heard; its id becomes the attribute `guide`. Nothing changes when none is heard.
    """
    heard = [(guide, matches(document, guide)) for guide in guides]
    best = max(heard, key=lambda pair: len({match.question for match in pair[1]}), default=None)
    if best is None or not best[1]:
        return document
    guide, found = best
    annotations = [
        annotation for annotation in document.annotations if annotation.kind is not AnnotationKind.QUESTION
    ]
    annotations += _passages(document, found)
    return replace(
        document,
        annotations=tuple(sorted(annotations, key=lambda annotation: annotation.at)),
        attributes={**document.attributes, "guide": guide.id},
    )


def matches(document: Document, guide: Guide) -> list[Match]:
    """The questions of `guide` heard in the interviewers' turns, at most one for a turn, in order."""
    wordings = list(_wordings(guide))
    weights = _weights(wordings)
    asking = [turn for turn in document.turns if document.role_of(turn) is Role.INTERVIEWER]
    found = []
    for turn in asking:
        heard = frozenset(_stems(turn.span.quote(document.text)))
        scored = [(_score(wording, heard, weights), wording.question) for wording in wordings]
        score, question = max(scored, default=(0.0, ""))
        if score >= _ENOUGH:
            found.append(Match(question, turn.index, score))
    return found


def _wordings(guide: Guide) -> Iterator[_Wording]:
    """The wordings of the guide: each question, each prompt of three words at least, the opening instruction."""
    if guide.opening:
        yield _Wording(OPENING, frozenset(_stems(guide.opening)))
    for theme in guide.themes:
        for question in theme.questions:
            for text in (question.label, *question.prompts):
                stems = frozenset(_stems(text))
                if stems and (text is question.label or len(stems) >= 2):
                    yield _Wording(question.id, stems)


def _weights(wordings: Sequence[_Wording]) -> dict[str, float]:
    """How telling each stem is: rare in the guide, it says more."""
    counts = Counter(stem for wording in wordings for stem in wording.stems)
    return {stem: math.log(1 + len(wordings) / count) for stem, count in counts.items()}


def _score(wording: _Wording, heard: frozenset[str], weights: dict[str, float]) -> float:
    whole = sum(weights[stem] for stem in wording.stems)
    found = wording.stems & heard
    if not found or (len(found) < 2 and len(wording.stems) > 1):
        return 0.0
    return sum(weights[stem] for stem in found) / whole


def _stems(text: str) -> Iterator[str]:
    """The beginnings (five letters, without accents) of the words that say something."""
    for word in re.findall(r"[^\W\d_]+", text.casefold()):
        if word not in _STOP and len(word) > 2:
            flat = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
            yield flat.rstrip("sx")[:5]


def _passages(document: Document, found: Sequence[Match]) -> Iterator[Annotation]:
    """The stretches between asking turns, one for each question heard anew."""
    turns: Sequence[Turn] = document.turns
    fresh = [
        match for rank, match in enumerate(found) if rank == 0 or match.question != found[rank - 1].question
    ]
    for rank, match in enumerate(fresh):
        last = fresh[rank + 1].turn - 1 if rank + 1 < len(fresh) else len(turns) - 1
        span = Span(turns[match.turn].span.start, turns[last].span.end)
        yield Annotation(AnnotationKind.QUESTION, span, match.question)
