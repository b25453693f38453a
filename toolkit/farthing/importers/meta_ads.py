"""Meta Ads Manager: what the account itself paid and got, by campaign, ad set or ad, as a table.

Origin
    adsmanager.facebook.com, "Export table data" or a report, as CSV or workbook; and the insights
    of the Marketing API written out as CSV, whose columns are ``campaign_name``, ``spend``,
    ``date_start`` and the like. Headers may be in English, Portuguese, Spanish, French, German or
    Italian. Any other columns may be there.
Columns
    ``Campaign name`` and ``Amount spent (EUR)``; ``Day``, or ``Reporting starts`` and ``Reporting
    ends``; ``Reach``, ``Impressions``, ``Clicks (all)``; names and IDs of account, campaign, ad
    set and ad; ``Ad set budget`` with its type; the columns of breakdowns, such as ``Age``. An
    export of ad sets or ads lacks the campaign until the column is added.
Traps
    ``03-05-2025`` is read as some other day of the file tells, where a part of it is above 12, or
    as declared. ``Reporting starts`` and ``ends`` are those of the whole report beside a ``Day``.
    Where there is no end it is unknown, and the rows add up with those of their file only, unless
    ``period=day`` is declared. A row without a campaign above or below all others is the
    account's total and set aside, as is one named Total; a cell ``All`` makes a row a total of
    its own series. Levels and breakdowns tell of the same money, and so do exports with and
    without IDs: each is a series, as is each period but days and calendar months, which add up.
    People reached never do. Rows that are the same stay as many as they are: ad sets whose column
    was left out. A blank amount is nothing where nothing was shown, and unknown where something
    was. A lifetime budget is money for the whole and goes to ``budgets``: under a line of its own
    that is part of the campaign, where it is an ad set's. A daily budget is a rate, and goes to
    ``statements``; so does one that does not say which it is. Without columns for IDs or the
    account, campaigns of two accounts that have one name are one, unless ``organisation`` is
    declared; with them a campaign has another name, which ``links`` can make one with the first.
    Of two exports of one day the later counts, where ``observed_on`` is declared: the days in the
    name of a file are those it is about.
"""

from __future__ import annotations

from farthing.importer import DAY, Importer, Posts, Provenance, Rule, Setting
from farthing.ledgers.budgets import BUDGETS
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.reach import REACH
from farthing.ledgers.spend import SPEND
from farthing.ledgers.statements import STATEMENTS

#: Columns by the names that languages and the API have for them; how they are cased varies.
NAMES = {
    "Campaign name": (
        "campaign name", "campaign_name", "nome da campanha", "nombre de la campaña",
        "nom de la campagne", "kampagnenname", "nome della campagna",
    ),
    "Ad set name": (
        "ad set name", "adset_name", "nome do conjunto de anúncios",
        "nombre del conjunto de anuncios", "nom de l['’]ensemble de publicités",
        "name der anzeigengruppe", "anzeigengruppenname", "nome del gruppo di inserzioni",
    ),
    "Ad name": (
        "ad name", "ad_name", "nome do anúncio", "nombre del anuncio", "nom de la publicité",
        "anzeigenname", "name der werbeanzeige", "nome dell['’]inserzione",
    ),
    "Amount spent": (
        "spend",
        r"(?:amount spent|valor (?:gasto|usado)|importe gastado|montant dépensé"
        r"|ausgegebener betrag|importo speso)(?: \([a-z]{3}\))?",
    ),
    "Impressions": ("impressions", "impressões", "impresiones", "impressionen", "impressioni?"),
    "Reach": ("reach", "alcance", "portée", "couverture", "reichweite", "copertura"),
    "Clicks (all)": (
        "clicks", r"(?:clicks|cliques) \((?:all|todos)\)", r"clics \((?:todos|tous)\)",
        r"klicks \(alle\)", r"clic \(tutti\)",
    ),
    "Day": ("day", "dia", "día", "jour", "tag", "giorno"),
    "Reporting starts": (
        "reporting starts", "date_start", "início dos relatórios", "inicio del informe",
        "début des rapports", "berichtsstart", "inizio dei report", "inizio report",
    ),
    "Reporting ends": (
        "reporting ends", "date_stop", "término dos relatórios", "encerramento dos relatórios",
        "fin del informe", "fin des rapports", "berichtsende", "fine dei report", "fine report",
    ),
    "Age": ("age", "idade", "edad", "âge", "alter", "età"),
    "Gender": ("gender", "gênero", "sexo", "género", "genre", "sexe", "geschlecht", "genere"),
    "Currency": ("currency", "account_currency", "moeda", "divisa", "devise", "währung", "valuta"),
    "Account name": ("account name", "account_name", "nome da conta", "nombre de la cuenta"),
    "Account ID": ("account id", "account_id"),
    "Campaign ID": ("campaign id", "campaign_id"),
    "Ad set ID": ("ad set id", "adset_id"),
    "Ad ID": ("ad id", "ad_id"),
    "Ad set budget": ("ad set budget",),
    "Ad set budget type": ("ad set budget type",),
    "Campaign budget": ("campaign budget",),
    "Campaign budget type": ("campaign budget type",),
}  # fmt: skip
#: What a report can be divided by beside age and gender; each divides the same money anew.
BREAKDOWNS = (
    "Country", "Region", "Platform", "Placement", "Impression device", "Device platform",
    "Time of day (ad account time zone)", "Week", "Month",
)  # fmt: skip
API_BREAKDOWNS = {
    "country": "Country", "region": "Region", "publisher_platform": "Platform",
    "platform_position": "Placement", "impression_device": "Impression device",
    "device_platform": "Device platform",
}  # fmt: skip
REQUIRED = frozenset({"Amount spent"})

