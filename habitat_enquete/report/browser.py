"""An HTML page as PDF, by a browser already installed: nothing is downloaded, nothing leaves the computer."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from habitat_enquete.errors import Code, EnqueteError

_NAMES: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
_PLACES: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
_SECONDS: Final = 120


def find_browser() -> str | None:
    """The Chromium, Chrome or Edge of this computer; None when there is none."""
    found = (shutil.which(name) for name in _NAMES)
    return next((path for path in found if path), None) or next(
        (each for each in _PLACES if Path(each).exists()), None
    )


def write_pdf(html: str, path: Path) -> None:
    """Writes a page as PDF. Raises: EnqueteError when there is no browser, or when it fails."""
    browser = find_browser()
    if browser is None:
        raise EnqueteError(Code.BROWSER_MISSING, file=path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        page, result = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(html, encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={result}",
            page.as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # browsers refuse their sandbox to the administrator
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            raise EnqueteError(Code.BROWSER_FAILED, file=path.name) from error
        if not result.exists():
            raise EnqueteError(Code.BROWSER_FAILED, file=path.name)
        shutil.copyfile(result, path)
