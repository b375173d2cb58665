"""Tables of codings for people: passages with all attributes, crossings, co-occurrences, 0/1 matrix, agreement."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from habitat_enquete.report.tidy_workbook import Table, Value, build

if TYPE_CHECKING:
    from habitat_enquete.coding.agreement import Agreement, CodeAgreement
    from habitat_enquete.coding.run_query import QueryResult

_QUERY: Final = (
    "Seuls les codages retenus sont comptés. « début » et « fin » sont des caractères du texte du document.",
    "« personnes » : personnes différentes qui en parlent ; « effectif » : personnes de cette catégorie dans l'étude.",
)
_AGREEMENT: Final = (
    "Ne sont comparées que les paroles des enquêtés, dans les documents travaillés par tous les codeurs.",
    "κ : Cohen (moyenne des paires au-delà de deux codeurs). α, α_U : Krippendorff. Cellule vide : indice non défini.",
    "Intervalles à 95 % par rééchantillonnage des documents (des tours de parole s'il y a moins de dix documents).",
)


def write_query(path: Path, result: QueryResult) -> tuple[Path, ...]:
    """Write all the tables of a query: one workbook when `path` ends in .xlsx, else csv files in the folder `path`."""
    return _write(path, query_tables(result), introduction=_QUERY, title="Codages")


def write_agreement(path: Path, result: Agreement) -> tuple[Path, ...]:
    """Write all the tables of a comparison of coders, as `write_query`."""
    return _write(path, agreement_tables(result), introduction=_AGREEMENT, title="Accord entre codeurs")


def _write(
    path: Path, tables: Sequence[Table], *, introduction: Sequence[str], title: str
) -> tuple[Path, ...]:
    if path.suffix.lower() == ".xlsx":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build(tables, introduction=introduction, title=title))
        return (path,)
    path.mkdir(parents=True, exist_ok=True)
    written = []
    for table in tables:
        target = path / f"{_file_name(table.name)}.csv"
        with target.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(table.columns)
            writer.writerows([[_plain(value) for value in row] for row in table.rows])
        written.append(target)
    return tuple(written)


def _plain(value: Value) -> Value:
    """A text a spreadsheet would run as a formula is written as the text it is."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t"}:
        return f"'{value}"
    return value


def _file_name(title: str) -> str:
    return "_".join("".join(letter if letter.isalnum() else " " for letter in title.casefold()).split())


def query_tables(result: QueryResult) -> list[Table]:
    """The tables of a query: passages, one crossing per attribute, codes met together, people × codes."""
    return [
        _passages(result),
        *(_crossing(result, name) for name in result.crossings),
        Table(
            "Codes × codes",
            ("code", "autre code", "personnes", "rencontres"),
            [(one, other, people, count) for (one, other), (people, count) in result.pairs.items()],
        ),
        Table(
            "Personnes × codes",
            ("personne", *result.codes),
            [(person, *row) for person, row in zip(result.people, result.matrix, strict=True)],
        ),
    ]


def _passages(result: QueryResult) -> Table:
    names = sorted({name for known in result.attributes.values() for name in known})
    return Table(
        "Passages",
        ("document", "début", "fin", "position", "code", "libellé", "codeur", "personne", *names, "passage"),
        [
            (
                hit.coding.document,
                hit.coding.span.start,
                hit.coding.span.end,
                hit.position,
                hit.coding.code,
                result.labels.get(hit.coding.code, ""),
                hit.coding.coder.name,
                hit.coding.respondent or "",
                *(hit.attributes.get(name, "") for name in names),
                hit.quote,
            )
            for hit in result.hits
        ],
    )


def _crossing(result: QueryResult, name: str) -> Table:
    return Table(
        f"Codes × {name}",
        ("code", "libellé", name, "personnes", "effectif", "part", "documents", "mentions"),
        [
            (
                code,
                result.labels.get(code, ""),
                value,
                cell.people,
                cell.base,
                cell.people / cell.base if cell.base else None,
                cell.documents,
                cell.mentions,
            )
            for code, row in result.crossings[name].items()
            for value, cell in row.items()
        ],
        shares=("part",),
    )


def agreement_tables(result: Agreement) -> list[Table]:
    """The tables of a comparison: figures per code, codes taken for one another, disagreements to discuss."""
    uses = tuple(f"codages de {coder}" for coder in result.coders)
    indices = (
        "κ",
        "κ bas",
        "κ haut",
        "κ de Fleiss",
        "Fleiss bas",
        "Fleiss haut",
        "α",
        "α bas",
        "α haut",
        "α_U",
        "α_U bas",
        "α_U haut",
    )
    return [
        Table(
            "Accord",
            ("code", "libellé", *uses, "accord", "accord bas", "accord haut", *indices),
            [_agreement_row(each) for each in (result.overall, *result.by_code)],
            shares=("accord", "accord bas", "accord haut"),
        ),
        Table(
            "Confusions",
            ("code de l'un", "code de l'autre", "passages"),
            [(one, other, count) for (one, other), count in result.confusions.items()],
        ),
        Table(
            "Désaccords",
            (
                "document",
                "début",
                "fin",
                "code",
                "codé par",
                "pas par",
                "qui a mis",
                "étendue seule",
                "passage",
            ),
            [
                (
                    each.document,
                    each.span.start,
                    each.span.end,
                    each.code,
                    each.by,
                    each.against,
                    ", ".join(each.instead),
                    "oui" if each.extent_only else "non",
                    each.quote,
                )
                for each in result.disagreements
            ],
        ),
    ]


def _agreement_row(each: CodeAgreement) -> tuple[Value, ...]:
    figures = (
        each.percent,
        *each.percent_interval,
        each.kappa,
        *each.kappa_interval,
        each.fleiss,
        *each.fleiss_interval,
        each.alpha,
        *each.alpha_interval,
        each.alpha_u,
        *each.alpha_u_interval,
    )
    return each.code, each.label, *each.uses.values(), *(None if math.isnan(f) else f for f in figures)
