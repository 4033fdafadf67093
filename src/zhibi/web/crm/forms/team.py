"""Who looks after an account: its owner, and who else sees it."""

from __future__ import annotations

from typing import Any

from django import forms

from zhibi.web.crm.access import owners_for, today
from zhibi.web.crm.models import Account
from zhibi.web.team.forms.edited import DAY
from zhibi.web.team.models import User
from zhibi.web.text import say


class OwnerForm(forms.Form):
    """One of those who may own it."""

    owner = forms.ModelChoiceField(queryset=User.objects.none(), to_field_name="uid")

    def __init__(self, *args: Any, by: User, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        owner.queryset = owners_for(by)
        owner.label, owner.empty_label = say("Owner"), None
        if account.owner:
            self.initial["owner"] = account.owner.uid


class CollaboratorForm(forms.Form):
    """Any colleague, to read or to edit, up to a day."""

    user = forms.ModelChoiceField(queryset=User.objects.none(), to_field_name="uid")
    may_edit = forms.BooleanField(required=False)
    ends_on = forms.DateField(required=False, widget=DAY)

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.filter(is_active=True).exclude(pk=account.owner_id)
        self.fields["user"].queryset = others.order_by("name", "pk")
        self.fields["user"].label = say("Colleague")
        self.fields["may_edit"].label = say("may edit, not only read")
        self.fields["ends_on"].label = say("Until (that day no more)")

    def clean_ends_on(self) -> Any:
        ends_on = self.cleaned_data["ends_on"]
        if ends_on and ends_on <= today():
            raise forms.ValidationError(say("This day is past; choose a later one, or none."))
        return ends_on
