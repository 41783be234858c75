"""An admin at the pages of imports, and the worker that does what they order."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest

from duebook.database.migrate import connect
from duebook.jobs.worker import work
from tests.settings.conftest import Browser, readable
from tests.world import Company

GERMAN = (
    "Kundennr;Kunde;Belegnr;Belegdatum;Fälligkeit;Betrag;Offen;Währung\n"
    "C1;First;R-1;05.05.2026;04.06.2026;1.234,50;1.234,50;USD\n"
    "C2;Second;R-2;17.05.2026;16.06.2026;200,00;50,00;USD\n"
    "N-7;Neue Kundin;R-3;31.02.2026;16.06.2026;99,00;99,00;USD\n"
    "N-7;Neue Kundin;R-4;20.05.2026;19.06.2026;80,00;80,00;USD\n"
)
IN_DOUBT = (
    "Kundennr;Belegnr;Belegdatum;Betrag\nC1;R-1;03/04/2026;1.234,50\nC1;R-2;05/06/2026;2.000,00\n"
)


def the_worker_works() -> None:
    """Elsewhere: where a browser is driven, a loop of its driver is running."""
    thread = threading.Thread(target=work, kwargs={"wait": False})
    thread.start()
    thread.join()


class Desk(Browser):
    """Where files come in. What is ordered is done before the answer is looked at."""

    def sends_files(self, *files: tuple[str, bytes], works: bool = True, **said: Any) -> Any:
        uploads = [_file(name, content) for name, content in files]
        answer = self.post(self.root + "imports/", {"files": uploads, **said})
        if works:
            the_worker_works()
        return answer

    def begins(self, name: str, text: str, **said: Any) -> str:
        """The path of the intake's page, below the organisation's."""
        answer = self.sends_files((name, text.encode()), works=True, **said)
        assert answer.status_code == 302, readable(answer)
        return str(answer["Location"]).removeprefix(self.root)

    def acts(self, path: str, **said: str) -> Any:
        answer = self.post(self.root + path, said)
        the_worker_works()
        return answer

    def loads(self, name: str, text: str, **said: Any) -> str:
        """Sent, checked and loaded."""
        path = self.begins(name, text, **said)
        assert self.acts(path + "commit/").status_code == 302
        return path

    def filled_in(self, path: str) -> dict[str, str]:
        """The mapping's form as its page has it."""
        page = self.get(self.root + path)
        assert page.status_code == 200
        return fields(page.content.decode())

    def newest_run(self) -> str:
        """The path of its page."""
        page = self.get(self.root + "imports/history/").content.decode()
        found = re.search(r'href="[^"]*(imports/history/\d+/)"', page)
        assert found
        return found[1]


def fields(html: str) -> dict[str, str]:
    """What a browser would send of the mapping's form."""
    form = html[html.index('<form id="mapping"') :]
    form = form[: form.index("</form>")]
    found = {}
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else re.findall(r'value="([^"]*)"', options)[0]
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        is_box = said.get("type") in ("checkbox", "radio")
        if said.get("name") and (not is_box or " checked" in tag):
            found[said["name"]] = said.get("value", "on" if is_box else "")
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


def _file(name: str, content: bytes) -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


@pytest.fixture
def company(server: None) -> Company:
    return Company("house", today=date(2026, 6, 30))


@pytest.fixture
def desk(company: Company) -> Iterator[Desk]:
    """Nora's, who is an admin. Nothing is in the queue before."""
    with connect() as connection:
        connection.execute("DELETE FROM queue.procrastinate_jobs")
    yield Desk(company, company.admin_email)
