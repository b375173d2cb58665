"""Find the codebook in annotated documents: terms, rules, and how each passage is meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from habitat_enquete.errors import Code as Message
from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.codebook import Code, Codebook, Rule
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, Role
from habitat_enquete.nlp import scope
from habitat_enquete.nlp.annotated import AnnotatedText
from habitat_enquete.nlp.pipeline import BLANK, Pipeline
from habitat_enquete.nlp.stream import Words, comparable, heard
from habitat_enquete.nlp.terms import TermIndex

Ranks = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that the rules of a code point at, and how it is meant.

    `term` is what the codebook says there (the items of a rule joined by « + »). `negated`: denied by a negation that is
    not part of the term; `hypothetical`: supposed, wished; `reported`: said by somebody else.
    """

    code: str
    span: Span
    term: str
    negated: bool = False
    hypothetical: bool = False
    reported: bool = False


class CodebookMatcher:
    """A codebook compiled for one pipeline; reusable, and safe to share between documents.

    >>> from habitat_enquete.nlp.pipeline import load
    >>> matcher = CodebookMatcher(Codebook((), (Code("cout", "Coût", "prix", terms=("loyer",)),)), load("blank"))
    """

    def __init__(self, codebook: Codebook, pipeline: Pipeline) -> None:
        self.codebook = codebook
        self._index = TermIndex(_all_terms(codebook), pipeline, gap=codebook.gap)
        self._vocab = pipeline.nlp.vocab
        self._patterns = _compile_patterns(codebook, pipeline)

    def matches(
        self, annotated: AnnotatedText, document: Document, *, roles: Iterable[Role] = (Role.INFORMANT,)
    ) -> list[Match]:
        """What the codebook finds in the turns of those `roles`, in reading order; a document without turns is read whole."""
        words = comparable(annotated)
        found = [
            match
            for turn in _turns(annotated, document, frozenset(roles))
            for match in self._in_turn(_Turn(annotated, words, turn, document.text))
        ]
        return sorted(found, key=lambda match: (match.span, match.code))

    def _in_turn(self, turn: _Turn) -> list[Match]:
        by_term: dict[str, list[Ranks]] = defaultdict(list)
        for each in self._index.find(turn.words, turn.heard):
            by_term[each.term].append(each.ranks)
        patterns = self._find_patterns(turn)
        return [
            turn.match(code.id, term, ranks)
            for code in self.codebook
            for term, ranks in _of_code(code, by_term, patterns, turn)
        ]

    def _find_patterns(self, turn: _Turn) -> Mapping[str, list[Ranks]]:
        if self._patterns is None:
            return {}
        doc = turn.as_doc(self._vocab)
        found: dict[str, list[Ranks]] = defaultdict(list)
        for key, start, end in self._patterns(doc):
            found[self._vocab.strings[key]].append(
                tuple(range(turn.ranks.start + start, turn.ranks.start + end))
            )
        return found


@dataclass(frozen=True, slots=True)
class _Turn:
    """The words of one turn; `text` is the whole document's."""

    annotated: AnnotatedText
    words: Words
    ranks: range
    text: str

    @property
    def heard(self) -> list[int]:
        return heard(self.words, self.ranks)

    def match(self, code: str, term: str, ranks: Ranks) -> Match:
        sentence = self.sentence(ranks)
        return Match(
            code,
            Span(self.annotated.starts[ranks[0]], self.annotated.ends[ranks[-1]]),
            term,
            negated=scope.negated(sentence, ranks) or scope.answered_no(self.words, ranks, self.ranks.stop),
            hypothetical=scope.hypothetical(sentence, ranks),
            reported=scope.reported(sentence, ranks),
        )

    def sentence(self, ranks: Ranks) -> scope.Sentence:
        """The readable unit, or units, that hold the words at `ranks`; with its neighbours where no mark parts them.

        A unit guessed in unpunctuated speech may leave « on m'a dit que » on the other side.
        """
        start, end = self._first(ranks[0]), self._last(ranks[-1])
        if start > self.ranks.start and not self._is_marked(start - 1):
            start = self._first(start - 1)
        if end < self.ranks.stop and not self._is_marked(end - 1):
            end = self._last(end)
        return scope.Sentence(self.words, start, end)

    def _first(self, rank: int) -> int:
        while rank > self.ranks.start and self.words.sentences[rank - 1] == self.words.sentences[rank]:
            rank -= 1
        return rank

    def _last(self, rank: int) -> int:
        while rank + 1 < self.ranks.stop and self.words.sentences[rank + 1] == self.words.sentences[rank]:
            rank += 1
        return rank + 1

    def _is_marked(self, rank: int) -> bool:
        """Whether a unit ends at `rank` with a mark, or with its line."""
        blank = self.text[self.annotated.ends[rank] : self.annotated.starts[rank + 1]]
        return "\n" in blank or not self.words.norms[rank][-1:].isalnum()

    def as_doc(self, vocab: Vocab) -> Doc:
        part = slice(self.ranks.start, self.ranks.stop)
        pos = list(self.annotated.pos[part])
        return Doc(
            vocab,
            words=list(self.annotated.forms[part]),
            lemmas=list(self.annotated.lemmas[part]),
            pos=[each or "X" for each in pos],  # spaCy refuses to look for POS in a text that has none
        )


