"""What there was to talk about with a customer on a day: what was shipped lately, what is overdue,
who was there for service, how long it has ordered nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from zhibi.worlds.shutdowns import SPRING_FESTIVALS
from zhibi.worlds.world import OrderLine, World

MACHINE_DAYS, PART_DAYS, SERVICE_DAYS = 90, 50, 14  # how long each is talked of
LEAST_OWED = 3_000_000  # cents; less is not worth a word
PROMPT_DAYS = 15  # nobody is asked for money the day after it was due
QUIET_GAPS = 2.2  # so many usual gaps without an order are noticed
LEAST_QUIET_DAYS, MOST_QUIET_DAYS = 25, 200  # after that it is no news
FESTIVAL_DAYS = 12
MID_AUTUMNS = (date(2023, 9, 29), date(2024, 9, 17), date(2025, 10, 6), date(2026, 9, 25))
COMPRESSORS = ("screw", "centrifugal")
FILTERS = ("FA10", "FO12", "FP22", "FS30")


@dataclass(slots=True)
class Dealings:
    """One customer's records in order of day."""

    machines: list[tuple[date, str]] = field(default_factory=list)  # day, product_id
    parts: list[tuple[date, str]] = field(default_factory=list)
    orders: list[date] = field(default_factory=list)
    due: list[tuple[date, int]] = field(default_factory=list)  # day, cents due up to it
    paid: list[tuple[date, int]] = field(default_factory=list)  # … and paid
    services: list[tuple[date, str]] = field(default_factory=list)  # day, engineer
    mean_gap: float = 0.0  # open days; 0 for who never ordered
    stops_on: date | None = None

    def lately(self, what: list[tuple[date, str]], day: date, within: int) -> str | None:
        """The last of these on or before a day, when it is not longer ago than `within` days."""
        place = bisect_right(what, (day, "\uffff")) - 1
        if place < 0 or (day - what[place][0]).days > within:
            return None
        return what[place][1]

    def owed(self, day: date) -> int:
        """Cents overdue for more than some days, receipts counted oldest first; 0 when small."""
        before = day - timedelta(days=PROMPT_DAYS)
        cents = _until(self.due, before) - _until(self.paid, day)
        return cents if cents >= LEAST_OWED else 0

    def quiet_days(self, day: date) -> int | None:
        """Days without an order, when that is long for this customer."""
        place = bisect_right(self.orders, day) - 1
        if place < 0:
            return None
        days = (day - self.orders[place]).days
        is_long = days > max(self.mean_gap * QUIET_GAPS, LEAST_QUIET_DAYS)
        return days if is_long and days <= MOST_QUIET_DAYS else None

    def has_ordered(self, day: date) -> bool:
        return bisect_left(self.orders, day) > 0

    def is_active(self, day: date) -> bool:
        """Whether it has ordered lately enough to be worth a task."""
        place = bisect_right(self.orders, day) - 1
        return place >= 0 and (day - self.orders[place]).days <= MOST_QUIET_DAYS

    def is_lost(self, day: date) -> bool:
        """Whether it has stopped for good, and long enough ago to be known."""
        quiet = timedelta(days=round(self.mean_gap * QUIET_GAPS))
        return self.stops_on is not None and day > self.stops_on + quiet


def dealings_of(world: World) -> dict[str, Dealings]:
    """By customer; prospects have none."""
    found: dict[str, Dealings] = defaultdict(Dealings)
    _add_lines(found, world.order_lines)
    for due in sorted(world.receivables, key=lambda one: one.due_on):
        _add_up(found[due.customer_id].due, due.due_on, due.cents)
    for receipt in sorted(world.receipts, key=lambda one: one.received_on):
        _add_up(found[receipt.customer_id].paid, receipt.received_on, receipt.cents)
    for effort in world.efforts:
        if effort.kind == "service":
            found[effort.customer_id].services.append((effort.on, effort.person))
    for rhythm in world.truth.rhythms:
        found[rhythm.customer_id].mean_gap = rhythm.mean_gap_days
        found[rhythm.customer_id].stops_on = rhythm.stops_on
    return dict(found)


def _add_lines(found: dict[str, Dealings], lines: Iterable[OrderLine]) -> None:
    for line in lines:
        if line.line_kind != "sale":
            continue
        own = found[line.customer_id]
        if not own.orders or own.orders[-1] != line.order_date:
            own.orders.append(line.order_date)
        if line.category in COMPRESSORS:
            own.machines.append((line.order_date, line.product_id))
        elif line.product_id in FILTERS:
            own.parts.append((line.order_date, line.product_id))


def _add_up(sums: list[tuple[date, int]], on: date, cents: int) -> None:
    sums.append((on, cents + (sums[-1][1] if sums else 0)))


def _until(sums: list[tuple[date, int]], day: date) -> int:
    """What these come to up to a day, itself included."""
    place = bisect_right(sums, day, key=lambda one: one[0])
    return sums[place - 1][1] if place else 0


def festival_near(day: date) -> str | None:
    """The key of the holiday that begins within some days."""
    for festival in SPRING_FESTIVALS:
        if 0 < (festival - day).days <= FESTIVAL_DAYS:
            return "spring"
    for key, days in (("mid_autumn", MID_AUTUMNS), ("national_day", _national_days())):
        if any(0 < (festival - day).days <= FESTIVAL_DAYS for festival in days):
            return key
    return None


def _national_days() -> tuple[date, ...]:
    return tuple(date(year, 10, 1) for year in range(2023, 2027))
