"""What a speaker's label says: a word for a role, a name, nobody, or a misspelling of another label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

# What people add to a name: « (maire) », « , adjointe », « – chargée d'études ».
_DESCRIBED = re.compile(r"\s*\([^()]*\)|(?<=\w),\s.*|(?<=\w)\s[–—-]\s.*")
SOMEBODY = re.compile(
    r"(?:une?|des|les?|la|l[’'])\s?(?:dame|monsieur|homme|femme|gar[çc]on|filles?|fils|enfants?|maris?|[ée]pou(?:x|se)|conjointe?|"
    r"compagn(?:e|on)|p[èe]re|m[èe]re|fr[èe]re|s(?:œ|oe)ur|voisine?s?|amie?s?|coll[èe]gue|secr[ée]taire|habitante?s?|"
    r"participante?s?|personne|jeunes?|retrait[ée]e?|agent|[ée]lue?|intervenante?)\b.*",
    re.IGNORECASE,
)
TITLE = re.compile(
    r"(?:mm?\.|mr|mme|mlle|dr|me|monsieur|madame|mademoiselle|maître|docteur)\s", re.IGNORECASE
)

_ASKS = (
    r"ch_\w+|enq(?:u[eê]t(?:eur|rice))?s?\.?|chercheu(?:r|se)s?|interview(?:eu(?:r|se)|er)s?|intervieweur|int|itw|animat(?:eur|rice)s?|"
    r"mod[ée]rat(?:eur|rice)s?|facilitat(?:eur|rice)s?|journaliste|questions?|q|charg[ée]e? d[’' ]?[ée]tudes?|"
    r"(?:[ée]tudiant|stagiaire|sociologue|m[ée]diat(?:eur|rice))(?:e)?|investigat(?:or|eur|rice)|researcher|moderator|examiner|moi"
)
_ANSWERS = (
    r"enqu[êe]t[ée]e?s?|interview[ée]e?s?|interrog[ée]e?s?|r[ée]pondant(?:e)?s?|r[ée]p|r[ée]ponses?|r|loc(?:uteur|utrice)?s?\.?|"
    r"informat(?:eur|rice)s?|informant(?:e)?|participant(?:e)?s?|habitant(?:e)?s?|entretenue?s?|ent|t[ée]moins?|inf|"
    r"maire|[ée]lue?s?|adjointe?|h[ée]berg[ée]e?|r[ée]sidente?|locataire|propri[ée]taire|b[ée]n[ée]ficiaire|usag(?:er|[èe]re)|"
    r"(?:personnes?|gens) (?:interrog|enqu[êe]t|rencontr|interview|entretenu|h[ée]berg|log)[ée]?e?s?|"
    r"bailleur(?:s|e|euse)?(?: socia(?:l|ux))?|d[ée]partement|r[ée]gion|[ée]tat|epci|ddt|adil|caue|epf|ccas|promot(?:eur|rice)|"
    r"direct(?:eur|rice)|pr[ée]sidente?|technicien(?:ne)?|conseill(?:er|[èe]re)|[ée]ducat(?:eur|rice)|"
    r"(?:grand[- ])?(?:p[èe]re|m[èe]re)|fils|fille|fr[èe]re|s(?:œ|oe)ur|mari|femme|homme|[ée]poux|[ée]pouse|conjointe?|voisine?|"
    r"(?:travailleu(?:r|se)|assistante?) socia(?:l|le|ux)|"
    r"interviewee|respondent|subject|patient(?:e)?|candidate?|alternante?|seniors?"
)
_OTHERS = (
    r"transcript(?:eur|rice|ion)|tous|toutes|ensemble|plusieurs|inconnue?s?|passante?s?|serveu(?:r|se)s?|interruption.*|"
    r"voix (?:off|inconnue|ind[ée]termin[ée]e).*|nsp|x+|inaudible|non identifi[ée]e?s?|unknown|tierce personne|tiers|"
    r"t[ée]l[ée]phone|public|salle|assembl[ée]e|groupe|brouhaha|hors entretien.*"
)
_ROLE_TAIL = r"(?:[ _.-]*(?:n°)?\s?\d{1,3}|[ _.-]+[a-h])?"  # « Enq 2 », « Loc B », not « Marie » for « mari »
ASKS = re.compile(rf"(?:l[’' ]|l[ae] |une? )?(?:{_ASKS}){_ROLE_TAIL}", re.IGNORECASE)
ANSWERS = re.compile(rf"(?:l[’' ]|l[ae] |une? |m\. le |mme la )?(?:{_ANSWERS}){_ROLE_TAIL}", re.IGNORECASE)
OTHERS = re.compile(rf"(?:l[’' ]|l[ae] |une? )?(?:{_OTHERS}){_ROLE_TAIL}", re.IGNORECASE)
NUMBERED = re.compile(
    r"(?:speaker|locuteur|locutrice|intervenante?|personne|voix|spk|participant|spkr)[ _-]*\w{1,2}",
    re.IGNORECASE,
)

# What begins a line before a colon and is nobody: connectives, headings, fields of an interview sheet.
_NOBODY_WORDS = """
    alors donc exemple exemples remarque remarques nb ps attention résultat conclusion bref enfin
    ensuite puis après avant ici là voilà oui non ok ouais merci bonjour bonsoir si mais et ou or car ni
    que qui quoi ça cela c'est genre date lieu durée titre objet thème thèmes theme sujet contexte heure
    âge age sexe profession commune adresse téléphone courriel mail statut situation fichier projet
    étude guide consigne relance relances partie annexe source sources introduction présentation
    préambule transcription retranscription enregistrement entretien interview d'abord premièrement
    deuxièmement résumé synthèse mots-clés légende conventions page personnes présentes participants
    présents excusés compte-rendu nom prénom public type consentement code numéro n° début d'accord
    exactement voila bah ben bon euh hein hum hmm mmh ah oh eh parfait super absolument évidemment
    effectivement justement aussi peut-être jamais toujours http https rires silence pause bref premier
    deuxième c'est-à-dire moralité problème
