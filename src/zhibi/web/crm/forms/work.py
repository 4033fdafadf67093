"""What is asked for a follow-up, a promise and a task: one line each, the rest may stay empty."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from zhibi.web.crm.access import people_for, today
from zhibi.web.crm.models import Account, FollowUp, Promise, Task, Treatment
from zhibi.web.fields import new_uid
from zhibi.web.team.forms.edited import DAY, EditedForm
from zhibi.web.team.models import User
from zhibi.web.text import say


class FollowUpForm(forms.ModelForm):
    """One sentence; the kind is guessed as a visit, the time is now."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = FollowUp
        fields = ("kind", "text", "contact", "at")
        widgets = {
            "text": forms.Textarea(attrs={"rows": 2}),
            "at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, say(kind)) for kind in FollowUp.Kind.values]
        self.fields["kind"].label = say("What was it")
        self.fields["text"].label = say("What happened, in one sentence")
        self.fields["contact"].label = say("With whom")
        self.fields["contact"].queryset = account.contacts.filter(deleted_at=None, erased_at=None)
        self.fields["contact"].to_field_name = "uid"
        self.fields["at"].label = say("When")
        self.fields["at"].required = False
        self.initial.setdefault("uid", new_uid())
        self.initial.setdefault("kind", FollowUp.Kind.VISIT)

    def clean_at(self) -> Any:
        at = self.cleaned_data["at"] or timezone.now()
        if timezone.localdate(at) > max(today(), timezone.localdate()):
            raise forms.ValidationError(
                say("This lies in the future; make it a task instead, or correct the day.")
            )
        return at


class PromiseForm(forms.ModelForm):
    """Who promised what, until when."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = Promise
        fields = ("is_ours", "text", "due_on")
        widgets = {"due_on": DAY, "is_ours": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_ours"] = forms.TypedChoiceField(
            label=say("Who promised"),
            choices=[("1", say("We did")), ("0", say("They did"))],
            coerce=lambda value: value == "1",
            widget=forms.RadioSelect,
            initial="1",
        )
        self.fields["text"].label = say("What was promised")
        self.fields["due_on"].label = say("Until when")
        self.initial.setdefault("uid", new_uid())


class TaskForm(forms.ModelForm):
    """What, who, until when."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Task
        fields = ("title", "assignee", "due_on")
        widgets = {"due_on": DAY}

    def __init__(self, *args: Any, by: User, account: Account | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].label = say("What is to be done")
        self.fields["assignee"].label = say("Who does it")
        self.fields["assignee"].queryset = people_for(by, account)
        self.fields["assignee"].to_field_name = "uid"
        self.fields["assignee"].empty_label = None
        self.fields["due_on"].label = say("Until when")
        self.initial.setdefault("uid", self.instance.uid)
        self.initial["version"] = self.instance.version
        if self.instance.assignee_id is None:
            self.initial.setdefault("assignee", by.uid)
        else:
            self.initial["assignee"] = self.instance.assignee.uid


class TreatmentForm(EditedForm):
    """One grade's row of the treatment table; the words it starts from are in the reader's
    language."""

    coverage = forms.CharField(max_length=60)
    selling_level = forms.CharField(max_length=60)
    contact_every_days = forms.IntegerField(min_value=1, max_value=730)
    discount_limit_percent = forms.IntegerField(min_value=0, max_value=100, required=False)
    payment_days = forms.IntegerField(min_value=0, max_value=730, required=False)
    response_hours = forms.IntegerField(min_value=1, max_value=720, required=False)
    support = forms.CharField(max_length=120, required=False)

    class Meta:
        model = Treatment
        fields = (
            "coverage", "selling_level", "contact_every_days", "discount_limit_percent",
            "payment_days", "response_hours", "support",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call(
            coverage=say("Coverage"),
            selling_level=say("Level of selling"),
            contact_every_days=say("Contact at least every … days"),
            discount_limit_percent=say("Discount up to … %"),
            payment_days=say("Payment within … days"),
            response_hours=say("Response within … hours"),
            support=say("Technical support"),
        )
        for name in ("coverage", "selling_level", "support"):
            self.initial[name] = say(self.initial[name]) if self.initial.get(name) else ""
