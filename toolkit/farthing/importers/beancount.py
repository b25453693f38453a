"""Beancount: what its query tool prints of the books.

Origin
    ``bean-query -f csv BOOK "SELECT date, payee, narration, account, number, currency"``; with
    ``position`` in place of the last two; or ``SELECT account, sum(position) GROUP BY account``.
    The books themselves are no table.
Columns
    Those that the query asks for: ``date``, ``account``, and ``number`` with ``currency`` or
    ``position``; ``payee``, ``narration``, ``flag``, ``tags``, ``links`` and metadata such as
    ``ecref`` may be there. Of sums ``sum_position`` and ``account``, ``year``, ``month``.
Traps
    Cells are padded with spaces and lines end as on Windows. A transaction has two postings or
    more that come to nothing together: only those to ``account`` and below it are spending,
    which is ``Expenses`` where the file has it, the others are set aside.

    A position is a figure and its currency in one cell (`` 73088.13 GBP``), with room for others
    where the column has several (``          , 73088.13 GBP``); one of several currencies or at a
    cost is refused. A sum has no day and no payee: without ``year`` it is the
    total of a series. It holds no sub-accounts. Sums and postings tell of the same money and are
    series of their own.

    Each account is a campaign, unless ``campaign`` names one, and ``organisation`` says whose
    books they are. A posting is known by its day, payee, narration, account and amount, so that
    one that was printed again counts once, and one that was edited twice.
"""

from __future__ import annotations

from farthing.importer import OBSERVED_ON, Importer, Posts, Provenance, Rule, Setting
from farthing.importers.hledger import (
    BOOKS,
    CAMPAIGN,
    CAMPAIGN_ID,
    CAMPAIGN_ROW,
    ORGANISATION,
    OTHER_ACCOUNT,
    RECORD,
    UNDER,
)
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.spend import SPEND

PROVENANCE = Provenance(publisher="the books", origin_id="beancount")
ACCOUNT = Setting(
    name="account",
    about="the account whose postings are spending, with all below it",
    values=r"\S+",
    example="Expenses:Campaign",
    in_rows="SELECT DISTINCT 'Expenses' FROM source "
    "WHERE regexp_matches(trim(account), '^Expenses(:|$)')",
    selects=True,
)
ONE_CAMPAIGN = Setting(
    name="campaign",
    about="the campaign that the sum is for",
    values=CAMPAIGN.values,
    example=CAMPAIGN.example,
)
SETTINGS = (CAMPAIGN, ORGANISATION, RECORD, OBSERVED_ON)

#: A figure and its currency in one cell; a column of several currencies has room for each.
POSITION = r"^[\s,]*(-?[0-9.,]*[0-9]) +([A-Z][A-Z0-9._-]*)[\s,]*$"
FIGURE = f"""CASE WHEN regexp_matches(trim({{0}}), '{POSITION}')
  THEN regexp_extract(trim({{0}}), '{POSITION}', 1) ELSE trim({{0}}) END"""
CURRENCY = f"regexp_extract(trim({{0}}), '{POSITION}', 2)"
UNREADABLE = "is not one figure with its currency, such as 840.00 GBP"
BLANK = "is blank and must not be"
BEANCOUNT_ID = CAMPAIGN_ID.format(tool="beancount")
IN_ROWS = "(SELECT * REPLACE (trim(account) AS account) FROM source)"


def _postings(figure: str, currency: str) -> tuple[Posts, ...]:
    """Return what postings give, under the names of bean-query."""
    select = f"""
SELECT source_row,
       {BEANCOUNT_ID} AS campaign_id,
       concat_ws('|', 'beancount', {BOOKS}, trim(date),
                 coalesce(trim(payee), ''), coalesce(trim(narration), ''), account,
                 {figure} || ' ' || {currency}) AS record_key,
       coalesce(getvariable('record'), 'payment') AS record,
       trim(date) AS incurred_on,
       coalesce(nullif(trim(payee), ''), nullif(trim(narration), '')) AS payee,
       account AS category,
       'beancount' AS series,
       {currency} AS currency,
       {figure} AS amount,
       coalesce(nullif(trim(ecref), ''), nullif(trim(entry_meta_ecref), ''),
                nullif(trim(any_meta_ecref), ''), nullif(trim(ref), '')) AS document_ref,
       nullif(concat_ws('; ', CASE WHEN trim(payee) <> '' THEN nullif(trim(narration), '') END,
         CASE WHEN trim(flag) = '!' THEN 'pending' END,
         nullif(trim(links), ''), nullif(trim(tags), '')), '') AS note
FROM {IN_ROWS}
"""
    campaign = CAMPAIGN_ROW.format(tool="beancount", rows=IN_ROWS)
    return Posts(SPEND, select), Posts(CAMPAIGNS, campaign, distinct=True)


