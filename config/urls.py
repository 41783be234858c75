"""Where addresses lead. The product's own stand in `duebook/web/urls.py`."""

from django.urls import include, path

urlpatterns = [path("", include("duebook.web.urls"))]
handler400 = "duebook.web.platform.errors.bad_request"
handler500 = "duebook.web.platform.errors.server_error"
handler429 = "duebook.web.account.held.too_many"
