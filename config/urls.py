"""Where addresses lead. The product's own stand in `duebook/web/urls.py`."""

from django.urls import include, path

urlpatterns = [path("", include("duebook.web.urls"))]
