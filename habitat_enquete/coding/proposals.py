"""Terms the codebook could gain: words that people keep coding, words that keep being refused."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from habitat_enquete.coding.features import stems
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.coding import CoderKind, Coding, State

_TOKEN: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_FEWEST: Final = 3  # times a person decided the same way
_LONGEST: Final = 3  # words of a proposed term


@dataclass(frozen=True, slots=True)
class TermProposal:
    """A term (or, `negative`, an excluded context) to add to a code, on what decisions, and against how many.

    `codings` are those that hold the term, to be looked at before saying yes.
    """

    code: str
    term: str
    negative: bool
    support: int
    against: int
    codings: tuple[int, ...]


def propose_terms(
    codebook: Codebook,
    codings: Iterable[Coding],
    verdicts: Mapping[int, Mapping[str, State]],
    texts: Mapping[str, str],
) -> list[TermProposal]:
    """What the decisions suggest to add to the codebook, best supported first.

    A term: in at least three passages people put under the code by hand or accepted from the model, in two documents at
    least, seldom elsewhere. An excluded context: in at least three proposals of the rules that people rejected, holding the
    term that matched, never in accepted ones.
    """
    decided = [each for each in codings if verdicts.get(each.id or 0) and each.document in texts]
    proposals: list[TermProposal] = []
    grams = {each.id: _grams(each.span.quote(texts[each.document])) for each in decided}
    context = {each.id: _grams(_around(each, texts[each.document])) for each in decided}
    for code in codebook:
        mine = [each for each in decided if each.code == code.id]
        accepted = [each for each in mine if each.state is State.ACCEPTED]
        rejected = [each for each in mine if each.state in (State.REJECTED, State.MOVED)]
        elsewhere = [each for each in decided if each.code != code.id and each.state is State.ACCEPTED]
        known = [_key(term) for term in (*code.terms, *code.not_terms)]
        found_by_hand = [each for each in accepted if each.coder.kind is not CoderKind.RULE]
        proposals += _best(
            code.id,
            False,
            _spread(found_by_hand, grams),
            Counter(key for each in (*rejected, *elsewhere) for key in grams[each.id]),
            known,
            needed_documents=2,
        )
        wrong = [each for each in rejected if each.coder.kind is CoderKind.RULE]
        proposals += _best(
            code.id,
            True,
            _spread(
                wrong, {each.id: _holding(each, context[each.id], texts) for each in wrong}, longer_than=1
            ),
            Counter(key for each in accepted for key in context[each.id]),
            known,
            needed_documents=1,
        )
    return sorted(proposals, key=lambda each: (-each.support + each.against, each.code, each.term))


Key = tuple[str, ...]


def _key(words: str) -> Key:
    return tuple(stems(words))


def _grams(text: str) -> dict[Key, str]:
    """The runs of one to three words of `text` that begin and end with a meaningful word: stems → as written."""
    found: dict[Key, str] = {}
    words = list(_TOKEN.findall(text.replace("’", "'").casefold()))
    meaning = [bool(stems(word)) for word in words]
    for start in range(len(words)):
        if not meaning[start]:
            continue
        for end in range(start + 1, min(start + _LONGEST + 2, len(words) + 1)):
            if meaning[end - 1] and sum(meaning[start:end]) <= _LONGEST:
                surface = " ".join(words[start:end])
                found.setdefault(_key(surface), surface)
    return found


def _holding(coding: Coding, grams: Mapping[Key, str], texts: Mapping[str, str]) -> dict[Key, str]:
    """The `grams` that hold all the words of the coding: the only ones by which its term can be excluded."""
    matched = set(_key(coding.span.quote(texts[coding.document])))
    return {key: surface for key, surface in grams.items() if matched <= set(key)}


def _around(coding: Coding, text: str, width: int = 40) -> str:
    """The passage with a few words on either side, whole words only."""
    before = text[max(0, coding.span.start - width) : coding.span.start].rpartition("\n")[2]
    after = text[coding.span.end : coding.span.end + width].partition("\n")[0]
    return f"{before.partition(' ')[2]}{coding.span.quote(text)}{after.rpartition(' ')[0]}"


@dataclass(slots=True)
class _Support:
    surface: Counter[str]
    codings: list[int]
    documents: set[str]


def _spread(
    codings: Sequence[Coding], grams: Mapping[int | None, Mapping[Key, str]], *, longer_than: int = 0
) -> dict[Key, _Support]:
    result: defaultdict[Key, _Support] = defaultdict(lambda: _Support(Counter(), [], set()))
    for each in codings:
        for key, surface in grams[each.id].items():
            if len(key) > longer_than:
                support = result[key]
                support.surface[surface] += 1
                support.codings.append(each.id or 0)
                support.documents.add(each.document)
    return result


def _best(
    code: str,
    negative: bool,
    support: Mapping[Key, _Support],
    against: Mapping[Key, int],
    known: Sequence[Key],
    *,
    needed_documents: int,
    most: int = 3,
) -> list[TermProposal]:
    """The few best keys: often met here, hardly elsewhere; a longer one only when it says more than its parts."""
    kept: list[tuple[Key, _Support, int]] = []
    for key, found in sorted(
        support.items(), key=lambda item: (-len(item[1].codings), len(item[0]), item[0])
    ):
        count, wrong = len(found.codings), against.get(key, 0)
        if (
            count < _FEWEST
            or len(found.documents) < needed_documents
            or wrong * 4 > count
            or (negative and wrong)
        ):
            continue
        if key in known or any(set(key) >= set(other) and other for other in known if not negative):
            continue
        if any(set(key) >= set(other) for other, _, _ in kept):
            continue
        kept.append((key, found, wrong))
    return [
        TermProposal(
            code,
            found.surface.most_common(1)[0][0],
            negative,
            len(found.codings),
            wrong,
            tuple(found.codings),
        )
        for key, found, wrong in kept[:most]
    ]
