"""How often one may try to sign in, so that guessing is hopeless and nobody is locked out.

Tries are counted before the password is looked at, and wrong ones stay counted. From a device
that has signed in to the account before, only its own tries count; whoever fails elsewhere, a
thousand times, holds up strangers alone. Unknown addresses are counted like known ones.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from duebook.web.account.cache import DoorCache
from duebook.web.account.device import device_of


@dataclass(frozen=True)
class Limit:
    """At most `amount` tries within `seconds` after the first."""

    name: str
    amount: int
    seconds: int


ALL = Limit("all", 30, 60)  # wrong ones from one address or known device, whosever account
QUESTIONS = Limit("questions", 120, 60)


@dataclass(frozen=True)
class Kind:
    """What is tried, and how often it may be wrong."""

    name: str
    device: Limit  # from a known device
    pair: Limit  # for one account from one address
    account: Limit  # for one account from all unknown devices together


PASSWORD = Kind(
    "password", Limit("device", 10, 300), Limit("pair", 5, 300), Limit("account", 50, 3600)
)
# Whoever tries codes has the password already; there are fewer codes than passwords.
CODE = Kind("code", Limit("device", 10, 300), Limit("pair", 5, 300), Limit("account", 20, 3600))


class Held(Exception):
    """Too many tries. `until` is when the next one is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass
class Attempt:
    """A try that was counted; call succeeded() when it was right."""

    wrong: list[str] = field(default_factory=list)

    def succeeded(self) -> None:
        """It was no failure after all. Earlier failures stay: success now and then is no trick."""
        for key in self.wrong:
            _counters().uncounted(key)


def attempt(request: HttpRequest, address: str, *, kind: Kind) -> Attempt:
    """Count a try. Raises Held when it is one too many; then nothing may be looked at."""
    device = _own_device(request, address)
    source = f"device:{device}" if device else f"ip:{_network(request)}"
    begun = Attempt()
    limits = [(ALL, source)]
    limits += (
        [(kind.device, source)]
        if device
        else [(kind.pair, f"{address}|{source}"), (kind.account, address)]
    )
    try:
        for limit, whose in limits:
            begun.wrong.append(_count(limit, kind.name, whose))
    except Held:
        begun.succeeded()
        raise
    return begun


def asked(request: HttpRequest, what: str) -> None:
    """Count a question for something. Raises Held when one address has asked too often."""
    _count(QUESTIONS, what, f"ip:{_network(request)}")


def within(limit: Limit, whose: str) -> bool:
    """Count one of something else that is limited, and answer whether it was not too many."""
    try:
        _count(limit, "", whose)
    except Held:
        return False
    return True


def forgive(request: HttpRequest, address: str) -> None:
    """Whoever has set a new password by a letter may try it at once."""
    for kind in (PASSWORD, CODE):
        source = f"ip:{_network(request)}"
        _counters().delete(_key(kind.pair, kind.name, f"{address}|{source}"))


def _own_device(request: HttpRequest, address: str) -> str | None:
    """Known by its cookie, or because this very account is signed in on it."""
    if request.user.is_authenticated and request.user.email.lower() == address.lower():
        return f"session:{request.session.session_key}"
    return device_of(request, address)


def _network(request: HttpRequest) -> str:
    """The address; of version 6 the half that says whose line it is, for the rest is free."""
    address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    if isinstance(address, ipaddress.IPv6Address) and not address.ipv4_mapped:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)


def _count(limit: Limit, kind: str, whose: str) -> str:
    key = _key(limit, kind, whose)
    count, until = _counters().counted(key, seconds=limit.seconds)
    if count > limit.amount:
        raise Held(until)
    return key


def _key(limit: Limit, kind: str, whose: str) -> str:
    digest = salted_hmac("duebook.attempts", whose.lower(), algorithm="sha256").hexdigest()[:40]
    return f"attempts:{kind}:{limit.name}:{digest}"


def _counters() -> DoorCache:
    return cast(DoorCache, cache)
