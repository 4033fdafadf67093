"""One's own settings."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password

from zhibi.web.team.models import User
from zhibi.web.text import say

# Where people of one company usually are; the company's own and one's present zone come first.
ZONES: Final = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Tokyo", "Asia/Seoul",
    "Asia/Singapore", "Asia/Bangkok", "Asia/Ho_Chi_Minh", "Asia/Jakarta", "Asia/Kolkata",
    "Asia/Dubai", "Asia/Urumqi", "Australia/Sydney", "Europe/Moscow", "Europe/Istanbul",
    "Europe/Berlin", "Europe/Paris", "Europe/London", "UTC", "America/Sao_Paulo",
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
)  # fmt: skip


class SettingsForm(forms.ModelForm):
    """Name, language and time zone; empty ones are the company's."""

    class Meta:
        model = User
        fields = ("name", "language", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = say("Name, as colleagues write it")
        usual = [("", say("as the company"))]
        self.fields["language"] = forms.ChoiceField(
            label=say("Language"), choices=usual + settings.LANGUAGES, required=False
        )
        zones = dict.fromkeys((settings.TIME_ZONE, self.instance.time_zone, *ZONES))
        self.fields["time_zone"] = forms.ChoiceField(
            label=say("Time zone"),
            choices=usual + [(zone, zone.replace("_", " ")) for zone in zones if zone],
            required=False,
        )


class PasswordForm(forms.Form):
    """The old password, which the view tries, and a new one that is not among the common ones."""

    old = forms.CharField(
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["old"].label = say("Password until now")
        self.fields["new"].label = say("New password")
        self.fields["new"].help_text = say("At least eight characters; not only digits.")

    def clean_new(self) -> str:
        new = str(self.cleaned_data["new"])
        validate_password(new, self.user)
        return new
