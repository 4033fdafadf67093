"""The lists beside shipments, read the slow way from their files: they add up, agree with what was
shipped and received, and show the habits that were planted."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from tests.worlds.reading import LISTS, Listed, Row, day, money, read_cells

from zhibi.worlds.control import ListTotals, control_totals
from zhibi.worlds.daichuan.receivables import open_from_start
from zhibi.worlds.shutdowns import is_shutdown
from zhibi.worlds.world import Receipt, Receivable, World

END = date(2026, 9, 30)
SAMPLES = Path(__file__).parents[2] / "samples" / "daichuan"
MONEY = {"contracts": "合同金额", "receivables": "应收金额", "allocations": "核销金额"}
Lists = dict[str, Listed]


def of(listed: Listed, column: str, value: str) -> list[dict[str, object]]:
    return [row for row in listed.rows if row[column] == value]


def by(rows: Iterable[dict[str, object]], column: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        found[str(row[column])].append(row)
    return found


def total(rows: Iterable[dict[str, object]], column: str) -> Decimal:
    return sum((money(row[column]) for row in rows), Decimal())


def oldest_first(
    dues: Iterable[dict[str, object]], receipts: Iterable[dict[str, object]]
) -> list[tuple[dict[str, object], date, Decimal]]:
    """What each receipt paid of each amount due: due, day, money."""
    money_left = [
        [day(row["收款日期"]), money(row["收款金额"])]
        for row in sorted(receipts, key=lambda row: str(row["收款单号"]))
    ]
    found = []
    for due in sorted(dues, key=lambda row: (day(row["到期日"]), str(row["应收单号"]))):
        rest = max(money(due["应收金额"]), Decimal())
        while rest and money_left:
            part = min(rest, money_left[0][1])
            found.append((due, money_left[0][0], part))
            rest -= part
            money_left[0][1] -= part
            if not money_left[0][1]:
                money_left.pop(0)
    return found


def days_from_invoice(parts: list[tuple[dict[str, object], date, Decimal]]) -> Decimal:
    weighted = sum(((on - day(due["开票日期"])).days * part for due, on, part in parts), Decimal())
    return weighted / sum(part for _, _, part in parts)


def test_each_list_has_the_rows_and_the_sum_it_states(world: World, lists: Lists) -> None:
    for stated in control_totals(world).further:
        listed = lists[stated.key]
        assert len(listed.rows) == stated.rows, stated.key
        if column := MONEY.get(stated.key):
            place = list(listed.rows[0]).index(column)
            assert total(listed.rows, column) == stated.amount == money(listed.printed[place])
        if stated.key == "efforts":
            assert total(listed.rows, "费用") == stated.amount


def test_the_readme_gives_the_totals_of_the_lists(world: World) -> None:
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    for stated in control_totals(world).further:
        assert _stated(stated) in text
    facts = world.truth.story("open_balance").facts
    for name in ("due_in_all", "open", "overdue", "retention_not_due", "unmatched"):
        assert f"{facts[name]:,}" in text


def _stated(stated: ListTotals) -> str:
    amount = f"{stated.amount:,}" if stated.amount else "–"
    return f"| `{LISTS[stated.key]}` | {stated.rows:,} | {amount} |"


def test_codes_are_text_and_given_once(lists: Lists) -> None:
    for key, column in (
        ("contracts", "合同编号"),
        ("receivables", "应收单号"),
        ("prospects", "客户编码"),
    ):
        codes = [row[column] for row in lists[key].rows]
        assert all(isinstance(code, str) for code in codes)
        assert len(codes) == len(set(codes))


def test_what_is_due_less_what_was_received_is_what_is_open(world: World, lists: Lists) -> None:
    facts = world.truth.story("open_balance").facts
    due = total(lists["receivables"].rows, "应收金额")
    received = total(lists["receipts"].rows, "收款金额")
    assert due == facts["due_in_all"]
    assert due - received == facts["open"] - facts["unmatched"]
    assert 0 < facts["retention_not_due"] < facts["open"] - facts["overdue"]


def test_the_list_opens_with_what_was_left_of_the_oldest() -> None:
    """100 and 80 due, 30 credited, 90 paid before the list begins: 60 of the 80 are left."""

    def due(cents: int, on: date) -> Receivable:
        return Receivable("", "c", "k", "statement", on, on + timedelta(days=60), cents)

    receipt = Receipt("r", "c", date(2023, 9, 20), 90, "transfer")
    later = Receipt("s", "c", date(2023, 10, 20), 50, "transfer")
    first, credit, second = (
        due(100, date(2023, 5, 5)), due(-30, date(2023, 6, 6)), due(80, date(2023, 7, 7)),
    )  # fmt: skip
    unknown = due(40, END + timedelta(days=1))
    found = open_from_start([second, unknown, credit, first], [receipt, later])
    assert found == [replace(second, cents=60)]


def test_a_new_customer_owes_what_was_shipped(world: World, lists: Lists, rows: list[Row]) -> None:
    """Whoever came within the exported years, and bought nothing that may not be invoiced yet."""
    shipped: dict[str, Decimal] = defaultdict(Decimal)
    last: dict[str, date] = {}
    for row in rows:
        shipped[row.customer_id] += row.total
        last[row.customer_id] = max(row.on, last.get(row.customer_id, row.on))
    dues = by(lists["receivables"].rows, "客户编码")
    came = [c for c in world.customers if c.since >= date(2023, 11, 1) and not c.former_name]
    settled = [c for c in came if c.customer_id in shipped and last[c.customer_id] < END]
    checked = 0
    for customer in settled:
        due = total(dues[customer.customer_id], "应收金额")
        missing = shipped[customer.customer_id] - due
        if last[customer.customer_id] < date(2026, 6, 15):
            assert missing == 0, customer
            checked += 1
        else:
            assert missing >= 0
    assert checked > 5


def test_machines_fall_due_in_four_parts(lists: Lists, rows: list[Row]) -> None:
    dues = by(lists["receivables"].rows, "合同编号")
    whole = 0
    for contract in of(lists["contracts"], "合同类型", "设备合同"):
        own = {str(row["款项性质"]): row for row in dues[str(contract["合同编号"])]}
        if day(contract["签订日期"]) < date(2024, 1, 1):
            continue  # some of it may be paid before the lists begin
        amounts = [
            money(own[name]["应收金额"]) for name in ("预付款", "发货款", "验收款", "质保金")
        ]
        amount = sum(amounts)
        assert amount == money(contract["合同金额"])
        assert [round(part / amount, 3) for part in amounts] == [
            Decimal(share) for share in ("0.3", "0.3", "0.3", "0.1")
        ]
        shipped_on = day(own["发货款"]["到期日"])
        assert day(own["质保金"]["到期日"]) == shipped_on + timedelta(days=365)
        assert day(own["验收款"]["到期日"]) == shipped_on + timedelta(days=75)
        assert day(own["预付款"]["到期日"]) <= shipped_on
        assert any(row.on == shipped_on and row.customer_id == contract["客户编码"] for row in rows)
        whole += 1
    assert whole > 600


def test_every_due_is_under_a_contract_in_force(lists: Lists) -> None:
    contracts = {str(row["合同编号"]): row for row in lists["contracts"].rows}
    for due in lists["receivables"].rows:
        contract = contracts[str(due["合同编号"])]
        assert contract["客户编码"] == due["客户编码"]
        assert day(due["开票日期"]) <= END
        if money(due["应收金额"]) > 0:
            assert day(due["开票日期"]) <= day(due["到期日"])
        if due["款项性质"] not in ("对账货款", "红字冲减"):
            assert day(contract["签订日期"]) <= day(due["开票日期"])


def test_each_kind_of_customer_pays_as_it_does(world: World, lists: Lists) -> None:
    dues = by(lists["receivables"].rows, "客户编码")
    receipts = by(lists["receipts"].rows, "客户编码")
    days: dict[str, list[Decimal]] = defaultdict(list)
    for customer in world.customers:
        own = receipts[customer.customer_id]
        if len(own) >= 5:
            parts = oldest_first(dues[customer.customer_id], own)
            is_public = customer.industry in ("hospital", "government")
            kind = "public" if is_public else customer.route
            days[kind].append(days_from_invoice(parts))
    assert 75 < statistics.median(days["direct"]) < 120
    assert 120 < statistics.median(days["public"]) < 240
    assert max(days["dealer"]) < 15


def test_the_books_match_what_key_accounts_paid_oldest_first(world: World, lists: Lists) -> None:
    dues = {str(row["应收单号"]): row for row in lists["receivables"].rows}
    receipts = {str(row["收款单号"]): row for row in lists["receipts"].rows}
    keys = {c.customer_id for c in world.customers if c.team == "key_accounts"}
    given = by(lists["allocations"].rows, "收款单号")
    for receipt_id, parts in given.items():
        receipt = receipts[receipt_id]
        assert receipt["客户编码"] in keys
        assert day(receipt["收款日期"]) >= date(2025, 10, 1)
        assert {dues[str(part["应收单号"])]["客户编码"] for part in parts} == {receipt["客户编码"]}
        assert total(parts, "核销金额") <= money(receipt["收款金额"])
    for receivable_id, parts in by(lists["allocations"].rows, "应收单号").items():
        assert total(parts, "核销金额") <= money(dues[receivable_id]["应收金额"])
    for customer_id in keys:
        own = [row for row in receipts.values() if row["客户编码"] == customer_id]
        expected = oldest_first(
            [row for row in dues.values() if row["客户编码"] == customer_id], own
        )
        late = sum(part for _, on, part in expected if on >= date(2025, 10, 1))
        mine = {str(row["收款单号"]) for row in own}
        assert late == total((part for one in mine for part in given.get(one, [])), "核销金额")


def test_the_hospital_earns_well_and_waits_long(
    world: World, lists: Lists, rows: list[Row]
) -> None:
    story = world.truth.story("slow_hospital")
    (customer_id,) = story.customer_ids
    own = [r for r in rows if r.customer_id == customer_id and r.on > END - timedelta(days=365)]
    sales = sum(row.net for row in own)
    margin = sales - sum(row.cost for row in own)
    company = [row for row in rows if row.on > END - timedelta(days=365)]
    usual = 1 - sum(row.cost for row in company) / sum(row.net for row in company)
    parts = oldest_first(
        of(lists["receivables"], "客户编码", customer_id),
        of(lists["receipts"], "客户编码", customer_id),
    )

    assert (sales, margin) == (
        story.facts["sales_last_12_months"],
        story.facts["margin_last_12_months"],
    )
    assert margin / sales > usual + Decimal("0.05")
    assert round(days_from_invoice(parts)) == story.facts["days_from_invoice"]
    assert 195 < days_from_invoice(parts) < 240


def test_service_and_terms_eat_the_margin_of_the_thin_account(world: World, lists: Lists) -> None:
    story = world.truth.story("thin")
    own = [
        row
        for row in of(lists["efforts"], "客户编码", story.customer_ids[0])
        if row["拜访方式"] == "服务" and day(row["拜访日期"]) > END - timedelta(days=365)
    ]
    facts = story.facts
    parts = oldest_first(
        of(lists["receivables"], "客户编码", story.customer_ids[0]),
        of(lists["receipts"], "客户编码", story.customer_ids[0]),
    )
    others = [
        total((r for r in own if r["拜访方式"] == "服务"), "费用")
        for customer_id, own in by(lists["efforts"].rows, "客户编码").items()
        if customer_id != story.customer_ids[0]
    ]

    assert total(own, "费用") == facts["cost_of_service"]
    assert facts["contribution"] < 0 < facts["margin_after_rebates"]
    assert 190 < days_from_invoice(parts) < 225
    assert max(others) < facts["cost_of_service"] / 10


def test_sixty_prospects_have_no_orders_and_nineteen_became_customers(
    world: World, lists: Lists, rows: list[Row]
) -> None:
    buyers = {row.customer_id for row in rows}
    named = {str(row["客户编码"]): row for row in lists["prospects"].rows}
    facts = world.truth.story("prospects").facts
    won = set(named) & buyers

    assert len(set(named) - buyers) == 60
    assert won == set(world.truth.story("prospects").customer_ids)
    sources = {"展会": "exhibition", "转介绍": "referral", "陌拜": "cold_call", "网络": "web"}
    rates = {}
    for source, key in sources.items():
        own = [one for one, row in named.items() if row["客户来源"] == source]
        assert (len(own), len(won & set(own))) == (facts[f"from_{key}"], facts[f"won_{key}"])
        rates[source] = len(won & set(own)) / len(own)
    assert rates["转介绍"] > 2 * max(rates["展会"], rates["陌拜"], rates["网络"])


def test_touches_drop_off_as_planted(world: World, lists: Lists) -> None:
    facts = world.truth.story("prospects").facts
    steps = dict(
        zip(
            ("线索", "电话", "拜访", "方案", "报价", "签约"),
            ("lead", "call", "visit", "proposal", "quotation", "signed"),
            strict=True,
        )
    )
    ways = by(lists["touches"].rows, "客户编码")
    for step, key in steps.items():
        reached = [one for one, own in ways.items() if step in [row["步骤"] for row in own]]
        assert len(reached) == facts[f"reached_{key}"]
    for own in ways.values():
        order = [list(steps).index(str(row["步骤"])) for row in own]
        days = [day(row["日期"]) for row in own]
        assert order == sorted(order)
        assert days == sorted(days)
        assert len(set(days)) == len(days)


def test_stages_follow_the_way_and_the_contract(world: World, lists: Lists) -> None:
    order = ["目标市场", "潜在", "目标", "签约"]
    signed_on = {
        str(row["客户编码"]): day(row["签订日期"]) for row in reversed(lists["contracts"].rows)
    }
    stages = by(of(lists["judgements"], "评估项", "客户阶段"), "客户编码")
    assert set(stages) == {str(row["客户编码"]) for row in lists["prospects"].rows}
    dropped = 0
    for customer_id, own in stages.items():
        said = [order.index(str(row["评分"])) for row in own]
        assert said[0] == 0
        for before, after in pairwise(said):
            dropped += after < before
            assert after == before + 1 or (before, after) == (2, 1)
        if said[-1] == 3:
            assert day(own[-1]["评估日期"]) == signed_on[customer_id]
    assert dropped >= 3

    story = world.truth.story("hit_rate")
    targets = {
        one
        for one, own in stages.items()
        if [r["评分"] for r in own if day(r["评估日期"]) <= date(2025, 9, 30)][-1:] == ["目标"]
    }
    assert targets == set(story.customer_ids)
    assert story.facts["targets"] > story.facts["signed_within_182_days"] >= 3
    assert 0 < story.facts["days_without_target"] < story.facts["days_for_prospects"]


def test_she_spends_her_time_on_small_accounts(world: World, lists: Lists, rows: list[Row]) -> None:
    facts = world.truth.story("misallocated_effort").facts
    owner = {c.customer_id: c.salesperson for c in world.customers}
    year = END - timedelta(days=365)
    sales: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.on > year and owner[row.customer_id] == facts["seller"]:
            sales[row.customer_id] += row.net
    most, held = set[str](), Decimal()
    for customer_id in sorted(sales, key=lambda one: -sales[one]):
        if held < sum(sales.values()) * 8 / 10:
            most.add(customer_id)
            held += sales[customer_id]
    days: dict[bool, Decimal] = defaultdict(Decimal)
    for effort in of(lists["efforts"], "拜访人", str(facts["seller"])):
        if day(effort["拜访日期"]) > year and effort["客户编码"] in owner:
            days[effort["客户编码"] in most] += Decimal(str(effort["人天"]))
    share = days[True] / sum(days.values())

    assert abs(share - facts["share_of_days"]) < Decimal("0.0001")
    assert facts["share_of_days"] < facts["median_of_others"] / 2


def test_38_accounts_are_to_be_handed_over(world: World, lists: Lists) -> None:
    story = world.truth.story("handover")
    seller = str(story.facts["seller"])
    kept = {c.customer_id for c in world.customers if c.salesperson == seller}
    kept |= {str(row["客户编码"]) for row in of(lists["prospects"], "业务员", seller)}
    efforts = [day(row["拜访日期"]) for row in of(lists["efforts"], "拜访人", seller)]

    assert kept == set(story.customer_ids)
    assert len(kept) == 38
    assert date(2026, 8, 1) < max(efforts) <= date(2026, 8, 31)


def test_efforts_are_of_known_accounts_on_open_days(world: World, lists: Lists) -> None:
    since = {c.customer_id: c.since for c in world.customers}
    since |= {one.customer.customer_id: one.entered_on for one in world.prospects}
    for row in lists["efforts"].rows:
        on = day(row["拜访日期"])
        assert since[str(row["客户编码"])] <= on <= END
        assert not is_shutdown(on)
        assert Decimal("0.1") <= Decimal(str(row["人天"])) <= 4


def test_the_content_mill_buys_less_and_delivery_decides(world: World, lists: Lists) -> None:
    story = world.truth.story("content_but_less")
    own = of(lists["answers"], "客户编码", story.customer_ids[0])
    asked = of(lists["answers"], "评价维度", "总体满意度")
    silent = [row for row in asked if row["评分"] == ""]

    assert {str(row["评价维度"]) for row in own} >= {"产品质量", "交货", "推荐意愿"}
    assert min(float(str(row["评分"])) for row in own) == story.facts["lowest_score"] >= 4
    assert 0.25 < len(silent) / len(asked) < 0.45
    facts = world.truth.story("delivery_matters").facts
    gaps = {
        dimension: facts[f"{dimension}_content_again"] / facts[f"{dimension}_content"]
        - facts[f"{dimension}_others_again"] / facts[f"{dimension}_others"]
        for dimension in ("product", "price", "delivery", "after_sales")
    }
    assert gaps.pop("delivery") > 0.1
    assert max(abs(gap) for gap in gaps.values()) < 0.05


@pytest.mark.parametrize("key", ["contracts", "receivables", "efforts", "judgements", "answers"])
def test_lists_say_they_are_a_demo(key: str, folder: Path) -> None:
    assert read_cells(folder / LISTS[key])[0][0] == "岱川空气系统(山东)有限公司(演示数据)"
