"""Second thoughts on the names a model found: what stands around them in the sentence often settles what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc, Span

from habitat_enquete.nlp.gazetteer import communes
from habitat_enquete.nlp.lexicon import lexicon
from habitat_enquete.nlp.oral import listed, spoken_norm

FACTORY: Final = "enquete_names"
_WITHIN: Final = listed("dans en vers depuis")
_TOWARDS: Final = listed("à sur jusqu'à")
# What comes before « de » and a town; « l'oncle d'Alex » is somebody, though Alex is a commune.
_FROM: Final = listed(
    """
    loin près autour côté hors viens vient venais venait venir venu venue venus pars part partir parti partie partis
    reviens revient revenir revenu revenue arrive arriver arrivé arrivée originaire centre centre-ville maire mairie
    habitants région pays secteur sortie entrée nord sud est ouest banlieue périphérie campagne
    """
)
_ARTICLES: Final = listed("le la l' les un une des du au aux ce cet cette ces")
_TITLES: Final = listed(
    """
    monsieur madame mademoiselle messieurs mesdames m m. mme mlle mr dr docteur maître professeur abbé père mère sœur
    frère oncle tonton tante tata cousin cousine papi papy mamie mamy général colonel capitaine président présidente
    maire ministre roi reine saint sainte
    """
)
_PLACES: Final = listed(
    """
    rue place avenue boulevard quai square impasse allée chemin route pont rond-point rocade gare arrêt station métro tram
    lycée collège école fac faculté université crèche église chapelle cathédrale basilique hôpital clinique ehpad foyer
    résidence quartier cité lotissement hameau lieu-dit commune village bourg ville agglomération canton département région
    stade piscine gymnase parc jardin château musée théâtre cinéma tour lac rivière mont col vallée forêt plage île camping
    """
)
_NAMED_AFTER: Final = listed(
    """
    rue avenue boulevard quai route gare aéroport université cathédrale quartier cité hameau commune village bourg ville
    agglomération canton département région lac rivière forêt île
    """
)
_FIRMS: Final = listed(
    """
    société entreprise groupe marque magasin supermarché enseigne agence banque assurance association club fondation
    syndicat usine bailleur promoteur constructeur restaurant hôtel boulangerie garage
    """
)
_WORKS: Final = listed(
    """
    film série émission chanson album roman livre revue magazine journal jeu application appli appli' logiciel site
    plateforme chaîne opération programme dispositif loi concept modèle
    """
)
_FEASTS: Final = listed("Noël Pâques Toussaint Pentecôte Ascension Ramadan Carême Halloween")
_CRIES: Final = listed(
    "hop oula ouh waouh wow waw ouf aïe oups bref mouais super cool nickel chut coucou allô dieu merde"
)
_PERSON: Final = "PER"
_ENGLISH: Final = listed("the of in on my your you it is and to for with from never")
_TO_SOMEBODY: Final = listed(
    """
    dire dit dis disait demander demande demandé parler parle parlé donner donne donné téléphoner téléphone téléphoné écrire
    écrit écris penser pense pensé montrer montre montré expliquer explique expliqué répondre répond répondu plaire plaît
    ressembler ressemble appartenir appartient appartenait grâce prêter prêté louer loué vendre vendu confier confié laisser
    laissé envoyer envoyé face
    """
)
_CALLS: Final = listed("appelle appelait appeler appelé appelée appelés")
_SHOWN: Final = 4  # words before a name that are looked at
_TOWN: Final = re.compile(
    r"^(?:Saint|Sainte|St|Ste|Mont|Notre-Dame)-\w|-(?:sur|sous|en|lès|lez|les|le|la|aux?|du|de)-\w",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(r"\d+\s?[-–.)]\s?[^\W\d]")  # « 2-Ok », the answer to a numbered question
_NUMBERED: Final = re.compile(r"\d|--")
_OPENERS: Final = listed('. ! ? … ... : « " “ - – — ( [ /')
_ACRONYM: Final = 5  # letters
_SHORT_NAME: Final = 4
_ORDERS: Final = listed("-toi -vous -moi")
_OWNED: Final = listed(
    "maison ferme grange terrain champ voiture appart appartement logement chambre fils fille mère père"
)
_BESIDE_SOMEBODY: Final = listed("avec chez sans suis appelle appelait m'appelle s'appelle prénomme")
_POSSESSIVES: Final = listed("mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs")
_RELATIVES: Final = listed(
    """
    sœur frère mère père fille fils mari femme compagnon compagne conjoint conjointe copain copine ami amie tante oncle
    cousin cousine nièce neveu voisin voisine belle-sœur beau-frère belle-mère beau-père grand-mère grand-père collègue
    petite petit aînée aîné cadette cadet coloc colocataire
    """
)
_CALLED: Final = listed("Papa Maman Papi Papy Mamie Mamy Pépé Mémé Tonton Tata Alex Max Sam Jo Léo Théo Lou")


def reconsidered(
    label: str,
    text: str,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
    *,
    opens: bool = False,
    proper: bool = True,
    bare: bool = False,
) -> str:
    """The label of a name, given the words around it; empty when it is no name after all.

    Args: `before` and `after` the few words on either side, `opens` whether it opens a sentence, `proper` whether the model
    that gives parts of speech sees a proper noun in it, `bare` whether the text has no capitals to tell names by.

    >>> reconsidered("PER", "Champvert", ["allé", "vers"]), reconsidered("PER", "Noël", ["de"])
    ('LOC', '')
    >>> reconsidered("PER", "Lucie", ["vers"]), reconsidered("PER", "Imagine", opens=True)
    ('PER', '')
    >>> reconsidered("LOC", "Karima", ["demandé", "à"]), reconsidered("LOC", "Nancy", after=[",", "ma", "sœur"])
    ('PER', 'PER')
    """
    if bare and text.islower():
        return _PERSON if _first_name_only(text.title()) else label
    if text in _FEASTS or _LISTED.match(text) or not any(letter.isupper() for letter in text):
        return ""
    words = [spoken_norm(word) for word in before]
    last = words[-1] if words else ""
    if label == "LOC" and _somebody(text, words, [spoken_norm(word) for word in after]):
        return _PERSON
    if opens and after and after[0].lower() in _ORDERS:
        return ""  # « Marie-toi »
    if label == "LOC" and opens and not proper and _is_usual(text):
        return ""  # « Imaginons », « Vitrail »
    if last in _TITLES and label != _PERSON:
        return label if last in {"saint", "sainte"} or " " in text else _PERSON
    if label != _PERSON or last in _TITLES:
        return label
    if _is_no_name(text, opens=opens, proper=proper):
        return ""
    if context := _of_head(text, words):
        return context if context != "-" else ""
    return label if _first_name(text) else _isolated(text, words)


def _somebody(text: str, before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether what was taken for a place is somebody: a relative in apposition, a first name where no place stands."""
    if len(after) > 2 and after[0] == "," and after[1] in _POSSESSIVES and after[2] in _RELATIVES:
        return True
    if not _first_name_only(text):
        return False
    last, former = ["", "", *before][-1], ["", "", *before][-2]
    if last == "à":
        return bool(set(before) & _TO_SOMEBODY) or former in _OWNED
    return last in _BESIDE_SOMEBODY


