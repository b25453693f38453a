"""The importers, each in a file of its own."""

from __future__ import annotations

from farthing.importer import Importer
from farthing.importers.own_layout import own_layout
from farthing.ledgers import LEDGERS

IMPORTERS: tuple[Importer, ...] = tuple(own_layout(ledger) for ledger in LEDGERS)
