"""What an administrator says about a person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from zhibi.web.fields import new_uid
from zhibi.web.team.models import Role, SellerName, User
from zhibi.web.text import say


class PersonForm(forms.ModelForm):
    """Name, role, and the names in order exports, one a line."""

    seller_names = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ("name", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = say("Name, as colleagues write it")
        self.fields["role"] = forms.ChoiceField(
            label=say("Role"), choices=[(role, say(role)) for role in Role.values]
        )
        names = self.fields["seller_names"]
        names.label = say("Names in order exports")
        names.help_text = say("One a line; their orders count as this person's.")
        if self.instance.pk:
            known = self.instance.seller_names.order_by("name").values_list("name", flat=True)
            self.initial["seller_names"] = "\n".join(known)

    def clean_seller_names(self) -> tuple[str, ...]:
        lines = str(self.cleaned_data["seller_names"]).splitlines()
        names = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
        too_long = [name for name in names if len(name) > 120]
        if too_long:
            raise forms.ValidationError(say("{name} … is too long.", name=too_long[0][:40]))
        taken = SellerName.objects.filter(name__in=names)
        taken = taken.exclude(user__uid=self.cleaned_data.get("uid", self.instance.uid))
        for one in taken.select_related("user"):
            raise forms.ValidationError(
                say("{name} is already {person}.", name=one.name, person=one.user.name)
            )
        return names

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "role")}


class NewPersonForm(PersonForm):
    """And under which name they sign in. Sent twice, it is the same person."""

    uid = forms.UUIDField(widget=forms.HiddenInput)

    class Meta(PersonForm.Meta):
        fields = ("name", "username", "role")

    field_order = ("uid", "name", "username", "role", "seller_names")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("uid", new_uid())
        username = self.fields["username"]
        username.label = say("User name")
        username.widget.attrs.update({"autocomplete": "off", "autocapitalize": "none"})
        username.validators.append(
            RegexValidator(r"^[\w.@+-]+\Z", say("Letters, digits and . @ + - _ only."))
        )

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"]).lower()
        same = User.objects.filter(username__iexact=username)
        if same.exclude(uid=self.cleaned_data.get("uid")).exists():
            raise forms.ValidationError(say("Somebody signs in under this name already."))
        return username

    def _get_validation_exclusions(self) -> set[str]:
        """The same form sent again finds its own user name taken: `clean_username` judges that."""
        return {*super()._get_validation_exclusions(), "username"}