"""
NOBODY = frozenset(_NOBODY_WORDS.split())
PHRASES = frozenset(
    {"par exemple", "d'une part", "d'autre part", "d'un côté", "le problème", "la question", "l'idée", "tout à fait", "bien sûr",
     "ordre du jour", "compte rendu", "personnes présentes", "autrement dit", "la conclusion", "le résultat", "c'est ça",
     "le pire", "le mieux", "la preuve", "même chose", "deux choses", "une chose", "autre chose", "ça veut dire", "je me suis dit",
     "il m'a dit", "elle m'a dit", "on m'a dit", "ils m'ont dit", "il dit", "elle dit", "on dit", "on se dit", "je dis"}
)  # fmt: skip
# What a sentence has and a name has not: « Le maire m'a dit : », « C'était compliqué : », « Donc, si je comprends bien : ».
_SENTENCE_WORDS = """
    je j tu il on nous vous ils c ce ça cela me m te t se s y a ai as avons avez ont avait avais est es suis sont était étais
    étaient sera fait faut faudrait va vais dit dis disait disent disais pense crois sais sait si que qu donc mais parce car pas
    ne n plus voilà comme quand dont deux trois quatre
"""
_SENTENCE = frozenset(_SENTENCE_WORDS.split())
_INITIALS = frozenset("cjmntsya")  # « M. C. » is somebody
TABLE_HEADS = frozenset(
    {"propos", "texte", "transcription", "verbatim", "paroles", "parole", "contenu", "discours"}
)
_SMALL_WORDS = """
    de du des d la le les l et à au aux en von van ben el al
"""
SMALL = frozenset(_SMALL_WORDS.split())


def key(label: str) -> str:
    """What two spellings of a label share: no accents, capitals, dots or doubled blanks, no words added to the name.

    >>> key("ENQ."), key("Enquêtée  (Mende)"), key("M. Petit, maire")
    ('enq', 'enquetee', 'm petit')
    """
    bare = _DESCRIBED.sub(" ", label)
    flat = "".join(
        letter for letter in unicodedata.normalize("NFD", bare) if not unicodedata.combining(letter)
    )
    return " ".join(re.findall(r"\w+", flat.casefold().replace("’", "'"))) or flat.casefold().strip()


def speaks_as(label: str) -> str | None:
    """`asks`, `answers` or `other` when the label is a word for a role, else None. The words in brackets count too.

    >>> speaks_as("Enquêtrice 2"), speaks_as("Interviewe"), speaks_as("Tous"), speaks_as("Marie"), speaks_as("Locuteur 1")
    ('asks', 'answers', 'other', None, None)
    """
    bare = _DESCRIBED.sub("", label).strip(" .:")
    if NUMBERED.fullmatch(bare):
        return None  # « Locuteur 1 » is what a machine calls anybody
    for pattern, role in ((ASKS, "asks"), (ANSWERS, "answers"), (OTHERS, "other")):
        if pattern.fullmatch(bare):
            return role
    described = _DESCRIBED.search(label)
    return speaks_as(described[0].strip(" (),–—-")) if described and described.start() else None


def close(label: str, others: Iterable[str]) -> str | None:
    """The label among `others` that `label` misspells: one slip, two in a long word, never in a figure.

    >>> close("Checheur", ["Interviewe", "Chercheur"]), close("Locuteur 1", ["Locuteur 2"]), close("Ana", ["Eva"])
    ('Chercheur', None, None)
    """
    own = key(label)
    near: list[tuple[int, str]] = []
    for other in others:
        theirs = key(other)
        if (
            own == theirs
            or re.sub(r"\D", "", own) != re.sub(r"\D", "", theirs)
            or min(len(own), len(theirs)) < 4
        ):
            continue
        if own[0] != theirs[0] or (speaks_as(label) and speaks_as(other)):
            continue
        allowed = 2 if min(len(own), len(theirs)) >= 8 else 1
        distance = OSA.distance(own, theirs, score_cutoff=allowed)
        if distance <= allowed:
            near.append((int(distance), other))
    return min(near)[1] if near else None


def is_small(label: str) -> bool:
    """Whether a label is one word in small letters."""
    return label.isalpha() and label.islower()


def is_sentence(bare: str) -> bool:
    """Whether small words of a sentence stand in it; a capital makes an initial of « M A », not of « Y a »."""
    words = re.findall(r"[^\W\d_]+", bare)
    return any(word in _SENTENCE for word in words) or words[0].casefold() in _SENTENCE - _INITIALS


def has_capitals(words: Sequence[str]) -> bool:
    """Whether each word that counts begins with a capital or a figure."""
    return all(word[0].isupper() or word[0].isdigit() or word.casefold() in SMALL for word in words)
