"""A light French for spaCy: our tokeniser, and word features backed by the lexicon.

`spacy.lang.fr` compiles one regular expression of several hundred character classes when it is imported (about 2.3 s of
CPU). This class never imports it, cuts elisions and clitics by affix rules instead, and agrees better with the French
treebanks (docs/langue.md gives the figures). It is registered under "fr", so that textacy's French functions work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from spacy.attrs import LIKE_NUM, NORM, PREFIX, SHAPE  # type: ignore[import-not-found]
from spacy.lang.lex_attrs import word_shape
from spacy.language import BaseDefaults, Language
from spacy.symbols import NOUN, ORTH, PRON, PROPN  # type: ignore[import-not-found]
from spacy.tokens import Doc, Span
from spacy.util import registry

from habitat_enquete.nlp.lexicon import word_class
from habitat_enquete.nlp.oral import listed, spoken_norm

LANG: Final = "fr"

_LETTER: Final = r"[^\W\d_]"
_ELIDED: Final = r"(?:[cdjlmnstyz]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu|entr|tandisqu|parc?qu|pasqu|pask|ch|gn|prud|contr)"
_SUBJECT: Final = r"(?:t['’-])?(?:ils?|elles?|on)"
_OBJECT: Final = r"(?:je|tu|nous|vous|moi|toi|lui|leur|les?|la|y|en|ce|là|ci|t['’]en|m['’]en)"

PREFIXES: Final = (
    r"""[\[\](){}<>"“”«»„…]""",
    r"\.\.+",
    r"""[,;:!?&*+=/|§#]""",
    r"[-–—](?=\W|$)",
    r"[–—]",
    rf"-(?={_LETTER}{{3}})",
    r"[$€£](?=\d)",
    rf"(?i:{_ELIDED})['’](?=\w|\W?$)",
    r"['’‘](?!\d)",
)
SUFFIXES: Final = (
    r"""[\[\](){}<>"“”«»„…]""",
    r"\.\.+",
    r"[,;:!?&*+=/|]",
    r"(?<=[\w%°~\])»”\"'’])\.",
    r"(?<=\d)(?:€|\$|£|%|°C|°)",
    r"(?<=\d)(?i:km|m²|m2|mm|cm|kg|ha)",
    r"[%€$£]",
    rf"(?<={_LETTER})-(?i:{_SUBJECT}|{_OBJECT})",
    r"(?<=[\w.,!?])['’‘](?<![cdjlmnstyCDJLMNSTYute]['’])",
    r"[-–—]",
)
INFIXES: Final = (
    r"\.\.+|…",
    rf"(?<={_LETTER})[,;:!?(\"“”«»)](?={_LETTER})",
    rf"(?<={_LETTER})[–—](?={_LETTER})",
    rf"(?<={_LETTER}{{2}})/(?={_LETTER}{{2}})",
    rf"(?<=[a-zà-ÿ]{{2}})\.(?=[A-ZÀ-Ý]{_LETTER})",
    r"(?<=[)\]»”\"])(?=\w)",
)

# Words that the affix rules would cut wrongly. Both apostrophes, and a capital first, are added below.
WHOLE: Final = """
aujourd'hui quelqu'un quelqu'une presqu'île prud'homme prud'hommes prud'homal prud'homale prud'homales prud'homaux
entr'aide d'jà c't' c'te m'enfin t'inquiète
rendez-vous vis-à-vis celui-ci celui-là celle-ci celle-là ceux-ci ceux-là celles-ci celles-là
là-bas là-haut là-dedans là-dessus là-dessous là-derrière là-devant par-là par-ci ci-là de-ci de-là
jusque-là là-là garde-à-vous chez-moi chez-soi chez-toi chez-nous chez-vous chez-lui chez-eux sans-le moi-je
va-et-vient on-dit qu'en-dira-t-on je-m'en-foutisme m'as-tu-vu sot-l'y-laisse
p't-être p't'être p'têt p'tet p'têtre p'tit p'tite p'tits p'tites v'là s'cusez t'façon d'façon c'est-à-dire
quat' quat'e aut' not' vot'
"""
# Not those that are words of their own at the end of a sentence: « une école d'art. », « mon ex. », « on était sept. »
ABBREVIATIONS: Final = """
M. MM. Dr. Pr. St. Ste. Mgr. Me. Mr. Mrs. etc. cf. p. pp. av. apr. env. n°. tél. hab. bd. bld. ch. Mme. Mlle.
p.ex. i.e. c.-à-d. a.m. p.m. J.-C. J.C. boul. arr. dép. éd. réf. resp. svp. janv. févr. avr. juil. oct. nov. déc.
"""


