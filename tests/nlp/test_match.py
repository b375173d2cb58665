"""Finding the codebook: terms, rules, and how a passage is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.model.codebook import Code, Codebook, Rule
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, Role
from habitat_enquete.nlp.annotate import annotate
from habitat_enquete.nlp.annotated import AnnotatedText
from habitat_enquete.nlp.match import CodebookMatcher, Match
from habitat_enquete.nlp.pipeline import Pipeline, load
from habitat_enquete.nlp.scope import is_conditional
from habitat_enquete.nlp.stream import comparable, heard

Build = Callable[..., Document]
Find = Callable[..., list[Match]]
GOLD = Path(__file__).parent / "gold_matches.tsv"
AGAIN = Path(__file__).parent / "gold_matches_2.tsv"


@pytest.fixture
def matches(blank: Pipeline, interview: Build) -> Find:
    """`matches("Le loyer.", terms=("loyer",))`: what one code finds in one turn of an informant."""

    def find(text: str, *, gap: int = 3, **code: object) -> list[Match]:
        codebook = Codebook((), (Code("c", "C", "t", **code),), gap=gap)  # type: ignore[arg-type]
        document = interview(f"LOC: {text}")
        [annotated] = annotate([document], blank, None)
        return CodebookMatcher(codebook, blank).matches(annotated, document)

    return find


@pytest.mark.parametrize(
    ("text", "term", "found"),
    [
        ("Des locations, oui.", "location", ["locations"]),
        ("L’assainissement d'abord.", "assainissement", ["assainissement"]),
        ("Le coeur de bourg et des cœurs de bourg.", "cœur de bourg", ["coeur de bourg", "cœurs de bourg"]),
        ("Une œuvre, deux oeuvres.", "oeuvre", ["œuvre", "oeuvres"]),
        ("Une œuvre.", '"oeuvre"', ["œuvre"]),
        ("Elle sort d'une école d'art.", "école d'art", ["école d'art"]),
        ("On y était à sept.", "à sept", ["à sept"]),
        ("On a refusé le prêt.", "refuser le prêt", ["refusé le prêt"]),
        ("Ils m'ont refusé le prêt.", "refuser le prêt", ["refusé le prêt"]),
        ("La banque nous a tous refusés.", "banque refuser", ["banque nous a tous refusés"]),
        ("La maison est restée vide.", "maison vide", ["maison est restée vide"]),
        ("Pas de location.", "pas de location", ["Pas de location"]),
        ("Un manque criant à louer", "manque * à louer", ["manque criant à louer"]),
        ("Un manque à louer", "manque * à louer", []),
        ("un logement plus grand à louer", "logement … louer", ["logement plus grand à louer"]),
        ("un logement vieux froid humide sombre à louer", "logement … louer", []),
        ("Un logement. Louer, c'est cher.", "logement … louer", []),
        ("La liste d’attente", '"liste d\'attente"', ["liste d’attente"]),
        ("Les listes d'attente", '"liste d\'attente"', []),
        ("Le travail et les travaux", "travaux", ["travaux"]),
        ("Le travail et les travaux", "travail", ["travail"]),
        ("Un petit appart.", "appartement", ["appart"]),
        ("le euh le loyer", "le loyer", ["le loyer"]),
        ("pas de, euh, pas de bus", "pas de bus", ["pas de bus"]),
        ("la mai- la maison vide", "la maison", ["la maison"]),
        ("Je m'y suis sentie seule.", "se sentir seul", ["m'y suis sentie seule"]),
        ("RIEN À LOUER", "rien à louer", ["RIEN À LOUER"]),
        ("relouer", "louer", []),
        ("", "louer", []),
    ],
)
def test_terms_are_compared_by_lemma_and_heard_through_speech(
    matches: Find, text: str, term: str, found: list[str]
) -> None:
    assert [match.span.quote(text) for match in matches(text, terms=(term,))] == found


def test_excluded_contexts_drop_the_match(matches: Find) -> None:
    text = "La location de matériel et la location à l'année."
    found = matches(text, terms=("location",), not_terms=("location de matériel",))
    assert [match.span.start for match in found] == [30]


def test_the_longest_term_of_a_code_wins(matches: Find) -> None:
    [match] = matches(
        "Pas de logement à louer", terms=("logement", "pas de logement", "pas de logement à louer")
    )
    assert (match.term, match.span) == ("pas de logement à louer", Span(0, 23))


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("Le loyer n'était pas un problème.", True),
        ("Le loyer, c'était pas un souci.", True),
        ("J'ai pas de loyer.", True),
        ("Ni le loyer ni les charges.", True),
        ("Sans loyer à payer.", True),
        ("Aucun loyer.", True),
        ("Je pense pas que le loyer soit le problème.", True),
        ("Il y a pas que le loyer.", False),
        ("Le loyer est pas mal élevé.", False),
        ("J'ai pas de bus, et le loyer est cher.", False),
        ("J'y arrive pas parce que le loyer est cher.", False),
        ("Le loyer est plus cher qu'avant.", False),
        ("On habite à deux pas, le loyer est bas.", False),
    ],
)
def test_negation_reaches_its_clause_and_no_further(matches: Find, text: str, negated: bool) -> None:
    [match] = matches(text, terms=("loyer",))
    assert match.negated is negated


def test_a_term_is_not_negated_by_its_own_negation(matches: Find) -> None:
    [match] = matches("Y'a pas de location ici.", terms=("pas de location",))
    assert match == Match("c", Span(4, 19), "pas de location")


def test_a_negation_within_a_verb_phrase_denies_it(matches: Find) -> None:
    [match] = matches("On manque pas de logements.", terms=("manquer de logement",))
    assert match.negated


@pytest.mark.parametrize(
    ("text", "hypothetical"),
    [
        ("Si le loyer monte, on part.", True),
        ("Le loyer serait correct.", True),
        ("Il faudrait un loyer plus bas.", True),
        ("Pourquoi pas un loyer progressif ?", True),
        ("Le loyer est si cher.", False),
        ("Même si le loyer est cher.", False),
        ("Quand le loyer tombe, ça tire.", False),
    ],
)
def test_supposition_is_flagged(matches: Find, text: str, hypothetical: bool) -> None:
    [match] = matches(text, terms=("loyer",))
    assert match.hypothetical is hypothetical


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("Ma sœur dit que le loyer est haut.", True),
        ("On m'a dit que le loyer était compris.", True),
        ("Il paraît que le loyer monte.", True),
        ("Selon le maire, le loyer est bas.", True),
        ("Selon moi, le loyer est bas.", False),
        ("Je dis que le loyer est haut.", False),
        ("Ça veut dire que le loyer monte.", False),
        ("C'est-à-dire que le loyer monte.", False),
    ],
)
def test_what_others_say_is_flagged(matches: Find, text: str, reported: bool) -> None:
    [match] = matches(text, terms=("loyer",))
    assert match.reported is reported


@pytest.mark.parametrize(
    ("form", "lemma", "expected"),
    [
        ("louerait", "louer", True), ("tirait", "tirer", False), ("finirions", "finir", True),
        ("prendraient", "prendre", True), ("aurais", "avoir", True), ("serais", "être", True),
        ("entrait", "entrer", False), ("achèterait", "acheter", True), ("mourait", "mourir", False),
        ("mourrait", "mourir", True), ("espérait", "espérer", False),
    ],
)  # fmt: skip
def test_conditional_is_told_by_spelling(form: str, lemma: str, expected: bool) -> None:
    assert is_conditional(form, lemma) is expected


def test_rule_asks_for_all_any_and_none_within_a_sentence(matches: Find) -> None:
    rule = Rule(all_of=("artisan",), any_of=("attendre", "introuvable"), none_of=("médecin",))
    text = (
        "Un artisan, faut attendre. On attend. L'artisan et le médecin sont introuvables. Un artisan passe."
    )
    [match] = matches(text, rules=(rule,))
    assert (match.span.quote(text), match.term) == ("artisan, faut attendre", "artisan + attendre")


def test_rule_may_look_over_the_whole_turn(matches: Find) -> None:
    text = "J'ai un artisan. Il faut attendre."
    rule = Rule(all_of=("artisan",), any_of=("attendre",), scope="turn")
    assert [match.span.quote(text) for match in matches(text, rules=(rule,))] == ["artisan. Il faut attendre"]


def test_rule_may_hold_token_patterns(matches: Find) -> None:
    rule = Rule(patterns=(({"LEMMA": "chercher"}, {"OP": "?"}, {"LOWER": "maison"}),))
    text = "On cherchait une maison."
    assert [match.span.quote(text) for match in matches(text, rules=(rule,))] == ["cherchait une maison"]


def test_a_pattern_on_parts_of_speech_needs_a_model(matches: Find) -> None:
    rule = Rule(patterns=(({"POS": "NUM"}, {"LOWER": "enfants"}),))
    with pytest.raises(EnqueteError, match="POS dans un motif du code « c »"):
        matches("Trois enfants.", rules=(rule,))


def test_only_informants_are_coded_unless_asked(blank: Pipeline, interview: Build) -> None:
    document = interview("ENQ: Et le loyer ?", "LOC: Le loyer, ça va.")
    [annotated] = annotate([document], blank, None)
    matcher = CodebookMatcher(Codebook((), (Code("c", "C", "t", terms=("loyer",)),)), blank)

    assert [match.span.start for match in matcher.matches(annotated, document)] == [17]
    everybody = matcher.matches(annotated, document, roles=tuple(Role))
    assert [match.span.start for match in everybody] == [6, 17]


def test_repetitions_are_heard_once() -> None:
    forms = ["pas", "de", "euh", "pas", "de", "de", "bus", "lo~", "loyer"]
    annotated = AnnotatedText("x", range(9), range(1, 10), forms, forms, [""] * 9, [True] + [False] * 8)
    words = comparable(annotated)
    assert [words.norms[rank] for rank in heard(words, range(9))] == ["pas", "de", "bus", "loyer"]


def gold(file: Path = GOLD) -> list[tuple[str, Counter[str]]]:
    """The invented sentences and what is to be found in each."""
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [
        (sentence, Counter(expected.split())) for sentence, expected in (line.split("\t") for line in lines)
    ]


@pytest.mark.parametrize("file", [GOLD, AGAIN], ids=["first", "second"])
@pytest.mark.parametrize("half", [0, 1], ids=["tuned-on", "kept-aside"])
def test_gold_sentences_are_found_and_qualified(
    blank: Pipeline, interview: Build, half: int, file: Path
) -> None:
    matcher = CodebookMatcher(read_codebook(GOLD.with_name("gold_codebook.yaml")), blank)
    right = expected = found = 0
    for sentence, want in gold(file)[half::2]:
        document = interview(f"LOC: {sentence}")
        [annotated] = annotate([document], blank, None)
        got = Counter(
            match.code + "-" * match.negated + "@" * match.reported + "?" * match.hypothetical
            for match in matcher.matches(annotated, document)
        )
        right, expected, found = right + (got & want).total(), expected + want.total(), found + got.total()
    assert len(gold()) + len(gold(AGAIN)) >= 450
    assert right / expected > 0.95
    assert right / found > 0.95


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("le loyer y en a pas", True),
        ("Le loyer ? Aucun.", True),
        ("Le loyer ? Y en a pas chez nous.", True),
        ("Le loyer ? Non, ça va.", False),
        ("Vous croyez que c'est facile de payer le loyer ? Pas du tout.", False),
        ("zéro loyer", True),
        ("un prêt à taux zéro, le loyer", False),
        ("rien à redire sur le loyer", False),
    ],
)
def test_a_negation_without_its_full_stop(matches: Find, text: str, negated: bool) -> None:
    assert [match.negated for match in matches(text, terms=("loyer",))] == [negated]


@pytest.mark.model
def test_a_unit_guessed_in_bare_speech_keeps_who_said_it(interview: Build) -> None:
    text = "alors nous on est bien ici ma sœur elle répète toujours que c'est mieux l'achat que la location"
    pipeline = load()
    document = interview(f"LOC: {text}")
    [annotated] = annotate([document], pipeline, None)
    codebook = Codebook((), (Code("c", "C", "t", terms=("location",)),))
    assert [m.reported for m in CodebookMatcher(codebook, pipeline).matches(annotated, document)] == [True]


def test_words_said_while_looking_for_another_are_passed_over(matches: Find) -> None:
    (match,) = matches("la maison elle est restée euh comment dire vide", terms=("maison vide",))
    assert match.span.start == 3
