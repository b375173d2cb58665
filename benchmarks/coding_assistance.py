"""How good are the coding suggestions? Our learner and its peers on open answers that several people coded.

    python benchmarks/coding_assistance.py --data FOLDER [--json]

FOLDER holds `*.jsonl` (one answer per line: question_id, text, labels_majority, labels_count, author) and a codebook csv
(question_id, label, and a definition when there is one): the shape of the « grande annotation » of the Grand Débat. Answers that
readers agreed on are the truth: without labels_majority, what two readers at least said; without author, each answer has its own;
without a codebook, the codes are those that readers used.

1. Five folds grouped by author. 2. Learning curves: after 0, 20, 50… decided answers, drawn at random over all questions,
how good are the suggestions on answers not seen yet? All peers see the same answers, the same codes per question and the same folds.

Micro- and macro-F1 are given three times: over all codes that occur; over those with five answers or more (`_codes_5`); over those
with ten answers or more whose name says something, « Autres » and « Sans réponse » left out (`_named_10`).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import itertools

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from habitat_enquete.coding import learner, regression
from habitat_enquete.coding.features import CodeProfile, Matrix, TextSpace, profile, stems

SIZES = (0, 20, 50, 100, 200, 400)
UNSEEN = 300  # answers on which a learning curve is measured
PERMUTATIONS = 5
FITTED_STIFFNESS = 6.0  # how strongly shipped weights are held to zero


@dataclass(frozen=True)
class Question:
    """The answers to one question: texts, codes, what readers said (shares) and what most of them said (0 or 1)."""

    id: str
    texts: list[str]
    authors: list[str]
    codes: list[CodeProfile]
    shares: Matrix
    majority: Matrix


# What a method gives for each question: scores (answers × codes), and the probability or score from which it codes (per code).
Output = list[tuple[Matrix, Matrix]]
Method = Callable[[Sequence[Question], Sequence["np.ndarray[Any, Any]"]], Output]


def load(folder: Path) -> list[Question]:
    """The questions of `folder`, answers without an agreed code left out."""
    labels = _codebook(folder)
    answers: dict[str, list[Mapping[str, Any]]] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
            if not line.strip():
                continue
            answer = {"id": f"{path.name}:{number}", **json.loads(line)}
            answer["labels_majority"] = _agreed(answer)
            if answer["labels_majority"] and str(answer.get("text") or "").strip():
                answers.setdefault(str(answer.get("question_id", "")), []).append(answer)
    if not answers:
        raise SystemExit(f"{folder}: no *.jsonl with answers that have a text and an agreed code")
    return [_question(key, rows, labels.get(key, {})) for key, rows in sorted(answers.items())]


def _agreed(answer: Mapping[str, Any]) -> list[str]:
    """What most readers said, else what two of them said (one, when there was only one)."""
    if "labels_majority" in answer:
        return list(dict.fromkeys(answer["labels_majority"] or ()))
    counts = answer.get("labels_count") or {}
    needed = min(2, max(counts.values(), default=0))
    return [label for label, count in counts.items() if count >= needed]


def _codebook(folder: Path) -> dict[str, dict[str, str]]:
    """Question → label → definition (often empty), from the csv files that have these columns."""
    labels: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.csv")):
        text = path.read_text(encoding="utf-8-sig")
        delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
        for row in csv.DictReader(text.splitlines(), delimiter=delimiter):
            if row.get("label"):
                definition = row.get("definition") or row.get("description") or ""
                labels.setdefault(row.get("question_id") or "", {})[row["label"]] = definition
    return labels


def _question(key: str, rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> Question:
    used = [label for row in rows for label in row["labels_majority"]]
    # The codebook lists frequent codes first: in that order, ties would give the answer away.
    names = sorted({*labels, *used}, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    column = {name: rank for rank, name in enumerate(names)}
    shares, majority = np.zeros((len(rows), len(names))), np.zeros((len(rows), len(names)))
    for rank, row in enumerate(rows):
        counts = row.get("labels_count") or dict.fromkeys(row["labels_majority"], 1)
        readers = max(int(row.get("n_readings_min") or 1), *counts.values())
        for label, count in counts.items():
            if label in column:
                shares[rank, column[label]] = min(1.0, count / readers)
        for label in row["labels_majority"]:
            majority[rank, column[label]] = 1
    return Question(
        id=key,
        texts=[str(row["text"]) for row in rows],
        authors=[str(row.get("author") or row.get("id") or rank) for rank, row in enumerate(rows)],
        codes=[profile(name, name, definition=labels.get(name, "")) for name in names],
        shares=shares,
        majority=majority,
    )


# ── methods ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Ours:
    """The learner of `habitat_enquete.coding`, its kernels computed once and refitted at each call."""

    def __init__(self, questions: Sequence[Question], *, start: learner.Mixer | None = None) -> None:
        space = TextSpace([text for question in questions for text in question.texts])
        numbers: dict[str, int] = {}
        self.start = start
        self.prepared = [
            regression.PreparedGroup(
                regression.Group(
                    question.texts,
                    question.codes,
                    question.shares,
                    np.ones(len(question.texts), dtype=bool),
                    np.array([numbers.setdefault(author, len(numbers)) for author in question.authors]),
                ),
                space,
            )
            for question in questions
        ]

    def __call__(self, questions: Sequence[Question], known: Sequence[np.ndarray[Any, Any]]) -> Output:
        predictions, _ = learner.predict(
            self.prepared,
            [(question.shares, mask) for question, mask in zip(questions, known, strict=True)],
            truths=[question.majority for question in questions],
            start=self.start,
        )
        return [(each.probabilities, each.thresholds) for each in predictions]


def stem_overlap(questions: Sequence[Question], known: Sequence[np.ndarray[Any, Any]]) -> Output:
    """Peer without training: a code whose name shares a stem with the answer; ranked by the share of the name found."""
    del known
    output = []
    for question in questions:
        names = [set(stems(code.label)) for code in question.codes]
        found = [set(stems(text)) for text in question.texts]
        scores = np.array([[len(n & f) / len(n) if n else 0.0 for n in names] for f in found])
        output.append((scores, np.full(len(names), 1e-9)))
    return output


def logistic(questions: Sequence[Question], known: Sequence[np.ndarray[Any, Any]]) -> Output:
    """Peer: one-vs-rest logistic regression on TF-IDF of words (1–2) and letters (2–5), per question; codes from .5."""
    output = []
    for question, mask in zip(questions, known, strict=True):
        scores = np.zeros(question.majority.shape)
        if mask.any():
            words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
            letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
            texts = [text for text, use in zip(question.texts, mask, strict=True) if use]
            try:
                words.fit(texts)
            except ValueError:  # no word of two letters in the few answers drawn
                output.append((scores, np.full(scores.shape[1], 0.5)))
                continue
            letters.fit(texts)
            inputs = _stacked(words.transform(question.texts), letters.transform(question.texts))
            for column in range(scores.shape[1]):
                truth = question.majority[mask, column]
                if 0 < truth.sum() < len(truth):
                    model = LogisticRegression(C=20, max_iter=1000).fit(inputs[mask], truth)
                    scores[:, column] = model.predict_proba(inputs)[:, 1]
                else:
                    scores[:, column] = truth.mean()
        output.append((scores, np.full(scores.shape[1], 0.5)))
    return output


def _stacked(*parts: Any) -> Any:
    from scipy import sparse

    return sparse.hstack(parts).tocsr()


def textcat(questions: Sequence[Question], known: Sequence[np.ndarray[Any, Any]]) -> Output:
    """Peer: spaCy's multi-label text classifier (bag of words), one per question, 20 epochs; codes from .5."""
    import spacy
    from spacy.training import Example
    from spacy.util import fix_random_seed

    output = []
    for question, mask in zip(questions, known, strict=True):
        scores = np.zeros(question.majority.shape)
        if mask.any():
            fix_random_seed(0)
            nlp = spacy.blank("xx")
            names = [f"c{rank}" for rank in range(len(question.codes))]
            pipe = nlp.add_pipe(
                "textcat_multilabel",
                config={
                    "model": {
                        "@architectures": "spacy.TextCatBOW.v3",
                        "exclusive_classes": False,
                        "ngram_size": 1,
                        "no_output_layer": False,
                        "length": 16384,
                    }
                },
            )
            for name in names:
                pipe.add_label(name)  # type: ignore[attr-defined]
            examples = [
                Example.from_dict(
                    nlp.make_doc(question.texts[row]),
                    {"cats": dict(zip(names, question.majority[row].tolist(), strict=True))},
                )
                for row in np.flatnonzero(mask)
            ]
            optimizer = nlp.initialize(lambda examples=examples: examples)
            draw = random.Random(0)
            for _ in range(20):
                draw.shuffle(examples)
                for begin in range(0, len(examples), 32):
                    nlp.update(examples[begin : begin + 32], sgd=optimizer)
            for row, doc in enumerate(nlp.pipe(question.texts)):
                scores[row] = [doc.cats[name] for name in names]
        output.append((scores, np.full(scores.shape[1], 0.5)))
    return output


