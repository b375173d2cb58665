"""`enquete explore`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from habitat_enquete.cli import options
from habitat_enquete.cli.ranges import Decimal, Whole
from habitat_enquete.cli.show import Progress, count, pass_project, say, say_json, table, tell
from habitat_enquete.typography import number

if TYPE_CHECKING:
    from habitat_enquete.pipeline import ExploreOutcome
    from habitat_enquete.project import Project
    from habitat_enquete.textometry.concordance import Sort
    from habitat_enquete.textometry.similarity import Index


@click.command("explore")
@click.option(
    "--classes",
    "k",
    type=Whole(2, 20),
    metavar="N",
    show_default="selon l'équilibre et la stabilité",
    help="Nombre de classes.",
)
@options.by_attribute("Spécificités, plan et nuages", "ceux que l'étude renseigne")
@click.option(
    "--double",
    is_flag=True,
    help="Croise deux classifications, de segments courts et longs, et ne garde que leurs accords.",
)
@click.option(
    "--method",
    "peer",
    type=click.Choice(["rainette", "iramuteq"]),
    default="rainette",
    show_default=True,
    help="Choix des mots et classes gardées : comme rainette (corrigé) ou comme IRaMuTeQ (classes terminales).",
)
@click.option(
    "--restarts",
    type=Whole(0, 50),
    metavar="N",
    default=0,
    show_default=True,
    help="Départs au hasard essayés en plus à chaque coupure ; le meilleur χ² est gardé.",
)
@click.option(
    "--floor",
    type=Whole(1),
    metavar="N",
    show_default="selon le corpus",
    help="Segments où un mot doit se trouver.",
)
@click.option(
    "--minimum-share",
    type=Decimal(0, 0.5),
    metavar="PART",
    show_default="selon le corpus",
    help="Part des segments que chaque côté d'une coupure doit garder.",
)
@click.option(
    "--seed",
    type=Whole(0),
    metavar="N",
    default=0,
    show_default=True,
    help="Graine des tirages : la même donne les mêmes classes.",
)
@click.option(
    "--index",
    type=click.Choice(["jaccard", "cooccurrence", "dice", "ochiai", "russel", "simple_matching", "phi"]),
    default="jaccard",
    show_default=True,
    help="Indice de l'analyse de similitude.",
)
@click.option(
    "--pipeline",
    metavar="NOM",
    help="Chaîne linguistique (celle qui est livrée, un paquet spaCy, ou « blank »).",
)
@options.written_to("--iramuteq", "iramuteq", "Écrit le corpus au format d'IRaMuTeQ, au lieu de l'explorer.")
@click.option("--kwic", metavar="RECHERCHE", help="Affiche une concordance au lieu des classes.")
@click.option(
    "--sort",
    type=click.Choice(["position", "left", "right", "match"]),
    default="position",
    show_default=True,
    help="Tri de la concordance : ordre des textes, contexte gauche, droit, ou mots trouvés.",
)
@options.as_json
@pass_project
def command(
    project: Project,
    by: tuple[str, ...],
    index: Index,
    pipeline: str | None,
    iramuteq: Path | None,
    kwic: str | None,
    sort: Sort,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Explore le vocabulaire : classes, spécificités, similitude, concordance.

    Écrit outputs/exploration/ (une page à ouvrir, un classeur, un graphe) et propose des codes et des termes, sans rien changer
    à codebook.yaml. Le fichier mots_vides.txt de l'étude règle les mots ignorés.

    \b
    Exemple :
        enquete explore --classes 5 --by public
        enquete explore --kwic "rien à louer" --sort left
        enquete explore --iramuteq corpus.txt
    """
    from habitat_enquete import pipeline as stages
    from habitat_enquete.textometry.choosing import Choices
    from habitat_enquete.textometry.preparation import STOP_WORDS_FILE, stop_words

    if iramuteq is not None:
        _write_corpus(project, iramuteq, as_json)
        return
    if kwic is not None:
        _show_concordance(project, kwic, sort, pipeline, as_json)
        return
    choices = Choices(stop_words=stop_words(project.root / STOP_WORDS_FILE), **chosen)
    with Progress("Exploration") as progress:
        outcome = stages.explore(
            project,
            choices=choices,
            by=by,
            index=index,
            pipeline=pipeline,
            progress=lambda _, done, total: progress(done, total),
        )
    say_json(_summary(project, outcome)) if as_json else _show(project, outcome)
    if outcome.result.exploration.refusal:
        raise click.exceptions.Exit(1)


