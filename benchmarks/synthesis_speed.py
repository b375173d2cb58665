"""How long `enquete synthesis` takes on an invented study: 60 interviews and 5,000 open answers by default.

The study is made of the sentences that the repository's codebook gives as examples, between neutral sentences; nobody said them.

    python benchmarks/synthesis_speed.py --json
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.model.codebook import Code, Codebook, Polarity
from habitat_enquete.project import Project
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import save_respondent

ROOT: Final = Path(__file__).resolve().parent.parent
FILLERS: Final = (
    "Alors moi je suis arrivée ici un peu par hasard, enfin, c'était pour suivre quelqu'un.",
    "On a d'abord regardé du côté de la vallée, et puis de fil en aiguille on est montés sur le plateau.",
    "Je vous raconte ça dans le désordre, vous me dites si je vais trop vite.",
    "Le dimanche on allait marcher, on parlait de la maison, des travaux, de la suite.",
    "Mes parents, eux, ils n'ont jamais quitté le canton, ça les dépasse un peu tout ça.",
    "Après, chacun voit les choses à sa façon, hein.",
    "C'est une question que je me pose encore aujourd'hui.",
    "Ma compagne travaillait à l'hôpital, moi je cherchais dans le bâtiment.",
)
QUESTIONS: Final = (
    "Comment avez-vous trouvé votre logement ?",
    "Qu'est-ce qui a été le plus difficile ?",
    "Et aujourd'hui, comment voyez-vous la suite ?",
    "Vous pouvez m'en dire un peu plus ?",
)
PUBLICS: Final = ("nouvel_arrivant", "habitant", "candidat", "acteur")
TENURES: Final = ("parents", "locataire_prive", "locataire_hlm", "heberge", "proprietaire")
COMMUNES: Final = ("96110", "96203", "96098", "96171", "96138", "96091", "96175", "96142", "96031", "96181")


class Builder:
    """Writes an invented study, interview by interview, into a store."""

    def __init__(self, store: Store, codebook: Codebook, seed: int) -> None:
        self.store = store
        self.random = random.Random(seed)
        self.codes = [code for code in codebook if code.examples]
        self.weights = [1 / (position + 3) for position in range(len(self.codes))]
        self.random.shuffle(self.weights)

    def interview(self, number: int, *, with_path: bool = True) -> None:
        """One interview of about fifteen hundred words."""
        person = f"E{number:02d}"
        public = PUBLICS[number % 4]
        self._person(person, public, number, with_path=with_path)
        text, turns, codings = "", [], []
        for _ in range(22):
            question = self.random.choice(QUESTIONS)
            turns.append(("ENQ", len(text), len(text) + len(question)))
            text += question + "\n"
            start = len(text)
            text, said = self._speech(text, public)
            codings += said
            turns.append(("P", start, len(text)))
            text += "\n"
        self._document(
            f"E{number:02d}", "interview", text, turns, codings, person, f"E{number:02d}.docx", None
        )

    def answer(self, number: int) -> None:
        """One open answer of one respondent, and what they ticked."""
        person = f"R{number:04d}"
        public = self.random.choice(PUBLICS[:3])
        self._person(person, public, number)
        start = 0
        text, codings = self._speech("", public, sentences=2)
        self._document(
            f"{person}.difficultes",
            "answer",
            text,
            [(person, start, len(text))],
            codings,
            person,
            "responses.xlsx",
            f"T{number + 1}",
        )
        self._ticked(person, number)

    def _speech(self, text: str, public: str, sentences: int = 5) -> tuple[str, list[tuple[int, int, Code]]]:
        codings = []
        for position in range(sentences):
            if self.random.random() < 0.35:
                code = self._code(public)
                sentence = self.random.choice(code.examples)
                at = len(text) + (1 if position else 0)
                words = sentence.split()
                first = sentence.index(words[min(1, len(words) - 1)])
                codings.append((at + first, at + len(sentence.rstrip(".")), code))
            else:
                sentence = self.random.choice(FILLERS)
            text += (" " if position else "") + sentence
        return text, codings

    def _code(self, public: str) -> Code:
        while True:
            code = self.random.choices(self.codes, self.weights)[0]
            if (
                public != "nouvel_arrivant"
                or code.polarity is not Polarity.NEUTRAL
                or self.random.random() < 0.5
            ):
                return code

    def _person(self, person: str, public: str, number: int, *, with_path: bool = True) -> None:
        attributes = {
            "public": public,
            "commune": self.random.choice(COMMUNES),
            "date_entretien": f"2026-0{1 + number % 4}-{1 + number % 27:02d}",
            "consentement_citation": "non" if number % 11 == 5 else "oui",
        }
        if self.random.random() < 0.5:
            attributes["publics_pd2h"] = self.random.choice(
                ("alternants", "seniors", "precarite", "menages_nouvellement_installes", "handicap;seniors")
            )
        if public == "nouvel_arrivant":
            attributes["installation"] = self.random.choice(("reussie", "reussie", "echouee", "en_cours"))
        save_respondent(self.store, person, attributes, source="entretiens.csv")
        if with_path:
            self._episodes(person)

    def _episodes(self, person: str) -> None:
        year = self.random.randint(1985, 2012)
        tenures = ["parents", *self.random.choices(TENURES[1:], k=self.random.randint(1, 3))]
        for rank, tenure in enumerate(tenures, start=1):
            end = min(2025, year + self.random.randint(2, 9))
            is_last = rank == len(tenures)
            self.store.execute(
                "INSERT INTO episode (respondent, rank, source, start_earliest, start_latest, start_precision,"
                " end_earliest, end_latest, end_precision, tenure, state) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                (
                    *(person, rank, "invented", f"{year}-01-01", f"{year}-12-31", "year"),
                    *((None, None, None) if is_last else (f"{end}-01-01", f"{end}-12-31", "year")),
                    *(tenure, "confirmed"),
                ),
            )
            year = end

    def _document(self, id_, kind, text, turns, codings, person, file, cell) -> None:  # type: ignore[no-untyped-def]
        self.store.execute(
            "INSERT INTO document (id, kind, title, text, sha256, source_file, source_sha256, source_sheet, source_cell, attributes)"
            " VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                *(id_, kind, "Difficultés rencontrées" if cell else id_, text, str(hash(text)), file, "-"),
                *(
                    "Réponses" if cell else None,
                    cell,
                    json.dumps({"questionnaire": "habitants", "question": "difficultes"} if cell else {}),
                ),
            ),
        )
        self.store.execute(
            "INSERT INTO document_respondent (document, rank, respondent) VALUES (?, 1, ?)", (id_, person)
        )
        for rank, label in enumerate(dict.fromkeys(turn[0] for turn in turns)):
            role = "interviewer" if label == "ENQ" else "informant"
            self.store.execute(
                "INSERT INTO speaker (document, rank, label, role, respondent, declared) VALUES (?,?,?,?,?,1)",
                (id_, rank, label, role, None if label == "ENQ" else person),
            )
        self.store.execute_many(
            "INSERT INTO turn (document, idx, speaker, start, end, position) VALUES (?,?,?,?,?,?)",
            (
                (id_, n, label, start, end, None if cell else f"§ {n + 1}")
                for n, (label, start, end) in enumerate(turns)
            ),
        )
        for start, end, code in codings:
            state = "suggested" if self.random.random() < 0.05 else "accepted"
            coder, kind = ("anne", "person") if self.random.random() < 0.3 else ("rules", "rule")
            self.store.execute(
                "INSERT INTO coding (document, start, end, code, coder, coder_kind, state, respondent, text_sha256)"
                " VALUES (?,?,?,?,?,?,?,?,'-')",
                (id_, start, end, code.id, coder, kind, state, person),
            )

    def _ticked(self, person: str, number: int) -> None:
        response = self.store.execute(
            "INSERT INTO response (respondent, questionnaire, questionnaire_version, identity, content_hash, source_file, source_row)"
            " VALUES (?, 'habitants', '1', 'id', ?, 'responses.xlsx', ?)",
            (person, person, f"{number + 1}"),
        )
        ticked = self.random.sample(
            ["peu_locations", "prix_location", "prix_achat", "meubles_tourisme", "attente_hlm", "credit"], k=2
        )
        self.store.execute_many(
            "INSERT INTO answer (response, question, item, value, label, state) VALUES (?, 'freins_logement', ?, ?, ?, 'answered')",
            (
                (response, item, value, value.replace("_", " ").capitalize())
                for item, value in enumerate(ticked)
            ),
        )


def build(folder: Path, *, interviews: int, answers: int, seed: int = 1) -> Project:
    """An invented study in `folder`, coded."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("codebook.yaml", "enquete.yaml"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    project = Project.open(folder)
    with Store(project.database) as store, store.transaction():
        builder = Builder(store, read_codebook(project.codebook_file), seed)
        for number in range(1, interviews + 1):
            builder.interview(number)
        for number in range(1, answers + 1):
            builder.answer(number)
    return project