def tokenizer_exceptions() -> dict[str, list[dict[int, str]]]:
    """Words kept whole whatever the affix rules say: with either apostrophe, in lower case or with a capital."""
    exceptions: dict[str, list[dict[int, str]]] = {}
    for word in (*WHOLE.split(), *ABBREVIATIONS.split()):
        for cased in {word, word[:1].upper() + word[1:], word.upper() if len(word) > 4 else word}:
            for form in (cased, cased.replace("'", "’")):
                exceptions[form] = [{ORTH: form}]
    for space in (" ", "\t", "\n", "\u00a0"):
        exceptions[space] = [{ORTH: space}]
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZÉ":
        exceptions[f"{letter}."] = [{ORTH: f"{letter}."}]
    return exceptions


def like_number(text: str) -> bool:
    """Whether a word is a number, in figures or in letters (ordinals included)."""
    bare = text.lstrip("+-±~").replace(",", "").replace(".", "").replace("\u202f", "")
    if bare.isdigit():
        return True
    return spoken_norm(text) in _NUMBERS or spoken_norm(text).split("-")[0] in _TENS


_NUMBERS: Final = listed(
    """
    zéro deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente
    quarante cinquante soixante septante huitante nonante cent cents mille million millions milliard
    milliards
    """
)
_TENS: Final = listed("vingt trente quarante cinquante soixante dix quatre septante nonante")

_SUBJECTS_AND_OBJECTS: Final = [
    "nsubj",
    "nsubj:pass",
    "obj",
    "obl",
    "obl:agent",
    "obl:arg",
    "obl:mod",
    "nmod",
    "nmod:appos",
    "appos",
    "iobj",
    "dislocated",
    "root",
    "ROOT",
]
_WITHIN_NAME: Final = ("flat", "flat:name", "flat:foreign", "fixed", "compound")


def noun_chunks(doclike: Doc | Span) -> Iterator[tuple[int, int, int]]:
    """Base noun phrases of a parsed text, as (first token, last token + 1, label): what textacy and spaCy ask for.

    Raises: ValueError when the text is not parsed.
    """
    doc = doclike.doc
    if not doc.has_annotation("DEP"):
        raise ValueError("noun phrases need the parser")
    label = doc.vocab.strings.add("NP")
    last = -1
    for word in doclike:
        if word.pos not in (NOUN, PROPN, PRON) or word.i <= last:
            continue
        if word.dep_ not in _SUBJECTS_AND_OBJECTS and word.dep_ != "conj":
            continue
        start = _first_of_chunk(word.i, doc, last)
        end = _end_of_chunk(word.i, doc)
        last = end - 1
        yield start, end, label


def _first_of_chunk(head: int, doc: Doc, last: int) -> int:
    start = head
    while (
        start - 1 > last
        and doc[start - 1].head.i in range(start - 1, head + 1)
        and doc[start - 1].pos_ in {"DET", "ADJ", "NUM", "ADV", "PROPN", "NOUN"}
    ):
        start -= 1
    return start


def _end_of_chunk(head: int, doc: Doc) -> int:
    end = head + 1
    while end < len(doc) and doc[end].head.i == head and doc[end].dep_ in ("amod", *_WITHIN_NAME):
        end += 1
    return end


class LightFrenchDefaults(BaseDefaults):
    """Tokeniser rules and word features of our French.

    PREFIX holds the word class of the lexicon (`NV`, `A`, `?`…) rather than a first letter: it is what the shipped
    pipeline was trained on, and what it knows of the words its training texts did not show.
    """

    tokenizer_exceptions = tokenizer_exceptions()
    prefixes = PREFIXES
    suffixes = SUFFIXES
    infixes = INFIXES
    syntax_iterators: dict[str, Callable[..., Iterator[Any]]] = {"noun_chunks": noun_chunks}  # noqa: RUF012
    lex_attr_getters: dict[int, Callable[[str], Any]] = {  # noqa: RUF012
        **BaseDefaults.lex_attr_getters,
        LIKE_NUM: like_number,
        NORM: spoken_norm,
        PREFIX: word_class,
        SHAPE: lambda text: word_shape(text.replace("’", "'")),
    }


class LightFrench(Language):  # type: ignore[no-untyped-call]
    """French, without the start-up cost of spaCy's own class."""

    lang = LANG
    Defaults = LightFrenchDefaults


def register() -> None:
    """Make "fr" mean this class, for what is loaded from now on."""
    registry.languages.register(LANG, func=LightFrench)


def register_stock() -> None:
    """Make "fr" mean spaCy's own class: for installed packages that were trained with it."""
    from spacy.lang.fr import French

    registry.languages.register(LANG, func=French)
