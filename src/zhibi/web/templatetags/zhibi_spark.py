"""A row of numbers as small bars, with the same in words for who does not see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from zhibi.render import cells
from zhibi.web.text import say

register = template.Library()


@register.filter
def spark(numbers: Sequence[Any] | None) -> SafeString:
    """The bars of a report, said as numbers; nothing where there are none."""
    if not numbers:
        return SafeString()
    label = say("Month by month, the latest last: {numbers}", numbers=cells.sparkline_text(numbers))
    return mark_safe(cells.spark(numbers, label))  # noqa: S308 - escaped there
