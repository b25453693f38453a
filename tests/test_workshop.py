"""What the workshop promises: the lock, the layout of the tree, and what may not be in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
#: One line a package: its hashes joined to it, and what it is needed by left out.
LOCKED = re.sub(r"^ +#.*\n", "", LOCK, flags=re.MULTILINE).replace("\\\n", "").splitlines()

AGREED = {
    ".ci",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "data",
    "notebooks",
    "pyproject.toml",
    "requirements.lock",
    "tests",
    "toolkit",
}
#: A pinned package, where it is needed, and at least one hash; nothing else.
PINNED = re.compile(
    r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9a-z.]+)(?: ; [^#@]+?)?"
    r"(?:\s+--hash=sha256:[0-9a-f]{64})+"
)
#: A folder of somebody's machine, as it stands in text.
MACHINE_PATH = re.compile(
    r"(?<![\w.-])/(?:root|work|farm|tmp|(?:home|Users)/[A-Za-z][\w.-]*)/|\b[A-Z]:\\\\?Users\\"
)

on_unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither make nor bash")


@pytest.fixture(scope="module")
def tree() -> list[Path]:
    """Every file that is in the repository or would be with the next commit."""
    if not (ROOT / ".git").exists():
        pytest.skip("an unpacked archive, not a clone: git cannot say what belongs to the tree")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    assert paths
    return [path for path in paths if path.is_file()]


def locked_versions() -> dict[str, str]:
    return {hit["name"]: hit["version"] for line in LOCKED if (hit := PINNED.fullmatch(line))}


def wanted() -> Iterator[str]:
    """Every requirement that an install of the whole workshop has."""
    project = PROJECT["project"]
    yield from PROJECT["build-system"]["requires"]
    yield from project["dependencies"]
    for extra in project["optional-dependencies"].values():
        yield from extra
    for group in PROJECT["dependency-groups"].values():
        yield from (entry for entry in group if isinstance(entry, str))


def test_lock_is_pins_with_hashes_and_nothing_else():
    strange = [line for line in LOCKED if not PINNED.fullmatch(line)]
    assert strange == []


def test_lock_names_no_index_and_no_machine():
    assert re.findall(r"://|--[a-z-]*index|--find-links|--trusted-host", LOCK) == []
    assert MACHINE_PATH.findall(LOCK) == []


def test_lock_has_one_version_of_each_package():
    names = [hit["name"] for line in LOCKED if (hit := PINNED.fullmatch(line))]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("text", sorted(set(wanted())))
def test_lock_holds_each_requirement_in_its_range(text: str):
    requirement = Requirement(text)
    version = Version(locked_versions()[canonicalize_name(requirement.name)])
    assert version in requirement.specifier


def test_build_group_is_what_the_build_system_asks_for():
    assert set(PROJECT["build-system"]["requires"]) <= set(PROJECT["dependency-groups"]["build"])


def test_nothing_needs_torch():
    assert "torch" not in locked_versions()


@on_unix
def test_ci_can_be_run():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=True)


@on_unix
def test_help_names_each_target():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert re.findall(r"^make ([a-z]+) +\S", shown, re.MULTILINE) == phony[1].split()


def test_top_level_holds_agreed_names_only(tree: list[Path]):
    assert {path.relative_to(ROOT).parts[0] for path in tree} <= AGREED


def test_no_text_names_a_folder_of_a_machine(tree: list[Path]):
    found = {}
    for path in tree:
        content = path.read_bytes()
        if b"\0" not in content and (
            hits := MACHINE_PATH.findall(content.decode("utf-8", "replace"))
        ):
            found[path.relative_to(ROOT).as_posix()] = hits
    assert found == {}


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (("'", "root", "x.csv'"), True),
        (("", "home", "ann", "book.duckdb"), True),
        (("see file:", "", "", "home", "ann", "book.duckdb"), True),
        (("data", "work", "x.csv"), False),
        (("example.org", "root", "x.csv"), False),
        (("..", "work", "x.csv"), False),
    ],
)
def test_a_folder_of_a_machine_is_recognised(parts: tuple[str, ...], found: bool):
    assert bool(MACHINE_PATH.search("/".join(parts))) is found


def test_no_notebook_has_outputs(tree: list[Path]):
    ran = [
        path.relative_to(ROOT).as_posix()
        for path in tree
        if path.suffix == ".ipynb"
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        if cell.get("outputs") or cell.get("execution_count")
    ]
    assert ran == []
