"""The accounts a person sees: filtered and sorted by the address, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from zhibi.web.crm.listing.columns import Column, columns_of
from zhibi.web.crm.listing.conditions import found
from zhibi.web.crm.listing.filters import Filters, read_filters
from zhibi.web.crm.listing.orders import ORDERS, Way
from zhibi.web.crm.listing.paging import Page, page_of
from zhibi.web.crm.listing.views import views_for
from zhibi.web.crm.models import Account
from zhibi.web.team.models import Role
from zhibi.web.text import say


def accounts(request: HttpRequest) -> HttpResponse:
    filters = read_filters(request.GET, request.user)
    way = _way(request.GET, filters)
    columns = columns_of(request)
    page = page_of(found(request.user, filters.asked), way, request.GET.get("page", ""))
    if any(column.name == "tags" for column in columns):
        prefetch_related_objects(page.accounts, "tags")
    labelled = [(column, "" if column.picture else say(column.label)) for column in columns]
    context = {
        "filters": filters,
        "page": page,
        "headers": [_header(column, way, filters.query) for column in columns],
        "name_header": _name_header(way, filters.query),
        "rows": [_row(one, labelled) for one in page.accounts],
        "views": views_for(request.user, filters.query),
        "query": filters.query.urlencode(),
        "kept": _kept(filters.query, way),
        "may_edit": request.user.role != Role.ANALYST,
        **_neighbours(page, way, filters.query),
    }
    return render(request, "accounts/accounts.html", context)


@dataclass(frozen=True, slots=True)
class Cell:
    """`label` is shown beside it where there is no room for a head, as on a phone."""

    text: str
    is_number: bool
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    account: Account
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a column: where choosing it leads, and which way the list runs now."""

    label: str
    is_number: bool = False
    address: str = ""
    runs: str = ""  # as aria-sort says it


def _row(account: Account, labelled: list[tuple[Column, str]]) -> Row:
    return Row(account, [_cell(account, column, label) for column, label in labelled])


def _cell(account: Account, column: Column, label: str) -> Cell:
    text = column.cell(account)
    return Cell(text, column.is_number, label if text else "")


def _way(given: QueryDict, filters: Filters) -> Way:
    if filters.asked.is_deleted:
        return Way(ORDERS["deleted"], True)
    way = Way.read(given.get("sort", ""))
    return Way.read("") if way.order.name == "deleted" else way


def _header(column: Column, way: Way, query: QueryDict) -> Header:
    order = ORDERS.get(column.order)
    if order is None:
        return Header(column.label, column.is_number)
    return Header(
        column.label,
        column.is_number,
        address(query, way.when_chosen(order)),
        _runs(way, order.name),
    )


def _name_header(way: Way, query: QueryDict) -> Header:
    return Header(
        "Name", False, address(query, way.when_chosen(ORDERS["name"])), _runs(way, "name")
    )


def _runs(way: Way, order: str) -> str:
    if way.order.name != order:
        return ""
    return "descending" if way.falls else "ascending"


def address(query: QueryDict, way: Way, mark: str = "") -> str:
    """The list under these filters in this order, from a mark on."""
    parts = [query.urlencode(), urlencode({"sort": str(way)})]
    if mark:
        parts.append(urlencode({"page": mark}))
    return "?" + "&".join(part for part in parts if part)


def _neighbours(page: Page, way: Way, query: QueryDict) -> dict[str, str]:
    return {
        "previous_url": address(query, way, page.previous) if page.previous else "",
        "next_url": address(query, way, page.next) if page.next else "",
    }


def _kept(query: QueryDict, way: Way) -> list[tuple[str, Any]]:
    """What the search in the list keeps of the address."""
    pairs = [(name, value) for name, values in query.lists() for value in values if name != "q"]
    return [*pairs, ("sort", str(way))]
