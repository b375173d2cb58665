"""State sequences: one state per unit of time, derived from episodes and never stored.

A cell holds the rank of a state in the alphabet, `MISSING` where memory fails, `VOID` where the sequence has not begun to be
observed or is over (the right of the interview is censored: it is no state).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int16]
Floats = NDArray[np.float64]

MISSING: Final = -1
VOID: Final = -2
MISSING_LABEL: Final = "*"


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """n sequences over a declared alphabet.

    `codes` has shape (n, length of the longest); voids are at the right end only. `weights` has shape (n,) and defaults to
    ones. `positions` names the columns. States that nobody meets stay in the alphabet.
    """

    codes: Codes
    alphabet: tuple[str, ...]
    ids: tuple[str, ...] = ()
    weights: Floats = field(default_factory=lambda: np.zeros(0))
    positions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.codes.shape[1] == 0:  # nobody has any unit: one empty column keeps every shape simple
            object.__setattr__(self, "codes", np.full((len(self.codes), 1), VOID, dtype=np.int16))
        n, width = self.codes.shape
        if not self.ids:
            object.__setattr__(self, "ids", tuple(str(row + 1) for row in range(n)))
        if not self.weights.size:
            object.__setattr__(self, "weights", np.ones(n))
        if not self.positions:
            object.__setattr__(self, "positions", tuple(str(column + 1) for column in range(width)))

    def __len__(self) -> int:
        return int(self.codes.shape[0])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """How many units each sequence spans, gaps included, trailing voids excluded. Shape (n,)."""
        filled = self.codes != VOID
        last = self.codes.shape[1] - np.argmax(filled[:, ::-1], axis=1)
        return np.where(filled.any(axis=1), last, 0).astype(np.int64)

    def take(self, rows: NDArray[np.int64] | Sequence[int]) -> Sequences:
        """The sequences of some rows, in that order."""
        kept = np.asarray(rows, dtype=np.int64)
        ids = tuple(self.ids[row] for row in kept)
        return replace(self, codes=self.codes[kept], ids=ids, weights=self.weights[kept])

    def with_missing_state(self) -> Sequences:
        """The same, where a gap is one more state, the last of the alphabet (`*`)."""
        codes = np.where(self.codes == MISSING, len(self.alphabet), self.codes).astype(np.int16)
        return replace(self, codes=codes, alphabet=(*self.alphabet, MISSING_LABEL))

    def has_missing(self) -> bool:
        """Whether a memory gap lies in some sequence."""
        return bool((self.codes == MISSING).any())

    def without_missing(self) -> Sequences:
        """The same with gaps taken out: what follows closes up, the end becomes void."""
        codes = np.full_like(self.codes, VOID)
        for row, line in enumerate(self.codes):
            kept = line[line >= 0]
            codes[row, : kept.size] = kept
        return replace(self, codes=codes)


@dataclass(frozen=True, slots=True)
class Spell:
    """A stay in one state over whole units of time `[begin, end]`, both included (the SPELL format)."""

    id: str
    begin: int
    end: int
    state: str


def from_labels(
    rows: Sequence[Sequence[str | None]],
    alphabet: Sequence[str],
    *,
    ids: Sequence[str] = (),
    weights: Sequence[float] | Floats = (),
    positions: Sequence[str] = (),
) -> Sequences:
    """Sequences from a table of state labels; None or "" before the last state is a gap, after it void.

    Raises: ValueError when a label is not of the alphabet.
    """
    ranks = {label: rank for rank, label in enumerate(alphabet)}
    width = max((len(row) for row in rows), default=0)
    codes = np.full((len(rows), width), VOID, dtype=np.int16)
    for index, row in enumerate(rows):
        known = [column for column, label in enumerate(row) if label]
        for column in range(known[-1] + 1 if known else 0):
            label = row[column]
            codes[index, column] = ranks[_known(label, ranks)] if label else MISSING
    return Sequences(codes, tuple(alphabet), tuple(ids), np.asarray(weights, dtype=float), tuple(positions))


def _known(label: str, ranks: Mapping[str, int]) -> str:
    if label not in ranks:
        raise ValueError(f"state {label!r} is not of the alphabet")
    return label


def from_spells(
    spells: Iterable[Spell],
    alphabet: Sequence[str],
    *,
    first: int,
    last: int,
    origins: Mapping[str, int] | None = None,
    overwrite: bool = True,
    ids: Sequence[str] = (),
) -> Sequences:
    """Sequences of units `first`…`last` from spells (SPELL → STS).

    Args:
        origins: where the clock of each id starts, for process time (age, months since arrival): unit u is then
            `begin - origin + first`.
        overwrite: when two spells overlap, whether the later in the list wins; otherwise the earlier one keeps its units and
            the later one starts after it.
        ids: those wanted and their order; those of the spells by default.
    """
    spells = list(spells)
    names = tuple(ids) or tuple(dict.fromkeys(spell.id for spell in spells))
    rank = {name: row for row, name in enumerate(names)}
    state = {label: code for code, label in enumerate(alphabet)}
    codes = np.full((len(names), last - first + 1), MISSING, dtype=np.int16)
    for spell in spells:
        if spell.id not in rank:
            continue
        shift = (origins[spell.id] - first) if origins else 0
        begin, end = max(spell.begin - shift, first), min(spell.end - shift, last)
        target = codes[rank[spell.id], begin - first : end - first + 1] if begin <= end else codes[0, :0]
        free = slice(None) if overwrite else target == MISSING
        target[free] = state[_known(spell.state, state)]
    positions = tuple(str(unit) for unit in range(first, last + 1))
    return Sequences(_void_right(codes), tuple(alphabet), names, positions=positions)


def _void_right(codes: Codes) -> Codes:
    known = codes >= 0
    after = np.cumsum(known[:, ::-1], axis=1)[:, ::-1] == 0
    return np.where(after, np.int16(VOID), codes)


@dataclass(frozen=True, slots=True)
class Spells:
    """Distinct successive states (DSS) of n sequences and how long each lasts: two arrays of shape (n, most spells).

    Unused cells hold VOID and 0.
    """

    states: Codes
    durations: Floats

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many spells each sequence has. Shape (n,)."""
        return np.asarray((self.states != VOID).sum(axis=1), dtype=np.int64)


