"""Reading and editing codebook.yaml: what a planner writes, and every mistake told with its line."""

from __future__ import annotations

import hashlib

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest import codebook_edits as edits
from habitat_enquete.ingest.codebooks import examine, identifier, parse_codebook, read_codebook
from habitat_enquete.model.codebook import Code, Negated, Polarity, Policy, Rule, Stage, Theme
from habitat_enquete.model.pathway import Tenure

SMALL = """\
# La grille de l'étude
title: Grille
settings: {policy: suggest, gap: 2}
levers:
  - {id: bail, label: Bail à réhabilitation}
pathways:
  tenures:
    - {id: owner, label: Propriétaire, short: P, insee: "10"}
  stages:
    - {id: search, label: Recherche}
themes:
  - id: offre
    label: Offre
    colour: "#1b6ca8"
    codes:
      - id: manque   # le code le plus fréquent
        label: Manque de logements
        polarity: barrier
        terms:
          - pas de location
          - logement … louer
        rules:
          - all_of: [chercher]
            none_of: acheter
            patterns:
              - [{LEMMA: louer}, {OP: "?", LENGTH: {">=": 3}, IS_ALPHA: true}]
        negated: redirect
        negated_code: abondance
        stages: [search]
        levers: [bail]
        closed: {freins: [rien, peu]}
      - id: abondance
        label: Offre abondante
        parent: manque
        policy: auto
"""


def test_a_codebook_is_read_whole():
    codebook = parse_codebook(SMALL)

    assert codebook.themes == (Theme("offre", "Offre", colour="#1b6ca8"),)
    assert codebook.tenures == (Tenure("owner", "Propriétaire", short="P", insee="10"),)
    assert codebook.stages == (Stage("search", "Recherche"),)
    assert codebook.gap == 2
    assert codebook.sha256 == hashlib.sha256(SMALL.encode()).hexdigest()
    pattern = ({"LEMMA": "louer"}, {"OP": "?", "LENGTH": {">=": 3}, "IS_ALPHA": True})
    assert codebook.code("manque") == Code(
        id="manque",
        label="Manque de logements",
        theme="offre",
        polarity=Polarity.BARRIER,
        terms=("pas de location", "logement … louer"),
        rules=(Rule(all_of=("chercher",), none_of=("acheter",), patterns=(pattern,)),),
        policy=Policy.SUGGEST,
        negated=Negated.REDIRECT,
        negated_code="abondance",
        levers=("bail",),
        closed={"freins": ("rien", "peu")},
        stages=("search",),
        colour="#1b6ca8",
        line=16,
    )
    assert codebook.code("abondance").policy is Policy.AUTO
    assert codebook.theme("offre").label == "Offre"
    with pytest.raises(KeyError):
        codebook.theme("absent")


