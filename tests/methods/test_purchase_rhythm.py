"""Purchase rhythm: by hand, against a slow reading of the lines, against simulated truth, and
with a back-test that must not see the future."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.given import line, tables_of

from zhibi.errors import ZhibiError
from zhibi.measures.order_days import OrderDays, from_columns, order_days
from zhibi.measures.periods import Period, trailing
from zhibi.measures.rhythm import AMBER, ON_RHYTHM, RED, STATUSES, Rhythm, Rule, segments
from zhibi.measures.rhythm_record import Asked, cut_days, past_record, rhythm_at
from zhibi.measures.track_record import BackTest, RuleRecord, record_notes
from zhibi.measures.watched import watch
from zhibi.methods.purchase_rhythm import Params, PurchaseRhythm, analyze, backtest
from zhibi.render.values import Formatter
from zhibi.result import Severity
from zhibi.stats.proportions import wilson
from zhibi.stats.shrinkage import GapShrinkage, LogGaps, Prior
from zhibi.tables.calendar import Calendar, china, day_number, day_of, none
from zhibi.tables.tables import Tables

DAY = date(2025, 8, 31)  # no shutdown for months before it
QUICK = Params(backtest=False)


def orders(customer: str, gaps: list[int], *, silent: int, **more: object) -> list[dict]:
    """Orders of 100 with these gaps in calendar days, the last one `silent` days before DAY."""
    days = [DAY - timedelta(silent)]
    for gap in reversed(gaps):
        days.append(days[-1] - timedelta(gap))
    return [line(customer, f"{customer}-{day}", day, 100, **more) for day in days]


def cell(result: PurchaseRhythm, customer: str, column: str) -> object:
    rows = dict(zip(result.beyond.column("customer_id"), result.beyond.column(column), strict=True))
    return rows[customer]


# By hand ---------------------------------------------------------------------------------------


def test_when_everybody_orders_every_tenth_day_the_eleventh_is_late() -> None:
    """Gaps without any spread: usual, amber and red are all ten days, so 11 silent days are red."""
    lines = [
        *orders("A", [10] * 8, silent=11),
        *orders("B", [10] * 8, silent=10),
        *orders("C", [10], silent=30),
    ]
    found = analyze(tables_of(lines, DAY), QUICK)
    assert found.statuses.column("accounts") == (1, 0, 1, 1, 0)
    assert found.statuses.column("status") == STATUSES
    assert [cell(found, "A", name) for name in ("since", "usual", "amber", "red")] == [
        11,
        10,
        10,
        10,
    ]
    assert cell(found, "A", "crossed_on") == DAY
    assert cell(found, "A", "gap_count") == 8
    assert found.due.rows == ()  # B was due today, not in the days to come


def test_the_worked_example_of_the_docs() -> None:
    """Gaps 14, 20, 21, 28; the segment's prior d₀ = 4, s₀² = .25, m₀ = log 30, τ² = .5.

    ȳ = 3.00288, S = .24259, ṽ = 1.24259/7 = .17751, w = .5/(.5 + .04438) = .91848,
    μ̃ = 3.03536, scale √(.17751 + .04076) = .46719, 7 degrees of freedom (.8960 and 1.8946).
    """
    logs = np.log([14, 20, 21, 28])
    model = GapShrinkage()
    model.pooled_, model.priors_ = Prior(4, 0.25, float(np.log(30)), 0.5), {}
    own = LogGaps(
        np.array([4]),
        np.array([logs.mean()]),
        np.array([((logs - logs.mean()) ** 2).sum()]),
        np.array([0]),
    )
    following = model.predict(own)
    quantiles = [float(following.quantile(level)[0]) for level in (0.5, 0.80, 0.95)]
    assert quantiles == pytest.approx([20.81, 31.63, 50.43], abs=0.01)


def test_what_stopped_is_the_stake_and_the_whole_customer_beside_it() -> None:
    """Filters every week until eight weeks ago, a machine every half year, twelve like it."""
    lines = []
    for n in range(12):
        silent = 56 if n == 0 else n % 6
        weekly = [7, 6, 8, 7, 7, 8, 6, 7] * 12
        lines += orders(f"c{n:02}", weekly, silent=silent, category="filters")
        lines += [
            line(f"c{n:02}", f"m{n}-{k}", DAY - timedelta(60 + 180 * k), 5000, category="machines")
            for k in range(4)
        ]
    customers = [
        {"customer_id": f"c{n:02}", "name": f"公司{n}", "owner": "王敏"} for n in range(12)
    ]
    found = analyze(tables_of(lines, DAY, customers), QUICK)
    assert found.beyond.column("customer_id") == ("c00",)
    year = [x for x in lines if x["customer_id"] == "c00" and x["order_date"] > date(2024, 8, 31)]
    filters = sum(x["amount"] for x in year if x["category"] == "filters")
    assert cell(found, "c00", "stopped") == ("filters",)
    assert cell(found, "c00", "stake") == filters
    assert cell(found, "c00", "net") == sum(x["amount"] for x in year)
    assert cell(found, "c00", "longer_count") == 0
    summary, single = found.findings
    assert (single.severity, single.owner, single.stake) == (Severity.NOW, "王敏", filters)
    said = Formatter("en", "CNY").sentence(single.says)
    assert said.startswith(
        "公司0 has not ordered for 56 days; it usually orders every 6 days (of 99 "
        "earlier gaps 0 were longer)."
    )
    assert "What stopped is filters, ¥4,500 in the last 12 months; the whole customer is " in said
    assert summary.code == "purchase_rhythm.summary"
    assert summary.stake == cell(found, "c00", "net")


def test_a_group_has_one_rhythm_and_its_companies_their_own() -> None:
    """Two companies of a group order in turn, every ten days one of them."""
    lines = orders("P", [20] * 8, silent=0) + orders("Q", [20] * 8, silent=10)
    customers = [
        {"customer_id": "P", "name": "P"},
        {"customer_id": "Q", "name": "Q", "parent_id": "P"},
    ]
    tables = tables_of(lines, DAY, customers)
    group = watch(tables, Rule(), months=36, level="group")
    alone = watch(tables, Rule(), months=36, level="legal entity")
    assert group.rhythm.usual.tolist() == [10]
    assert alone.rhythm.usual.tolist() == [20, 20]


def test_a_return_is_no_sign_of_life_and_two_orders_a_day_are_one() -> None:
    lines = orders("A", [10] * 6, silent=30) + orders("B", [10] * 6, silent=0)
    lines += [line("A", "back", DAY - timedelta(2), -50), line("B", "again", DAY, 70)]
    found = watch(tables_of(lines, DAY), Rule(), months=36, level="group")
    assert found.rhythm.since.tolist() == [30, 0]
    assert found.rhythm.gap_count.tolist() == [6, 6]


def test_a_shutdown_inside_the_gap_is_not_counted() -> None:
    """Last order on 20 January 2025, shut from 22 January to 8 February."""
    lines = [line("A", f"{k}", date(2025, 1, 20) - timedelta(10 * k), 100) for k in range(6)]
    found = watch(tables_of(lines, date(2025, 2, 12)), Rule(), months=12, level="group")
    assert found.rhythm.since.tolist() == [5]  # 21 January, 9 to 12 February
    assert found.rhythm.since_calendar.tolist() == [23]
    assert found.rhythm.status.tolist() == [ON_RHYTHM]


def test_silent_for_a_year_is_history_not_a_warning() -> None:
    lines = orders("A", [10] * 8, silent=400) + orders("B", [10] * 8, silent=100)
    lines += orders("C", [30] * 12, silent=190) + orders("D", [3] * 5, silent=2000)
    found = analyze(tables_of(lines, DAY), QUICK)
    assert found.beyond.column("customer_id") == ("B",)
    assert sorted(found.dormant.column("customer_id")) == ["A", "C"]
    assert found.unseen_count == 1


def test_amber_must_lie_below_red() -> None:
    with pytest.raises(ZhibiError, match=r"amber is 0\.9, but must be below red"):
        analyze(tables_of([line("A", "1", DAY, 1)], DAY), Params(amber=0.9, red=0.9))


def test_the_calendar_is_part_of_the_identity() -> None:
    found = analyze(tables_of([line("A", "1", DAY, 1)], DAY), QUICK)
    assert found.identity.params["calendar"] == "china"


# Against a slow reading of the lines -----------------------------------------------------------

LINES = st.lists(
    st.tuples(
        st.sampled_from("ABCD"),
        st.dates(date(2024, 11, 1), DAY + timedelta(5)),
        st.sampled_from([-40, 30, 100]),
    ),
    max_size=60,
)


def slowly(lines: list[tuple[str, date, int]], calendar: Calendar, start: date) -> dict:
    """Per customer the gaps, counted day by day, and the open days since the last order."""

    def counted(first: date, last: date) -> int:
        days = (first + timedelta(k + 1) for k in range((last - first).days))
        return sum(not calendar.is_shut(day) for day in days)

    found = {}
    for customer in sorted({who for who, _, _ in lines}):
        # Each line is an order of its own here: it opens one when its amount is positive.
        mine = {d for who, d, amount in lines if who == customer and amount > 0}
        days = sorted(day for day in mine if start <= day <= DAY)
        if days:
            gaps = [max(counted(a, b), 1) for a, b in pairwise(days)]
            found[customer] = (gaps, counted(days[-1], DAY))
    return found


@settings(max_examples=8, deadline=None)
@given(lines=LINES)
def test_gaps_and_status_agree_with_a_slow_reading(lines: list[tuple[str, date, int]]) -> None:
    rows = [line(who, f"o{n}", day, amount) for n, (who, day, amount) in enumerate(lines)]
    tables = tables_of([*rows, line("Z", "z", date(2020, 1, 1), 1)], DAY)
    period = trailing(DAY, 9)
    known = order_days(tables, period, level="group").known(period)
    expected = slowly(lines, china(), period.start)
    assert [known.gaps_of(at).tolist() for at in range(len(known.begins))] == [
        gaps for gaps, _ in expected.values()
    ]
    found = watch(tables, Rule(), months=9, level="group").rhythm
    assert found.since.tolist() == [since for _, since in expected.values()]
    logs = [np.log(gaps) for gaps, _ in expected.values()]
    own = LogGaps(
        np.array([len(one) for one in logs], dtype=np.int64),
        np.array([one.mean() if len(one) else 0.0 for one in logs]),
        np.array([((one - one.mean()) ** 2).sum() if len(one) else 0.0 for one in logs]),
        np.zeros(len(logs), dtype=np.int64),
    )
    following = GapShrinkage().fit(own).predict(own)
    amber, red = following.quantile(0.80), following.quantile(0.95)
    for at, (gaps, since) in enumerate(expected.values()):
        if len(gaps) >= 2 and min(abs(since - amber[at]), abs(since - red[at])) > 1e-6:
            assert (found.status[at] == ON_RHYTHM) == (since <= max(amber[at], 1))
            assert (found.status[at] == AMBER) == (amber[at] < since <= red[at] and since > 1)
        assert (len(gaps) < 2) == (STATUSES[found.status[at]] == "too few orders")


# Against simulated truth -----------------------------------------------------------------------


def steady_world(count: int, *, years: int = 4, seed: int = 5) -> OrderDays:
    """Customers who never change: lognormal gaps in open days, each with a habit of its own, to
    the end of 2025."""
    rng = np.random.default_rng(seed)
    calendar, start = china(), day_number(date(2026 - years, 1, 1))
    mean = rng.normal(3.0, 0.6, count)
    spread = np.sqrt(8 * 0.15 / rng.chisquare(8, count))
    gaps = np.maximum(np.ceil(rng.lognormal(mean[:, None], spread[:, None], (count, 600))), 1)
    positions = np.cumsum(gaps.astype(np.int64), axis=1)
    days = calendar.nth_open_day(np.full_like(positions, start), positions)
    who = np.broadcast_to(np.arange(count)[:, None], days.shape)
    is_in = days <= day_number(date(2025, 12, 31))
    return packed(who[is_in], days[is_in], calendar)


def packed(who: np.ndarray, days: np.ndarray, calendar: Calendar) -> OrderDays:
    dates = pa.array(days.astype("datetime64[D]"))
    return from_columns(pa.chunked_array([who]), pa.chunked_array([dates]), calendar=calendar)


def test_one_gap_in_twenty_is_red_and_one_in_five_beyond_amber() -> None:
    """The first whole gap after the day the thresholds were set (gaps that hold the day itself
    are longer than most)."""
    days = steady_world(3000)
    cut = date(2024, 12, 31)
    then = rhythm_at(days, cut, np.zeros(3000, dtype=np.int64), asked=Asked(Rule(), 36, "group"))
    is_on_edge = (then.since == then.red) & (then.red > then.amber)
    assert is_on_edge.any()
    assert set(then.status[is_on_edge]) == {AMBER}
    end = days.known(trailing(cut, 36)).ends + 1
    is_whole = end < days.starts[1:]
    gap = days.gaps[np.minimum(end, len(days.gaps) - 1)][is_whole]
    assert is_whole.sum() > 2900
    # Thresholds are whole days and a gap is past one from the day after: rates lie a little off.
    assert (gap > then.red[is_whole]).mean() == pytest.approx(0.05, abs=0.015)
    assert (gap > then.amber[is_whole]).mean() == pytest.approx(0.20, abs=0.03)


def test_expected_false_alarms_are_what_a_steady_year_brings() -> None:
    days = steady_world(1500)
    period = trailing(date(2024, 12, 31), 36)
    asked = Asked(Rule(), 36, "group")
    then = rhythm_at(days, period.end, np.zeros(1500, dtype=np.int64), asked=asked)
    in_2025 = days.days > day_number(period.end)
    red = np.repeat(then.red, np.diff(days.starts))
    happened = (days.gaps > red)[in_2025].sum()
    assert then.false_alarms(asked.rule, 341) == pytest.approx(happened, rel=0.2)


def alarms(days: OrderDays, first: date, last: date) -> dict[date, int]:
    """How many accounts turn red on each day."""
    nobody, asked = np.zeros(len(days.keys), dtype=np.int64), Asked(Rule(), 24, "group")
    span = [first + timedelta(k - 1) for k in range((last - first).days + 2)]
    is_red = [rhythm_at(days, day, nobody, asked=asked).is_status(RED) for day in span]
    return {
        day: int((now & ~before).sum())
        for day, before, now in zip(span[1:], is_red, is_red[1:], strict=False)
    }


def test_a_steady_world_raises_no_more_alarms_in_february_than_in_may() -> None:
    days = steady_world(300)
    february = alarms(days, date(2025, 2, 1), date(2025, 2, 28))
    may = alarms(days, date(2025, 5, 1), date(2025, 5, 31))
    assert sum(may.values()) > 10
    assert sum(february.values()) <= sum(may.values())
    assert all(n == 0 for day, n in february.items() if china().is_shut(day))
    # Without the calendar the Spring Festival looks like churn: the test can fail.
    who = np.repeat(days.keys, np.diff(days.starts))
    blind = packed(who, days.days, none())
    january = alarms(blind, date(2025, 1, 22), date(2025, 2, 28))
    assert sum(january.values()) > 2 * sum(may.values())


# The back-test ---------------------------------------------------------------------------------


def changing_world() -> Tables:
    """Sixty customers over four years; every third one stops on a day of its own."""
    rng = np.random.default_rng(11)
    lines = []
    for n in range(60):
        day = date(2021, 9, 1) + timedelta(int(rng.integers(0, 30)))
        stop = DAY - timedelta(int(rng.integers(20, 900))) if n % 3 == 0 else DAY
        usual = rng.uniform(8, 60)
        while day <= stop:
            lines.append(line(f"c{n:02}", f"c{n:02}-{day}", day, int(rng.integers(1, 900))))
            day += timedelta(max(1, int(rng.lognormal(np.log(usual), 0.4))))
    customers = [
        {"customer_id": f"c{n:02}", "name": f"c{n}", "industry": "tyre" if n % 2 else "food"}
        for n in range(60)
    ]
    return tables_of(lines, DAY, customers)


Then = Callable[[OrderDays, date, np.ndarray], Rhythm]


def check_no_leak(tables: Tables, asked: Asked, then: Then) -> None:
    """What the back-test says of a cut is what an analysis made on that day would have said."""
    cuts = cut_days(tables, asked)
    whole = Period(trailing(cuts[0], asked.months).start, tables.day)
    days = order_days(tables, whole, level=asked.level)
    segment = segments(tables, days.keys)
    for cut in cuts:
        honest = watch(tables.as_of(cut), asked.rule, months=asked.months, level=asked.level)
        expected = dict(zip(honest.known.order_days.keys, honest.rhythm.status, strict=True))
        found = then(days, cut, segment)
        had_ordered = days.known(trailing(cut, asked.months)).order_day_count > 0
        assert expected == dict(zip(days.keys[had_ordered], found.status[had_ordered], strict=True))


def test_the_backtest_sees_no_future_and_a_planted_leak_is_found() -> None:
    tables, asked = changing_world(), Asked(Rule(), 18, "group")
    check_no_leak(tables, asked, lambda days, cut, seg: rhythm_at(days, cut, seg, asked=asked))

    def leaking(days: OrderDays, cut: date, segment: np.ndarray) -> Rhythm:
        """Sees the order after the cut, as a filter forgotten would."""
        return rhythm_at(days, cut + timedelta(20), segment, asked=asked)

    with pytest.raises(AssertionError):
        check_no_leak(tables, asked, leaking)


def test_the_record_agrees_with_a_slow_reading() -> None:
    """Each cut analysed on its own, who ordered afterwards read from the lines."""
    tables, asked = changing_world(), Asked(Rule(), 36, "group", quarters=4)
    lines = tables.order_lines.to_pyarrow().to_pylist()
    marked = stopped = others = others_stopped = 0
    caught = Decimal(0)
    for cut in cut_days(tables, asked):
        then = watch(tables.as_of(cut), asked.rule, months=36, level="group")
        for at, key in enumerate(then.known.order_days.keys):
            status, usual = then.rhythm.status[at], then.rhythm.usual[at]
            if status > RED or usual > 90:
                continue
            mine = [x for x in lines if x["customer_key"] == key]
            after = [x for x in mine if cut < x["order_date"] <= cut + timedelta(90)]
            year = [x["amount"] for x in mine if x["order_date"] in trailing(cut, 12)]
            if status == RED:
                marked, stopped = marked + 1, stopped + (not after)
                caught += 0 if after else sum(year)
            else:
                others, others_stopped = others + 1, others_stopped + (not after)
    found = past_record(tables, asked)
    assert len(found.cuts) == 4
    assert (found.red.marked, found.red.stopped) == (marked, stopped)
    assert (found.others.marked, found.others.stopped) == (others, others_stopped)
    assert found.red.caught == caught
    assert found.red.share == wilson(stopped, marked)
    assert found.red.lift == pytest.approx(
        (stopped / marked) / ((stopped + others_stopped) / (marked + others))
    )
    assert found.same_count.marked == marked
    assert marked > 5


def test_a_record_by_hand() -> None:
    """One cut, 2 June. All order every tenth day but "slow"; two are silent for thirty days then.

    "late" orders again on the ninetieth day after, so it did not stop; "gone" never does; "slow"
    orders every 120 days, so ninety days without an order say nothing and it is not asked.
    """
    cut = DAY - timedelta(90)

    def every(gap: int, customer: str, silent: int, *after: int) -> list[dict]:
        days = [cut - timedelta(silent + gap * k) for k in range(400 // gap)]
        days += [cut + timedelta(k) for k in after]
        return [line(customer, f"{customer}{day}", day, 7) for day in days]

    lines = every(10, "late", 30, 90) + every(10, "gone", 30) + every(10, "kept", 0, 10, 20)
    lines += [*every(120, "slow", 20, 100), line("old", "1", date(2022, 1, 1), 7)]
    asked = Asked(Rule(), 36, "group", quarters=1)
    found = past_record(tables_of(lines, DAY), asked)
    assert found.cuts == (cut,)
    assert (found.asked, found.red.marked, found.red.stopped) == (3, 2, 1)
    assert (found.others.marked, found.others.stopped) == (1, 0)
    assert (found.red.found, found.red.lift) == (1.0, pytest.approx(1.5))
    in_year = [cut - timedelta(30 + 10 * k) for k in range(40)]
    assert found.red.caught == 7 * sum(day in trailing(cut, 12) for day in in_year)


def test_the_red_stop_far_more_often_than_the_others() -> None:
    found = backtest(changing_world(), Params())
    assert found.red.share.low > found.others.share.high


def test_a_short_history_has_no_record_and_says_so() -> None:
    found = analyze(tables_of(orders("A", [10] * 8, silent=3), DAY))
    assert found.record is None
    assert any("too short" in note.says.template for note in found.notes)


def record_of(red: int, fixed: int, n: int) -> BackTest:
    def one(rule: str, stopped: int) -> RuleRecord:
        share = wilson(stopped, n)
        return RuleRecord(rule, n, stopped, share, found=None, lift=None, caught=Decimal(1))

    return BackTest((DAY,), 90, 9 * n, one("a", red), one("b", 1), one("c", fixed), one("d", 1))


@pytest.mark.parametrize(
    ("red", "fixed", "n", "few", "beaten"),
    [(20, 10, 40, False, False), (10, 10, 40, False, True), (5, 2, 10, True, False)],
)
def test_few_cases_and_a_better_simple_rule_are_said(
    red: int, fixed: int, n: int, few: bool, beaten: bool
) -> None:
    said = " ".join(note.template for note in record_notes(record_of(red, fixed, n)))
    assert ("read the range" in said) == few
    assert ("does not beat" in said) == beaten


def test_a_finding_keeps_its_id_while_the_silence_lasts() -> None:
    """A week later every threshold has moved; a task or a "not so" must not be lost by that."""
    tables = changing_world()
    before = analyze(tables.as_of(DAY - timedelta(7)), QUICK)
    after = analyze(tables, QUICK)
    ids = [
        {(one.code, one.subject.customer_id): one.id for one in found.findings if one.subject}
        for found in (before, after)
    ]
    last = [dict(zip(f.beyond.column("customer_id"), f.beyond.column("last_on"), strict=True))
            for f in (before, after)]  # fmt: skip
    same = [key for key in ids[0] if key in ids[1] and last[0][key[1]] == last[1][key[1]]]
    assert len(same) >= 2
    assert all(ids[0][key] == ids[1][key] for key in same)


def test_all_rows_beyond_add_up() -> None:
    found = analyze(changing_world(), QUICK)
    assert found.beyond.totals[-1] == sum(row[-1] for row in found.beyond.all_rows())
    assert found.beyond.row_count == len(found.beyond.all_rows())
    stakes = found.beyond.column("stake")
    assert list(stakes) == sorted(stakes, reverse=True)
    assert all(day_of(day_number(day)) > DAY for day in found.due.column("expected_on"))


def test_what_went_missing_first_is_told_before_what_fell_silent_with_the_customer() -> None:
    """Filters stopped in spring; machines went on until the customer fell silent altogether."""
    lines = []
    for n in range(8):
        quiet = (40, 180) if n == 0 else (n, n)
        for kind, silent in zip(("machines", "filters"), quiet, strict=True):
            own = orders(f"c{n}", [14, 13, 15, 14] * 16, silent=silent, category=kind)
            lines += [one | {"order_id": f"{kind}{one['order_id']}"} for one in own]
    found = analyze(tables_of(lines, DAY), QUICK)
    assert cell(found, "c0", "stopped") == ("filters",)
