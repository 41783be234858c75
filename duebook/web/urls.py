"""Every address of the product. What stands below /o/<slug>/ has a viewer; the rest has none."""

from django.urls import include, path
from django.views.i18n import set_language

from duebook.web import views
from duebook.web.styleguide import styleguide

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", set_language, name="set_language"),
    path("styleguide/", styleguide, name="styleguide"),
    path("o/<slug:slug>/", include("duebook.web.staff.urls")),
    path("o/<slug:slug>/", include("duebook.web.portal.urls")),
]
