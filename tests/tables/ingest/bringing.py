"""Files brought into a workspace as a user would, and what the workspace then holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from zhibi.tables.ingest.import_report import ImportReport
from zhibi.tables.ingest.importing import ImportOptions, prepare
from zhibi.tables.settings import Settings
from zhibi.tables.workspace import Workspace

TODAY = date(2026, 1, 15)
OPTIONS = ImportOptions(today=TODAY, at=datetime(2026, 1, 15, 8, tzinfo=UTC))
HEADER = "订单编号,客户编码,客户名称,订单日期,物料编码,数量,不含税金额"


def make_workspace(folder: Path, currency: str = "CNY") -> Workspace:
    return Workspace.create(folder, Settings(currency=currency))


def write(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def bring(workspace: Workspace, *files: Path, options: ImportOptions = OPTIONS) -> ImportReport:
    """Prepare and commit."""
    with prepare(files, workspace, options) as plan:
        plan.commit()
        return plan.report


def look(workspace: Workspace, *files: Path, options: ImportOptions = OPTIONS) -> ImportReport:
    """Prepare only."""
    with prepare(files, workspace, options) as plan:
        return plan.report


def held(workspace: Workspace, query: str, table: str = "order_lines") -> list[tuple[Any, ...]]:
    """A query over `lake`, the lake's rows of a table."""
    files = list(workspace.lake.files(table))
    if not files:
        return []
    lake = duckdb.read_parquet(files)  # noqa: F841 - DuckDB finds it by name
    return duckdb.sql(query).fetchall()


def net(workspace: Workspace) -> Decimal:
    return held(workspace, "SELECT sum(amount) FROM lake")[0][0]


def codes(report: ImportReport) -> dict[str, int]:
    """Notice code → how often, over all files."""
    every = [notice for sheet in report.sheets for notice in sheet.notices]
    return {notice.code: notice.count for notice in (*every, *report.notices)}


def account(report: ImportReport, table: str = "order_lines") -> tuple[int, ...]:
    """Rows read, new, changed, unchanged, rejected, left out."""
    one = next(one for one in report.tables if one.table == table)
    change = one.change
    arrived = (change.rows_new, change.rows_changed, change.rows_unchanged)
    return (one.rows_read, *arrived, one.rejected, one.left_out)
