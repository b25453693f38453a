"""Meta Ads Manager: what the account itself paid and got, by campaign, ad set or ad, as a table.

Origin
    adsmanager.facebook.com, "Export table data" or a report, as CSV or workbook; and the insights
    of the Marketing API written out as CSV or JSON, whose columns are ``campaign_name``,
    ``spend``, ``date_start`` and the like. Headers may be in English, Portuguese, Spanish, French,
    German, Italian, Dutch, Norwegian, Polish, Hungarian, Turkish, Russian, Indonesian, Vietnamese,
    Japanese, Korean, Thai, Arabic or Chinese. Any other columns may be there. A table of ads by
    age and gender of 2017 that is handed round for teaching, with ``spent`` and
    ``fb_campaign_id``, has an importer of its own.
Columns
    ``Campaign name`` and ``Amount spent (EUR)``; ``Day``, or ``Reporting starts`` and ``Reporting
    ends``; ``Reach``, ``Impressions``, ``Clicks (all)``; names and IDs of account, campaign, ad
    set and ad; ``Ad set budget`` with its type; the columns of breakdowns, such as ``Age``. An
    export of ad sets or ads lacks the campaign until the column is added or ``campaign`` declared.
Traps
    ``03-05-2025`` is read as some other day of the file tells, where a part of it is above 12, or
    as declared. ``Reporting starts`` and ``ends`` are those of the whole report beside a ``Day``.
    A ``Month`` or ``Week`` such as ``2025-05-01 - 2025-05-31`` is the period of its row.
    Where there is no end it is unknown, and the rows add up with those of their file only, unless
    ``period=day`` is declared. A row without a campaign above or below all others is the
    account's total and set aside, as is one named Total; a cell ``All`` makes a row a total of
    its own series. Levels and breakdowns tell of the same money, and so do exports with and
    without IDs: each is a series, as is each period but days and calendar months, which add up.
    People reached never do. Rows that are the same stay as many as they are: ad sets whose column
    was left out. A blank amount is nothing where nothing was shown, and unknown where something
    was. An amount finer than a cent, as parts by age have it, lies between two cents: it is that
    range, with what is written in the note. A lifetime budget is money for the whole and goes to
    ``budgets``: under a line of its own that is part of the campaign, where it is an ad set's. A
    daily budget is a rate, and goes to ``statements``; so does one that does not say which it is.
    Without columns for IDs or the account, campaigns of two accounts that have one name are one,
    unless ``organisation`` is declared; with them a campaign has another name, which ``links`` can
    make one with the first. Of two exports of one day the later counts, where ``observed_on`` is
    declared: the days in the name of a file are those it is about.
"""

from __future__ import annotations

from dataclasses import replace

from farthing.importer import DAY, Importer, Posts, Provenance, Rule, Setting
from farthing.importers.meta_ads_names import (
    ALL,
    API_BREAKDOWNS,
    BREAKDOWNS,
    NAMES,
    SPENT_IN,
    STRETCHES,
    TOTALS,
)
from farthing.ledgers.budgets import BUDGETS
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.reach import REACH
from farthing.ledgers.spend import SPEND
from farthing.ledgers.statements import STATEMENTS

REQUIRED = frozenset({"Amount spent"})

