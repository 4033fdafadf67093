"""What the import asks, said for the page: where the command names an option, the page has a field.

The core says `name it with --map`; who looks at the page chooses the column below. A sentence that
the page says no other way is shown as the core says it.
"""

from __future__ import annotations

from typing import Final

from zhibi.errors import ZhibiError
from zhibi.said import Said

# How the core's sentence begins, or what it holds, and what the page says.
ON_THE_PAGE: Final = (
    (
        "has no column for {field} of",
        Said("{file} has no column for {field}; choose below which one it is."),
    ),
    (
        "has no column for {fields} of",
        Said(
            "{file} has no columns for these: {fields}; choose below which ones they are, or "
            "what is in the file."
        ),
    ),
    (
        "has no column with dates",
        Said(
            "{file} has no column with dates, and what was bought when is the least an "
            "analysis needs; choose below which one it is, or what is in the file."
        ),
    ),
    (
        "mixes dates with the day first",
        Said(
            "{file} mixes dates with the day first and with the month first in the column "
            "{header}; say below which is meant."
        ),
    ),
    (
        "of which day and month cannot be told apart",
        Said(
            "{file} has dates in the column {header} of which day and month cannot be told "
            "apart; say below which comes first."
        ),
    ),
    (
        "gives amounts with tax only",
        Said(
            "{file} gives amounts with tax only, and no tax rate; give one rate for all "
            "lines below, or choose the column of the rate."
        ),
    ),
    (
        "has figures of several kinds",
        Said(
            "{file} has figures of several kinds in the column {header} ({values}); say "
            "below which of them were sold, and the others are left out."
        ),
    ),
    (
        "lists opportunities",
        Said(
            "{file} lists opportunities ({signs}), and an opportunity is no order; keep "
            "those that were won, and choose order lines as what is in the file."
        ),
    ),
    (
        "lists people",
        Said("{file} lists people, who belong to accounts; choose contacts below."),
    ),
    (
        "the amount is 0 in each",
        Said(
            "{file}: the amount is 0 in each of the {count} rows of the column {header}; "
            "choose below the column of net amounts."
        ),
    ),
    (
        "has no row that can be imported",
        Said(
            "{file} has no row that can be imported; the first is row {row}, column "
            "{header}, {value}: {reason}. Correct the file, or choose other columns below."
        ),
    ),
    (
        "has lines of orders without",
        Said(
            "{file} has lines of orders without their customers and dates; bring it in "
            "together with the file of the orders."
        ),
    ),
    (
        "has no header row",
        Said(
            "{file} has no header row: the first full row (row {row}) already holds data; "
            "put a row with the names of the columns above it."
        ),
    ),
)


def on_the_page(error: ZhibiError) -> Said:
    """The error as the page says it, with the words of the glossary for the names of fields."""
    own = next((said for part, said in ON_THE_PAGE if part in error.template), None)
    if own is None:
        return Said(error.template, error.fields)
    fields = dict(error.fields)
    for name in ("field", "table"):
        if name in fields:
            fields[name] = Said(str(fields[name]))
    if "fields" in fields:
        fields["fields"] = tuple(Said(one) for one in str(fields["fields"]).split(", "))
    return Said(own.template, fields)
