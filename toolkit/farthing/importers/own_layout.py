"""A ledger's own layout: a file with the ledger's columns, amounts as people write them.

Origin
    Written by hand, by a spreadsheet or by a program, for Farthing: CSV, an Excel workbook, JSON
    or Parquet.
Columns
    The ledger's, in any order; those that may be blank may be left out. One column ``amount``
    stands for ``low``, ``high``, ``basis`` and ``wording``.
Traps
    Dates are yyyy-mm-dd and nothing else. Blank is unknown and ``0`` or ``nil`` is none. A last
    line without a line end is refused: a file that was cut in the middle of an amount looks
    just like a whole one.
"""

from __future__ import annotations

from farthing.importer import Importer, Posts
from farthing.ledger import Ledger
from farthing.ledgers import LEDGERS


def own_layout(ledger: Ledger) -> Importer:
    """Return the importer of a ledger's own columns."""
    return Importer(
        name=ledger.name,
        about=f"Farthing's own columns: {ledger.grain} a row",
        posts=(Posts(ledger, "SELECT * EXCLUDE (source_line) FROM source"),),
        required=ledger.required_columns,
        optional=frozenset(ledger.file_columns) - ledger.required_columns,
        notes=__doc__ or "",
    )


IMPORTERS = tuple(own_layout(ledger) for ledger in LEDGERS)
