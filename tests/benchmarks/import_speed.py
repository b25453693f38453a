"""How long an import takes beside the same work by other means, as ratios of one run.

    python tests/benchmarks/import_speed.py [--rows 1000000] [--rounds 3]

A file like the Electoral Commission's is made and taken in by three processes of their own, one
after the other: by Farthing (hashed, read, mapped, checked, posted, sealed), by DuckDB alone
(``CREATE TABLE AS`` of the same typed SELECT), and by pandas, pandera and an INSERT by hand. Each
is a process of its own, of which are measured the seconds of its work by the clock, those with the
start of Python and of its libraries, and the most memory it held. They take turns in rounds, and
the middle of the rounds' ratios is told. Before that each takes in a few rows, so that none pays
for loading from disk what the next then finds loaded.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from farthing.importer import MACROS
from farthing.importers.ec_party import SPEND_ITEM
from farthing.ledgers.spend import SPEND

HEADER = (
    "ECRef", "RegulatedEntityName", "ReportingPeriodName", "RegulatedEntityType",
    "TotalExpenditure", "DateIncurred", "ExpenseCategoryName", "SupplierName", "FullAddress",
    "AmountInEngland", "AmountInScotland", "AmountInWales", "AmountInNorthernIreland",
    "DateOfClaimForPayment", "DatePaid", "RedactedSupportingInvoiceId", "RegulatedEntityId",
    "SupplierId", "JointCampaignName", "UnregisteredCampaignerName", "CampaigningName",
    "IsOutsideSection75",
)  # fmt: skip
PERIOD = "UK Parliamentary general election 12/12/2019"
PARTIES = [f"Party {letter}" for letter in "ABCDEFGHIJ"]
SUPPLIERS = ["Facebook Ireland Ltd", "Google", *(f"Printer {n} Limited" for n in range(5000))]
CATEGORIES = ["Advertising", "Unsolicited material to electors", "Transport", "Market research"]

#: Each program prints the seconds of its work, the rows and their sum; what it loads comes before.
FARTHING = """
import sys, time
from farthing.book import Book
start = time.perf_counter()
[receipt] = Book(sys.argv[2]).add(sys.argv[1])
seconds = time.perf_counter() - start
print(seconds, receipt.rows_posted, receipt.totals.filter(ledger="spend")["low"].item())
"""

DUCKDB = """
import sys, time, duckdb
start = time.perf_counter()
con = duckdb.connect(sys.argv[2])
con.execute("SET enable_progress_bar = false")
con.execute(sys.stdin.read())
seconds = time.perf_counter() - start
print(seconds, *con.execute("SELECT count(*), sum(low) FROM spend").fetchone())
"""

PANDAS = """
import sys, time
from decimal import Decimal
import duckdb, pandas as pd, pandera.pandas as pa
start = time.perf_counter()
rows = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
spend = pd.DataFrame({
    "entry_id": "ec:" + rows["ECRef"],
    "campaign_id": "ec:" + rows["RegulatedEntityId"] + ":" + rows["ReportingPeriodName"],
    "record": "return",
    "incurred_on": pd.to_datetime(rows["DateIncurred"], format="%d/%m/%Y"),
    "payee": rows["SupplierName"].str.strip(),
    "category": rows["ExpenseCategoryName"],
    "currency": "GBP",
    "document_ref": rows["ECRef"],
    "wording": rows["TotalExpenditure"],
    "amount": rows["TotalExpenditure"].str.replace("[£,]", "", regex=True).map(Decimal),
})
schema = pa.DataFrameSchema({
    "entry_id": pa.Column(str, pa.Check.str_matches(r"^\\S{1,200}$"), unique=True),
    "record": pa.Column(str, pa.Check.isin(["invoice", "payment", "return", "platform"])),
    "incurred_on": pa.Column("datetime64[ns]", nullable=False, coerce=True),
    "currency": pa.Column(str, pa.Check.str_matches("^[A-Z]{3}$")),
})
schema.validate(spend, lazy=True)
con = duckdb.connect(sys.argv[2])
con.execute("SET enable_progress_bar = false")
con.execute("CREATE TABLE spend (entry_id VARCHAR, campaign_id VARCHAR, record VARCHAR, "
            "incurred_on DATE, payee VARCHAR, category VARCHAR, currency VARCHAR, "
            "document_ref VARCHAR, wording VARCHAR, amount DECIMAL(18,2))")