def _first_name_only(text: str) -> bool:
    """Whether it is a first name and no place we know."""
    return text in lexicon().names and text not in communes() and text not in lexicon().places


def _first_name(text: str) -> bool:
    """Whether a first name is part of it, as such or in capitals; « Jean-Baptiste » counts by its parts."""
    known = lexicon().names
    return any(
        word in _CALLED or word in known or word.title() in known for word in (text, *re.split(r"[ -]", text))
    )


def _is_no_name(text: str, *, opens: bool, proper: bool) -> bool:
    """Whether it is a word like any other, with the capital of a sentence or the number of a question."""
    if _NUMBERED.search(text):
        return True
    if _first_name(text):
        return False
    words = text.split()
    if any(word.lower() in _ENGLISH for word in words):
        return True
    return (opens or not proper) and all(word.lower() in _CRIES or lexicon().analyses(word) for word in words)


def _is_usual(text: str) -> bool:
    """Whether all its words are words of the language, and together no place we know."""
    known = text in communes() or text in lexicon().places
    return not known and all(lexicon().analyses(word) for word in re.split(r"[ -]", text))


def _of_head(text: str, words: Sequence[str]) -> str:
    """What the noun before a name makes of it: « la rue Victor Hugo », « la commune de Mende »; `-` for no name."""
    last = words[-1] if words else ""
    linked = last in {"de", "d'", "du", "des"}
    if linked and (_first_name(text) or " " in text):
        return ""
    head = words[-2] if linked and len(words) > 1 else last
    if head in (_NAMED_AFTER if linked else _PLACES):
        return "LOC"
    if linked:
        town = text in communes() or text in lexicon().places
        return "LOC" if town and head in _FROM else ""
    return "ORG" if head in _FIRMS else "-" if head in _WORKS else ""


