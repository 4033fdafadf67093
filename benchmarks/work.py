"""One piece of work in a process of its own; prints what it took as JSON.

The seconds are of the work alone: what Python needs to start and to import is left out of the
methods and of their floors alike, and shown once for itself.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import reduce
from importlib import import_module
from pathlib import Path

from data import AS_OF

# What a floor reads: the columns of the methods that are held against it. Sums read a column;
# a count would be answered from the file's statistics.
SALES = ("sum(amount)", "sum(is_order::INTEGER)", "max(order_date)", "count(*)")
READS = {"sales": SALES, "products": (*SALES, "sum(strlen(category))")}

# What fits a model or makes clusters, by method: taken out of its seconds and shown beside them.
FITS = {
    "churn_warning": (("zhibi.measures.churn_rules", "ChanceToStop._fit"),),
    "customer_lifetime": (
        ("zhibi.measures.order_forecasts", "_fit"),
        ("zhibi.measures.order_value", "_fitted"),
    ),
    "segments": (
        ("zhibi.measures.segmenting", "stability"),
        ("zhibi.measures.segmenting", "_labels"),
    ),
}

Parts = dict[str, float]


@contextmanager
def worked(parts: Parts) -> Iterator[None]:
    """Puts the seconds and the processor seconds of the work into `parts`."""
    processor = time.process_time()
    with timed(parts, "seconds"):
        yield
    parts["cpu"] = time.process_time() - processor


@contextmanager
def timed(parts: Parts, name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    parts[name] = parts.get(name, 0.0) + time.perf_counter() - began


def _import(*modules: str) -> None:
    """What the command imports while it runs, before the clock starts."""
    for module in modules:
        import_module(module)


def floor(workspace: str, reads: str, key: str) -> Parts:
    """One scan: sum, count and max by customer, over the files of the lake."""
    import duckdb

    files = sorted(map(str, Path(workspace, "lake", "order_lines").glob("*.parquet")))
    figures = ", ".join(f"{figure} AS f{at}" for at, figure in enumerate(READS[reads]))
    # Only the count of the customers comes back: fetching them is no part of a floor.
    whole = ", ".join(f"max(f{at})" for at in range(len(READS[reads])))
    parts: Parts = {}
    with worked(parts), duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            f"SELECT count(*), {whole} FROM "
            f"(SELECT {key}, {figures} FROM read_parquet($1) GROUP BY {key})",
            [files],
        ).fetchall()
    return parts


def method(workspace: str, name: str, backtest: str = "") -> Parts:
    """What `zhibi analyze NAME` does; the fit of its models is left out of the seconds, and of
    the processor seconds, and told apart."""
    _import("ibis.backends.duckdb.converter", "scipy.stats", "zhibi.render.text")
    from zhibi import run
    from zhibi.methods import load

    params = load(name).Params(
        **({"backtest": bool(backtest)} if name == "purchase_rhythm" else {})
    )
    parts: Parts = {}
    fits: Parts = {}
    for module, function in FITS.get(name, ()):
        _time(fits, module, function)
    with worked(parts):
        tables = run.open_tables(run.open_workspace(Path(workspace)), as_of=AS_OF)
        run.render(run.analyze(tables, name, params), style="text", language="en")
    if fits:
        parts["fit"] = fits["seconds"]
        parts = {**parts, **{kind: parts[kind] - fits[kind] for kind in ("seconds", "cpu")}}
    return parts


def _time(parts: Parts, module: str, function: str) -> None:
    """Replaces a function by itself with what it takes added to `parts`."""
    *within, name = function.split(".")
    owner: object = reduce(getattr, within, import_module(module))
    plain = getattr(owner, name)

    def with_time(*given: object, **named: object) -> object:
        processor = time.process_time()
        with timed(parts, "seconds"):
            found = plain(*given, **named)
        parts["cpu"] = parts.get("cpu", 0.0) + time.process_time() - processor
        return found

    setattr(owner, name, with_time)


def report(workspace: str, output: str) -> Parts:
    """What `zhibi report key-accounts` does, but for the workbook; its back-test is left out of
    the seconds and told apart."""
    _import("ibis.backends.duckdb.converter", "scipy.stats", "zhibi.render.html")
    from zhibi import run
    from zhibi.methods import purchase_rhythm

    parts: Parts = {}
    backtest = purchase_rhythm.backtest

    def backtest_timed(*given: object) -> object:
        with timed(parts, "back-test"):
            return backtest(*given)

    purchase_rhythm.backtest = backtest_timed
    with worked(parts):
        tables = run.open_tables(run.open_workspace(Path(workspace)), as_of=AS_OF)
        composed = run.compose(tables, "key_accounts")
        with timed(parts, "page"):
            run.write(composed, Path(output), style="html", language="en")
    parts["seconds"] -= parts["back-test"]
    return parts


def copy(csv: str, output: str) -> Parts:
    """DuckDB's own way from CSV to Parquet."""
    import duckdb

    parts: Parts = {}
    with worked(parts), duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"COPY (FROM read_csv('{csv}')) TO '{output}' (FORMAT parquet)")
    return parts


def bring_in(csv: str, workspace: str) -> Parts:
    """What `zhibi import FILE --yes` does."""
    from zhibi.tables.ingest.importing import ImportOptions, prepare
    from zhibi.tables.workspace import Workspace

    moment = datetime(AS_OF.year, AS_OF.month, AS_OF.day, tzinfo=UTC)
    options = ImportOptions(today=AS_OF, at=moment)
    parts: Parts = {}
    place = Workspace.open(Path(workspace))
    with worked(parts), prepare([Path(csv)], place, options) as plan:
        began = time.perf_counter()
        plan.commit()
        parts["commit"] = time.perf_counter() - began
    return parts


KINDS: dict[str, Callable[..., Parts]] = {
    one.__name__: one for one in (floor, method, report, copy, bring_in)
}

if __name__ == "__main__":
    kind, *given = sys.argv[1:]
    print(json.dumps(KINDS[kind](*given)))
