"""Words that carry meaning, as people say them: for word clouds and for comparing quotes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from habitat_enquete.model.synthesis import WordCount

_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ELISION: Final = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu|presqu)['’]", re.IGNORECASE)
SHORTEST: Final = 4

# Grammatical words, auxiliaries, fillers of spoken French, and verbs said of everything.
_GRAMMATICAL: Final = """
    ailleurs ainsi aller allais allait alors année années après assez aucun aucune aujourd aujourd'hui auprès auquel aura aurai
    auraient aurait aussi autant autre autrement autres avaient avais avait avant avec avez aviez avions avoir avons ayant
    bah beaucoup bien bientôt bon bonne bonnes bons bref ceci cela celle celles celui cependant certain certaine certaines certains
    ces cet cette ceux chaque chacun chez chose choses combien comme comment complètement contre côté coup cours dans déjà dedans
    dehors demain depuis dernier dernière derrière des dessous dessus deux devant devait devez devoir dire dirais dire disait
    disaient disais disant disent dit dites dix dois doit doivent donc donne donner dont dû durant eh elle elles encore endroit enfin
    ensuite entre envers environ est estce étaient étais était étant été êtes être eu euh eux évidemment exactement exemple façon
    faire fais faisait faisaient faisant fait faite faites fallait faudra faudrait faut finalement fois font forcément franchement
    gens genre grand grande grandes grands gros grosse hein heure heures hier histoire hors ici ils impression jamais jour jours jusque
    justement laisse laquelle leur leurs loin long longtemps lors lorsque lui maintenant mais mal malgré manière mec même mêmes
    met mets mettre mieux mille mis moi moins mois moment monde monsieur madame mon nan ne nos notre nous nouveau nouvelle non
    ouais oui ouh par parce parfois parler parle partie partir pas passé passe passer pendant personne personnes petit petite petites
    petits peu peut peuvent peux place plein plupart plus plusieurs plutôt point possible pour pourquoi pourra pourrait pourtant
    pouvait pouvez pouvoir premier première prend prendre près presque pris problème puis puisque quand quant quatre que quel quelle
    quelles quelque quelques quels question qui quinze quoi quoique reste rester rien sais sait sans sauf savait savez savoir
    selon semaine sera serai seraient serait ses seul seule seulement sien simplement sinon sommes son sont sorte sous soit souvent
    suis suite super sur surtout tant tel telle telles tellement tels temps tient tiens toi ton toujours tous tout toute toutes
    tranquille trente très trois trop trouve trouver truc trucs une vachement vais valait vas vers veut veux vient viens vingt vite
    voilà voir voire vois voit vos votre voulais voulait vouloir voulu vous vrai vraie vraiment vu y'a quelqu'un parfait accord
    fond font bout donné reparti arrive arrivé arriver commence commencé comprend comprendre compris crois croire demande demandé
    demander essayé essayer ensemble façon juste parlé pense penser pensais pensait quasiment rapport regarde regardé regarder
    resté sens tomber tombé trouvé venir venu venait connaissais connais connait connaît fini finir idée mettait mettent voulez
    personnellement effectivement disons bonjour merci peutêtre peut-être celui-là celle-là là-bas là-haut
"""
# More verbs that help other verbs, linking words and adverbs that fit any subject.
_LINKING: Final = """
    actuellement afin aient aurais auriez auxquelles auxquels avoue ayez carrément celle-ci celles-ci celui-ci certes ceux-ci ceux-là
    clairement davantage desquels devrais devrait devraient duquel doive également étiez étions faisons fasse fera ferai ferait
    généralement guère hormis iraient irait lequel lesquelles lesquels néanmoins normalement notamment parmi pourrais pourraient
    pouvais puisse réellement savais serais seriez seront soient sont tandis totalement toutefois voici voudraient voudrais voudrait
"""
# Numbers say how many, not what; « neuf » alone is left, for new dwellings are spoken of.
_NUMBERS: Final = """
    un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts trente quarante cinquante
    soixante septante huitante octante nonante cent cents mille million millions milliard milliards zéro et
    dizaine dizaines douzaine douzaines quinzaine vingtaine trentaine quarantaine cinquantaine soixantaine centaine centaines
    millier milliers deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième
"""
NUMBERS: Final = frozenset(_NUMBERS.split())
STOP_WORDS: Final = frozenset((_GRAMMATICAL + _LINKING).split()) | NUMBERS - {"neuf"}


@lru_cache(maxsize=20_000)
def content_words(text: str) -> tuple[str, ...]:
    """The meaningful words of `text`, lower case, elided articles apart, in order.

    >>> content_words("Y'avait pas d'appartement à louer, quoi, c'était l'angoisse.")
    ('appartement', 'louer', 'angoisse')
    >>> content_words("Quatre-vingt-dix-neuf visites, cent appels, sept maisons, un logement neuf.")
    ('visites', 'appels', 'maisons', 'logement', 'neuf')
    """
    bare = _ELISION.sub(" ", text.lower())
    return tuple(word for word in _WORD.findall(bare) if len(word) >= SHORTEST and not _is_empty(word))


def _is_empty(word: str) -> bool:
    return word in STOP_WORDS or ("-" in word and NUMBERS.issuperset(word.split("-")))


def frequent_words(
    texts: Iterable[tuple[str, str]], *, most: int = 80, least_people: int = 2
) -> tuple[WordCount, ...]:
    """The words used by most people, out of (person, text) pairs; singular and plural count as one word.

    A word said by one person only is left out: it could tell who they are.
    """
    people: dict[str, set[str]] = defaultdict(set)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for person, text in texts:
        for word, mentions in Counter(content_words(text)).items():
            key = singular(word)
            people[key].add(person)
            forms[key][word] += mentions
    counts = [
        WordCount(_form(forms[key]), len(who), sum(forms[key].values()))
        for key, who in people.items()
        if len(who) >= least_people
    ]
    return tuple(sorted(counts, key=lambda count: (-count.people, -count.mentions, count.word))[:most])


def singular(word: str) -> str:
    """A key under which the singular and the regular plural of a word meet.

    >>> singular("travaux"), singular("loyers"), singular("logement")
    ('traval', 'loyer', 'logement')
    """
    if word.endswith("aux") and not word.endswith("eaux"):
        return f"{word[:-3]}al"
    if word.endswith(("s", "x")) and not word.endswith(("ss", "ais", "ois")):
        return word[:-1]
    return word


def _form(forms: Counter[str]) -> str:
    return min(forms, key=lambda form: (-forms[form], form))
