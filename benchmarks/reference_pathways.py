"""Recompute every figure of a folder of reference values about paths, and print each beside what was expected.

    python benchmarks/reference_pathways.py FOLDER [--json]

FOLDER has the shape described in its README: sub-folders data, dist, indic, descr, clust, formats, mca, irr, weights. Those that are
absent are passed over; a file that nothing here recomputes is listed as such. A table gives one line: its worst cell. Exit status 0
when all figures are within tolerance.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from habitat_enquete.errors import EnqueteError
from habitat_enquete.pathways.respondents import groups as respondent_groups
from habitat_enquete.pathways.respondents import mca
from habitat_enquete.pathways.sequences import costs as cost_tables
from habitat_enquete.pathways.sequences import (
    descriptive,
    indicators,
    quality,
    representatives,
    subsequences,
    variants,
)
from habitat_enquete.pathways.sequences.distances import Distances, Method, distances
from habitat_enquete.pathways.sequences.hierarchy import cut, hierarchy
from habitat_enquete.pathways.sequences.states import (
    Event,
    Sequences,
    Spell,
    distinct_states,
    events,
    from_labels,
    from_spells,
    spells,
)
from habitat_enquete.pathways.sequences.typology import group, rand_index
from habitat_enquete.stats import agreement, crosstabs, graded_agreement, weighting

MVAD = ("employment", "FE", "HE", "joblessness", "school", "training")
SHORT = ("EM", "FE", "HE", "JL", "SC", "TR")
LINKAGES = {
    "wardD": "ward.D",
    "wardD2": "ward.D2",
    "average": "average",
    "complete": "complete",
    "single": "single",
}
QUALITY = ("PBC", "HG", "HGSD", "ASW", "ASWw", "CH", "R2", "CHsq", "R2sq", "HC")
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what we computed, what the reference says, and whether they agree."""

    figure: str
    computed: float
    expected: float
    tolerance: float = TOLERANCE
    at_most: bool = False
    skipped: str = ""  # why the figure was not recomputed: then it neither passes nor fails

    def __post_init__(self) -> None:
        # What is no number fails here, inside the part that read it.
        object.__setattr__(self, "expected", float(self.expected))

    @property
    def difference(self) -> float:
        return self.computed - self.expected

    @property
    def passed(self) -> bool:
        if np.isnan(self.computed) or np.isnan(self.expected):
            return bool(np.isnan(self.computed) and np.isnan(self.expected))
        slack = self.tolerance * max(1.0, abs(self.expected))
        return bool(self.difference <= slack if self.at_most else abs(self.difference) <= slack)


