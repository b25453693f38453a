"""Damaged files by the thousand: none may crash an import, hang it, or fill the memory.

    python tests/fuzz.py [--inputs 100000] [--seed 1]

Each input is the beginning of a good file with a few faults put into it: bytes changed, taken out,
doubled or swapped, quotes and marks let loose, the end cut off. Those of the shipped case are used,
and the publishers' real files where ``FARTHING_REAL_DATA`` names their folder. An input is read,
recognised, mapped and held against its ledger's rules, as an import does before it posts. It may be
taken or refused in words; anything else is printed with what makes it again, and fails the run.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import polars as pl

from farthing.errors import FarthingError
from farthing.importer import Reading, choose
from farthing.importers import IMPORTERS
from farthing.intake import take_in
from farthing.mapping import entries, mapped
from farthing.rows import typed

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


class Hang(BaseException):
    """An input took longer than it may."""


def seeds() -> list[tuple[str, bytes]]:
    """Return the names and the beginnings of good files."""
    folders = [CASE, *filter(None, [os.environ.get("FARTHING_REAL_DATA")])]
    files = sorted(path for folder in folders for path in Path(folder).rglob("*"))
    starts = [
        (path.name, path.open("rb").read(BEGINNING))
        for path in files
        if path.suffix.lower() in TABLES
    ]
    return [(name, data[: data.rfind(b"\n") + 1] or data) for name, data in starts]


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


def read(path: Path, folder: Path) -> str:
    """Take a file as far as an import does before it posts; return what became of it."""
    try:
        for intake in take_in(path, folder, knows=known):
            importer = choose(intake, IMPORTERS, None)
            reading = Reading(importer, intake, {})
            for batch in mapped(reading, importer.posts):
                for one, text in zip(importer.posts, batch.texts, strict=True):
                    named = entries(reading, one, text).with_columns(
                        pl.lit(1).cast(pl.Int64).alias("batch_id")
                    )
                    rows, faults = typed(one.ledger, named, locale=importer.locale or "en_GB")
                    list(reading.traced(one, rows, faults))
    except FarthingError:
        return "refused"
    return "taken"


def known(header: Sequence[str]) -> bool | Sequence[str]:
    """Tell whether a format has such a header, or begins with such a row."""
    if header and any(importer.recognises(header) for importer in IMPORTERS):
        return True
    return next(filter(None, (importer.begins(header) for importer in IMPORTERS)), False)


def ring(number: int, frame: FrameType | None) -> None:
    raise Hang


def main() -> None:
    """Read damaged files until they are as many as asked for, or one breaks a promise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    good, fates, start = seeds(), Counter[str](), time.perf_counter()
    for alarm in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(alarm, ring)
    with tempfile.TemporaryDirectory() as place:
        for number in range(given.inputs):
            pick = random.Random(f"{given.seed}:{number}")
            name, data = pick.choice(good)
            path = Path(place) / name
            path.write_bytes(damaged(data, pick))
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            signal.setitimer(signal.ITIMER_REAL, PATIENCE)
            try:
                with tempfile.TemporaryDirectory(dir=place) as folder:
                    fates[read(path, Path(folder))] += 1
            except (Exception, Hang):
                traceback.print_exc()
                print(f"input {number} of seed {given.seed}, from {name}", file=sys.stderr)
                fates["broke a promise"] += 1
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
            path.unlink()
            if number % 1_000 == 999:
                print(f"{number + 1:,}: {dict(fates)}", flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{given.inputs:,} inputs from {len(good)} files in {time.perf_counter() - start:,.0f} s: "
    )
    print(f"{dict(fates)}; {memory:,.0f} MB at most")
    sys.exit(bool(fates["broke a promise"]) or memory > MEMORY_MB)


if __name__ == "__main__":
    main()
