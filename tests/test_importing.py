"""A file from reading to undoing, by functions: no terminal, no question, every answer fit for
JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from zhibi import importing
from zhibi.errors import ZhibiError
from zhibi.importing import Answers, File, as_data
from zhibi.tables.settings import Settings
from zhibi.tables.workspace import Workspace

# The name of the amount is one that nobody could know.
GBK = """销售明细表
订单编号,客户编码,客户名称,下单日期,品名,搞头
SO-1,K001,青岛轮胎有限公司,2024/3/5,螺杆机,"12,000.50"
SO-2,K002,鲁岳工程机械有限公司,2024-03-18,滤芯,800
SO-3,K002,鲁岳工程机械有限公司,2024-04-01,滤芯,不详
SO-4,K001,青岛轮胎有限公司,2024年4月2日,干燥机,300
"""
TOLD = Answers(kind="order_lines", columns={"搞头": "amount"})


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "workspace", Settings(currency="CNY"))


@pytest.fixture
def upload(tmp_path: Path) -> File:
    """As the web keeps it: under a name of its own, without an ending."""
    path = tmp_path / "0198c2f4"
    path.write_bytes(GBK.encode("gbk"))
    return File(path, "C:\\导出\\3月 销售.csv")


def test_what_was_understood(workspace: Workspace, upload: File) -> None:
    (found,) = importing.read(workspace, [upload])
    assert (found.name, found.kind, found.rows) == ("3月 销售.csv", "order_lines", 4)
    assert found.encoding
    assert found.encoding.lower().startswith("gb")
    assert (found.header_row, found.delimiter, found.titles) == (2, ",", ("销售明细表",))
    assert found.missing == ("amount",)
    columns = {one.header: one for one in found.columns}
    assert columns["下单日期"].target == "order_date"
    assert columns["下单日期"].samples[:2] == ("2024/3/5", "2024-03-18")
    assert columns["搞头"].target is None
    assert "amount" in found.choices
    (told,) = importing.read(workspace, [upload], TOLD)
    assert told.missing == ()
    assert {one.header: one.reason for one in told.columns}["搞头"] == "given"


def test_a_file_through_all_steps(workspace: Workspace, upload: File, tmp_path: Path) -> None:
    steps: list[tuple[str, str]] = []
    before = importing.check(
        workspace,
        [upload],
        TOLD,
        totals={"2024-03": Decimal("12800.50")},
        rejects_into=tmp_path / "rejects",
        language="zh-CN",
        progress=lambda step, what: steps.append((step, what)),
    )
    assert before.data_version == 0
    assert steps[0] == ("Reading", "3月 销售.csv")
    (lines,) = (one for one in before.report.tables if one.table == "order_lines")
    assert (lines.rows_read, lines.rejected, lines.change.rows_new) == (4, 1, 3)
    assert before.reconciled[0].difference == 0
    (rejected,) = before.rejected
    assert "SO-3" in (text := rejected.read_text("utf-8-sig"))
    assert "3月 销售.csv" in text
    assert importing.history(workspace) == ()

    done = importing.commit(workspace, [upload], TOLD, data_version=before.data_version)
    assert done.commit
    assert done.commit.import_id == "i0001"
    assert done.rejected[0].parent == workspace.folder / "rejected"
    (kept,) = importing.history(workspace)
    assert kept.about["files"][0]["name"] == "3月 销售.csv"

    again = importing.commit(workspace, [upload], TOLD)
    assert again.commit is None
    importing.undo(workspace, "i0001")
    assert [one.undone_by for one in importing.history(workspace)] == [2, None]


def test_a_preview_of_another_state_is_refused(workspace: Workspace, upload: File) -> None:
    before = importing.check(workspace, [upload], TOLD)
    importing.commit(workspace, [upload], TOLD)
    with pytest.raises(ZhibiError, match="was changed while"):
        importing.commit(workspace, [upload], TOLD, data_version=before.data_version)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_answer_is_fit_for_json(workspace: Workspace, upload: File, language: str) -> None:
    answers = (
        importing.read(workspace, [upload], TOLD),
        importing.check(workspace, [upload], TOLD),
        importing.commit(workspace, [upload], TOLD),
        importing.history(workspace),
    )
    data = [as_data(one, language) for one in answers]
    assert json.loads(json.dumps(data)) == data
    reject = data[1]["report"]["sheets"][0]["rejects"][0]
    assert reject["reason"] == {"en": "not a number", "zh-CN": "不是数"}.get(language)
    assert str(upload.path) not in json.dumps(data)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c.csv", "长" * 300 + ".csv", "\0", "x/.."]
)
def test_no_name_leads_out_of_the_workspace(
    workspace: Workspace, upload: File, name: str, tmp_path: Path
) -> None:
    (found,) = importing.read(workspace, [File(upload.path, name)])
    assert len(found.name) <= 60
    assert "/" not in found.name
    assert {one.name for one in tmp_path.iterdir()} == {"workspace", upload.path.name}


@pytest.mark.parametrize(("text", "rate"), [("13%", "0.13"), ("13", "0.13"), ("0.13", "0.13")])
def test_a_tax_rate_as_people_write_it(text: str, rate: str) -> None:
    assert importing.tax_rate_of(text) == Decimal(rate)


@pytest.mark.parametrize("text", ["much", "130%", "-1", "nan"])
def test_no_tax_rate(text: str) -> None:
    with pytest.raises(ZhibiError, match="no tax rate"):
        importing.tax_rate_of(text)
