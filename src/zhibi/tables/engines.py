"""Where the facts are: the lake through DuckDB, or a warehouse behind a URL through Ibis.

A warehouse does what grows with the order lines (the aggregations of `zhibi.measures`); what it
answers comes back as Arrow into a local DuckDB, which does the rest. So a method runs the same
on every engine, and nothing is ever written to a warehouse.
"""

from __future__ import annotations

import os
import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from zhibi.errors import ZhibiError

if TYPE_CHECKING:
    import ibis.expr.types as ir

MEMORY_LIMIT = "3GB"
# What a process may take for its analyses, where several run beside each other: 2GB, 2.
MEMORY_VARIABLE, THREADS_VARIABLE = "ZHIBI_MEMORY", "ZHIBI_THREADS"
MEMORY = re.compile(r"[1-9]\d*(\.\d+)?\s*(MB|GB|MiB|GiB)", re.IGNORECASE)
# Seconds, as PostgreSQL's drivers call them; and what drivers call a server that has gone.
PATIENCE = {
    "connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
}  # fmt: skip
GONE = frozenset({"OperationalError", "InterfaceError", "RpcError", "Py4JNetworkError"})
SPARK = frozenset({"pyspark", "spark", "sc"})
# Options of a URL that let somebody in; and the parts of a table's name, `quoted` or not.
SECRET = re.compile(r"(?i)([^?&;/]*(?:token|secret|password|key)[^=&;]*=)[^&;]+")
PART = re.compile(r"`([^`]+)`|([^.`]+)")


def local_duckdb() -> Any:
    """A DuckDB in memory as an Ibis backend, bounded so that a desk computer stays usable: by
    3 GB and its processors, else as ZHIBI_MEMORY and ZHIBI_THREADS say."""
    import ibis

    memory, threads = _limits()
    backend = ibis.duckdb.connect()
    backend.raw_sql(f"SET memory_limit = '{memory}'")
    if threads:
        backend.raw_sql(f"SET threads = {threads}")
    # Results are ordered where they are read; keeping file order costs memory and time.
    backend.raw_sql("SET preserve_insertion_order = false")
    backend.raw_sql("SET enable_progress_bar = false")  # ours is the command's
    return backend


def _limits() -> tuple[str, int | None]:
    """Memory, and how many threads; None for one a processor."""
    memory = os.environ.get(MEMORY_VARIABLE, "").strip() or MEMORY_LIMIT
    if not MEMORY.fullmatch(memory):
        raise ZhibiError(
            "{variable} is {value}, which is no amount of memory; set it as 3GB.",
            variable=MEMORY_VARIABLE,
            value=memory,
        )
    threads = os.environ.get(THREADS_VARIABLE, "").strip()
    if threads and not (threads.isascii() and threads.isdigit() and int(threads)):
        raise ZhibiError(
            "{variable} is {value}, which is no number of threads; set it as 2.",
            variable=THREADS_VARIABLE,
            value=threads,
        )
    return memory, int(threads) if threads else None


@dataclass(slots=True)
class Engine:
    """`facts` holds order lines and customers; `local` everything computed from them."""

    name: str
    facts: Any
    local: Any
    _kept: dict[str, ir.Table] = field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        return self.facts is self.local

    def keep(self, key: str, expression: ir.Table) -> ir.Table:
        """Compute once a run: the answer of `expression` as a local table, one for each key."""
        if key not in self._kept:
            name = f"kept_{len(self._kept)}"
            rows = expression if self.is_local else expression.to_pyarrow()
            self._kept[key] = self.local.create_table(name, rows, temp=True)
        return self._kept[key]

    def bring(self, expression: ir.Table) -> ir.Table:
        """An aggregate to go on with locally: as it is when the facts are local, else fetched."""
        if self.is_local:
            return expression
        import ibis

        return ibis.memtable(expression.to_pyarrow())


def connect(url: str) -> Any:
    """An Ibis backend that writes nothing. ZhibiError when the warehouse cannot be reached, now
    or in the midst of a question."""
    try:
        backend = _backend(url)
    except ZhibiError:
        raise
    except Exception as problem:  # every driver has its own errors
        raise ZhibiError(
            "{url} cannot be reached ({problem}); check the address, the name and the password.",
            url=shown(url),
            problem=str(problem).strip().split("\n")[0],
        ) from problem
    ask = backend.to_pyarrow

    def to_pyarrow(*args: Any, **named: Any) -> Any:
        try:
            return ask(*args, **named)
        except Exception as problem:
            if not _is_gone(problem):
                raise
            raise ZhibiError(
                "{url} stopped answering ({problem}); see that it runs, and try again.",
                url=shown(url),
                problem=str(problem).strip().split("\n")[0],
            ) from problem

    backend.to_pyarrow = to_pyarrow
    return backend


def _is_gone(problem: Exception) -> bool:
    """Whether the warehouse went away or gave up, which is no fault of the question."""
    return any(kind.__name__ in GONE for kind in type(problem).__mro__)


def _backend(url: str) -> Any:
    import ibis

    scheme = urlsplit(url).scheme
    if scheme in SPARK:
        return _spark(url)
    if scheme == "duckdb":
        return ibis.duckdb.connect(url.removeprefix("duckdb://"), read_only=True)
    if scheme in {"postgres", "postgresql"}:
        url = _with_patience(url)
    backend = ibis.connect(url)
    if scheme in {"postgres", "postgresql"}:
        backend.raw_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY").close()
    return backend


def _with_patience(url: str) -> str:
    """Without these a server that has vanished is waited for by the hour."""
    given = dict(parse_qsl(urlsplit(url).query))
    added = urlencode({name: value for name, value in PATIENCE.items() if name not in given})
    return f"{url}{'&' if given else '?'}{added}" if added else url


def _spark(url: str) -> Any:
    # Answers come as Arrow, so that the version of pandas does not matter.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    try:
        from zhibi.tables.spark import connect_spark
    except ImportError as problem:
        raise ZhibiError(
            "Spark needs more than is installed ({problem}); run pip install 'zhibi[spark]'.",
            problem=str(problem).split("\n")[0],
        ) from problem
    return connect_spark(url)


def shown(url: str) -> str:
    """A URL without its password, its token and the like."""
    parts = urlsplit(url)
    if parts.password:
        url = url.replace(f":{parts.password}@", ":…@")
    return SECRET.sub(r"\1…", url)


def table_of(backend: Any, name: str) -> ir.Table:
    """A table by `schema.table`, or files by Spark's "parquet.`/folder`". ZhibiError when it is
    not there for this user."""
    *database, table = [quoted or bare for quoted, bare in PART.findall(name)] or [name]
    try:
        if "/" in table:
            return backend.sql(f"SELECT * FROM {'.'.join(database)}.`{table}`")
        return backend.table(table, database=tuple(database) or None)
    except Exception as problem:  # every backend has its own
        raise ZhibiError(
            "There is no table {table} that this user may read ({problem}); check its name.",
            table=name,
            problem=str(problem).strip().split("\n")[0],
        ) from problem
