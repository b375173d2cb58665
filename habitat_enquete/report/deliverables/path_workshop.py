"""`atelier-parcours`: blank path sheets to print for each public, and the table where they are typed in afterwards."""

from __future__ import annotations

from typing import Final

from habitat_enquete.report import tidy_workbook
from habitat_enquete.report.deliverables.delivery import Delivery
from habitat_enquete.report.tidy_workbook import Table
from habitat_enquete.report.word import Word

_ROWS: Final = 7
_ON_PAPER: Final = (
    "De (année)",
    "À (année)",
    "Commune",
    "Logement, statut",
    "Avec qui",
    "Pourquoi partir ?",
    "Ce qui a aidé, ce qui a freiné",
)
_WIDTHS: Final = (1.9, 1.9, 3.4, 4.0, 3.0, 4.6, 5.8)
# The names that `enquete pathways` reads.
_TYPED: Final = (
    *(
        "id",
        "public",
        "rang",
        "debut",
        "fin",
        "commune",
        "logement",
        "statut",
        "menage",
        "motif",
        "motif depart",
    ),
    *("satisfaction", "souhait", "blocage", "citation"),
)


def build(delivery: Delivery) -> dict[str, bytes]:
    """One sheet per public of the study (general and PD2H), and the workbook that brings the answers back as episodes."""
    word = delivery.word("Atelier : retracer son parcours résidentiel", "Fiches à imprimer, une par public")
    word.text(
        "Chacun retrace les logements où il a vécu, du départ de chez ses parents à aujourd'hui, puis celui qu'il souhaite. "
        "Écrivez un pseudonyme, jamais un nom. L'animateur recopie ensuite les fiches dans atelier-parcours-saisie.xlsx, "
        "puis tape : enquete pathways outputs/livrables/atelier-parcours-saisie.xlsx"
    )
    tenures = [tenure.label for tenure in delivery.synthesis.codebook.tenures]
    if tenures:
        word.text("Statuts possibles : " + " ; ".join(tenures) + ".")
    word.landscape()
    for label in _publics(delivery):
        _sheet(word, label)
    return {"atelier-parcours.docx": word.save(), "atelier-parcours-saisie.xlsx": _workbook(delivery)}


def _publics(delivery: Delivery) -> list[str]:
    settings = delivery.settings
    declared = [*settings.sections("publics"), *settings.sections("publics_pd2h")]
    labels = [each.text("label") or each.text("id") for each in declared if each.text("id") != "acteur"]
    return labels or ["Habitants"]


def _sheet(word: Word, public: str) -> None:
    word.heading(f"Mon parcours — {public}", new_page=True)
    word.text("Pseudonyme : ……………………      Année de naissance : …………      Date : ……………………")
    blank = [("",) * len(_ON_PAPER)] * _ROWS
    word.table(
        _ON_PAPER,
        blank,
        "Les logements où j'ai vécu, du plus ancien au plus récent",
        widths=_WIDTHS,
        row_height=1.35,
    )
    word.text("Le logement que je souhaite, et ce qui m'en empêche : ……………………………………………………………………………………………")


def _workbook(delivery: Delivery) -> bytes:
    tenures = [(tenure.id, tenure.label) for tenure in delivery.synthesis.codebook.tenures]
    return tidy_workbook.build(
        [Table("Parcours", _TYPED, []), Table("Statuts", ("statut", "libellé"), tenures)],
        introduction=(
            "Saisie des fiches de parcours",
            "Une ligne par logement ; « fin » vide : la personne y vit encore. Les dates s'écrivent 2015, 2015-09 ou « vers 2015 ».",
            "Puis : enquete pathways outputs/livrables/atelier-parcours-saisie.xlsx (copiez d'abord ce fichier ailleurs).",
        ),
        title="Saisie des fiches de parcours",
    )
