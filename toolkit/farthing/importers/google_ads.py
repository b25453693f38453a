"""Google Ads: what the account itself paid and got, by campaign or by day, as a table.

Origin
    ads.google.com: a report of accounts, campaigns, ad groups, ads, keywords, search terms, places
    or people (CSV, "Excel CSV", which is UTF-16 with tabs, or a workbook), those of AdWords before
    2018, and the cards of its Overview, each with a file of its own. Headers may be in English,
    German, French, Spanish, Italian, Dutch or Portuguese. Any other columns may be there.
Columns
    Of a report ``Campaign`` and ``Cost``, with ``Impr.``, ``Clicks``, ``Currency code`` or a status
    or type of the campaign, below a title and the days it covers; ``Day``, ``Device`` and other
    segments, IDs, ``Ad group``, ``Keyword``, and ``Budget`` with its type. Of the card of campaigns
    ``Campaign Name``, ``Cost``, ``Clicks``; of that of changes the same, and what is compared with,
    which is left alone; of the others ``Date``, ``Device``, ``Network`` or ``Search``, ``Clicks``,
    and ``Cost`` or no money at all. A card of words counts each search several times, and is none.
Traps
    ``--`` is not reported, which is unknown and never none. Rows ``Total: …`` at the end, up to
    seven of them, restate the money and are set aside. The days stand above the header, or in the
    name of a card's file; ``All time`` is no days, and neither is a report without a title: its
    rows add up with those of its file only. Days in words of other languages than those of the
    headers are kept as the name of the series, and not as dates. Which mark begins the decimals
    is told by the figures, not by the language: ``12.345`` clicks are thousands. Levels, segments
    and periods tell of the same money, and so do exports with and without IDs: each is a series,
    but days and calendar months add up. Amounts of a card have a sign and no currency: ``₹``,
    ``€``, ``R$`` and ``CA$`` tell, ``$``, ``kr`` and ``¥`` may be several and are declared. Two
    campaigns can have one name, or all that of the placeholder ``Campaign Name``: each row is kept.
    A daily budget is a rate and goes to ``statements``; one for the whole goes to ``budgets``.
    Without columns for IDs or the account, campaigns of two accounts that have one name are one,
    unless ``organisation`` is declared; cards that name no campaign and no account need it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from farthing.importer import DAY, Importer, Posts, Provenance, Rule, Setting
from farthing.importers.google_ads_cells import (
    DATES,
    DECIMALS,
    OPEN,
    UNORDERED,
    WINDOW,
    WINDOW_DAYS,
    currency_of,
    day,
    figure,
    money,
    reported,
)
from farthing.importers.google_ads_names import (
    COST,
    DAILY,
    EVIDENCE,
    NAMES,
    PLACES,
    SEGMENTS,
    TOTAL,
    WHOLE,
)
from farthing.importers.meta_ads import grain, short
from farthing.ledgers.budgets import BUDGETS
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.reach import REACH
from farthing.ledgers.spend import SPEND
from farthing.ledgers.statements import STATEMENTS

CURRENCY = Setting(
    name="currency",
    about="the currency of its amounts",
    values="[A-Z]{3}",
    example="GBP",
    in_header=rf"^(?:{COST}) \(([A-Z]{{3}})\)$",
    in_rows=f"""
SELECT DISTINCT {currency_of('"Cost"')} FROM source
WHERE "Cost" NOTNULL AND {reported("Currency code")} IS NULL
UNION ALL
SELECT max('as each row says') FROM source WHERE {reported("Currency code")} NOTNULL""",
)
ORGANISATION = Setting(
    name="organisation",
    about="whose account it is, where no column says so",
    values=".+",
    example="Labour",
    required=False,
)
#: Of a table of accounts; a row that names none is refused or a total.
EACH_ROW = "as each row says"
ACCOUNT = Setting(
    name=ORGANISATION.name,
    about=ORGANISATION.about,
    values=ORGANISATION.values,
    example=ORGANISATION.example,
    in_rows=f"""