@dataclass(slots=True)
class Folder:
    """The folder, and which of its files were used."""

    root: Path
    used: set[Path] = field(default_factory=set)
    cache: dict[str, Sequences] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        path = self.root / name
        self.used.add(path)
        return path

    def rows(self, name: str) -> tuple[list[str], list[list[str]]]:
        with self.path(name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        return rows[0], rows[1:]

    def numbers(self, name: str) -> tuple[list[str], list[str], np.ndarray]:
        """(columns, row names, numbers): the first column names rows."""
        header, rows = self.rows(name)
        return header[1:], [row[0] for row in rows], np.array([[number(c) for c in row[1:]] for row in rows])

    def json(self, name: str) -> Any:
        return json.loads(self.path(name).read_text(encoding="utf-8"))

    def has(self, name: str) -> bool:
        return (self.root / name).exists()

    def names(self, folder: str, pattern: str) -> list[str]:
        return sorted(f"{folder}/{path.name}" for path in (self.root / folder).glob(pattern))


def number(cell: str) -> float:
    return float("nan") if cell in ("", "NA") else float(cell)


def worst(figure: str, computed: np.ndarray, expected: np.ndarray, tolerance: float = TOLERANCE) -> Line:
    """The cell of two tables that differs most, relatively to its size."""
    computed, expected = np.asarray(computed, dtype=float), np.asarray(expected, dtype=float)
    if computed.shape != expected.shape:
        return Line(f"{figure} (forme {computed.shape} au lieu de {expected.shape})", 0.0, 1.0, tolerance)
    gap = np.abs(computed - expected) / np.maximum(1.0, np.abs(expected))
    gap = np.where(np.isnan(computed) & np.isnan(expected), 0.0, gap)
    gap = np.where(np.isnan(gap), np.inf, gap)
    at = np.unravel_index(int(np.argmax(gap)), gap.shape) if gap.size else ()
    return (
        Line(figure, float(computed[at]), float(expected[at]), tolerance)
        if gap.size
        else Line(figure, 0.0, 0.0)
    )


def up_to_sign(computed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """`computed` with the signs of its columns turned to those of `expected`."""
    width = min(computed.shape[1], expected.shape[1])
    signs = np.where((computed[:, :width] * expected[:, :width]).sum(axis=0) < 0, -1.0, 1.0)
    return computed[:, :width] * signs


# ── the data sets ────────────────────────────────────────────────────────────────────────────────────────────────────


def data_set(folder: Folder, name: str) -> Sequences | None:
    """The sequences of a named data set (`mvad`, `mvad-weighted`, `ex1`, `biofam`…); None when its file is absent or unknown."""
    if name not in folder.cache:
        found = read_data_set(folder, name)
        if found is None:
            return None
        folder.cache[name] = found
    return folder.cache[name]


# base name → (columns of states, alphabet, column of weights, rows kept)
KNOWN: dict[str, tuple[Callable[[list[str]], list[int]], Sequence[str] | None, str, int | None]] = {
    "mvad": (lambda h: list(range(16, 86)), MVAD, "weight", None),
    "ex1": (lambda h: matching(h, r"P\d+"), ("A", "B", "C", "D"), "weights", None),
    "ex2": (lambda h: matching(h, r"[\[]?P?\d+\]?|V\d+"), None, "weight", None),
    "biofam": (lambda h: matching(h, r"a(1[5-9]|2\d|30)"), tuple("01234567"), "wp00tbgs", 500),
    "actcal": (lambda h: matching(h, r"[a-z]{3}00"), ("A", "B", "C", "D"), "", 300),
    "be_trajact": (lambda h: matching(h, r"sact\d+|trajact.*\d+"), None, "", None),
    "be_slog": (lambda h: matching(h, r"s?log\d+"), ("0", "1"), "", None),
    "be_smat": (lambda h: matching(h, r"s?mat\d+"), ("1", "2", "3", "4"), "", None),
    "be_nenf": (lambda h: matching(h, r"s?n?enf\d+"), ("0", "1", "2", "3"), "", None),
}


def matching(header: list[str], pattern: str) -> list[int]:
    return [at for at, name in enumerate(header) if re.fullmatch(pattern, name)]


def read_data_set(folder: Folder, name: str) -> Sequences | None:
    base = name.removesuffix("-weighted").removesuffix("_weighted").split("[")[0].split(" ")[0]
    if base not in KNOWN or not folder.has(f"data/{base}.csv"):
        return None
    pick, alphabet, weight, kept = KNOWN[base]
    header, rows = folder.rows(f"data/{base}.csv")
    columns = pick(header) or [at for at, title in enumerate(header) if at]
    rows = rows[:kept]
    cells = [[None if row[at] in ("", "NA") else row[at] for at in columns] for row in rows]
    states = alphabet or sorted({cell for row in cells for cell in row if cell})
    is_weighted = name != base and "weighted" in name
    is_weighted = is_weighted or base == "ex1"
    weights = [float(row[header.index(weight)]) for row in rows] if is_weighted and weight in header else []
    return from_labels(cells, states, weights=weights)


# ── distances ────────────────────────────────────────────────────────────────────────────────────────────────────────


def dist(folder: Folder) -> Iterator[Line]:
    if not folder.has("dist/manifest.json"):
        return
    for entry in folder.json("dist/manifest.json"):
        yield from safely(f"dist/{entry['name']}", one_distance(folder, entry))
    yield from safely("dist/coûts", cost_matrices(folder))
    for name in folder.names("dist", "*_CUSTOM_indel.txt"):
        folder.path(name)  # an input, used by the distances with costs of one's own


def safely(name: str, lines: Iterator[Line]) -> Iterator[Line]:
    """The lines of one entry; what is laid out in another way than expected is one line « non recalculé », and the rest goes on."""
    try:
        yield from lines
    except (
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        EnqueteError,
        OSError,
    ) as error:
        nothing = float("nan")
        yield Line(name, nothing, nothing, skipped=f"disposition inconnue, {type(error).__name__} : {error}")


def one_distance(folder: Folder, entry: dict[str, Any]) -> Iterator[Line]:
    name = entry["name"]
    base = base_of(entry)
    is_weighted = "weighted" in name or bool(entry["params"].get("weighted"))
    sequences = data_set(folder, f"{base}-weighted" if is_weighted else base)
    found = None if sequences is None else computed_distances(folder, sequences, entry)
    if found is None:
        print(f"# {name} : non recalculé", file=sys.stderr)
        return
    square = found.square()
    upper = square[np.triu_indices(len(square), 1)]
    yield Line(f"dist/{name} somme", float(upper.sum()), entry["sum_upper"], 1e-11)
    for key, value in (
        ("max", upper.max()),
        ("d12", square[0, 1]),
        ("d13", square[0, 2]),
        ("rowsum1", square[0].sum()),
        ("n_zero_pairs", float((upper == 0).sum())),
    ):
        if key in entry:
            yield Line(f"dist/{name} {key}", float(value), float(entry[key]))
    if folder.has(f"dist/{name}_head40.csv"):
        expected = np.genfromtxt(folder.path(f"dist/{name}_head40.csv"), delimiter=",")
        size = len(expected)
        yield worst(f"dist/{name}_head40.csv", square[:size, :size], expected)
    if folder.has(f"dist/{name}.f64.gz"):
        with gzip.open(folder.path(f"dist/{name}.f64.gz")) as file:
            expected = np.frombuffer(file.read(), "<f8").reshape(square.shape)
        yield worst(f"dist/{name}.f64.gz", square, expected)


def base_of(entry: dict[str, Any]) -> str:
    name = entry["name"]
    return next((base for base in sorted(KNOWN, key=len, reverse=True) if name.startswith(base)), name)


def computed_distances(folder: Folder, sequences: Sequences, entry: dict[str, Any]) -> Distances | None:
    p = entry["params"]
    method, sm = p["method"], str(p.get("sm", "CONSTANT"))
    given = p.get("indel")
    indel = float(given) if isinstance(given, (int, float)) else None
    if entry.get("n") not in (None, len(sequences)):
        sequences = sequences.take(list(range(min(int(entry["n"]), len(sequences)))))
    if "refseq" in p:
        return None
    if sm.endswith(".csv"):
        if sm.startswith("see"):
            table = cost_tables.costs(sequences, "FUTURE", indel=indel)
        else:
            matrix = folder.numbers(f"dist/{sm}")[2]
            table = cost_tables.custom(
                matrix, np.array(given, dtype=float) if isinstance(given, list) else given
            )
    elif sm in cost_tables.CostMethod.__members__:
        table = cost_tables.costs(sequences, sm, indel=indel)
    else:
        return None
    if method in Method.__members__:
        cost: Any = sm if method == "HAM" and not sm.endswith(".csv") else table
        return distances(sequences, method, cost=cost, norm=p.get("norm", "none"), step=int(p.get("step", 1)))
    constant = cost_tables.costs(sequences, "CONSTANT", indel=1.0)
    own = constant if sm == "CONSTANT" else table
    known: dict[str, Callable[[], Distances]] = {
        "OMloc": lambda: variants.localized(
            sequences, own, expansion=p.get("expcost", 0.5), context=p.get("context")
        ),
        "OMslen": lambda: variants.spell_length_sensitive(
            sequences, own, power=p["h"], link=p.get("link", "mean")
        ),
        "OMspell": lambda: variants.of_spells(sequences, own, expansion=p["expcost"], power=p.get("tpow", 1)),
        "OMstran": lambda: variants.of_transitions(
            sequences, own, origin=p["otto"], transition_cost=p.get("transindel", "constant")
        ),
        "SVRspell": lambda: variants.common_subsequences(sequences, power=p.get("tpow", 1)),
        "TWED": lambda: variants.time_warp(
            sequences, own, stiffness=p["nu"], penalty=p["h"], indel=float(p.get("indel", 2))
        ),
    }
    return known[method]() if method in known else None


def cost_matrices(folder: Folder) -> Iterator[Line]:
    for name in folder.names("dist", "*_sm.csv"):
        match = re.fullmatch(r"dist/(.+)_(CONSTANT|TRATE|INDELSLOG|INDELS|FUTURE)_sm\.csv", name)
        sequences = data_set(folder, match[1]) if match else None
        if match is None or sequences is None:
            continue
        found = cost_tables.costs(sequences, match[2])
        yield worst(name, found.substitution, folder.numbers(name)[2])
        text = name.replace("_sm.csv", "_indel.txt")
        if folder.has(text):
            expected = np.array(folder.path(text).read_text().split(), dtype=float)
            own = found.indel if expected.size > 1 else found.indel[:1]
            yield worst(
                text, own, np.where(expected == 1, own, expected) if match[2] == "CONSTANT" else expected
            )


# ── indicators and descriptions ──────────────────────────────────────────────────────────────────────────────────────

INDICATORS = {
    "Lgth": "length",
    "NonM": "known",
    "Dlgth": "spells",
    "Visited": "visited",
    "Visitp": "visited_share",
    "Recu": "recurrence",
    "Trans": "transitions",
    "Transp": "transition_share",
    "Entr": "entropy",
    "MeanD": "mean_duration",
    "Dustd": "duration_deviation",
    "MeanD2": "mean_duration_all",
    "Dustd2": "duration_deviation_all",
    "Nsubs": "subsequences",
    "Volat": "volatility",
    "Cplx": "complexity",
    "Turb": "turbulence",
    "Turbn": "turbulence_share",
    "Turb2": "turbulence_all",
    "Turb2n": "turbulence_all_share",
    "ient_norm": "entropy",
    "ient": "entropy",
    "ient_raw": "entropy_raw",
    "turb_T": "turbulence",
    "turb": "turbulence",
    "turb_T_norm": "turbulence_share",
    "turb2": "turbulence_all",
    "turb2_norm": "turbulence_all_share",
    "ici": "complexity",
    "transn": "transitions",
    "transn_norm": "transition_share",
    "nsubs_dss": "subsequences",
    "slength": "length",
}


def indic(folder: Folder) -> Iterator[Line]:
    for name in folder.names("indic", "*.csv"):
        base = Path(name).stem
        sequences = data_set(folder, base_of({"name": base}))
        if sequences is None:
            continue
        plain = Sequences(sequences.codes, sequences.alphabet, sequences.ids)
        if base.endswith("_indicators") or "withmissing" in base:
            with_missing = base.endswith("TRUE")
            table = indicators.indicators(plain, with_missing=with_missing).table()
            header, _, expected = folder.numbers(name)
            for at, column in enumerate(header):
                own = table["known" if not with_missing else "length"] if column == "length" else None
                own = own if own is not None else table.get(INDICATORS.get(column, ""))
                if own is not None:
                    yield worst(f"{name} {column}", own[: len(expected)], expected[:, at])
        elif base.endswith("_istatd"):
            yield worst(name, descriptive.time_in_states(plain), folder.numbers(name)[2])
        elif "_dss_" in base or "_dur_" in base:
            yield stays(folder, name, plain)


def stays(folder: Folder, name: str, sequences: Sequences) -> Line:
    _, rows = folder.rows(name)
    found = spells(sequences)
    names = SHORT if sequences.alphabet == MVAD else sequences.alphabet
    wrong = 0
    for row, states, durations in zip(rows, found.states, found.durations, strict=False):
        if "_dss_" in name:
            own = [names[state] for state in states if state >= 0]
            wrong += own[: len(row) - 1] != [cell for cell in row[1:] if cell not in ("%", "NA")]
        else:
            own = [float(duration) for duration in durations if duration]
            wrong += own[: len(row) - 1] != [float(cell) for cell in row[1:] if cell != "NA"]
    return Line(f"{name} lignes différentes", float(wrong), 0.0)


def descr(folder: Folder) -> Iterator[Line]:
    for name in folder.names("descr", "*.csv"):
        base = Path(name).stem
        origin = base_of({"name": base})
        sequences = data_set(folder, f"{origin}-weighted" if "_weighted" in base else origin)
        if sequences is None:
            continue
        if "_weighted" not in base:
            sequences = Sequences(sequences.codes, sequences.alphabet, sequences.ids)
        with_missing = base.endswith("TRUE")
        kind = base.removeprefix(f"{origin}_").replace("_weighted", "").split("_withmissing")[0]
        yield from description(folder, name, kind, sequences, with_missing)


def description(
    folder: Folder, name: str, kind: str, sequences: Sequences, with_missing: bool
) -> Iterator[Line]:
    if kind.startswith("seqtab"):
        rows = folder.rows(name)[1]
        expected = np.array([[float(cell) for cell in row[1:]] for row in rows])
        found = descriptive.frequent(sequences, len(rows))
        yield worst(name, np.array([each[1:] for each in found]), expected)
        return
    if kind == "modst":
        _, rows = folder.rows(name)
        states, shares = descriptive.modal_states(sequences)
        names = SHORT if sequences.alphabet == MVAD else sequences.alphabet
        wrong = sum(names[s] != row[1] for s, row in zip(states, rows, strict=True))
        yield Line(f"{name} états", float(wrong), 0.0)
        yield worst(f"{name} fréquences", shares, np.array([float(row[2]) for row in rows]))
        return
    expected = folder.numbers(name)[2]
    time = descriptive.mean_time(sequences, with_missing=with_missing)
    dates = descriptive.chronogram(sequences, with_missing=with_missing)
    order = distinct_states(sequences)
    whole = np.stack((time.mean, time.variance, time.deviation, time.error), axis=1)
    tables: dict[str, Callable[[], np.ndarray]] = {
        "meant": lambda: whole[:, : expected.shape[1]],
        "statd_freq": lambda: dates.shares,
        "statd": lambda: dates.shares,
        "statd_entropy": lambda: np.stack((dates.valid, dates.entropy), axis=1),
        "statd_entropy_raw": lambda: dates.raw_entropy[:, None],
        "trate": lambda: descriptive.transition_rates(sequences, with_missing=with_missing),
        "trate_lag2": lambda: descriptive.transition_rates(sequences, lag=2),
        "trate_dss": lambda: descriptive.transition_rates(order),
        "tcount": lambda: descriptive.transition_counts(sequences),
        "tcount_dss": lambda: descriptive.transition_counts(order),
        "trate_tv_first5": lambda: np.stack(
            [
                descriptive.transition_rates(sequences, at=at).ravel(order="F")
                for at in range(expected.shape[1])
            ],
            axis=1,
        ),
    }
    if kind in tables:
        yield worst(name, tables[kind](), expected)
    else:
        print(f"# {name} : non recalculé", file=sys.stderr)


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────────────────────

BASES = {
    "mvad_OMtrate1_weighted": ("mvad-weighted", "OM", "TRATE", 1.0),
    "mvad_OMindelslog": ("mvad", "OM", "INDELSLOG", None),
    "mvad_OM_indelslog_auto": ("mvad", "OM", "INDELSLOG", None),
    "mvad_OMtrate1": ("mvad", "OM", "TRATE", 1.0),
    "mvad_OM_trate_indel1": ("mvad", "OM", "TRATE", 1.0),
    "mvad_HAM": ("mvad", "HAM", "CONSTANT", None),
    "be_trajact_OMindelslog": ("be_trajact", "OM", "INDELSLOG", None),
    "be_trajact_OM_indelslog_auto": ("be_trajact", "OM", "INDELSLOG", None),
    "be_trajact_LCS": ("be_trajact", "LCS", "CONSTANT", None),
}


def clust(folder: Folder) -> Iterator[Line]:
    for prefix, (origin, method, cost, indel) in BASES.items():
        names = folder.names("clust", f"{prefix}_*")
        best = known_totals(folder, prefix)
        sequences = data_set(folder, origin)
        if not (names or best) or sequences is None:
            continue
        found = distances(sequences, method, cost=cost, indel=indel)
        for k, total in best.items():
            yield Line(
                f"clust/best_known {prefix} k={k}",
                group(found, k, weights=sequences.weights).cost,
                total,
                1e-9,
                True,
            )
        square = found.square()
        longer = [other for other in BASES if other != prefix and other.startswith(f"{prefix}_")]
        for name in names:
            if not any(Path(name).name.startswith(f"{other}_") for other in longer):
                yield from safely(name, cluster_file(folder, name, prefix, found, square, sequences))


def known_totals(folder: Folder, prefix: str) -> dict[int, float]:
    if not folder.has("clust/best_known_pam_totals.csv"):
        return {}
    header, rows = folder.rows("clust/best_known_pam_totals.csv")
    at = header.index("best_of_200_random_fasterpam")
    return {int(row[1]): float(row[at]) for row in rows if row[0] == prefix}


def cluster_file(
    folder: Folder, name: str, prefix: str, found: Distances, square: np.ndarray, sequences: Sequences
) -> Iterator[Line]:
    rest = Path(name).stem.removeprefix(f"{prefix}_")
    weights = sequences.weights
    if rest.endswith("_quality"):
        yield from qualities(folder, name, square, weights)
    elif rest == "pam_totals":
        header, rows = folder.rows(name)
        for row in rows:
            totals = [number(row[at]) for at, title in enumerate(header) if title.endswith("_total")]
            yield Line(
                f"{name} k={row[0]}", group(found, int(row[0]), weights=weights).cost, min(totals), 1e-9, True
            )
    elif match := re.fullmatch(r"(\w+?)_last30heights", rest):
        expected = np.array([float(row[0]) for row in folder.rows(name)[1]])
        yield worst(name, np.sort(tree_of(square, match[1])[:, 2])[-len(expected) :], expected, 1e-8)
    elif match := re.fullmatch(r"(\w+?)_membership", rest):
        header, rows = folder.rows(name)
        tree = tree_of(square, match[1])
        for at, title in enumerate(header):
            groups = np.array([int(row[at]) for row in rows]) - 1
            yield Line(f"{name} {title} (Rand ajusté)", rand_index(cut(tree, int(title[1:])), groups), 1.0)
    elif match := re.fullmatch(
        r"(\w+?)_k(\d+)_(silhouettes|disttocenter|medoids|ASWbycluster|wcClusterQuality)", rest
    ):
        yield from of_partition(folder, name, prefix, match, square, weights)
    elif rest == "discrepancy":
        yield from discrepancies(folder, name, square)
    elif match := re.fullmatch(r"seqrep_(\w+?)_cov(\d+)", rest):
        yield from represented(folder, name, square, sequences, match[1], int(match[2]) / 100)
    elif rest.endswith("_membership_medoidindex"):
        header, rows = folder.rows(name)
        for at, title in enumerate(header):
            rows_of = np.array([int(row[at]) for row in rows]) - 1
            theirs = float(weights @ square[np.arange(len(square)), rows_of])
            own_total = group(found, int(re.sub(r"\D", "", title)), weights=weights).cost
            yield Line(f"{name} {title} (total)", own_total, theirs, 1e-9, True)
    else:
        print(f"# {name} : non recalculé", file=sys.stderr)


def represented(
    folder: Folder, name: str, square: np.ndarray, sequences: Sequences, merit: str, coverage: float
) -> Iterator[Line]:
    """The representative sequences, one line each, and their figures."""
    expected = [row for row in folder.rows(name)[1] if row[0] != "Total"]
    scores = representatives.merits(sequences, square)[representatives.Merit(merit)]
    own = representatives.representatives(square, scores, sequences.weights, coverage=coverage).kept
    yield Line(f"{name} nombre", float(len(own)), float(len(expected)))
    total = float(sequences.weights.sum())
    for row, each in zip(expected, own, strict=False):
        # Equal sequences are one representative, whichever of them is named.
        yield Line(f"{name} {row[0]} (même parcours)", float(square[each.row, int(row[1]) - 1]), 0.0)
        figures = (
            *(each.assigned, 100 * each.assigned / total, each.near, 100 * each.near / total),
            *(each.spread, each.mean, each.to_centre, each.discrepancy, each.quality),
        )
        yield worst(f"{name} {row[0]}", np.array(figures), np.array([float(cell) for cell in row[2:]]))


def tree_of(square: np.ndarray, name: str) -> np.ndarray:
    """The tree of a method by its name in the files; agnes breaks ties otherwise than hclust, as scipy does."""
    if name == "agnes_ward":
        return linkage(squareform(square, checks=False), "ward")
    return hierarchy(square, LINKAGES[name])


def qualities(folder: Folder, name: str, square: np.ndarray, weights: np.ndarray) -> Iterator[Line]:
    for suffix in ("membership", "membership_medoidindex"):
        members = name.replace("_quality", f"_{suffix}")
        if folder.has(members):
            break
    else:
        return
    header, rows = folder.rows(members)
    columns, names, expected = folder.numbers(name)
    for at, title in enumerate(header):
        k = int(re.sub(r"\D", "", title))
        row = next((i for i, own in enumerate(names) if own == f"cluster{k}"), None)
        if row is None:
            continue
        _, groups = np.unique([int(each[at]) for each in rows], return_inverse=True)
        own = quality.quality(square, groups.astype(np.int64), weights)
        for column, value in zip(columns, expected[row], strict=True):
            if column in QUALITY:
                yield Line(f"{name} k={k} {column}", getattr(own, column), float(value))


def of_partition(
    folder: Folder, name: str, prefix: str, match: re.Match[str], square: np.ndarray, weights: np.ndarray
) -> Iterator[Line]:
    members = f"clust/{prefix}_{match[1]}_membership.csv"
    if not folder.has(members):
        return
    header, rows = folder.rows(members)
    groups = np.array([int(row[header.index(f"k{match[2]}")]) for row in rows]) - 1
    kind = match[3]
    if kind == "wcClusterQuality":
        own = quality.quality(square, groups, weights)
        for stat, value in folder.rows(name)[1]:
            yield Line(f"{name} {stat}", getattr(own, stat), float(value))
        return
    plain, with_own = quality.silhouettes(square, groups, weights)
    if kind == "silhouettes":
        expected = np.array([[float(c) for c in row] for row in folder.rows(name)[1]])
        yield worst(f"{name} sil", plain, expected[:, 2])
        yield worst(f"{name} silw", with_own, expected[:, 3])
    elif kind == "disttocenter":
        expected = np.array([float(row[1]) for row in folder.rows(name)[1]])
        yield worst(name, quality.distance_to_centre(square, groups, weights), expected)
    elif kind == "ASWbycluster":
        expected = folder.numbers(name)[2]
        means = [
            [np.average(s[groups == g], weights=weights[groups == g]) for s in (plain, with_own)]
            for g in range(groups.max() + 1)
        ]
        yield worst(name, np.array(means), expected)
    else:
        for row in folder.rows(name)[1]:
            own_rows = np.flatnonzero(groups == int(row[0]) - 1)
            sums = square[np.ix_(own_rows, own_rows)] @ weights[own_rows]
            given = np.flatnonzero(own_rows == int(row[1]) - 1)
            yield Line(f"{name} groupe {row[0]} (somme du médoïde)", float(sums.min()), float(sums[given[0]]))


def discrepancies(folder: Folder, name: str, square: np.ndarray) -> Iterator[Line]:
    expected = folder.json(name)
    ones = np.ones(len(square))
    n = len(square)
    if "dissvar" in expected:
        yield Line(f"{name} dissvar", quality.discrepancy(square, ones) / n, expected["dissvar"])
    if "dissvar_sq" in expected:
        yield Line(f"{name} dissvar_sq", quality.discrepancy(square**2, ones) / n, expected["dissvar_sq"])
    if "medoid_all" in expected:
        sums = square.sum(axis=1)
        yield Line(f"{name} medoid_all", float(sums.min()), float(sums[expected["medoid_all"] - 1]))
    header, rows = folder.rows("data/mvad.csv")
    for key, value in expected.items():
        column = key.removeprefix("dissassoc_")
        if key == column or column not in header or len(rows) != n:
            continue
        labels = [row[header.index(column)] for row in rows]
        groups = np.array([sorted(set(labels)).index(label) for label in labels])
        own = quality.compare_groups(square, groups, permutations=0)
        figures = {
            "Pseudo F": own.pseudo_f,
            "Pseudo Fbf": own.pseudo_f_unequal,
            "Pseudo R2": own.r2,
            "Bartlett": own.bartlett,
            "Levene": own.levene,
        }
        for stat, number_ in value["stat"].items():
            yield Line(f"{name} {column} {stat}", figures[stat], number_)


# ── formats ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def formats(folder: Folder) -> Iterator[Line]:
    yield from gaps_and_overlaps(folder)
    if not (folder.has("data/bfspell20.csv") and folder.has("formats")):
        return
    _, rows = folder.rows("data/bfspell20.csv")
    found = [Spell(row[0], int(row[1]), int(row[2]), row[3]) for row in rows]
    states = sorted({spell.state for spell in found})
    name = "formats/bfspell20_to_STS_process-FALSE.csv"
    if folder.has(name):
        first, last = min(s.begin for s in found), max(s.end for s in found)
        yield table_of_states(folder, name, from_spells(found, states, first=first, last=last))
    name = "formats/bfspell20_to_STS_process-TRUE_age15.csv"
    if folder.has(name) and folder.has("data/bfpdata20.csv"):
        origins = {row[0]: int(row[1]) for row in folder.rows("data/bfpdata20.csv")[1]}
        width = len(folder.rows(name)[0]) - 1
        yield table_of_states(folder, name, from_spells(found, states, first=1, last=width, origins=origins))


def gaps_and_overlaps(folder: Folder) -> Iterator[Line]:
    if not folder.has("formats/spell_gap_overlap_input.csv"):
        return
    _, rows = folder.rows("formats/spell_gap_overlap_input.csv")
    found = [Spell(row[0], int(row[1]), int(row[2]), row[3]) for row in rows]
    for overwrite in (True, False):
        name = f"formats/spell_gap_overlap_STS_overwrite-{str(overwrite).upper()}.csv"
        if folder.has(name):
            width = len(folder.rows(name)[0]) - 1
            states = sorted({spell.state for spell in found})
            own = from_spells(found, states, first=1, last=width, overwrite=overwrite)
            yield table_of_states(folder, name, own)


def table_of_states(folder: Folder, name: str, sequences: Sequences) -> Line:
    _, rows = folder.rows(name)
    order = {person: at for at, person in enumerate(sequences.ids)}
    wrong = 0
    for row in rows:
        line = sequences.codes[order[row[0]]]
        own = ["" if code < 0 else sequences.alphabet[code] for code in line]
        expected = ["" if cell in ("NA", "%", "*") else cell for cell in row[1:]]
        wrong += sum(a != b for a, b in zip(own, expected, strict=True))
    return Line(f"{name} cellules différentes", float(wrong), 0.0)


# ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def happenings(folder: Folder) -> Iterator[Line]:
    """Frequent subsequences of events: how many people met each one listed. A file is known by its columns."""
    for name in folder.names("events", "*.csv"):
        yield from safely(name, orders(folder, name))


def orders(folder: Folder, name: str) -> Iterator[Line]:
    header, rows = folder.rows(name)
    titles = [title.casefold() for title in header]
    if "count" not in titles:
        raise LookupError("colonne « Count »")
    at = next((i for i, title in enumerate(titles) if title.startswith("subseq")), 0)
    count = titles.index("count")
    found = happened(folder, Path(name).stem)
    match = re.search(r"gap[-_]?(\d+)", name, re.IGNORECASE)
    gap = float(match[1]) if match else None
    for row in rows:
        order = subsequences.parsed(row[at])
        own = sum(subsequences.meets(line, order, gap=gap) for line in found.values())
        yield Line(f"{name} {row[at]}", float(own), float(row[count]))


def happened(folder: Folder, name: str) -> dict[str, subsequences.Timed]:
    """The events of a data set: those listed (`*tse*.csv`), else the transitions of its sequences."""
    base = base_of({"name": name})
    listed = [path for path in folder.names("data", "*tse*.csv") if base in path]
    if listed:
        rows = folder.rows(listed[0])[1]
        return subsequences.timelines(Event(row[-3], int(float(row[-2])), row[-1]) for row in rows)
    sequences = data_set(folder, base)
    if sequences is None:
        raise LookupError(base)
    return subsequences.timelines(events(sequences))


# ── profiles and cross tables ────────────────────────────────────────────────────────────────────────────────────────

MCA_SETS = {"tea": 18, "hobbies": 18, "poison": 15, "children": 14}


def profiles(folder: Folder) -> Iterator[Line]:
    for name, count in MCA_SETS.items():
        if folder.has(f"data/{name}.csv") and folder.names("mca", f"{name}_*eig.csv"):
            yield from safely(f"mca/{name}", one_mca(folder, name, count))
            yield from safely(f"mca/{name} HCPC", people_in_groups(folder, name, count))
    yield from cross_tables(folder)
    yield from weighted_tables(folder)


def one_mca(folder: Folder, name: str, count: int) -> Iterator[Line]:
    header, rows = folder.rows(f"data/{name}.csv")
    variables = {
        column: [row[header.index(column)] for row in rows] for column in active(folder, name, header, count)
    }
    weights = folder.numbers(f"mca/{name}_roww.csv")[1] if folder.has(f"mca/{name}_roww.csv") else []
    for variant in ("_active_only", "", "_weighted", "_specific"):
        prefix = f"mca/{name}{variant}"
        if not folder.has(f"{prefix}_eig.csv"):
            continue
        own = np.array([float(w) for w in weights]) if variant == "_weighted" else None
        passive = excluded(folder, name, variables) if variant == "_specific" else []
        yield from mca_tables(folder, prefix, mca.analyse(variables, weights=own, passive=passive))
    yield from supplementary(folder, name, header, rows, variables)
    if folder.has(f"mca/{name}_burt_eig.csv"):
        # The table of Burt has the squared eigenvalues of the indicator matrix.
        expected = folder.numbers(f"mca/{name}_burt_eig.csv")[2][:, 0]
        own = mca.analyse(variables).eigenvalues ** 2
        yield worst(f"mca/{name}_burt_eig.csv", own[: len(expected)], expected[: len(own)])


def active(folder: Folder, name: str, header: list[str], count: int) -> list[str]:
    """The active variables: those of the correlation ratios when they are given, else the first ones."""
    for file in folder.names("mca", f"{name}*_var_eta2.csv"):
        said = set(folder.numbers(file)[1])
        if said <= set(header):
            return [column for column in header if column in said]
    first = 1 if header[0] in ("", "id") else 0
    return header[first : first + count]


def excluded(folder: Folder, name: str, variables: dict[str, list[str]]) -> list[tuple[str, str]]:
    labels = [row[1] for row in folder.rows(f"mca/{name}_excl_spec.csv")[1]]
    pairs = [
        (variable, category) for variable, values in variables.items() for category in sorted(set(values))
    ]
    found = []
    for label in labels:
        found += [
            pair for pair in pairs if label in (pair[1], f"{pair[0]}_{pair[1]}", f"{pair[0]}.{pair[1]}")
        ][:1]
    return found


def place(names: Sequence[tuple[str, str]], labels: Sequence[str]) -> list[int]:
    """Where each label of FactoMineR (`category` or `variable_category`) is among ours."""
    short = [category for _, category in names]
    long = [f"{variable}_{category}" for variable, category in names]
    return [short.index(label) if short.count(label) == 1 else long.index(label) for label in labels]


def mca_tables(folder: Folder, prefix: str, found: mca.Mca) -> Iterator[Line]:
    eigen = folder.numbers(f"{prefix}_eig.csv")[2]
    size = min(len(eigen), len(found.eigenvalues))
    yield worst(f"{prefix}_eig.csv valeurs propres", found.eigenvalues[:size], eigen[:size, 0])
    yield worst(f"{prefix}_eig.csv pourcentages", found.percentages[:size], eigen[:size, 1])
    parts = {
        "coord": found.active.coordinates,
        "contrib": found.active.contributions,
        "cos2": found.active.squared_cosines,
        "vtest": found.active.v_tests,
    }
    for part, own in parts.items():
        if folder.has(f"{prefix}_var_{part}.csv"):
            _, labels, expected = folder.numbers(f"{prefix}_var_{part}.csv")
            yield worst(
                f"{prefix}_var_{part}.csv",
                up_to_sign(own[place(found.active.names, labels)], expected),
                expected,
            )
    if folder.has(f"{prefix}_var_eta2.csv"):
        _, labels, expected = folder.numbers(f"{prefix}_var_eta2.csv")
        yield worst(f"{prefix}_var_eta2.csv", np.stack([found.eta2[label] for label in labels]), expected)
    for part, own in (("coord", found.people), ("contrib", found.contributions)):
        if folder.has(f"{prefix}_ind_{part}_first300.csv"):
            expected = folder.numbers(f"{prefix}_ind_{part}_first300.csv")[2]
            yield worst(
                f"{prefix}_ind_{part}_first300.csv", up_to_sign(own[: len(expected)], expected), expected
            )


def supplementary(
    folder: Folder, name: str, header: list[str], rows: list[list[str]], variables: dict[str, list[str]]
) -> Iterator[Line]:
    if not folder.has(f"mca/{name}_qualisup_coord.csv"):
        return
    found = mca.analyse(variables)
    numbers = [
        h
        for at, h in enumerate(header)
        if h and h not in variables and all(is_number(row[at]) for row in rows)
    ]
    others = [h for h in header if h and h not in variables and h not in numbers]
    sup = found.supplementary({h: [row[header.index(h)] for row in rows] for h in others})
    for part, own in (("coord", sup.coordinates), ("vtest", sup.v_tests)):
        if folder.has(f"mca/{name}_qualisup_{part}.csv"):
            _, labels, expected = folder.numbers(f"mca/{name}_qualisup_{part}.csv")
            computed = up_to_sign(own[place(sup.names, labels)], expected)
            yield worst(f"mca/{name}_qualisup_{part}.csv", computed, expected)
    if folder.has(f"mca/{name}_quantisup_coord.csv"):
        _, labels, expected = folder.numbers(f"mca/{name}_quantisup_coord.csv")
        own = np.stack(
            [found.correlations(np.array([float(r[header.index(label)]) for r in rows])) for label in labels]
        )
        yield worst(f"mca/{name}_quantisup_coord.csv", up_to_sign(own, expected), expected)


def people_in_groups(folder: Folder, name: str, count: int) -> Iterator[Line]:
    """HCPC: Ward's tree on the axes, its cut, the consolidated groups, what characterises them, and their paragons."""
    names = folder.names("mca", f"{name}_hcpc*")
    if not names:
        return
    header, rows = folder.rows(f"data/{name}.csv")
    first = 1 if header[0] in ("", "id") else 0
    variables = {
        column: [row[header.index(column)] for row in rows] for column in active(folder, name, header, count)
    }
    points = mca.analyse(variables, axes=20).people
    ones = np.ones(len(points))
    tree = respondent_groups.ward(points, ones)
    for file in names:
        stem = Path(file).stem
        if match := re.search(r"_last(\d+)heights$", stem):
            expected = np.sort([float(row[-1]) for row in folder.rows(file)[1]])
            yield worst(file, np.sort(tree.heights)[-len(expected) :], expected)
            continue
        match = re.search(r"_hcpc(\d+)_", stem)
        if match is None:
            continue
        raw = respondent_groups.along_first_axis(points, tree.cut(int(match[1])), ones)
        groups = respondent_groups.along_first_axis(
            points, respondent_groups.consolidated(points, raw, ones), ones
        )
        labels = [str(group + 1) for group in groups]
        columns = {
            h: [row[at] for row in rows] for at, h in enumerate(header) if h and at >= first and h != "age"
        }
        if stem.endswith("clust"):
            own = raw if "noconsol" in stem else groups
            theirs = np.array([int(row[-1]) for row in folder.rows(file)[1]])
            yield Line(f"{file} personnes classées autrement", float((own + 1 != theirs).sum()), 0.0)
        elif "_category_" in stem:
            yield from traits(folder, file, columns, labels, stem.rsplit("_", 1)[1])
        elif stem.endswith("testchi2"):
            yield from associations(folder, file, columns, labels)
        elif stem.endswith("para"):
            yield from nearest_people(folder, file, points, groups)


def nearest_people(folder: Folder, file: str, points: np.ndarray, groups: np.ndarray) -> Iterator[Line]:
    lines = folder.path(file).read_text(encoding="utf-8").splitlines()
    found = respondent_groups.paragons(points, groups, np.ones(len(points)))
    heads = [at for at, line in enumerate(lines) if line.startswith("Cluster")]
    for at, own in zip(heads, found, strict=True):
        people, gaps = lines[at + 1].split(), [float(each) for each in lines[at + 2].split()]
        wrong = sum(str(row + 1) != person for (row, _), person in zip(own, people, strict=True))
        yield Line(f"{file} {lines[at]} personnes", float(wrong), 0.0)
        yield worst(f"{file} {lines[at]}", np.array([gap for _, gap in own]), np.array(gaps), 1e-6)


def associations(
    folder: Folder, file: str, columns: dict[str, list[str]], groups: Sequence[str]
) -> Iterator[Line]:
    """Which variables go with the groups: chi-square, its degrees of freedom and p-value."""
    for row in folder.rows(file)[1]:
        own = crosstabs.independence(crosstabs.crosstab(list(columns[row[0]]), list(groups)))
        yield Line(f"{file} {row[0]} p", own.p_value, float(row[1]))
        yield Line(f"{file} {row[0]} degrés de liberté", float(own.df), float(row[2]))


def is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


def cross_tables(folder: Folder) -> Iterator[Line]:
    summary = folder.json("mca/chi2_summary.json") if folder.has("mca/chi2_summary.json") else {}
    for key, expected in summary.items():
        parts = key.split("_")
        pair = columns_of(folder, parts[0], parts[1:])
        if pair is None:
            continue
        table = crosstabs.crosstab(*pair)
        own = crosstabs.independence(table)
        figures = {
            "chi2": own.chi2,
            "df": own.df,
            "p": own.p_value,
            "yates_chi2": own.yates,
            "yates_p": own.yates_p_value,
            "cramer_v": own.cramers_v,
            "contingency": own.contingency,
            "G2": own.g2,
            "n": own.n,
            "fisher_p": own.fisher,
            "min_expected": own.smallest_expected,
        }
        for stat, value in expected.items():
            if value is not None and figures.get(stat) is not None:
                yield Line(f"mca/chi2 {key} {stat}", float(figures[stat] or 0.0), float(value))
        yield from table_files(folder, f"mca/chi2_{key}", table)


def columns_of(
    folder: Folder, name: str, parts: Sequence[str]
) -> tuple[list[str | None], list[str | None]] | None:
    if not folder.has(f"data/{name}.csv"):
        return None
    header, rows = folder.rows(f"data/{name}.csv")
    for at in range(1, len(parts)):
        pair = "_".join(parts[:at]), "_".join(parts[at:])
        if all(column in header for column in pair):
            first, second = (
                [None if row[header.index(c)] in ("NA", "") else row[header.index(c)] for row in rows]
                for c in pair
            )
            return first, second
    return None


def table_files(folder: Folder, prefix: str, table: crosstabs.Crosstab) -> Iterator[Line]:
    parts = {
        "table": table.counts,
        "expected": table.expected,
        "pearson_residuals": table.residuals,
        "stdres": table.adjusted,
        "rowpct": table.row_shares,
        "table_weighted": table.weighted,
        "rowpct_weighted": table.row_shares,
    }
    for part, own in parts.items():
        if folder.has(f"{prefix}_{part}.csv"):
            columns, labels, expected = folder.numbers(f"{prefix}_{part}.csv")
            rows = [table.rows.index(label) for label in labels]
            cells = own[np.ix_(rows, [table.columns.index(column) for column in columns])]
            yield worst(f"{prefix}_{part}.csv", cells, expected)


def weighted_tables(folder: Folder) -> Iterator[Line]:
    if not (folder.has("mca/hdv_chi2.json") and folder.has("data/hdv2003.csv")):
        return
    header, rows = folder.rows("data/hdv2003.csv")
    weights = [float(row[header.index("poids")]) for row in rows]
    for key, expected in folder.json("mca/hdv_chi2.json").items():
        pair = columns_of(folder, "hdv2003", key.split("_"))
        if pair is None:
            continue
        table, tested = crosstabs.crosstab(*pair, weights), crosstabs.rao_scott(*pair, weights)
        own = crosstabs.independence(table)
        assert tested is not None
        figures = {
            "n": own.n,
            "chi2": own.chi2,
            "df": own.df,
            "p": own.p_value,
            "cramer_v": own.cramers_v,
            "weighted_chi2_naive": tested.naive_chi2,
            "weighted_cramer_v": tested.cramers_v,
            "rao_scott_F": tested.f,
            "rao_scott_p": tested.p_value,
        }
        for stat, value in figures.items():
            if stat in expected:
                yield Line(f"mca/hdv {key} {stat}", float(value), float(expected[stat]))
        yield from table_files(folder, f"mca/hdv_{key}", table)


def described(folder: Folder) -> Iterator[Line]:
    """catdes of FactoMineR: which categories are over- or under-represented in each group."""
    for name in folder.names("mca", "tea_catdes_SPC_*.csv"):
        label = Path(name).stem.removeprefix("tea_catdes_SPC_").replace("_", " ")
        header, rows = folder.rows("data/tea.csv")
        groups = [row[header.index("SPC")] for row in rows]
        known = {value.replace("-", " "): value for value in groups}
        if label not in known:
            continue
        columns = {
            h: [row[at] for row in rows] for at, h in enumerate(header) if h and h not in ("age", "SPC")
        }
        yield from traits(folder, name, columns, groups, known[label])
    name = "mca/tea_catdes_SPC_chi2.csv"
    if folder.has(name) and folder.has("data/tea.csv"):
        header, rows = folder.rows("data/tea.csv")
        columns = {h: [row[at] for row in rows] for at, h in enumerate(header) if h}
        yield from associations(folder, name, columns, columns["SPC"])


def traits(
    folder: Folder, name: str, columns: dict[str, list[str]], groups: Sequence[str], group_name: str
) -> Iterator[Line]:
    """The categories that tell a group apart."""
    own = {f"{each.variable}={each.category}": each for each in mca.characterise(columns, groups)[group_name]}
    for title, cells in ((row[0], row[1:]) for row in folder.rows(name)[1]):
        if title in own:
            each = own[title]
            computed = (each.of_category, each.of_group, each.overall, each.p_value, each.v_test)
            yield worst(f"{name} {title}", np.array(computed), np.array([float(cell) for cell in cells]))
        else:
            yield Line(f"{name} {title} (absent)", 0.0, 1.0)


# ── agreement and weights ────────────────────────────────────────────────────────────────────────────────────────────


def irr(folder: Folder) -> Iterator[Line]:
    if not folder.has("irr/expected.json"):
        return
    expected = folder.json("irr/expected.json")
    tables: dict[str, agreement.Patterns] = {}
    for letter in "ABC":
        if folder.has(f"irr/kripp2011_{letter}.csv"):
            rows = folder.rows(f"irr/kripp2011_{letter}.csv")[1]
            tables[letter] = agreement.patterns(*[[None if c == "NA" else c for c in row] for row in rows])
    for name in ("anxiety", "video", "diagnoses", "vision"):
        if folder.has(f"data/irr_{name}.csv"):
            rows = folder.rows(f"data/irr_{name}.csv")[1]
            tables[name] = agreement.patterns(*[list(column) for column in zip(*rows, strict=True)])
    for name, table in tables.items():
        for key in (f"{name}_nominal", f"{name}_alpha_nominal"):
            if key in expected:
                yield Line(f"irr/{key}", agreement.krippendorff_alpha(table), expected[key])
    for name, table in tables.items():
        yield from safely(f"irr/{name}, échelles", graded(name, table, expected))
    if "diagnoses" in tables and "diagnoses_fleiss" in expected:
        own = agreement.fleiss_kappa(tables["diagnoses"])
        yield Line("irr/diagnoses_fleiss", own, expected["diagnoses_fleiss"]["kappa"])
    if "diagnoses" in tables and "diagnoses12_cohen" in expected:
        two: dict[tuple[Any, ...], float] = {}
        for pattern, count in tables["diagnoses"].items():
            two[pattern[:2]] = two.get(pattern[:2], 0) + count
        yield Line(
            "irr/diagnoses12_cohen", agreement.cohen_kappa(two), expected["diagnoses12_cohen"]["kappa"]
        )
        if "diagnoses12_agree" in expected:
            percent = 100 * agreement.percent_agreement(two)
            yield Line("irr/diagnoses12_agree", percent, expected["diagnoses12_agree"])
    if "vision" in tables and "vision_kappa_unweighted" in expected:
        yield Line(
            "irr/vision_kappa", agreement.cohen_kappa(tables["vision"]), expected["vision_kappa_unweighted"]
        )


def graded(name: str, table: agreement.Patterns, expected: dict[str, Any]) -> Iterator[Line]:
    """Alpha on ordered and numeric scales, weighted kappa of the first two coders, Light's kappa."""
    said = {answer for pattern in table for answer in pattern if answer is not None}
    for level in ("ordinal", "interval", "ratio"):
        for key in (f"{name}_{level}", f"{name}_alpha_{level}"):
            if key in expected:
                numbers = sorted(map(float, map(str, said)))
                yield Line(
                    f"irr/{key}", graded_agreement.krippendorff_alpha(table, numbers, level), expected[key]
                )
    two: dict[tuple[Any, ...], float] = {}
    for pattern, count in table.items():
        two[pattern[:2]] = two.get(pattern[:2], 0) + count
    for prefix in (f"{name}_kappa", f"{name}12_kappa"):
        if f"{prefix}_unweighted" in expected and prefix != "vision_kappa":
            yield Line(
                f"irr/{prefix}_unweighted", agreement.cohen_kappa(two), expected[f"{prefix}_unweighted"]
            )
        for weight in ("equal", "squared"):
            if f"{prefix}_{weight}" in expected:
                seen = {a for pair in two for a in pair}
                order = sorted(seen, key=lambda answer: (len(str(answer)), str(answer)))
                own = graded_agreement.weighted_kappa(two, order, squared=weight == "squared")
                yield Line(f"irr/{prefix}_{weight}", own, expected[f"{prefix}_{weight}"])
    if f"{name}_light" in expected:
        yield Line(f"irr/{name}_light", graded_agreement.light_kappa(table), expected[f"{name}_light"])


CALMAR = {
    "lin": weighting.Method.LINEAR,
    "raking": weighting.Method.RAKING,
    "logit": weighting.Method.LOGIT,
}


def weights(folder: Folder) -> Iterator[Line]:
    yield from raking(folder)
    if not (folder.has("weights/calmar_sample.csv") and folder.has("weights/calmar2_SAS_weights.csv")):
        return
    header, rows = folder.rows("weights/calmar_sample.csv")
    sample = {name: [row[at] for row in rows] for at, name in enumerate(header)}
    for suffix, file in (("", "weights/calmar_margins_1.csv"), ("_2", "weights/calmar_margins_2_pct.csv")):
        if folder.has(file):
            yield from calmar(folder, sample, file, suffix, "weights/calmar2_SAS_weights.csv", (0.2, 1.3))
    if folder.has("weights/calmar2_SAS_weights_nonresponse.csv") and "responding" in sample:
        kept = [at for at, value in enumerate(sample["responding"]) if value == "1"]
        few = {name: [values[at] for at in kept] for name, values in sample.items()}
        margins, file = "weights/calmar_margins_1.csv", "weights/calmar2_SAS_weights_nonresponse.csv"
        yield from calmar(folder, few, margins, "", file, (0.1, 2.0))


def raking(folder: Folder) -> Iterator[Line]:
    """Raking from unequal design weights: the margins are those that the expected weights give."""
    name = "weights/raking_nonuniform_design_weights.csv"
    if not folder.has(name):
        return
    header, rows = folder.rows(name)
    design, expected = (np.array([float(row[header.index(c)]) for row in rows]) for c in ("dw", "w_ipf"))
    answers: dict[str, list[str | float]] = {}
    margins = []
    for column in (c for c in header if c not in ("cds", "dw", "w_ipf")):
        own = [row[header.index(column)] for row in rows]
        answers[column] = list(own)
        totals = {value: float(expected[np.array(own) == value].sum()) for value in sorted(set(own))}
        margins.append(weighting.Margin(column, totals))
    found = weighting.calibrate(
        answers, margins, initial=design.tolist(), method=weighting.Method.RAKING
    ).weights
    yield worst(name, found, expected, 1e-6)


def calmar(
    folder: Folder,
    sample: dict[str, list[str]],
    file: str,
    suffix: str,
    expected_file: str,
    bounds: tuple[float, float],
) -> Iterator[Line]:
    population = 50_000.0 if suffix else 1.0
    answers: dict[str, list[str | float]] = {}
    margins = []
    for row in folder.rows(file)[1]:
        totals = [float(cell) for cell in row[2:] if cell not in ("", "NA")]
        if row[1] == "0":
            answers[row[0]] = [float(value) for value in sample[row[0]]]
            margins.append(weighting.Margin(row[0], {"": totals[0]}))
        else:
            answers[row[0]] = list(sample[row[0]])
            counts = {str(at): total * population for at, total in enumerate(totals, start=1)}
            margins.append(weighting.Margin(row[0], counts))
    design = [float(value) for value in sample["weight"]]
    header, rows = folder.rows(expected_file)
    order = {row[0]: at for at, row in enumerate(rows)}
    for name, method in CALMAR.items():
        column = f"weight_cal_{name}{suffix}"
        if column not in header:
            continue
        own = weighting.calibrate(answers, margins, initial=design, method=method, bounds=bounds).weights
        expected = np.array([float(rows[order[ident]][header.index(column)]) for ident in sample["ident"]])
        yield worst(f"{expected_file} {column}", own, expected, 1e-5)


PARTS: tuple[Callable[[Folder], Iterator[Line]], ...] = (
    *(dist, indic, descr, clust, formats, happenings),
    *(profiles, described, irr, weights),
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--only", default="", help="parts to recompute, separated by commas")
    options = parser.parse_args()
    folder, lines = Folder(options.folder), []
    wanted = set(filter(None, options.only.split(",")))
    for part in PARTS:
        if wanted and part.__name__ not in wanted:
            continue
        for line in safely(part.__name__, part(folder)):
            lines.append(line)
            if line.skipped:
                print(
                    f"non recalculé : {line.figure} ({line.skipped})",
                    file=sys.stderr if options.json else None,
                )
            elif not options.json:
                verdict = "ok" if line.passed else "ÉCART"
                print(
                    f"{verdict:6} {line.figure:<72} {line.computed:<24.15g} {line.expected:<24.15g} {line.difference:.2e}",
                    flush=True,
                )
    skipped = [line for line in lines if line.skipped]
    lines = [line for line in lines if not line.skipped]
    failed = [line for line in lines if not line.passed]
    unused = sorted(
        str(path.relative_to(folder.root))
        for path in folder.root.rglob("*.*")
        if path.is_file() and path not in folder.used and path.name != "README.md"
    )
    if options.json:
        body = [
            {
                "figure": line.figure,
                "computed": line.computed,
                "expected": line.expected,
                "difference": line.difference,
                "pass": line.passed,
            }
            for line in lines
        ]
        print(
            json.dumps(
                {
                    "figures": body,
                    "passed": len(lines) - len(failed),
                    "failed": len(failed),
                    "skipped": [{"figure": line.figure, "why": line.skipped} for line in skipped],
                    "unused": unused,
                }
            )
        )
    else:
        print(
            f"{len(lines) - len(failed)} figures sur {len(lines)} dans la tolérance, {len(skipped)} entrées non recalculées."
        )
        for path in unused if not wanted else ():
            print(f"non recalculé : {path}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
