"""What several test files share: the shipped case as a book, and golden files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from farthing.book import Book
from farthing.ledger import Ledger
from small_book import small_book

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the tests make into tests/goldens, to be looked at and committed",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Hold a text against the file of a name in tests/goldens."""

    def check(name: str, text: str) -> None:
        path = ROOT / "tests" / "goldens" / name
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"no golden {name}: pytest --update-golden makes it"
        assert text == path.read_text("utf-8"), f"{name} has changed: see pytest --update-golden"

    return check


@pytest.fixture(scope="session")
def case_book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Return the shipped case as a book; nobody may write to it."""
    book = Book(tmp_path_factory.mktemp("case") / "ge2017.duckdb")
    book.add(*sorted((ROOT / "data" / "ge2017").glob("*.csv")))
    return book


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book with the source ``s`` and the campaigns ``c`` and ``d``, to be copied."""
    campaigns = [{"campaign_id": "c"}, {"campaign_id": "d"}]
    return small_book(tmp_path_factory.mktemp("started"), campaigns=campaigns).path


@pytest.fixture
def book(started: Path, tmp_path: Path) -> Book:
    """Return a book of one's own that has what rows of spend refer to."""
    return Book(shutil.copy(started, tmp_path / "book.duckdb"))


@pytest.fixture
def proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the proof that pandera is on, which costs more than a small import does."""
    monkeypatch.setattr(Ledger, "prove_checked", lambda ledger: None)


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file as it stands, line ends and all."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
