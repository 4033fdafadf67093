"""How templates write figures and words."""

from __future__ import annotations

from django.template import Context, Template
from django.utils import translation


def written(template: str, **context: object) -> str:
    with translation.override("en"):
        return Template(template).render(Context(context))


def test_a_figure_has_the_noun_that_fits_it() -> None:
    template = '{% t "{late} is overdue at {n:account|accounts}" late=late n=n|count %}'
    assert written(template, late="<b>", n=1) == "&lt;b&gt; is overdue at 1 account"
    assert written(template, late="", n=0).endswith("at 0 accounts")
    assert written(template, late="", n=21).endswith("at 21 accounts")
    with translation.override("zh-hans"):
        chinese = Template(template).render(Context({"late": "5 万元", "n": 1}))
    assert chinese == "1 家客户逾期 5 万元"


def test_a_name_of_the_code_is_read_as_words() -> None:
    assert written('{{ "order_lines"|word }}') == "order lines"
    assert written("{{ typed|word }}", typed="a_b, {c}") == "a_b, {c}"
