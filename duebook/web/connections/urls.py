from django.urls import path

from duebook.web.connections import views

urlpatterns = [
    path("", views.connections, name="connections"),
    path("new/<str:type>/", views.add, name="connection_add"),
    path("<int:connection>/", views.change, name="connection"),
    path("<int:connection>/test/", views.test, name="connection_test"),
    path("<int:connection>/poll/", views.poll, name="connection_poll"),
    path("<int:connection>/pause/", views.pause, name="connection_pause"),
    path("<int:connection>/resume/", views.resume, name="connection_resume"),
    path("<int:connection>/remove/", views.remove, name="connection_remove"),
]
