from django.db import migrations, models


class Migration(migrations.Migration):
    """Of those due on one day, too, the first few are found without reading the others."""

    dependencies = [
        ("crm", "0010_owed_by_day"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="promise", name="promise_open_by_day"),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(kept_on=None, dropped_because="", deleted_at=None),
                fields=["due_on", "id", "account"],
                name="promise_open_in_order",
            ),
        ),
    ]
