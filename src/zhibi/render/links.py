"""From a customer's name to the page of that customer, where there is one.

A row with a customer number says who its name is, a finding who its subject is. A picture's data,
sentences and some tables have names alone: those are looked up among the rows and findings of the
same result, and a name that two customers bear there leads nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from zhibi.result import Block, Column, Result, Section, Table, Unit

Link = Callable[[str], str | None]  # the address of a customer's page, by its id

NAME: Final = "name"  # the key of the column of customers' names, in every table
NUMBER: Final = "customer_id"  # and of the one of their ids


@dataclass(frozen=True, slots=True)
class Links:
    """Where names lead: nowhere at all without `link`."""

    link: Link | None = None
    ids: Mapping[str, str] = field(default_factory=dict)

    def by_id(self, customer_id: str, text: str) -> Markup:
        """The text, leading to the page of this customer."""
        address = self.link(customer_id) if self.link else None
        if address is None:
            return Markup.escape(text)
        return Markup('<a href="{}" data-account="{}">{}</a>').format(address, customer_id, text)

    def by_name(self, name: str) -> Markup:
        """The name, leading to the page of the one customer who bears it."""
        known = self.ids.get(name)
        return Markup.escape(name) if known is None else self.by_id(known, name)


def links_of(result: Result, link: Link | None) -> Links:
    """The links of a result, names told apart by its own rows and findings."""
    if link is None:
        return Links()
    ids: dict[str, set[str]] = {}
    for customer_id, name in _named(result):
        ids.setdefault(name, set()).add(customer_id)
    return Links(link, {name: found.pop() for name, found in ids.items() if len(found) == 1})


def is_name(column: Column) -> bool:
    return column.key == NAME and column.unit is Unit.NAME


def place_of_number(columns: tuple[Column, ...]) -> int | None:
    """Where the ids stand of a table that has the names too."""
    if not any(is_name(column) for column in columns):
        return None
    return next((at for at, column in enumerate(columns) if column.key == NUMBER), None)


def _named(result: Result) -> Iterator[tuple[str, str]]:
    """Each customer id with a name that the result gives it."""
    for finding in result.findings:
        if finding.subject:
            yield finding.subject.customer_id, finding.subject.name
    for table in _tables(result.blocks()):
        number = place_of_number(table.columns)
        if number is None:
            continue
        name = next(at for at, column in enumerate(table.columns) if is_name(column))
        yield from ((str(row[number]), str(row[name])) for row in table.rows if row[number])


def _tables(blocks: tuple[Block, ...]) -> Iterator[Table]:
    for block in blocks:
        if isinstance(block, Section):
            yield from _tables(block.blocks)
        elif isinstance(block, Table):
            yield block
