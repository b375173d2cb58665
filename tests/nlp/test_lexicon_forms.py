"""The lexicon knows the words of housing and the forms of speech: 435 of them, written before looking."""

from __future__ import annotations

from pathlib import Path

from habitat_enquete.nlp.lemmas import hybrid_lemma
from habitat_enquete.nlp.lexicon import lexicon

FORMS = Path(__file__).with_name("lexicon_forms.tsv")


def test_every_form_is_known_and_has_its_lemma() -> None:
    rows = [line.split("\t") for line in FORMS.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len(rows) >= 300
    assert [form for form, _, _ in rows if not lexicon().analyses(form)] == []
    wrong = {
        form: hybrid_lemma(form, pos, "") for form, pos, lemma in rows if hybrid_lemma(form, pos, "") != lemma
    }
    assert wrong == {}
