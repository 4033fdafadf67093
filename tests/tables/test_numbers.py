"""Two systems with a customer 1001 each: two customers, wherever one of them is named.

The lake holds 1001 of the system erp (six orders, 600) and 1001 of crm (one order, 40), and in
erp alone 2002 and "crm/1001", which the other is called by.
"""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from tests.tables.lake_rows import Imports, line

from zhibi import methods
from zhibi.errors import ZhibiError
from zhibi.measures.rows import fetch
from zhibi.tables import facts
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables

DAY = date(2024, 12, 31)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("two")
    (folder / "batches").mkdir()
    imports = Imports(folder, folder / "batches")
    erp = [line(f"E{n}", customer_id="1001", order_date=date(2024, n, 5)) for n in range(1, 7)]
    erp += [line("E7", customer_id=who, order_date=DAY) for who in ("2002",)]
    erp += [line("E8", customer_id="crm/1001", order_date=DAY)]
    names = [{"customer_id": "1001", "name": "甲"}, {"customer_id": "crm/1001", "name": "丙"}]
    imports.commit("1", order_lines=erp, customers=names)
    crm = [line("E1", customer_id="1001", amount=40, order_date=date(2024, 6, 1))]
    imports.commit(
        "2", source_system="crm", order_lines=crm, customers=[{"customer_id": "1001", "name": "乙"}]
    )
    lake = imports.lake
    files = {name: list(lake.files(name)) for name in ("order_lines", "customers")}
    return Tables(facts.from_lake(files, data_version="1"), Settings(), DAY, "ordered")


def test_each_is_named_so_that_it_cannot_be_mistaken(tables: Tables) -> None:
    rows = fetch(tables.customers.select("name", "customer_id").order_by("customer_id"))
    assert [(row["customer_id"], row["name"]) for row in rows] == [
        ("2002", "2002"),
        ("crm/1001", "乙"),
        ("erp/1001", "甲"),
        ("erp/crm/1001", "丙"),
    ]
    result = methods.load("concentration").analyze(tables, None)

    assert sorted(result.ranking.column("customer_id")) == [row["customer_id"] for row in rows]


@pytest.mark.parametrize(("number", "name"), [("erp/1001", "甲"), ("crm/1001", "乙")])
def test_the_review_is_of_the_one_that_is_named(tables: Tables, number: str, name: str) -> None:
    review = methods.load("account_review")
    found = review.analyze(tables, review.Params(customer_id=number))
    assert (found.subject.customer_id, found.subject.name) == (number, name)


def test_a_number_that_means_two_is_refused_with_both(tables: Tables) -> None:
    review = methods.load("account_review")
    with pytest.raises(ZhibiError, match="crm/1001, erp/1001"):
        review.analyze(tables, review.Params(customer_id="1001"))
    plain = review.analyze(tables, review.Params(customer_id="erp/2002"))
    assert plain.subject.customer_id == "2002"


def test_a_reader_of_one_sees_it_by_the_same_name(tables: Tables) -> None:
    """A decision on a finding must be found again on the page of who sees one of the two."""
    own = tables.of_accounts("reader", [("crm", "1001")])
    assert [row["customer_id"] for row in fetch(own.customers)] == ["crm/1001"]


def test_what_is_typed_of_one_is_not_said_of_the_other(tables: Tables) -> None:
    said = pa.table({"source_system": ["crm"], "customer_id": ["1001"], "owner": ["王敏"]})
    over = tables.with_records({"customers": said}, version="1")
    owners = {row["customer_id"]: row["owner"] for row in fetch(over.customers)}
    assert owners["crm/1001"] == "王敏"
    assert owners["erp/1001"] is None


def test_in_memory_the_same_number_of_two_systems_is_two() -> None:
    lines = pa.table(
        {
            "source_system": ["a", "b"],
            "customer_id": ["1", "1"],
            "order_id": ["1", "1"],
            "order_date": [DAY, DAY],
            "amount": [1, 2],
        }
    )
    found = Tables(facts.from_arrow(lines), Settings(), DAY, "ordered")
    assert found.order_lines.count().to_pyarrow().as_py() == 2
    assert sorted(row["customer_id"] for row in fetch(found.customers)) == ["a/1", "b/1"]
