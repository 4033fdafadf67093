"""Columns that mean one thing everywhere: money in whole minor units, ids that sort by time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from uuid_utils.compat import uuid7


def new_uid() -> UUID:
    """A UUIDv7: later ones sort later, so that indexes grow at their end."""
    return uuid7()


class MoneyField(models.BigIntegerField):
    """An amount as whole cents: SQLite keeps decimals as floats, which lose digits past 2^53.

    Python sees a Decimal with two places. The currency is the company's, unless the model has a
    column `currency`.
    """

    description = "An amount of money"

    def from_db_value(self, value: int | None, *_: Any) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(value)

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or value == "":
            return None
        minor = Decimal(value).scaleb(2)
        if minor != minor.to_integral_value():
            raise ValidationError("An amount has at most two decimals.")
        return int(minor)

    def formfield(self, **options: Any) -> Any:
        from django import forms

        return models.Field.formfield(
            self,
            **{"form_class": forms.DecimalField, "decimal_places": 2, "max_digits": 18, **options},
        )
