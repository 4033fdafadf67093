"""The parameters of a question as a form, and as the part of an address after the question mark."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.urls import reverse

from zhibi.params import Param, params_of
from zhibi.render.labels import ParamLabel, labels_of
from zhibi.run import FIRST_YEAR, LAST_YEAR
from zhibi.web.insight.links import accounts_named
from zhibi.web.insight.pick import CUSTOMER, CustomerField
from zhibi.web.insight.question import Question
from zhibi.web.team.models import User
from zhibi.web.text import language, say

AS_OF = "as_of"
COMPARED = "compare_to"
DAYS = (AS_OF, COMPARED)
YES, NO = "true", "false"


class ParamsForm(forms.Form):
    """One field a parameter; what is left out or empty keeps its usual value."""

    def __init__(self, question: Question, query: Mapping[str, str], user: User) -> None:
        self.question = question
        self.user = user
        self.declared = params_of(question.params)
        usual = {one.name: _text(one.default) for one in self.declared}
        given = {name: query[name] for name in (*usual, *DAYS) if query.get(name, "").strip()}
        super().__init__({**usual, **given}, label_suffix="")
        labels = labels_of(question.name, question.params, language())
        for declared, label in zip(self.declared, labels, strict=True):
            self.fields[declared.name] = self._field(declared, label)
        self.fields[AS_OF] = _day_field(say("As of"))
        self.fields[COMPARED] = _day_field(say("Compare with the day"))

    def params(self) -> Any:
        """The Params of the method."""
        return self.question.params(**self._values())

    def day(self, name: str) -> date | None:
        found: date | None = self.cleaned_data[name]
        return found

    @property
    def query(self) -> str:
        """The shortest address of the same analysis: what is not as usual, in order."""
        usual = {one.name: one.default for one in self.declared}
        changed = {
            name: _text(value) for name, value in self._values().items() if value != usual[name]
        }
        days = {name: self.cleaned_data[name].isoformat() for name in DAYS if self.day(name)}
        return urlencode({**changed, **days})

    def said(self) -> list[tuple[str, str]]:
        """Label and value of each parameter that is not as usual."""
        usual = {one.name: one.default for one in self.declared}
        return [
            (str(self.fields[name].label), self._shown(name, value))
            for name, value in self._values().items()
            if value != usual[name]
        ]

    def _values(self) -> dict[str, Any]:
        return {one.name: _typed(one, self.cleaned_data[one.name]) for one in self.declared}

    def _field(self, declared: Param, label: ParamLabel) -> forms.Field:
        if declared.name != CUSTOMER:
            return _field(declared, label)
        field = CustomerField(self.user, label=label.label, help_text=label.help)
        pick = reverse("pick-customer", args=[self.question])
        field.widget.attrs = {
            "autocomplete": "off",
            "hx-get": pick,
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#customers",
            "hx-include": "closest form",
            "hx-sync": "this:replace",
            "aria-controls": "customers",
        }
        return field

    def _shown(self, name: str, value: Any) -> str:
        if name == CUSTOMER:
            account = accounts_named(self.user, [value]).get(value)
            return account.name if account else str(value)
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(_text(value), _text(value)))


def address_with(question: Question, query: QueryDict, changed: Mapping[str, str]) -> str:
    """The page of a question with what a form holds so far, but for what is `changed`."""
    names = [*(one.name for one in params_of(question.params)), *DAYS]
    held = {name: query[name] for name in names if query.get(name)}
    return f"{reverse('analysis', args=[question])}?{urlencode({**held, **changed})}"


def _field(declared: Param, label: ParamLabel) -> forms.Field:
    common: dict[str, Any] = {
        "label": f"{label.label} ({label.unit})" if label.unit else label.label,
        "help_text": label.help,
        "required": False,
    }
    if declared.choices:
        return forms.ChoiceField(choices=label.choices, error_messages=_no_choice(), **common)
    if declared.type is bool:
        choices = [(YES, say("yes")), (NO, say("no"))]
        return forms.ChoiceField(choices=choices, error_messages=_no_choice(), **common)
    if declared.is_day:
        return _day_field(common["label"], help_text=label.help)
    if declared.type in (int, float):
        return _number_field(declared, common)
    return forms.CharField(max_length=300, **common)


def _number_field(declared: Param, common: dict[str, Any]) -> forms.Field:
    kind = forms.IntegerField if declared.type is int else forms.FloatField
    low, high = declared.low, declared.high
    # A field of type number would drop what is no number, and nobody could see what to put right.
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 12})
    common = {**common, "widget": widget}
    wrong = say("This is no number; write one as {usual}.", usual=_text(declared.default))
    if low is None or high is None:
        return kind(error_messages={"invalid": wrong}, **common)
    if declared.type is int:
        low, high = int(low), int(high)
    outside = say("Must lie between {low} and {high}.", low=_text(low), high=_text(high))
    return kind(
        min_value=low,
        max_value=high,
        error_messages={"invalid": wrong, "min_value": outside, "max_value": outside},
        **common,
    )


class _DayField(forms.DateField):
    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(
                say(
                    "Out of reach; choose a day of the years {first} to {last}.",
                    first=str(FIRST_YEAR),
                    last=str(LAST_YEAR),
                )
            )
        return day


def _day_field(label: str, help_text: str = "") -> forms.DateField:
    return _DayField(
        label=label,
        help_text=help_text,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": say("This is no day; write it as 2024-12-31.")},
    )


def _no_choice() -> dict[str, str]:
    return {"invalid_choice": say("Choose one of the list.")}


def _typed(declared: Param, value: Any) -> Any:
    """What a field gave, as the type of the parameter; the usual value for nothing."""
    if value is None or value == "":
        return "" if declared.type is str and not declared.choices else declared.default
    if declared.type is bool:
        return value == YES
    if isinstance(value, date):
        return value.isoformat()
    return declared.type(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)