SELECT max('{EACH_ROW}') FROM source
WHERE coalesce({reported("Account name")}, {reported("Customer ID")}) NOTNULL""",
)
OBSERVED = Setting(
    name="observed_on",
    about="the day it was exported; of two exports of the same days the later one counts",
    values=DAY,
    example="2026-02-04",
    required=False,
)
#: What tells one ad from another where there is no ID.
AD = ("Ad", "Headline", "Final URL", "Ad type")
BY = ", ".join(
    f"CASE WHEN {reported(name)} NOTNULL THEN ' by {name.lower()}' END" for name in SEGMENTS
)
VALUES = ", ".join(reported(name) for name in SEGMENTS)

#: The rows as all the ledgers see them. Only what is named is taken from ``source``.
LINES = f"""
WITH window_days AS ({WINDOW_DAYS}), cells AS (
  SELECT source_row,
         coalesce({reported("Campaign")}, 'all campaigns') AS campaign,
         "Campaign" NOTNULL AS is_campaign,
         nullif(regexp_extract("Campaign ID", '[0-9]+'), '') AS campaign_key,
         coalesce({reported("Account name")},
                  nullif(getvariable('organisation'), '{EACH_ROW}')) AS account,
         nullif(regexp_replace("Customer ID", '[^0-9]', '', 'g'), '') AS account_key,
         {reported("Ad group ID")} AS ad_group_key,
         coalesce({reported("Ad group ID")}, {short(reported("Ad group"))}) AS ad_group,
         {reported("Ad ID")} AS ad_key,
         coalesce({", ".join(reported(name) for name in AD)}) AS an_ad,
         coalesce({reported("Ad ID")}, {short(f"concat_ws('|', {', '.join(map(reported, AD))})")})
           AS ad,
         {reported("Keyword")} AS keyword,
         {reported("Search term")} AS search_term,
         concat_ws('|', {short(reported("Keyword"))}, {reported("Match type")},
                   {short(reported("Search term"))}) AS terms,
         coalesce({reported("Currency code")}, nullif(getvariable('currency'), 'as each row says'))
           AS currency,
         "Cost" NOTNULL AND (
           trim("Cost") <> '' OR coalesce({reported("Impr.")}, {reported("Clicks")}, '0') <> '0'
         ) AS costs,
         {reported("Cost")} AS cost,
         {reported("Impr.")} AS shown,
         {reported("Clicks")} AS clicks,
         {reported("Budget")} AS budget,
         lower(coalesce({reported("Budget type")}, '')) AS kind,
         {reported("Budget name")} AS budget_name,
         {reported("Age")} AS age,
         lower({reported("Gender")}) AS gender,
         nullif(concat_ws(', ', {", ".join(map(reported, PLACES))}), '') AS area,
         concat_ws('', {BY}) AS divided_by,
         concat_ws('|', {VALUES}) AS parts,
         coalesce({day(reported("Day"))}, {reported("Day")}) AS day_of_row
  FROM source
), dated AS (
  SELECT *,
         CASE WHEN day_of_row NOTNULL THEN day_of_row
              WHEN window_ends NOTNULL THEN window_starts END AS starts,
         CASE WHEN day_of_row NOTNULL THEN day_of_row
              WHEN window_starts NOTNULL THEN window_ends END AS ends,
         'google-ads:' || coalesce(
           campaign_key,
           concat_ws('|', coalesce(account_key, {short("account")}), {short("campaign")})
         ) AS campaign_id
  FROM cells, window_days
), named AS (
  SELECT *,
         'google ads by '
           || concat_ws(', ',
                CASE WHEN NOT is_campaign THEN 'account'
                     WHEN campaign_key NOTNULL THEN 'campaign ID'
                     WHEN account_key NOTNULL THEN 'account ID, campaign'
                     WHEN account NOTNULL THEN 'account, campaign' ELSE 'campaign' END,
                CASE WHEN ad_group_key NOTNULL THEN 'ad group ID'
                     WHEN ad_group NOTNULL THEN 'ad group' END,
                CASE WHEN ad_key NOTNULL THEN 'ad ID' WHEN an_ad NOTNULL THEN 'ad' END,
                CASE WHEN keyword NOTNULL THEN 'keyword' END,
                CASE WHEN search_term NOTNULL THEN 'search term' END)
           || divided_by
           || CASE WHEN starts IS NULL AND getvariable('window') NOTNULL
                   THEN ' of ' || getvariable('window') ELSE {grain("starts", "ends")} END AS series
  FROM dated
), line AS (
  SELECT *, concat_ws('|', series, campaign_id, ad_group, nullif(ad, ''), nullif(terms, ''),
                      parts, starts, ends) AS record_key
  FROM named
)
"""

CAMPAIGN = f"""{LINES}
SELECT source_row, campaign_id, campaign_id AS record_key,
       coalesce(account, campaign) AS organisation, campaign AS name
