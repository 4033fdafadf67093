"""What to tell a person whose file is no list of orders: what it is instead, or what it lacks.

A wrong guess costs more than a refusal, so each refusal says in one sentence what to do: which
column to name, or what to export in its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from zhibi.errors import ZhibiError
from zhibi.tables.ingest.headers import header_key, read_header, vocabulary, words_of
from zhibi.tables.ingest.profile import profile_columns
from zhibi.tables.ingest.stages import Mapping, Sheet, sheet_name

MONTHS_ACROSS = 3  # columns headed by months that make a sheet a cross table
OPPORTUNITY_SIGNS = 2
MOSTLY = 0.5
_MONTH = re.compile(
    r"(19|20)\d\d[-/.年M]?(Q\d|\d{1,2})月?|\d{1,2}月|"
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-. ']*\d{0,4}",
    re.I,
)


def missing_fields_error(
    sheet: Sheet, mapping: Mapping, missing: Sequence[str], *, is_alone: bool = True
) -> ZhibiError:
    """What to tell the user when no column was found for required fields."""
    no_dates = is_alone and "order_date" in missing and not _has_dates(sheet)
    number = mapping.column_of("order_id")
    is_named = number is not None and number.reason != "values"
    if is_alone and is_named and {"customer_id", "order_date"} <= set(missing):
        template = (
            "{file} has lines of orders without their customers and dates; import it together with "
            "the file of the orders: zhibi import {file} ORDERS."
        )
        return ZhibiError(template, file=sheet_name(sheet))
    if mapping.table == "order_lines" and no_dates:
        template = (
            "{file} has no column with dates, and what was bought when is the least an analysis "
            "needs; export the orders with their dates, or name the column with "
            '--map "HEADER=order_date" (its headers are {headers}).'
        )
        return ZhibiError(template, file=sheet_name(sheet), headers=_headers(sheet))
    if len(missing) == 1:
        template = (
            "{file} has no column for {field} of {table} among its headers {headers}; "
            'name it with --map "HEADER={field}".'
        )
    else:
        template = (
            "{file} has no column for {fields} of {table} among its headers {headers}; "
            'name each with --map, as --map "HEADER={field}".'
        )
    return ZhibiError(
        template,
        file=sheet_name(sheet),
        field=missing[0],
        fields=", ".join(missing),
        table=mapping.table,
        headers=_headers(sheet),
    )


def refuse_cross_table(sheet: Sheet, mapping: Mapping) -> None:
    """ZhibiError for totals with a column for each month: no order can be told in it."""
    months = _months_across(sheet, mapping)
    if months:
        raise ZhibiError(
            "{file} has a column for each month ({months}, …), which is a table of totals; write "
            "the year into its name and call the column of the customers so, or export one row for "
            "each order, with the date in a column.",
            file=sheet_name(sheet),
            months=", ".join(months[:2]),
        )


def refuse_opportunities(sheet: Sheet, mapping: Mapping) -> None:
    """ZhibiError for a list of deals, most of which may never become orders."""
    if mapping.table != "order_lines" or mapping.preset:
        return
    signs = [head for head in sheet.headers if header_key(head) in words_of("opportunities")]
    if len(signs) < OPPORTUNITY_SIGNS:
        return
    raise ZhibiError(
        "{file} lists opportunities ({signs}), and an opportunity is no order; keep those that "
        "were won and import them with --kind order_lines.",
        file=sheet_name(sheet),
        signs=", ".join(signs[:3]),
    )


def refuse_people(sheet: Sheet, mapping: Mapping) -> None:
    """ZhibiError for a list of people: their companies would come in as customers, and nothing of
    the people."""
    known = {match.target for match in mapping.matches}
    if mapping.table not in ("customers", "order_lines") or known & {"amount", "amount_incl_tax"}:
        return
    keys = {read_header(header).key for header in sheet.headers}
    names, reached = (
        {header_key(word) for word in vocabulary()["people"][kind]} for kind in ("names", "reached")
    )
    if keys & names and keys & reached:
        raise ZhibiError(
            "{file} lists people, who belong to accounts; choose Contacts as what it holds, on the "
            "page Data of the workspace.",
            file=sheet_name(sheet),
        )


def _has_dates(sheet: Sheet) -> bool:
    return any(
        one.filled and max(one.dates, one.serials, one.months) > MOSTLY
        for one in profile_columns(sheet)
    )


def _months_across(sheet: Sheet, mapping: Mapping) -> list[str]:
    if mapping.column_of("order_date"):
        return []
    found = [header for header in sheet.headers if _MONTH.fullmatch(header.strip())]
    return found if len(found) >= MONTHS_ACROSS else []


def _headers(sheet: Sheet) -> str:
    return ", ".join(header for header in sheet.headers if header)
