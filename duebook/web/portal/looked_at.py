"""The clients' addresses once more, as the staff look at one account of them: read only.

`as_client:portal` is to the staff what `portal` is to a client. Pages that both see write their
links with {% client_url %}, which knows where it is.
"""

from django.urls import path

from duebook.web.portal import views
from duebook.web.portal.urls import urlpatterns as of_clients

app_name = "as_client"
urlpatterns = [
    path("", views.what_you_owe, name="portal"),
    *(each for each in of_clients if each.name != "portal"),
]
