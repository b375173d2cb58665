"""What the last synthesis computed, kept by what it was computed from: after one more interview, only what changed is done again.

A result is found again by the hash of all it depends on, so that a run with a memory and a run without give the same bytes. Results
hold figures and ids of codings, never words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from habitat_enquete.store.runs import code_hash

# The packages whose code makes the results: a change there forgets everything.
_MAKERS: Final = ("synthesis", "stats")


class Memory:
    """Results by the hash of what made them. `kept` holds those of the present run, found again or new; the others are let go."""

    def __init__(self, known: Mapping[str, Any] | None = None) -> None:
        self._known = known or {}
        self.kept: dict[str, Any] = {}
        self.computed = 0

    @property
    def found(self) -> int:
        """How many results of this run were known already."""
        return len(self.kept) - self.computed

    def recall(self, kind: str, inputs: object, compute: Callable[[], Any]) -> Any:
        """The result of `compute`, from memory when `inputs` were seen before; `inputs` must have a stable repr.

        The result must be made of what JSON keeps as it is: numbers, texts, None, lists.
        """
        key = hashlib.sha256(f"{kind} {inputs!r} {code_hash(*_MAKERS)}".encode()).hexdigest()[:32]
        if key not in self.kept:
            if key in self._known:
                self.kept[key] = self._known[key]
            else:
                self.kept[key] = compute()
                self.computed += 1
        return self.kept[key]