@pytest.mark.parametrize(
    ("wrong", "right", "line", "message"),
    [
        ("label: Manque de logements", "labal: Manque", 17, "Vouliez-vous dire « label »"),
        ("id: abondance", "id: manque", 32, "« manque » est déjà pris à la ligne 16"),
        ("id: abondance", "id: Été", 32, "par exemple « ete »"),
        (
            "levers: [bail]",
            "levers: [bial]",
            30,
            "renvoie à « bial », que la grille ne définit pas. Vouliez-vous",
        ),
        ("stages: [search]", "stages: [sleep]", 29, "« stages » renvoie à « sleep »"),
        ("parent: manque", "parent: rien", 34, "« parent » renvoie à « rien »"),
        ("negated_code: abondance", "negated_code: perdu", 28, "« negated_code » renvoie à « perdu »"),
        ("        negated_code: abondance\n", "", 27, "il manque « negated_code »"),
        ("parent: manque", "parent: abondance", 34, "son propre ancêtre"),
        ("polarity: barrier", "polarity: frein", 18, "barrier, opportunity, neutral"),
        ("- pas de location", '- "…"', 20, "il ne contient aucun mot"),
        ("- pas de location", "- … location", 20, "ne peut ni le commencer ni le finir"),
        ("- pas de location", "- '\"liste'", 20, "guillemet n'est pas refermé"),
        ("- pas de location", '- " "', 20, "il est vide"),
        ("all_of: [chercher]", "scope: turn", 23, "cette règle ne demande rien"),
        ("- [{LEMMA: louer}, ", "- {LEMMA: louer, ", 26, "« patterns » attend"),
        (
            "LEMMA: louer",
            "LEMA: louer",
            26,
            "« LEMA » n'est pas un attribut de jeton. Vouliez-vous dire « LEMMA »",
        ),
        ("LEMMA: louer", "POS: VERBE", 26, "« VERBE » n'est pas une catégorie"),
        ("LEMMA: louer", "DEP: obj", 26, "« DEP » n'est pas gardé dans l'annotation"),
        ("LEMMA: louer", "LEMMA: [louer]", 26, "écrivez {IN: […]}"),
        ("LEMMA: louer", "LEMMA: {IN: louer}", 26, "« IN » attend une liste"),
        ("LEMMA: louer", 'LEMMA: {REGEX: "("}', 26, "l'expression régulière « ( » n'est pas bien formée"),
        ("LEMMA: louer", "LEMMA: {REGEX: [a]}", 26, "« REGEX » attend un texte"),
        ("LEMMA: louer", 'LEMMA: {">=": 3}', 26, "« >= » n'est pas une comparaison possible pour « LEMMA »"),
        ("LEMMA: louer", "IS_ALPHA: {IN: [true]}", 26, "« IS_ALPHA » attend une valeur simple"),
        ("IS_ALPHA: true", "IS_ALPHA: souvent", 26, "« IS_ALPHA » attend « true » ou « false »"),
        ('OP: "?"', 'OP: "%"', 26, "« OP » attend"),
        ('">=": 3', '">=": trois', 26, "« LENGTH » attend un nombre"),
        ('colour: "#1b6ca8"', "guid: abc", 14, "« abc » n'est pas un identifiant REFI-QDA"),
        ('"#1b6ca8"', "bleu", 14, "n'est pas une couleur"),
        ("label: Offre abondante", "policy: auto", 32, "il manque « label »"),
    ],
)
def test_each_mistake_is_told_with_its_line(wrong, right, line, message):
    text = SMALL.replace("        policy: auto\n", "") if right == "policy: auto" else SMALL
    if right == "scope: turn":
        text = (
            text.split("            patterns:")[0]
            + "        negated: include\n"
            + text[text.index("        stages") :]
        )
    if message.startswith("« patterns »"):
        text = text.replace("IS_ALPHA: true}]", "IS_ALPHA: true}}").replace('{OP: "?", ', 'x: {OP: "?", ')
    _, problems = examine(text.replace(wrong, right, 1))
    found = [(problem.row, problem.message) for problem in problems]
    assert any(row == line and message in told for row, told in found), found


def test_all_mistakes_are_told_at_once():
    broken = SMALL.replace("parent: manque", "parent: rien").replace("[bail]", "[bial]")
    with pytest.raises(EnqueteError, match="2 erreur") as caught:
        parse_codebook(broken)
    assert [problem.row for problem in caught.value.problems] == [30, 34]


def test_a_codebook_without_code_says_how_to_start():
    with pytest.raises(EnqueteError, match="ne contient aucun code") as caught:
        parse_codebook("title: Vide\n")
    assert "docs/grille_de_codage.md" in caught.value.problems[0].message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(EnqueteError, match=r"« codebook\.yaml » n'existe pas"):
        read_codebook(tmp_path / "codebook.yaml")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Loyer trop élevé", "loyer_trop_eleve"),
        ("… par les voisins", "par_les_voisins"),
        ("Cœur", "coeur"),
        ("…", "code"),
    ],
)
def test_an_id_is_made_of_a_label(label, expected):
    assert identifier(label) == expected


# ── edits ──


def ids(text: str) -> list[tuple[str, str]]:
    return [(code.theme, code.id) for code in parse_codebook(text)]