# ── measures ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Tally:
    """Hits and misses gathered over folds or permutations."""

    counts: dict[tuple[str, int], np.ndarray[Any, Any]]
    residual: dict[tuple[str, int], bool]
    recall3: list[float]
    recall5: list[float]
    scores: list[np.ndarray[Any, Any]]
    truths: list[np.ndarray[Any, Any]]

    @classmethod
    def empty(cls) -> Tally:
        return cls({}, {}, [], [], [], [])

    def add(
        self, questions: Sequence[Question], output: Output, tested: Sequence[np.ndarray[Any, Any]]
    ) -> None:
        for question, (scores, thresholds), mask in zip(questions, output, tested, strict=True):
            rows = np.flatnonzero(mask)
            if not len(rows):
                continue
            truth, found = question.majority[rows], scores[rows]
            coded = found >= thresholds
            for column in range(truth.shape[1]):
                hit = truth[:, column] == 1
                said = coded[:, column]
                add = np.array([(hit & said).sum(), (~hit & said).sum(), (hit & ~said).sum()])
                key = (question.id, column)
                self.counts[key] = self.counts.get(key, np.zeros(3)) + add
                self.residual[key] = question.codes[column].residual
            order = np.argsort(-found, axis=1, kind="stable")
            for row, ranks in zip(truth, order, strict=True):
                self.recall3.append(row[ranks[:3]].sum() / row.sum())
                self.recall5.append(row[ranks[:5]].sum() / row.sum())
            self.scores.append(found.reshape(-1))
            self.truths.append(truth.reshape(-1))

    def measures(self) -> dict[str, float]:
        """Micro and macro F1 over three sets of codes (see the module), recall, calibration error."""
        answers = {key: count[0] + count[2] for key, count in self.counts.items()}
        often = [key for key, number in answers.items() if number >= 5]
        named = [key for key, number in answers.items() if number >= 10 and not self.residual[key]]
        return {
            **self._f1_over("", [key for key, number in answers.items() if number], list(self.counts)),
            **self._f1_over("_codes_5", often, often),
            **self._f1_over("_named_10", named, named),
            "recall_at_3": float(np.mean(self.recall3)),
            "recall_at_5": float(np.mean(self.recall5)),
            "ece": _calibration_error(np.concatenate(self.scores), np.concatenate(self.truths)),
        }

    def _f1_over(
        self, suffix: str, occurring: Sequence[tuple[str, int]], counted: Sequence[tuple[str, int]]
    ) -> dict[str, float]:
        nothing = float("nan")
        return {
            f"micro_f1{suffix}": _f1(np.sum([self.counts[key] for key in counted], axis=0))
            if counted
            else nothing,
            f"macro_f1{suffix}": float(np.mean([_f1(self.counts[key]) for key in occurring]))
            if occurring
            else nothing,
        }


