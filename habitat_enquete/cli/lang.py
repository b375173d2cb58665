"""`enquete lang`: the French language pipeline, what it is and how well it does."""

from __future__ import annotations

from pathlib import Path

import click

from habitat_enquete.cli.group import Group
from habitat_enquete.cli.show import say, say_json, table, tell
from habitat_enquete.typography import number

_PIPELINE = click.option(
    "--pipeline",
    "name",
    default="fr_enquete_parle",
    show_default=True,
    metavar="NOM",
    help="Modèle de langue : celui d'enquete, un paquet spaCy installé, ou « blank ».",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Écrit un objet JSON sur la sortie standard.")


@click.group("lang", cls=Group)
def command() -> None:
    """Décrit et mesure le modèle de langue française.

    \b
    Exemple :
        enquete lang info
    """


@command.command("info")
@_PIPELINE
@_JSON
def info(name: str, as_json: bool) -> None:
    """Dit ce que le modèle sait faire, sa taille, ses sources et ses licences.

    \b
    Exemple :
        enquete lang info --pipeline blank
    """
    from habitat_enquete.nlp.describe import describe

    described = describe(name)
    if as_json:
        say_json(described.as_dict())
        return
    say(table(("Quoi", name), described.rows()))


@command.command("evaluate")
@click.argument(
    "file", metavar="FICHIER.conllu", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@_PIPELINE
@click.option("--bare", is_flag=True, help="Mesure sur le même texte sans ponctuation ni capitales.")
@_JSON
def evaluate(file: Path, name: str, bare: bool, as_json: bool) -> None:
    """Mesure le modèle sur un corpus annoté au format CoNLL-U.

    Le texte brut du corpus est annoté de bout en bout, puis comparé : mots, catégories, lemmes, lemmes des mots pleins,
    dépendances (UAS, LAS), phrases, et mots par seconde de processeur.

    \b
    Exemple :
        enquete lang evaluate fr_parisstories-ud-test.conllu --json
        enquete lang evaluate fr_parisstories-ud-test.conllu --bare
    """
    from habitat_enquete.nlp.describe import needs_of
    from habitat_enquete.nlp.evaluate import LABELS
    from habitat_enquete.nlp.evaluate import evaluate as measure
    from habitat_enquete.nlp.pipeline import load

    tell(f"Mesure de {name} sur {file.name}…")
    pipeline = load(name, needs=(need for need in needs_of(name) if need != "entities"))
    scores = measure(file, pipeline, bare=bare)
    if as_json:
        say_json({"pipeline": name, "file": file.name, "bare": bare} | scores.as_dict())
        return
    rows = [(label, figure(getattr(scores, field))) for field, label in LABELS.items()]
    say(table(("Mesure", file.name), rows))


@command.command("text")
@click.argument("file", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--word", metavar="MOT", help="Montre aussi ce mot chaque fois qu'il est dit, avec ce qui l'entoure."
)
@_PIPELINE
@_JSON
def text(file: Path, word: str | None, name: str, as_json: bool) -> None:
    """Décrit un texte : lisibilité, mots clés, groupes nominaux les plus fréquents.

    Lit une transcription de n'importe quel format, un guide ou un rapport enregistré en texte. Rien n'est gardé dans l'étude.

    \b
    Exemple :
        enquete lang text interviews/E01_mende.docx --word loyer
    """
    from habitat_enquete.ingest.interviews.assembly import document
    from habitat_enquete.ingest.transcripts.read import read
    from habitat_enquete.model.text import Source
    from habitat_enquete.nlp.phrases import portrait, words_in_context
    from habitat_enquete.nlp.pipeline import load

    guarded, transcript = read(file)
    content = document(transcript, Source(guarded.name, guarded.sha256), id=file.stem)[0].text
    found = portrait(content, load(name, needs=("parse",)))
    contexts = list(words_in_context(content, word)) if word else []
    if as_json:
        kwic = [{"before": one.before, "word": one.word, "after": one.after} for one in contexts]
        say_json(
            {"file": file.name, "pipeline": name} | found.as_dict() | ({"contexts": kwic} if word else {})
        )
        return
    say(table(("Quoi", file.name), found.rows()))
    for one in contexts:
        say(f"{one.before.replace(chr(10), ' '):>50} [{one.word}] {one.after.replace(chr(10), ' ')}")
    if word and not contexts:
        tell(f"« {word} » n'est pas dit dans {file.name}.")


def figure(value: float | int | None) -> str:
    """A share as a percentage, a count as such, as French people write them."""
    if value is None:
        return "—"
    if isinstance(value, int) or value > 1:
        return number(value)
    return f"{value * 100:.1f} %".replace(".", ",")
