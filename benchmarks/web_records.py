"""What there is to do in a company of `web_data`: amounts owed, promises, tasks, findings.

A fifth of the accounts are late with two amounts that add up to what the account says is overdue;
a fifth owe what is due within three months; one in fifty has retention. One in twenty was promised
something, one in twenty-five has an open task, and each that is warned of has its finding.
"""

from __future__ import annotations

IS_LATE = "h % 10 >= 7 AND h % 3 > 0"
RECEIVABLE_UIDS, PROMISE_UIDS, TASK_UIDS, FINDING_UIDS = 1 << 43, 1 << 44, 1 << 45, 1 << 46
OF_DIRECTOR, OF_MANAGER = 20, 40  # the first accounts have a task for one or the other


def statements(words: dict[str, str]) -> list[str]:
    """To be run while the numbers are there."""
    return [
        *(_receivables(words, *one) for one in _OWED),
        _promises(words),
        _tasks(words),
        _findings(words),
    ]


# Which accounts owe, how much, how many days ago it was due, and whether it is retention.
_OWED = (
    (1, IS_LATE, "h % 3 * 600000", "1 + h % 120", False),
    (2, IS_LATE, "h % 3 * 400000", "1 + h % 45", False),
    (3, "h % 5 = 1", "50000 + h % 7 * 100000", "-(h % 90)", False),
    (4, "h % 50 = 2", "80000 + h % 9 * 10000", "-200 - h % 300", True),
)


def _receivables(
    words: dict[str, str], number: int, where: str, amount: str, ago: str, is_retention: bool
) -> str:
    columns = {
        "account_id": "n",
        "receivable_id": f"'R{number}-' || n",
        "contract_id": "''",
        "milestone": "''",
        "is_retention": words["yes"] if is_retention else words["no"],
        "due_on": words["day"].format(ago),
        "amount": amount,
        "open": amount,
    }
    return _insert("crm_receivable", columns, where)


def _record(words: dict[str, str], uids: int) -> dict[str, str]:
    return {
        "uid": words["hex"].format(f"{uids} + n"),
        "version": "1",
        "created_at": words["moment"].format("h % 900"),
        "changed_at": words["moment"].format("h % 700"),
    }


def _promises(words: dict[str, str]) -> str:
    columns = {
        **_record(words, PROMISE_UIDS),
        "account_id": "n",
        "is_ours": words["yes"],
        "text": "'送样品并报价'",
        "due_on": words["day"].format("40 - h % 100"),
        "kept_on": f"CASE WHEN h % 40 = 3 THEN {words['day'].format('h % 30')} END",
        "dropped_because": "''",
    }
    return _insert("crm_promise", columns, "h % 20 = 3")


def _tasks(words: dict[str, str]) -> str:
    role = "(SELECT id FROM team_user WHERE username = '{}')"
    columns = {
        **_record(words, TASK_UIDS),
        "account_id": "n",
        "title": "'落实下季度的用量'",
        "due_on": words["day"].format("20 - h % 80"),
        "assignee_id": f"CASE WHEN n <= {OF_DIRECTOR} THEN {role.format('director')} "
        f"WHEN n <= {OF_MANAGER} THEN {role.format('manager')} "
        "ELSE (SELECT owner_id FROM crm_account WHERE id = n) END",
        "finding": "''",
        "method": "''",
        "done_at": f"CASE WHEN h % 50 = 4 THEN {words['moment'].format('h % 500')} END",
        "outcome": "''",
    }
    owned = "EXISTS (SELECT 1 FROM crm_account WHERE id = n AND owner_id IS NOT NULL)"
    return _insert("crm_task", columns, f"n <= {OF_MANAGER} OR h % 25 = 4 AND {owned}")


def _findings(words: dict[str, str]) -> str:
    news = """'{"zh-CN": {"news": "已 34 天未下单，平常 21 天一次", "action": "打电话问原因"},
    "en": {"news": "No order for 34 days, usually every 21", "action": "Call and ask why"}}'"""
    said = words["day"].format("h % 20")
    columns = {
        "uid": words["hex"].format(f"{FINDING_UIDS} + n"),
        "finding": words["text"].format("n"),
        "scope": "''",
        "account_id": "n",
        "method": "'purchase_rhythm'",
        "code": "'late'",
        "severity": "CASE WHEN h % 100 = 3 THEN 'now' ELSE 'soon' END",
        "says": words["json"].format(news),
        "stake": "1000000000 / (1 + h % 100000)",
        **dict.fromkeys(("cause_on", "first_said_on", "last_said_on"), said),
        "state": "CASE WHEN h % 500 < 100 THEN 'not so' ELSE 'open' END",
        "reason": "''",
    }
    return _insert("insight_findingrecord", columns, "h % 100 IN (3, 8, 11, 19, 27)")


def _insert(table: str, columns: dict[str, str], where: str) -> str:
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
        f"FROM numbers WHERE {where} ORDER BY numbers.n"
    )
