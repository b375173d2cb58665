"""Speakers as people really write them."""

from __future__ import annotations

import pytest

from habitat_enquete.ingest.interviews.label_names import close, speaks_as
from habitat_enquete.ingest.interviews.roles import Declaration
from habitat_enquete.model.text import DocumentKind, Role

ASKED = "Comment êtes-vous arrivée ici ?"
ANSWER = "Par hasard, on cherchait une maison."
AGAIN = "Et le loyer ?"
REPLY = "Il est cher pour nous."


def written(*lines: str) -> str:
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("lines", "asking", "answering"),
    [
        ((f"Julie : {ASKED}", f"Marie : {ANSWER}", f"Julie : {AGAIN}", f"Marie : {REPLY}"), "Julie", "Marie"),
        ((f"Julie: {ASKED}", f"Marie: {ANSWER}", f"Julie: {AGAIN}", f"Marie: {REPLY}"), "Julie", "Marie"),
        ((f"E1 - {ASKED}", f"M1 - {ANSWER}", f"E1 - {AGAIN}", f"M1 - {REPLY}") * 2, "E1", "M1"),
        (("[Chercheur] (0:01 - 0:11)", ASKED, "[Interviewe] (0:11 - 0:20)", ANSWER, "[Chercheur]", AGAIN, "[Interviewe]", REPLY),
         "Chercheur", "Interviewe"),
        ((f"ENQ\t{ASKED}", f"LOC\t{ANSWER}", f"ENQ\t{AGAIN}", f"LOC\t{REPLY}"), "ENQ", "LOC"),
        ((f"ENQ : {ASKED}", f"LOC : {ANSWER}", f"ENQ : {AGAIN}", f"LOC : {REPLY}"), "ENQ", "LOC"),
        ((f"Q. {ASKED}", f"R. {ANSWER}", f"Q. {AGAIN}", f"R. {REPLY}"), "Q", "R"),
        ((f"Q : {ASKED}", f"R : {ANSWER}", f"Q : {AGAIN}", f"R : {REPLY}"), "Q", "R"),
        ((f"J. : {ASKED}", f"M. Petit (maire) : {ANSWER}", f"J. : {AGAIN}", f"M. Petit (maire) : {REPLY}"), "J.", "M. Petit (maire)"),
        ((f"JM : {ASKED}", f"PB : {ANSWER}", f"JM : {AGAIN}", f"PB : {REPLY}"), "JM", "PB"),
        ((f"JULIE : {ASKED}", f"MARIE PETIT : {ANSWER}", f"JULIE : {AGAIN}", f"MARIE PETIT : {REPLY}"), "JULIE", "MARIE PETIT"),
        (("Julie", ASKED, "", "Marie", ANSWER, "", "Julie", AGAIN, "", "Marie", REPLY), "Julie", "Marie"),
        (("Julie Roux  0:03", ASKED, "Marie Petit  0:12", ANSWER, "Julie Roux  0:20", AGAIN, "Marie Petit  0:31", REPLY),
         "Julie Roux", "Marie Petit"),
        ((f"[00:00:01] Julie : {ASKED}", f"[00:00:09] Marie : {ANSWER}", f"[00:00:15] Julie : {AGAIN}", f"[00:00:22] Marie : {REPLY}"),
         "Julie", "Marie"),
        ((f"#00:00:01-5# A: {ASKED}", f"#00:00:09-1# B: {ANSWER}", f"#00:00:12-0# A: {AGAIN}", f"#00:00:14-0# B: {REPLY}"), "A", "B"),
        ((f"<Julie> {ASKED}", f"<Marie> {ANSWER}", f"<Julie> {AGAIN}", f"<Marie> {REPLY}"), "Julie", "Marie"),
        (("Speaker 1 00:01", ASKED, "Speaker 2 00:09", ANSWER, "Speaker 1 00:20", AGAIN, "Speaker 2 00:30", REPLY),
         "Speaker 1", "Speaker 2"),
        ((f"Enquêtrice — {ASKED}", f"Habitante — {ANSWER}", f"Enquêtrice — {AGAIN}", f"Habitante — {REPLY}"), "Enquêtrice", "Habitante"),
        ((f">> JULIE : {ASKED}", f">> MARIE : {ANSWER}", f">> JULIE : {AGAIN}", f">> MARIE : {REPLY}"), "JULIE", "MARIE"),
    ],
)  # fmt: skip
def test_each_way_of_writing_a_speaker(interview, lines, asking, answering):
    found = interview("E01.txt", written(*lines))
    expected = [(asking, ASKED), (answering, ANSWER), (asking, AGAIN), (answering, REPLY)]
    assert found.turns == expected * (len(found.turns) // 4)
    assert found.roles == {asking: "interviewer", answering: "informant"}
    assert found.problems == ()


def test_bold_questions_and_roman_answers(interview):
    found = interview(
        "E02.md",
        f"# Entretien 2\n\n**{ASKED}**\n\n{ANSWER}\n\nEt puis le jardin.\n\n**{AGAIN}**\n\n{REPLY}\n",
    )
    assert found.turns == [
        ("Question (en gras)", ASKED),
        ("Réponse", f"{ANSWER}\nEt puis le jardin."),
        ("Question (en gras)", AGAIN),
        ("Réponse", REPLY),
    ]
    assert found.roles == {"Question (en gras)": "interviewer", "Réponse": "informant"}
    assert found.document.title == "Entretien 2"
    assert found.document.text.startswith("Entretien 2\n")


def test_dashes_of_dialogue_alternate_and_are_to_be_checked(interview):
    found = interview("E03.txt", written(f"– {ASKED}", f"– {ANSWER}", f"– {AGAIN}", f"– {REPLY}"))
    assert found.turns == [("Voix 1", ASKED), ("Voix 2", ANSWER), ("Voix 1", AGAIN), ("Voix 2", REPLY)]
    assert found.roles == {"Voix 1": "interviewer", "Voix 2": "informant"}
    assert "les tours sont séparés par des tirets" in found.problems[0].message


def test_a_misspelt_label_is_proposed_as_the_same_speaker(interview):
    lines = [f"[Chercheur]\n{ASKED}\n[Interviewe]\n{ANSWER}"] * 5 + [
        f"[Checheur]\n{AGAIN}\n[Interviewe]\n{REPLY}"
    ]
    found = interview("E04.txt", written(*lines))
    assert found.roles == {"Chercheur": "interviewer", "Interviewe": "informant", "Checheur": "interviewer"}
    assert found.document.kind is DocumentKind.INTERVIEW
    assert "« Checheur » (1 tour) ressemble à « Chercheur »" in found.problems[0].message


def test_a_declared_misspelling_is_written_right(interview):
    declared = Declaration(spellings={"checheur": "Chercheur"})
    found = interview(
        "E05.txt", written("[Checheur]", ASKED, "[Interviewe]", ANSWER, "[Chercheur]", AGAIN), declared
    )
    assert [speaker for speaker, _ in found.turns] == ["Chercheur", "Interviewe", "Chercheur"]


def test_a_declared_role_wins_over_the_label(interview):
    declared = Declaration(roles={"marie": Role.INTERVIEWER}, respondents={"julie": "R07"})
    found = interview(
        "E06.txt", written(f"Julie : {ASKED}", f"Marie : {ANSWER}", f"Julie : {AGAIN}"), declared
    )
    assert found.roles == {"Julie": "informant", "Marie": "interviewer"}
    assert [(s.respondent, s.declared, s.evidence) for s in found.document.speakers] == [
        ("R07", True, "déclaré dans entretiens.csv"),
        (None, True, "déclaré dans entretiens.csv"),
    ]


def test_the_interviewer_may_be_declared_by_full_name(interview):
    declared = Declaration(interviewers=("Julie Roux",))
    found = interview(
        "E07.txt", written(f"JR : {ANSWER}", f"MP : {REPLY}", f"JR : {ANSWER}", f"MP : {ANSWER}"), declared
    )
    assert found.roles == {"JR": "interviewer", "MP": "informant"}


def test_a_group_has_several_informants(interview):
    lines = (
        f"Animatrice : {ASKED}",
        f"Paul : {ANSWER}",
        f"Aïcha : {REPLY}",
        "Paul : Oui.",
        "Aïcha : Voilà.",
        "Paul : Bon.",
        "Aïcha : Oui.",
    )
    found = interview("A01.txt", written(*lines))
    assert found.document.kind is DocumentKind.GROUP
    assert found.roles == {"Animatrice": "interviewer", "Paul": "informant", "Aïcha": "informant"}


def test_somebody_who_speaks_once_is_found_beside_the_others(interview):
    lines = (
        f"ENQ : {ASKED}",
        f"LOC : {ANSWER}",
        "Mme Roche : Bonjour, le courrier.",
        f"ENQ : {AGAIN}",
        f"LOC : {REPLY}",
    )
    assert interview("E08.txt", written(*lines)).turns[2] == ("Mme Roche", "Bonjour, le courrier.")


@pytest.mark.parametrize(
    "words",
    ["Le problème : on ne trouve rien.", "Alors : deux pièces.", "Il m'a dit : c'est loué.", "Exemple : le studio.",
     "Résultat : on est partis.", "On avait deux choses : le prix et le bruit.", "Donc - enfin bref.", "Mon loyer : 500 euros."],
)  # fmt: skip
def test_a_colon_in_speech_is_not_a_speaker(interview, words):
    found = interview(
        "E09.txt", written(f"ENQ : {ASKED}", f"LOC : {ANSWER}", words, f"ENQ : {AGAIN}", f"LOC : {REPLY}")
    )
    assert found.turns[1] == ("LOC", f"{ANSWER}\n{words}")


def test_the_sheet_above_an_interview_is_no_turn_and_is_not_lost(interview):
    sheet = ("Entretien n° 3", "Date : 12 mars 2026", "Enquêteur : Julie Roux", "Lieu : Mende")
    found = interview(
        "E10.txt", written(*sheet, f"E : {ASKED}", f"R : {ANSWER}", f"E : {AGAIN}", f"R : {REPLY}")
    )
    assert [speaker for speaker, _ in found.turns] == ["E", "R", "E", "R"]
    assert found.document.text.split("\n")[:4] == list(sheet)
    assert found.beside("header")[:4] == list(sheet)
    assert found.roles == {"E": "interviewer", "R": "informant"}


def test_a_header_inside_a_paragraph_opens_a_turn(interview):
    found = interview("E11.txt", written(f"Q : {ASKED} R : {ANSWER}", f"Q : {AGAIN} R : {REPLY}"))
    assert found.turns == [("Q", ASKED), ("R", ANSWER), ("Q", AGAIN), ("R", REPLY)]


def test_spellings_that_differ_by_case_accents_and_dots_are_one_speaker(interview):
    lines = (
        f"Enq. : {ASKED}",
        f"Marie : {ANSWER}",
        f"ENQ : {AGAIN}",
        f"marie : {REPLY}",
        f"ENQ : {AGAIN}",
        f"Marie : {REPLY}",
    )
    assert interview("E12.txt", written(*lines)).roles == {"ENQ": "interviewer", "Marie": "informant"}


def test_the_interviewer_is_who_asks_even_without_question_marks(interview):
    lines = ("A : comment vous avez trouvé", "B : par une annonce", "A : pourquoi ici", "B : pour le travail",
             "A : combien de pièces", "B : trois pièces et une cave, un jardin aussi")  # fmt: skip
    found = interview("E13.txt", written(*lines))
    assert found.roles == {"A": "interviewer", "B": "informant"}
    assert found.document.speakers[0].evidence == "d'après la part de ses questions"


def test_when_nobody_asks_the_user_is_told(interview):
    found = interview(
        "E14.txt",
        written("Paul : Oui.", "Luc : Non.", "Paul : Si.", "Luc : Bon.", "Paul : Ah.", "Luc : Voilà."),
    )
    assert found.roles == {"Paul": "informant", "Luc": "informant"}
    assert found.problems[0].message == (
        "« E14.txt » : l'enquêteur n'a pas été reconnu parmi « Paul », « Luc ». "
        "Indiquez-le dans la colonne « enqueteur » d'entretiens.csv."
    )


def test_a_text_without_speakers_is_kept_whole_and_told(interview):
    found = interview("E15.txt", "On est arrivés en mars.\n\nLe loyer était cher.\n")
    assert found.turns == [
        ("Locuteur non identifié", "On est arrivés en mars."),
        ("Locuteur non identifié", "Le loyer était cher."),
    ]
    assert found.problems[0].message.startswith("« E15.txt » : aucun locuteur reconnu")


def test_a_header_without_words_is_told_and_kept(interview):
    found = interview("E16.txt", written(f"ENQ : {ASKED}", "LOC :", f"ENQ : {AGAIN}", f"LOC : {REPLY}"))
    assert len(found.turns) == 3
    assert found.beside("header") == ["ENQ :", "LOC :", "ENQ :", "LOC :"]
    assert "1 nom de locuteur sans aucun mot à la suite (ligne 2 en premier)" in found.problems[0].message


def test_a_bold_question_that_lost_its_header_is_the_interviewer_s(interview):
    one = f"[Chercheur]\n\n**{ASKED}**\n\n[Interviewe]\n\n{ANSWER}\n\n"
    found = interview("E17.md", one * 3 + f"**{AGAIN}**\n\n[Interviewe]\n\n{REPLY}\n")
    assert found.turns[-2:] == [("Chercheur", AGAIN), ("Interviewe", REPLY)]


@pytest.mark.parametrize(
    ("label", "role"),
    [("Enquêtrice 2", "asks"), ("ENQ1", "asks"), ("Interviewer", "asks"), ("Interviewe", "answers"), ("Enquêtée", "answers"),
     ("M. Petit (maire)", "answers"), ("Tous", "other"), ("Julie", None), ("E", None)],
)  # fmt: skip
def test_labels_that_name_a_role(label, role):
    assert speaks_as(label) == role


@pytest.mark.parametrize(
    ("label", "other"),
    [("Locuteur 1", "Locuteur 2"), ("E1", "E2"), ("Ana", "Eva"), ("Enquêteur", "Enquêtée")],
)
def test_labels_that_are_near_but_not_misspelt(label, other):
    assert close(label, [other]) is None


def test_only_the_questions_bear_a_label(interview):
    found = interview("E20.txt", written(f"Q : {ASKED}", ANSWER, "Et puis voilà.", f"Q : {AGAIN}", REPLY))
    assert found.turns == [
        ("Q", ASKED),
        ("Réponse", f"{ANSWER}\nEt puis voilà."),
        ("Q", AGAIN),
        ("Réponse", REPLY),
    ]
    assert found.roles == {"Q": "interviewer", "Réponse": "informant"}


def test_only_the_answers_bear_a_label_and_questions_are_bold(interview):
    found = interview(
        "E21.md", "\n\n".join(f"**{question}**\n\nMarie : {REPLY}" for question in (ASKED, AGAIN, ASKED))
    )
    assert found.turns[1:4] == [("Marie", REPLY), ("Question (en gras)", AGAIN), ("Marie", REPLY)]
    assert found.roles["Question (en gras)"] == "interviewer"


def test_numbered_questions_and_answers_are_two_voices(interview):
    found = interview("E22.txt", written(f"Q1 : {ASKED}", f"R1 : {ANSWER}", f"Q2 : {AGAIN}", f"R2 : {REPLY}"))
    assert found.turns == [("Q", ASKED), ("R", ANSWER), ("Q", AGAIN), ("R", REPLY)]
    assert found.document.kind is DocumentKind.INTERVIEW


def test_a_title_in_the_middle_belongs_to_nobody(interview):
    talk = f"ENQ : {ASKED}\n\nLOC : {ANSWER}\n\n## Thème 2, le logement\n\nEt puis le jardin.\n\nENQ : {AGAIN}\n\nLOC : {REPLY}\n"
    found = interview("E23.md", talk)
    assert [words for _, words in found.turns] == [ASKED, ANSWER, "Et puis le jardin.", AGAIN, REPLY]
    assert found.turns[2][0] == "LOC"
    assert "Thème 2, le logement" in found.document.text
    assert "Thème 2, le logement" in found.beside("header")


def test_names_replaced_by_brackets_are_not_speakers(interview):
    lines = (
        f"ENQ : {ASKED}",
        f"LOC : {ANSWER}",
        "[Commune] est belle.",
        "[Commune] est loin.",
        f"ENQ : {AGAIN}",
        f"LOC : {REPLY}",
    )
    assert interview("E24.txt", written(*lines)).turns[1] == (
        "LOC",
        f"{ANSWER}\n[Commune] est belle.\n[Commune] est loin.",
    )


def test_a_time_before_the_words_is_the_turn_s(interview):
    found = interview(
        "E25.txt", written(f"ENQ : [00:01:05] {ASKED}", f"LOC : (00:01:20 - 00:02:00) {ANSWER}")
    )
    assert found.turns == [("ENQ", ASKED), ("LOC", ANSWER)]
    assert found.times == [(65.0, None), (80.0, 120.0)]
    assert found.beside("time") == ["[00:01:05]", "(00:01:20 - 00:02:00)"]


def test_the_lines_of_a_speech_recogniser_s_console_keep_their_times(interview):
    found = interview(
        "E26.txt", "[00:00.000 --> 00:04.000]  On est arrivés.\n[00:04.000 --> 00:06.500]  En mars.\n"
    )
    assert found.turns == [
        ("Locuteur non identifié", "On est arrivés."),
        ("Locuteur non identifié", "En mars."),
    ]
    assert found.times == [(0.0, 4.0), (4.0, 6.5)]


def test_a_long_title_of_office_is_a_label(interview):
    label = "Mme Martin, adjointe au logement de la ville de Mende"
    found = interview(
        "E27.txt",
        written(f"Julie : {ASKED}", f"{label} : {ANSWER}", f"Julie : {AGAIN}", f"{label} : {REPLY}"),
    )
    assert [speaker for speaker, _ in found.turns] == ["Julie", label] * 2


def test_the_heads_of_a_table_s_columns_are_no_turn(interview):
    found = interview(
        "E28.txt",
        written("Locuteur\tPropos", f"ENQ\t{ASKED}", f"LOC\t{ANSWER}", f"ENQ\t{AGAIN}", f"LOC\t{REPLY}"),
    )
    assert [speaker for speaker, _ in found.turns] == ["ENQ", "LOC", "ENQ", "LOC"]


def test_words_added_to_a_name_do_not_make_another_speaker(interview):
    lines = (
        f"Julie Roux – chargée d'études : {ASKED}",
        f"Mme Faure, élue : {ANSWER}",
        f"Julie Roux : {AGAIN}",
        f"Mme Faure : {REPLY}",
    )
    found = interview("E29.txt", written(*lines))
    assert found.roles == {"Julie Roux – chargée d'études": "interviewer", "Mme Faure, élue": "informant"}
    assert len(found.turns) == 4


def test_somebody_without_a_name_is_heard(interview):
    lines = (
        f"ENQ : {ASKED}",
        f"M. Blanc : {ANSWER}",
        "Une dame dans la salle : Et nous ?",
        f"ENQ : {AGAIN}",
        f"M. Blanc : {REPLY}",
    )
    assert interview("E30.txt", written(*lines)).turns[2] == ("Une dame dans la salle", "Et nous ?")


def test_codes_without_any_sign_are_labels_when_every_line_has_one(interview):
    lines = (
        "L1 comment vous êtes arrivés",
        "L2 en voiture avec les enfants",
        "L1 pourquoi ici",
        "L2 pour le travail euh oui",
    )
    found = interview("E31.txt", written(*lines))
    assert found.turns[0] == ("L1", "comment vous êtes arrivés")
    assert found.roles == {"L1": "interviewer", "L2": "informant"}


def test_a_story_that_holds_questions_is_not_an_interviewer(interview):
    story = (
        "On s'est dit : on reste ou on part ? Et puis on est restés, parce que le travail, l'école, tout était là. "
        * 3
    )
    found = interview(
        "E32.txt",
        written(
            "Luc : Et alors ?",
            f"Eva : {story}",
            "Luc : Ah oui ?",
            f"Eva : {story}",
            "Luc : Et là ?",
            f"Eva : {story}",
        ),
    )
    assert found.roles == {"Luc": "interviewer", "Eva": "informant"}


def test_paragraphs_that_ask_part_the_others_and_are_to_be_checked(interview):
    found = interview(
        "E33.txt", "\n\n".join([ASKED, ANSWER, "Et puis voilà.", AGAIN, REPLY, "Et demain ?", "On verra."])
    )
    assert found.turns == [
        ("Question", ASKED),
        ("Réponse", f"{ANSWER}\nEt puis voilà."),
        ("Question", AGAIN),
        ("Réponse", REPLY),
        ("Question", "Et demain ?"),
        ("Réponse", "On verra."),
    ]
    assert "les tours sont séparés par les seuls points d'interrogation" in found.problems[0].message


def test_a_story_with_some_questions_is_not_cut(interview):
    lines = [
        "On est partis ?",
        "Oui.",
        "On a cherché.",
        "On a trouvé.",
        "C'était loin.",
        "Et cher.",
        "Voilà.",
        "Bon.",
    ] * 2
    assert interview("E34.txt", written(*lines)).codes == ["TRANSCRIPT_NO_SPEAKER"]


def test_a_time_then_a_name_alone_on_the_line(interview):
    lines = (
        "Transcription",
        "00:00:05 Intervenant 1",
        ASKED,
        "00:00:09 Intervenant 2",
        ANSWER,
        "00:00:15 Intervenant 1",
        AGAIN,
    )
    found = interview("E35.txt", written(*lines))
    assert found.turns == [("Intervenant 1", ASKED), ("Intervenant 2", ANSWER), ("Intervenant 1", AGAIN)]
    assert found.roles == {"Intervenant 1": "interviewer", "Intervenant 2": "informant"}


def test_nobody_asks_in_the_minutes_of_a_meeting(interview):
    lines = (
        "Mme A : Les loyers montent.",
        "M. B : Il faut des T2.",
        "M. C : Mais où ?",
        "M. B : Au bourg.",
        "Mme D : Et les aides ?",
    )
    found = interview("R01.txt", written(*lines))
    assert set(found.roles.values()) == {"informant"}
    assert found.document.kind is DocumentKind.GROUP
