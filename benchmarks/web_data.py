"""A company of any size in a database of the workspace, made by SQL within the database.

Each account has 3 contacts and 10 follow-ups; `web_records` adds what there is to do. One
salesperson owns 300 accounts, one manager leads a third of 300 people. What is listed hangs
together as it does in life: the grade follows the sales, the sales are steep, a fifth of the
accounts never ordered.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import web_records

PEOPLE = 300
OWN = 300
PLACES = "山东 济南 青岛 江苏 苏州 无锡 浙江 杭州 宁波 广东 深圳 佛山 湖北 武汉 四川 成都 河南 上海"
BRANDS = (
    "华数中棉远大东方海天金石永昌瑞丰恒通宏达立信德盛安泰嘉禾正阳博远鸿运同创新力科锐精诚汇智"
    "顺发兴业凯旋龙腾飞跃星辰宇航天成长江黄河泰山昆仑蓝海绿源红叶白云青松紫荆银河铁军铜川锦绣"
)
TRADES = "机械 纺织 轮胎 化工 电子 食品 包装 物流 建材 医药 精密机械 汽车零部件 新能源 自动化设备"
LEGAL = "有限公司"

SQLITE = {
    "hex": "printf('%032x', {})",
    "day": "date('2026-11-20', (0 - ({})) || ' days')",
    "moment": "datetime('2026-11-20 08:00:00', '-' || ({}) || ' hours')",
    "json": "{}",
    "no": "0",
    "yes": "1",
    "text": "CAST({} AS TEXT)",
    "big": "INTEGER",
}
POSTGRES = {
    "hex": "lpad(to_hex({}), 32, '0')::uuid",
    "day": "date '2026-11-20' - ({})::integer",
    "moment": "timestamptz '2026-11-20 08:00:00+00' - ({}) * interval '1 hour'",
    "json": "({})::jsonb",
    "no": "false",
    "yes": "true",
    "text": "({})::text",
    "big": "BIGINT",
}
ACCOUNT_UIDS, CONTACT_UIDS, FOLLOW_UP_UIDS = 1 << 40, 1 << 41, 1 << 42


def build(accounts: int) -> None:
    """Fill the migrated, empty database that Django is set to."""
    from django.db import connection

    from zhibi.web.crm.actions.book_owed import book_anew

    words = SQLITE if connection.vendor == "sqlite" else POSTGRES
    _people()
    with connection.cursor() as cursor:
        indexes = _without_indexes(cursor, connection.vendor)
        _numbers(cursor, words, accounts)
        made = (_accounts(words, accounts), _contacts(words), _follow_ups(words), _terms())
        for statement in (*made, *web_records.statements(words)):
            cursor.execute(statement)
        for statement in indexes:
            cursor.execute(statement)
        cursor.execute("DROP TABLE numbers")
        cursor.execute("DROP TABLE parts")
        book_anew()
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    _set_counters(connection)


def _people() -> None:
    """Three hundred salespeople, a manager of a third of them, and somebody who sees all."""
    from zhibi.web.team.models import Membership, Role, Team, User

    began = date(2024, 1, 1)
    company = Team.objects.create(name="公司")
    teams = [Team.objects.create(name=f"{number} 区", parent=company) for number in range(3)]
    people = [User(username=f"p{n}", name=f"销售{n}") for n in range(1, PEOPLE + 1)]
    User.objects.bulk_create(people)
    Membership.objects.bulk_create(
        Membership(user=one, team=teams[n % 3], starts_on=began) for n, one in enumerate(people)
    )
    manager = User.objects.create(username="manager", name="经理", role=Role.MANAGER)
    Membership.objects.create(user=manager, team=teams[1], is_lead=True, starts_on=began)
    User.objects.create(username="director", name="总监", role=Role.DIRECTOR)


def _numbers(cursor: Any, words: dict[str, str], accounts: int) -> None:
    """1 to the number of accounts, each with a number that looks drawn; and the parts of names."""
    from pypinyin import lazy_pinyin

    cursor.execute(f"CREATE TABLE numbers (n {words['big']} PRIMARY KEY, h {words['big']})")
    cursor.execute(
        "WITH RECURSIVE count_up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count_up "
        f"WHERE n < {accounts}) INSERT INTO numbers "
        "SELECT n, (n * 2654435761 + 12345) % 4294967296 / 16 FROM count_up"
    )
    cursor.execute(
        "CREATE TABLE parts (kind TEXT, place INTEGER, name TEXT, pinyin TEXT, initials TEXT)"
    )
    pairs = [a + b for a in BRANDS[::2] for b in BRANDS[1::2]]
    for kind, names in (("place", PLACES.split()), ("brand", pairs), ("trade", TRADES.split())):
        for number, name in enumerate(names):
            spoken = lazy_pinyin(name)
            cursor.execute(
                "INSERT INTO parts VALUES (%s, %s, %s, %s, %s)",
                [kind, number, name, "".join(spoken), "".join(word[0] for word in spoken)],
            )
    cursor.execute("CREATE INDEX parts_by_number ON parts (kind, place)")


def _accounts(words: dict[str, str], accounts: int) -> str:
    brands = (len(BRANDS) // 2) ** 2
    columns = {
        "id": "n",
        "uid": words["hex"].format(f"{ACCOUNT_UIDS} + n"),
        "version": "1",
        "created_at": words["moment"].format("h % 9000"),
        "changed_at": words["moment"].format("h % 7000"),
        "name": f"place.name || brand.name || trade.name || (n % 97) || '{LEGAL}'",
        "former_names": "''",
        "owner_id": f"CASE WHEN h % {max(1, accounts // OWN)} = 0 THEN 1 "
        f"WHEN h % 50 = 1 THEN NULL ELSE 2 + h % {PEOPLE - 1} END",
        "industry": "trade.name",
        "region": "place.name",
        "size": "CASE h % 3 WHEN 0 THEN 'enterprise' WHEN 1 THEN 'smb' ELSE '' END",
        **dict.fromkeys(("kind", "route", "source", "website", "location"), "''"),
        "currency": "'CNY'",
        "life_stage": "CASE h % 4 WHEN 0 THEN 'potential' ELSE 'signed' END",
        "grade": "CASE WHEN h % 5 = 0 THEN '' WHEN h % 100000 < 5000 THEN 'A' "
        "WHEN h % 100000 < 20000 THEN 'B' WHEN h % 100000 < 50000 THEN 'C' ELSE 'D' END",
        "grade_is_set": words["no"],
        "grade_is_provisional": words["no"],
        "sales": "CASE WHEN h % 5 = 0 THEN NULL ELSE 50000000000 / (1 + h % 100000) END",
        "sales_before": "CASE WHEN h % 5 = 0 THEN NULL ELSE 52000000000 / (1 + h % 100000) END",
        "orders": "h % 40",
        "last_order_on": f"CASE WHEN h % 5 = 0 THEN NULL ELSE {words['day'].format('h % 700')} END",
        "last_contact_on": f"CASE WHEN h % 7 = 0 THEN NULL ELSE {words['day'].format('h % 190')} "
        "END",
        "overdue": "CASE WHEN h % 10 < 7 THEN NULL ELSE h % 3 * 1000000 END",
        "monthly": words["json"].format("'[1,2,3,4,5,6,7,8,9,10,11,12]'"),
        "warning": "CASE WHEN h % 100 = 3 THEN 2 WHEN h % 100 IN (8, 11, 19, 27) THEN 1 ELSE 0 END",
        "warning_text": "CASE WHEN h % 100 IN (3, 8, 11, 19, 27) THEN "
        + words["json"].format(
            """'{"zh-CN": "已 34 天未下单，平常 21 天一次", "en": "34 days without an order"}'"""
        )
        + " END",
        "name_key": f"place.name || brand.name || trade.name || (n % 97) || '{LEGAL}'",
        "pinyin": "place.pinyin || brand.pinyin || trade.pinyin || (n % 97) || 'youxiangongsi'",
        "initials": "place.initials || brand.initials || trade.initials || 'yxgs'",
    }
    return (
        f"INSERT INTO crm_account ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
        "FROM numbers "
        f"JOIN parts place ON place.kind = 'place' AND place.place = h % {len(PLACES.split())} "
        f"JOIN parts brand ON brand.kind = 'brand' AND brand.place = n % {brands} "
        "JOIN parts trade ON trade.kind = 'trade' "
        f"AND trade.place = h / 64 % {len(TRADES.split())} "
        "ORDER BY numbers.n"
    )


def _contacts(words: dict[str, str]) -> str:
    columns = {
        "id": "n * 3 + k",
        "uid": words["hex"].format(f"{CONTACT_UIDS} + n * 3 + k"),
        "version": "1",
        "created_at": words["moment"].format("h % 9000"),
        "changed_at": words["moment"].format("h % 7000"),
        "account_id": "n",
        "name": "CASE (h + k) % 4 WHEN 0 THEN '王敏' WHEN 1 THEN '李强' WHEN 2 THEN '张伟' "
        "ELSE '刘洋' END || (n % 1000)",
        "initials": "CASE (h + k) % 4 WHEN 0 THEN 'wm' WHEN 1 THEN 'lq' WHEN 2 THEN 'zw' "
        "ELSE 'ly' END",
        "phone": "'13800001111'",
        **dict.fromkeys(
            ("title", "department", "layer", "function", "email", "message_id", "note"), "''"
        ),
        "has_left": words["no"],
    }
    return _many("crm_contact", columns, 3)


def _follow_ups(words: dict[str, str]) -> str:
    columns = {
        "id": "n * 10 + k",
        "uid": words["hex"].format(f"{FOLLOW_UP_UIDS} + n * 10 + k"),
        "version": "1",
        "created_at": words["moment"].format("h % 9000"),
        "changed_at": words["moment"].format("h % 7000"),
        "account_id": "n",
        "kind": "CASE k WHEN 0 THEN 'visit' WHEN 1 THEN 'call' ELSE 'note' END",
        "at": words["moment"].format("(h + k * 977) % 9000"),
        "by_id": f"2 + h % {PEOPLE - 1}",
        "text": "'拜访采购部，确认下季度用量，约下周报价'",
    }
    return _many("crm_followup", columns, 10)


def _many(table: str, columns: dict[str, str], times: int) -> str:
    several = " UNION ALL ".join(f"SELECT {k} AS k" for k in range(times))
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
        f"FROM numbers CROSS JOIN ({several}) AS several ORDER BY n, k"
    )


def _terms() -> str:
    """As `crm.actions.search_terms` makes them."""
    from zhibi.web.crm.actions.search_terms import IN_EVERY_NAME

    common = ", ".join(f"'{term}'" for term in sorted(IN_EVERY_NAME))
    places = " UNION ALL ".join(f"SELECT {k} AS k" for k in range(1, 21))
    return (
        "INSERT INTO crm_searchterm (term, account_id) SELECT DISTINCT term, id FROM ("
        f"SELECT substr(name_key, k, 3) AS term, id FROM crm_account CROSS JOIN ({places}) AS a "
        "UNION ALL "
        f"SELECT substr(initials, k, 3), id FROM crm_account CROSS JOIN ({places}) AS b"
        f") AS pairs WHERE term <> '' AND term NOT IN ({common}) ORDER BY term, id"
    )


def _without_indexes(cursor: Any, vendor: str) -> list[str]:
    """Drop the indexes that can be made again afterwards, which is quicker, and say how."""
    tables = (
        "crm_account", "crm_contact", "crm_followup", "crm_searchterm", "crm_receivable",
        "crm_promise", "crm_task", "insight_findingrecord",
    )  # fmt: skip
    if vendor == "sqlite":
        cursor.execute("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'index'")
        found = [(name, sql) for name, sql, table in cursor.fetchall() if sql and table in tables]
    else:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname "
            "NOT IN (SELECT conname FROM pg_constraint)",
            [list(tables)],
        )
        found = list(cursor.fetchall())
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [sql for _, sql in found]


def _set_counters(connection: Any) -> None:
    """The next row gets the next number."""
    from zhibi.web.crm.models import (
        Account,
        Contact,
        FollowUp,
        Promise,
        Receivable,
        SearchTerm,
        Task,
    )
    from zhibi.web.insight.models import FindingRecord

    models = [Account, Contact, FollowUp, SearchTerm, Receivable, Promise, Task, FindingRecord]
    with connection.cursor() as cursor:
        from django.core.management.color import no_style

        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def prepared(folder: Path, accounts: int) -> None:
    """A workspace in which a database of that many accounts stands, made when it is not there."""
    from django.core.management import call_command

    from zhibi.web.team.models import User

    folder.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    if not User.objects.exists():
        build(accounts)
