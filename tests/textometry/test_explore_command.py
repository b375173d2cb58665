"""`enquete explore` from the command line, on small invented corpora and the language pipeline « blank »."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from click.testing import Result
from openpyxl import load_workbook
from ruamel.yaml import YAML

from habitat_enquete.exchange.iramuteq import read_corpus
from habitat_enquete.project import Project

Enquete = Callable[..., Result]
yaml = YAML(typ="safe", pure=True)
WORLDS = (
    [
        "loyer",
        "bailleur",
        "caution",
        "dossier",
        "annonce",
        "agence",
        "appartement",
        "meuble",
        "studio",
        "chambre",
        "location",
        "garantie",
    ],
    [
        "terrain",
        "permis",
        "maire",
        "urbanisme",
        "construction",
        "lotissement",
        "parcelle",
        "zone",
        "projet",
        "maison",
        "notaire",
        "achat",
    ],
)


def interview(folder: Path, name: str, answers: list[str]) -> None:
    lines = [f"Enquêteur : Pouvez-vous raconter ?\nEnquêté : {answer}." for answer in answers]
    (folder / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")


def corpus(study: Project, *, people: int, turns: int, words: int = 10) -> None:
    random = np.random.default_rng(3)
    study.interviews.mkdir(exist_ok=True)
    for number in range(people):
        world = WORLDS[number % 2]
        interview(
            study.interviews,
            f"E{number:02d}",
            [" ".join(random.choice(world, size=words, replace=False)) for _ in range(turns)],
        )


def refusal(study: Project, enquete: Enquete, *options: str) -> str:
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    return str(json.loads(explored(enquete, *options, exit_code=1))["refusal"])


def explored(enquete: Enquete, *options: str, exit_code: int = 0) -> str:
    return enquete("explore", "--pipeline", "blank", "--json", *options, exit_code=exit_code).stdout


def test_two_vocabularies_give_two_classes(study: Project, enquete: Enquete) -> None:
    corpus(study, people=8, turns=12)
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    found: dict[str, Any] = json.loads(explored(enquete, "--classes", "2"))
    assert [round(each["share"], 2) for each in found["classes"]] == [0.5, 0.5]
    one, other = (set(each["terms"]) for each in found["classes"])
    assert one and other and not one & other
    assert not found["fragile"]
    assert {row["value"] for row in found["crossings"]["position"]} == {"1. début", "2. milieu", "3. fin"}
    page = (study.outputs / "exploration" / "explorateur.html").read_text(encoding="utf-8")
    assert "https://" not in page.replace("http://www.w3.org", "")


def test_the_page_the_tables_and_the_proposals_are_written(study: Project, enquete: Enquete) -> None:
    corpus(study, people=8, turns=12)
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    explored(enquete, "--classes", "2", "--index", "dice")
    folder = study.outputs / "exploration"
    proposed = yaml.load((folder / "propositions.yaml").read_text(encoding="utf-8"))
    assert [len(code["terms"]) > 2 for code in proposed["codes"]] == [True, True]
    assert {"id", "label", "polarity", "definition", "terms"} <= proposed["codes"][0].keys()
    graph = nx.read_gexf(folder / "similitude.gexf")
    tree = graph.edge_subgraph(edge for edge in graph.edges if graph.edges[edge]["tree"])
    assert nx.is_forest(tree)
    assert nx.number_connected_components(tree) == 2  # the two vocabularies are never said together
    assert "indice de Dice" in (folder / "explorateur.html").read_text(encoding="utf-8")
    sheets = load_workbook(folder / "exploration.xlsx", read_only=True).sheetnames
    assert {"Classes", "Profils (présence)", "Expressions", "Richesse", "Similitude", "Segments"} <= set(
        sheets
    )


def test_who_refuses_to_be_quoted_is_counted_and_never_shown(study: Project, enquete: Enquete) -> None:
    corpus(study, people=8, turns=12)
    interview(study.interviews, "E99", ["loyer bailleur caution dossier annonce ornithorynque"] * 12)
    journal = "fichier,personne,consentement_citation\n" + "".join(
        f"{file.name},{file.stem},{'non' if file.stem == 'E99' else 'oui'}\n"
        for file in sorted(study.interviews.glob("*.txt"))
    )
    (study.interviews / "entretiens.csv").write_text(journal, encoding="utf-8")
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    found = json.loads(explored(enquete, "--classes", "2"))
    assert found["people"] == 9
    page = (study.outputs / "exploration" / "explorateur.html").read_text(encoding="utf-8")
    assert "dossier annonce ornithorynque" not in page
    assert "ont refusé d'être citées" in page
    workbook = load_workbook(study.outputs / "exploration" / "exploration.xlsx", read_only=True)
    cells = [str(cell) for sheet in workbook for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not any("annonce ornithorynque" in cell for cell in cells)
    said = enquete("explore", "--pipeline", "blank", "--kwic", "ornithorynque").stdout
    assert said.startswith("0")


def test_the_classes_of_iramuteq_are_another_method(study: Project, enquete: Enquete) -> None:
    corpus(study, people=8, turns=12)
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    found = json.loads(explored(enquete, "--method", "iramuteq", "--classes", "2"))
    assert [round(each["share"], 2) for each in found["classes"]] == [0.5, 0.5]


def test_an_unknown_attribute_is_refused_with_those_known(study: Project, enquete: Enquete) -> None:
    corpus(study, people=4, turns=4)
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    said = enquete("explore", "--pipeline", "blank", "--by", "sexe", exit_code=2).output
    assert "ni de réponse «\xa0sexe\xa0». Caractéristiques connues" in said


def test_the_concordance_is_sorted_as_asked(study: Project, enquete: Enquete) -> None:
    corpus(study, people=2, turns=3)
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    options = ("explore", "--pipeline", "blank", "--json", "--kwic", "loyer", "--sort", "right")
    rights = [line["right"].lower().split() for line in json.loads(enquete(*options).stdout)["lines"]]
    assert rights == sorted(rights)


def test_a_corpus_that_cannot_be_written_says_where(study: Project, enquete: Enquete, tmp_path: Path) -> None:
    corpus(study, people=2, turns=2)
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    said = enquete("explore", "--iramuteq", str(tmp_path / "absent" / "corpus.txt"), exit_code=1).output
    assert "n'a pas pu être écrit" in said


def test_the_corpus_is_written_for_iramuteq(study: Project, enquete: Enquete, tmp_path: Path) -> None:
    corpus(study, people=2, turns=2)
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    file = tmp_path / "corpus.txt"
    enquete("explore", "--iramuteq", str(file))
    texts, problems = read_corpus(file.read_text(encoding="utf-8"))
    assert problems == []
    assert [text.variables["document"] for text in texts] == ["E00", "E01"]
    assert "raconter" not in texts[0].text


def test_a_study_without_words_is_told_what_to_type(enquete: Enquete) -> None:
    said = enquete("explore", "--pipeline", "blank", exit_code=1).output
    assert "Il n'y a pas encore de parole à explorer" in said


@pytest.mark.parametrize(
    ("people", "turns", "options", "message"),
    [
        (4, 5, (), "Le corpus ne fait que 20 segments : il en faut au moins 50"),
        (1, 60, (), "Toute la parole vient d'une seule personne"),
        (4, 20, ("--floor", "500"), "Aucun mot n'est présent dans au moins 500 segments"),
    ],
)
def test_a_corpus_that_cannot_be_classified_says_why(
    study: Project, enquete: Enquete, people: int, turns: int, options: tuple[str, ...], message: str
) -> None:
    corpus(study, people=people, turns=turns)
    assert message in refusal(study, enquete, *options)


def test_a_corpus_of_a_single_world_says_so(study: Project, enquete: Enquete) -> None:
    study.interviews.mkdir(exist_ok=True)
    for number in range(6):
        interview(study.interviews, f"E{number:02d}", ["loyer caution bailleur dossier agence"] * 12)
    assert "Une classe regroupe 100 % des segments" in refusal(study, enquete)


def test_a_query_that_means_nothing_is_refused(study: Project, enquete: Enquete) -> None:
    corpus(study, people=2, turns=2)
    enquete("code", str(study.interviews), "--pipeline", "blank", exit_code=None)
    said = enquete("explore", "--pipeline", "blank", "--kwic", "/(/", exit_code=None)
    assert said.exit_code != 0
    assert "expression régulière non valable" in said.output
