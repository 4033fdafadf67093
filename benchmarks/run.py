"""`make bench`: the figures of Zhibi on this machine, as Markdown.

    python benchmarks/run.py [--scale 1] [--only methods] [--times 3] [--date 2026-01-31]

A whole run (both scales, nothing left out) writes `RESULTS.md`, with what `NOTES.md` says of the
figures that were missed; anything less only prints. Data are made at the first run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from imports import imports
from results import (
    floors_table,
    growth_table,
    imports_table,
    machine,
    methods_table,
    start_table,
)

from methods import floors, methods

HERE = Path(__file__).parent
SCALES = (1, 10)
PARTS = ("start", "methods", "imports")


def start_seconds() -> float:
    """What `zhibi --help` takes, as a person sees it."""
    command = Path(sys.executable).with_name("zhibi")
    taken = []
    for _ in range(10):
        began = time.perf_counter()
        subprocess.run([command, "--help"], check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    return median(taken)


def measured(given: argparse.Namespace) -> list[str]:
    """Sections of Markdown, printed as they come."""
    sections = [machine(given.date, sys.argv[1:])]

    def add(section: str) -> None:
        sections.append(section)
        print(section, flush=True)

    print(sections[0], flush=True)
    scales = [given.scale] if given.scale else SCALES
    parts = [given.only] if given.only else PARTS
    if "start" in parts:
        add(start_table(start_seconds()))
    if "methods" in parts:
        held = {}
        for scale in scales:
            add(floors_table(scale, floors(scale, given.times)))
            held[scale] = tuple(methods(scale, given.times, given.method))
            add(methods_table(scale, held[scale]))
        if len(held) == len(SCALES):
            add(growth_table(held))
    if "imports" in parts:
        for scale in scales:
            add(imports_table(scale, imports(scale)))
    return sections


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=int, choices=SCALES, help="only this scale of TPC-H")
    parser.add_argument("--only", choices=PARTS, help="only this part")
    parser.add_argument("--method", help="only methods with this in their name")
    parser.add_argument("--times", type=int, default=3, help="runs of which the median is taken")
    parser.add_argument("--date", default="", help="the day to write into the results")
    given = parser.parse_args()
    sections = measured(given)
    if not (given.scale or given.only or given.method):
        notes = (HERE / "NOTES.md").read_text(encoding="utf-8")
        text = "\n".join(["# Benchmarks\n", *sections, notes])
        (HERE / "RESULTS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
