"""Customers that may be one, are one, or have changed their name: said, and never merged here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from zhibi.tables.credit_code import is_credit_code_sql
from zhibi.tables.ingest.buyers import SEPARATOR, Held, file_list
from zhibi.tables.ingest.duck import connect, literal
from zhibi.tables.ingest.names import Proposal, name_key, propose_merges
from zhibi.tables.ingest.stages import Notice

EXAMPLES = 5


def of_import(
    customers: Path | None, held: Held, staging: Path
) -> tuple[tuple[Notice, ...], tuple[Proposal, ...]]:
    """What is to be said of the customers an import names, with those the lake holds."""
    if customers is None:
        return (), ()
    with connect(staging) as connection:
        said = f"(SELECT row_number() OVER () AS row, * FROM read_parquet({literal(customers)}))"
        # Of several rows on one customer the last value of each column stands, as in the lake.
        connection.execute(
            "CREATE TEMP TABLE own AS SELECT customer_id, arg_max(name, row) AS name, "
            "string_agg(former_names, '; ' ORDER BY row) AS former_names, "
            "upper(trim(arg_max(credit_code, row))) AS credit_code "
            f"FROM {said} GROUP BY customer_id"
        )
        _open_everyone(connection, held)
        notices = [*_renamed(connection), *_shared_codes(connection), *_bad_codes(connection)]
        found = _proposals(connection)
        own = {row[0] for row in connection.execute("SELECT customer_id FROM own").fetchall()}
    proposals = tuple(one for one in found if any(customer in own for customer, _ in one.customers))
    return (*notices, *_alike(proposals)), proposals


def of_workspace(customers: Sequence[str], staging: Path) -> tuple[Proposal, ...]:
    """Proposals among all customers of the lake."""
    with connect(staging) as connection:
        connection.execute("CREATE TEMP TABLE own(customer_id TEXT, name TEXT, credit_code TEXT)")
        _open_everyone(connection, Held(customers=tuple(customers)))
        return _proposals(connection)


def _open_everyone(connection: duckdb.DuckDBPyConnection, held: Held) -> None:
    """Make `everyone` (customer_id, name, entity): those of the import, then those of the lake it
    does not name. The lake's are told apart from ids of another source by that source's name."""
    source = literal(held.source_system)
    known = "SELECT NULL::TEXT AS customer_id, NULL::TEXT AS name, NULL::TEXT AS entity WHERE false"
    if held.customers:
        known = (
            f"SELECT CASE WHEN source_system = {source} THEN customer_id "
            "ELSE concat_ws('/', source_system, customer_id) END AS customer_id, name, "
            f"entity_key::TEXT AS entity FROM read_parquet({file_list(held.customers)})"
        )
    connection.execute(
        f"""
        CREATE TEMP TABLE everyone AS
        SELECT customer_id, coalesce(own.name, known.name) AS name,
               coalesce(known.entity, min(known.entity) OVER code, own.credit_code) AS entity
        FROM own FULL JOIN ({known}) AS known USING (customer_id)
        WINDOW code AS (PARTITION BY coalesce(own.credit_code, customer_id))
        """
    )


def _renamed(connection: duckdb.DuckDBPyConnection) -> list[Notice]:
    rows = connection.execute(
        "SELECT customer_id, former_names, everyone.name "
        "FROM own JOIN everyone USING (customer_id) WHERE former_names IS NOT NULL "
        "ORDER BY customer_id"
    ).fetchall()
    if not rows:
        return []
    examples = tuple(
        (0, f"{id_}: {former} → {name or ''}") for id_, former, name in rows[:EXAMPLES]
    )
    template = (
        "Several names under one number: {count:customer|customers}; the newest stands, the others "
        "are kept as former names."
    )
    is_question = any(_is_another(former, name) for _, former, name in rows)
    return [Notice("renamed", template, {"count": len(rows)}, len(rows), is_question, examples)]


def _is_another(former: str, name: str | None) -> bool:
    """Whether a number stood for a company of another name: renamed, or two companies."""
    known = name_key(name or "")
    return any(name_key(one) != known for one in former.split(SEPARATOR))


def _shared_codes(connection: duckdb.DuckDBPyConnection) -> list[Notice]:
    rows = connection.execute(
        "SELECT credit_code, list(customer_id ORDER BY customer_id) AS ids FROM own "
        f"WHERE {is_credit_code_sql('credit_code')} GROUP BY credit_code HAVING count(*) > 1 "
        "ORDER BY credit_code"
    ).fetchall()
    if not rows:
        return []
    examples = tuple((0, f"{code}: {', '.join(ids)}") for code, ids in rows[:EXAMPLES])
    template = (
        "Several customer numbers under one credit code: {count:code|codes}; each is one legal "
        "entity."
    )
    return [Notice("shared_codes", template, {"count": len(rows)}, len(rows), False, examples)]


def _bad_codes(connection: duckdb.DuckDBPyConnection) -> list[Notice]:
    rows = connection.execute(
        "SELECT customer_id, credit_code FROM own WHERE credit_code IS NOT NULL "
        f"AND NOT coalesce({is_credit_code_sql('credit_code')}, false) ORDER BY customer_id"
    ).fetchall()
    if not rows:
        return []
    examples = tuple((0, f"{id_}: {code}") for id_, code in rows[:EXAMPLES])
    template = (
        "Credit codes with a wrong check digit: {count:customer|customers}; kept, and they join no "
        "legal entities."
    )
    return [Notice("bad_codes", template, {"count": len(rows)}, len(rows), False, examples)]


def _proposals(connection: duckdb.DuckDBPyConnection) -> tuple[Proposal, ...]:
    """Of names that are not one legal entity already."""
    found = connection.execute("SELECT customer_id, name, entity FROM everyone").fetchall()
    entities = {customer: entity or customer for customer, _, entity in found}
    proposals = propose_merges((customer, name) for customer, name, _ in found if name)
    return tuple(
        one for one in proposals if len({entities[customer] for customer, _ in one.customers}) > 1
    )


def _alike(proposals: Sequence[Proposal]) -> list[Notice]:
    if not proposals:
        return []
    examples = tuple(
        (0, " = ".join(f"{id_} {name}" for id_, name in one.customers))
        for one in proposals[:EXAMPLES]
    )
    template = (
        "Customers who may be one company by their names: {count:group|groups}; not merged. "
        "`zhibi merge` does that."
    )
    count = len(proposals)
    return [Notice("alike", template, {"count": count}, count, True, examples)]