def spells(sequences: Sequences, *, with_missing: bool = False) -> Spells:
    """The distinct successive states of each sequence and their durations.

    Gaps are states with `with_missing`; otherwise they are skipped, and two stays in one state around a gap are one.
    """
    source = sequences.with_missing_state() if with_missing else sequences.without_missing()
    rows = [_runs(line[line >= 0]) for line in source.codes]
    width = max((len(states) for states, _ in rows), default=0)
    states = np.full((len(rows), width), VOID, dtype=np.int16)
    durations = np.zeros((len(rows), width))
    for row, (run_states, run_lengths) in enumerate(rows):
        states[row, : len(run_states)] = run_states
        durations[row, : len(run_lengths)] = run_lengths
    return Spells(states, durations)


def _runs(line: Codes) -> tuple[Codes, NDArray[np.int64]]:
    if not line.size:
        return line, np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate(([True], line[1:] != line[:-1])))
    return line[starts], np.diff(np.append(starts, line.size))


def distinct_states(sequences: Sequences, *, with_missing: bool = False) -> Sequences:
    """The sequences of distinct successive states (DSS), durations forgotten: the grammar of each path."""
    alphabet = (*sequences.alphabet, MISSING_LABEL) if with_missing else sequences.alphabet
    states = spells(sequences, with_missing=with_missing).states
    return Sequences(states, alphabet, sequences.ids, sequences.weights)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to `id` at the beginning of unit `time` (the TSE format), e.g. `parents>hlm`."""

    id: str
    time: int
    event: str


def events(sequences: Sequences, kind: str = "transition") -> list[Event]:
    """Time-stamped events of each sequence (STS → TSE).

    `kind`: "transition" (`A`, then `A>B` at each change), "state" (the state entered) or "period" (`begin…` and `end…`).

    Raises: ValueError for another kind.
    """
    if kind not in ("transition", "state", "period"):
        raise ValueError(f"unknown kind of event: {kind}")
    found = []
    for name, line in zip(sequences.ids, sequences.codes, strict=True):
        before = None
        for time, code in enumerate(line):
            label = None if code < 0 else sequences.alphabet[code]
            if label != before:
                found += [Event(name, time, event) for event in _event_names(before, label, kind)]
            before = label
    return found


def _event_names(before: str | None, after: str | None, kind: str) -> list[str]:
    if kind == "period":
        return [f"end{before}"] * (before is not None) + [f"begin{after}"] * (after is not None)
    if after is None:
        return []
    return [after if before is None or kind == "state" else f"{before}>{after}"]


def to_spells(sequences: Sequences) -> list[Spell]:
    """The spells of each sequence in units of its own columns, from 1 (STS → SPELL); gaps and voids give none."""
    found = []
    for name, line in zip(sequences.ids, sequences.codes, strict=True):
        begin = 0
        states, lengths = _runs(line)
        for state, length in zip(states, lengths, strict=True):
            if state >= 0:
                found.append(Spell(name, begin + 1, begin + int(length), sequences.alphabet[state]))
            begin += int(length)
    return found


def compact(sequences: Sequences, *, with_missing: bool = True) -> list[str]:
    """Each sequence as a readable line of states and durations (SPS): `parents/36-hlm/34`."""
    alphabet = (*sequences.alphabet, MISSING_LABEL)
    spelled = spells(sequences, with_missing=with_missing)
    return [
        "-".join(
            f"{alphabet[state]}/{int(duration)}"
            for state, duration in zip(states, durations, strict=True)
            if state != VOID
        )
        for states, durations in zip(spelled.states, spelled.durations, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct sequences among n, in alphabetical order, and the way back: `sequences[k] == distinct[index[k]]`."""

    codes: Codes
    index: NDArray[np.int64]

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many times each distinct sequence was met."""
        return np.bincount(self.index, minlength=self.codes.shape[0])


def distinct(sequences: Sequences) -> Distinct:
    """The distinct sequences: most work is done once for all those who share a path."""
    codes, index = np.unique(sequences.codes, axis=0, return_inverse=True)
    return Distinct(codes, index.reshape(-1).astype(np.int64))
