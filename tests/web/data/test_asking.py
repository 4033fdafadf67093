"""The page asks for what it has fields for: none of its sentences names an option of a command."""

from __future__ import annotations

from tests.messages import messages
from zhibi.errors import ZhibiError
from zhibi.web.data.asking import ON_THE_PAGE, on_the_page
from zhibi.web.data.seen import problem


def test_each_sentence_is_one_of_the_core() -> None:
    said = messages()
    for core, own in ON_THE_PAGE.items():
        assert said[core].startswith("tables/ingest/"), core
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
