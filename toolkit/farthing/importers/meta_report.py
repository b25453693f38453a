"""Meta Ad Library Report: money by page and disclaimer over a window of days, as CSV.

Origin
    facebook.com/ads/library/report, downloaded by country and window as a ZIP: ``advertisers``,
    ``locations`` and a file a region. The layout of 2019 has no page IDs and no currency.
Columns
    ``Page ID`` (from 2022), ``Page name``, ``Disclaimer``, ``Amount spent (EUR)``, ``Number of
    ads in Library``; of locations ``Location name`` and the amount.
Traps
    ``≤100`` is anything from nothing to 100, and most rows are that. A page has a row for each
    disclaimer; without page IDs, and where the ID is 0, two pages of one name are told apart by
    their rows alone. Windows overlap (a week is in the month, and all are in the time since the
    start), and regions are parts of the advertisers' rows: each window and table is a series of
    its own, and two series are never added. The sum by location is not the sum by advertiser,
    since each leaves out what is below its own 100. The country, the window and the day are in
    the name of the file or of its ZIP; a browser numbers copies of one name. The last row has no
    line end, so that a file cut off at the end of a row looks whole.
"""

from __future__ import annotations

from farthing.importer import DAY, Importer, Posts, Provenance, Rule, Setting
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.spend import SPEND

WINDOWS = "yesterday|last_[0-9]+_days|lifelong|SpendingToDate|ThisWeekSpending"
#: A name is searched from its end: what the file is called goes before what its ZIP is.
COUNTRY = Setting(
    name="country",
    about="the country it is of, as two letters",
    values="[A-Z]{2}",
    example="GB",
    in_name=rf".*(?:Report|_)([A-Z]{{2}})(?:{DAY}|_(?:{WINDOWS}))",
)
WINDOW = Setting(
    name="window",
    about="the days it covers",
    values=WINDOWS,
    example="last_30_days",
    in_name=f".*({WINDOWS})",
)
CURRENCY = Setting(
    name="currency",
    about="the currency of its amounts",
    values="[A-Z]{3}",
    example="GBP",
    in_header=r"Amount [Ss]pent \(([A-Z]{3})\)",
)
REGION = Setting(
    name="region",
    about="the region that the file is of",
    values=".+",
    example="Brussels",
    in_name=rf"_(?:{WINDOWS})_(?!advertisers\b|locations\b)([^/]+?)(?: ?\([0-9]+\))?\.csv$",
)
OBSERVED = Setting(
    name="observed_on",
    about="the last day of its window, or the day it was downloaded",
    values=DAY,
    example="2019-05-11",
    in_name=f".*({DAY})",
)
PROVENANCE = Provenance(publisher="Meta", origin_id="meta-ad-library")

#: The page and who is named as paying; a page of many disclaimers is as many lines of work. A
#: long disclaimer is cut, and told from others that begin as it does by a hash of it.
PAGE = """coalesce(nullif(nullif(trim("Page ID"), ''), '0'), name_of("Page name"))"""
DISCLAIMER = """name_of(coalesce("Disclaimer", ''))"""
CAMPAIGN_ID = f"""'meta:' || {PAGE} || '|' ||
  CASE WHEN length({DISCLAIMER}) <= 100 THEN {DISCLAIMER}
       ELSE left({DISCLAIMER}, 90) || '~' || left(md5({DISCLAIMER}), 8) END"""
NAME = """coalesce(nullif(trim("Page name"), ''), 'page ' || "Page ID")"""

CAMPAIGN = f"""
SELECT source_row,
       {CAMPAIGN_ID} AS campaign_id,
       {CAMPAIGN_ID} AS record_key,
       {NAME} AS organisation,
       nullif(trim("Disclaimer"), 'These ads ran without a disclaimer') AS asked_by,
       {NAME} AS name
FROM source
"""
PAGE_RULES = (
    Rule(
        "NOT regexp_matches(trim(\"Page ID\"), '^[0-9]*$')",
        "Page ID",
        "is no ID of a page: it has digits alone, which a spreadsheet cuts short",
    ),
    Rule(f"coalesce({PAGE}, '') = ''", "Page name", "is blank, and the page has no ID"),
)

