"""Binary workbooks are opened once by a process of its own: a damaged one can bring down the process that reads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

_SECONDS: Final = 120
_BYTES: Final = 4 << 30
# Whatever is merely refused is refused again, in words, by the reader itself: only a process that dies or never ends counts.
_READ: Final = f"""
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({_BYTES}, {_BYTES}))
except (ImportError, ValueError, OSError):
    pass
try:
    import python_calamine
    workbook = python_calamine.CalamineWorkbook.from_path(sys.argv[1])
    for name in workbook.sheet_names:
        workbook.get_sheet_by_name(name)
except BaseException:
    pass
"""


def survives(path: Path) -> bool:
    """Whether a process that reads `path` whole lives to tell it."""
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-I", "-c", _READ, str(path.resolve())]
    try:
        return (
            subprocess.run(
                command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=_SECONDS, check=False
            ).returncode
            == 0
        )
    except subprocess.TimeoutExpired:
        return False
