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
    `derived` are columns (name → SQL type) that the import computes; `day` is the column that says
    when a row came to be known, by which an analysis of a past day leaves out what came later."""

    name: str
    unit: tuple[str, ...]
    fields: tuple[Field, ...]
    derived: tuple[tuple[str, str], ...] = ()
    day: str = ""

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
    day="order_date",
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

# Rows of the tables below are about one customer each.
_OF_CUSTOMER = (("customer_key", "BIGINT"),)

CONTRACTS = TableSchema(
    "contracts",
    unit=("contract_id",),
    fields=(
        Field("contract_id", Kind.ID, required=True),
        Field("customer_id", Kind.ID, required=True),
        Field("signed_on", Kind.DATE, required=True),
        Field("ends_on", Kind.DATE),
        Field("amount", Kind.MONEY),
        Field("salesperson", Kind.TEXT),
    ),
    derived=_OF_CUSTOMER,
    day="signed_on",
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
        Field("issued_on", Kind.DATE),
        Field("due_date", Kind.DATE, required=True),
        Field("amount_due", Kind.MONEY, required=True),
        Field("currency", Kind.CURRENCY),
    ),
    derived=_OF_CUSTOMER,
    day="issued_on",
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
    derived=_OF_CUSTOMER,
    day="received_on",
)

# What a receipt paid, where the books say so; else it is matched oldest first.
ALLOCATIONS = TableSchema(
    "allocations",
    unit=("receipt_id",),
    fields=(
        Field("receipt_id", Kind.ID, required=True),
        Field("receivable_id", Kind.ID, required=True),
        Field("amount", Kind.MONEY, required=True),
    ),
)

EFFORTS = TableSchema(
    "efforts",
    unit=("customer_id", "spent_on"),
    fields=(
        Field("customer_id", Kind.ID, required=True),
        Field("spent_on", Kind.DATE, required=True),
        Field("kind", Kind.TEXT),
        Field("salesperson", Kind.TEXT),
        Field("cost", Kind.MONEY),
        Field("days", Kind.QUANTITY),
        Field("note", Kind.TEXT),
    ),
    derived=_OF_CUSTOMER,
    day="spent_on",
)

# What people judge: one criterion of one customer on one day. `value` is a number, a yes or no,
# or a word, as the criterion asks; the latest one up to a day is what was thought then.
ASSESSMENTS = TableSchema(
    "assessments",
    unit=("customer_id", "criterion", "assessed_on"),
    fields=(
        Field("customer_id", Kind.ID, required=True),
        Field("criterion", Kind.TEXT, required=True),
        Field("value", Kind.TEXT, required=True),
        Field("assessed_on", Kind.DATE, required=True),
        Field("assessed_by", Kind.TEXT),
        Field("evidence", Kind.TEXT),
    ),
    derived=_OF_CUSTOMER,
    day="assessed_on",
)

# One answer; without a score the question was put and not answered.
SURVEYS = TableSchema(
    "surveys",
    unit=("customer_id", "answered_on"),
    fields=(
        Field("customer_id", Kind.ID, required=True),
        Field("answered_on", Kind.DATE, required=True),
        Field("respondent", Kind.TEXT),
        Field("dimension", Kind.TEXT, required=True),
        Field("score", Kind.QUANTITY),
        Field("scale_max", Kind.QUANTITY, required=True),
        Field("comment", Kind.TEXT),
    ),
    derived=_OF_CUSTOMER,
    day="answered_on",
)

TOUCHES = TableSchema(
    "touches",
    unit=("customer_id", "touched_on"),
    fields=(
        Field("customer_id", Kind.ID, required=True),
        Field("touched_on", Kind.DATE, required=True),
        Field("step", Kind.TEXT, required=True),
        Field("channel", Kind.TEXT),
        Field("salesperson", Kind.TEXT),
    ),
    derived=_OF_CUSTOMER,
    day="touched_on",
)

SCHEMAS = {
    schema.name: schema
    for schema in (
        ORDER_LINES, CUSTOMERS, PRODUCTS, CONTRACTS, RECEIVABLES, RECEIPTS, ALLOCATIONS, EFFORTS,
        ASSESSMENTS, SURVEYS, TOUCHES,
    )
}  # fmt: skip
# What the analyses read beside order lines and customers, where there is any of it.
FURTHER = tuple(name for name in SCHEMAS if name not in ("order_lines", "customers"))
