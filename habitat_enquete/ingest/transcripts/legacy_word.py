"""Word documents from before 2007 (.doc), read through LibreOffice where it is installed: it works offline, on a copy."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from habitat_enquete.errors import Code, EnqueteError

_PROGRAMS = ("soffice", "libreoffice")
_PLACES = (
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_SECONDS = 120  # the first start of LibreOffice is slow


def converter() -> str | None:
    """The LibreOffice of this machine, if there is one."""
    found = next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
    return found or next((place for place in _PLACES if Path(place).is_file()), None)


@contextmanager
def as_docx(path: Path) -> Iterator[Path]:
    """A .docx copy of an old Word document, gone afterwards.

    Raises: EnqueteError: FILE_OLD_FORMAT without LibreOffice, or when it cannot read the document.
    """
    refusal = EnqueteError(Code.FILE_OLD_FORMAT, file=path.name, found="Word (.doc)", advice=".docx")
    program = converter()
    if program is None:
        raise refusal
    with TemporaryDirectory() as folder:
        # The name of an interview may be anything: the copy has a plain one. A profile of its own: LibreOffice may be open.
        source, result = Path(folder) / "entretien.doc", Path(folder) / "entretien.docx"
        shutil.copyfile(path, source)
        command = [
            program,
            f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            "docx",
            "--outdir",
            folder,
            str(source),
        ]
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            raise refusal from error
        if not result.is_file():
            raise refusal
        yield result
