"""A ledger's own layout: a CSV file with the ledger's columns, amounts as people write them.

Origin
    Written by hand, by a spreadsheet or by a program, for Farthing.
Columns
    The ledger's, in any order; those that may be blank may be left out. One column ``amount``
    stands for ``low``, ``high``, ``basis`` and ``wording``.
Traps
    Dates are yyyy-mm-dd and nothing else. Blank is unknown and ``0`` or ``nil`` is none. A last
    line without a line end is refused: a file that was cut in the middle of an amount looks
    just like a whole one.
"""

from __future__ import annotations

from farthing.importer import Importer
from farthing.ledger import Ledger


def own_layout(ledger: Ledger) -> Importer:
    """Return the importer of a ledger's own columns."""
    return Importer(
        name=ledger.name,
        ledger=ledger,
        about=f"Farthing's own columns: {ledger.grain} a row",
        required=ledger.required_columns,
        optional=frozenset(ledger.file_columns) - ledger.required_columns,
        select="SELECT * FROM source",
    )
