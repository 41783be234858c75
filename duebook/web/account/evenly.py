"""The same answer after the same time, whether an address is known or not."""

from __future__ import annotations

import time

# Longer than writing a letter or an entry of the audit trail takes.
SECONDS = 0.25


def rest(began: float) -> None:
    """Wait until SECONDS have passed since `began`, a time.monotonic().

    For what is done for known addresses alone. A password is hashed for unknown ones as well.
    """
    time.sleep(max(0.0, began + SECONDS - time.monotonic()))
