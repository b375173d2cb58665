"""Suggestions that learn from decisions: what to propose where, with what probability, and why.

    suggester = Suggester(documents, codebook)            # once: a few seconds for a whole study
    learned = suggester.learn(codings, verdicts)          # after each batch of decisions: about a second
    learned.suggestions("E03")                            # what to propose in a document, best first
    learned.queue(20)                                     # what to look at next

A suggestion is never a coding: it becomes one when a person accepts it (`decisions.take`), and teaches when refused
(`decisions.refuse`). The same texts, codebook and decisions give the same suggestions, named by `learned.state`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from habitat_enquete.coding import learner, regression
from habitat_enquete.coding.features import CodeProfile, Matrix, TextSpace, profile, similarity, stems
from habitat_enquete.coding.units import units
from habitat_enquete.model.codebook import Code, Codebook
from habitat_enquete.model.coding import CoderKind, Coding, State, Suggestion
from habitat_enquete.model.text import Document, Segment

_MOST_TEACHERS: Final = 1500  # decided passages learned from, the last ones; more would cost minutes
_EXPLAINED_WORDS: Final = 4
_QUOTED: Final = 90  # characters of a neighbour shown
_LEAST: Final = 0.25  # less probable than that, a suggestion would waste more time than it saves
_AUDIT_SHARE: Final = 0.1
_SAME_CODE: Final = 0.6  # how much a code already in the queue loses each time: variety


class Suggester:
    """A study ready for suggestions: passages, codes, and what does not depend on decisions."""

    def __init__(self, documents: Iterable[Document], codebook: Codebook) -> None:
        self.documents = {document.id: document for document in documents}
        self.codebook = codebook
        self.passages = [passage for document in self.documents.values() for passage in units(document)]
        self.texts = [each.span.quote(self.documents[each.document].text) for each in self.passages]
        self.profiles = [_profile(code) for code in codebook]
        self.column = {code.id: rank for rank, code in enumerate(codebook)}
        self._by_document: dict[str, list[int]] = {}
        for rank, passage in enumerate(self.passages):
            self._by_document.setdefault(passage.document, []).append(rank)
        numbers = {name: rank for rank, name in enumerate(self.documents)}
        nothing = np.zeros((len(self.texts), len(self.profiles)))
        self._group = regression.Group(
            self.texts,
            self.profiles,
            nothing,
            np.zeros(len(self.texts), dtype=bool),
            np.array([numbers[each.document] for each in self.passages], dtype=int),
        )
        written = [*(p.label for p in self.profiles), *(e for p in self.profiles for e in p.examples)]
        self.space = TextSpace([*self.texts, *written] or ["∅"])
        self._prepared: regression.PreparedGroup | None = None

    @property
    def prepared(self) -> regression.PreparedGroup:
        """Kernels and closeness to the codebook, computed the first time."""
        if self._prepared is None:
            self._prepared = regression.PreparedGroup(self._group, self.space)
        return self._prepared

    def learn(
        self,
        codings: Sequence[Coding],
        verdicts: Mapping[int, Mapping[str, State]],
        *,
        coder: str | None = None,
    ) -> Learned:
        """What the decisions taken so far teach; those of `coder` only when given (blind mode).

        Args: `codings` of the study, `verdicts` of `journal.verdicts`. Passages without any decision teach nothing.
        """
        targets, known, teachers = self._targets(codings, verdicts, coder)
        predictions, mixer = learner.predict([self.prepared], [(targets, known)])
        taken = self._taken(codings)
        return Learned(
            self, predictions[0], mixer, known, teachers, taken, self._state(targets, known, mixer)
        )

    def _targets(
        self, codings: Sequence[Coding], verdicts: Mapping[int, Mapping[str, State]], coder: str | None
    ) -> tuple[Matrix, np.ndarray[tuple[int], np.dtype[np.bool_]], dict[tuple[int, int], int]]:
        """Passages × codes: 1 where a person holds the code, `REJECTED` where one refused it; and which coding says so."""
        votes: dict[tuple[int, int], list[float]] = {}
        teachers: dict[tuple[int, int], int] = {}
        order: dict[int, int] = {}
        for coding in codings:
            said = verdicts.get(coding.id or 0, {})
            opinions = [state for name, state in said.items() if coder in (None, name)]
            if not opinions or coding.code not in self.column or coding.state is State.ORPHAN:
                continue
            for row in self.rows_of(coding):
                cell = row, self.column[coding.code]
                values = [1.0 if each is State.ACCEPTED else regression.REJECTED for each in opinions]
                votes.setdefault(cell, []).extend(values)
                order[row] = max(order.get(row, 0), coding.id or 0)
                if State.ACCEPTED in opinions:
                    teachers[cell] = coding.id or 0
        targets = np.zeros((len(self.passages), len(self.profiles)))
        for cell, values in votes.items():
            targets[cell] = float(np.mean(values))
        known = np.zeros(len(self.passages), dtype=bool)
        known[sorted(order, key=lambda row: (order[row], row))[-_MOST_TEACHERS:]] = True
        return targets, known, teachers

    def rows_of(self, coding: Coding) -> list[int]:
        """The passages a coding lies on: those it covers by half, or that hold half of it."""
        found = []
        for row in self._by_document.get(coding.document, ()):
            span = self.passages[row].span
            common = min(span.end, coding.span.end) - max(span.start, coding.span.start)
            if common > 0 and 2 * common >= min(len(span), len(coding.span)):
                found.append(row)
        return found

    def rows_in(self, document: str) -> list[int]:
        """The passages of a document."""
        return self._by_document.get(document, [])

    def _taken(self, codings: Sequence[Coding]) -> set[tuple[int, int]]:
        """Where a code needs no suggestion: it is there already, proposed by the rules or refused."""
        return {
            (row, self.column[coding.code])
            for coding in codings
            if coding.code in self.column and coding.coder.kind is not CoderKind.MODEL
            for row in self.rows_of(coding)
        }

    def _state(
        self, targets: Matrix, known: np.ndarray[tuple[int], np.dtype[np.bool_]], mixer: learner.Mixer
    ) -> str:
        """A short name of what was learned: the same texts, codebook and decisions have the same."""
        digest = hashlib.sha256()
        for text in (*self.texts, *map(repr, self.profiles)):
            digest.update(text.encode())
        digest.update(targets[known].tobytes())
        digest.update(np.flatnonzero(known).tobytes())
        digest.update(np.round(mixer.weights, 6).tobytes())
        return digest.hexdigest()[:12]


def _profile(code: Code) -> CodeProfile:
    """What the codebook writes of a code, as the learner reads it: its terms count as phrases."""
    phrases = [
        term.replace('"', " ").replace("*", " ").replace("…", " ").replace("...", " ") for term in code.terms
    ]
    return profile(
        code.id,
        code.label,
        definition=" ".join(part for part in (code.definition, code.include) if part),
        phrases=phrases,
        examples=code.examples,
        counter_examples=code.counter_examples,
    )


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned at some point; `state` names it, `decided` passages taught it."""

    suggester: Suggester
    prediction: learner.Prediction
    mixer: learner.Mixer
    known: np.ndarray[tuple[int], np.dtype[np.bool_]]
    teachers: Mapping[tuple[int, int], int]
    taken: set[tuple[int, int]]
    state: str

    @property
    def decided(self) -> int:
        """How many passages taught."""
        return int(self.known.sum())

    def suggestions(
        self, document: str | None = None, *, limit: int | None = None, minimum: float | None = None
    ) -> list[Suggestion]:
        """What to propose, in a document or everywhere, most probable first.

        Args: `minimum` probability, for all codes; by default each code's own threshold, and a quarter at least. Already coded or refused: absent.
        """
        rows = range(len(self.suggester.passages)) if document is None else self.suggester.rows_in(document)
        cells = []
        for row in rows:
            probabilities = self.prediction.probabilities[row]
            least = np.maximum(self.prediction.thresholds, _LEAST) if minimum is None else minimum
            for column in np.flatnonzero(probabilities >= least):
                if (row, int(column)) not in self.taken:
                    cells.append((-float(probabilities[column]), row, int(column)))
        cells.sort()
        return [self.suggestion(row, column) for _, row, column in cells[:limit]]

    def suggestion(self, row: int, column: int) -> Suggestion:
        """The suggestion of a code for a passage, explained."""
        suggester = self.suggester
        passage = suggester.passages[row]
        neighbours = self._neighbours(row, column)
        words = self._shared_words(row, column, [rank for rank, _ in neighbours])
        document = suggester.documents[passage.document]
        turn = next((turn for turn in document.turns if turn.index == passage.turn), None)
        respondent = document.respondent_of(turn) if turn else None
        if respondent is None and len(document.respondents) == 1:
            respondent = document.respondents[0]
        return Suggestion(
            document=passage.document,
            span=passage.span,
            code=suggester.codebook.codes[column].id,
            score=round(float(self.prediction.probabilities[row, column]), 4),
            reason=self._reason(words, neighbours),
            terms=tuple(words),
            neighbours=tuple(self.teachers[rank, column] for rank, _ in neighbours),
            turn=passage.turn,
            respondent=respondent,
        )

    def _neighbours(self, row: int, column: int, count: int = 2) -> list[tuple[int, float]]:
        """The accepted passages of the code that resemble this one most."""
        rows = self.suggester.prepared.rows
        accepted = [rank for rank, other in self.teachers if other == column and rank != row]
        if not accepted:
            return []
        near = similarity(rows.take(np.array([row])), rows.take(np.array(accepted)))[0]
        best = np.argsort(-near, kind="stable")[:count]
        return [(accepted[rank], float(near[rank])) for rank in best if near[rank] > 0.05]

    def _shared_words(self, row: int, column: int, neighbours: Sequence[int]) -> list[str]:
        """The words of the passage that the codebook says of the code, or its nearest quotes, have too, the rarest first."""
        suggester = self.suggester
        code = suggester.profiles[column]
        written = (code.label, code.definition, *code.phrases, *code.examples)
        reference = {stem for phrase in written for stem in stems(phrase)}
        reference |= {stem for rank in neighbours for stem in stems(suggester.texts[rank])}
        words: dict[str, str] = {}
        for word in suggester.texts[row].replace("’", "'").split():
            for part in word.split("'"):
                for stem in stems(part):
                    if stem in reference:
                        words.setdefault(stem, part.strip('.,;:!?…«»()"').lower())
        ranked = sorted(words, key=lambda stem: (-suggester.space.weight(stem), stem))
        return [words[stem] for stem in ranked[:_EXPLAINED_WORDS]]

    def _reason(self, words: Sequence[str], neighbours: Sequence[tuple[int, float]]) -> str:
        parts = []
        if words:
            parts.append("mots : " + ", ".join(words))
        if neighbours:
            rank = neighbours[0][0]
            quote = " ".join(self.suggester.texts[rank].split())
            shown = quote if len(quote) <= _QUOTED else quote[: _QUOTED - 1].rsplit(" ", 1)[0] + "…"
            parts.append(f"proche de « {shown} » ({self.suggester.passages[rank].document})")
        parts.append(f"modèle {self.state}")
        return " ; ".join(parts)

    def queue(
        self, size: int = 20, *, seed: int = 0, audited: Collection[Place] = frozenset()
    ) -> list[QueueItem]:
        """What to look at next: suggestions that would teach most, of various codes, and a few passages drawn at random.

        Half by uncertainty (nearest to their threshold), the rest by probability, codes already in the queue losing rank. The
        random ones (`audit`), read whole for any code, tell what the suggestions miss: see `recall.recall`. Those `audited` are not
        drawn again.
        """
        audits = self._audits(round(size * _AUDIT_SHARE), seed, audited)
        candidates = self._candidates()
        items: list[QueueItem] = []
        uses: dict[int, int] = {}
        rows: set[int] = set()
        while candidates and len(items) < size - len(audits):
            uncertain = len(items) % 2 == 1
            best = max(
                candidates,
                key=lambda cell: (
                    self._interest(cell, uncertain) * _SAME_CODE ** uses.get(cell[1], 0),
                    -cell[0],
                    -cell[1],
                ),
            )
            candidates.remove(best)
            if best[0] in rows:
                continue
            rows.add(best[0])
            uses[best[1]] = uses.get(best[1], 0) + 1
            items.append(QueueItem(self.suggester.passages[best[0]], self.suggestion(*best), False))
        for rank, audit in enumerate(audits):
            items.insert(
                (rank + 1) * len(items) // (len(audits) + 1),
                QueueItem(self.suggester.passages[audit], None, True),
            )
        return items

    def _interest(self, cell: tuple[int, int], uncertain: bool) -> float:
        probability = float(self.prediction.probabilities[cell])
        if not uncertain:
            return probability
        threshold = float(self.prediction.thresholds[cell[1]])
        return 1 / (1 + 10 * abs(probability - threshold))

    def _candidates(self, most: int | None = 400) -> list[tuple[int, int]]:
        probabilities = self.prediction.probabilities
        near = probabilities >= 0.5 * np.maximum(self.prediction.thresholds, _LEAST)
        rows, columns = np.nonzero(near)
        cells = [
            (int(row), int(column))
            for row, column in zip(rows, columns, strict=True)
            if (int(row), int(column)) not in self.taken and not self.known[row]
        ]
        cells.sort(key=lambda cell: (-float(probabilities[cell]), cell))
        return cells[:most]

    def unproposed(self, audited: Collection[Place] = frozenset()) -> int:
        """How many passages nobody decided on or `audited`, and to which nothing is proposed: what an audit draws from."""
        return len(self._unproposed(audited))

    def _unproposed(self, audited: Collection[Place]) -> list[int]:
        proposed = {row for row, _ in self._candidates(None)} | {row for row, _ in self.taken}
        rest = [row for row in np.flatnonzero(~self.known).tolist() if row not in proposed]
        return [row for row in rest if not audited or _place(self.suggester.passages[row]) not in audited]

    def _audits(self, count: int, seed: int, audited: Collection[Place]) -> list[int]:
        rest = self._unproposed(audited)
        generator = np.random.default_rng([seed, self.decided])
        return (
            sorted(generator.choice(rest, size=min(count, len(rest)), replace=False).tolist()) if rest else []
        )


Place = tuple[str, int, int]
"""Where a passage is: its document, start and end."""


def _place(passage: Segment) -> Place:
    return passage.document, passage.span.start, passage.span.end


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A passage to look at: with a suggestion to decide on, or drawn at random to be read whole (`audit`)."""

    passage: Segment
    suggestion: Suggestion | None
    audit: bool


def as_codings(learned: Learned, document: str) -> list[Coding]:
    """The suggestions of a document as codings in state `suggested`, for whom shows both alike. They are not stored."""
    from habitat_enquete.coding.decisions import place
    from habitat_enquete.model.coding import Coder

    coder = Coder(f"model:{learned.state}", CoderKind.MODEL)
    source = learned.suggester.documents[document]
    return [
        replace(
            place(
                source,
                each.span,
                each.code,
                coder,
                state=State.SUGGESTED,
                score=each.score,
                reason=each.reason,
            ),
            respondent=each.respondent,
        )
        for each in learned.suggestions(document)
    ]
