"""What surrounds a match: is it denied, supposed, or said by somebody else?

Written for transcribed speech: « ne » is mostly dropped, sentences run on, « le loyer, c'était pas un souci » puts the
subject before. Each rule is a short function; `tests/nlp/gold_matches.tsv` measures them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final

from habitat_enquete.nlp.oral import listed
from habitat_enquete.nlp.stream import Words

_STRONG: Final = frozenset({".", "!", "?", ";", ":", "…", "...", "(", ")", "«", "»", '"'})
_BREAKS: Final = listed(
    """
    mais car donc sinon alors parce puisque quand lorsque comme si s' cause depuis contre grâce malgré
    tandis
    """
)
_NEW_SUBJECTS: Final = listed(
    """
    je j' tu t' il elle on nous vous ils elles ça c' ce y y' le la l' les un une des mon ma mes notre nos
    votre vos son sa ses leur leurs moi toi lui eux pas plus aucun aucune
    """
)
_RESUMED: Final = listed("c' ça ce il elle ils elles on j' je y y' tu t' nous")
_AFTER_PAS: Final = frozenset(["seulement", "uniquement", "juste", "simplement", "mal", "faute"])
_STEPS: Final = listed("deux trois quatre cinq dix cent quelques un chaque petits grands premier grand faux")
_SUBJUNCTIVES: Final = listed("soit soient ait aient fasse fassent puisse puissent")
_WILFUL: Final = listed(
    """
    vouloir pouvoir devoir faire aller savoir dire penser répondre louer aimer préférer vendre chercher
    croire accepter avoir arriver comprendre demander venir
    """
)
_NOT_GOVERNING: Final = frozenset({"savoir", "comprendre", "rappeler", "souvenir"})
_REACH: Final = 9
_QUOTED: Final = frozenset({"«", '"', "“", ":"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One readable unit, as ranks `[start, end)` of the words of a document."""

    words: Words
    start: int
    end: int

    def norm(self, rank: int) -> str:
        """The standard form at `rank`, empty outside the unit."""
        return self.words.norms[rank] if self.start <= rank < self.end else ""

    def lemma(self, rank: int) -> str:
        """The lemma at `rank`, empty outside the unit."""
        return self.words.lemmas[rank] if self.start <= rank < self.end else ""

    def is_verb(self, rank: int) -> bool:
        """Whether a verb stands at `rank`; never outside the unit."""
        return self.start <= rank < self.end and self.words.is_verb(rank)


# ── negation ─────────────────────────────────────────────────────────────────────────────────────────────────────


def negated(sentence: Sentence, ranks: Sequence[int]) -> bool:
    """Whether the words at `ranks` are denied by a negation that is not part of them."""
    own = frozenset(ranks)
    inside = range(ranks[0], ranks[-1] + 1)
    for cue in range(sentence.start, sentence.end):
        # « pas mal de… » denies nothing, « pas mal isolé » denies « mal isolé ».
        reach = _REACH if _denies_bad(sentence, cue, own) else _cue(sentence, cue)
        if cue in own or not reach:
            continue
        if cue in inside or _within(sentence, cue, reach, own) or _denied_before(sentence, cue, ranks):
            return True
    return False


def _denies_bad(sentence: Sentence, rank: int, own: Set[int]) -> bool:
    return sentence.norm(rank) == "pas" and sentence.norm(rank + 1) == "mal" and rank + 1 in own


def _cue(sentence: Sentence, rank: int) -> int:
    """How many words a negation at `rank` reaches forward; 0 when the word denies nothing."""
    norm = sentence.norm(rank)
    if norm == "pas":
        return _REACH if _denying_pas(sentence, rank) else 0
    if norm == "plus":
        return _REACH if _denying_plus(sentence, rank) else 0
    if norm in {"jamais", "guère"}:
        return 0 if sentence.norm(rank - 1) in {"si", "à"} else _REACH
    if norm == "rien":
        blameless = sentence.norm(rank + 1) == "à" and sentence.norm(rank + 2) in _BLAME
        return _REACH if sentence.norm(rank + 1) not in {"que", "qu'"} and not blameless else 0
    if norm == "zéro":
        return 2 if sentence.norm(rank - 1) not in {"à", "de", "taux", "du", "un"} else 0
    if norm == "personne":
        return _REACH if sentence.norm(rank - 1) not in _ARTICLES else 0
    if norm in {"aucun", "aucune", "nul", "nulle"}:
        return 5
    if norm in {"sans", "ni"}:
        return 4
    return 0


