"""What the three sample organisations are like. Every name and address is invented."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Person:
    """`ranks` are the accounts of a client login, 0 being the largest account."""

    email: str
    name: str
    role: str
    ranks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Team:
    """`members` by e-mail; the accounts of `ranks` are shared with the team."""

    name: str
    members: tuple[str, ...]
    ranks: tuple[int, ...]


@dataclass(frozen=True)
class Invited:
    """Somebody who has not answered yet; a client for the account of `rank`."""

    email: str
    name: str
    role: str
    rank: int | None = None


@dataclass(frozen=True)
class Item:
    """A thing on an invoice line, priced in minor units of the organisation's currency."""

    description: str
    price: int


@dataclass(frozen=True)
class Blueprint:
    slug: str
    name: str
    currency: str
    timezone: str
    settings: dict[str, str | int | bool]
    people: tuple[Person, ...]
    invited: tuple[Invited, ...]
    accounts: int
    invoices: int
    typical_invoice: int  # minor units, the median
    items: tuple[Item, ...]
    languages: dict[str, int]
    account_number: str
    invoice_number: str
    credit_number: str
    adjustment_number: str
    payment_number: str
    order_number: str
    terms: tuple[int, ...]  # drawn from evenly, so repeat what is common
    types: tuple[str, ...]
    weekend: tuple[int, ...] = (5, 6)
    other_currency: str = ""
    other_rate: float = 1.0  # minor units of the other currency for one of the own
    other_share: float = 0.0  # accounts billed in the other currency only
    both_share: float = 0.0  # accounts billed in both
    order_share: float = 0.3
    discount_share: float = 0.0  # accounts offered 2 % for paying within ten days
    cash_kind: str = "invoice"
    takes_post_dated: bool = False
    offsets: bool = False  # some customers are suppliers too
    named: dict[int, tuple[str, int | None]] = field(default_factory=dict)  # rank: name, parent
    teams: tuple[Team, ...] = ()
    shared: dict[str, tuple[int, ...]] = field(default_factory=dict)  # e-mail of a member: ranks


# Owns the platform the sample organisations are on, and belongs to none of them.
OWNER = Person("owner@duebook.example", "Odette Vance", "platform owner")

# One bookkeeper keeps the books of two of them, and one buyer buys from two of them.
BOOKKEEPER = ("tamar@shlavim-books.example", "Tamar Nadivi")
BUYER = ("ines.duarte@calvera.example", "Inês Duarte")


def items(text: str) -> tuple[Item, ...]:
    pairs = (line.rsplit(" ", 1) for line in text.strip().splitlines())
    return tuple(Item(name.strip(), int(price)) for name, price in pairs)


WORKSHOP = Blueprint(
    slug="talmor",
    name="Talmor Joinery · נגריית תלמור",
    currency="ILS",
    timezone="Asia/Jerusalem",
    settings={"language": "he", "net_terms_days": 30, "member_scope": "all"},
    people=(
        Person("yael@talmor.example", "יעל תלמור", "admin"),
        Person(*BOOKKEEPER, "admin"),
        Person("avi@talmor.example", "Avi Segalon", "member"),
        Person("orders@gilboor.example", "רוני גילבור", "client", (0,)),
    ),
    invited=(Invited("dana@talmor.example", "דנה אלגביש", "member"),),
    accounts=40,
    invoices=600,
    typical_invoice=2_400_00,
    items=items("""
        ארון קיר, אלון 318000
        Kitchen front, oak veneer 64500
        שולחן אוכל 245000
        Shelf, birch plywood 18950
        התקנה ביום עבודה 120000
        Door, solid ash 159000
        הובלה 35000
        Hinges and fittings 4990
    """),
    languages={"he": 6, "en": 2, "ar": 1, "fr": 1},
    account_number="{n:04d}",
    invoice_number="{n:07d}",
    credit_number="8{n:06d}",
    adjustment_number="ADJ{n:04d}",
    payment_number="R{n:06d}",
    order_number="WO-{n:04d}",
    terms=(0, 30, 30, 30, 60),
    types=("Credit", "Credit", "Credit", "Cash", "System"),
    weekend=(4, 5),
    cash_kind="receipt_tax_invoice",
    takes_post_dated=True,
    named={0: ("מלונות גילבור בע״מ", None)},
)