def _f1(counts: np.ndarray[Any, Any]) -> float:
    hit, false, missed = counts
    return float(2 * hit / (2 * hit + false + missed)) if hit else 0.0


def _calibration_error(scores: np.ndarray[Any, Any], truth: np.ndarray[Any, Any]) -> float:
    """Expected calibration error over ten equal bins of probability."""
    bins = np.minimum((scores * 10).astype(int), 9)
    shares = [
        (bins == each).mean() * abs(scores[bins == each].mean() - truth[bins == each].mean())
        for each in range(10)
        if (bins == each).any()
    ]
    return float(sum(shares))


# ── protocols ──────────────────────────────────────────────────────────────────────────────────────────────────────


def folds(questions: Sequence[Question], method: Method) -> dict[str, float]:
    """Five folds over all answers, those of one author in one fold."""
    authors = [author for question in questions for author in question.authors]
    starts = np.cumsum([0, *(len(question.texts) for question in questions)])
    tally, begin = Tally.empty(), time.process_time()
    count = min(5, len(set(authors)))
    if count < 2:
        raise SystemExit("folds are made by author: at least two are needed")
    for _, tested in GroupKFold(count).split(authors, groups=authors):
        mask = np.zeros(len(authors), dtype=bool)
        mask[tested] = True
        masks = [mask[a:b] for a, b in itertools.pairwise(starts)]
        tally.add(questions, method(questions, [~each for each in masks]), masks)
    return {**tally.measures(), "seconds_per_fit": (time.process_time() - begin) / count}


