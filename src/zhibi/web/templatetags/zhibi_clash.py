"""What two people wrote into the same form, side by side."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BaseForm
from django.utils.formats import localize

from zhibi.render.values import UNKNOWN
from zhibi.web.team.actions.edit import EditedMeanwhileError

register = template.Library()
SHOWN_AS = {"parent": "above"}  # column → the field of the form that sets it


@register.filter
def beside(clash: EditedMeanwhileError, form: BaseForm) -> list[tuple[str, str, str]]:
    """Label, what it is now, what was typed: of each field that the form asks."""
    rows = []
    for one in clash.clashes:
        field = form.fields.get(SHOWN_AS.get(one.field, one.field))
        if field is not None:
            choices = dict(getattr(field, "choices", None) or ())
            rows.append((str(field.label), _text(one.theirs, choices), _text(one.mine, choices)))
    return rows


def _text(value: Any, choices: dict[Any, Any]) -> str:
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, str) and value in choices:
        return str(choices[value])
    return str(localize(value))