_BLAME: Final = listed("dire redire reprocher signaler ajouter")
_ARTICLES: Final = listed("une la cette chaque seule autre première par grande jeune")


def _denying_pas(sentence: Sentence, rank: int) -> bool:
    before, after = sentence.norm(rank - 1), sentence.norm(rank + 1)
    if before in _STEPS or before == "pourquoi" or after in _AFTER_PAS:
        return False
    if after in {"que", "qu'"}:  # « pas que le loyer » adds; « pas que le loyer soit cher » denies
        return any(sentence.norm(rank + ahead) in _SUBJUNCTIVES for ahead in range(2, 7)) or _is_opinion(
            sentence, rank
        )
    return True


def _is_opinion(sentence: Sentence, rank: int) -> bool:
    return any(sentence.lemma(rank - back) in {"penser", "croire", "trouver", "dire"} for back in (1, 2))


def _denying_plus(sentence: Sentence, rank: int) -> bool:
    """« plus » denies after « ne », or after a verb when nothing is compared."""
    before, after = sentence.norm(rank - 1), sentence.norm(rank + 1)
    if any(sentence.norm(rank - back) in {"ne", "n'"} for back in range(1, 5)):
        return True
    if before in {
        "de",
        "d'",
        "en",
        "le",
        "la",
        "les",
        "au",
        "des",
        "non",
        "beaucoup",
        "bien",
        "un",
        "encore",
        "toujours",
        "et",
        ",",
    }:
        return False
    if _compares(sentence, rank):
        return False
    if sentence.is_verb(rank - 1) and after in {
        "s'",
        "se",
        "me",
        "m'",
        "y",
        "en",
        "nous",
        "vous",
        "lui",
        ".",
        "",
        "!",
        "?",
    }:
        return True
    if after in {"de", "d'", "le", "la", "les", "l'", "un", "une", "du", "rien", "personne", "à", "jamais"}:
        return True
    return sentence.is_verb(rank + 1) and sentence.is_verb(rank - 1)


def _compares(sentence: Sentence, rank: int) -> bool:
    """« plus de travail qu'avant »: a « que » ahead in the same clause."""
    for ahead in range(rank + 2, rank + 8):
        if sentence.norm(ahead) in {"que", "qu'"}:
            return True
        if sentence.norm(ahead) in _BREAKS | _STRONG:
            return False
    return False


def _within(sentence: Sentence, cue: int, reach: int, own: Set[int]) -> bool:
    """Whether the match begins within the clause that follows the negation."""
    if any(sentence.lemma(cue - back) in _NOT_GOVERNING for back in (1, 2)) and sentence.norm(cue) == "pas":
        return False
    for rank in range(cue + 1, min(sentence.end, cue + 1 + reach)):
        if rank in own:
            return True
        if _ends_clause(sentence, rank):
            return False
    return False


def _ends_clause(sentence: Sentence, rank: int) -> bool:
    norm = sentence.norm(rank)
    if norm in _STRONG or norm == ",":
        return True
    if norm in {"et", "ou", "puis"}:
        return sentence.norm(rank + 1) not in {"de", "d'", "du"}
    return norm in _BREAKS


def _denied_before(sentence: Sentence, cue: int, ranks: Sequence[int]) -> bool:
    """« le loyer n'était pas… », « le loyer, c'était pas… », « des locations, y'en a pas »: the match, its verb, the negation."""
    if sentence.norm(cue) not in {"pas", "plus", "jamais", "guère"}:
        return False
    between = range(ranks[-1] + 1, cue)
    if _verb_denied(sentence, cue, ranks[-1]):
        return True
    if not 1 <= len(between) <= 6:
        return False
    verbs = [rank for rank in between if sentence.is_verb(rank)]
    if not verbs:
        return False
    resumed = False
    for rank in between:
        if sentence.norm(rank) == ",":
            resumed = sentence.norm(rank + 1) in _RESUMED and rank == between[0]
            if not resumed:
                return False
        elif _ends_clause(sentence, rank):
            return False
    if any(sentence.norm(rank) in {"qui", "que", "qu'", "dont", "où"} for rank in between):
        return False
    objects = {sentence.norm(rank) for rank in between} & {"en", "y", "les", "le", "la", "l'"}
    if objects and (resumed or "en" in objects):
        return True
    main = sentence.lemma(verbs[0])
    following = sentence.lemma(cue + 1)
    if main == "avoir" and sentence.is_verb(cue + 1):
        return following not in _WILFUL
    return main not in _WILFUL


