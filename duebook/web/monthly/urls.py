from django.urls import path

from duebook.web.monthly import account, files, mailings, views

urlpatterns = [
    path("", views.monthly, name="monthly"),
    path("sums/", views.sums, name="monthly_sums"),
    path("notes/", views.notes, name="monthly_notes"),
    path("files/", files.files, name="monthly_files"),
    path("mailings/", mailings.mailings, name="mailings"),
    path("mailings/<int:mailing>/", mailings.changed, name="mailing_change"),
    path("<int:customer>/<str:currency>/", account.account, name="monthly_account"),
    path("<int:customer>/<str:currency>/<str:month>/", account.cell, name="monthly_cell"),
]
