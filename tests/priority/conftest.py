from __future__ import annotations

from tests.commands.conftest import terminal

__all__ = ["terminal"]
