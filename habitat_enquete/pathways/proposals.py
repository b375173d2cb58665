"""Episodes that an interview tells, proposed with their quotes: nothing counts until a person confirms it.

A sentence of an informant gives an episode when it speaks of a dwelling (tenure, moving, living somewhere) and says when or
where. What is denied, wished or supposed gives none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from habitat_enquete.model.pathway import Episode, EpisodeState, Moment, Precision
from habitat_enquete.model.text import Document
from habitat_enquete.pathways.alphabet import Alphabet
from habitat_enquete.pathways.communes import Gazetteer
from habitat_enquete.pathways.dates import month_of
from habitat_enquete.pathways.timeline import birth, interview_date
from habitat_enquete.pathways.times import (
    Anchors,
    Role,
    TimeExpression,
    after,
    children,
    expressions,
    folded,
)

# Kinds of dwelling by the words that say them, the most telling first; each is one of several possible ids of the alphabet.
_TENURES: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (
        ("parents",),
        r"chez (?:mes|nos) parents|chez (?:ma mere|mon pere|maman|papa)|la maison (?:familiale|de mes parents)",
    ),
    (
        ("hebergement", "foyer", "structure"),
        r"chrs|cada\b|hebergement d'urgence|le 115|accueil de (?:nuit|jour)|centre d'hebergement|hotel social"
        r"|residence sociale|pension de famille|foyer d'hebergement",
    ),
    (
        ("residence", "residence_etudiante", "foyer"),
        r"residence (?:etudiante|universitaire)|cite u\b|\bcrous\b|internat|foyer (?:de )?jeunes|\bfjt\b|\bfoyer\b"
        r"|chambre etudiante",
    ),
    (
        ("sans_domicile", "precaire", "habitat_leger"),
        r"a la rue\b|dans (?:ma|la|notre) voiture|sans domicile|sans abri|\bsquat",
    ),
    (
        ("precaire", "habitat_leger"),
        r"caravane|mobil[- ]?home|camping|yourte|\bcamion\b|airbnb|tiny house|cabane",
    ),
    (
        ("heberge", "hebergement_tiers", "loge_gratuit"),
        r"heberge|chez (?:une?|des|mon|ma|mes|son|sa) (?:amie?s?|copine?s?|copains?|cousine?s?|soeur|sour|frere|tante|oncle"
        r"|grands?-(?:mere|pere|parents)|collegue|compagnon|compagne|belle|beau)|logement de fonction|loges? par|canape",
    ),
    (
        ("locataire_hlm",),
        r"\bhlm\b|logement social|bailleur social|office public|parc social|logement communal",
    ),
    (("colocation", "locataire_prive"), r"colocation|\bcoloc"),
    (
        ("proprietaire", "accedant"),
        r"achet|proprietaire|(?:fait )?construi|herit|acquis\b|notre maison a nous",
    ),
    (
        ("locataire_prive",),
        r"\blou(?:e|es|ais|ait|ions|aient|er|ent)\b|locataires?|location|loyer|parc prive",
    ),
)
_MOVING: Final = re.compile(
    r"\b(?:emmenag|demenag|install|arriv|achet|lou(?:e|es|ais|ait|ions|er)\b|loge|habit|vi(?:vais|vait|vions|s)\b|vecu|heberg"
    r"|revenu|retourn|construi|pris une?\b|trouve une?\b|part(?:i|is|ie|ies) (?:a|vivre|sur|en)\b|atterri|reste"
    r"|et(?:ais|ait|ions|aient) (?:a|en|chez|au|dans)\b|suis (?:a|ici|la|en|ne|nee)\b)"
)
_LEAVING: Final = re.compile(
    r"\b(?:quitt|part(?:i|is|ie|ies) (?:de|d')|sorti|rendu (?:l'appart|les cles)|vendu|mis dehors|expuls|du partir|reparti)"
)
# Wishes, plans and hypotheses are no episodes.
_UNREAL: Final = re.compile(
    r"\b(?:voudr|aimer(?:ai|ion)|souhait|esper|reve|pourr(?:ait|ais|ions)|faudrait|serait|seraient|si (?:on|je|nous|j')"
    r"|cherch|envisag|projet de|hesit|peut-etre|compte(?:nt|ns)? (?:acheter|louer|partir)|vont|allons|veux|veut|veulent|imagin)"
)
_DENIED: Final = re.compile(r"\b(?:pas|jamais|ni|aucun\w*)\b[^.,;:!?]{0,14}$")
# What others lived is not the speaker's path.
_OTHERS: Final = re.compile(
    r"\b(?:mes parents (?:ont|avaient)|mon (?:fils|voisin|frere)|ma (?:fille|voisine|soeur|sour)"
    r"|les (?:gens|voisins|jeunes|parisiens)) (?:a|ont|est|sont|avait|avaient|habit|lou|achet)"
)
# Somebody else's path: a third person, and no first person before it.
_THIRD: Final = re.compile(
    r"\b(?:ils?|elles?|eux|celui|celle|ceux|le mec|la dame|c'est (?:la|le|l'|un|une))\b"
)
_FIRST: Final = re.compile(r"\b(?:je|j'|on|nous|m'|me|moi|mon|ma|mes|notre|nos)")
# « …, et puis en 2012 on a acheté » is another dwelling than the one before the comma.
_CLAUSE: Final = re.compile(
    r"(?:,|;|\bet)?\s*\b(?:et )?(?:puis|ensuite|apres ca|et apres|et en (?=(?:19|20)\d\d))\b|;|, en (?=(?:19|20)\d\d)"
)
_ACTOR: Final = "acteur"
_SENTENCE: Final = re.compile(r"[^.!?…\n]+(?:[.!?…]+|\n|$)")
_CAPITAL: Final = "A-ZÀÂÉÈÊÎÔÛÇ"
_PLACE: Final = re.compile(
    r"(?:\b[àÀ]|\b[Aa]ux?|\b[Ss]ur|\b[Dd]e|\b[Dd]['’]|\b[Vv]ers|\b[Dd]epuis|\b[Qq]uitté|\b[Ee]n|\b[Dd]ans)\s*"
    rf"((?:(?:Le|La|Les|L['’])\s?)?[{_CAPITAL}][\w'’-]*"
    rf"(?:[ -](?:(?:de|du|des|la|le|les|en|sur|sous|lès|d['’])[ -]?)*[{_CAPITAL}][\w'’-]*)*(?:\s\(\d{{2,3}}\))?)"
)
_SHORTEST_NAME: Final = 3


@dataclass(frozen=True, slots=True)
class _Told:
    """What one sentence tells of a dwelling."""

    start: int
    end: int
    quote: str
    tenure: str | None
    commune: str | None
    place: str
    since: Moment | None = None
    until: Moment | None = None
    when: str = ""
    is_leaving: bool = False


def propose(
    document: Document,
    people: Mapping[str, Mapping[str, str]],
    alphabet: Alphabet,
    gazetteer: Gazetteer,
    motives: Iterable[tuple[int, int, str]] = (),
) -> list[Episode]:
    """The episodes that a document tells, for each informant known, in the order of their lives.

    `motives` are passages already coded, as (start, end, label): those inside an episode's quote are its motives.
    """
    coded = list(motives)
    found: list[Episode] = []
    for person in dict.fromkeys(document.respondent_of(turn) for turn in document.informant_turns()):
        if person is None or people.get(person, {}).get("public") == _ACTOR:
            continue  # an actor tells other people's paths
        told = _gathered(list(_tellings(document, person, people.get(person, {}), alphabet, gazetteer)))
        found += [_episode(document, person, rank, each, coded) for rank, each in enumerate(told, start=1)]
    return found


def _tellings(
    document: Document,
    person: str,
    attributes: Mapping[str, str],
    alphabet: Alphabet,
    gazetteer: Gazetteer,
) -> Iterator[_Told]:
    interview = interview_date(attributes)
    own = [turn for turn in document.informant_turns() if document.respondent_of(turn) == person]
    said = " ".join(document.text[turn.span.start : turn.span.end] for turn in own)
    anchors = Anchors(birth(attributes), interview, children(said, interview))
    before: Moment | None = None
    for turn in own:
        for match in _SENTENCE.finditer(document.text, turn.span.start, turn.span.end):
            for start, clause in _clauses(match[0], match.start()):
                told = _telling(clause, start, anchors, before, alphabet, gazetteer)
                if told is not None:
                    before = told.since or before
                    yield told


def _clauses(sentence: str, at: int) -> Iterator[tuple[int, str]]:
    """The parts of a sentence that tell one dwelling after another, with their places."""
    begin = 0
    for match in _CLAUSE.finditer(folded(sentence)):
        if match.start() > begin:
            yield at + begin, sentence[begin : match.start()]
            begin = match.start()
    yield at + begin, sentence[begin:]


def _telling(
    sentence: str,
    at: int,
    anchors: Anchors,
    before: Moment | None,
    alphabet: Alphabet,
    gazetteer: Gazetteer,
) -> _Told | None:
    """What a sentence, that begins at `at`, tells of a dwelling, or None."""
    plain = folded(sentence)
    if _UNREAL.search(plain) or _OTHERS.search(plain) or _is_of_others(plain):
        return None
    tenure, leaving = _tenure(plain, alphabet), _LEAVING.search(plain) is not None
    if tenure is None and not leaving and not _MOVING.search(plain):
        return None
    times = expressions(sentence, anchors, before=before)
    commune, place = _place(sentence, gazetteer)
    if not times and not (place and (tenure or leaving)):
        return None
    began = at + len(sentence) - len(sentence.lstrip(" ,;\n"))
    quote = sentence.strip(" ,;\n")
    told = _timed(
        _Told(began, began + len(quote), quote, tenure, commune, place, is_leaving=leaving), times, sentence
    )
    if tenure == "parents" and told.since is None:
        return replace(told, since=anchors.birth, is_leaving=False)
    return told


def _is_of_others(plain: str) -> bool:
    third, first = _THIRD.search(plain), _FIRST.search(plain)
    return third is not None and (first is None or third.start() < first.start())


def _timed(told: _Told, times: Sequence[TimeExpression], sentence: str) -> _Told:
    for each in times:
        told = replace(told, when=told.when or sentence[each.start : each.end].strip())
        if each.role is Role.RANGE:
            told = replace(told, since=told.since or each.moment, until=told.until or each.until)
        elif each.role is Role.END or (each.role is Role.START and told.is_leaving):
            told = replace(told, until=told.until or each.moment)
        elif each.role is Role.START:
            told = replace(told, since=told.since or each.moment)
        elif each.role is Role.DURATION and each.months and told.since and not told.until:
            told = replace(told, until=after(told.since, each.months))
    return told


def _tenure(plain: str, alphabet: Alphabet) -> str | None:
    """The tenure a sentence names and does not deny; the study's own words (`parcours: termes`) come first."""
    ids = set(alphabet.ids)
    for tenure, terms in alphabet.terms.items():
        if tenure in ids and any(folded(term) in plain for term in terms):
            return tenure
    for names, pattern in _TENURES:
        known = next((name for name in names if name in ids), None)
        if known is None:
            continue
        for match in re.finditer(pattern, plain):
            if not _DENIED.search(plain[: match.start()]):
                return known
    return None


