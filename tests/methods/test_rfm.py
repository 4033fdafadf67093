"""RFM against sums done by hand, and against a slow, obvious computation over the lines."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from statistics import mean, median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.rfm_scores import GRID, GRID_NAMES, SEGMENTS
from zhibi.methods import rfm
from zhibi.result import Finding, Table, Unit

DAY = date(2024, 12, 31)

CHINESE_SEGMENTS = {
    "HHH": "重要价值",
    "HLH": "重要发展",
    "LHH": "重要保持",
    "LLH": "重要挽留",
    "HHL": "一般价值",
    "HLL": "一般发展",
    "LHL": "一般保持",
    "LLL": "一般挽留",
}
CHINESE_WORDS = {
    "key": "重要",
    "general": "一般",
    "value": "价值",
    "develop": "发展",
    "retain": "保持",
    "win back": "挽留",
}


def records(table: Table) -> dict[str, dict]:
    """The rows of a table by their first column."""
    keys = [column.key for column in table.columns]
    return {row[0]: dict(zip(keys, row, strict=True)) for row in table.all_rows()}


# The worked example of docs/methods/rfm.md: five accounts, so that each has its own fifth.
EXAMPLE = [
    line("ann", "1", date(2024, 12, 21), 900),
    line("ann", "2", date(2024, 11, 1), 800),
    line("ann", "3", date(2024, 10, 1), 700),
    line("ann", "4", date(2024, 9, 1), 600),
    line("bob", "5", date(2024, 6, 4), 2000),
    line("bob", "6", date(2024, 5, 1), 1500),
    line("bob", "7", date(2024, 4, 1), 1500),
    line("cat", "8", date(2024, 12, 11), 100),
    line("cat", "9", date(2024, 12, 1), 100),
    line("dan", "10", date(2024, 2, 5), 4000),
    line("eve", "11", date(2024, 8, 3), 50),
    line("fay", "12", date(2023, 5, 1), 9000),
]


@pytest.fixture(scope="module")
def example() -> rfm.Rfm:
    return rfm.analyze(tables_of(EXAMPLE, DAY))


def test_worked_example_scores_and_names(example: rfm.Rfm) -> None:
    found = {
        who: tuple(row[key] for key in ("days", "orders", "net", "r", "f", "m", "segment", "grid"))
        for who, row in records(example.accounts).items()
    }
    assert found == {
        "ann": (10, 4, 3000, 5, 5, 3, "general value", "champions"),
        "bob": (210, 3, 5000, 2, 4, 5, "key retain", "can't lose"),
        "cat": (20, 2, 200, 4, 3, 2, "general value", "potential loyalist"),
        "dan": (330, 1, 4000, 1, 1, 4, "key win back", "at risk"),
        "eve": (150, 1, 50, 3, 1, 1, "general win back", "about to sleep"),
    }


def test_cut_is_the_mean_of_the_scores(example: rfm.Rfm) -> None:
    assert (example.cuts.recency, example.cuts.frequency, example.cuts.monetary) == (3.0, 2.8, 3.0)


def test_accounts_without_an_order_in_the_window_are_counted_apart(example: rfm.Rfm) -> None:
    assert "fay" not in records(example.accounts)
    assert (example.unscored_count, example.unscored_net) == (1, 0)
    assert any(
        note.says.figures["n"].value == 1 for note in example.notes if "net" in note.says.figures
    )


def test_window_is_the_whole_history_when_shorter() -> None:
    short = rfm.analyze(tables_of(EXAMPLE[:4], DAY))
    assert (short.period.start, short.period.end) == (date(2024, 9, 1), DAY)
    assert rfm.analyze(tables_of(EXAMPLE, DAY)).period.start == DAY - timedelta(days=364)


def test_first_day_of_the_window_counts() -> None:
    lines = [
        line("in", "1", DAY - timedelta(days=29), 10),
        line("out", "2", DAY - timedelta(days=30), 10),
        line("old", "3", DAY - timedelta(days=400), 10),
    ]
    assert list(records(rfm.analyze(tables_of(lines, DAY), rfm.Params(days=30)).accounts)) == ["in"]


def test_chinese_map_reads_recency_frequency_monetary() -> None:
    for letters, name in SEGMENTS.items():
        rank, what = name.split(" ", 1)
        assert CHINESE_WORDS[rank] + CHINESE_WORDS[what] == CHINESE_SEGMENTS[letters]
    # The letters mean what the words say: M makes it key, R and F choose the verb.
    for letters, name in SEGMENTS.items():
        assert name.startswith("key") == (letters[2] == "H")
        verb = {"HH": "value", "HL": "develop", "LH": "retain", "LL": "win back"}[letters[:2]]
        assert name.endswith(verb)


def test_grid_names_every_square_and_no_other() -> None:
    assert {name for row in GRID.values() for name in row} == set(GRID_NAMES)
    assert {score: len(row) for score, row in GRID.items()} == dict.fromkeys(range(1, 6), 5)


def test_group_scores_as_one_account() -> None:
    customers = [
        {"customer_id": "top", "name": "Top"},
        {"customer_id": "sub", "name": "Sub", "parent_id": "top"},
    ]
    lines = [line("top", "1", DAY, 10), line("sub", "2", DAY, 20), line("x", "3", DAY, 5)]
    tables = tables_of(lines, DAY, customers)
    assert records(rfm.analyze(tables).accounts)["top"]["orders"] == 2
    apart = rfm.analyze(tables, rfm.Params(level="legal entity"))
    assert set(records(apart.accounts)) == {"top", "sub", "x"}


@pytest.mark.parametrize(("n", "is_told"), [(4, False), (8, True)])
def test_a_handful_of_customers_has_not_gone_quiet(n: int, is_told: bool) -> None:
    lines = [line(f"c{at}", f"o{at}", DAY - timedelta(days=at), 5 + 9 * at) for at in range(n)]
    assert bool(rfm.analyze(tables_of(lines, DAY)).findings) is is_told


def test_unknown_cut_is_refused() -> None:
    with pytest.raises(ZhibiError):
        rfm.analyze(tables_of(EXAMPLE, DAY), rfm.Params(cut="modus"))


def test_map_holds_every_account_once(example: rfm.Rfm) -> None:
    assert len(example.map.rows) == 25
    by_square = {(row[0], row[1]): row[2] for row in example.map.rows}
    for row in records(example.accounts).values():
        by_square[row["f"], row["r"]] -= 1
    assert set(by_square.values()) == {0}


def check_findings(result: rfm.Rfm) -> None:
    """Every number in a sentence is one of the result's tables, or follows from them."""
    segments, accounts = records(result.segments), records(result.accounts)
    for finding in result.findings:
        name = finding.code.removeprefix("rfm.").replace("_", " ")
        figures = {key: figure.value for key, figure in finding.says.figures.items()}
        row = segments[name]
        members = [account for account in accounts.values() if account["segment"] == name]
        assert figures["n"] == row["accounts"] == len(members)
        assert figures["share"] == row["share"]
        if name == "key value":
            assert figures["share_of_accounts"] == row["share_of_accounts"]
            continue
        biggest = max(members, key=lambda account: account["net"])
        assert figures["net"] == row["net"] == finding.stake
        assert figures["biggest"] == biggest["net"]
        assert finding.subject is not None
        named = accounts[finding.subject.customer_id]
        assert (figures["name"], figures["days"]) == (named["name"], named["days"])
        assert finding.cause_on == result.period.end - timedelta(days=named["days"])


