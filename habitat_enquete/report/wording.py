"""French for figures: numbers, plurals, verdicts and open points as a planner would write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Evidence, EvidenceKind, Finding, Grade, SurveyShare, Verdict
from habitat_enquete.model.reliability import Reliability
from habitat_enquete.model.synthesis import (
    Cell,
    Comparison,
    Corpus,
    Crossing,
    Factor,
    Movement,
    MovementKind,
    OpenPoint,
    OpenPointKind,
    StageShare,
    Synthesis,
)
from habitat_enquete.typography import NO_BREAK as NO_BREAK
from habitat_enquete.typography import count as count
from habitat_enquete.typography import number as number
from habitat_enquete.typography import typographic as typographic

_MONTHS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)

GRADES: Final = {
    Grade.SOLID: "solide",
    Grade.SUPPORTED: "étayé",
    Grade.FRAGILE: "fragile",
    Grade.ISOLATED: "isolé",
}
EVIDENCE_KINDS: Final = {
    EvidenceKind.TYPICAL: "représentative",
    EvidenceKind.DIVERSE: "autre manière de le dire",
    EvidenceKind.COUNTER: "contre-exemple",
}
POLARITIES: Final = {
    Polarity.BARRIER: "frein",
    Polarity.OPPORTUNITY: "opportunité",
    Polarity.NEUTRAL: "sujet",
}


def percent(share: float) -> str:
    """A share as a whole percentage; above zero, never « 0 % ».

    >>> percent(0.347), percent(0.002)
    ('35\\xa0%', '<\\xa01\\xa0%')
    """
    if 0 < share < 0.005:
        return f"<{NO_BREAK}1{NO_BREAK}%"
    return f"{number(share * 100)}{NO_BREAK}%"


def points(share: float) -> str:
    """A difference of shares, in signed points.

    >>> points(-0.123)
    '−12\\xa0points'
    """
    value = round(share * 100)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{abs(value)}{NO_BREAK}point{'s' if abs(value) > 1 else ''}"


def french_date(iso: str) -> str:
    """An ISO date in words.

    >>> french_date("2026-03-01"), french_date("2026-04"), french_date("au printemps")
    ('1er\\xa0mars\\xa02026', 'avril\\xa02026', 'au printemps')
    """
    match = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?:T.*)?", iso)
    if match is None or not 1 <= int(match[2]) <= 12:
        return iso
    month = _MONTHS[int(match[2]) - 1]
    if match[3] is None:
        return f"{month}{NO_BREAK}{match[1]}"
    day = "1er" if match[3] == "01" else str(int(match[3]))
    return f"{day}{NO_BREAK}{month}{NO_BREAK}{match[1]}"


def pair(people: int, base: int) -> str:
    """People out of a base, with their share.

    >>> pair(12, 48)
    '12 sur 48 (25\\xa0%)'
    """
    share = f" ({percent(people / base)})" if base else ""
    return f"{number(people)} sur {number(base)}{share}"


def cell(value: Cell, minimum: int) -> str:
    """What a cell of a crossing shows. Counts too small and those hidden to protect them read the same: their difference would tell.

    >>> cell(Cell(8, 40), 5), cell(Cell(3, 40, masked=True), 5), cell(Cell(9, 40, masked=True), 5), cell(Cell(3, 4, masked=True), 5)
    ('8 (20\\xa0%)', 'masqué', 'masqué', 'n.\\xa0c.')
    """
    if value.masked:
        return f"n.{NO_BREAK}c." if value.base < minimum else "masqué"
    return f"{number(value.people)} ({percent(value.share)})"


def group_share(value: Cell, minimum: int) -> str:
    """People of a group who speak of something, small numbers hidden.

    >>> group_share(Cell(3, 40, masked=True), 5), group_share(Cell(3, 4, masked=True), 5)
    ('effectif masqué, sur 40', 'effectif trop petit pour être montré')
    """
    if value.base < minimum:
        return "effectif trop petit pour être montré"
    return f"effectif masqué, sur {number(value.base)}" if value.masked else pair(value.people, value.base)


def factors(met: Sequence[Factor]) -> str:
    """What the people of a group speak of, the most spoken of first, with the counts that may be shown."""
    return ", ".join(f"{factor.label}{in_brackets(factor.cell)}" for factor in met)


def in_brackets(value: Cell) -> str:
    """A count after a name; nothing when it is hidden.

    >>> in_brackets(Cell(8, 40)), in_brackets(Cell(3, 40, masked=True))
    (' (8)', '')
    """
    return "" if value.masked else f" ({number(value.people)})"


def group_number(people: int, minimum: int) -> str:
    """The same as a bare number, for the column of a table.

    >>> group_number(12, 5), group_number(3, 5)
    ('12', 'moins de 5')
    """
    return f"moins de {minimum}" if 0 < people < minimum else number(people)


def material(corpus: Corpus) -> str:
    """What was read of people: interviews, open answers, words, those that the study does not have left out."""
    parts = (
        (corpus.interviews, "entretien", "entretiens"),
        (corpus.answers, "réponse ouverte", "réponses ouvertes"),
        (corpus.words, "mot analysé", "mots analysés"),
    )
    return ", ".join(count(n, one, many) for n, one, many in parts if n) or "rien n'est encore importé"


def group_size(people: int, minimum: int) -> str:
    """How many people make a group, small groups hidden.

    >>> group_size(12, 5), group_size(3, 5), group_size(0, 5)
    ('12\\xa0personnes', 'moins de 5\\xa0personnes', '0\\xa0personne')
    """
    return f"moins de {count(minimum, 'personne')}" if 0 < people < minimum else count(people, "personne")


def nothing_found(corpus: Corpus) -> str:
    """Why a report has no finding, and the command that gives it some."""
    if corpus.suggested:
        waiting = count(corpus.suggested, "suggestion attend", "suggestions attendent")
        why = f"Aucun passage n'est encore retenu : {waiting} une décision, il n'y a ni frein ni opportunité à présenter."
        return f"{why} Tapez « enquete review », puis « enquete synthesis »."
    surveyed_only = corpus.answers > 0 and corpus.interviews == 0
    command = "enquete code" if surveyed_only else "enquete code interviews/"
    why = "Aucun passage n'est encore codé : il n'y a ni frein ni opportunité à présenter."
    return f"{why} Tapez « {command} », puis « enquete synthesis »."


def hidden_crossing(crossing: Crossing, minimum: int) -> str:
    """Why nothing of a crossing may be shown: groups too small, or small numbers that the others would give away."""
    if any(value.people >= minimum for value in crossing.values):
        return f"Tableau masqué : sur chaque ligne, un nombre inférieur à {minimum} se retrouverait par soustraction."
    people = sum(value.people for value in crossing.values)
    return (
        "Trop peu de personnes dans chaque groupe pour montrer un effectif : "
        f"{count(len(crossing.values), 'groupe')}, {count(people, 'personne')} en tout."
    )


def hidden_comparison(comparison: Comparison, minimum: int) -> str:
    """Why two groups are not compared: nothing of it may be shown."""
    sides = [
        f"« {side.label} » ({group_size(side.people, minimum)})"
        for side in (comparison.first, comparison.second)
    ]
    return f"Trop peu de personnes pour comparer {sides[0]} et {sides[1]}."


def p_value(value: float | None) -> str:
    """A corrected p-value, or that there are not enough people.

    >>> p_value(None), p_value(0.0004), p_value(0.034)
    ('effectif insuffisant', '<\\xa00,001', '0,034')
    """
    if value is None:
        return "effectif insuffisant"
    return f"<{NO_BREAK}0,001" if value < 0.001 else number(value, 3)


def attribution(evidence: Evidence) -> str:
    """Who speaks, without telling who it is: pseudonym, then public and territory when enough people share them."""
    known = [value for name, value in evidence.attributes.items() if name != "publics_pd2h"]
    return " · ".join([evidence.respondent or evidence.document, *known])


def place(evidence: Evidence) -> str:
    """Where it was said: file, then page, paragraph, time or cell."""
    time = "" if evidence.start_time is None else clock(evidence.start_time)
    return ", ".join(part for part in (evidence.source_file, evidence.source_position, time) if part)


def clock(seconds: float) -> str:
    """A time from the start of the recording.

    >>> clock(3725.4)
    '1:02:05'
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def survey_sentence(share: SurveyShare, finding: Finding) -> str:
    """What the closed question says of a finding, and whether it agrees with what people say by themselves."""
    asked = (
        f"À la question « {share.label} », {pair(share.people, share.base)} ont coché "
        f"{' ou '.join(f'« {choice} »' for choice in share.choices)}"
    )
    weighted = f" ({percent(share.weighted)} après pondération)" if share.weighted is not None else ""
    own = f"{percent(finding.share)} en parlent avec leurs mots"
    verdicts = {
        Verdict.AGREES: f" ; {own} : les deux sources concordent.",
        Verdict.MORE_IN_SURVEY: f" ; {own} : une réponse proposée est cochée plus souvent qu'elle n'est dite spontanément.",
        Verdict.LESS_IN_SURVEY: f" ; {own} : on en parle plus qu'on ne le coche, l'écart est à comprendre.",
        Verdict.TOO_FEW: " ; effectif insuffisant pour comparer aux entretiens.",
    }
    return typographic(f"{asked}{weighted}{verdicts[share.verdict]}")


