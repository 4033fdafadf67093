"""What a form says of a parameter: every one of every method, in both languages."""

from __future__ import annotations

import re

import pytest

from zhibi import methods
from zhibi.locale import CHINESE, ENGLISH
from zhibi.params import params_of
from zhibi.render.labels import ParamLabel, label_of, labels_of


def labels(method: str, language: str) -> dict[str, ParamLabel]:
    params = methods.load(method).Params
    return {label.name: label for label in labels_of(method, params, language)}


@pytest.mark.parametrize("method", methods.names())
def test_every_parameter_reads_well(method: str) -> None:
    """A short label of its own, and in Chinese no Latin word that one types on a command line."""
    declared = [one.name for one in params_of(methods.load(method).Params)]
    for language in (CHINESE, ENGLISH):
        found = labels(method, language)
        assert list(found) == declared
        assert len({one.label for one in found.values()}) == len(declared)
        assert all(0 < len(one.label) <= 40 for one in found.values())
        assert all(one.help.endswith(("。", ".")) for one in found.values())
    for one in found.values():
        assert one.label[0].isupper()
        assert "_" not in one.label
        assert "_" not in one.help
    for one in labels(method, CHINESE).values():
        said = one.label + one.unit + "".join(label for _, label in one.choices)
        assert not re.search("[a-z]{2}", said)
        if one.choices:
            assert not re.search("[a-z]{2}", one.help)


def test_what_a_parameter_means_here_is_said_here() -> None:
    assert label_of("months", "sales_trend") == "Months"
    assert label_of("months", "purchase_rhythm") == "Months of history"
    assert labels("churn_warning", CHINESE)["horizon"].label == "停购判定"
    assert labels("health_score", CHINESE)["horizon"].label == "历史验证期"


def test_a_help_text_names_choices_by_their_labels() -> None:
    by = labels("customer_pyramid", CHINESE)["by"]
    assert by.choices == (("auto", "自动"), ("margin", "毛利"), ("sales", "销售额"))
    assert by.help.startswith("客户贡献按什么算；“自动”表示")


def test_units() -> None:
    assert labels("rfm", ENGLISH)["days"].unit == "days"
    assert labels("rfm", CHINESE)["days"].unit == "天"
    assert labels("concentration", CHINESE)["head"].unit == "0–1"
    assert labels("abc_migration", CHINESE)["to_day"].unit == ""