def main() -> None:
    """Print the seconds and the memory that a first and a second synthesis take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interviews", type=int, default=60)
    parser.add_argument("--answers", type=int, default=5000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = build(Path(folder) / "etude", interviews=options.interviews, answers=options.answers)
        figures = measure(project) | {"interviews": options.interviews, "answers": options.answers}
    print(json.dumps(figures) if options.json else "\n".join(f"{k}: {v}" for k, v in figures.items()))


def measure(project: Project) -> dict[str, float]:
    """CPU seconds of a whole first synthesis (paths, figures, report), of a second one, of one after one more interview (without path) and of one after a note of
    the author, of paths alone, and peak memory in megabytes."""
    from habitat_enquete import pipeline
    from habitat_enquete.pathways.run import run as pathways

    codebook = read_codebook(project.codebook_file)
    seconds = [_timed(lambda: pipeline.synthesis(project)) for _ in range(2)]
    with Store(project.database) as store, store.transaction():
        Builder(store, codebook, seed=2).interview(90, with_path=False)
    seconds.append(_timed(lambda: pipeline.synthesis(project)))
    (project.root / "synthesis").mkdir(exist_ok=True)
    (project.root / "synthesis" / "chapeau.md").write_text("L'essentiel.", encoding="utf-8")
    seconds.append(_timed(lambda: pipeline.synthesis(project)))
    seconds.append(_timed(lambda: pathways(project, codebook, compare=False)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "first_cpu_seconds": seconds[0],
        "second_cpu_seconds": seconds[1],
        "one_more_interview_cpu_seconds": seconds[2],
        "one_more_note_cpu_seconds": seconds[3],
        "pathways_cpu_seconds": seconds[4],
        "peak_megabytes": round(peak),
    }


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return round(time.process_time() - start, 2)


if __name__ == "__main__":
    main()
