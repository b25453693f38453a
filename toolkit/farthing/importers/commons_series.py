"""House of Commons Library: results of general elections since 1918, a constituency a row, as CSV.

Origin
    The Library's briefing CBP-7529, later CBP-8647: ``1918-2017election_results.csv`` and its
    later editions. That of 2017 is written in Windows's letters: ``--encoding cp1252``.
Columns
    ``constituency_id``, ``constituency`` (``constituency_name`` in later editions),
    ``country/region``, ``electorate``, ``election``, ``total_votes`` and the votes of ``con``,
    ``lib``, ``lab``, ``natSW`` and ``oth``. Shares, turnout, seats and the boundary set are left
    in the file. A further column of votes breaks the sum, and its rows are refused.
Traps
    Constituencies have GSS codes from 2010 on, and in Scotland from 2005 on. All that `contests`
    are held against (spending, allotments, maps) is keyed by these codes, and a name within a
    boundary set is no such key: rows without a code are set aside. So nothing is told of earlier
    elections, where ``con`` and ``lib`` sum over parties that stood together (the Alliance of 1983
    and 1987), the votes of seats with several members do not add up, and -1 is a member returned
    unopposed.

    From 2005 on ``con``, ``lib`` and ``lab`` are Con, LD and Lab, and ``natSW`` is SNP in Scotland
    and PC in Wales, as the Library's other files abbreviate them. ``oth`` sums over all other
    candidates and is posted as Other. Where it is more than the second of the parties named has,
    who came first and second cannot be told (all of Northern Ireland, the Speaker, and a third of
    the seats of 2015), and the row is set aside: the file by candidate tells more.

    One election is posted from one file. Where the book has the results of 2015 by candidate,
    ``--declare elections=2005,2010`` posts those and sets the rest aside.
"""

from __future__ import annotations

from farthing.importer import Importer, Posts, Rule, Setting
from farthing.importers.commons import PROVENANCE, count_of, polled_on
from farthing.ledgers.audiences import AUDIENCES
from farthing.ledgers.contests import CONTESTS

ELECTIONS = Setting(
    name="elections",
    about="the elections that are posted, by their years, where not all are",
    values="[12][0-9]{3}(,[12][0-9]{3})*",
    example="2010",
    required=False,
    selects=True,
)
#: The columns of votes, and the party of each from 2005 on.
PARTIES = {
    "con_votes": "'Con'",
    "lib_votes": "'LD'",
    "lab_votes": "'Lab'",
    "natSW_votes": "CASE region WHEN 'Scotland' THEN 'SNP' WHEN 'Wales' THEN 'PC' END",
    "oth_votes": "'Other'",
}
VOTES = {name: f"coalesce({count_of(name)}, 0)" for name in PARTIES}
SUM = " + ".join(VOTES.values())
NAMED = ", ".join(votes for name, votes in VOTES.items() if name != "oth_votes")
SECOND = f"list_reverse_sort([{NAMED}])[2]"

CONTEST = "\nUNION ALL".join(
    f"""
SELECT source_row,
       'general election ' || election AS election,
       {polled_on("election")} AS held_on,
       constituency_id AS area_code,
       constituency_name AS area_name,
       {party} AS party,
       {name} AS votes,
       electorate
FROM source WHERE {VOTES[name]} > 0
"""
    for name, party in PARTIES.items()
)
ELECTORATE = f"""
SELECT source_row,
       'commons electorate ge' || election || ' ' || constituency_id AS record_key,
       'area' AS segment_kind,
       constituency_id AS segment,
       {polled_on("election")} AS as_of,
       electorate AS amount
FROM source
"""
ASIDE = f"""
CASE WHEN NOT list_contains(string_split(getvariable('elections'), ','), left(election, 4))
     THEN 'an election that was not asked for'
     WHEN coalesce(regexp_full_match(constituency_id, '[0-9.]+'), true)
     THEN 'a constituency without a GSS code'
     WHEN {VOTES["oth_votes"]} > {SECOND}
     THEN 'the others have more votes together than the second party named: '
          || 'who came first and second cannot be told' END
"""

COMMONS_SERIES = Importer(
    name="commons-series",
    about="House of Commons Library: general election results since 1918 by constituency",
    posts=(Posts(CONTESTS, CONTEST), Posts(AUDIENCES, ELECTORATE)),
    required=frozenset(
        {"constituency_id", "constituency_name", "region", "electorate", "total_votes"}
        | {"election", *PARTIES}
    ),
    optional=frozenset({"seats", "turnout", "boundary_set"}),
    aliases={"constituency": "constituency_name", "country/region": "region"},
    others=("[A-Za-z][A-Za-z0-9 /_]*",),
    settings=(ELECTIONS,),
    aside=ASIDE,
    rules=(
        Rule(
            f"{polled_on('election')} IS NULL",
            "election",
            "is no election whose polling day is known here",
        ),
        *(
            Rule(f"{name} NOTNULL AND {count_of(name)} IS NULL", name, "is not a number of votes")
            for name in PARTIES
        ),
        Rule(
            f"({PARTIES['natSW_votes']}) IS NULL AND {VOTES['natSW_votes']} > 0",
            "natSW_votes",
            "are votes of SNP or PC, and the constituency is not in Scotland or Wales",
        ),
        Rule(
            f"{count_of('total_votes')} IS DISTINCT FROM {SUM}",
            "total_votes",
            "is not the sum of the votes of all columns, which is",
            figure=SUM,
        ),
    ),
    tidy=True,
    provenance=PROVENANCE,
    notes=__doc__,
)
IMPORTERS = (COMMONS_SERIES,)
