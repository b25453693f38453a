"""Google Ads: what the account itself paid and got, by campaign or by day, as a table.

Origin
    ads.google.com: a report of campaigns (CSV, "Excel CSV", which is UTF-16 with tabs, or a
    workbook), and the cards of its Overview, each with a file of its own. Headers of reports may
    be in English, German or French. Any other columns may be there.
Columns
    Of a report ``Campaign``, ``Cost`` and ``Impr.``, below a title and the days it covers;
    ``Currency code``, ``Clicks``, ``Day``, ``Device`` and other segments, IDs, ``Ad group``, and
    ``Budget`` with its type. Of the card of campaigns ``Campaign Name``, ``Cost``, ``Clicks``; of
    that of days ``Date``, ``Clicks``, ``Impressions`` and no money at all.
Traps
    ``--`` is not reported, which is unknown and never none. Rows ``Total: …`` at the end, up to
    seven of them, restate the money and are set aside. The days stand above the header, or in the
    name of a card's file; ``All time`` is no days, and neither is a report without a title: its
    rows add up with those of its file only. Days in other words than English are kept as the name
    of the series, and not as dates. Levels, segments and periods tell of the same money, and so
    do exports with and without IDs: each is a series, but days and calendar months add up.
    Amounts of a card have a sign and no currency: ``₹``, ``€`` and ``£`` tell, ``$`` and ``kr``
    may be several and are declared. Two campaigns can have one name, or all that of the
    placeholder ``Campaign Name``: each row is kept. A daily budget is a rate and goes to
    ``statements``; one for the whole goes to ``budgets``. Without columns for IDs or the account,
    campaigns of two accounts that have one name are one, unless ``organisation`` is declared; the
    card of days names no campaign and needs it.
"""

from __future__ import annotations

from dataclasses import replace

from farthing.importer import DAY, Importer, Posts, Provenance, Rule, Setting
from farthing.importers.meta_ads import grain, money, short
from farthing.ledgers.budgets import BUDGETS
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.reach import REACH
from farthing.ledgers.spend import SPEND
from farthing.ledgers.statements import STATEMENTS

#: Columns by the names that languages and cards have for them.
NAMES = {
    "Campaign": ("Campaign", "Campaign Name", "Kampagne", "Campagne"),
    "Cost": ("Cost", "Kosten", "Coût"),
    "Impr.": (r"Impr\.", "Impressions", "Impressionen"),
    "Clicks": ("Clicks", "Klicks", "Clics"),
    "Day": ("Day", "Date", "Tag", "Jour"),
    "Currency code": ("Currency code", "Währungscode", "Code de devise"),
    "Campaign ID": ("Campaign ID", "Kampagnen-ID", "ID de campagne"),
    "Account name": ("Account name", "Account", "Kontoname", "Nom du compte"),
    "Customer ID": ("Customer ID", "Kundennummer", "Numéro client", "ID client"),
    "Ad group": ("Ad group", "Anzeigengruppe", "Groupe d['’]annonces"),
    "Ad group ID": ("Ad group ID", "Anzeigengruppen-ID"),
    "Ad ID": ("Ad ID", "Anzeigen-ID"),
    "Keyword": ("Keyword", "Search keyword"),
    "Device": ("Device", "Devices", "Gerät", "Appareil"),
    "Network": (r"Network( \(with search partners\))?",),
    "Location": ("Location", "Country/Territory"),
    "Age": ("Age",),
    "Gender": ("Gender",),
    "Hour": ("Hour of the day", "Hour"),
    "Week": ("Week", "Woche", "Semaine"),
    "Month": ("Month", "Monat", "Mois"),
    "Budget": ("Budget",),
    "Budget type": ("Budget type", "Budgettyp", "Type de budget"),
    "Budget name": ("Budget name",),
}
SEGMENTS = ("Device", "Network", "Location", "Age", "Gender", "Hour", "Week", "Month")

SIGNS = """
SELECT CASE WHEN "Cost" LIKE '%₹%' THEN 'INR' WHEN "Cost" LIKE '%€%' THEN 'EUR'
            WHEN "Cost" LIKE '%£%' THEN 'GBP' END FROM source WHERE "Cost" NOTNULL"""
