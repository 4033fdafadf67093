"""What counts as come true: by hand, on both sides of each limit, and never before its time.

Looked at from 1 June 2024 for 30 days. A ordered in May and on 10 June; B ordered in May and no
more; C ordered in June 2023 and in June for less; D never before 20 June; E in May, and sent a
tenth of it back. D's order is the only one of all accounts that had never ordered.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.methods.given import line, tables_of

from zhibi.measures.foretold import FORETOLD, Event, Foretold, outcome
from zhibi.measures.rows import fetch
from zhibi.tables.tables import Tables

DAY = date(2024, 6, 1)


@pytest.fixture(scope="module")
def tables() -> Tables:
    lines = [
        line("A", "a1", date(2024, 5, 20), 100),
        line("A", "a2", date(2024, 6, 10), 100),
        line("B", "b1", date(2024, 5, 20), 100),
        line("C", "c1", date(2023, 6, 10), 50),
        line("C", "c2", date(2024, 6, 10), 49),
        line("D", "d1", date(2024, 6, 20), 100),
        line("E", "e1", date(2024, 5, 20), 100),
        line("E", "e2", date(2024, 6, 30), -10, line_kind="return"),
        line("F", "f1", date(2024, 5, 20), 100),
        line("F", "f2", date(2024, 6, 30), -9, line_kind="return"),
    ]
    return tables_of(lines, DAY + timedelta(days=30), [{"customer_id": "G", "name": "G"}])


def happened(tables: Tables, event: Event) -> dict[str, tuple[bool, bool]]:
    names = {row["customer_key"]: row["name"] for row in fetch(tables.customers)}
    found = outcome(tables, Foretold(event, 30), DAY)
    assert found is not None
    return {names[row["account_key"]]: (row["is_such"], row["happened"]) for row in fetch(found)}


@pytest.mark.parametrize(
    ("event", "such", "true"),
    [
        (Event.SILENT, "ABCEF", "BEF"),
        (Event.LESS, "C", "CEF"),
        (Event.RETURNED, "ABEF", "E"),
    ],
)
def test_to_whom_it_could_happen_and_did(
    tables: Tables, event: Event, such: str, true: str
) -> None:
    found = happened(tables, event)
    assert "".join(sorted(who for who, (is_such, _) in found.items() if is_such)) == such
    assert "".join(sorted(who for who, (_, did) in found.items() if did)) == true


def test_nothing_is_judged_before_its_days_are_over(tables: Tables) -> None:
    day_before = tables.as_of(tables.day - timedelta(days=1))
    for event in (Event.SILENT, Event.LESS, Event.RETURNED):
        assert outcome(day_before, Foretold(event, 30), DAY) is None


def test_what_is_said_when_its_days_are_over_foretells_nothing() -> None:
    loaded = FORETOLD["quarter_end_loading.loaded"]
    end = date(2024, 3, 31)
    assert loaded.since(said_on=end + timedelta(days=59), cause_on=end) == end
    assert loaded.since(said_on=end + timedelta(days=60), cause_on=end) is None
