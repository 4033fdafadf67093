"""By which number results name a customer: its own, or `system/number` where two source systems
use the same one.

A customer is (source_system, customer_id); in results, addresses and files one text must do. So
the number is left as the source has it wherever it cannot be mistaken, which is nearly always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import ibis.expr.types as ir

SEPARATOR: Final = "/"


def full_number(source_system: str, customer_id: str) -> str:
    """The number with its system; alone where the system has no name."""
    return f"{source_system}{SEPARATOR}{customer_id}" if source_system else customer_id


def shared_numbers(local: Any, customers: ir.Table) -> ir.Table | None:
    """The numbers (`customer_id`) that do not say which customer is meant; None without any.

    Also those that another customer is called by once its system stands before its number.
    """
    from ibis.util import gen_name

    system = customers.source_system
    systems = customers.agg(first=system.min(), last=system.max()).to_pyarrow().to_pylist()[0]
    if systems["first"] == systems["last"]:
        return None
    numbers = customers.group_by("customer_id").agg(n=customers.count())
    twice = numbers.filter(numbers.n > 1).select("customer_id")
    full = customers.filter(system != "").select(customer_id=_full(customers))
    like_full = customers.semi_join(full, "customer_id").select("customer_id")
    both = twice.union(like_full, distinct=True)
    found: ir.Table = local.create_table(gen_name("shared_numbers"), both, temp=True)
    return found if found.limit(1).count().to_pyarrow().as_py() else None


def unmistakable(customers: ir.Table, shared: ir.Table | None) -> ir.Table:
    """The customers under the numbers by which results name them."""
    if shared is None:
        return customers
    marked = customers.left_join(shared.mutate(is_shared=True), "customer_id")
    number = marked.is_shared.fill_null(False).ifelse(_full(marked), marked.customer_id)
    return marked.mutate(customer_id=number).select(customers.columns)


def _full(customers: ir.Table) -> ir.StringValue:
    system, number = customers.source_system, customers.customer_id
    found: ir.StringValue = (system == "").ifelse(number, system + SEPARATOR + number)
    return found
