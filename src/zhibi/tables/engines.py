"""Where the facts are: the lake through DuckDB, or a warehouse behind a URL through Ibis.

A warehouse does what grows with the order lines (the aggregations of `zhibi.measures`); what it
answers comes back as Arrow into a local DuckDB, which does the rest. So a method runs the same
on every engine, and nothing is ever written to a warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir

MEMORY_LIMIT = "3GB"


def local_duckdb() -> Any:
    """A DuckDB in memory as an Ibis backend, bounded so that a desk computer stays usable."""
    import ibis

    backend = ibis.duckdb.connect()
    backend.raw_sql(f"SET memory_limit = '{MEMORY_LIMIT}'")
    # Results are ordered where they are read; keeping file order costs memory and time.
    backend.raw_sql("SET preserve_insertion_order = false")
    return backend


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
            if self.is_local:
                self.local.create_table(name, expression, temp=True)
            else:
                self.local.create_table(name, expression.to_pyarrow(), temp=True)
            self._kept[key] = self.local.table(name)
        return self._kept[key]

    def bring(self, expression: ir.Table) -> ir.Table:
        """An aggregate to go on with locally: as it is when the facts are local, else fetched."""
        if self.is_local:
            return expression
        import ibis

        return ibis.memtable(expression.to_pyarrow())
