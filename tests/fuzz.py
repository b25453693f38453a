"""Damaged files by the thousand: none may crash an import, hang it, or fill the memory.

    python tests/fuzz.py [--inputs 100000] [--seed 1]

Each input is the beginning of a good file with a few faults put into it: bytes changed, taken out,
doubled or swapped, quotes and marks let loose, the end cut off. Those of the shipped case are used,
and the publishers' real files where ``FARTHING_REAL_DATA`` names their folder. One in three is put
into another form, as UTF-16, a ZIP archive, a workbook of either kind, Parquet or JSON lines,
before or after it is damaged; one in ten is a damaged description of a format, by which a good
file is read.

An input is read, recognised, mapped and held against its ledger's rules, as an import does before
it posts. It may be taken or refused in words; anything else is printed with what makes it again,
and fails the run. So does a record that is neither a row nor refused, set aside or blank.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import xlwt
from python_calamine import CalamineWorkbook

from farthing.errors import FarthingError
from farthing.importer import Importer, Reading, choose
from farthing.importers import IMPORTERS
from farthing.intake import take_in
from farthing.mapping import entries, mapped
from farthing.own_format import load, take
from farthing.records import Intake
from farthing.rows import typed
from test_workbook import cell, parts

CASE = Path(__file__).parents[1] / "data" / "ge2017"
BEGINNING = 6_000
#: Of the processor's time; and by the clock, which runs on while others have the processor.
SECONDS, PATIENCE = 5, 60
MEMORY_MB = 1_024
TABLES = {".csv", ".json", ".tsv", ".txt", ".fec", ".hexjson", ".jsonl"}
LOOSE = (
    *(b'"', b",", b"\n", b"\r", b"\r\n", b"\t", b";", b"|", b"\0", b"\x1c", b"\x1a", b"\xff\xfe"),
    *(b"\xef\xbb\xbf", b"\xc2\xa0", b"\xe2\x88\x92", "£".encode(), "£".encode("cp1252"), b"\x80"),
    *(b"{", b"}", b"[", b"]", b":", b"\\", b"null", b"1e309", b"NaN", b"-0", b"9" * 40, b'""'),
    *(b"=1+1", b"<=100", b"a fortune", b"2019-02-30", b"31/12/2019", b"#", b"' OR 1=1 --"),
)
BROKEN = "broke a promise"
#: What no folder of real files has: the answer of bean-query, and a description of one's own.
BEAN_QUERY = b"""date,flag,payee,narration,account,number,currency,ecref
2019-11-06,*,Facebook,Ads of November,Expenses:Ads:Facebook,1204.50,GBP,EC-1
2019-11-06,*,Facebook,Ads of November,Liabilities:Payable,-1204.50,GBP,EC-1
"""
DESCRIPTION = b"""name = "our-agency"
ledger = "spend"
locale = "de_DE"
dates = "dd.mm.yyyy"

[columns]
incurred_on = "Rechnungsdatum"
payee = "Lieferant"
amount = "Betrag"

[constants]
record = "invoice"
currency = "EUR"
campaign_id = "ge2019-labour"

[skip]
"Lieferant" = ["Summe"]

[must]
"Betrag" = "filled"
"Status" = ["paid", "open"]

[campaign]
organisation = "Labour"

