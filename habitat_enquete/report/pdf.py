"""The report as PDF, printed by a browser of the computer (Chromium, Chrome, Edge) or by weasyprint."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError

_BROWSERS: Final = (
    *(
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "microsoft-edge",
        "msedge",
        "chrome",
    ),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_SECONDS: Final = 120
_DATE: Final = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")


def browser() -> str | None:
    """A browser of this computer that can print, None when there is none."""
    return next((found for name in _BROWSERS if (found := shutil.which(name))), None)


def print_page(page: Path) -> bytes:
    """The PDF of an HTML page, without the date it was made.

    Raises: EnqueteError when neither a browser nor weasyprint can print it.
    """
    program = browser()
    if program is not None:
        return _undated(_by_browser(program, page))
    if find_spec("weasyprint") is not None:
        from weasyprint import HTML

        return _undated(bytes(HTML(filename=str(page)).write_pdf()))
    raise EnqueteError(Code.PDF_NO_PRINTER)


def _by_browser(program: str, page: Path) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "page.pdf"
        # A sandbox cannot be had as root or in containers; the page is ours, without script.
        command = [
            *(
                program,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
            ),
            *("--disable-component-update", "--disable-sync", "--no-pdf-header-footer"),
            *(f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", page.resolve().as_uri()),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)
        except (subprocess.SubprocessError, OSError) as error:
            raise EnqueteError(Code.PDF_FAILED, program=Path(program).name) from error
        if not target.exists():
            raise EnqueteError(Code.PDF_FAILED, program=Path(program).name)
        return target.read_bytes()


def _undated(pdf: bytes) -> bytes:
    return _DATE.sub(rb"/\g<1> (D:20000101000000", pdf)
