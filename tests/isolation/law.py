"""Who may do what, written a second time: what policies.sql does is held against this."""

from __future__ import annotations

KINDS = ("admin", "member", "member_all", "client", "service")
VIEWER_ROLES = (*(f"duebook_{kind}" for kind in KINDS), "duebook_platform")
LOGINS = ("duebook_app", "duebook_door", "duebook_worker", "duebook_backup")
OWNERS = ("duebook_owner", "duebook_guard")

# Tables without an organisation's rows.
REFERENCE = ("currency", "platform_person")

# table -> reach, then the rights of: admin, member (also of all), client, service, platform, guard
RIGHTS: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "org": ("org", "su", "s", "s", "s", "siu", "s"),
    "person": ("person id", "siu", "s", "s", "s", "siu", ""),
    "membership": ("person", "siu", "s", "s", "s", "siu", "s"),
    "team": ("org", "siud", "s", "", "", "", ""),
    "team_member": ("org", "siud", "s", "", "", "", "s"),
    "document_kind": ("org", "siu", "s", "s", "s", "si", ""),
    "customer": ("customer id", "siu", "s", "s", "siu", "", ""),
    "customer_internal": ("customer", "siu", "s", "", "siu", "", ""),
    "customer_access": ("access", "siud", "s", "", "sid", "", ""),
    "client_link": ("person", "siud", "s", "s", "", "", "s"),
    "document": ("customer", "siud", "s", "s", "siud", "", ""),
    "document_version": ("customer", "si", "s", "", "si", "", ""),
    "document_line": ("customer", "siud", "s", "s", "siud", "", ""),
    "allocation": ("customer", "siud", "s", "s", "siud", "", ""),
    "settlement": ("customer", "siud", "s", "", "siud", "", ""),
    "dispute": ("customer", "siu", "s", "s", "siu", "", ""),
    "order_link": ("customer", "siud", "s", "s", "siud", "", ""),
    "ingest_run": ("org", "siu", "", "", "siu", "", ""),
    "ingest_error": ("org", "si", "", "", "si", "", ""),
    "job": ("person", "s", "s", "", "", "", "si"),
    "audit_event": ("audit", "si", "", "", "i", "i", ""),
}
# What a client sees of a document only while the document itself is to be seen.
PART_OF_DOCUMENT = {
    "document_line": "document_id",
    "dispute": "document_id",
    "allocation": "charge_id",
    "order_link": "invoice_id",
}


def rights(table: str, role: str) -> str:
    """The letters of a role's rights on a table: s select, i insert, u update, d delete."""
    _, admin, member, client, service, platform, guard = RIGHTS[table]
    return {
        "duebook_admin": admin,
        "duebook_member": member,
        "duebook_member_all": member,
        "duebook_client": client,
        "duebook_service": service,
        "duebook_platform": platform,
        "duebook_guard": guard,
        "duebook_backup": "s",
    }[role]


def policy(table: str, role: str, *, version: int) -> tuple[str, str]:
    """What a policy must say: which rows there are for the role, and which it may write."""
    if role == "duebook_backup":
        return "true", ""
    if role == "duebook_guard":
        return "true", "true"
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
    if reach == "audit":
        return anybody, own
    if reach == "person" and kind != "admin":
        return own, own
    if reach == "person id" and kind in ("client", "service"):
        return own, own
    if reach == "access" and kind == "member":
        anybody = f"(org_id, {first}) = (SELECT guard.member_org(), {first})"
    rows = " AND ".join([anybody, *_customers(table, kind)])
    return rows, rows


def _customers(table: str, kind: str) -> list[str]:
    """What narrows the organisation down to the viewer's customers."""
    reach = RIGHTS[table][0]
    principals = "ANY ((SELECT guard.viewer_principals())::bigint[])"
    customer = "id" if reach == "customer id" else "customer_id"
    if reach == "access" and kind == "member":
        return [f"principal_id = {principals}"]
    if reach not in ("customer", "customer id") or kind not in ("member", "client"):
        return []
    if kind == "member":
        return [
            "EXISTS (SELECT 1 FROM ar.customer_access a"
            f" WHERE a.org_id = {table}.org_id AND a.principal_id = {principals}"
            f" AND a.customer_id = {table}.{customer})"
        ]
    said = [f"{customer} = ANY ((SELECT guard.viewer_customers())::bigint[])"]
    if table == "document":
        said.append("state <> 'draft'")
    if part := PART_OF_DOCUMENT.get(table):
        said.append(
            "EXISTS (SELECT 1 FROM ar.document d"
            f" WHERE d.org_id = {table}.org_id AND d.id = {table}.{part})"
        )
    return said
