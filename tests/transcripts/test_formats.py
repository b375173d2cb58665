"""Every format people bring, written here in full, and every way it can be broken."""

from __future__ import annotations

import json

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.text import DocumentKind

# ── Word ───────────────────────────────────────────────────────────────────────────────────────────────────────
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def run(text: str, look: str = "") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(*inside: str) -> str:
    return f"<w:p>{''.join(inside)}</w:p>"


def docx(*blocks: str, **parts: str) -> dict[str, str]:
    body = f"<w:document {W}><w:body>{''.join(blocks)}</w:body></w:document>"
    others = {f"word/{name}.xml": text for name, text in parts.items()}
    return {"[Content_Types].xml": TYPES, "word/document.xml": body} | others


def cells(*row: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in row) + "</w:tr>"


def test_word_paragraphs_runs_breaks_and_positions(interview):
    found = interview(
        "E01.docx",
        docx(
            par(run("Entretien 1", "<w:b/>")),
            par(run("["), run("Chercheur"), run("] (0:01 - 0:"), run("11)")),
            par(run("Comment êtes-vous "), run("arrivée ?")),
            par(),
            par(run("[Interviewe] (0:11 - 0:20)")),
            par(
                run("Par hasard."),
                "<w:r><w:br/></w:r>",
                run("Puis on est restés."),
                "<w:r><w:tab/></w:r>",
                run("Voilà."),
            ),
        ),
    )
    assert found.turns == [
        ("Chercheur", "Comment êtes-vous arrivée ?"),
        ("Interviewe", "Par hasard.\nPuis on est restés.\tVoilà."),
    ]
    assert found.times == [(1.0, 11.0), (11.0, 20.0)]
    assert found.positions == ["§ 2", "§ 5"]
    assert found.document.title == "Entretien 1"


def test_word_deleted_and_hidden_words_are_left_out_and_counted(interview):
    found = interview(
        "E02.docx",
        docx(
            par(run("ENQ : Et le loyer ?")),
            par(
                run("LOC : Le loyer "),
                f"<w:del>{run('de Mme Roche ').replace('w:t', 'w:delText')}</w:del>",
                f"<w:ins>{run('du studio ')}</w:ins>",
                run("secret ", "<w:vanish/>"),
                run("est cher."),
            ),
        ),
    )
    assert found.turns[1] == ("LOC", "Le loyer du studio est cher.")
    assert [told.message for told in found.problems] == [
        "« E02.docx » : texte supprimé en suivi des modifications ou masqué, non lu : 1 passage. "
        "Acceptez ou refusez les modifications pour trancher.",
        "« E02.docx » : texte masqué, non lu : 1 passage. Affichez-le s'il fait partie de l'entretien.",
    ]


def test_word_tables_nested_tables_text_boxes_and_content_controls(interview):
    inner = f"<w:tbl>{cells(par(run('dans la cave')))}</w:tbl>"
    table = (
        "<w:tbl>"
        + cells(par(run("ENQ")), par(run("Où était-ce ?")))
        + cells(par(run("LOC")), par(run("Là-bas,")) + inner + par(run("en bas.")))
        + "</w:tbl>"
    )
    box = (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice>'
        f"<w:txbxContent>{par(run('Une boîte.'))}</w:txbxContent></mc:Choice><mc:Fallback>"
        f"<w:txbxContent>{par(run('Une boîte.'))}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
    )
    control = f"<w:sdt><w:sdtContent>{par(run('Un champ.'))}</w:sdtContent></w:sdt>"
    found = interview("E03.docx", docx(table, par(run("Après."), box), control))
    assert found.turns == [
        ("ENQ", "Où était-ce ?"),
        ("LOC", "Là-bas,\ndans la cave\nen bas.\nAprès.\nUne boîte.\nUn champ."),
    ]
    assert found.positions == ["tableau 1, ligne 1, colonne 2", "tableau 1, ligne 2, colonne 2"]


def test_word_notes_and_comments_are_kept_beside(interview):
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    comment = '<w:r><w:commentReference w:id="0"/></w:r>'
    found = interview(
        "E04.docx",
        docx(
            par(run("ENQ : Et la mairie ?")),
            par(run("LOC : Elle aide"), reference, run(" peu."), comment),
            footnotes=f'<w:footnotes {W}><w:footnote w:id="2">{par(run("Le CCAS."))}</w:footnote></w:footnotes>',
            comments=f'<w:comments {W}><w:comment w:id="0" w:author="X">{par(run("À vérifier."))}</w:comment></w:comments>',
        ),
    )
    assert found.turns[1] == ("LOC", "Elle aide peu.")
    assert found.beside("note") == ["Le CCAS.", "À vérifier."]


def test_word_bold_comes_from_styles_too(interview):
    styles = (
        f'<w:styles {W}><w:style w:styleId="Q"><w:rPr><w:b/></w:rPr></w:style>'
        '<w:style w:styleId="QQ"><w:basedOn w:val="Q"/></w:style></w:styles>'
    )
    asked = '<w:p><w:pPr><w:pStyle w:val="QQ"/></w:pPr>{}</w:p>'
    blocks = [asked.format(run("Où ?")), par(run("Ici.")), asked.format(run("Quand ?")), par(run("Hier."))]
    found = interview("E05.docx", docx(*blocks, styles=styles))
    assert found.turns == [
        ("Question (en gras)", "Où ?"), ("Réponse", "Ici."), ("Question (en gras)", "Quand ?"), ("Réponse", "Hier."),
    ]  # fmt: skip


