"""The public names: these, each with its home, and nothing heavy until one is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import farthing

NAMES = {
    "Amount": "farthing.amounts",
    "AmountError": "farthing.errors",
    "Answer": "farthing.question",
    "Book": "farthing.book",
    "BookBusy": "farthing.errors",
    "BookDamaged": "farthing.errors",
    "DataRefused": "farthing.errors",
    "FarthingError": "farthing.errors",
    "FileUnusable": "farthing.errors",
    "Finding": "farthing.question",
    "Problem": "farthing.errors",
    "Receipt": "farthing.posting",
    "UsageError": "farthing.errors",
    "open": "farthing.book",
    "parse": "farthing.wording",
    "write_report": "farthing.report",
}


def test_the_public_names_are_these() -> None:
    assert farthing.__all__ == sorted(NAMES)
    assert dir(farthing) == sorted(NAMES)


@pytest.mark.parametrize(("name", "home"), NAMES.items())
def test_each_name_loads_from_its_home(name: str, home: str) -> None:
    assert getattr(farthing, name).__module__ == home


def test_another_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match=r"^module 'farthing' has no attribute 'Bock'$"):
        farthing.Bock  # noqa: B018


def test_importing_it_alone_starts_no_engine() -> None:
    heavy = "{'duckdb', 'pandera', 'altair', 'polars', 'pyarrow', 'babel', 'rich'}"
    code = f"import farthing, sys; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("[]\n", "")