def _write_corpus(project: Project, file: Path, as_json: bool) -> None:
    from habitat_enquete.errors import Code, EnqueteError
    from habitat_enquete.pipeline import iramuteq_corpus

    corpus = iramuteq_corpus(project)
    texts = sum(line.startswith("****") for line in corpus.splitlines())
    if not texts:
        raise EnqueteError(Code.EXPLORE_NO_TEXT)
    try:
        file.write_text(corpus, encoding="utf-8")
    except OSError as error:
        raise EnqueteError(Code.EXPLORE_NOT_WRITTEN, file=file) from error
    if as_json:
        say_json({"texts": texts, "files": [str(file)]})
        return
    say(f"{count(texts, 'texte')} pour IRaMuTeQ.")
    say(f"→ {file}")


def _show(project: Project, outcome: ExploreOutcome) -> None:
    found = outcome.result.exploration
    corpus = found.corpus
    say(
        f"{count(corpus.documents, 'texte')} de {count(corpus.people, 'personne')},"
        f" {count(corpus.units, 'segment')}, {count(corpus.words, 'mot')}."
    )
    if found.refusal:
        tell(found.refusal)
    for reading in found.classes:
        say(f"Classe {reading.number} ({round(100 * reading.share)} % des segments classés) : {reading.name}")
    if found.fragile:
        tell(
            "Classes fragiles : d'autres entretiens en donneraient d'autres. Lisez-les comme des pistes, et comparez (--classes, --double)."
        )
    elif found.read and found.classes:
        say(
            f"Classes stables quand on tire d'autres entretiens (indice de Rand ajusté : {number(found.read.mean, 2)})."
        )
    if found.unclassified:
        say(
            f"{count(len(found.unclassified), 'segment non classé', 'segments non classés')}, avec la raison dans la page."
        )
    for path in outcome.files:
        say(f"→ {project.relative(path)}")


def _show_concordance(project: Project, query: str, sort: Sort, pipeline: str | None, as_json: bool) -> None:
    from habitat_enquete.pipeline import concordance

    lines = concordance(project, query, sort=sort, pipeline=pipeline)
    if as_json:
        say_json(
            {
                "query": query,
                "lines": [
                    {
                        "document": n.document,
                        "start": n.span.start,
                        "end": n.span.end,
                        "left": n.left,
                        "match": n.match,
                        "right": n.right,
                        "respondent": n.respondent,
                    }
                    for n in lines
                ],
            }
        )
        return
    say(f"{count(len(lines), 'occurrence')} de « {query} ».")
    if lines:
        say(
            table(
                ("texte", "", "", ""),
                [(n.document, f"{n.left[-45:]:>45}", n.match, n.right[:45]) for n in lines],
            )
        )


def _summary(project: Project, outcome: ExploreOutcome) -> dict[str, object]:
    found = outcome.result.exploration
    return {
        "documents": found.corpus.documents,
        "people": found.corpus.people,
        "segments": found.corpus.units,
        "words": found.corpus.words,
        "floor": found.corpus.floor,
        "terms": found.corpus.active,
        "class_floor": found.corpus.class_floor,
        "class_terms": found.corpus.weighing,
        "minimum_share": found.minimum_share,
        "fragile": found.fragile,
        "refusal": found.refusal,
        "classes": [
            {
                "class": r.number,
                "name": r.name,
                "segments": r.units,
                "share": r.share,
                "people": r.people,
                "recovered": r.recovered,
                "phrases": [a.feature for a in r.phrases],
                "terms": [a.feature for a in r.profile[:20]],
                "avoided": [a.feature for a in r.avoided],
                "attributes": [{"value": a.feature, "chi2": a.chi2} for a in r.attributes],
                "codes": [{"code": a.feature, "segments": a.in_class, "chi2": a.chi2} for a in r.codes],
                "coded": r.coverage.coded,
                "quotes": [{"segment": q.unit, "source": q.source} for q in r.quotes],
            }
            for r in found.classes
        ],
        "unclassified": len(found.unclassified),
        "unclassified_reasons": dict(Counter(u.reason for u in found.unclassified)),
        "compounds": dict(found.compounds),
        "key_terms": [term for term, _ in found.key_terms],
        "crossings": {
            name: [{"value": c.value, "segments": list(c.counts)} for c in rows]
            for name, rows in found.crossings.items()
        },
        "specificities": {
            name: [
                {
                    "part": s.part,
                    "term": s.term,
                    "count": s.count,
                    "total": s.total,
                    "score": s.score,
                    "q": s.q,
                    "usual": list(s.usual),
                }
                for s in rows
            ]
            for name, rows in found.specificities.items()
        },
        "stability": [
            {
                "k": s.k,
                "mean": s.mean,
                "low": s.low,
                "high": s.high,
                "smallest": s.smallest,
                "largest": s.largest,
                "unclassified": s.unclassified,
            }
            for s in found.stability
        ],
        "proposals": [
            {"kind": p.kind, "code": p.code, "class": p.number, "terms": p.terms} for p in found.proposals
        ],
        "files": [project.relative(path) for path in outcome.files],
    }
