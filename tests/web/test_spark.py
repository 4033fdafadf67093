"""Small bars of a row of numbers: one for each that is known, and the numbers in words."""

from __future__ import annotations

from decimal import Decimal

from django.utils import translation

from zhibi.web.templatetags.zhibi_spark import spark


def test_each_known_number_has_its_bar_and_its_word() -> None:
    with translation.override("en"):
        drawn = spark([Decimal(3), 0, None, 1234.5])
    assert drawn.count("<rect") == 3
    assert drawn.count('class="last"') == 1
    assert 'aria-label="Month by month, the latest last: 3 · 0 · – · 1,234"' in drawn
    assert "style=" not in drawn


def test_nothing_is_drawn_of_nothing() -> None:
    assert spark([]) == spark(None) == ""
