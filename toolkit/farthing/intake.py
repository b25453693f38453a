"""How a file comes in: copied under its hash, told by its first bytes, and read by its reader.

Only the copy is read, so that what is hashed is what is read and no name of a file means anything
to an engine. An archive is taken in file by file, under limits on what it unpacks to.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from farthing.bundles import MOST_FILES, TABLES, is_note
from farthing.errors import FileUnusable, UsageError
from farthing.readers import columnar, delimited, fec, structured, workbook
from farthing.readers.compound import SIGNATURE
from farthing.readers.delimited import Knows
from farthing.records import Intake, ahead

ENCODINGS = ("utf-8", "utf-16", "cp1252")
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: The first of an archive of files, and the only one of an empty one.
ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")
PARQUET = b"PAR1"
#: How files begin that people take for tables, and are none that can be read.
UNPACK = "unpack it first"
AS_XLSX = "open it in a spreadsheet program and save it as .xlsx"
PICTURE = "a picture", "write the table off as CSV"
PAGE = "a web page", "is it one that asks to log in? Else save its table as CSV"
OTHER_KINDS = (
    (rb"\x1f\x8b|BZh|7z\xbc\xaf|Rar!|\xfd7zXZ", "compressed", UNPACK),
    (rb"%PDF", "a PDF", "save the table as CSV"),
    (rb"\xff\xd8\xff|\x89PNG|GIF8|....ftyp", *PICTURE),
    (rb"(?i)(\xef\xbb\xbf)?\s*<(!doctype html|!--|(html|head|body|table|meta|style|div)\b)", *PAGE),
    (rb"\xff\xfe<\0", *PAGE),
    (rb"(\xef\xbb\xbf)?\s*<\?xml", "XML", AS_XLSX),
    (rb"MIME-Version:", "a web page in an archive of its parts", AS_XLSX),
    (rb"\x09[\x00\x02\x04\x08][\x04-\x10]\x00", "a workbook older than those of Excel 5", AS_XLSX),
    (rb"PK\x03\x04.{26}mimetypeap", "a file of OpenDocument", AS_XLSX),
    (rb"SQLite format 3\0", "a SQLite database", "export its table as CSV"),
    (rb".{8}DUCK", "a DuckDB database, as a book is", "name the book first, then the files"),
    (rb"\0\0", "no text and no table", "see whether its download was complete"),
)
#: Journals of plain-text accounting by the ends of their names: their own tools make a table.
HLEDGER = "hledger print -O csv -o print.csv"
BEAN_QUERY = (
    'bean-query -f csv BOOK "SELECT date, payee, narration, account, number, currency" > book.csv'
)
JOURNALS = {
    **dict.fromkeys((".journal", ".hledger", ".ledger"), HLEDGER),
    **dict.fromkeys((".beancount", ".bean"), BEAN_QUERY),
}
CHUNK_BYTES = 1 << 20
#: What an archive may unpack to: more is a mistake or an attack.
MOST_BYTES = 4 << 30
MOST_RATIO = 100
#: Below this an archive may be as dense as it likes: a page of zeros is no bomb.
SMALL_BYTES = 10 << 20
#: How long its list of files may be: names of a thousand bytes on average.
MOST_LISTED_BYTES = MOST_FILES << 10
#: What the standard library raises over an archive that is not what it says.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, ValueError)


def take_in(
    file: Path,
    folder: Path,
    *,
    knows: Knows = lambda header: True,
    encoding: str | None = None,
) -> list[Intake]:
    """Copy a file into the intake folder and read its records.

    Parameters
    ----------
    file
        The user's file: delimited text, JSON, a workbook (.xlsx, .xlsm or .xls), Parquet, an
        electronic filing, or a ZIP archive of such files.
    folder
        The intake folder.
    knows
        Tells whether names are the header of a known format. A header is looked for below the
        titles of a file, and under several delimiters, only by this.
    encoding
        One of `ENCODINGS`. Without it a byte order mark decides, and UTF-8 is assumed where
        there is none: an encoding is never guessed, since guessers read "£" as "Ł".

    Returns
    -------
    list of Intake
        One; of an archive or a workbook one for each table in it.

    Raises
    ------
    FileUnusable
        The file is missing, empty, not in the encoding, has no usable header, has a quote that
        leaves open which lines are rows, or is an archive that is not safe to unpack.
    UsageError
        The encoding is none of `ENCODINGS`.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise UsageError(f"unknown encoding {encoding}", hint=f"one of {', '.join(ENCODINGS)}")
    name = os.fsencode(file.name).decode("utf-8", "replace")
    try:
        with file.open("rb") as source:
            if not stat.S_ISREG(kind := os.fstat(source.fileno()).st_mode):
                _refuse_endless(kind, name)
            _refuse_other_kind(source.peek(), name)  # before it is copied: it may be large
            copy, sha256 = _copied(source, folder)
        return _read(copy, Intake(name, sha256), folder, knows, encoding)
    except OSError as error:
        hint = "check its name and the folder" if isinstance(error, FileNotFoundError) else None
        what = f"cannot be read: {error.strerror or error}"
        raise FileUnusable(what, where=name, hint=hint) from None


