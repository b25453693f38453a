"""UK candidates' returns by constituency: spending and its legal limit, a candidate a row.

Origin
    The Electoral Commission's workbook of candidates' spending at a general election, or the same
    table saved as CSV. Those of 2010 and 2015 have a long and a short period, later ones the short
    one alone. That of 2010 is in Excel's old format, .xls, and is read as it is.
Columns
    ``ConstituencyId`` (GSS code), ``CandId``, ``Forename``, ``Surname``, ``Party Name``,
    ``Constituency Name``, ``Constituency Type``, ``Electorate (Limit)``, ``Short Limit`` and
    ``Short Total Spend`` must be there, ``Long Limit`` and ``Long Total Spend`` where there is a
    long period. ``Long 3a Total``, ``Long 3b Total`` and their like for the short period are held
    against the totals. What they are made up of (unpaid, disputed, notional, advertising …),
    personal expenses, donations, the shares of the limit, the votes (2010) and all that is no
    limit and no total are left in the file.
Traps
    The two periods are rows of one series, ``long campaign`` and ``short campaign`` by category:
    they are different money and may be added, but each has a limit of its own, and a share of a
    limit is one of its own period. A limit is that of the seat and no budget of anybody's: it is
    a statement of the Commission's, one for each seat and period; one that does not follow from
    the electorate by the rule of the law says so in its note, and so does one that there is no
    rule for here. Days of a period are known by the law for the elections from 2010 to 2024, as
    they run at the earliest: a candidate may have become one later. A file says 0 where a candidate
    spent nothing and where no return came in. Totals by kind of payment (3a) and by purpose (3b)
    are often not the total: the note says so. Notes and lines of totals below the candidates are
    set aside. A total of less than a penny is an error of the
    file, and its row is refused. Of candidates who stood for two parties together there is one
    row. ``NULL`` is written for a blank. The year of the election is in the name of the file.
"""

from __future__ import annotations

from farthing.importer import OBSERVED_ON, Importer, Posts, Provenance, Rule, Setting
from farthing.importers.ec_party import NO_POUNDS, is_pounds
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.spend import SPEND
from farthing.ledgers.statements import STATEMENTS
from farthing.stats.limits import CANDIDATE_RULES

ELECTION = Setting(
    name="election",
    about="the year of the general election",
    values="(19|20)[0-9]{2}",
    example="2015",
    in_name=r"(?<!\d)((?:19|20)\d{2})(?!-?\d)",
)
#: Of each election and period the first day and the day after the last. The long period began 55
#: months into the Parliament, and in 2010 when the law that made it came into force; the short one
#: begins at dissolution and ends on the day of the poll.
PERIODS = {
    ("2010", "Long"): ("2010-01-01", "2010-04-12"),
    ("2010", "Short"): ("2010-04-12", "2010-05-07"),
    ("2015", "Long"): ("2014-12-19", "2015-03-30"),
    ("2015", "Short"): ("2015-03-30", "2015-05-08"),
    ("2017", "Short"): ("2017-05-03", "2017-06-09"),
    ("2019", "Short"): ("2019-11-06", "2019-12-13"),
    ("2024", "Short"): ("2024-05-30", "2024-07-05"),
}

CAMPAIGN_ID = """'ec:candidate:' || getvariable('election') || ':'
         || coalesce("CandId", '')"""
CANDIDATE = """concat_ws(' ', nullif("Forename", 'NULL'), nullif("Surname", 'NULL'))"""


def _of_election(values: dict[tuple[str, str], str], period: str) -> str:
    """Return the SQL of what holds for a period of the election that the file is of."""
    known = [(year, value) for (year, of), value in values.items() if of == period]
    cases = " ".join(f"WHEN '{year}' THEN '{value}'" for year, value in known)
    return f"CASE getvariable('election') {cases} END"


def _spend(period: str) -> str:
    """Return the SELECT of what was spent in one of the two periods."""
    name, total, limit = f"{period.lower()} campaign", f"{period} Total Spend", f"{period} Limit"
    starts_on = {key: days[0] for key, days in PERIODS.items()}
    ends_before = {key: days[1] for key, days in PERIODS.items()}
    parts = ", ".join(
        f"""CASE WHEN money("{period} {part} Total") <> money("{total}")
            THEN '{part} comes to ' || "{period} {part} Total" END"""
        for part in ("3a", "3b")
    )
    return f"""
SELECT source_row,
       {CAMPAIGN_ID} AS campaign_id,
       {CAMPAIGN_ID} || '|{name}' AS record_key,
       'return' AS record,
       {_of_election(starts_on, period)} AS starts_on,
       {_of_election(ends_before, period)} AS ends_before,
       '{name}' AS category,
       "ConstituencyId" AS area_code,
       'candidate return ' || getvariable('election') AS series,
       'GBP' AS currency,
       CASE WHEN {is_pounds(total)} THEN "{total}" END AS amount,
       nullif(concat_ws('; ',
         CASE WHEN money("{total}") > money("{limit}")
              THEN 'above the limit of ' || "{limit}" END,
         {parts}), '') AS note
FROM source
WHERE coalesce("{total}", "{limit}") IS NOT NULL
"""


