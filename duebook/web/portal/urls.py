from django.urls import path

from duebook.web.portal import views

urlpatterns = [path("", views.portal, name="portal")]