con.register("frame", spend)
con.execute("INSERT INTO spend FROM frame")
seconds = time.perf_counter() - start
print(seconds, *con.execute("SELECT count(*), sum(amount) FROM spend").fetchone())
"""
PROGRAMS = {"farthing": FARTHING, "duckdb": DUCKDB, "pandas": PANDAS}
#: What each takes in before it is measured.
FEW_ROWS = 1_000


def make(path: Path, rows: int) -> Decimal:
    """Write a file of the Commission's kind; return what its amounts come to."""
    pick, total, first = random.Random(1), Decimal(0), date(2019, 1, 1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for number in range(rows):
            pence = pick.randrange(1, 500_000)
            amount = Decimal(pence) / 100
            total += amount
            day = first + timedelta(days=pick.randrange(330))
            party = pick.randrange(len(PARTIES))
            written = f"£{amount:,.2f}"
            supplier = pick.randrange(len(SUPPLIERS))
            writer.writerow(
                (
                    f"SP{number:07}", PARTIES[party], PERIOD, "Political Party", written,
                    f"{day:%d/%m/%Y}", pick.choice(CATEGORIES), SUPPLIERS[supplier],
                    f"{supplier} High Street, Leeds, LS{supplier % 30} 1AA, United Kingdom",
                    written, "£0.00", "£0.00", "£0.00", f"{day:%d/%m/%Y}",
                    f"{day + timedelta(days=20):%d/%m/%Y}", number % 90_000, party + 50,
                    supplier, "", "", "", "False",
                )
            )  # fmt: skip
    return total


def statements(file: Path) -> str:
    """Return what DuckDB runs: the SELECT of the importer over the file, in the ledger's types."""
    typed = {column.name: column.sql_type for column in SPEND.columns}
    given = ("campaign_id", "record_key", "record", "incurred_on", "payee", "channel", "category",
             "currency", "document_ref", "note")  # fmt: skip
    cast = ", ".join(f"CAST({name} AS {typed[name]}) AS {name}" for name in given)
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in HEADER)
    tidy = ", ".join(f"nullif(trim({name}), '') AS {name}" for name in HEADER)
    source = (
        f"(SELECT {tidy}, row_number() OVER () + 1 AS source_row FROM "
        f"read_csv('{file}', header=true, columns={{{columns}}}))"
    )
    return f"""{MACROS};
        SET VARIABLE source_id = 'ec';
        CREATE TABLE spend AS SELECT 'ec:' || source_row AS entry_id, source_row, {cast},
          amount AS wording, money(amount) AS low, money(amount) AS high, 'exact' AS basis
        FROM ({SPEND_ITEM.replace("FROM source", "FROM " + source)})"""


def run(program: str, *arguments: str, given: str = "") -> tuple[float, float, float, list[str]]:
    """Run a program of Python.

    Returns
    -------
    tuple
        Its seconds from start to end, those of its work, the most mebibytes it held, and what else
        it printed.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(given)
    process.stdin.close()
    work, *printed = process.stdout.read().split() or [""]
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"a process failed with status {status}")
    return time.perf_counter() - start, float(work), usage.ru_maxrss / 1024, printed


def compare(file: Path, folder: str, sums: list[str]) -> dict[str, tuple[float, float]]:
    """Take a file in by each program into a book of its own; return their seconds, and of work."""
    seconds = {}
    for name, program in PROGRAMS.items():
        book = Path(folder, f"{name}.duckdb")
        book.unlink(missing_ok=True)
        whole, work, memory, printed = run(program, str(file), str(book), given=statements(file))
        if printed != sums:
            raise SystemExit(f"{name} has another sum: {printed}")
        print(f"{name:9} {work:6.1f} s, {whole:6.1f} s with its start, {memory:6,.0f} MiB")
        seconds[name] = whole, work
    return seconds


def main() -> None:
    """Make the file, take it in three ways and print how they compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        for rows in (FEW_ROWS, *[asked.rows] * asked.rounds):
            file = Path(folder) / f"{rows}.csv"
            if not file.exists():
                total = make(file, rows)
                print(f"{rows:,} rows, {file.stat().st_size / 1e6:.0f} MB, £{total:,}")
            rounds.append(compare(file, folder, [str(rows), f"{total:.2f}"]))
    for name in ("duckdb", "pandas"):
        for at, what in ((1, ""), (0, ", with their starts")):
            found = [one["farthing"][at] / one[name][at] for one in rounds[1:]]
            each = ", ".join(f"{ratio:.2f}" for ratio in found)
            print(f"farthing takes {statistics.median(found):.2f} times {name} ({each}){what}")


if __name__ == "__main__":
    main()
