"""Files that belong together are joined, by preset or by what they share, and add up exactly."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.tables.ingest.sheets import column, query, reasons, sheet_of

from zhibi.errors import ZhibiError
from zhibi.render.plain import in_words
from zhibi.tables.ingest.match import fields_of
from zhibi.tables.ingest.parse import parse
from zhibi.tables.ingest.plan import plan_sheets
from zhibi.tables.ingest.read import read
from zhibi.tables.ingest.stages import Mapping, Parsed, Sheet
from zhibi.tables.sources.presets import detect_preset, load_preset, preset_names

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data"
TOTALS = (
    "SELECT count(*), sum(amount), count(DISTINCT order_id), count(DISTINCT customer_id) FROM it"
)


def imported(
    folder: Path, staging: Path, pattern: str = "*.csv*", **options: str
) -> dict[str, Parsed]:
    """Table → parsed rows, for all files of a folder imported together."""
    sheets = [sheet for path in sorted(folder.glob(pattern)) for sheet in read(path, staging)]
    planned = plan_sheets(sheets, staging=staging, **options)  # type: ignore[arg-type]
    return {mapping.table: parse(sheet, mapping, staging) for sheet, mapping in planned}


@pytest.mark.parametrize("preset", ["northwind", "generic"])
def test_northwind_adds_up_with_its_preset_and_without(tmp_path: Path, preset: str) -> None:
    parsed = imported(DATA / "northwind", tmp_path, preset=preset)
    lines = parsed["order_lines"]
    assert query(TOTALS, lines.rows) == [(2155, Decimal("1265793.0395"), 830, 89)]
    names = query("SELECT count(DISTINCT customer_name), count(product_name) FROM it", lines.rows)
    assert names == [(89, 2155)]
    assert parsed["customers"].parsed_count == 91
    assert parsed["products"].parsed_count == 77
    assert lines.rejected_count == 0


@pytest.mark.parametrize("preset", ["sap_sales", "generic"])
def test_sap_orders_add_up_with_their_preset_and_without(tmp_path: Path, preset: str) -> None:
    lines = imported(DATA / "sap_bikes", tmp_path, preset=preset)["order_lines"]
    assert query(TOTALS, lines.rows) == [(1930, Decimal("3224839.625"), 334, 40)]
    assert query("SELECT count(DISTINCT customer_name) FROM it", lines.rows) == [(40,)]
    first = query('SELECT order_id, customer_id FROM it ORDER BY "row" LIMIT 1', lines.rows)
    assert first == [("0500000000", "0100000022")]


def test_adventureworks_adds_up(tmp_path: Path) -> None:
    parsed = imported(ROOT / "samples" / "adventureworks", tmp_path)
    lines = parsed["order_lines"]
    assert lines.mapping.preset == "adventureworks"
    assert query(TOTALS, lines.rows) == [(57851, Decimal("77548570.20"), 3616, 632)]
    assert query("SELECT sum(cost) FROM it", lines.rows) == [(Decimal("76549075.63"),)]
    assert "Stephen Jiang" in set(column(lines, "salesperson").values())
    assert parsed["customers"].parsed_count == 701


ORDERS = ["Order No", "Client", "Ordered on", "Total price"]
LINES = ["order_no", "SKU", "Qty", "Unit price"]


def orders_and_lines(folder: Path) -> list[Sheet]:
    orders = [["A1", "Acme Ltd", "2024-05-03", "35"], ["A2", "Bolt Ltd", "2024-05-04", "7"]]
    lines = [["A1", "P1", "2", "10.00"], ["A1", "P2", "3", "5.00"], ["A2", "P1", "1", "7.00"]]
    return [
        sheet_of(folder, ORDERS, orders, "orders.csv"),
        sheet_of(folder, LINES, lines, "lines.csv"),
    ]


def test_unknown_order_and_line_files_are_joined_and_counted_once(tmp_path: Path) -> None:
    ((sheet, mapping),) = plan_sheets(orders_and_lines(tmp_path), staging=tmp_path)
    parsed = parse(sheet, mapping, tmp_path)
    assert column(parsed, "amount") == {2: Decimal(20), 3: Decimal(15), 4: Decimal(7)}
    assert column(parsed, "customer_name") == {2: "Acme Ltd", 3: "Acme Ltd", 4: "Bolt Ltd"}
    assert sheet.file.name == "lines.csv"
    (note,) = sheet.notes
    assert in_words(note, "en") == "Joined with orders.csv by order_no: 3 of 3 rows found there."


def test_files_whose_keys_do_not_meet_are_not_joined(tmp_path: Path) -> None:
    orders, _ = orders_and_lines(tmp_path)
    strangers = sheet_of(tmp_path, LINES, [["B1", "P1", "2", "10.00"]] * 3, "strangers.csv")
    with pytest.raises(ZhibiError, match=r"strangers\.csv .* together with the file of"):
        plan_sheets([strangers], staging=tmp_path)
    ((sheet, _),) = plan_sheets([orders, strangers], staging=tmp_path)
    assert sheet.file.name == "orders.csv"
    (note,) = sheet.notes
    assert in_words(note, "en") == "strangers.csv was left out: it holds no table of ours."


def test_a_line_without_its_order_is_rejected_and_a_doubled_order_doubles_nothing(
    tmp_path: Path,
) -> None:
    headers = ["DocEntry", "DocNum", "DocDate", "CardCode", "CardName"]
    items = ["DocEntry", "LineNum", "ItemCode", "Dscription", "Quantity", "LineTotal"]
    documents = [["1", "100", "2024-05-03", "C1", "Acme"]] * 2
    lines = [["1", "0", "P", "Pump", "1", "10.00"], ["9", "0", "P", "Pump", "1", "5.00"]]
    sheets = [sheet_of(tmp_path, headers, documents, "d.csv"), sheet_of(tmp_path, items, lines)]
    ((sheet, mapping),) = plan_sheets(sheets, staging=tmp_path)
    parsed = parse(sheet, mapping, tmp_path)
    assert (parsed.parsed_count, parsed.rejected_count) == (1, 1)
    assert {row for row, *_ in reasons(parsed)} == {3}
    said = [in_words(note, "en") for note in sheet.notes]
    assert any("1 row repeats a key there" in note for note in said)
    assert any("untested" in note for note in said)


def test_a_mapping_of_joined_files_is_remembered(tmp_path: Path) -> None:
    ((_, mapping),) = plan_sheets(orders_and_lines(tmp_path), staging=tmp_path)
    ((_, again),) = plan_sheets(orders_and_lines(tmp_path), staging=tmp_path, remembered=[mapping])
    assert {match.reason for match in again.matches if match.target} == {"remembered"}


def test_one_missing_field_is_refused_even_among_other_files(tmp_path: Path) -> None:
    headers = ["订单号", "客户编码", "日期", "备注"]
    broken = sheet_of(tmp_path, headers, [["1", "C1", "2024-05-03", "x"]], "broken.csv")
    with pytest.raises(ZhibiError, match=r"broken\.csv has no column for amount"):
        plan_sheets([*orders_and_lines(tmp_path), broken], staging=tmp_path)


def test_values_are_asked_of_a_file_that_is_alone(tmp_path: Path) -> None:
    rows = [[f"X-{i}", f"第{i}机械有限公司", f"2024-05-0{i}", f"{i}000.25"] for i in range(1, 9)]
    ((_, mapping),) = plan_sheets([sheet_of(tmp_path, list("一二三四"), rows)], staging=tmp_path)
    assert set(targets(mapping).values()) == {"order_id", "customer_name", "order_date", "amount"}
    assert {match.reason for match in mapping.matches} == {"values"}


def test_a_given_column_may_be_in_any_of_the_files(tmp_path: Path) -> None:
    planned = plan_sheets(
        orders_and_lines(tmp_path), staging=tmp_path, given={"SKU": "product_name"}
    )
    assert targets(planned[0][1])["SKU"] == "product_name"
    with pytest.raises(ZhibiError, match="has no column Nowhere"):
        plan_sheets(orders_and_lines(tmp_path), staging=tmp_path, given={"Nowhere": "amount"})


def targets(mapping: Mapping) -> dict[str, str | None]:
    return {match.header: match.target for match in mapping.matches}


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_sound(name: str) -> None:
    preset = load_preset(name)
    tables = [layout.table for layout in preset.layouts if layout.table]
    known = {field for table in tables for field in fields_of(table)} | {""}
    layouts = {layout.name for layout in preset.layouts}
    for layout in preset.layouts:
        assert set(layout.columns.values()) <= known
        assert layout.signature
        for rule in layout.joins:
            assert rule.file in layouts
            assert set((rule.columns or {}).values()) <= known


def test_presets_are_found_by_their_headers() -> None:
    headers = ["订单号", "订单日期", "客户简称", "存货编码", "存货名称", "数量", "无税金额"]
    found = detect_preset(headers)
    assert found is not None
    assert found.name == "yonyou"
    assert detect_preset(["订单号", "日期", "客户", "金额"]) is None


def test_an_unknown_preset_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ZhibiError, match="kingdee"):
        load_preset("nonsense")


def test_invoices_and_their_lines_meet_by_the_column_of_one_name(tmp_path: Path) -> None:
    """Invoices name their order as well; and an amount that is price × quantity + tax is with tax,
    whatever its header says."""
    header = ["InvoiceID", "OrderID", "CustomerID", "InvoiceDate"]
    of_line = ["InvoiceID", "Description", "Quantity", "UnitPrice", "TaxAmount", "ExtendedPrice"]
    invoices = [[f"{n}", f"{70 + n}", "832", f"2024-03-0{n}"] for n in range(1, 5)]
    lines = [[f"{n}", "Mug", "2", "10.00", "3.00", "23.00"] for n in range(1, 5)]
    sheets = [
        sheet_of(tmp_path, header, invoices, "Sales.Invoices.csv"),
        sheet_of(tmp_path, of_line, lines, "Sales.InvoiceLines.csv"),
    ]
    ((sheet, mapping),) = plan_sheets(sheets, staging=tmp_path)
    parsed = parse(sheet, mapping, tmp_path)
    assert query("SELECT count(*), sum(amount), sum(amount_incl_tax) FROM it", parsed.rows) == [
        (4, 80, 92)
    ]
    assert "ExtendedPrice is price × quantity and the tax" in str(
        [in_words(note, "en") for note in sheet.notes]
    )


def test_files_of_a_preset_that_lack_its_signature_are_joined_all_the_same(tmp_path: Path) -> None:
    orders = [["10248", "VINET", "2013-07-04"], ["10249", "TOMSP", "2013-07-05"]]
    lines = [["10248", "11", "14", "12", "0"], ["10249", "14", "18.6", "9", "0.1"]]
    sheets = [
        sheet_of(tmp_path, ["orderID", "customerID", "orderDate"], orders, "orders.csv"),
        sheet_of(
            tmp_path, ["orderID", "productID", "unitPrice", "quantity", "discount"], lines, "of.csv"
        ),
    ]
    ((sheet, mapping),) = plan_sheets(sheets, staging=tmp_path)
    rows = parse(sheet, mapping, tmp_path).rows
    assert query("SELECT customer_id, amount FROM it ORDER BY 1", rows) == [
        ("TOMSP", Decimal("150.66")),
        ("VINET", 168),
    ]
