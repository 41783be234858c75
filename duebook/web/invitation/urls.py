"""The link of an invitation. Whoever holds its secret may follow it, signed in or not."""

from django.urls import path

from duebook.web.invitation import views

urlpatterns = [
    path("<str:secret>/", views.accept, name="invitation"),
    path("<str:secret>/decline/", views.decline, name="invitation_decline"),
]
