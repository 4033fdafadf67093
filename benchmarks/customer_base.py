"""How long the customer-base models take, beside `lifetimes` 0.11.3 and `clvkit` 0.2.1.

    python benchmarks/customer_base.py [--clvkit 1000000] [--times 3]

Made-up BG/NBD customers, watched for 26 to 104 weeks, the same arrays for all; each piece of work
in a process of its own, imports and a first small run not counted. Of our work the median of
`--times` runs counts, of the others' a single one. Our fit groups equal rows, within its seconds,
and how many are distinct depends on the resolution of the times: days (as weeks with fractions) or
whole weeks. Predictions are of the orders in the next 39 weeks. "Above" is by how much the
log-likelihood at our parameters exceeds that at the others', both reckoned by us.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from zhibi.stats.lifetimes import BGNBD, OrderModel, ParetoNBD
from zhibi.stats.lifetimes.histories import grouped, histories

MILLION = 1_000_000
AHEAD = 39.0  # weeks


def customers(n: int, *, days: int) -> np.ndarray:
    """(x, t_x, T) in weeks of n customers whose times are known to so many days; r = .5, α = 8,
    a = .8, b = 2.5."""
    rng = np.random.default_rng(1)
    until = np.round(rng.uniform(26 * 7, 104 * 7, n) / days) * days
    rate, chance = rng.gamma(0.5, 1 / 8, n) / 7, rng.beta(0.8, 2.5, n)
    x, t_x, now, active = np.zeros(n), np.zeros(n), np.zeros(n), np.arange(n)
    while len(active):
        now[active] += rng.exponential(1 / rate[active])
        active = active[now[active] < until[active]]
        x[active] += 1
        t_x[active] = np.minimum(np.ceil(now[active] / days) * days, until[active])
        active = active[rng.random(len(active)) > chance[active]]
    return np.column_stack([x, t_x / 7, until / 7])


def fit_zhibi(rows: np.ndarray, cls: type[OrderModel] = BGNBD) -> list[float]:
    model = cls().fit(rows)
    return [getattr(model, f"{name}_") for name in cls.NAMES]


def fit_zhibi_pareto(rows: np.ndarray) -> list[float]:
    return fit_zhibi(rows, ParetoNBD)


def fit_lifetimes(rows: np.ndarray) -> list[float]:
    return _lifetimes("BetaGeoFitter", rows).params_[["r", "alpha", "a", "b"]].tolist()


def fit_lifetimes_pareto(rows: np.ndarray) -> list[float]:
    return _lifetimes("ParetoNBDFitter", rows).params_[["r", "alpha", "s", "beta"]].tolist()


def _lifetimes(name: str, rows: np.ndarray) -> Any:
    import lifetimes

    return getattr(lifetimes, name)().fit(*rows.T)


def fit_clvkit(rows: np.ndarray) -> list[float]:
    import pandas as pd
    from clvkit import clv
    from clvkit.customer_base import CustomerBase

    base = CustomerBase(
        pd.DataFrame(rows, columns=["frequency", "recency", "T"]),
        time_unit="W",
        observation_period_end=pd.Timestamp("2026-01-01"),
        has_monetary=False,
        on_negative="raise",
    )
    return clv.BGNBD().fit(base).params_.tolist()


def predict_zhibi(rows: np.ndarray) -> list[float]:
    model = BGNBD().fit(rows[:10_000])
    began = time.perf_counter(), time.process_time()
    orders = model.expected_orders(rows, AHEAD)
    return [*_since(*began), float(orders.sum())]


def predict_lifetimes(rows: np.ndarray) -> list[float]:
    model = _lifetimes("BetaGeoFitter", rows[:10_000])
    began = time.perf_counter(), time.process_time()
    orders = model.conditional_expected_number_of_purchases_up_to_time(AHEAD, *rows.T)
    return [*_since(*began), float(np.sum(orders))]


def _since(began: float, worked: float) -> tuple[float, float]:
    return time.perf_counter() - began, time.process_time() - worked


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock and of CPU, and what was found."""

    seconds: float
    cpu: float
    found: list[float]


