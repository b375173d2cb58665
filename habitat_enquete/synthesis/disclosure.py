"""Which figures of a table could tell who a person is, and must be hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from habitat_enquete.model.synthesis import Cell


def mask(cells: Sequence[Cell], *, minimum: int) -> tuple[Cell, ...]:
    """A row of a crossing with its small cells hidden.

    Hidden: groups of fewer than `minimum` people, and counts from 1 to `minimum` - 1. When a single count is hidden it could be found from
    the row's total, so the smallest of the others is hidden with it (secondary suppression, within the row).
    """
    masked = [_is_small(cell, minimum) for cell in cells]
    hidden = [n for n, is_masked in enumerate(masked) if is_masked]
    if len(hidden) == 1 and cells[hidden[0]].people:
        shown = [n for n, is_masked in enumerate(masked) if not is_masked and cells[n].people]
        if shown:
            masked[min(shown, key=lambda n: (cells[n].people, n))] = True
    return tuple(replace(cell, masked=hide) for cell, hide in zip(cells, masked, strict=True))


def _is_small(cell: Cell, minimum: int) -> bool:
    return cell.base < minimum or 0 < cell.people < minimum
