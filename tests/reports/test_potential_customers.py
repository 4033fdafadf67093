"""The report on potential customers: of the demo company, and without any."""

from __future__ import annotations

import pytest
from tests.methods.given import line, tables_of
from tests.reports.reviewed import reviewed, shown
from tests.usual import DAY

from zhibi import run
from zhibi.errors import ZhibiError
from zhibi.reports.document import Report


@pytest.fixture(scope="module")
def potential(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return reviewed("daichuan", "potential-customers", tmp_path_factory)


def test_potential_customers_are_those_without_an_order(potential: Report) -> None:
    tables = shown(potential)
    assert sum(r["accounts"] for r in tables["prospects_by_source"]) == 62
    assert all(r["kind"] != "长期合作伙伴" for r in tables["3_customers"])
    conversion = {r["source"]: r for r in tables["conversion_by_source"]}
    assert conversion["转介绍"]["share"].low > conversion["展会"]["share"].high


def test_without_anybody_to_win_it_is_said() -> None:
    tables = tables_of([line("c1", "o1", DAY, 100)], DAY)
    with pytest.raises(ZhibiError, match="no potential customer"):
        run.compose(tables, "potential-customers")
