from zhibi.web.crm.models.account import (
    Account,
    Collaborator,
    LifeStage,
    SearchTerm,
    SourceCustomer,
    Tag,
)
from zhibi.web.crm.models.attachment import Attachment
from zhibi.web.crm.models.contact import Contact
from zhibi.web.crm.models.erasure import Erasure
from zhibi.web.crm.models.follow_up import FollowUp, Promise
from zhibi.web.crm.models.grade import Grade, Judgement
from zhibi.web.crm.models.merge import Merge
from zhibi.web.crm.models.receivable import OwedByDay, Receipt, Receivable
from zhibi.web.crm.models.saved_view import SavedView
from zhibi.web.crm.models.task import Task
from zhibi.web.crm.models.treatment import Treatment

__all__ = [
    "Account",
    "Attachment",
    "Collaborator",
    "Contact",
    "Erasure",
    "FollowUp",
    "Grade",
    "Judgement",
    "LifeStage",
    "Merge",
    "OwedByDay",
    "Promise",
    "Receipt",
    "Receivable",
    "SavedView",
    "SearchTerm",
    "SourceCustomer",
    "Tag",
    "Task",
    "Treatment",
]
