"""The offline form: what the page holds, and what it does in a browser."""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import subprocess
from datetime import date, datetime
from importlib import resources
from pathlib import Path

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.ingest.answers.form_answers import FORMAT
from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_yaml
from habitat_enquete.ingest.definitions.xlsform import read_xlsform
from habitat_enquete.ingest.expressions.evaluation import Answers, Form, Place, evaluate, parse
from habitat_enquete.ingest.expressions.nested import as_lists, filter_as_lists
from habitat_enquete.ingest.files.workbooks import read_workbook
from habitat_enquete.ingest.run import import_responses
from habitat_enquete.model.questionnaire import QuestionType as Kind
from habitat_enquete.report.browser import find_browser
from habitat_enquete.report.questionnaire.form import form_content, form_html, write_form
from habitat_enquete.store.connection import Store
from habitat_enquete.store.responses import responses

SCRIPT = resources.files("habitat_enquete.report") / "templates" / "questionnaire" / "expressions.js"
FORM = Form(
    types={
        **dict.fromkeys(("age", "prix"), Kind.INTEGER),
        **dict.fromkeys(("arrivee", "debut"), Kind.DATE),
        "statut": Kind.SELECT_ONE,
        "motifs": Kind.SELECT_MULTIPLE,
        "heure": Kind.TIME,
    },
    repeat_of={"debut": "episode", "prix": "episode"},
    repeats=frozenset({"episode"}),
    labels={("statut", "loc"): "Locataire"},
)
ANSWERS = Answers(
    {
        "age": "42",
        "statut": "loc",
        "motifs": "emploi prix",
        "arrivee": "2019-03",
        "heure": "08:30",
        "code": "01004",
    },
    {"episode": [{"debut": "2010-01-01", "prix": "300"}, {"debut": "2015"}, {"prix": "450"}]},
    datetime(2026, 11, 23, 10, 30),
)
EXPRESSIONS = """
1 + 2 * 3 - 4 div 2 | -7 mod 3 | 1 div 0 | 0 div 0 | - 3 + 5 | 1 = 1 = true() | 1 < 2 = true()
${age} >= 16 and ${age} <= 110 | ${age} = '42' | ${code} = 1004 | ${code} = '1004' | ${vide} < 5 | ${vide} = 0 | ${vide} != 'x' | ${vide} = ''
selected(${motifs}, 'prix') | selected(${vide}, '') | count-selected(${motifs}) | selected-at(${motifs}, 1) | selected-at(${motifs}, 7)
if(${age} > 40, 'a', 'b') | coalesce(${vide}, ${statut}) | coalesce(${vide}, '') | regex(${code}, '[0-9]{5}') | regex(${code}, '\\d{4}') | regex('Été', '\\p{Lu}\\p{L}+') | regex('ÉTÉ', '(?i)été') | regex('é-è', '[\\w-]+') | round(2.345, 2) | round(-2.345, 2) | round(1.005, 2) | log(0) | coalesce(0 div 0, 5) | number('1e3')
string-length(${code}) | string-length() | concat(${code}, '-', ${age}, '-', 1.5) | join(', ', ${prix}) | substr(${code}, 1, 3) | substr(${code}, -2)
contains(${code}, '100') and starts-with(${code}, '0') | substring-before('a-b', '-') | substring-after('a-b', '') | translate('été', 'é', 'e')
normalize-space('  a  b ') | int(-3.9) | round(2.5) | round(-2.5) | round(1.2345, 2) | number('12.5') + 1 | number('x') | string(12.0) | string(true())
min(3, 1, 2) | max(${prix}) | sum(${prix}) | count(${episode}) | count-non-empty(${prix}) | indexed-repeat(${debut}, ${episode}, 2) | position(..)
${arrivee} > date('2019-02-28') | today() - ${arrivee} | string(today()) | format-date(${arrivee}, '%d/%m/%Y %b %a') | date('2021-02-30') | string(date(0))
decimal-date-time('1970-01-02') | decimal-time('12:00') | ${heure} < decimal-time('09:00') | string(now()) | ${debut} = '' | once('x')
jr:choice-name(${statut}, '${statut}') | checklist(1, 2, true(), false(), true()) | weighted-checklist(3, -1, true(), 2, true(), 2) | pow(2, 3) + sqrt(-1)
boolean('') | boolean(0) | not(${vide}) | boolean-from-string('TRUE') | abs(-2) + floor(-1.5) + ceiling(1.2) | pi() > 3.14 | . > 15 | '2020-01-01' < '2021-01-01'
""".replace("\n", " | ")


