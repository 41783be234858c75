"""The key that viewer statements are signed with, and the form in which the database keeps it."""

from __future__ import annotations

from duebook.database.target import derived

KEY_ID = "1"


def signing_key() -> bytes:
    return bytes.fromhex(derived(f"viewer key {KEY_ID}"))


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer half of HMAC-SHA256 (RFC 2104)."""
    block = key.ljust(64, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
