"""The page asks for what it has fields for: none of its sentences names an option of a command."""

from __future__ import annotations

import re
from pathlib import Path

import zhibi.tables.ingest
from zhibi.errors import ZhibiError
from zhibi.web.data.asking import ON_THE_PAGE, on_the_page
from zhibi.web.data.seen import problem

INGEST = Path(zhibi.tables.ingest.__file__).parent
TEXTS = re.sub(r'["\']\s*\n\s*["\']', "", "".join(f.read_text() for f in INGEST.glob("*.py")))


def test_each_sentence_is_one_of_the_core() -> None:
    for part, own in ON_THE_PAGE:
        assert part in TEXTS, part
        assert "--" not in own.template


def test_a_field_is_named_in_words() -> None:
    error = ZhibiError(
        "{file} has no column for {field} of {table} among its headers {headers}; name it with "
        '--map "HEADER={field}".',
        file="a.csv",
        field="customer_id",
        table="order_lines",
        headers="x, y",
    )
    assert on_the_page(error).template.endswith("choose below which one it is.")
    assert problem(error)["zh-CN"] == "a.csv 里没有认出“客户编码”这一列；请在下面选择是哪一列。"
