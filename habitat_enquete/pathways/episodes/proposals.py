"""Episodes read in an interview, each proposed with its quote for a person to confirm; what was decided before is never asked again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from habitat_enquete.model.pathway import Episode, EpisodeState
from habitat_enquete.model.text import Document, Turn
from habitat_enquete.pathways.alphabet import Alphabet
from habitat_enquete.pathways.episodes.communes import Gazetteer
from habitat_enquete.pathways.episodes.dwelling_words import (
    INTENDED,
    LEAVING,
    LIVED,
    MOVING,
    NOW,
    dwelling,
    is_first_person,
    is_not_lived,
    tenure,
)
from habitat_enquete.pathways.episodes.narrative import Dwelling, Story, Telling
from habitat_enquete.pathways.episodes.places_told import place_told
from habitat_enquete.pathways.episodes.timeline import birth, interview_date
from habitat_enquete.pathways.episodes.times import Anchors, children, expressions, folded

_ACTOR: Final = "acteur"
# Fewer characters than these may be said twice: « On a loué. »
_TELLING: Final = 15
_SENTENCE: Final = re.compile(r"[^.!?…\n]+(?:[.!?…]+|\n|$)")
# « …, et puis en 2012 on a acheté » is another dwelling than the one before the comma.
_CLAUSE: Final = re.compile(
    r"(?:,|;|\bet)?\s*\b(?:(?:et )?(?:puis|ensuite|apres ca|et apres|et maintenant)|et en (?=(?:19|20)\d\d)"
    r"|et l'annee (?:d'apres|suivante)|(?<=, )apres (?=on |je |j'|mon |ma )|(?<=, )et (?=on |je |j'ai |nous ))\b"
    r"|, mais (?=on |je |j'|nous )|;|, (?=en (?:19|20)\d\d,? (?:on|je|j'|nous))|, (?=avant (?:on|je|j'))"
)
# « …, et à Bruxelles à partir de mes vingt ans »: the verb is that of the clause before.
_AND_AT: Final = re.compile(r", et (?=(?:à|au|aux|en) [A-ZÀÂÉÈÊÎÔÛÇ])|,? et (?=là\b)")
_THEN: Final = re.compile(
    r"^(?:\W|et |bah |ben |alors |donc |du coup |bon |euh )*(?:puis|ensuite|apres\b(?! (?:le|la|mon|ma|notre)\b)|apres ca|l'annee (?:d'apres|suivante)|plus tard"
    r"|finalement|maintenant|aujourd'hui|la depuis|depuis|\w+ (?:ans?|mois) (?:apres|plus tard)|une fois|quand)"
)
_BEFORE: Final = re.compile(
    r"^(?:\W|et |ben |alors |bah |euh |encore )*avant\b(?! (?:le covid|mes|mon|d[e']))"
)
_ASKED_BEFORE: Final = re.compile(r"\bavant\b")
_BACK: Final = re.compile(
    r"\b(?:retourn|reven|retour (?:chez|a|au) |rentree?s? (?:chez|a|au)|repartie?s? (?:chez|vivre|a))"
)


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
        story = _story(document, person, people.get(person, {}), alphabet, gazetteer)
        for rank, told in enumerate(story.told(), start=1):
            found.append(_episode(document, person, rank, told, coded))
    return found


def _story(
    document: Document,
    person: str,
    attributes: Mapping[str, str],
    alphabet: Alphabet,
    gazetteer: Gazetteer,
) -> Story:
    interview = interview_date(attributes)
    own = [turn for turn in document.informant_turns() if document.respondent_of(turn) == person]
    said = " ".join(document.text[turn.span.start : turn.span.end] for turn in own)
    anchors = Anchors(birth(attributes), interview, children(said, interview))
    story = Story(anchors.birth, interview)
    for turn in own:
        asked_before = _is_asked_before(document, turn)
        for start, clause in _clauses_of(document, turn, alphabet):
            telling = _telling(clause, start, anchors, story, alphabet, gazetteer, asked_before)
            if telling is not None:
                story.hear(telling)
                asked_before = asked_before and not telling.has_dwelling
    return story


def _is_asked_before(document: Document, turn: Turn) -> bool:
    """Whether the question answered asks for what came before (« Et encore avant ? »)."""
    asked = next((each for each in document.turns if each.index == turn.index - 1), None)
    if asked is None or asked.speaker == turn.speaker:
        return False
    question = folded(document.text[asked.span.start : asked.span.end])
    return _ASKED_BEFORE.search(question) is not None


def _clauses_of(document: Document, turn: Turn, alphabet: Alphabet) -> Iterator[tuple[int, str]]:
    for match in _SENTENCE.finditer(document.text, turn.span.start, turn.span.end):
        yield from _clauses(match[0], match.start(), alphabet)


def _clauses(sentence: str, at: int, alphabet: Alphabet) -> Iterator[tuple[int, str]]:
    """The parts of a sentence that tell one dwelling after another, with their places."""
    begin = 0
    plain = folded(sentence)
    cuts = {match.start() for match in _CLAUSE.finditer(plain)} | {
        m.start() for m in _AND_AT.finditer(sentence)
    }
    for cut in sorted(cuts):
        rest = plain[cut:]
        if cut > begin and (is_first_person(rest) or tenure(rest, alphabet) is not None):
            yield at + begin, sentence[begin:cut]
            begin = cut
    yield at + begin, sentence[begin:]


def _telling(
    clause: str,
    at: int,
    anchors: Anchors,
    story: Story,
    alphabet: Alphabet,
    gazetteer: Gazetteer,
    asked_before: bool,
) -> Telling | None:
    """What a clause, that begins at `at`, tells; None when it is no part of the speaker's path."""
    quote = clause.strip(" ,;\n")
    plain = folded(quote)
    if not plain or is_not_lived(plain):
        return None
    began = at + clause.index(quote)
    times = tuple(expressions(quote, anchors, before=story.spoken))
    named, moving = tenure(plain, alphabet), MOVING.search(plain)
    # « et ensuite en coloc de 2013 à 2017 » goes on with the verb before.
    is_elliptical = (
        not is_first_person(plain)
        and quote[:1].islower()
        and (named is not None or _AND_AT.match(clause) is not None)
    )
    cue = named.at if named else (moving.start() if moving else None)
    return Telling(
        began,
        began + len(quote),
        quote,
        plain,
        named,
        place_told(quote, gazetteer, cue),
        times,
        is_move=moving is not None or is_elliptical,
        is_leaving=LEAVING.search(plain) is not None,
        is_then=_THEN.search(plain) is not None,
        is_before=_BEFORE.search(plain) is not None or asked_before,
        is_back=_BACK.search(plain) is not None,
        is_lived=LIVED.search(plain) is not None or is_elliptical,
        is_now=NOW.search(plain) is not None,
        is_intended=INTENDED.search(plain) is not None,
        cue=cue,
        kind=dwelling(plain),
    )


