"""A folder of interviews: the table that describes them, the store, what happens the second time."""

from __future__ import annotations

import json

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest.interviews.declarations import read_table
from habitat_enquete.ingest.interviews.folder import read_interview, survey
from habitat_enquete.ingest.run_interviews import import_interviews
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import AnnotationKind, Document, DocumentKind, Role, Source, Speaker, Turn
from habitat_enquete.store import texts
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents

TALK = "ENQ : Comment êtes-vous arrivée ?\nLOC : Par hasard, avec un loyer cher.\n"
TABLE = (
    "fichier;id;enqueteur;locuteurs;public;publics_pd2h;commune;age;date;lieu;consentement_citation;meteo\n"
    "entretien un.txt;E01;Julie Roux;LOC=R07;habitant;seniors;48095;71;2026-03-12;Mende;oui;neige\n"
)


@pytest.fixture
def folder(study):
    """Write files into the study's folder of interviews."""

    def write(**files):
        for name, content in files.items():
            path = study.interviews / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content) if isinstance(content, bytes) else path.write_text(
                content, encoding="utf-8"
            )
        return study

    for path in study.interviews.iterdir():
        path.unlink()
    return write


def messages(problems):
    return [told.message for told in problems]


def test_an_interview_with_its_line_reaches_the_store_whole(folder):
    study = folder(**{"entretien un.txt": TALK, "entretiens.csv": TABLE})
    result = import_interviews(study)
    assert (result.added, result.problems, result.words) == (("E01",), (), 10)
    assert [
        (line.label, line.role, line.evidence, line.respondent, line.turns, line.words)
        for line in result.speakers
    ] == [
        ("ENQ", Role.INTERVIEWER, "d'après son nom dans la transcription", None, 1, 4),
        ("LOC", Role.INFORMANT, "déclaré dans entretiens.csv", "R07", 1, 6),
    ]
    with Store(study.database) as store:
        document = texts.document(store, "E01")
        assert document == Document(
            "E01",
            DocumentKind.INTERVIEW,
            "Comment êtes-vous arrivée ?\nPar hasard, avec un loyer cher.",
            (
                Turn(0, "ENQ", Span(0, 27), None, None, "ligne 1"),
                Turn(1, "LOC", Span(28, 59), None, None, "ligne 2"),
            ),
            (
                Speaker("ENQ", Role.INTERVIEWER, evidence="d'après son nom dans la transcription"),
                Speaker("LOC", Role.INFORMANT, "R07", True, "déclaré dans entretiens.csv"),
            ),
            Source("interviews/entretien un.txt", document.source.sha256),
            respondents=("R07",),
            annotations=document.annotations,
            attributes={
                "public": "habitant", "publics_pd2h": "seniors", "commune": "48095", "age": "71", "lieu": "Mende",
                "date_entretien": "2026-03-12", "consentement_citation": "oui", "meteo": "neige",
            },
        )  # fmt: skip
        assert [annotation.content for annotation in document.annotations] == ["ENQ :", "LOC :"]
        assert respondents(store) == {
            "R07": {
                "public": "habitant", "publics_pd2h": "seniors", "commune": "48095", "age": "71", "meteo": "neige",
                "date_entretien": "2026-03-12", "consentement_citation": "oui",
            }
        }  # fmt: skip


def test_the_second_time_nothing_is_read_nor_written(folder):
    study = folder(
        **{
            "E01.txt": TALK,
            "E02.txt": "Paul : Oui.\nLuc : Non.\nPaul : Si.\nLuc : Bon.\nPaul : Ah.\nLuc : Eh.\n",
        }
    )
    first = import_interviews(study)
    before = study.database.read_bytes()
    again = import_interviews(study)
    assert (again.added, again.changed, again.unchanged) == ((), (), ("E01", "E02"))
    assert again.problems == first.problems
    assert study.database.read_bytes() == before


def test_a_changed_transcript_keeps_its_id_and_its_former_text(folder):
    study = folder(**{"E01.txt": TALK})
    import_interviews(study)
    result = import_interviews(folder(**{"E01.txt": TALK.replace("Par hasard", "Un peu par hasard")}))
    assert (result.added, result.changed) == ((), ("E01",))
    with Store(study.database) as store:
        assert list(texts.former_texts(store, "E01").values()) == [
            "Comment êtes-vous arrivée ?\nPar hasard, avec un loyer cher."
        ]
        assert texts.document(store, "E01").text.endswith("Un peu par hasard, avec un loyer cher.")