def test_word_bullets_made_of_typed_dashes_are_a_dialogue(interview):
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl>'
        '</w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )
    item = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="5"/></w:numPr></w:pPr>{}</w:p>'
    found = interview("E06.docx", docx(*(item.format(run(words)) for words in ("Où ?", "Ici.", "Quand ?", "Hier."))
                                       , numbering=numbering))  # fmt: skip
    assert found.turns == [("Voix 1", "Où ?"), ("Voix 2", "Ici."), ("Voix 1", "Quand ?"), ("Voix 2", "Hier.")]


def test_a_decomposed_accent_across_two_runs_is_one_letter(interview):
    found = interview(
        "E07.docx", docx(par(run("ENQ : e"), run("\u0301te\u0301 ?", "<w:b/>")), par(run("LOC : Oui.")))
    )
    assert found.turns[0] == ("ENQ", "été ?")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"[Content_Types].xml": TYPES}, "la partie « word/document.xml » manque"),
        (
            docx() | {"word/document.xml": "<w:document"},
            "n'est pas lisible à la ligne 1 de word/document.xml",
        ),
        (docx() | {"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "refusé par prudence"),
        (docx(par()), "ne contient aucun mot"),
    ],
)
def test_a_broken_word_document_is_told(interview, content, told):
    with pytest.raises(EnqueteError, match=told):
        interview("E08.docx", content)


# ── OpenDocument ───────────────────────────────────────────────────────────────────────────────────────────────
ODF = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in [
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing"),
        ("fo", "xsl-fo-compatible"),
    ]
)  # fmt: skip


def odt(body: str) -> dict[str, str]:
    styles = '<style:style style:name="T1"><style:text-properties fo:font-weight="bold"/></style:style>'
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}


def test_opendocument_paragraphs_lists_tables_notes_and_deletions(interview):
    found = interview(
        "E10.odt",
        odt(
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>Mme Roche</text:p></text:deletion>"
            "</text:changed-region></text:tracked-changes>"
            '<text:p>ENQ : <text:span text:style-name="T1">Où<text:s text:c="2"/>vivez-vous ?</text:span></text:p>'
            "<text:p>LOC : Ici<text:note><text:note-body><text:p>À Mende.</text:p></text:note-body></text:note>, en ville."
            "<office:annotation><text:p>Revoir.</text:p></office:annotation></text:p>"
            "<text:list><text:list-item><text:p>Un studio</text:p></text:list-item></text:list>"
            "<table:table><table:table-row><table:table-cell><text:p>ENQ</text:p></table:table-cell>"
            "<table:table-cell><text:p>Et avant ?</text:p></table:table-cell></table:table-row></table:table>"
            "<text:p>LOC<text:tab/>Ailleurs.<draw:frame><draw:text-box><text:p>Note</text:p></draw:text-box></draw:frame></text:p>"
        ),
    )
    assert found.turns == [
        ("ENQ", "Où  vivez-vous ?"),
        ("LOC", "Ici, en ville.\nUn studio"),
        ("ENQ", "Et avant ?"),
        ("LOC", "Ailleurs.\nNote"),
    ]
    assert found.beside("note") == ["À Mende.", "Revoir."]
    assert found.beside("emphasis") == ["Où  vivez-vous ?"]
    assert found.codes == ["TRANSCRIPT_DELETED_TEXT"]
    assert found.positions == ["§ 1", "§ 2", "tableau 1, ligne 1, colonne 2", "§ 4"]


# ── RTF ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_rtf_accents_bold_notes_deletions_and_unknown_destinations(interview):
    found = interview(
        "E11.rtf",
        rb"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0 Arial;}}{\*\generator Riched20;}{\info{\author Mme Roche}}"
        rb"\pard ENQ\'a0: {\b O\'f9 vivez-vous\'a0?}\par "
        rb"LOC\'a0: \u192?Mende{\footnote\pard Pr\'e9fecture.}, l\'92\'e9t\'e9{\deleted  cach\'e9} \u8211?"
        rb" \{oui\}.\line Voil\'e0.\par}",
    )
    assert found.turns == [
        ("ENQ", "Où vivez-vous\u00a0?"),
        ("LOC", "ÀMende, l’été – {oui}.\nVoilà."),
    ]
    assert found.beside("note") == ["Préfecture."]
    assert found.beside("emphasis") == ["Où vivez-vous\u00a0?"]
    assert found.codes == ["TRANSCRIPT_DELETED_TEXT"]


def test_rtf_astral_code_points_and_mac_encoding(interview):
    found = interview("E12.rtf", rb"{\rtf1\mac ENQ : \u-10179?\u-8704? \'8et\'8e ?\par LOC : Oui.\par}")
    assert found.turns[0] == ("ENQ", "😀 été ?")


