"""serve, demo: the web server, and for the demonstration something to see."""

from __future__ import annotations

import os
import socket
import tempfile
from argparse import Namespace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from duebook.console.worker import application, undisturbed, working
from duebook.database.logins import close_all
from duebook.demo import people, talking
from duebook.demo.blueprints import OWNER
from duebook.demo.generator import PASSWORD, SampleOrganisation, sample_organisations
from duebook.ingest.load import load, open_file
from duebook.post.invitation import write_to
from duebook.visibility import organisations
from duebook.visibility.models import OrganisationRecord
from duebook.visibility.organisations import PLATFORM, Refused, console_of, current
from duebook.visibility.seeing import seeing

ADDRESS = "127.0.0.1"
PROCESSES, THREADS = max(2, min(os.cpu_count() or 1, 8)), 2  # that answer pages
KILL_SECONDS = 10  # for the page at hand, when the server is to stop


class Granian(MPServer):
    """Whose processes are told to stop even while they begin: they are forked with signals
    waiting until `application` looks, for a fork's first instants lose what they hear."""

    def _spawn_workers(self, *asked: Any) -> None:
        with undisturbed():
            super()._spawn_workers(*asked)  # type: ignore[no-untyped-call]  # without types there

    def _respawn_workers(self, *asked: Any, **more: Any) -> None:
        with undisturbed():
            super()._respawn_workers(*asked, **more)


def serve(asked: Namespace) -> int:
    _refuse_taken(asked.port)
    print(f"Duebook is at http://localhost:{asked.port}/ (stop with Ctrl-C)", flush=True)
    _serve(asked.port)
    return 0


def demo(asked: Namespace) -> int:
    """Sample organisations, made once; then the same as serve."""
    _refuse_taken(asked.port)
    samples = sample_organisations(datetime.now(UTC).date())
    for sample in samples:
        if not people.are_there(sample):
            print(f"Loading {sample.name} ...", flush=True)
            _make(sample)
    people.add_owner()
    print(f"\nDuebook is at http://localhost:{asked.port}/ (stop with Ctrl-C)")
    print(f"Every login has the password {PASSWORD}\n")
    for email, said in _logins(samples):
        print(f"  {email:34} {said}")
    print(f"\nLetters are not sent but shown at http://localhost:{asked.port}/outbox/", flush=True)
    _serve(asked.port)
    return 0


def _make(sample: SampleOrganisation) -> None:
    with seeing(PLATFORM):
        known = OrganisationRecord.objects.filter(slug=sample.slug).exists()
    if not known:
        organisations.create_organisation(
            sample.slug, name=sample.name, currency=sample.currency, timezone=sample.timezone
        )
    with seeing(PLATFORM):
        OrganisationRecord.objects.filter(slug=sample.slug).update(**sample.settings)
    people.add_staff(sample)
    with tempfile.TemporaryDirectory() as folder:
        files = sample.write(Path(folder))
        opened = [open_file(file, kind=file.stem, mapping=None) for file in files]
        load(console_of(sample.slug), opened)
    people.share(sample, at=datetime.now(UTC))
    _invite(sample)
    people.add_clients(sample)
    talking.talk(sample)


def _invite(sample: SampleOrganisation) -> None:
    """With letters, as if the first admin had done it on the page."""
    console = console_of(sample.slug)
    with seeing(console):
        seen = current(console)
    for invitation in people.invite(sample, at=datetime.now(UTC)):
        write_to(invitation, organisation=seen, inviter=sample.people[0].name)


def _logins(samples: list[SampleOrganisation]) -> list[tuple[str, str]]:
    """One per kind of person, of the largest variety first."""
    shown = {OWNER.role: (OWNER.email, "owner of the platform: may enter each of them")}
    for sample in samples:
        for person in sample.people:
            what = f"{person.role} of {sample.name}"
            shown.setdefault(person.role, (person.email, what))
    return list(shown.values())


def _refuse_taken(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except (OSError, OverflowError) as trouble:
            raise Refused(
                f"Port {port} is in use or not allowed; choose another with --port N."
            ) from trouble


def _serve(port: int) -> None:
    """Pages and the work behind them."""
    # Both are forks of this process, and a pool's threads do not live on in a fork.
    close_all()
    with working():
        Granian(
            "config.wsgi:application",
            address=ADDRESS,
            port=port,
            interface=Interfaces.WSGI,
            workers=PROCESSES,
            blocking_threads=THREADS,
            workers_kill_timeout=KILL_SECONDS,
            log_access=False,
            log_level=LogLevels.warning,
        ).serve(target_loader=partial(application, os.getpid()), wrap_loader=False)
