"""Sources: one document, dataset or statement a row."""

from __future__ import annotations

from datetime import date

from farthing.ledger import IDENTIFIER, SHA256, URL, Ledger, Row, column

#: From the most to the least telling. A record is the thing itself (votes counted, a bank line).
RANKS = (
    "record",
    "regulator",
    "audited_return",
    "named_witness",
    "unnamed_witness",
    "opinion",
)


class Source(Row):
    """Who says so, and how near they were.

    Two outlets that quote one official are two sources with one ``origin_id``: they are one
    witness. What was not read in the original says so in ``locator`` or ``note``.
    """

    source_id: str = column("the source's name, used by every other ledger", str_matches=IDENTIFIER)
    kind: str = column(
        "what it is", isin=["dataset", "return", "report", "article", "book", "statement", "web"]
    )
    title: str = column("its title")
    publisher: str = column("who published it", nullable=True)
    author: str = column("who wrote or said it", nullable=True)
    published_on: date = column("day of publication", nullable=True)
    url: str = column("where it can be read", nullable=True, str_matches=URL)
    locator: str = column("page, table or paragraph; or how it was read", nullable=True)
    accessed_on: date = column("day it was read", nullable=True)
    licence: str = column("terms it may be used under", nullable=True)
    sha256: str = column("hash of the file, for files", nullable=True, str_matches=SHA256)
    rank: str = column("how near to the thing itself", isin=list(RANKS))
    origin_id: str = column("the witness behind it; shared by all who pass their word on")
    interest: str = column("an interest it declares, or that stands in the record", nullable=True)


SOURCES = Ledger(
    name="sources",
    grain="one document, dataset or statement",
    model=Source,
    key=("source_id",),
)
