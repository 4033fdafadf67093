"""What has stopped, where nothing was ever bought."""

from __future__ import annotations

from datetime import date, timedelta

from tests.methods.given import line, tables_of

from zhibi.measures.rhythm import Rule
from zhibi.measures.stopped import stopped_products

DAY = date(2024, 12, 31)


def test_of_who_only_sent_back_nothing_has_stopped() -> None:
    lines = [
        line("ann", str(n), DAY - timedelta(days=30 * n), -5, category="filters") for n in range(4)
    ]
    tables = tables_of(lines, DAY)
    keys = tables.customers.customer_key.to_pyarrow().to_pylist()
    assert stopped_products(tables, keys, months=12, level="group", rule=Rule()) == ()
