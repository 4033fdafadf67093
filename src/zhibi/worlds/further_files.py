"""Writes the tables beside shipments as ERP and CRM hand them over: workbooks with title lines,
text files, sums at the foot where money is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from zhibi.worlds import workbooks
from zhibi.worlds.daichuan.catalogue import Words, names
from zhibi.worlds.text_reports import titles_of, write_text
from zhibi.worlds.workbooks import Cell, Table
from zhibi.worlds.world import (
    Answer,
    Contract,
    Effort,
    Judgement,
    Prospect,
    Receivable,
    Touch,
    World,
    yuan,
)


def export_further(world: World, folder: Path) -> tuple[Path, ...]:
    """Write every further table into `folder` and return the paths."""
    paths = {key: folder / name for key, name in names(world.language)["further_files"].items()}
    for key, make in WORKBOOKS.items():
        workbooks.write(paths[key], make(world))
    manner = names(world.language)["text"]
    write_text(paths["allocations"], _allocations(world), manner)
    write_text(paths["touches"], _touches(world), manner)
    return tuple(paths.values())


def _contracts(world: World) -> Table:
    words, people = names(world.language), _names_of(world)
    rows = [_contract(one, people, words) for one in world.contracts]
    total = yuan(sum(one.cents or 0 for one in world.contracts))
    return _listed(world, "contracts", rows, sums={"amount": total})


def _contract(contract: Contract, people: Mapping[str, str], words: Words) -> tuple[Cell, ...]:
    return (
        contract.contract_id,
        contract.customer_id,
        people[contract.customer_id],
        words["contract_kinds"][contract.kind],
        contract.signed_on,
        contract.ends_on,
        yuan(contract.cents) if contract.cents is not None else None,
        contract.salesperson,
    )


def _receivables(world: World) -> Table:
    rows = [_receivable(one, names(world.language)) for one in world.receivables]
    total = yuan(sum(one.cents for one in world.receivables))
    return _listed(world, "receivables", rows, sums={"amount": total})


def _receivable(due: Receivable, words: Words) -> tuple[Cell, ...]:
    return (
        due.receivable_id,
        due.customer_id,
        due.contract_id,
        words["milestones"][due.milestone],
        due.issued_on,
        due.due_on,
        yuan(due.cents),
    )


def _prospects(world: World) -> Table:
    rows = [_prospect(one, names(world.language)) for one in world.prospects]
    return _listed(world, "prospects", sorted(rows, key=lambda row: str(row[0])))


def _prospect(prospect: Prospect, words: Words) -> tuple[Cell, ...]:
    customer = prospect.customer
    return (
        customer.customer_id,
        customer.name,
        customer.credit_code or None,
        customer.parent_id,
        words["industries"][customer.industry],
        words["sizes"][prospect.size],
        words["kinds"][customer.kind],
        words["regions"][customer.region],
        words["routes"][customer.route],
        words["sources"][prospect.source],
        customer.salesperson,
        customer.since,
        words["remarks"]["won" if prospect.is_won else "demo"],
    )


def _efforts(world: World) -> Table:
    words = names(world.language)
    return _listed(world, "efforts", [_effort(one, words) for one in world.efforts])


def _effort(effort: Effort, words: Words) -> tuple[Cell, ...]:
    return (
        effort.customer_id,
        effort.on,
        words["effort_kinds"][effort.kind],
        effort.person,
        yuan(effort.cents) if effort.cents else None,
        Decimal(effort.tenths).scaleb(-1),
    )


def _judgements(world: World) -> Table:
    people = _names_of(world)
    return _listed(world, "judgements", [_judgement(one, people) for one in world.judgements])


def _judgement(said: Judgement, people: Mapping[str, str]) -> tuple[Cell, ...]:
    return (
        said.customer_id,
        people[said.customer_id],
        said.criterion,
        said.value,
        said.on,
        said.by,
        said.evidence or None,
    )


def _answers(world: World) -> Table:
    words = names(world.language)
    return _listed(world, "answers", [_answer(one, words) for one in world.answers])


def _answer(answer: Answer, words: Words) -> tuple[Cell, ...]:
    return (
        answer.customer_id,
        answer.on,
        answer.respondent,
        words["dimensions"][answer.dimension],
        answer.score,
        answer.scale_max,
        answer.comment or None,
    )


WORKBOOKS: Mapping[str, Callable[[World], Table]] = {
    "contracts": _contracts,
    "receivables": _receivables,
    "prospects": _prospects,
    "efforts": _efforts,
    "judgements": _judgements,
    "answers": _answers,
}


def _listed(
    world: World,
    key: str,
    rows: Iterable[tuple[Cell, ...]],
    *,
    sums: Mapping[str, Cell] | None = None,
) -> Table:
    """A list under its title, with its sums at the foot when it has any."""
    words = names(world.language)
    columns: Mapping[str, str] = words[COLUMNS[key]]
    total: tuple[Cell, ...] = ()
    if sums:
        total = (words["titles"]["total"], *(sums.get(column) for column in list(columns)[1:]))
    return Table(
        titles=(titles_of(world, words["further_titles"][key])[0], words["further_titles"][key]),
        headers=tuple(columns.values()),
        rows=tuple(rows),
        sheet=words["further_titles"][key],
        total=total,
    )


COLUMNS = {
    "contracts": "contract_columns",
    "receivables": "receivable_columns",
    "allocations": "allocation_columns",
    "prospects": "prospect_columns",
    "touches": "touch_columns",
    "efforts": "effort_columns",
    "judgements": "judgement_columns",
    "answers": "answer_columns",
}


def _allocations(world: World) -> list[list[Cell]]:
    words = names(world.language)
    return [
        *([title] for title in titles_of(world, words["further_titles"]["allocations"])),
        list(words["allocation_columns"].values()),
        *([one.receipt_id, one.receivable_id, yuan(one.cents)] for one in world.allocations),
        [words["titles"]["total"], None, yuan(sum(one.cents for one in world.allocations))],
    ]


def _touches(world: World) -> list[list[Cell]]:
    words, people = names(world.language), _names_of(world)
    return [
        *([title] for title in titles_of(world, words["further_titles"]["touches"])),
        list(words["touch_columns"].values()),
        *(_touch(one, people, words) for one in world.touches),
    ]


def _touch(touch: Touch, people: Mapping[str, str], words: Words) -> list[Cell]:
    return [
        touch.customer_id,
        people[touch.customer_id],
        touch.on,
        words["steps"][touch.step],
        words["channels"][touch.channel],
        touch.salesperson,
    ]


def _names_of(world: World) -> dict[str, str]:
    everybody = [*world.customers, *(prospect.customer for prospect in world.prospects)]
    return {customer.customer_id: customer.name for customer in everybody}
