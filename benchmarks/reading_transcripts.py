"""How fast a folder of Word interviews is read into turns, beside python-docx merely extracting its paragraphs.

    python benchmarks/reading_transcripts.py FOLDER [--json]

FOLDER holds .docx transcripts. CPU seconds (user), the least of three runs each; reading includes the guard, the speakers, the
roles and the annotations, which python-docx does not do.
"""

from __future__ import annotations

import argparse
import json
import resource
from collections.abc import Callable
from pathlib import Path

from docx import Document as open_word

from habitat_enquete.ingest.interviews.assembly import document
from habitat_enquete.ingest.transcripts.read import read
from habitat_enquete.model.text import Source

RUNS = 3


def ours(files: list[Path]) -> int:
    """Read every file into a document; the words read."""
    words = 0
    for path in files:
        file, transcript = read(path)
        found, _ = document(transcript, Source(file.name, file.sha256), id=path.stem)
        words += len(found.text.split())
    return words


def python_docx(files: list[Path]) -> int:
    """Join the paragraphs of every file; the words read."""
    return sum(len(paragraph.text.split()) for path in files for paragraph in open_word(str(path)).paragraphs)


def cpu(read_all: Callable[[list[Path]], int], files: list[Path]) -> tuple[float, int]:
    """The least user seconds of some runs, and the words read."""
    seconds, words = [], 0
    for _ in range(RUNS):
        begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        words = read_all(files)
        seconds.append(resource.getrusage(resource.RUSAGE_SELF).ru_utime - begun)
    return min(seconds), words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args()
    files = sorted(options.folder.glob("*.docx"))
    results = {}
    for name, read_all in (("habitat_enquete", ours), ("python-docx", python_docx)):
        seconds, words = cpu(read_all, files)
        results[name] = {"files": len(files), "cpu_seconds": round(seconds, 3), "words": words}
    if options.as_json:
        print(json.dumps(results))
        return
    for name, result in results.items():
        print(
            f"{name:16} {result['files']} files  {result['words']} words  {result['cpu_seconds']:.2f} s CPU"
        )


if __name__ == "__main__":
    main()