DISTRIBUTOR = Blueprint(
    slug="marlowick",
    name="Marlowick Supply Co.",
    currency="USD",
    timezone="America/New_York",
    settings={"language": "en", "net_terms_days": 30, "member_scope": "assigned"},
    people=(
        Person("nora@marlowick.example", "Nora Whitlock", "admin"),
        Person("ben@marlowick.example", "Ben Ashdown", "member"),
        Person("zoe@marlowick.example", "Zoë Fenn", "member"),
        Person(*BOOKKEEPER, "member"),
        Person(*BUYER, "client", (1, 4)),
        Person("ap@tamrowick.example", "Ruth Marsh", "client", (0,)),
    ),
    invited=(
        Invited("grace@marlowick.example", "Grace Hartwell", "member"),
        Invited("lisboa@calvera.example", "Nuno Calvera", "client", 4),
    ),
    accounts=400,
    invoices=8_000,
    typical_invoice=860_00,
    items=items("""
        Copper pipe, 15 mm, 3 m 1895
        Ball valve, brass, 1/2 in 1249
        Cordless drill, 18 V 13900
        Paint, interior white, 10 l 5675
        Screws, 4 x 40, box of 500 1480
        LED panel, 60 x 60 4390
        Work gloves, pack of 12 2760
        Cable, 3 x 1.5, 100 m 8420
        Tile adhesive, 25 kg 1635
        Freight and handling 4500
    """),
    languages={"en": 10, "es": 3, "fr": 2, "de": 1, "pl": 1, "he": 1, "el": 1},
    account_number="C{n:05d}",
    invoice_number="INV-{year}-{n:05d}",
    credit_number="CN-{year}-{n:04d}",
    adjustment_number="ADJ-{n:05d}",
    payment_number="PMT-{n:06d}",
    order_number="SO-{n:06d}",
    terms=(0, 15, 30, 30, 30, 30, 45, 60),
    types=("Credit",) * 8 + ("Cash", "System", "Contractor"),
    other_currency="EUR",
    other_rate=0.92,
    other_share=0.08,
    both_share=0.10,
    order_share=0.35,
    discount_share=0.15,
    named={
        0: ("Tamrowick Homes Group", None),
        1: ("Calvera Hotéis SA", None),
        4: ("Calvera Hotéis, Lisboa", 1),
    },
    teams=(
        Team("Hotels", ("ben@marlowick.example", "zoe@marlowick.example"), (1, 4)),
        Team("Late payers", ("zoe@marlowick.example", BOOKKEEPER[0]), (3, 5, 6, 9)),
    ),
    shared={"ben@marlowick.example": (0, 2)},
)

MANUFACTURER = Blueprint(
    slug="brevalt",
    name="Brevalt Antriebe GmbH",
    currency="EUR",
    timezone="Europe/Berlin",
    settings={"language": "en", "net_terms_days": 45, "member_scope": "assigned"},
    people=(
        Person("anja@brevalt.example", "Anja Strübing", "admin"),
        Person("lothar@brevalt.example", "Lothar Linnhoff", "member"),
        Person("heike@brevalt.example", "Heike Äpler", "member"),
        Person("soren@brevalt.example", "Sören Wießner", "member"),
        Person(*BUYER, "client", (2,)),
        Person("keiri@aokaede.example", "青瀬 陽子", "client", (0,)),
    ),
    invited=(Invited("paris@calvera.example", "Maëlle Vaucelle", "client", 2),),
    accounts=1_500,
    invoices=25_000,
    typical_invoice=2_900_00,
    items=items("""
        Gear motor BR-40 48900
        Planetary gearbox P3 132500
        Servo drive S2, 400 V 96400
        Coupling, elastic, 28 mm 3785
        Brake module 21750
        Encoder, absolute 17430
        Spare part set 8860
        Commissioning, per day 118000
        Packing and freight 14500
    """),
    languages={"de": 8, "fr": 3, "pl": 2, "sv": 2, "tr": 2, "es": 2, "en": 2, "uk": 1, "ja": 2},
    account_number="{n:06d}",
    invoice_number="RE{yy}/{n:06d}",
    credit_number="GS{yy}/{n:05d}",
    adjustment_number="KO-{n:05d}",
    payment_number="ZE{n:07d}",
    order_number="AB{n:06d}",
    terms=(14, 14, 30, 30, 30, 30, 30, 45, 60),
    types=("Credit",) * 12 + ("Cash", "System", "Key account"),
    other_currency="JPY",
    other_rate=1.6,
    other_share=0.06,
    both_share=0.01,
    order_share=0.45,
    discount_share=0.2,
    offsets=True,
    named={0: ("株式会社青楓精機", None), 2: ("Calvera Industrial SA", None)},
    teams=(
        Team("Export", ("heike@brevalt.example", "lothar@brevalt.example"), (0, 2)),
        Team("Mahnwesen", ("lothar@brevalt.example", "soren@brevalt.example"), (3, 5, 6, 9)),
    ),
    shared={"soren@brevalt.example": (0,)},
)

BLUEPRINTS = (DISTRIBUTOR, WORKSHOP, MANUFACTURER)