OPTIONAL = frozenset(
    [
        "payee",
        "narration",
        "flag",
        "tags",
        "links",
        "description",
        "filename",
        "lineno",
        "location",
        "type",
        "year",
        "month",
        "day",
        "id",
        "balance",
        "other_accounts",
        "ecref",
        "ref",
        "entry_meta_ecref",
        "any_meta_ecref",
    ]
)
META = (r"(?:entry_|any_)?meta(?:_[a-z][a-z0-9_]*|\('[^']*'\))",)
#: Names of columns since beanquery 0.1, which are those of the query.
ALIASES = {
    r"any_meta\('ecref'\)": "any_meta_ecref",
    r"entry_meta\('ecref'\)": "entry_meta_ecref",
    r"units\(position\)|units_position": "position",
}
SUM_ALIASES = {r"(?i:sum)\(+(?:units\()?position\)+|sum_units_position": "sum_position"}
ASIDE = f"CASE WHEN NOT {UNDER} THEN {OTHER_ACCOUNT} END"
POSTINGS = Importer(
    name="beancount",
    about="bean-query -f csv: postings with number and currency",
    posts=_postings("trim(number)", "trim(currency)"),
    required=frozenset({"date", "account", "number", "currency"}),
    optional=OPTIONAL,
    aliases=ALIASES,
    others=META,
    settings=(ACCOUNT, *SETTINGS),
    rules=(Rule("coalesce(trim(number), '') = ''", "number", BLANK),),
    aside=ASIDE,
    provenance=PROVENANCE,
    notes=__doc__,
)
POSITIONS = Importer(
    name="beancount-position",
    about="bean-query -f csv: postings with their position",
    posts=_postings(FIGURE.format("position"), CURRENCY.format("position")),
    required=frozenset({"date", "account", "position"}),
    optional=OPTIONAL,
    aliases=ALIASES,
    others=META,
    settings=(ACCOUNT, *SETTINGS),
    rules=(
        Rule(
            f"NOT coalesce(regexp_matches(trim(position), '{POSITION}'), false)",
            "position",
            UNREADABLE,
        ),
    ),
    aside=ASIDE,
    provenance=PROVENANCE,
    notes=__doc__,
)

#: A sum of a month or a year has its period; any other is the total of its series.
MONTH = """CASE WHEN trim(year) <> '' THEN
  try_cast(trim(year) || '-' || coalesce(nullif(trim(month), ''), '1') || '-1' AS DATE) END"""
LENGTH = "CASE WHEN trim(month) <> '' THEN INTERVAL 1 MONTH ELSE INTERVAL 1 YEAR END"


def _sums(campaign_id: str, account: str) -> str:
    """Return the SELECT of sums, by account or of all."""
    return f"""
SELECT source_row,
       {campaign_id} AS campaign_id,
       concat_ws('|', 'beancount sums', {BOOKS}, {account},
                 trim(year), trim(month), {CURRENCY.format("sum_position")}) AS record_key,
       coalesce(getvariable('record'), 'payment') AS record,
       strftime({MONTH}, '%Y-%m-%d') AS starts_on,
       strftime({MONTH} + {LENGTH}, '%Y-%m-%d') AS ends_before,
       {account} AS category,
       'beancount sums' || CASE WHEN trim(month) <> '' THEN ' by month'
                                WHEN trim(year) <> '' THEN ' by year' ELSE '' END AS series,
       {CURRENCY.format("sum_position")} AS currency,
       {FIGURE.format("sum_position")} AS amount
FROM source
"""


SUM_RULES = (
    Rule(
        f"NOT coalesce(regexp_matches(trim(sum_position), '{POSITION}'), false)",
        "sum_position",
        UNREADABLE,
    ),
    Rule("NOT regexp_matches(coalesce(trim(year), ''), '^([0-9]{4})?$')", "year", "is not a year"),
    Rule(
        "NOT regexp_matches(coalesce(trim(month), ''), '^(0?[1-9]|1[0-2])?$') "
        "OR (trim(month) <> '' AND coalesce(trim(year), '') = '')",
        "month",
        "is not a month of a year",
    ),
)
PERIOD = frozenset({"year", "month"})
SUMS = Importer(
    name="beancount-sums",
    about="bean-query -f csv: sums of positions by account",
    posts=(
        Posts(SPEND, _sums(BEANCOUNT_ID, "trim(account)")),
        Posts(CAMPAIGNS, CAMPAIGN_ROW.format(tool="beancount", rows=IN_ROWS), distinct=True),
    ),
    required=frozenset({"account", "sum_position"}),
    optional=PERIOD,
    aliases=SUM_ALIASES,
    settings=(ACCOUNT, *SETTINGS),
    rules=SUM_RULES,
    aside=ASIDE,
    provenance=PROVENANCE,
    notes=__doc__,
)
SUM = Importer(
    name="beancount-sum",
    about="bean-query -f csv: one sum of positions",
    posts=(
        Posts(SPEND, _sums("getvariable('campaign')", "NULL")),
        Posts(
            CAMPAIGNS,
            """
SELECT source_row,
       getvariable('campaign') AS campaign_id,
       getvariable('campaign') AS record_key,
       coalesce(getvariable('organisation'), getvariable('campaign')) AS organisation,
       getvariable('campaign') AS name
FROM source
""",
            distinct=True,
        ),
    ),
    required=frozenset({"sum_position"}),
    optional=PERIOD,
    aliases=SUM_ALIASES,
    settings=(ONE_CAMPAIGN, ORGANISATION, RECORD, OBSERVED_ON),
    rules=SUM_RULES,
    provenance=PROVENANCE,
    notes=__doc__,
)
IMPORTERS = (POSTINGS, POSITIONS, SUMS, SUM)
