"""Annotations kept beside the study (`enquete.cache/`), by text and by pipeline; deleting the folder loses nothing.

Each run that has something to keep appends to a file of its own: records of (key, length, checksum, columns). Two commands
at once cannot harm one another, and a run killed half-way leaves at most one record cut short, which nobody reads.
"""

from __future__ import annotations

import os
import secrets
import struct
import zlib
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

_HEADER: Final = struct.Struct("<32sII")


class AnnotationCache:
    """The records of one pipeline. Use as a context manager.

    Records are read where they lie, so memory holds only an index of some 100 bytes per document.
    """

    def __init__(self, folder: Path, pipeline_hash: str) -> None:
        self._folder = folder
        self._hash = pipeline_hash
        self._files: list[BinaryIO] = []
        self._places: dict[bytes, tuple[int, int, int, int]] = {}  # key → file, place, length, checksum
        self._own: int | None = None
        for path in sorted(folder.glob(f"annotations-{pipeline_hash}-*.pack")):
            self._index(path)

    def _index(self, path: Path) -> None:
        file = path.open("rb")
        self._files.append(file)
        size, place = os.fstat(file.fileno()).st_size, 0
        while place + _HEADER.size <= size:
            file.seek(place)
            key, length, checksum = _HEADER.unpack(file.read(_HEADER.size))
            place += _HEADER.size
            if place + length <= size:
                self._places.setdefault(key, (len(self._files) - 1, place, length, checksum))
            place += length

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def get(self, key: bytes) -> bytes | None:
        """The columns kept under `key`; None when there are none, or when the disk gave back something else."""
        if key not in self._places:
            return None
        number, place, length, checksum = self._places[key]
        self._files[number].seek(place)
        packed = self._files[number].read(length)
        if zlib.crc32(packed) != checksum:
            del self._places[key]
            return None
        return packed

    def put(self, key: bytes, packed: bytes) -> None:
        """Keep the columns of a text, safe from the death of this process; a key already there keeps what it has."""
        if key in self._places:
            return
        number = self._own if self._own is not None else self._create()
        file = self._files[number]
        place = file.seek(0, os.SEEK_END)
        checksum = zlib.crc32(packed)
        file.write(_HEADER.pack(key, len(packed), checksum) + packed)
        file.flush()
        self._places[key] = (number, place + _HEADER.size, len(packed), checksum)

    def _create(self) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"annotations-{self._hash}-{secrets.token_hex(4)}.pack"
        self._files.append(path.open("x+b"))
        self._own = len(self._files) - 1
        return self._own

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files:
            file.close()
