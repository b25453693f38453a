"""Describe the files of this folder as a Frictionless data package.

Columns, types, keys and rules are those of the ledgers' models, so the description cannot say
anything else than the code does. Run it after any change to a file::

    python data/ge2017/describe.py
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from farthing.ledger import Column, Ledger
from farthing.ledgers import LEDGERS

TYPES = {"VARCHAR": "string", "DATE": "date", "BIGINT": "integer"}
OPEN_PARLIAMENT = {
    "name": "open-parliament-licence",
    "title": "Open Parliament Licence",
    "path": "https://www.parliament.uk/site-information/copyright-parliament/open-parliament-licence/",
}
MIT = {"name": "MIT", "title": "MIT License", "path": "https://opensource.org/license/mit"}
DESCRIPTION = (
    "Statements and records about money, reach, people and votes in the United Kingdom general "
    "election of 8 June 2017, in the ledgers of Farthing. Each row names its source; a claim is "
    "stored as the claim of whoever made it, beside denials and later findings."
)


def describe(folder: Path) -> str:
    """Return the text of datapackage.json for the ledgers' files in a folder."""
    named = [(ledger, folder / f"{ledger.name}.csv") for ledger in LEDGERS]
    files = [(ledger, file) for ledger, file in named if file.exists()]
    package = {
        "profile": "tabular-data-package",
        "name": "farthing-ge2017",
        "title": "The 2017 United Kingdom general election: campaign money as claimed and recorded",
        "description": DESCRIPTION,
        "licenses": [MIT, OPEN_PARLIAMENT],
        "sources": list(_sources(folder / "sources.csv")),
        "resources": [_resource(ledger, path) for ledger, path in files],
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _sources(path: Path) -> Iterator[dict[str, str]]:
    """Name the data sets and returns that figures were taken from; every other source is a row."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["kind"] in {"dataset", "return"}:
                yield {"title": f"{row['publisher']}: {row['title']}"}


def _resource(ledger: Ledger, path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    header = next(csv.reader(content.decode("utf-8").splitlines()))
    resource = {
        "profile": "tabular-data-resource",
        "name": ledger.name,
        "path": path.name,
        "title": ledger.name.capitalize(),
        "description": f"One row is {ledger.grain}.",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "licenses": [OPEN_PARLIAMENT if ledger.name == "contests" else MIT],
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True},
    }
    return {**resource, "schema": _schema(ledger, header)}


def _schema(ledger: Ledger, header: list[str]) -> dict[str, Any]:
    columns = {column.name: column for column in ledger.columns}
    return {
        "fields": [
            _amount(ledger) if name == "amount" else _field(ledger, columns[name])
            for name in header
        ],
        "missingValues": [""],
        "primaryKey": ["entry_id"],
        "foreignKeys": list(_foreign_keys(ledger, header)),
    }


def _field(ledger: Ledger, column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if column.name == "entry_id" or ledger.key == (column.name,):
        constraints["unique"] = True
    for check in ledger.schema.columns[column.name].checks:
        constraints |= _constraint(check.name, check.statistics)
    field = {
        "name": column.name,
        "type": TYPES[column.sql_type],
        "description": column.description,
    }
    return {**field, "constraints": constraints} if constraints else field


def _constraint(check: str, statistics: dict[str, Any]) -> dict[str, Any]:
    match check:
        case "isin":
            return {"enum": list(statistics["allowed_values"])}
        case "str_matches":
            return {"pattern": statistics["pattern"]}
        case "greater_than_or_equal_to":
            return {"minimum": statistics["min_value"]}
        case _:
            raise NotImplementedError(f"no constraint for the check {check}")


def _amount(ledger: Ledger) -> dict[str, Any]:
    held = ledger.amount_unit in ledger.file_columns
    unit = f"its unit is in the column {ledger.amount_unit}" if held else ledger.amount_unit
    return {
        "name": "amount",
        "type": "string",
        "description": f"the amount as the source words it, blank when unknown; {unit}",
    }


def _foreign_keys(ledger: Ledger, header: Iterable[str]) -> Iterator[dict[str, Any]]:
    for name, other, key in ledger.references:
        if name in header:
            resource = "" if other == ledger.name else other
            yield {"fields": [name], "reference": {"resource": resource, "fields": [key]}}


def main() -> int:
    """Write datapackage.json beside this script."""
    folder = Path(__file__).parent
    text = describe(folder)
    (folder / "datapackage.json").write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
