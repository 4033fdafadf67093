"""What a table holds, so that methods know what they can ask: which columns, days and bases.

Of Parquet files this is read from their own statistics, a few thousand rows whatever the number
of lines; counting the columns of 60 M lines would take longer than most analyses. Tables in
memory are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Contents:
    """Columns that hold any value, and the days, bases and kinds of the order lines."""

    filled: frozenset[str]
    first_day: date | None = None
    last_day: date | None = None
    bases: tuple[str, ...] = ()
    has_samples: bool = False


def of_table(local: Any, name: str) -> Contents:
    """The contents of order lines in memory, by looking at every line."""
    [(first_day, last_day, has_samples, bases)] = local.raw_sql(
        "SELECT min(order_date), max(order_date), bool_or(line_kind = 'sample'), "
        f"list(DISTINCT basis) FILTER (basis IS NOT NULL) FROM {name}"
    ).fetchall()
    return Contents(
        filled=filled_in(local, name),
        first_day=first_day,
        last_day=last_day,
        bases=tuple(sorted(bases or ())),
        has_samples=bool(has_samples),
    )


def filled_in(local: Any, name: str) -> frozenset[str]:
    """The columns of a table in memory that hold any value."""
    counted = local.raw_sql(f"SELECT count(COLUMNS(*)) FROM {name}")
    columns = [column for column, *_ in counted.description]
    [counts] = counted.fetchall()
    return frozenset(column for column, count in zip(columns, counts, strict=True) if count)


def bases_of(lines: ir.Table) -> tuple[str, ...]:
    """The bases that occur, in alphabetical order."""
    found = lines.select("basis").distinct().to_pyarrow().column(0).drop_null().to_pylist()
    return tuple(sorted(found))


def filled_columns(table: ir.Table) -> frozenset[str]:
    """The columns of a table, wherever it is, that hold any value."""
    counts = table.agg(**{column: table[column].count() for column in table.columns})
    found = counts.to_pyarrow().to_pylist()[0]
    return frozenset(column for column, count in found.items() if count)


def of_files(local: Any, files: Sequence[str], lines: ir.Table) -> Contents:
    """The contents of order lines in Parquet files, by their statistics."""
    if not files:
        return Contents(frozenset())
    found = _statistics(local, files)
    first, last = found["order_date"].least, found["order_date"].greatest
    bases = found["basis"]
    # With several in one file, which ones lie between the least and the greatest is not known.
    known = (bases.least,) if bases.least == bases.greatest and bases.least else bases_of(lines)
    return Contents(
        filled=frozenset(column for column, one in found.items() if one.is_filled),
        first_day=date.fromisoformat(first) if first else None,
        last_day=date.fromisoformat(last) if last else None,
        bases=known,
        has_samples=(found["line_kind"].greatest or "") >= "sample",
    )


def filled_columns_of_files(local: Any, files: Sequence[str]) -> frozenset[str]:
    """The columns of Parquet files that hold any value."""
    if not files:
        return frozenset()
    return frozenset(column for column, one in _statistics(local, files).items() if one.is_filled)


@dataclass(frozen=True, slots=True)
class _Statistics:
    """Of one column over all files. Least and greatest as text, None without values."""

    is_filled: bool
    least: str | None
    greatest: str | None


def _statistics(local: Any, files: Sequence[str]) -> dict[str, _Statistics]:
    found = local.raw_sql(
        "SELECT path_in_schema, sum(num_values) > sum(coalesce(stats_null_count, 0)), "
        "min(stats_min_value), max(stats_max_value) "
        "FROM parquet_metadata($files) GROUP BY path_in_schema",
        parameters={"files": list(files)},
    ).fetchall()
    return {column: _Statistics(*figures) for column, *figures in found}
