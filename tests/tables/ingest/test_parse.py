"""Text comes back as exactly the number, date or id that was written, or with a reason."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.tables.ingest.sheets import column, query, reasons, sheet_of

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.match import match
from zhibi.tables.ingest.parse import ParseOptions, parse
from zhibi.tables.ingest.stages import Parsed

HEADERS = ["订单号", "客户编码", "订单日期", "不含税金额"]
PLACES = Decimal("0.0001")


def read_rows(
    folder: Path, headers: list[str], rows: list[list[str | None]], **options: object
) -> Parsed:
    sheet = sheet_of(folder, headers, rows)
    return parse(sheet, match(sheet), folder, ParseOptions(**options))  # type: ignore[arg-type]


def amounts(
    folder: Path, cells: list[str], header: str = "不含税金额", **options: object
) -> Parsed:
    rows: list[list[str | None]] = [[f"SO{i}", "C1", "2024-05-03", c] for i, c in enumerate(cells)]
    return read_rows(folder, [*HEADERS[:3], header], rows, **options)


def days(folder: Path, cells: list[str], **options: object) -> Parsed:
    rows: list[list[str | None]] = [[f"SO{i}", "C1", c, "10.00"] for i, c in enumerate(cells)]
    return read_rows(folder, HEADERS, rows, **options)


def in_order(parsed: Parsed, name: str) -> list[object]:
    found = column(parsed, name)
    return [found.get(row) for row in range(2, parsed.sheet.rows + 2)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.50"),
        ("1 234.50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("１，２３４．５０", "1234.50"),
        ("¥1.2万", "12000"),
        ("3.5亿", "350000000"),
        ("1.2百万元", "1200000"),
        ("$ 12", "12"),
        ("RMB 1,200.00", "1200"),
        ("人民币1,200元", "1200"),
        ("-¥12.5", "-12.5"),
        ("¥-12.5", "-12.5"),
        ("(1,200)", "-1200"),
        ("（1,200.00）", "-1200"),
        ("1,200-", "-1200"),
        ("−5", "-5"),
        ("1.5E+05", "150000"),
        ("1,23,456.78", "123456.78"),
        ("0", "0"),
        ("0.00005", "0"),
        ("0.00015", "0.0002"),
        ("9.80000019", "9.8"),
    ],
)
def test_an_amount_however_it_is_written(tmp_path: Path, text: str, value: str) -> None:
    parsed = amounts(tmp_path, [text, "7.25"])
    assert in_order(parsed, "amount") == [Decimal(value), Decimal("7.25")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NaN", "not a finite number"),
        ("-Infinity", "not a finite number"),
        ("#N/A", "a spreadsheet error"),
        ("#REF!", "a spreadsheet error"),
        ("99999999999999999", "too large"),
        ("1E400", "not a number"),
        ("13%", "not a number"),
        ("abc", "not a number"),
        ("--5", "not a number"),
        ("1,2345.0", "not a number"),
        ("1 2", "not a number"),
        ("—", "no amount"),
        ("", "no amount"),
    ],
)
def test_what_is_no_amount_is_rejected_with_its_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    parsed = amounts(tmp_path, [text, *["7.25"] * 3])
    value = None if reason == "no amount" else text
    assert reasons(parsed) == [(2, "不含税金额", value, reason)]
    assert (parsed.parsed_count, parsed.rejected_count) == (3, 1)


def test_a_decimal_comma_is_decided_over_the_column(tmp_path: Path) -> None:
    parsed = amounts(tmp_path, ["1.234,50", "1.234", "7", "(12,5)", "€ 3,5"])
    expected = ["1234.50", "1234", "7", "-12.5", "3.5"]
    assert in_order(parsed, "amount") == [Decimal(each) for each in expected]
    assert ("amount", "decimal comma") in [(r.target, r.how.template) for r in parsed.readings]


def test_thousands_alone_are_thousands_and_said(tmp_path: Path) -> None:
    parsed = amounts(tmp_path, ["1,234", "5,678"])
    assert in_order(parsed, "amount") == [1234, 5678]
    assert any("1,234 read as one thousand" in reading.how.template for reading in parsed.readings)
    forced = amounts(tmp_path, ["1,234", "5,678"], decimal="comma")
    assert in_order(forced, "amount") == [Decimal("1.234"), Decimal("5.678")]


def test_a_column_of_both_signs_rejects_what_may_be_either(tmp_path: Path) -> None:
    parsed = amounts(tmp_path, ["1.234,5", "1,234.5", "1,234", "1.234"])
    assert in_order(parsed, "amount") == [Decimal("1234.5"), Decimal("1234.5"), None, None]
    assert {reason for *_, reason in reasons(parsed)} == {
        "may be thousands or decimals: the column has both decimal comma and point"
    }


def test_other_columns_tell_the_decimal_sign_where_one_cannot(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [
        ["1", "C1", "2024-05-03", "1,50", "1.234", "2.5"],
        ["2", "C1", "2024-05-03", "2,75", "2.000", "3.75"],
    ]
    parsed = read_rows(tmp_path, [*HEADERS, "数量"], rows)
    assert in_order(parsed, "quantity") == [1234, 2000]
    disagreeing = read_rows(tmp_path, [*HEADERS, "数量", "标准单价"], rows)
    assert in_order(disagreeing, "list_price") == [Decimal("2.5"), Decimal("3.75")]
    assert in_order(disagreeing, "quantity") == [Decimal("1.234"), Decimal("2")]


def test_a_unit_in_the_header_multiplies(tmp_path: Path) -> None:
    parsed = amounts(tmp_path, ["1.2", "3,000.5"], header="不含税金额（万元）")
    assert in_order(parsed, "amount") == [12000, 30005000]


@pytest.mark.parametrize("cells", [["13%", "6%"], ["13", "6"], ["0.13", "0.06"], ["13.00%", "6"]])
def test_a_tax_rate_however_it_is_written(tmp_path: Path, cells: list[str]) -> None:
    rows: list[list[str | None]] = [
        [f"SO{i}", "C1", "2024-05-03", "10.00", cell] for i, cell in enumerate(cells)
    ]
    parsed = read_rows(tmp_path, [*HEADERS, "税率"], rows)
    assert in_order(parsed, "tax_rate") == [Decimal("0.13"), Decimal("0.06")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024/5/3", "2024-05-03"),
        ("2024-05-03", "2024-05-03"),
        ("2024.5.3", "2024-05-03"),
        ("2024年5月3日", "2024-05-03"),
        ("2024年 5月 3日", "2024-05-03"),
        ("２０２４／５／３", "2024-05-03"),
        ("20240503", "2024-05-03"),
        ("20240503.0", "2024-05-03"),
        ("45415", "2024-05-03"),
        ("45415.5", "2024-05-03"),
        ("3-May-2024", "2024-05-03"),
        ("03 MAY 24", "2024-05-03"),
        ("3. Mai 2024", "2024-05-03"),
        ("May 3, 2024", "2024-05-03"),
        ("03.05.2024", "2024-05-03"),
        ("2011-12-09T12:50:00Z", "2011-12-09"),
        ("2010/12/1 8:26", "2010-12-01"),
        ("2010-12-01 08:26:00.123+08:00", "2010-12-01"),
        ("13/05/2024 10:00", "2024-05-13"),
        ("05/13/24", "2024-05-13"),
    ],
)
def test_a_date_however_it_is_written(tmp_path: Path, text: str, day: str) -> None:
    parsed = days(tmp_path, [text])
    assert in_order(parsed, "order_date") == [date.fromisoformat(day)]


@pytest.mark.parametrize(
    "text", ["2024-02-30", "20241301", "2023年2月29日", "soon", "123", "0024-05-03", "infinity"]
)
def test_a_day_there_is_not_is_rejected(tmp_path: Path, text: str) -> None:
    parsed = days(tmp_path, [text, "2024-05-03", "2024/5/4"])
    (found,) = reasons(parsed)
    assert found[:3] == (2, "订单日期", text)
    assert found[3].startswith("not a date")


def test_the_order_of_day_and_month_is_decided_over_the_column(tmp_path: Path) -> None:
    assert in_order(days(tmp_path, ["03-05-2024", "25-05-2024"]), "order_date") == [
        date(2024, 5, 3),
        date(2024, 5, 25),
    ]
    assert in_order(days(tmp_path, ["03-05-2024", "05-25-2024"]), "order_date") == [
        date(2024, 3, 5),
        date(2024, 5, 25),
    ]


@pytest.mark.parametrize("cells", [["03-05-2024", "04-06-2024"], ["13/05/2024", "05/13/2024"]])
def test_a_column_that_cannot_tell_is_refused(tmp_path: Path, cells: list[str]) -> None:
    with pytest.raises(ZhibiError, match="--date-order") as error:
        days(tmp_path, cells)
    assert "订单日期" in str(error.value)
    forced = days(tmp_path, cells[:1], date_order="dmy")
    assert in_order(forced, "order_date")[0].month == 5  # type: ignore[attr-defined]


def test_one_stray_date_does_not_decide_the_order(tmp_path: Path) -> None:
    parsed = days(tmp_path, ["25/05/2024"] * 200 + ["05/25/2024"])
    assert (parsed.parsed_count, parsed.rejected_count) == (200, 1)


def test_moments_with_a_zone_fall_on_the_day_of_the_workspace(tmp_path: Path) -> None:
    parsed = days(tmp_path, ["2024-05-03T23:30:00Z", "2024-05-03"], timezone="Asia/Shanghai")
    assert in_order(parsed, "order_date") == [date(2024, 5, 4), date(2024, 5, 3)]


def test_ids_keep_their_zeros_and_rounded_codes_are_rejected_with_the_cell(
    tmp_path: Path,
) -> None:
    headers = ["订单号", "订单日期", "不含税金额", "客户编码"]
    rows: list[list[str | None]] = [
        ["0001", "2024-05-03", "1.00", "000123"],
        ["0002", "2024-05-03", "1.00", "9.137E+17"],
        ["0003", "2024-05-03", "1.00", "913701020123456789"],
    ]
    parsed = read_rows(tmp_path, headers, rows)
    assert in_order(parsed, "customer_id") == ["000123", None, "913701020123456789"]
    assert reasons(parsed) == [
        (3, "客户编码", "9.137E+17", "a long code that a spreadsheet has rounded in cell D3")
    ]


def test_long_codes_that_all_end_in_zeros_were_rounded(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [
        [f"{i}", f"91370102012345{i}000", "2024-05-03", "1.00"] for i in range(3)
    ]
    assert read_rows(tmp_path, HEADERS, rows).rejected_count == 3
    rows = [[f"{i}", f"91370102012345678{i}", "2024-05-03", "1.00"] for i in range(10)]
    assert read_rows(tmp_path, HEADERS, rows).rejected_count == 0


def test_an_id_column_turned_into_floats_is_turned_back(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [["1", "17850.0", "2024-05-03", "1.00"]] * 2
    assert in_order(read_rows(tmp_path, HEADERS, rows), "customer_id") == ["17850", "17850"]
    rows[1] = ["1", "A.0", "2024-05-03", "1.00"]
    assert in_order(read_rows(tmp_path, HEADERS, rows), "customer_id") == ["17850.0", "A.0"]


def test_currencies_and_line_kinds_are_words(tmp_path: Path) -> None:
    headers = [*HEADERS, "币别", "单据类型"]
    words = [
        ("人民币", "标准销售"),
        ("USD", "销售退货单"),
        ("美元", "年终返利"),
        ("¥", "红字发票"),
        ("eur", "样品"),
    ]
    rows: list[list[str | None]] = [
        [f"{i}", "C1", "2024-05-03", "1.00", *pair] for i, pair in enumerate(words)
    ]
    parsed = read_rows(tmp_path, headers, [*rows, ["9", "C1", "2024-05-03", "1", "雪花", "销售"]])
    assert in_order(parsed, "currency") == ["CNY", "USD", "USD", "CNY", "EUR", None]
    assert in_order(parsed, "line_kind")[:5] == [
        "sale", "return", "rebate", "red_invoice", "sample",
    ]  # fmt: skip
    assert reasons(parsed) == [(7, "币别", "雪花", "not a currency")]


def test_a_currency_sign_beside_the_amount_is_heeded(tmp_path: Path) -> None:
    parsed = amounts(tmp_path, ["¥12", "US$ 13", "HK$14", "15"])
    assert in_order(parsed, "currency") == ["CNY", "USD", "HKD", None]
    assert in_order(amounts(tmp_path, ["$1", "$2"], currency="AUD"), "currency") == ["AUD"] * 2


def test_returns_are_told_by_quantity_and_by_credit_note(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [
        ["536365", "C1", "2010-12-01", "10.00", "2"],
        ["536366", "C1", "2010-12-01", "-10.00", "-2"],
        ["C536379", "C1", "2010-12-01", "-10.00", None],
        ["536380", "C1", "2010-12-01", "-10.00", "2"],
    ]
    parsed = read_rows(tmp_path, [*HEADERS, "数量"], rows)
    assert in_order(parsed, "line_kind") == ["sale", "return", "return", "sale"]


def test_the_net_amount_is_computed_per_line_to_the_cent(tmp_path: Path) -> None:
    headers = ["订单号", "客户编码", "日期", "价税合计", "税率"]
    rows: list[list[str | None]] = [
        ["1", "C1", "2024-05-03", "113.00", "13%"],
        ["2", "C1", "2024-05-03", "100.00", "13%"],
        ["3", "C1", "2024-05-03", "-100.00", "6%"],
        ["4", "C1", "2024-05-03", "100.00", None],
    ]
    parsed = read_rows(tmp_path, headers, rows)
    expected = [Decimal("100"), Decimal("88.50"), Decimal("-94.34"), None]
    assert in_order(parsed, "amount") == expected
    assert reasons(parsed) == [(5, "amount", None, "no amount")]
    constant = read_rows(tmp_path, headers, rows, tax_rate=Decimal("0.09"))
    assert in_order(constant, "amount")[3] == Decimal("91.74")


def test_amounts_with_tax_and_no_rate_are_a_question(tmp_path: Path) -> None:
    headers = ["订单号", "客户编码", "日期", "价税合计"]
    rows: list[list[str | None]] = [["1", "C1", "2024-05-03", "113.00"]]
    with pytest.raises(ZhibiError, match="--tax-rate"):
        read_rows(tmp_path, headers, rows)


def test_an_amount_of_price_quantity_and_discount(tmp_path: Path) -> None:
    headers = ["订单号", "客户编码", "日期", "数量", "单价", "折扣率"]
    rows: list[list[str | None]] = [["1", "C1", "2024-05-03", "3", "9.999", "15%"]]
    parsed = read_rows(tmp_path, headers, rows)
    assert in_order(parsed, "amount") == [Decimal("25.4975")]  # 25.49745, halves away from zero
    assert any("unit price × quantity" in reading.how.template for reading in parsed.readings)


def test_a_name_stands_for_a_missing_customer_code(tmp_path: Path) -> None:
    headers = ["订单号", "客户名称", "日期", "不含税金额", "订单状态"]
    rows: list[list[str | None]] = [["1", "华数机械有限公司", "2024-05-03", "1.00", "已作废"]]
    parsed = read_rows(tmp_path, headers, rows)
    assert in_order(parsed, "customer_id") == ["华数机械有限公司"]
    assert in_order(parsed, "status") == ["已作废"]


def test_a_row_with_two_faults_counts_once_and_has_two_reasons(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [
        ["1", None, "2024-05-03", "x"],
        ["2", "C1", "2024-05-03", "5.00"],
        ["3", "C1", "2024-05-03", "6.00"],
    ]
    parsed = read_rows(tmp_path, HEADERS, rows)
    assert [reason[1:] for reason in reasons(parsed)] == [
        ("不含税金额", "x", "not a number"),
        ("客户编码", None, "no customer"),
    ]
    assert (parsed.parsed_count, parsed.rejected_count) == (2, 1)


def test_types_are_those_of_the_lake(tmp_path: Path) -> None:
    parsed = amounts(tmp_path, ["1.50"])
    types = {name: kind for name, kind, *_ in query("DESCRIBE it", parsed.rows)}
    assert types["row"] == "BIGINT"
    assert types["amount"] == "DECIMAL(18,4)"
    assert types["order_date"] == "DATE"


MONEY = st.decimals(
    min_value=Decimal("-99999999999"), max_value=Decimal("99999999999"), places=4
).map(lambda value: value + 0)  # no negative zero


def written(value: Decimal, style: str) -> str:
    """The slow, obvious writer: what the parser must undo."""
    plain = f"{abs(value):,.4f}"
    sign = "-" if value < 0 else ""
    swapped = plain.translate(str.maketrans(",.", ".,"))
    return {
        "plain": f"{value:f}",
        "thousands": sign + plain,
        "comma": sign + swapped,
        "spaces": sign + plain.replace(",", " "),
        "symbol": f"{sign}¥{plain}",
        "brackets": f"({plain})" if value < 0 else plain,
        "trailing": plain + sign,
        "full_width": (sign + plain).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        "wan": f"{value / 10000:f}万",
    }[style]


STYLES = ("plain", "thousands", "comma", "spaces", "symbol", "brackets", "trailing", "full_width")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(style=st.sampled_from((*STYLES, "wan")), values=st.lists(MONEY, min_size=1, max_size=20))
def test_any_number_in_any_style_comes_back_exactly(style: str, values: list[Decimal]) -> None:
    with TemporaryDirectory() as folder:
        parsed = amounts(Path(folder), [written(value, style) for value in values])
        assert in_order(parsed, "amount") == values


# Five decimals that end in 5 are ties, which decide between the ways of rounding.
LONG = st.builds(
    lambda value, last: value + Decimal(last).scaleb(-9),
    st.decimals(min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=4),
    st.sampled_from([50000, -50000, 50001, 49999, 1]),
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(values=st.lists(LONG, min_size=1, max_size=20))
def test_more_than_four_decimals_are_rounded_half_to_even(values: list[Decimal]) -> None:
    with TemporaryDirectory() as folder:
        parsed = amounts(Path(folder), [f"{value:.9f}" for value in values])
        rounded = [value.quantize(PLACES, ROUND_HALF_EVEN) for value in values]
        assert in_order(parsed, "amount") == rounded


DAY_STYLES = {
    "iso": "%Y-%m-%d",
    "slashes": "%Y/%m/%d",
    "chinese": "%Y年%m月%d日",
    "compact": "%Y%m%d",
    "dotted": "%d.%m.%Y",
    "named": "%d-%b-%Y",
    "american": "%b %d, %Y",
    "moment": "%Y-%m-%dT08:30:00Z",
    "dmy": "%d/%m/%Y %H:%M",
}
DAYS = st.dates(date(1970, 1, 1), date(2068, 12, 31))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    style=st.sampled_from([*DAY_STYLES, "serial"]), wanted=st.lists(DAYS, min_size=1, max_size=9)
)
def test_any_date_in_any_style_comes_back_exactly(style: str, wanted: list[date]) -> None:
    wanted = [*wanted, date(2024, 5, 25)]  # so that a column of numbers can tell
    if style == "serial":
        cells = [str((day - date(1899, 12, 30)) // timedelta(days=1)) for day in wanted]
    else:
        cells = [day.strftime(DAY_STYLES[style]) for day in wanted]
    with TemporaryDirectory() as folder:
        assert in_order(days(Path(folder), cells), "order_date") == wanted