def test_rtf_that_nests_without_end_is_refused(interview):
    with pytest.raises(EnqueteError, match="groupes RTF emboîtés sans fin"):
        interview("E13.rtf", b"{\\rtf1 " + b"{" * 100_000)


# ── PDF ────────────────────────────────────────────────────────────────────────────────────────────────────────
def pdf(*pages: list[str], encrypt: bool = False) -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for lines in pages:
        shown = b"".join(
            b"(" + line.encode("cp1252").replace(b"(", b"\\(").replace(b")", b"\\)") + b") Tj T* "
            for line in lines
        )
        stream = b"BT /F1 11 Tf 14 TL 50 780 Td " + shown + b"ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % len(objects)
        )
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (
        len(kids),
        b" ".join(b"%d 0 R" % kid for kid in kids),
    )
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    lock = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>]" % (
        b"ab" * 32,
        b"cd" * 32,
    )
    return data + b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1, lock if encrypt else b"", start,
    )  # fmt: skip


LONG = "LOC : On cherchait une maison avec un jardin assez grand pour les enfants et"


def test_pdf_lines_become_paragraphs_and_running_heads_leave(interview):
    pages = [
        [
            "Étude habitat - entretien 4",
            "ENQ : Comment êtes-vous arrivés ?",
            LONG,
            "pas trop loin de l'école.",
            "1",
        ],
        ["Étude habitat - entretien 4", "ENQ : Et le loyer ?", "LOC : Il est cher.", "2"],
        ["Étude habitat - entretien 4", "ENQ : Et demain ?", "LOC : On verra.", "3"],
    ]
    found = interview("E14.pdf", pdf(*pages))
    assert found.turns == [
        ("ENQ", "Comment êtes-vous arrivés ?"),
        ("LOC", f"{LONG[6:]} pas trop loin de l'école."),
        ("ENQ", "Et le loyer ?"),
        ("LOC", "Il est cher."),
        ("ENQ", "Et demain ?"),
        ("LOC", "On verra."),
    ]
    assert found.positions == ["p. 1", "p. 1", "p. 2", "p. 2", "p. 3", "p. 3"]
    heads = [head for head in found.beside("header") if head not in {"ENQ :", "LOC :"}]
    assert heads == [line for number in "123" for line in ("Étude habitat - entretien 4", number)]


def test_a_scanned_pdf_asks_for_ocr(interview):
    with pytest.raises(EnqueteError, match=r"« E15\.pdf » \(2 pages\) ne contient que des images .* \(OCR\)"):
        interview("E15.pdf", pdf([], []))


def test_a_locked_pdf_and_a_broken_one(interview):
    with pytest.raises(EnqueteError, match=r"« E16\.pdf » est protégé par un mot de passe"):
        interview("E16.pdf", pdf(["Bonjour"], encrypt=True))
    with pytest.raises(EnqueteError, match=r"« E17\.pdf » est abîmé ou incomplet \(PDF illisible\)"):
        interview("E17.pdf", b"%PDF-1.7\n" + b"rien" * 100)


# ── subtitles ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_srt_with_names_and_broken_times_keeps_every_word(interview):
    found = interview(
        "E20.srt",
        "1\r\n00:00:01,000 --> 00:00:04,000\r\nJULIE : Comment êtes-vous\r\narrivés ici ?\r\n\r\n"
        "2\r\n00:00:04,500 --> 00:00:06,000\r\nMARIE : Par hasard,\r\n\r\n"
        "3\r\n00:00:09,000 --> 00:00:07,000\r\n<i>vraiment</i> par hasard.\r\n\r\n"
        "4\r\n00:xx:10,000 --> 00:00:12,000\r\nJULIE : Ah ?\r\n\r\n5\r\n00:00:13,000 --> 00:00:14,000\r\nMARIE : Oui.\r\n",
    )
    assert found.turns == [
        ("JULIE", "Comment êtes-vous arrivés ici ?"),
        ("MARIE", "Par hasard, vraiment par hasard."),
        ("JULIE", "Ah ?"),
        ("MARIE", "Oui."),
    ]
    assert found.times == [(1.0, 4.0), (4.5, 6.0), (None, None), (13.0, 14.0)]
    assert found.positions == ["sous-titre 1", "sous-titre 2", "sous-titre 4", "sous-titre 5"]
    assert [told.message.split(" : ")[0] for told in found.problems] == [
        "E20.srt, ligne 11",
        "E20.srt, ligne 15",
    ]


def test_srt_without_blank_lines_nor_names_is_one_stream_cut_at_silences(interview):
    found = interview(
        "E21.srt",
        "1\n00:00:01,000 --> 00:00:02,000\non est arrivés\n2\n00:00:02,100 --> 00:00:03,000\nen mars\n"
        "3\n00:00:08,000 --> 00:00:09,000\nle loyer\n",
    )
    assert [text for _, text in found.turns] == ["on est arrivés en mars", "le loyer"]
    assert found.times == [(1.0, 3.0), (8.0, 9.0)]
    assert found.codes == ["TRANSCRIPT_NO_SPEAKER"]