[source]
publisher = "Our agency"
"""
INVOICES = """Rechnungsdatum;Lieferant;Betrag;Status
06.11.2019;Facebook;1.204,50;paid
07.11.2019;Google;13,00;open
;Summe;1.217,50;paid
"""


class Hang(BaseException):
    """An input took longer than it may."""


def seeds() -> list[tuple[str, bytes]]:
    """Return the names and the beginnings of good files."""
    folders = [str(CASE), *filter(None, [os.environ.get("FARTHING_REAL_DATA")])]
    files = sorted(path for folder in folders for path in Path(folder).rglob("*"))
    found = [("bean-query.csv", BEAN_QUERY)]
    for path in files:
        if path.suffix.lower() == ".xlsx":
            found.append((f"{path.stem}.csv", first_rows(path)))
        elif path.suffix.lower() in (".json", ".hexjson"):
            found.append((path.name, first_records(path)))
        elif path.suffix.lower() in TABLES:
            start = path.open("rb").read(BEGINNING)
            found.append((path.name, start[: start.rfind(b"\n") + 1] or start))
    return found


def first_rows(path: Path) -> bytes:
    """Return the beginning of the first sheet of a workbook as delimited text."""
    with CalamineWorkbook.from_path(str(path)) as workbook:
        rows = workbook.get_sheet_by_index(0).to_python(nrows=8)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def first_records(path: Path) -> bytes:
    """Return a JSON file with two of its records; cut in the middle it would be none."""
    whole = json.loads(path.read_bytes())
    if "hexes" in whole:
        return json.dumps({**whole, "hexes": dict(list(whole["hexes"].items())[:9])}).encode()
    records = whole["data"] if isinstance(whole, dict) and "data" in whole else whole
    few = records[:2] if isinstance(records, list) else records
    return json.dumps({**whole, "data": few} if records is not whole else few).encode()


def damaged(data: bytes, pick: random.Random) -> bytes:
    """Put one to eight faults into a text."""
    for _ in range(pick.randint(1, 8)):
        at, to = sorted(pick.randrange(len(data) + 1) for _ in range(2))
        to = min(to, at + pick.choice((1, 1, 4, 40, 400)))
        data = pick.choice(
            (
                data[:at] + pick.choice(LOOSE) + data[at:],
                data[:at] + pick.choice(LOOSE) + data[to:],
                data[:at] + data[to:],
                data[:to] + data[at:],
                data[:at] + bytes([pick.randrange(256)]) + data[at + 1 :],
                data[:at] if pick.random() < 0.3 else data,
            )
        )
    return data


# The same text in another form.


def as_utf16(name: str, data: bytes) -> tuple[str, bytes]:
    return name, data.decode("utf-8", "replace").encode("utf-16")


def as_archive(name: str, data: bytes) -> tuple[str, bytes]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("READ ME.md", "What is in here.")
        archive.writestr(name, data)
    return f"{name}.zip", packed.getvalue()


def as_workbook(name: str, data: bytes) -> tuple[str, bytes]:
    """Return a workbook of the cells, with those that are figures as numbers."""
    lines = (
        f'<row r="{line}">'
        + "".join(cell(figure(value), f"{letters(at)}{line}") for at, value in enumerate(row))
        + "</row>"
        for line, row in enumerate(cells_of(data), 1)
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts(("Sheet1", "".join(lines))).items():
            archive.writestr(part, text)
    return f"{name}.xlsx", packed.getvalue()


def as_old_workbook(name: str, data: bytes) -> tuple[str, bytes]:
    """Return the cells in Excel's old format, which has a place for 256 in a row."""
    book, packed = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Sheet1")
    for line, row in enumerate(cells_of(data)):
        for at, value in enumerate(row[:256]):
            sheet.write(line, at, figure(value[:32_767]))
    book.save(packed)
    return f"{name}.xls", packed.getvalue()


def as_parquet(name: str, data: bytes) -> tuple[str, bytes]:
    """Return the cells as Parquet: columns of numbers where all of a column are figures."""
    header, *rows = cells_of(data) or [["a"]]
    width = len(header)
    columns = [[(row + [""] * width)[at] for row in rows] for at in range(width)]
    arrays = []
    for column in columns:
        figures = [figure(text) for text in column]
        is_number = all(isinstance(value, float) for value in figures)
        arrays.append(pa.array(figures if is_number else column))
    packed = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=header), packed)
    return f"{name}.parquet", packed.getvalue()


def as_json_lines(name: str, data: bytes) -> tuple[str, bytes]:
    """Return records of JSON, or rows under their header, one a line."""
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        header, *rows = cells_of(data) or [["a"]]
        whole = [dict(zip(header, row, strict=False)) for row in rows]
    records = whole.get("data", whole) if isinstance(whole, dict) else whole
    records = records if isinstance(records, list) else [records]
    return f"{name}.jsonl", b"\n".join(json.dumps(one).encode() for one in records)


FORMS: tuple[Callable[[str, bytes], tuple[str, bytes]], ...] = (
    *(as_utf16, as_archive, as_workbook, as_old_workbook, as_parquet, as_json_lines),
)


def cells_of(data: bytes) -> list[list[str]]:
    lines = data.decode("utf-8", "replace").replace("\0", " ").splitlines()
    return list(csv.reader(lines))


def figure(text: str) -> str | float:
    """Return a cell as a spreadsheet would: what looks like a number is one."""
    try:
        return float(text) if text.strip().isascii() else text
    except ValueError:
        return text


