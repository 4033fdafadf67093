"""An account beside the quarters of its look-alikes, and what is said where it is far outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from zhibi.measures.behaviour_features import Feature
from zhibi.measures.look_alikes import LookAlikes, Marks, Standing
from zhibi.measures.rows import table_of_rows
from zhibi.result import Column, Figure, Finding, Sentence, Severity, Subject, Table, Unit, Value

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Told:
    """A feature that costs money on one side, the least gap worth a word, and what to do."""

    is_low_bad: bool
    least_gap: float
    action: Sentence


TELLING = {
    "margin_rate": Told(
        True, 0.05, Sentence("Hold its prices and rebates against those of others like it.")
    ),
    "categories": Told(
        True, 2, Sentence("Offer what others like it buy and it does not (product-preference).")
    ),
    "change": Told(
        True, 0.3, Sentence("Ask what became of its demand: others like it held theirs better.")
    ),
    "return_share": Told(
        False, 0.05, Sentence("Go through its last returns with the warehouse and agree a cure.")
    ),
}


def compared_table(found: LookAlikes, at: int | None) -> Table:
    """One row each for the account and the quarters of its look-alikes."""
    rows = []
    if at is not None:
        for said, field in (
            ("this customer", "own"),
            ("a quarter have less than", "low"),
            ("half have less than", "middle"),
            ("a quarter have more than", "high"),
        ):
            values = {
                feature.key: _value(getattr(found.standing[feature.key], field)[at], feature.unit)
                for feature in found.features
            }
            rows.append({"who": said, **values})
    columns = (
        Column("who", "Among look-alikes", Unit.TERM),
        *(Column(feature.key, feature.label, feature.unit) for feature in found.features),
    )
    return table_of_rows(rows, "compared", "The customer and its look-alikes", columns)


def _value(number: float, unit: Unit) -> Value:
    """A figure of its unit: money exact to the cent, what is not known None."""
    if np.isnan(number):
        return None
    if unit is Unit.MONEY:
        return Decimal(str(round(number, 4))).quantize(CENT)
    return float(number)


def far_outside(found: LookAlikes) -> list[tuple[int, Feature]]:
    """The accounts far outside on a side that costs money, the largest first, and in what."""
    telling = [feature for feature in found.features if feature.key in TELLING]
    if not telling:
        return []
    marks = np.column_stack([_is_outside(found.standing[one.key], one) for one in telling])
    return [(int(place), telling[at]) for place, at in np.argwhere(marks)]


def _is_outside(standing: Standing, feature: Feature) -> Marks:
    told = TELLING[feature.key]
    is_far = standing.is_far_below() if told.is_low_bad else standing.is_far_above()
    gap: Marks = np.abs(standing.own - standing.middle) >= told.least_gap
    return is_far & gap


def unlike_told(found: LookAlikes, at: int, feature: Feature, on: date) -> Finding:
    """What is said of an account that is far outside in a feature."""
    standing, row, told = found.standing[feature.key], found.row(at), TELLING[feature.key]
    gap = abs(standing.own[at] - standing.middle[at])
    figures = {
        "name": Figure(row["name"], Unit.NAME),
        "feature": Figure(feature.label, Unit.TERM),
        "own": Figure(_value(standing.own[at], feature.unit), feature.unit),
        "middle": Figure(_value(standing.middle[at], feature.unit), feature.unit),
        "n": Figure(int(standing.n[at]), Unit.COUNT),
    }
    return Finding(
        code=f"peer_group.{feature.key}",
        says=Sentence(
            "{name}, {feature}: {own}; the middle of its {n:look-alike|look-alikes} is {middle}.",
            figures,
        ),
        severity=Severity.SOON,
        cause_on=on,
        subject=Subject(row["customer_id"], row["name"]),
        action=told.action,
        owner=row["owner"],
        stake=_stake(row["net"], feature, gap=float(gap)),
    )


def _stake(net: Decimal, feature: Feature, *, gap: float) -> Decimal | None:
    """What being like the others would be worth a period, where that is plain arithmetic."""
    if feature.key not in ("margin_rate", "return_share") or net <= 0:
        return None
    return (net * Decimal(str(round(gap, 6)))).quantize(CENT)