def plain(value):
    """A value as JSON would carry it."""
    if isinstance(value, date) or hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value).replace("inf", "Infinity").replace("nan", "NaN")
    return [plain(each) for each in value] if isinstance(value, tuple) else value


@pytest.mark.skipif(shutil.which("node") is None, reason="node absent: the script is not run")
def test_the_script_gives_the_same_values_as_we_do(tmp_path):
    texts = [text.strip() for text in EXPRESSIONS.split(" | ") if text.strip()]
    form = {
        "types": {name: kind.value for name, kind in FORM.types.items()},
        "repeatOf": dict(FORM.repeat_of),
        "repeats": sorted(FORM.repeats),
        "labels": {"statut\0loc": "Locataire"},
    }
    answers = {"values": ANSWERS.values, "repeats": ANSWERS.repeats, "now": "2026-11-23T10:30:00"}
    case = {"trees": [as_lists(text) for text in texts], "form": form, "answers": answers}
    (tmp_path / "case.json").write_text(json.dumps(case), encoding="utf-8")
    (tmp_path / "expressions.js").write_text(SCRIPT.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "run.js").write_text(
        """
const { evaluate } = require("./expressions.js");
const { trees, form, answers } = JSON.parse(require("fs").readFileSync("case.json", "utf8"));
const plain = (v) => Array.isArray(v) ? v.map(plain) : v instanceof Object ? v.text : typeof v === "number" && !Number.isFinite(v) ? String(v) : v;
console.log(JSON.stringify(trees.map((tree) => plain(evaluate(tree, form, answers, { question: "age" })))));
""",
        encoding="utf-8",
    )
    done = subprocess.run(["node", "run.js"], cwd=tmp_path, capture_output=True, text=True, check=True)
    theirs = dict(zip(texts, json.loads(done.stdout), strict=True))
    place = Place("age")
    ours = {text: plain(evaluate(parse(text), ANSWERS, form=FORM, place=place)) for text in texts}
    assert _differences(theirs, ours) == {}


def _differences(theirs: dict, ours: dict) -> dict:
    """What differs, numbers compared to 1e-9."""

    def same(a, b):
        if (
            isinstance(a, int | float)
            and isinstance(b, int | float)
            and not isinstance(a, bool)
            and not isinstance(b, bool)
        ):
            return math.isclose(a, b, rel_tol=1e-9)
        if isinstance(a, list) and isinstance(b, list):
            return len(a) == len(b) and all(map(same, a, b))
        return type(a) is type(b) and a == b

    return {text: (theirs[text], ours[text]) for text in ours if not same(theirs[text], ours[text])}


def test_trees_of_expressions():
    assert as_lists("${a} > 1 and selected(../b, 'x')") == [
        "binary",
        "and",
        ["binary", ">", ["reference", "a"], ["number", 1.0]],
        ["call", "selected", [["reference", "b"], ["text", "x"]]],
    ]
    assert as_lists("pulldata('a', 'b', 'c', 'd')") is None and as_lists("") is None
    assert as_lists("-(.) | 1") == ["negate", ["binary", "|", ["current"], ["number", 1.0]]]
    assert filter_as_lists("epci = ${epci}") == ["binary", "=", ["attribute", "epci"], ["reference", "epci"]]
    assert filter_as_lists("") is None and filter_as_lists("instance('a')/b[c = 1]") is None


def test_the_page_holds_everything_and_forbids_the_network(habitants):
    html = form_html(habitants)
    assert "default-src 'none'" in html
    assert "src=" not in html and "@import" not in html and "http://" not in html and "https://" not in html
    assert html.count("</script>") == 3


def test_nothing_typed_can_leave_its_place():
    study = parse_yaml('questions: [{nom: a, libelle: "</script><script>alert(1)</script>"}]', file="f.yaml")
    assert "<script>alert" not in form_html(study)


def test_content_follows_the_blocks(habitants):
    content = form_content(habitants)
    shown = [
        (block["title"], block["repeat"], [each["name"] for each in block["questions"]])
        for block in content["blocks"]
    ]
    assert shown == [
        ("", "", ["accord"]),
        ("Profil", "", ["age", "statut"]),
        ("", "", ["loyer"]),
        ("", "", ["motifs", "satis"]),
        ("Épisode", "episode", ["arrivee"]),
        ("", "", ["freins"]),
    ]


