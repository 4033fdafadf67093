"""What only one record may have (a credit code, a user name), when two are saved at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.db import IntegrityError


@contextmanager
def taken_is_told(form: forms.BaseForm) -> Iterator[None]:
    """Within it a valid form is saved. Where somebody else took a name or number after the form
    had looked, nothing is kept, the form looks again, and has its own sentence at the field."""
    try:
        yield
    except IntegrityError:
        form.full_clean()
        if form.is_valid():
            raise
