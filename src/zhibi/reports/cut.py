"""Tables cut to what a reader of a report needs; the method's own page and the workbook have the
rest."""

from __future__ import annotations

from dataclasses import replace

from zhibi.result import Row, Subject, Table

TOP = 20


def short(table: Table, keys: tuple[str, ...], *, rows: int = TOP) -> Table:
    """The columns named and the first rows, without columns of which the data knows nothing."""
    at = [i for i, column in enumerate(table.columns) if column.key in keys]

    def cut(row: Row) -> Row:
        return tuple(row[i] for i in at)

    return known(
        replace(
            table,
            columns=tuple(table.columns[i] for i in at),
            rows=tuple(map(cut, table.rows[:rows])),
            totals=cut(table.totals) if table.totals else None,
            fetch_all=lambda: tuple(map(cut, table.all_rows())),
        )
    )


def first_rows(table: Table, *, rows: int = TOP) -> Table:
    """The first rows; the totals stay those of all."""
    return replace(table, rows=table.rows[:rows], fetch_all=table.all_rows)


def known(table: Table) -> Table:
    """Without the columns of which the data knows nothing."""
    kept = [
        column.key
        for column in table.columns
        if any(value is not None and value != () for value in table.column(column.key))
    ]
    if len(kept) == len(table.columns) or not table.rows:
        return table
    return short(table, tuple(kept), rows=len(table.rows))


def about(table: Table, subject: Subject) -> Table:
    """The rows of one customer, of a table that has its number."""
    at = [column.key for column in table.columns].index("customer_id")
    rows = tuple(row for row in table.all_rows() if row[at] == subject.customer_id)
    return replace(table, rows=rows, row_count=len(rows), totals=None, fetch_all=None)
