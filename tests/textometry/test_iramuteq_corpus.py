"""IRaMuTeQ's corpora and segments, against what IRaMuTeQ 0.8a7 itself makes of them."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

from habitat_enquete.exchange.iramuteq import Paragraph, read_corpus, write_corpus
from habitat_enquete.textometry.segments import cut_tokens, iramuteq_tokens, words_only

# The multiword expressions of IRaMuTeQ's French dictionary that the reference corpora use.
EXPRESSIONS = {
    "après-demain": "après_demain",
    "c'est-à-dire": "c_est_à_dire",
    "d'abord": "d_abord",
    "fur et à mesure": "fur_et_à_mesure",
    "rez-de-chaussée": "rez_de_chaussée",
}


def segments_of(content: str) -> list[str]:
    texts, _ = read_corpus(content)
    found = []
    for text in texts:
        for paragraph in text.paragraphs:
            tokens = iramuteq_tokens(paragraph.text, EXPRESSIONS)
            found += [
                " ".join(words_only(tokens[a:b])) for a, b in itertools.pairwise([0, *cut_tokens(tokens)])
            ]
    return found


def test_segments_and_variables_of_the_reference(real_data: Path) -> None:
    folder = real_data / "textometry_reference/formats"
    for case in json.loads((folder / "iramuteq_import_expected.json").read_text(encoding="utf-8")):
        content = (folder / case["file"]).read_text(encoding="utf-8")
        assert segments_of(content) == [segment["text"] for segment in case["segments"]], case["file"]
        texts, _ = read_corpus(content)
        starred = [[f"*{name}_{value}" for name, value in text.variables.items()] for text in texts]
        assert starred == [document["etoiles"][1:] for document in case["docs"]]
        themes = [[f"-*{p.theme}" for p in text.paragraphs if p.theme] for text in texts]
        assert themes == [document["paras"] for document in case["docs"]]


def test_texts_of_the_other_reader_of_the_reference(real_data: Path) -> None:
    file = real_data / "textometry_reference/import_iramuteq/import_cases_rainette.json"
    for case in json.loads(file.read_text(encoding="utf-8")):
        texts, _ = read_corpus(case["text"])
        assert [text.text.replace("\n", " ") for text in texts] == [
            text.replace("\n", " ") for text in case["remove"]["texts"]
        ]


def test_nothing_is_dropped_without_a_word() -> None:
    content = "préambule\n-*thème\n**** *ent_01 sexe-f\n**** *ent_02\nBonjour.\n"
    texts, problems = read_corpus(content, file="corpus.txt")
    assert [text.variables for text in texts] == [{"ent": "02"}]
    assert [found.message.split(" : ")[0] for found in problems] == [
        "corpus.txt, ligne 1",
        "corpus.txt, ligne 2",
        "corpus.txt, ligne 3",
        "corpus.txt, ligne 3",
    ]
    assert "n'est pas une variable étoilée" in problems[2].message
    assert "n'a pas de contenu" in problems[3].message
    assert "ligne thématique" in problems[1].message
    assert "précède le premier texte, elle est laissée de côté" in problems[0].message


def test_a_written_corpus_is_read_back() -> None:
    content = write_corpus(
        [
            (
                {"statut d'occupation": "propriétaire-occupant", "âge": "25 34"},
                [Paragraph("", "Un *** mot."), Paragraph("freins", "Le loyer.")],
            )
        ]
    )
    texts, problems = read_corpus(content)
    assert problems == []
    assert texts[0].variables == {"statutdoccupation": "proprietaire_occupant", "age": "25_34"}
    assert texts[0].paragraphs == (Paragraph("", "Un     mot."), Paragraph("freins", "Le loyer."))