def open_point(point: OpenPoint) -> str:
    """The sentence of an open point."""
    return typographic(_OPEN_POINTS[point.kind](point))


def _one_person(point: OpenPoint) -> str:
    return f"« {point.labels[0]} » ne repose que sur {count(int(point.figures['people']), 'personne')} : à confirmer avant d'en tirer une action."


def _contradiction(point: OpenPoint) -> str:
    figures = point.figures
    both = int(figures["both"])
    torn = f" ; {count(both, 'personne dit', 'personnes disent')} les deux à la fois" if both else ""
    return (
        f"Les témoignages divergent : {count(int(figures['first']), 'personne parle', 'personnes parlent')} de « {point.labels[0]} », "
        f"{number(int(figures['second']))} de « {point.labels[1]} »{torn}."
    )


def _survey(point: OpenPoint) -> str:
    figures = point.figures
    return (
        f"« {point.labels[0]} » : {percent(float(figures['survey']))} l'ont coché à « {figures['question']} » "
        f"(sur {number(int(figures['survey_base']))}), {percent(float(figures['spoken']))} en parlent d'eux-mêmes "
        f"(sur {number(int(figures['spoken_base']))})."
    )


def _suggestions(point: OpenPoint) -> str:
    waiting = int(point.figures["waiting"])
    verb = "attend" if waiting < 2 else "attendent"
    return (
        f"« {point.labels[0]} » : {count(waiting, 'suggestion')} {verb} une décision et ne "
        f"{'compte' if waiting < 2 else 'comptent'} pas (enquete review)."
    )