def test_vtt_voices_notes_tags_and_entities(interview):
    found = interview(
        "E22.vtt",
        "WEBVTT - visio\n\nNOTE relu le 3 mars\n\nSTYLE\n::cue { color: red }\n\n"
        "intro\n00:01.000 --> 00:04.000 align:start\n<v Julie Roux>Comment <c.loud>êtes</c>-vous arrivés ?</v>\n\n"
        "00:05.000 --> 00:07.000\n<v Marie>Par hasard &amp; en <00:06.000>mars.\n\n00:07.000 --> 00:08.000\n<v Marie>Voilà.</v>\n",
    )
    assert found.turns == [
        ("Julie Roux", "Comment êtes-vous arrivés ?"),
        ("Marie", "Par hasard & en mars. Voilà."),
    ]
    assert found.times == [(1.0, 4.0), (5.0, 8.0)]
    assert found.beside("time") == ["0:05–0:07", "0:07–0:08"]
    assert found.roles == {"Julie Roux": "interviewer", "Marie": "informant"}
    assert "relu le 3 mars" in found.beside("note")


def test_rolling_captions_say_each_line_once(interview):
    cues = ["on est", "on est\narrivés", "arrivés\nen mars", "en mars\ndernier", "dernier\nvoilà"]
    text = "WEBVTT\n\n" + "".join(f"00:0{n}.000 --> 00:0{n + 1}.000\n{cue}\n\n" for n, cue in enumerate(cues))
    assert [words for _, words in interview("E23.vtt", text).turns] == [
        "on est arrivés en mars dernier voilà"
    ]


def test_change_signs_of_captions_alternate_two_voices(interview):
    cues = [">> Comment ça va ?", ">> Bien.", ">> Et le loyer ?", ">> Cher."]
    text = "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{cue}\n\n" for n, cue in enumerate(cues, start=1)
    )
    found = interview("E24.srt", text)
    assert found.turns == [
        ("Voix 1", "Comment ça va ?"),
        ("Voix 2", "Bien."),
        ("Voix 1", "Et le loyer ?"),
        ("Voix 2", "Cher."),
    ]
    assert "« >> »" in found.problems[0].message


def test_a_subtitle_file_without_cues_is_told(interview):
    with pytest.raises(EnqueteError, match="ne contient aucun mot") as caught:
        interview("E25.vtt", "WEBVTT\n\nNOTE vide\n")
    assert [told.code for told in caught.value.problems] == ["SUBTITLE_NO_CUE"]


# ── Praat, ELAN, Transcriber, CHAT, TEI ────────────────────────────────────────────────────────────────────────
LONG_GRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 9
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "ENQ"
        xmin = 0
        xmax = 9
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 2.5
            text = "Comment êtes-vous ""arrivés"" ?"
        intervals [2]:
            xmin = 2.5
            xmax = 6
            text = ""
        intervals [3]:
            xmin = 6
            xmax = 9
            text = "ah bon ?"
    item [2]:
        class = "IntervalTier"
        name = "MARIE"
        xmin = 0
        xmax = 9
        intervals: size = 4
        intervals [1]:
            xmin = 0
            xmax = 2.4
            text = "#"
        intervals [2]:
            xmin = 2.4
            xmax = 4
            text = "par hasard"
        intervals [3]:
            xmin = 4
            xmax = 5.5
            text = "en mars"
        intervals [4]:
            xmin = 5.5
            xmax = 9
            text = "_"
    item [3]:
        class = "TextTier"
        name = "notes"
        xmin = 0
        xmax = 9
        points: size = 1
        points [1]:
            number = 3
            mark = "rit"