def test_writing(tmp_path, study_text):
    (tmp_path / "q.yaml").write_text(study_text, encoding="utf-8")
    write_form(tmp_path / "q.yaml", tmp_path / "q.html")
    with pytest.raises(EnqueteError, match=r"« q\.html » existe déjà"):
        write_form(tmp_path / "q.yaml", tmp_path / "q.html")
    (tmp_path / "g.yaml").write_text("kind: guide\nthemes: [{id: a}]", encoding="utf-8")
    with pytest.raises(EnqueteError, match="est un guide d'entretien"):
        write_form(tmp_path / "g.yaml", tmp_path / "g.html")


@pytest.fixture
def opened(tmp_path: Path):
    """Opens the form of a questionnaire in a browser; fails when its script does."""
    sync = pytest.importorskip("playwright.sync_api")
    if find_browser() is None:
        pytest.skip("no Chromium, Chrome or Edge on this computer")
    errors: list[str] = []
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(5_000)
        page.on("pageerror", lambda error: errors.append(str(error)))

        def show(questionnaire):
            (tmp_path / "form.html").write_text(form_html(questionnaire), encoding="utf-8")
            page.goto((tmp_path / "form.html").as_uri())
            return page

        yield show
        browser.close()
    assert errors == []


@pytest.fixture
def page(opened, habitants):
    """The form of the questionnaire that uses everything, in a browser."""
    return opened(habitants)


def saved(tmp_path: Path, content: object) -> Path:
    (tmp_path / "r.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path / "r.json"


def test_saved_answers_are_a_table_for_the_import(tmp_path):
    content = {"format": "enquete-reponses", "columns": ["_uuid", "age"], "rows": [["a", "31"], ["b", ""]]}
    (sheet,) = read_workbook(saved(tmp_path, content)).sheets
    assert sheet.head(5) == [["_uuid", "age"], ["a", "31"], ["b", ""]]


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        {"format": "enquete-reponses"},
        {"format": "enquete-reponses", "columns": ["a"], "rows": [[1]]},
        {"format": "enquete-reponses", "columns": ["a"], "rows": "x"},
    ],
)
def test_another_json_is_refused(tmp_path, content):
    with pytest.raises(
        EnqueteError, match=r"« r\.json » n'est pas un fichier de réponses enregistré par le formulaire"
    ):
        read_workbook(saved(tmp_path, content))


@pytest.mark.browser
def test_filling_the_form_in_a_browser(page):
    shown = lambda name: page.locator(f"[data-question={name}]").is_visible()  # noqa: E731
    assert not shown("age"), "everything waits for the consent"
    page.get_by_role("button", name="Enregistrer la réponse").click()
    assert "Une réponse est à compléter" in page.locator("#errors").inner_text()
    page.get_by_label("Oui").check()
    assert shown("age") and shown("loyer")
    page.get_by_label("Âge").fill("12")
    page.get_by_label("Autre (préciser)").first.check()
    page.get_by_label("Précisez").first.fill('=Viager; "ici"')
    page.get_by_label("=Emploi").check()
    page.get_by_label("NSP").check()
    assert not page.get_by_label("=Emploi").is_checked(), "an exclusive choice unticks the others"
    page.get_by_label("=Emploi").check()
    page.get_by_label("du loyer : Locataire").check()
    assert page.locator("[data-question=arrivee]").count() == 3, "the repeat has a fixed count"
    page.locator("[data-question=arrivee] input").first.fill("2019-03")
    page.get_by_role("button", name="Enregistrer la réponse").click()
    assert page.locator("#errors").is_hidden(), "a constraint that only warns does not block"
    assert "Réponse 1 enregistrée" in page.locator("#state").inner_text()
    assert page.locator("[data-question=age] input").input_value() == "", "the next response starts blank"
    rows = list(
        csv.DictReader(io.StringIO(page.evaluate("enqueteForm.csv()").lstrip("\ufeff")), delimiter=";")
    )
    assert {
        name: value for name, value in rows[0].items() if value and name not in {"_uuid", "start", "end"}
    } == {
        "accord": "OK",
        "age": "12",
        "statut": "autre",
        "statut_autre": '=Viager; "ici"',
        "motifs": "01004",
        "satis_loyer": "loc",
        "episode[1]/arrivee": "2019-03",
        "__version__": "3",
    }
    assert json.loads(page.evaluate("enqueteForm.json()"))["format"] == FORMAT


@pytest.mark.browser
def test_what_becomes_hidden_does_not_count(page):
    page.get_by_label("Oui").check()
    page.get_by_label("Âge").fill("40")
    page.get_by_label("Oui").uncheck()
    page.evaluate("enqueteForm.save()")
    page.get_by_label("Oui").check()
    assert page.get_by_label("Âge").input_value() == "40", "what was typed comes back with its question"


