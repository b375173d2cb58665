"""`enquete code`: from transcripts to codings; what is done again, and what people decided is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from habitat_enquete.cli.main import main
from habitat_enquete.coding import decisions
from habitat_enquete.coding.run import CodingResult, run
from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest.codebooks import read_codebook
from habitat_enquete.model.coding import Coding, State
from habitat_enquete.model.span import Span
from habitat_enquete.project import Project
from habitat_enquete.store import journal, texts
from habitat_enquete.store.codings import codings
from habitat_enquete.store.connection import Store

CODEBOOK = """\
themes:
  - id: offre
    label: Offre
    codes:
      - id: manque
        label: Manque de logements
        polarity: barrier
        terms: [rien à louer, "pas de location"]
      - id: loyer_eleve
        label: Loyer trop élevé
        terms: [loyer]
        not_terms: [quittance de loyer]
        negated: redirect
        negated_code: loyer_abordable
      - id: loyer_abordable
        label: Loyer abordable
        policy: suggest
"""
E01 = """\
Enquêtrice : Vous avez cherché un loyer comment ?
Camille : Il n'y avait rien à louer. Le loyer, c'était énorme.
Enquêtrice : Et maintenant ?
Camille : Maintenant le loyer n'est pas un problème. J'ai gardé la quittance de loyer.
"""


@pytest.fixture
def fielded(study: Project) -> Project:
    """A study with one invented interview and a small codebook."""
    study.codebook_file.write_text(CODEBOOK, encoding="utf-8")
    study.interviews.mkdir(exist_ok=True)
    for old in study.interviews.iterdir():
        old.unlink()
    (study.interviews / "E01.txt").write_text(E01, encoding="utf-8")
    (study.interviews / "entretiens.csv").write_text(
        "fichier;id;locuteurs\nE01.txt;E01;Camille=R01\n", encoding="utf-8"
    )
    return study


@pytest.fixture
def code(fielded: Project) -> Callable[..., CodingResult]:
    """Import the interviews and code them with the tables alone (no trained model)."""

    def code(**options: object) -> CodingResult:
        from habitat_enquete.pipeline import code

        return code(fielded, fielded.interviews, pipeline="blank", **options).coding  # type: ignore[arg-type]

    return code


def found(project: Project) -> list[Coding]:
    with Store(project.database) as store:
        return codings(store)


def said(project: Project) -> list[tuple[str, str, str]]:
    with Store(project.database) as store:
        words = {each.id: each.text for each in texts.documents(store)}
        return [
            (each.code, each.state.value, each.span.quote(words[each.document])) for each in codings(store)
        ]


def test_what_informants_say_is_coded_with_provenance(fielded, code):
    result = code()

    assert said(fielded) == [
        ("manque", "accepted", "rien à louer"),
        ("loyer_eleve", "accepted", "loyer"),
        ("loyer_abordable", "suggested", "loyer"),
    ]
    assert [each.reason for each in found(fielded)] == [
        "terme « rien à louer »",
        "terme « loyer »",
        "terme « loyer », nié (code « loyer_eleve »)",
    ]
    assert {each.respondent for each in found(fielded)} == {"R01"}
    assert (result.documents, result.coded, result.added) == (1, 1, 3)
    assert result.states == {State.ACCEPTED: 2, State.SUGGESTED: 1}


def test_a_second_run_does_nothing(fielded, code):
    code()
    before = found(fielded)
    again = code()
    assert (again.coded, again.added, again.removed) == (0, 0, 0)
    assert found(fielded) == before


def test_a_new_label_redoes_nothing_a_new_term_does(fielded, code):
    code()
    fielded.codebook_file.write_text(CODEBOOK.replace("Manque de", "Pénurie de"), encoding="utf-8")
    assert code().coded == 0
    fielded.codebook_file.write_text(CODEBOOK.replace("[loyer]", "[loyer, énorme]"), encoding="utf-8")
    result = code()
    assert (result.coded, result.added) == (1, 1)


def test_human_decisions_survive_a_new_codebook(fielded, code):
    code()
    with Store(fielded.database) as store:
        missing, dear, cheap = codings(store)
        document = texts.document(store, "E01")
        assert document is not None
        journal.apply(store, "anne", decisions.reject(dear))
        journal.apply(store, "anne", decisions.accept(cheap))
        journal.apply(
            store, "anne", decisions.code(document, Span(5, 30), "manque", decisions.person("anne"))
        )
    fielded.codebook_file.write_text(CODEBOOK.replace("[loyer]", "[prix]"), encoding="utf-8")

    code()
    states = {(each.id, each.state) for each in found(fielded)}
    assert (dear.id, State.REJECTED) in states
    assert (cheap.id, State.ACCEPTED) in states
    assert (missing.id, State.ACCEPTED) in states
    assert len(states) == 4


def test_codings_follow_a_corrected_transcript_and_lost_ones_are_listed(fielded, code):
    code()
    with Store(fielded.database) as store:
        document = texts.document(store, "E01")
        assert document is not None
        anne = decisions.person("anne")
        for words in ("c'était énorme", "gardé la quittance"):
            start = document.text.index(words)
            journal.apply(
                store, "anne", decisions.code(document, Span(start, start + len(words)), "manque", anne)
            )
    corrected = E01.replace("Il n'y avait", "Euh… il n'y avait vraiment").replace(
        "J'ai gardé la quittance de loyer.", "Voilà."
    )
    (fielded.interviews / "E01.txt").write_text(corrected, encoding="utf-8")

    result = code()
    assert ("manque", "accepted", "c'était énorme") in said(fielded)
    assert result.reanchored == 1
    assert [(each.code, each.coder.name, each.state) for each in result.orphans] == [
        ("manque", "anne", State.ORPHAN)
    ]
    assert "passage introuvable" in result.orphans[0].reason
    assert result.needs_attention
    assert code().coded == 0  # and the orphan is still listed, not lost
    assert len(code().orphans) == 1


def test_an_undone_correction_brings_the_orphan_back(fielded, code):
    code()
    with Store(fielded.database) as store:
        document = texts.document(store, "E01")
        assert document is not None
        start = document.text.index("gardé la quittance")
        journal.apply(
            store,
            "anne",
            decisions.code(document, Span(start, start + 18), "manque", decisions.person("anne")),
        )
    (fielded.interviews / "E01.txt").write_text(
        E01.replace("J'ai gardé la quittance de loyer.", "Voilà."), encoding="utf-8"
    )
    assert len(code().orphans) == 1
    (fielded.interviews / "E01.txt").write_text(E01, encoding="utf-8")
    assert code().orphans == ()
    assert ("manque", "accepted", "gardé la quittance") in said(fielded)


def test_a_removed_code_is_listed_and_a_renamed_one_carried_over(fielded, code):
    code()
    with Store(fielded.database) as store:
        journal.apply(store, "anne", decisions.accept(*codings(store, codes=["loyer_eleve"])))
    fielded.codebook_file.write_text(CODEBOOK.replace("loyer_eleve", "loyers_eleves"), encoding="utf-8")

    result = code()
    (gone,) = result.unknown
    assert (gone.code, gone.codings, gone.human) == ("loyer_eleve", 1, 1)
    result = code(renamed={"loyer_eleve": "loyers_eleves"}, coder="anne")
    assert result.unknown == ()
    assert ("loyers_eleves", "accepted", "loyer") in said(fielded)


@pytest.mark.parametrize(
    ("renamed", "told"),
    [
        ("manque=loyer_abordabl", r"« loyer_abordabl » n'est pas dans la grille.*« loyer_abordable »"),
        ("manque=loyer_abordable", r"« a/b » ne peut pas servir de nom de codeur"),
        ("manqe=loyer_abordable", r"Aucun codage ne porte le code « manqe ».*« manque »"),
    ],
)
def test_a_renaming_of_unknown_codes_is_refused(fielded, code, enquete, renamed, told):
    code()
    before = found(fielded)
    result = enquete("code", "--pipeline", "blank", "--renamed", renamed, "--coder", "a/b", exit_code=2)
    assert re.search(told, result.output.replace("\u00a0", " "))
    assert found(fielded) == before


@pytest.mark.parametrize(("answer", "kept"), [("o\n", "penurie"), ("n\n", "manque")])
def test_somebody_at_a_keyboard_is_asked_what_a_code_became(fielded, code, monkeypatch, answer, kept):
    code()
    with Store(fielded.database) as store:
        journal.apply(store, "anne", decisions.accept(*codings(store, codes=["manque"])))
    fielded.codebook_file.write_text(CODEBOOK.replace("id: manque", "id: penurie"), encoding="utf-8")
    monkeypatch.setattr("habitat_enquete.cli.code._at_a_keyboard", lambda: True)
    arguments = ["-C", str(fielded.root), "code", "--pipeline", "blank"]
    result = CliRunner().invoke(main, arguments, input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "« manque » est-il devenu « penurie » ?" in result.output
    assert result.exit_code == (0 if kept == "penurie" else 1)
    assert ("manque" in {each.code for each in found(fielded)}) is (kept == "manque")


def test_what_a_code_became_is_read_in_the_places_where_it_was(fielded, code):
    code()
    with Store(fielded.database) as store:
        journal.apply(store, "anne", decisions.accept(*codings(store, codes=["manque"])))
    fielded.codebook_file.write_text(CODEBOOK.replace("id: manque", "id: penurie"), encoding="utf-8")
    (gone,) = code().unknown
    assert gone.candidates[0] == "penurie"  # no letter in common to speak of, but the same terms


def test_a_kill_between_documents_keeps_what_is_done(fielded, code, monkeypatch):
    (fielded.interviews / "E02.txt").write_text(E01, encoding="utf-8")

    def stop(done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    code()
    (fielded.interviews / "E01.txt").write_text(E01 + "Camille : Rien à louer, vraiment.\n", encoding="utf-8")
    (fielded.interviews / "E02.txt").write_text(E01 + "Camille : Rien à louer.\n", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        from habitat_enquete.pipeline import code as whole

        whole(
            fielded,
            fielded.interviews,
            pipeline="blank",
            progress=lambda label, done, total: stop(done, total) if "codés" in label else None,
        )
    assert code().coded == 1


def test_an_unreadable_codebook_stops_before_any_work(fielded, code):
    fielded.codebook_file.write_text(CODEBOOK.replace("id: manque", "idd: manque"), encoding="utf-8")
    with pytest.raises(EnqueteError, match=r"« codebook\.yaml » contient"):
        code()
    assert not fielded.database.exists() or found(fielded) == []


def test_the_command_tells_and_writes_json(fielded, enquete: Callable[..., Result]):
    told = enquete("code", fielded.interviews, "--pipeline", "blank").output
    assert "1 document codé" in told.replace("\u00a0", " ")
    summary = json.loads(enquete("code", fielded.interviews, "--pipeline", "blank", "--json").stdout)
    assert summary["documents"] == 1
    assert summary["coded"] == 0
    assert summary["states"] == {"accepted": 2, "suggested": 1}
    assert summary["codes"] == {"loyer_abordable": 0, "loyer_eleve": 1, "manque": 1}


def test_an_orphan_makes_the_command_end_with_one(fielded, code, enquete: Callable[..., Result]):
    code()
    with Store(fielded.database) as store:
        journal.apply(store, "anne", decisions.accept(*codings(store, codes=["manque"])))
    fielded.codebook_file.write_text(CODEBOOK.replace("id: manque", "id: penurie"), encoding="utf-8")
    result = enquete("code", "--pipeline", "blank", exit_code=1)
    assert "porte le code « manque », absent de la grille" in result.output.replace("\u00a0", " ")


def test_a_badly_written_renaming_is_a_wrong_usage(fielded, enquete: Callable[..., Result]):
    assert "ANCIEN=NOUVEAU" in enquete("code", "--renamed", "x", exit_code=2).output


def test_an_example_whose_term_is_negated_is_told_so(fielded, enquete: Callable[..., Result]):
    example = "terms: [loyer]\n        negated: exclude\n        examples: [Le loyer n'est jamais revu.]"
    text = CODEBOOK.replace("terms: [loyer]", example).replace("        negated: redirect\n", "")
    fielded.codebook_file.write_text(
        text.replace("        negated_code: loyer_abordable\n", ""), encoding="utf-8"
    )
    said = enquete("codebook", "test", "--pipeline", "blank", exit_code=1).output.replace("\u00a0", " ")
    assert "(trouvé : rien). « loyer » y est, mais nié ou au conditionnel" in said


def test_a_code_that_is_carried_over_to_two_is_a_wrong_usage(fielded, enquete: Callable[..., Result]):
    asked = ("--renamed", "manque=penurie", "--renamed", "manque=loyer_eleve")
    assert "reporté que vers un code" in " ".join(enquete("code", *asked, exit_code=2).output.split())


def test_decisions_under_a_removed_code_are_told_everywhere_and_can_be_read(
    fielded, code, enquete: Callable[..., Result]
):
    code()
    with Store(fielded.database) as store:
        journal.apply(store, "anne", decisions.accept(*codings(store, codes=["manque"])))
    text = CODEBOOK.replace("id: manque", "id: bruit").replace('rien à louer, "pas de location"', "bruit")
    fielded.codebook_file.write_text(text, encoding="utf-8")

    def said(*command: str, exit_code: int = 0) -> str:
        return enquete(*command, exit_code=exit_code).output.replace("\u00a0", " ")

    assert "enquete query manque" in said("code", "--pipeline", "blank", exit_code=1)
    assert "enquete code --renamed manque=AUTRE" in said("codebook", "check", "--pipeline", "blank")
    assert "Codes décidés mais absents de la grille : manque" in said("status")
    assert "[manque] « rien à louer »" in said("query", "manque")


def test_run_codes_only_the_kinds_asked_for(fielded, code):
    code()
    result = run(fielded, read_codebook(fielded.codebook_file), pipeline="blank", kinds=())
    assert (result.coded, result.documents) == (0, 1)


def test_two_processes_code_what_one_does(fielded, code, monkeypatch: pytest.MonkeyPatch):
    code()
    with Store(fielded.database) as store:
        alone = [(each.code, each.span, each.state) for each in codings(store)]
    monkeypatch.setattr("habitat_enquete.nlp.annotate._MANY", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    fielded.codebook_file.write_text(CODEBOOK.replace("[loyer]", "[loyer, caution]"), encoding="utf-8")
    for kept in fielded.cache.glob("annotations-*"):
        kept.unlink()
    seen: list[tuple[int, int]] = []

    def step(done: int, total: int) -> None:
        seen.append((done, total))

    result = run(fielded, read_codebook(fielded.codebook_file), pipeline="blank", progress=step)

    assert (result.coded, seen) == (1, [(1, 1)])
    with Store(fielded.database) as store:
        assert [(each.code, each.span, each.state) for each in codings(store)] == alone


def test_a_term_met_in_most_turns_or_every_document_is_told(make_document):
    from habitat_enquete.coding.codebook_check import Remark, Usage, remarks
    from habitat_enquete.model.codebook import Code, Codebook, Theme
    from habitat_enquete.nlp.match import Match

    def codebook(*terms: str) -> Codebook:
        return Codebook(
            (Theme("t", "T"),), (Code("c", "C", "t", definition="d", terms=terms, examples=("x",)),)
        )

    def usage(documents: int) -> Usage:
        gathered = Usage()
        for _ in range(documents):
            turns = ["Q: Et ?", "R: Le loyer, voilà.", *["R: Voilà, oui."] * 3]
            document = make_document(*turns)
            found = [
                Match("c", Span(start, start + len(word)), word)
                for word in ("loyer", "Voilà")
                for start in [m.start() for m in re.finditer(word, document.text)]
            ]
            gathered.add(found, document)
        return gathered

    told = [
        each for each in remarks(codebook("loyer", "Voilà"), usage(4)) if each.remark is Remark.EVERYWHERE
    ]
    assert [each.message for each in told] == [
        "le terme « Voilà » est dans 75 % des tours de parole et réponses : il ne distingue plus rien"
    ]
    told = [each for each in remarks(codebook("loyer"), usage(12)) if each.remark is Remark.EVERYWHERE]
    assert [each.message for each in told] == [
        "le terme « loyer » est dans 100 % des documents : il ne distingue plus rien"
    ]


def test_checking_and_trying_the_codebook(fielded, code, enquete: Callable[..., Result]):
    code()
    text = CODEBOOK.replace(
        "polarity: barrier",
        'definition: x\n        examples: ["Y\'a pas de location."]\n        counter_examples: ["On a tout."]',
    )
    text = text.replace("[loyer]", "[loyer, caution, pas de location]")
    fielded.codebook_file.write_text(text, encoding="utf-8")
    remarks = json.loads(enquete("codebook", "check", "--pipeline", "blank", "--json").stdout)
    assert {(each["code"], each["remark"]) for each in remarks["remarks"]} == {
        ("manque", "dead_term"),
        ("loyer_eleve", "dead_term"),
        ("loyer_eleve", "shared_term"),
        ("loyer_eleve", "no_definition"),
        ("loyer_eleve", "no_example"),
        ("loyer_abordable", "no_definition"),
        ("loyer_abordable", "silent"),
    }
    assert "2\u00a0exemples passent sur 2" in enquete("codebook", "test", "--pipeline", "blank").output
    fielded.codebook_file.write_text(text.replace("On a tout.", "Rien à louer ici."), encoding="utf-8")
    failed = enquete("codebook", "test", "--pipeline", "blank", exit_code=1).output.replace("\u00a0", " ")
    assert "« Rien à louer ici. » est trouvé à tort" in failed
    assert "1 exemple passe sur 2" in failed
