"""The same invented respondents as each collection tool would export them, for tests: one truth, many formats.

`Person` is what somebody answered; each function writes a file from a list of them. The form is `FORM`.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from habitat_enquete.ingest.definitions.questionnaire_yaml import parse_yaml
from habitat_enquete.model.questionnaire import Questionnaire

FORM = """\
id: sorvelle
titre: Se loger en Sorvelle
version: "2"
listes:
  statut:
    - {name: prop, label: Propriétaire occupant}
    - {name: loc, label: Locataire}
    - {name: hlm, label: Locataire HLM}
    - {name: autre, label: Autre (préciser)}
    - {name: nsp, label: Ne sait pas}
  motif:
    - {name: emploi, label: Un emploi}
    - {name: famille, label: "La famille, les proches"}
    - {name: cadre, label: Le cadre de vie}
    - {name: prix, label: Le prix du logement}
    - {name: autre, label: Autre}
    - {name: nsp, label: Ne sait pas / non réponse}
  echelle:
    - {name: "1", label: Très insatisfait}
    - {name: "2", label: Insatisfait}
    - {name: "3", label: Neutre}
    - {name: "4", label: Satisfait}
    - {name: "5", label: Très satisfait}
questions:
  - {type: start, name: start}
  - {type: end, name: end}
  - {type: acknowledge, name: consentement, label: J'accepte de participer à l'enquête}
  - group: profil
    label: Profil
    questions:
      - {type: integer, name: age, label: Quel âge avez-vous ?}
      - {type: text, name: code_insee, label: Code Insee de la commune}
      - {type: select_one, list: statut, name: statut, label: Statut d'occupation}
      - {type: text, name: statut_autre, label: Autre statut (préciser)}
  - {type: select_multiple, list: motif, name: motifs, label: Pourquoi êtes-vous venu ?}
  - {type: text, name: motifs_autre, label: Autre (préciser)}
  - {type: select_one, list: echelle, name: satis_loyer, label: "Satisfaction : le loyer"}
  - {type: decimal, name: loyer, label: Loyer mensuel hors charges (€)}
  - {type: date, name: arrivee, label: Date d'arrivée dans le département}
  - {type: geopoint, name: lieu, label: Position}
  - repeat: episode_residentiel_avec_un_nom_long
    label: Épisode résidentiel
    questions:
      - {type: date, name: debut, label: Date d'emménagement}
      - {type: text, name: commune, label: Commune}
      - {type: select_multiple, list: motif, name: motifs_dep, label: Pourquoi êtes-vous parti ?}
  - {type: text, name: freins, label: Quels freins avez-vous rencontrés ?, coder: true}
"""
REPEAT = "episode_residentiel_avec_un_nom_long"
Table = list[list[Any]]


def form() -> Questionnaire:
    """The questionnaire that everybody answered."""
    questionnaire = parse_yaml(FORM, file="sorvelle.yaml")
    assert isinstance(questionnaire, Questionnaire)
    return questionnaire


@dataclass(frozen=True)
class Person:
    """One invented respondent. Codes are those of the form; an empty text is no answer."""

    age: str
    code_insee: str
    statut: str
    statut_autre: str = ""
    motifs: tuple[str, ...] = ()
    motifs_autre: str = ""
    satis_loyer: str = ""
    loyer: str = ""
    arrivee: str = ""
    lieu: str = ""
    episodes: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    freins: str = ""


PEOPLE = (
    Person("30", "01004", "prop", motifs=("emploi", "famille"), satis_loyer="5", arrivee="2011-07-27",
           lieu="44.518 3.501 732 4.9", episodes=(("1990-02-01", "Saint-Gervain", ()),), freins="Rien à louer à l'année."),
    Person("68", "2A004", "autre", "Viager; avec rente", ("prix", "autre"), "Retour au pays\nd'origine", "1", "760.26",
           "2025-04-18", episodes=(("1996-03-01", "Lyon", ("emploi", "prix")), ("2001-09-01", "Villeclare", ())),
           freins="NSP"),
    Person("41", "53130", "hlm", motifs=("nsp",), satis_loyer="3", loyer="725.2", arrivee="2017-09-14", freins="None"),
    Person("19", "48095", "nsp", loyer="12500", arrivee="2024-01-05", freins="=> trop cher ; DPE : F ou G"),
    Person("55", "48095", "loc", motifs=("famille", "cadre", "prix"), satis_loyer="2", loyer="433",
           arrivee="2019-12-31", episodes=(("1985-06-01", "Pont-de-Sorvelle", ("famille",)),)),
)  # fmt: skip


def truth(
    people: Sequence[Person] = PEOPLE, *, place: bool = True, episodes: bool = True
) -> list[set[tuple[Any, ...]]]:
    """For each person, the answers expected: (question, repeat, item, value, state), blanks left out."""
    return [_expected(person, place=place, episodes=episodes) for person in people]


def _expected(person: Person, *, place: bool, episodes: bool) -> set[tuple[Any, ...]]:
    found: set[tuple[Any, ...]] = {("consentement", 0, 0, "OK", "answered")}
    simple = (
        "age",
        "code_insee",
        "statut_autre",
        "motifs_autre",
        "satis_loyer",
        "loyer",
        "arrivee",
        "freins",
    )
    for name in (*simple, *(("lieu",) if place else ())):
        if value := getattr(person, name):
            found.add((name, 0, 0, value, "answered"))
    found.add(("statut", 0, 0, person.statut, "dont_know" if person.statut == "nsp" else "answered"))
    found |= _several("motifs", 0, person.motifs)
    for rank, (start, commune, motives) in enumerate(person.episodes if episodes else (), 1):
        found |= {("debut", rank, 0, start, "answered"), ("commune", rank, 0, commune, "answered")}
        found |= _several("motifs_dep", rank, motives)
    return found


def _several(question: str, rank: int, codes: tuple[str, ...]) -> set[tuple[Any, ...]]:
    order = [choice.name for choice in form().choice_lists["motif"]]
    ordered = sorted(codes, key=order.index)
    return {
        (question, rank, item, code, "dont_know" if code == "nsp" else "answered")
        for item, code in enumerate(ordered)
    }


def label_of(question: str, code: str) -> str:
    """The label of a choice."""
    asked = next(q for q in form().asked() if q.name == question)
    return next((c.label for c in form().choices_of(asked) if c.name == code), code)


def question_label(name: str) -> str:
    """The label of a question."""
    return next(q.label for q in form().asked() if q.name == name)


def _choices(question: str) -> list[str]:
    asked = next(q for q in form().asked() if q.name == question)
    return [choice.name for choice in form().choices_of(asked)]


# ── writing files ────────────────────────────────────────────────────────────────────────────────────────────────────


def write_xlsx(path: Path, sheets: dict[str, Table]) -> Path:
    """A workbook of plain cells; texts stay texts."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                if value not in ("", None):
                    cell = sheet.cell(number, column, value)
                    if isinstance(value, str):
                        cell.data_type = "s"
    workbook.save(path)
    return path


def csv_text(rows: Table, delimiter: str = ";", **options: Any) -> str:
    """The rows as delimited text."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, **options).writerows(rows)
    return stream.getvalue()


# ── Kobo ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def kobo(
    path: Path, *, labels: bool = False, selects: str = "both", hierarchy: bool = False, mark: str = "/"
) -> Path:
    """Kobo: names or labels, `selects` summary, details or both, group names before the questions or not; csv has no repeat."""
    say: Callable[[str], str] = question_label if labels else (lambda name: name)
    group = "Profil" if labels else "profil"

    def header(name: str) -> str:
        inside = name in {"age", "code_insee", "statut", "statut_autre"}
        return f"{group}{mark}{say(name)}" if hierarchy and inside else say(name)

    simple = ["consentement", "age", "code_insee", "statut", "statut_autre"]
    after = ["motifs_autre", "satis_loyer", "loyer", "arrivee", "lieu"]
    head = ["start", "end", *map(header, simple), *_kobo_select_header("motifs", say, labels, selects, mark)]
    head += [header(name) for name in after]
    head += [f"_{say('lieu')}_{part}" for part in ("latitude", "longitude", "altitude", "precision")]
    head += [
        header("freins"),
        "_id",
        "_uuid",
        "_submission_time",
        "_validation_status",
        "__version__",
        "_index",
    ]
    rows: Table = [head]
    for rank, person in enumerate(PEOPLE, 1):
        row: list[Any] = ["2026-03-29T02:00:00.000+01:00", "2026-03-29T02:30:00.000+01:00", "OK", person.age]
        row += [person.code_insee, _shown("statut", person.statut, labels), person.statut_autre]
        row += _kobo_select("motifs", person.motifs, labels, selects)
        row += [
            person.motifs_autre,
            _shown("satis_loyer", person.satis_loyer, labels),
            person.loyer,
            person.arrivee,
        ]
        row += [person.lieu, *(person.lieu.split() or [""] * 4), person.freins]
        row += [1000 + rank, f"0000-{rank}", "2026-03-29T05:00:00", "", "2", rank]
        rows.append(row)
    if path.suffix == ".csv":
        path.write_text(csv_text(rows, quoting=csv.QUOTE_ALL), encoding="utf-8")
        return path
    return write_xlsx(
        path, {"Se loger en Sorvelle": rows, f"{REPEAT[:28]}...": _kobo_repeat(say, labels, selects, mark)}
    )


def _shown(question: str, code: str, labels: bool) -> str:
    return label_of(question, code) if labels and code else code


def _kobo_select_header(
    question: str, say: Callable[[str], str], labels: bool, selects: str, mark: str
) -> list[str]:
    parts = [f"{say(question)}{mark}{_shown(question, code, labels)}" for code in _choices(question)]
    return [*([say(question)] if selects != "details" else []), *(parts if selects != "summary" else [])]


def _kobo_select(question: str, codes: tuple[str, ...], labels: bool, selects: str) -> list[str]:
    whole = " ".join(_shown(question, code, labels) for code in codes)
    ticks = [("1" if code in codes else "0") if codes else "" for code in _choices(question)]
    return [*([whole] if selects != "details" else []), *(ticks if selects != "summary" else [])]


def _kobo_repeat(say: Callable[[str], str], labels: bool, selects: str, mark: str) -> Table:
    rows: Table = [
        [say("debut"), say("commune"), *_kobo_select_header("motifs_dep", say, labels, selects, mark),
         "_index", "_parent_table_name", "_parent_index", "_submission__id"]
    ]  # fmt: skip
    for rank, person in enumerate(PEOPLE, 1):
        for start, commune, motives in person.episodes:
            cells = [start, commune, *_kobo_select("motifs_dep", motives, labels, selects)]
            rows.append([*cells, len(rows), "Se loger en Sorvelle", rank, 1000 + rank])
    return rows


# ── ODK Central ──────────────────────────────────────────────────────────────────────────────────────────────────────


def odk_zip(path: Path, *, split: bool = False) -> Path:
    """ODK Central: a zip with a main csv and one per repeat, groups joined by `-`, zeros where nothing was asked."""
    lieu = [f"lieu-{part}" for part in ("Latitude", "Longitude", "Altitude", "Accuracy")]
    ticks = [f"motifs/{code}" for code in _choices("motifs")] if split else []
    main: Table = [
        ["SubmissionDate", "start", "end", "consentement", "profil-age", "profil-code_insee", "profil-statut",
         "profil-statut_autre", "motifs", *ticks, "motifs_autre", "satis_loyer", "loyer", "arrivee", *lieu, "freins",
         "meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status",
         "ReviewState", "DeviceID", "Edits", "FormVersion"]
    ]  # fmt: skip
    children: Table = [["debut", "commune", "motifs_dep", "PARENT_KEY", "KEY"]]
    for rank, person in enumerate(PEOPLE, 1):
        key = f"uuid:aaaa-{rank}"
        numbers = ["1" if code in person.motifs else "0" for code in _choices("motifs")] if split else []
        main.append(
            ["2026-03-29T05:00:00.000Z", "2026-03-29T02:00:00.000+01:00", "2026-03-29T02:30:00.000+01:00", "OK", person.age,
             person.code_insee, person.statut, person.statut_autre, " ".join(person.motifs), *numbers,
             person.motifs_autre, person.satis_loyer, person.loyer, person.arrivee, *(person.lieu.split() or [""] * 4),
             person.freins, key, key, "12", "enq1", "0", "0", "", "", "collect:x", "0", "2"]
        )  # fmt: skip
        for number, (start, commune, motives) in enumerate(person.episodes, 1):
            children.append([start, commune, " ".join(motives), key, f"{key}/episode[{number}]"])
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sorvelle.csv", csv_text(main, ","))
        archive.writestr(f"sorvelle-{REPEAT}.csv", csv_text(children, ","))
    return path


# ── LimeSurvey ───────────────────────────────────────────────────────────────────────────────────────────────────────

_LIME = ("consentement", "age", "code_insee", "statut", "motifs", "satis_loyer", "loyer", "arrivee", "freins")


def _lime_rank(question: str) -> int:
    visible = [q.name for q in form().questions if q.type.is_answered and q.repeat is None]
    return visible.index(question) + 1


def limesurvey(path: Path, *, headers: str = "code", answers: str = "code", vv: bool = False) -> Path:
    """LimeSurvey: `headers` code, codetext, full or abbreviated; `answers` code or full; or a VV file (labels then codes)."""
    columns: list[tuple[str, str, str]] = [
        ("id", "ID de la réponse", ""), ("submitdate", "Date de soumission", ""), ("lastpage", "Dernière page", ""),
        ("startlanguage", "Langue de départ", ""), ("seed", "Tête de série", ""),
        ("startdate", "Date de lancement", ""), ("datestamp", "Date de la dernière action", ""),
    ]  # fmt: skip
    for name in _LIME:
        code, label = f"Q{_lime_rank(name):02}", question_label(name)
        if name == "motifs":
            for rank, choice in enumerate(_choices("motifs"), 1):
                if choice != "autre":
                    columns.append((f"{code}[SQ{rank:03}]", label, label_of("motifs", choice)))
            columns.append((f"{code}[other]", label, "Autre"))
            continue
        columns.append((code, label, ""))
        if name == "statut":
            columns.append((f"{code}[other]", label, "Autre"))
    rows: Table = [[_lime_header(*column, headers) for column in columns]]
    if vv:
        rows = [[_lime_header(*column, "full") for column in columns], [code for code, _, _ in columns]]
    rows += [_lime_row(rank, person, answers) for rank, person in enumerate(PEOPLE, 1)]
    if vv:
        path.write_text(csv_text(rows, "\t"), encoding="utf-8")
    elif path.suffix == ".xlsx":
        write_xlsx(path, {"Réponses": rows})
    else:
        path.write_text("\ufeff" + csv_text(rows, ";", quoting=csv.QUOTE_ALL), encoding="utf-8")
    return path


def _lime_header(code: str, label: str, choice: str, headers: str) -> str:
    text = f"{label} [{choice}]" if choice else label
    if headers == "code":
        return code
    if headers == "codetext":
        return f"{code}. {text}"
    if headers == "abbreviated":
        short = f"{label[:15]}.." if len(label) > 17 else label
        return f"{short} [{choice}]" if choice else short
    return text


def _lime_row(rank: int, person: Person, answers: str) -> list[str]:
    full = answers == "full"
    row = [
        str(rank),
        "2026-03-29 02:30:00",
        "5",
        "fr",
        str(123000 + rank),
        "2026-03-29 02:00:00",
        "2026-03-29 02:30:00",
    ]
    row += ["Oui" if full else "Y", person.age, person.code_insee]
    if person.statut_autre:
        row += ["Autre" if full else "-oth-", person.statut_autre]
    else:
        code = f"A{_choices('statut').index(person.statut) + 1}"
        row += [label_of("statut", person.statut) if full else code, ""]
    for choice in _choices("motifs"):
        if choice != "autre":
            ticked = choice in person.motifs
            row.append(
                ("Oui" if ticked else "Non" if person.motifs else "") if full else "Y" if ticked else ""
            )
    row.append(person.motifs_autre)
    satis = person.satis_loyer
    row.append((label_of("satis_loyer", satis) if full else f"A{satis}") if satis else "")
    masked = f"'{person.freins}" if person.freins.startswith("=") else person.freins
    return [*row, person.loyer, f"{person.arrivee} 00:00:00", masked]


# ── Framaforms (Drupal webform) ──────────────────────────────────────────────────────────────────────────────────────


def framaforms(path: Path, *, compact: bool = False) -> Path:
    """Framaforms: title row, question row, option row; `X` in separate columns or a list; cp1252."""
    names = ["consentement", "age", "code_insee", "statut", "statut_autre"]
    after = ["motifs_autre", "satis_loyer", "loyer", "arrivee", "freins"]
    meta = [
        "Serial",
        "SID",
        "Submitted Time",
        "Completed Time",
        "Modified Time",
        "Draft",
        "IP Address",
        "UID",
        "Username",
    ]
    options = [] if compact else [label_of("motifs", code) for code in _choices("motifs")]
    width = len(meta) + len(names) + max(1, len(options)) + len(after)
    middle: list[str] = ["Submission Details"] + [""] * (len(meta) - 1) + [""] * len(names)
    middle += [""] if compact else [question_label("motifs"), *[""] * (len(options) - 1)]
    bottom = [
        *meta,
        *map(question_label, names),
        *(options or [question_label("motifs")]),
        *map(question_label, after),
    ]
    rows: Table = [["Se loger en Sorvelle"] + [""] * (width - 1), middle + [""] * len(after), bottom]
    for rank, person in enumerate(PEOPLE, 1):
        row = [
            rank,
            500 + rank,
            "29/03/2026 - 02:30",
            "29/03/2026 - 02:30",
            "29/03/2026 - 02:30",
            "0",
            "192.0.2.1",
            "0",
            "",
        ]
        row += [
            "X" if compact else "OK",
            person.age,
            person.code_insee,
            label_of("statut", person.statut),
            person.statut_autre,
        ]
        if compact:
            row.append(",".join(label_of("motifs", code) for code in person.motifs))
        else:
            row += ["X" if code in person.motifs else "" for code in _choices("motifs")]
        day = "/".join(reversed(person.arrivee.split("-")))
        row += [
            person.motifs_autre,
            _shown("satis_loyer", person.satis_loyer, True),
            person.loyer.replace(".", ","),
            day,
        ]
        rows.append([*row, person.freins])
    path.write_bytes(csv_text(rows, ";").encode("cp1252"))
    return path


# ── Google Forms, Microsoft Forms, tables of labels ──────────────────────────────────────────────────────────────────


def google(path: Path) -> Path:
    """Google Forms: labels, choices joined by a comma and a space, one's own words in the cell of the choice."""
    names = [
        "consentement",
        "age",
        "code_insee",
        "statut",
        "motifs",
        "satis_loyer",
        "loyer",
        "arrivee",
        "freins",
    ]
    rows: Table = [["Horodateur", *map(question_label, names)]]
    for rank, person in enumerate(PEOPLE):
        motives = [label_of("motifs", code) for code in person.motifs if code != "autre"]
        motives += [person.motifs_autre] if person.motifs_autre else []
        rows.append(
            [f"29/03/2026 02:3{rank}:00", "Oui", int(person.age), person.code_insee,
             person.statut_autre or label_of("statut", person.statut), ", ".join(motives),
             _shown("satis_loyer", person.satis_loyer, True), person.loyer.replace(".", ","),
             "/".join(reversed(person.arrivee.split("-"))), person.freins]
        )  # fmt: skip
    return write_xlsx(path, {"Réponses au formulaire 1": rows})


def microsoft(path: Path) -> Path:
    """Microsoft Forms: an id, two moments, an address, choices each followed by a semicolon."""
    names = [
        "consentement",
        "age",
        "code_insee",
        "statut",
        "motifs",
        "motifs_autre",
        "satis_loyer",
        "loyer",
        "arrivee",
        "freins",
    ]
    rows: Table = [
        ["ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom", *map(question_label, names)]
    ]
    for rank, person in enumerate(PEOPLE, 1):
        motives = "".join(f"{label_of('motifs', code)};" for code in person.motifs)
        loyer = float(person.loyer) if person.loyer else ""
        rows.append(
            [rank, "2026-03-29 02:00:00", "2026-03-29 02:30:00", "anonymous", "", "Oui", person.age, person.code_insee,
             person.statut_autre or label_of("statut", person.statut), motives, person.motifs_autre,
             _shown("satis_loyer", person.satis_loyer, True), loyer, person.arrivee, person.freins]
        )  # fmt: skip
    return write_xlsx(path, {"Sheet1": rows})


def sphinx(path: Path) -> Path:
    """Sphinx and Modalisa: numbered labels in header, several answers in as many columns of the same header."""
    names = ["consentement", "age", "code_insee", "statut", "statut_autre"]
    after = ["motifs_autre", "satis_loyer", "loyer", "arrivee", "freins"]
    head = ["N° observation", *(f"{rank}. {question_label(name)}" for rank, name in enumerate(names, 1))]
    head += [f"6. {question_label('motifs')}"] * 3
    head += [f"{rank}. {question_label(name)}" for rank, name in enumerate(after, 7)]
    rows: Table = [head]
    for rank, person in enumerate(PEOPLE, 1):
        motives = [label_of("motifs", code) for code in person.motifs]
        rows.append(
            [rank, "Oui", person.age, person.code_insee, label_of("statut", person.statut), person.statut_autre,
             *(motives + [""] * 3)[:3], person.motifs_autre, _shown("satis_loyer", person.satis_loyer, True),
             person.loyer.replace(".", ","), person.arrivee, person.freins]
        )  # fmt: skip
    return write_xlsx(path, {"Données": rows})


def wide(path: Path) -> Path:
    """A table made by hand: names in header, episodes one after another (`ep1_debut`, `ep2_debut`…)."""
    head = [
        "id",
        "consentement",
        "age",
        "code_insee",
        "statut",
        "statut_autre",
        "motifs",
        "motifs_autre",
        "satis_loyer",
    ]
    head += ["loyer", "arrivee", "lieu", "freins"]
    head += [f"ep{rank}_{name}" for rank in (1, 2, 3) for name in ("debut", "commune", "motifs_dep")]
    rows: Table = [head]
    for rank, person in enumerate(PEOPLE, 1):
        row = [f"R{rank:03}", "OK", person.age, person.code_insee, person.statut, person.statut_autre]
        row += [
            ", ".join(person.motifs),
            person.motifs_autre,
            person.satis_loyer,
            person.loyer,
            person.arrivee,
        ]
        row += [person.lieu, person.freins]
        for start, commune, motives in (*person.episodes, *[("", "", ())] * (3 - len(person.episodes))):
            row += [start, commune, " ".join(motives)]
        rows.append(row)
    return write_xlsx(path, {"Saisie": rows})


def spss(path: Path) -> Path:
    """SPSS: coded values with labels, 99 declared missing, one variable per choice."""
    import pandas as pd
    import pyreadstat

    number = lambda text: float(text) if text else None  # noqa: E731
    statuts = {code: rank for rank, code in enumerate(_choices("statut"), 1)} | {"nsp": 99}
    data: dict[str, Iterable[Any]] = {
        "id": [float(rank) for rank in range(1, len(PEOPLE) + 1)],
        "consentement": [1.0] * len(PEOPLE),
        "age": [number(p.age) for p in PEOPLE],
        "code_insee": [p.code_insee for p in PEOPLE],
        "statut": [float(statuts[p.statut]) for p in PEOPLE],
        "statut_autre": [p.statut_autre for p in PEOPLE],
        **{
            f"motif_{code}": [(1.0 if code in p.motifs else 0.0) if p.motifs else None for p in PEOPLE]
            for code in _choices("motifs")
        },
        "motifs_autre": [p.motifs_autre for p in PEOPLE],
        "satis_loyer": [number(p.satis_loyer) for p in PEOPLE],
        "loyer": [number(p.loyer) for p in PEOPLE],
        "arrivee": [p.arrivee for p in PEOPLE],
        "freins": [p.freins for p in PEOPLE],
    }
    labels = {name: question_label(name) for name in data if not name.startswith(("motif_", "id"))} | {
        "id": "Identifiant"
    }
    for code in _choices("motifs"):
        labels[f"motif_{code}"] = f"{question_label('motifs')} : {label_of('motifs', code)}"
    pyreadstat.write_sav(
        pd.DataFrame(data),
        str(path),
        column_labels=labels,
        variable_value_labels={
            "statut": {float(rank): label_of("statut", code) for code, rank in statuts.items()},
            "satis_loyer": {float(code): label_of("satis_loyer", code) for code in "12345"},
        },
        missing_ranges={"statut": [99.0]},
    )
    return path
