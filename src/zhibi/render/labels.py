"""A method's parameters as a person meets them in a form or beside a result: label, help, unit.

A parameter is named once for programs (`min_orders`); people read a label. Most labels are the
name in words; where that says too little, or means something else in one method, it is written
out here. A test finds every parameter of every method and asks for its Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from zhibi.locale import CHINESE, translate
from zhibi.params import Param, params_of

_LABELS: Final[Mapping[str, str]] = {
    "a_from": "Grade A from",
    "amber": "Amber from quantile",
    "attractiveness": "Weights of attractiveness",
    "b_from": "Grade B from",
    "back_days": "Goods may come back for",
    "backtest": "Back-test",
    "c_from": "Grade C from",
    "churn_warning.horizon": "Stopped after",
    "churn_warning.months": "Months of history",
    "compare_months": "Compared with so many months ago",
    "concentration": "Concentration index from",
    "cost": "Cost of keeping one customer",
    "count": "Number of segments",
    "customer_id": "Customer",
    "customer_pyramid.by": "Contribution by",
    "cut": "High means above",
    "cut_at": "Fixed cut",
    "cut_attractiveness": "Attractive from",
    "cut_input": "Input high from",
    "cut_output": "Output high from",
    "cut_strength": "Strong from",
    "cuts": "Share of each tier (%)",
    "discount": "Discount rate a year",
    "dormant": "Stopped long ago from",
    "each": "Grouped by",
    "enough": "Fewest deliveries",
    "entities": "Legal entities from",
    "few": "Fewest answers",
    "fewest": "Fewest customers",
    "fixed_days": "Days of the fixed rule",
    "follow": "An order follows within",
    "follow_up": "Follow-ups from",
    "gone": "Gone after",
    "head": "Head below",
    "hold_days": "Hold after",
    "horizon": "Days of the back-test",
    "key": "Marks of a key account",
    "kinds": "Products from",
    "known": "Least weight known",
    "middle": "Middle below",
    "min_orders": "Fewest order days",
    "money_cost": "Cost of money a year",
    "order_days": "Order days a year from",
    "patience": "A journey ends after",
    "peers": "Peers by",
    "people": "People from",
    "picks": "Prospects picked each time",
    "potential": "Potential by",
    "product_preference.by": "Products told apart by",
    "prospect_ranking.fewest": "Fewest signed prospects",
    "prospect_ranking.months": "Signs within",
    "purchase_rhythm.months": "Months of history",
    "quarter_end_loading.days": "Last days of the quarter",
    "quiet_months": "Dropped after",
    "receivables.months": "Months of history",
    "red": "Red from quantile",
    "regularity": "Regularity from",
    "review_days": "Stage reviewed after",
    "segments.by": "Segments by",
    "service": "Service calls from",
    "settle": "Newcomers uncertain for",
    "signing_months": "Signs within",
    "sought": "Number of segments from the data",
    "steady": "Steady within ±",
    "strength": "Weights of strength",
    "target_markets.by": "Markets by",
    "terms": "Payment terms",
    "top": "Large: the top",
    "unit": "Unit of time",
    "unlikely": "Loaded when chance is below",
    "value_years": "Years of lifetime value",
    "way": "Segments formed by",
    "years": "Years since the first order from",
    "young_days": "New effort up to",
}
# Units that go without saying beside the label, and how a share is to be written.
_UNITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("YYYY-MM-DD", "money", "index", "ratio", "score"), ""),
    **dict.fromkeys(("legal entities", "products", "efforts", "customers", "quarters"), ""),
    "share": "0–1",
}


@dataclass(frozen=True, slots=True)
class ParamLabel:
    """What a form says of one parameter; `choices` are (value, label)."""

    name: str
    label: str
    help: str
    unit: str
    choices: tuple[tuple[str, str], ...]


def labels_of(method: str, params: type, language: str) -> tuple[ParamLabel, ...]:
    """The parameters that the Params class of a method declares, in order and in `language`."""
    return tuple(_labelled(method, declared, language) for declared in params_of(params))


def label_of(name: str, method: str = "") -> str:
    """A parameter as it is called beside its value: an English msgid."""
    plain = name.replace("_", " ").capitalize()
    return _LABELS.get(f"{method}.{name}") or _LABELS.get(name, plain)


def _labelled(method: str, declared: Param, language: str) -> ParamLabel:
    unit = _UNITS.get(declared.unit, declared.unit)
    choices = tuple((value, translate(value, language)) for value in declared.choices)
    return ParamLabel(
        name=declared.name,
        label=translate(label_of(declared.name, method), language),
        help=_help(translate(declared.help, language), choices, language),
        unit=translate(unit, language) if unit else "",
        choices=choices,
    )


def _help(text: str, choices: tuple[tuple[str, str], ...], language: str) -> str:
    """The Chinese of a help text names a choice as one types it; a form shows its label."""
    if language != CHINESE:
        return text
    for value, label in choices:
        text = re.sub(rf"(?<![A-Za-z]){re.escape(value)}(?![A-Za-z]) ?", f"“{label}”", text)
    return text
