"""Suggestions that learn: better than the base rate at once, better with decisions, explained, and always the same."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import hypergeom

from habitat_enquete.coding import decisions, learner, regression, run_suggestions
from habitat_enquete.coding.features import TextSpace, folded, lexical, profile, sentences, similarity, stems
from habitat_enquete.coding.proposals import TermProposal, propose_terms
from habitat_enquete.coding.recall import Recall, recall
from habitat_enquete.coding.suggestions import Suggester, as_codings
from habitat_enquete.coding.units import units
from habitat_enquete.model.codebook import Code, Codebook, Theme
from habitat_enquete.model.coding import CoderKind, Coding, State
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document
from habitat_enquete.store import journal, runs, texts
from habitat_enquete.store.connection import Store

ANNE = decisions.person("anne")
CODEBOOK = Codebook(
    (Theme("t", "Thème"),),
    (
        Code(
            "loyer", "Loyer trop cher", "t", terms=("loyer … cher",), examples=("Le loyer est hors de prix.",)
        ),
        Code("ecole", "École et crèche", "t"),
        Code("autre", "Autres", "t"),
    ),
)
SAYINGS = [
    "Le loyer était beaucoup trop cher pour nous.",
    "La crèche a fermé l'année dernière.",
    "On payait un loyer cher en ville.",
    "L'institutrice est partie à la rentrée.",
    "Il fait beau ici tous les matins.",
    "L'institutrice de la petite classe est géniale.",
    "Les voisins sont passés dimanche avec un gâteau.",
    "Le marché se tient le jeudi sur la place.",
]


@pytest.fixture
def interviews(make_document: Callable[..., Document]) -> list[Document]:
    return [
        make_document("Q: Alors ?", "R: " + " ".join(SAYINGS[:4]), id="E01", respondent="R01"),
        make_document("Q: Alors ?", "R: " + " ".join(SAYINGS[4:]), id="E02", respondent="R02"),
    ]


def coded(document: Document, words: str, code: str, id: int, state: State = State.ACCEPTED) -> Coding:
    start = document.text.index(words)
    made = decisions.place(document, Span(start, start + len(words)), code, ANNE, state=state)
    return replace(made, id=id)


def by(coder: str, *codings: Coding) -> dict[int, dict[str, State]]:
    return {each.id or 0: {coder: each.state} for each in codings}


# ── passages ──


def test_passages_cover_what_informants_say_and_nothing_else(interviews):
    found = [each.span.quote(interviews[0].text) for each in units(interviews[0])]
    assert found == SAYINGS[:4]


def test_short_sentences_join_and_endless_ones_are_cut(make_document):
    endless = "mais " + "on cherchait encore une maison avec un jardin " * 14
    document = make_document(f"R: Oui. Bon. C'était « très bien ! » Voilà tout. {endless}")
    found = [each.span.quote(document.text) for each in units(document)]
    assert found[0] == "Oui. Bon. C'était « très bien ! »"
    assert all(len(each.split()) <= 45 or "," not in each for each in found)
    assert " ".join(" ".join(found).split()) == " ".join(document.text.split())


def test_an_empty_document_has_no_passage(make_document):
    assert units(make_document("R: ")) == []


# ── features ──


def test_stems_forget_endings_accents_and_small_words():
    assert stems("Les logements n'étaient pas loués") == ["log", "lou"]
    assert folded("Énergie, cœur") == "energie, coeur"
    assert sentences("Oui, oui. La maison est belle.\nLe toit fuit.") == [
        "Oui, oui.",
        "La maison est belle.",
        "Le toit fuit.",
    ]


def test_the_name_of_a_code_is_found_in_a_text():
    texts = ["Des transports en commun, des bus.", "Rien à dire de spécial."]
    codes = [profile("a", "Transports, mobilité"), profile("z", "Z Autres")]
    space = TextSpace(texts)
    found = lexical(texts, codes, space)
    assert found.shape == (2, 2, 8)
    assert found[0, 0, 1] == pytest.approx(1)  # one of its two alternatives is there whole
    assert 0 < found[0, 0, 0] < 1
    assert found[1, 0, 0] == 0
    assert codes[1].residual and not codes[0].residual
    assert (found >= 0).all() and (found <= 1 + 1e-6).all()


def test_a_text_resembles_itself_most():
    texts = SAYINGS
    rows = TextSpace(texts).rows(texts)
    near = similarity(rows, rows)
    assert np.allclose(np.diag(near), 1)
    assert (near.argmax(axis=1) == np.arange(len(texts))).all()


# ── the learner, against a slow and obvious version ──


def _oracle():
    path = Path(__file__).parent.parent / "oracles" / "regression_oracle.py"
    spec = importlib.util.spec_from_file_location("regression_oracle", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _group() -> tuple[regression.PreparedGroup, np.ndarray, np.ndarray]:
    codes = [
        profile("loyer", "Loyer trop cher"),
        profile("ecole", "École et crèche"),
        profile("autre", "Autres"),
    ]
    targets = np.zeros((8, 3))
    targets[[0, 2], 0] = 1
    targets[[1, 3, 5], 1] = 1
    targets[6, 1] = regression.REJECTED
    known = np.array([True] * 7 + [False])
    blocks = np.array([0, 0, 1, 2, 3, 4, 4, 5])
    space = TextSpace(SAYINGS)
    return (
        regression.PreparedGroup(regression.Group(SAYINGS, codes, targets, known, blocks), space),
        targets,
        known,
    )


def _described(prepared: regression.PreparedGroup, targets: np.ndarray, known: np.ndarray) -> np.ndarray:
    fitted = regression.Regression(prepared, targets, known)
    return learner.features(prepared, fitted, np.arange(len(known)))


def test_texts_are_described_alike_all_at_once_or_a_few_at_a_time():
    prepared, targets, known = _group()
    fitted = regression.Regression(prepared, targets, known)
    whole = learner.features(prepared, fitted, np.arange(8))
    parts = [learner.features(prepared, fitted, np.array(rows)) for rows in ([0, 1, 2], [3, 4], [5, 6, 7])]
    assert np.allclose(np.concatenate(parts), whole)


def test_words_that_begin_alike_are_kin_and_rare_likeness_stands_out():
    texts = ["Les habitants du bourg.", "La culture du blé.", "Le climat et le blé.", "Rien."]
    found = lexical(
        texts, [profile("e", "Habitat"), profile("c", "Culture"), profile("b", "Blé")], TextSpace(texts)
    )
    kin, standing = found[:, :, 6], found[:, :, 7]
    assert 0 < kin[0, 0] < kin[1, 1] == 1
    assert standing[1, 1] > standing[1, 2] > 0  # one text speaks of culture, two of wheat
    assert standing[3].max() == 0


def test_leaving_a_block_out_in_closed_form_equals_fitting_without_it():
    prepared, targets, known = _group()
    features = _described(prepared, targets, known)
    scores = features[:, :, learner.NAMES.index("regression")]
    slow = _oracle().scores(
        prepared.to_known(np.arange(8), np.arange(8)),
        prepared.written_kernel,
        prepared.written_targets,
        targets,
        known,
        prepared.group.blocks,
    )
    assert np.allclose(scores, slow, atol=1e-9)


def test_features_of_a_decided_text_do_not_know_its_decision():
    prepared, targets, known = _group()
    before = _described(prepared, targets, known)
    changed = targets.copy()
    changed[4] = [1, 1, 1]  # text 4 is alone in its block
    after = _described(prepared, changed, known)
    base = [learner.NAMES.index(name) for name in ("regression", "prior")]
    # The base rate the regression starts from counts all decisions: everything else of the text's own answer is left out.
    others = [
        rank
        for rank in range(len(learner.NAMES))
        if not learner.NAMES[rank].startswith(("regression", "peak"))
    ]
    assert np.allclose(before[4][:, others], after[4][:, others])
    assert not np.allclose(before[0][:, base], after[0][:, base])


def test_newton_finds_the_minimum():
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(200, 4))
    truth = (generator.random(200) < 1 / (1 + np.exp(-inputs @ [1.0, -2.0, 0.5, 0]))).astype(float)
    found = learner._newton(inputs, truth, np.zeros(4), 0.5)
    slope = inputs.T @ (1 / (1 + np.exp(-inputs @ found)) - truth) + 0.5 * found
    assert np.abs(slope).max() < 1e-3


def test_without_any_decision_the_shipped_weights_speak():
    prepared, targets, _ = _group()
    nobody = np.zeros(8, dtype=bool)
    (prediction,), mixer = learner.predict([prepared], [(targets, nobody)])
    assert np.array_equal(mixer.weights, learner.shipped_mixer().weights)
    assert prediction.probabilities[0, 0] > prediction.probabilities[4, 0]
    assert ((prediction.probabilities > 0) & (prediction.probabilities < 1)).all()


# ── suggestions ──


def test_a_code_is_suggested_where_its_words_are_before_any_decision(interviews):
    learned = Suggester(interviews, CODEBOOK).learn([], {})
    first = learned.suggestions(minimum=0.0)[0]
    assert (first.code, first.document) == ("loyer", "E01")
    assert "loyer" in first.terms
    assert first.reason.startswith("mots : ")
    assert learned.decided == 0


def test_a_definition_teaches_before_any_decision(interviews):
    named = replace(CODEBOOK.code("ecole"), definition="Classe, institutrice, maîtresse, rentrée scolaire.")
    plain, defined = (
        Suggester(interviews, replace(CODEBOOK, codes=(CODEBOOK.code("loyer"), code, CODEBOOK.code("autre"))))
        for code in (CODEBOOK.code("ecole"), named)
    )
    row = plain.texts.index(SAYINGS[3])
    before, after = (each.learn([], {}).prediction.probabilities[row, 1] for each in (plain, defined))
    assert after > 1.5 * before
    assert "institutrice" in defined.learn([], {}).suggestion(row, 1).terms


def test_decisions_teach_and_are_quoted(interviews):
    suggester = Suggester(interviews, CODEBOOK)
    before = suggester.learn([], {})
    taught = coded(interviews[0], "L'institutrice est partie à la rentrée.", "ecole", 7)
    after = suggester.learn([taught], by("anne", taught))

    row = next(r for r, text in enumerate(suggester.texts) if text == SAYINGS[5])
    assert after.prediction.probabilities[row, 1] > 2 * before.prediction.probabilities[row, 1]
    told = after.suggestion(row, 1)
    assert told.neighbours == (7,)
    assert "institutrice" in told.terms
    assert "proche de « L'institutrice est partie à la rentrée. » (E01)" in told.reason
    assert told.respondent == "R02"


def test_what_was_refused_is_not_suggested_again_and_weighs_on_its_likes(interviews):
    suggester = Suggester(interviews, CODEBOOK)
    refused = coded(interviews[0], SAYINGS[0], "loyer", 3, State.REJECTED)
    after = suggester.learn([refused], by("anne", refused))
    before = suggester.learn([], {})
    assert all(
        (each.document, each.code, each.span) != ("E01", "loyer", refused.span)
        for each in after.suggestions(minimum=0.0)
    )
    row = suggester.texts.index(SAYINGS[2])
    assert after.prediction.probabilities[row, 0] < before.prediction.probabilities[row, 0]


def test_the_same_decisions_give_the_same_state_and_others_another(interviews):
    taught = coded(interviews[0], SAYINGS[1], "ecole", 1)
    one = Suggester(interviews, CODEBOOK).learn([taught], by("anne", taught))
    two = Suggester(interviews, CODEBOOK).learn([taught], by("anne", taught))
    assert one.state == two.state
    assert one.suggestions(minimum=0.0) == two.suggestions(minimum=0.0)
    assert one.state != Suggester(interviews, CODEBOOK).learn([], {}).state


def test_blind_learning_hears_one_coder_only(interviews):
    suggester = Suggester(interviews, CODEBOOK)
    taught = coded(interviews[0], SAYINGS[1], "ecole", 1)
    assert suggester.learn([taught], by("anne", taught), coder="bob").decided == 0
    assert suggester.learn([taught], by("anne", taught), coder="anne").decided == 1


def test_suggestions_can_be_shown_accepted_and_refused_as_codings(interviews):
    suggester = Suggester(interviews, CODEBOOK)
    learned = suggester.learn([], {})
    shown = as_codings(learned, "E01")
    assert all(each.coder.kind is CoderKind.MODEL and each.state is State.SUGGESTED for each in shown)
    first = learned.suggestions(minimum=0.0)[:1]
    (accepted,) = decisions.take(interviews[0], first, ANNE)
    (refused,) = decisions.refuse(interviews[0], first, ANNE)
    assert accepted.after is not None and refused.after is not None
    assert (accepted.after.state, refused.after.state) == (State.ACCEPTED, State.REJECTED)
    assert accepted.after.reason == first[0].reason
    assert accepted.after.coder == ANNE


def test_the_queue_varies_codes_repeats_and_holds_audits(interviews):
    suggester = Suggester(interviews, CODEBOOK)
    taught = coded(interviews[0], SAYINGS[1], "ecole", 1)
    learned = suggester.learn([taught], by("anne", taught))
    queue = learned.queue(10)
    assert queue == learned.queue(10)
    passages = [item.passage for item in queue]
    assert len(set(passages)) == len(passages)
    audits = [item for item in queue if item.audit]
    assert len(audits) <= 1
    assert all(item.suggestion is None for item in audits)


def test_an_empty_study_has_nothing_to_suggest():
    learned = Suggester([], CODEBOOK).learn([], {})
    assert learned.suggestions() == []
    assert learned.queue() == []


# ── what was missed ──


def test_recall_is_estimated_from_the_audited_passages():
    found = recall(found=80, audited=50, missed=1, pool=500)
    assert found is not None
    assert found.estimate == pytest.approx(80 / 90)
    # Of 550 passages 2 to 58 may hold something when 1 of 50 drawn does (bounds searched one by one below): 1 to 57 are left.
    chances = [
        (held, hypergeom.sf(0, 550, held, 50), hypergeom.cdf(1, 550, held, 50)) for held in range(1, 502)
    ]
    left = [held - 1 for held, so_many, so_few in chances if so_many > 0.025 and so_few > 0.025]
    assert found.low == pytest.approx(80 / (80 + max(left)))
    assert found.high == pytest.approx(80 / (80 + min(left)))
    assert (found.audited, found.missed, found.pool) == (50, 1, 500)


def test_passages_that_deserved_several_codes_weigh_more():
    one = recall(found=80, audited=50, missed=4, pool=500)
    several = recall(found=80, audited=50, missed=4, pool=500, codings=8)
    assert one is not None and several is not None
    assert several.estimate == pytest.approx(80 / (80 + 500 * 8 / 50))
    assert several.low < one.low and several.high < one.high


@pytest.mark.parametrize(("rate", "size", "drawn"), [(0.05, 400, 60), (0.3, 60, 40)])
def test_the_interval_holds_the_truth_as_often_as_it_says(rate, size, drawn):
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(100):
        deserving = generator.random(size) < rate
        seen = generator.choice(size, drawn, replace=False)
        missed = int(deserving[seen].sum())
        found = 100 + missed
        truth = found / (100 + deserving.sum())
        told = recall(found=found, audited=drawn, missed=missed, pool=size - drawn)
        assert told is not None
        held += told.low - 1e-9 <= truth <= told.high + 1e-9
    assert held >= 93


def test_recall_at_the_edges():
    assert recall(found=3, audited=0, missed=0, pool=10) is None
    assert recall(found=0, audited=5, missed=0, pool=0) == Recall(1.0, 1.0, 1.0, 5, 0, 0, 0)
    everything = recall(found=10, audited=4, missed=4, pool=10)
    assert everything is not None and everything.estimate == 0.5


# ── terms to add ──


def test_words_people_keep_coding_are_proposed_as_a_term(make_document):
    documents = [
        make_document(f"R: L'institutrice {verb} hier soir.", id=f"E{rank}", respondent=f"R{rank}")
        for rank, verb in enumerate(["partait", "revenait", "parlait", "chantait"])
    ]
    codings = [coded(each, each.text.strip(), "ecole", rank + 1) for rank, each in enumerate(documents)]
    texts = {each.id: each.text for each in documents}

    proposals = propose_terms(CODEBOOK, codings, by("anne", *codings), texts)
    assert proposals[0] == TermProposal("ecole", "hier", False, 4, 0, (1, 2, 3, 4))
    assert {each.term for each in proposals} == {"hier", "l'institutrice", "soir"}
    assert all(not each.negative for each in proposals)
    assert propose_terms(CODEBOOK, codings[:2], by("anne", *codings[:2]), texts) == []


def test_words_around_refused_matches_are_proposed_as_an_excluded_context(make_document, rule_coding):
    documents = [
        make_document(f"R: {start} la quittance de loyer.", id=f"E{rank}", respondent=f"R{rank}")
        for rank, start in enumerate(["On garde", "Elle cherche", "Il demande"])
    ]
    refused = [
        replace(rule_coding(each, "loyer", "loyer", State.REJECTED), id=rank + 1, document=each.id)
        for rank, each in enumerate(documents)
    ]
    texts = {each.id: each.text for each in documents}
    proposals = propose_terms(CODEBOOK, refused, by("anne", *refused), texts)
    assert [(each.code, each.term, each.negative, each.support) for each in proposals] == [
        ("loyer", "quittance de loyer", True, 3)
    ]


def test_an_excluded_context_holds_the_term_that_was_found(make_document, rule_coding):
    documents = [
        make_document(f"R: {said}, le loyer {rest}.", id=f"E{rank}", respondent=f"R{rank}")
        for rank, (said, rest) in enumerate(
            [("Il faut relativiser", "passe"), ("Il faut relativiser", "va"), ("Il faut relativiser", "ira")]
        )
    ]
    refused = [
        replace(rule_coding(each, "loyer", "loyer", State.REJECTED), id=rank + 1, document=each.id)
        for rank, each in enumerate(documents)
    ]
    proposals = propose_terms(
        CODEBOOK, refused, by("anne", *refused), {each.id: each.text for each in documents}
    )
    assert proposals and all("loyer" in each.term for each in proposals)


# ── over a study ──


def test_what_is_learned_and_audited_is_kept_in_the_store(study, interviews):
    with Store(study.database) as store, store.transaction():
        store.execute("INSERT INTO respondent (id) VALUES ('R01'), ('R02')")
        for document in interviews:
            texts.save_document(store, document)
        start = interviews[0].text.index(SAYINGS[1])
        span = Span(start, start + len(SAYINGS[1]))
        journal.apply(store, "anne", decisions.code(interviews[0], span, "ecole", ANNE))
    suggester = run_suggestions.prepare(study, CODEBOOK)
    learned = run_suggestions.learn(study, suggester)
    assert run_suggestions.learn(study, suggester).state == learned.state
    with Store(study.database) as store:
        (kept,) = runs.runs(store, run_suggestions.LEARNED).values()
    assert (kept.key, kept.summary["decided"], kept.summary["journal"]) == (learned.state, 1, 1)
    assert set(kept.summary["weights"]) == {*learner.NAMES, "constant"}
    assert f"modèle {learned.state}" in learned.suggestions(minimum=0.0)[0].reason

    assert run_suggestions.estimate_recall(study, learned) is None
    passage = suggester.passages[-1]
    run_suggestions.record_audit(study, passage, coder="anne", missed=0)
    found = run_suggestions.estimate_recall(study, learned)
    assert found is not None and (found.audited, found.missed) == (1, 0)
    with Store(study.database) as store:
        assert runs.runs(store, run_suggestions.RECALL)[""].summary["estimate"] == found.estimate
    assert run_suggestions.proposals(study, CODEBOOK) == []
