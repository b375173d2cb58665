"""What was done on which inputs, so that unchanged work is not done again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from habitat_enquete.store.connection import Store

# The stages whose runs are compared with the study's files; each stage's `run.py` takes its name here.
IMPORT: Final = "import"
INTERVIEWS: Final = "interviews"
CODE: Final = "code"
CODING_SETTING: Final = "coding_setting"


@dataclass(frozen=True, slots=True)
class Run:
    """The last time a stage was done for a key (a file, a document, `''` for the whole study)."""

    stage: str
    key: str
    input_hash: str
    summary: Mapping[str, Any]
    finished_at: str


@cache
def code_hash(*packages: str) -> str:
    """The hash of the code of some packages of ours: what another code made is made again.

    >>> code_hash("stats") == code_hash("stats"), code_hash("stats") == code_hash("stats", "nlp")
    (True, False)
    """
    ours = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for package in packages:
        for file in sorted((ours / package).rglob("*.py")):
            digest.update(file.relative_to(ours).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


def now() -> str:
    """The present moment, ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def record(
    store: Store, stage: str, key: str, input_hash: str, summary: Mapping[str, Any] | None = None
) -> None:
    """Note that `stage` was done for `key` on inputs hashing to `input_hash`."""
    store.execute(
        "INSERT INTO run (stage, key, input_hash, summary, finished_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (stage, key) DO UPDATE SET input_hash = excluded.input_hash,"
        " summary = excluded.summary, finished_at = excluded.finished_at",
        (stage, key, input_hash, json.dumps(summary or {}, ensure_ascii=False, sort_keys=True), now()),
    )


def runs(store: Store, stage: str) -> dict[str, Run]:
    """The runs of `stage`, by key."""
    return {
        row["key"]: Run(stage, row["key"], row["input_hash"], json.loads(row["summary"]), row["finished_at"])
        for row in store.rows("SELECT * FROM run WHERE stage = ? ORDER BY key", (stage,))
    }


def is_done(store: Store, stage: str, key: str, input_hash: str) -> bool:
    """Whether `stage` was last done for `key` on these very inputs."""
    found = store.value("SELECT input_hash FROM run WHERE stage = ? AND key = ?", (stage, key))
    return bool(found == input_hash)


def forget(store: Store, stage: str, key: str) -> None:
    """Forget a run: the stage will be done again for `key`."""
    store.execute("DELETE FROM run WHERE stage = ? AND key = ?", (stage, key))