def _episode(
    document: Document, person: str, rank: int, told: Dwelling, motives: Sequence[tuple[int, int, str]]
) -> Episode:
    own = [label for start, end, label in motives if start < told.end and told.start < end]
    return Episode(
        respondent=person,
        rank=rank,
        start=told.since,
        end=told.until,
        tenure=told.tenure,
        dwelling=told.kind or None,
        commune=told.place.commune if told.place else None,
        place=told.place.name if told.place else "",
        motives=tuple(dict.fromkeys(own)),
        state=EpisodeState.PROPOSED,
        source=f"{document.id}!{told.start}:{told.end}",
        quote=told.quote,
        attributes={"when": told.when} if told.when else {},
    )


def merged_with(proposed: Sequence[Episode], known: Sequence[Episode]) -> list[Episode]:
    """New proposals beside what is known of the same document: what a person decided there is never replaced.

    Nor is a passage that they decided on proposed again, cut a little differently or moved by a correction of the transcript.
    """
    kept = [episode for episode in known if episode.state is not EpisodeState.PROPOSED]
    taken = {(episode.respondent, episode.source) for episode in kept}
    waiting = {(episode.respondent, episode.source) for episode in known} - taken

    def is_new(episode: Episode) -> bool:
        place = episode.respondent, episode.source
        return place in waiting or not (place in taken or any(_same_words(episode, each) for each in kept))

    return kept + [episode for episode in proposed if is_new(episode)]


def _same_words(one: Episode, other: Episode) -> bool:
    """Whether two episodes of a person were read in the same words, one of them perhaps in a few more."""
    short, long = sorted((one.quote, other.quote), key=len)
    return one.respondent == other.respondent and len(short) >= _TELLING and short in long
