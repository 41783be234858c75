"""serve, demo: the web server, and for the demonstration something to see."""

from __future__ import annotations

import os
import socket
import tempfile
from argparse import Namespace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from granian.constants import Interfaces
from granian.server import MPServer as Granian

from duebook.console.worker import application
from duebook.database.logins import close_all
from duebook.demo.generator import PASSWORD, SampleOrganisation, SamplePerson, sample_organisations
from duebook.ingest.load import load, open_file
from duebook.visibility import organisations
from duebook.visibility.models import Login, OrganisationRecord
from duebook.visibility.organisations import PLATFORM, Refused, console_of
from duebook.visibility.seeing import seeing

ADDRESS = "127.0.0.1"


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
        if not _is_there(sample):
            print(f"Loading {sample.name} ...", flush=True)
            _make(sample)
    print(f"\nDuebook is at http://localhost:{asked.port}/ (stop with Ctrl-C)")
    print(f"Every login has the password {PASSWORD}\n")
    for email, said in _logins(samples):
        print(f"  {email:34} {said}")
    print(flush=True)
    _serve(asked.port)
    return 0


def _is_there(sample: SampleOrganisation) -> bool:
    """Whole: the people come last."""
    with seeing(PLATFORM):
        if not OrganisationRecord.objects.filter(slug=sample.slug).exists():
            return False
    last = Login.objects.filter(email=sample.people[-1].email)
    return last.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists()


def _make(sample: SampleOrganisation) -> None:
    with seeing(PLATFORM):
        known = OrganisationRecord.objects.filter(slug=sample.slug).exists()
    if not known:
        organisations.create_organisation(
            sample.slug, name=sample.name, currency=sample.currency, timezone=sample.timezone
        )
    with seeing(PLATFORM):
        OrganisationRecord.objects.filter(slug=sample.slug).update(**sample.settings)
    operators = [person for person in sample.people if person.role != "client"]
    for person in operators:
        _add(sample, person)
    with tempfile.TemporaryDirectory() as folder:
        files = sample.write(Path(folder))
        opened = [open_file(file, kind=file.stem, mapping=None) for file in files]
        load(console_of(sample.slug), opened)
    for person in sample.people:
        if person.role == "client":
            _add(sample, person)


def _add(sample: SampleOrganisation, person: SamplePerson) -> None:
    organisations.add_person(
        person.email,
        slug=sample.slug,
        role=person.role,
        accounts=list(person.accounts),
        name=person.name,
    )
    Login.objects.filter(email=person.email).update(password=_hashed())


@cache
def _hashed() -> str:
    """Once for all of them: a good hash takes its time."""
    return make_password(PASSWORD)


def _logins(samples: list[SampleOrganisation]) -> list[tuple[str, str]]:
    """One per kind of person, of the largest variety first."""
    shown: dict[str, tuple[str, str]] = {}
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
    # The worker is a fork of this process, and a pool's threads do not live on in a fork.
    close_all()
    Granian(
        "config.wsgi:application",
        address=ADDRESS,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
    ).serve(target_loader=partial(application, os.getpid()), wrap_loader=False)
