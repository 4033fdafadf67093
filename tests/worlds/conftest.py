"""The demo company exported once, and its ledger as read back from the files."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.worlds.reading import LISTS, SALES_FILES, Listed, Row, SalesFile, read_list, read_sales

from zhibi.worlds.daichuan import SEED, daichuan
from zhibi.worlds.export import export
from zhibi.worlds.world import World


@pytest.fixture(scope="session")
def world() -> World:
    return daichuan()


@pytest.fixture(scope="session")
def again() -> World:
    """The same world made anew, not the one in the cache."""
    return daichuan.__wrapped__(SEED)


@pytest.fixture(scope="session")
def other() -> World:
    return daichuan.__wrapped__(SEED + 1)


@pytest.fixture(scope="session")
def folder(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("daichuan")
    export(world, folder)
    return folder


@pytest.fixture(scope="session")
def sales(folder: Path) -> dict[str, SalesFile]:
    return {key: read_sales(folder, key) for key in SALES_FILES}


@pytest.fixture(scope="session")
def lists(folder: Path) -> dict[str, Listed]:
    return {key: read_list(folder, key) for key in LISTS}


@pytest.fixture(scope="session")
def rows(sales: dict[str, SalesFile]) -> list[Row]:
    """What an accountant would count: posted, with a customer, each line once."""
    found = {
        (row.order_id, row.line_no): row
        for file in sales.values()
        for row in file.rows
        if row.status == "已审核" and row.customer_id
    }
    return list(found.values())