FROM line
"""

SPENT = f"""{LINES}
SELECT source_row, campaign_id, record_key, series, currency,
       'platform' AS record,
       CASE WHEN starts = ends THEN starts END AS incurred_on,
       CASE WHEN starts IS DISTINCT FROM ends THEN starts END AS starts_on,
       CASE WHEN starts IS DISTINCT FROM ends THEN day_after(ends) END AS ends_before,
       'Google' AS payee,
       'google' AS channel,
       {money("cost")} AS amount
FROM line
WHERE costs
"""

REACHED = f"""{LINES}, counts AS (
  SELECT *, unnest([{{'measure': 'impressions', 'amount': shown}},
                    {{'measure': 'clicks', 'amount': clicks}}]) AS counted
  FROM line
)
SELECT source_row, campaign_id, series,
       record_key || '|' || counted.measure AS record_key,
       starts AS starts_on,
       day_after(ends) AS ends_before,
       'google' AS channel,
       counted.measure AS measure,
       CASE WHEN age NOTNULL AND gender NOTNULL THEN 'age_gender' WHEN age NOTNULL THEN 'age'
            WHEN gender NOTNULL THEN 'gender' WHEN area NOTNULL THEN 'area'
            ELSE 'all' END AS segment_kind,
       coalesce(nullif(concat_ws(' ', age, gender), ''), area) AS segment,
       {figure("counted.amount")} AS amount
FROM counts
WHERE counted.amount NOTNULL
"""

#: Budgets, which each row of theirs repeats; one that has a name is shared by campaigns.
BUDGET = f"""{LINES}, budgets AS (
  SELECT min(source_row) AS source_row, campaign_id, budget_name, currency, kind,
         regexp_matches(kind, '{WHOLE}') AS is_whole,
         {money("budget")} AS amount
  FROM line WHERE regexp_matches(budget, '[1-9]')
  GROUP BY ALL
)
"""

POSTS = (
    Posts(SPEND, SPENT),
    Posts(REACH, REACHED),
    Posts(CAMPAIGNS, CAMPAIGN, distinct=True),
    Posts(
        BUDGETS,
        f"""{BUDGET}
SELECT source_row, campaign_id, 'budget|' || campaign_id AS record_key, 'approved' AS stage,
       currency, 'Google Ads report' AS said_by, 'asserted' AS modality, amount,
       'shared: ' || budget_name AS note
FROM budgets WHERE is_whole
""",
        distinct=True,
    ),
    Posts(
        STATEMENTS,
        f"""{BUDGET}
SELECT min(source_row) AS source_row,
       'budget|' || coalesce('shared|' || budget_name, campaign_id) || '|' || kind AS record_key,
       CASE WHEN kind IN {DAILY} THEN 'daily budget of '
            ELSE 'budget, daily or for the whole, of ' END
         || coalesce('all that share ' || budget_name, campaign_id) AS quantity,
       currency AS unit, 'Google Ads report' AS said_by, 'asserted' AS modality, amount
