"""What comes in through the one door, and what is told to whoever brought the rest."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.files.encodings import decoded, mended
from habitat_enquete.ingest.files.filetypes import FileType
from habitat_enquete.ingest.files.guards import Limits, open_zip, opened, parse_xml, read_text, weight

CONTENT_TYPES = (
    '<Types><Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def zipped(path: Path, entries: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def refusal(path: Path, **options: object) -> EnqueteError:
    with pytest.raises(EnqueteError) as caught:
        opened(path, **options)  # type: ignore[arg-type]
    return caught.value


def test_a_word_document_is_recognised_by_what_it_holds(tmp_path):
    file = opened(
        zipped(tmp_path / "E01.docx", {"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": "<a/>"})
    )
    assert (file.type, file.name, file.size) == (FileType.DOCX, "E01.docx", file.path.stat().st_size)
    assert len(file.sha256) == 64


def test_a_missing_file_is_named(tmp_path):
    assert str(refusal(tmp_path / "E09.docx")).startswith("Le fichier « E09.docx » n'existe pas.")


def test_an_empty_file_says_so(tmp_path):
    (tmp_path / "E02.txt").touch()
    assert str(refusal(tmp_path / "E02.txt")).startswith("Le fichier « E02.txt » est vide (0 octet).")


def test_a_folder_is_not_a_file(tmp_path):
    (tmp_path / "E03.docx").mkdir()
    assert str(refusal(tmp_path / "E03.docx")).startswith("« E03.docx » est un dossier")


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "E04.txt")
    assert refusal(tmp_path / "E04.txt").code is Code.FILE_NOT_REGULAR


def test_a_file_beyond_the_limit_tells_both_sizes(tmp_path):
    path = tmp_path / "E06.txt"
    path.write_bytes(b"a" * 3000)
    assert "pèse 2,9 Ko, au-delà de la limite de 1,0 Ko" in str(refusal(path, limits=Limits(file=1024)))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "une image"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(range(32)) * 30, "un enregistrement audio ou vidéo"),
        (b"\x7fELF\x02\x01\x01" + bytes(60), "un programme"),
        (bytes(range(256)) * 20, "des données binaires"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "un PDF"),
    ],
)
def test_a_binary_renamed_txt_is_told_for_what_it_is(tmp_path, content, found):
    path = tmp_path / "E07.txt"
    path.write_bytes(content)
    assert str(refusal(path)) == (
        f"« E07.txt » n'est pas du texte : son contenu est {found}. Exportez le texte depuis le logiciel d'origine."
    )


def test_a_text_renamed_docx_is_told_for_what_it_is(tmp_path):
    path = tmp_path / "E08.docx"
    path.write_text("ENQ : bonjour")
    assert "est en réalité du texte, pas un document Word comme son nom le dit" in str(refusal(path))


@pytest.mark.parametrize(
    "words", ["MZ est un sigle.", "ID3 : trois idées.", "BZh, prénom breton.", "PAR ici"]
)
def test_words_that_begin_like_a_program_stay_words(tmp_path, words):
    path = tmp_path / "E10.txt"
    path.write_text(words)
    assert opened(path).type is FileType.TEXT


def test_a_word_97_document_is_asked_in_docx(tmp_path):
    path = tmp_path / "E11.docx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "WordDocument".encode("utf-16-le"))
    assert "ancien format Word (.doc). Ouvrez-le (Word, LibreOffice) et enregistrez-le en .docx" in str(
        refusal(path)
    )


def test_a_password_protected_word_document(tmp_path):
    path = tmp_path / "E12.docx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(70_000) + "EncryptedPackage".encode("utf-16-le")
    )
    assert str(refusal(path)).startswith("« E12.docx » est protégé par un mot de passe.")


def test_a_password_protected_odt(tmp_path):
    manifest = "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    entries = {"mimetype": "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml": manifest}
    assert refusal(zipped(tmp_path / "E13.odt", entries)).code is Code.FILE_PASSWORD


def test_a_locked_zip(tmp_path):
    path = zipped(tmp_path / "E14.zip", {"a.csv": "x"})
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, data.index(b"PK\x01\x02") + 8, 1)
    struct.pack_into("<H", data, 6, 1)
    path.write_bytes(data)
    assert refusal(path).code is Code.FILE_PASSWORD


def test_a_bomb_is_refused_from_its_table_of_contents(tmp_path):
    path = zipped(tmp_path / "E15.zip", {"a.txt": bytes(3_000_000)})
    error = refusal(path, limits=Limits(unpacked=1_000_000))
    assert error.code is Code.ARCHIVE_BOMB
    assert "se déploierait en 2,9 Mo pour" in str(error)


def test_a_small_file_that_swells_too_much_is_a_bomb(tmp_path):
    path = zipped(tmp_path / "E16.zip", {"a.txt": bytes(3_000_000)})
    assert refusal(path, limits=Limits(ratio_from=1_000_000)).code is Code.ARCHIVE_BOMB


def test_an_entry_that_lies_about_its_size_is_damaged_not_endless(tmp_path):
    path = zipped(tmp_path / "E17.zip", {"a.txt": bytes(3_000_000)})
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 10)
    path.write_bytes(data)
    with open_zip(path) as archive, pytest.raises(EnqueteError, match=r"la partie « a\.txt » ne se lit pas"):
        archive.read("a.txt")


def test_reading_stops_when_the_entries_read_outgrow_the_limit(tmp_path):
    path = zipped(tmp_path / "E18.zip", {"a.txt": os.urandom(600)})
    with open_zip(path, limits=Limits(unpacked=1000)) as archive:
        archive.read("a.txt")
        with pytest.raises(EnqueteError, match="se déploierait en"):
            archive.read("a.txt")


@pytest.mark.parametrize(
    ("name", "what"),
    [("../../etc/passwd", "un chemin qui sort"), ("C:/x", "un chemin qui sort"), ("/x", "un chemin")],
)
def test_an_entry_that_points_outside_is_refused(tmp_path, name, what):
    assert what in str(refusal(zipped(tmp_path / "E19.zip", {name: "x"})))


def test_two_entries_of_the_same_name_are_refused(tmp_path):
    path = tmp_path / "E20.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a", "1")
        archive.writestr("a", "2")
    assert "deux parties du même nom" in str(refusal(path))


def test_too_many_entries_are_refused(tmp_path):
    path = zipped(tmp_path / "E21.zip", {f"{rank}": "" for rank in range(12)})
    assert "12 parties" in str(refusal(path, limits=Limits(entries=10)))


def test_an_unusual_compression_is_refused(tmp_path):
    path = tmp_path / "E22.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", "x" * 100)
    assert "une compression inhabituelle" in str(refusal(path))


def test_overlapping_entries_are_refused(tmp_path):
    path = zipped(tmp_path / "E23.zip", {"a": "x" * 500, "b": "y" * 500})
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", data, second + 42, 8)
    path.write_bytes(data)
    assert "se recouvrent" in str(refusal(path))


def test_a_truncated_docx_is_damaged(tmp_path):
    path = zipped(tmp_path / "E24.docx", {"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": "<a/>"})
    path.write_bytes(path.read_bytes()[:-30])
    assert "« E24.docx » est abîmé ou incomplet (archive zip illisible ou tronquée)" in str(refusal(path))


def test_a_missing_part_is_named(tmp_path):
    with (
        open_zip(zipped(tmp_path / "E25.zip", {"a": "x"})) as archive,
        pytest.raises(EnqueteError, match="« b » manque"),
    ):
        archive.read("b")


def test_archives_nest_twice_at_most(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"a": "x"}).read_bytes()
    middle = zipped(tmp_path / "middle.zip", {"inner.zip": inner}).read_bytes()
    path = zipped(tmp_path / "E26.zip", {"middle.zip": middle})
    with open_zip(path) as archive, archive.nested("middle.zip") as nested:
        assert nested.names() == ["inner.zip"]
        with pytest.raises(EnqueteError, match="des archives emboîtées"), nested.nested("inner.zip"):
            raise AssertionError("trop profond")


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
LEAK = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize("data", [BOMB, LEAK, BOMB.decode().encode("utf-16")], ids=["bomb", "leak", "utf-16"])
@pytest.mark.parametrize("doctype", [True, False])
def test_declared_entities_are_refused(data, doctype):
    with pytest.raises(EnqueteError, match="refusé par prudence") as caught:
        parse_xml(data, file="E27.trs", doctype=doctype)
    assert caught.value.code is Code.XML_FORBIDDEN


def test_a_bare_document_type_passes_only_where_it_is_usual():
    data = b'<?xml version="1.0"?><!DOCTYPE Trans SYSTEM "trans-14.dtd"><Trans/>'
    assert parse_xml(data, file="E28.trs", doctype=True).tag == "Trans"
    with pytest.raises(EnqueteError, match=r"une déclaration de type \(DOCTYPE\)"):
        parse_xml(data, file="E28.docx")


def test_broken_xml_is_located():
    with pytest.raises(
        EnqueteError, match=r"« E29\.docx » n'est pas lisible à la ligne 2 de word/document\.xml"
    ):
        parse_xml(b"<a>\n<b></a>", file="E29.docx", part="word/document.xml")


def test_too_deep_xml_is_refused_not_a_crash():
    with pytest.raises(EnqueteError, match="n'est pas lisible"):
        parse_xml(b"<a>" * 100_000 + b"</a>" * 100_000, file="E30.eaf")


FRENCH = "L'été à Mende, où ça coûte cher ; déjà, la fenêtre, Noël."


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman", "cp850"],
)
def test_french_is_read_in_every_encoding_people_use(tmp_path, encoding):
    path = tmp_path / "E31.txt"
    path.write_bytes(FRENCH.encode(encoding))
    assert read_text(path).text == FRENCH


def test_a_few_foreign_bytes_in_utf8_do_not_spoil_the_rest(tmp_path):
    path = tmp_path / "E32.txt"
    path.write_bytes((FRENCH * 3).encode() + "é".encode("cp1252"))
    read = read_text(path)
    assert (read.text, read.encoding, read.foreign) == (FRENCH * 3 + "é", "utf-8", 1)


@pytest.mark.parametrize(
    ("damaged", "repaired"),
    [
        ("Ã©tÃ© Ã\u00a0 lâ€™ombre", "été à l’ombre"),
        ("nationalitÈ franÁaise", "nationalité française"),
        ("l'âge de la TÂCHE : « ÂGÉ »", "l'âge de la TÂCHE : « ÂGÉ »"),
        ("Â« oui Â» Å“uvre", "« oui » œuvre"),
    ],
)
def test_damaged_accents_are_repaired_and_right_ones_left(damaged, repaired):
    assert mended(damaged)[0] == repaired


def test_a_forced_encoding_is_obeyed_or_refused():
    assert decoded(b"\x82t\x82", file="a.csv", encoding="cp850").text == "été"
    with pytest.raises(EnqueteError, match=r"« a\.csv » n'est pas encodé en utf-8 \(octet 1\)"):
        decoded(b"a\x82", file="a.csv", encoding="utf-8")
    with pytest.raises(EnqueteError, match="L'encodage « klingon » n'existe pas"):
        decoded(b"a", file="a.csv", encoding="klingon")


LETTERS = st.text(alphabet="abc déèêàçùœÉ’«»\u00a0\n'.,;?", min_size=1)


@given(LETTERS)
def test_right_french_is_never_touched(text):
    assert decoded(text.encode(), file="x").text == text
    assert mended(text) == (text, 0)


@given(LETTERS)
def test_utf8_read_as_windows_comes_back(text):
    damaged = text.encode().decode("cp1252", errors="habitat_enquete.hole")
    assert mended(damaged)[0] == text


@given(st.binary(max_size=400))
def test_any_bytes_become_a_text_or_a_french_refusal(data):
    text = decoded(data, file="x").text
    assert "\r" not in text


@pytest.mark.parametrize(("size", "shown"), [(300, "300 octets"), (3_400_000, "3,2 Mo"), (5 << 30, "5,0 Go")])
def test_weights_are_french(size, shown):
    assert weight(size) == shown


def test_a_file_the_system_refuses_says_why(tmp_path, monkeypatch):
    path = tmp_path / "E33.txt"
    path.write_text("bonjour")

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", forbidden)
    assert str(refusal(path)) == (
        "Le fichier « E33.txt » ne peut pas être lu : la lecture en est interdite. "
        "Fermez-le s'il est ouvert ailleurs, puis vérifiez vos droits."
    )


def test_a_zip_locked_by_a_strong_cipher_asks_for_no_password_either(tmp_path):
    path = zipped(tmp_path / "E34.zip", {"a.csv": "x"})
    data = bytearray(path.read_bytes())
    struct.pack_into("<HH", data, data.index(b"PK\x01\x02") + 8, 1, 99)
    path.write_bytes(data)
    assert refusal(path).code is Code.FILE_PASSWORD
