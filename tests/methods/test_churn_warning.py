"""Warnings held against planted stops, and against what nobody could have known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from tests.methods.given import line, tables_of

from zhibi.measures.churn_record import band_of, churn_record
from zhibi.measures.churn_rules import CHANCE, INTERVAL, SILENT, ChanceToStop, scores
from zhibi.measures.order_days import order_days
from zhibi.measures.periods import Period
from zhibi.measures.rhythm import Rule, segments
from zhibi.measures.rhythm_record import Asked, rhythm_at
from zhibi.methods.churn_warning import Params, analyze
from zhibi.tables.tables import Tables

START, DAY = date(2021, 1, 1), date(2024, 12, 31)
ASKED = Asked(Rule(), 24, "group")


def company(*, accounts: int = 150, seed: int = 1) -> list[dict]:
    """Accounts that order every 5 to 80 days, regularly; each order is the last one with a chance
    of the account's own. Silent for 30 days is much for some and nothing for others."""
    rng = np.random.default_rng(seed)
    lines = []
    for n in range(accounts):
        usual, last = float(np.clip(rng.gamma(3, 8), 5, 80)), rng.beta(0.6, 14)
        day, step = START + timedelta(days=int(rng.integers(0, 1200))), 0
        while day <= DAY:
            lines.append(line(f"c{n:03}", f"{n}-{step}", day, 100, cost=Decimal(60)))
            if rng.random() < last:
                break
            day += timedelta(days=max(int(usual * rng.lognormal(0, 0.3)), 1))
            step += 1
    return lines


@pytest.fixture(scope="module")
def tables() -> Tables:
    return tables_of(company(), DAY)


def test_the_signs_find_planted_stops_better_than_the_rule_of_thumb(tables: Tables) -> None:
    found = analyze(tables)
    record = found.record
    assert record is not None
    by_rule = {one.rule: one for one in record.records}
    assert set(by_rule) == {INTERVAL, SILENT, CHANCE, "all three together"}
    assert by_rule[INTERVAL].stopped > by_rule[SILENT].stopped
    assert record.chosen != SILENT
    assert by_rule[record.chosen].lift is not None
    assert by_rule[record.chosen].lift > 3
    assert len({one.marked for one in record.records}) == 1


def test_bands_say_what_followed(tables: Tables) -> None:
    """The share of each band, counted again cut by cut."""
    record, _ = churn_record(tables, ASKED)
    assert record is not None
    for at, told in enumerate(record.bands):
        hits = n = 0
        for cut in record.cuts:
            score = cut.scores[record.chosen]
            places = {
                account: (rank + 0.5) / len(score)
                for rank, account in enumerate(sorted(range(len(score)), key=lambda i: -score[i]))
            }
            limits = (0.0, 0.05, 0.20, 1.0)
            for account, place in places.items():
                if limits[at] < place <= limits[at + 1]:
                    n += 1
                    hits += bool(cut.followed.is_stopped[account])
        assert told is not None
        assert (told.n, told.value) == (n, hits / n)


def test_a_cut_sees_what_was_known_then(tables: Tables) -> None:
    """The scores at a past cut are those an analysis of that day gives."""
    cut = date(2023, 6, 30)
    seen = []
    for known in (tables, tables.as_of(cut)):
        days = order_days(known, Period(known.first_day, known.day), level="group")
        then = rhythm_at(days, cut, segments(known, days.keys), asked=ASKED)
        chance = ChanceToStop(days, known.first_day).at(cut)
        seen.append((days.keys, scores(then, chance)))
    (keys, whole), (keys_then, then_known) = seen
    at = np.searchsorted(keys, keys_then)
    assert whole.keys() == then_known.keys() == {INTERVAL, SILENT, CHANCE}
    for rule, score in then_known.items():
        assert whole[rule][at] == pytest.approx(score, rel=1e-9), rule


def test_what_could_not_be_known_is_not_known() -> None:
    """All order alike up to a cut, then a third never again: a warning that found them there
    would have read the future."""
    rng = np.random.default_rng(2)
    lines = []
    asked = Asked(Rule(), 24, "group", quarters=1)
    cut = date(2024, 10, 2)  # the last day with a whole horizon before DAY
    for n in range(300):
        for step, back in enumerate(range(0, 900, 20)):
            lines.append(line(f"c{n:03}", f"{n}-{step}", cut - timedelta(days=back + n % 5), 10))
        if rng.random() > 1 / 3:
            lines.append(line(f"c{n:03}", f"{n}-later", cut + timedelta(days=21), 10))
    record, _ = churn_record(tables_of(lines, DAY), asked)
    assert record is not None
    (one,) = record.cuts
    assert one.day == cut
    for rule, score in one.scores.items():
        stopped = one.followed.is_stopped
        above = np.mean(score[stopped][:, None] > score[~stopped][None, :])
        below = np.mean(score[stopped][:, None] < score[~stopped][None, :])
        assert abs(above - below) < 0.15, rule


def test_the_list_is_chance_times_margin_less_cost(tables: Tables) -> None:
    found = analyze(tables, Params(cost=100.0))
    assert found.found.values == "margin"
    keys = [column.key for column in found.keep.columns]
    for row in (dict(zip(keys, values, strict=True)) for values in found.keep.all_rows()):
        expected = Decimal(str(round(row["chance"].value, 6))) * row["value"]
        assert row["at_stake"] == expected.quantize(Decimal("0.01"))
        assert row["worth"] == row["at_stake"] - 100
        assert row["worth"] > 0
    stakes = [finding.stake for finding in found.findings if finding.subject]
    assert stakes == sorted(stakes, reverse=True)


def test_margin_unknown_means_sales() -> None:
    lines = [{**row, "cost": None} for row in company(accounts=20)]
    assert analyze(tables_of(lines, DAY)).found.values == "sales"


def test_a_short_history_gives_no_chance_and_says_so() -> None:
    lines = [row for row in company(accounts=20) if row["order_date"] >= date(2024, 6, 1)]
    found = analyze(tables_of(lines, DAY))
    assert found.record is None
    assert {row[8] for row in found.keep.rows} <= {None}
    assert any("too short" in note.says.template for note in found.notes)


def test_all_alike_leave_one_sign_out_and_say_so() -> None:
    lines = [
        line(f"c{n}", f"{n}-{step}", START + timedelta(days=30 * step), 10)
        for n in range(8)
        for step in range(48)
    ]
    found = analyze(tables_of(lines, DAY))
    assert found.record is not None
    assert CHANCE not in {one.rule for one in found.record.records}
    assert any("could not be learnt" in note.says.template for note in found.notes)


def test_bands_by_hand() -> None:
    assert band_of(np.array([0.1, 0.9, 0.5, 0.2])).tolist() == [2, 1, 2, 2]
    assert np.bincount(band_of(np.arange(100.0))).tolist() == [5, 15, 80]
