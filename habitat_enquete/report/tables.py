"""The tables behind the report: every figure of the page, and the rows from which anybody can recount it."""

from __future__ import annotations

from collections.abc import Iterator

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.synthesis import Crossing, CrossingRow, Synthesis
from habitat_enquete.report import wording
from habitat_enquete.report.tidy_workbook import Table, Value
from habitat_enquete.stats.intervals import wilson

INTRODUCTION = (
    "Chaque feuille est un tableau rangé : une ligne par chose, une colonne par fait, des filtres sur l'en-tête.",
    "Le classement se recompte : dans « Codages », filtrez un code et comptez les personnes distinctes ; vous retrouvez « personnes » de « Constats ».",
    "Document de travail de l'équipe : il contient une ligne par personne et par passage. Ne le diffusez pas sans l'avoir relu ; les citations non autorisées y sont déjà retirées, les petits effectifs masqués.",
)


def tables(synthesis: Synthesis) -> list[Table]:
    """All the tables of a synthesis, in the order of the report."""
    return [
        _findings(synthesis),
        _quotes(synthesis),
        *([_crossings(synthesis)] if synthesis.crossings else []),
        *([_comparisons(synthesis)] if synthesis.comparisons else []),
        *([_survey(synthesis)] if any(finding.survey for finding in synthesis.findings) else []),
        *([_profiles(synthesis)] if synthesis.profiles else []),
        *([_stages(synthesis)] if synthesis.stages else []),
        *([_situations(synthesis)] if synthesis.situations else []),
        *([_together(synthesis)] if any(finding.cooccurring for finding in synthesis.findings) else []),
        *([_saturation(synthesis)] if synthesis.saturation else []),
        *([_levers(synthesis)] if synthesis.levers else []),
        *([_actions(synthesis)] if synthesis.actions else []),
        _open_points(synthesis),
        *([_movements(synthesis)] if synthesis.movements else []),
        _corpus(synthesis),
        _people(synthesis),
        _mentions(synthesis),
        _words(synthesis),
        _codebook(synthesis),
    ]


def _findings(synthesis: Synthesis) -> Table:
    themes = {theme.id: theme.label for theme in synthesis.codebook.themes}
    columns = (
        *(
            "code",
            "constat",
            "sens",
            "thème",
            "rang",
            "personnes",
            "base",
            "part",
            "part_basse",
            "part_haute",
        ),
        *(
            "part_pondérée",
            "documents",
            "mentions",
            "mentions_par_entretien_bas",
            "mentions_par_entretien_haut",
        ),
        *(
            "personnes_entretiens",
            "base_entretiens",
            "personnes_réponses",
            "base_réponses",
            "mentions_relues",
        ),
        *("accord_des_codeurs", "force_de_la_preuve", "étapes", "leviers"),
    )
    rows = [
        (
            finding.code,
            finding.label,
            wording.POLARITIES[finding.polarity],
            themes.get(finding.theme, finding.theme),
            finding.rank,
            finding.people,
            finding.base,
            finding.share,
            finding.low,
            finding.high,
            finding.weighted,
            finding.documents,
            finding.mentions,
            finding.mentions_low,
            finding.mentions_high,
            *finding.interviews,
            *finding.answers,
            finding.validated,
            finding.agreement,
            wording.GRADES[finding.grade],
            "; ".join(finding.stages),
            "; ".join(finding.levers),
        )
        for finding in synthesis.findings
    ]
    return Table("Constats", columns, rows, ("part", "part_basse", "part_haute", "part_pondérée"))


def _quotes(synthesis: Synthesis) -> Table:
    columns = (
        "code",
        "constat",
        "ordre",
        "nature",
        "personne",
        "citation",
        "document",
        "début",
        "fin",
        "fichier",
        "place",
        "codage",
    )
    rows = [
        (
            finding.code,
            finding.label,
            rank,
            wording.EVIDENCE_KINDS[evidence.kind],
            evidence.respondent,
            evidence.quote,
            evidence.document,
            evidence.span.start,
            evidence.span.end,
            evidence.source_file,
            evidence.source_position,
            evidence.coding,
        )
        for finding in synthesis.findings
        for rank, evidence in enumerate((*finding.evidence, *finding.counter), start=1)
    ]
    return Table("Verbatims", columns, rows)


