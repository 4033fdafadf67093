"""One page of everything known: by hand, on the demo company's stories, in the words of the other
methods, and with next to nothing known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.methods.given import line, tables_of
from tests.samples import opened

from zhibi.errors import ZhibiError
from zhibi.methods import (
    customer_profitability,
    product_preference,
    purchase_rhythm,
    quarter_end_loading,
    receivables,
    satisfaction,
)
from zhibi.methods.account_review import AccountReview, Params, analyze
from zhibi.result import Block, Chart, Estimate, Figure, Finding, Note, Section, Table
from zhibi.tables.tables import Tables
from zhibi.worlds.daichuan import daichuan
from zhibi.worlds.world import Story

DAY = date(2024, 12, 31)


def blocks_of(review: AccountReview, title: str) -> tuple[Block, ...]:
    """The blocks of one section; none where it is not shown."""
    sections = [block for block in review.blocks() if isinstance(block, Section)]
    return next((section.blocks for section in sections if section.title == title), ())


def figures_of(review: AccountReview, title: str) -> dict[str, Any]:
    return {b.label: b.value for b in blocks_of(review, title) if isinstance(b, Figure)}


def every_block(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from every_block(block.blocks)


def table(review: AccountReview, key: str) -> list[dict[str, Any]]:
    found = next(
        b for b in every_block(review.blocks()) if isinstance(b, Table | Chart) and b.key == key
    )
    keys = [column.key for column in found.columns]
    return [dict(zip(keys, row, strict=True)) for row in found.rows]


def told(review: AccountReview, code: str) -> Finding:
    return next(one for one in review.findings if one.code == f"account_review.{code}")


def every_finding(review: AccountReview) -> list[Finding]:
    """Of all parts, chosen for the head of the page or not."""
    return [one for part in review.parts for one in part.findings]


def value(finding: Finding, name: str) -> Any:
    return finding.says.figures[name].value


# By hand.


def before(days: int) -> date:
    return DAY - timedelta(days=days)


def example() -> Tables:
    """ann bought 500 in five orders the year before and 400 in four since, bob 600."""
    pieces: dict[str, Any] = {
        "product_id": "p", "category": "pumps", "quantity": Decimal(1), "cost": Decimal(60),
    }  # fmt: skip
    days = (390, 460, 530, 600, 670, 30, 100, 170, 240)
    lines = [line("ann", f"a{at}", before(days[at]), 100, **pieces) for at in range(len(days))]
    lines += [line("bob", f"b{at}", before(30 * at + 5), 100, **pieces) for at in range(6)]
    return tables_of(
        lines,
        DAY,
        [
            {"customer_id": "ann", "name": "Ann", "industry": "tyres", "owner": "Wang Min"},
            {"customer_id": "bob", "name": "Bob", "industry": "tyres"},
            {"customer_id": "eve", "name": "Eve", "industry": "tyres", "owner": "Li Qiang"},
        ],
        receivables=[_due("r1", 90, 30, 100), _due("r2", 40, -20, 100)],
        efforts=[
            {"customer_id": name, "spent_on": before(days), "kind": kind, "days": Decimal(spent)}
            for name, days, kind, spent in (
                ("ann", 100, "visit", "0.5"), ("ann", 130, "visit", "0.5"),
                ("bob", 20, "call", "3"), ("eve", 200, "call", "1"),
            )
        ],
        contracts=[
            {"contract_id": "k1", "customer_id": "ann", "signed_on": before(400),
             "ends_on": before(-30), "amount": Decimal(1000)},
            {"contract_id": "k0", "customer_id": "ann", "signed_on": before(900),
             "ends_on": before(500), "amount": Decimal(10)},
        ],
    )  # fmt: skip


def _due(number: str, issued: int, due: int, amount: int) -> dict[str, Any]:
    return {
        "receivable_id": number, "customer_id": "ann", "issued_on": before(issued),
        "due_date": before(due), "amount_due": Decimal(amount),
    }  # fmt: skip


def test_the_example_of_the_docs() -> None:
    review = analyze(example(), Params(customer_id="ann"))
    now, then = table(review, "two_years")
    assert (now["net"], now["orders"], now["average"]) == (400, 4, 100)
    assert (then["net"], then["orders"]) == (500, 5)
    assert (now["margin_rate"], now["share"], now["rank"]) == (0.4, 0.4, 2)
    steps = {row["step"]: row["amount"] for row in table(review, "waterfall")}
    assert steps == {"a year before": 500, "volume": -100, "this period": 400}
    owes = figures_of(review, "What it owes and how it pays")
    assert (owes["Still owed"], owes["Overdue"], owes["Oldest overdue"]) == (200, 100, 30)
    done = figures_of(review, "What we do for it")
    assert (done["Share of our effort"], done["Share of our sales"]) == (0.2, 0.4)
    assert [row["contract_id"] for row in table(review, "contracts")] == ["k1"]
    assert review.known_count == 8
    assert [row["part"] for row in table(review, "missing")] == [
        "What people judge of it", "What it says", "Beside its look-alikes",
        "The way to an order, last steps",
    ]  # fmt: skip


def test_what_it_tells_before_a_visit() -> None:
    """Urgent first, then by what is at stake; everything with its owner and what to do."""
    review = analyze(example(), Params(customer_id="ann"))
    assert [(one.code.removeprefix("account_review."), one.stake) for one in review.findings] == [
        ("contract_ends", 400), ("no_contact", 400), ("fall", 100), ("late", 100),
    ]  # fmt: skip
    assert all(one.owner == "Wang Min" and one.action for one in review.findings)
    assert value(told(review, "contract_ends"), "days") == 30
    assert value(told(review, "no_contact"), "days") == 100
    assert "fewer of the same products" in told(review, "fall").says.template


def test_a_contract_that_another_outlasts_is_no_news() -> None:
    tables = example()
    later = {"contract_id": "k2", "customer_id": "bob", "signed_on": before(10)}
    both = [{**later, "ends_on": before(-20)}, {**later, "contract_id": "k3"}]
    more = tables_of([line("bob", "b", DAY, 100)], DAY, contracts=both)
    review = analyze(more, Params(customer_id="bob"))
    assert not [one for one in review.findings if one.code.endswith("contract_ends")]
    assert [row["contract_id"] for row in table(review, "contracts")] == ["k2", "k3"]
    assert analyze(tables, Params(customer_id="bob")).findings


def test_a_judgement_that_fell_is_told_while_it_is_news() -> None:
    def review(last: date, value: str = "4") -> AccountReview:
        said = [(before(400), "8"), (last, value)]
        judged = [
            {"customer_id": "c", "criterion": "关系", "value": mark, "assessed_on": on,
             "assessed_by": "王敏", "evidence": "new buyer"}
            for on, mark in said
        ]  # fmt: skip
        return analyze(tables_of([line("c", "1", DAY, 100)], DAY, assessments=judged))

    found = told(review(before(30)), "judged_worse")
    assert [value(found, name) for name in ("now", "before", "why")] == ["4", "8", "new buyer"]
    assert not every_judgement(review(before(200)))
    assert not every_judgement(review(before(30), "7"))
    assert not every_judgement(review(before(30), "不好说"))


def every_judgement(review: AccountReview) -> list[Finding]:
    return [one for one in every_finding(review) if one.code.endswith("judged_worse")]


def test_what_customers_like_it_buy_and_it_does_not() -> None:
    """The example of product_preference: shares of the five others times the 2,000 of f6."""
    baskets = (
        {"machine": 800, "filter": 200}, {"machine": 600, "filter": 300, "oil": 100},
        {"machine": 500, "filter": 300, "oil": 200}, {"machine": 700, "filter": 200, "oil": 100},
        {"machine": 600, "filter": 100, "oil": 300}, {"machine": 2000},
    )  # fmt: skip
    lines = [
        line(f"f{n}", f"{n}{category}", before(90), amount, category=category)
        for n, basket in enumerate(baskets, 1)
        for category, amount in basket.items()
    ]
    people = [{"customer_id": f"f{n}", "industry": "food"} for n in range(1, 7)]
    review = analyze(tables_of(lines, DAY, people), Params(customer_id="f6"))
    rows = [(row["category"], row["buyers"], row["potential"]) for row in table(review, "open")]
    assert rows == [
        ("filter", 1.0, Estimate(400.0, 400.0, 600.0, 5)),
        ("oil", 0.8, Estimate(200.0, 200.0, 400.0, 5)),
    ]
    assert told(review, "whitespace").stake == 600


def test_an_entity_that_moved_the_other_way_explains_nothing() -> None:
    """−100 + 60 + 70: the largest step is against the change of +30."""
    lines = [
        line(who, f"{who}{days}", before(days), amount)
        for who, amounts in {"top": (200, 100), "one": (10, 70), "two": (10, 80)}.items()
        for days, amount in zip((400, 10), amounts, strict=True)
    ]
    below = [{"customer_id": who, "parent_id": "top"} for who in ("one", "two")]
    review = analyze(tables_of(lines, DAY, [{"customer_id": "top"}, *below]))
    change = told(review, "change")
    assert value(change, "change") == 30
    assert "alone" not in change.says.template


# Next to nothing known.


def test_one_customer_alone() -> None:
    review = analyze(tables_of([line("c", "1", DAY, 100)], DAY))
    assert review.subject.customer_id == "c"
    assert "No customer was named" in review.notes[0].says.template
    assert value(told(review, "first_year"), "net") == 100
    missing = {row["part"]: row["why"] for row in table(review, "missing")}
    assert missing["Beside its look-alikes"] == "too few others like it"
    assert missing["Which products"] == "lines name no product"


def test_a_prospect_is_a_page_of_what_is_known() -> None:
    review = analyze(example(), Params(customer_id="eve"))
    assert review.subject.name == "Eve"
    assert figures_of(review, "Who it is")["Owner"] == "Li Qiang"
    assert figures_of(review, "What we do for it")["Share of our effort"] == 0.2
    missing = {row["part"]: row["why"] for row in table(review, "missing")}
    assert missing["What it buys"] == missing["When it orders"] == "no order yet"
    assert missing["What it owes and how it pays"] == "not in the list"
    assert missing["What it says"] == "no such list yet"
    assert review.known_count == 2
    assert review.findings == ()


def test_an_account_of_the_past_says_since_when() -> None:
    lines = [line("old", "1", before(1500), 100), line("new", "2", DAY, 50)]
    review = analyze(tables_of(lines, DAY), Params(customer_id="old"))
    assert figures_of(review, "When it orders")["Last order"] == before(1500)
    missing = {row["part"]: row["why"] for row in table(review, "missing")}
    assert missing["What it buys"] == "no order in 24 months"


def test_who_ordered_nothing_for_a_year_is_told() -> None:
    lines = [line("gone", "1", before(400), 100), line("new", "2", DAY, 50)]
    found = told(analyze(tables_of(lines, DAY), Params(customer_id="gone")), "no_order")
    assert (found.stake, value(found, "orders")) == (100, 1)


def test_an_unknown_customer_and_a_silent_company_are_sentences() -> None:
    with pytest.raises(ZhibiError, match="No customer has the number nobody"):
        analyze(example(), Params(customer_id="nobody"))
    with pytest.raises(ZhibiError, match="Nobody ordered in the 24 months"):
        analyze(tables_of([line("c", "1", before(1000), 100)], DAY))


def test_a_group_is_one_account_and_its_entities_add_up() -> None:
    lines = [
        line("top", "1", before(10), 100), line("sub", "2", before(20), 300),
        line("sub", "3", before(400), 50), line("top", "4", before(400), 100),
    ]  # fmt: skip
    people = [{"customer_id": "top"}, {"customer_id": "sub", "parent_id": "top"}]
    review = analyze(tables_of(lines, DAY, people), Params(customer_id="sub"))
    assert review.subject.customer_id == "top"
    assert {row["customer_id"]: row["net"] for row in table(review, "entities")} == {
        "sub": 300, "top": 100,
    }  # fmt: skip
    rise = told(review, "change")
    assert (value(rise, "name"), value(rise, "one"), value(rise, "change")) == ("sub", 250, 250)
    alone = analyze(tables_of(lines, DAY, people), Params("sub", level="legal entity"))
    assert table(alone, "two_years")[0]["net"] == 300


def test_owing_too_much_of_which_nothing_is_overdue() -> None:
    who = {"customer_id": "ann", "name": "Ann", "credit_limit": Decimal(50)}
    paid = {"receipt_id": "s", "customer_id": "ann", "received_on": before(90)}
    tables = tables_of(
        [line("ann", "1", DAY, 100)],
        DAY,
        [who],
        receivables=[_due("old", 160, 100, 20), _due("new", 9, -9, 80)],
        receipts=[paid | {"amount": Decimal(20)}],
    )
    review = analyze(tables)
    found = told(review, "over_limit")
    assert (found.stake, value(found, "open")) == (30, 80)
    assert figures_of(review, "What it owes and how it pays")["Usually late by"] == 10


def test_who_was_asked_and_did_not_answer() -> None:
    asked = {"customer_id": "c", "answered_on": before(9), "dimension": "price", "scale_max": 5}
    tables = tables_of([line("c", "1", DAY, 100)], DAY, surveys=[asked])
    (note,) = blocks_of(analyze(tables), "What it says")
    assert isinstance(note, Note)
    assert note.says.figures["on"].value == before(9)


# The demo company.


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return opened("daichuan", tmp_path_factory)


_REVIEWED: dict[str, AccountReview] = {}


def reviewed(tables: Tables, customer_id: str) -> AccountReview:
    if customer_id not in _REVIEWED:
        _REVIEWED[customer_id] = analyze(tables, Params(customer_id=customer_id))
    return _REVIEWED[customer_id]


def story(code: str) -> Story:
    return daichuan().truth.story(code)


def facts(code: str) -> tuple[str, Mapping[str, Any]]:
    return story(code).customer_ids[0], story(code).facts


def test_filters_went_elsewhere_and_the_new_buyer_is_noted(demo: Tables) -> None:
    """① and what the salesperson wrote about it."""
    customer_id, truth = facts("filters_lost")
    review = reviewed(demo, customer_id)
    silent = told(review, "red")
    assert review.findings[0] == silent
    assert value(silent, "what") == ("滤芯油品",)
    assert value(silent, "stake") == truth["filters_last_12_months"]
    assert value(silent, "net") == truth["sales_last_12_months"]
    assert value(silent, "days") == truth["days_since_order"]
    first = table(review, "stopped")[0]
    assert (first["product"], first["first"]) == ("滤芯油品", "yes")
    assert first["last_on"] == truth["last_filters_on"]
    assert "采购部经理" in value(told(review, "judged_worse"), "why")


def test_growth_is_the_new_plant_alone(demo: Tables) -> None:
    """②"""
    customer_id, _ = facts("new_plant")
    rise = told(reviewed(demo, customer_id), "change")
    assert value(rise, "name") == "青岛轮胎(平度)有限公司"
    assert value(rise, "growth") > 0.3
    assert value(rise, "rest") < 0


def test_the_turn_to_cheap_models_and_the_content_answers(demo: Tables) -> None:
    """③ Mix, with orders as before; and a survey that calls the account safe."""
    customer_id, truth = facts("cheap_models")
    review = reviewed(demo, customer_id)
    fall = told(review, "fall")
    assert "cheaper products" in fall.says.template
    assert value(fall, "net") == truth["sales_after"]
    assert (value(fall, "orders"), value(fall, "orders_before")) == (29, 29)
    assert value(told(review, "content_but_less"), "net") == truth["sales_after"]


def test_the_dealer_was_loaded_at_quarter_ends(demo: Tables) -> None:
    """⑤ Both quarters in the table, the worse one told."""
    customer_id, truth = facts("quarter_end_load")
    review = reviewed(demo, customer_id)
    rows = {row["end"]: row for row in table(review, "loaded")}
    for place in ("1", "2"):
        row = rows[truth[f"quarter_end_{place}"]]
        assert row["loaded"] == truth[f"last_week_{place}"]
        assert row["back"] == -truth[f"returned_{place}"]
    assert value(told(review, "loaded"), "end") == truth["quarter_end_1"]


def test_the_large_account_that_costs_more_than_it_brings(demo: Tables) -> None:
    """⑥ First on its page."""
    customer_id, truth = facts("thin")
    review = reviewed(demo, customer_id)
    loss = review.findings[0]
    assert loss.code == "account_review.loss"
    assert value(loss, "net") == truth["sales_last_12_months"]
    assert value(loss, "margin") == truth["margin_after_rebates"]
    assert value(loss, "given_back") == -truth["rebates"]
    assert value(loss, "lost") > 0
    rate = table(review, "two_years")[0]["margin_rate"]
    assert rate == pytest.approx(float(value(loss, "margin") / value(loss, "net")))


def test_the_slow_hospital_is_safe(demo: Tables) -> None:
    """⑦ A fat margin, late by months, and no reason to hold it."""
    customer_id, truth = facts("slow_hospital")
    review = reviewed(demo, customer_id)
    safe = told(review, "safe")
    assert "long, but safe" in safe.says.template
    margin = float(truth["margin_last_12_months"] / truth["sales_last_12_months"])
    assert value(safe, "margin") == pytest.approx(margin)
    owes = figures_of(review, "What it owes and how it pays")
    assert owes["Usually late by"] > 90
    assert isinstance(owes["Expected in 13 weeks"], Estimate)


STORIES = (
    *("filters_lost", "new_plant", "cheap_models", "quarter_end_load", "thin", "slow_hospital"),
    "whitespace",
)


def test_a_renamed_company_goes_by_both_names(demo: Tables) -> None:
    """⑨ Asked for under either number it is one account."""
    old, new = story("renamed").customer_ids
    review = reviewed(demo, new)
    assert review.subject.customer_id == old
    (other,) = figures_of(review, "Who it is")["Also listed as"]
    assert new in other


def test_two_years_of_sales_as_counted_line_by_line(demo: Tables) -> None:
    """The slow way: every line of the company that the sample was written from."""
    members = {"010001": ("010001", "010002")}
    for code in STORIES:
        (customer_id, _), ends = facts(code), demo.day
        own = [
            one for one in daichuan().order_lines
            if one.customer_id in members.get(customer_id, (customer_id,))
        ]  # fmt: skip
        for row, year in zip(table(reviewed(demo, customer_id), "two_years"), (0, 1), strict=True):
            last = ends.replace(year=ends.year - year)
            first = last.replace(year=last.year - 1)
            sold = sum(one.amount for one in own if first < one.order_date <= last)
            assert row["net"] == sold, (customer_id, year)
        bought = table(reviewed(demo, customer_id), "products")
        assert sum(row["net"] for row in bought) == table(
            reviewed(demo, customer_id), "two_years"
        )[0]["net"]  # fmt: skip


def test_the_same_fact_is_said_in_the_same_words(demo: Tables) -> None:
    """What another method tells of an account stands on its page, figure for figure."""
    others = [
        *purchase_rhythm.analyze(demo, purchase_rhythm.Params(backtest=False)).findings,
        *customer_profitability.analyze(demo).findings,
        *quarter_end_loading.analyze(demo).findings,
        *receivables.analyze(demo, receivables.Params(backtest=False)).findings,
        *satisfaction.analyze(demo).findings,
        *product_preference.analyze(demo).findings,
    ]
    told_here = {facts(code)[0] for code in STORIES}
    compared: set[tuple[str, Any]] = set()
    for other in others:
        if not other.subject or other.subject.customer_id not in told_here:
            continue
        if other.code == "product_preference.dropped":  # said here as stopped, with its interval
            continue
        if (other.code, other.subject) in compared:  # of two loaded quarters the worse one
            continue
        found = every_finding(reviewed(demo, other.subject.customer_id))
        assert other.says in [one.says for one in found], other.code
        compared.add((other.code, other.subject))
    codes = {code for code, _ in compared}
    assert {"purchase_rhythm.red", "customer_profitability.loss"} <= codes
    assert {"quarter_end_loading.loaded", "satisfaction.content_but_less"} <= codes