def _turns(annotated: AnnotatedText, document: Document, roles: frozenset[Role]) -> list[range]:
    if not document.turns:
        return [range(len(annotated))]
    return [annotated.words(turn.span) for turn in document.turns if document.role_of(turn) in roles]


def _all_terms(codebook: Codebook) -> list[str]:
    terms: list[str] = []
    for code in codebook:
        terms += [*code.terms, *code.not_terms]
        for rule in code.rules:
            terms += [*rule.all_of, *rule.any_of, *rule.none_of]
    return terms


def _compile_patterns(codebook: Codebook, pipeline: Pipeline) -> Matcher | None:
    """One spaCy Matcher for the rules that ask for token patterns; None when none does.

    Raises: EnqueteError when a pattern asks for a part of speech and the pipeline gives none.
    """
    matcher = Matcher(pipeline.nlp.vocab)
    for code in codebook:
        for number, rule in enumerate(code.rules):
            if rule.patterns:
                if pipeline.name == BLANK and any("POS" in token for one in rule.patterns for token in one):
                    need = f"POS dans un motif du code « {code.id} »"
                    raise EnqueteError(Message.LANG_COMPONENT_ABSENT, name=BLANK, need=need)
                matcher.add(
                    _pattern_key(code, number), [[dict(token) for token in one] for one in rule.patterns]
                )
    return matcher if len(matcher) else None


def _pattern_key(code: Code, rule: int) -> str:
    return f"{code.id} {rule}"


def _of_code(
    code: Code, by_term: Mapping[str, list[Ranks]], patterns: Mapping[str, list[Ranks]], turn: _Turn
) -> list[tuple[str, Ranks]]:
    """The passages of one code: terms and rules, without the excluded contexts; where some overlap, the longest."""
    found = [(term, ranks) for term in code.terms for ranks in by_term.get(term, ())]
    for number, rule in enumerate(code.rules):
        found += _of_rule(rule, by_term, patterns.get(_pattern_key(code, number), []), turn)
    if not found:
        return []
    excluded = [ranks for term in code.not_terms for ranks in by_term.get(term, ())]
    allowed = [
        (term, ranks) for term, ranks in found if not any(_overlap(ranks, other) for other in excluded)
    ]
    return _longest(allowed)


def _longest(found: Iterable[tuple[str, Ranks]]) -> list[tuple[str, Ranks]]:
    kept: list[tuple[str, Ranks]] = []
    for term, ranks in sorted(found, key=lambda pair: (pair[1][0] - pair[1][-1], -len(pair[1]), pair[1])):
        if not any(_overlap(ranks, other) for _, other in kept):
            kept.append((term, ranks))
    return kept


def _overlap(one: Ranks, other: Ranks) -> bool:
    return one[0] <= other[-1] and other[0] <= one[-1]


def _of_rule(
    rule: Rule, by_term: Mapping[str, list[Ranks]], patterns: Sequence[Ranks], turn: _Turn
) -> list[tuple[str, Ranks]]:
    """Where a rule is satisfied: within each unit of its scope, the occurrences nearest to each other."""
    asked = [[(term, ranks) for ranks in by_term.get(term, ())] for term in rule.all_of]
    if rule.any_of or rule.patterns:
        either = [(term, ranks) for term in rule.any_of for ranks in by_term.get(term, ())]
        asked.append(either + [("motif", ranks) for ranks in patterns])
    if not asked or not all(asked):
        return []
    barred = {_unit(rule, turn, ranks) for term in rule.none_of for ranks in by_term.get(term, ())}
    units = set.intersection(*({_unit(rule, turn, ranks) for _, ranks in item} for item in asked)) - barred
    return [
        _nearest([[pair for pair in item if _unit(rule, turn, pair[1]) == unit] for item in asked], anchor)
        for unit in sorted(units)
        for anchor in (pair for pair in asked[0] if _unit(rule, turn, pair[1]) == unit)
    ]


def _unit(rule: Rule, turn: _Turn, ranks: Ranks) -> int:
    return 0 if rule.scope == "turn" else turn.words.sentences[ranks[0]]


def _nearest(asked: Sequence[Sequence[tuple[str, Ranks]]], anchor: tuple[str, Ranks]) -> tuple[str, Ranks]:
    """One occurrence of each item, the nearest to the anchor; their words together."""
    chosen = [anchor]
    for item in asked[1:]:
        chosen.append(min(item, key=lambda pair: (_distance(pair[1], anchor[1]), pair[1])))
    ranks = sorted({rank for _, each in chosen for rank in each})
    return " + ".join(term for term, _ in chosen), tuple(ranks)


def _distance(one: Ranks, other: Ranks) -> int:
    return max(one[0] - other[-1], other[0] - one[-1], 0)
