from django.urls import path

from duebook.web.customers import account, acts, bulk, client_view, files, notes, selected, views
from duebook.web.people import contacts

urlpatterns = [
    path("", views.customers, name="customers"),
    path("figures/", views.figures, name="customers_figures"),
    path("files/", files.order, name="customers_files"),
    path("selected/", selected.selected, name="customers_selected"),
    path("bulk/", bulk.bulk, name="customers_bulk"),
    path("bulk/undo/<int:change>/", bulk.undo, name="customers_bulk_undo"),
    path("bulk/notes/<int:act>/undo/", bulk.unnote, name="customers_bulk_unnote"),
    path("acts/", acts.acts, name="bulk_acts"),
    path("acts/<int:act>/", acts.act, name="bulk_act"),
    path("acts/<int:act>/outcomes.csv", acts.file, name="bulk_act_file"),
    path("acts/<int:act>/resume/", acts.resume, name="bulk_act_resume"),
    path("<int:customer>/", account.account, name="customer"),
    path("<int:customer>/contacts/", contacts.customer_contacts, name="customer_contacts"),
    path(
        "<int:customer>/contacts/<int:invitation>/resend/",
        contacts.contact_resend,
        name="contact_resend",
    ),
    path(
        "<int:customer>/contacts/<int:invitation>/withdraw/",
        contacts.contact_withdraw,
        name="contact_withdraw",
    ),
    path("<int:customer>/contacts/<int:person>/role/", contacts.contact_role, name="contact_role"),
    path("<int:customer>/contacts/<int:person>/end/", contacts.contact_end, name="contact_end"),
    path("<int:customer>/client-view/", client_view.client_view, name="client_view"),
    path("<int:customer>/around/", account.neighbours, name="customer_around"),
    path("<int:customer>/files/", files.order_of_account, name="customer_files"),
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
