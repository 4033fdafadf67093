"""Every trap of an order export, each in a file of its own, through a whole import."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.tables.ingest.bringing import (
    OPTIONS,
    account,
    bring,
    codes,
    held,
    look,
    make_workspace,
    net,
    write,
)

from zhibi.errors import ZhibiError
from zhibi.worlds.credit_code import check_character


@pytest.fixture
def workspace(tmp_path):
    return make_workspace(tmp_path / "w")


def test_rows_that_cannot_be_read_are_rejected_and_counted(workspace, tmp_path):
    orders = write(
        tmp_path / "orders.csv",
        "A1,C1,甲,2024-05-02,P1,1,100.00",
        "A2,,,2024-05-02,P1,1,100.00",
        "A3,C1,甲,2024-05-32,P1,1,100.00",
        "A4,C1,甲,2024-05-02,P1,1,many",
    )

    report = bring(workspace, orders)

    assert account(report) == (4, 1, 0, 0, 3, 0)
    assert [(one.row, one.header) for one in report.sheets[0].rejects] == [
        (3, "客户编码"),
        (4, "订单日期"),
        (5, "不含税金额"),
    ]
    assert net(workspace) == Decimal(100)


@pytest.mark.parametrize("status", ["已作废", "取消", "Cancelled", "VOID"])
def test_cancelled_orders_are_left_out_with_their_amount(workspace, tmp_path, status):
    orders = write(
        tmp_path / "orders.csv",
        "A1,C1,2024-05-02,100,正常",
        f"A2,C1,2024-05-02,50,{status}",
        "A3,C1,2024-05-02,25,未作废",
        header="订单编号,客户编码,订单日期,不含税金额,状态",
    )

    report = bring(workspace, orders)

    assert account(report) == (3, 2, 0, 0, 0, 1)
    (notice,) = [one for one in report.sheets[0].notices if one.code == "cancelled_order"]
    assert notice.fields["amount"] == 50
    assert net(workspace) == Decimal(125)


def test_a_yes_in_a_column_called_void_cancels(workspace, tmp_path):
    orders = write(
        tmp_path / "orders.csv",
        "A1,C1,2024-05-02,100,否",
        "A2,C1,2024-05-02,50,是",
        header="订单编号,客户编码,订单日期,不含税金额,是否作废",
    )

    assert account(look(workspace, orders)) == (2, 1, 0, 0, 0, 1)


def test_lines_alike_stay_unless_they_have_a_number(workspace, tmp_path):
    plain = write(tmp_path / "a.csv", *["A1,C1,甲,2024-05-02,P1,1,10"] * 2)
    numbered = write(
        tmp_path / "b.csv",
        *["B1,C1,2024-05-02,1,10"] * 2,
        "B1,C1,2024-05-02,2,10",
        header="订单编号,客户编码,订单日期,行号,不含税金额",
    )

    report = look(workspace, plain)
    assert account(report) == (2, 2, 0, 0, 0, 0)
    assert codes(report)["repeated_lines"] == 1
    report = look(workspace, numbered)
    assert account(report) == (3, 2, 0, 0, 0, 1)
    assert codes(report)["a_line_printed_twice"] == 1


def test_an_order_in_two_files_is_taken_once(workspace, tmp_path):
    one = write(tmp_path / "1.csv", "A1,C1,甲,2024-05-02,P1,1,10", "A2,C1,甲,2024-05-02,P1,1,20")
    two = write(tmp_path / "2.csv", "A2,C1,甲,2024-05-02,P1,1,20", "A3,C1,甲,2024-05-02,P1,1,40")

    report = bring(workspace, one, two)

    assert account(report) == (4, 3, 0, 0, 0, 1)
    assert [sheet.left_out for sheet in report.sheets] == [0, 1]
    assert net(workspace) == Decimal(70)


def test_of_two_files_that_differ_on_an_order_the_later_stands(workspace, tmp_path):
    one = write(tmp_path / "1.csv", "A1,C1,甲,2024-05-02,P1,1,10")
    two = write(tmp_path / "2.csv", "A1,C1,甲,2024-05-02,P1,2,20")

    report = bring(workspace, one, two)

    assert account(report) == (2, 1, 0, 0, 0, 1)
    assert [sheet.left_out for sheet in report.sheets] == [1, 0]
    assert net(workspace) == Decimal(20)


def test_an_order_split_over_two_files_stays_whole(workspace, tmp_path):
    one = write(tmp_path / "1.csv", "A1,C1,甲,2024-05-02,P1,1,10")
    two = write(tmp_path / "2.csv", "A1,C1,甲,2024-05-02,P2,1,20")

    report = bring(workspace, one, two)

    assert account(report) == (2, 2, 0, 0, 0, 0)
    assert net(workspace) == Decimal(30)


def test_the_export_given_last_stands_when_the_first_is_given_again(workspace, tmp_path):
    first = write(tmp_path / "1.csv", "A1,C1,甲,2024-05-02,P1,1,10")
    other = write(tmp_path / "2.csv", "A1,C1,甲,2024-05-02,P1,2,20")
    again = write(tmp_path / "3.csv", "A1,C1,甲,2024-05-02,P1,1,10")

    report = bring(workspace, first, other, again)

    assert account(report) == (3, 1, 0, 0, 0, 2)
    assert net(workspace) == Decimal(10)


def test_an_order_that_comes_again_changed_replaces_the_one_held(workspace, tmp_path):
    bring(
        workspace,
        write(tmp_path / "1.csv", "A1,C1,甲,2024-05-02,P1,1,10", "A1,C1,甲,2024-05-02,P2,1,5"),
    )

    report = bring(workspace, write(tmp_path / "2.csv", "A1,C1,甲,2024-05-02,P1,1,11"))

    assert account(report) == (1, 0, 1, 0, 0, 0)
    assert codes(report)["orders_losing"] == 1
    assert net(workspace) == Decimal(11)


def test_traps_of_the_lines_are_said_with_counts(workspace, tmp_path):
    orders = write(
        tmp_path / "orders.csv",
        "A1,C1,甲,2024-05-02,P1,1,100",
        "A2,C1,甲,2026-02-01,P1,1,100",  # after today
        "A3,C1,甲,2024-05-02,P1,-1,-30",
        "A4,C1,甲,2024-05-02,P1,1,0",
        "A5,C1,甲,1974-05-02,P1,1,1",
        "A6,C1,甲,2024-05-02,P1,1,1",
        "A6,C2,乙,2024-05-02,P1,1,1",
    )

    found = codes(look(workspace, orders))

    assert found == found | {
        "future": 1,
        "returns": 1,
        "zeros": 1,
        "empty_years": 1,
        "shared_orders": 1,
    }


def test_tax_that_does_not_fit_is_asked_about(workspace, tmp_path):
    header = "订单编号,客户编码,订单日期,不含税金额,税率,价税合计"
    wrong_column = write(tmp_path / "1.csv", "A1,C1,2024-05-02,113,13%,113", header=header)
    wrong_rate = write(tmp_path / "2.csv", "A1,C1,2024-05-02,100,13%,106", header=header)
    right = write(tmp_path / "3.csv", "A1,C1,2024-05-02,100,13%,113", header=header)

    assert codes(look(workspace, wrong_column))["net_is_gross"] == 1
    assert codes(look(workspace, wrong_rate))["tax_differs"] == 1
    assert not {"net_is_gross", "tax_differs"} & set(codes(look(workspace, right)))


def test_another_basis_than_the_lake_holds_is_asked_about(workspace, tmp_path):
    header = "{},客户编码,{},不含税金额"
    ordered = write(
        tmp_path / "1.csv", "A1,C1,2024-05-02,10", header=header.format("订单编号", "订单日期")
    )
    invoiced = write(
        tmp_path / "2.csv", "F1,C1,2024-05-02,10", header=header.format("发票号码", "开票日期")
    )

    bring(workspace, ordered)

    assert codes(look(workspace, invoiced))["bases"] == 1


def test_amounts_that_are_all_zero_are_refused(workspace, tmp_path):
    orders = write(tmp_path / "o.csv", "A1,C1,甲,2024-05-02,P1,1,0", "A2,C1,甲,2024-05-02,P1,1,0")

    with pytest.raises(ZhibiError, match=r"o\.csv.*不含税金额.*--map"):
        look(workspace, orders)


def test_amounts_below_zero_only_are_asked_about(workspace, tmp_path):
    orders = write(tmp_path / "o.csv", "A1,C1,甲,2024-05-02,P1,1,-5")

    assert codes(look(workspace, orders))["nothing_positive"] == 1


def test_a_file_of_nothing_but_rejects_is_refused(workspace, tmp_path):
    orders = write(tmp_path / "o.csv", "A1,C1,甲,2024-05-32,P1,1,5")

    with pytest.raises(ZhibiError, match=r"o\.csv.*row 2.*订单日期"):
        look(workspace, orders)


def test_the_newest_name_by_order_date_stands(workspace, tmp_path):
    orders = write(
        tmp_path / "o.csv",
        "A2,C1,新名,2024-06-02,P1,1,5",
        "A1,C1,旧名,2024-05-02,P1,1,5",
    )

    report = bring(workspace, orders)

    assert held(workspace, "SELECT name, former_names FROM lake", "customers") == [("新名", "旧名")]
    assert codes(report)["renamed"] == 1


def test_an_older_file_does_not_bring_an_old_name_back(workspace, tmp_path):
    bring(workspace, write(tmp_path / "new.csv", "A2,C1,新名,2024-06-02,P1,1,5"))
    old = write(tmp_path / "old.csv", "A1,C1,旧名,2024-05-02,P1,1,5")

    bring(workspace, old)

    assert held(workspace, "SELECT name, former_names FROM lake", "customers") == [("新名", "旧名")]
    assert look(workspace, old).is_nothing_new


def test_names_alike_are_proposed_and_not_merged(workspace, tmp_path):
    bring(workspace, write(tmp_path / "1.csv", "A1,C1,华数机械有限公司,2024-05-02,P1,1,5"))

    report = bring(
        workspace, write(tmp_path / "2.csv", "A2,C2,华数机械有限责任公司,2024-05-03,P1,1,5")
    )

    assert [one.customers for one in report.proposals] == [
        (("C1", "华数机械有限公司"), ("C2", "华数机械有限责任公司"))
    ]
    entities = held(workspace, "SELECT count(DISTINCT entity_key) FROM lake", "customers")
    assert entities == [(2,)]


def test_equal_credit_codes_are_one_entity_and_no_proposal(workspace, tmp_path):
    code = "91370901928886663" + check_character("91370901928886663")
    orders = write(
        tmp_path / "o.csv",
        f"A1,C1,华数有限公司,{code},2024-05-02,5",
        f"A2,C2,华数有限责任公司,{code},2024-05-02,5",
        header="订单编号,客户编码,客户名称,统一社会信用代码,订单日期,不含税金额",
    )

    report = bring(workspace, orders)

    assert codes(report)["shared_codes"] == 1
    assert report.proposals == ()


def test_a_customer_file_given_two_rows_for_one_id_keeps_the_last(workspace, tmp_path):
    customers = write(
        tmp_path / "客户档案.csv",
        "C1,甲公司,食品",
        "C2,乙公司,轮胎",
        "C1,甲甲公司,食品",
        "C2,乙公司,轮胎",
        *(f"D{number},公司{number},食品" for number in range(400)),
        header="客户编码,客户名称,所属行业",
    )

    report = bring(workspace, customers, options=replace(OPTIONS, table="customers"))

    assert account(report, "customers") == (404, 402, 0, 0, 0, 2)
    names = held(workspace, "SELECT name FROM lake WHERE customer_id = 'C1'", "customers")
    assert names == [("甲甲公司",)]
    assert codes(report) == codes(report) | {
        "the_same_in_another_row": 1,
        "given_again_with_other_values": 1,
    }