def _refuse_endless(kind: int, name: str) -> None:
    """Refuse what has no end, such as /dev/zero; a pipe has one."""
    if stat.S_ISCHR(kind) or stat.S_ISBLK(kind):
        raise FileUnusable("is a device, not a file", where=name, hint="name a file")


def _refuse_other_kind(start: bytes, name: str) -> None:
    for mark, kind, hint in OTHER_KINDS:
        if re.match(mark, start, re.DOTALL):
            raise FileUnusable(f"is {kind}", where=name, hint=hint)


def in_memory(name: str, text: str, folder: Path) -> Intake:
    """Take in rows that come from a program instead of a file."""
    data = text.encode("utf-8", "surrogatepass")  # half a character is refused by the reader
    copy, sha256 = _copied(io.BytesIO(data), folder)
    return replace(
        _text(copy, Intake(name, sha256), folder, lambda header: True, None)[0], name=name
    )


def _copied(source: io.BufferedIOBase, folder: Path) -> tuple[Path, str]:
    """Copy a file under the name of its hash, so that what is hashed is what is read."""
    copy, digest = folder / "copy", hashlib.sha256()
    with copy.open("wb") as target:
        for chunk in ahead(_written(source, target)):
            digest.update(chunk)
    return copy.replace(folder / digest.hexdigest()), digest.hexdigest()


def _written(source: io.BufferedIOBase, target: BinaryIO) -> Iterator[bytes]:
    """Write what is read, and yield it."""
    while chunk := source.read(CHUNK_BYTES):
        target.write(chunk)
        yield chunk


def _read(
    copy: Path, intake: Intake, folder: Path, knows: Knows, encoding: str | None
) -> list[Intake]:
    """Read a file by the reader that its first bytes ask for."""
    with copy.open("rb") as source:
        start = source.read(40)
    _refuse_other_kind(start, intake.name)
    if start.startswith(PARQUET):
        return [columnar.read(copy, intake, folder)]
    if start.startswith(SIGNATURE):
        from farthing.readers import old_workbook  # few files need xlrd, which takes long to load

        return old_workbook.read(copy, intake, folder, lambda header: knows(header) is True)
    if start.startswith(ARCHIVE) and _is_workbook(copy, intake.name):
        return workbook.read(copy, intake, folder, lambda header: knows(header) is True)
    if start.startswith(ARCHIVE):
        return _archive(copy, intake, folder, knows, encoding)
    return _text(copy, intake, folder, knows, encoding)


def _is_workbook(copy: Path, name: str) -> bool:
    with _opened(copy, name) as archive:
        return any(name.startswith("xl/") for name in archive.namelist()[:MOST_FILES])


def _opened(copy: Path, name: str) -> zipfile.ZipFile:
    """Open an archive whose list of files is short enough to be read."""
    with copy.open("rb") as file:
        file.seek(max(0, copy.stat().st_size - (1 << 16) - 22))
        tail = file.read()
    end = tail.rfind(b"PK\5\6")
    if end >= 0 and int.from_bytes(tail[end + 12 : end + 16], "little") > MOST_LISTED_BYTES:
        raise FileUnusable(f"is an archive of more than {MOST_FILES:,} files", where=name)
    try:
        return zipfile.ZipFile(copy)
    except (*DAMAGE, OSError) as error:
        raise _damaged(name, error) from None


def _archive(
    copy: Path, intake: Intake, folder: Path, knows: Knows, encoding: str | None
) -> list[Intake]:
    """Take in every table of an archive; each is hashed, and named behind the archive's name.

    Filings without spending are left aside where others have some.
    """
    found: list[Intake] = []
    with _opened(copy, intake.name) as archive:
        members = _members(archive, intake.name)
        beside = [f"{intake.name}/{note}" for note in _beside(archive)]
        for member in members:
            inner, sha256 = _unpacked(archive, member, intake.name, folder)
            name = f"{intake.name}/{_path(member).name}"
            with inner.open("rb") as source:
                is_archive = source.read(4) in ARCHIVE
            if is_archive and not _is_workbook(inner, name):
                what = "is an archive within an archive"
                raise FileUnusable(what, where=name, hint="unpack it first")
            try:
                found += _read(inner, Intake(name, sha256), folder, knows, encoding)
            except fec.NothingItemised:
                beside.append(name)
                if not found and member is members[-1]:
                    raise
    return [replace(found[0], beside=tuple(beside)), *found[1:]]


def _unpacked(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, folder: Path
) -> tuple[Path, str]:
    """Copy a file out of an archive; no more of it is read than its list says there is."""
    try:
        with archive.open(member) as source:
            return _copied(source, folder)  # type: ignore[arg-type]  # reads bytes
    except (*DAMAGE, RuntimeError) as error:
        raise _damaged(name, error) from None


def _damaged(name: str, error: Exception) -> FileUnusable:
    said = "".join(letter if letter.isprintable() else "\ufffd" for letter in str(error))
    return FileUnusable(f"is a damaged archive: {said}", where=name)


