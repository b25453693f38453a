"""Debian's Chromium without a network, for tests that look at what people will see."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
QUIETLY = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 60


def require_chromium() -> None:
    """Skip the test where there is no Chromium, and fail it where there must be one."""
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("there is no Chromium to open it in")


@contextmanager
def chromium() -> Iterator[Browser]:
    require_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield browser
        browser.close()


class Opened:
    """One page, opened from its file with the network off, and what it did.

    Parameters
    ----------
    errors
        What it wrote to the console as errors, and the exceptions of its scripts.
    requests
        Every address it asked for.
    """

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(file.as_uri(), wait_until="load")

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error":
            self.errors.append(text)


@contextmanager
def opened(
    browser: Browser, file: Path, *, width: int = 1280, scripts: bool = True
) -> Iterator[Opened]:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts, offline=True
    )
    context.set_default_timeout(1000 * SECONDS)
    yield Opened(context.new_page(), file)
    context.close()
