"""The list of accounts and the pages of one."""

from __future__ import annotations

from django.urls import include, path

from zhibi.web.crm.views import (
    account,
    account_delete,
    account_edit,
    account_file,
    account_history,
    account_judgements,
    account_new,
    account_orders,
    account_owner,
    account_people,
    account_question,
    account_receivables,
    account_tags,
    account_timeline,
    account_work,
    accounts,
    attachments,
    collaborators,
    companies,
    contact,
    erase,
    grade,
    life_stage,
    reveal,
)

OF_ACCOUNT = [
    path("", account.account, name="account"),
    path("people/", account_people.account_people, name="account-people"),
    path("orders/", account_orders.account_orders, name="account-orders"),
    path("receivables/", account_receivables.account_receivables, name="account-receivables"),
    path("judgements/", account_judgements.account_judgements, name="account-judgements"),
    path("work/", account_work.account_work, name="account-work"),
    path("timeline/", account_timeline.account_timeline, name="account-timeline"),
    path("file/", account_file.account_file, name="account-file"),
    path("history/", account_history.account_history, name="account-history"),
    path("edit", account_edit.account_edit, name="account-edit"),
    path("owner", account_owner.account_owner, name="account-owner"),
    path("tags", account_tags.account_tags, name="account-tags"),
    path("delete", account_delete.account_delete, name="account-delete"),
    path("restore", account_delete.account_restore, name="account-restore"),
    path("question", account_question.account_question, name="account-question"),
    path("judgements/<slug:group>", account_judgements.judge_group, name="judge-group"),
    path("grade", grade.grade, name="account-grade"),
    path("stage", life_stage.life_stage, name="account-stage"),
    path("people/<uuid:person>/", contact.contact, name="contact"),
    path("people/<uuid:person>/delete", contact.delete_contact, name="contact-delete"),
    path("people/<uuid:person>/restore", contact.restore_contact, name="contact-restore"),
    path("people/<uuid:person>/reveal", reveal.reveal, name="contact-reveal"),
    path("people/<uuid:person>/erase", erase.erase, name="contact-erase"),
    path("collaborators", collaborators.name, name="collaborator-name"),
    path("collaborators/<uuid:user>/end", collaborators.end, name="collaborator-end"),
    path("attachments", attachments.attach, name="attach"),
    path("attachments/<uuid:file>/", attachments.attachment, name="attachment"),
    path("attachments/<uuid:file>/remove", attachments.remove, name="attachment-remove"),
]
urlpatterns = [
    path("", accounts.accounts, name="accounts"),
    path("new", account_new.account_new, name="new-account"),
    path("companies", companies.companies, name="companies"),
    path("<uuid:uid>/", include(OF_ACCOUNT)),
]
