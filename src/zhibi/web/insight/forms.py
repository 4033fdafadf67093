"""What is asked of people: why a finding is not so, until when it can wait, how a page is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from zhibi.web.crm.access import today
from zhibi.web.fields import new_uid
from zhibi.web.insight.models import SavedAnalysis
from zhibi.web.jobs.models import Schedule
from zhibi.web.team.forms.edited import DAY
from zhibi.web.text import say

USUAL_WAIT = timedelta(days=14)


class NotSoForm(forms.Form):
    """The reason is what makes the next run of the analysis better."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["reason"] = forms.CharField(
            max_length=300,
            label=say("Why is it not so"),
            help_text=say("In one sentence; colleagues who see this finding read it."),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"required": say("Say in one sentence why it is not so.")},
        )


class LaterForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["until"] = forms.DateField(
            label=say("Not before"),
            widget=DAY,
            input_formats=["%Y-%m-%d"],
            initial=today() + USUAL_WAIT,
            error_messages={
                "required": say("Name a day."),
                "invalid": say("This is no day; write it as 2024-12-31."),
            },
        )

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until <= today():
            raise forms.ValidationError(say("Choose a day after today."))
        return until


class SaveForm(forms.ModelForm):
    """Under which name, and how often it is made anew."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = SavedAnalysis
        fields = ("name", "every")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["name"].label = say("Name")
        self.fields["name"].error_messages = {"required": say("Give it a name.")}
        self.fields["every"] = forms.ChoiceField(
            label=say("Refreshed"),
            required=False,
            choices=[
                ("", say("when it is opened")),
                (Schedule.Every.DAY, say("every day")),
                (Schedule.Every.WEEK, say("every Monday")),
                (Schedule.Every.MONTH, say("on the first of each month")),
            ],
        )
        self.initial.setdefault("uid", new_uid())
