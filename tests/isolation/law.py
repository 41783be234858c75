"""Who may do what, written a second time: what policies.sql does is held against this."""

from __future__ import annotations

KINDS = ("admin", "member", "member_all", "client", "service", "service_read")
VIEWER_ROLES = (*(f"duebook_{kind}" for kind in KINDS), "duebook_platform")
LOGINS = ("duebook_app", "duebook_door", "duebook_worker", "duebook_backup")
OWNERS = ("duebook_owner", "duebook_guard", "duebook_rollup")

# Tables without an organisation's rows.
REFERENCE = ("currency", "platform_person", "barred_person")

# table -> reach, then the rights of: admin, member (also of all), client, service, platform, guard.
# A service that only reads has of the service's rights the reading.
RIGHTS: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "org": ("org", "su", "s", "s", "s", "siu", "s"),
    "person": ("person id", "si", "s", "s", "s", "siu", "siu"),
    "membership": ("person", "siu", "s", "s", "s", "siu", "siu"),
    "team": ("org", "siud", "s", "", "", "", ""),
    "team_member": ("org", "siud", "s", "", "", "", "s"),
    "document_kind": ("org", "siu", "s", "s", "s", "si", ""),
    "customer": ("customer id", "siud", "s", "s", "siu", "", "s"),
    "customer_internal": ("customer", "siud", "s", "", "siu", "", "s"),
    "customer_access": ("access", "siud", "s", "", "sid", "", "s"),
    "client_link": ("person", "siud", "s", "s", "", "", "siud"),
    "document": ("customer", "siud", "s", "s", "siud", "", "s"),
    "document_version": ("customer", "sid", "s", "", "si", "", ""),
    "document_line": ("customer", "siud", "s", "s", "siud", "", "s"),
    "allocation": ("customer", "siud", "s", "s", "siud", "", "s"),
    "settlement": ("customer", "siud", "s", "", "siud", "", ""),
    "dispute": ("customer", "siud", "s", "s", "siu", "", "siu"),
    "order_link": ("customer", "siud", "s", "s", "siud", "", ""),
    "reminder": ("customer", "siud", "s", "s", "siud", "", ""),
    "shipment": ("customer", "siud", "s", "s", "siud", "", ""),
    "stock": ("customer", "siud", "s", "s", "siud", "", ""),
    "dispute_case": ("customer", "s", "s", "s", "", "", "siu"),
    "dispute_message": ("customer", "s", "s", "s", "", "", "si"),
    "dispute_file": ("customer", "s", "s", "s", "", "", "si"),
    "dispute_note": ("customer", "si", "si", "", "", "", ""),
    "portal_payment": ("customer", "s", "s", "s", "", "", "siu"),
    "portal_payment_part": ("customer", "sd", "s", "s", "sd", "", "sid"),
    "portal_payment_event": ("customer", "s", "s", "s", "", "", "si"),
    "access_event": ("customer", "si", "s", "", "", "", ""),
    "note": ("customer", "si", "si", "", "", "", ""),
    "note_text": ("customer", "si", "si", "", "", "", ""),
    "note_mention": ("customer", "si", "si", "", "", "", ""),
    "note_seen": ("own", "si", "si", "", "", "", ""),
    "ingest_run": ("org", "siu", "", "", "siu", "", "s"),
    "ingest_error": ("org", "si", "", "", "si", "", ""),
    "ingest_before": ("org", "sid", "", "", "si", "", ""),
    "source_file": ("org", "siud", "", "", "siu", "", "sd"),
    "source_file_part": ("org", "sid", "", "", "si", "", ""),
    "intake": ("org", "siud", "", "", "", "", "sd"),
    "mapping": ("org", "siud", "", "", "s", "", ""),
    "sync_call": ("own", "", "", "", "sid", "", "sd"),
    "tombstone": ("org", "siud", "", "", "siud", "", ""),
    "connector": ("person", "siud", "", "", "su", "", "su"),
    "job": ("person", "s", "s", "", "", "", "sid"),
    "audit_event": ("org", "s", "", "", "", "", "si"),
    "audit_link": ("org", "s", "", "", "", "", "si"),
    "invitation": ("asked", "siu", "siu", "", "", "", "su"),
    "api_token": ("org", "siu", "", "", "", "", "su"),
    "identity_provider": ("org", "siud", "", "", "", "", "s"),
    "export": ("own", "siud", "siud", "siud", "", "", "sd"),
    "access_change": ("own", "siud", "", "", "", "", ""),
    "saved_view": ("own", "siud", "siud", "", "", "", "s"),
    "shared_view": ("org", "sd", "s", "", "", "", "siud"),
    "default_view": ("own", "siud", "siud", "", "", "", ""),
    "bulk_act": ("person", "siu", "siu", "", "", "", ""),
    "bulk_outcome": ("customer", "siu", "siu", "", "", "", ""),
    "mailing": ("person", "siud", "siud", "", "", "", "su"),
    "customer_aging": ("customer", "s", "s", "", "s", "", ""),
    "typical_amount": ("org", "s", "s", "", "s", "", ""),
    "org_day": ("org", "s", "s", "", "s", "", ""),
    "day_total": ("org", "", "", "", "", "", ""),
    "customer_month": ("customer", "s", "s", "", "s", "", ""),
    "org_window": ("org", "s", "s", "", "s", "", ""),
    "priority_weights": ("org", "si", "s", "", "", "", ""),
}
# What works out rollups reads, of the viewer's organisation, and what it writes.
ROLLUP = {
    **dict.fromkeys(
        (
            "org",
            "customer",
            "document",
            "allocation",
            "dispute",
            "order_link",
            "priority_weights",
        ),
        "s",
    ),
    **dict.fromkeys(("customer_aging", "typical_amount", "org_day", "day_total"), "siud"),
    **dict.fromkeys(("customer_month", "org_window"), "siud"),
}
# What a client sees of a document only while the document itself is to be seen.
PART_OF_DOCUMENT = {
    "reminder": "document_id",
    "document_line": "document_id",
    "dispute": "document_id",
    "dispute_case": "document_id",
    "allocation": "charge_id",
    "order_link": "invoice_id",
}
PART_OF_CASE = {"dispute_message", "dispute_file"}  # ... while the case is to be seen
# Codes and numbers: what is not here, of text, has no statistics that a plan could tell of.
CODES = """
    access_change.act access_change.reason access_event.act allocation.currency
    allocation.external_id
    allocation.origin allocation.source_version allocation_key.coalesce api_token.scopes
    audit_event.action connector.type currency.code customer_aging.currency
    customer_month.currency customer.account_number
    customer.account_type customer.currency customer.external_id customer.name_origin
    customer.parent_number customer.source_version customer_access.reason dispute.origin
    dispute_case.outcome dispute_case.state dispute_file.media_type
    dispute_message.act dispute_message.outcome
    document.class document.currency document.external_id document.intake document.kind
    document.number document.order_number document.origin document.source_version document.state
    document_kind.class document_kind.code document_line.line_number document_line.status
    export.content_type export.kind export.report ingest_before.table_name
    ingest_error.column_name ingest_run.counts ingest_run.kind ingest_run.source intake.state
    invitation.language invitation.role job.kind job.task mapping.kind membership.role
    org.aging_basis org.currency org.language org.member_scope org.slug org.timezone org.weekend
    portal_payment.currency portal_payment.provider
    portal_payment.state portal_payment_event.act portal_payment_part.currency
    typical_amount.currency tombstone.intake
""".split()
# In whose name a row is written: the viewer's own.
SIGNED = {
    "dispute_note": "person_id",
    "access_event": "person_id",
    "note": "person_id",
    "note_text": "person_id",
    "note_mention": "author_id",
}
# What nobody but the guard or the platform makes of a membership.
NOT_OF_THE_HOUSE = "{console,platform}"