def _silent(point: OpenPoint) -> str:
    silent = int(point.figures["count"])
    codes = "Un code de la grille n'a" if silent == 1 else f"{number(silent)} codes de la grille n'ont"
    return f"{codes} aucun témoignage : {', '.join(point.labels)}."


def _thin(point: OpenPoint) -> str:
    people = int(point.figures["people"])
    who = (
        "personne n'a été entendu"
        if people == 0
        else f"seulement {count(people, 'personne entendue', 'personnes entendues')}"
    )
    return f"Public « {point.labels[0]} » : {who}, on ne peut rien en dire en général."


_OPEN_POINTS: Final = {
    OpenPointKind.ONE_PERSON: _one_person,
    OpenPointKind.CONTRADICTION: _contradiction,
    OpenPointKind.SURVEY: _survey,
    OpenPointKind.SUGGESTIONS: _suggestions,
    OpenPointKind.SILENT_CODE: _silent,
    OpenPointKind.THIN_PUBLIC: _thin,
}
OPEN_POINT_TITLES: Final = {
    OpenPointKind.CONTRADICTION: "Témoignages contrastés",
    OpenPointKind.SURVEY: "Écarts entre le questionnaire et les paroles",
    OpenPointKind.ONE_PERSON: "Constats qui reposent sur une seule personne",
    OpenPointKind.SUGGESTIONS: "Suggestions en attente",
    OpenPointKind.THIN_PUBLIC: "Publics peu entendus",
    OpenPointKind.SILENT_CODE: "Codes sans témoignage",
}


