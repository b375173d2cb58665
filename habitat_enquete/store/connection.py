"""Opening a study's store safely, and writing to it one transaction at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.store.schema import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION

BUSY_SECONDS: Final = 30.0
Row = sqlite3.Row


def stamp(path: Path) -> str:
    """A word that changes whenever anything is written in the store at `path`, by whatever program; empty when there is none."""
    try:
        return str(path.stat().st_mtime_ns)
    except FileNotFoundError:
        return ""


class Store:
    """A study's memory. Use as a context manager; write inside `transaction()`.

    Rollback journal and synchronous FULL: what is committed survives a kill or a power cut, and WAL has a corruption bug
    before SQLite 3.51.3. secure_delete leaves no trace of what a person asked to forget.

    Raises: EnqueteError when the file is not a store, was written by a newer version, or stays locked.
    """

    def __init__(self, path: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self._busy_seconds = busy_seconds
        self._connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare()
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise self._busy() from error
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise EnqueteError(Code.STORE_FOREIGN, path=path) from error
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        for pragma in (
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "cell_size_check=ON",
            "mmap_size=0",
            "secure_delete=ON",
            "synchronous=FULL",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        if self._version() != SCHEMA_VERSION:
            self._migrate()

    def _version(self) -> int:
        """The schema version of the file: 0 when it is new. Raises: EnqueteError when it is no store of ours."""
        # One statement, one moment: another process may be making the store meanwhile.
        application, version, tables = self._connection.execute(
            "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)"
            " FROM pragma_application_id, pragma_user_version"
        ).fetchone()
        is_new = version == 0 and not tables
        if application != APPLICATION_ID and not is_new:
            raise EnqueteError(Code.STORE_FOREIGN, path=self.path)
        if version > SCHEMA_VERSION:
            raise EnqueteError(Code.STORE_NEWER, path=self.path, found=version, known=SCHEMA_VERSION)
        return int(version)

    def _migrate(self) -> None:
        if version := self._version():
            self.backup(self.path.with_name(f"{self.path.name}.v{version}.bak"))
        with self.transaction():
            # Another process may have migrated while this one waited for the lock.
            for statements in MIGRATIONS[self._version() :]:
                for statement in filter(str.strip, statements.split(";")):
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            self._connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; an open transaction is rolled back."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside lands together, or not at all. May be nested: the outermost commits."""
        if self._connection.in_transaction:
            yield
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise self._busy() from error
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of a query."""
        return self._connection.execute(sql, parameters).fetchall()

    def iterate(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Row]:
        """The rows of a query, one at a time, for results that do not fit in memory."""
        return iter(self._connection.execute(sql, parameters))

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """The first row of a query, if any."""
        found: Row | None = self._connection.execute(sql, parameters).fetchone()
        return found

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, parameters)
        return None if row is None else row[0]

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement; gives the id of the row it inserted (0 when none)."""
        return self._connection.execute(sql, parameters).lastrowid or 0

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each of `rows`."""
        self._connection.executemany(sql, rows)

    def backup(self, target: Path) -> None:
        """Write a whole and consistent copy to `target`, even while another command writes."""
        partial = target.with_name(f"{target.name}.partial")
        partial.unlink(missing_ok=True)
        copy = sqlite3.connect(partial)
        try:
            self._connection.backup(copy)
        finally:
            copy.close()
        partial.replace(target)

    def _busy(self) -> EnqueteError:
        return EnqueteError(Code.STORE_BUSY, path=self.path, seconds=f"{self._busy_seconds:g}")
