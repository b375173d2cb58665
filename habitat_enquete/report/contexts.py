"""What a report's template may use: one class, one sentence per field. A house template relies on these names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Finding
from habitat_enquete.model.synthesis import Comparison, Crossing, Synthesis
from habitat_enquete.report import palette
from habitat_enquete.report.panel import RULE as PANEL_RULE
from habitat_enquete.report.panel import PanelOpinion
from habitat_enquete.report.panel import sentence as panel_sentence


@dataclass(frozen=True, slots=True)
class ReportContext:
    """Everything that `templates/report.html.j2` may use."""

    synthesis: Synthesis = field(
        metadata={"sentence": "Toute la synthèse : corpus, constats, croisements, profils, points ouverts."}
    )
    barriers: tuple[Finding, ...] = field(
        metadata={"sentence": "Les freins, du plus partagé au moins partagé."}
    )
    opportunities: tuple[Finding, ...] = field(
        metadata={"sentence": "Les opportunités, de la plus partagée à la moins partagée."}
    )
    subjects: tuple[Finding, ...] = field(
        metadata={"sentence": "Les sujets neutres de la grille : motifs, aspirations, formes d'habiter."}
    )
    themes: Mapping[str, str] = field(
        metadata={"sentence": "Le nom de chaque thème de la grille, par identifiant."}
    )
    labels: Mapping[str, str] = field(
        metadata={"sentence": "Le nom de chaque code de la grille, par identifiant."}
    )
    publics: tuple[Crossing, ...] = field(
        metadata={"sentence": "Les croisements par public et par profil de parcours."}
    )
    territories: tuple[Crossing, ...] = field(
        metadata={"sentence": "Les croisements par échelle de territoire."}
    )
    newcomers: Comparison | None = field(
        metadata={"sentence": "Les nouveaux arrivants comparés aux habitants, quand l'étude a les deux."}
    )
    installations: Comparison | None = field(
        metadata={"sentence": "Les installations réussies comparées aux échouées, quand l'étude a les deux."}
    )
    panel: Mapping[str, str] = field(
        metadata={"sentence": "Ce que le groupe miroir a fait de chaque constat, en une phrase, par code."}
    )
    panel_words: Mapping[str, tuple[str, ...]] = field(
        metadata={"sentence": "Les mots du groupe miroir à propos de chaque constat, par code."}
    )
    panel_missing: tuple[str, ...] = field(
        metadata={"sentence": "Ce qui manque aux constats, selon le groupe miroir, avec ses mots."}
    )
    panel_rule: str = field(
        metadata={"sentence": "Comment l'avis du groupe miroir se lit ; vide sans groupe miroir."}
    )
    colours: Mapping[str, str] = field(metadata={"sentence": "La couleur de chaque statut d'occupation."})
    top_share: float = field(
        metadata={"sentence": "La plus grande part atteinte par un constat : la pleine largeur des barres."}
    )
    notes: Mapping[str, str] = field(
        metadata={
            "sentence": "Les textes de l'auteur en HTML, par place (« chapeau », « constat-loyer_eleve »…)."
        }
    )
    stray_notes: tuple[str, ...] = field(
        metadata={"sentence": "Les textes de l'auteur qui n'ont pas de place connue, imprimés à la fin."}
    )
    cloud: str = field(metadata={"sentence": "Le nuage de mots, en SVG."})
    territory_map: str = field(
        metadata={"sentence": "La carte du territoire, en SVG ; vide sans fond de carte."}
    )
    stylesheet: str = field(
        metadata={"sentence": "La feuille de style, écrite dans la page pour qu'elle se suffise à elle-même."}
    )


def documentation() -> str:
    """The fields and their sentences as a Markdown table, for docs/rapport.md."""
    rows = [f"| `{each.name}` | {each.metadata['sentence']} |" for each in fields(ReportContext)]
    return "\n".join(("| nom | ce que c'est |", "|---|---|", *rows))


def context(
    synthesis: Synthesis,
    *,
    notes: Mapping[str, str],
    stray_notes: tuple[str, ...],
    cloud: str,
    territory_map: str,
    stylesheet: str,
    opinions: Mapping[str, PanelOpinion] | None = None,
    missing: tuple[str, ...] = (),
) -> ReportContext:
    """The context of the report of a synthesis."""
    comparisons = {comparison.attribute: comparison for comparison in synthesis.comparisons}
    territories = {"commune", "epci", "territoire", "departement"}
    people = ("public", "publics_pd2h", "profil")
    return ReportContext(
        synthesis=synthesis,
        barriers=synthesis.of(Polarity.BARRIER),
        opportunities=synthesis.of(Polarity.OPPORTUNITY),
        subjects=synthesis.of(Polarity.NEUTRAL),
        themes={theme.id: theme.label for theme in synthesis.codebook.themes},
        labels={code.id: code.label for code in synthesis.codebook}
        | {finding.code: finding.label for finding in synthesis.findings},
        publics=tuple(c for c in synthesis.crossings if c.attribute in people),
        territories=tuple(
            c
            for c in synthesis.crossings
            if c.attribute in territories or c.attribute not in (*people, "installation")
        ),
        newcomers=comparisons.get("public"),
        installations=comparisons.get("installation"),
        panel={code: panel_sentence(opinion) for code, opinion in (opinions or {}).items()},
        panel_words={code: opinion.comments for code, opinion in (opinions or {}).items()},
        panel_missing=missing,
        panel_rule=PANEL_RULE if opinions or missing else "",
        colours=palette.tenure_colours(synthesis.codebook.tenures),
        top_share=max((finding.high for finding in synthesis.findings), default=1.0),
        notes=notes,
        stray_notes=stray_notes,
        cloud=cloud,
        territory_map=territory_map,
        stylesheet=stylesheet,
    )
