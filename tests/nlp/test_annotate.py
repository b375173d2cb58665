"""Annotation: columns, sentences, cache, processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.text import Document
from habitat_enquete.nlp.annotate import annotate, annotate_text, key_of, processes_for
from habitat_enquete.nlp.annotated import AnnotatedText, pack, unpack
from habitat_enquete.nlp.cache import AnnotationCache
from habitat_enquete.nlp.pipeline import Pipeline, load
from habitat_enquete.nlp.sentences import LONGEST, cut_long, final_punctuation_starts

Build = Callable[..., Document]


def test_words_lie_where_the_document_has_them(blank: Pipeline, interview: Build) -> None:
    document = interview("ENQ: Et le loyer ?", "LOC: L’été, y'a rien à louer. Rien du tout.")

    [annotated] = annotate([document], blank, None)

    assert [
        document.text[s:e] for s, e in zip(annotated.starts, annotated.ends, strict=True)
    ] == annotated.forms
    assert [span.quote(document.text) for span in annotated.sentences()] == [
        "Et le loyer ?",
        "L’été, y'a rien à louer.",
        "Rien du tout.",
    ]
    assert annotated.lemmas[:5] == ["et", "le", "loyer", "?", "le"]


def test_a_turn_always_starts_a_sentence(blank: Pipeline, interview: Build) -> None:
    document = interview("ENQ: le loyer", "LOC: il est cher", "ENQ: ah")
    [annotated] = annotate([document], blank, None)
    assert [span.quote(document.text) for span in annotated.sentences()] == ["le loyer", "il est cher", "ah"]


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_an_empty_text_has_no_words_and_no_sentences(blank: Pipeline, interview: Build, text: str) -> None:
    [annotated] = annotate([interview(text)], blank, None)
    assert (len(annotated), annotated.sentences()) == (0, [])


def test_a_huge_line_is_annotated_in_pieces(blank: Pipeline, interview: Build) -> None:
    document = interview("mot " * 20_000)
    [annotated] = annotate([document], blank, None)
    assert len(annotated) == 20_000
    assert set(annotated.lemmas) == {"mot"}


def test_cache_answers_the_second_time(blank: Pipeline, interview: Build, tmp_path: Path) -> None:
    documents = [interview("Bonjour.", id="a"), interview("RAS", id="b"), interview("RAS", id="c")]
    first = list(annotate(documents, blank, tmp_path))
    silent = Pipeline(blank.name, blank.hash, blank.needs, None)  # type: ignore[arg-type]  # would fail if it were asked
    assert list(annotate(documents, silent, tmp_path)) == first
    assert [annotated.document for annotated in first] == ["a", "b", "c"]


def test_another_pipeline_does_not_read_this_cache(blank: Pipeline, interview: Build, tmp_path: Path) -> None:
    document = interview("Bonjour.")
    list(annotate([document], blank, tmp_path))
    with AnnotationCache(tmp_path, "0" * 16) as other:
        assert key_of(document) not in other


def test_the_same_words_in_other_turns_are_another_text(interview: Build) -> None:
    assert key_of(interview("a", "b")) != key_of(interview("a\nb"))


def test_a_killed_run_resumes_where_it_was(blank: Pipeline, interview: Build, tmp_path: Path) -> None:
    documents = [interview(f"Phrase {n}.", id=str(n)) for n in range(5)]
    whole = list(annotate(documents, blank, tmp_path))
    [pack_file] = tmp_path.glob("*.pack")
    pack_file.write_bytes(pack_file.read_bytes()[:-7])

    with AnnotationCache(tmp_path, blank.hash) as cut_short:
        assert len(cut_short) == 4
    assert list(annotate(documents, blank, tmp_path)) == whole


def test_damaged_record_is_annotated_again(blank: Pipeline, interview: Build, tmp_path: Path) -> None:
    [before] = annotate([interview("Bonjour.")], blank, tmp_path)
    [pack_file] = tmp_path.glob("*.pack")
    content = pack_file.read_bytes()
    pack_file.write_bytes(content[:-3] + bytes(3))
    assert list(annotate([interview("Bonjour.")], blank, tmp_path)) == [before]


def test_processes_give_what_one_gives_in_the_same_order(
    blank: Pipeline, interview: Build, tmp_path: Path
) -> None:
    documents = [interview(f"Un loyer de {n} euros.", id=str(n)) for n in range(7)] + [
        interview("", id="vide")
    ]
    alone = list(annotate(documents, blank, None))
    assert list(annotate(documents, blank, tmp_path, processes=2)) == alone


def test_a_second_process_is_for_much_that_is_new(
    blank: Pipeline, interview: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    long = [interview("Bah oui. " * 70_000)]
    assert processes_for([interview("Bah oui.")], blank, tmp_path) == 1
    assert processes_for(long, blank, tmp_path) == 2
    monkeypatch.setattr("habitat_enquete.nlp.annotate._MANY", 10)
    some = [interview("Le loyer est trop cher.")]
    assert processes_for(some, blank, tmp_path) == 2
    list(annotate(some, blank, tmp_path))
    assert processes_for(some, blank, tmp_path) == 1
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert processes_for(long, blank, tmp_path) == 1


def test_a_script_without_a_guard_is_run_once(tmp_path: Path) -> None:
    script = tmp_path / "carnet.py"
    script.write_text(
        """
