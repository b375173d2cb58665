"""The figures of a report, counted again from the store by SQL and from the workbook by other formulas than ours."""

from __future__ import annotations

import shutil
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from math import comb
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from lxml import html
from openpyxl import load_workbook
from ruamel.yaml import YAML
from scipy.stats import fisher_exact, norm

from habitat_enquete import pipeline
from habitat_enquete.project import Project

Row = dict[str, Any]


@dataclass
class Reported:
    """A report on disk, and the base it comes from, read without any of our code."""

    folder: Path
    sheets: dict[str, list[Row]]
    accepted: list[Row]
    attributes: dict[str, dict[str, str]]
    heard: set[str]

    def said(self, code: str) -> set[str]:
        return {row["respondent"] for row in self.accepted if row["code"] == code}


@pytest.fixture(scope="module")
def reported(benchmark_study: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Reported:
    folder = tmp_path_factory.mktemp("oracle") / "etude"
    project: Project = benchmark_study.build(folder, interviews=14, answers=260, seed=5)
    base = sqlite3.connect(project.database)
    for number in range(0, 260, 2):
        weight = f"{0.4 + number % 7 / 3:.2f}".replace(".", ",")
        base.execute(
            "INSERT INTO respondent_attribute VALUES (?, 'poids', ?, '')", (f"R{number + 1:04d}", weight)
        )
    base.execute("INSERT INTO respondent_attribute VALUES ('E03', 'consentement', 'non', '')")
    base.execute("INSERT INTO respondent_attribute VALUES ('R0007', 'consentement', 'non', '')")
    base.commit()
    pipeline.synthesis(project)
    return _read(folder, base)


def _read(folder: Path, base: sqlite3.Connection) -> Reported:
    base.row_factory = sqlite3.Row
    attributes: dict[str, dict[str, str]] = defaultdict(dict)
    for row in base.execute("SELECT respondent, name, value FROM respondent_attribute"):
        attributes[row["respondent"]][row["name"]] = row["value"]
    gone = {person for person, known in attributes.items() if known.get("consentement") == "non"}
    accepted = [
        dict(row)
        for row in base.execute("SELECT * FROM coding WHERE state = 'accepted'")
        if row["respondent"] not in gone
    ]
    heard = {
        row[0]
        for row in base.execute(
            "SELECT DISTINCT s.respondent FROM speaker s JOIN turn t ON t.document = s.document AND t.speaker = s.label"
            " WHERE s.role = 'informant'"
        )
    }
    workbook = load_workbook(folder / "outputs" / "freins_opportunites.xlsx")
    sheets = {}
    for sheet in workbook.worksheets[1:]:
        columns, *rows = sheet.iter_rows(values_only=True)
        sheets[sheet.title] = [dict(zip(columns, row, strict=True)) for row in rows]
    return Reported(folder, sheets, accepted, attributes, heard - gone)


def _wilson(people: int, base: float) -> tuple[float, float]:
    """The two shares that a score test would not reject: roots of (p̂ - p)² = z² p (1 - p) / n."""
    z, share = norm.ppf(0.975), people / base
    low, high = sorted(np.roots([1 + z * z / base, -2 * share - z * z / base, share * share]).real)
    return max(0.0, low), min(1.0, high)


def _freeman_halton(said: list[int], bases: list[int]) -> float:
    """Every table with these margins, those as improbable as this one or more added up."""
    total = sum(said)

    def ways(table: tuple[int, ...]) -> int:
        return int(np.prod([comb(base, n) for base, n in zip(bases, table, strict=True)], dtype=object))

    tables = [t for t in product(*(range(base + 1) for base in bases)) if sum(t) == total]
    mine = ways(tuple(said))
    return sum(w for t in tables if (w := ways(t)) <= mine) / comb(sum(bases), total)


def _adjusted(p_values: list[float]) -> list[float]:
    """Benjamini and Hochberg, from their own definition: the least rate at which each would be rejected."""
    n = len(p_values)
    ordered = sorted(p_values)
    return [min(1.0, min(ordered[j] * n / (j + 1) for j in range(n) if ordered[j] >= p)) for p in p_values]


def test_people_documents_mentions_and_intervals(reported: Reported) -> None:
    assert reported.sheets["Constats"]
    for row in reported.sheets["Constats"]:
        mine = [each for each in reported.accepted if each["code"] == row["code"]]
        assert (row["personnes"], row["base"]) == (len(reported.said(row["code"])), len(reported.heard))
        assert (row["documents"], row["mentions"]) == (len({each["document"] for each in mine}), len(mine))
        assert row["part"] == pytest.approx(row["personnes"] / row["base"])
        assert (row["part_basse"], row["part_haute"]) == pytest.approx(_wilson(row["personnes"], row["base"]))


def test_weighted_shares(reported: Reported) -> None:
    known = {
        person: float(reported.attributes[person]["poids"].replace(",", "."))
        for person in reported.heard
        if "poids" in reported.attributes[person]
    }
    mean = sum(known.values()) / len(known)
    weights = {person: known.get(person, mean) for person in reported.heard}
    for row in reported.sheets["Constats"]:
        said = sum(weights[person] for person in reported.said(row["code"]))
        assert row["part_pondérée"] == pytest.approx(said / sum(weights.values())), row["code"]


def test_ranks(reported: Reported) -> None:
    for sense in ("frein", "opportunité", "sujet"):
        rows = [row for row in reported.sheets["Constats"] if row["sens"] == sense]
        for row in rows:
            assert row["rang"] == 1 + sum(other["personnes"] > row["personnes"] for other in rows)


def test_mentions_per_interview_lie_in_a_bootstrap_drawn_otherwise(reported: Reported) -> None:
    interviews = sorted({row["document"] for row in reported.accepted if row["document"].startswith("E")})
    generator = np.random.default_rng(7)
    for row in reported.sheets["Constats"][:12]:
        counts = np.array(
            [
                sum(c["document"] == d and c["code"] == row["code"] for c in reported.accepted)
                for d in interviews
            ]
        )
        # The mentions of open answers are no mentions of interviews.
        drawn = generator.choice(counts, (4000, len(counts))).mean(axis=1)
        low, high = np.quantile(drawn, [0.025, 0.975])
        assert row["mentions_par_entretien_bas"] == pytest.approx(low, abs=0.16)
        assert row["mentions_par_entretien_haut"] == pytest.approx(high, abs=0.16)


def _groups(reported: Reported, crossing: str) -> dict[str, set[str]]:
    """Who is in each group of a crossing, by the group's printed name."""
    settings = YAML(typ="safe").load((reported.folder / "enquete.yaml").read_text(encoding="utf-8"))
    communes = {str(each["code"]): each for each in settings["communes"]}
    named = {
        each["id"]: each["label"] for key in ("publics", "epci", "territoires") for each in settings[key]
    }
    named |= {code: each["name"] for code, each in communes.items()}
    found: dict[str, set[str]] = defaultdict(set)
    for person in reported.heard:
        known = reported.attributes[person]
        commune = communes[known["commune"]]
        value = {
            "Public": known["public"],
            "Commune": known["commune"],
            "Intercommunalité": commune["epci"],
            "Territoire": commune["territoire"],
        }[crossing]
        found[named[value]].add(person)
    return found


@pytest.mark.parametrize("crossing", ["Public", "Commune", "Intercommunalité", "Territoire"])
def test_every_cell_of_a_crossing(reported: Reported, crossing: str) -> None:
    groups = _groups(reported, crossing)
    rows = [row for row in reported.sheets["Croisements"] if row["croisement"] == crossing]
    shown = 0
    for row in rows:
        people = groups[row["groupe"]]
        said = len(people & reported.said(row["code"]))
        assert row["effectif_du_groupe"] == (len(people) if len(people) >= 5 else None)
        if row["masqué"] == "oui":
            assert row["personnes"] is None and row["part"] is None
        else:
            shown += 1
            assert (row["personnes"], row["part"]) == (said, pytest.approx(said / len(people)))
            assert (said == 0 or said >= 5) and len(people) >= 5
    assert shown > 0 and {row["groupe"] for row in rows} == set(groups)


def test_no_row_of_a_crossing_hides_a_single_cell(reported: Reported) -> None:
    hidden: dict[tuple[str, str], int] = defaultdict(int)
    for row in reported.sheets["Croisements"]:
        hidden[row["croisement"], row["code"]] += row["masqué"] == "oui"
    assert 1 not in hidden.values()


def test_newcomers_and_inhabitants_are_compared_by_fishers_exact_test(reported: Reported) -> None:
    groups = _groups(reported, "Public")
    new, old = groups["Nouveaux arrivants"], groups["Habitants"]
    rows = [row for row in reported.sheets["Comparaisons"] if row["premier_groupe"] == "Nouveaux arrivants"]
    exact = []
    for row in rows:
        said = reported.said(row["code"])
        table = [[len(new & said), len(new - said)], [len(old & said), len(old - said)]]
        exact.append(float(fisher_exact(table).pvalue))
    for row, p_value in zip(rows, _adjusted(exact), strict=True):
        said = reported.said(row["code"])
        hidden = row["écart"] is None
        assert row["p_corrigé"] == pytest.approx(p_value, abs=0.0051 if hidden else 1e-9), row["code"]
        if not hidden:
            gap = len(new & said) / len(new) - len(old & said) / len(old)
            assert row["écart"] == pytest.approx(gap)
            one, two = _wilson(len(new & said), len(new)), _wilson(len(old & said), len(old))
            p, q = len(new & said) / len(new), len(old & said) / len(old)
            low = gap - ((p - one[0]) ** 2 + (two[1] - q) ** 2) ** 0.5
            high = gap + ((one[1] - p) ** 2 + (q - two[0]) ** 2) ** 0.5
            assert (row["écart_bas"], row["écart_haut"]) == pytest.approx((low, high))


def test_intercommunalities_are_compared_by_the_exact_test_of_freeman_and_halton() -> None:
    from habitat_enquete.stats.association import association

    for said, bases in (([3, 0, 6], [9, 7, 11]), ([1, 1, 4], [8, 10, 5]), ([0, 5, 2], [6, 6, 6])):
        found = association(list(zip(said, bases, strict=True)))
        assert found.p_value == pytest.approx(_freeman_halton(said, bases), rel=1e-9)


def test_closed_questions(reported: Reported) -> None:
    base = sqlite3.connect(reported.folder / "enquete.db")
    ticked: dict[str, set[str]] = defaultdict(set)
    for person, value in base.execute(
        "SELECT r.respondent, a.value FROM answer a JOIN response r ON r.id = a.response WHERE a.question = 'freins_logement'"
    ):
        if reported.attributes[person].get("consentement") != "non":
            ticked[person].add(value)
    codes = {
        code["id"]: code["closed"]["freins_logement"]
        for theme in YAML(typ="safe").load((reported.folder / "codebook.yaml").read_text("utf-8"))["themes"]
        for code in theme["codes"]
        if "freins_logement" in code.get("closed", {})
    }
    rows = [row for row in reported.sheets["Questions fermées"] if row["question"] == "freins_logement"]
    assert rows
    for row in rows:
        people = sum(not values.isdisjoint(codes[row["code"]]) for values in ticked.values())
        assert (row["personnes"], row["base"]) == (people, len(ticked)), row["code"]
        assert (row["part_basse"], row["part_haute"]) == pytest.approx(_wilson(people, len(ticked)))


def test_stages_of_the_path(reported: Reported) -> None:
    codes = [
        code
        for theme in YAML(typ="safe").load((reported.folder / "codebook.yaml").read_text("utf-8"))["themes"]
        for code in theme["codes"]
    ]
    senses = {"frein": "barrier", "opportunité": "opportunity"}
    assert reported.sheets["Étapes"]
    for row in reported.sheets["Étapes"]:
        mine = [
            code["id"]
            for code in codes
            if row["étape"] in code.get("stages", ()) and code["polarity"] == senses[row["sens"]]
        ]
        people = set().union(*(reported.said(code) for code in mine)) if mine else set()
        assert (row["personnes"], row["base"]) == (len(people), len(reported.heard)), row


def test_saturation_counts_new_codes_interview_by_interview(reported: Reported) -> None:
    known: set[str] = set()
    for row in reported.sheets["Saturation"]:
        here = {c["code"] for c in reported.accepted if c["document"] == row["entretien"]}
        assert row["codes_nouveaux"] == len(here - known)
        known |= here
        assert row["codes_connus"] == len(known)
    assert len(reported.sheets["Saturation"]) == 13  # fourteen interviews, one of whom withdrew


def test_the_page_prints_the_figures_of_the_workbook(reported: Reported) -> None:
    page = html.parse(str(reported.folder / "outputs" / "freins_opportunites.html"))
    for row in reported.sheets["Constats"]:
        (article,) = page.xpath(f"//article[@id='constat-{row['code']}']")
        told = " ".join(article.text_content().split())
        noun = "personne" if row["personnes"] < 2 else "personnes"
        assert f"{row['personnes']} {noun} sur {row['base']}" in told, row["code"]
        assert f"Constat {row['force_de_la_preuve']}" in told


def test_two_folders_two_hash_seeds_and_two_days_give_the_same_bytes(
    reported: Reported, tmp_path: Path
) -> None:
    import os
    import subprocess
    import sys

    names = [f"freins_opportunites.{suffix}" for suffix in ("html", "docx", "xlsx")]
    expected = [(reported.folder / "outputs" / name).read_bytes() for name in names]
    copy = tmp_path / "ailleurs, plus tard"
    shutil.copytree(reported.folder, copy, ignore=shutil.ignore_patterns("outputs"))
    base = sqlite3.connect(copy / "enquete.db")
    base.execute("DELETE FROM run WHERE stage IN ('synthesis-memory', 'synthesis', 'report')")
    base.execute("UPDATE run SET finished_at = '2031-05-04T03:02:01+00:00'")
    base.commit()
    base.close()
    command = "from habitat_enquete.cli.main import main; main()"
    subprocess.run(
        [sys.executable, "-c", command, "synthesis"],
        cwd=copy,
        env=os.environ | {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8"},
        check=True,
        capture_output=True,
    )
    assert [(copy / "outputs" / name).read_bytes() for name in names] == expected