def curve(
    questions: Sequence[Question], method: Method, sizes: Sequence[int], permutations: int
) -> dict[str, dict[str, float]]:
    """After each number of decided answers, the measures on the next answers of a random order of authors."""
    authors = [author for question in questions for author in question.authors]
    starts = np.cumsum([0, *(len(question.texts) for question in questions)])
    result = {}
    for size in sizes:
        tally, begin = Tally.empty(), time.process_time()
        for seed in range(permutations):
            order = np.array(random.Random(seed).sample(range(len(authors)), len(authors)))
            seen = {authors[rank] for rank in order[:size]}
            unseen = [rank for rank in order[size:] if authors[rank] not in seen][:UNSEEN]
            known, tested = np.zeros(len(authors), dtype=bool), np.zeros(len(authors), dtype=bool)
            known[order[:size]] = True
            tested[unseen] = True
            cut = [slice(a, b) for a, b in itertools.pairwise(starts)]
            if tested.any():
                tally.add(
                    questions,
                    method(questions, [known[each] for each in cut]),
                    [tested[each] for each in cut],
                )
        if tally.recall3:
            result[str(size)] = {
                **tally.measures(),
                "seconds_per_fit": (time.process_time() - begin) / permutations,
            }
    return result


def fitted_weights(kept: Sequence[Question]) -> learner.Mixer:
    """Mixing weights fitted over learning stages, from nothing to almost everything decided."""
    ours = Ours(kept)
    features, truths = [], []
    total = sum(len(question.texts) for question in kept)
    for size in (0, 20, 50, 100, 200, 400, 800):
        for seed in range(3):
            draw = random.Random(1000 * seed + size)
            chosen = np.zeros(total, dtype=bool)
            chosen[draw.sample(range(total), min(size, int(0.8 * total)))] = True
            begin = 0
            for question, prepared in zip(kept, ours.prepared, strict=True):
                known = chosen[begin : begin + len(question.texts)]
                begin += len(question.texts)
                # What is wanted later is a good opinion of texts nobody decided on.
                rows = np.flatnonzero(~known)
                rows = np.array(sorted(draw.sample(list(rows), len(rows) // 3)), dtype=int)
                learned = regression.Regression(prepared, question.shares, known)
                features.append(learner.features(prepared, learned, rows))
                truths.append(question.majority[rows])
    zero = learner.Mixer(np.zeros(len(learner.NAMES) + 1))
    return learner.fit_mixer(features, truths, start=zero, stiffness=FITTED_STIFFNESS)


def transfer(questions: Sequence[Question]) -> dict[str, dict[str, float]]:
    """Before any decision: the shipped weights, and for each question weights that never saw it, fitted on the others."""
    nobody = [np.zeros(len(question.texts), dtype=bool) for question in questions]
    prepared = Ours(questions).prepared
    features = [
        learner.features(each, regression.Regression(each, question.shares, none), np.arange(len(none)))
        for each, question, none in zip(prepared, questions, nobody, strict=True)
    ]
    zero = learner.Mixer(np.zeros(len(learner.NAMES) + 1))
    unseen = []
    for left_out, _ in enumerate(questions):
        others = [rank for rank in range(len(questions)) if rank != left_out]
        truths = [questions[rank].majority for rank in others]
        mixer = learner.fit_mixer(
            [features[rank] for rank in others], truths, start=zero, stiffness=FITTED_STIFFNESS
        )
        unseen.append(mixer.probabilities(features[left_out]))
    shipped = [learner.shipped_mixer().probabilities(each) for each in features]
    result = {}
    for name, scores in (("shipped", shipped), ("never saw the question", unseen)):
        tally = Tally.empty()
        output = [(each, np.full(each.shape[1], 0.3)) for each in scores]
        tally.add(questions, output, [~none for none in nobody])
        result[name] = tally.measures()
    return result


def weights_module(questions: Sequence[Question]) -> str:
    """The source of `habitat_enquete/coding/weights.py`: centres and scales of the features, and the fitted weights."""
    from habitat_enquete.coding import weights

    ours = Ours(questions)
    rows = []
    for prepared, question in zip(ours.prepared, questions, strict=True):
        for share in (0.0, 0.3, 0.8):
            known = np.random.default_rng(0).random(len(question.texts)) < share
            learned = regression.Regression(prepared, question.shares, known)
            found = learner.features(prepared, learned, np.arange(len(known)))
            rows.append(found.reshape(-1, len(learner.NAMES)))
    stacked = np.concatenate(rows)
    centres, scales = stacked.mean(axis=0), stacked.std(axis=0)
    weights.CENTRES.update({name: round(float(c), 4) for name, c in zip(learner.NAMES, centres, strict=True)})
    weights.SCALES.update(
        {name: max(round(float(s), 4), 1e-3) for name, s in zip(learner.NAMES, scales, strict=True)}
    )
    mixer = learner.weights_by_name(fitted_weights(questions))
    lines = [
        '"""How features are mixed before any decision: made by `benchmarks/coding_assistance.py --fit-weights`, not by hand.',
        "",
        "Fitted on the open part of the « grande annotation » of the Grand Débat national (annotations CC BY-SA 4.0); no text is kept.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Final",
        "",
    ]
    for title, values in (("CENTRES", weights.CENTRES), ("SCALES", weights.SCALES), ("WEIGHTS", mixer)):
        lines += [f"{title}: Final[dict[str, float]] = {{"]
        lines += [f'    "{name}": {round(value, 4)},' for name, value in values.items()]
        lines += ["}", ""]
    return "\n".join(lines)


def run(folder: Path, *, sizes: Sequence[int], permutations: int, peers: Sequence[str]) -> dict[str, Any]:
    """All methods, both protocols."""
    questions = load(folder)
    begin = time.process_time()
    ours = Ours(questions)
    preparation = time.process_time() - begin
    methods: dict[str, Method] = {
        "habitat_enquete": ours,
        "stem_overlap": stem_overlap,
        "tfidf_logistic": logistic,
        "spacy_textcat": textcat,
    }
    methods = {name: method for name, method in methods.items() if name == "habitat_enquete" or name in peers}
    return {
        "data": {
            "answers": sum(len(question.texts) for question in questions),
            "questions": len(questions),
            "codes": sum(len(question.codes) for question in questions),
            "codes_that_occur": int(sum((question.majority.sum(axis=0) > 0).sum() for question in questions)),
        },
        "preparation_seconds": preparation,
        "folds": {name: folds(questions, method) for name, method in methods.items()},
        "curves": {
            # The classifier of spaCy takes minutes per point: one point and one order of the answers place it.
            name: curve(questions, method, _largest(sizes, questions), 1)
            if name == "spacy_textcat"
            else curve(questions, method, sizes, permutations)
            for name, method in methods.items()
        },
    }


def _largest(sizes: Sequence[int], questions: Sequence[Question]) -> list[int]:
    """The largest of `sizes` that leaves answers to be measured on."""
    answers = sum(len(question.texts) for question in questions)
    return [size for size in sizes if size < 0.9 * answers][-1:]


def show(result: Mapping[str, Any]) -> None:
    """The result as two Markdown tables."""
    data = result["data"]
    print(
        f"{data['answers']} answers, {data['questions']} questions, {data['codes']} codes; features prepared in {result['preparation_seconds']:.1f} CPU-s\n"
    )
    keys = (
        "micro_f1",
        "macro_f1",
        "micro_f1_codes_5",
        "macro_f1_codes_5",
        "micro_f1_named_10",
        "macro_f1_named_10",
        "recall_at_3",
        "recall_at_5",
        "ece",
        "seconds_per_fit",
    )
    print("| 5 folds by author | " + " | ".join(keys) + " |\n|---|" + "---|" * len(keys))
    for name, row in result["folds"].items():
        print(f"| {name} | " + " | ".join(f"{row[key]:.3f}" for key in keys) + " |")
    print("\n| learning curve | decided | " + " | ".join(keys) + " |\n|---|---|" + "---|" * len(keys))
    for name, points in result["curves"].items():
        for size, row in points.items():
            print(f"| {name} | {size} | " + " | ".join(f"{row[key]:.3f}" for key in keys) + " |")


def _without_nan(value: Any) -> Any:
    """`value` with None where a figure is undefined: JSON has no nan."""
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    return None if isinstance(value, float) and np.isnan(value) else value


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--permutations", type=int, default=PERMUTATIONS)
    parser.add_argument("--peers", nargs="*", default=["stem_overlap", "tfidf_logistic", "spacy_textcat"])
    parser.add_argument(
        "--transfer", action="store_true", help="only: questions the starting weights never saw"
    )
    parser.add_argument(
        "--fit-weights", action="store_true", help="print a new habitat_enquete/coding/weights.py"
    )
    arguments = parser.parse_args()
    if arguments.transfer:
        print(json.dumps(transfer(load(arguments.data)), indent=2))
        return
    if arguments.fit_weights:
        print(weights_module(load(arguments.data)), end="")
        return
    result = run(
        arguments.data, sizes=arguments.sizes, permutations=arguments.permutations, peers=arguments.peers
    )
    if arguments.json:
        print(json.dumps(_without_nan(result), indent=2))
    else:
        show(result)


if __name__ == "__main__":
    main()
