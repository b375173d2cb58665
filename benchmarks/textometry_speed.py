"""CPU seconds and peak memory of the Reinert classification and of specificities, beside the peers' figures.

    python benchmarks/textometry_speed.py [--large] [--json]

Each case runs in a process of its own, on one core, on an invented corpus of the stated shape (12 mixed vocabularies, Zipfian
frequencies; dense, narrow, wide and steep ones beside that of interviews). SciPy's own tails are run beside ours. The peers are R programs: their figures are those measured with R 4.2.2 on matrices
of the same shape (rainette 0.3.2 as shipped; textometry 0.1.6), printed for reference, not run again here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

# Rows, columns, classes, distinct terms per row, exponent of the frequencies of terms, and the peer's figures.
CASES: dict[str, tuple[int, int, int, float, float, str]] = {
    "reinert 6437": (6_437, 2_479, 10, 11, 0.9, "rainette : 13,6 s, 1 151 Mo (124,5 s une fois corrigé)"),
    "reinert 20000": (20_000, 2_479, 10, 11, 0.9, "rainette : 43,3 s, 2 390 Mo"),
    "reinert 100000": (100_000, 2_479, 10, 11, 0.9, "rainette : non mesuré (environ 10 Go extrapolés)"),
    "reinert 1000000": (1_000_000, 2_479, 10, 11, 0.9, "rainette : non mesuré"),
    "reinert dense, 400 × 60": (400, 60, 10, 20, 0.1, "non mesuré"),
    "reinert small, 1911 × 802": (1_911, 802, 10, 11, 0.9, "rainette : 1,1 s, 408 Mo (3,4 s corrigé)"),
    "reinert wide, 20000 × 10000": (20_000, 10_000, 10, 14, 0.9, "non mesuré"),
    "reinert narrow, 50000 × 200": (50_000, 200, 10, 5, 0.6, "non mesuré"),
    "reinert steep, 10000 × 5000": (10_000, 5_000, 10, 9, 1.3, "non mesuré"),
    "reinert long rows, 5000 × 3000": (5_000, 3_000, 10, 60, 0.8, "non mesuré"),
    "specificities 8000": (8_000, 23, 0, 0, 0, "textometry (TXM) : 1,18 s"),
    "specificities 40000 × 6": (40_000, 6, 0, 0, 0, "non mesuré"),
    "specificities 500 × 300": (500, 300, 0, 0, 0, "non mesuré"),
}

CHILD = """
import json, resource, sys, time
import numpy as np, scipy.sparse as sp
rows, columns, k = map(int, sys.argv[1:4])
terms, slope = map(float, sys.argv[4:6])
random = np.random.default_rng(0)
weights = 1 / np.arange(1, columns + 1) ** slope
if k:
    from habitat_enquete.textometry.reinert import classify
    topics = np.array([np.cumsum(w / w.sum()) for w in weights * random.gamma(0.3, 1, (12, columns))])
    topic, sizes = random.integers(0, 12, rows), np.maximum(3, random.poisson(terms * 1.2, rows))
    row = np.repeat(np.arange(rows, dtype=np.int32), sizes)
    draws, owner = random.random(len(row)), np.repeat(topic, sizes)
    column = np.empty(len(row), dtype=np.int32)
    for number in range(12):
        mine = owner == number
        column[mine] = np.minimum(np.searchsorted(topics[number], draws[mine]), columns - 1)
    table = sp.csr_array((np.ones(len(row), dtype=np.float32), (row, column)), shape=(rows, columns))
    table.sum_duplicates()
    del row, column, draws, owner
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    found = classify(table, k)
    detail = {"classes": found.k, "moves": sum(split.moves for split in found.splits), "cells": int(table.nnz)}
else:
    from habitat_enquete.stats.hypergeometric import specificities
    counts = random.poisson(np.outer(random.pareto(1.1, rows) * 12 + 1, random.dirichlet(np.ones(columns) * 3)))
    counts = counts[counts.sum(axis=1) > 0].astype(np.int64)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    specificities(counts, parts=counts.sum(axis=0), terms=counts.sum(axis=1), corpus=int(counts.sum()))
    detail = {"forms": len(counts), "tokens": int(counts.sum())}
seconds = time.process_time() - start
if not k:
    # The same figures by the general function, on as many terms as half a minute allows.
    from scipy.stats import hypergeom
    some = random.choice(len(counts), min(60, len(counts)), replace=False)
    begin = time.process_time()
    hypergeom.logsf(counts[some] - 1, counts.sum(), counts[some].sum(axis=1)[:, None], counts.sum(axis=0))
    detail["scipy_seconds_extrapolated"] = round((time.process_time() - begin) * len(counts) / len(some), 1)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"cpu_seconds": round(seconds, 3), "peak_mb": round(peak / 1024), "input_mb": round(before / 1024), **detail}))
"""


def measured(case: str) -> dict[str, object]:
    *shape, peer = CASES[case]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, shape)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return {"case": case, **json.loads(done.stdout), "peer": peer}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--large", action="store_true", help="also a million segments")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = [measured(case) for case in CASES if options.large or "1000000" not in case]
    if options.json:
        print(json.dumps(results, ensure_ascii=False))
        return
    for result in results:
        scipy = result.get("scipy_seconds_extrapolated")
        beside = f" ; scipy, même passage : {scipy} s extrapolées" if scipy else ""
        print(
            f"{result['case']:<32} {result['cpu_seconds']:>8} s {result['peak_mb']:>6} Mo   {result['peer']}{beside}"
        )


if __name__ == "__main__":
    main()
