"""What the audit notes, as people call it: the kind of a record, what happened to it, a value.

The audit keeps names of models and columns, so that it can be read in every language.
"""

from __future__ import annotations

from zhibi.web.team.models import Role
from zhibi.web.text import say


def kind_called(kind: str) -> str:
    """What a record is; the audit's own word where nobody has named it."""
    return {
        "user": say("person"), "team": say("team"),
        "account": say("account"), "accounts": say("accounts"), "tag": say("tag"),
        "contact": say("person at a customer"), "attachment": say("file"),
        "followup": say("follow-up"), "promise": say("promise"), "task": say("task"),
        "treatment": say("treatment by grade"), "savedview": say("view of the list"),
        "finding": say("finding"), "analysis": say("analysis"),
        "savedanalysis": say("kept analysis"), "import": say("import"),
    }.get(kind, kind)  # fmt: skip


def what_called(what: str) -> str:
    """What was done, or which of its fields was set."""
    return (_done() | _of_people() | _of_accounts() | _of_contacts() | _of_work()).get(what, what)


def value_called(what: str, text: str | None) -> str | None:
    """A value of such a field, where the audit keeps it in a word of its own."""
    words = {"True": say("yes"), "False": say("no")}
    if what == "second step":
        words |= {"on": say("on"), "off": say("off")}
    if text and what in ("role", "created") and text in Role.values:
        return say(text)
    return words.get(text, text) if text else text


def _done() -> dict[str, str]:
    return {
        "created": say("made"), "deleted": say("deleted"), "restored": say("brought back"),
        "revealed": say("looked up"), "erased": say("erased"), "exported": say("exported"),
        "merged": say("merged"), "unmerged": say("unmerged"), "decision": say("decided"),
        "joined": say("joined"), "left": say("left"), "leads": say("leads"),
        "leads no more": say("leads no more"),
    }  # fmt: skip


def _of_people() -> dict[str, str]:
    return {
        "role": say("role"), "is_active": say("may sign in"), "password": say("password"),
        "second step": say("second step"), "seller names": say("seller names"),
        "language": say("language"), "time_zone": say("time zone"),
    }  # fmt: skip


def _of_accounts() -> dict[str, str]:
    return {
        "name": say("name"), "former_names": say("former names"), "owner": say("owner"),
        "parent": say("above it"), "tags": say("tags"), "grade": say("grade"),
        "grade_is_set": say("grade set by a person"), "life_stage": say("life stage"),
        "grade_is_provisional": say("grade is provisional"),
        "reader": say("collaborator who reads"), "editor": say("collaborator who edits"),
        "credit_code": say("credit code"), "industry": say("industry"), "region": say("region"),
        "size": say("size"), "kind": say("kind"), "route": say("route"),
        "source": say("came to us by"), "website": say("website"), "location": say("address"),
        "since": say("customer since"), "employees": say("employees"),
        "annual_revenue": say("revenue a year"), "credit_limit": say("credit limit"),
    }  # fmt: skip


def _of_contacts() -> dict[str, str]:
    return {
        "title": say("title"), "department": say("department"), "layer": say("layer"),
        "function": say("function"), "reports_to": say("reports to"), "phone": say("phone"),
        "email": say("email"), "message_id": say("WeChat or another id"), "note": say("note"),
        "has_left": say("has left"),
    }  # fmt: skip


def _of_work() -> dict[str, str]:
    return {
        "text": say("text"), "at": say("time"), "contact": say("with whom"),
        "due_on": say("due"), "done_at": say("done"), "outcome": say("outcome"),
        "assignee": say("who does it"), "kept_on": say("kept"),
        "dropped_because": say("dropped because"), "is_ours": say("promised by us"),
        "coverage": say("Coverage"), "selling_level": say("Level of selling"),
        "contact_every_days": say("Contact at least every … days"),
        "discount_limit_percent": say("Discount up to … %"),
        "payment_days": say("Payment within … days"),
        "response_hours": say("Response within … hours"), "support": say("Technical support"),
        "every": say("how often it is made anew"),
    }  # fmt: skip
