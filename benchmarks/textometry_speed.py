"""CPU seconds and peak memory of the Reinert classification and of specificities, beside the peers' figures.

    python benchmarks/textometry_speed.py [--large] [--json]

Each case runs in a process of its own, on one core, on an invented corpus of the stated shape (12 mixed vocabularies, Zipfian
frequencies, about 11 distinct terms per segment). The peers are R programs: their figures are those measured with R 4.2.2 on matrices
of the same shape (rainette 0.3.2 as shipped; textometry 0.1.6), printed for reference, not run again here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

CASES: dict[str, tuple[int, int, int, str]] = {
    "reinert 6437": (6_437, 2_479, 10, "rainette : 13,6 s, 1 151 Mo (124,5 s une fois corrigé)"),
    "reinert 20000": (20_000, 2_479, 10, "rainette : 43,3 s, 2 390 Mo"),
    "reinert 100000": (100_000, 2_479, 10, "rainette : non mesuré (environ 10 Go extrapolés)"),
    "reinert 1000000": (1_000_000, 2_479, 10, "rainette : non mesuré"),
    "specificities 8000": (8_000, 23, 0, "textometry (TXM) : 1,18 s"),
}

CHILD = """
import json, resource, sys, time
import numpy as np, scipy.sparse as sp
rows, columns, k = map(int, sys.argv[1:])
random = np.random.default_rng(0)
weights = 1 / np.arange(1, columns + 1) ** 0.9
if k:
    from habitat_enquete.textometry.reinert import classify
    topics = np.array([np.cumsum(w / w.sum()) for w in weights * random.gamma(0.3, 1, (12, columns))])
    topic, sizes = random.integers(0, 12, rows), np.maximum(3, random.poisson(13, rows))
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
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"cpu_seconds": round(seconds, 3), "peak_mb": round(peak / 1024), "input_mb": round(before / 1024), **detail}))
"""


def measured(case: str) -> dict[str, object]:
    rows, columns, k, peer = CASES[case]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(rows), str(columns), str(k)],
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
        print(
            f"{result['case']:<22} {result['cpu_seconds']:>8} s {result['peak_mb']:>6} Mo   {result['peer']}"
        )


if __name__ == "__main__":
    main()
