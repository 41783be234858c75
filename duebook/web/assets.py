"""The addresses of style sheets, scripts and icons."""

from __future__ import annotations

from functools import lru_cache

from django.contrib.staticfiles.storage import StaticFilesStorage


class Assets(StaticFilesStorage):
    """Each address is worked out once: a page names dozens."""

    @lru_cache(maxsize=1024)  # noqa: B019  # there is one of it, for as long as the process
    def url(self, name: str | None) -> str:
        return super().url(name)
