"""Folders and the notes beside tables: what is read, what is named, and what is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from farthing.book import Book
from farthing.bundles import MOST_FILES, gathered
from farthing.errors import FileUnusable
from farthing.posting import Receipt

pytestmark = pytest.mark.usefixtures("proven")

SOURCES = "entry_id,source_id,kind,title,rank,origin_id\n{0},{0},report,A source,record,{0}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    (folder / "deep").mkdir(parents=True)
    for name in ("a", "deep/b"):
        (folder / f"{name}.csv").write_text(SOURCES.format(name[-1]))
    for name in ("README.txt", "LICENSE", "Political_Ads_Dictionary.txt", "HEADERS.md", ".hidden"):
        (folder / name).write_text("Words, and more of them.\n")
    return folder


def told(book: Book, *files: Path) -> list[tuple[str, str]]:
    receipts: list[Receipt] = []
    book.add(*files, report=receipts.append)
    return [(one.file, one.outcome) for one in receipts]


NOTES = [(name, "left aside") for name in ("HEADERS.md", "LICENSE", "Political_Ads_Dictionary.txt")]


def test_a_folder_stands_for_its_files_and_its_notes_are_named(
    tmp_path: Path, folder: Path
) -> None:
    book = Book(tmp_path / "b.duckdb")
    assert told(book, folder) == [
        *NOTES, ("README.txt", "left aside"), ("a.csv", "posted"), ("b.csv", "posted"),
    ]  # fmt: skip
    assert book.sql("SELECT count(*) FROM sources").item() == 2
    assert [receipt.file for receipt in book.add(folder)] == ["a.csv", "b.csv"]


def test_files_named_by_a_shell_are_told_apart_alike(tmp_path: Path, folder: Path) -> None:
    every = sorted(one for one in folder.glob("*") if not one.name.startswith("."))
    assert [file.name for file in gathered(every)[0]] == ["a.csv", "b.csv"]
    assert gathered(every)[1] == [*(name for name, _ in NOTES), "README.txt"]


def test_what_is_named_alone_is_meant(folder: Path) -> None:
    assert gathered([folder / "README.txt"]) == ([folder / "README.txt"], [])


def test_a_table_may_be_named_like_a_note(folder: Path) -> None:
    table = folder / "readme.csv"
    table.write_text(SOURCES.format("c"))
    assert table in gathered([folder])[0]


def test_notes_of_an_archive_are_named_too(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("x/README.txt", "x/Ads_Dictionary.txt", "__MACOSX/._a.csv"):
            archive.writestr(name, "Words.")
        archive.writestr("x/a.csv", SOURCES.format("a"))
    file = tmp_path / "ads.zip"
    file.write_bytes(packed.getvalue())
    assert told(Book(tmp_path / "b.duckdb"), file) == [
        ("ads.zip/README.txt", "left aside"),
        ("ads.zip/Ads_Dictionary.txt", "left aside"),
        ("ads.zip/a.csv", "posted"),
    ]


@pytest.mark.parametrize("name", ["data.sav", "figures", "deep/b.gz"])
def test_what_is_neither_table_nor_note_is_not_left_out(folder: Path, name: str) -> None:
    (folder / name).write_text("1")
    with pytest.raises(FileUnusable, match=rf"bundle: holds {name}, which is no table"):
        gathered([folder])


def test_a_table_of_no_known_format_stops_all_of_the_folder(tmp_path: Path, folder: Path) -> None:
    (folder / "typo.csv").write_text("Colour,Size\nred,1\n")
    book = Book(tmp_path / "b.duckdb")
    with pytest.raises(FileUnusable, match=r"^typo\.csv:1: is of no known format"):
        book.add(folder)
    assert not book.path.exists()


def test_an_empty_folder_and_one_of_too_many_files_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(FileUnusable, match="empty: is a folder without a file"):
        gathered([empty])
    for number in range(MOST_FILES + 1):
        (empty / f"{number}.csv").touch()
    with pytest.raises(FileUnusable, match="is a folder of more than 1,000 files"):
        gathered([empty])
