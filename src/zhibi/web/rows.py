"""Many rows at once, in plain SQL: `bulk_create` and `bulk_update` take several times as long."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import F, Lookup
from django.utils import timezone

from zhibi.web.fields import MoneyField

NOTHING: Final = frozenset((type(None),))
PLAIN: Final = NOTHING | {str, int, bool}
Column = tuple[frozenset[type], Callable[[Any], Any]]  # what is kept as it is; what converts


class Among(Lookup):
    """A column is one of many values, given as one parameter: SQLite takes no more than some ten
    thousand, and a column without an index is read once, however many there are."""

    prepare_rhs = False

    def __init__(self, column: str, values: Iterable[Any]) -> None:
        super().__init__(F(column), tuple(values))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        if not self.rhs:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        values = [field.get_db_prep_value(value, connection) for value in self.rhs]
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s)", [*params, values]
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(values)]


def insert_rows(
    model: type[models.Model], rows: Iterable[Mapping[str, Any]], *, only_new: bool = False
) -> None:
    """Insert rows given by column (`owner_id`, not `owner`). What a row leaves out is as a new
    instance has it; the primary key is the database's, moments of writing are now. `only_new`
    leaves out those that a unique constraint says are there."""
    given = list(rows)
    named = set().union(*given)
    told: list[Any] = []
    same: list[Any] = []
    for field in model._meta.concrete_fields:
        if field.primary_key:
            continue
        is_told = field.attname in named or (field.has_default() and callable(field.default))
        (told if is_told and not _is_moment(field) else same).append(field)
    now = timezone.now()
    rest = [
        _written([now if _is_moment(one) else one.get_default()], [_column(one)])[0] for one in same
    ]
    columns = [_column(field) for field in told]
    readers = [(field.attname, field.get_default) for field in told]
    _insert(
        model._meta.db_table,
        [field.column for field in (*told, *same)],
        (
            _written(
                [row[name] if name in row else default() for name, default in readers], columns
            )
            + rest
            for row in given
        ),
        only_new=only_new,
    )


def insert_records(records: Sequence[Any]) -> None:
    """Insert new records (`team.models.Record`) of one kind, and give each its primary key."""
    if not records:
        return
    model = type(records[0])
    insert_rows(model, map(vars, records))
    numbers = numbers_of(model, [one.uid for one in records])
    for one in records:
        one.pk, one._state.adding = numbers[one.uid], False


def update_records(records: Sequence[Any], names: Sequence[str]) -> None:
    """Write these fields of records of one kind as they are now. The moment of the last change is
    set, when it is named."""
    if not records:
        return
    fields = [records[0]._meta.get_field(name) for name in names]
    now = timezone.now()
    for field in filter(_is_moment, fields):
        for one in records:
            setattr(one, field.attname, now)
    read = attrgetter(*(field.attname for field in fields))
    update_rows(type(records[0]), names, ((one.pk, read(one)) for one in records))


def update_rows(
    model: type[models.Model], names: Iterable[str], rows: Iterable[tuple[int, Iterable[Any]]]
) -> None:
    """Write values of these fields, given by primary key: one short statement, run for each."""
    fields = [model._meta.get_field(name) for name in names]
    columns = [_column(field) for field in fields]
    told = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {model._meta.db_table} SET {told} WHERE id = %s",
            ([*_written(values, columns), pk] for pk, values in rows),
        )


def numbers_of(model: type[models.Model], uids: Iterable[UUID]) -> dict[UUID, int]:
    """The primary key of each record by its uid."""
    return dict(model._default_manager.filter(Among("uid", uids)).values_list("uid", "pk"))


def _is_moment(field: Any) -> bool:
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


def _column(field: Any) -> Column:
    own = field.target_field if field.is_relation else field
    converted = isinstance(own, MoneyField | models.JSONField)
    # The connection itself: behind Django's name for it each look costs as much as a conversion.
    convert = partial(own.get_db_prep_save, connection=connections[DEFAULT_DB_ALIAS])
    return NOTHING if converted else PLAIN, convert


def _written(values: Iterable[Any], columns: Iterable[Column]) -> list[Any]:
    """Values as the database keeps them; most are as they are."""
    return [
        value if value.__class__ in as_it_is else convert(value)
        for value, (as_it_is, convert) in zip(values, columns, strict=True)
    ]


def _insert(table: str, columns: list[str], rows: Iterable[list[Any]], *, only_new: bool) -> None:
    named = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not only_new:
            with cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            end = " ON CONFLICT DO NOTHING" if only_new else ""
            cursor.executemany(f"INSERT INTO {table} ({named}) VALUES ({places}){end}", rows)