FROM budgets WHERE NOT is_whole
GROUP BY ALL
""",
        distinct=True,
    ),
)
CURRENCY_DIFFERS = Rule(
    f"{reported('Currency code')} <> getvariable('currency') "
    "AND getvariable('currency') <> 'as each row says'",
    "Currency code",
    "is not the currency that was declared",
)
NO_CAMPAIGN = Rule(
    f"{reported('Campaign')} IS NULL", None, "the row names no campaign and is no total"
)
NO_ID = Rule(
    r"""NOT regexp_matches("Campaign ID", '^\s*[0-9]*\s*$')""",
    "Campaign ID",
    "is no ID: digits alone (Excel rounds them)",
)
PARTS = ("Account name", "Customer ID", "Day", "Device", "Network", "Search term")
OF_NO_PART = f"coalesce({', '.join(map(reported, PARTS))}) IS NULL"
NO_PART = Rule(OF_NO_PART, None, "the row is of no account, day, device, network or search")
NO_CURRENCY = Rule(
    f"""{reported("Cost")} NOTNULL AND coalesce({reported("Currency code")},
    getvariable('currency')) IS NULL""",
    "Cost",
    "is in no currency: declare it, as in --declare currency=GBP",
)
NAMED_TOTAL = Rule(
    f"regexp_full_match(trim(\"Campaign\"), '({TOTAL}|Grand total)( - .*)?')",
    "Campaign",
    "is what a total is called: take the row out, or rename the campaign",
)
WEEKDAY = Rule(
    f"""regexp_matches("Day", '^[A-Z][a-z]{{2}},')
    AND left(trim("Day"), 3) <> strftime({day('"Day"')}::DATE, '%a')""",
    "Day",
    "names a weekday that it is not",
)
REPORT = frozenset({"Campaign", "Cost"})
CARD = frozenset({"Campaign Group Name", "Cost (Comparison)"})
OF_NO_CAMPAIGN = (
    *(r"Avg\. (?:CP[CM]|cost)", "CTR", "Conversions", r"Conv\. .*", r"Cost / conv\."),
    *("Interactions", "Interaction rate", r"Optimi[sz]ation score", "(?:Account )?[Ss]tatus"),
)
COLUMNS = frozenset(NAMES)

GOOGLE_ADS = Importer(
    name="google-ads",
    about="Google Ads report of campaigns, ads, keywords or places: money, impressions and clicks",
    posts=POSTS,
    required=REPORT,
    one_of=EVIDENCE,
    optional=COLUMNS - REPORT,
    aliases={f"(?:{'|'.join(names)})": known for known, names in NAMES.items()},
    others=(rf"(?!(?:{'|'.join(map(re.escape, CARD))})$).*",),
    settings=(CURRENCY, WINDOW, DECIMALS, DATES, ORGANISATION, OBSERVED),
    rules=(
        NO_CAMPAIGN,
        NAMED_TOTAL,
        NO_ID,
        CURRENCY_DIFFERS,
        OPEN,
        UNORDERED,
        WEEKDAY,
    ),
    aside=f"""
CASE WHEN regexp_matches(trim("Campaign"), '^({TOTAL})[\\s\\p{{Z}}]*:')
       OR ({reported("Campaign")} IS NULL
           AND regexp_matches(source::VARCHAR, ': ''?({TOTAL})([\\s\\p{{Z}}]*:| - |''?[,}}])'))
     THEN 'a total, which restates the rows above' END""",
    dates="yyyy-mm-dd or 3 Nov 2025",
    locale="en_GB",
    provenance=Provenance(publisher="Google", origin_id="google-ads"),
    notes=__doc__,
)
GOOGLE_ADS_CARD = replace(
    GOOGLE_ADS,
    name="google-ads-card",
    about="Google Ads Overview, the cards of campaigns and of changes: money and clicks",
    one_of=CARD,
    others=(".*",),
    ends_open=True,
)
OF_ACCOUNT = replace(
    GOOGLE_ADS,
    name="google-ads-account",
    about="Google Ads report of accounts, and Overview, the cards of days, devices, networks and "
    "searches: what the whole account got and, where it says so, paid",
    posts=tuple(
        replace(one, select=one.select.replace('"Campaign"', "NULL::VARCHAR")) for one in POSTS
    ),
    required=frozenset({"Clicks"}),
    one_of=frozenset({"Cost", "Avg. CPC"}),
    optional=COLUMNS - {"Campaign", "Clicks"},
    others=OF_NO_CAMPAIGN,
    settings=(
        replace(CURRENCY, required=False),
        *GOOGLE_ADS.settings[1:-2],
        ACCOUNT,
        OBSERVED,
    ),
    rules=(NO_PART, NO_CURRENCY, OPEN, UNORDERED, WEEKDAY),
    aside=f"""
CASE WHEN regexp_matches(concat_ws('|', "Account name", "Customer ID"), '^({TOTAL})[\\s\\p{{Z}}]*:')
       OR ({OF_NO_PART}
           AND regexp_matches(source::VARCHAR, ': ''?({TOTAL})([\\s\\p{{Z}}]*:| - )'))
     THEN 'a total, which restates the rows above' END""",
    ends_open=True,
)
IMPORTERS = (GOOGLE_ADS, GOOGLE_ADS_CARD, OF_ACCOUNT)