CURRENCY = Setting(
    name="currency",
    about="the currency of its amounts",
    values="[A-Z]{3}",
    example="GBP",
    in_header=r"^(?i:amount spent|valor gasto|valor usado|importe gastado|montant dépensé"
    r"|ausgegebener betrag|importo speso) \(([A-Z]{3})\)$",
    in_rows="""
SELECT max('as each row says') FROM source WHERE nullif(trim("Currency"), '') NOTNULL""",
)
PARTS = r"'^\s*(\d{1,2})([-/.])(\d{1,2})[-/.]\d{4}\s*$'"
#: A day with dots has the day first wherever it is written; of the others some row must tell.
DATES = Setting(
    name="dates",
    about="the order of its dates",
    values="DMY|MDY",
    example="DMY",
    in_rows=f"""
WITH cell AS (
  SELECT unnest(["Day", "Reporting starts", "Reporting ends"]) AS cell FROM source
), part AS (
  SELECT try_cast(regexp_extract(cell, {PARTS}, 1) AS INTEGER) AS one,
         regexp_extract(cell, {PARTS}, 2) AS mark,
         try_cast(regexp_extract(cell, {PARTS}, 3) AS INTEGER) AS two
  FROM cell WHERE regexp_matches(cell, {PARTS})
)
SELECT DISTINCT CASE WHEN one > 12 OR mark = '.' THEN 'DMY' WHEN two > 12 THEN 'MDY' END FROM part
UNION ALL
SELECT 'YMD' WHERE (SELECT count(*) FROM part) = 0
""",
)
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
OBSERVED = Setting(
    name="observed_on",
    about="the day it was exported; of two exports of the same days the later one counts",
    values=DAY,
    example="2025-06-02",
    required=False,
)


def cell(name: str) -> str:
    """Return the SQL of a cell, NULL where it is blank."""
    return f"""nullif(trim("{name}"), '')"""


def _divides(name: str) -> str:
    """Return the SQL of a cell that divides; one that says All does not."""
    return f"""nullif({cell(name)}, 'All')"""


def _iso(day: str) -> str:
    """Return the SQL of a day as yyyy-mm-dd; what cannot be read stays as it stands."""
    slashes = f"regexp_replace({day}, '[-.]', '/', 'g')"
    return f"""
CASE WHEN NOT regexp_matches({day}, {PARTS}) THEN {day}
     WHEN getvariable('dates') = 'MDY'
     THEN coalesce(strftime(try_strptime({slashes}, '%m/%d/%Y'), '%Y-%m-%d'), {day})
     ELSE coalesce(strftime(try_strptime({slashes}, '%d/%m/%Y'), '%Y-%m-%d'), {day}) END"""


def money(cell: str) -> str:
    """Return the SQL of an amount without signs that no grammar of amounts has."""
    return f"""
CASE currency WHEN 'INR' THEN replace({cell}, '₹', '') WHEN 'BRL' THEN replace({cell}, 'R$', '')
              WHEN 'VND' THEN replace({cell}, '₫', '') ELSE {cell} END"""


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
    return f"""nullif(regexp_extract("{name}", '[0-9]+\\s*$'), '')"""


DIVIDERS = ("Age", "Gender", *BREAKDOWNS)
BY = ", ".join(f"""CASE WHEN {_divides(name)} NOTNULL THEN ' by {name.lower()}' END"""
               for name in DIVIDERS)  # fmt: skip
VALUES = ", ".join(_divides(name) for name in DIVIDERS)

