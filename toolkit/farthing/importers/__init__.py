"""The importers, each format in a file of its own."""

from __future__ import annotations

from types import ModuleType

from farthing.importer import Importer
from farthing.importers import (
    beancount,
    commons,
    commons_candidacies,
    commons_series,
    ec_candidates,
    ec_party,
    fec,
    fec_tables,
    google_ads,
    google_political,
    hexjson,
    hledger,
    meta_ads,
    meta_archive,
    meta_report,
    own_layout,
    snapchat,
)

#: The formats as a reader looks for them, those of one publisher together.
GROUPS: tuple[tuple[str, tuple[ModuleType, ...]], ...] = (
    ("Ad libraries", (meta_archive, meta_report, google_political, snapchat)),
    ("Platform exports", (meta_ads, google_ads)),
    ("Returns and filings", (ec_party, ec_candidates, fec, fec_tables)),
    ("Elections and maps", (commons, commons_candidacies, commons_series, hexjson)),
    ("Accounts", (hledger, beancount)),
)
IMPORTERS: tuple[Importer, ...] = (
    *own_layout.IMPORTERS,
    *(one for _, modules in GROUPS for module in modules for one in module.IMPORTERS),
)
