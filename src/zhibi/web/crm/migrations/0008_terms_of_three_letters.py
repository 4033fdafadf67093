"""Accounts are found by three letters that follow each other, where two were kept before."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from django.db import migrations, models

CHUNK = 2_000
IN_EVERY_NAME = frozenset(("有限公", "限公司", "公司", "yxg", "xgs", "gs"))


def _order_by_code(apps: Any, editor: Any) -> None:
    """As SQLite does it."""
    if editor.connection.vendor == "postgresql":
        editor.execute('ALTER TABLE crm_searchterm ALTER COLUMN term TYPE varchar(3) COLLATE "C"')


def _fill(apps: Any, editor: Any) -> None:
    here = editor.connection.alias
    accounts = apps.get_model("crm", "Account").objects.using(here).order_by("pk")
    terms = apps.get_model("crm", "SearchTerm").objects.using(here)
    last = 0
    while True:
        columns = ("pk", "name_key", "former_names", "initials")
        chunk = list(accounts.filter(pk__gt=last).values_list(*columns)[:CHUNK])
        if not chunk:
            return
        model = terms.model
        terms.bulk_create(model(term=term, account_id=pk) for pk, term in _terms(chunk))
        last = chunk[-1][0]


def _terms(accounts: list[tuple[Any, ...]]) -> Iterator[tuple[int, str]]:
    for pk, name, formers, initials in accounts:
        called = (name, initials, *map(_key, formers.split(";")))
        pieces = {text[at : at + 3] for text in called for at in range(len(text))}
        yield from ((pk, piece) for piece in sorted(pieces - IN_EVERY_NAME))


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


class Migration(migrations.Migration):
    dependencies = [("crm", "0007_filters_over_many_owners")]

    operations = [
        migrations.RunSQL("DELETE FROM crm_searchterm", migrations.RunSQL.noop),
        migrations.AlterField("searchterm", "term", models.CharField(max_length=3)),
        migrations.RunPython(_order_by_code, migrations.RunPython.noop),
        migrations.RunPython(_fill, migrations.RunPython.noop),
    ]
