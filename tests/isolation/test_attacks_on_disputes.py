"""Any SQL on the application's login, for somebody else's dispute or payment, and for what is said
behind a client's back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from duebook.visibility.viewer import Viewer
from tests.isolation.attacker import REFUSED, being, column, logged_in, tried
from tests.world import Company, World

GONE = "P0002"  # there is no such thing: the same for what is somebody else's
RAISE = "SELECT guard.raise_dispute(%s, 1, '{}', 'other', 'Mine.', '')"
TABLES = ("dispute_case", "dispute_message", "dispute_file", "portal_payment_event")
SECRET = "the client must not read this"


class Scene:
    """C1 of Acme is the client's and the member's, C2 nobody's; each has a dispute with a note and
    a file, and a payment."""

    def __init__(self, world: World) -> None:
        self.acme, self.zenith = world.acme, world.zenith
        self.hands = logged_in()
        self.own = {company.slug: self._of(company) for company in (self.acme, self.zenith)}

    def _of(self, company: Company) -> dict[str, dict[str, int]]:
        admin, found = company.viewer(company.admin_email), {}
        for account in ("C1", "C2"):
            company.owes("100.00", due="2026-03-31", account=account, number=f"D-{account}")
            with being(self.hands, admin, keep=True):
                found[account] = self._begun(account)
        return found

    def _begun(self, account: str) -> dict[str, int]:
        def one(query: str, *told: object) -> int:
            return int(column(self.hands, query, told)[0])

        document = one("SELECT id FROM ar.document WHERE number = %s", f"D-{account}")
        customer = one("SELECT customer_id FROM ar.document WHERE id = %s", document)
        case = one(RAISE, document)
        message = one("SELECT id FROM ar.dispute_message WHERE case_id = %s", case)
        attach = "SELECT guard.attach_to_dispute(%s, 'a.txt', 'text/plain', 1, '', 'sealed')"
        file = one(attach, message)
        self.hands.execute(
            "INSERT INTO ar.dispute_note (org_id, case_id, customer_id, person_id, body)"
            " SELECT org_id, id, customer_id, guard.viewer_person(), %s FROM ar.dispute_case"
            " WHERE id = %s",
            [SECRET, case],
        )
        announce = (
            "SELECT guard.announce_payment(%s, 'USD', 100, 'check', '', '2026-06-30',"
            " '{}', '{}', '', '')"
        )
        payment = one(announce, customer)
        ids = {"document": document, "customer": customer, "case": case, "message": message}
        return {**ids, "file": file, "payment": payment}

    def viewer(self, kind: str) -> Viewer:
        return self.acme.viewer(getattr(self.acme, f"{kind}_email"))


@pytest.fixture(scope="module")
def scene(server: None) -> Iterator[Scene]:
    scene = Scene(World())
    yield scene
    scene.hands.close()


ACTS = {
    "document": (RAISE,),
    "case": (
        "SELECT guard.answer_dispute(%s, 'I say.', '')",
        "SELECT guard.close_dispute(%s, 'withdrawn', 'x', '')",
        "SELECT guard.reopen_dispute(%s, 'x', '')",
    ),
    "message": ("SELECT guard.attach_to_dispute(%s, 'b', 'text/plain', 1, '', 's')",),
    "customer": (
        "SELECT guard.announce_payment(%s, 'USD', 1, 'check', '', '2026-06-30', '{}', '{}', '','')",
    ),
    "payment": ("SELECT guard.move_payment(%s, 'terminated', '2026-06-30', '', '')",),
}
ROWS = {
    "case": "SELECT FROM ar.dispute_case WHERE id = %s",
    "message": "SELECT FROM ar.dispute_message WHERE id = %s",
    "file": "SELECT FROM ar.dispute_file WHERE id = %s",
    "payment": "SELECT FROM ar.portal_payment WHERE id = %s",
}


@pytest.mark.parametrize("kind", ["client", "member"])
def test_nothing_of_others_is_read_or_done_by_id(scene: Scene, kind: str) -> None:
    others = [scene.own[scene.acme.slug]["C2"], *scene.own[scene.zenith.slug].values()]
    with being(scene.hands, scene.viewer(kind)):
        for thing, statements in ACTS.items():
            for statement in statements:
                missing = tried(scene.hands, statement, [987_654_321])
                assert missing == GONE
                for other in others:
                    assert tried(scene.hands, statement, [other[thing]]) == missing
        for thing, query in ROWS.items():
            for other in others:
                assert tried(scene.hands, query, [other[thing]]) == 0
            assert tried(scene.hands, query, [scene.own[scene.acme.slug]["C1"][thing]]) == 1


def test_a_client_has_no_right_to_internal_notes(scene: Scene) -> None:
    with being(scene.hands, scene.viewer("client")):
        for statement in (
            "SELECT FROM ar.dispute_note",
            "SELECT count(*) FROM ar.dispute_note",
            "COPY ar.dispute_note TO STDOUT",
            "TABLE ar.dispute_note",
            "UPDATE ar.dispute_note SET body = body",
            "DELETE FROM ar.dispute_note",
            "SELECT FROM ar.dispute_case c JOIN ar.dispute_note n ON n.case_id = c.id",
        ):
            assert tried(scene.hands, statement) == REFUSED
        for table in TABLES:
            found = column(scene.hands, f"SELECT t::text FROM ar.{table} t")
            assert not any(SECRET in row for row in found)


def test_nobody_speaks_for_the_other_side(scene: Scene) -> None:
    """What is said is written by the functions alone, in the caller's own name."""
    mine = scene.own[scene.acme.slug]["C1"]
    for kind in ("client", "member", "admin"):
        with being(scene.hands, scene.viewer(kind)):
            for table in (*TABLES, "portal_payment"):
                for statement in (
                    f"INSERT INTO ar.{table} SELECT * FROM ar.{table}",
                    f"UPDATE ar.{table} SET org_id = org_id",
                    f"DELETE FROM ar.{table}",
                ):
                    assert tried(scene.hands, statement) == REFUSED
    with being(scene.hands, scene.viewer("client")):
        assert tried(scene.hands, "UPDATE ar.dispute SET amount = 1") == REFUSED
        for outcome in ("stands", "credited", "reissued", "voided"):
            close = "SELECT guard.close_dispute(%s, %s, 'x', '')"
            assert tried(scene.hands, close, [mine["case"], outcome]) == REFUSED
        for state in ("settled", "frozen", "disputed"):
            move = "SELECT guard.move_payment(%s, %s, '2026-06-30', 'x', '')"
            assert tried(scene.hands, move, [mine["payment"], state]) != 1
        for internal in (
            "SELECT guard.begin_dispute(1, 1, 1, '2026-06-30', 1, '')",
            "SELECT guard.order_as_house(1, 'tell_dispute', '{}')",
            "SELECT guard.other_side(1, 1, true, '{}')",
            "SELECT guard.dispute_readers(%s)",
            "SELECT guard.payment_is(%s, %s)",
        ):
            told = [mine["message"], 1][: internal.count("%s")]
            assert tried(scene.hands, internal, told) == REFUSED


