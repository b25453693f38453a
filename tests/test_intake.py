"""Archives: what is taken in, what is named and refused, and what an attack finds."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from farthing import FileUnusable
from farthing.book import Book
from farthing.intake import MOST_FILES, take_in

TABLE = "entry_id,amount\na,1\n"
SECONDS, BYTES = 1.0, 50 << 20
Write = Callable[[str, str | bytes], Path]


def zipped(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return made.getvalue()


def special(name: str, *, mode: int = 0o100644, flags: int = 0) -> bytes:
    """Make an archive of one file whose entry in the list says something of its own."""
    entry = zipfile.ZipInfo("x" * len(name))
    entry.external_attr = mode << 16
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(entry, TABLE)
    data = made.getvalue().replace(entry.filename.encode(), name.encode())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        start = data.index(mark) + at
        data = data[:start] + struct.pack("<H", flags) + data[start + 2 :]
    return data


def twice(name: str) -> bytes:
    made = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(name, TABLE)
            archive.writestr(name, TABLE)
    return made.getvalue()


def bad_crc() -> bytes:
    data = zipped({"a.csv": TABLE}, zipfile.ZIP_STORED)
    return data.replace(TABLE.encode(), TABLE.replace("1", "9").encode())


def bad_stream() -> bytes:
    data = bytearray(zipped({"a.csv": TABLE * 50}))
    start = data.index(b"a.csv") + len("a.csv")
    data[start : start + 8] = b"\xff" * 8
    return bytes(data)


def lying(size: int) -> bytes:
    """Say in the list that a file is of another size than it is."""
    data = zipped({"a.csv": TABLE * 1000})
    start = data.index(b"PK\1\2") + 24
    return data[:start] + struct.pack("<I", size) + data[start + 4 :]


def many(count: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            archive.writestr(zipfile.ZipInfo(f"{number:06}.csv"), "")
    return made.getvalue()


def refused(file: Path, folder: Path) -> str:
    """Return why a file is refused, in little time and without much memory."""
    folder.mkdir()
    tracemalloc.start()
    start = time.perf_counter()
    try:
        with pytest.raises(FileUnusable) as error:
            take_in(file, folder)
        taken, (_, most) = time.perf_counter() - start, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < BYTES
    assert taken < SECONDS * 5  # under the watch of tracemalloc on a busy machine
    return str(error.value)


def read(file: Path, folder: Path) -> dict[str, int]:
    folder.mkdir()
    return {one.name: one.rows for one in take_in(file, folder)}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (lambda: zipped({"a.csv": b"0" * (30 << 20)}), "would unpack to 31,457,280 bytes"),
        (lambda: lying(0xFFFFFFFE), "would unpack to 4,294,967,294 bytes"),
        (lambda: lying(10), "is a damaged archive: Bad CRC-32 for file 'a.csv'"),
        (bad_crc, "is a damaged archive: Bad CRC-32 for file 'a.csv'"),
        (bad_stream, "is a damaged archive: Error -3 while decompressing data"),
        (lambda: zipped({"a.csv": TABLE})[:-30], "is a damaged archive: File is not a zip file"),
        (
            lambda: zipped({"../../a.csv": TABLE}),
            "holds ../../a.csv, which is named so as to leave",
        ),
        (lambda: zipped({"/etc/a.csv": TABLE}), "holds /etc/a.csv, which is named so as to leave"),
        (lambda: special(r"..\..\a.csv"), "holds ../../a.csv, which is named so as to leave"),
        (lambda: special(r"C:\a.csv"), "holds C:/a.csv, which is named so as to leave its folder"),
        (lambda: special("a.csv", mode=0o120777), "holds a.csv, which is a link"),
        (lambda: special("a.csv", flags=1), "holds a.csv, which is encrypted"),
        (lambda: twice("a.csv"), "holds two files named a.csv"),
        (lambda: many(MOST_FILES + 1), "is an archive of more than 1,000 files"),
        (lambda: many(50_000), "is an archive of more than 1,000 files"),
        (lambda: zipped({}), "holds no table"),
        (lambda: zipped({"README.txt": "Words."}), "holds no table"),
        (lambda: zipped({"inner.zip": zipped({"a.csv": TABLE})}), "inner.zip, which is no table"),
        (
            lambda: zipped({"inner.csv": zipped({"a.csv": TABLE})}),
            "file.zip/inner.csv: is an archive within an archive",
        ),
        (lambda: zipped({"a.csv": TABLE, "b.sav": "1"}), "holds b.sav, which is no table"),
        (lambda: zipped({"a.csv": TABLE, "data": "1"}), "holds data, which is no table"),
        (lambda: zipped({"a.csv": TABLE, "b.gz": b"\x1f\x8b"}), "holds b.gz, which is no table"),
        (lambda: zipped({"a.csv": ""}), "file.zip/a.csv: is empty"),
        (lambda: special("\x1b[2Jx.csv", flags=1), "holds \ufffd[2Jx.csv, which is encrypted"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_archive_that_cannot_be_trusted_is_refused_in_words(
    tmp_path: Path, write_csv: Write, data: Callable[[], bytes], said: str
) -> None:
    file = write_csv("file.zip", data())
    assert said in refused(file, tmp_path / "intake")


def test_nothing_is_written_outside_the_intake(tmp_path: Path, write_csv: Write) -> None:
    file = write_csv("file.zip", zipped({"../slip.csv": TABLE}))
    refused(file, tmp_path / "intake")
    assert not (tmp_path / "slip.csv").exists()


def test_every_table_is_taken_in_and_notes_are_not(tmp_path: Path, write_csv: Write) -> None:
    files = {
        "bundle/README.txt": "Words.",
        "bundle/LICENSE": "Words.",
        "bundle/a.csv": TABLE,
        "bundle/": "",
        "__MACOSX/bundle/._a.csv": b"\0\5\x16\7",
        "bundle/.DS_Store": b"\0\0",
        "bundle/guide.pdf": b"%PDF",
        "b.json": '[{"entry_id": "a"}, {"entry_id": "b"}]',
    }
    found = read(write_csv("file.zip", zipped(files)), tmp_path / "intake")
    assert found == {"file.zip/a.csv": 1, "file.zip/b.json": 2}


def test_windows_folders_are_folders(tmp_path: Path, write_csv: Write) -> None:
    file = write_csv("file.zip", special(r"a\b\c.csv"))
    assert read(file, tmp_path / "intake") == {"file.zip/c.csv": 1}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_every_way_of_packing_is_read(tmp_path: Path, write_csv: Write, method: int) -> None:
    file = write_csv("file.zip", zipped({"a.csv": TABLE}, method))
    assert read(file, tmp_path / "intake") == {"file.zip/a.csv": 1}


def test_a_small_page_may_be_as_dense_as_it_likes(tmp_path: Path, write_csv: Write) -> None:
    file = write_csv("file.zip", zipped({"a.csv": "entry_id,amount\n" + "a,1\n" * 500_000}))
    assert read(file, tmp_path / "intake") == {"file.zip/a.csv": 500_000}


def test_a_table_of_an_archive_has_the_hash_of_its_own_bytes(
    tmp_path: Path, write_csv: Write
) -> None:
    alone, packed = tmp_path / "alone", tmp_path / "packed"
    alone.mkdir()
    packed.mkdir()
    [one] = take_in(write_csv("a.csv", TABLE), alone)
    [other] = take_in(write_csv("file.zip", zipped({"a.csv": TABLE})), packed)
    assert one.sha256 == other.sha256


def test_an_unknown_table_in_an_archive_is_named_and_nothing_of_it_is_imported(
    tmp_path: Path, write_csv: Write
) -> None:
    sources = "entry_id,source_id,kind,title,rank,origin_id\ns,s,report,A source,named_witness,s\n"
    file = write_csv("file.zip", zipped({"sources.csv": sources, "x.csv": "Colour,Size\nred,1\n"}))
    book = Book(tmp_path / "book.duckdb")
    with pytest.raises(FileUnusable, match=r"^file\.zip/x\.csv:1: is of no known format"):
        book.add(file)
    assert not book.path.exists()
