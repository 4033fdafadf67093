"""Running pieces of work as processes, and what they took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

WORK = Path(__file__).with_name("work.py")


@dataclass(frozen=True, slots=True)
class Took:
    """One run, or the medians of several: seconds and processor seconds of the work, peak memory
    of the process in GiB, and its seconds with start-up."""

    seconds: float
    cpu: float
    peak: float
    process: float
    parts: dict[str, float] = field(default_factory=dict)


def run(*command: object) -> Took:
    """One piece of work in a process of its own."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, WORK, *map(str, command)], stdout=subprocess.PIPE)
    assert process.stdout
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    whole = time.perf_counter() - began
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    parts = json.loads(said.splitlines()[-1])
    return Took(
        seconds=parts.pop("seconds"),
        cpu=parts.pop("cpu"),
        peak=used.ru_maxrss / 2**20,
        process=whole,
        parts=parts,
    )


def in_turn(
    first: Callable[[], Took], second: Callable[[], Took], *, times: int
) -> tuple[Took, Took]:
    """The medians of two pieces of work, run A B A B, so that both meet the same machine."""
    pairs = [(first(), second()) for _ in range(times)]
    a, b = zip(*pairs, strict=True)
    return medians(a), medians(b)


def medians(runs: tuple[Took, ...]) -> Took:
    """Medians of all but memory, of which the highest counts."""
    return Took(
        seconds=median(one.seconds for one in runs),
        cpu=median(one.cpu for one in runs),
        peak=max(one.peak for one in runs),
        process=median(one.process for one in runs),
        parts={name: median(one.parts[name] for one in runs) for name in runs[0].parts},
    )
