"""What was typed over what was imported: the same answers as if the rows had been imported."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests import usual
from tests.alike import few_of
from tests.methods.given import line, tables_of
from tests.tables.lake_rows import ARROW_TYPES, Imports

from zhibi import run
from zhibi.measures.rows import fetch
from zhibi.render.json import to_data
from zhibi.tables import facts
from zhibi.tables.lake import Lake
from zhibi.tables.lake.link import Link
from zhibi.tables.schema import SCHEMAS
from zhibi.tables.settings import Settings
from zhibi.tables.tables import Tables

METHODS = (
    *("account_review", "key_account_marks", "composite_grade", "man", "satisfaction", "kaism"),
    *("customer_funnel", "concentration", "purchase_rhythm", "target_markets", "receivables"),
)
CODE = "91370201465747066J"
DAY = usual.DAY

# Decisions on customers that files name, then a prospect and the group above it.
DECIDED: list[dict[str, Any]] = [
    {"customer_id": "c01", "owner": "赵启航", "name": "甲", "parent_id": "c00"},
    {"customer_id": "c02", "credit_code": CODE, "size": "smb", "region": "鲁东"},
    {"customer_id": "c05", "industry": "重工", "credit_limit": Decimal(7), "given_grade": "A"},
    {"customer_id": "p1", "name": "新客户", "industry": "轮胎", "parent_id": "p0"},
    {"customer_id": "p2", "name": "又一个", "source": "展会", "since": date(2024, 1, 2)},
]
TYPED: dict[str, list[dict[str, Any]]] = {
    "assessments": [
        {"customer_id": who, "criterion": criterion, "value": value, "assessed_on": day,
         "assessed_by": "赵启航"}
        for who, criterion, value, day in (
            ("c01", "relationship", "9", DAY - timedelta(3)),
            ("c02", "potential", "高", DAY),
            ("c02", "potential", "低", DAY + timedelta(1)),
            ("p1", "stage", "target", DAY - timedelta(30)),
            ("p1", "money", "yes", DAY - timedelta(30)),
        )
    ],
    "efforts": [
        {"customer_id": who, "spent_on": DAY - timedelta(ago), "kind": "visit",
         "salesperson": "赵启航", "cost": Decimal(250)}
        for who, ago in (("c03", 2), ("p1", 5), ("c03", -2))
    ],
    "touches": [{"customer_id": "p2", "touched_on": DAY - timedelta(40), "step": "报价"}],
    "surveys": [
        {"customer_id": "c04", "answered_on": DAY - timedelta(8), "dimension": "price",
         "score": Decimal(1), "scale_max": Decimal(5)}
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return imported(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def typed(base: Lake) -> Tables:
    records = {
        table: arrow(table, rows) for table, rows in (TYPED | {"customers": DECIDED}).items()
    }
    return opened(base).with_records(records, version="7")


@pytest.fixture(scope="module")
def as_imported(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The company that got the same rows by an import."""
    return opened(imported(tmp_path_factory.mktemp("all"), customers=DECIDED, **TYPED))


def imported(folder: Path, **later: list[dict[str, Any]]) -> Lake:
    (folder / "batches").mkdir()
    imports = Imports(folder, folder / "batches")
    customers = [
        row | ({"credit_code": CODE} if row["customer_id"] == "c03" else {})
        for row in usual.customers()
    ]
    lines = [{"basis": "ordered", "line_kind": "sale", **row} for row in usual.order_lines()]
    imports.commit("1", order_lines=lines, customers=customers, **usual.further())
    if later:
        given: Mapping[str, Any] = {
            table: rows + usual.further().get(table, []) for table, rows in later.items()
        }
        imports.commit("2", **given)
    return imports.lake


def opened(lake: Lake) -> Tables:
    files = {table: lake.files(table) for table in (*SCHEMAS, "customer_links")}
    return Tables(facts.from_lake(files, data_version="1"), Settings(), DAY, "ordered")


def arrow(table: str, rows: Sequence[Mapping[str, Any]], source: str = "erp") -> pa.Table:
    """Records as the web hands them over: the columns that any row has."""
    used = [one for one in SCHEMAS[table].fields if any(one.name in row for row in rows)]
    columns = {
        one.name: pa.array(
            [row.get(one.name) for row in rows], ARROW_TYPES[SCHEMAS[table].sql_columns[one.name]]
        )
        for one in used
    }
    return pa.table({"source_system": [source] * len(rows), **columns})


def said(tables: Tables, method: str) -> Any:
    data = to_data(run.analyze(tables, method), "en")
    del data["identity"]
    return json.loads(json.dumps(data))


@pytest.mark.parametrize("method", few_of(METHODS, "composite_grade", "man", "receivables"))
def test_typed_says_what_imported_says(
    method: str, base: Lake, typed: Tables, as_imported: Tables
) -> None:
    assert said(typed, method) == said(as_imported, method)


@pytest.mark.slow
def test_it_makes_a_difference(base: Lake, typed: Tables) -> None:
    differing = [method for method in METHODS if said(opened(base), method) != said(typed, method)]
    assert len(differing) > len(METHODS) // 2


def test_customers_are_the_same_rows(typed: Tables, as_imported: Tables) -> None:
    columns = [name for name in SCHEMAS["customers"].sql_columns if name != "import_id"]

    def rows(tables: Tables) -> list[dict[str, Any]]:
        return fetch(tables.customers.select(columns).order_by("customer_key"))

    assert rows(typed) == rows(as_imported)
    by_id = {row["customer_id"]: row for row in rows(typed)}
    assert by_id["c01"]["former_names"] == "客户 1 <b>&"
    assert by_id["c03"]["entity_key"] == by_id["c02"]["customer_key"]
    assert by_id["p1"]["group_key"] == by_id["p0"]["customer_key"] > 15


