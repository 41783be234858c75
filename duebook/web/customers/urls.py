from django.urls import path

from duebook.web.customers import account, client_view, files, notes, views

urlpatterns = [
    path("", views.customers, name="customers"),
    path("figures/", views.figures, name="customers_figures"),
    path("files/", files.order, name="customers_files"),
    path("<int:customer>/", account.account, name="customer"),
    path("<int:customer>/client-view/", client_view.client_view, name="client_view"),
    path("<int:customer>/priority/", account.priority, name="customer_priority"),
    path("<int:customer>/notes/", notes.write, name="note_write"),
    path("<int:customer>/notes/<int:note>/", notes.edit, name="note_edit"),
    path("<int:customer>/notes/<int:note>/remove/", notes.remove, name="note_remove"),
    path("<int:customer>/notes/<int:note>/restore/", notes.restore, name="note_restore"),
    path("mentions/", notes.mentioned, name="mentions"),
    path("mentions/read/", notes.read_all, name="mentions_read"),
    path("mentions/<int:note>/read/", notes.read, name="mention_read"),
    path("<int:customer>/documents/<int:item>/", account.document, name="customer_document"),
]
