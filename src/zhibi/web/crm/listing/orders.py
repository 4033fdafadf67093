"""The orders in which accounts are listed. Each is total: the id decides between equals, and what
is not known comes last whichever way the list runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, Value
from django.db.models.functions import NullIf

from zhibi.web.crm.models import Account


@dataclass(frozen=True, slots=True)
class Order:
    """`levels` stand before the column, as the warnings do before the sales; `unknown` is how the
    column writes what is not known."""

    name: str
    column: str
    label: str
    falls: bool = True  # the way it runs when its header is first chosen
    unknown: str | None = None
    level: str = ""
    levels: tuple[int, ...] = ()

    @property
    def key(self) -> NullIf:
        """The column with null for unknown, so written that no index is walked for it."""
        field = Account._meta.get_field(self.column)
        return NullIf(F(self.column), Value(self.unknown), output_field=field)

    def level_of(self, account: Account) -> int | None:
        return getattr(account, self.level) if self.level else None

    def value_of(self, account: Account) -> Any:
        """What the account has in the column; None for unknown."""
        value = getattr(account, self.column)
        return None if value == self.unknown else value


ORDERS: Final = {
    order.name: order
    for order in (
        Order("warning", "sales", "Warning", level="warning", levels=(2, 1, 0)),
        Order("sales", "sales", "Sales"),
        Order("name", "pinyin", "Name", falls=False, unknown=""),
        Order("last-order", "last_order_on", "Last order"),
        Order("overdue", "overdue", "Overdue"),
        Order("grade", "grade", "Grade", falls=False, unknown=""),
        Order("changed", "changed_at", "Changed"),
        Order("deleted", "deleted_at", "Deleted"),
    )
}


@dataclass(frozen=True, slots=True)
class Way:
    """An order, and whether it falls."""

    order: Order
    falls: bool

    @classmethod
    def read(cls, text: str) -> Way:
        """`-sales` falls, `sales` rises; what is no order is the warnings."""
        order = ORDERS.get(text.removeprefix("-"))
        if order is None:
            return USUAL
        return cls(order, text.startswith("-"))

    def __str__(self) -> str:
        return f"-{self.order.name}" if self.falls else self.order.name

    def when_chosen(self, order: Order) -> Way:
        """The way the header of `order` leads to: turned round when it is this one."""
        return Way(order, not self.falls) if order == self.order else Way(order, order.falls)


USUAL: Final = Way(ORDERS["warning"], True)