def _crossings(synthesis: Synthesis) -> Table:
    columns = (
        "croisement",
        "code",
        "constat",
        "groupe",
        "effectif_du_groupe",
        "personnes",
        "part",
        "masqué",
        "p_corrigé",
        "v_de_cramer",
    )
    rows = [row for crossing in synthesis.crossings for row in _crossing(crossing, synthesis.minimum_cell)]
    return Table("Croisements", columns, rows, ("part",))


def _strength(row: CrossingRow) -> tuple[float | None, float | None]:
    """The corrected p and Cramér's V; rounded when the row hides counts, which their last digits would give away."""
    if row.p_value is None:
        return None, None
    if any(cell.masked for cell in row.cells):
        return round(row.p_value, 2), round(row.cramers_v, 1)
    return row.p_value, row.cramers_v


def _crossing(crossing: Crossing, minimum: int) -> Iterator[tuple[Value, ...]]:
    for row in crossing.rows:
        for value, cell in zip(crossing.values, row.cells, strict=True):
            people, share = (None, None) if cell.masked else (cell.people, cell.share)
            size = value.people if not 0 < value.people < minimum else None
            yield (
                *(crossing.label, row.code, row.label, value.label, size, people, share),
                "oui" if cell.masked else "non",
                *_strength(row),
            )


def _comparisons(synthesis: Synthesis) -> Table:
    columns = (
        *(
            "premier_groupe",
            "second_groupe",
            "code",
            "constat",
            "personnes_1",
            "base_1",
            "personnes_2",
            "base_2",
        ),
        *("écart", "écart_bas", "écart_haut", "p_corrigé"),
    )
    rows: list[tuple[Value, ...]] = []
    for comparison in synthesis.comparisons:
        for contrast in comparison.contrasts:
            hidden = contrast.first.masked or contrast.second.masked
            gap: tuple[Value, ...] = (contrast.difference, contrast.low, contrast.high)
            rows.append(
                (
                    *(comparison.first.label, comparison.second.label, contrast.code, contrast.label),
                    *(None if contrast.first.masked else contrast.first.people, contrast.first.base),
                    *(None if contrast.second.masked else contrast.second.people, contrast.second.base),
                    *((None, None, None) if hidden else gap),
                    round(contrast.p_value, 2)
                    if hidden and contrast.p_value is not None
                    else contrast.p_value,
                )
            )
    return Table("Comparaisons", columns, rows, ("écart", "écart_bas", "écart_haut"))


def _survey(synthesis: Synthesis) -> Table:
    columns = (
        "code",
        "constat",
        "question",
        "libellé",
        "choix",
        "personnes",
        "base",
        "part",
        "part_basse",
        "part_haute",
        "part_pondérée",
        "part_en_paroles",
        "verdict",
    )
    rows = [
        (
            *(finding.code, finding.label, share.question, share.label, "; ".join(share.choices)),
            *(share.people, share.base, share.people / share.base, share.low, share.high, share.weighted),
            *(finding.share, wording.VERDICTS[share.verdict]),
        )
        for finding in synthesis.findings
        for share in finding.survey
    ]
    return Table(
        "Questions fermées",
        columns,
        rows,
        ("part", "part_basse", "part_haute", "part_pondérée", "part_en_paroles"),
    )


def _profiles(synthesis: Synthesis) -> Table:
    columns = (
        "profil",
        "libellé",
        "personnes",
        "part",
        "stabilité",
        "portrait",
        "parcours",
        "années_médianes",
        "freins",
        "appuis",
    )
    rows = [
        (
            *(profile.id, profile.label, profile.people, profile.share, profile.stability),
            profile.portrait.respondent if profile.portrait else None,
            " > ".join(line.label for line in profile.portrait.episodes) if profile.portrait else None,
            "; ".join(f"{tenure} : {years}" for tenure, years in profile.median_years.items()),
            wording.factors(profile.barriers),
            wording.factors(profile.opportunities),
        )
        for profile in synthesis.profiles
    ]
    return Table("Profils", columns, rows, ("part", "stabilité"))