CURRENCY = Setting(
    name="currency",
    about="the currency of its amounts",
    values="[A-Z]{3}",
    example="GBP",
    in_header=rf"^(?i:{SPENT_IN}) \(([A-Z]{{3}})\)$",
    in_rows="""
SELECT max('as each row says') FROM source WHERE nullif(trim("Currency"), '') NOTNULL""",
)
PARTS = r"'^\s*(\d{1,2})([-/.])(\d{1,2})[-/.]\d{4}\s*$'"
STRETCH = rf"^\s*({DAY}) - ({DAY})\s*$"
#: A day with dots has the day first wherever it is written; of the others some row must tell.
DATES = Setting(
    name="dates",
    about="the order of its dates",
    values="DMY|MDY",
    example="DMY",
    in_rows="""
SELECT DISTINCT days FROM gathered WHERE days <> 'YMD'
UNION ALL
SELECT 'YMD' WHERE (SELECT bool_and(days IS NOT DISTINCT FROM 'YMD') FROM gathered)
""",
)
PERIODS = ("Reporting starts", "Reporting ends")
WRITTEN = "yyyy-mm-dd, dd-mm-yyyy or mm/dd/yyyy"
ORGANISATION = Setting(
    name="organisation",
    about="whose account it is, where no column says so",
    values=".+",
    example="Labour",
    required=False,
)
PERIOD = Setting(
    name="period",
    about="how long a row runs from its 'Reporting starts', where no column says when it ends",
    values="day",
    example="day",
    required=False,
)
#: Parts of an amount, by age or by hour, have six decimals, and figures that went through binary
#: fractions nine. Of four and more no locale makes thousands; of three one must be told.
POINT = Setting(
    name="point",
    about="what a point is before three digits, as in 1.234",
    values="decimal",
    example="decimal",
    in_rows="""
SELECT 'decimal' FROM source WHERE regexp_matches("Amount spent", '[.][0-9]{4,}\\s*$') LIMIT 1""",
    required=False,
)
CAMPAIGN = Setting(
    name="campaign",
    about="which campaign it is of, where no column says so",
    values=".+",
    example="North",
    required=False,
)
OBSERVED = Setting(
    name="observed_on",
    about="the day it was exported; of two exports of the same days the later one counts",
    values=DAY,
    example="2025-06-02",
    required=False,
)

#: Columns of the exports of X, Snapchat, TikTok, Pinterest and Reddit, whose money is not Meta's.
OF_OTHERS = (
    r"funding source|billed engagements|retweets|reposts|swipe ups|paid impressions|primary status"
    r"|.* \(destination\)|pin clicks|upvotes"
)


def cell(name: str) -> str:
    """Return the SQL of a cell, NULL where it is blank."""
    return f"""nullif(trim("{name}"), '')"""


def _divides(name: str) -> str:
    """Return the SQL of a cell that divides; one that says All does not.

    What people name themselves may well be called ``Alle``.
    """
    words = ("All",) if name in ("Ad set name", "Ad name") else ALL
    return f"""CASE WHEN {cell(name)} NOT IN {words} THEN {cell(name)} END""".replace(",)", ")")


def _stretch(which: int) -> str:
    """Return the SQL of the first day, or the last, that a week or month of the report names."""
    found = (f"nullif(regexp_extract(\"{name}\", '{STRETCH}', {which}), '')" for name in STRETCHES)
    return f"coalesce({', '.join(found)})"


def _iso(day: str) -> str:
    """Return the SQL of a day as yyyy-mm-dd, NULL where it cannot be read."""
    slashes = f"regexp_replace({day}, '[-.]', '/', 'g')"
    return f"""
strftime(
  CASE WHEN NOT regexp_matches({day}, {PARTS})
       THEN try_strptime(regexp_replace({day}, '^({DAY})[ T]00:00:00$', '\\1'), '%Y-%m-%d')
       WHEN getvariable('dates') = 'MDY' THEN try_strptime({slashes}, '%m/%d/%Y')
       ELSE try_strptime({slashes}, '%d/%m/%Y') END, '%Y-%m-%d')"""


def _fine(cell: str) -> str:
    """Return the SQL of an amount: of one finer than a cent, the two cents it lies between."""
    low = f"regexp_extract({cell}, '^[0-9]+[.][0-9]{{2}}')"
    return f"""
CASE WHEN NOT {_is_fine(cell)} THEN {cell}
     WHEN regexp_full_match({cell}, '[0-9]+[.][0-9]{{2}}0+') THEN {low}
     ELSE concat({low}, '-', try_cast({low} AS DECIMAL(18,2)) + 0.01) END"""


