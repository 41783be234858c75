"""Asking a server that an organisation's admin has named.

What it answers is read up to a size and a time, redirects are not followed, and on a public server
no address of the network behind it is asked: an admin of one organisation must not look around
in there. Whoever runs the installation may name hosts of that network (DUEBOOK_INSIDE).
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager
from urllib3.util.connection import create_connection

CONNECT_SECONDS, READ_SECONDS, ALL_SECONDS = 3.0, 4.0, 6.0
LARGEST_BYTES = 512 * 1024
# However slow one organisation's provider is, threads are left for everybody else's pages.
_TURNS, TURN_SECONDS = threading.BoundedSemaphore(2), 0.5
HERE = ("localhost", "127.0.0.1", "::1")


class Forbidden(OSError):
    """An address that is not asked."""


def is_allowed(url: str) -> bool:
    """https; http as well on this very machine, while the server is not public, and for hosts that
    the operator of the installation has named.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http"
        and (host in settings.INSIDE or (host in HERE and not settings.IS_PUBLIC))
    )


class GuardedSession(requests.Session):
    """Raises requests.RequestException for whatever goes wrong.

    The defaults are those of a page that somebody waits for.
    """

    def __init__(
        self,
        *,
        largest_bytes: int | None = None,
        read_seconds: float | None = None,
        all_seconds: float | None = None,
    ) -> None:
        super().__init__()
        self.largest_bytes = largest_bytes or LARGEST_BYTES
        self.read_seconds = read_seconds or READ_SECONDS
        self.all_seconds = all_seconds or ALL_SECONDS
        self.trust_env = False  # neither proxies nor passwords of this machine
        self.mount("https://", _Adapter())
        self.mount("http://", _Adapter())

    def request(self, method: Any, url: Any, **named: Any) -> requests.Response:  # type: ignore[override]
        if not is_allowed(str(url)):
            raise requests.exceptions.InvalidURL("not an address that is asked")
        if not _TURNS.acquire(timeout=TURN_SECONDS):
            raise requests.exceptions.ConnectTimeout("too many are asked at once")
        try:
            return self._answered(method, url, **named)
        finally:
            _TURNS.release()

    def _answered(self, method: Any, url: Any, **named: Any) -> requests.Response:
        named |= {"timeout": (CONNECT_SECONDS, self.read_seconds), "stream": True}
        named["allow_redirects"] = False
        until = time.monotonic() + self.all_seconds
        answer = super().request(method, url, **named)
        content = bytearray()
        for part in answer.iter_content(16 * 1024):
            content += part
            if len(content) > self.largest_bytes or time.monotonic() > until:
                answer.close()
                raise requests.exceptions.ContentDecodingError("too much, or too slow")
        answer._content = bytes(content)
        return answer


class _Adapter(HTTPAdapter):
    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **more: Any
    ) -> None:
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def _connected(connection: HTTPConnection) -> socket.socket:
    """To the very address that was looked at: a name may mean another one the next moment."""
    from urllib3.exceptions import NewConnectionError

    try:
        found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        for address in addresses:
            is_named = connection.host in settings.INSIDE
            if settings.IS_PUBLIC and not is_named and not is_elsewhere(address):
                raise Forbidden("an address of this network")
        return create_connection((addresses[0], connection.port), CONNECT_SECONDS)
    except OSError as trouble:
        raise NewConnectionError(connection, f"not connected: {trouble}") from trouble


def is_elsewhere(address: str) -> bool:
    """Whether an IP address belongs to the internet, by whatever detour it is written."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            found = inner
    return found.is_global and not found.is_multicast
