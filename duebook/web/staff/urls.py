from django.urls import path

from duebook.web.staff import views

urlpatterns = [
    path("aging/", views.aging, name="aging"),
    path("invoices/", views.invoices, name="invoices"),
]
