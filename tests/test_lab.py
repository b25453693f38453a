"""The tour in a real JupyterLab, in a real browser, with no network."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import Page, Request, Route, expect

from browser import SECONDS, chromium, require_chromium

ROOT = Path(__file__).parent.parent
CHART = "application/vnd.vegalite.v5+json"
TOUR, STRANGE = "notebooks/00-tour.ipynb", "notebooks/strange.ipynb"
TOKEN = "farthing"
RUN_SECONDS = 150
LEAST_PIXELS = 150
#: A picture of this size without a mark in it comes to less than half of this.
LEAST_BYTES = 8_000
#: What is asked of Lab itself: the notebook it has open, and what its kernel does.
WIDGET = "jupyterapp.shell.currentWidget"
MODEL = f"{WIDGET}?.content?.model?.sharedModel.toJSON()"
KERNEL = f"{WIDGET}.sessionContext.session?.kernel?.status"

NEWS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"


@contextmanager
def lab(folder: Path) -> Iterator[str]:
    """Start JupyterLab on a folder, with a home of its own; give its address, then stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = folder / "home"
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    settings = ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = dict(os.environ) | {name: str(home / name) for name in (*places, *settings)}
    (home / "JUPYTERLAB_SETTINGS_DIR" / NEWS).parent.mkdir(parents=True)
    (home / "JUPYTERLAB_SETTINGS_DIR" / NEWS).write_text('{"fetchNews": "false"}')
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_it_answers(server, address, home / "log")
            yield address
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_until_it_answers(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{address}/api?token={TOKEN}", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


class Opened:
    """JupyterLab in one page, and what that asked of anybody but this machine."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.outside: list[str] = []
        page.set_default_timeout(1000 * SECONDS)
        page.route(re.compile(rf"^(?!{re.escape(address)}/|data:|blob:)"), self._refuse)

    def _refuse(self, route: Route, request: Request) -> None:
        self.outside.append(request.url)
        route.abort()

    def open(self, notebook: str) -> None:
        """Open a notebook and wait for its cells."""
        self.page.goto(f"{self.address}/lab/tree/{notebook}?token={TOKEN}&reset")
        self.page.wait_for_function("window.jupyterapp !== undefined")
        self.page.wait_for_function(f"{WIDGET}?.context?.path === '{notebook}'")
        self.page.wait_for_function(f"{MODEL}?.cells.length > 1")

    def run_all(self) -> None:
        """Run every cell and wait until the last is done or one has failed."""
        self.page.wait_for_function(f"{KERNEL} === 'idle'")
        self.page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
        ran = "cells.filter(c => c.cell_type === 'code').every(c => c.execution_count !== null)"
        failed = "cells.some(c => (c.outputs ?? []).some(o => o.output_type === 'error'))"
        done = f"({MODEL}.{failed}) || ({MODEL}.{ran} && {KERNEL} === 'idle')"
        self.page.wait_for_function(done, timeout=1000 * RUN_SECONDS)

    def save(self) -> None:
        """Save the notebook and wait until it is on the disk."""
        self.page.evaluate("jupyterapp.commands.execute('docmanager:save')")

    def outputs(self) -> list[dict[str, Any]]:
        cells = self.page.evaluate(MODEL)["cells"]
        return [output for cell in cells for output in cell.get("outputs", [])]

    def is_trusted(self) -> bool:
        return bool(self.page.locator(".jp-OutputArea-output.jp-mod-trusted").count())

    def pictures(self, wanted: int) -> list[tuple[float, float, int]]:
        """Go to each drawing below a cell; give its width, height and how much is in it."""
        drawings = self.page.locator(".jp-OutputArea-output :is(svg.marks, canvas.marks, img)")
        expect(drawings).to_have_count(wanted, timeout=1000 * SECONDS)
        found = []
        for drawing in drawings.all():
            picture = drawing.screenshot()
            box = drawing.bounding_box() or {"width": 0, "height": 0}
            found.append((box["width"], box["height"], len(picture)))
        return found


def assert_drawn(opened: Opened) -> None:
    outputs = opened.outputs()
    assert [output for output in outputs if output["output_type"] == "error"] == []
    wanted = sum(CHART in output.get("data", {}) for output in outputs)
    assert wanted > 0
    for width, height, size in opened.pictures(wanted):
        assert min(width, height) > LEAST_PIXELS
        assert size > LEAST_BYTES
    assert opened.outside == []


def test_the_tour_draws_its_charts_when_it_is_run_and_when_nobody_trusts_it(
    tmp_path: Path,
) -> None:
    require_chromium()
    for name in ("notebooks", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    with lab(tmp_path) as address, chromium() as browser:
        opened = Opened(browser.new_page(viewport={"width": 1280, "height": 1000}), address)
        opened.open(TOUR)
        opened.run_all()
        assert_drawn(opened)
        assert opened.is_trusted()
        opened.save()

        strange = nbformat.read(tmp_path / TOUR, as_version=nbformat.NO_CONVERT)
        strange.cells[0].source += "\n\nChanged since it was signed."
        nbformat.write(strange, tmp_path / STRANGE)
        opened.open(STRANGE)
        assert_drawn(opened)
        assert not opened.is_trusted()
