"""How long bringing in a file through the workspace takes: look, commit, undo.

    python benchmarks/web_import.py [--rows 10000] [--database postgres://…]

A workspace of its own is made in a temporary folder. Three files in GBK come in one after another,
as the worker brings them in: a list of order lines, one of accounts with 14 columns, and one of
contacts of these accounts. "look" reads the file and works out what it would do, row by row (the
dry run); "commit" writes, orders after reading the file once more. Then each is taken back, the
last one first.
Seconds by the clock, and of the processor.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
AIM = "the list of accounts: look and commit within 5 s"
DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ACCOUNTS = (
    "客户编码", "客户名称", "曾用名", "统一社会信用代码", "行业", "地区", "规模", "客户类型",
    "渠道", "负责人", "建档日期", "员工人数", "年营业额", "信用额度",
)  # fmt: skip
CONTACTS = ("客户名称", "姓名", "职务", "部门", "手机", "邮箱", "微信", "备注")
ORDERS = (
    "订单编号", "下单日期", "客户编码", "客户名称", "产品编码", "产品名称", "产品类别", "数量",
    "单价", "金额", "业务员",
)  # fmt: skip


def names(rows: int) -> list[str]:
    from web_data import BRANDS, PLACES, TRADES

    places, trades = PLACES.split(), TRADES.split()
    brands = [a + b for a in BRANDS[::2] for b in BRANDS[1::2]]
    return [
        f"{places[n % len(places)]}{brands[n % len(brands)]}{trades[n % len(trades)]}{n}有限公司"
        for n in range(rows)
    ]


def credit_code(number: int) -> str:
    """A credit code with a right check digit."""
    body = f"9137{number:013d}"
    weighed = sum(DIGITS.index(sign) * pow(3, at, 31) for at, sign in enumerate(body))
    return body + DIGITS[-weighed % 31]


def accounts(rows: int) -> Iterator[Sequence[object]]:
    for n, name in enumerate(names(rows)):
        yield (
            f"K{n:06d}", name, f"{name[2:6]}厂" if n % 9 == 0 else "", credit_code(n),
            ("轮胎", "棉纺", "机床", "化工")[n % 4], name[:2], ("大型", "中小")[n % 2],
            ("直销", "经销")[n % 2], ("展会", "转介绍", "网站")[n % 3], f"销售{n % 20}",
            f"{2015 + n % 10}-{n % 12 + 1:02d}-{n % 28 + 1:02d}", 20 + n % 900,
            f"{n % 5000}万", 100_000 + n,
        )  # fmt: skip


def contacts(rows: int) -> Iterator[Sequence[object]]:
    for n, name in enumerate(names(rows)):
        yield (
            name, f"王{'敏强丽军'[n % 4]}{n % 1000}", "采购部经理", "采购部", f"{19900000000 + n}",
            f"w{n}@example.com", f"wx_{n}", "每月十日前报计划",
        )  # fmt: skip


def orders(rows: int) -> Iterator[Sequence[object]]:
    called = names(2_000)
    for n in range(rows):
        order, customer = n // 3, n // 3 * 7 % len(called)
        yield (
            f"D{order:07d}", f"{2024 + order % 3}-{order % 12 + 1:02d}-{order % 28 + 1:02d}",
            f"K{customer:06d}", called[customer], f"P{n % 400}", f"轴承{n % 400}",
            f"类别{n % 12}", n % 40 + 1, 25, (n % 40 + 1) * 25, f"销售{customer % 20}",
        )  # fmt: skip


KINDS: dict[str, tuple[Sequence[str], Callable[[int], Iterator[Sequence[object]]]]] = {
    "order_lines": (ORDERS, orders),
    "accounts": (ACCOUNTS, accounts),
    "contacts": (CONTACTS, contacts),
}


def brought(kind: str, rows: int, by: Any) -> Any:
    """An import as it stands after the upload."""
    from zhibi.web.data.models import Import
    from zhibi.web.data.uploads import folder_of

    one = Import(kind=kind, created_by=by, files=[{"name": f"{kind}.csv", "size": 0}])
    folder = folder_of(one.uid) / "0"
    folder.mkdir(parents=True)
    headers, lines = KINDS[kind]
    with (folder / f"{kind}.csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows((headers, *lines(rows)))
    one.save()
    return one


def timed(step: str, work: Callable[[Any, Any], object], one: Any) -> None:
    """Do a step as the worker does and print what it took."""
    running = SimpleNamespace(params={}, by=one.created_by, progress=lambda *_: None)
    one.refresh_from_db()
    began, used = time.perf_counter(), time.process_time()
    work(one, running)
    took, used = time.perf_counter() - began, time.process_time() - used
    one.refresh_from_db()
    assert one.state in ("checked", "committed", "undone"), one.problem
    told = (one.seen or {}).get("counts", "")
    print(f"{one.kind:12} {step:7} {took:6.2f} s  processor {used:6.2f} s  {told}", flush=True)


def bring_all(rows: int) -> None:
    from django.core.management import call_command

    from zhibi.web.data.actions.commit import commit, undo
    from zhibi.web.data.actions.look import look
    from zhibi.web.team.models import Role, User

    call_command("migrate", verbosity=0)
    admin = User.objects.create(username="admin", name="管理员", role=Role.ADMINISTRATOR)
    User.objects.bulk_create(User(username=f"p{n}", name=f"销售{n}") for n in range(20))
    imports = [brought(kind, rows, admin) for kind in KINDS]
    for one in imports:
        timed("look", look, one)
        timed("commit", commit, one)
    for one in reversed(imports):
        timed("undo", undo, one)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    if given.database:
        os.environ["DATABASE_URL"] = given.database
    else:
        os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as home:
        os.environ["ZHIBI_HOME"] = home
        (Path(home) / "zhibi.toml").write_text('name = "import"\n', encoding="utf-8")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhibi.web.settings")
        import django

        django.setup()
        import zhibi.web.jobs.loaded  # noqa: F401 - before a job, as in the worker

        print(f"{given.rows} rows each; {AIM}")
        bring_all(given.rows)


if __name__ == "__main__":
    main()
