"""What was measured, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from bench.aging import Agreement, Timed
from bench.ledgers import DATES, PAST, TODAY
from bench.loading import Loaded
from bench.members import RATIO as MEMBER_RATIO
from bench.members import Page
from bench.policies import Cost
from bench.published import SECONDS
from bench.tryton import Peer

LARGEST = "L"  # The ledger that the targets are for.
IMPORT_SECONDS = {"invoices": 90}
AGING_SECONDS = {TODAY: 1, PAST: 2}
POLICY_RATIO = 1.15
Cells = Iterable[object]


@dataclass
class Measured:
    """Everything of one run; `notes` say what could not be measured and why."""

    loaded: list[Loaded] = field(default_factory=list)
    aging: list[Timed] = field(default_factory=list)
    peers: list[Peer] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    load_averages: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return bool(self.agreements) and not any(each.differing for each in self.agreements)


def markdown(measured: Measured) -> str:
    verdict = (
        "Every customer's row equals the reference."
        if measured.agrees
        else "ROWS DIFFER FROM THE REFERENCE: the times below mean nothing."
    )
    loads = ", ".join(f"{load} {when}" for when, load in measured.load_averages.items())
    parts = [
        f"Load average of one minute: {loads}.",
        verdict,
        _section("Import", "ledger|file|rows|seconds|rows/s|peak MiB|target", _imports(measured)),
        _section(
            "Aging of all customers, as the admin",
            "ledger|as of|rows|rows in Python, s|whole command, s|target",
            _agings(measured),
        ),
        _section(
            "The same beside others", "system|measured|ledger|as of|s|times ours", _peers(measured)
        ),
        _section(
            "What the policies cost",
            "ledger|as of|viewer|customers seen|viewer, ms|superuser, ms|ratio|target",
            _costs(measured),
        ),
        _section(
            "The first page, by a member who sees through teams",
            "measured|customers|seen|admin, ms|member, ms|ratio|target",
            _pages(measured),
        ),
        _section(
            "Agreement with the reference",
            "ledger|as of|aged by|customers|differing|outstanding",
            _agreements(measured),
        ),
        *measured.notes,
    ]
    return "\n\n".join(parts) + "\n"


def _section(title: str, columns: str, rows: Iterable[Cells]) -> str:
    header = columns.split("|")
    lines: list[Sequence[object]] = [header, ["---"] * len(header), *(list(row) for row in rows)]
    table = "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
    return f"## {title}\n\n{table}"


def _imports(measured: Measured) -> Iterator[Cells]:
    for each in measured.loaded:
        limit = IMPORT_SECONDS.get(each.file) if each.ledger.size == LARGEST else None
        yield (
            each.ledger.size,
            each.file.replace("_", " "),
            f"{each.rows:,}",
            f"{each.seconds:.1f}",
            f"{each.rows_per_second:,.0f}",
            f"{each.peak_mib:,.0f}",
            _target(each.seconds, limit, "s"),
        )


def _agings(measured: Measured) -> Iterator[Cells]:
    for each in measured.aging:
        limit = AGING_SECONDS[each.as_of] if each.ledger.size == LARGEST else None
        yield (
            each.ledger.size,
            each.as_of,
            f"{each.rows:,}",
            f"{each.seconds:.3f}",
            f"{each.command_seconds:.2f}",
            _target(each.seconds, limit, "s"),
        )


def _peers(measured: Measured) -> Iterator[Cells]:
    """Rows in Python on both sides, nothing drawn, no HTTP."""
    ours = {(each.ledger.size, each.as_of): each.seconds for each in measured.aging}
    for size in dict.fromkeys(each.ledger.size for each in measured.aging):
        for as_of in DATES:
            for name, when, seconds in _of_others(measured, size, as_of):
                ratio = seconds / ours[size, as_of]
                yield name, when, size, as_of, f"{seconds:g}", f"{ratio:,.1f}"


def _of_others(measured: Measured, size: str, as_of: date) -> Iterator[tuple[str, str, float]]:
    for peer in measured.peers:
        if (peer.ledger.size, peer.as_of) == (size, as_of):
            yield "Tryton 7.0 aged balance", "in this run", peer.seconds
    for name, published in SECONDS.items():
        yield name, "published", published[as_of][size]


def _costs(measured: Measured) -> Iterator[Cells]:
    for each in measured.costs:
        limit = POLICY_RATIO if (each.ledger.size, each.kind) == (LARGEST, "admin") else None
        yield (
            each.ledger.size,
            each.as_of,
            each.kind,
            f"{each.customers:,}",
            f"{each.guarded_seconds * 1000:,.1f}",
            f"{each.bare_seconds * 1000:,.1f}",
            f"{each.ratio:.3f}",
            _target(each.ratio, limit, ""),
        )


def _pages(measured: Measured) -> Iterator[Cells]:
    for each in measured.pages:
        yield (
            each.what,
            f"{each.customers:,}",
            f"{each.seen:,}",
            f"{each.admin_seconds * 1000:,.1f}",
            f"{each.member_seconds * 1000:,.1f}",
            f"{each.ratio:.2f}",
            _target(each.ratio, MEMBER_RATIO, ""),
        )


def _agreements(measured: Measured) -> Iterator[Cells]:
    for each in measured.agreements:
        yield (
            each.ledger.size,
            each.as_of,
            each.basis,
            f"{each.customers:,}",
            each.differing,
            f"{each.outstanding:,.2f}",
        )


def _target(value: float, limit: float | None, unit: str) -> str:
    if limit is None:
        return ""
    return f"< {limit:g} {unit}".strip() + (": met" if value < limit else ": MISSED")
