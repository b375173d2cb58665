"""The report as a Word document a planner can edit, from the same context as the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Evidence, Finding
from habitat_enquete.model.synthesis import Comparison, Crossing, Note, Profile, Synthesis
from habitat_enquete.report import cloud, html, pictures, wording
from habitat_enquete.report.contexts import ReportContext
from habitat_enquete.report.word import Word

_DETAILED: Final = 20
_ROWS: Final = 20
# The groups that a table across a page in Word can hold, the largest first.
_GROUPS: Final = 7


def build(context: ReportContext, *, template: Path | None = None) -> bytes:
    """The report as .docx; `template` is the house template, when the study has one."""
    synthesis = context.synthesis
    word = Word(title=synthesis.title, author=synthesis.author, template=template)
    corpus = synthesis.corpus
    fieldwork = (
        f"Terrain du {wording.french_date(corpus.first_date)} au {wording.french_date(corpus.last_date)}"
    )
    word.cover(
        synthesis.title,
        synthesis.subtitle,
        (synthesis.sponsor, synthesis.author, fieldwork if corpus.first_date else ""),
        low=True,
    )
    word.contents()
    _summary(word, context)
    _method(word, context)
    _findings(word, context, Polarity.BARRIER, "Les freins", "freins")
    _findings(word, context, Polarity.OPPORTUNITY, "Les opportunités", "opportunites")
    if context.subjects:
        _findings(word, context, Polarity.NEUTRAL, "Aspirations et autres sujets", "aspirations")
    if synthesis.profiles:
        _profiles(word, synthesis)
    _stages(word, synthesis)
    _crossed(word, context)
    _situations(word, synthesis)
    _levers(word, context)
    _limits(word, context)
    _appendix(word, context)
    word.footer(f"{synthesis.title} — état {synthesis.stamp.state[:12]}")
    return word.save()


def _note(word: Word, synthesis: Synthesis, place: str, target: str = "") -> None:
    note = synthesis.note(place, target)
    if note is not None:
        author_text(word, note)


def author_text(word: Word, note: Note) -> None:
    """An author's note: its paragraphs, headings and lists in the document's own styles."""
    for block in re.split(r"\n\s*\n", note.text):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        if lines and all(line.startswith(("- ", "* ")) for line in lines):
            for line in lines:
                word.bullet(line[2:])
        elif lines and lines[0].startswith("#"):
            word.text(f"**{lines[0].lstrip('# ')}**")
            if lines[1:]:
                word.text(" ".join(lines[1:]))
        elif lines:
            word.text(" ".join(lines))


def _summary(word: Word, context: ReportContext) -> None:
    synthesis, corpus = context.synthesis, context.synthesis.corpus
    word.heading("La synthèse en une page", new_page=True)
    _note(word, synthesis, "chapeau")
    word.text(
        f"**{wording.count(corpus.people, 'personne entendue', 'personnes entendues')}** : {wording.material(corpus)}. "
        f"{wording.count(len(context.barriers), 'frein')}, {wording.count(len(context.opportunities), 'opportunité')}."
    )
    if not synthesis.findings:
        word.text(wording.nothing_found(context.synthesis.corpus))
    for title, findings in (
        ("Ce qui retient", context.barriers),
        ("Ce sur quoi s'appuyer", context.opportunities),
    ):
        if findings:
            word.heading(title, 3)
            for finding in findings[:7]:
                word.bullet(
                    f"**{finding.label}** : {wording.count(finding.people, 'personne')} "
                    f"({wording.percent(finding.share)}), constat {wording.GRADES[finding.grade]}"
                )
    _note(word, synthesis, "interpretation")
    if synthesis.movements is not None:
        word.heading("Ce qui a bougé depuis le rapport précédent", 3)
        for movement in synthesis.movements[:12]:
            word.bullet(wording.movement(movement))
        if not synthesis.movements:
            word.text("Rien : rangs et effectifs sont les mêmes.")


def _method(word: Word, context: ReportContext) -> None:
    synthesis, corpus = context.synthesis, context.synthesis.corpus
    word.heading("Corpus et méthode", new_page=True)
    for paragraph in wording.method(synthesis):
        word.text(paragraph)
    if context.panel_rule:
        word.text(f"**Groupe miroir.** {context.panel_rule}")
    _note(word, synthesis, "methode")
    rows = [
        (html.attribute(name), value.label, wording.group_number(value.people, synthesis.minimum_cell))
        for name, values in corpus.composition.items()
        for value in values
    ]
    if rows:
        word.table(("Critère", "Groupe", "Personnes"), rows, "Qui a été entendu", widths=(5, 8, 3))
    if synthesis.saturation is not None:
        told = html.saturated(synthesis.saturation)
        word.picture(
            pictures.saturation(synthesis.saturation),
            "Codes nouveaux par entretien et codes connus",
            told,
            width=14,
        )
        word.text(told)
    if synthesis.words:
        word.picture(
            cloud.png(synthesis.words),
            "Mots employés par le plus de personnes",
            cloud.description(synthesis.words),
            width=14,
        )


def _findings(word: Word, context: ReportContext, polarity: Polarity, title: str, place: str) -> None:
    synthesis = context.synthesis
    findings = synthesis.of(polarity)
    word.heading(title, new_page=True)
    _note(word, synthesis, place)
    if not findings:
        word.text("Rien n'est encore codé sous ce titre.")
        return
    word.picture(
        pictures.ranking(findings),
        f"{title} : nombre et part des personnes qui en parlent, intervalle de confiance à 95 %",
        pictures.describe_ranking(findings),
    )
    for finding in findings[:_DETAILED]:
        _finding(word, context, finding)
    if findings[_DETAILED:]:
        rows = [
            (
                str(f.rank),
                f.label,
                wording.number(f.people),
                wording.percent(f.share),
                wording.GRADES[f.grade],
            )
            for f in findings[_DETAILED:]
        ]
        word.table(
            ("Rang", "Constat", "Personnes", "Part", "Preuve"),
            rows,
            "Constats suivants",
            widths=(1.5, 8, 2.2, 2, 2.3),
        )


def _finding(word: Word, context: ReportContext, finding: Finding) -> None:
    word.heading(f"{finding.rank}. {finding.label}", 2)
    word.text(wording.measure(finding))
    if finding.definition:
        word.text(finding.definition, muted=True)
    _note(word, context.synthesis, "constat", finding.code)
    if finding.code in context.panel:
        words = " ".join(f"« {each} »" for each in context.panel_words[finding.code])
        word.text(f"**{context.panel[finding.code]}** {words}".strip())
    for share in finding.survey:
        word.text(wording.survey_sentence(share, finding))
    _quotes(word, finding.evidence)
    if finding.counter:
        word.heading("Témoignages qui nuancent", 3)
        _quotes(word, finding.counter)
    if finding.members:
        grouped = ", ".join(f"{label} ({people})" for _, label, people in finding.members)
        word.text(f"Regroupe : {grouped} ; chaque personne est comptée une fois.", muted=True)
    if finding.cooccurring:
        others = ", ".join(f"{other.label} ({other.people})" for other in finding.cooccurring)
        word.text(f"Les mêmes personnes parlent aussi de : {others}.", muted=True)


def _quotes(word: Word, pieces: Sequence[Evidence]) -> None:
    for evidence in pieces:
        cut = " […]" if evidence.is_cut else ""
        word.quote(f"{evidence.quote}{cut}", f"{wording.attribution(evidence)} — {wording.place(evidence)}")


def _profiles(word: Word, synthesis: Synthesis) -> None:
    word.heading("Profils de parcours résidentiels", new_page=True)
    _note(word, synthesis, "profils")
    if not synthesis.profiles_are_types:
        word.text(
            "Les parcours connus ne dessinent pas de typologie solide : les personnes sont regroupées par leur statut d'occupation actuel."
        )
    for profile in synthesis.profiles:
        _profile(word, synthesis, profile)


def _profile(word: Word, synthesis: Synthesis, profile: Profile) -> None:
    word.heading(profile.label, 2)
    word.text(
        f"**{wording.count(profile.people, 'personne')}**, {wording.percent(profile.share)} des parcours connus."
    )
    _note(word, synthesis, "profil", profile.id)
    if profile.portrait is not None:
        path = " → ".join(
            f"{line.label} ({line.start}–{line.end or 'aujourd’hui'})" for line in profile.portrait.episodes
        )
        word.text(f"Un parcours, {profile.portrait.respondent} : {path}.")
    for title, met in (("Freins rencontrés", profile.barriers), ("Appuis trouvés", profile.opportunities)):
        if met:
            word.text(f"{title} : {wording.factors(met)}.")
    _quotes(word, profile.evidence)


def _stages(word: Word, synthesis: Synthesis) -> None:
    """How many people meet a barrier or find support at each stage of the path."""
    if not synthesis.stages or not synthesis.findings:
        return
    word.heading("À chaque étape du parcours")
    rows = [
        (
            stage.label,
            wording.pair(stage.barriers, stage.base),
            wording.pair(stage.opportunities, stage.base),
            wording.number(stage.moved),
        )
        for stage in synthesis.stages
    ]
    columns = ("Étape", "Un frein", "Un appui", "À propos d'un déménagement précis")
    word.table(
        columns,
        rows,
        "Personnes qui parlent d'un frein ou d'un appui de chaque étape",
        widths=(4.6, 4, 4, 3.6),
    )


def _situations(word: Word, synthesis: Synthesis) -> None:
    """What helped and what held back, by outcome of the installation."""
    if not synthesis.situations:
        return
    word.heading("Installations réussies, installations échouées", new_page=True)
    for situation in synthesis.situations:
        size = wording.group_size(situation.value.people, synthesis.minimum_cell)
        word.heading(f"{situation.value.label} : {size}", 2)
        for title, factors in (
            ("Ce qui a freiné", situation.barriers),
            ("Ce qui a aidé", situation.opportunities),
        ):
            if factors:
                word.heading(title, 3)
            for factor in factors[:4]:
                share = wording.group_share(factor.cell, synthesis.minimum_cell)
                word.text(f"**{factor.label}** : {share}.")
                _quotes(word, factor.evidence)


def _crossed(word: Word, context: ReportContext) -> None:
    synthesis = context.synthesis
    crossings = (*context.publics, *context.territories)
    if crossings or synthesis.comparisons:
        word.heading("Qui rencontre quoi", new_page=True)
        _note(word, synthesis, "croisements")
        if not synthesis.profiles_are_types:
            word.text(wording.profile_ground(context.publics))
    for crossing in crossings:
        _crossing(word, crossing, synthesis.minimum_cell)
    for comparison, place in (
        (context.newcomers, "nouveaux_arrivants"),
        (context.installations, "installations"),
    ):
        if comparison is not None:
            word.heading(f"{comparison.first.label} et {comparison.second.label}", 2)
            _note(word, synthesis, place)
            _comparison(word, comparison, synthesis.minimum_cell)


def _crossing(word: Word, crossing: Crossing, minimum: int) -> None:
    word.heading(crossing.label, 2)
    shown = html.wide_enough(crossing, minimum, _GROUPS)
    rows = [
        (row.label, *(wording.cell(cell, minimum) for cell in row.cells), wording.p_value(row.p_value))
        for row in html.crossed(shown.rows, _ROWS)
    ]
    if not rows:
        word.text(wording.hidden_crossing(crossing, minimum))
        return
    groups = [f"{value.label} ({wording.number(value.people)})" for value in shown.values]
    columns = ("Constat", *groups, "p corrigé")
    word.table(columns, rows, f"Constats par {crossing.label.lower()} : personnes, part du groupe")
    if len(shown.values) < len(crossing.values):
        word.text(
            f"Seuls les groupes d'au moins {wording.count(minimum, 'personne')} sont montrés, {_GROUPS} au plus : "
            f"{len(shown.values)} sur {len(crossing.values)} ; les autres sont dans le classeur, feuille « Croisements »."
        )


def _comparison(word: Word, comparison: Comparison, minimum: int) -> None:
    rows = [
        (
            contrast.label,
            wording.cell(contrast.first, minimum),
            wording.cell(contrast.second, minimum),
            "masqué"
            if contrast.first.masked or contrast.second.masked
            else wording.points(contrast.difference),
            wording.p_value(contrast.p_value),
        )
        for contrast in html.comparable(comparison)
    ]
    if not rows:
        word.text(wording.hidden_comparison(comparison, minimum))
        return
    columns = ("Constat", comparison.first.label, comparison.second.label, "Écart", "p corrigé")
    word.table(columns, rows, "Les écarts les plus larges", widths=(6.2, 2.8, 2.8, 2.3, 2.3))


def _levers(word: Word, context: ReportContext) -> None:
    synthesis = context.synthesis
    word.heading("Leviers et feuille de route", new_page=True)
    _note(word, synthesis, "recommandations")
    if synthesis.levers:
        rows = [
            (
                use.label,
                wording.number(use.people),
                use.actor,
                ", ".join(filter(None, (use.scale, use.horizon))),
                " ; ".join(context.labels[code] for code in use.findings),
            )
            for use in synthesis.levers
        ]
        columns = ("Levier", "Personnes", "Acteurs", "Échelle, horizon", "Constats")
        word.table(
            columns, rows, "Leviers et constats auxquels ils répondent", widths=(4.4, 2.2, 3.2, 2.4, 4.2)
        )
    if synthesis.actions:
        actions = [
            (
                f"{action.label}\n{action.objective}".strip(),
                "\n".join((action.lead, *(" : ".join(filter(None, each)) for each in action.partners))),
                "\n".join(
                    filter(None, (" – ".join(filter(None, (action.start, action.end))), action.funding))
                ),
                " ; ".join(context.labels[code] for code in action.findings),
            )
            for action in synthesis.actions
        ]
        heads = ("Action", "Pilote et partenaires", "Calendrier, financement", "Constats")
        word.table(heads, actions, "Feuille de route", widths=(4.8, 4.2, 3.2, 4.2))


def _limits(word: Word, context: ReportContext) -> None:
    synthesis = context.synthesis
    word.heading("Points ouverts et limites", new_page=True)
    _note(word, synthesis, "limites")
    for title, points in html.by_kind(synthesis.open_points):
        word.heading(title, 2)
        for point in points:
            word.bullet(wording.open_point(point))
            _quotes(word, point.evidence)
    if context.panel_missing:
        word.heading("Ce qui manque, selon le groupe miroir", 2)
    for words in context.panel_missing:
        word.quote(words, "Groupe miroir")
    word.heading("Ce que ces chiffres ne disent pas", 2)
    word.text(wording.LIMITS)


def _appendix(word: Word, context: ReportContext) -> None:
    word.heading("Annexe : participants", new_page=True)
    listed = html.listed(context.synthesis.people)
    rows = [
        (person.id, person.attributes.get("public", ""), html.territory(person), str(person.mentions))
        for person in listed
    ]
    others = len(context.synthesis.people) - len(listed)
    minimum = wording.count(context.synthesis.minimum_cell, "personne")
    word.text(f"Liste anonymisée. Ce que partagent moins de {minimum} n'est pas imprimé.")
    if rows:
        word.table(
            ("Personne", "Public", "Territoire", "Mentions"), rows, "Participants", widths=(2.6, 4.4, 7, 2.2)
        )
    if others > 0:
        told = wording.count(others, "autre personne figure", "autres personnes figurent")
        word.text(f"{told} dans le classeur, feuille « Personnes ».")
    word.heading("Annexe : grille de codage", new_page=True)
    rows = [
        (
            code.label,
            context.themes.get(code.theme, code.theme),
            wording.POLARITIES[code.polarity],
            code.definition,
        )
        for code in context.synthesis.codebook
    ]
    word.table(("Code", "Thème", "Sens", "Définition"), rows, "Grille de codage", widths=(4.4, 3.4, 2.5, 6.1))