def movement(moved: Movement) -> str:
    """What became of a finding since the last report."""
    kind = POLARITIES[moved.polarity]
    name = f"« {moved.label} »"
    people = f"{number(moved.people_before)} → {count(moved.people_after, 'personne')}"
    sentences = {
        MovementKind.NEW: f"Nouveau {kind} : {name} (rang {moved.rank_after}, {count(moved.people_after, 'personne')}).",
        MovementKind.GONE: f"N'est plus étayé : {name} ({kind}, {count(moved.people_before, 'personne')} auparavant).",
        MovementKind.UP: f"Monte du rang {moved.rank_before} au rang {moved.rank_after} : {name} ({kind}, {people}).",
        MovementKind.DOWN: f"Descend du rang {moved.rank_before} au rang {moved.rank_after} : {name} ({kind}, {people}).",
        MovementKind.PEOPLE: f"Même rang, effectif changé : {name} ({kind}, {people}).",
    }
    sentence = sentences[moved.kind]
    if moved.polarity is Polarity.OPPORTUNITY and moved.kind is MovementKind.NEW:
        sentence = sentence.replace("Nouveau", "Nouvelle", 1)
    return typographic(sentence)


def stage_share(stage: StageShare) -> str:
    """How many people meet something at a stage of the path, and how many told it of a move."""
    met = (("un frein de cette étape", stage.barriers), ("un appui", stage.opportunities))
    told = " ; ".join(f"{name} : {pair(people, stage.base)}" for name, people in met if people)
    moved = f" {count(stage.moved, 'personne')} à propos d'un déménagement précis." if stage.moved else ""
    return typographic(f"{told[:1].upper()}{told[1:]}.{moved}" if told else "Personne n'en parle encore.")


def profile_ground(crossings: Sequence[Crossing]) -> str:
    """What stands for the profiles of paths in the crossings when no typology is solid."""
    if any(crossing.attribute == "profil" for crossing in crossings):
        return (
            "Les parcours ne dessinent pas de typologie solide : le tableau par profil regroupe les personnes par leur statut "
            "d'occupation actuel."
        )
    return (
        "Le tableau par profil de parcours manque : il faut au moins deux statuts d'occupation connus parmi les personnes "
        "entendues (enquete pathways)."
    )


VERDICTS: Final = {
    Verdict.AGREES: "concorde",
    Verdict.MORE_IN_SURVEY: "plus coché que dit",
    Verdict.LESS_IN_SURVEY: "plus dit que coché",
    Verdict.TOO_FEW: "effectif insuffisant",
}


LIMITS: Final = typographic(
    "Les personnes entendues n'ont pas été tirées au sort : les parts décrivent ceux qui ont parlé, pas la population. "
    "Qu'une personne ne parle pas d'un sujet ne veut pas dire qu'il ne la concerne pas. "
    "Les intervalles disent l'imprécision due au nombre, non les biais du recrutement."
)


