"""Which line of an order stands for the order when orders are counted.

One line is marked: the first line of the first day on which the order's sales add up to more
than zero. Orders in any window are then a sum over marks, and a later return cannot take one
away. Rebates, allowances and samples are no sales: they neither count nor carry the mark.
"""

from __future__ import annotations

from zhibi.tables.lake.sql import Connection

_SELLS = "(line_kind IS NULL OR line_kind NOT IN ('rebate', 'allowance', 'sample'))"

# The place of a line in its order and its place in the file, as one number: a minimum of whole
# numbers is far cheaper over millions of lines than a sort. Lines without a number come last.
_ROW_BITS = 40
_LAST_NUMBER = 2**23 - 1
_PLACE = (
    f"((least(coalesce(TRY_CAST(line_no AS UINTEGER), {_LAST_NUMBER}), {_LAST_NUMBER})::BIGINT"
    f" << {_ROW_BITS}) + file_row)"
)
_ROW_OF = f"& ((1::BIGINT << {_ROW_BITS}) - 1)"

# Computed with the units, in the same pass.
PER_ORDER = (
    f", min(order_date) FILTER ({_SELLS}) AS first_day, max(order_date) FILTER ({_SELLS}) AS"
    f" last_day, sum(amount) FILTER ({_SELLS}) AS net, min({_PLACE}) FILTER ({_SELLS}) AS place"
)


def mark(connection: Connection) -> None:
    """Make the table `order_marks` (file_row): one line of every order that ever sold.

    Nearly all orders are of one day and need no more than their totals; those of several days
    are added up day by day.
    """
    connection.execute(
        f"""
        CREATE TEMP TABLE order_marks AS
        SELECT place {_ROW_OF} AS file_row
        FROM order_lines_units WHERE first_day = last_day AND net > 0
        UNION ALL
        SELECT arg_min(place, order_date) {_ROW_OF} FROM (
            SELECT order_id, order_date, place,
                   sum(net) OVER (PARTITION BY order_id ORDER BY order_date) AS total
            FROM (
                SELECT order_id, order_date, sum(amount) AS net, min({_PLACE}) AS place
                FROM order_lines_batch
                WHERE {_SELLS} AND order_id IN
                      (SELECT order_id FROM order_lines_units WHERE first_day < last_day)
                GROUP BY order_id, order_date
            )
        ) WHERE total > 0 GROUP BY order_id
        """
    )