def test_a_changed_line_of_the_table_is_followed(folder):
    study = folder(**{"entretien un.txt": TALK, "entretiens.csv": TABLE})
    import_interviews(study)
    folder(**{"entretiens.csv": TABLE.replace("seniors", "precarite")})
    assert import_interviews(study).unchanged == ("E01",)
    with Store(study.database) as store:
        assert respondents(store)["R07"]["publics_pd2h"] == "precarite"


def test_bad_files_are_told_and_the_others_go_on(folder):
    study = folder(
        **{
            "E01.txt": TALK,
            "E02.txt": b"",
            "E03.txt": b"\x89PNG\r\n\x1a\n" + bytes(200),
            "E04.docx": "du texte",
            "E05.vtt": "WEBVTT\n",
            "E06.txt": TALK.encode("utf-16"),
        }
    )
    result = import_interviews(study)
    assert (result.added, result.failed) == (("E01", "E06"), ("E02", "E03", "E04", "E05"))
    assert [(told.file, told.code) for told in result.problems] == [
        ("interviews/E02.txt", "FILE_EMPTY"),
        ("interviews/E03.txt", "FILE_BINARY"),
        ("interviews/E04.docx", "FILE_WRONG_TYPE"),
        ("interviews/E05.vtt", "SUBTITLE_NO_CUE"),
    ]


def test_two_lines_of_the_same_id_are_two_parts_of_one_interview(folder):
    table = "fichier,id\nfin.txt,E01\ndebut.txt,E01\n"
    study = folder(**{"fin.txt": TALK, "debut.txt": "ENQ : Avant ?\nLOC : Rien.\n", "entretiens.csv": table})
    import_interviews(study)
    with Store(study.database) as store:
        (document,) = texts.documents(store)
    assert [turn.position for turn in document.turns] == [
        "interviews/fin.txt, ligne 1", "interviews/fin.txt, ligne 2", "interviews/debut.txt, ligne 1", "interviews/debut.txt, ligne 2",
    ]  # fmt: skip
    assert document.source.file == "interviews/fin.txt | interviews/debut.txt"


def test_parts_that_nobody_declared_are_proposed(folder):
    study = folder(**{"E01a.txt": TALK, "E01b.txt": TALK, "E02.txt": TALK, "E03.txt": TALK})
    assert messages(survey(study.interviews).problems) == [
        "« E01a.txt » et « E01b.txt » semblent deux parties du même entretien. "
        "Si c'est le cas, donnez-leur le même identifiant dans entretiens.csv."
    ]


def test_the_same_name_in_two_folders_is_two_interviews_and_in_two_formats_one(folder):
    study = folder(**{"mende__E01.txt": TALK, "laval__E01.txt": TALK, "E02.txt": TALK, "E02.md": TALK})
    found = survey(study.interviews)
    assert [interview.id for interview in found.interviews] == ["E02", "laval/E01", "mende/E01"]
    assert messages(found.problems)[0].startswith(
        "« E02.txt » et « E02.md » donneraient le même entretien « E02 »."
    )


def test_recordings_tables_lock_files_and_hidden_files_are_not_transcripts(folder):
    names = [
        "E01.mp3",
        "notes.xlsx",
        "~$E01.docx",
        ".DS_Store",
        "LISEZMOI.txt",
        "guide.yaml",
        ".cache__E09.txt",
    ]
    study = folder(**{"E01.txt": TALK} | dict.fromkeys(names, "x"))
    assert [interview.id for interview in survey(study.interviews).interviews] == ["E01"]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("fichier;id\nE01.text;E01\n", "entretiens.csv, ligne 2 : « E01.text » n'est pas dans le dossier."),
        (
            "fichier;id\nE01.txt;A\nE01.txt;B\n",
            "entretiens.csv, ligne 3 : « E01.txt » est déjà décrit plus haut.",
        ),
    ],
)
def test_what_is_wrong_in_the_table_is_located(folder, table, told):
    study = folder(**{"E01.txt": TALK, "entretiens.csv": table})
    assert any(message.startswith(told) for message in messages(survey(study.interviews).problems))


