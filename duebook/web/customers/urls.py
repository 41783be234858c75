from django.urls import path

from duebook.web.customers import account, client_view, files, views

urlpatterns = [
    path("", views.customers, name="customers"),
    path("figures/", views.figures, name="customers_figures"),
    path("files/", files.order, name="customers_files"),
    path("<int:customer>/", account.account, name="customer"),
    path("<int:customer>/client-view/", client_view.client_view, name="client_view"),
    path("<int:customer>/documents/<int:item>/", account.document, name="customer_document"),
]
