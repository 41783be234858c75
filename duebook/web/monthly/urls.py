from django.urls import path

from duebook.web.monthly import account, files, views

urlpatterns = [
    path("", views.monthly, name="monthly"),
    path("sums/", views.sums, name="monthly_sums"),
    path("files/", files.files, name="monthly_files"),
    path("<int:customer>/<str:currency>/", account.account, name="monthly_account"),
    path("<int:customer>/<str:currency>/<str:month>/", account.cell, name="monthly_cell"),
]
