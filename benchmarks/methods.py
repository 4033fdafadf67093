"""Methods and the report against one scan over the same lines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from measure import Took, in_turn, medians, run

import data

MEMORY = 4.0  # GiB


@dataclass(frozen=True, slots=True)
class Aim:
    """A method, the floor that reads the same columns, and how many times the floor it may take;
    None where there is no aim."""

    name: str
    reads: str
    times: float | None


AIMS = (
    Aim("concentration", "sales", 2),
    Aim("rfm", "sales", 2),
    Aim("customer_pyramid", "sales", 2),
    Aim("sales_trend", "sales", 2),
    Aim("purchase_rhythm", "sales", 3),
    Aim("product_preference", "products", 3),
    *(
        Aim(name, "sales", 3)
        for name in (
            "abc_migration",
            "cohort_retention",
            "churn_warning",
            "composite_grade",
            "customer_funnel",
            "customer_lifetime",
            "health_score",
            "key_account_marks",
            "prospect_ranking",
            "quarter_end_loading",
            "target_markets",
        )
    ),
    *(Aim(name, "products", 3) for name in ("peer_group", "price_volume_mix", "segments")),
)
REPORT = Aim("report key-accounts", "products", 7)
BACKTEST = Aim("purchase_rhythm with back-test", "sales", None)


@dataclass(frozen=True, slots=True)
class Held:
    """What one piece of work took beside its floor, in one run."""

    aim: Aim
    floor: Took
    took: Took

    @property
    def ratio(self) -> float:
        return self.took.seconds / self.floor.seconds

    @property
    def ratio_of_cpu(self) -> float:
        return self.took.cpu / self.floor.cpu

    @property
    def is_met(self) -> bool | None:
        if self.aim.times is None:
            return None
        return self.ratio <= self.aim.times and self.took.peak <= MEMORY


def floors(scale: int, times: int) -> dict[tuple[str, str], Took]:
    """The scan by what it reads and what it groups by. The first runs also warm the disk cache."""
    workspace = data.workspace(scale)
    found = {}
    for reads in ("sales", "products"):
        for key in ("customer_key", "customer_id"):
            run("floor", workspace, reads, key)
            runs = tuple(run("floor", workspace, reads, key) for _ in range(times))
            found[reads, key] = medians(runs)
    return found


def methods(scale: int, times: int, chosen: str | None) -> Iterator[Held]:
    """Each method, then the report, then the rhythm with its back-test."""
    workspace = data.workspace(scale)
    page = data.FOLDER / "report" / "key-accounts.html"
    shutil.rmtree(page.parent, ignore_errors=True)
    page.parent.mkdir()
    work: list[tuple[Aim, tuple[object, ...]]] = [
        *((aim, ("method", workspace, aim.name)) for aim in AIMS),
        (REPORT, ("report", workspace, page)),
        (BACKTEST, ("method", workspace, "purchase_rhythm", "backtest")),
    ]
    for aim, command in work:
        if chosen is None or chosen in aim.name:
            yield _held(aim, workspace, command, times)


def _held(aim: Aim, workspace: Path, command: tuple[object, ...], times: int) -> Held:
    floor, took = in_turn(
        lambda: run("floor", workspace, aim.reads, "customer_key"),
        lambda: run(*command),
        times=times,
    )
    return Held(aim, floor, took)