def rights(table: str, role: str) -> str:
    """The letters of a role's rights on a table: s select, i insert, u update, d delete."""
    _, admin, member, client, service, platform, guard = RIGHTS[table]
    return {
        "duebook_admin": admin,
        "duebook_member": member,
        "duebook_member_all": member,
        "duebook_client": client,
        "duebook_service": service,
        "duebook_service_read": "s" if "s" in service else "",
        "duebook_platform": platform,
        "duebook_guard": guard,
        "duebook_rollup": ROLLUP.get(table, ""),
        "duebook_backup": "s",
    }[role]


def policy(table: str, role: str, *, version: int) -> tuple[str, str]:
    """What a policy must say: which rows there are for the role, and which it may write."""
    if role == "duebook_backup":
        return "true", ""
    if role == "duebook_guard":
        return "true", "true"
    if role == "duebook_rollup":
        return ("org_id = (SELECT guard.viewer_organisation())",) * 2
    if role == "duebook_platform":
        return ("(SELECT guard.viewer_is_platform())",) * 2
    kind = role.removeprefix("duebook_")
    reach = RIGHTS[table][0]
    first = "1, 1" if version >= 160000 else "true"
    anybody = f"(org_id, {first}) = (SELECT guard.viewer_org('{kind}'), {first})"
    person = "id" if reach == "person id" else "person_id"
    own = (
        f"(org_id, {person}, {first})"
        f" = (SELECT guard.viewer_org('{kind}'), guard.viewer_person(), {first})"
    )
    if reach == "own":
        rows = f"{own} AND kind = '{kind}'" if table == "export" else own
        return rows, rows
    if reach == "person" and kind != "admin":
        return own, own
    if reach == "person id":
        rows = own if kind in ("client", "service", "service_read") else anybody
        return rows, f"{rows} AND id = currval('guard.principal_id_seq')"
    if reach == "access" and kind == "member":
        anybody = f"(org_id, {first}) = (SELECT guard.member_org(), {first})"
    rows = " AND ".join([anybody, *_customers(table, kind)])
    if author := SIGNED.get(table):
        return rows, f"{rows} AND {author} = (SELECT guard.viewer_person())"
    if kind == "client" and reach == "customer" and set("iu") & set(rights(table, role)):
        return rows, f"{rows} AND (SELECT guard.viewer_person()) IS NOT NULL"
    return rows, rows


