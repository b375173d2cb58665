"""The same interviews saved by LibreOffice in other formats give the same turns, word for word."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from habitat_enquete.ingest.interviews.assembly import document
from habitat_enquete.ingest.transcripts.read import read
from habitat_enquete.model.text import Source

ROOT = Path(__file__).resolve().parents[2]
WORD = sorted((ROOT / "interviews").glob("*.docx"))[:2]

pytestmark = [
    pytest.mark.office,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice absent"),
    pytest.mark.skipif(not WORD, reason="pas d'entretien Word dans l'étude d'exemple"),
]


def turns(path: Path) -> list[tuple[str, str, str]]:
    file, transcript = read(path)
    found, _ = document(transcript, Source(file.name, file.sha256), id=path.stem)
    return [
        (turn.speaker, found.role_of(turn).value, " ".join(turn.span.quote(found.text).split()))
        for turn in found.turns
    ]


@pytest.mark.parametrize("suffix", ["odt", "rtf", "pdf"])
def test_a_converted_interview_has_the_same_turns(tmp_path, suffix):
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        suffix,
        "--outdir",
        str(tmp_path),
        *map(str, WORD),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    for path in WORD:
        assert turns(tmp_path / f"{path.stem}.{suffix}") == turns(path)