def letters(at: int) -> str:
    return (chr(64 + at // 26) if at >= 26 else "") + chr(65 + at % 26)


# What an import does before it posts.


def described(path: Path, folder: Path) -> str:
    """Read a description, and by it the file that it was written for."""
    try:
        description = load(path)
        good = path.with_name("invoices.csv")
        good.write_text(INVOICES, encoding="utf-8")
        for importer, intake in take(description, good, folder, None):
            held(importer, intake)
    except FarthingError:
        return "refused"
    return "taken"


def read(path: Path, folder: Path) -> str:
    """Take a file as far as an import does before it posts; return what became of it."""
    taken = []
    try:
        for intake in take_in(path, folder, knows=known):
            importer = choose(intake, IMPORTERS, None)
            held(importer, intake)
            taken.append(importer.name)
    except FarthingError:
        return "refused"
    return f"taken as {', '.join(taken)}"


def held(importer: Importer, intake: Intake) -> None:
    """Map a file and hold its rows against the rules of their ledgers."""
    kept = sum(len(frame) for frame in intake.frames())
    told = kept + len(intake.misfits) + len(intake.asides) + intake.blank
    assert intake.rows == told, f"{intake.rows} records, of which {told} are told of"
    reading = Reading(importer, intake, {})
    for batch in mapped(reading, importer.posts):
        for one, text in zip(importer.posts, batch.texts, strict=True):
            named = entries(reading, one, text).with_columns(
                pl.lit(1).cast(pl.Int64).alias("batch_id")
            )
            rows, faults = typed(one.ledger, named, locale=importer.locale or "en_GB")
            list(reading.traced(one, rows, faults))


def known(header: Sequence[str]) -> bool | Sequence[str]:
    """Tell whether a format has such a header, or begins with such a row."""
    if header and any(importer.recognises(header) for importer in IMPORTERS):
        return True
    return next(filter(None, (importer.begins(header) for importer in IMPORTERS)), False)


def ring(number: int, frame: FrameType | None) -> None:
    raise Hang


def made(good: Sequence[tuple[str, bytes]], pick: random.Random) -> tuple[str, str, bytes]:
    """Make an input: its form, its name and what it holds."""
    if pick.random() < 0.1:
        return "a description", "description.toml", damaged(DESCRIPTION, pick)
    name, data = pick.choice(good)
    if pick.random() < 2 / 3:
        return f"as it is {Path(name).suffix}", name, damaged(data, pick)
    form, first = pick.choice(FORMS), pick.random() < 0.7
    name, data = form(name, damaged(data, pick) if first else data)
    return form.__name__.replace("_", " "), name, data if first else damaged(data, pick)


def main() -> None:
    """Read damaged files until they are as many as asked for, or one breaks a promise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    good, fates, start = seeds(), Counter[tuple[str, str]](), time.perf_counter()
    csv.field_size_limit(10**9)
    for alarm in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(alarm, ring)
    with tempfile.TemporaryDirectory() as place:
        for number in range(given.inputs):
            form, name, data = made(good, random.Random(f"{given.seed}:{number}"))
            path = Path(place) / name
            path.write_bytes(data)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            signal.setitimer(signal.ITIMER_REAL, PATIENCE)
            try:
                with tempfile.TemporaryDirectory(dir=place) as folder:
                    one = described if form == "a description" else read
                    fates[form, one(path, Path(folder))] += 1
            except (Exception, Hang):
                traceback.print_exc()
                print(f"input {number} of seed {given.seed}, {name}, {form}", file=sys.stderr)
                fates[form, BROKEN] += 1
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
            path.unlink()
            if number % 1_000 == 999:
                refused = sum(count for (_, fate), count in fates.items() if fate == "refused")
                print(f"{number + 1:,}: {refused:,} refused", flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for (form, fate), count in sorted(fates.items()):
        print(f"{count:>9,}  {form}: {fate}")
    print(
        f"{given.inputs:,} inputs from {len(good)} files in {time.perf_counter() - start:,.0f} s, "
        f"{memory:,.0f} MB at most"
    )
    broken = sum(count for (_, fate), count in fates.items() if fate == BROKEN)
    sys.exit(bool(broken) or memory > MEMORY_MB)


if __name__ == "__main__":
    main()