def _is_fine(cell: str) -> str:
    few = "CASE WHEN getvariable('point') = 'decimal' THEN '3' ELSE '4' END"
    return f"regexp_full_match({cell}, '[0-9]{{1,15}}[.][0-9]{{' || {few} || ',}}')"


def short(name: str) -> str:
    """Return the SQL of a name without spaces, and short enough to be part of an identifier."""
    whole = f"regexp_replace(trim({name}), '[\\s\\p{{Z}}_]+', '_', 'g')"
    return f"""CASE WHEN length({whole}) <= 56 THEN {whole}
  ELSE left({whole}, 40) || '~' || left(sha256({name}), 15) END"""


def grain(starts: str, ends: str) -> str:
    """Return the SQL of which rows of a series add up: days, calendar months, or one period."""
    first, last = f"try_cast({starts} AS DATE)", f"try_cast({ends} AS DATE)"
    return f"""
CASE WHEN {starts} = {ends} THEN ' by day'
     WHEN date_part('day', {first}) = 1 AND last_day({first}) = {last} THEN ' by month'
     WHEN {starts} NOTNULL AND {ends} NOTNULL THEN ' from ' || {starts} || ' to ' || {ends}
     ELSE ' of ' || getvariable('source_id') END"""


def _id(name: str) -> str:
    return f"""nullif(regexp_extract("{name}", '^\\s*([a-z]+[:_])?([0-9]+)\\s*$', 2), '')"""


DIVIDERS = {
    **{name: _divides(name) for name in ("Age", "Gender", *BREAKDOWNS)},
    **{name: f"CASE WHEN {_stretch(1)} IS NULL THEN {_divides(name)} END" for name in STRETCHES},
}
BY = ", ".join(
    "CASE WHEN {} NOTNULL THEN ' by {}' END".format(value, name.lower().replace("'", "''"))
    for name, value in DIVIDERS.items()
)
VALUES = ", ".join(DIVIDERS.values())
#: What a row can be of; one that is of nothing is the account's.
PARTS_OF = (
    *("Campaign ID", "Ad set name", "Ad set ID", "Ad name", "Ad ID"),
    *("Day", "Age", "Gender", *STRETCHES, *BREAKDOWNS),
)
OF = f"coalesce({cell('Campaign name')}, {', '.join(map(_divides, PARTS_OF))})"
GENDER = f"lower({_divides('Gender')})"
#: What must be known of a whole file: what tells the order of its days, NULL where a day may have
#: either, and between which rows those stand that are of more than the account.
GATHERED = f"""
WITH cell AS (
  SELECT unnest(["Day", "Reporting starts", "Reporting ends"]) AS cell FROM source
), part AS (
  SELECT try_cast(regexp_extract(cell, {PARTS}, 1) AS INTEGER) AS one,
         regexp_extract(cell, {PARTS}, 2) AS mark,
         try_cast(regexp_extract(cell, {PARTS}, 3) AS INTEGER) AS two
  FROM cell WHERE regexp_matches(cell, {PARTS})
), told AS (
  SELECT DISTINCT
         CASE WHEN one > 12 OR mark = '.' THEN 'DMY' WHEN two > 12 THEN 'MDY' END AS days FROM part
  UNION ALL
  SELECT 'YMD' WHERE (SELECT count(*) FROM part) = 0
)
SELECT days, (SELECT min(source_row) FROM source WHERE {OF} NOTNULL) AS first_row,
       (SELECT max(source_row) FROM source WHERE {OF} NOTNULL) AS last_row
FROM told"""