def _place(sentence: str, gazetteer: Gazetteer) -> tuple[str | None, str]:
    """The commune (when certain) and the place named after a preposition; a name no gazetteer knows is left alone."""
    for match in _PLACE.finditer(sentence):
        words = match[1].split(" ")
        for size in range(len(words), 0, -1):
            name = " ".join(words[:size]).strip(" '’-")
            if len(name) < _SHORTEST_NAME:
                continue
            found = gazetteer.find(name, suggest=False)
            if found.commune is not None:
                return found.commune.code, name
            if found.candidates or found.abroad:
                return None, name
    return None, ""


def _gathered(told: list[_Told]) -> list[_Told]:
    """Tellings of the same dwelling put together, departures given to the dwelling left, in the order of life."""
    found: list[_Told] = []
    for each in told:
        index = _same(each, found)
        if index is not None:
            found[index] = _merged(found[index], each)
        elif each.tenure or each.place:
            found.append(each)
    found = [_possible(each) for each in found]
    return _followed([found[at] for at in sorted(range(len(found)), key=_order(found).__getitem__)])


def _possible(told: _Told) -> _Told:
    """Without an end that would come before the beginning."""
    if told.since and told.until and told.until.latest < told.since.earliest:
        return replace(told, until=None)
    return told


def _order(found: Sequence[_Told]) -> list[tuple[int, int]]:
    """When each dwelling comes in life; one without a date comes where it was told."""
    order, last = [], 0
    for each in found:
        if each.since is not None:
            last = month_of(each.since.earliest) + month_of(each.since.latest)
        order.append((last, each.start))
    return order


