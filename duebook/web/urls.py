"""Every address of the product. What stands below /o/<slug>/ has a viewer; the rest has none."""

from django.urls import include, path
from django.views.i18n import set_language

from duebook.web import views
from duebook.web.invitation.views import terms
from duebook.web.styleguide import styleguide

urlpatterns = [
    path("", views.home, name="home"),
    path("account/", include("duebook.web.account.urls")),
    path("terms/", terms, name="terms"),
    path("invitation/", include("duebook.web.invitation.urls")),
    path("outbox/", include("duebook.web.post.urls")),
    path("platform/", include("duebook.web.platform.urls")),
    path("api/v1/", include("duebook.web.api.urls")),
    path("language/", set_language, name="set_language"),
    path("styleguide/", styleguide, name="styleguide"),
    path("o/<slug:slug>/", include("duebook.web.staff.urls")),
    path("o/<slug:slug>/", include("duebook.web.portal.urls")),
    path("o/<slug:slug>/as-client/<int:as_client>/", include("duebook.web.portal.looked_at")),
    path("o/<slug:slug>/customers/", include("duebook.web.customers.urls")),
    path("o/<slug:slug>/views/", include("duebook.web.saved_views.urls")),
    path("o/<slug:slug>/monthly/", include("duebook.web.monthly.urls")),
    path("o/<slug:slug>/people/", include("duebook.web.people.urls")),
    path("o/<slug:slug>/settings/", include("duebook.web.settings.urls")),
    path("o/<slug:slug>/imports/", include("duebook.web.intake.urls")),
    path("o/<slug:slug>/connections/", include("duebook.web.connections.urls")),
    path("o/<slug:slug>/exports/", include("duebook.web.exports.urls")),
]
