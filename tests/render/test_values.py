"""What each value reads like, exactly, in both languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from zhibi.locale import CHINESE, ENGLISH
from zhibi.render.values import Formatter, sparkline
from zhibi.result import Estimate, Figure, Sentence, Unit, Value

CASES: list[tuple[Value, Unit, str, str]] = [
    # value, unit, English, Chinese
    (Decimal("48620123.45"), Unit.MONEY, "48.6 M", "4,862 万"),
    (Decimal(18640000), Unit.MONEY, "18.6 M", "1,864 万"),
    (Decimal(2800000), Unit.MONEY, "2.80 M", "280 万"),
    (Decimal(123456789), Unit.MONEY, "123 M", "1.23 亿"),
    (Decimal(12345678901), Unit.MONEY, "12.3 bn", "123 亿"),
    (Decimal(950000), Unit.MONEY, "950 k", "95 万"),
    (Decimal(82000), Unit.MONEY, "82 k", "8.2 万"),
    (Decimal(12345), Unit.MONEY, "12 k", "1.23 万"),
    (Decimal(8200), Unit.MONEY, "¥8,200", "8,200 元"),
    (Decimal("12.5"), Unit.MONEY, "¥12.5", "12.5 元"),
    (Decimal("0.05"), Unit.MONEY, "¥0.05", "0.05 元"),
    (Decimal(0), Unit.MONEY, "0", "0"),
    (Decimal("-610000"), Unit.MONEY, "−610 k", "−61 万"),
    # the scale is chosen after rounding
    (Decimal("9999.6"), Unit.MONEY, "10 k", "1 万"),
    (Decimal("999999"), Unit.MONEY, "1.00 M", "100 万"),
    (Decimal("99999600"), Unit.MONEY, "100 M", "1 亿"),
    # half to even
    (Decimal("12500000"), Unit.MONEY, "12.5 M", "1,250 万"),
    (Decimal("1865000"), Unit.MONEY, "1.86 M", "186 万"),
    (Decimal("1875000"), Unit.MONEY, "1.88 M", "188 万"),
    (Decimal(2800000), Unit.MONEY_CHANGE, "+2.80 M", "+280 万"),
    (Decimal(-610000), Unit.MONEY_CHANGE, "−610 k", "−61 万"),
    (Decimal(-1200), Unit.MONEY_CHANGE, "−¥1,200", "−1,200 元"),
    (Decimal(0), Unit.MONEY_CHANGE, "0", "0"),
    (1204, Unit.COUNT, "1,204", "1,204"),
    (1, Unit.COUNT, "1", "1"),
    (Decimal("1250.5"), Unit.QUANTITY, "1,250", "1,250"),
    (3.15, Unit.QUANTITY, "3.15", "3.15"),
    (2.0, Unit.QUANTITY, "2", "2"),
    (0.814, Unit.SHARE, "81.4 %", "81.4%"),
    (1.0, Unit.SHARE, "100 %", "100%"),
    (0, Unit.SHARE, "0 %", "0%"),
    (1.026, Unit.SHARE, "102.6 %", "102.6%"),
    (0.0004, Unit.SHARE, "<0.1 %", "<0.1%"),
    (0.061, Unit.CHANGE, "+6.1 %", "+6.1%"),
    (-0.12, Unit.CHANGE, "−12.0 %", "−12.0%"),
    (1.714, Unit.CHANGE, "+171 %", "+171%"),
    (-0.0001, Unit.CHANGE, "0.0 %", "0.0%"),
    (0.035, Unit.POINTS, "+3.5 pts", "+3.5 个百分点"),
    (-0.002, Unit.POINTS, "−0.2 pts", "−0.2 个百分点"),
    (34, Unit.DAYS, "34 days", "34 天"),
    (1, Unit.DAYS, "1 day", "1 天"),
    (21.5, Unit.DAYS, "21.5 days", "21.5 天"),
    (date(2025, 9, 30), Unit.DATE, "30 September 2025", "2025 年 9 月 30 日"),
    (date(2025, 9, 1), Unit.MONTH, "Sep 2025", "2025 年 9 月"),
    (7.5, Unit.SCORE, "7.5", "7.5"),
    (5, Unit.SCORE, "5", "5"),
    (1.25, Unit.RATIO, "1.25", "1.25"),
    (2, Unit.RATIO, "2.00", "2.00"),
    ("青岛轮胎", Unit.NAME, "青岛轮胎", "青岛轮胎"),
    ("head", Unit.NAME, "head", "head"),
    ("head", Unit.TERM, "head", "头部"),
    ((), Unit.NAMES, "none", "无"),
    (("a",), Unit.NAMES, "a", "a"),
    (("a", "b"), Unit.NAMES, "a and b", "a、b"),
    (("a", "b", "c", "d"), Unit.NAMES, "a, b, c and d", "a、b、c、d"),
    (("a", "b", "c", "d", "e"), Unit.NAMES, "a, b, c and 2 others", "a、b、c 等 5 项"),
    ((1.0, 2.0, None, 4.0), Unit.TREND, "▃▅ █", "▃▅ █"),
    ((-1.0, 0.0, 1.0), Unit.TREND, "▁▅█", "▁▅█"),
    ((), Unit.TREND, "", ""),
    (None, Unit.MONEY, "–", "–"),
    (float("nan"), Unit.SHARE, "–", "–"),
    (float("inf"), Unit.RATIO, "–", "–"),
    (
        *(Estimate(950_000, 600_000, 1_400_000, 23), Unit.MONEY),
        *("0.95 M (0.6–1.4 M)", "95 万（60–140 万）"),
    ),
    (Estimate(0.43, 0.35, 0.52, 8), Unit.SHARE, "43 % (35–52 %)", "43%（35–52%）"),
    (Estimate(21, 18, 25, 46), Unit.DAYS, "21 days (18–25 days)", "21 天（18–25 天）"),
    (
        *(Estimate(-30_000, -80_000, 20_000, 8), Unit.MONEY_CHANGE),
        *("−30 k (−80 to +20 k)", "−3 万（−8 至 +2 万）"),
    ),
    (Estimate(12, 8, 17, 3), Unit.COUNT, "12 (8–17)", "12（8–17）"),
]


@pytest.mark.parametrize(("value", "unit", "english", "chinese"), CASES)
def test_value(value: Value, unit: Unit, english: str, chinese: str) -> None:
    assert Formatter(ENGLISH, "CNY").value(value, unit) == english
    assert Formatter(CHINESE, "CNY").value(value, unit) == chinese


EXACT: list[tuple[Value, Unit, str, str]] = [
    (Decimal("48620123.4500"), Unit.MONEY, "¥48,620,123.45", "48,620,123.45 元"),
    (Decimal("-1200.5"), Unit.MONEY, "−¥1,200.50", "−1,200.50 元"),
    (Decimal("2800000"), Unit.MONEY_CHANGE, "+¥2,800,000.00", "+2,800,000.00 元"),
    (0.81395, Unit.SHARE, "81.395 %", "81.395%"),
    (0.0001, Unit.SHARE, "0.01 %", "0.01%"),
    (("a", "b", "c", "d", "e"), Unit.NAMES, "a, b, c, d and e", "a、b、c、d、e"),
    (
        *(Estimate(950_000, 600_000, 1_400_000, 23), Unit.MONEY),
        *("¥0.95 M (0.6–1.4 M), n = 23", "95 万元（60–140 万元）, n = 23"),
    ),
    (None, Unit.MONEY, "–", "–"),
]


@pytest.mark.parametrize(("value", "unit", "english", "chinese"), EXACT)
def test_hover_is_exact(value: Value, unit: Unit, english: str, chinese: str) -> None:
    assert Formatter(ENGLISH, "CNY").hover(Figure(value, unit)) == english
    assert Formatter(CHINESE, "CNY").hover(Figure(value, unit)) == chinese


@pytest.mark.parametrize(
    ("currency", "english", "chinese"),
    [
        ("CNY", "¥48.6 M", "4,862 万元"),
        ("USD", "$48.6 M", "4,862 万美元"),
        ("EUR", "€48.6 M", "4,862 万欧元"),
        ("CHF", "CHF 48.6 M", "4,862 万 CHF"),
    ],
)
def test_alone_says_the_currency(currency: str, english: str, chinese: str) -> None:
    figure = Figure(Decimal("48620123.45"), Unit.MONEY)
    assert Formatter(ENGLISH, currency).alone(figure) == english
    assert Formatter(CHINESE, currency).alone(figure) == chinese


def test_yen_has_no_cents() -> None:
    assert Formatter(ENGLISH, "JPY").value(Decimal(1200), Unit.MONEY, exact=True) == "1,200"


def test_money_never_passes_through_a_float() -> None:
    amount = Decimal("98765432109876.54")
    assert Formatter(ENGLISH, "CNY").value(amount, Unit.MONEY, exact=True) == (
        "98,765,432,109,876.54"
    )


def test_sentence_fits_the_noun_to_the_number() -> None:
    formatter = Formatter(ENGLISH, "CNY")
    template = "{n:customer holds|customers hold} {share}."
    figures = {"share": Figure(0.8, Unit.SHARE)}
    one = Sentence(template, {**figures, "n": Figure(1, Unit.COUNT)})
    many = Sentence(template, {**figures, "n": Figure(1204, Unit.COUNT)})
    assert formatter.sentence(one) == "1 customer holds 80.0 %."
    assert formatter.sentence(many) == "1,204 customers hold 80.0 %."


def test_sentence_counts_names_with_their_own_word() -> None:
    names = Figure(("a", "b", "c", "d", "e"), Unit.NAMES)
    sentence = Sentence("{names:种}", {"names": names})
    assert Formatter(CHINESE, "CNY").sentence(sentence) == "a、b、c 等 5 种"
    assert Formatter(ENGLISH, "CNY").sentence(sentence) == "a, b, c and 2 others"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("华数机械", "前往华数机械洽谈。"),
        ("ABC", "前往 ABC 洽谈。"),
        ("华数 A", "前往华数 A 洽谈。"),
    ],
)
def test_chinese_sets_no_space_between_its_own_characters(name: str, said: str) -> None:
    sentence = Sentence("前往 {name} 洽谈。", {"name": Figure(name, Unit.NAME)})
    assert Formatter(CHINESE, "CNY").sentence(sentence) == said


def test_a_figure_the_sentence_lacks_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        Formatter(ENGLISH, "CNY").sentence(Sentence("{missing}"))


def test_sparkline_of_equal_numbers_is_flat() -> None:
    assert sparkline((5.0, 5.0)) == "██"
    assert sparkline((0.0, 0.0)) == "▁▁"