def _same(each: _Told, found: Sequence[_Told]) -> int | None:
    """Which dwelling told before a sentence goes on about."""
    if not found:
        return None
    if each.is_leaving or (each.tenure is None and not each.place and each.since is None):
        matching = [i for i, other in enumerate(found) if each.place and other.place == each.place]
        return matching[-1] if matching else len(found) - 1
    for index in range(len(found) - 1, -1, -1):
        other = found[index]
        same_place = not each.place or not other.place or each.place == other.place
        same_tenure = each.tenure is None or other.tenure is None or each.tenure == other.tenure
        if same_place and same_tenure and _may_meet(each.since, other.since):
            return index
    return None


def _may_meet(one: Moment | None, other: Moment | None) -> bool:
    return one is None or other is None or (one.earliest <= other.latest and other.earliest <= one.latest)


def _merged(one: _Told, other: _Told) -> _Told:
    since, until = one.since, one.until or other.until
    if not other.is_leaving:
        since = _narrowed(one.since, other.since)
        if other.tenure is None and not other.place and since and not until:
            until = _lasting(other, since)
    return replace(
        one,
        tenure=one.tenure or (None if other.is_leaving else other.tenure),
        commune=one.commune or (None if other.is_leaving else other.commune),
        place=one.place or ("" if other.is_leaving else other.place),
        since=since,
        until=until,
        when=one.when or other.when,
    )


