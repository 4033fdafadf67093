"""From which day data are looked at when nobody names one; how a report is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import duckdb
import openpyxl
import pyarrow as pa
import pytest
from pptx import Presentation

from tests.render.example import ACCOUNTS, EXAMPLE
from tests.tables.lake_rows import Imports, line
from zhibi import run
from zhibi.errors import ZhibiError
from zhibi.locale import ENGLISH
from zhibi.render.words import subtitle_of
from zhibi.reports.document import Report
from zhibi.run import default_as_of
from zhibi.tables.facts import Facts, from_arrow
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables
from zhibi.tables.workspace import Workspace


def ordered_on(*days: date) -> Facts:
    n = len(days)
    return from_arrow(
        pa.table(
            {
                "customer_id": ["C1"] * n,
                "order_id": [str(number) for number in range(n)],
                "order_date": list(days),
                "amount": [Decimal(1)] * n,
            }
        )
    )


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2024, 6, 8), date(2024, 6, 8)),  # seven days after the last order
        (date(2024, 6, 9), date(2024, 6, 1)),
        (date(2024, 6, 1), date(2024, 6, 1)),
        (date(2024, 5, 20), date(2024, 5, 1)),  # an order is dated in the future
    ],
)
def test_the_day_is_today_or_that_of_the_last_order(today: date, expected: date) -> None:
    known = ordered_on(date(2024, 5, 1), date(2024, 6, 1))
    assert default_as_of(known, today) == expected


def test_orders_of_the_future_only_are_refused() -> None:
    with pytest.raises(ZhibiError, match="All orders lie after today"):
        default_as_of(ordered_on(date(2024, 6, 1)), date(2024, 5, 1))


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> Report:
    report = Report(
        title=EXAMPLE.title,
        subtitle=subtitle_of(EXAMPLE),
        identity=EXAMPLE.identity,
        findings=EXAMPLE.findings,
        sections=EXAMPLE.blocks(),
        evidence=(replace(ACCOUNTS, title="What is behind it", number=2),),
    )
    monkeypatch.setattr(run, "compose", lambda *_, **__: report)
    return report


def written(path: Path) -> list[str]:
    _, files = run.report(None, "key-accounts", path, language=ENGLISH)
    return [file.name for file in files]


def test_a_page_has_the_evidence_beside_it(composed: Report, tmp_path: Path) -> None:
    assert written(tmp_path / "r.html") == ["r.html", "r.xlsx"]
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["Key points", "2 What is behind it"]


def test_a_report_as_a_workbook_is_whole(composed: Report, tmp_path: Path) -> None:
    assert written(tmp_path / "r.xlsx") == ["r.xlsx"]
    names = openpyxl.load_workbook(tmp_path / "r.xlsx").sheetnames
    assert names[1:] == [
        ACCOUNTS.title[:31], "Why did sales change", "Everything else", "2 What is behind it",
    ]  # fmt: skip


def test_a_report_as_slides(composed: Report, tmp_path: Path) -> None:
    assert written(tmp_path / "r.PPTX") == ["r.PPTX"]
    deck = Presentation(str(tmp_path / "r.PPTX"))
    assert deck.slides[0].shapes.title.text_frame.text == EXAMPLE.title


def test_a_report_of_another_ending_is_refused(composed: Report, tmp_path: Path) -> None:
    with pytest.raises(ZhibiError, match=r"r\.pdf .* one of \.html, \.xlsx, \.pptx\."):
        written(tmp_path / "r.pdf")
    assert list(tmp_path.iterdir()) == []


def test_slides_need_a_file() -> None:
    with pytest.raises(ZhibiError, match=r"-o FILE\.pptx"):
        run.write(EXAMPLE, None, style="pptx", language=ENGLISH)


def test_an_empty_workspace_has_a_version_and_no_day(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path, Settings())
    assert run.data_version(workspace) == "0"
    assert run.default_day(workspace) is None


def test_version_and_day_are_those_of_an_analysis(tmp_path: Path) -> None:
    (tmp_path / "batches").mkdir()
    workspace = Workspace.create(tmp_path / "w", Settings())
    imports = Imports(workspace.folder, tmp_path / "batches")
    imports.commit("1", order_lines=[line("1"), line("2", order_date=date(2024, 5, 20))])
    today = date(2024, 5, 27)
    tables = run.open_tables(workspace, today=today)
    assert run.data_version(workspace) == tables.facts.data_version == "1"
    assert run.default_day(workspace, today=today) == tables.day == today
    assert run.default_day(workspace, today=date(2024, 7, 1)) == date(2024, 5, 20)


def analyze_by(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a method that is one query to the engine."""
    method = SimpleNamespace(analyze=lambda tables, params: duckdb.sql(query).fetchall())
    monkeypatch.setattr(run.methods, "load", lambda name: method)
    day = date(2024, 6, 1)
    run.analyze(Tables(ordered_on(day), Settings(), day, "net"), "any")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 11999999999999998800::DECIMAL(38, 0)::BIGINT",
        "SELECT 11999999999999998800::HUGEINT::BIGINT",
        "SELECT sum(n) FROM (SELECT repeat('9', 38)::DECIMAL(38, 0) AS n FROM range(2))",
        "SELECT n + n FROM (SELECT repeat('9', 38)::DECIMAL(38, 0) AS n)",
        "SELECT n * n FROM (SELECT repeat('9', 20)::DECIMAL(38, 0) AS n)",
    ],
)
def test_sums_beyond_their_type_are_told(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZhibiError, match="too large to be added up exactly"):
        analyze_by(query, monkeypatch)


def test_a_text_that_is_no_number_is_not_called_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(duckdb.ConversionException, match="INT64"):
        analyze_by("SELECT 'none'::BIGINT", monkeypatch)


def test_receivables_are_analysed_where_there_are_no_orders(tmp_path: Path) -> None:
    """From the last day there is of them; whatever needs orders says so."""
    workspace = Workspace.create(tmp_path / "w", Settings(currency="CNY"))
    (tmp_path / "batches").mkdir()
    owed = {
        "customer_id": "C1",
        "issued_on": date(2024, 5, 1),
        "due_date": date(2024, 6, 1),
        "amount_due": Decimal(100),
    }
    imports = Imports(workspace.folder, tmp_path / "batches")
    imports.commit("i0001", receivables=[{"receivable_id": "1", **owed}])
    tables = run.open_tables(workspace, today=date(2025, 1, 1))
    assert tables.day == run.default_day(workspace, today=date(2025, 1, 1))
    assert tables.day == date(2024, 5, 1)
    assert run.analyze(tables, "receivables").totals.open == 100
    with pytest.raises(ZhibiError, match="no order lines"):
        run.analyze(tables, "rfm")