def _by_rule(period: str) -> str:
    """Return the SQL of the limit that the law sets a seat; NULL where there is no rule for it."""
    cases = " ".join(
        f"""WHEN getvariable('election') = '{year}' AND lower("Constituency Type") IN ({kinds})
            THEN {rule.base} + {rate} * money("Electorate (Limit)")"""
        for (year, of), rule in CANDIDATE_RULES.items()
        if of == period.lower()
        for kinds, rate in (("'county'", rule.county), ("'borough', 'burgh'", rule.borough))
    )
    return f"(CASE {cases} END)::DECIMAL(18,2)"


def _limit(period: str) -> str:
    """Return the SELECT of the limits of one period: once a seat, or once for each that differs."""
    column = f"{period} Limit"
    return f"""
SELECT source_row,
       'ec:limit:' || getvariable('election') || ':' || "ConstituencyId"
         || '|{period.lower()} campaign' AS record_key,
       'Limit on a candidate''s spending in ' || "Constituency Name"
         || ', {period.lower()} period, general election ' || getvariable('election') AS quantity,
       'GBP' AS unit,
       'Electoral Commission' AS said_by,
       'asserted' AS modality,
       CASE WHEN {is_pounds(column)} THEN "{column}" END AS amount,
       CASE WHEN by_rule IS NULL THEN 'not held against the rule of the law'
            WHEN by_rule <> money("{column}")
            THEN 'does not follow from the electorate, which gives ' || by_rule
       END AS note
FROM (
  SELECT *, {_by_rule(period)} AS by_rule
  FROM source
  WHERE "{column}" IS NOT NULL
)
"""


MONEY = ("Long Limit", "Short Limit", "Long Total Spend", "Short Total Spend")
#: What stands below the table: neither names a candidate.
ASIDE = f"""
CASE WHEN coalesce("CandId", "Forename", "Surname", "Party Name") IS NULL
     THEN CASE WHEN coalesce({", ".join(f'"{column}"' for column in MONEY)}) IS NULL
               THEN 'a note below the table' ELSE 'a line of totals' END END
"""
REQUIRED = frozenset(
    {
        "ConstituencyId",
        "CandId",
        "Forename",
        "Surname",
        "Party Name",
        "Constituency Name",
        "Constituency Type",
        "Electorate (Limit)",
        "Short Limit",
        "Short Total Spend",
    }
)

EC_CANDIDATES = Importer(
    name="ec-candidates",
    about="UK Electoral Commission: candidates' spending and limits by constituency",
    posts=(
        Posts(SPEND, f"{_spend('Long')} UNION ALL {_spend('Short')}"),
        Posts(
            CAMPAIGNS,
            f"""
SELECT source_row,
       {CAMPAIGN_ID} AS campaign_id,
       {CAMPAIGN_ID} AS record_key,
       nullif("Party Name", 'NULL') AS organisation,
       {CANDIDATE} || ', ' || "Constituency Name" AS name
FROM source
WHERE "CandId" IS NOT NULL
""",
            distinct=True,
        ),
        # Of a seat whose first candidate is refused the limit still stands: others have it too.
        Posts(STATEMENTS, f"{_limit('Long')} UNION ALL {_limit('Short')}", distinct=True),
    ),
    required=REQUIRED,
    optional=frozenset(
        {
            "Long Limit",
            "Long Total Spend",
            *(f"{period} {part} Total" for period in ("Long", "Short") for part in ("3a", "3b")),
            "EntityId",
            "EntityJointID",
            "Area",
            "Nation",
        }
    ),
    others=(r"Spend (as )?(%|Percentage) of (Long |Short )?Limit", r"(?!.*(Limit|Total Spend)).*"),
    settings=(ELECTION, OBSERVED_ON),
    aside=ASIDE,
    rules=(
        *(
            Rule(f'"{column}" IS NULL', column, "is blank and must not be")
            for column in ("ConstituencyId", "CandId", "Constituency Name")
        ),
        Rule(
            'money("Electorate (Limit)") IS NULL',
            "Electorate (Limit)",
            "is not a number of electors",
        ),
        *(Rule(f"NOT {is_pounds(column)}", column, NO_POUNDS) for column in MONEY),
    ),
    unique="CandId",
    tidy=True,
    locale="en_GB",
    provenance=Provenance(
        publisher="Electoral Commission",
        kind="return",
        rank="regulator",
        origin_id="electoral-commission-returns",
    ),
    notes=__doc__,
)
IMPORTERS = (EC_CANDIDATES,)