def test_findings_of_the_example(example: rfm.Rfm) -> None:
    check_findings(example)
    by_code: dict[str, Finding] = {finding.code: finding for finding in example.findings}
    retain = by_code["rfm.key_retain"]
    assert retain.subject is not None
    assert retain.subject.name == "bob"
    assert retain.stake == 5000


def test_the_biggest_of_a_quiet_segment_is_named() -> None:
    """Two accounts bought much and often, but long ago, beside ten small recent ones."""
    lines = [
        line(who, f"{who}{day}", DAY - timedelta(days=200 + day), amount)
        for who, amount in (("b-less", 400), ("c-most", 500), ("d-most", 500))
        for day in range(5)
    ]
    lines += [line(f"s{at}", f"s{at}", DAY - timedelta(days=at), 1) for at in range(12)]
    result = rfm.analyze(tables_of(lines, DAY))
    retain = next(found for found in result.findings if found.code == "rfm.key_retain")
    assert retain.says.figures["n"].value == 3
    assert retain.subject is not None
    assert retain.subject.customer_id == "c-most"  # as large as d-most: the number decides
    order = [row[0] for row in result.accounts.rows[:3]]
    assert order == ["c-most", "d-most", "b-less"]
    check_findings(result)


def test_tables_add_up(example: rfm.Rfm) -> None:
    for table in (example.segments, example.grid, example.accounts):
        assert table.totals is not None
        for at, column in enumerate(table.columns):
            if column.total:
                assert sum(row[at] for row in table.all_rows()) == table.totals[at]
    net = example.segments.totals[3]
    assert net == example.grid.totals[3] == example.accounts.totals[6] == 12250
    assert example.segments.columns[3].unit is Unit.MONEY