"""
SHORT_GRID = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n9\n<exists>\n2\n"IntervalTier"\n"ENQ"\n0\n9\n1\n0\n2\n"Où ?"\n'
    '"IntervalTier"\n"LOC"\n0\n9\n1\n1.5\n4\n"Ici."\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_a_long_textgrid_in_any_encoding(interview, encoding):
    found = interview("E30.TextGrid", LONG_GRID.encode(encoding))
    assert found.turns == [
        ("ENQ", 'Comment êtes-vous "arrivés" ?'),
        ("MARIE", "par hasard en mars"),
        ("ENQ", "ah bon ?"),
    ]
    assert found.times == [(0.0, 2.5), (2.4, 5.5), (6.0, 9.0)]
    assert found.positions == ["intervalle 1 (ENQ)", "intervalle 2 (MARIE)", "intervalle 3 (ENQ)"]
    assert found.beside("pause") == ["#", "_"]
    assert found.beside("note") == ["notes : rit"]


def test_a_short_textgrid_with_overlapping_turns(interview):
    found = interview("E31.TextGrid", SHORT_GRID)
    assert found.turns == [("ENQ", "Où ?"), ("LOC", "Ici.")]
    assert found.times == [(0.0, 2.0), (1.5, 4.0)]


def test_derived_tiers_are_left_aside_and_told(interview):
    phones = '"IntervalTier"\n"MARIE - phones"\n0\n9\n2\n0\n1\n"i"\n1\n2\n"s"\n'
    pieces = '"IntervalTier"\n"LOC mots"\n0\n9\n2\n1.5\n2\n"Ici."\n2\n4\n""\n'
    found = interview("E32.TextGrid", SHORT_GRID.replace("<exists>\n2", "<exists>\n4") + phones + pieces)
    assert [text for _, text in found.turns] == ["Où ?", "Ici."]
    assert "les pistes « MARIE - phones », « LOC mots » ne sont pas de la parole" in found.problems[0].message


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (LONG_GRID[:700], r"E33\.TextGrid, ligne \d+ : ce TextGrid n'est plus lisible"),
        ("bonjour", r"E33\.TextGrid, ligne 1 : ce TextGrid"),
        ("ooBinaryFile\x08TextGrid" + "x" * 2000, "TextGrid binaire"),
    ],
)
def test_a_broken_textgrid_is_located(interview, content, told):
    with pytest.raises(EnqueteError, match=told):
        interview("E33.TextGrid", content)


def test_elan_tiers_participants_and_dependent_comments(interview):
    slots = "".join(f'<TIME_SLOT TIME_SLOT_ID="t{n}" TIME_VALUE="{n * 1000}"/>' for n in (1, 3))
    slots += '<TIME_SLOT TIME_SLOT_ID="tx"/><TIME_SLOT TIME_SLOT_ID="t9" TIME_VALUE="9000"/>'

    def said(id: str, first: str, last: str, text: str) -> str:
        return (
            f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{id}" TIME_SLOT_REF1="{first}" TIME_SLOT_REF2="{last}">'
            f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
        )

    remark = (
        '<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a9" ANNOTATION_REF="a2"><ANNOTATION_VALUE>hésite</ANNOTATION_VALUE>'
        "</REF_ANNOTATION></ANNOTATION>"
    )
    found = interview(
        "E34.eaf",
        f'<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT><TIME_ORDER>{slots}</TIME_ORDER>'
        f'<TIER TIER_ID="A" PARTICIPANT="Julie">{said("a1", "t1", "t3", "Où ?")}</TIER>'
        f'<TIER TIER_ID="Marie">{said("a2", "t3", "tx", "Ici,")}{said("a3", "tx", "t9", "voilà.")}</TIER>'
        f'<TIER TIER_ID="remarques" PARENT_REF="Marie">{remark}</TIER></ANNOTATION_DOCUMENT>',
    )
    assert found.turns == [("Julie", "Où ?"), ("Marie", "Ici, voilà.")]
    assert found.times == [(1.0, 3.0), (3.0, 9.0)]
    assert found.beside("note") == ["remarques : hésite"]


def test_transcriber_overlaps_events_and_comments(interview):
    found = interview(
        "E35.trs",
        '<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE Trans SYSTEM "trans-14.dtd"><Trans><Speakers>'
        '<Speaker id="spk1" name="BV"/><Speaker id="spk2" name="Témoin"/></Speakers><Episode><Section>'
        '<Turn speaker="spk1" startTime="0" endTime="2"><Sync time="0"/>\nvous êtes arrivés comment ?\n</Turn>'
        '<Turn speaker="spk2" startTime="2" endTime="6.5"><Sync time="2"/>par hasard <Event desc="rire" type="noise" '
        'extent="instantaneous"/>\n<Sync time="4"/>en mars<Comment desc="date sûre ?"/></Turn>'
        '<Turn speaker="spk1 spk2" startTime="6.5" endTime="8"><Sync time="6.5"/><Who nb="1"/>ah bon\n<Who nb="2"/>oui oui</Turn>'
        "</Section></Episode></Trans>".encode("latin-1"),
    )
    assert found.turns == [
        ("BV", "vous êtes arrivés comment ?"),
        ("Témoin", "par hasard en mars"),
        ("BV", "ah bon"),
        ("Témoin", "oui oui"),
    ]
    assert found.times == [(0.0, 2.0), (2.0, 6.5), (6.5, 8.0), (6.5, 8.0)]
    assert found.beside("event") == ["[rire]"]
    assert found.beside("note") == ["date sûre ?"]
    assert found.roles == {"BV": "interviewer", "Témoin": "informant"}


def test_chat_codes_times_and_roles(interview):
    found = interview(
        "E36.cha",
        "@UTF8\n@Begin\n@Participants:\tINV Julie Investigator, MAR Marie Informant\n@Comment:\ten-tête\n"
        "*INV:\tcomment vous êtes arrivés ? \x150_2100\x15\n"
        "*MAR:\t<on est> [/] on est &-euh arrivés (.) par &=rires hasa(r)d xxx .\n\tet puis voilà . \x152100_5000\x15\n"
        "%mor:\tpro|on\n@Comment:\tle téléphone sonne\n*MAR:\toui +...\n@End\n",
    )
    assert found.turns == [
        ("INV", "comment vous êtes arrivés ?"),
        ("MAR", "on est on est euh arrivés par hasard. et puis voilà. oui"),
    ]
    assert found.times == [(0.0, 2.1), (2.1, 5.0)]
    assert found.beside("event") == ["&=rires"]
    assert found.beside("pause") == ["(.)"]
    assert found.beside("doubt") == ["xxx"]
    assert found.beside("note") == ["le téléphone sonne"]
    assert found.document.speakers[0].evidence == "d'après le format du fichier"


def test_tei_utterances_people_and_timeline(interview):
    found = interview(
        "E37.xml",
        '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Entretien 37</title></titleStmt></fileDesc>'
        '<profileDesc><particDesc><person xml:id="A" role="interviewer"><persName>Julie</persName></person>'
        '<person xml:id="B"><persName>Marie</persName></person></particDesc></profileDesc></teiHeader>'
        '<text><timeline unit="s"><when xml:id="T0" absolute="0"/><when xml:id="T1" interval="2.5" since="#T0"/></timeline><body>'
        '<u who="#A" start="#T0" end="#T1"><seg>Vous êtes  arrivés\n comment ?</seg></u>'
        '<u who="#B"><anchor synch="#T1"/>par <pause dur="PT1S"/><unclear>hasard</unclear> <vocal><desc>rire</desc></vocal>oui</u>'
        "</body></text></TEI>",
    )
    assert found.turns == [("Julie", "Vous êtes arrivés comment ?"), ("Marie", "par hasard oui")]
    assert found.times == [(0.0, 2.5), (2.5, 2.5)]
    assert (found.beside("pause"), found.beside("doubt"), found.beside("event")) == (
        ["PT1S"],
        ["hasard"],
        ["rire"],
    )
    assert found.document.title == "Entretien 37"


def test_an_unknown_xml_is_told(interview):
    with pytest.raises(EnqueteError, match=r"« E38\.xml » est un XML inconnu \(élément « recette »\)"):
        interview("E38.xml", '<?xml version="1.0"?><recette>sel</recette>')


# ── JSON and HTML ──────────────────────────────────────────────────────────────────────────────────────────────
SAID = [("Où vivez-vous ?", 0.0, 1.5), ("Ici, depuis mars.", 1.5, 4.0)]
WHISPERX = {
    "segments": [
        {"start": s, "end": e, "text": f" {t}", "speaker": f"SPEAKER_0{n}"}
        for n, (t, s, e) in enumerate(SAID)
    ]
}
ASSEMBLY = {
    "text": "Où vivez-vous ? Ici, depuis mars.",
    "words": [
        {"text": w, "start": 0, "end": 90} for w in ["Où", "vivez-vous", "?", "Ici,", "depuis", "mars."]
    ],
    "utterances": [
        {"speaker": "AB"[n], "text": t, "start": int(s * 1000), "end": int(e * 1000)}
        for n, (t, s, e) in enumerate(SAID)
    ],
}
OTTER = {
    "speakers": [{"id": 7, "name": "Julie"}, {"id": 8, "name": "Marie"}],
    "transcripts": [
        {"speaker_id": 7 + n, "transcript": t, "start_offset": s, "end_offset": e}
        for n, (t, s, e) in enumerate(SAID)
    ],
}
SONAL = {"entretien": {"locutions": [{"locuteur": "JM"[n], "texte": t, "debut": f"00:00:0{int(s)}", "fin": f"00:00:0{int(e)}"}
                                     for n, (t, s, e) in enumerate(SAID)]}}  # fmt: skip


@pytest.mark.parametrize(
    ("export", "labels", "times"),
    [
        (WHISPERX, ["SPEAKER_00", "SPEAKER_01"], [(0.0, 1.5), (1.5, 4.0)]),
        (ASSEMBLY, ["A", "B"], [(0.0, 1.5), (1.5, 4.0)]),
        (OTTER, ["Julie", "Marie"], [(0.0, 1.5), (1.5, 4.0)]),
        (SONAL, ["J", "M"], [(0.0, 1.0), (1.0, 4.0)]),
        (WHISPERX["segments"], ["SPEAKER_00", "SPEAKER_01"], [(0.0, 1.5), (1.5, 4.0)]),
    ],
    ids=["whisperx", "assemblyai", "otter", "sonal", "bare list"],
)
def test_json_of_each_tool(interview, export, labels, times):
    found = interview("E40.json", json.dumps(export))
    assert found.turns == list(zip(labels, [text for text, _, _ in SAID], strict=True))
    assert found.times == times
    assert list(found.roles.values()) == ["interviewer", "informant"]


def test_whisper_json_without_speakers(interview):
    cpp = {"transcription": [{"timestamps": {"from": "00:00:00,000", "to": "00:00:01,500"}, "offsets": {"from": 0, "to": 1500},
                              "text": " Où vivez-vous ?"}]}  # fmt: skip
    found = interview("E41.json", json.dumps(cpp))
    assert found.turns == [("Locuteur non identifié", "Où vivez-vous ?")]
    assert found.times == [(0.0, 1.5)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"a":\n', r"E42\.json, ligne 2 : ce JSON n'est pas lisible"),
        ('{"a": [1, 2]}', "aucune liste de prises de parole"),
        ("[" * 100_000, "ce JSON n'est pas lisible"),
    ],
)
def test_a_json_that_is_no_transcript(interview, content, told):
    with pytest.raises(EnqueteError, match=told):
        interview("E42.json", content)


def test_half_a_code_point_in_json_does_not_reach_the_store(interview):
    found = interview("E43.json", '{"segments": [{"start": 0, "end": 1, "text": "ah \\ud83d bon"}]}')
    assert found.document.text == "ah \ufffd bon"


def test_html_shows_what_a_browser_shows(interview):
    found = interview(
        "E44.html",
        "<!DOCTYPE html><html><head><title>E44</title><style>p{}</style></head><body><script>var a = 1;</script>"
        "<p><b>ENQ&nbsp;:</b> Où\n vivez-vous&nbsp;?</p><div>LOC : Ici,<br>voilà.</div>"
        "<table><tr><td>ENQ</td><td>Et avant ?</td></tr></table><p>LOC : Là.</p></body></html>",
    )
    assert found.turns == [
        ("ENQ", "Où vivez-vous\u00a0?"),
        ("LOC", "Ici,\nvoilà."),
        ("ENQ", "Et avant ?"),
        ("LOC", "Là."),
    ]


# ── plain text ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_txm_transcription_in_plain_text(interview):
    found = interview(
        "E50.txt",
        "Entretien du 12 mars (préambule)\n(0:00:00.0)\nENQ\tVous êtes arrivés comment ?\n"
        "LOC\tOn cherchait (rires) un jardin. (0:00:48.5)\n",
    )
    assert found.turns == [("ENQ", "Vous êtes arrivés comment ?"), ("LOC", "On cherchait un jardin.")]
    assert (found.beside("event"), found.beside("time")) == (["(rires)"], ["(0:00:48.5)"])


def test_lines_wrapped_by_hand_are_one_paragraph(interview):
    wrapped = "\n".join(["ENQ : Et le logement ?", *["LOC : " + "nous avons cherché une maison avec un jardin et puis un", *(
        ["garage pour la voiture que mon mari avait alors et le reste"] * 6), "voilà."]])  # fmt: skip
    found = interview("E51.txt", wrapped)
    assert "\n" not in found.turns[1][1]


def test_a_fifty_megabyte_line_is_refused_at_once(interview):
    with pytest.raises(EnqueteError, match=r"« E52\.txt » dépasse 20 Mo de texte"):
        interview("E52.txt", b"mot " * 12_500_000)


def test_an_endless_line_is_located(interview):
    with pytest.raises(EnqueteError, match=r"E53\.txt, ligne 2 : une seule ligne de 2 000 000 caractères"):
        interview("E53.txt", "ENQ : Bonjour.\n" + "oui " * 500_000)


def test_an_unknown_format_is_told(interview):
    with pytest.raises(EnqueteError, match=r"le format « \.pages » n'est pas lu"):
        interview("E54.pages", "bonjour")


def test_damaged_accents_are_repaired_and_told(interview):
    found = interview("E55.txt", "ENQ : OÃ¹ Ã©tiez-vous ?\nLOC : Ã\u00a0 Mende.\n")
    assert found.turns == [("ENQ", "Où étiez-vous ?"), ("LOC", "à Mende.")]
    assert found.problems[0].message.startswith("« E55.txt » portait des accents abîmés")


def test_foreign_bytes_are_told(interview):
    found = interview(
        "E56.txt",
        "ENQ : Où étiez-vous l'été ?\nLOC : À Mende, près du café, près d'".encode() + b"\xe9t\xe9.\n",
    )
    assert found.codes == ["ENCODING_MIXED"]
    assert found.document.kind is DocumentKind.INTERVIEW


def test_cues_that_name_their_voice_each_time_make_one_turn(interview):
    said = [
        "Julie Roux: Vous êtes arrivés quand ?",
        "Marie: En mars.",
        "Marie: Avec les enfants.",
        "Julie Roux: Pourquoi ?",
    ]
    cues = "".join(
        f"{n}\n00:00:0{n}.000 --> 00:00:0{n}.900\n{line}\n\n" for n, line in enumerate(said, start=1)
    )
    found = interview("E26.vtt", f"WEBVTT\n\n{cues}")
    assert found.turns == [
        ("Julie Roux", "Vous êtes arrivés quand ?"),
        ("Marie", "En mars. Avec les enfants."),
        ("Julie Roux", "Pourquoi ?"),
    ]
    assert found.times[1] == (2.0, 3.9)
    assert found.beside("header") == ["Julie Roux:", "Marie:", "Marie:", "Julie Roux:"]


def test_what_was_not_heard_is_a_doubt(interview):
    found = interview("E57.txt", "ENQ : Où étiez-vous ?\nLOC : À *** près de xxx.\n")
    assert found.turns[1] == ("LOC", "À près de.")
    assert found.beside("doubt") == ["***", "xxx"]


def test_a_tier_that_names_its_voices_inside_and_words_said_over_others(interview):
    tier = '"IntervalTier"\n"ortho"\n0\n9\n3\n0\n2\n"E: Où habites-tu ?"\n2\n4\n"ML: Ici, <E: d\'accord> à Mende."\n4\n9\n"E: Et avant ?"\n'
    found = interview(
        "E39.TextGrid", 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n9\n<exists>\n1\n' + tier
    )
    assert found.turns == [("E", "Où habites-tu ?"), ("ML", "Ici, à Mende."), ("E", "Et avant ?")]
    assert found.beside("note") == ["<E: d'accord>"]


def test_tei_blocks_of_the_iso_standard_with_tokens(interview):
    block = '<annotationBlock who="#{}"><u><seg>{}</seg></u></annotationBlock>'
    first = block.format("SPK0", "<w>ça</w><w>va</w><pc>?</pc>")
    second = block.format("SPK1", "<w>l'</w><w>été</w><w>oui</w><pc>.</pc>")
    found = interview(
        "E58.tei",
        f'<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"><text>{first}{second}</text></TEI>',
    )
    assert found.turns == [("SPK0", "ça va?"), ("SPK1", "l'été oui.")]


@pytest.mark.parametrize(
    "inside", ["<div>" * 5000 + "fin", "<p>" + "mot " * 3_000_000 + "</p>fin"], ids=["deep", "huge"]
)
def test_html_that_would_be_cut_short_is_refused(interview, inside):
    with pytest.raises(EnqueteError, match="balises emboîtées sans fin ou texte démesuré"):
        interview("E59.html", f"<html><body><p>ENQ : Oui ?</p>\n{inside}\n</body></html>")


@pytest.mark.parametrize("name", ["E60.docx", "E60.odt"])
def test_a_document_that_nests_without_end_is_refused(interview, name):
    deep = "<w:sdt><w:sdtContent>" * 3000 + "</w:sdtContent></w:sdt>" * 3000
    content = docx(deep) if name.endswith("docx") else odt("<text:section>" * 3000 + "</text:section>" * 3000)
    with pytest.raises(EnqueteError, match="n'est pas lisible à la ligne 1"):
        interview(name, content)


def test_pdf_words_cut_at_the_end_of_a_line_and_true_hyphens(interview):
    page = [
        "ENQ : Et ce logement, celui-ci, vous l'avez trouvé par une annonce ?",
        "LOC : On a longtemps cherché avant de trouver cette maison, un loge-",
        "ment assez grand, et ce n'était pas le premier, mais bien celui-",
        "ci, avec le jardin et la rue calme, tout près de la gare et de Pont-",
        "Neuf, et puis nous y sommes restés.",
    ]
    assert interview("E18.pdf", pdf(page)).turns[1] == (
        "LOC",
        "On a longtemps cherché avant de trouver cette maison, un logement assez grand, et ce n'était pas le premier, "
        "mais bien celui-ci, avec le jardin et la rue calme, tout près de la gare et de Pont-Neuf, et puis nous y sommes restés.",
    )


def test_pdf_labels_at_the_top_of_each_page_are_not_running_heads(interview):
    pages = [
        ["[Julie]", f"Et en 201{n} ?", "[Marie]", "On cherchait.", "[Julie]", "Ah ?", "[Marie]", f"Oui, {n}."]
        for n in range(4)
    ]
    found = interview("E19.pdf", pdf(*pages))
    assert [speaker for speaker, _ in found.turns] == ["Julie", "Marie"] * 8


def test_word_online_names_its_main_part_otherwise(interview):
    parts = docx(par(run("ENQ : Où ?")), par(run("LOC : Ici.")))
    body = parts.pop("word/document.xml")
    links = '<Relationships><Relationship Type="http://x/relationships/officeDocument" Target="/word/document2.xml"/></Relationships>'
    found = interview("E09.docx", parts | {"word/document2.xml": body, "_rels/.rels": links})
    assert found.turns == [("ENQ", "Où ?"), ("LOC", "Ici.")]


def test_when_only_derived_tiers_exist_the_longest_labels_are_read(interview):
    words = '"IntervalTier"\n"words"\n0\n9\n2\n0\n1\n"bonjour"\n1\n2\n"madame"\n'
    phones = '"IntervalTier"\n"phones"\n0\n9\n2\n0\n1\n"b"\n1\n2\n"m"\n'
    found = interview(
        "E29.TextGrid",
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n9\n<exists>\n2\n' + words + phones,
    )
    assert [text for _, text in found.turns] == ["bonjour madame"]


def test_an_elan_tier_of_references_gives_way_to_the_words_below(interview):
    found = interview(
        "E28.eaf",
        '<?xml version="1.0"?><ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="0"/>'
        '<TIME_SLOT TIME_SLOT_ID="t2" TIME_VALUE="2000"/></TIME_ORDER><TIER TIER_ID="Marie"><ANNOTATION><ALIGNABLE_ANNOTATION '
        'ANNOTATION_ID="a1" TIME_SLOT_REF1="t1" TIME_SLOT_REF2="t2"><ANNOTATION_VALUE/></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>'
        '<TIER TIER_ID="tx@Marie" PARENT_REF="Marie"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a2" ANNOTATION_REF="a1">'
        "<ANNOTATION_VALUE>ici</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>",
    )
    assert [text for _, text in found.turns] == ["ici"]
    assert found.times == [(0.0, 2.0)]


def test_json_that_spells_words_one_by_one(interview):
    said = [
        [("Où", "text"), (" ", "punct"), ("vivez-vous ?", "text")],
        [("Ici", "text"), (", ", "punct"), ("voilà.", "text")],
    ]
    export = {
        "monologues": [
            {"speaker": n, "elements": [{"value": v, "type": t} for v, t in words]}
            for n, words in enumerate(said)
        ]
    }
    found = interview("E45.json", json.dumps(export))
    assert found.turns == [("Locuteur 0", "Où vivez-vous ?"), ("Locuteur 1", "Ici, voilà.")]
