from django.urls import path

from duebook.web.post import views

urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("<int:letter_id>/", views.letter, name="letter"),
]
