"""Lexical tables, profiles of classes, stability, concordance and proposals, on small invented corpora."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.span import Span
from habitat_enquete.textometry import lexical_table, profiles
from habitat_enquete.textometry.choosing import Choices, choose
from habitat_enquete.textometry.compounds import Phrases, with_compounds
from habitat_enquete.textometry.concordance import concordance
from habitat_enquete.textometry.lexical_table import Unit, Word
from habitat_enquete.textometry.preparation import crossed_attributes
from habitat_enquete.textometry.proposals import Coverage, Proposal, coverage, proposals
from habitat_enquete.textometry.qualities import may_be_quoted
from habitat_enquete.textometry.reading import _diverse
from habitat_enquete.textometry.reinert import Settings
from habitat_enquete.textometry.richness import mattr, richness
from habitat_enquete.textometry.stability import Stability, adjusted_rand, chosen, stability

LEMMAS = {"loyers": "loyer", "louait": "louer", "chers": "cher", "était": "être", "les": "le"}
CATEGORIES = {
    "loyer": "NOUN",
    "louer": "VERB",
    "cher": "ADJ",
    "maison": "NOUN",
    "bus": "NOUN",
    "école": "NOUN",
    ".": "PUNCT",
    ",": "PUNCT",
}


def words(text: str) -> tuple[Word, ...]:
    """The words of a text whose tokens are separated by blanks, with the small lexicon above."""
    found, start = [], 0
    for form in text.split(" "):
        lemma = LEMMAS.get(form.lower(), form.lower())
        found.append(Word(form, lemma, CATEGORIES.get(lemma, "DET"), Span(start, start + len(form))))
        start += len(form) + 1
    return tuple(found)


def unit(text: str, *, document: str = "E01", turn: int = 0) -> Unit:
    made = words(text)
    return Unit(document, turn, Span(0, len(text)), made, respondent="P01")


def test_a_turn_is_cut_after_the_full_stop_nearest_to_the_wished_size() -> None:
    units = lexical_table.cut_turn(
        words("les loyers chers . la maison les loyers la maison les loyers"),
        document="E01",
        turn=3,
        respondent="P01",
        attributes={},
        size=4,
    )
    assert " ".join(word.form for word in units[0].words) == "les loyers chers ."
    assert sum(len(piece.words) for piece in units) == 12
    assert units[0].id == "E01[0:18]"


def test_the_table_counts_lemmas_and_keeps_what_was_said() -> None:
    units = [unit("les loyers chers"), unit("un loyer cher"), unit("la maison")]
    table = lexical_table.build(units, floor=2)
    assert table.terms == ("cher", "loyer")
    assert table.counts.toarray().tolist() == [[1, 1], [1, 1], [0, 0]]
    assert table.forms["loyer"] == {"loyers": 1, "loyer": 1}
    assert table.left_out == 1


def test_stop_words_are_not_counted() -> None:
    table = lexical_table.build([unit("les loyers chers")] * 3, floor=1, stop_words=frozenset({"cher"}))
    assert table.terms == ("loyer",)


@pytest.mark.parametrize(
    ("frequencies", "units", "floor"),
    [([1000] * 20, 2000, 10), ([8] * 50, 2000, 6), ([5] * 5, 100, 3)],
)
def test_the_floor_follows_the_corpus(frequencies: list[int], units: int, floor: int) -> None:
    counts = {f"t{number}": frequency for number, frequency in enumerate(frequencies)}
    assert lexical_table.vocabulary_floor(counts, units) == floor


def test_short_units_are_merged_within_their_document() -> None:
    units = [unit("loyers chers"), unit("maison"), unit("école bus", document="E02")]
    table = lexical_table.build(units, floor=1)
    presence, row = lexical_table.merged(table, minimum=3)
    assert row.tolist() == [0, 0, 1]
    assert presence.sum(axis=1).tolist() == [3, 2]


def slow_chi2(presence: np.ndarray, inside: np.ndarray) -> float:
    observed = np.array(
        [
            [(presence & inside).sum(), (presence & ~inside).sum()],
            [(~presence & inside).sum(), (~presence & ~inside).sum()],
        ],
        float,
    )
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    value = ((observed - expected) ** 2 / expected).sum()
    return float(value if observed[0, 0] >= expected[0, 0] else -value)


@given(st.integers(0, 2**32 - 1))
def test_profiles_equal_the_chi2_of_two_by_two_tables(seed: int) -> None:
    random = np.random.default_rng(seed)
    dense = random.random((30, 5)) < 0.4
    classes = random.integers(0, 4, 30)
    dense[np.flatnonzero(classes > 0)[:1]] = True
    found = profiles.associations(sp.csr_array(dense.astype(float)), list("abcde"), classes, 1)
    classified = classes > 0
    for association in found:
        column = dense[classified, "abcde".index(association.feature)]
        assert association.chi2 == pytest.approx(slow_chi2(column, classes[classified] == 1), abs=1e-9)
        assert abs(association.chi2) > 2


def test_typical_segments_speak_the_words_of_their_class() -> None:
    dense = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 1]], float)
    presence, classes = sp.csr_array(np.tile(dense, (3, 1))), np.tile([1, 1, 2, 2, 1, 0], 3)
    terms = ["loyer", "cher", "bus"]
    profile = profiles.associations(presence, terms, classes, 1)
    typical = profiles.typical_segments(presence, terms, classes, 1, profile)
    assert [segment.row for segment in typical] == [0, 4, 6, 10, 12, 16, 1, 7, 13]
    assert typical[0].terms == ("loyer", "cher")
    assert all(classes[segment.row] == 1 for segment in typical)
    assert profiles.proposed_name(profile, {"loyer": {"loyers": 3, "loyer": 1}}).startswith("loyers")


def test_keywords_are_over_used_first() -> None:
    counts = sp.csr_array(np.array([[9, 1], [8, 0], [0, 9], [1, 8]], float))
    found = profiles.keywords(counts, ["loyer", "bus"], np.array([1, 1, 2, 2]), 1)
    assert [(keyword.term, keyword.chi2 > 0) for keyword in found] == [("loyer", True), ("bus", False)]


def test_labels_become_a_table_of_presence() -> None:
    table, names = profiles.indicator([["b", "a"], [], ["a", "a"]])
    assert names == ["a", "b"]
    assert table.toarray().tolist() == [[1, 1], [0, 0], [1, 0]]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
def test_the_adjusted_rand_index_equals_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    one, other = (np.array(column) for column in zip(*pairs, strict=True))
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other), abs=1e-9)


def test_two_clear_vocabularies_are_a_solid_pair_of_classes() -> None:
    random = np.random.default_rng(5)
    block = np.kron(np.eye(2), np.ones((60, 12)))
    presence = sp.csr_array(((random.random(block.shape) < 0.35) & (block > 0)).astype(float))
    groups = [f"E{row % 12:02d}" for row in range(120)]
    found = stability(presence, groups, 3, Settings(), replicates=8)
    assert found[0].k == 2
    assert found[0].is_solid
    assert found[0].recovered == pytest.approx((1.0, 1.0), abs=0.05)
    assert chosen(found) == found[0]


def steady(k: int, mean: float, *, smallest: float = 0.2, largest: float = 0.45) -> Stability:
    return Stability(k, mean, mean, mean, smallest, largest, 0.0)


def chosen_k(*candidates: Stability) -> int | None:
    found = chosen(candidates)
    return found.k if found else None


def test_a_balanced_number_of_classes_is_preferred_to_a_stable_one() -> None:
    assert chosen_k(steady(2, 0.9, smallest=0.16, largest=0.84), steady(4, 0.4, largest=0.4)) == 4


@pytest.mark.parametrize(
    ("means", "k"),
    [
        (
            (0.45, 0.69, 0.98, 0.96, 0.86, 0.82),
            5,
        ),  # as many as subjects: coming to five cost nothing, a sixth would
        ((0.85, 0.97, 0.84, 0.69, 0.61), 3),
        ((0.99, 0.77, 0.83, 0.84, 0.93, 0.82), 6),  # two large subjects, each of three
        ((0.98, 0.68, 0.43, 0.37), 2),
        ((0.30, 0.50, 0.49, 0.40), 4),  # fragile: nearly as stable as the most stable, and more classes
    ],
)
def test_the_number_of_classes_is_where_the_stability_breaks_off(means: tuple[float, ...], k: int) -> None:
    assert chosen_k(*(steady(number, mean) for number, mean in enumerate(means, start=2))) == k


def test_without_candidates_no_number_is_chosen() -> None:
    assert chosen([]) is None


def subjects(k: int, *, own: float, seed: int, people: int = 24) -> tuple[list[Unit], np.ndarray]:
    """Units of 14 words; a share `own` of them comes from one of `k` subjects, which people take up in turn; and the subjects."""
    random = np.random.default_rng(seed)
    common = random.permutation(1 / np.arange(1, 901) ** 0.9)
    ranks = 1 / np.arange(1, 101) ** 0.7
    made, truth = [], []
    for person in range(people):
        subject = int(random.integers(k))
        for turn in range(25):
            subject = int(random.integers(k)) if random.random() < 0.3 else subject
            weights = (1 - own) * common / common.sum()
            weights[100 * subject : 100 * (subject + 1)] += own * ranks / ranks.sum()
            drawn = random.choice(900, size=14, p=weights / weights.sum())
            found = tuple(Word(f"mot{term}", f"mot{term}", "NOUN", Span(0, 4)) for term in drawn)
            made.append(Unit(f"E{person:02d}", turn, Span(turn, turn + 1), found))
            truth.append(subject)
    return made, np.array(truth)


@pytest.mark.parametrize("k", [2, 4, 5])
def test_planted_subjects_are_found_in_number_and_called_stable(k: int) -> None:
    units, truth = subjects(k, own=0.5, seed=k)
    found = choose(lexical_table.build(units), Choices(replicates=6))
    assert found is not None and found.read is not None
    kept = found.classes > 0
    assert found.read.k == k
    assert found.read.is_solid
    assert min(found.read.recovered) > 0.75
    assert adjusted_rand(found.classes[kept], truth[kept]) > 0.85


@pytest.mark.parametrize("seed", [1, 2])
def test_words_drawn_at_random_are_called_fragile(seed: int) -> None:
    units, _ = subjects(3, own=0.0, seed=seed)
    found = choose(lexical_table.build(units), Choices(replicates=6))
    assert found is not None and found.read is not None
    assert found.read.mean < 0.3
    assert not found.read.is_solid


def test_two_trees_agree_upon_planted_subjects_and_not_upon_chance() -> None:
    units, truth = subjects(3, own=0.5, seed=2)
    found = choose(lexical_table.build(units), Choices(replicates=4, double=True))
    assert found is not None and found.read is not None
    kept = found.classes > 0
    assert found.read.is_solid
    assert adjusted_rand(found.classes[kept], truth[kept]) > 0.9
    units, _ = subjects(3, own=0.0, seed=2)
    by_chance = choose(lexical_table.build(units), Choices(replicates=4, double=True))
    assert by_chance is not None
    assert by_chance.read is None or not by_chance.read.is_solid


def test_terminal_classes_find_planted_subjects_too() -> None:
    units, truth = subjects(4, own=0.5, seed=3)
    found = choose(lexical_table.build(units), Choices(replicates=4, peer="iramuteq"))
    assert found is not None and found.read is not None
    kept = found.classes > 0
    assert found.kind == "terminal"
    assert found.classes.max() >= 4
    assert kept.mean() > 0.8
    assert adjusted_rand(found.classes[kept], truth[kept]) > 0.6


def test_a_name_is_made_of_nouns_and_holds_no_proper_noun() -> None:
    profile = [
        profiles.Association(term, 2, 2, 1.0, 9.0, 0.003)
        for term in ("Gérald", "chercher", "loyer", "cher", "bail")
    ]
    categories = {"Gérald": "PROPN", "chercher": "VERB", "loyer": "NOUN", "cher": "ADJ", "bail": "NOUN"}
    forms = {"loyer": {"loyers": 3, "loyer": 1}, "chercher": {"cherché": 4}}
    assert profiles.proposed_name(profile, forms, categories) == "loyers, bail, chercher"


def two_worlds(rows: int) -> lexical_table.LexicalTable:
    """Units of two vocabularies; each person, ten units, speaks one of them."""
    random = np.random.default_rng(5)
    made = []
    for row in range(rows):
        terms = random.choice(12, size=9, replace=False) + 12 * (row // 10 % 2)
        text = " ".join(f"mot{'abcdefghijklmnopqrstuvwx'[term]}" for term in terms)
        found = tuple(Word(word, word, "NOUN", Span(0, 4)) for word in text.split())
        made.append(Unit(f"E{row // 10:02d}", 0, Span(0, len(text)), found))
    return lexical_table.build(made, floor=3)


@pytest.mark.parametrize("double", [False, True])
def test_one_tree_or_two_find_the_two_worlds_of_a_corpus(double: bool) -> None:
    table = two_worlds(120)
    found = choose(table, Choices(k=2, replicates=4, double=double))
    assert found is not None
    kept = found.classes > 0
    assert kept.mean() > 0.9
    assert adjusted_rand(found.classes[kept], (np.arange(120) // 10 % 2)[kept]) == 1.0
    assert bool(found.splits) is not double


def test_the_share_that_a_person_asks_for_is_the_one_used() -> None:
    found = choose(two_worlds(80), Choices(minimum_share=0.3, replicates=2))
    assert found is not None
    assert found.minimum_share == 0.3


TEXT = "Les loyers chers , la maison . On louait la maison"


def found_by(query: str, **options: object) -> list[str]:
    made = [unit(TEXT)]
    return [line.match for line in concordance(made, lambda _: TEXT, query, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("loyer", ["loyers"]),
        ("[lemme=louer]", ["louait"]),
        ("[forme=maison]", ["maison", "maison"]),
        ("[cat=adj]", ["chers"]),
        ('"loyer"', []),
        ("« la maison »", ["la maison", "la maison"]),
        ("/lo.*/ *", ["loyers chers", "louait la"]),
        ("la maison", ["la maison", "la maison"]),
        ("bus", []),
    ],
)
def test_a_query_finds_lemmas_forms_categories_and_patterns(query: str, matches: list[str]) -> None:
    assert found_by(query) == matches


def test_lines_are_sorted_by_what_precedes() -> None:
    lines = concordance([unit(TEXT)], lambda _: TEXT, "la maison", sort="left")
    assert [line.left.split()[-1] for line in lines] == [",", "louait"]
    assert lines[0].span == Span(19, 28)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("  ", "La recherche est vide"),
        ("/(/", "expression régulière non valable"),
        ("[lemme=", r"contient « \[lemme= », qui n'est pas compris"),
        ("[pos=ADJ]", r"contient « \[pos=ADJ\] », qui n'est pas compris"),
    ],
)
def test_a_query_that_means_nothing_is_refused(query: str, message: str) -> None:
    with pytest.raises(EnqueteError, match=message):
        found_by(query)


def test_a_class_without_code_is_proposed_as_a_code() -> None:
    classes = np.array([1, 1, 2, 2])
    codes: list[list[str]] = [[], [], ["prix"], ["prix"]]
    covered = [coverage(classes, codes, number) for number in (1, 2)]
    assert covered[0].missed
    assert covered[1] == Coverage(2, 1.0, (("prix", 1.0),))
    profile = [profiles.Association("bus", 2, 2, 1.0, 9.0, 0.003)]
    other = [profiles.Association("loyer", 2, 2, 1.0, 9.0, 0.003)]
    assert proposals(covered, {1: profile, 2: other}, frozenset({"loyer"})) == [
        Proposal("code", None, 1, ("bus",))
    ]
    assert proposals(covered, {1: profile, 2: other}, frozenset())[1] == Proposal(
        "terms", "prix", 2, ("loyer",)
    )


def test_a_class_that_several_codes_share_is_said_to_be_split() -> None:
    covered = coverage(np.array([1] * 4), [["a"], ["a", "b"], ["b"], []], 1)
    assert covered.split == ("a", "b")
    assert not covered.missed


def said(text: str, person: str) -> Unit:
    """A unit where each word is given as form/lemma/category."""
    made, start = [], 0
    for part in text.split():
        form, lemma, category = part.split("/")
        made.append(Word(form, lemma, category, Span(start, start + len(form))))
        start += len(form) + 1
    return Unit(person, 0, Span(0, start), tuple(made), person)


SOCIAL_HOUSING = "un/un/DET logement/logement/NOUN social/social/ADJ"


def test_typical_segments_are_not_the_same_words_nor_all_of_one_person() -> None:
    units = [
        *(said("loyer/loyer/NOUN cher/cher/ADJ", f"P{number}") for number in range(3)),
        *(said(f"loyer/loyer/NOUN mot{number}/mot/NOUN", "P9") for number in range(4)),
    ]
    found = [profiles.Typical(row, 10.0 - row, ()) for row in range(7)]
    assert [typical.row for typical in _diverse(found, units)] == [0, 3, 4]


def test_a_phrase_that_people_share_is_one_word() -> None:
    units = [said(f"{SOCIAL_HOUSING} cher/cher/ADJ", f"P{number}") for number in range(6)]
    phrases = Phrases(units, [[(1, 3)]] * 6)
    kept = phrases.cohesive(units)
    assert kept == {"logement social"}
    joined = with_compounds(units, phrases, kept)[0]
    assert [(w.lemma, w.category) for w in joined.words] == [
        ("un", "DET"),
        ("logement social", "TERM"),
        ("cher", "ADJ"),
    ]
    assert [w.form for w in joined.said] == ["un", "logement", "social", "cher"]
    assert phrases.labels()[0] == ["logement social"]


def test_a_phrase_of_two_people_or_of_words_said_elsewhere_stays_words() -> None:
    rare = [said(SOCIAL_HOUSING, f"P{number % 2}") for number in range(6)]
    assert not Phrases(rare, [[(1, 3)]] * 6).cohesive(rare)
    elsewhere = [said("logement/logement/NOUN", "P9"), said("social/social/ADJ", "P9")] * 20
    units = [*(said(SOCIAL_HOUSING, f"P{number}") for number in range(6)), *elsewhere]
    assert not Phrases(units, [[(1, 3)]] * 6 + [[]] * 40).cohesive(units)


def test_a_word_within_a_compound_is_still_found() -> None:
    units = [said(SOCIAL_HOUSING, f"P{number}") for number in range(6)]
    phrases = Phrases(units, [[(1, 3)]] * 6)
    joined = with_compounds(units, phrases, phrases.cohesive(units))
    lines = concordance(joined, lambda _: "un logement social", "logement")
    assert [line.match for line in lines] == ["logement"] * 6


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=60), st.integers(1, 12))
def test_richness_over_windows_equals_a_slow_version(lemmas: list[str], window: int) -> None:
    windows = [lemmas[i : i + window] for i in range(len(lemmas) - window + 1)]
    slow = sum(len(set(w)) / window for w in windows) / len(windows) if windows else None
    assert mattr(lemmas, window=window) == (None if slow is None else pytest.approx(slow))


def test_richness_is_told_for_each_group() -> None:
    units = [said("loyer/loyer/NOUN loyers/loyer/NOUN", "P1"), said("bus/bus/NOUN", "P2")]
    found = richness(units, {"public": [["a"], ["a", "b"]]})
    assert [(r.value, r.people, r.words, r.lemmas, r.hapax, r.mattr) for r in found] == [
        ("a", 2, 3, 2, 1, None),
        ("b", 1, 1, 1, 1, None),
    ]


def test_an_attribute_nobody_has_or_of_too_many_values_is_refused() -> None:
    units = [
        Unit("E", 0, Span(0, 1), (), f"P{n}", {"public": "a" if n % 2 else "b", "cle": f"{n}"})
        for n in range(80)
    ]
    assert crossed_attributes(units, ["public"]) == ("public",)
    assert crossed_attributes(units) == ("public",)
    with pytest.raises(EnqueteError, match=r"ni de réponse « sexe ».*connues : cle, public"):
        crossed_attributes(units, ["sexe"])
    with pytest.raises(EnqueteError, match="« cle » a 80 modalités"):
        crossed_attributes(units, ["cle"])


def test_a_person_who_refuses_to_be_quoted_is_not_shown() -> None:
    silent = Unit("E05", 0, Span(0, 4), words("loyers chers"), "P05", {"consentement_citation": "Non"})
    assert not may_be_quoted(silent)
    assert may_be_quoted(unit("loyers chers"))
