"""Links: one name that stands for another a row."""

from __future__ import annotations

from farthing.ledger import Ledger, Row, column, row_rule


class Link(Row):
    """What is one under two names: a page and a campaign, two spellings of a payee.

    An import makes a campaign for each page or advertiser it finds, and never takes two of them
    for one. Whoever knows better says so here, and can take it back.
    """

    kind: str = column("what is named", isin=["campaign", "payee"])
    name: str = column("the name as files have it: a campaign_id, a payee")
    stands_for: str = column("the name it is counted under")
    rule: str = column("how the link was found; NULL where a person made it", nullable=True)

    two_names = row_rule("name <> stands_for", "links a name with itself")


LINKS = Ledger(name="links", grain="one name linked to another", model=Link, key=("kind", "name"))
