"""The platform's own pages. None names an organisation as `slug`: they look from outside."""

from django.urls import path

from duebook.web.platform import founding, health, organisations, people, visiting

urlpatterns = [
    path("", organisations.first, name="platform_first"),
    path("organisations/", organisations.listed, name="platform"),
    path("organisations/new/", founding.create, name="platform_create"),
    path("organisations/<slug:which>/", organisations.settled, name="platform_organisation"),
    path("organisations/<slug:which>/enter/", visiting.enter, name="platform_enter"),
    path("organisations/<slug:which>/suspend/", organisations.suspend, name="platform_suspend"),
    path("organisations/<slug:which>/resume/", organisations.resume, name="platform_resume"),
    path("leave/", visiting.leave, name="platform_leave"),
    path("people/", people.listed, name="platform_people"),
    path("people/<int:login>/", people.person, name="platform_person"),
    path("people/<int:login>/bar/", people.bar, name="platform_bar"),
    path("people/<int:login>/unbar/", people.unbar, name="platform_unbar"),
    path("people/<int:login>/own/", people.own, name="platform_own"),
    path("people/<int:login>/disown/", people.disown, name="platform_disown"),
    path("health/", health.health, name="platform_health"),
]
