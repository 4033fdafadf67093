"""What was planted in the demo company, and whether its methods find it in the files as given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.samples import opened
from zhibi.methods import (
    churn_warning,
    customer_profitability,
    input_output,
    purchase_path,
    receivables,
    satisfaction,
)
from zhibi.result import Block, Estimate, Figure, Section, Severity
from zhibi.tables.tables import Tables
from zhibi.worlds.daichuan import daichuan
from zhibi.worlds.world import Story


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return opened("daichuan", tmp_path_factory)


def parts(blocks: tuple[Block, ...]) -> Iterator[Figure]:
    for block in blocks:
        if isinstance(block, Section):
            yield from parts(block.blocks)
        elif isinstance(block, Figure):
            yield block


def story(code: str) -> Story:
    return daichuan().truth.story(code)


def test_the_large_account_that_costs_more_than_it_brings(demo: Tables) -> None:
    thin = story("thin")
    found = customer_profitability.analyze(demo)
    loss = next(one for one in found.findings if one.subject)
    assert loss.subject is not None
    assert loss.subject.customer_id == thin.customer_ids[0]
    assert loss.severity is Severity.NOW
    (account,) = [a for a in found.found.accounts if a.customer_id == thin.customer_ids[0]]
    assert account.given_back == thin.facts["rebates"]
    assert account.margin == thin.facts["margin_after_rebates"]


def test_the_largest_silence_leads_the_list_of_whom_to_keep(demo: Tables) -> None:
    found = churn_warning.analyze(demo)
    assert found.keep.rows[0][0].startswith("华数机械")
    assert found.record is not None
    assert found.record.base is not None
    assert all(
        one.share is not None and one.share.low > found.record.base.high
        for one in found.record.records
    )


def test_what_is_owed_is_known_to_the_cent(demo: Tables) -> None:
    truth = story("open_balance").facts
    told = [block.value for block in parts(receivables.analyze(demo).blocks())]
    for figure in ("due_in_all", "open", "overdue", "retention_not_due", "unmatched"):
        assert truth[figure] in told, figure


def test_the_driver_of_contentment_and_the_content_who_buy_less(demo: Tables) -> None:
    found = satisfaction.analyze(demo)
    by_name = {one.name: one.importance for one in found.dimensions}
    delivery = by_name["delivery"]
    assert delivery is not None
    assert delivery.low > 0
    textile = story("content_but_less").customer_ids[0]
    told = [f.subject.customer_id for f in found.findings if f.subject and "less" in f.code]
    assert textile in told


def test_referrals_bring_buyers(demo: Tables) -> None:
    truth = story("prospects")
    found = purchase_path.analyze(demo)
    assert sum(one.outcome == "ended in an order" for one in found.journeys) == len(
        truth.customer_ids
    )


def test_the_seller_who_passes_by_her_best_customers(demo: Tables) -> None:
    truth = story("misallocated_effort").facts
    found = input_output.analyze(demo)
    (finding,) = [one for one in found.findings if one.code == "input_output.own_few"]
    figures = {name: figure.value for name, figure in finding.says.figures.items()}
    assert figures["name"] == truth["seller"]
    share = figures["share"]
    assert isinstance(share, Estimate)
    assert share.value == pytest.approx(float(str(truth["share_of_days"])), abs=0.0001)
    # Ours takes in two technicians, who own no customers.
    assert figures["usual"] == pytest.approx(float(str(truth["median_of_others"])), abs=0.02)
