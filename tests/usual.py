"""An ordinary company for tests that any method must pass: two years, twelve customers, three
prospects, and some rows of every further table."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from tests.methods.given import line, tables_of
from zhibi import run
from zhibi.result import Result
from zhibi.tables.tables import Tables

DAY = date(2024, 12, 31)
CRITERIA = ("relationship", "influence", "potential", "fit", "strategic_value")


@cache
def usual() -> Tables:
    """Two industries, with products, quantities, returns, payments, visits and opinions. Made
    once: what one method keeps of them the next need not work out again, as in a report."""
    return tables_of(order_lines(), DAY, customers(), **further())


@cache
def result_of(name: str) -> Result:
    """What a method says of this company; computed once, as results are frozen."""
    return run.analyze(usual(), name)


@cache
def rendered(name: str, style: str, language: str) -> str:
    return run.render(result_of(name), style=style, language=language)


def customers() -> list[dict[str, Any]]:
    return [
        {
            "customer_id": f"c{n:02}",
            "name": f"客户 {n} <b>&",
            "industry": "轮胎" if n % 2 else "food",
            "owner": "王敏",
            "source": "展会" if n % 3 else "referral",
            "credit_limit": Decimal(20_000 * (n % 4)) or None,
        }
        for n in range(15)
    ]


def order_lines() -> list[dict[str, Any]]:
    lines = []
    for n in range(12):
        for step in range(1, 25 - n):
            day = DAY - timedelta(days=step * (20 + n))
            product = f"p{(n + step) % 5}"
            lines.append(
                line(
                    f"c{n:02}",
                    f"o{n}-{step}",
                    day,
                    Decimal(1000 * (n + 1) - 700 * (step % 7 == 3) * (n + 2)),
                    product_id=product,
                    product_name=product,
                    category=f"line {step % 3}",
                    quantity=Decimal(n + 1),
                    cost=Decimal(600 * (n + 1)),
                    promised_date=day + timedelta(days=7),
                    delivered_date=day + timedelta(days=5 + step % 5) if step > 1 else None,
                )
            )
    return lines


def further() -> dict[str, list[dict[str, Any]]]:
    return {
        "contracts": [_contract(n) for n in range(10)],
        "receivables": [_receivable(n, step) for n in range(12) for step in range(1, 25 - n)],
        "receipts": [_receipt(n, step) for n in range(12) for step in range(2, 25 - n)],
        "efforts": [_effort(n, step) for n in range(15) for step in range(1, 12 - n % 9)],
        "assessments": [*_judged(), *_prospects()],
        "surveys": [_answer(n, year) for n in range(9) for year in range(2)],
        "touches": [_touch(n, step) for n in range(15) for step in range(1 + n % 4)],
    }


def _contract(n: int) -> dict[str, Any]:
    return {
        "contract_id": f"k{n}",
        "customer_id": f"c{n:02}",
        "signed_on": DAY - timedelta(days=(24 - n) * (20 + n)),
        "amount": Decimal(50_000),
    }


def _receivable(n: int, step: int) -> dict[str, Any]:
    day = DAY - timedelta(days=step * (20 + n))
    return {
        "receivable_id": f"r{n}-{step}",
        "customer_id": f"c{n:02}",
        "contract_id": f"k{n}" if n < 10 else None,
        "milestone": "质保金" if step % 6 == 0 else "发货款",
        "issued_on": day,
        "due_date": day + timedelta(days=365 if step % 6 == 0 else 60),
        "amount_due": Decimal(1130 * (n + 1)),
    }


def _receipt(n: int, step: int) -> dict[str, Any]:
    day = min(DAY, DAY - timedelta(days=step * (20 + n) - 40 - 5 * n))
    is_bill = (n + step) % 4 == 0
    return {
        "receipt_id": f"s{n}-{step}",
        "customer_id": f"c{n:02}",
        "received_on": day,
        "amount": Decimal(1130 * (n + 1)) - 100 * (step % 5 == 0),
        "method": "银行承兑" if is_bill else "电汇",
        "matures_on": day + timedelta(days=180) if is_bill else None,
    }


def _effort(n: int, step: int) -> dict[str, Any]:
    return {
        "customer_id": f"c{n:02}",
        "spent_on": DAY - timedelta(days=step * 30 + n),
        "kind": "visit" if step % 2 else "call",
        "salesperson": "王敏" if n % 2 else "李强",
        "cost": Decimal(300 * (n % 3 + 1)),
        "days": Decimal("0.5"),
    }


def _judged() -> list[dict[str, Any]]:
    return [
        {
            "customer_id": f"c{n:02}",
            "criterion": criterion,
            "value": str((3 * n + at) % 11),
            "assessed_on": DAY - timedelta(days=200 + n),
            "assessed_by": "王敏",
        }
        for n in range(12)
        for at, criterion in enumerate(CRITERIA)
        if (n + at) % 5
    ]


def _prospects() -> list[dict[str, Any]]:
    said = {
        "c12": {"money": "yes", "authority": "yes", "need": "no", "stage": "target"},
        "c13": {"money": "yes", "authority": "unknown", "stage": "potential"},
        "c14": {"money": "no", "authority": "no", "need": "no", "stage": "target market"},
        "c11": {"stage": "target"},
    }
    return [
        {
            "customer_id": customer_id,
            "criterion": criterion,
            "value": value,
            "assessed_on": DAY - timedelta(days=400),
        }
        for customer_id, values in said.items()
        for criterion, value in values.items()
    ]


def _answer(n: int, year: int) -> dict[str, Any]:
    return {
        "customer_id": f"c{n:02}",
        "answered_on": DAY - timedelta(days=90 + 365 * year),
        "dimension": ("delivery", "price", "recommend")[n % 3],
        "score": Decimal((n * 2 + year) % 6) if n % 7 else None,
        "scale_max": Decimal(10 if n % 3 == 2 else 5),
    }


def _touch(n: int, step: int) -> dict[str, Any]:
    return {
        "customer_id": f"c{n:02}",
        "touched_on": DAY - timedelta(days=700 - 30 * step),
        "step": ("拜访", "报价", "试用", "签单")[step],
        "channel": "电话",
    }
