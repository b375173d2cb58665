"""Which figures of the tables could tell who a person is, and must be hidden.

Hidden at first: groups of fewer people than the threshold, and counts from 1 to the threshold less one. Then, until nothing changes,
what would let a reader find one of them by subtraction (secondary suppression): within a row, from the total that the report prints;
between tables, from the total of a larger group that the hidden one is part of (a commune and its intercommunality, an outcome of
installation and its public).
Source: A. Hundepool et al., Statistical Disclosure Control, Wiley, 2012, ch. 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from habitat_enquete.model.synthesis import Cell


@dataclass(frozen=True, slots=True)
class Nest:
    """An attribute whose groups are parts of those of a larger one.

    `parts` gives, for each group of `coarse`, the positions of the groups of `fine` that make it; `whole` the groups of `coarse` whose
    every person is in one of these parts: only there can a part be found by subtraction.
    """

    fine: str
    coarse: str
    parts: tuple[tuple[int, ...], ...]
    whole: frozenset[int]


def mask(cells: Sequence[Cell], *, minimum: int) -> tuple[Cell, ...]:
    """A row of a crossing with its small cells hidden, and with them what would give them away."""
    return mask_all({"": cells}, (), minimum=minimum)[""]


def mask_all(
    rows: Mapping[str, Sequence[Cell]], nests: Sequence[Nest], *, minimum: int
) -> dict[str, tuple[Cell, ...]]:
    """The same finding across several attributes (attribute → its cells), masked together."""
    hidden = {
        name: {n for n, cell in enumerate(cells) if _is_small(cell, minimum)} for name, cells in rows.items()
    }
    kept = [nest for nest in nests if nest.fine in rows and nest.coarse in rows]
    while any(
        [
            *(_row(cells, hidden[name]) for name, cells in rows.items()),
            *(_nest(rows, hidden, n) for n in kept),
        ]
    ):
        pass
    return {
        name: tuple(replace(cell, masked=n in hidden[name]) for n, cell in enumerate(cells))
        for name, cells in rows.items()
    }


def _is_small(cell: Cell, minimum: int) -> bool:
    return cell.base < minimum or 0 < cell.people < minimum


def _row(cells: Sequence[Cell], hidden: set[int]) -> bool:
    """Hide a second cell of a row that hides only one; whether something changed."""
    return len(hidden) == 1 and _sacrifice(cells, hidden, range(len(cells)))


def _nest(rows: Mapping[str, Sequence[Cell]], hidden: Mapping[str, set[int]], nest: Nest) -> bool:
    """Hide what would let a part be found from its whole, or a whole from its parts; whether something changed."""
    parts, wholes = hidden[nest.fine], hidden[nest.coarse]
    changed = False
    for whole in sorted(nest.whole):
        within = nest.parts[whole]
        secret = [part for part in within if part in parts]
        unknown = len(secret) + (whole in wholes)
        if unknown == 1:
            found = _sacrifice(rows[nest.fine], parts, within)
            if not found and whole not in wholes:
                wholes.add(whole)
                found = True
            changed = changed or found
    return changed


def _sacrifice(cells: Sequence[Cell], hidden: set[int], among: Sequence[int]) -> bool:
    """Hide the cell that says least among those still shown: the smallest count above zero, else a zero of the largest group."""
    shown = [n for n in among if n not in hidden]
    if not shown:
        return False
    hidden.add(min(shown, key=lambda n: (not cells[n].people, cells[n].people, -cells[n].base, n)))
    return True
