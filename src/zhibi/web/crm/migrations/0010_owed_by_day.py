import django.db.models.deletion
import zhibi.web.fields
from django.conf import settings
from django.db import migrations, models

# As crm.actions.book_owed adds it up.
FILLED = """
INSERT INTO crm_owedbyday (owner_id, due_on, open, retention, debtors)
SELECT account.owner_id, owed.due_on, SUM(owed.open),
    SUM(CASE WHEN owed.is_retention THEN owed.open ELSE 0 END),
    COUNT(CASE WHEN NOT EXISTS (
        SELECT 1 FROM crm_receivable AS earlier WHERE earlier.account_id = owed.account_id
        AND (earlier.due_on < owed.due_on OR earlier.due_on = owed.due_on AND earlier.id < owed.id)
    ) THEN 1 END)
FROM crm_receivable AS owed JOIN crm_account AS account ON account.id = owed.account_id
WHERE account.deleted_at IS NULL GROUP BY account.owner_id, owed.due_on
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0009_receipts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OwedByDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_on", models.DateField()),
                ("open", zhibi.web.fields.MoneyField()),
                ("retention", zhibi.web.fields.MoneyField()),
                ("debtors", models.IntegerField()),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["owner", "due_on", "open", "retention", "debtors"],
                        name="owed_to_add_up",
                    )
                ],
            },
        ),
        migrations.RunSQL(FILLED, migrations.RunSQL.noop),
    ]
