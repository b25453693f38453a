"""Folders for what is on its way: in use, left, and left behind by a program that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from farthing.scratch import scratch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no lock of the kind")

WAITING = """
import sys, time
from farthing.scratch import scratch
with scratch() as folder:
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_what_a_killed_program_left_is_swept_up_and_what_is_in_use_stays(home: Path) -> None:
    program = subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True)
    with program:
        assert program.stdout is not None
        left = Path(program.stdout.readline().strip())
        (left / "copy").write_text("rows")
        with scratch() as mine:
            assert (left / "copy").exists()
            os.kill(program.pid, signal.SIGKILL)
            program.wait()
            with scratch():
                assert not left.exists()
            assert mine.exists()
    assert list(home.iterdir()) == []


def test_only_folders_that_were_ours_are_swept_up(home: Path) -> None:
    ours = home / "farthing-report"
    ours.mkdir()
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "in-use").touch()
    (home / "farthing-link").symlink_to(elsewhere)
    (home / "farthing.csv").touch()
    with scratch():
        pass
    names = {path.name for path in home.iterdir()}
    assert names == {"farthing-report", "elsewhere", "farthing-link", "farthing.csv"}
    assert (elsewhere / "in-use").exists()
