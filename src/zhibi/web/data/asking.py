"""What the import asks, said for the page: where the command names an option, the page has a field.

The core says `name it with --map`; who looks at the page chooses the column below. A sentence that
the page says no other way is shown as the core says it.
"""

from __future__ import annotations

from typing import Final

from zhibi.errors import ZhibiError
from zhibi.said import Said

# By the sentence of the core, which is the key of its translations: what the page says.
ON_THE_PAGE: Final = {
    (
        "{file} has no column for {field} of {table} among its headers {headers}; name it with "
        '--map "HEADER={field}".'
    ): Said(
        "{file} has no column for {field}; choose below which one it is.",
    ),
    (
        "{file} has no column for {fields} of {table} among its headers {headers}; name each with "
        '--map, as --map "HEADER={field}".'
    ): Said(
        "{file} has no columns for these: {fields}; choose below which ones they are, or what is "
        "in the file.",
    ),
    (
        "{file} has no column with dates, and what was bought when is the least an analysis "
        "needs; export the orders with their dates, or name the column with --map "
        '"HEADER=order_date" (its headers are {headers}).'
    ): Said(
        "{file} has no column with dates, and what was bought when is the least an analysis "
        "needs; choose below which one it is, or what is in the file.",
    ),
    (
        "{file} mixes dates with the day first and with the month first in the column {header}; "
        "say which is meant with --date-order dmy or --date-order mdy."
    ): Said(
        "{file} mixes dates with the day first and with the month first in the column {header}; "
        "say below which is meant.",
    ),
    (
        "{file} has dates in the column {header} of which day and month cannot be told apart; say "
        "which comes first with --date-order dmy or --date-order mdy."
    ): Said(
        "{file} has dates in the column {header} of which day and month cannot be told apart; say "
        "below which comes first.",
    ),
    (
        "{file} gives amounts with tax only, and no tax rate; name the column of the rate with "
        '--map "HEADER=tax_rate", or give one rate for all lines with --tax-rate 13%.'
    ): Said(
        "{file} gives amounts with tax only, and no tax rate; give one rate for all lines below, "
        "or choose the column of the rate.",
    ),
    (
        "{file} has figures of several kinds in the column {header} ({values}); say which of them "
        "were sold with --sold {example}, and the others are left out."
    ): Said(
        "{file} has figures of several kinds in the column {header} ({values}); say below which "
        "of them were sold, and the others are left out.",
    ),
    (
        "{file} lists opportunities ({signs}), and an opportunity is no order; keep those that "
        "were won and import them with --kind order_lines."
    ): Said(
        "{file} lists opportunities ({signs}), and an opportunity is no order; keep those that "
        "were won, and choose order lines as what is in the file.",
    ),
    (
        "{file} lists people, who belong to accounts; choose Contacts as what it holds, on the "
        "page Data of the workspace."
    ): Said(
        "{file} lists people, who belong to accounts; choose contacts below.",
    ),
    (
        "{file}: the amount is 0 in each of the {count} rows of the column {header}; name the "
        'column of net amounts with --map "HEADER=amount".'
    ): Said(
        "{file}: the amount is 0 in each of the {count} rows of the column {header}; choose below "
        "the column of net amounts.",
    ),
    (
        "{file} has no row that can be imported; the first is row {row}, column {header}, "
        "{value}: {reason}. Correct the file, or name its columns with --map."
    ): Said(
        "{file} has no row that can be imported; the first is row {row}, column {header}, "
        "{value}: {reason}. Correct the file, or choose other columns below.",
    ),
    (
        "{file} has lines of orders without their customers and dates; import it together with "
        "the file of the orders: zhibi import {file} ORDERS."
    ): Said(
        "{file} has lines of orders without their customers and dates; bring it in together with "
        "the file of the orders.",
    ),
    (
        "{file} has no header row: the first full row (row {row}) already holds data; put a row "
        "with the names of the columns above it, or name columns by number, as --map "
        "1=customer_id --map 3=order_date --map 5=amount"
    ): Said(
        "{file} has no header row: the first full row (row {row}) already holds data; put a row "
        "with the names of the columns above it.",
    ),
}


def on_the_page(error: ZhibiError) -> Said:
    """The error as the page says it, with the words of the glossary for the names of fields."""
    own = ON_THE_PAGE.get(error.template)
    if own is None:
        return Said(error.template, error.fields)
    fields = dict(error.fields)
    for name in ("field", "table"):
        if name in fields:
            fields[name] = Said(str(fields[name]))
    if "fields" in fields:
        fields["fields"] = tuple(Said(one) for one in str(fields["fields"]).split(", "))
    return Said(own.template, fields)