def _verb_denied(sentence: Sentence, cue: int, last: int) -> bool:
    """« ils embauchent plus »: the match ends with the finite verb that the negation follows, clitics and adverbs apart."""
    verb = sentence.is_verb(last) and sentence.norm(last) != sentence.lemma(last)
    return (
        verb
        and all(sentence.norm(rank) in _AFTER_VERB for rank in range(last + 1, cue))
        and last < cue <= last + 3
    )


_AFTER_VERB: Final = listed(
    """
    vraiment toujours même quasiment presque -il -ils -elle -elles -on -t-il -t-on nous vous les le la lui
    leur
    """
)


_NO: Final = listed("aucun aucune jamais zéro pas rien plus")
_ASKED: Final = 5  # words of a question that only names a subject


def answered_no(words: Words, ranks: Sequence[int], end: int) -> bool:
    """Whether a subject put as a question is denied at once: « Des bus ? Y en a pas. », « L'humidité ? Aucune. ».

    Args: `end` is where the turn ends.
    """
    mark = ranks[-1] + 1
    if mark + 1 >= end or words.norms[mark] != "?":
        return False
    if mark >= _ASKED and words.sentences[mark - _ASKED] == words.sentences[mark]:
        return False
    answer = words.norms[mark + 1 : min(end, mark + 7)]
    there_is_none = "en" in answer[:3] and {"pas", "plus", "jamais"} & set(answer)
    return answer[0] in _NO or bool(there_is_none)


# ── supposition ──────────────────────────────────────────────────────────────────────────────────────────────────

_AFTER_IF: Final = _NEW_SUBJECTS | listed("jamais possible quelqu'un demain seulement ce cette ces personne")
_SUPPOSING: Final = listed(
    "peut-être éventuellement imaginons supposons admettons mettons pourvu espère espérons espérais espérer"
)
_CONDITIONAL_ENDINGS: Final = ("rais", "rait", "rions", "riez", "raient")
_IRREGULAR: Final = [
    "aur",
    "ser",
    "fer",
    "ir",
    "pourr",
    "voudr",
    "devr",
    "faudr",
    "viendr",
    "tiendr",
    "saur",
    "verr",
    "enverr",
    "mourr",
    "courr",
    "vaudr",
    "recevr",
    "deviendr",
    "reviendr",
    "obtiendr",
    "maintiendr",
    "appartiendr",
    "accueiller",
    "cueiller",
    "paier",
    "payer",
    "essaier",
    "emploier",
]


def hypothetical(sentence: Sentence, ranks: Sequence[int]) -> bool:
    """Whether the words at `ranks` are supposed, wished or possible rather than told."""
    around = range(max(sentence.start, ranks[0] - 15), min(sentence.end, ranks[-1] + 16))
    if any(_opens_condition(sentence, rank) for rank in around):
        return True
    clause = _clause(sentence, ranks)
    return any(_supposes(sentence, rank) for rank in clause)


def _opens_condition(sentence: Sentence, rank: int) -> bool:
    norm, before, after = sentence.norm(rank), sentence.norm(rank - 1), sentence.norm(rank + 1)
    if norm in {"si", "s'"}:
        conditional = after in _AFTER_IF if norm == "si" else after in {"il", "ils"}
        return (conditional and before not in {"même", "oui", ","}) or (
            conditional and before == "," and after not in {"le", "la"}
        )
    if (before, norm, after) == ("à", "moins", "de"):  # « à moins de faire », not « à moins de dix minutes »
        return sentence.is_verb(rank + 2)
    two = (norm, after)
    return two in {
        ("cas", "où"),
        ("condition", "de"),
        ("condition", "que"),
        ("moins", "que"),
        ("pourquoi", "pas"),
        ("fois", "que"),
    } and (norm != "fois" or before == "des")


def _supposes(sentence: Sentence, rank: int) -> bool:
    return sentence.norm(rank) in _SUPPOSING or is_conditional(sentence.norm(rank), sentence.lemma(rank))