def _lasting(told: _Told, since: Moment) -> Moment | None:
    """When a stay ended, from « on est restés six mois » said just after."""
    for each in expressions(told.quote, Anchors()):
        if each.role is Role.DURATION and each.months:
            return after(since, each.months)
    return None


def _narrowed(one: Moment | None, other: Moment | None) -> Moment | None:
    """Both at once when they may be."""
    if one is None or other is None:
        return one or other
    first, last = max(one.earliest, other.earliest), min(one.latest, other.latest)
    if first > last or (first, last) == (one.earliest, one.latest):
        return one
    return (
        other
        if (first, last) == (other.earliest, other.latest)
        else Moment(first, last, Precision.APPROXIMATE)
    )


def _followed(told: list[_Told]) -> list[_Told]:
    """A dated stay without an end ends when the next one begins, if that is known."""
    followed = []
    for position, each in enumerate(told):
        following = told[position + 1].since if position + 1 < len(told) else None
        followed.append(replace(each, until=each.until or following) if each.since else each)
    return followed


def _episode(
    document: Document, person: str, rank: int, told: _Told, motives: Sequence[tuple[int, int, str]]
) -> Episode:
    own = [label for start, end, label in motives if start < told.end and told.start < end]
    return Episode(
        respondent=person,
        rank=rank,
        start=told.since,
        end=told.until,
        tenure=told.tenure,
        commune=told.commune,
        place=told.place,
        motives=tuple(dict.fromkeys(own)),
        state=EpisodeState.PROPOSED,
        source=f"{document.id}!{told.start}:{told.end}",
        quote=told.quote,
        attributes={"when": told.when} if told.when else {},
    )


def merged_with(proposed: Sequence[Episode], known: Sequence[Episode]) -> list[Episode]:
    """New proposals beside what is known of the same document: what a person decided there is never replaced."""
    kept = [episode for episode in known if episode.state is not EpisodeState.PROPOSED]
    taken = {(episode.respondent, episode.source) for episode in kept}
    return kept + [episode for episode in proposed if (episode.respondent, episode.source) not in taken]
