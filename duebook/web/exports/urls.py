from django.urls import path

from duebook.web.exports import views

urlpatterns = [
    path("", views.exports, name="exports"),
    path("<int:export>/file/", views.file, name="export_file"),
    path("<int:export>/delete/", views.delete, name="export_delete"),
]