#: The rows as all the ledgers see them. Only what is named is taken from ``source``: a column
#: beside it, such as ``Ends``, may be called anything. A series names what its rows are known
#: by, since two exports that know one ad by different columns can only be the same money twice.
LINES = f"""
WITH cells AS (
  SELECT source_row,
         {cell("Campaign name")} AS campaign,
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
         lower({_divides("Gender")}) AS gender,
         coalesce({_divides("Region")}, {_divides("Country")}) AS area,
         concat_ws('', {BY}) AS divided_by,
         concat_ws('|', {VALUES}) AS parts,
         {_divides("Day")} NOTNULL AS is_day,
         coalesce({_iso(_divides("Day"))}, {_iso(cell("Reporting starts"))}) AS starts,
         {_iso(cell("Reporting ends"))} AS report_ends
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
       {money("spent")} AS amount
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

#: Budgets, which each row of theirs repeats: of the ad set where the row is of one.
BUDGET = f"""{LINES}, stated AS (
  SELECT *, unnest([
    {{'line': coalesce(ad_set_id, campaign_id), 'name': coalesce(ad_set_name, campaign),
      'amount': ad_set_budget, 'kind': ad_set_budget_kind}},
    {{'line': campaign_id, 'name': campaign,
      'amount': campaign_budget, 'kind': campaign_budget_kind}}
  ]) AS budget
  FROM line
), budgets AS (
  SELECT min(source_row) AS source_row, budget.line AS line, budget.name AS name, campaign_id,
         any_value(coalesce(account, campaign)) AS account, currency,
         {money("budget.amount")} AS amount, lower(budget.kind) AS kind
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
SELECT source_row, campaign_id, campaign_id AS record_key,
       coalesce(account, campaign) AS organisation, campaign AS name, NULL AS part_of
FROM line
UNION ALL
SELECT source_row, line, line, account, name, campaign_id
FROM budgets WHERE line <> campaign_id AND kind ILIKE 'lifetime%'
ORDER BY source_row, part_of NULLS FIRST
""",
            distinct=True,
        ),
        Posts(
            BUDGETS,
            f"""{BUDGET}
SELECT source_row, line AS campaign_id, 'budget|' || line AS record_key, 'approved' AS stage,
       currency, 'Meta Ads Manager export' AS said_by, 'asserted' AS modality, amount
FROM budgets WHERE kind ILIKE 'lifetime%'
""",
        ),
        Posts(
            STATEMENTS,
            f"""{BUDGET}
SELECT source_row, 'budget|' || line || '|' || lower(kind) AS record_key,
       CASE WHEN kind ILIKE 'daily%' THEN 'daily budget of '
            ELSE 'budget, daily or for the whole, of ' END || line AS quantity,
       currency AS unit, 'Meta Ads Manager export' AS said_by, 'asserted' AS modality, amount
FROM budgets WHERE kind NOT ILIKE 'lifetime%'
""",
        ),
    ),
    required=REQUIRED,
    one_of=frozenset({"Campaign name", "Ad set name", "Ad name"}),
    optional=frozenset({*NAMES, *BREAKDOWNS}) - REQUIRED,
    aliases={
        **{f"(?i:{'|'.join(names)})": known for known, names in NAMES.items()},
        **API_BREAKDOWNS,
    },
    others=(".*",),
    settings=(CURRENCY, DATES, ORGANISATION, PERIOD, OBSERVED),
    rules=(
        Rule(
            f"{cell('Campaign name')} IS NULL",
            None,
            "the row names no campaign: export it with the column Campaign name, "
            "filled in each row",
        ),
        Rule(
            f"{cell('Currency')} <> getvariable('currency') "
            "AND getvariable('currency') <> 'as each row says'",
            "Currency",
            "is not the currency that was declared or that the header names",
        ),
        *(
            Rule(
                f"""NOT regexp_matches("{name}", '^\\s*([a-z]+[:_])?[0-9]*\\s*$')""",
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
CASE WHEN {cell("Campaign name")} IS NULL
      AND (source_row < (SELECT min(source_row) FROM source WHERE {cell("Campaign name")} NOTNULL)
        OR source_row > (SELECT max(source_row) FROM source WHERE {cell("Campaign name")} NOTNULL))
     THEN 'a total of the account, which restates the rows'
     WHEN {cell("Campaign ID")} IS NULL
      AND regexp_matches(trim("Campaign name"),
                         '(?i)^(all|(grand )?totals?|results from [0-9,]+ .*)$')
     THEN 'a total, which restates the rows' END""",
    dates="yyyy-mm-dd, dd-mm-yyyy or mm/dd/yyyy",
    provenance=Provenance(publisher="Meta", origin_id="meta-ads-manager"),
    notes=__doc__,
)
IMPORTERS = (META_ADS,)
