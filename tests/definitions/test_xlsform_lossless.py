"""An XLSForm that went through YAML is the same form for the collection tools: pyxform makes the same XForm of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from habitat_enquete.exchange.definitions import convert
from habitat_enquete.exchange.workbook_writing import write_workbook
from habitat_enquete.ingest.definitions.check import check_file
from habitat_enquete.ingest.definitions.questionnaires import read
from habitat_enquete.ingest.definitions.xlsform_sheets import form_sheets, markdown_sheets
from habitat_enquete.model.questionnaire import Questionnaire

# Two languages, media, guidance, cascades, repeats in groups and in repeats, extra columns, every kind of expression.
EVERYTHING = """
| survey |
| | type | name | label::Français (fr) | label::English (en) | hint::Français (fr) | hint::English (en) | guidance_hint::Français (fr) | guidance_hint::English (en) | required | required_message::Français (fr) | required_message::English (en) | relevant | constraint | constraint_message::Français (fr) | constraint_message::English (en) | calculation | default | appearance | choice_filter | repeat_count | parameters | read_only | trigger | image::Français (fr) | image::English (en) | bind::odk:length | kobo--note |
| | start | start | | | | | | | | | | | | | | | | | | | | | | | | |
| | text | nom | Nom | Name | h | h-en | g | g-en | yes | obligatoire ! | required! | | | | | | x | multiline | | | | | | a.png | b.png | 40 | salut |
| | select_one dep | dep | Département | Department | | | | | | | | | | | | | | minimal | | | | | | | | | |
| | select_one com | com | Commune | Town | | | | | | | | ${dep} != '' | | | | | | autocomplete | dep = ${dep} and Pop > 10 | | | | | | | | |
| | select_multiple motif | motifs | Motifs | Reasons | | | | | ${dep}='48' | | | | not(selected(., 'nsp') and count-selected(.) > 1) and count-selected(.) <= 3 | 3 max | 3 max | | | | | | randomize=true, seed=42 | | | | | | |
| | begin_group | g | Groupe | Group | hg | hg-en | | | | | | ${com}='01004' | | | | | | field-list | | | | | | | | | |
| | begin_repeat | ep | Épisode | Episode | | | | | | | | | | | | | | | | ${n} | | | | | | | |
| | decimal | m2 | Surface | Area | | | | | | | | | . > 0 | | | | | | | | | | | | | | |
| | begin_repeat | pers | Personne | Person | | | | | | | | | | | | | | | | | | | | | | | |
| | integer | age | Âge | Age | | | | | | | | | | | | | | | | | | | | | | | |
| | end_repeat | | | | | | | | | | | | | | | | | | | | | | | | | | |
| | calculate | rang | | | | | | | | | | | | | | position(..) | | | | | | | | | | | |
| | end_repeat | | | | | | | | | | | | | | | | | | | | | | | | | | |
| | end_group | | | | | | | | | | | | | | | | | | | | | | | | | | |
| | calculate | tot | | | | | | | | | | | | | | sum(${m2}) | | | | | | | | | | | |
| | calculate | prem | | | | | | | | | | | | | | indexed-repeat(${m2}, ${ep}, 1) | | | | | | | | | | | |
| | calculate | lib | | | | | | | | | | | | | | jr:choice-name(${dep}, '${dep}') | | | | | | | | | | | |
| | calculate | fix | | | | | | | | | | | | | | once(random()) | | | | | | | | | | | |
| | integer | n | Combien ? | How many? | | | | | | | | | | | | | 2 | | | | | | | | | | |
| | range | note | Note | Rate | | | | | | | | | | | | | | | | | start=0 end=10 step=1 | | | | | | |
| | rank motif | pri | Classez | Rank | | | | | | | | | | | | | | | | | | | | | | | |
| | image | ph | Photo | Photo | | | | | | | | | | | | | | | | | max-pixels=640 | | | | | | |
| | note | fin | Merci ${nom} | Thanks ${nom} | | | | | | | | | | | | | | | | | | | | | | | |
| choices |
| | list_name | name | label::Français (fr) | label::English (en) | dep | Pop | image::Français (fr) | image::English (en) |
| | dep | 48 | Lozère | Lozere | | | x.png | y.png |
| | dep | 53 | Mayenne | Mayenne | | | | |
| | com | 01004 | Mende | Mende | 48 | 12 | | |
| | com | no | Laval | Laval | 53 | 45 | | |
| | motif | 1:30 | Temps | Time | | | | |
| | motif | nsp | NSP | DK | | | | |
| settings |
| | form_title | form_id | version | default_language | instance_name | allow_choice_duplicates |
| | Nasty | nasty1 | 01 | Français (fr) | concat(${nom}, '-x') | no |
"""
# The same name in two blocks, a matrix and a false one, entities, `or_other`, a limit, a text beside a choice.
BLOCKS = """
| survey |
| | type | name | label | relevant | constraint | calculation | appearance | save_to |
| | begin_group | g1 | Un | | | | | |
| | text | autre | Autre ? | | | | | |
| | integer | age | Âge | | . > 0 and (. < 10 or . = 99) | | | age_ind |
| | end_group | | | | | | | |
| | begin_group | g2 | Deux | | | | | |
| | text | autre | Autre ? | | | | | |
| | integer | taille | Taille | | | | | |
| | end_group | | | | | | | |
| | begin_group | t | Tableau | | | | table-list | |
| | select_one s | t_a | A | | | | | |
| | select_one s | t_b | B | | | | | |
| | end_group | | | | | | | |
| | begin_group | u | Faux tableau | | | | table-list | |
| | select_one s | u_a | A | | | | | |
| | select_one s | u_b | B | ${age} > 2 | | | | |
| | end_group | | | | | | | |
| | select_one s or_other | st | Statut | | | | | |
| | select_one_from_file com.csv | com | Commune | | | | | |
| | select_multiple s | mm | Multi | | count-selected(.) <= 1 | | | |
| | text | mm_x | X | selected(${mm}, 'x') | | | | |
| choices |
| | list_name | name | label |
| | s | a | A |
| | s | x | X |
| entities |
| | dataset | label |
| | gens | concat(${age}, 'a') |
"""
# Metadata, files, blocks without a label, attributes of other tools, settings that this software does not read.
RARE = """
| survey |
| | type | name | label | hint | required | relevant | constraint | constraint_message | calculation | default | appearance | parameters | read_only | trigger | image | body::accept | instance::x:y | bind::jr:preload | repeat_count |
| | audit | audit | | | | | | | | | | location-priority=balanced location-min-interval=60 location-max-age=120 | | | | | | | |
| | start-geopoint | sg | | | | | | | | | | | | | | | | | |
| | background-audio | ba | | | | | | | | | | quality=low | | | | | | | |
| | username | username | | | | | | | | | | | | | | | | | |
| | begin_group | g1 | | | | | | | | | field-list | | | | | | | | |
| | begin_group | g2 | **Gras** *it* | | | | | | | | | | | | | | | | |
| | note | im | | | | | | | | | | | | | a.png | | | | |
| | text | a | A | | ${b}='x' | | | | | today() | | | yes | | | | z | | |
| | text | b | B | | | | . != ${a} | Pas ${a} ! | | | numbers | | | | | | | | |
| | end_group | | | | | | | | | | | | | | | | | | |
| | end_group | | | | | | | | | | | | | | | | | | |
| | barcode | bc | BC | | | | | | | | | | | | | | | | |
| | geotrace | gt | GT | | | | | | | | | | | | | | | | |
| | audio | au | AU | | | | | | | | | quality=low | | | | | | | |
| | file | fi | FI | | | | | | | | | | | | | .pdf | | | |
| | dateTime | dt | DT | | | | | | | | no-calendar | | | | | | | | |
| | time | t | T | | | | | | | 08:30 | | | | | | | | | |
| | acknowledge | ok | OK ? | | yes | | | | | | | | | | | | | | |
| | select_one_from_file com.csv | com | Commune | | | | | | | | minimal | value=code, label=nom | | | | | | | |
| | select_multiple_from_file com.csv | coms | Communes | | | | | | | | | | | | | | | | |
| | calculate | c | | | | | | | now() | | | | | ${b} | | | | | |
| | decimal | d | D | | | | . > -1.5 | | | | | | | | | | | | |
| | begin_repeat | r | R | | | | | | | | | | | | | | | | 3 |
| | begin_group | rg | RG | | | ${a} != '' | | | | | | | | | | | | | |
| | select_multiple l | m | M | | | | | | | a b | w2 | | | | | | | | |
| | rank l | rk | RK | | | | | | | | | randomize=true | | | | | | | |
| | end_group | | | | | | | | | | | | | | | | | | |
| | end_repeat | | | | | | | | | | | | | | | | | | |
| | hidden | h | | | | | | | | 5 | | | | | | | | | |
| | email | mail | | | | | | | | | | | | | | | | | |
| choices |
| | list_name | name | label | image |
| | l | a | A | x.png |
| | l | b | B | |
| settings |
| | form_title | form_id | version | public_key | submission_url | style | instance_name | allow_choice_duplicates | namespaces |
| | N3 | n3 | 2026-01 | | https://example.org/x | theme-grid | concat(${b}, uuid()) | yes | x="http://x.org" |
"""


def form(tmp_path: Path, markdown: str) -> Path:
    """The XLSForm written as a Markdown table."""
    write_workbook(tmp_path / "form.xlsx", markdown_sheets(markdown))
    return tmp_path / "form.xlsx"


def through_yaml(tmp_path: Path, source: Path) -> Path:
    """The form turned into YAML, then back into an XLSForm."""
    convert(source, tmp_path / "form.yaml")
    convert(tmp_path / "form.yaml", tmp_path / "again.xlsx")
    return tmp_path / "again.xlsx"


def xform(path: Path) -> list[str]:
    """The XForm of a form, its attributes in a fixed order, without what only dresses it."""
    pyxform = pytest.importorskip("pyxform.xls2xform")
    etree = pytest.importorskip("lxml.etree")
    made = pyxform.convert(path, validate=False)
    assert [each for each in made.warnings if "simserial" not in each and "subscriberid" not in each] == []
    text = etree.tostring(etree.fromstring(re.sub(r"<\?xml.*?\?>", "", made.xform)), method="c14n").decode()
    text = re.sub(r' (class="[^"]*"|default="true\(\)"|(orx:)?version="[^"]*")', "", text)
    return sorted(line.strip() for line in re.sub(r">\s*<", ">\n<", text).splitlines())


@pytest.mark.parametrize("written", [EVERYTHING, RARE])
def test_everything_is_the_same_for_the_collection_tool(tmp_path, written):
    source = form(tmp_path, written)
    assert xform(through_yaml(tmp_path, source)) == xform(source)


def test_blocks_are_the_same_but_for_a_name_used_twice(tmp_path):
    source = form(tmp_path, BLOCKS)
    again = xform(through_yaml(tmp_path, source))
    assert sorted(line.replace("g2_autre", "autre") for line in again) == xform(source)


def test_a_name_used_twice_is_read_under_another_one_and_told(tmp_path):
    source = form(tmp_path, BLOCKS)
    questionnaire = read(source)
    assert isinstance(questionnaire, Questionnaire)
    assert questionnaire.question("g2_autre").aliases == ("g2/autre",)
    (told,) = [each for each in check_file(source).problems if each.code == "QUESTION_SAME_NAME"]
    assert told.message == (
        "form.xlsx, survey!B7 : le nom « autre » sert déjà dans un autre bloc (ligne 3). Il est lu « g2_autre » ; "
        "donnez plutôt un nom à chacune des deux questions."
    )
    (converted,) = convert(source, tmp_path / "form.yaml").problems
    assert "la question s'appelle ici « g2_autre »" in converted.message


def test_references_follow_the_question_of_their_own_block(tmp_path):
    source = form(
        tmp_path,
        """
