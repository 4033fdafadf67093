"""One month against a typed total: each cause found when it is the difference, and only then."""

from decimal import Decimal

import pytest
from tests.tables.ingest.bringing import OPTIONS, bring, make_workspace, write

from zhibi.tables.ingest.importing import prepare
from zhibi.tables.ingest.reconcile import of_workspace

HEADER = "订单编号,行号,客户编码,订单日期,不含税金额,价税合计,税率,单据类型,状态"
ROWS = (
    "A0,1,C1,2024-04-30,17,19.21,13%,销售,",
    "A1,1,C1,2024-05-02,1000,1130,13%,销售,",
    "A1,2,C1,2024-05-02,200,226,13%,销售,",
    "A1,2,C1,2024-05-02,200,226,13%,销售,",  # printed twice
    "A2,1,C1,2024-05-20,-40,-45.2,13%,退货,",
    "A3,1,C1,2024-05-20,-3,-3.39,13%,返利,",
    "A4,1,C1,2024-05-21,500,565,13%,销售,已作废",
    "A5,1,,2024-05-21,77,87.01,13%,销售,",  # rejected: no customer
    "A6,1,C1,2024-06-01,31,35.03,13%,销售,",
    "A7,1,C1,2024-05-25,9,10.17,13%,销售,",
)
NET = Decimal(1166)  # 1000 + 200 − 40 − 3 + 9


@pytest.fixture
def workspace(tmp_path):
    return make_workspace(tmp_path / "w")


@pytest.fixture
def orders(tmp_path):
    return write(tmp_path / "orders.csv", *ROWS, header=HEADER)


def reconciled(workspace, orders, typed):
    with prepare([orders], workspace, OPTIONS) as plan:
        (found,) = plan.reconcile({"2024-05": Decimal(typed)})
    return found


def test_a_total_that_agrees_has_no_difference(workspace, orders):
    found = reconciled(workspace, orders, "1166.00")

    assert (found.rows, found.orders, found.amount, found.difference) == (5, 2, NET, 0)
    assert found.causes == ()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1317.58", ["with tax"]),  # 1166 × 1.13
        ("1206", ["returns"]),
        ("1169", ["rebates"]),
        ("1209", ["returns", "rebates"]),
        ("1666", ["cancelled"]),
        ("1366", ["printed twice"]),
        ("1243", ["rejected rows"]),
        ("1743", ["cancelled", "rejected rows"]),
        ("1197", ["runs on to"]),
        ("1183", ["begins on"]),
        ("1175", ["twice: A7"]),
    ],
)
def test_what_is_the_difference_exactly_is_named(workspace, orders, typed, words):
    found = reconciled(workspace, orders, typed)

    assert found.difference == Decimal(typed) - NET
    said = [cause.template.format(**cause.fields) for cause in found.causes]
    assert len(said) == len(words)
    for word in words:
        assert any(word in sentence for sentence in said), said
    if "twice: A7" not in words:
        assert sum(cause.amount for cause in found.causes) == found.difference


def test_a_difference_to_the_cent_that_nothing_explains_stays_unexplained(workspace, orders):
    found = reconciled(workspace, orders, "1166.01")

    assert found.difference == Decimal("0.01")
    assert found.causes == ()


def test_a_workspace_remembers_what_its_imports_left_out(workspace, orders, tmp_path):
    bring(workspace, orders)

    (found,) = of_workspace(workspace, {"2024-05": Decimal(1666)}, tmp_path)
    (empty,) = of_workspace(workspace, {"2031-05": Decimal(5)}, tmp_path)

    assert [cause.template.split(",")[0] for cause in found.causes] == [
        "The total typed counts cancelled orders"
    ]
    assert (empty.rows, empty.amount, empty.difference) == (0, 0, 5)