def _path(member: zipfile.ZipInfo) -> PurePosixPath:
    """Return where a file lies in its archive; Windows has written folders with a backslash."""
    name = member.filename.replace("\\", "/")
    return PurePosixPath("".join(letter if letter.isprintable() else "\ufffd" for letter in name))


def _members(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """Return the files of an archive that hold a table, all of them safe to read.

    A file that is neither a table nor a note is not left out without a word.
    """
    members = [one for one in archive.infolist() if not one.filename.endswith(("/", "\\"))]
    if len(members) > MOST_FILES:
        raise FileUnusable(f"is an archive of more than {MOST_FILES:,} files", where=name)
    paths = [_path(member) for member in members]
    if twice := [path for path in paths if paths.count(path) > 1]:
        raise FileUnusable(f"holds two files named {twice[0]}", where=name)
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if size > MOST_BYTES or (size > SMALL_BYTES and size > MOST_RATIO * packed):
        raise FileUnusable(f"would unpack to {size:,} bytes", where=name, hint="unpack it yourself")
    for member, path in zip(members, paths, strict=True):
        if reason := _unsafe(member, path):
            raise FileUnusable(f"holds {path}, which is {reason}", where=name)
    kept = [member for member in members if not is_note(_path(member))]
    for path in map(_path, kept):
        if path.suffix.lower() not in TABLES:
            hint = "unpack it and import the files that you mean"
            raise FileUnusable(f"holds {path}, which is no table", where=name, hint=hint)
    if not kept:
        raise FileUnusable("holds no table", where=name)
    return kept


def _beside(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """Return the notes that an archive holds beside its tables, but for what is hidden."""
    paths = [_path(one) for one in archive.infolist() if not one.filename.endswith(("/", "\\"))]
    return tuple(path.name for path in paths if is_note(path) and not path.name.startswith("."))


def _unsafe(member: zipfile.ZipInfo, path: PurePosixPath) -> str | None:
    if member.flag_bits & 1:
        return "encrypted"
    if (member.external_attr >> 16) & 0o170000 == 0o120000:
        return "a link"
    if path.is_absolute() or ".." in path.parts or str(path)[1:2] == ":":
        return "named so as to leave its folder"
    return None


def _text(
    copy: Path, intake: Intake, folder: Path, knows: Knows, encoding: str | None
) -> list[Intake]:
    """Read a text: JSON where it begins as such, an electronic filing, or else cells in lines."""
    written = _encoding(copy, encoding, intake.name)
    try:
        with copy.open(encoding=written, newline=None) as text:
            start = text.read(CHUNK_BYTES).lstrip()
            text.seek(0)
            if start.startswith(("{", "[")):
                return [structured.read(text, intake, folder)]
            if fec.is_filing(start):
                return fec.read(text, intake, folder)
            if command := JOURNALS.get(PurePosixPath(intake.name).suffix.lower()):
                hint = f"import what this writes: {command}"
                raise FileUnusable("is a journal, not a table", where=intake.name, hint=hint)
            return [delimited.read(text, intake, folder, knows)]
    except UnicodeDecodeError:
        raise _undecodable(copy, written, intake.name) from None


def _encoding(copy: Path, declared: str | None, name: str) -> str:
    """Return how a file is written: as its mark says, as declared, or UTF-8."""
    with copy.open("rb") as source:
        start = source.read(6)
    if marked := next((said for mark, said in BYTE_ORDER_MARKS if start.startswith(mark)), None):
        return marked
    if declared == "utf-16":
        what = "has no byte order mark, and so may be either kind of utf-16 or none"
        raise FileUnusable(what, where=name, hint="save it as UTF-8")
    if declared == "cp1252" and _is_utf8(copy):
        raise FileUnusable("is UTF-8, not cp1252", where=name, hint="leave the encoding out")
    if not declared and fec.is_filing(start.decode("latin-1")) and not _is_utf8(copy):
        return fec.ENCODING
    return declared or "utf-8"


def _is_utf8(copy: Path) -> bool:
    """Tell whether a file goes beyond ASCII and all of it is UTF-8."""
    beyond = False
    with copy.open(encoding="utf-8", newline="") as text:
        try:
            while part := text.read(CHUNK_BYTES):
                beyond |= not part.isascii()
        except UnicodeDecodeError:
            return False
    return beyond


def _undecodable(copy: Path, written: str, name: str) -> FileUnusable:
    """Say which byte is not of the encoding, and on which line."""
    data = copy.read_bytes()
    try:
        data.decode(written)
    except UnicodeDecodeError as error:
        data = error.object[: error.start + 1]
    before = data[:-1].decode(written, "replace").replace("\r\n", "\n").replace("\r", "\n")
    declare = "declare how the file is written, as in --encoding cp1252 (Excel on Windows)"
    return FileUnusable(
        f"byte 0x{data[-1]:02X} is not {written.removesuffix('-sig')}",
        where=f"{name}:{before.count(chr(10)) + 1}",
        hint="save it as UTF-8" if written == "cp1252" else declare,
    )


def together(sha256s: Sequence[str]) -> str:
    """Return the hash of several files that are taken in as one."""
    if len(sha256s) == 1:
        return sha256s[0]
    return hashlib.sha256("\n".join(sha256s).encode()).hexdigest()