def measure(finding: Finding) -> str:
    """How many people speak of a finding, with the uncertainty and the sources; `**` marks what matters."""
    weighted = f", {percent(finding.weighted)} après pondération" if finding.weighted is not None else ""
    interviews, answers = finding.interviews, finding.answers
    spoken = f" Entretiens : {interviews[0]} des {count(interviews[1], 'personne')}." if interviews[1] else ""
    written = f" Réponses ouvertes : {answers[0]} des {count(answers[1], 'personne')}." if answers[1] else ""
    return typographic(
        f"**{count(finding.people, 'personne')}** sur {number(finding.base)} ({percent(finding.share)}, intervalle de confiance "
        f"à 95 % : {percent(finding.low)} à {percent(finding.high)}){weighted} ; {count(finding.mentions, 'mention')} dans "
        f"{count(finding.documents, 'document')}. Constat {GRADES[finding.grade]}.{spoken}{written} "
        f"Relues par une personne : {percent(finding.validated / finding.mentions)} des mentions ; accord des codeurs : {_alpha(finding.agreement)}."
    )


def method(synthesis: Synthesis) -> tuple[str, ...]:
    """How the figures were made, so that another team could redo them; `**` marks what matters."""
    return tuple(
        typographic(paragraph)
        for paragraph in (
            _corpus(synthesis.corpus),
            _coding(synthesis),
            _counting(synthesis),
            _EVIDENCE_RULE,
            _reliability(synthesis.reliability),
            _confidentiality(synthesis),
        )
    )


def _corpus(corpus: Corpus) -> str:
    among = f", parmi {count(corpus.respondents, 'répondant')}" if corpus.respondents > corpus.people else ""
    spoken = (
        f"{count(corpus.interviews, 'entretien')} "
        f"({count(corpus.interviewed, 'personne interrogée', 'personnes interrogées')}, "
        f"{count(corpus.turns, 'tour de parole', 'tours de parole')}, {count(corpus.interview_words, 'mot')})"
    )
    written = f"{count(corpus.answers, 'réponse ouverte', 'réponses ouvertes')} de {count(corpus.answering, 'personne')}{among}"
    if not corpus.interviews and not corpus.answers:
        return "Aucun entretien ni aucune réponse ouverte n'est encore dans l'étude."
    heard = " et ".join([*([spoken] if corpus.interviews else []), *([written] if corpus.answers else [])])
    lacking = (
        ""
        if corpus.interviews and corpus.answers
        else " L'étude n'a pas d'entretien."
        if corpus.answers
        else " L'étude n'a pas de réponse ouverte à un questionnaire."
    )
    own = (
        " Seules les paroles des personnes interrogées comptent, jamais celles de l'enquêteur."
        if corpus.interviews
        else ""
    )
    return f"L'analyse porte sur {heard}.{lacking}{own}"


def _coding(synthesis: Synthesis) -> str:
    corpus, codebook = synthesis.corpus, synthesis.codebook
    named = f" « {codebook.title} »" if codebook.title else ""
    share = corpus.validated / corpus.codings if corpus.codings else 0.0
    return (
        f"Chaque passage est rattaché à un code de la grille{named} ({count(len(codebook.codes), 'code')}, "
        f"{count(len(codebook.themes), 'thème')}) par une règle lisible de la grille ou par une personne. "
        f"{count(corpus.codings, 'codage compté', 'codages comptés')}, dont "
        f"{count(corpus.validated, 'fait ou confirmé', 'faits ou confirmés')} par une personne ({percent(share)}). "
        f"**{waiting_suggestions(corpus.suggested)}**"
    )


def waiting_suggestions(waiting: int) -> str:
    """That the suggestions nobody decided do not count.

    >>> waiting_suggestions(0), waiting_suggestions(1)
    ("Aucune suggestion n'attend de décision.", "1 suggestion non validée n'est pas comptée.")
    """
    if not waiting:
        return "Aucune suggestion n'attend de décision."
    if waiting == 1:
        return "1 suggestion non validée n'est pas comptée."
    return f"{number(waiting)} suggestions non validées ne sont pas comptées."


