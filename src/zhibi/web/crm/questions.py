"""The one thing to ask next of an account: what matters most and is not known yet.

Of a key account first who decides there; of any other first what it is. Every question can be
skipped, and nobody is ranked by what they left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from zhibi.tables.schema import ROUTES, SIZES
from zhibi.web.crm.criteria import ANSWERS, stages, value_shown
from zhibi.web.crm.forms.contact import functions, layers
from zhibi.web.crm.models import Account, Contact
from zhibi.web.text import say

KEY_GRADES: Final = ("A", "B")
MAN: Final = ("money", "authority", "need")


@dataclass(frozen=True, slots=True)
class Question:
    """`key` names it in a form and among the skipped; without choices the answer is a text."""

    key: str
    text: str
    choices: Sequence[tuple[str, str]] = ()
    longest: int = 80


Asked = Callable[[Account, Sequence[Contact], frozenset[str]], Iterator[Question]]


def next_question(
    account: Account, contacts: Sequence[Contact], judged: frozenset[str], *, skipped: set[str]
) -> Question | None:
    """The first open one; `judged` are the criteria somebody has judged."""
    return next((one for one in _open(account, contacts, judged) if one.key not in skipped), None)


def question_named(
    key: str, account: Account, contacts: Sequence[Contact], judged: frozenset[str]
) -> Question | None:
    """The open question of that key: an answer to one that is none any more is not taken."""
    return next((one for one in _open(account, contacts, judged) if one.key == key), None)


def _open(
    account: Account, contacts: Sequence[Contact], judged: frozenset[str]
) -> Iterator[Question]:
    is_key = account.grade in KEY_GRADES
    order: tuple[Asked, ...] = (
        (_of_people, _of_company, _of_chance) if is_key else (_of_company, _of_chance, _of_people)
    )
    for asked in order:
        yield from asked(account, contacts, judged)


def _of_people(
    account: Account, contacts: Sequence[Contact], judged: frozenset[str]
) -> Iterator[Question]:
    here = [one for one in contacts if not one.has_left]
    if not here:
        yield Question("contact", say("Whom do we talk to there? A name is enough."), longest=60)
        return
    decides = any(one.layer == "decision" for one in here)
    open_ones = [one for one in here if not one.layer]
    if not decides and open_ones:
        choices = [(str(one.uid), _called(one)) for one in open_ones]
        yield Question("decides", say("Who decides there?"), choices)
    for one in open_ones:
        asks = say("In which layer does {name} stand?", name=_called(one))
        yield Question(f"layer.{one.uid}", asks, list(layers().items()))
    for one in here:
        if not one.function:
            asks = say("On which side of a purchase is {name}?", name=_called(one))
            yield Question(f"function.{one.uid}", asks, list(functions().items()))


def _of_company(
    account: Account, contacts: Sequence[Contact], judged: frozenset[str]
) -> Iterator[Question]:
    if not account.industry:
        yield Question("industry", say("Which industry is it in?"))
    if not account.route:
        routes = [(route, say(route)) for route in ROUTES]
        yield Question("route", say("Does it buy for itself or to sell on?"), routes)
    if not account.region:
        yield Question("region", say("Which region is it in?"))
    if not account.size:
        yield Question("size", say("How large is it?"), [(size, say(size)) for size in SIZES])


def _of_chance(
    account: Account, contacts: Sequence[Contact], judged: frozenset[str]
) -> Iterator[Question]:
    """Only of who has not bought yet: an order answers all of it."""
    if account.first_order_on is not None:
        return
    if not account.life_stage:
        yield Question("stage", say("How far has it come?"), list(stages().items()))
    asks = (say("Can it pay?"), say("Does our contact decide?"), say("Does it need this now?"))
    for criterion, text in zip(MAN, asks, strict=True):
        if criterion not in judged:
            yield Question(criterion, text, [(one, value_shown(one)) for one in ANSWERS])


def _called(contact: Contact) -> str:
    return f"{contact.name} ({contact.title})" if contact.title else contact.name
