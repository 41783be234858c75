"""People, teams and who sees which customer. For admins, except inviting a client."""

from django.urls import path

from duebook.web.people import access, invitations, people, teams

urlpatterns = [
    path("", people.staff, name="people"),
    path("clients/", people.clients, name="clients"),
    path("invite/", invitations.invite, name="invite"),
    path("invitations/<int:invitation>/resend/", invitations.resend, name="invitation_resend"),
    path(
        "invitations/<int:invitation>/withdraw/", invitations.withdraw, name="invitation_withdraw"
    ),
    path("teams/", teams.teams, name="teams"),
    path("teams/<int:team>/", teams.team, name="team"),
    path("teams/<int:team>/add/", teams.add, name="team_add"),
    path("teams/<int:team>/remove/<int:person>/", teams.remove, name="team_remove"),
    path("teams/<int:team>/delete/", teams.delete, name="team_delete"),
    path("access/", access.customers, name="access"),
    path("access/change/", access.change, name="access_change"),
    path("access/undo/<int:change>/", access.undo, name="access_undo"),
    path("access/<int:customer>/", access.customer, name="customer_access"),
    path("<int:person>/", people.person, name="person"),
    path("<int:person>/role/", people.change_role, name="person_role"),
    path("<int:person>/deactivate/", people.deactivate, name="person_deactivate"),
    path("<int:person>/activate/", people.activate, name="person_activate"),
    path(
        "<int:person>/accounts/<int:customer>/withdraw/",
        people.withdraw_account,
        name="account_withdraw",
    ),
]
