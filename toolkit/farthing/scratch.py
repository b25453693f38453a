"""Folders for what is on its way: gone when they are left, and swept up where a program was killed.

A folder holds a copy of what somebody imports. That it is in use is told by a lock, which no
program outlives; on Windows, which has none of the kind, what is left behind stays.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "farthing-"
IN_USE = "in-use"


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder that is there until it is left, and remove those of programs that died.

    Examples
    --------
    >>> with scratch() as folder:
    ...     _ = (folder / "part").write_text("rows")
    >>> folder.exists()
    False
    """
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name, _in_use(Path(name)):
        yield Path(name)


if sys.platform == "win32":

    @contextmanager
    def _in_use(folder: Path) -> Iterator[None]:
        yield

    def _sweep(home: Path) -> None:
        """Leave all as it is: nothing tells which folders are in use."""

else:
    import fcntl

    @contextmanager
    def _in_use(folder: Path) -> Iterator[None]:
        """Hold the lock of a folder, which is not seen before it is held."""
        with (folder / "new").open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            os.rename(folder / "new", folder / IN_USE)
            yield

    def _sweep(home: Path) -> None:
        """Remove the folders whose lock nobody holds."""
        for folder in home.glob(f"{PREFIX}*"):
            with suppress(OSError):  # as of one that is in use, or gone meanwhile
                if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                    continue
                with (folder / IN_USE).open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)
