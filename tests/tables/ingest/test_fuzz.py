"""Real files, damaged: an import ends in one sentence, or accounts for every row."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import duckdb
import pytest
from tests.tables.ingest.bringing import OPTIONS, held, make_workspace
from tests.tables.ingest.mutations import mutated

from zhibi.cli import preview
from zhibi.errors import ZhibiError
from zhibi.locale import LANGUAGES, explain
from zhibi.tables.ingest.importing import ImportPlan, prepare
from zhibi.tables.workspace import Workspace

SECONDS = 60  # one import takes less than one; this is for what hangs


def state(workspace: Workspace) -> dict[str, bytes]:
    """What the workspace holds, but for empty folders and locks."""
    return {
        str(path.relative_to(workspace.folder)): path.read_bytes()
        for path in sorted(workspace.folder.rglob("*"))
        if path.is_file() and path.name not in (".lock", "lock")
    }


def try_import(number: int, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Prepare, show and commit a damaged import; what came of it."""
    given = mutated(number)
    workspace = make_workspace(folder / "w", currency="")
    files = given.write(folder / "files")
    before = state(workspace)
    began = time.monotonic()
    try:
        with prepare(files, workspace, OPTIONS) as plan:
            assert_accounts(plan)
            for language in LANGUAGES:
                preview.show(plan.report, language, is_brief=False)
            capsys.readouterr()
            assert {k: v for k, v in state(workspace).items() if "scratch" not in k} == before
            plan.commit()
            assert_committed(plan)
        came = "committed"
    except ZhibiError as problem:
        assert_said(problem)
        assert state(workspace) == before
        came = "refused"
    except Exception as problem:
        problem.add_note(f"mutation {number}: {'; '.join(given.done)}")
        raise
    assert time.monotonic() - began < SECONDS, f"mutation {number} took too long"
    return came


def assert_said(problem: ZhibiError) -> None:
    """One line in either language; a name from the file is in it as it is."""
    for language in LANGUAGES:
        assert explain(problem, language).strip()


def assert_accounts(plan: ImportPlan) -> None:
    """Rows read = new + changed + unchanged + rejected + left out, by table and by sheet; and
    each rejected row says why."""
    assert plan.report.tables
    assert all(table.is_accounted for table in plan.report.tables)
    for sheet in plan.report.sheets:
        counted = sheet.kept + sheet.rejected + sheet.left_out + len(sheet.set_aside)
        assert sheet.table is None or sheet.rows == counted
    for checked in plan.checked:
        rejected = duckdb.read_parquet(str(checked.rejected))  # noqa: F841 - by name, below
        (found,) = duckdb.sql(
            "SELECT count(DISTINCT row), count(*) FILTER (coalesce(reason, '') = '') FROM rejected"
        ).fetchall()
        assert found == (checked.rejected_count, 0)


def assert_committed(plan: ImportPlan) -> None:
    """The lake holds what the preview said; and customers that are known by their id only."""
    for table in plan.report.tables:
        rows = held(plan.workspace, "SELECT count(*) FROM lake", table.table)
        count = rows[0][0] if rows else 0
        assert count == table.change.rows_new or (
            table.table == "customers" and count > table.change.rows_new
        )


def test_damaged_real_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = []
    for number in range(20):
        folder = tmp_path / str(number)
        outcomes.append(try_import(number, folder, capsys))
        shutil.rmtree(folder)
    assert {"committed", "refused"} == set(outcomes)


@pytest.mark.long
@pytest.mark.parametrize("first", range(1_000, 5_000, 100))
def test_thousands_of_damaged_real_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], first: int
) -> None:
    for number in range(first, first + 100):
        folder = tmp_path / str(number)
        try_import(number, folder, capsys)
        shutil.rmtree(folder)
