"""Migrations go forward on a database with something in it, and none is missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

APPS = ("team", "crm", "jobs", "insight", "data")
FIRST = [(app, "0001_initial") for app in APPS]


def migrated(to: list[tuple[str, str]]) -> Any:
    """The models as they are at that state, after the database was brought to it."""
    executor = MigrationExecutor(connection)
    executor.migrate(to)
    return MigrationExecutor(connection).loader.project_state(to).apps


@pytest.mark.django_db(transaction=True)
def test_a_filled_database_goes_forward() -> None:
    last = MigrationExecutor(connection).loader.graph.leaf_nodes()
    old = migrated(FIRST)
    user = old.get_model("team", "User").objects.create(username="bob", name="Bob", role="manager")
    account = old.get_model("crm", "Account").objects.create(
        name="青岛轮胎", owner=user, currency="CNY", sales=1_000_050, grade="A"
    )
    old.get_model("crm", "Contact").objects.create(account=account, name="王敏")
    old.get_model("team", "Change").objects.create(
        subject_kind="account", subject_uid=account.uid, what="created", at=account.created_at
    )
    old.get_model("jobs", "Job").objects.create(kind="analysis", by=user, state="done")
    now = migrated(last)
    kept = now.get_model("crm", "Account").objects.get()
    assert (kept.name, kept.grade, kept.owner.username) == ("青岛轮胎", "A", "bob")
    assert kept.sales == account.sales
    assert now.get_model("crm", "Contact").objects.get().account_id == kept.pk
    assert now.get_model("team", "Change").objects.count() == 1
    assert now.get_model("jobs", "Job").objects.get().by_id == user.pk


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