def is_conditional(form: str, lemma: str) -> bool:
    """Whether a verb form is in the conditional, told by its spelling (« tirait » is no conditional of « tirer »).

    >>> is_conditional("louerait", "louer"), is_conditional("tirait", "tirer"), is_conditional("faudrait", "falloir")
    (True, False, True)
    """
    if not form.endswith(_CONDITIONAL_ENDINGS) or form == "dirait":
        return False
    stem = (
        form.removesuffix("aient")
        .removesuffix("ais")
        .removesuffix("ait")
        .removesuffix("ions")
        .removesuffix("iez")
    )
    if lemma.endswith("er"):
        return _bare(stem) == _bare(lemma) or stem in _IRREGULAR
    return stem in {lemma, lemma.removesuffix("e")} or stem in _IRREGULAR


def _bare(stem: str) -> str:
    """« achèter- », « appeller- »: the conditional of verbs in -er changes accents and doubles consonants."""
    return stem.translate(_ACCENTS).replace("ll", "l").replace("tt", "t")


_ACCENTS: Final = str.maketrans("éè", "ee")


def _clause(sentence: Sentence, ranks: Sequence[int]) -> Iterator[int]:
    """The ranks of the clause around the match: up to a comma, a full stop, a conjunction of coordination."""
    first = ranks[0]
    while first > sentence.start and not _bounds_clause(sentence, first - 1):
        first -= 1
    last = ranks[-1]
    if sentence.norm(last + 1) == "," and sentence.norm(last + 2) in _RESUMED:
        last += 1  # « un médecin, il en faudrait deux »
    while last + 1 < sentence.end and not _bounds_clause(sentence, last + 1):
        last += 1
    yield from range(first, last + 1)


def _bounds_clause(sentence: Sentence, rank: int) -> bool:
    norm = sentence.norm(rank)
    return (
        norm in _STRONG
        or norm in {",", "mais", "donc", "parce", "car", "puis"}
        or (norm == "et" and sentence.norm(rank + 1) in _NEW_SUBJECTS)
    )


# ── reported speech ──────────────────────────────────────────────────────────────────────────────────────────────

_REPORTING: Final = listed(
    """
    dire raconter prétendre affirmer annoncer assurer répéter répondre expliquer jurer promettre paraître
    demander
    """
)
_MYSELF: Final = frozenset({"je", "j'", "moi", "nous"})
_SPEAKER: Final = frozenset({"je", "j'"})
_TO_SOMEBODY: Final = frozenset({"moi", "nous", "toi", "vous"})


def reported(sentence: Sentence, ranks: Sequence[int]) -> bool:
    """Whether the words at `ranks` are what somebody else says or said."""
    return any(
        _reports(sentence, rank) and not _own_words(sentence, rank, ranks[0])
        for rank in range(sentence.start, ranks[0])
    )


def _own_words(sentence: Sentence, start: int, end: int) -> bool:
    """Whether the speaker takes over again: « ils disent que…, mais moi je vois pas d'emploi »."""
    return any(
        sentence.norm(rank) == "mais" and sentence.norm(rank + 1) in _MYSELF for rank in range(start, end)
    )


def _reports(sentence: Sentence, rank: int) -> bool:
    norm = sentence.norm(rank)
    if norm == "soi-disant":
        return True
    if norm == "selon" or (norm == "après" and sentence.norm(rank - 1) == "d'"):
        return sentence.norm(rank + 1) not in _TO_SOMEBODY
    if (
        sentence.lemma(rank) not in _REPORTING
        or norm in {"disons", "dirais", "dirait"}
        or _is_infinitive(norm)
    ):
        return False
    opens = [sentence.norm(rank + ahead) for ahead in range(1, 5)]
    joined = {"si", "s'"} if sentence.lemma(rank) == "demander" else {"que", "qu'"} | _QUOTED
    if not joined & set(opens):
        return False
    return not any(sentence.norm(rank - back) in _SPEAKER for back in range(1, 6)) or _to_me(sentence, rank)


def _is_infinitive(norm: str) -> bool:
    return norm in _REPORTING


def _to_me(sentence: Sentence, rank: int) -> bool:
    """« on m'a dit »: the speaker is told, even where « je » stands shortly before."""
    return any(sentence.norm(rank - back) in {"m'", "me"} for back in (1, 2)) and not any(
        sentence.norm(rank - back) in _SPEAKER for back in (1, 2, 3)
    )
