"""org self-settling: the one setting that can take longer to change than a page may."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import replace

from duebook.visibility.organisation_settings import settings_of
from duebook.visibility.organisations import console_of
from duebook.visibility.seeing import seeing
from duebook.web.settings.saving import save


def self_settling(asked: Namespace) -> int:
    """Whether invoices that are receipts as well settle themselves; what follows at once."""
    console = console_of(asked.slug)
    with seeing(console, by="worker"):
        was = settings_of(console, by="worker")
        wanted = replace(was, self_settling=asked.switch == "on")
        changed = save(console, wanted, was=was, by="worker", at_most=sys.maxsize)
    print(f"Self-settling is {'now' if changed else 'already'} {asked.switch}.")
    return 0
