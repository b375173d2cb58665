"""Writing outputs: whole or not at all, the same bytes for the same content, and never over what a person edited."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError

# The oldest date a zip archive can hold: an output must not tell when it was written.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def sha256(content: bytes) -> str:
    """The hash of a file's content."""
    return hashlib.sha256(content).hexdigest()


def steady(archive: bytes) -> bytes:
    """A zip archive (docx, xlsx, pptx) with its dates taken out, so that the same content gives the same bytes."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            copy.writestr(entry, source.read(name))
    return target.getvalue()


def write(path: Path, content: bytes) -> None:
    """Write a file whole: the former one stays until the new one is complete.

    Raises: EnqueteError when it cannot be replaced (open in a word processor).
    """
    if path.exists() and not path.is_file():
        # A device or a pipe is written to, never replaced by a file.
        path.write_bytes(content)
        return
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise EnqueteError(Code.OUTPUT_LOCKED, file=path.name) from error
    finally:
        with suppress(NotADirectoryError):
            partial.unlink(missing_ok=True)


def keep_edited(path: Path, written: str | None) -> Path | None:
    """Set aside a file that a person edited since we wrote it (`written` is its hash then); tells where, None when untouched."""
    if not path.exists() or sha256(path.read_bytes()) == written:
        return None
    number = 1
    while (kept := path.with_name(f"{path.stem}.modifie-{number}{path.suffix}")).exists():
        number += 1
    path.replace(kept)
    return kept