CURRENCY = Setting(
    name="currency",
    about="the currency of its amounts",
    values="[A-Z]{3}",
    example="GBP",
    in_rows=f"""
SELECT DISTINCT * FROM ({SIGNS} AND nullif(trim("Currency code"), '') IS NULL)
UNION ALL
SELECT max('as each row says') FROM source WHERE nullif(trim("Currency code"), '') NOTNULL""",
)
WINDOW = Setting(
    name="window",
    about="the days it covers",
    values=f"{DAY} to {DAY}|All time",
    example="2025-11-03 to 2026-02-03",
    in_titles=r'^"?(All time|Gesamter Zeitraum|Toutes les dates|Toute la période'
    r"|.{6,}[0-9]{4} ?[-–—] ?.{6,}[0-9]{4}"
    r'|[A-Z][a-z]+ [0-9]{1,2}, [0-9]{4}|[0-9]{1,2} [A-Z][a-z]+ [0-9]{4})"?,*$',
    in_name=r"([0-9]{4}\.[0-9]{2}\.[0-9]{2}-[0-9]{4}\.[0-9]{2}\.[0-9]{2})",
    required=False,
)
ORGANISATION = Setting(
    name="organisation",
    about="whose account it is, where no column says so",
    values=".+",
    example="Labour",
    required=False,
)
OBSERVED = Setting(
    name="observed_on",
    about="the day it was exported; of two exports of the same days the later one counts",
    values=DAY,
    example="2026-02-04",
    required=False,
)


def _cell(name: str) -> str:
    """Return the SQL of a cell, NULL where it is blank or not reported."""
    return f"""nullif(nullif(trim("{name}"), '--'), '')"""


#: The ways Google writes a day.
FORMS = (
    "['%Y-%m-%d', '%Y.%m.%d', '%a, %d %b %Y', '%a, %b %d, %Y', '%d %b %Y', '%b %d, %Y', "
    "'%d %B %Y', '%B %d, %Y']"
)


def _iso(day: str) -> str:
    """Return the SQL of a day as yyyy-mm-dd, NULL where it cannot be read."""
    return f"strftime(try_strptime({day}, {FORMS}), '%Y-%m-%d')"


#: The first and the last day of the window; NULL of both where it is in other words.
WINDOW_DAYS = f"""
SELECT {_iso("ends[1]")} AS window_starts, {_iso("ends[-1]")} AS window_ends
FROM (
  SELECT string_split_regex(
    regexp_replace(getvariable('window'), '^([0-9.]{{10}})-', '\\1 - '), ' ?[–—] ?| - | to '
  ) AS ends
)
"""
BY = ", ".join(
    f"CASE WHEN {_cell(name)} NOTNULL THEN ' by {name.lower()}' END" for name in SEGMENTS
)
VALUES = ", ".join(_cell(name) for name in SEGMENTS)

#: The rows as all the ledgers see them. Only what is named is taken from ``source``.
LINES = f"""
WITH window_days AS ({WINDOW_DAYS}), cells AS (
  SELECT source_row,
         coalesce({_cell("Campaign")}, 'all campaigns') AS campaign,
         "Campaign" NOTNULL AS is_campaign,
         nullif(regexp_extract("Campaign ID", '[0-9]+'), '') AS campaign_key,
         coalesce({_cell("Account name")}, getvariable('organisation')) AS account,
         nullif(regexp_replace("Customer ID", '[^0-9]', '', 'g'), '') AS account_key,
         {_cell("Ad group ID")} AS ad_group_key,
         coalesce({_cell("Ad group ID")}, {short(_cell("Ad group"))}) AS ad_group,
         {_cell("Ad ID")} AS ad,
         {short(_cell("Keyword"))} AS keyword,
         coalesce({_cell("Currency code")}, nullif(getvariable('currency'), 'as each row says'))
           AS currency,
         "Cost" NOTNULL AND (
           trim("Cost") <> '' OR coalesce({_cell("Impr.")}, {_cell("Clicks")}, '0') <> '0'
         ) AS costs,
         {_cell("Cost")} AS cost,
         {_cell("Impr.")} AS shown,
         {_cell("Clicks")} AS clicks,
         {_cell("Budget")} AS budget,
         lower(coalesce({_cell("Budget type")}, '')) AS kind,
         {_cell("Budget name")} AS budget_name,
         {_cell("Age")} AS age,
         lower({_cell("Gender")}) AS gender,
         {_cell("Location")} AS area,
         concat_ws('', {BY}) AS divided_by,
         concat_ws('|', {VALUES}) AS parts,
         coalesce({_iso(_cell("Day"))}, {_cell("Day")}) AS day_of_row
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
                CASE WHEN ad NOTNULL THEN 'ad ID' END,
                CASE WHEN keyword NOTNULL THEN 'keyword' END)
           || divided_by
           || CASE WHEN starts IS NULL AND getvariable('window') NOTNULL
                   THEN ' of ' || getvariable('window') ELSE {grain("starts", "ends")} END AS series
  FROM dated
), line AS (
  SELECT *, concat_ws('|', series, campaign_id, ad_group, ad, keyword, parts, starts, ends)
           AS record_key
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
       counted.amount AS amount
FROM counts
WHERE counted.amount NOTNULL
"""