def test_a_near_name_is_proposed(folder):
    study = folder(**{"E01_mende.txt": TALK, "entretiens.csv": "fichier\nE01_mnde.txt\n"})
    assert "Vouliez-vous dire « E01_mende.txt » ?" in messages(survey(study.interviews).problems)[0]


def test_a_declared_speaker_who_never_speaks_is_told(folder):
    study = folder(**{"E01.txt": TALK, "entretiens.csv": "fichier;locuteurs\nE01.txt;Marie=R01\n"})
    (told,) = import_interviews(study).problems
    assert told.message == (
        "entretiens.csv, ligne 2 : « Marie » ne parle pas dans cette transcription (locuteurs : « ENQ », « LOC »). "
        "Corrigez la colonne « locuteurs »."
    )
    assert (told.row, told.column) == (2, "locuteurs")


def test_an_interview_outside_the_table_is_told(folder):
    study = folder(**{"E01.txt": TALK, "E02.txt": TALK, "entretiens.csv": "fichier\nE01.txt\n"})
    assert messages(survey(study.interviews).problems)[0].startswith(
        "« E02.txt » n'est pas décrit dans entretiens.csv"
    )


def test_many_interviews_outside_the_table_are_told_in_one_sentence(folder):
    files = {f"E{rank:02}.txt": TALK for rank in range(1, 7)}
    study = folder(**files, **{"entretiens.csv": "fichier\nE01.txt\n"})
    (told,) = messages(survey(study.interviews).problems)
    assert told.startswith(
        "5 entretiens ne sont pas décrits dans entretiens.csv (« E02.txt », « E03.txt », « E04.txt »…)"
    )


def test_signs_alone_are_no_words_and_errors_come_first(folder):
    study = folder(**{"E01.txt": "Bonjour, sans locuteur.", "E02.txt": "[rires]\n(silence)\n***\n"})
    told = import_interviews(study).problems
    assert [(one.severity.value, one.code) for one in told] == [
        ("error", "TRANSCRIPT_NO_WORDS"),
        ("warning", "TRANSCRIPT_NO_SPEAKER"),
    ]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_table_is_read_as_spreadsheets_write_it(tmp_path, separator, encoding):
    lines = [["Fichier", "Identifiant", "Enquêtrice", "Durée"], ["E01.docx", "E01", "Zoé", "1 h"]]
    content = "\r\n".join(separator.join(line) for line in lines)
    (tmp_path / "entretiens.csv").write_bytes(content.encode(encoding))
    (entry,) = read_table(tmp_path).entries
    assert (entry.files, entry.id, entry.values["enqueteur"], entry.values["duree"]) == (
        ("E01.docx",),
        "E01",
        "Zoé",
        "1 h",
    )


def test_a_table_without_files_is_refused(tmp_path):
    (tmp_path / "entretiens.csv").write_text("nom;age\nE01;3\n", encoding="utf-8")
    with pytest.raises(EnqueteError, match=r"entretiens\.csv : il manque la colonne « fichier »"):
        read_table(tmp_path)


def test_txm_names_its_files_id(tmp_path):
    (tmp_path / "metadata.csv").write_text('"id","sexe"\n"ent01","f"\n', encoding="utf-8")
    assert read_table(tmp_path).entries[0].files == ("ent01",)


def test_the_members_of_a_group_share_only_what_is_true_of_each(folder):
    talk = "Animatrice : Et ici ?\nPaul : Cher.\nAnne : Loin.\nPaul : Oui.\nAnne : Oui.\nPaul : Bon.\nAnne : Bon.\n"
    table = "fichier;id;locuteurs;public;age;type\nA.txt;A1;Paul=R1;habitant;33;atelier\n"
    study = folder(**{"A.txt": talk, "entretiens.csv": table})
    read = read_interview(survey(study.interviews).interviews[0])
    assert read.document.kind is DocumentKind.GROUP
    assert {person.id: dict(person.attributes) for person in read.respondents} == {
        "R1": {"public": "habitant"},
        "A1-2": {"public": "habitant"},
    }


def test_a_respondent_nobody_declared_never_bears_the_file_s_name(folder):
    study = folder(**{"Entretien Mme Roche.txt": TALK})
    (respondent,) = read_interview(survey(study.interviews).interviews[0]).respondents
    assert respondent.id.startswith("P-")
    assert "Roche" not in respondent.id


