"""Disputes, on both sides. They stand among the portal's addresses: operator mode has them."""

from django.urls import path

from duebook.web.disputes import acts, inbox, pages, serving, tuning

urlpatterns = [
    path("disputes/", inbox.disputes, name="disputes"),
    path("disputes/bulk/", inbox.bulk, name="disputes_bulk"),
    path("disputes/settings/", tuning.tuning, name="disputes_settings"),
    path("disputes/raise/<int:document>/", pages.raising, name="dispute_raise"),
    path("disputes/<int:case>/", pages.thread, name="dispute"),
    path("disputes/<int:case>/answer/", acts.answer, name="dispute_answer"),
    path("disputes/<int:case>/note/", acts.note, name="dispute_note"),
    path("disputes/<int:case>/close/", acts.close, name="dispute_close"),
    path("disputes/<int:case>/reopen/", acts.reopen, name="dispute_reopen"),
    path("disputes/<int:case>/files/<int:file>/", serving.attachment, name="dispute_file"),
]
