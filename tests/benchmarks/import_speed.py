"""How long an import takes beside the same work by other means, as ratios of one run.

    python tests/benchmarks/import_speed.py [--rows 1000000]

A file like the Electoral Commission's is made and taken in by three processes of their own, one
after the other: by Farthing (hashed, read, mapped, checked, posted, sealed), by DuckDB alone
(``CREATE TABLE AS`` of the same typed SELECT), and by pandas, pandera and an INSERT by hand. Each
is measured as a whole process: seconds by the clock, and the most memory it held.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

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

FARTHING = """
import sys
from farthing.book import Book
[receipt] = Book(sys.argv[2]).add(sys.argv[1])
print(receipt.rows_posted, receipt.totals.filter(ledger="spend")["low"].item())
"""

DUCKDB = """
import sys, duckdb
from farthing.importer import MACROS
from farthing.importers.ec_party import EC_PARTY, SPEND_ITEM
from farthing.ledgers.spend import SPEND
con = duckdb.connect(sys.argv[2])
con.execute(MACROS)
con.execute("SET enable_progress_bar = false")
con.execute("SET VARIABLE source_id = 'ec'")
names = sys.argv[3].split(",")
typed = {column.name: column.sql_type for column in SPEND.columns}
given = ["campaign_id", "record_key", "record", "incurred_on", "payee", "channel", "category",
         "currency", "document_ref", "note"]
cast = ", ".join(f"CAST({name} AS {typed[name]}) AS {name}" for name in given)
columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
tidy = ", ".join(f"nullif(trim({name}), '') AS {name}" for name in names)
source = (
    f"(SELECT {tidy}, row_number() OVER () + 1 AS source_row FROM "
    f"read_csv('{sys.argv[1]}', header=true, columns={{{columns}}}))"
)
con.execute(
    f"CREATE TABLE spend AS SELECT 'ec:' || source_row AS entry_id, source_row, {cast}, "
    "amount AS wording, money(amount) AS low, money(amount) AS high, 'exact' AS basis "
    f"FROM ({SPEND_ITEM.replace('FROM source', 'FROM ' + source)})"
)
print(*con.execute("SELECT count(*), sum(low) FROM spend").fetchone())
"""

PANDAS = """
import sys
from decimal import Decimal
import duckdb, pandas as pd, pandera.pandas as pa
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
print(*con.execute("SELECT count(*), sum(amount) FROM spend").fetchone())
"""


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


def run(program: str, *arguments: str) -> tuple[float, float, str]:
    """Run a program of Python; return its seconds, the most megabytes it held, what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    printed = process.stdout.read().strip()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"a process failed with status {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, printed


def main() -> None:
    """Make the file, take it in three ways and print how they compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spending.csv"
        total = make(file, rows)
        print(f"{rows:,} rows, {file.stat().st_size / 1e6:.0f} MB, £{total:,}")
        seconds = {}
        for name, program in (("farthing", FARTHING), ("duckdb", DUCKDB), ("pandas", PANDAS)):
            arguments = (str(file), f"{folder}/{name}.duckdb", ",".join(HEADER))
            seconds[name], memory, printed = run(program, *arguments)
            if printed.split() != [str(rows), f"{total:.2f}"]:
                raise SystemExit(f"{name} has another sum: {printed}")
            print(f"{name:9} {seconds[name]:6.1f} s, {memory:6,.0f} MB")
        for name in ("duckdb", "pandas"):
            print(f"farthing takes {seconds['farthing'] / seconds[name]:.2f} times {name}")


if __name__ == "__main__":
    main()
