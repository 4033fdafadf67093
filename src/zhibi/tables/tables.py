"""The canonical tables of one workspace at one data version, seen on one day.

`Tables.as_of(day)` is the only way to facts: nothing later than `day` can be seen through it,
which is what makes a back-test honest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhibi import __version__
from zhibi.errors import ZhibiError
from zhibi.result import Identity
from zhibi.tables.calendar import Calendar, for_settings
from zhibi.tables.facts import Facts
from zhibi.tables.numbers import unmistakable
from zhibi.tables.part import of_entities, part_of
from zhibi.tables.records import with_records
from zhibi.tables.reference import COMPARE_WITH_ALL
from zhibi.tables.schema import FURTHER, SCHEMAS
from zhibi.tables.settings import Settings

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

LEVELS = ("group", "legal entity")


@dataclass(frozen=True)
class Tables:
    """What a method is given. `day` is the as-of day; every property keeps to it."""

    facts: Facts
    settings: Settings
    day: date
    basis: str
    folder: Path | None = None  # of the workspace: where a calendar of its own lies
    whole: Facts | None = None  # of everybody, where `facts` are those that one reader sees

    def as_of(self, day: date) -> Tables:
        """The same tables as they were known on an earlier day (or a later one, up to all)."""
        return replace(self, day=day)

    def with_records(self, records: Mapping[str, pa.Table], *, version: str) -> Tables:
        """The same tables with what people typed over them; see `zhibi.tables.records`."""
        return replace(self, facts=with_records(self.facts, records, version=version))

    def only(self, name: str, chosen: Callable[[ir.Table], ir.BooleanValue]) -> Tables:
        """The same tables for some customers alone: those whose group is `chosen`, a condition on
        the customer at its top, so that no group is torn. Two conditions never share a name.

            tables.only("individual", lambda customers: customers["size"] == "individual")
        """
        customers = self.customers
        tops = customers.filter(chosen(customers)).select(group_key="customer_key")
        part = f"{self.facts.part}/{name}@{self.day}"
        # A list of keys is read faster than made again.
        keys = self.keep(
            f"part|{part}", customers.semi_join(tops, "group_key").select("customer_key")
        )
        return replace(self, facts=part_of(self.facts, keys, name=part))

    def of_accounts(self, name: str, ids: Collection[tuple[str, str]] | pa.Table) -> Tables:
        """The same tables for one reader: the legal entities that these customers, by
        (source_system, customer_id), belong to. Two readers who see others never share a name.

        Rows, totals and findings are of these alone; `reference` is what they may be compared
        with. A reader who sees nobody gets tables without rows.
        """
        import pyarrow as pa

        if not isinstance(ids, pa.Table):
            systems, numbers = ([one[at] for one in ids] for at in range(2))
            text = pa.string()
            ids = pa.table(
                {"source_system": pa.array(systems, text), "customer_id": pa.array(numbers, text)}
            )
        part = f"{self.facts.part}/{name}"
        own, whole = of_entities(self.facts, ids, name=part)
        return replace(self, facts=own, whole=whole)

    @property
    def reference(self) -> Tables:
        """Whom accounts may be compared with: everybody, under the rule of
        `zhibi.tables.reference` where the reader does not see everybody (`is_scoped`)."""
        return self if self.whole is None else replace(self, facts=self.whole, whole=None)

    @property
    def is_scoped(self) -> bool:
        """Whether these are the tables of a reader who sees only some customers."""
        return self.whole is not None

    @cached_property
    def order_lines(self) -> ir.Table:
        """Lines up to `day` of one basis; samples are no sales."""
        lines = self.facts.order_lines
        lines = lines.filter(lines.order_date <= self.day)
        if len(self.facts.bases) > 1:
            lines = lines.filter(lines.basis == self.basis)
        if self.facts.has_samples:
            lines = lines.filter(lines.line_kind.fill_null("sale") != "sample")
        return lines

    @cached_property
    def customers(self) -> ir.Table:
        """One row a customer: attributes as of today, since sources hold no history of them.
        `customer_id` is what results call it (see `zhibi.tables.numbers`): no two are called so.
        """
        return unmistakable(self.facts.customers, self.facts.shared)

    @property
    def sources(self) -> ir.Table:
        """The same rows by the keys of their sources, (source_system, customer_id)."""
        return self.facts.customers

    def table(self, name: str) -> ir.Table:
        """A table beside order lines and customers, with what was known on `day`: rows that say
        no day of their own count as known. ZhibiError when there is none; ask `holds` first
        where a method can do without.
        """
        if not self.holds(name):
            raise ZhibiError(
                "There is no data on {table} yet; import a list of them with "
                "`zhibi import FILE --kind {table}`.",
                table=name,
            )
        rows, day = self.facts.further[name].table, SCHEMAS[name].day
        return rows.filter(rows[day].isnull() | (rows[day] <= self.day)) if day else rows

    def holds(self, name: str) -> bool:
        """Whether there is any row of a table beside order lines and customers."""
        return name in self.facts.further

    @cached_property
    def calendar(self) -> Calendar:
        """The shutdowns that the workspace is set to."""
        return for_settings(self.settings, self.folder)

    @property
    def first_day(self) -> date:
        if self.facts.first_day is None or self.facts.first_day > self.day:
            raise ZhibiError(
                "There are no order lines up to {day}; import orders, or choose a later --as-of.",
                day=self.day,
            )
        return self.facts.first_day

    def has(self, column: str, table: str = "order_lines") -> bool:
        """Whether any order line or customer, or row of the named further table, has a value in
        this column."""
        if table in FURTHER:
            return self.holds(table) and column in self.facts.further[table].filled
        return column in self.facts.filled

    def require(self, method: str, column: str, *, table: str = "order_lines") -> None:
        """ZhibiError when the data has no value in a column the method cannot do without."""
        if not self.has(column, table):
            raise ZhibiError(
                "{method} needs the column {column} in {table}, which no import has filled; "
                "import a file that has it, or name the column with --map.",
                method=method,
                column=column,
                table=table,
            )

    def keep(self, key: str, expression: ir.Table) -> ir.Table:
        """Compute once a run; the key names the measure, this adds what it depends on."""
        of = f"{self.day}|{self.basis}|{self.facts.part}|{self.facts.records_version}"
        return self.facts.engine.keep(f"{key}|{of}", expression)

    def bring(self, expression: ir.Table) -> ir.Table:
        """Go on locally with an aggregate over the order lines."""
        return self.facts.engine.bring(expression)

    def identity(self, method: str, params: Any, level: str) -> Identity:
        """Who this result is: same identity, same bytes."""
        names = type(params).__dataclass_fields__
        is_among = self.is_scoped and method not in COMPARE_WITH_ALL
        return Identity(
            method=method,
            as_of=self.day,
            params={name: getattr(params, name) for name in names},
            currency=self.settings.currency,
            basis=self.basis,
            level=level,
            data_version=self.facts.data_version,
            code_version=__version__,
            engine=self.facts.engine.name,
            records_version=self.facts.records_version,
            among=self._seen(level) if is_among else None,
        )

    def _seen(self, level: str) -> int:
        """How many customers, groups or legal entities, the reader sees."""
        key = self.customers["group_key" if level == "group" else "entity_key"]
        return int(key.nunique().to_pyarrow().as_py())