def _stages(synthesis: Synthesis) -> Table:
    columns = (
        *("étape", "libellé", "sens", "personnes", "base", "part", "part_basse", "part_haute"),
        "personnes_d_un_déménagement",
    )
    rows: list[tuple[Value, ...]] = []
    for stage in synthesis.stages:
        for polarity, people, moved in (
            (Polarity.BARRIER, stage.barriers, stage.moved_barriers),
            (Polarity.OPPORTUNITY, stage.opportunities, stage.moved_opportunities),
        ):
            interval = wilson(people, stage.base) if stage.base else None
            bounds = (interval.low, interval.high) if interval else (None, None)
            share = people / stage.base if stage.base else None
            rows.append(
                (
                    *(stage.id, stage.label, wording.POLARITIES[polarity], people, stage.base, share),
                    *bounds,
                    moved,
                )
            )
    return Table("Étapes", columns, rows, ("part", "part_basse", "part_haute"))


def _situations(synthesis: Synthesis) -> Table:
    rows: list[tuple[Value, ...]] = [
        (
            *(situation.value.label, wording.POLARITIES[polarity], factor.code, factor.label),
            None if factor.cell.base < synthesis.minimum_cell else factor.cell.base,
            None if factor.cell.masked else factor.cell.people,
            "oui" if factor.cell.masked else "non",
        )
        for situation in synthesis.situations
        for polarity, factors in (
            (Polarity.BARRIER, situation.barriers),
            (Polarity.OPPORTUNITY, situation.opportunities),
        )
        for factor in factors
    ]
    columns = ("issue", "sens", "code", "constat", "effectif_du_groupe", "personnes", "masqué")
    return Table("Installations", columns, rows)


def _together(synthesis: Synthesis) -> Table:
    rows = [
        (finding.code, finding.label, other.code, other.label, other.people, other.jaccard)
        for finding in synthesis.findings
        for other in finding.cooccurring
    ]
    columns = ("code", "constat", "autre_code", "autre_constat", "personnes_des_deux", "indice_de_jaccard")
    return Table("Codes ensemble", columns, rows)


def _saturation(synthesis: Synthesis) -> Table:
    assert synthesis.saturation is not None
    rows = [
        (n, s.document, s.public, s.new, s.known) for n, s in enumerate(synthesis.saturation.steps, start=1)
    ]
    return Table("Saturation", ("ordre", "entretien", "public", "codes_nouveaux", "codes_connus"), rows)


def _levers(synthesis: Synthesis) -> Table:
    columns = ("levier", "libellé", "acteurs", "échelle", "horizon", "personnes", "base", "constats")
    rows = [
        (use.id, use.label, use.actor, use.scale, use.horizon, use.people, use.base, "; ".join(use.findings))
        for use in synthesis.levers
    ]
    return Table("Leviers", columns, rows)


def _actions(synthesis: Synthesis) -> Table:
    columns = (
        "action",
        "libellé",
        "objectif",
        "pilote",
        "partenaires",
        "financement",
        "début",
        "fin",
        "échelle",
        "indicateurs",
        "état",
        "constats",
        "personnes",
    )
    rows = [
        (
            *(action.id, action.label, action.objective, action.lead),
            "; ".join(
                f"{name} : {commitment}" if commitment else name for name, commitment in action.partners
            ),
            *(action.funding, action.start, action.end, action.scale, "; ".join(action.indicators)),
            *(action.status, "; ".join(action.findings), action.people),
        )
        for action in synthesis.actions
    ]
    return Table("Feuille de route", columns, rows)


def _open_points(synthesis: Synthesis) -> Table:
    rows = [
        (wording.OPEN_POINT_TITLES[point.kind], wording.open_point(point), "; ".join(point.codes))
        for point in synthesis.open_points
    ]
    return Table("Points ouverts", ("nature", "point", "codes"), rows)