| survey |
| | type | name | label | relevant |
| | begin_group | g1 | Un | |
| | text | autre | Autre ? | |
| | text | suite | Suite ? | ${autre} != '' |
| | end_group | | | |
| | begin_group | g2 | Deux | |
| | text | autre | Autre ? | |
| | text | fin | Fin ? | ${ autre } != '' |
| | end_group | | | |
""",
    )
    questionnaire = read(source)
    assert isinstance(questionnaire, Questionnaire)
    assert [each.relevant for each in questionnaire] == ["", "${autre} != ''", "", "${g2_autre} != ''"]
    ambiguous = [each for each in check_file(source).problems if each.code == "CHECK_REFERENCE_AMBIGUOUS"]
    assert [each.row for each in ambiguous] == [4, 8]


def test_a_list_kept_apart_for_select_one_external_stays_apart(tmp_path):
    source = form(
        tmp_path,
        """
| survey |
| | type | name | label | choice_filter |
| | select_one d | dep | Département | |
| | select_one_external c | com | Commune | Dep=${dep} |
| choices |
| | list_name | name | label |
| | d | 48 | Lozère |
| external_choices |
| | list_name | name | label | Dep |
| | c | 48095 | Mende | 48 |
""",
    )
    again = form_sheets(through_yaml(tmp_path, source))
    assert again["external_choices"] == [["list_name", "name", "label", "Dep"], ["c", "48095", "Mende", "48"]]
    assert again["choices"] == [["list_name", "name", "label"], ["d", "48", "Lozère"]]


def test_what_has_no_label_is_accepted_by_the_collection_tool_and_comes_back_without(
    tmp_path, without_places
):
    text = """
