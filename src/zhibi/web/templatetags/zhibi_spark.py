"""A row of numbers as small bars, with the same in words for who does not see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import template
from django.utils.safestring import SafeString, mark_safe

from zhibi.render import cells
from zhibi.web.text import say

register = template.Library()

HEIGHT: Final = 20.0
STEP: Final = 5  # a bar of four and a gap of one


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: str
    height: str
    is_last: bool


@register.filter
def bars(numbers: Sequence[Any]) -> list[Bar]:
    """One bar for each number, the highest 20 high. Negative and unknown ones have no height;
    a positive one is never so low that it disappears."""
    heights = [max(float(number or 0), 0.0) for number in numbers]
    top = max(heights, default=0.0) or 1.0
    made = []
    for place, height in enumerate(heights):
        tall = max(height / top * HEIGHT, 1.0 if height else 0.0)
        made.append(
            Bar(place * STEP, f"{HEIGHT - tall:.1f}", f"{tall:.1f}", place == len(heights) - 1)
        )
    return made


@register.filter
def width(bars: Sequence[Bar]) -> int:
    """How wide the picture of these bars is."""
    return len(bars) * STEP


@register.filter
def spark(numbers: Sequence[Any] | None) -> SafeString:
    """The bars of a report, said as numbers; nothing where there are none."""
    if not numbers:
        return SafeString()
    label = say("Month by month, the latest last: {numbers}", numbers=cells.sparkline_text(numbers))
    return mark_safe(cells.spark(numbers, label))  # noqa: S308 - escaped there
