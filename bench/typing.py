"""Typing in the search of the customers' list, in a real browser.

python -m bench.typing FOLDER [--port 8125] [--rounds N]

FOLDER is a world of `bench.world`. Words are typed as a person does, 80 to 200 ms from key to key.
Measured is from the key's going down to the picture with the rows it asks for, by the browser's
own clock: until a frame with the changed rows has been drawn. A key whose rows had not come when
the next one was pressed has none; the last one of a word always has. `request` is what of it was
spent waiting for the answer.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

WORDS = ("maple", "steel", "e1", "w trading", "c00712", "zz")
TARGET = 150  # milliseconds from the key to the rows

GAPS = (80, 200)  # milliseconds between keys
# A key is answered when the address says what the field says, the rows have changed, and a frame
# with them has been drawn.
WATCH = """
() => {
  const field = document.querySelector("#search-words");
  window.keys = [];
  window.addEventListener("keydown", (event) => {
    if (event.target === field) window.keys.push({ pressed: event.timeStamp });
  }, true);
  field.addEventListener("input", () => {
    const key = window.keys.at(-1);
    if (key) key.typed = field.value;
  });
  const sought = () => new URLSearchParams(location.search).get("q") || "";
  const drawn = () => {
    const key = window.keys.at(-1);
    if (!key || key.all || key.pending || sought() !== key.typed) return;
    key.pending = true;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const asked = performance.getEntriesByType("resource")
          .filter((each) => each.startTime >= key.pressed && !each.name.includes("figures"));
        const of = asked.at(0);
        key.all = performance.now() - key.pressed;
        key.request = of ? of.responseEnd - of.requestStart : 0;
        key.before = of ? of.requestStart - key.pressed : 0;
        key.bytes = of ? of.decodedBodySize : 0;
        performance.clearResourceTimings();
      };
      channel.port2.postMessage(0);
    });
  };
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes)
        if (node.nodeType === 1 && node.matches("#main, #customers, tbody"))
          return drawn();
  }).observe(document.body, { childList: true, subtree: true });
}
"""


@dataclass(frozen=True)
class Key:
    """One key: milliseconds until its rows were drawn, and what they were spent on."""

    typed: str
    is_last: bool
    all: float
    before: float
    request: float
    bytes: int


def typed(page: Page, *, rounds: int) -> tuple[list[Key], int]:
    """The keys of all words that had rows of their own, and how many there were."""
    found, pressed = [], 0
    field, gaps = page.locator("#search-words"), Random(5)
    for _round in range(rounds):
        for word in WORDS:
            field.fill("")
            page.wait_for_timeout(1000)
            page.evaluate("window.keys = []")
            for letter in word:
                page.keyboard.press(letter if letter != " " else "Space")
                page.wait_for_timeout(gaps.uniform(*GAPS))
            told = _told(page)
            pressed += len(told)
            for key in told:
                if "all" in key:
                    found.append(
                        Key(
                            typed=key["typed"],
                            is_last=key is told[-1],
                            **{name: key[name] for name in ("all", "before", "request", "bytes")},
                        )
                    )
    return found, pressed


def _told(page: Page) -> list[dict[str, Any]]:
    """What is known of the keys, once the last one has its rows."""
    for _try in range(500):
        told: list[dict[str, Any]] = page.evaluate("window.keys")
        if "all" in told[-1]:
            return told
        page.wait_for_timeout(10)
    raise TimeoutError(f"No rows for {page.url}.")


def measure(folder: Path, *, port: int, rounds: int) -> int:
    """In a process that has not set up Django yet."""
    from playwright.sync_api import sync_playwright

    from bench.__main__ import _served, _use_home
    from bench.machine import described, load_average
    from bench.pages import _percentile, serving

    _use_home(folder)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with _served() as server, serving(server, port) as world, sync_playwright() as playwright:
        print(f"\n{described(server)}. Load average {load_average()}.\n")
        heads = "key to rows | last key of a word | before asking | request | kB"
        print(f"| milliseconds, p50 / p95 | keys | with rows of their own | {heads} |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )
        missed = 0
        for person, signed_in in world.browsers.items():
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            name, _, value = signed_in.headers["Cookie"].partition(";")[0].partition("=")
            address = f"http://127.0.0.1:{port}"
            context.add_cookies([{"name": name, "value": value, "url": address}])
            page = context.new_page()
            page.goto(f"{address}/o/big/customers/")
            page.wait_for_selector("#matching[data-count]", state="attached")
            page.locator("#search-words").click()
            page.evaluate(WATCH)
            keys, pressed = typed(page, rounds=rounds)
            parts = [
                f"{_percentile(each, 50):.0f} / {_percentile(each, 95):.0f}"
                for each in (
                    [key.all for key in keys],
                    [key.all for key in keys if key.is_last],
                    [key.before for key in keys],
                    [key.request for key in keys],
                    [key.bytes / 1000 for key in keys],
                )
            ]
            print(f"| {person} | {pressed} | {len(keys)} | {' | '.join(parts)} |")
            worst = max(keys, key=lambda key: key.all)
            print(f"\nslowest: {worst.typed!r}, {worst.all:.0f} ms\n", flush=True)
            missed += _percentile([key.all for key in keys], 50) > TARGET
        browser.close()
        print(f"Load average {load_average()} after.", flush=True)
    return min(missed, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.typing", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--port", type=int, default=8125)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args(arguments)
    return measure(asked.folder, port=asked.port, rounds=asked.rounds)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
