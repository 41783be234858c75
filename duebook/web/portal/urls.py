"""A client's places. Those who look as a client have them too, in `looked_at.py`."""

from django.urls import path

from duebook.web.disputes.urls import urlpatterns as of_disputes
from duebook.web.payments.urls import urlpatterns as of_payments
from duebook.web.portal import files, invoices, statements, supply, views

urlpatterns = [
    path("", views.portal, name="portal"),
    path("report/<str:form>/", files.report, name="client_report"),
    path("billing/", invoices.invoices, name="client_invoices"),
    path("billing/files/<str:form>/", files.invoices, name="client_invoices_file"),
    path("billing/<int:item>/", invoices.invoice, name="client_invoice"),
    path("billing/<int:item>/pdf/", files.invoice, name="client_invoice_pdf"),
    path("orders/", supply.orders, name="client_orders"),
    path("deliveries/", supply.deliveries, name="client_deliveries"),
    path("stock/", supply.stock, name="client_stock"),
    path("statement/", statements.statement, name="client_statement"),
    path("statement/pdf/", statements.statement_pdf, name="client_statement_pdf"),
    *of_disputes,
    *of_payments,
]