@pytest.mark.parametrize("day", [DAY - timedelta(60), DAY + timedelta(60)])
def test_an_earlier_day_knows_less(day: date, typed: Tables, as_imported: Tables) -> None:
    for method in ("kaism", "customer_funnel"):
        assert said(typed.as_of(day), method) == said(as_imported.as_of(day), method)


def test_the_version_is_part_of_the_identity(base: Lake, typed: Tables) -> None:
    assert run.analyze(typed, "concentration").identity.records_version == "7"
    assert run.analyze(opened(base), "concentration").identity.records_version == ""


def test_nothing_kept_before_is_taken_for_what_is_typed() -> None:
    tables = usual.usual()
    rows = {"source_system": [""], "customer_id": ["c02"], "parent_id": ["c01"]}
    records = {"customers": pa.table(rows)}
    fresh = said(usual.usual().with_records(records, version="1"), "purchase_rhythm")
    said(tables, "purchase_rhythm")
    assert said(tables.with_records(records, version="1"), "purchase_rhythm") == fresh


def test_a_column_that_only_people_fill_is_there() -> None:
    effort = {"customer_id": "A", "spent_on": DAY}
    tables = tables_of([line("A", "1", DAY, 10)], DAY, efforts=[effort])
    efforts = arrow("efforts", [effort | {"cost": Decimal(5)}], source="")
    people = arrow("customers", [{"customer_id": "A", "employees": Decimal(9)}], source="")
    given = tables.with_records({"efforts": efforts, "customers": people}, version="1")
    assert not tables.has("cost", "efforts")
    assert given.has("cost", "efforts")
    assert given.has("employees")
    assert [row["cost"] for row in fetch(given.table("efforts").order_by("cost"))] == [5, None]


def test_rows_of_nobody_are_left_out_and_counted() -> None:
    tables = tables_of([line("A", "1", DAY, 10)], DAY)
    rows = [{"customer_id": who, "touched_on": DAY, "step": "拜访"} for who in ("A", "Z", "Z")]
    given = tables.with_records({"touches": arrow("touches", rows, source="")}, version="1")
    assert given.facts.left_out == {"touches": 2}
    assert fetch(given.table("touches").count().as_table())[0].popitem()[1] == 1
    nobody = tables.with_records({"touches": arrow("touches", rows[1:], source="")}, version="1")
    assert not nobody.holds("touches")


def test_a_parent_of_another_system_takes_the_whole_legal_entity(tmp_path: Path) -> None:
    """B and C have one code; C is put under X, which another system knows, against B's file."""
    (tmp_path / "batches").mkdir()
    imports = Imports(tmp_path, tmp_path / "batches")
    people = [
        {"customer_id": "A", "name": "A"},
        {"customer_id": "B", "name": "B", "credit_code": CODE, "parent_id": "A"},
        {"customer_id": "C", "name": "C", "credit_code": CODE},
    ]
    imports.commit("1", order_lines=[line(who, who, DAY, 1) for who in "ABC"], customers=people)
    imports.commit("2", source_system="crm", customers=[{"customer_id": "X", "name": "X"}])
    tables = opened(imports.lake)
    rows = {"customer_id": ["C"], "source_system": ["erp"]}
    above = {"parent_id": ["X"], "parent_source_system": ["crm"]}
    assert groups(tables) == {"A": "A", "B": "A", "C": "A", "X": "X"}
    under = tables.with_records({"customers": pa.table(rows | above)}, version="1")
    assert groups(under) == {"A": "A", "B": "X", "C": "X", "X": "X"}
    alone = {"parent_id": ["C"], "parent_source_system": ["erp"]}
    alone_ = tables.with_records({"customers": pa.table(rows | alone)}, version="1")
    assert groups(alone_) == {"A": "A", "B": "B", "C": "B", "X": "X"}


def groups(tables: Tables) -> dict[str, str]:
    rows = fetch(tables.customers)
    ids = {row["customer_key"]: row["customer_id"] for row in rows}
    return {row["customer_id"]: ids[row["group_key"]] for row in rows}


def test_links_outlive_a_decision(tmp_path: Path) -> None:
    """Two that a person linked stay one, when a third gets a new parent."""
    (tmp_path / "batches").mkdir()
    imports = Imports(tmp_path, tmp_path / "batches")
    imports.commit("1", order_lines=[line(who, who, DAY, 1) for who in "ABC"])
    imports.lake.link([Link(2, 1, "王敏", "2024-01-01")], import_id="2", about={})
    rows = {"source_system": ["erp"], "customer_id": ["C"], "parent_id": ["B"]}
    tables = opened(imports.lake).with_records({"customers": pa.table(rows)}, version="1")
    assert groups(tables) == {"A": "A", "B": "A", "C": "A"}


def test_what_only_a_program_gets_wrong() -> None:
    tables = tables_of([line("A", "1", DAY, 10)], DAY)
    twice = pa.table({"source_system": ["", ""], "customer_id": ["A", "A"]})
    wrong = {
        "several rows": {"customers": twice},
        "no table that people": {"order_lines": twice},
        "needs a step": {"touches": twice.append_column("touched_on", pa.array([DAY, DAY]))},
        "needs a source_system": {"customers": twice.drop(["source_system"])},
    }
    for what, records in wrong.items():
        with pytest.raises(ValueError, match=what):
            tables.with_records(records, version="1")
