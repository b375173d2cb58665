"""Old Word documents: read through LibreOffice where there is one, else refused with what to do."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from docx import Document as WordDocument

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.transcripts import legacy_word
from habitat_enquete.ingest.transcripts.read import read

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "WordDocument".encode("utf-16-le")


def test_without_libreoffice_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy_word, "converter", lambda: None)
    (tmp_path / "E01.doc").write_bytes(OLD)
    with pytest.raises(
        EnqueteError, match=r"« E01\.doc » est dans l'ancien format Word .* enregistrez-le en \.docx"
    ):
        read(tmp_path / "E01.doc")


@pytest.mark.parametrize("does", ["exit 1", "exit 0"])
def test_a_conversion_that_fails_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{does}\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(legacy_word, "converter", lambda: str(program))
    (tmp_path / "E01.doc").write_bytes(OLD)
    with pytest.raises(EnqueteError) as refusal:
        read(tmp_path / "E01.doc")
    assert refusal.value.code is Code.FILE_OLD_FORMAT


@pytest.mark.model
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_an_old_document_is_read_to_the_word(tmp_path: Path) -> None:
    written = WordDocument()
    for line in ("Enquêtrice : Et le loyer, ça va ?", "Éloïse : Six cents euros… c'est trop."):
        written.add_paragraph(line)
    written.save(str(tmp_path / "e.docx"))
    command = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'p').as_uri()}",
        "--headless",
        "--convert-to",
        "doc:MS Word 97",
    ]
    subprocess.run(
        [*command, "--outdir", tmp_path, tmp_path / "e.docx"], check=True, capture_output=True, timeout=120
    )

    file, transcript = read(tmp_path / "e.doc")

    assert [passage.text for passage in transcript.passages] == [
        "Enquêtrice : Et le loyer, ça va ?",
        "Éloïse : Six cents euros… c'est trop.",
    ]
    assert (file.name, [told.code for told in transcript.problems]) == ("e.doc", ["TRANSCRIPT_CONVERTED"])