from habitat_enquete.model.text import Document, DocumentKind, Source
from habitat_enquete.nlp.annotate import annotate
from habitat_enquete.nlp.pipeline import load

print("run")
document = Document("a", DocumentKind.ANSWER, "Le loyer.", (), (), Source("", ""))
print(list(annotate([document], load("blank"), None, processes=2))[0].forms)
""",
        "utf-8",
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["run", "['Le', 'loyer', '.']"]


def test_progress_counts_documents(blank: Pipeline, interview: Build) -> None:
    seen: list[tuple[int, int]] = []
    list(
        annotate(
            [interview("a"), interview("b")], blank, None, lambda done, total: seen.append((done, total))
        )
    )
    assert seen == [(1, 2), (2, 2)]


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="abé'’ .,…-\n😀", max_size=80))
def test_packing_loses_nothing(text: str) -> None:
    annotated = annotate_text(text, _BLANK, document="x")
    assert unpack(pack(annotated), document="x", text=text) == annotated
    assert "".join(annotated.forms) == "".join(text.split())


_BLANK = load("blank")


def test_long_units_are_cut_where_a_clause_opens() -> None:
    words = (
        "on cherche une maison depuis longtemps " * 5 + "et puis on a trouvé " + "un endroit calme " * 8
    ).split()
    starts = cut_long(words, [True] + [False] * (len(words) - 1))
    assert [rank for rank, start in enumerate(starts) if start] == [0, 30]


def test_short_units_are_left_alone() -> None:
    words = ["et", "puis"] * (LONGEST // 2)
    starts = [True] + [False] * (len(words) - 1)
    assert cut_long(words, starts) == starts


def test_closing_quotes_stay_with_their_sentence() -> None:
    words = ["«", "Viens", ".", "»", "Il", "part", "..."]
    assert final_punctuation_starts(words) == [True, False, False, False, True, False, False]


def test_unknown_pipeline_is_refused_in_french() -> None:
    with pytest.raises(EnqueteError, match="« fr_core_news_xl » n'est pas installé"):
        load("fr_core_news_xl")


def test_blank_has_no_parser_to_give() -> None:
    with pytest.raises(EnqueteError, match=r"« blank » ne sait pas faire cela \(parse\)"):
        load("blank", needs=("parse",))


def test_words_of_a_span() -> None:
    annotated = AnnotatedText(
        "x", [0, 4, 10], [3, 9, 12], ["les", "loyer", "ok"], [""] * 3, [""] * 3, [True] + [False] * 2
    )
    from habitat_enquete.model.span import Span

    assert list(annotated.words(Span(4, 9))) == [1]
    assert list(annotated.words(Span(3, 11))) == [1, 2]


def test_another_spacy_pipeline_keeps_its_own_french_and_gets_our_lemmas(
    interview: Build, tmp_path: Path
) -> None:
    from spacy.lang.fr import French

    other = French()
    other.add_pipe("sentencizer")
    other.to_disk(tmp_path / "fr_ailleurs")

    pipeline = load(str(tmp_path / "fr_ailleurs"))

    [annotated] = annotate([interview("LOC: Ils louaient. On part.")], pipeline, None)
    assert type(pipeline.nlp) is French
    assert annotated.lemmas[1] == "louer"
    assert [
        start for start, first in zip(annotated.starts, annotated.is_sentence_start, strict=True) if first
    ] == [0, 14]
    assert type(load("blank").nlp) is not French