#: Budgets, which each row of theirs repeats; one that has a name is shared by campaigns.
BUDGET = f"""{LINES}, budgets AS (
  SELECT min(source_row) AS source_row, campaign_id, budget_name, currency, kind,
         kind SIMILAR TO '.*(total|gesamt).*' AS is_whole,
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
    ),
    Posts(
        STATEMENTS,
        f"""{BUDGET}
SELECT min(source_row) AS source_row,
       'budget|' || coalesce('shared|' || budget_name, campaign_id) || '|' || kind AS record_key,
       CASE WHEN kind IN ('daily', 'täglich', 'quotidien') THEN 'daily budget of '
            ELSE 'budget, daily or for the whole, of ' END
         || coalesce('all that share ' || budget_name, campaign_id) AS quantity,
       currency AS unit, 'Google Ads report' AS said_by, 'asserted' AS modality, amount
FROM budgets WHERE NOT is_whole
GROUP BY ALL
""",
    ),
)
CURRENCY_DIFFERS = Rule(
    f"{_cell('Currency code')} <> getvariable('currency') "
    "AND getvariable('currency') <> 'as each row says'",
    "Currency code",
    "is not the currency that was declared",
)
NO_CAMPAIGN = Rule(
    f"{_cell('Campaign')} IS NULL", None, "the row names no campaign and is no total"
)
NO_ID = Rule(
    r"""NOT regexp_matches("Campaign ID", '^\s*[0-9]*\s*$')""",
    "Campaign ID",
    "is no ID: digits alone (Excel rounds them)",
)
WEEKDAY = Rule(
    f"""regexp_matches("Day", '^[A-Z][a-z]{{2}},')
    AND left(trim("Day"), 3) <> strftime(try_strptime(trim("Day"), {FORMS}), '%a')""",
    "Day",
    "names a weekday that it is not",
)
TOTAL = r"(Total|Totale|Gesamt|Insgesamt)[\s\p{Z}]*:"
REPORT = frozenset({"Campaign", "Cost", "Impr."})
CARD = frozenset({"Campaign", "Campaign Group Name", "Cost"})
DAYS = frozenset({"Day", "Clicks", "Impr.", "Avg. CPC"})

GOOGLE_ADS = Importer(
    name="google-ads",
    about="Google Ads report of campaigns: money, impressions and clicks",
    posts=POSTS,
    required=REPORT,
    optional=frozenset(NAMES) - REPORT,
    aliases={f"(?:{'|'.join(names)})": known for known, names in NAMES.items()},
    others=(r"(?!Campaign Group Name$).*",),
    settings=(CURRENCY, WINDOW, ORGANISATION, OBSERVED),
    rules=(NO_CAMPAIGN, NO_ID, CURRENCY_DIFFERS, WEEKDAY),
    aside=f"""
CASE WHEN regexp_matches(trim("Campaign"), '^{TOTAL}')
       OR ({_cell("Campaign")} IS NULL AND regexp_matches(source::VARCHAR, ': ''?{TOTAL}'))
     THEN 'a total, which restates the rows above' END""",
    dates="yyyy-mm-dd or 3 Nov 2025",
    provenance=Provenance(publisher="Google", origin_id="google-ads"),
    notes=__doc__,
)
GOOGLE_ADS_CARD = replace(
    GOOGLE_ADS,
    name="google-ads-card",
    about="Google Ads Overview, the card of campaigns: money and clicks",
    required=CARD,
    optional=frozenset(NAMES) - CARD,
    others=(".*",),
    ends_open=True,
)
GOOGLE_ADS_DAYS = replace(
    GOOGLE_ADS,
    name="google-ads-days",
    about="Google Ads Overview, the card of days: impressions and clicks of the whole account",
    required=DAYS,
    optional=frozenset({*NAMES, "CTR"}) - DAYS,
    others=(r"Avg\. CPM", "Conversions", "Conv\\. .*", "Cost / conv\\."),
    settings=(
        replace(CURRENCY, required=False),
        WINDOW,
        replace(ORGANISATION, required=True),
        OBSERVED,
    ),
    rules=(WEEKDAY,),
    aside=None,
    ends_open=True,
)
IMPORTERS = (GOOGLE_ADS, GOOGLE_ADS_CARD, GOOGLE_ADS_DAYS)
