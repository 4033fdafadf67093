"""The canonical tables: their columns, types, what is required and what one row stands for.

Every file, whatever its headers, is read into these. The unit is what an import replaces as a
whole: a new export of an order replaces all lines of that order, never single lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, and so how text is read into it."""

    ID = "id"  # text, leading zeros kept
    TEXT = "text"
    DATE = "date"
    MONEY = "money"  # DECIMAL(18,4)
    QUANTITY = "quantity"  # DECIMAL(18,4)
    RATE = "rate"  # DECIMAL(9,6): a share, 0.13
    CURRENCY = "currency"  # ISO 4217 code
    CHOICE = "choice"  # one of `Field.choices`


SQL_TYPES = {
    Kind.ID: "VARCHAR",
    Kind.TEXT: "VARCHAR",
    Kind.DATE: "DATE",
    Kind.MONEY: "DECIMAL(18,4)",
    Kind.QUANTITY: "DECIMAL(18,4)",
    Kind.RATE: "DECIMAL(9,6)",
    Kind.CURRENCY: "VARCHAR",
    Kind.CHOICE: "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column a file can fill. `required` rows without it are rejected."""

    name: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A canonical table. `unit` names the columns that identify what an import replaces whole;
    `derived` are columns (name → SQL type) that the import computes."""

    name: str
    unit: tuple[str, ...]
    fields: tuple[Field, ...]
    derived: tuple[tuple[str, str], ...] = ()

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)

    @property
    def sql_columns(self) -> dict[str, str]:
        """Column → SQL type, as the lake keeps them, in order."""
        given = {field.name: SQL_TYPES[field.kind] for field in self.fields}
        return {"source_system": "VARCHAR", **given, **dict(self.derived), "import_id": "VARCHAR"}


BASES = ("ordered", "shipped", "invoiced")
LINE_KINDS = ("sale", "return", "rebate", "allowance", "red_invoice", "sample")
ROUTES = ("direct", "dealer", "integrator", "end_customer")
SIZES = ("enterprise", "smb", "individual")

ORDER_LINES = TableSchema(
    "order_lines",
    unit=("order_id",),
    fields=(
        Field("order_id", Kind.ID, required=True),
        Field("line_no", Kind.ID),
        Field("customer_id", Kind.ID, required=True),
        Field("end_customer_id", Kind.ID),
        Field("order_date", Kind.DATE, required=True),
        Field("product_id", Kind.ID),
        Field("product_name", Kind.TEXT),
        Field("category", Kind.TEXT),
        Field("quantity", Kind.QUANTITY),
        Field("amount", Kind.MONEY, required=True),
        Field("amount_incl_tax", Kind.MONEY),
        Field("tax_rate", Kind.RATE),
        Field("list_price", Kind.MONEY),
        Field("discount", Kind.MONEY),
        Field("cost", Kind.MONEY),
        Field("currency", Kind.CURRENCY),
        Field("basis", Kind.CHOICE, choices=BASES),
        Field("line_kind", Kind.CHOICE, choices=LINE_KINDS),
        Field("contract_id", Kind.ID),
        Field("channel", Kind.TEXT),
        Field("salesperson", Kind.TEXT),
        Field("promised_date", Kind.DATE),
        Field("delivered_date", Kind.DATE),
    ),
    derived=(
        # In the currency of the order; `amount` is in the workspace's.
        ("amount_original", "DECIMAL(18,4)"),
        # Stands for (source_system, customer_id): scans over integers are three times cheaper.
        ("customer_key", "BIGINT"),
        # True on one line of each order: the first line of the first day on which the order's
        # sales add up to more than zero. Orders in any window are then counted in one pass, and
        # a later return cannot change a count of the past.
        ("is_order", "BOOLEAN"),
    ),
)

CUSTOMERS = TableSchema(
    "customers",
    unit=("customer_id",),
    fields=(
        Field("customer_id", Kind.ID, required=True),
        Field("name", Kind.TEXT, required=True),
        Field("former_names", Kind.TEXT),
        Field("credit_code", Kind.ID),
        Field("parent_id", Kind.ID),
        Field("industry", Kind.TEXT),
        Field("region", Kind.TEXT),
        Field("size", Kind.CHOICE, choices=SIZES),
        Field("kind", Kind.TEXT),
        Field("route", Kind.CHOICE, choices=ROUTES),
        Field("employees", Kind.QUANTITY),
        Field("annual_revenue", Kind.MONEY),
        Field("source", Kind.TEXT),
        Field("owner", Kind.TEXT),
        Field("since", Kind.DATE),
        Field("credit_limit", Kind.MONEY),
        Field("given_grade", Kind.TEXT),
    ),
    derived=(
        ("customer_key", "BIGINT"),
        # The customer_key of the legal entity (after confirmed merges and equal credit codes)
        # and of the top of its group; both equal customer_key for a customer that stands alone.
        ("entity_key", "BIGINT"),
        ("group_key", "BIGINT"),
    ),
)

PRODUCTS = TableSchema(
    "products",
    unit=("product_id",),
    fields=(
        Field("product_id", Kind.ID, required=True),
        Field("product_name", Kind.TEXT, required=True),
        Field("category", Kind.TEXT),
        Field("list_price", Kind.MONEY),
        Field("cost", Kind.MONEY),
    ),
)

RECEIVABLES = TableSchema(
    "receivables",
    unit=("receivable_id",),
    fields=(
        Field("receivable_id", Kind.ID, required=True),
        Field("customer_id", Kind.ID, required=True),
        Field("contract_id", Kind.ID),
        Field("invoice_id", Kind.ID),
        Field("milestone", Kind.TEXT),
        Field("due_date", Kind.DATE, required=True),
        Field("amount_due", Kind.MONEY, required=True),
        Field("currency", Kind.CURRENCY),
    ),
    derived=(("customer_key", "BIGINT"),),
)

RECEIPTS = TableSchema(
    "receipts",
    unit=("receipt_id",),
    fields=(
        Field("receipt_id", Kind.ID, required=True),
        Field("customer_id", Kind.ID, required=True),
        Field("received_on", Kind.DATE, required=True),
        Field("amount", Kind.MONEY, required=True),
        Field("currency", Kind.CURRENCY),
        Field("method", Kind.TEXT),
        Field("matures_on", Kind.DATE),
    ),
    derived=(("customer_key", "BIGINT"),),
)

SCHEMAS = {
    schema.name: schema for schema in (ORDER_LINES, CUSTOMERS, PRODUCTS, RECEIVABLES, RECEIPTS)
}
