"""Farthing answers one question about campaign money: how far did it go.

>>> import farthing
>>> book = farthing.open("build/ge2017.duckdb")  # doctest: +SKIP
>>> book.ask("bridge")  # doctest: +SKIP

The names below are the public ones. They are loaded when they are first used, so that a command
that only prints its help does not wait for an engine it will not start.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from farthing.amounts import Amount as Amount
    from farthing.book import Book as Book
    from farthing.book import open as open
    from farthing.errors import AmountError as AmountError
    from farthing.errors import BookBusy as BookBusy
    from farthing.errors import BookDamaged as BookDamaged
    from farthing.errors import DataRefused as DataRefused
    from farthing.errors import FarthingError as FarthingError
    from farthing.errors import FileUnusable as FileUnusable
    from farthing.errors import Problem as Problem
    from farthing.errors import UsageError as UsageError
    from farthing.posting import Receipt as Receipt
    from farthing.question import Answer as Answer
    from farthing.question import Finding as Finding
    from farthing.report import write_report as write_report
    from farthing.wording import parse as parse

_HOME = {
    "Amount": "amounts",
    "AmountError": "errors",
    "Answer": "question",
    "Book": "book",
    "BookBusy": "errors",
    "BookDamaged": "errors",
    "DataRefused": "errors",
    "FarthingError": "errors",
    "FileUnusable": "errors",
    "Finding": "question",
    "Problem": "errors",
    "Receipt": "posting",
    "UsageError": "errors",
    "open": "book",
    "parse": "wording",
    "write_report": "report",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """Load a public name from its home."""
    if name not in _HOME:
        raise AttributeError(f"module 'farthing' has no attribute {name!r}")
    return getattr(import_module(f"farthing.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