def _movements(synthesis: Synthesis) -> Table:
    columns = (
        "code",
        "constat",
        "mouvement",
        "rang_avant",
        "rang_après",
        "personnes_avant",
        "personnes_après",
    )
    rows = [
        (m.code, m.label, wording.movement(m), m.rank_before, m.rank_after, m.people_before, m.people_after)
        for m in synthesis.movements or ()
    ]
    return Table("Mouvements", columns, rows)


def _corpus(synthesis: Synthesis) -> Table:
    corpus = synthesis.corpus
    facts: list[tuple[str, Value]] = [
        ("personnes dont les paroles sont analysées", corpus.people),
        ("entretiens", corpus.interviews),
        ("personnes interrogées", corpus.interviewed),
        ("réponses ouvertes", corpus.answers),
        ("personnes ayant écrit une réponse ouverte", corpus.answering),
        ("répondants connus", corpus.respondents),
        ("tours de parole", corpus.turns),
        ("mots analysés", corpus.words),
        ("codages comptés", corpus.codings),
        ("codages faits ou confirmés par une personne", corpus.validated),
        ("suggestions non validées (non comptées)", corpus.suggested),
        ("personnes ayant refusé ou retiré leur consentement (non comptées)", corpus.withdrawn),
        ("personnes comptées mais jamais citées", corpus.unquotable),
        ("personnes dont l'accord de citation n'est pas renseigné", corpus.unknown_consent),
        *_reliability(synthesis),
        ("état de la base", synthesis.stamp.state),
        ("grille de codage", synthesis.stamp.codebook),
        ("version de habitat_enquete", synthesis.stamp.version),
    ]
    return Table("Corpus", ("fait", "valeur"), facts)


def _reliability(synthesis: Synthesis) -> list[tuple[str, Value]]:
    measured = synthesis.reliability
    audit = measured.audit
    return [
        (
            "accord des codeurs (α de Krippendorff)",
            "non mesuré" if measured.alpha is None else measured.alpha,
        ),
        ("documents codés par tous les codeurs comparés", measured.documents),
        ("part trouvée de ce qu'il y avait à coder (audit)", "non mesuré" if audit is None else audit.found),
        ("passages audités", 0 if audit is None else audit.passages),
    ]


def _people(synthesis: Synthesis) -> Table:
    attributes = sorted({name for person in synthesis.people for name in person.attributes})
    rows = [
        (
            person.id,
            *(person.attributes.get(name, "") for name in attributes),
            "entretien" if person.interviewed else "réponse ouverte",
            len(person.documents),
            person.mentions,
            "oui" if person.quotable else "non",
        )
        for person in synthesis.people
    ]
    return Table("Personnes", ("personne", *attributes, "source", "documents", "mentions", "citable"), rows)


def _mentions(synthesis: Synthesis) -> Table:
    columns = (
        "codage",
        "code",
        "personne",
        "document",
        "début",
        "fin",
        "passage",
        "fichier",
        "place",
        "codeur",
        "nature_du_codeur",
        "relu_par_une_personne",
    )
    rows = [
        (
            *(m.coding, m.code, m.respondent, m.document, m.start, m.end, m.quote, m.source_file),
            *(m.source_position, m.coder, m.coder_kind, "oui" if m.validated else "non"),
        )
        for m in synthesis.mentions
    ]
    return Table("Codages", columns, rows)


def _words(synthesis: Synthesis) -> Table:
    return Table(
        "Mots", ("mot", "personnes", "occurrences"), [(w.word, w.people, w.mentions) for w in synthesis.words]
    )


def _codebook(synthesis: Synthesis) -> Table:
    themes = {theme.id: theme.label for theme in synthesis.codebook.themes}
    columns = ("code", "libellé", "thème", "sens", "définition", "inclure", "exclure", "leviers")
    rows = [
        (
            *(code.id, code.label, themes.get(code.theme, code.theme), wording.POLARITIES[code.polarity]),
            *(code.definition, code.include, code.exclude, "; ".join(code.levers)),
        )
        for code in synthesis.codebook
    ]
    return Table("Grille", columns, rows)
