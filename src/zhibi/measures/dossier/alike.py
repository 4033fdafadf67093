"""Beside its look-alikes: how it buys against accounts of its industry and size."""

from __future__ import annotations

from zhibi.measures.behaviour_features import FEATURES, chosen
from zhibi.measures.dossier.account import Account
from zhibi.measures.dossier.parts import Part, unknown
from zhibi.measures.look_alikes import look_alikes
from zhibi.measures.look_alikes_told import compared_table, far_outside, unlike_told
from zhibi.result import Note, Sentence

ALIKE = "Beside its look-alikes"
TOO_FEW = "too few others like it"
# What the other parts do not say with its cause: a narrow range and a fall they do.
TOLD = ("margin_rate", "return_share")


def alike(account: Account) -> Part:
    """Its figures beside the quarters of its look-alikes."""
    if account.standing is None:
        return unknown(ALIKE, account.why_no_sales, "order_lines")
    tables = account.tables
    usual = chosen(tables, "auto", method="account_review", before=account.before)
    # The change is of both years' sums there, and would stand beside another one on this page.
    features = tuple(feature for feature in usual if feature.key != "change")
    returns = next(feature for feature in FEATURES if feature.key == "return_share")
    if tables.has("line_kind"):
        features = (*features, returns)
    found = look_alikes(tables, features, period=account.period, level=account.level)
    at = found.place_of(account.key)
    if at is None or found.like(at) is None:
        return unknown(ALIKE, TOO_FEW, "customers")
    told = tuple(
        unlike_told(found, at, feature, account.period.month_on)
        for place, feature in far_outside(found)
        if place == at and feature.key in TOLD
    )
    note = Sentence(
        "Look-alikes are the other customers of the same industry and third of size, five or "
        "more of whom none holds half of sales; where there are none such, all customers."
    )
    blocks = (compared_table(found, at), Note(note))
    return Part(ALIKE, blocks, told)