#: The rows as all the ledgers see them. Only what is named is taken from ``source``: a column
#: beside it, such as ``Ends``, may be called anything. A series names what its rows are known
#: by, since two exports that know one ad by different columns can only be the same money twice.
LINES = f"""
WITH cells AS (
  SELECT source_row,
         coalesce({cell("Campaign name")}, 'campaign ' || {_id("Campaign ID")},
                  getvariable('campaign')) AS campaign,
         {_id("Campaign ID")} AS campaign_key,
         coalesce({cell("Account name")}, getvariable('organisation')) AS account,
         {_id("Account ID")} AS account_key,
         {_divides("Ad set name")} AS ad_set_name,
         {_id("Ad set ID")} AS ad_set_key,
         coalesce({_id("Ad set ID")}, {short(_divides("Ad set name"))}) AS ad_set,
         {_id("Ad ID")} AS ad_key,
         coalesce({_id("Ad ID")}, {short(_divides("Ad name"))}) AS ad,
         coalesce({cell("Currency")}, nullif(getvariable('currency'), 'as each row says'))
           AS currency,
         {cell("Amount spent")} AS spent,
         {cell("Impressions")} AS shown,
         {cell("Reach")} AS people,
         {cell("Clicks (all)")} AS clicks,
         {cell("Ad set budget")} AS ad_set_budget,
         coalesce({cell("Ad set budget type")}, '') AS ad_set_budget_kind,
         {cell("Campaign budget")} AS campaign_budget,
         coalesce({cell("Campaign budget type")}, '') AS campaign_budget_kind,
         {_divides("Age")} AS age,
         CASE {GENDER} WHEN 'm' THEN 'male' WHEN 'f' THEN 'female' ELSE {GENDER} END AS gender,
         coalesce({_divides("Region")}, {_divides("Country")}) AS area,
         concat_ws('', {BY}) AS divided_by,
         concat_ws('|', {VALUES}) AS parts,
         {_divides("Day")} NOTNULL AS is_day,
         coalesce({_iso(_divides("Day"))}, {_stretch(1)}, {_iso(cell("Reporting starts"))})
           AS starts,
         coalesce({_stretch(2)}, {_iso(cell("Reporting ends"))}) AS report_ends
  FROM source
), dated AS (
  SELECT *,
         CASE WHEN is_day OR (report_ends IS NULL AND getvariable('period') = 'day')
              THEN starts ELSE report_ends END AS ends,
         'meta-ads:' || coalesce(
           campaign_key,
           concat_ws('|', coalesce(account_key, {short("account")}), {short("campaign")})
         ) AS campaign_id
  FROM cells
), named AS (
  SELECT *,
         CASE WHEN ad_set NOTNULL THEN campaign_id || '|' || ad_set END AS ad_set_id,
         'meta ads by ' || concat_ws(', ',
             CASE WHEN campaign_key NOTNULL THEN 'campaign ID'
                  WHEN account_key NOTNULL THEN 'account ID, campaign'
                  WHEN account NOTNULL THEN 'account, campaign' ELSE 'campaign' END,
             CASE WHEN ad_set_key NOTNULL THEN 'ad set ID' WHEN ad_set NOTNULL THEN 'ad set' END,
             CASE WHEN ad_key NOTNULL THEN 'ad ID' WHEN ad NOTNULL THEN 'ad' END
           ) || divided_by || {grain("starts", "ends")} AS series
  FROM dated
), line AS (
  SELECT *, concat_ws('|', series, campaign_id, ad_set, ad, parts, starts, ends) AS record_key
  FROM named
)
"""

SPENT = f"""{LINES}
SELECT source_row, campaign_id, record_key, series, currency,
       'platform' AS record,
       CASE WHEN starts = ends THEN starts END AS incurred_on,
       CASE WHEN starts IS DISTINCT FROM ends THEN starts END AS starts_on,
       CASE WHEN starts IS DISTINCT FROM ends THEN day_after(ends) END AS ends_before,
       'Meta' AS payee,
       'facebook' AS channel,
       CASE WHEN {_is_fine("spent")} THEN 'written as ' || spent END AS note,
       {_fine("spent")} AS amount
FROM line
WHERE spent NOTNULL OR coalesce(shown, people, '0') <> '0'
"""