def test_a_note_is_in_ones_own_name(scene: Scene) -> None:
    forged = (
        "INSERT INTO ar.dispute_note (org_id, case_id, customer_id, person_id, body)"
        " SELECT org_id, id, customer_id, %s, 'x' FROM ar.dispute_case WHERE id = %s"
    )
    case = scene.own[scene.acme.slug]["C1"]["case"]
    admin, member = scene.viewer("admin"), scene.viewer("member")
    with being(scene.hands, member):
        assert tried(scene.hands, forged, [admin.person_id, case]) == REFUSED
        assert tried(scene.hands, forged, [member.person_id, case]) == 1


def test_an_act_of_a_client_is_signed_and_stands_in_the_trail(scene: Scene) -> None:
    case = scene.own[scene.acme.slug]["C1"]["case"]
    client, admin = scene.viewer("client"), scene.viewer("admin")
    with being(scene.hands, client, keep=True):
        assert tried(scene.hands, "SELECT guard.answer_dispute(%s, 'Hello.', '')", [case]) == 1
    with being(scene.hands, admin):
        said = "SELECT person_id FROM ar.dispute_message WHERE case_id = %s AND by_client"
        assert column(scene.hands, said, [case]) == [client.person_id]
        trail = "SELECT person_id FROM ar.audit_event WHERE action = 'dispute answered'"
        assert column(scene.hands, trail) == [client.person_id]


def test_words_stay_with_the_account_they_were_said_for(server: None) -> None:
    """The books move a disputed invoice, by its external id, to the account of another client."""
    acme = World().acme
    row = {"invoice_number": "D-MOVES", "issue_date": "2026-01-01", "amount": "100.00"}
    row |= {"due_date": "2026-01-31", "external_id": "moves"}
    acme.loads("invoices", [{**row, "account_number": "C2"}])
    hands = logged_in()
    admin = acme.viewer(acme.admin_email)
    with being(hands, admin, keep=True):
        (document,) = column(hands, "SELECT id FROM ar.document WHERE number = 'D-MOVES'")
        (case,) = column(hands, RAISE, [document])
        (message,) = column(hands, "SELECT id FROM ar.dispute_message WHERE case_id = %s", [case])
        column(
            hands,
            "SELECT guard.attach_to_dispute(%s, 'a.txt', 'text/plain', 1, '', 'sealed')",
            [message],
        )
    acme.loads("invoices", [{**row, "account_number": "C1"}])
    read = {
        "dispute_case": "SELECT count(*) FROM ar.dispute_case WHERE document_id = %s",
        "dispute_message": "SELECT count(*) FROM ar.dispute_message m JOIN ar.document d"
        " ON d.id = %s AND d.customer_id = m.customer_id WHERE m.body = 'Mine.'",
        "dispute_file": "SELECT count(*) FROM ar.dispute_file f JOIN ar.document d"
        " ON d.id = %s AND d.customer_id = f.customer_id WHERE f.file_name = 'a.txt'",
    }
    for kind, found in (("admin", 1), ("client", 0)):
        with being(hands, acme.viewer(getattr(acme, f"{kind}_email"))):
            assert column(hands, "SELECT count(*) FROM ar.document WHERE id = %s", [document]) == [
                1
            ]
            for table, query in read.items():
                assert column(hands, query, [document]) == [found], (kind, table)
    with being(hands, acme.viewer(acme.client_email)):
        assert tried(hands, "SELECT guard.answer_dispute(%s, 'I say.', '')", [case]) == GONE
    hands.close()
