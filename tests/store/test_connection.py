"""The store: transactions, foreign files, concurrent writers, kills."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.store import runs
from habitat_enquete.store.connection import Store
from habitat_enquete.store.schema import APPLICATION_ID, SCHEMA_VERSION


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "enquete.db"


def test_a_new_store_is_marked_as_ours(path: Path) -> None:
    Store(path).close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    connection.close()


def test_an_error_inside_a_transaction_leaves_nothing(path: Path) -> None:
    with Store(path) as store:
        with pytest.raises(ZeroDivisionError), store.transaction():
            runs.record(store, "import", "a.xlsx", "hash")
            raise ZeroDivisionError
        assert runs.runs(store, "import") == {}


def test_a_nested_transaction_lands_with_the_outer_one(path: Path) -> None:
    with Store(path) as store, pytest.raises(ZeroDivisionError), store.transaction():
        with store.transaction():
            runs.record(store, "import", "a.xlsx", "hash")
        raise ZeroDivisionError
    with Store(path) as store:
        assert runs.runs(store, "import") == {}


def test_a_run_is_done_until_its_inputs_change(path: Path) -> None:
    with Store(path) as store:
        runs.record(store, "code", "E01", "h1", {"codings": 3})
        assert runs.is_done(store, "code", "E01", "h1")
        assert not runs.is_done(store, "code", "E01", "h2")
        runs.record(store, "code", "E01", "h2")
        assert runs.runs(store, "code")["E01"].input_hash == "h2"
        runs.forget(store, "code", "E01")
        assert not runs.is_done(store, "code", "E01", "h2")


def test_a_file_that_is_not_a_store_is_refused(path: Path) -> None:
    path.write_text("ceci n'est pas une base de données, et c'est assez long pour un en-tête" * 3)
    with pytest.raises(EnqueteError, match="n'est pas une base d'enquete"):
        Store(path)


def test_the_database_of_another_program_is_refused_and_untouched(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE photos (id)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(EnqueteError, match="n'est pas une base d'enquete"):
        Store(path)
    assert path.read_bytes() == before


def test_a_store_of_a_newer_version_is_refused(path: Path) -> None:
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(EnqueteError, match="version plus récente d'enquete"):
        Store(path)


def test_a_locked_store_says_that_another_command_uses_it(path: Path) -> None:
    with (
        Store(path) as first,
        first.transaction(),
        Store(path, busy_seconds=0.1) as second,
        pytest.raises(EnqueteError, match=r"est utilisé par une autre commande depuis plus de 0\.1 s"),
        second.transaction(),
    ):
        pass


def test_a_backup_is_a_whole_store(path: Path, tmp_path: Path) -> None:
    with Store(path) as store:
        runs.record(store, "import", "a.xlsx", "hash")
        store.backup(tmp_path / "copie.db")
    with Store(tmp_path / "copie.db") as copy:
        assert runs.is_done(copy, "import", "a.xlsx", "hash")


WRITER = """
import sys
from pathlib import Path
from habitat_enquete.store import runs
from habitat_enquete.store.connection import Store
for number in range(int(sys.argv[3])):
    with Store(Path(sys.argv[1])) as store, store.transaction():
        runs.record(store, sys.argv[2], f"a{number}", "h")
        runs.record(store, sys.argv[2], f"b{number}", "h")
"""


def test_four_processes_writing_at_once_lose_nothing(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"w{number}", "10"]) for number in range(4)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0, 0]
    with Store(path) as store:
        assert [len(runs.runs(store, f"w{number}")) for number in range(4)] == [20, 20, 20, 20]


def test_what_a_file_is_is_read_in_one_statement(path: Path) -> None:
    """Two would let another process make the store in between, and call it foreign."""
    said: list[str] = []
    with Store(path) as store:
        store._connection.set_trace_callback(said.append)
        store._version()
    assert len([each for each in said if not each.startswith("--")]) == 1


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a POSIX signal")
def test_a_process_killed_while_writing_leaves_whole_transactions(path: Path) -> None:
    Store(path).close()
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), "w", "100000"])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with Store(path) as store:
            if len(runs.runs(store, "w")) >= 10:
                break
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    with Store(path) as store:
        keys = runs.runs(store, "w")
        assert {key[1:] for key in keys if key[0] == "a"} == {key[1:] for key in keys if key[0] == "b"}
        assert store.value("PRAGMA integrity_check") == "ok"