def work(
    function: Callable[[np.ndarray], list[float]], path: Path, times: int, results: Any
) -> None:
    """One piece of work as a process; predictions keep their own time."""
    warnings.simplefilter("ignore")
    rows = np.load(path)
    function(rows[:: len(rows) // 1000])
    runs = []
    for _ in range(times):
        began = time.perf_counter(), time.process_time()
        found = function(rows)
        took = _since(*began)
        if function.__name__.startswith("predict"):
            took, found = (found[0], found[1]), found[2:]
        runs.append(Took(*took, found))
    seconds, cpu = (median(getattr(one, name) for one in runs) for name in ("seconds", "cpu"))
    results.put(Took(seconds, cpu, runs[0].found))


def measured(
    function: Callable[[np.ndarray], list[float]], rows: np.ndarray, *, times: int = 1
) -> Took:
    spawn = multiprocessing.get_context("spawn")
    results = spawn.Queue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.npy"
        np.save(path, rows)
        process = spawn.Process(target=work, args=(function, path, times, results))
        process.start()
        took: Took = results.get()
        process.join()
    return took


def likelihood(cls: type[OrderModel], rows: np.ndarray, params: list[float]) -> float:
    known = histories(rows, None)
    return cls()._mean_log_likelihood(known)(np.log(params))[0] * known.n


def lines(times: int, clvkit: int) -> Iterator[str]:
    """The rows of the table."""
    in_days, in_weeks = customers(MILLION, days=1), customers(MILLION, days=7)
    for name, rows in (("days", in_days), ("whole weeks", in_weeks)):
        ours, theirs = measured(fit_zhibi, rows, times=times), measured(fit_lifetimes, rows)
        yield row(f"BG/NBD, {name}; lifetimes", rows, ours, theirs, aim=30, cls=BGNBD)
    part = in_days[:100_000]
    ours, theirs = (
        measured(fit_zhibi_pareto, part, times=times),
        measured(fit_lifetimes_pareto, part),
    )
    yield row("Pareto/NBD, days; lifetimes", part, ours, theirs, aim=10, cls=ParetoNBD)
    ours = measured(predict_zhibi, in_days, times=times)
    theirs = measured(predict_lifetimes, in_days)
    yield row("BG/NBD orders to come, days; lifetimes", in_days, ours, theirs, aim=3)
    some = in_days[:clvkit]
    ours, theirs = measured(fit_zhibi, some, times=times), measured(fit_clvkit, some)
    yield row("BG/NBD, days; clvkit", some, ours, theirs, aim=250, cls=BGNBD)


def row(
    name: str,
    rows: np.ndarray,
    ours: Took,
    theirs: Took,
    *,
    aim: float,
    cls: type[OrderModel] | None = None,
) -> str:
    ratio, of_cpu = theirs.seconds / ours.seconds, theirs.cpu / ours.cpu
    above = ""
    if cls:
        above = f"{likelihood(cls, rows, ours.found) - likelihood(cls, rows, theirs.found):+.4f}"
    cells = (
        name,
        f"{len(rows):,}",
        f"{len(grouped(rows).rows):,}",
        f"{ours.seconds:.2f}",
        f"{theirs.seconds:.2f}",
        f"**{ratio:.1f}**",
        f"{of_cpu:.1f}",
        f"≥ {aim}",
        "yes" if ratio >= aim and not above.startswith("-") else "**no**",
        above,
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=3, help="runs of ours, their median counts")
    parser.add_argument("--clvkit", type=int, default=MILLION, help="customers clvkit is given")
    given = parser.parse_args()
    columns = (
        "|  | customers | distinct | s | other s | times faster | of CPU | aim | met | above |"
    )
    print(columns, "| --- " * 10 + "|", sep="\n", flush=True)
    for line in lines(given.times, given.clvkit):
        print(line, flush=True)


if __name__ == "__main__":
    main()
