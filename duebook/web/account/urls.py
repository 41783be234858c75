"""Signing in and one's own account."""

from django.urls import include, path

from duebook.web.account import views

urlpatterns = [
    path("second-factor-needed/", views.second_factor_needed, name="second_factor_needed"),
    path("", include("allauth.urls")),
]
