"""What was measured as Markdown tables."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version

from imports import COMMIT_SECONDS, SHARE_OF_SPEED, Imported
from imports import MEMORY as IMPORT_MEMORY
from measure import Took

from methods import MEMORY, Held

HELP_SECONDS = 0.3
# How much more than the floor's own the cost of a line may grow from scale 1 to 10.
GROWTH = 1.2


def machine(date: str, options: Sequence[str]) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "ibis-framework"))
    said = [
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB of memory, "
        f"{platform.system()}; Python {platform.python_version()}, {parts}.",
        f"`{' '.join(['python benchmarks/run.py', *options])}`{', on ' + date if date else ''}.",
    ]
    return "\n".join(said) + "\n"


def start_table(seconds: float) -> str:
    rows = [("`zhibi --help`, median of 10", _s(seconds), f"≤ {HELP_SECONDS} s", seconds)]
    return _table(
        "Start",
        ("", "seconds", "aim", "met"),
        ((name, took, aim, _met(value <= HELP_SECONDS)) for name, took, aim, value in rows),
    )


def floors_table(scale: int, found: Mapping[tuple[str, str], Took]) -> str:
    rows = (
        (reads, key, _s(took.seconds), f"{took.peak:.2f}") for (reads, key), took in found.items()
    )
    return _table(
        f"Floors, scale {scale} ({6 * scale} M lines)",
        ("columns", "grouped by", "seconds", "peak GiB"),
        rows,
    )


def methods_table(scale: int, held: Iterable[Held]) -> str:
    """The aims are those of scale 10: at scale 1 what does not grow with the lines weighs most."""
    has_aim = scale == 10
    rows = (
        (
            one.aim.name,
            _s(one.took.seconds),
            _s(one.floor.seconds),
            f"**{one.ratio:.2f}**",
            f"≤ {one.aim.times:g}" if has_aim and one.aim.times else "",
            f"{one.ratio_of_cpu:.2f}",
            f"{one.took.peak:.2f}",
            _met(one.is_met) if has_aim else "",
            _s(one.took.process),
            ", ".join(f"{name} {_s(seconds)}" for name, seconds in one.took.parts.items()),
        )
        for one in held
    )
    return _table(
        f"Methods, scale {scale} ({6 * scale} M lines), at most {MEMORY:g} GiB",
        (
            "",
            "s",
            "floor s",
            "ratio",
            "aim",
            "of CPU",
            "peak GiB",
            "met",
            "with start-up s",
            "of which",
        ),
        rows,
    )


def growth_table(held: Mapping[int, Iterable[Held]]) -> str:
    """Cost per line at scale 10 over that at scale 1, beside the same of the floor."""
    small, large = ({one.aim.name: one for one in held[scale]} for scale in (min(held), max(held)))
    lines = max(held) / min(held)
    rows = []
    for name, after in large.items():
        own = after.took.seconds / small[name].took.seconds / lines
        floor = after.floor.seconds / small[name].floor.seconds / lines
        rows.append((name, f"{own:.2f}", f"{floor:.2f}", _met(own <= GROWTH * floor)))
    title = "Cost of a line, scale 10 against scale 1"
    return _table(title, ("", "× its own", "× the floor's", "met"), rows)


def imports_table(scale: int, found: Imported) -> str:
    copy, empty, held = found.copy, found.into_empty, found.into_held
    is_quick = found.share_of_speed >= SHARE_OF_SPEED and empty.peak <= IMPORT_MEMORY
    has_aim = scale == 10
    is_soon = held.parts["commit"] <= COMMIT_SECONDS and held.peak <= IMPORT_MEMORY
    rows = (
        ("DuckDB: CSV → Parquet", _s(copy.seconds), "", f"{copy.peak:.2f}", "", "", ""),
        (
            "into an empty lake",
            _s(empty.seconds),
            _s(empty.parts["commit"]),
            f"{empty.peak:.2f}",
            f"**{found.share_of_speed:.0%}**",
            f"≥ {SHARE_OF_SPEED:.0%} of the speed, ≤ {IMPORT_MEMORY:g} GiB",
            _met(is_quick),
        ),
        (
            f"into {5 * scale} M lines",
            _s(held.seconds),
            _s(held.parts["commit"]),
            f"{held.peak:.2f}",
            f"{copy.seconds / held.seconds:.0%}",
            f"commit ≤ {COMMIT_SECONDS} s, ≤ {IMPORT_MEMORY:g} GiB" if has_aim else "",
            _met(is_soon) if has_aim else "",
        ),
    )
    return _table(
        f"Import of a CSV of {found.lines:,} lines, {found.megabytes:,} MB",
        ("", "s", "of which commit s", "peak GiB", "of DuckDB's speed", "aim", "met"),
        rows,
    )


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"## {title}\n", _row(head), _row(["---"] * len(head)), *map(_row, rows)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _s(seconds: float) -> str:
    return f"{seconds:.2f}"


def _met(is_met: bool | None) -> str:
    return {True: "yes", False: "**no**", None: ""}[is_met]
