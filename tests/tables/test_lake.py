"""Imports into the lake: units replaced whole, nothing lost, nothing twice."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from tests.tables.lake_rows import Imports, line, rows, state

from zhibi.errors import ZhibiError
from zhibi.tables.lake import Lake, Manifest
from zhibi.tables.lake.lock import one_writer


@pytest.fixture
def imports(tmp_path: Path) -> Imports:
    """A new workspace, under a name that needs quoting, and a place for batches."""
    workspace = tmp_path / "知彼's [1] #2"
    workspace.mkdir()
    return Imports(workspace, tmp_path)


def test_looking_at_a_new_lake_creates_nothing(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert lake.manifest() == Manifest()
    assert lake.files("order_lines") == ()
    assert lake.imports() == ()
    assert list(tmp_path.iterdir()) == []


def test_new_lines_are_kept_with_their_source_and_import(imports: Imports) -> None:
    done = imports.commit("i1", order_lines=[line("0012", amount=Decimal("12.3456"))])
    (change,) = done.changes
    assert (done.version, change.units_new, change.rows_new) == (1, 1, 1)
    held = rows(
        imports.lake,
        "order_lines",
        "source_system, order_id, amount, amount_original, currency, customer_key, import_id",
    )
    assert held == [("erp", "0012", Decimal("12.3456"), Decimal("12.3456"), None, 1, "i1")]


def test_the_same_file_twice_changes_nothing(imports: Imports) -> None:
    lines = [line("A", "1"), line("A", "2"), line("B")]
    imports.commit("i1", order_lines=lines)
    before = state(imports.lake)
    done = imports.commit("i2", order_lines=list(reversed(lines)))
    assert done.version == 1
    assert (done.changes[0].units_unchanged, done.changes[0].rows_unchanged) == (2, 3)
    assert state(imports.lake) == before
    assert [one.import_id for one in imports.lake.imports()] == ["i1"]


def test_a_changed_order_replaces_all_its_lines_and_leaves_others_alone(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A", "1"), line("A", "2"), line("B")])
    done = imports.commit("i2", order_lines=[line("A", "1", amount=Decimal(7)), line("A", "2")])
    assert (done.changes[0].units_changed, done.changes[0].rows_changed) == (1, 2)
    assert done.changes[0].rows_removed == 0
    held = rows(imports.lake, "order_lines", "order_id, line_no, amount, import_id")
    assert held == [
        ("A", "1", Decimal(7), "i2"),
        ("A", "2", Decimal(100), "i2"),
        ("B", "1", Decimal(100), "i1"),
    ]


def test_true_duplicates_in_an_order_are_lines_of_their_own(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A"), line("A")])
    assert len(rows(imports.lake, "order_lines")) == 2
    (change,) = imports.commit("i2", order_lines=[line("A")]).changes
    assert (change.units_changed, change.rows_removed, change.losing) == (1, 1, ("A",))


def test_null_and_empty_and_a_value_in_another_column_are_not_the_same(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A", product_id="x"), line("B", category="")])
    (change,) = imports.commit("i2", order_lines=[line("A", category="x"), line("B")]).changes
    assert change.units_changed == 2


@pytest.mark.parametrize(
    ("new", "lost"),
    [
        ([line("A", "1")], 1),
        ([line("A", "1"), line("A", "3")], 1),  # as many lines, but one that was there is gone
        ([line("A", "1"), line("A", "2"), line("A", "3")], 0),
    ],
)
def test_orders_that_would_lose_lines_are_announced(
    imports: Imports, new: list[dict[str, object]], lost: int
) -> None:
    imports.commit("i1", order_lines=[line("A", "1"), line("A", "2"), line("B")])
    batches = imports.batches({"order_lines": new})
    (change,) = imports.lake.compare(batches, source_system="erp")
    assert change.rows_removed == lost
    assert change.losing == (("A",) if lost else ())
    assert imports.lake.manifest().version == 1


def test_one_file_may_hold_the_known_the_changed_and_the_new(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A"), line("B")])
    (change,) = imports.commit(
        "i2", order_lines=[line("A"), line("B", amount=Decimal(1)), line("C")]
    ).changes
    assert (change.rows_unchanged, change.rows_changed, change.rows_new) == (1, 1, 1)
    held = rows(imports.lake, "order_lines", "order_id, amount, import_id")
    assert held == [("A", Decimal(100), "i1"), ("B", Decimal(1), "i2"), ("C", Decimal(100), "i2")]


def test_two_sources_may_use_the_same_ids(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A")])
    imports.commit("i2", "crm", order_lines=[line("A", amount=Decimal(5))])
    held = rows(imports.lake, "order_lines", "source_system, amount, customer_key")
    assert held == [("crm", Decimal(5), 2), ("erp", Decimal(100), 1)]
    imports.lake.compact()  # both in one file
    imports.commit("i3", "crm", order_lines=[line("A", amount=Decimal(6))])
    held = rows(imports.lake, "order_lines", "source_system, amount")
    assert held == [("crm", Decimal(6)), ("erp", Decimal(100))]


def test_a_compare_and_the_commit_after_it_say_the_same(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A"), line("B")])
    given = {"order_lines": [line("B", amount=Decimal(1)), line("C")]}
    said = imports.lake.compare(imports.batches(given), source_system="erp")
    assert imports.commit("i2", **given).changes == said


def test_a_reader_keeps_the_version_it_resolved(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A")])
    seen = imports.lake.manifest()
    imports.commit("i2", order_lines=[line("A", amount=Decimal(1)), line("B")])
    files = list(imports.lake.files("order_lines", seen))
    assert duckdb.execute(f"SELECT order_id, amount FROM read_parquet({files})").fetchall() == [
        ("A", Decimal(100))
    ]


def test_other_programs_can_read_the_tables(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A"), line("B", order_date=date(2025, 1, 1))])
    table = DeltaTable(imports.lake.folder / "lake" / "order_lines")
    actions = table.get_add_actions(flatten=True)
    assert actions.column("num_records").to_pylist() == [2]
    assert actions.column("min.order_date").to_pylist() == [date(2024, 5, 3)]
    assert actions.column("max.order_date").to_pylist() == [date(2025, 1, 1)]


S, R = {"line_kind": "sale"}, {"line_kind": "return"}
D1, D2 = date(2024, 1, 1), date(2024, 1, 2)


@pytest.mark.parametrize(
    ("lines", "marked"),
    [
        ([line("A", "2"), line("A", "1")], ["1"]),
        ([line("A", "10"), line("A", "9")], ["9"]),
        ([line("A", None, product_id="x"), line("A", "3")], ["3"]),
        ([line("A", "1", amount=Decimal(-5))], []),
        ([line("A", "1", amount=Decimal(0))], []),
        ([line("A", "1", line_kind="sample"), line("A", "2", **S)], ["2"]),
        ([line("A", "1", line_kind="rebate", amount=Decimal(50))], []),
        # Nothing is sold before the second day: the first day's return is larger.
        (
            [
                line("A", "1", order_date=D1, amount=Decimal(-50), **R),
                line("A", "2", order_date=D2, amount=Decimal(80), **S),
            ],
            ["2"],
        ),
        # A day that adds up to nothing is no day of selling.
        (
            [
                line("A", "1", order_date=D1, amount=Decimal(0)),
                line("A", "2", order_date=D2, amount=Decimal(80)),
            ],
            ["2"],
        ),
        # A later return that takes all back does not take the order back.
        (
            [
                line("A", "1", order_date=D2, amount=Decimal(-80), **R),
                line("A", "2", order_date=D1, amount=Decimal(80), **S),
            ],
            ["2"],
        ),
    ],
)
def test_one_line_stands_for_the_order(
    imports: Imports, lines: list[dict[str, object]], marked: list[str]
) -> None:
    imports.commit("i1", order_lines=lines)
    held = rows(imports.lake, "order_lines", "line_no, is_order")
    assert [number for number, is_order in held if is_order] == marked


def test_a_missing_required_value_is_refused_by_name(imports: Imports) -> None:
    with pytest.raises(ZhibiError, match=r"1 rows .* order_lines have no order_date"):
        imports.commit("i1", order_lines=[line("A"), line("B", order_date=None)])
    assert imports.lake.manifest().version == 0


def test_an_import_id_is_used_once(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A")])
    with pytest.raises(ZhibiError, match="i1 is in the lake already"):
        imports.commit("i1", order_lines=[line("B")])


def test_a_second_writer_is_told_who_the_first_is(imports: Imports) -> None:
    with (
        one_writer(imports.lake.folder, "import"),
        pytest.raises(ZhibiError, match=r"being written by .*import, process \d+.*try again"),
    ):
        imports.commit("i1", order_lines=[line("A")])
    imports.commit("i1", order_lines=[line("A")])


def test_a_full_disk_is_seen_before_anything_is_written(
    imports: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports.commit("i1", order_lines=[line("A")])
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Disk", (), {"free": 10 * 2**20}))
    with pytest.raises(ZhibiError, match=r"has 10 MB free, and this import needs about 64 MB"):
        imports.commit("i2", order_lines=[line("B")])
    assert imports.lake.manifest().version == 1


FULL = """
import resource, sys
from pathlib import Path
from zhibi.errors import ZhibiError
from zhibi.tables.lake import Lake
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
try:
    Lake(Path(sys.argv[1])).commit(
        {"order_lines": Path(sys.argv[2])}, source_system="erp", import_id="i2", about={})
