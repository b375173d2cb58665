"""Linear algebra on one thread: on the small tables of a study, threads that wait for one another cost ten times the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it, numpy's and scipy's linear algebra runs on one thread."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