REACHED = f"""{LINES}, counts AS (
  SELECT *, unnest([{{'measure': 'impressions', 'amount': shown}},
                    {{'measure': 'people', 'amount': people}},
                    {{'measure': 'clicks', 'amount': clicks}}]) AS counted
  FROM line
)
SELECT source_row, campaign_id, series,
       record_key || '|' || counted.measure AS record_key,
       starts AS starts_on,
       day_after(ends) AS ends_before,
       'facebook' AS channel,
       counted.measure AS measure,
       CASE WHEN age NOTNULL AND gender NOTNULL THEN 'age_gender' WHEN age NOTNULL THEN 'age'
            WHEN gender NOTNULL THEN 'gender' WHEN area NOTNULL THEN 'area'
            ELSE 'all' END AS segment_kind,
       coalesce(nullif(concat_ws(' ', age, gender), ''), area) AS segment,
       counted.amount AS amount
FROM counts
WHERE counted.amount NOTNULL
"""

DAILY = "^(daily|di[aá]ri|quotidien|täglich|giornalier|dagelijks)"
#: A row gives a campaign and an ad set, and the budgets of both. Each is named after the first row
#: that has it and which of the two it is, not counted: what a part of the file has is no matter.
FIRST = "getvariable('source_id') || ':' || source_row"
#: Budgets, which each row of theirs repeats: of the ad set where the row is of one.
BUDGET = f"""{LINES}, stated AS (
  SELECT *, unnest([
    {{'nth': '', 'line': coalesce(ad_set_id, campaign_id), 'name': coalesce(ad_set_name, campaign),
      'amount': ad_set_budget, 'kind': ad_set_budget_kind}},
    {{'nth': '.2', 'line': campaign_id, 'name': campaign,
      'amount': campaign_budget, 'kind': campaign_budget_kind}}
  ]) AS budget
  FROM line
), budgets AS (
  SELECT min(source_row) AS source_row, budget.nth AS nth, budget.line AS line,
         budget.name AS name, campaign_id,
         any_value(coalesce(account, campaign)) AS account, currency,
         budget.amount AS amount, lower(budget.kind) AS kind
  FROM stated
  WHERE regexp_matches(budget.amount, '[1-9]') AND budget.kind NOT ILIKE 'using%'
  GROUP BY ALL
)
"""

