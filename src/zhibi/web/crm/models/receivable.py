"""What accounts owe, copied from the lake after each import so that Today opens at once."""

from __future__ import annotations

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
