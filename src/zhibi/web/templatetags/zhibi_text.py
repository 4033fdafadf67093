"""Texts, numbers and days in templates: one way to write each, the same as in reports."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString

from zhibi.locale import translate
from zhibi.render.values import UNKNOWN, Formatter
from zhibi.result import Figure, Unit
from zhibi.web.text import language, said_again, say

register = template.Library()


@register.simple_tag
def t(template: str, **figures: object) -> SafeString:
    """`{% t "due on {day}" day=task.due_on|day %}`: in the reader's language, figures escaped
    unless they are markup of ours; `{n:account|accounts}` adds the English noun that fits."""
    text = escape(translate(template, language()))
    counted = {name: _Counted(conditional_escape(value)) for name, value in figures.items()}
    return format_html(text, **counted) if figures else text


class _Counted(SafeString):
    """A figure as it is written, which knows the noun that goes with it."""

    def __format__(self, nouns: str) -> str:
        one, _, many = nouns.partition("|")
        return f"{self!s} {one if self == '1' else many}" if nouns else str(self)


@register.filter
def in_language(texts: dict[str, Any] | None) -> Any:
    """What is kept in both languages, in the reader's."""
    return (texts or {}).get(language(), "")


@register.filter
def word(term: str) -> str:
    """A word of the glossary: `{{ contact.layer|word }}`; of a name in the code without its
    underscores."""
    said = say(term) if term else ""
    return said.replace("_", " ") if said.isidentifier() else said


@register.filter
def said(kept: dict[str, Any] | None) -> str:
    """A sentence kept as template and figures."""
    return said_again(kept)


@register.filter
def money(amount: Decimal | None) -> SafeString | str:
    """18.6万 with the exact amount on hover; a dash for what is not known."""
    return _number(amount, Unit.MONEY)


@register.filter
def exact(amount: Decimal | str) -> str:
    """Money to the cent, to be compared with other books."""
    return f"{Decimal(amount):,.2f}"


@register.filter
def count(number: int | None) -> SafeString | str:
    return _number(number, Unit.COUNT)


@register.filter
def share(value: float | None) -> SafeString | str:
    return _number(value, Unit.SHARE)


@register.filter
def change(value: float | None) -> SafeString | str:
    return _number(value, Unit.CHANGE)


@register.filter
def day(value: date | None) -> str:
    """A day as it is written in the reader's language."""
    if value is None:
        return UNKNOWN
    return _formatter().alone(Figure(value, Unit.DATE))


@register.filter
def moment(value: datetime | None) -> str:
    """A moment in the reader's time zone: the day and the time to the minute."""
    if value is None:
        return UNKNOWN
    local = timezone.localtime(value)
    return f"{day(local.date())} {local:%H:%M}"


def _number(value: Any, unit: Unit) -> SafeString | str:
    if value is None:
        return UNKNOWN
    figure = Figure(value, unit)
    formatter = _formatter()
    text, exact = formatter.alone(figure), formatter.hover(figure)
    if text == exact:
        return text
    return format_html('<span class="number" title="{}">{}</span>', exact, text)


def _formatter() -> Formatter:
    return Formatter(language(), settings.COMPANY.currency)
