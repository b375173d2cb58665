"""Machine code for the few loops that numpy cannot express, compiled once and kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """`function` in machine code, free of the interpreter lock so that threads share the cores.

    The first call on a machine compiles (one to two seconds); later runs load what was kept beside the package.
    """
    return cast("Callable[P, R]", numba.njit(nogil=True, cache=True)(function))
