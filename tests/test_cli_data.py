"""The data commands as a user types them: what is printed, where to, and the exit code."""

from __future__ import annotations

import io
import sys
from collections import namedtuple

import duckdb
import pytest

from tests.tables.ingest.bringing import held, write
from zhibi import cli
from zhibi.tables.ingest import importing
from zhibi.tables.lake import writer
from zhibi.tables.lake.lock import one_writer
from zhibi.tables.warehouse import Connection
from zhibi.tables.workspace import Workspace

Ran = namedtuple("Ran", "code out err")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def zhibi(tmp_path, monkeypatch, capsys):
    """Run `zhibi …` in a fresh folder, without a terminal, in English."""
    (tmp_path / "w").mkdir()
    monkeypatch.chdir(tmp_path / "w")
    monkeypatch.setenv("LANG", "C.UTF-8")
    for variable in ("ZHIBI_LANG", "ZHIBI_HOME"):
        monkeypatch.delenv(variable, raising=False)

    def run(*words, stdin=None):
        monkeypatch.setattr(sys, "argv", ["zhibi", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", stdin or io.StringIO())
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ran(ended.value.code, out, err)

    return run


@pytest.fixture
def orders(tmp_path):
    return write(
        tmp_path / "orders.csv",
        "A1,C1,甲有限公司,2024-05-02,P1,1,100.00",
        "A2,C2,甲有限责任公司,2024-06-02,P1,1,50.00",
        "A3,C1,甲有限公司,2024-06-32,P1,1,7.00",
    )


@pytest.fixture
def workspace(zhibi):
    assert zhibi("init", "--currency", "cny").code == 0
    return Workspace.open()


def rows(workspace):
    found = held(workspace, "SELECT count(*) FROM lake")
    return found[0][0] if found else 0


def test_init_makes_a_workspace_once(zhibi):
    first, second = zhibi("init", "new", "--name", "岱川"), zhibi("init", "new")

    assert first.code == 0
    assert "zhibi import" in first.out
    assert second.code == 2
    assert "workspace already" in second.err


def test_without_a_workspace_the_sentence_says_how_to_make_one(zhibi, orders):
    ran = zhibi("import", orders)

    assert ran.code == 2
    assert "zhibi init" in ran.err


def test_an_import_is_shown_and_not_committed_without_a_terminal(zhibi, workspace, orders):
    ran = zhibi("import", orders)

    assert ran.code == 3
    assert "--yes" in ran.err
    assert "Rejected: 1 row" in ran.out
    assert rows(workspace) == 0


def test_yes_commits_and_names_the_file_of_rejects(zhibi, workspace, orders):
    ran = zhibi("import", orders, "--yes")

    assert ran.code == 0
    assert "Committed as i0001" in ran.out
    assert "rejected/orders.csv" in ran.out.replace("\n", "")
    assert rows(workspace) == 2


@pytest.mark.parametrize(("answer", "code", "committed"), [("y\n", 0, 2), ("n\n", 1, 0)])
def test_on_a_terminal_it_asks(zhibi, workspace, orders, answer, code, committed):
    ran = zhibi("import", orders, stdin=Terminal(answer))

    assert ran.code == code
    assert rows(workspace) == committed


def test_importing_again_says_that_nothing_is_new(zhibi, workspace, orders):
    zhibi("import", orders, "--yes")

    ran = zhibi("import", orders)

    assert ran.code == 0
    assert "holds all of this already" in ran.out


def test_imports_lists_what_undo_takes_back(zhibi, workspace, orders):
    zhibi("import", orders, "--yes")

    assert zhibi("undo", "i0001").code == 0

    assert rows(workspace) == 0
    listed = zhibi("imports").out
    assert "orders.csv" in listed
    assert "undone" in listed
    again = zhibi("undo", "i0001")
    assert again.code == 2
    assert "undone already" in again.err


def test_check_proposes_a_merge_that_works_and_is_undone(zhibi, workspace, orders):
    zhibi("import", orders, "--yes")
    assert "zhibi merge C1 C2" in zhibi("check").out

    def entities():
        return held(workspace, "SELECT count(DISTINCT entity_key) FROM lake", "customers")[0][0]

    assert zhibi("merge", "C1", "C2").code == 0
    assert entities() == 1
    assert "zhibi merge C1 C2" not in zhibi("check").out
    assert zhibi("unmerge", "C2").code == 0
    assert entities() == 2
    assert zhibi("undo", "i0003").code == 0
    assert entities() == 1
    assert zhibi("merge", "C1", "nobody").code == 2


def test_a_backup_is_restored_whole(zhibi, workspace, orders, tmp_path):
    zhibi("import", orders, "--yes")

    assert zhibi("backup", tmp_path / "b.tar").code == 0
    assert zhibi("restore", tmp_path / "b.tar", tmp_path / "again").code == 0

    assert rows(Workspace.open(tmp_path / "again")) == 2
    assert zhibi("restore", tmp_path / "b.tar", tmp_path / "again").code == 2


def test_totals_are_reconciled_to_the_cent(zhibi, workspace, orders):
    ran = zhibi("import", orders, "--total", "2024-05=100", "--total", "2024-06=57.00")

    assert "2024-05: agrees to the cent." in ran.out
    assert "2024-06: The total typed counts the rejected rows, 7.00." in ran.out
    zhibi("import", orders, "--yes")
    assert "2024-05: agrees to the cent." in zhibi("check", "--total", "2024-05=100.00").out


def test_columns_are_named_with_map_and_options_may_stand_anywhere(zhibi, workspace, tmp_path):
    path = write(tmp_path / "x.csv", "A1,C1,03-05-2024,113", header="甲,乙,丙,丁")
    named = [
        word
        for pair in ("甲=order_id", "乙=customer_id", "丙=order_date", "丁=amount_incl_tax")
        for word in ("--map", pair)
    ]

    ran = zhibi("import", path, *named, "--date-order", "dmy", "--tax-rate", "13%", "--yes")

    assert ran.code == 0
    assert held(workspace, "SELECT amount::TEXT, order_date::TEXT FROM lake") == [
        ("100.0000", "2024-05-03")
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("--total", "2024-13=5"),
        ("--total", "2024-05=much"),
        ("--tax-rate", "many"),
        ("--map", "客户编码"),
        ("--map", "无此列=order_id"),
        ("--map", "客户编码=no_field"),
        ("--preset", "no_such"),
        ("--encoding", "no_such"),
        ("--rates", "no_such.csv"),
    ],
)
def test_a_wrong_option_is_one_sentence(zhibi, workspace, orders, words):
    ran = zhibi("import", orders, "--yes", *words)

    assert (ran.code, rows(workspace)) == (2, 0)
    assert len(ran.err.strip().splitlines()) == 1


HEADER = "订单编号,客户编码,订单日期,金额"
BAD_FILES = {
    "empty.csv": b"",
    "header.csv": HEADER.encode() + b"\n",
    "binary.csv": bytes(range(256)) * 40,
    "pdf.xlsx": b"%PDF-1.7 ...",
    "zip.xlsx": b"PK\x03\x04" + b"\0" * 60,
    "zeros.csv": f"{HEADER}\nA1,C1,2024-05-02,0\nA2,C1,2024-05-02,0\n".encode(),
    "infinity.csv": f"{HEADER}\nA1,C1,2024-05-02,Infinity\nA2,C1,2024-05-02,NaN\n".encode(),
    "dates.csv": f"{HEADER}\nA1,C1,03-05-2024,5\nA2,C1,04-05-2024,6\n".encode(),
    "tax.csv": "订单编号,客户编码,订单日期,价税合计\nA1,C1,2024-05-02,113\n".encode(),
    "other.csv": "颜色,大小\n红,大\n蓝,小\n".encode(),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_imported_is_one_sentence(zhibi, workspace, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(BAD_FILES[name])

    ran = zhibi("import", path, "--yes")

    assert ran.code == 2
    assert name in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert rows(workspace) == 0


def test_a_missing_file_and_a_folder_are_one_sentence(zhibi, workspace, tmp_path):
    assert "nothing.csv" in zhibi("import", tmp_path / "nothing.csv", "--yes").err
    assert "folder" in zhibi("import", tmp_path, "--yes").err


def test_of_two_imports_at_once_one_is_refused_and_nothing_lost(zhibi, workspace, orders):
    with one_writer(workspace.folder, "import"):
        ran = zhibi("import", orders, "--yes")

    assert ran.code == 2
    assert "is being written by" in ran.err
    assert zhibi("import", orders, "--yes").code == 0


def test_a_workspace_that_cannot_be_written_is_one_sentence(zhibi, workspace, orders):
    scratch = workspace.folder / "scratch"
    scratch.write_text("a file where a folder should be")

    ran = zhibi("import", orders, "--yes")

    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_a_full_disk_is_said_before_anything_is_written(zhibi, workspace, orders, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(writer.shutil, "disk_usage", lambda _: usage(100, 100, 0))

    ran = zhibi("import", orders, "--yes")

    assert ran.code == 2
    assert "free some space" in ran.err
    assert workspace.lake.manifest().version == 0


def test_stopping_by_key_leaves_no_traceback(zhibi, workspace, orders, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "_prepare", stopped)

    ran = zhibi("import", orders, "--yes")

    assert ran.code == 130
    assert "nothing was changed" in ran.err


def test_everything_is_said_in_chinese_when_asked(zhibi, workspace, orders):
    ran = zhibi("import", orders, "--lang", "zh-CN")

    assert ran.code == 3
    assert "订单" in ran.out


def test_a_warehouse_is_tried_before_it_is_kept(zhibi, tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(
            "CREATE TABLE lines AS SELECT 'A1' AS nr, 'C1' AS customer_id, "
            "DATE '2024-05-02' AS order_date, 10.5 AS net, 'red' AS colour"
        )
    zhibi("init")
    words = ("connect", f"duckdb://{path}", "--table", "order_lines=lines", "--map", "nr=order_id")

    assert "--currency" in zhibi(*words, "--map", "net=amount").err
    missing = zhibi(*words, "--currency", "EUR")
    assert missing.code == 2
    assert "amount" in missing.err
    wrong = zhibi(*words, "--currency", "EUR", "--map", "colour=amount")
    assert wrong.code == 2
    assert "cannot be read as order_lines" in wrong.err
    assert Connection.load(Workspace.open().folder) is None
    right = zhibi(*words, "--currency", "EUR", "--map", "net=amount")
    assert right.code == 0
    assert "1 order lines, 2024-05-02" in right.out
    assert Workspace.open().settings.currency == "EUR"
    assert "not from files" in zhibi("check").err
