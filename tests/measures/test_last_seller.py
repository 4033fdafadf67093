"""Who sold last, by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
from tests.methods.given import line, tables_of

from zhibi.measures.last_seller import last_seller
from zhibi.tables import facts
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables

DAY = date(2024, 12, 31)


def test_by_hand() -> None:
    lines = [
        line("A", "1", date(2024, 1, 1), 10, salesperson="王敏"),
        line("A", "2", date(2024, 3, 1), 10, salesperson="李海涛"),
        line("A", "3", date(2024, 5, 1), -10, line_kind="return", salesperson="赵启航"),
        line("A", "4", date(2025, 1, 1), 10, salesperson="后来人"),
        line("B", "5", date(2024, 4, 1), 10, salesperson="乙"),
        line("B", "6", date(2024, 4, 1), 10, salesperson="丙"),
        line("C", "7", date(2024, 4, 1), 10),
    ]
    rows = last_seller(tables_of(lines, DAY)).to_pylist()
    found = {row["customer_id"]: row["salesperson"] for row in rows}
    assert found == {"A": "李海涛", "B": "丙"}  # a return is no order, the future is not seen


def test_the_newest_of_all_its_customers() -> None:
    """B was merged into A."""
    lines = pa.table(
        {
            "customer_id": ["A", "B"],
            "order_id": ["1", "2"],
            "order_date": [date(2024, 5, 1), date(2024, 6, 1)],
            "amount": [Decimal(3), Decimal(4)],
            "salesperson": ["王敏", "李海涛"],
        }
    )
    customers = pa.table({"customer_id": ["A", "B"], "entity_key": [1, 1], "group_key": [1, 1]})
    tables = Tables(facts.from_arrow(lines, customers), Settings(), DAY, "ordered")
    found = last_seller(tables).to_pylist()
    assert [(row["customer_id"], row["salesperson"]) for row in found] == [("A", "李海涛")]
