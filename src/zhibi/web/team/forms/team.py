"""What is asked about a team and who joins it."""

from __future__ import annotations

from typing import Any

from django import forms

from zhibi.web.day import today
from zhibi.web.team.forms.edited import DAY, EditedForm
from zhibi.web.team.models import Team, User
from zhibi.web.team.tree import with_those_below
from zhibi.web.text import say


class TeamForm(EditedForm):
    """A name and the team above; never one of its own below."""

    class Meta:
        model = Team
        fields = ("name", "parent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call(name=say("Name"))
        others = Team.objects.filter(deleted_at=None).order_by("name", "pk")
        if self.instance.pk:
            others = others.exclude(pk__in=with_those_below(self.instance))
            self.initial["parent"] = self.instance.parent.uid if self.instance.parent else None
        self.fields["parent"] = forms.ModelChoiceField(
            others,
            label=say("Team above"),
            to_field_name="uid",
            required=False,
            empty_label=say("none: the top"),
        )


class JoinForm(forms.Form):
    """Who joins, from when on, and whether they lead."""

    person = forms.ModelChoiceField(User.objects.none(), to_field_name="uid")
    starts_on = forms.DateField(widget=DAY)
    is_lead = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        person.label, person.empty_label = say("Who"), say("choose")
        person.queryset = User.objects.filter(is_active=True).order_by("name", "pk")
        self.fields["starts_on"].label = say("From day")
        self.fields["starts_on"].initial = today
        self.fields["is_lead"].label = say("leads the team")


class DayForm(forms.Form):
    """From which day on something is no longer so."""

    on = forms.DateField(widget=DAY)
