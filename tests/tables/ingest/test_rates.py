from datetime import date
from decimal import Decimal

import pytest
from tests.tables.ingest.bringing import OPTIONS, account, bring, codes, held, make_workspace, write

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.rates import Rate, read_rates

HEADER = "订单编号,客户编码,订单日期,不含税金额,成本,币别"


def test_rates_are_read_exactly(tmp_path):
    path = write(tmp_path / "rates.csv", "2024-05-31, usd ,7.1088", "", header="date,currency,rate")

    assert read_rates(path) == (Rate(date(2024, 5, 31), "USD", Decimal("7.1088")),)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2024-05-32,USD,7.1", "row 2"),
        ("2024-05-31,USD,0", "row 2"),
        ("2024-05-31,USD,NaN", "row 2"),
        ("2024-05-31,DOLLAR,7.1", "row 2"),
        ("2024-05-31,USD", "row 2"),
        ("2024-05-31,USD,7.1\n2024-05-31,USD,7.2", "two rates for USD on 2024-05-31"),
    ],
)
def test_a_bad_rate_is_refused_with_its_row(tmp_path, row, said):
    path = write(tmp_path / "rates.csv", row, header="date,currency,rate")

    with pytest.raises(ZhibiError, match=said):
        read_rates(path)


def test_a_file_without_the_header_is_refused(tmp_path):
    path = write(tmp_path / "rates.csv", "2024-05-31,USD,7.1", header="day,code,value")

    with pytest.raises(ZhibiError, match="date,currency,rate"):
        read_rates(path)


def test_amounts_are_converted_at_the_last_rate_within_seven_days(tmp_path):
    workspace = make_workspace(tmp_path / "w")
    rates = write(
        tmp_path / "rates.csv", "2024-05-01,USD,7", "2024-05-03,USD,8", header="date,currency,rate"
    )
    orders = write(
        tmp_path / "orders.csv",
        "A1,C1,2024-05-02,100.00,60,USD",  # the rate of the day before
        "A2,C1,2024-05-10,100.00,60,USD",  # seven days after the last
        "A3,C1,2024-05-11,100.00,60,USD",  # eight: none
        "A4,C1,2024-04-30,100.00,60,美元",  # before the first
        "A5,C1,2024-05-11,100.00,60,CNY",
        header=HEADER,
    )
    options = type(OPTIONS)(today=OPTIONS.today, at=OPTIONS.at, rates=rates)

    report = bring(workspace, orders, options=options)

    assert account(report) == (5, 3, 0, 0, 2, 0)
    assert held(
        workspace, "SELECT order_id, amount, amount_original, cost FROM lake ORDER BY 1"
    ) == [
        ("A1", Decimal(700), Decimal(100), Decimal(420)),
        ("A2", Decimal(800), Decimal(100), Decimal(480)),
        ("A5", Decimal(100), Decimal(100), Decimal(60)),
    ]
    assert [reject.row for reject in report.sheets[0].rejects] == [4, 5]
    assert report.sheets[0].rejects[0].value == "USD 2024-05-11"
    assert codes(report)["currencies"] == 1


def test_a_workspace_without_a_currency_takes_that_of_all_amounts(tmp_path):
    workspace = make_workspace(tmp_path / "w", currency="")
    orders = write(tmp_path / "orders.csv", "A1,C1,2024-05-02,100,60,EUR", header=HEADER)

    report = bring(workspace, orders)

    assert codes(report)["currency_found"] == 1
    assert report.currency == "EUR"
    assert type(workspace).open(workspace.folder).settings.currency == "EUR"
