"""What the registers add: each commune's own voice, actors by kind, the roadmap in the author's order."""

from __future__ import annotations

from docx import Document

from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.project import Project
from habitat_enquete.report.deliverables.run import run


def _paragraphs(project: Project, name: str) -> list[str]:
    made = run(project, name, read_codebook(project.codebook_file))
    document = Document(str(next(path for path in made.files if path.suffix == ".docx")))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in document.paragraphs), *cells]


def test_each_commune_says_where_it_stands_and_what_is_heard_there(coded_study: Project) -> None:
    (coded_study.root / "village.yaml").write_text(
        "criteres:\n  - {identifiant: a, axe: Accueil, libelle: Un référent, constats: [bon_accueil]}\n"
        "  - {identifiant: b, axe: Offre, libelle: Un logement, constats: [bon_accueil]}\n"
        "communes:\n  - {nom: Montferval, date: '2026-04', acquis: [a], en_cours: [b]}\n",
        encoding="utf-8",
    )
    told = _paragraphs(coded_study, "village-accueillant")
    assert "Critères\u00a0: 1 acquis, 1 en cours, 0 à faire (avril\u00a02026)." in told
    assert [line for line in told if line.startswith("Ce qu'on y entend\u00a0: ")]


def test_quotes_of_a_finding_are_printed_once_however_many_criteria_cite_it(coded_study: Project) -> None:
    criteria = "".join(
        f"  - {{identifiant: c{n}, axe: Accueil, libelle: Critère {n}, constats: [bon_accueil]}}\n"
        for n in range(3)
    )
    (coded_study.root / "village.yaml").write_text(f"criteres:\n{criteria}", encoding="utf-8")
    quotes = [line for line in _paragraphs(coded_study, "village-accueillant") if line.startswith("«\u00a0")]
    assert len(quotes) == len(set(quotes))


def test_actors_of_each_kind_are_counted_by_subject(coded_study: Project) -> None:
    (coded_study.root / "acteurs.yaml").write_text(
        "acteurs:\n  - {nom: Mairie, nature: commune, personne: E03}\n", encoding="utf-8"
    )
    assert "commune (1)" in _paragraphs(coded_study, "acteurs")


def test_the_roadmap_keeps_the_authors_order(coded_study: Project) -> None:
    (coded_study.root / "actions.yaml").write_text(
        "objectifs:\n  - {id: z, libelle: Zéro logement vide}\n  - {id: a, libelle: Accueillir}\n"
        "actions:\n  - {id: un, libelle: Un, objectif: z, constats: [bon_accueil]}\n"
        "  - {id: deux, libelle: Deux, objectif: a, constats: [bon_accueil]}\n",
        encoding="utf-8",
    )
    told = _paragraphs(coded_study, "feuille-de-route")
    assert told.index("Zéro logement vide") < told.index("Accueillir")


def test_a_register_may_cite_a_finding_that_groups_codes(coded_study: Project) -> None:
    with coded_study.settings_file.open("a", encoding="utf-8") as settings:
        settings.write(
            "\nfindings:\n  - {id: se_loger, label: Se loger coûte cher, codes: [manque_locations, loyer_eleve]}\n"
        )
    project = Project.open(coded_study.root)
    (project.root / "benchmark.yaml").write_text(
        "initiatives:\n  - {nom: Ailleurs, constats: [se_loger]}\n", encoding="utf-8"
    )
    made = run(project, "benchmark", read_codebook(project.codebook_file))
    assert made.problems == ()
    assert [line for line in _paragraphs(project, "benchmark") if "Se loger coûte cher (" in line]