titre: T
langues: [fr, en]
listes: {s: [{name: a, label: {fr: A, en: "A!"}}]}
questions:
  - {type: texte, name: muet}
  - {type: choix_unique, liste: s, name: st, label: {fr: Statut, en: Status}, autre: oui}
  - {type: tableau, liste: s, name: m, aide: "À lire", lignes: [{name: x, label: X}], attributes: {theme: logement}}
"""
    (tmp_path / "q.yaml").write_text(text, encoding="utf-8")
    convert(tmp_path / "q.yaml", tmp_path / "q.xlsx")
    assert any("muet" in line for line in xform(tmp_path / "q.xlsx"))
    assert without_places(read(tmp_path / "q.xlsx")) == without_places(read(tmp_path / "q.yaml"))


@pytest.mark.parametrize("name", ["Abidjan_2022.xls", "Nairobi_2021.xls"])
def test_forms_that_pyxform_refuses_are_accepted_once_converted(real_data, tmp_path, name):
    source = real_data / "kobo_habitat" / name
    assert xform(through_yaml(tmp_path, source)) != []


def test_a_loop_over_a_list_is_told(tmp_path):
    source = form(
        tmp_path,
        "| survey |\n| | type | name | label |\n| | begin loop over l | b | B |\n| | integer | n | N |\n| | end loop | | |",
    )
    assert "la boucle « b » sur une liste (begin loop) est lue comme un simple bloc" in " ".join(
        each.message for each in check_file(source).problems
    )
