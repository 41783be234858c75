from django.urls import path

from duebook.web.saved_views import views

urlpatterns = [
    path("", views.saved_views, name="saved_views"),
    path("<int:view>/", views.opened, name="saved_view"),
    path("<int:view>/change/", views.changed, name="saved_view_change"),
]
