from django.urls import path

from duebook.web.customers import account, files, views

urlpatterns = [
    path("", views.customers, name="customers"),
    path("figures/", views.figures, name="customers_figures"),
    path("files/", files.order, name="customers_files"),
    path("<int:customer>/", account.account, name="customer"),
    path("<int:customer>/documents/<int:item>/", account.document, name="customer_document"),
]
