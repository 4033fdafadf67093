"""An account: a legal entity we sell to or want to, as we decided it is.

The lake's customers are what sources said; `SourceCustomer` ties the one to the other. The
figures of an account are written after each import, so that a list of a million can be sorted.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from zhibi.web.fields import MoneyField
from zhibi.web.team.models import Record

LIVING = Q(deleted_at__isnull=True)


class LifeStage(models.TextChoices):
    """How far the relation has come (domain 2.9)."""

    TARGET_MARKET = "target market", "target market"
    POTENTIAL = "potential", "potential"
    TARGET = "target", "target"
    SIGNED = "signed", "signed"


class Tag(Record):
    """A word people put on accounts."""

    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class Account(Record):
    """What is asked for is the name; everything else may stay unknown."""

    name = models.CharField(max_length=200)
    former_names = models.TextField(blank=True)
    credit_code = models.CharField(max_length=18, null=True, unique=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    # Null: in the public pool (公海). Its index is `account_to_filter`; given one of its own,
    # SQLite takes that, and reads 300,000 rows to count what one index could.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        db_index=False,
    )
    industry = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    size = models.CharField(max_length=20, blank=True)  # enterprise, smb, individual
    kind = models.CharField(max_length=60, blank=True)
    route = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=80, blank=True)
    website = models.CharField(max_length=200, blank=True)
    location = models.CharField(max_length=200, blank=True)
    since = models.DateField(null=True, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    annual_revenue = MoneyField(null=True, blank=True)
    credit_limit = MoneyField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    life_stage = models.CharField(max_length=20, choices=LifeStage, blank=True)
    tags = models.ManyToManyField(Tag, related_name="accounts", blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")

    # The grade that holds: the last computed one, or what a person set over it.
    grade = models.CharField(max_length=1, blank=True)
    grade_is_set = models.BooleanField(default=False)  # by a person, with a reason
    grade_is_provisional = models.BooleanField(default=False)

    last_contact_on = models.DateField(null=True, editable=False)  # day of the last follow-up

    # Figures of the last import (crm.actions.take_figures): null = unknown, not 0.
    sales = MoneyField(null=True, editable=False)  # of the 12 months to the as-of day, net
    sales_before = MoneyField(null=True, editable=False)  # of the 12 months before those
    orders = models.PositiveIntegerField(null=True, editable=False)  # of the 12 months
    first_order_on = models.DateField(null=True, editable=False)
    last_order_on = models.DateField(null=True, editable=False)
    next_order_on = models.DateField(null=True, editable=False)  # expected by its rhythm
    usual_gap = models.PositiveIntegerField(null=True, editable=False)  # days, its median
    open_balance = MoneyField(null=True, editable=False)
    overdue = MoneyField(null=True, editable=False)
    monthly = models.JSONField(null=True, editable=False)  # net sales of 12 months, oldest first
    warning = models.PositiveSmallIntegerField(default=0, editable=False)  # 2 now, 1 soon, 0 none
    warning_text = models.JSONField(null=True, editable=False)  # by language, one sentence
    figures_as_of = models.DateField(null=True, editable=False)

    # For search: the name in lower case without marks, its pinyin and its initials.
    name_key = models.CharField(max_length=300, blank=True, editable=False)
    pinyin = models.CharField(max_length=600, blank=True, editable=False)
    initials = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        # One for each order a list offers; the id makes it a total order for keyset paging.
        # Only of living accounts, so that counting needs no look at the rows.
        indexes = [
            models.Index(
                F("sales").desc(), F("id").desc(), name="account_by_sales", condition=LIVING
            ),
            models.Index(fields=["pinyin", "id"], name="account_by_name", condition=LIVING),
            models.Index(
                F("last_order_on").desc(),
                F("id").desc(),
                name="account_by_last_order",
                condition=LIVING,
            ),
            models.Index(
                F("overdue").desc(), F("id").desc(), name="account_by_overdue", condition=LIVING
            ),
            models.Index(
                F("warning").desc(),
                F("sales").desc(),
                F("id").desc(),
                name="account_by_warning",
                condition=LIVING,
            ),
            models.Index(fields=["grade", "id"], name="account_by_grade", condition=LIVING),
            models.Index(fields=["last_contact_on", "id"], name="account_by_last_contact"),
            models.Index(
                F("changed_at").desc(), F("id").desc(), name="account_by_change", condition=LIVING
            ),
            # What lists are filtered by: whoever it belongs to, no row is read to count.
            models.Index(
                fields=[
                    "owner", "warning", "grade", "industry", "region", "life_stage", "size",
                    "sales", "overdue", "last_order_on", "last_contact_on", "deleted_at", "id",
                ],
                name="account_to_filter",
                condition=LIVING,
            ),
            # Each grade, its biggest accounts first: they lie at one end of the sales.
            models.Index(
                F("grade"), F("sales").desc(), F("id").desc(),
                *map(F, ("owner", "size", "life_stage", "warning", "deleted_at")),
                name="account_of_grade",
                condition=LIVING,
            ),
            # For several filters at once over many owners: the rest is seen without the rows.
            models.Index(
                fields=["industry", "grade", "size", "life_stage", "warning", "owner", "sales",
                        "deleted_at", "id"],
                name="account_of_industry",
                condition=LIVING,
            ),
            models.Index(
                fields=["region", "industry", "grade", "size", "life_stage", "warning", "owner",
                        "sales", "deleted_at", "id"],
                name="account_of_region",
                condition=LIVING,
            ),
            models.Index(
                F("deleted_at").desc(), F("id").desc(), name="account_deleted", condition=~LIVING
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class SourceCustomer(models.Model):
    """A customer as a source numbers it, and the account that it is."""

    source_system = models.CharField(max_length=60, blank=True)
    customer_id = models.CharField(max_length=120)
    account = models.ForeignKey(Account, models.CASCADE, related_name="sources")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "customer_id"], name="one_account_for_a_source_customer"
            )
        ]
        indexes = [models.Index(fields=["customer_id"], name="source_customer_by_number")]


class Collaborator(models.Model):
    """Somebody beside the owner who sees an account, up to a day (exclusive) or without end."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="collaborators")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="collaborations"
    )
    may_edit = models.BooleanField(default=False)
    ends_on = models.DateField(null=True, blank=True)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    named_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="collaborator_once")
        ]


class SearchTerm(models.Model):
    """Three letters that follow each other in what an account is called, fewer at its end.

    A plain table on every database: trigram indexes do not find words of two characters. They are
    in the order of their code points everywhere, so that a range has what begins with two letters.
    """

    term = models.CharField(max_length=3)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["term", "account"], name="search_term_once")]