def _customers(table: str, kind: str) -> list[str]:
    """What narrows the organisation down to the viewer's customers."""
    if table == "bulk_outcome" and kind in ("member", "member_all"):
        own = (
            "EXISTS (SELECT 1 FROM ar.bulk_act b"
            " WHERE b.org_id = bulk_outcome.org_id AND b.id = bulk_outcome.act_id)"
        )
        return [*_by_customer(table, kind), own]
    return _by_customer(table, kind)


def _by_customer(table: str, kind: str) -> list[str]:
    reach = RIGHTS[table][0]
    principals = "ANY ((SELECT guard.viewer_principals())::bigint[])"
    customer = "id" if reach == "customer id" else "customer_id"
    if (table, kind) == ("membership", "admin"):
        return [f"role <> ALL ('{NOT_OF_THE_HOUSE}')"]
    if (reach, kind) == ("asked", "member_all"):
        return ["customer_id IS NOT NULL"]
    if reach == "access" and kind == "member":
        return [f"principal_id = {principals}"]
    if reach not in ("customer", "customer id", "asked") or kind not in ("member", "client"):
        return []
    if table in ("customer_aging", "customer_month") and kind == "member":
        return ["customer_id = ANY ((SELECT guard.viewer_accounts())::bigint[])"]
    if kind == "member":
        return [
            "EXISTS (SELECT 1 FROM ar.customer_access a"
            f" WHERE a.org_id = {table}.org_id AND a.principal_id = {principals}"
            f" AND a.customer_id = {table}.{customer})"
        ]
    said = [f"{customer} = ANY ((SELECT guard.viewer_customers())::bigint[])"]
    if table == "document":
        said.append("state <> 'draft'")
    if table == "dispute_case":
        said.append("raised_for = customer_id")
    if part := PART_OF_DOCUMENT.get(table):
        said.append(
            "EXISTS (SELECT 1 FROM ar.document d"
            f" WHERE d.org_id = {table}.org_id AND d.id = {table}.{part} OFFSET 0)"
        )
    if table in PART_OF_CASE:
        said.append(
            "EXISTS (SELECT 1 FROM ar.dispute_case c"
            f" WHERE c.org_id = {table}.org_id AND c.id = {table}.case_id)"
        )
    return said
