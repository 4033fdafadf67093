"""The reports on the samples, each composed once in a run, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from tests.samples import imported, opened

from zhibi import run
from zhibi.reports.document import Report
from zhibi.result import Block, Finding, Section, Table
from zhibi.worlds.daichuan import daichuan
from zhibi.worlds.world import Story

_REVIEWED: dict[tuple[str, str], Report] = {}
Record = Mapping[str, Any]


def reviewed(name: str, report: str, folders: pytest.TempPathFactory) -> Report:
    if (name, report) not in _REVIEWED:
        sources = run.sources(imported(name, folders))
        tables = opened(name, folders)
        _REVIEWED[name, report] = run.compose(tables, report, sources=sources)
    return _REVIEWED[name, report]


def shown(report: Report) -> dict[str, list[Record]]:
    """All rows of the tables of a report, by the table's key."""

    def walk(blocks: tuple[Block, ...]) -> Iterator[Table]:
        for block in blocks:
            if isinstance(block, Section):
                yield from walk(block.blocks)
            elif isinstance(block, Table):
                yield block

    found = (*walk(report.blocks()), *report.evidence)
    return {table.key: records(table) for table in found}


def records(table: Table) -> list[Record]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.all_rows()]


def section_of(report: Report, title: str) -> Section:
    return next(s for s in report.sections if isinstance(s, Section) and s.title == title)


def story(code: str) -> Story:
    return daichuan().truth.story(code)


def about(report: Report, customer_id: str) -> list[Finding]:
    return [f for f in report.findings if f.subject and f.subject.customer_id == customer_id]


def value(finding: Finding, name: str) -> Any:
    return finding.says.figures[name].value


def own_row(finding: Finding, rows: list[Record]) -> Record:
    assert finding.subject
    return next(r for r in rows if r["name"] == finding.subject.name)


def total(rows: list[Record], key: str) -> Any:
    return sum((r[key] for r in rows), Decimal(0))
