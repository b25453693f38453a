"""The ledgers, in the order in which rows can be posted: a row's references come before it."""

from __future__ import annotations

from farthing.ledger import Ledger
from farthing.ledgers.areas import AREAS
from farthing.ledgers.audiences import AUDIENCES
from farthing.ledgers.budgets import BUDGETS
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.comparisons import COMPARISONS
from farthing.ledgers.contests import CONTESTS
from farthing.ledgers.links import LINKS
from farthing.ledgers.rates import RATES
from farthing.ledgers.reach import REACH
from farthing.ledgers.resources import RESOURCES
from farthing.ledgers.sightings import SIGHTINGS
from farthing.ledgers.sources import SOURCES
from farthing.ledgers.spend import SPEND
from farthing.ledgers.statements import STATEMENTS
from farthing.ledgers.transfers import TRANSFERS

LEDGERS: tuple[Ledger, ...] = (
    SOURCES,
    CAMPAIGNS,
    LINKS,
    BUDGETS,
    COMPARISONS,
    SPEND,
    TRANSFERS,
    REACH,
    AUDIENCES,
    SIGHTINGS,
    RESOURCES,
    CONTESTS,
    AREAS,
    RATES,
    STATEMENTS,
)

BY_NAME: dict[str, Ledger] = {ledger.name: ledger for ledger in LEDGERS}
