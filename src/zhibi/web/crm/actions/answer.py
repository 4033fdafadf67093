"""Taking the answer to one question about an account."""

from __future__ import annotations

from uuid import UUID

from zhibi.errors import ZhibiError
from zhibi.web.crm.actions.change_account import set_on_account
from zhibi.web.crm.actions.change_contact import add_contact
from zhibi.web.crm.actions.judge import judge, set_stage
from zhibi.web.crm.models import Account, Contact
from zhibi.web.crm.questions import MAN, Question
from zhibi.web.team.actions.edit import edit
from zhibi.web.team.models import User


def answer(account: Account, question: Question, said: str, *, by: User) -> None:
    """Keep an answer. ZhibiError for one that is none of the choices."""
    said = said.strip()
    if not said or "\0" in said or len(said) > question.longest:
        raise ZhibiError("Write an answer of up to {n} letters, or skip it.", n=question.longest)
    if question.choices and said not in dict(question.choices):
        raise ZhibiError("Choose one of the answers, or skip the question.")
    what, _, person = question.key.partition(".")
    if what == "contact":
        add_contact(Contact(account=account, name=said), by=by)
    elif what == "decides":
        _set_on_person(account, said, "layer", "decision", by=by)
    elif person:
        _set_on_person(account, person, what, said, by=by)
    elif what == "stage":
        set_stage(account, said, by=by)
    elif what in MAN:
        judge(account, what, said, by=by)
    else:
        set_on_account(account, {what: said}, by=by)


def _set_on_person(account: Account, uid: str, field: str, value: str, *, by: User) -> None:
    contact = account.contacts.get(uid=UUID(uid))
    edit(contact, {field: value}, by=by, version=contact.version, of_account=account.uid)