except ZhibiError as problem:
    print(problem)
"""


def test_a_disk_that_fills_up_leaves_the_version_before(imports: Imports) -> None:
    """A limit on the size of files fails as a full disk does: in the middle of writing."""
    imports.commit("i1", order_lines=[line("A")])
    before = state(imports.lake)
    batches = imports.batches({"order_lines": [line(f"B{n}", str(n * 7919)) for n in range(9999)]})
    command = [sys.executable, "-c", FULL, imports.lake.folder, batches["order_lines"]]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "free some disk space" in ran.stdout.lower(), ran
    assert state(imports.lake) == before
    imports.commit("i3", order_lines=[line("C")])
    assert [row[0] for row in rows(imports.lake, "order_lines", "order_id")] == ["A", "C"]


@pytest.mark.parametrize("problem", [DeltaError("disk quota"), OSError(28, "disk quota")])
def test_a_log_that_cannot_be_written_leaves_the_version_before(
    imports: Imports, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    imports.commit("i1", order_lines=[line("A")])
    before = state(imports.lake)

    def fail(*given: object) -> None:
        raise problem

    with monkeypatch.context() as broken:
        broken.setattr(DeltaTable, "create_write_transaction", fail)
        with pytest.raises(ZhibiError, match="disk quota"):
            imports.commit("i2", order_lines=[line("B")])
    assert state(imports.lake) == before
    assert not (imports.lake.folder / "lake" / ".scratch").exists()
    assert imports.commit("i2", order_lines=[line("B")]).version == 2


def test_a_lake_that_cannot_be_written_is_one_sentence(imports: Imports) -> None:
    (imports.lake.folder / "lake").write_text("in the way")
    with pytest.raises(ZhibiError, match="could not be written"):
        imports.commit("i1", order_lines=[line("A")])


def test_a_workspace_that_cannot_be_locked_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(ZhibiError, match="make the folder writable"):
        Imports(tmp_path, tmp_path).commit("i1", order_lines=[line("A")])


def test_a_damaged_table_is_one_sentence(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A")])
    shutil.rmtree(imports.lake.folder / "lake" / "order_lines" / "_delta_log")
    with pytest.raises(ZhibiError, match="order_lines of the lake is damaged"):
        imports.lake.files("order_lines")


def test_a_newer_lake_is_refused(imports: Imports) -> None:
    imports.commit("i1", order_lines=[line("A")])
    path = imports.lake.folder / "lake" / "manifests" / "1.json"
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    with pytest.raises(ZhibiError, match="newer Zhibi"):
        imports.lake.manifest()


@pytest.mark.parametrize("content", ['{"version": 2, ', "{}", "[]", "\x00"])
def test_a_damaged_manifest_loses_nothing(imports: Imports, content: str) -> None:
    imports.commit("i1", order_lines=[line("A")])
    path = imports.lake.folder / "lake" / "manifests" / "1.json"
    whole = path.read_text()
    path.write_text(content)
    with pytest.raises(ZhibiError, match=r"manifests/1.json of the lake in .* is damaged"):
        imports.commit("i2", order_lines=[line("B")])
    path.write_text(whole)
    assert imports.commit("i2", order_lines=[line("B")]).version == 2
    assert rows(imports.lake, "order_lines", "order_id") == [("A",), ("B",)]


def test_a_path_that_delta_would_misread_is_refused(tmp_path: Path) -> None:
    workspace = tmp_path / "a%20b"
    workspace.mkdir()
    with pytest.raises(ZhibiError, match="rename the folder"):
        Imports(workspace, tmp_path).commit("i1", order_lines=[line("A")])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-order_lines.parquet", "a%20b"]


def test_compacting_changes_the_files_and_not_the_rows(imports: Imports) -> None:
    for number in range(3):
        imports.commit(f"i{number}", order_lines=[line(f"A{number}")])
    before = state(imports.lake)
    done = imports.lake.compact()
    assert (done.action, done.version) == ("compact", 4)
    assert len(imports.lake.files("order_lines")) == 1
    assert state(imports.lake) == before
    assert imports.lake.compact().version == 4
    imports.lake.undo("i1")
    assert [row[0] for row in rows(imports.lake, "order_lines", "order_id")] == ["A0", "A2"]
