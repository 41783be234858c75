"""Every address of the product, and who gets what there. What is not here does not pass.

Whoever is not named gets what nobody gets: at an organisation's address and the platform's the
page that says there is none; without being signed in, at an organisation's, the way to sign in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from duebook.ingest.kinds import KINDS

OWNERS = ("owner", "visitor")
ADMINS = ("visitor", "admin")
STAFF = (*ADMINS, "member", "member_all")
CLIENTS = ("client",)
READERS = (*STAFF, *CLIENTS)
SIGNED_IN = (*OWNERS, "admin", "member", "member_all", "client", "outsider", "deactivated")
STRANGERS = ("anonymous", "service")
EVERYBODY = (*STRANGERS, *SIGNED_IN)
NOT_THERE = 404
NOT_SO = 405  # this method is not for this address
ELSEWHERE = 302  # the form has done something, or the way leads on
UNCLEAR = 400
NOT_KNOWN = 401
NO_ROWS = 415
# Whoever holds one may use it, or it is nobody's.
SECRETS = (
    *("currency", "month", "key", "uid", "secret", "slug of any", "connector type"),
    "report form",
)


@dataclass(frozen=True)
class Address:
    """`who` gets `get`, and `post` for an empty form; `ids` says what stands in the address."""

    who: tuple[str, ...]
    get: int
    post: int
    ids: Mapping[str, str] = field(default_factory=dict)
    others: int = NOT_THERE  # for those who are signed in
    strangers: int = ELSEWHERE  # for those who are not: to sign in
    but: Mapping[str, int] = field(default_factory=dict)  # "viewer method", or "method" for all

    def expected(self, viewer: str, method: str) -> int:
        for said in (f"{viewer} {method}", viewer):
            if said in self.but:
                return self.but[said]
        if viewer in self.who:
            return self.get if method == "get" else self.post
        return self.strangers if viewer in STRANGERS else self.others


def _place(
    who: tuple[str, ...], get: int, post: int, *, but: Mapping[str, int] | None = None, **ids: str
) -> Address:
    """Below /o/<slug>/."""
    return Address(who, get, post, {"slug": "slug", **ids}, but=but or {})


def _platform(get: int, post: int, **ids: str) -> Address:
    return Address(OWNERS, get, post, ids, strangers=NOT_THERE)


def _account(get: int, post: int, *, but: Mapping[str, int] | None = None, **ids: str) -> Address:
    return Address(SIGNED_IN, get, post, ids, but=but or {})


def _open(get: int, post: int, *, but: Mapping[str, int] | None = None, **ids: str) -> Address:
    return Address(EVERYBODY, get, post, ids, but=but or {})


def _program(get: int) -> Address:
    but = {"service get": get, **{f"{viewer} post": NOT_SO for viewer in EVERYBODY}}
    return Address((), get, NOT_SO, others=NOT_KNOWN, strangers=NOT_KNOWN, but=but)


def _bringing() -> Address:
    """An empty form is no rows."""
    but = {"service post": NO_ROWS, **{f"{viewer} get": NOT_SO for viewer in EVERYBODY}}
    return Address((), NOT_SO, NO_ROWS, others=NOT_KNOWN, strangers=NOT_KNOWN, but=but)


def _clients(name: str, **ids: str) -> dict[str, Address]:
    """A page that clients read, and the staff with their eyes."""
    below = {"slug": "slug", **ids}
    return {
        name: Address(CLIENTS, 200, NOT_SO, below),
        f"as_client:{name}": Address(STAFF, 200, NOT_SO, {**below, "as_client": "looked at"}),
    }


def _each(who: tuple[str, ...], status: int) -> dict[str, int]:
    return dict.fromkeys(who, status)


LEADS_ON = _open(ELSEWHERE, ELSEWHERE)
ANSWERED = _open(200, NOT_SO)
# What is asked of a person just signed in, with a password and without a second factor.
FORM = _account(200, UNCLEAR)
NO_FACTOR = _account(NOT_THERE, NOT_THERE)
ACT = (NOT_SO, ELSEWHERE)  # a form's target, and no page
QUESTION = (200, ELSEWHERE)  # a page that asks first

ADDRESSES = {
    # Before an organisation is entered. A choice between several places, or none, is a page.
    "home": _open(ELSEWHERE, ELSEWHERE, but={"visitor": 200, "deactivated": 200}),
    "set_language": LEADS_ON,
    "styleguide": _open(NOT_THERE, NOT_THERE),  # but in development
    "terms": _open(200, 200),
    "outbox": _open(NOT_THERE, NOT_THERE),  # but in a demonstration
    "letter": _open(NOT_THERE, NOT_THERE, letter_id="key"),
    "invitation": _open(200, 200, secret="secret"),
    "invitation_decline": _open(200, 200, secret="secret"),
    # Signing in.
    "account_login": Address(STRANGERS, 200, UNCLEAR, others=ELSEWHERE),
    "mfa_authenticate": LEADS_ON,
    "mfa_login_webauthn": LEADS_ON,
    "account_logout": Address(SIGNED_IN, 200, ELSEWHERE),
    "account_inactive": ANSWERED,
    "account_reset_password": _open(200, UNCLEAR),
    "account_reset_password_done": ANSWERED,
    "account_reset_password_from_key_done": ANSWERED,
    "account_reset_password_from_key": _open(UNCLEAR, UNCLEAR, uidb36="uid", key="key"),
    "account_confirm_email": _open(UNCLEAR, UNCLEAR, key="key"),
    "second_factor_needed": _account(200, 200, but=_each(OWNERS, ELSEWHERE)),
    "elsewhere": _open(200, UNCLEAR),
    "elsewhere_there": _open(NOT_THERE, NOT_SO, organisation="slug of any"),
    "elsewhere_back": _open(ELSEWHERE, NOT_SO, organisation="slug of any"),
    # One's own account.
    "account": _account(200, 200),
    "account_reauthenticate": FORM,
    "account_change_password": FORM,
    "account_set_password": _account(ELSEWHERE, ELSEWHERE),  # there is one
    "account_email": FORM,
    "keep_address": _account(*ACT, but=_each(("anonymous get", "service get"), NOT_SO)),
    "usersessions_list": _account(*QUESTION),
    "end_session": _account(
        *ACT, but=_each(("anonymous get", "service get"), NOT_SO), session_id="session"
    ),
    "mfa_index": _account(200, 200),
    "mfa_reauthenticate": _account(ELSEWHERE, ELSEWHERE),
    "mfa_activate_totp": FORM,
    "mfa_deactivate_totp": NO_FACTOR,
    "mfa_view_recovery_codes": _account(NOT_THERE, NOT_SO),
    "mfa_generate_recovery_codes": FORM,
    "mfa_download_recovery_codes": NO_FACTOR,
    "mfa_list_webauthn": _account(200, 200),
    "mfa_add_webauthn": FORM,
    "mfa_reauthenticate_webauthn": _account(ELSEWHERE, ELSEWHERE),
    "mfa_edit_webauthn": _account(200, UNCLEAR, pk="authenticator"),
    "mfa_remove_webauthn": _account(*QUESTION, pk="authenticator"),
    # The platform's.
    "platform_first": _platform(ELSEWHERE, ELSEWHERE),
    "platform": _platform(200, 200),
    "platform_create": _platform(200, 200),
    "platform_organisation": _platform(200, UNCLEAR, which="organisation"),
    "platform_enter": _platform(NOT_SO, UNCLEAR, which="organisation"),
    "platform_suspend": _platform(*QUESTION, which="organisation"),
    "platform_resume": _platform(*QUESTION, which="organisation"),
    "platform_leave": _platform(*ACT),
    "platform_people": _platform(200, 200),
    "platform_person": _platform(200, 200, login="login"),
    "platform_bar": _platform(*QUESTION, login="login"),
    "platform_unbar": _platform(*QUESTION, login="login"),
    "platform_own": _platform(*QUESTION, login="login"),
    "platform_disown": _platform(*QUESTION, login="login"),
    "platform_health": _platform(200, 200),
    # Programs': the bearer of a token, whatever session there is beside it.
    "api:openapi-json": _open(200, 200),
    "api:openapi-view": _open(200, 200),
    "api:organisation": _program(200),
    "api:aging": _program(200),
    "api:invoices": _program(200),
    "api:monthly": _program(200),
    **{f"api:sync-{kind}": _bringing() for kind in KINDS},
    "api:sync": _open(NOT_THERE, NOT_THERE, kind="key"),
    "api:api-root": _open(NOT_THERE, NOT_THERE),
    "/api/v1/<path:rest>": _open(NOT_THERE, NOT_THERE, rest="key"),
    # An organisation's.
    "portal": _place(READERS, ELSEWHERE, ELSEWHERE, but=_each(("client",), 200)),
    "client_view": _place(STAFF, ELSEWHERE, NOT_SO, customer="customer"),
    "as_client:portal": _place(STAFF, 200, NOT_SO, as_client="looked at"),
    **_clients("client_report", form="report form"),
    **_clients("client_invoices"),
    **_clients("client_invoices_file", form="report form"),
    **_clients("client_invoice", item="document"),
    **_clients("client_invoice_pdf", item="document"),
    **_clients("client_orders"),
    **_clients("client_deliveries"),
    **_clients("client_stock"),
    **_clients("client_statement"),
    **_clients("client_statement_pdf"),
    "disputes": _place(READERS, 200, NOT_SO),
    "disputes_bulk": _place(STAFF, NOT_SO, UNCLEAR),
    "disputes_settings": _place(ADMINS, 200, UNCLEAR),
    "dispute_raise": _place(READERS, 200, UNCLEAR, document="document"),
    "dispute": _place(READERS, 200, NOT_SO, case="case"),
    "dispute_answer": _place(READERS, NOT_SO, UNCLEAR, case="case"),
    "dispute_note": _place(STAFF, NOT_SO, UNCLEAR, case="case"),
    "dispute_close": _place(READERS, NOT_SO, UNCLEAR, case="case", but={"client post": ELSEWHERE}),
    "dispute_reopen": _place(READERS, NOT_SO, UNCLEAR, case="case"),
    "dispute_file": _place(READERS, 200, NOT_SO, case="case with a file", file="newest file"),
    "payments": _place(READERS, 200, NOT_SO),
    "payment_announce": _place(READERS, 200, UNCLEAR, customer="customer"),
    "payment": _place(READERS, 200, NOT_SO, payment="payment"),
    "payment_move": _place(READERS, NOT_SO, UNCLEAR, payment="payment"),
    "payment_amend": _place(STAFF, NOT_SO, UNCLEAR, payment="payment"),
    "payment_match": _place(STAFF, NOT_SO, UNCLEAR, payment="payment"),
    "as_client:disputes": _place(STAFF, 200, NOT_SO, as_client="looked at"),
    "as_client:disputes_bulk": _place(STAFF, NOT_THERE, NOT_SO, as_client="looked at"),
    "as_client:disputes_settings": _place(STAFF, NOT_THERE, NOT_SO, as_client="looked at"),
    "as_client:dispute_raise": _place(
        STAFF, NOT_THERE, NOT_SO, as_client="looked at", document="document"
    ),
    "as_client:dispute": _place(STAFF, 200, NOT_SO, as_client="looked at", case="case"),
    "as_client:dispute_answer": _place(STAFF, NOT_SO, NOT_SO, as_client="looked at", case="case"),
    "as_client:dispute_note": _place(STAFF, NOT_THERE, NOT_SO, as_client="looked at", case="case"),
    "as_client:dispute_close": _place(STAFF, NOT_SO, NOT_SO, as_client="looked at", case="case"),
    "as_client:dispute_reopen": _place(STAFF, NOT_SO, NOT_SO, as_client="looked at", case="case"),
    "as_client:dispute_file": _place(
        STAFF, 200, NOT_SO, as_client="looked at", case="case with a file", file="newest file"
    ),
    "as_client:payments": _place(STAFF, 200, NOT_SO, as_client="looked at"),
    "as_client:payment_announce": _place(
        STAFF, NOT_THERE, NOT_SO, as_client="looked at", customer="customer"
    ),
    "as_client:payment": _place(STAFF, 200, NOT_SO, as_client="looked at", payment="payment"),
    "as_client:payment_move": _place(
        STAFF, NOT_SO, NOT_SO, as_client="looked at", payment="payment"
    ),
    "as_client:payment_match": _place(
        STAFF, NOT_THERE, NOT_SO, as_client="looked at", payment="payment"
    ),
    "as_client:payment_amend": _place(
        STAFF, NOT_THERE, NOT_SO, as_client="looked at", payment="payment"
    ),
    "customers": _place(STAFF, 200, NOT_SO),
    "customers_figures": _place(STAFF, 200, NOT_SO),
    "customers_files": _place(STAFF, NOT_SO, UNCLEAR),
    "customers_selected": _place(STAFF, NOT_SO, 200),
    "customers_bulk": _place(STAFF, NOT_SO, UNCLEAR),
    "customers_bulk_undo": _place(ADMINS, *ACT, change="change"),
    "customers_bulk_unnote": _place(STAFF, *ACT, act="bulk act"),
    "bulk_acts": _place(STAFF, 200, NOT_SO),
    "bulk_act": _place(STAFF, 200, NOT_SO, act="bulk act"),
    "bulk_act_file": _place(STAFF, 200, NOT_SO, act="bulk act"),
    "bulk_act_resume": _place(STAFF, *ACT, act="bulk act"),
    "customer_contacts": _place(STAFF, 200, UNCLEAR, customer="customer"),
    "contact_resend": _place(STAFF, *ACT, customer="customer", invitation="invitation"),
    "contact_withdraw": _place(STAFF, *ACT, customer="customer", invitation="invitation"),
    "contact_role": _place(ADMINS, *ACT, customer="customer", person="client"),
    "contact_end": _place(ADMINS, *ACT, customer="customer", person="client"),
    "customer": _place(STAFF, 200, NOT_SO, customer="customer"),
    "customer_around": _place(STAFF, 200, NOT_SO, customer="customer"),
    "customer_files": _place(STAFF, NOT_SO, UNCLEAR, customer="customer"),
    "customer_priority": _place(STAFF, 200, NOT_SO, customer="customer"),
    "note_write": _place(STAFF, NOT_SO, UNCLEAR, customer="customer"),
    "note_edit": _place(STAFF, NOT_SO, UNCLEAR, customer="customer", note="note"),
    "note_remove": _place(STAFF, *ACT, customer="customer", note="note"),
    "note_restore": _place(STAFF, *ACT, customer="customer", note="note"),
    "mentions": _place(STAFF, 200, NOT_SO),
    "mentions_read": _place(STAFF, *ACT),
    "mention_read": _place(STAFF, NOT_SO, NOT_THERE, note="note"),  # it mentions nobody
    "customer_document": _place(STAFF, 200, NOT_SO, customer="customer", item="document"),
    "saved_views": _place(STAFF, 200, UNCLEAR),
    "saved_view": _place(STAFF, ELSEWHERE, NOT_SO, view="view"),
    "saved_view_change": _place(STAFF, NOT_SO, UNCLEAR, view="view"),
    "monthly": _place(STAFF, 200, NOT_SO),
    "monthly_sums": _place(STAFF, 200, NOT_SO),
    "monthly_notes": _place(STAFF, 200, NOT_SO),
    "monthly_files": _place(STAFF, 200, ELSEWHERE),
    "mailings": _place(STAFF, 200, ELSEWHERE),
    "mailing_change": _place(STAFF, NOT_SO, UNCLEAR, mailing="mailing"),
    "monthly_account": _place(STAFF, 200, NOT_SO, customer="customer", currency="currency"),
    "monthly_cell": _place(
        STAFF, 200, NOT_SO, customer="customer", currency="currency", month="month"
    ),
    "aging": _place(STAFF, 200, 200),
    "invoices": _place(STAFF, 200, 200),
    "exports": _place(READERS, 200, UNCLEAR),
    "export_file": _place(READERS, 200, NOT_SO, export="export"),
    "export_delete": _place(READERS, *ACT, export="export"),
    "imports": _place(ADMINS, 200, UNCLEAR),
    "intake": _place(ADMINS, 200, NOT_SO, intake="intake"),
    "intake_progress": _place(ADMINS, 200, NOT_SO, intake="intake"),
    "intake_mapping": _place(ADMINS, ELSEWHERE, ELSEWHERE, intake="intake"),
    "intake_preview": _place(ADMINS, ELSEWHERE, ELSEWHERE, intake="intake"),
    "intake_commit": _place(ADMINS, *ACT, intake="intake"),
    "intake_cancel": _place(ADMINS, *ACT, intake="intake"),
    "intake_resume": _place(ADMINS, *ACT, intake="intake"),
    "intake_invalid": _place(ADMINS, NOT_THERE, NOT_SO, intake="intake", table="key"),
    "import_history": _place(ADMINS, 200, NOT_SO),
    "import_run": _place(ADMINS, 200, NOT_SO, run="run"),
    "import_undo": _place(ADMINS, *ACT, run="run"),
    "import_errors": _place(ADMINS, 200, NOT_SO, run="run"),
    "import_original": _place(ADMINS, 200, NOT_SO, run="run"),
    "import_mappings": _place(ADMINS, 200, UNCLEAR),
    "import_mapping_file": _place(ADMINS, 200, NOT_SO, mapping="mapping"),
    "import_mapping_rename": _place(ADMINS, *ACT, mapping="mapping"),
    "import_mapping_delete": _place(ADMINS, *ACT, mapping="mapping"),
    "people": _place(ADMINS, 200, NOT_SO),
    "clients": _place(ADMINS, 200, NOT_SO),
    "person": _place(ADMINS, 200, NOT_SO, person="member"),
    "person_role": _place(ADMINS, *ACT, person="member"),
    "person_deactivate": _place(ADMINS, *QUESTION, person="member"),
    "person_activate": _place(ADMINS, *ACT, person="gone"),
    "account_withdraw": _place(ADMINS, *ACT, person="client", customer="customer"),
    "invite": _place(STAFF, 200, 200),
    "invitation_resend": _place(ADMINS, *ACT, invitation="invitation"),
    "invitation_withdraw": _place(ADMINS, *ACT, invitation="invitation"),
    "teams": _place(ADMINS, 200, 200),
    "team": _place(ADMINS, 200, 200, team="team"),
    "team_add": _place(ADMINS, *ACT, team="team"),
    "team_remove": _place(ADMINS, *ACT, team="team", person="team_member"),
    "team_delete": _place(ADMINS, *QUESTION, team="team"),
    "access": _place(ADMINS, 200, NOT_SO),
    "access_change": _place(ADMINS, NOT_SO, UNCLEAR),
    "access_undo": _place(ADMINS, *ACT, change="change"),
    "customer_access": _place(ADMINS, 200, NOT_SO, customer="customer"),
    "settings": _place(ADMINS, 200, UNCLEAR),
    "settings_preview": _place(ADMINS, 302, UNCLEAR),
    "settings_tokens": _place(ADMINS, 200, UNCLEAR),
    "settings_token_revoke": _place(ADMINS, *ACT, token="token"),
    "connections": _place(ADMINS, 200, NOT_SO),
    "connection_add": _place(ADMINS, 200, UNCLEAR, type="connector type"),
    "connection": _place(ADMINS, 200, UNCLEAR, connection="connection"),
    "connection_test": _place(ADMINS, *ACT, connection="connection"),
    "connection_poll": _place(ADMINS, *ACT, connection="connection"),
    "connection_pause": _place(ADMINS, *ACT, connection="connection"),
    "connection_resume": _place(ADMINS, *ACT, connection="connection"),
    "connection_remove": _place(ADMINS, *ACT, connection="connection"),
    "settings_audit": _place(ADMINS, 200, NOT_SO),
    "settings_audit_file": _place(ADMINS, 200, NOT_SO),
    "settings_audit_verification": _place(ADMINS, 200, NOT_SO),
    "settings_sign_in": _place(ADMINS, 200, 200),
    "settings_sign_in_test": _place(ADMINS, *ACT),
    "settings_sign_in_remove": _place(ADMINS, *ACT),
}