def test_an_interview_whose_file_has_gone_is_kept_and_told(folder):
    study = folder(**{"E01.txt": TALK, "E02.txt": TALK})
    import_interviews(study)
    (study.interviews / "E02.txt").unlink()
    (told,) = import_interviews(study).problems
    assert told.message.startswith(
        "« interviews/E02.txt » n'est plus dans le dossier ; l'entretien « E02 » et ses codages sont gardés"
    )


def test_no_folder_and_no_transcript_are_told(study, tmp_path):
    with pytest.raises(EnqueteError, match="Le dossier d'entretiens « ailleurs » n'existe pas"):
        import_interviews(study, tmp_path / "ailleurs")
    (tmp_path / "vide").mkdir()
    with pytest.raises(EnqueteError, match="Le dossier « vide » ne contient aucune transcription"):
        import_interviews(study, tmp_path / "vide")


def test_the_guide_s_questions_are_found_in_the_interview(folder):
    guide = """kind: guide
id: guide_habitants
title: "Guide"
themes:
  - id: parcours
    label: "Parcours"
    questions:
      - {id: q1, label: "Comment les choses se sont-elles passées quand vous avez cherché un logement ?"}
  - id: freins
    label: "Freins"
    questions:
      - {id: q2, label: "Qu'est-ce qui a été difficile pendant la recherche ?", prompts: ["Le prix des loyers"]}
"""
    talk = (
        "ENQ : Bonjour.\nLOC : Bonjour.\nENQ : Alors, quand vous avez cherché votre logement, ça s'est passé comment ?\n"
        "LOC : Vite.\nENQ : D'accord.\nLOC : Oui.\nENQ : Et le prix, les loyers ?\nLOC : Chers.\n"
    )
    study = folder(**{"E01.txt": talk})
    (study.questionnaires / "guide_entretien.yaml").write_text(guide, encoding="utf-8")
    import_interviews(study)
    with Store(study.database) as store:
        document = texts.document(store, "E01")
    asked = [
        (a.content, a.at.quote(document.text))
        for a in document.annotations
        if a.kind is AnnotationKind.QUESTION
    ]
    assert asked == [
        (
            "q1",
            "Alors, quand vous avez cherché votre logement, ça s'est passé comment ?\nVite.\nD'accord.\nOui.",
        ),
        ("q2", "Et le prix, les loyers ?\nChers."),
    ]
    assert document.attributes["guide"] == "guide_habitants"


def test_guessed_roles_are_shown_and_corrected_by_the_table(folder, enquete):
    folder(**{"E01.txt": "A : Comment ?\nB : Par le train, en mars.\nA : Pourquoi ?\nB : Pour le travail.\n"})
    shown = enquete("code", "interviews", "--pipeline", "blank", exit_code=None).stderr.replace("\u00a0", " ")
    assert "Rôles supposés ; corrigez-les au besoin dans entretiens.csv" in shown
    assert "E01 : A = enquêteur (d'après la part de ses questions, 2 tours)" in shown
    folder(**{"entretiens.csv": "fichier;locuteurs\nE01.txt;A=R1|B=enquêteur\n"})
    answer = enquete("code", "interviews", "--pipeline", "blank", "--json", exit_code=None).stdout
    assert [(line["label"], line["role"]) for line in json.loads(answer)["interviews"]["speakers"]] == [
        ("A", "informant"),
        ("B", "interviewer"),
    ]


def test_a_line_without_an_id_does_not_make_the_file_s_name_a_pseudonym(folder):
    study = folder(
        **{
            "Entretien Mme Roche.txt": TALK,
            "entretiens.csv": "fichier;public\nEntretien Mme Roche.txt;habitant\n",
        }
    )
    (respondent,) = read_interview(survey(study.interviews).interviews[0]).respondents
    assert "Roche" not in respondent.id
    assert respondent.attributes == {"public": "habitant"}


@pytest.mark.parametrize(
    ("written", "kept"),
    [("12/03/2026", "2026-03-12"), ("3.1.2026", "2026-01-03"), ("mars 2026", "mars 2026")],
)
def test_dates_written_the_french_way_are_put_in_order(tmp_path, written, kept):
    (tmp_path / "entretiens.csv").write_text(f"fichier;date\nE01.txt;{written}\n", encoding="utf-8")
    assert read_table(tmp_path).entries[0].values["date_entretien"] == kept
