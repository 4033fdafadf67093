"""The figures of a finding once more, from the tables of the report it stands in.

A function takes the finding, all tables by their key, and the finding's place in the report, which
the keys of its evidence begin with; it gives the figures of its sentence by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.reports.reviewed import Record, own_row, total, value

from zhibi.result import Estimate, Finding

A_YEAR_BEFORE = date(2025, 9, 30)  # of the demo company


def _total(finding: Finding, tables: Mapping[str, list[Record]], _: int) -> dict[str, Any]:
    steps, changes = tables["steps"], tables["1_changes"]
    now, base = total(steps, "net"), total(steps, "net_before")
    one = (max if now > base else min)(changes, key=lambda r: r["change"])
    return {
        "net": total(changes, "net"),
        "change": now - base,
        "growth": float((now - base) / base),
        "one": one["change"],
        "rest": float((now - base - one["change"]) / base),
    }


def _dependence(_: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    def held(key: str) -> list[float]:
        ranking = tables[f"{at}_ranking"]
        return sorted((float(r[key]) for r in ranking if r[key] > 0), reverse=True)

    def top(nets: list[float]) -> float:
        return sum(nets[: math.ceil(len(nets) * 0.2)]) / sum(nets)

    nets, so_far, count = held("net"), 0.0, 0
    while so_far < 0.8 * sum(nets):
        so_far += nets[count]
        count += 1
    return {
        "share": top(nets),
        "before": top(held("net_before")),
        "n": math.ceil(len(nets) * 0.2),
        "few": count / len(nets),
    }


def _beyond(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = next(r for r in tables["beyond"] if r["name"] == finding.subject.name)
    return {
        "days": row["since"],
        "usual": row["usual"],
        "stake": row["stake"],
        "net": row["net"],
        "longer": value(finding, "longer"),
        "gaps": value(finding, "gaps"),
    }


def _red_together(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    red = [r for r in tables["beyond"] if r["status"] == "red"]
    first = next(r for r in red if r["name"] == value(finding, "name"))
    record = {r["rule"]: r for r in tables["record"]}
    return {
        "n": len(red),
        "net": total(red, "net"),
        "first": first["net"],
        "quarters": value(finding, "quarters"),
        "marked": record["red"]["marked"],
        "share": record["red"]["share"],
        "horizon": 90,
        "base": record["not red"]["share"].value,
    }


def _fall(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = next(r for r in tables["explained"] if r["name"] == finding.subject.name)
    net = row["average"] * row["orders"]
    return {
        "net": pytest.approx(net, abs=row["orders"]),
        "change": row["change"],
        "growth": float(row["change"] / (value(finding, "net") - row["change"])),
        "orders": row["orders"],
        "orders_before": row["orders_before"],
        "average": row["average"],
        "average_before": row["average_before"],
        "part": min(row[key] for key in ("price", "volume", "mix", "dropped")),
    }


def _left_head(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = next(r for r in tables["movers"] if r["name"] == finding.subject.name)
    return {
        "class": row["class"],
        "before": row["net_before"],
        "net": row["net"],
        "orders": row["orders"],
        "orders_before": row["orders_before"],
    }


def _whitespace(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = next(r for r in tables["breadth"] if r["name"] == finding.subject.name)
    return {
        "own": row["categories"],
        "usual": row["peer_categories"],
        "peers": row["peer_count"],
        "potential": row["potential"],
    }


def _overdue(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    owing = sorted((r["overdue"] for r in tables[f"{at}_owing"]), reverse=True)
    overdue, so_far, count = sum(owing), Decimal(0), 0
    while so_far < overdue * Decimal("0.8"):
        so_far += owing[count]
        count += 1
    open_ = total(tables[f"{at}_owing"], "open")
    return {
        "overdue": overdue,
        "open": open_,
        "share": float(overdue / open_),
        "n": count,
        "most": owing[0],
    }


def _late(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    (row,) = tables[f"{at}_owing"]
    paid = own_row(finding, tables["paying"])
    return {
        "overdue": row["overdue"],
        "days": row["oldest_days"],
        "usual": abs(paid["median_days"]),
    }


def _loss(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = own_row(finding, tables["losing"])
    sold = tables.get("2_ranking") or tables["1_accounts"]
    ranked = [r["customer_id"] for r in sorted(sold, key=lambda r: -r["net"])]
    return {
        **row,
        "given_back": -row["given_back"] if "given_back" in row else 0,
        "lost": -row.get("contribution", row["margin"]),
        "place": ranked.index(finding.subject.customer_id) + 1,
    }


def _loaded(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    row = next(r for r in tables[f"{at}_loaded"] if r["end"] == value(finding, "end"))
    assert row["sustained"] == row["loaded"] - row["back"]
    return {**row, "days": 7, "after": 45, "share_back": float(row["back"] / row["loaded"])}


def _dropped(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    row = own_row(finding, tables["dropped"])
    return {
        "net": row["net_before"],
        "peers": row["peer_count"],
        "still": row["still"].value if isinstance(row["still"], Estimate) else row["still"],
        "months": 6,
    }


def _retention(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    return {name: figure.value for name, figure in finding.says.figures.items()}


def _key_value(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_accounts"]
    (name,) = {r["segment"] for r in rows if min(r["r"], r["f"], r["m"]) == 5}
    held = [r for r in rows if r["segment"] == name]
    return {
        "n": len(held),
        "share_of_accounts": len(held) / len(rows),
        "share": float(total(held, "net") / total(rows, "net")),
    }


def _holds_most(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_members"]
    first = max(tables["clusters"], key=lambda r: r["net"])
    held = [r for r in rows if r["segment"] == first["segment"]]
    net = total(held, "net")
    return {
        "n": len(held),
        "part": len(held) / len(rows),
        "share": float(net / total(rows, "net")),
        "each": pytest.approx(net / len(held), abs=Decimal("0.01")),
    }


def _falls(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = next(r for r in tables["clusters"] if r["net"] == value(finding, "net"))
    lines = tables[f"lines_{finding.subject.customer_id}"]
    year = A_YEAR_BEFORE
    now = total([r for r in lines if r["order_date"] > year], "amount")
    return {
        "n": row["accounts"],
        "net": row["net"],
        "before": row["net_before"],
        "change": float(row["net"] / row["net_before"] - 1),
        "lost": total(lines, "amount") - 2 * now,
    }


def _lifetime(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_customers"]
    expected = value(finding, "expected")
    assert expected.n == len(rows)
    each = [r["expected"].value for r in rows]  # rounded to a tenth or so, customer by customer
    assert sum(each) == pytest.approx(expected.value, rel=1e-3)
    return {"expected": expected, "horizon": 90, "before": value(finding, "before")}


def _warned(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    (row,) = tables[f"{at}_keep"]
    return {**row, "share": row["chance"], "horizon": 90}


def _answered(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    (row,) = tables[f"{at}_accounts"]
    return {"share": row["content_share"], "net": row["net"], "before": row["net_before"]}


def _making(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    assert finding.subject
    row = own_row(finding, tables["accounts"])
    lines = tables[f"lines_{finding.subject.customer_id}"]
    before = [r for r in lines if r["order_date"] <= A_YEAR_BEFORE]
    return {**row, "before": total(before, "amount")}


def _on_file(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables["prospects_by_region"]
    n = sum(r["accounts"] for r in rows)
    stages = sum(r["accounts"] for r in tables["conversion_by_source"])
    assert stages < n / value(finding, "share")
    return {
        "n": n,
        "share": n / 397,
        "judged": sum(r["judged"] for r in rows),
        "expected": total(rows, "expected"),
    }


def _late_to_sign(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    targets = [
        r
        for r in tables[f"{at}_open"]
        if r["stage"] == "target customer" and r["contract_on"] is None
    ]
    late = [r for r in targets if r["expected_month"] and r["expected_month"] < date(2026, 9, 1)]
    most = max(late, key=lambda r: r["expected_amount"])
    return {
        "n": len(late),
        "targets": len(targets),
        "amount": total(late, "expected_amount"),
        "own": most["expected_amount"],
        "month": most["expected_month"],
    }


def _near(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_customers"]
    near = [r for r in rows if r["money"] == r["authority"] == r["need"] == "yes"]
    amounts = [r["amount"] for r in near if r["amount"]]
    new = len(near)  # all of them are potential customers
    return {
        "n": len(near), "of": len(rows), "new": new, "amount": sum(amounts), "own": max(amounts)
    }  # fmt: skip


def _review(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_open"]
    due = [r for r in rows if (date(2026, 9, 30) - r["reviewed_on"]).days > 180]
    return {
        "n": len(due),
        "listed": len(rows),
        "days": 180,
        "amount": sum(r["expected_amount"] or 0 for r in due),
        "on": min(r["reviewed_on"] for r in due),
    }


def _fell_back(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    (row,) = tables[f"{at}_open"]
    return {"on": row["stage_on"], "amount": row["expected_amount"]}


def _first(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    ours, *_, all_ = tables["record"]
    assert tables[f"{at}_ranking"][0]["name"] == value(finding, "name")
    return {
        "n": 10,
        "of": len(tables[f"{at}_ranking"]),
        "months": 6,
        "share": ours["precision"],
        "base": all_["precision"].value,
    }


def _ask(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    (row,) = tables[f"{at}_customers"]
    assert row[finding.code.rpartition("_")[2]] == "unknown"
    return {"amount": row["amount"]}


def _wasted(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    rows = tables[f"{at}_wasted"]
    own = next(r for r in rows if r["salesperson"] == value(finding, "who"))
    never = total(rows, "never")
    whole = never + total(rows, "reached")
    return {
        "never": never,
        "whole": whole,
        "share": float(never / whole),
        "months": 12,
        "own": float(own["never"] / (own["never"] + own["reached"])),
        "n": own["never_accounts"],
    }


def _left(finding: Finding, tables: Mapping[str, list[Record]], at: int) -> dict[str, Any]:
    row = next(r for r in tables[f"{at}_steps"] if r["step"] == value(finding, "step"))
    return {"left": row["left"], "reached": row["reached"], "share": row["ordered"].value}


AGAIN: dict[str, Callable[[Finding, Mapping[str, list[Record]], int], dict[str, Any]]] = {
    "sales_trend.total": _total,
    "sales_trend.fall": _fall,
    "concentration.dependence": _dependence,
    "concentration.left_head": _left_head,
    "product_preference.whitespace": _whitespace,
    "purchase_rhythm.red": _beyond,
    "purchase_rhythm.amber": _beyond,
    "purchase_rhythm.summary": _red_together,
    "receivables.overdue": _overdue,
    "receivables.late": _late,
    "customer_profitability.loss": _loss,
    "quarter_end_loading.loaded": _loaded,
    "product_preference.dropped": _dropped,
    "sales_trend.retention": _retention,
    "rfm.key_value": _key_value,
    "segments.holds_most": _holds_most,
    "segments.falls": _falls,
    "customer_lifetime.orders": _lifetime,
    "churn_warning.account": _warned,
    "satisfaction.discontent": _answered,
    "satisfaction.content_but_less": _answered,
    "key_account_marks.in_the_making": _making,
    "potential_customers.on_file": _on_file,
    "customer_funnel.late": _late_to_sign,
    "customer_funnel.review": _review,
    "customer_funnel.fell_back": _fell_back,
    "customer_funnel.wasted": _wasted,
    "man.near": _near,
    "man.ask_authority": _ask,
    "man.ask_need": _ask,
    "prospect_ranking.first": _first,
    "purchase_path.left": _left,
}
