"""How long comparing paths takes, in user CPU seconds, beside TraMineR, sequenzo and a plain sketch.

    python benchmarks/pathways_speed.py [--sizes 500,2000,5000] [--many 50000] [--json]

Paths of 70 months over 6 states, about 4.6 stays, all different, as in the reference measures (R 4.2, TraMineR 2.2-12, sequenzo 0.1.42,
same kind of machine). sequenzo is measured again when it is installed. `compile` is what the very first use on a machine adds.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable

import numpy as np

# n → (TraMineR constant, TraMineR TRATE, sequenzo constant, sequenzo TRATE, numba sketch TRATE), user seconds as measured once.
PEERS = {
    500: (1.15, 1.29, 0.06, 2.00, 0.96),
    2_000: (14.7, 15.0, 1.15, 33.3, 6.8),
    5_000: (88.0, 89.3, 6.57, 207.5, 39.8),
}


def paths(n: int, length: int = 70, states: int = 6, seed: int = 1) -> np.ndarray:
    """`n` different paths of about 4.6 stays."""
    generator = np.random.default_rng(seed)
    found: set[tuple[int, ...]] = set()
    while len(found) < n:
        line: list[int] = []
        state = int(generator.integers(states))
        while len(line) < length:
            line += [state] * int(1 + generator.geometric(1 / 18))
            state = (state + 1 + int(generator.integers(states - 1))) % states
        found.add(tuple(line[:length]))
    return np.array(sorted(found), dtype=np.int16)


def user_seconds(work: Callable[[], object]) -> tuple[float, float]:
    """(user CPU seconds of all threads, wall seconds) of a call."""
    before, wall = resource.getrusage(resource.RUSAGE_SELF).ru_utime, time.perf_counter()
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime - before, time.perf_counter() - wall


def sequenzo_seconds(codes: np.ndarray, cost: str) -> float | None:
    """The peer on the same paths, when it is installed."""
    try:
        import pandas as pd
        from sequenzo import SequenceData, get_distance_matrix
    except ImportError:
        return None
    columns = [f"t{at}" for at in range(codes.shape[1])]
    frame = pd.DataFrame(codes, columns=columns)
    frame.insert(0, "id", range(len(codes)))
    data = SequenceData(frame, time=columns, id_col="id", states=sorted(set(codes.ravel().tolist())))
    return user_seconds(lambda: get_distance_matrix(data, method="OM", sm=cost, indel=1))[0]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="500,2000,5000")
    parser.add_argument("--many", type=int, default=50_000, help="paths for CLARA; 0 to skip")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    def load() -> None:
        global costs, distances, Sequences, group_many
        from habitat_enquete.pathways.sequences.costs import costs
        from habitat_enquete.pathways.sequences.distances import distances
        from habitat_enquete.pathways.sequences.states import Sequences
        from habitat_enquete.pathways.sequences.typology import group_many

    loading = user_seconds(load)[0]
    few = Sequences(paths(40), tuple("ABCDEF"))
    compiling = user_seconds(lambda: distances(few, cost="TRATE", dtype=np.float32))[0]
    measures = []
    for size in map(int, options.sizes.split(",")):
        sequences = Sequences(paths(size), tuple("ABCDEF"))
        for cost, at in (("CONSTANT", 0), ("TRATE", 1)):
            indel = 1.0 if cost == "CONSTANT" else None
            user, wall = user_seconds(
                lambda s=sequences, c=cost, i=indel: distances(s, cost=c, indel=i, dtype=np.float32)
            )
            peers = PEERS.get(size)
            measures.append(
                {
                    "paths": size,
                    "costs": cost,
                    "user": round(user, 3),
                    "wall": round(wall, 3),
                    "triangle_mb": round(size * (size - 1) / 2 * 4 / 1e6, 1),
                    "TraMineR": peers[at] if peers else None,
                    "sequenzo_reference": peers[2 + at] if peers else None,
                    "sequenzo_here": sequenzo_seconds(sequences.codes, cost),
                    "ratio_to_TraMineR": round(user / peers[at], 4) if peers else None,
                }
            )
    result = {"loading": round(loading, 3), "first_use_compile": round(compiling, 3), "distances": measures}
    if options.many:
        many = Sequences(paths(options.many), tuple("ABCDEF"))
        table = costs(many, "TRATE")
        user, wall = user_seconds(lambda: group_many(many, 6, cost=table))
        result["clara"] = {"paths": options.many, "types": 6, "user": round(user, 2), "wall": round(wall, 2)}
    result["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if options.json:
        print(json.dumps(result))
        return
    print(f"chargement {result['loading']} s, première compilation {result['first_use_compile']} s")
    for each in measures:
        print(
            f"{each['paths']:>6} parcours, {each['costs']:<9} {each['user']:>8} s (TraMineR {each['TraMineR']}, "
            f"sequenzo {each['sequenzo_here'] or each['sequenzo_reference']}) triangle {each['triangle_mb']} Mo"
        )
    if options.many:
        print(f"{options.many} parcours en 6 types (CLARA) : {result['clara']['user']} s")  # type: ignore[index]
    print(f"mémoire maximale {result['peak_mb']} Mo")


if __name__ == "__main__":
    main()
