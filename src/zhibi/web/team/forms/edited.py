"""A form over a record that somebody else may be changing at the same time."""

from __future__ import annotations

from typing import Any, Self

from django import forms
from django.http import QueryDict

from zhibi.web.team.actions.edit import EditedMeanwhileError
from zhibi.web.text import say

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class EditedForm(forms.ModelForm):
    """Carries the version that was opened, and for a new record the uid it will have: sent twice,
    it is the same record."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    data: QueryDict

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("uid", self.instance.uid)
        self.initial.setdefault("version", self.instance.version)

    def values(self) -> dict[str, Any]:
        """What was typed, by column."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    def with_version_of(self, clash: EditedMeanwhileError) -> Self:
        """The form as it was sent, to be sent again knowing what the other person did."""
        sent: QueryDict = self.data.copy()
        sent["uid"], sent["version"] = str(clash.record.uid), str(clash.record.version)
        self.data = sent
        return self

    def call(self, **labels: str) -> None:
        """Name the fields in the reader's language."""
        for name, label in labels.items():
            self.fields[name].label = label

    def offer(self, name: str, choices: dict[str, str]) -> None:
        """One of some words, or nothing; what an import wrote stays possible."""
        current = getattr(self.instance, name)
        if current and current not in choices:
            choices = {**choices, current: current}
        self.fields[name] = forms.ChoiceField(
            choices=[("", say("not known")), *choices.items()], required=False
        )
