"""A process killed at any moment leaves the version before or the one after, and no rubbish."""

from __future__ import annotations

import random
import shutil
import time
from decimal import Decimal
from pathlib import Path

import pytest
from tests.tables.lake_killed import run
from tests.tables.lake_rows import Imports, line, state

from zhibi.tables.lake import Lake
from zhibi.tables.lake.manifest import history
from zhibi.tables.lake.upkeep import files_of

pytestmark = pytest.mark.slow

COMMON = ("files written", "log written: order_lines", "log written: customers")
ENDING = ("manifest written", "manifest published", "cleaned")
IMPORT = ("staged", "compared", *COMMON, *ENDING)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace before each change and one after it, and the batches."""
    folder = tmp_path_factory.mktemp("worlds")
    given = Imports(folder, folder)  # only for its batches
    first = {"order_lines": [line("A", "1"), line("A", "2"), line("B", customer_id="C2")]}
    second = {"order_lines": [line("B", amount=Decimal(1)), line("D", customer_id="C3")]}
    third = {"order_lines": [line("E", customer_id="C1")]}
    (folder / "empty").mkdir()
    for name, before, tables in (
        ("one", "empty", first),
        ("two", "one", second),
        ("three", "two", third),
    ):
        shutil.copytree(folder / before, folder / name)
        run(folder / name, given.batches(tables), name)
    # Undoing what is not the last import takes its rows out one by one.
    shutil.copytree(folder / "three", folder / "undone")
    run(folder / "undone", None, "two")
    return folder


CHANGES = {
    "first import": ("empty", "one", "1-order_lines.parquet", "one"),
    "later import": ("one", "two", "2-order_lines.parquet", "two"),
    "undo": ("three", "undone", None, "two"),
}


@pytest.mark.parametrize(
    ("change", "moment"),
    [
        *(("later import", moment) for moment in IMPORT),
        *(("first import", moment) for moment in COMMON),
        *(("undo", moment) for moment in COMMON),
    ],
)
def test_killed_at_a_named_moment(worlds: Path, tmp_path: Path, change: str, moment: str) -> None:
    before, after, batch, import_id = CHANGES[change]
    batches = {"order_lines": worlds / batch} if batch else None
    workspace = tmp_path / "workspace"
    shutil.copytree(worlds / before, workspace)
    assert run(workspace, batches, import_id, moment=moment)

    is_done = moment in ("manifest published", "cleaned")
    imports = Imports(workspace, tmp_path)
    assert state(imports.lake) == state(Lake(worlds / (after if is_done else before)))

    if not is_done:
        assert not run(workspace, batches, import_id)
        assert state(imports.lake) == state(Lake(worlds / after))
    imports.commit("next", order_lines=[line("Z")])
    assert no_leftovers(workspace)


def no_leftovers(workspace: Path) -> bool:
    """Whether every data file is one that some manifest names, and nothing temporary is left."""
    lake = workspace / "lake"
    there = {(path.parent.name, path.name) for path in lake.glob("*/*.parquet")}
    temporary = [*lake.glob("manifests/.*"), *lake.glob(".scratch")]
    return there == files_of(lake, history(lake)) and not temporary


@pytest.mark.long
def test_killed_at_fifty_random_moments(tmp_path: Path) -> None:
    chance = random.Random(20240503)
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    imports = Imports(prepared, tmp_path)

    def lines(orders: range, amount: int) -> list[dict[str, object]]:
        return [
            line(f"O{order}", str(number), customer_id=f"C{order % 997}", amount=Decimal(amount))
            for order in orders
            for number in range(3)
        ]

    imports.commit("first", order_lines=lines(range(20_000), 1))
    batches = imports.batches({"order_lines": lines(range(10_000, 30_000), 2)})
    before = state(imports.lake)
    whole = tmp_path / "whole"
    shutil.copytree(prepared, whole)
    began = time.perf_counter()
    assert not run(whole, batches, "second")
    takes = time.perf_counter() - began
    after = state(Lake(whole))
    outcomes = []
    for number in range(50):
        workspace = tmp_path / f"killed-{number}"
        shutil.copytree(prepared, workspace)
        run(workspace, batches, "second", after=chance.uniform(0, takes))
        lake = Lake(workspace)
        found = state(lake)
        assert found in (before, after)
        outcomes.append(found == after)
        if found == before:
            assert not run(workspace, batches, "second")
            assert state(lake) == after
        shutil.rmtree(workspace)
    assert not all(outcomes)
