"""The importers, each format in a file of its own."""

from __future__ import annotations

from farthing.importer import Importer
from farthing.importers import (
    beancount,
    commons,
    commons_candidacies,
    commons_series,
    ec_candidates,
    ec_party,
    fec,
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

IMPORTERS: tuple[Importer, ...] = (
    *own_layout.IMPORTERS,
    *meta_archive.IMPORTERS,
    *meta_report.IMPORTERS,
    *google_political.IMPORTERS,
    *ec_party.IMPORTERS,
    *ec_candidates.IMPORTERS,
    *commons.IMPORTERS,
    *commons_candidacies.IMPORTERS,
    *commons_series.IMPORTERS,
    *hexjson.IMPORTERS,
    *snapchat.IMPORTERS,
    *fec.IMPORTERS,
    *meta_ads.IMPORTERS,
    *google_ads.IMPORTERS,
    *hledger.IMPORTERS,
    *beancount.IMPORTERS,
)