def test_edits_keep_the_comments_and_the_rest():
    text = edits.set_value(SMALL, "manque", "definition", "Rien à louer: ni à l'année, ni au mois")
    assert "# La grille de l'étude" in text
    assert "# le code le plus fréquent" in text
    assert parse_codebook(text).code("manque").definition == "Rien à louer: ni à l'année, ni au mois"
    again = edits.set_value(text, "manque", "definition", "")
    assert parse_codebook(again).codes == parse_codebook(SMALL).codes


def test_a_code_is_added_with_an_id_made_of_its_label():
    text, code_id = edits.add_code(SMALL, "offre", "Manque", polarity="barrier", terms=["non", "12"])
    assert code_id == "manque_2"
    assert ids(text) == [("offre", "manque"), ("offre", "abondance"), ("offre", "manque_2")]
    assert parse_codebook(text).code("manque_2").terms == ("non", "12")


def test_a_theme_is_added_renamed_and_receives_a_dragged_code():
    text, theme = edits.add_theme(SMALL, "Accueil")
    text = edits.set_theme_label(text, theme, "Accueil et liens")
    text = edits.move_code(text, "abondance", theme)
    assert parse_codebook(text).theme("accueil").label == "Accueil et liens"
    assert ids(text) == [("offre", "manque"), ("accueil", "abondance")]
    text = edits.move_code(text, "abondance", "offre", before="manque")
    assert ids(text) == [("offre", "abondance"), ("offre", "manque")]


def test_terms_are_added_once():
    text = edits.add_to(
        edits.add_to(SMALL, "manque", "not_terms", "location de salle"),
        "manque",
        "not_terms",
        "location de salle",
    )
    assert parse_codebook(text).code("manque").not_terms == ("location de salle",)


def test_renaming_a_code_is_followed_by_those_that_name_it():
    codebook = parse_codebook(edits.rename_code(SMALL, "abondance", "offre_large"))
    assert codebook.code("manque").negated_code == "offre_large"
    codebook = parse_codebook(edits.rename_code(SMALL, "manque", "penurie"))
    assert codebook.code("abondance").parent == "penurie"


def test_merging_codes_gathers_their_terms():
    text, _ = edits.add_code(SMALL, "offre", "Pénurie", terms=["pénurie", "pas de location"])
    merged = parse_codebook(edits.merge_codes(text, "manque", ["penurie", "abondance"]))
    assert [code.id for code in merged] == ["manque"]
    assert merged.code("manque").terms == ("pas de location", "logement … louer", "pénurie")
    assert merged.code("manque").negated is Negated.EXCLUDE


def test_removing_a_code_leaves_a_codebook_that_reads():
    assert parse_codebook(edits.remove_code(SMALL, "manque")).code("abondance").parent is None
    assert parse_codebook(edits.remove_code(SMALL, "abondance")).code("manque").negated_code is None


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda: edits.set_value(SMALL, "manqe", "label", "x"),
            "pas de code « manqe ».* Vouliez-vous dire « manque »",
        ),
        (lambda: edits.add_code(SMALL, "offer", "x"), "pas de thème « offer »"),
        (lambda: edits.move_code(SMALL, "manque", "offre", before="rien"), "pas de code « rien »"),
        (lambda: edits.rename_code(SMALL, "manque", "abondance"), "déjà pris"),
        (lambda: edits.set_value(SMALL, "manque", "polarity", "frein"), "barrier, opportunity, neutral"),
    ],
)
def test_an_edit_that_would_break_the_codebook_is_refused(edit, message):
    with pytest.raises(EnqueteError, match=message):
        edit()


def test_saving_is_refused_when_the_file_changed_meanwhile(tmp_path):
    path = tmp_path / "codebook.yaml"
    path.write_text(SMALL, encoding="utf-8")
    first = hashlib.sha256(SMALL.encode()).hexdigest()
    edited = edits.add_to(SMALL, "manque", "terms", "pénurie")

    second = edits.save(path, edited, expected_sha256=first)
    assert read_codebook(path).sha256 == second
    with pytest.raises(EnqueteError, match="modifié entre-temps"):
        edits.save(path, SMALL, expected_sha256=first)
    assert path.read_text(encoding="utf-8") == edited
    assert [each.name for each in tmp_path.iterdir()] == ["codebook.yaml"]