def _counting(synthesis: Synthesis) -> str:
    weights = (
        " Les parts pondérées utilisent les poids de l'étude ; les tests portent sur les effectifs bruts."
        if synthesis.is_weighted
        else ""
    )
    return (
        "Un constat est un code dont quelqu'un parle. Son rang dépend du nombre de personnes distinctes, puis de documents, "
        "puis de mentions ; à égalité de personnes, le rang est le même. Les parts sont rapportées aux "
        f"{count(synthesis.corpus.people, 'personne')} dont les paroles sont analysées, avec leur intervalle de confiance à 95 % "
        "(Wilson). Les groupes sont comparés par un test exact, les p corrigés du nombre de comparaisons "
        f"(Benjamini-Hochberg) ; au-dessous de cinq personnes dans un groupe, aucun test n'est fait.{weights}"
    )


_EVIDENCE_RULE: Final = (
    "**Force de la preuve.** Solide : au moins 10 personnes, deux publics, une confirmation (entretiens et réponses ouvertes, "
    "ou question fermée qui concorde), un cinquième des mentions relues par une personne et, si un audit a été fait, 70 % au moins "
    "de ce qu'il y avait à coder. Étayé : au moins 5 personnes de deux publics. Fragile : moins de 5 personnes, un seul public, ou "
    "des codeurs qui ne s'accordent pas sur ce code (α de Krippendorff inférieur à 0,667). Isolé : une seule personne, ou moins que "
    "le seuil de l'étude. Ce qui n'a pas été mesuré ne change pas la note."
)


def _reliability(measured: Reliability) -> str:
    """Whether coders agree and what an audit found, or that neither was measured."""
    agreement = (
        f"Accord des codeurs, tous codes ensemble : {_alpha(measured.alpha)} ({count(measured.coders, 'personne')}, "
        f"{count(measured.documents, 'document codé', 'documents codés')} par chacune)."
        if measured.coders
        else "Accord des codeurs : non mesuré (il faut que deux personnes codent les mêmes documents)."
    )
    audit = measured.audit
    missed = (
        f"Passages oubliés : d'après {count(audit.passages, 'passage')} tirés au sort et lus en entier, {percent(audit.found)} de ce qu'il "
        f"y avait à coder a été trouvé (intervalle à 95 % : {percent(audit.low)} à {percent(audit.high)})."
        if audit
        else "Passages oubliés : non mesuré (aucun audit n'a été fait)."
    )
    return f"**Fiabilité du codage.** {agreement} {missed}"


def _alpha(value: float | None) -> str:
    return "non mesuré" if value is None else f"α = {number(value, 2)}"


def _confidentiality(synthesis: Synthesis) -> str:
    corpus = synthesis.corpus
    sentences = ["**Confidentialité.**"]
    if corpus.withdrawn:
        verb = (
            "a refusé ou retiré son consentement : rien n'en est compté"
            if corpus.withdrawn < 2
            else ("ont refusé ou retiré leur consentement : rien n'en est compté")
        )
        sentences.append(f"{count(corpus.withdrawn, 'personne')} {verb}.")
    if corpus.unquotable:
        verb = (
            "compte dans les effectifs mais n'est jamais citée"
            if corpus.unquotable < 2
            else ("comptent dans les effectifs mais ne sont jamais citées")
        )
        sentences.append(f"{count(corpus.unquotable, 'personne')} {verb}, faute d'accord.")
    if corpus.unknown_consent:
        sentences.append(
            f"L'accord de citation de {count(corpus.unknown_consent, 'personne')} n'est pas renseigné : à vérifier avant de "
            "diffuser ce rapport."
        )
    sentences.append(
        f"Les croisements de moins de {count(synthesis.minimum_cell, 'personne')} sont masqués, ainsi que ceux qui permettraient "
        "de les retrouver."
    )
    return " ".join(sentences)
