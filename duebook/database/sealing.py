"""Secrets at rest: unreadable without the secret of this installation (Fernet: AES-128, HMAC)."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken

from duebook.database.target import derived


class Broken(Exception):
    """What was sealed cannot be opened: it was changed, or sealed with another secret."""


def sealed(content: bytes, *, purpose: str) -> bytes:
    """Only `opened` with the same purpose reads it again."""
    return _box(purpose).encrypt(content)


def opened(token: bytes, *, purpose: str) -> bytes:
    """Raises Broken."""
    try:
        return _box(purpose).decrypt(bytes(token))
    except InvalidToken as trouble:
        raise Broken(f"what was sealed for {purpose} cannot be opened") from trouble


def _box(purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(bytes.fromhex(derived(purpose))))
