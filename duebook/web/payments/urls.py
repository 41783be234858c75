"""Announced payments, on both sides. They stand among the portal's addresses: see disputes."""

from django.urls import path

from duebook.web.payments import acts, views

urlpatterns = [
    path("payments/", views.payments, name="payments"),
    path("payments/announce/<int:customer>/", views.announcing, name="payment_announce"),
    path("payments/<int:payment>/", views.payment, name="payment"),
    path("payments/<int:payment>/move/", acts.move, name="payment_move"),
    path("payments/<int:payment>/match/", acts.match, name="payment_match"),
    path("payments/<int:payment>/amend/", acts.amend, name="payment_amend"),
]