def _isolated(text: str, words: Sequence[str]) -> str:
    """The label of what no first name and no noun makes a person for sure."""
    last = words[-1] if words else ""
    single = " " not in text
    if _TOWN.search(text) or (single and last in _WITHIN):
        return "LOC"
    if last in _TOWARDS and (text in communes() or text in lexicon().places):
        return "LOC"
    if single and last == "à" and not set(words) & _TO_SOMEBODY:
        return "LOC"
    if last in _CALLS and {"ça", "c'", "ce", "cela"} & set(words):
        return ""
    if not single:
        return _PERSON
    acronym = text.isupper() and 1 < len(text) <= _ACRONYM
    singular = text[-1] not in "sxz" or not lexicon().analyses(text)
    if last == "les" and singular and not acronym:
        return _PERSON  # « les Chabrol », not « les Parisiens » nor « les HLM »
    return "" if acronym or last == "sur" or last in _ARTICLES else _PERSON


def _known_names(doc: Doc) -> Iterator[Span]:
    """In a text without capitals, the first names and towns that are no other word: « fabienne », « rodez »."""
    for token in doc:
        word = token.text.title()
        if len(word) < _SHORT_NAME or lexicon().analyses(token.text):
            continue
        if word in lexicon().names:
            yield Span(doc, token.i, token.i + 1, _PERSON)
        elif word in lexicon().places or word in communes():
            yield Span(doc, token.i, token.i + 1, "LOC")


class CheckedNames:
    """The pipeline component: applies `reconsidered` to what the model found."""

    def __call__(self, doc: Doc) -> Doc:
        kept = []
        bare = not any(token.text[:1].isupper() for token in doc)
        for name in doc.ents:
            if label := self._label(name, bare=bare):
                kept.append(name if label == name.label_ else Span(doc, name.start, name.end, label))
        if bare:
            taken = {token.i for name in kept for token in name}
            kept += [name for name in _known_names(doc) if name.start not in taken]
        doc.set_ents(kept)
        return doc

    def _label(self, name: Span, *, bare: bool) -> str:
        doc, start = name.doc, name.start
        before = [token.text for token in doc[max(0, start - _SHOWN) : start]]
        after = [token.text for token in doc[name.end : name.end + _SHOWN]]
        opens = not start or bool(doc[start].is_sent_start) or before[-1] in _OPENERS
        tagged = any(token.pos_ for token in name)
        proper = not tagged or any(token.pos_ == "PROPN" for token in name)
        return reconsidered(name.label_, name.text, before, after, opens=opens, proper=proper, bare=bare)


@Language.factory(FACTORY, assigns=["doc.ents"])
def make_checked_names(nlp: Language, name: str) -> CheckedNames:
    """What spaCy calls to build the component."""
    return CheckedNames()