META_ADS = Importer(
    name="meta-ads",
    about="Meta Ads Manager export or Marketing API insights: money and delivery by campaign or ad",
    posts=(
        Posts(SPEND, SPENT),
        Posts(REACH, REACHED),
        Posts(
            CAMPAIGNS,
            f"""{BUDGET}
SELECT source_row, {FIRST} AS entry_id, campaign_id, campaign_id AS record_key,
       coalesce(account, campaign) AS organisation, campaign AS name, NULL AS part_of
FROM line WHERE campaign NOTNULL
UNION ALL
SELECT source_row, {FIRST} || '.2', line, line, account, name, campaign_id
FROM budgets WHERE name NOTNULL AND line <> campaign_id AND kind ILIKE 'lifetime%'
ORDER BY source_row, part_of NULLS FIRST
""",
            distinct=True,
        ),
        Posts(
            BUDGETS,
            f"""{BUDGET}
SELECT source_row, {FIRST} || nth AS entry_id, line AS campaign_id,
       'budget|' || line AS record_key, 'approved' AS stage, currency,
       'Meta Ads Manager export' AS said_by, 'asserted' AS modality, amount
FROM budgets WHERE kind ILIKE 'lifetime%'
""",
            distinct=True,
        ),
        Posts(
            STATEMENTS,
            f"""{BUDGET}
SELECT source_row, {FIRST} || nth AS entry_id,
       'budget|' || line || '|' || lower(kind) AS record_key,
       CASE WHEN regexp_matches(kind, '{DAILY}') THEN 'daily budget of '
            ELSE 'budget, daily or for the whole, of ' END || line AS quantity,
       currency AS unit, 'Meta Ads Manager export' AS said_by, 'asserted' AS modality, amount
FROM budgets WHERE kind NOT ILIKE 'lifetime%'
""",
            distinct=True,
        ),
    ),
    required=REQUIRED,
    gathers=GATHERED,
    one_of=frozenset({"Campaign name", "Campaign ID", "Ad set name", "Ad name"}),
    optional=frozenset({*NAMES, *BREAKDOWNS}) - REQUIRED,
    aliases={
        **{f"(?i:{'|'.join(names)})": known for known, names in NAMES.items()},
        **API_BREAKDOWNS,
    },
    others=(rf"(?!(?i:fb_campaign_id|{OF_OTHERS})$).*",),
    settings=(CURRENCY, DATES, ORGANISATION, CAMPAIGN, PERIOD, POINT, OBSERVED),
    rules=(
        Rule(
            f"{OF} IS NULL OR (getvariable('campaign') IS NULL "
            f"AND coalesce({cell('Campaign name')}, {cell('Campaign ID')}) IS NULL)",
            None,
            "the row names no campaign: export it with the column Campaign name, "
            "filled in each row, or --declare campaign=NAME",
        ),
        Rule(
            f"{cell('Currency')} <> getvariable('currency') "
            "AND getvariable('currency') <> 'as each row says'",
            "Currency",
            "is not the currency that was declared or that the header names",
        ),
        # Here, so that it is told once, and not by each ledger that has days.
        *(
            Rule(
                f"{shown} NOTNULL AND {_iso(shown)} IS NULL",
                name,
                f"is not a date (expected {WRITTEN})",
            )
            for name, shown in (("Day", _divides("Day")), *((one, cell(one)) for one in PERIODS))
        ),
        *(
            Rule(
                f"NOT regexp_matches({_divides(name)}, '^\\s*([a-z]+[:_])?[0-9]*\\s*$')",
                name,
                "is no ID: digits alone (Excel rounds them)",
            )
            for name in ("Account ID", "Campaign ID", "Ad set ID", "Ad ID")
        ),
        Rule(
            """regexp_matches("Age", '[0-9]')
            AND NOT regexp_matches(trim("Age"), '^[0-9]{2}(-[0-9]{2}|\\+)$')""",
            "Age",
            "is no age group, such as 18-24 or 65+",
        ),
        Rule("""regexp_matches("Gender", '[0-9]')""", "Gender", "is no gender"),
    ),
    aside=f"""
CASE WHEN {OF} IS NULL
      AND (source_row < (SELECT min(first_row) FROM gathered)
        OR source_row > (SELECT max(last_row) FROM gathered))
     THEN 'a total of the account, which restates the rows'
     WHEN {cell("Campaign ID")} IS NULL
      AND regexp_matches(trim("Campaign name"),
            '(?i)^(all|{TOTALS}|results from [0-9,]+ .*)$')
     THEN 'a total, which restates the rows' END""",
    dates=WRITTEN,
    provenance=Provenance(publisher="Meta", origin_id="meta-ads-manager"),
    notes=__doc__,
)
#: One table of 2017 has been taught with ever since, in several states of repair: its columns are
#: not those of an export any more, and its ads are known by numbers alone.
META_ADS_TAUGHT = replace(
    META_ADS,
    name="meta-ads-taught",
    about="Facebook ads by age and gender of 2017, as they are handed round for teaching",
    required=frozenset({"Ad ID", "Campaign ID", "Age", "Gender", "Impressions", "Amount spent"}),
    optional=META_ADS.optional - {"Ad ID", "Campaign ID", "Age", "Gender", "Impressions"}
    | {"fb_campaign_id"},
    aliases={
        "(?i:spent)": "Amount spent",
        "(?i:date)": "Day",
        "(?i:xyz_campaign_id)": "Campaign ID",
        "(?i:reporting_start)": "Reporting starts",
        "(?i:reporting_end)": "Reporting ends",
        **META_ADS.aliases,
    },
    one_of=frozenset({"fb_campaign_id"}),
    others=("(?i:interest[1-3]?|(total|approved)_conversion)",),
)
IMPORTERS = (META_ADS, META_ADS_TAUGHT)
