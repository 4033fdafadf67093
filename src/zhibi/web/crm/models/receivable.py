"""What accounts owe and have paid, copied from the lake after each import so that pages open at
once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.db import models

from zhibi.web.crm.models.account import Account
from zhibi.web.fields import MoneyField


class Receivable(models.Model):
    """An amount not yet received in full. `open` is what is left after matching receipts."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="receivables")
    receivable_id = models.CharField(max_length=120)
    contract_id = models.CharField(max_length=120, blank=True)
    milestone = models.CharField(max_length=40, blank=True)
    is_retention = models.BooleanField(default=False)
    due_on = models.DateField()
    amount = MoneyField()
    open = MoneyField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "due_on"], name="receivable_of_account"),
            models.Index(fields=["due_on", "account"], name="receivable_by_day"),
        ]


class OwedByDay(models.Model):
    """What the living accounts of one owner owe by the day it is due: a ledger, of which the lines
    of an owner and a day add up. An account that changes hands is booked out of one owner's and
    into the other's (`crm.actions.book_owed`)."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False
    )
    due_on = models.DateField()
    open = MoneyField()
    retention = MoneyField()  # of that
    debtors = models.IntegerField()  # accounts of which nothing was due before this day

    class Meta:
        indexes = [
            models.Index(
                fields=["owner", "due_on", "open", "retention", "debtors"], name="owed_to_add_up"
            )
        ]


class Receipt(models.Model):
    """Money that came in. `paid` says for what, the earliest due first: number of the receivable
    and amount, as texts; what is left of the amount is matched to nothing yet."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="receipts")
    receipt_id = models.CharField(max_length=120)
    received_on = models.DateField()
    amount = MoneyField()
    paid = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="receipt_of_account")]

    @property
    def parts(self) -> Iterator[tuple[str, Decimal]]:
        """What it paid: number of the receivable, amount."""
        return ((number, Decimal(amount)) for number, amount in self.paid)

    @property
    def unmatched(self) -> Decimal:
        """What was found no receivable for."""
        return self.amount - sum((amount for _, amount in self.parts), Decimal(0))