#: The days of a window, the last of which is in the name of the file.
PERIOD = """
CASE WHEN getvariable('window') = 'yesterday' THEN getvariable('observed_on')
     WHEN getvariable('window') = 'ThisWeekSpending'
       THEN strftime(getvariable('observed_on')::DATE - 6, '%Y-%m-%d')
     WHEN getvariable('window') LIKE 'last_%'
       THEN strftime(getvariable('observed_on')::DATE + 1
              - regexp_extract(getvariable('window'), '[0-9]+')::INTEGER, '%Y-%m-%d')
END AS starts_on,
day_after(getvariable('observed_on')) AS ends_before"""

#: A day of its own adds up with other days; of every other window each day has one of its own.
SERIES = """'meta report ' || getvariable('country') || ' ' || {table} || getvariable('window')
  || CASE WHEN getvariable('window') IN ('yesterday', 'SpendingToDate', 'lifelong') THEN ''
          ELSE ' to ' || getvariable('observed_on') END"""


def _spend(table: str, campaign_id: str, key: str, category: str) -> str:
    """Return the SELECT of the money, for one of the tables of the report."""
    series = SERIES.format(table=table)
    return f"""
SELECT source_row,
       {campaign_id} AS campaign_id,
       {series} || '|' || {key}
         || CASE WHEN getvariable('window') = 'yesterday'
                 THEN '|' || getvariable('observed_on') ELSE '' END AS record_key,
       'platform' AS record,
       {PERIOD},
       'Meta' AS payee,
       'facebook' AS channel,
       {category} AS category,
       {series} AS series,
       getvariable('currency') AS currency,
       "Amount spent" AS amount
FROM source
"""


PAGE_COLUMNS = frozenset({"Page name", "Disclaimer", "Amount spent"})
ALIASES = {
    r"Amount [Ss]pent( \([A-Z]{3}\))?": "Amount spent",
    "Page Name": "Page name",
    "Location Name": "Location name",
}

META_REPORT = Importer(
    name="meta-report",
    about="Meta Ad Library Report: money by page and disclaimer",
    posts=(
        Posts(SPEND, _spend("''", CAMPAIGN_ID, CAMPAIGN_ID, "NULL")),
        Posts(CAMPAIGNS, CAMPAIGN, distinct=True),
    ),
    required=PAGE_COLUMNS | {"Number of ads in Library"},
    optional=frozenset({"Page ID"}),
    aliases={**ALIASES, "Number of Ads in Library": "Number of ads in Library"},
    settings=(COUNTRY, WINDOW, CURRENCY, OBSERVED),
    rules=PAGE_RULES,
    locale="en_GB",
    ends_open=True,
    provenance=PROVENANCE,
    notes=__doc__,
)
META_REPORT_REGION = Importer(
    name="meta-report-region",
    about="Meta Ad Library Report: money by page and disclaimer in one region",
    posts=(
        Posts(
            SPEND,
            _spend(
                "getvariable('region') || ' '", CAMPAIGN_ID, CAMPAIGN_ID, "getvariable('region')"
            ),
        ),
        Posts(CAMPAIGNS, CAMPAIGN, distinct=True),
    ),
    required=PAGE_COLUMNS,
    optional=frozenset({"Page ID"}),
    aliases=ALIASES,
    settings=(COUNTRY, WINDOW, CURRENCY, OBSERVED, REGION),
    rules=PAGE_RULES,
    locale="en_GB",
    ends_open=True,
    provenance=PROVENANCE,
    notes=__doc__,
)
META_REPORT_LOCATIONS = Importer(
    name="meta-report-locations",
    about="Meta Ad Library Report: money by region, all pages together",
    posts=(
        Posts(
            SPEND,
            _spend(
                "'locations '",
                "'meta:all-pages-' || getvariable('country')",
                'name_of("Location name")',
                '"Location name"',
            ),
        ),
        Posts(
            CAMPAIGNS,
            """
SELECT source_row,
       'meta:all-pages-' || getvariable('country') AS campaign_id,
       'meta:all-pages-' || getvariable('country') AS record_key,
       'all pages in the Meta Ad Library of ' || getvariable('country') AS organisation,
       'all pages in the Meta Ad Library of ' || getvariable('country') AS name
FROM source
""",
            distinct=True,
        ),
    ),
    required=frozenset({"Location name", "Amount spent"}),
    aliases=ALIASES,
    settings=(COUNTRY, WINDOW, CURRENCY, OBSERVED),
    locale="en_GB",
    ends_open=True,
    provenance=PROVENANCE,
    notes=__doc__,
)
IMPORTERS = (META_REPORT, META_REPORT_REGION, META_REPORT_LOCATIONS)
