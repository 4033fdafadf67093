"""Orders that are rare but right: they are imported, and every command gives a result or a
sentence. In the process of the test, as there are many."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.faults.shell import lines
from tests.tables.ingest.bringing import HEADER, held, make_workspace, write

from zhibi import cli, methods
from zhibi.tables.workspace import Workspace

pytestmark = pytest.mark.slow

FORMULA = "=cmd|'/C calc'!A0"
ONE = "A1,C1,甲有限公司,2024-05-02,P1,1,100.00"
Zhibi = Callable[..., tuple[int, str]]


@pytest.fixture
def zhibi(tmp_path: Path, monkeypatch: Any, capsys: Any) -> Zhibi:
    """Run a command in a fresh workspace: its exit code, and what it printed."""
    monkeypatch.chdir(make_workspace(tmp_path / "w").folder)
    monkeypatch.setenv("ZHIBI_LANG", "en")

    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["zhibi", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        code = ended.value.code or 0
        assert code in (0, 2), err
        assert code == 0 or len(err.strip().splitlines()) == 1, err
        return code, out + err

    return run


def _monthly(customer: str, amount: str, year: int = 2025) -> list[str]:
    return [
        f"{customer}{month},{customer},{customer}公司,{year}-{month:02}-11,P1,1,{amount}"
        for month in range(1, 13)
    ]


WORLDS = {
    "one order": [ONE],
    "one customer": _monthly("甲", "100.00"),
    "one day": [f"A{n},C{n},公司{n},2024-05-02,P1,1,{n}.00" for n in range(1, 9)],
    "fifty years apart": [*_monthly("甲", "5.00", 1975), *_monthly("乙", "7.00")],
    "returns only": _monthly("甲", "-100.00"),
    "nothing is left": [
        *_monthly("甲", "9.00"),
        *(row.replace("甲", "丙") for row in _monthly("甲", "-9.00")),
    ],
    "nearly all zero": [*_monthly("甲", "0"), "B1,C1,乙公司,2025-12-12,P1,1,0.01"],
    "amounts of a state": [*_monthly("甲", "99999999999999.99"), *_monthly("乙", "0.01")],
    "two names": ["A1,C1,甲公司,2024-05-02,P1,1,1", "A2,C1,乙公司,2024-05-03,P1,1,2"],
}  # fmt: skip
# What each method makes of such worlds is in test_every_method.py; here they come from a file and
# go through every command, which takes half a minute each.
QUICK = ("nothing is left",)


def assert_answered(zhibi: Zhibi, tmp_path: Path, world: str) -> None:
    rows = WORLDS[world]
    assert zhibi("import", write(tmp_path / "orders.csv", *rows), "--yes")[0] == 0
    assert held(Workspace.open(), "SELECT count(*) FROM lake") == [(len(rows),)]
    for name in methods.names():
        zhibi("analyze", name)
    zhibi("check")
    code, said = zhibi("report", "-o", "r.html")
    assert Path("r.html").exists() == (code == 0), said


@pytest.mark.parametrize("world", QUICK)
def test_every_command_answers(zhibi: Zhibi, tmp_path: Path, world: str) -> None:
    assert_answered(zhibi, tmp_path, world)


@pytest.mark.parametrize("world", sorted(set(WORLDS) - set(QUICK)))
def test_every_command_answers_in_all_worlds(zhibi: Zhibi, tmp_path: Path, world: str) -> None:
    assert_answered(zhibi, tmp_path, world)


def test_two_customers_with_one_id_are_asked_about(zhibi: Zhibi, tmp_path: Path) -> None:
    _, shown = zhibi("import", write(tmp_path / "orders.csv", *WORLDS["two names"]), "--yes")

    assert "? Several names under one number: 1 customer" in shown
    assert "C1: 甲公司 → 乙公司" in shown


def test_not_a_number_and_infinity_are_rejected_with_their_row(
    zhibi: Zhibi, tmp_path: Path
) -> None:
    bad = (ONE.replace("100.00", value) for value in ("NaN", "Infinity", "-inf", "1e999"))

    code, shown = zhibi("import", write(tmp_path / "orders.csv", *bad, "B" + ONE), "--yes")

    assert code == 0
    assert "Rejected: 4 rows" in shown
    assert "row 2, 不含税金额, NaN" in shown


def test_a_thousand_columns_and_a_cell_of_a_megabyte(zhibi: Zhibi, tmp_path: Path) -> None:
    header = ",".join([HEADER, "备注", *(f"自定义{n}" for n in range(992))])
    row = ",".join([ONE, "长" * (1 << 20), *["x"] * 992])

    code, shown = zhibi("import", write(tmp_path / "wide.csv", row, header=header), "--yes")

    assert code == 0
    assert len(shown) < 300_000
    assert held(Workspace.open(), "SELECT count(*) FROM lake") == [(1,)]


def test_formula_cells_give_their_value_or_are_named(zhibi: Zhibi, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (HEADER.split(","), [*ONE.split(",")[:6], "=1+1"], ["B", *ONE.split(",")[1:]]):
        book.active.append(row)
    book.save(tmp_path / "orders.xlsx")

    code, shown = zhibi("import", tmp_path / "orders.xlsx", "--yes")

    assert code == 0
    assert "G2" in shown
    assert "Rejected: 1 row" in shown


def test_names_that_are_formulas_are_neutral_wherever_they_go(zhibi: Zhibi, tmp_path: Path) -> None:
    name = FORMULA.replace(",", " ")
    rows = [row.replace("公司0", name) for row in lines()]
    bad = f"Z1,C9,{name},2025-13-45,P1,1,5"
    assert zhibi("import", write(tmp_path / "orders.csv", *rows, bad), "--yes")[0] == 0
    assert zhibi("report", "-o", "r.html")[0] == 0

    with Path("rejected/orders.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert f"'{name}" in cells
    assert not any(cell.startswith("=") for cell in cells)
    book = openpyxl.load_workbook("r.xlsx")
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert any(str(cell.value) == name for cell in found)
    assert not any(cell.data_type == "f" for cell in found)
    page = Path("r.html").read_text()
    assert name.replace("'", "&#39;") in page