@pytest.mark.browser
def test_notes_calculations_ranks_and_filtered_choices(opened):
    page = opened(
        parse_yaml(
            """
id: f
listes:
  epci: [{nom: e1, libelle: Nord}, {nom: e2, libelle: Sud}]
  commune: [{nom: c1, libelle: Mende, epci: e1}, {nom: c2, libelle: Florac, epci: e2}]
questions:
  - {type: note, nom: n, libelle: "Bonjour ${prenom}"}
  - {type: texte, nom: prenom, libelle: Prénom fictif}
  - {type: choix_unique, liste: epci, nom: e, libelle: Secteur}
  - {type: choix_unique, liste: commune, nom: c, libelle: Commune, filtre_modalites: "epci = ${e}"}
  - {type: entier, nom: age, libelle: Âge}
  - {type: calcul, nom: annee, calcul: "2026 - ${age}"}
  - {type: calcul, nom: montre, libelle: "Année de naissance", calcul: "2026 - ${age}"}
  - {type: classement, liste: epci, nom: r, libelle: Ordre}
""",
            file="f.yaml",
        )
    )
    page.get_by_label("Prénom fictif").fill("Zoé")
    assert "Bonjour Zoé" in page.locator("[data-question=n]").inner_text()
    page.get_by_label("Nord").first.check()
    assert page.get_by_label("Mende").is_visible() and not page.get_by_label("Florac").is_visible()
    page.get_by_label("Âge").fill("36")
    assert page.get_by_label("Année de naissance").input_value() == "1990"
    page.locator("[data-question=r] select").nth(1).select_option("1")
    page.locator("[data-question=r] select").nth(0).select_option("2")
    page.evaluate("enqueteForm.save()")
    row = next(
        csv.DictReader(io.StringIO(page.evaluate("enqueteForm.csv()").lstrip("\ufeff")), delimiter=";")
    )
    assert {name: row[name] for name in ("e", "c", "annee", "montre", "r")} == {
        "e": "e1",
        "c": "",
        "annee": "1990",
        "montre": "1990",
        "r": "e2 e1",
    }


@pytest.mark.browser
def test_a_repeat_has_as_many_blocks_as_its_count_wants_and_is_read_back(opened, study, tmp_path):
    text = """
id: f
questions:
  - {type: entier, nom: n, libelle: Combien ?}
  - {type: caché, nom: lot, defaut: "07"}
  - boucle: enfant
    titre: Enfant
    nombre: "${n}"
    filtre: "${n} < 9"
    questions:
      - {type: texte, nom: prenom, libelle: Prénom}
      - {type: entier, nom: age, libelle: "Âge de ${prenom}"}
      - {type: calcul, nom: rang, calcul: "position(..)"}
  - {type: calcul, nom: total, calcul: "sum(${age})"}
"""
    for each in study.questionnaires.iterdir():
        each.unlink()
    (study.questionnaires / "f.yaml").write_text(text, encoding="utf-8")
    page = opened(parse_yaml(text, file="f.yaml"))
    blocks = lambda: page.locator("[data-question=prenom]:visible").count()  # noqa: E731
    assert (blocks(), page.locator("[data-question=lot]:visible").count()) == (0, 0)
    page.get_by_label("Combien ?").fill("3")
    assert blocks() == 3
    page.get_by_label("Prénom").nth(1).fill("Zoé")
    page.get_by_label("Âge de Zoé").fill("4")
    page.get_by_label("Combien ?").fill("1")
    assert blocks() == 2, "what holds an answer is never taken away"
    page.get_by_label("Combien ?").fill("9")
    assert page.get_by_text("Enfant", exact=True).is_hidden()
    page.get_by_label("Combien ?").fill("2")
    page.evaluate("enqueteForm.save()")

    found = []
    for name in ("csv", "json"):
        (tmp_path / f"f.{name}").write_text(page.evaluate(f"enqueteForm.{name}()"), encoding="utf-8")
        import_responses(study, tmp_path / f"f.{name}")
        with Store(study.database) as store:
            (response,) = responses(store)
        found.append({(a.question, a.repeat): a.value for a in response.answers if a.value})
    assert found[0] == found[1]
    assert found[0] == {
        ("n", 0): "2", ("lot", 0): "07", ("total", 0): "4",
        ("prenom", 2): "Zoé", ("age", 2): "4", ("rang", 1): "1", ("rang", 2): "2",
    }  # fmt: skip


@pytest.mark.browser
def test_a_form_really_fielded_opens(opened, real_data):
    page = opened(read_xlsform(real_data / "kobo_habitat" / "Abidjan_2022.xls"))
    assert "questions" in page.locator("#state").inner_text()