def test_orders_without_any_in_the_window_give_empty_tables() -> None:
    lines = [line("a", "1", date(2020, 1, 1), 5)]
    result = rfm.analyze(tables_of(lines, DAY))
    assert result.accounts.row_count == 0
    assert result.findings == ()
    assert result.unscored_count == 1
    assert {row[1] for row in result.segments.rows} == {0}


ORDERS = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.integers(0, 40),  # order number
        st.integers(0, 60),  # days before the as-of day
        st.sampled_from([-500, -20, 0, 1, 20, 20, 100, 999]),
    ),
    min_size=1,
    max_size=60,
)


def lines_of(orders: list[tuple[str, int, int, int]]) -> list[dict]:
    """Order numbers are a customer's own: one order never belongs to two customers."""
    return [
        line(who, f"{who}{number}", DAY - timedelta(days=ago), amount, line_no=str(at))
        for at, (who, number, ago, amount) in enumerate(orders)
    ]


def orders_opened(lines: list[dict]) -> list[tuple[str, date]]:
    """The slow way: for each order the first day on which its amounts add up to more than 0."""
    opened = []
    for order_id in {row["order_id"] for row in lines}:
        rows = [row for row in lines if row["order_id"] == order_id]
        for day in sorted({row["order_date"] for row in rows}):
            if sum(row["amount"] for row in rows if row["order_date"] <= day) > 0:
                opened.append((rows[0]["customer_id"], day))
                break
    return opened


def oracle(lines: list[dict], start: date, cut: str) -> dict[str, tuple]:
    """Scores by counting who is worse, one account at a time."""
    opened = [(who, day) for who, day in orders_opened(lines) if day >= start]
    raw = {}
    for who in {who for who, _ in opened}:
        days = [day for other, day in opened if other == who]
        net = sum(
            (
                row["amount"]
                for row in lines
                if row["customer_id"] == who and row["order_date"] >= start
            ),
            Decimal(0),
        )
        raw[who] = ((DAY - max(days)).days, len(days), net)
    scores = {}
    for who, (days, orders, net) in raw.items():
        worse = (
            sum(other[0] > days for other in raw.values()),
            sum(other[1] < orders for other in raw.values()),
            sum(other[2] < net for other in raw.values()),
        )
        scores[who] = tuple(1 + int(Decimal(5 * count) / len(raw)) for count in worse)
    middle = {"mean": mean, "median": median, "fixed": lambda _: 3}[cut]
    cuts = [middle([score[at] for score in scores.values()]) for at in range(3)] if scores else []
    return {
        who: (
            *raw[who],
            *scores[who],
            SEGMENTS[
                "".join("H" if s > c else "L" for s, c in zip(scores[who], cuts, strict=True))
            ],
        )
        for who in raw
    }


@settings(max_examples=12, deadline=None)
@given(orders=ORDERS, cut=st.sampled_from(["mean", "median", "fixed"]), days=st.integers(1, 61))
def test_agrees_with_the_slow_way(
    orders: list[tuple[str, int, int, int]], cut: str, days: int
) -> None:
    lines = lines_of(orders)
    result = rfm.analyze(tables_of(lines, DAY), rfm.Params(days=days, cut=cut))
    found = {
        who: tuple(row[key] for key in ("days", "orders", "net", "r", "f", "m", "segment"))
        for who, row in records(result.accounts).items()
    }
    assert found == oracle(lines, result.period.start, cut)
    check_findings(result)


@settings(max_examples=10, deadline=None)
@given(count=st.integers(1, 12))
def test_equal_accounts_get_equal_scores(count: int) -> None:
    lines = [line(f"c{at}", f"o{at}", DAY, 7) for at in range(count)]
    result = rfm.analyze(tables_of(lines, DAY))
    assert {tuple(row[-4:-1]) for row in result.accounts.all_rows()} == {(1, 1, 1)}
    assert records(result.segments)["general win back"]["accounts"] == count


def test_same_input_gives_the_same_result(example: rfm.Rfm) -> None:
    again = rfm.analyze(tables_of(list(reversed(EXAMPLE)), DAY))
    assert again == example
