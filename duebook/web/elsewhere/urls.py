"""Signing in with an organisation's own identity provider."""

from django.urls import path

from duebook.web.elsewhere import views

urlpatterns = [
    path("", views.which, name="elsewhere"),
    path("<slug:organisation>/", views.there, name="elsewhere_there"),
    path("<slug:organisation>/back/", views.back, name="elsewhere_back"),
]
