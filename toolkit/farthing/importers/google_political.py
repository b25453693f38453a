"""Google political ads transparency bundle: money by advertiser, week, place and ad.

Origin
    adstransparency.google.com and the earlier transparencyreport.google.com/political-ads: a ZIP
    of CSV files, replaced each week; and their export from BigQuery, with names in small letters.
Columns
    ``advertiser-stats``, ``advertiser-weekly-spend``, ``geo-spend`` (of all advertisers or of
    each) with a column ``Spend_XXX`` for each currency; in 2018 only ``Total_Spend_USD``.
    ``creative-stats`` has ``Spend_Range_Min_XXX`` and ``Spend_Range_Max_XXX`` for each ad, and
    its impressions as a range. ``campaign-targeting`` has no money and gives campaigns.
    The other files of the bundle (``top-keywords-history``, what advertisers declare of
    themselves, old and new IDs, the day of the update) tell of no campaign's money: they are
    set aside row by row.
Traps
    The same columns have had two meanings. In 2019 one total is *converted* into every currency;
    later files are *native*: a column holds what was spent where that currency is used. The
    dollar, the euro and the pound tell which: in a converted row none of them is 0 where another
    is 300 or more. Of a converted total one currency counts, the dollar where no other is
    declared, and the others are parts of it. Of native rows too the currencies of the Union
    outside the euro (RON, PLN, HUF…) restate a part of the EUR column, which is the whole of
    the Union: what a party spent in Romania stands in both. Figures are rounded, in native files
    upwards: a row of 100 USD is anything up to that. 0 is less than the smallest figure of its
    column, and a native row with nothing but 0 is set aside. An ad in the lowest range of every
    currency does not tell in which it was paid for: its range is given in dollars, or in the
    currency declared. The three tables of totals do not agree, and are series that are never
    added. No file tells its day: without one each file is a series of its own, and replaces none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from farthing.importer import OBSERVED_ON, Importer, Posts, Provenance, Rule, Setting
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.reach import REACH
from farthing.ledgers.spend import SPEND

PROVENANCE = Provenance(publisher="Google", origin_id="google-political-ads")
FIGURE = "(?i)^spend_[a-z]{3}$"
LEAST = "(?i)^spend_range_min_[a-z]{3}$"
MOST = "(?i)^spend_range_max_[a-z]{3}$"
#: Members of the Union outside the euro, now or at some time since 2018: of a fixed past, so that
#: a new currency in a file is none of them.
IN_THE_EURO_COLUMN = "('BGN', 'HRK', 'CZK', 'DKK', 'HUF', 'PLN', 'RON', 'SEK')"


def _cells(columns: str) -> str:
    """Return the SELECT of the cells of some columns, one a row, with what they say as a number."""
    return f"""
SELECT source_row, name, upper(right(name, 3)) AS currency,
       nullif(trim(cell), '') AS cell, money(cell) AS figure
FROM (SELECT source_row, COLUMNS('{columns}') FROM source)
UNPIVOT INCLUDE NULLS (cell FOR name IN (COLUMNS(* EXCLUDE source_row)))"""


def _gathered(columns: str) -> str:
    """Return the SELECT of what must be known of a whole file: a row for each currency in it.

    That is its smallest figure, and of the rows with 300 dollars, euros or pounds how many there
    are and how many have all of the three.
    """
    return f"""
WITH cells AS ({_cells(columns)}), row_of AS (
  SELECT bool_and(figure > 0) AS has_all
  FROM cells WHERE currency IN ('USD', 'EUR', 'GBP')
  GROUP BY source_row HAVING count(figure) > 1 AND max(figure) >= 300
), part AS (
  SELECT (SELECT min(source_row) FROM source) AS part, count(*) AS large,
         count(*) FILTER (has_all) AS with_all
  FROM row_of
)
SELECT currency, min_by(cell, (figure, cell)) FILTER (figure > 0) AS smallest, part.*
FROM cells, part WHERE cell NOTNULL GROUP BY currency, part, large, with_all"""


#: Three currencies worth about the same tell it. One row shows that they are native; that they
#: are converted it shows only with others.
MEANING = Setting(
    name="meaning",
    about="what its currencies are: one total converted into all of them (meaning=converted), "
    "or what was spent in each (meaning=native)",
    values="converted|native",
    example="native",
    in_rows="""
SELECT CASE
  WHEN (SELECT count(DISTINCT currency) FROM gathered) <= 1 THEN 'converted'
  WHEN sum(large) >= 3 AND sum(with_all) >= 0.9 * sum(large) THEN 'converted'
  WHEN sum(large) >= 1 AND sum(with_all) <= 0.1 * sum(large) THEN 'native' END
FROM (SELECT DISTINCT part, large, with_all FROM gathered)""",
)

CURRENCY = Setting(
    name="currency",
    about="the currency that counts where a row does not tell in which it was spent",
    values="[A-Z]{3}",
    example="GBP",
    in_rows="SELECT 'USD'",
)


CURRENCY_IS_THERE = Rule(
    "getvariable('currency') <> 'USD' "
    "AND getvariable('currency') NOT IN (SELECT currency FROM gathered)",
    None,
    "the row has no column of the currency that was declared",
)


def _series(table: str) -> str:
    """Return the series of a table; where its day is unknown it is that of this file alone."""
    return f"""('google political ' || {table}
  || CASE getvariable('meaning') WHEN 'converted' THEN ' converted' ELSE '' END
  || CASE WHEN getvariable('observed_on') IS NULL
          THEN ' of ' || getvariable('source_id') ELSE '' END)"""


ENTRY = "getvariable('source_id') || ':' || source_row || ':' ||"
#: The currency of which a row's currency restates the money; its own where it restates none.
WHOLE = f"""CASE
         WHEN getvariable('meaning') = 'converted' THEN getvariable('currency')
         WHEN currency IN {IN_THE_EURO_COLUMN}
           AND max(figure) FILTER (currency = 'EUR') OVER (PARTITION BY source_row) <> 0 THEN 'EUR'
         ELSE currency END AS whole"""
#: Of all parts of the file, of which each has its own.
SMALLEST = """
SELECT currency, min_by(smallest, (money(smallest), smallest)) AS smallest
FROM gathered GROUP BY currency"""
RESTATES = """CASE WHEN whole = currency THEN ''
            WHEN getvariable('meaning') = 'converted' THEN '; converted from ' || whole
            ELSE '; is in the sum in EUR too' END"""


def _spend(table: str, campaign_id: str, key: str, period: str, category: str = "NULL") -> str:
    """Return the SELECT of the money of a table of figures: a row for each currency."""
    return f"""
WITH cells AS ({_cells(FIGURE)}), seen AS (
  SELECT *, {WHOLE} FROM cells LEFT JOIN ({SMALLEST}) USING (currency)
)
SELECT source_row,
       {ENTRY} currency AS entry_id,
       CASE WHEN whole <> currency THEN {ENTRY} whole END AS part_of,
       {campaign_id} AS campaign_id,
       {_series(table)} || '|' || {key} || '|' || currency AS record_key,
       'platform' AS record,
       {period},
       'Google' AS payee,
       'google' AS channel,
       {category} AS category,
       {_series(table)} AS series,
       currency,
       CASE WHEN figure = 0 THEN '<=' || smallest ELSE cell END AS amount,
       'rounded by the publisher' || {RESTATES} AS note
FROM seen JOIN source USING (source_row)
WHERE CASE getvariable('meaning')
        WHEN 'converted' THEN cell NOTNULL OR currency = getvariable('currency')
        ELSE cell NOTNULL AND figure IS DISTINCT FROM 0 END
"""


ADVERTISER_ID = "'google:' || trim(\"Advertiser_ID\")"
ALL = "'google:all-advertisers'"
NO_ADVERTISER = Rule(
    "NOT regexp_matches(coalesce(trim(\"Advertiser_ID\"), ''), '^AR[0-9]+$')",
    "Advertiser_ID",
    "is no ID of an advertiser: AR and digits",
)
ADVERTISER = f"""
SELECT source_row,
       {ADVERTISER_ID} AS campaign_id,
       {ADVERTISER_ID} AS record_key,
       coalesce(nullif(trim("Advertiser_Name"), ''), "Advertiser_ID") AS organisation,
       coalesce(nullif(trim("Advertiser_Name"), ''), "Advertiser_ID") AS name
FROM source
"""
NOTHING = f"""CASE WHEN getvariable('meaning') = 'native' AND source_row NOT IN (
  SELECT source_row FROM ({_cells(FIGURE)}) WHERE cell NOTNULL AND figure IS DISTINCT FROM 0
) THEN 'a row with 0 in every currency: what was spent, if anything, is lost in the rounding' END"""


def _as_in_bigquery(names: Iterable[str]) -> dict[str, str]:
    """Return aliases of names by which they are found in small letters too."""
    return {f"(?i:{name})": name for name in sorted(names)}


FIGURES = ("(?i:Spend_[A-Z]{3})", "(?i:Total_Spend_USD)", "_note")
EURO_AND_POUND = frozenset({"Spend_EUR", "Spend_GBP"})
IN_DOLLARS = {"(?i:Total_Spend_USD)": "Spend_USD"}

STATS_COLUMNS = frozenset(
    {"Advertiser_ID", "Advertiser_Name", "Public_IDs_List", "Total_Creatives", "Spend_USD"}
)
STATS_OPTIONAL = EURO_AND_POUND | {"Regions", "Elections"}
STATS = Importer(
    name="google-political-stats",
    about="Google political ads: all that each advertiser has spent",
    posts=(
        Posts(
            SPEND,
            _spend(
                "'advertiser-stats'",
                ADVERTISER_ID,
                ADVERTISER_ID,
                "NULL AS starts_on, NULL AS ends_before",
            ),
        ),
        Posts(CAMPAIGNS, ADVERTISER, distinct=True),
    ),
    required=STATS_COLUMNS,
    optional=STATS_OPTIONAL,
    aliases=_as_in_bigquery(STATS_COLUMNS | STATS_OPTIONAL) | IN_DOLLARS,
    others=FIGURES,
    gathers=_gathered(FIGURE),
    settings=(MEANING, CURRENCY, OBSERVED_ON),
    rules=(NO_ADVERTISER, CURRENCY_IS_THERE),
    aside=NOTHING,
    locale="en_GB",
    provenance=PROVENANCE,
    notes=__doc__,
)

WEEKLY_COLUMNS = frozenset({"Advertiser_ID", "Advertiser_Name", "Week_Start_Date", "Spend_USD"})
WEEKLY_OPTIONAL = EURO_AND_POUND | {"Election_Cycle"}
WEEK = """trim("Week_Start_Date") AS starts_on,
       coalesce(strftime(try_strptime(trim("Week_Start_Date"), '%Y-%m-%d') + INTERVAL 7 DAY,
                         '%Y-%m-%d'), "Week_Start_Date") AS ends_before"""
WEEKLY = Importer(
    name="google-political-weekly",
    about="Google political ads: what each advertiser spent in each week",
    posts=(
        Posts(
            SPEND,
            _spend(
                "'advertiser-weekly-spend'",
                ADVERTISER_ID,
                f"{ADVERTISER_ID} || '|' || trim(\"Week_Start_Date\")",
                WEEK,
            ),
        ),
        Posts(CAMPAIGNS, ADVERTISER, distinct=True),
    ),
    required=WEEKLY_COLUMNS,
    optional=WEEKLY_OPTIONAL,
    aliases=_as_in_bigquery(WEEKLY_COLUMNS | WEEKLY_OPTIONAL) | IN_DOLLARS,
    others=FIGURES,
    gathers=_gathered(FIGURE),
    settings=(MEANING, CURRENCY, OBSERVED_ON),
    rules=(NO_ADVERTISER, CURRENCY_IS_THERE),
    aside=NOTHING,
    locale="en_GB",
    provenance=PROVENANCE,
    notes=__doc__,
)

#: In 2018 a state and its districts; later a country with its subdivisions, where it has any.
PLACE = """concat_ws('/', nullif(trim("Country"), ''),
  nullif(trim("Country_Subdivision_Primary"), ''),
  nullif(trim("Country_Subdivision_Secondary"), ''))"""
GEO_COLUMNS = frozenset({"Country_Subdivision_Primary", "Spend_USD"})
GEO_OPTIONAL = EURO_AND_POUND | {"Country", "Country_Subdivision_Secondary"}
BY_PLACE = "'geo-spend' || CASE WHEN \"Country\" IS NULL THEN ' by district' ELSE '' END"
DISTRICTS = {
    "(?i:State)": "Country_Subdivision_Primary",
    "(?i:Congressional_District)": "Country_Subdivision_Secondary",
}
GEO = Importer(
    name="google-political-geo",
    about="Google political ads: what all advertisers have spent in each place",
    posts=(
        Posts(
            SPEND,
            _spend(BY_PLACE, ALL, PLACE, "NULL AS starts_on, NULL AS ends_before", PLACE),
        ),
        Posts(
            CAMPAIGNS,
            f"SELECT source_row, {ALL} AS campaign_id, {ALL} AS record_key, "
            "'all advertisers in Google political ads' AS organisation, "
            "'all advertisers in Google political ads' AS name FROM source",
            distinct=True,
        ),
    ),
    required=GEO_COLUMNS,
    optional=GEO_OPTIONAL,
    aliases=_as_in_bigquery(GEO_COLUMNS | GEO_OPTIONAL) | IN_DOLLARS | DISTRICTS,
    others=FIGURES,
    gathers=_gathered(FIGURE),
    settings=(MEANING, CURRENCY, OBSERVED_ON),
    rules=(
        Rule(f"{PLACE} = ''", "Country_Subdivision_Primary", "is blank, and so is the country"),
        CURRENCY_IS_THERE,
    ),
    aside=NOTHING,
    locale="en_GB",
    provenance=PROVENANCE,
    notes=__doc__,
)
ADVERTISER_GEO_COLUMNS = GEO_COLUMNS | {"Advertiser_ID", "Advertiser_Name", "Country"}
ADVERTISER_GEO = Importer(
    name="google-political-advertiser-geo",
    about="Google political ads: what each advertiser has spent in each place",
    posts=(
        Posts(
            SPEND,
            _spend(
                "'advertiser-geo-spend'",
                ADVERTISER_ID,
                f"{ADVERTISER_ID} || '|' || {PLACE}",
                "NULL AS starts_on, NULL AS ends_before",
                PLACE,
            ),
        ),
        Posts(CAMPAIGNS, ADVERTISER, distinct=True),
    ),
    required=ADVERTISER_GEO_COLUMNS,
    optional=GEO_OPTIONAL - {"Country"},
    aliases=_as_in_bigquery(ADVERTISER_GEO_COLUMNS | GEO_OPTIONAL),
    others=FIGURES,
    gathers=_gathered(FIGURE),
    settings=(MEANING, CURRENCY, OBSERVED_ON),
    rules=(NO_ADVERTISER, CURRENCY_IS_THERE),
    aside=NOTHING,
    locale="en_GB",
    provenance=PROVENANCE,
    notes=__doc__,
)

AD = 'trim("Ad_ID")'
AD_PERIOD = """nullif(trim("Date_Range_Start"), '') AS starts_on,
       day_after(nullif(trim("Date_Range_End"), '')) AS ends_before"""
#: "100-1k" may mean a hundred or a hundred thousand to whoever does not know the ladder.
OLD_RANGE = r"""regexp_replace("Spend_USD", '^([0-9]+)\s*[-–]\s*([0-9]+)[kK]$', '\1-\2000')"""
AD_SPEND = f"""
WITH lows AS (
  -- Of twenty ranges one or two say something: the others go before they are held.
  SELECT * FROM ({_cells(LEAST)})
  WHERE getvariable('meaning') <> 'native' OR figure IS DISTINCT FROM 0
     OR currency = getvariable('currency')
), pairs AS (
  SELECT source_row, currency, lows.cell AS low, highs.cell AS high, lows.figure
  FROM lows LEFT JOIN ({_cells(MOST)}) AS highs USING (source_row, currency)
), seen AS (
  SELECT *,
         {WHOLE},
         figure IS DISTINCT FROM 0 AND (low NOTNULL OR high NOTNULL) AS tells,
         bool_or(figure IS DISTINCT FROM 0 AND (low NOTNULL OR high NOTNULL))
           OVER (PARTITION BY source_row) AS one_tells
  FROM pairs
)
SELECT source_row,
       {ENTRY} currency AS entry_id,
       CASE WHEN whole <> currency THEN {ENTRY} whole END AS part_of,
       {ADVERTISER_ID} AS campaign_id,
       {_series("'creative-stats'")} || '|' || {AD} || '|' || currency AS record_key,
       'platform' AS record,
       {AD_PERIOD},
       'Google' AS payee,
       'google' AS channel,
       "Ad_Type" AS category,
       {AD} AS document_ref,
       {_series("'creative-stats'")} AS series,
       currency,
       CASE WHEN low ISNULL AND high ISNULL AND currency = 'USD' THEN {OLD_RANGE}
            ELSE span(low, high) END AS amount,
       nullif(concat_ws('; ',
         CASE WHEN getvariable('meaning') = 'native' AND NOT one_tells
              THEN 'in the lowest range of every currency: in which it was spent is not told'
              ELSE nullif(ltrim({RESTATES}, '; '), '') END,
         CASE WHEN lower(trim("Is_Funded_By_Google_Ad_Grants")) IN ('yes', 'true')
              THEN 'funded by Google Ad Grants: credit that Google gave, and no money paid' END
       ), '') AS note
FROM seen JOIN source USING (source_row)
WHERE CASE WHEN getvariable('meaning') = 'native' AND one_tells THEN tells
           WHEN getvariable('meaning') = 'native' THEN currency = getvariable('currency')
           ELSE low NOTNULL OR high NOTNULL OR currency = getvariable('currency') END
"""
AD_REACH = f"""
SELECT source_row,
       {ADVERTISER_ID} AS campaign_id,
       {_series("'creative-stats'")} || '|' || {AD} AS record_key,
       {AD_PERIOD},
       'google' AS channel,
       'impressions' AS measure,
       'all' AS segment_kind,
       {_series("'creative-stats'")} AS series,
       "Impressions" AS amount
FROM source
"""
AD_COLUMNS = frozenset(
    {"Ad_ID", "Ad_Type", "Advertiser_ID", "Advertiser_Name", "Date_Range_Start", "Date_Range_End"}
) | {"Impressions"}
AD_OPTIONAL = frozenset(
    {"Ad_URL", "Regions", "Ad_Campaigns_List", "Num_of_Days", "Spend_USD"}
    | {"First_Served_Timestamp", "Last_Served_Timestamp", "Age_Targeting", "Gender_Targeting"}
    | {"Geo_Targeting_Included", "Geo_Targeting_Excluded", "Is_Funded_By_Google_Ad_Grants"}
    | {f"Spend_Range_{end}_{code}" for end in ("Min", "Max") for code in ("USD", "EUR", "GBP")}
)
CREATIVES = Importer(
    name="google-political-creatives",
    about="Google political ads: spending and impressions of each ad, as ranges",
    posts=(
        Posts(SPEND, AD_SPEND),
        Posts(REACH, AD_REACH),
        Posts(CAMPAIGNS, ADVERTISER, distinct=True),
    ),
    required=AD_COLUMNS,
    optional=AD_OPTIONAL,
    aliases=_as_in_bigquery(AD_COLUMNS | AD_OPTIONAL),
    others=("(?i:Spend_Range_(Min|Max)_[A-Z]{3})", "_note"),
    gathers=_gathered(LEAST),
    settings=(MEANING, CURRENCY, OBSERVED_ON),
    rules=(
        NO_ADVERTISER,
        Rule(f"coalesce({AD}, '') = ''", "Ad_ID", "is blank and must not be"),
        CURRENCY_IS_THERE,
    ),
    locale="en_GB",
    provenance=PROVENANCE,
    notes=__doc__,
)

TARGETING_COLUMNS = frozenset(
    {"Campaign_ID", "Age_Targeting", "Gender_Targeting", "Geo_Targeting_Included"}
    | {"Geo_Targeting_Excluded", "Start_Date", "End_Date", "Advertiser_ID", "Advertiser_Name"}
)
CAMPAIGN_ID = "'google-campaign:' || trim(\"Campaign_ID\")"
TARGETING = Importer(
    name="google-political-targeting",
    about="Google political ads: whom each campaign was aimed at, without money",
    posts=(
        Posts(
            CAMPAIGNS,
            f"""
SELECT source_row, {ENTRY} 'advertiser' AS entry_id,
       {ADVERTISER_ID} AS campaign_id, {ADVERTISER_ID} AS record_key,
       "Advertiser_Name" AS organisation, "Advertiser_Name" AS name,
       NULL AS part_of, NULL AS intended_audience, NULL AS starts_on, NULL AS ends_before
FROM source
UNION ALL
SELECT source_row, {ENTRY} 'campaign', {CAMPAIGN_ID}, {CAMPAIGN_ID},
       "Advertiser_Name", 'campaign ' || "Campaign_ID" || ' of ' || "Advertiser_Name",
       {ADVERTISER_ID},
       concat_ws('; ', 'ages ' || nullif(trim("Age_Targeting"), ''),
                 'genders ' || nullif(trim("Gender_Targeting"), ''),
                 'places ' || nullif(trim("Geo_Targeting_Included"), ''),
                 'places left out ' || nullif(trim("Geo_Targeting_Excluded"), '')),
       nullif(trim("Start_Date"), ''), day_after(nullif(trim("End_Date"), ''))
FROM source
""",
            distinct=True,
        ),
    ),
    required=TARGETING_COLUMNS,
    optional=frozenset({"Ads_List"}),
    aliases=_as_in_bigquery(TARGETING_COLUMNS | {"Ads_List"}),
    settings=(OBSERVED_ON,),
    rules=(
        NO_ADVERTISER,
        Rule("coalesce(trim(\"Campaign_ID\"), '') = ''", "Campaign_ID", "is blank and must not be"),
    ),
    provenance=PROVENANCE,
    notes=__doc__,
)


def _kept(
    name: str, about: str, required: set[str], optional: set[str], what: str, *others: str
) -> Importer:
    """Return the importer of a table of the bundle that no ledger is for: its rows are kept."""
    return Importer(
        name=f"google-political-{name}",
        about=f"Google political ads: {about}, kept and not counted",
        posts=(Posts(SPEND, "SELECT source_row FROM source LIMIT 0"),),
        required=frozenset(required),
        optional=frozenset(optional),
        aliases=_as_in_bigquery(required | optional),
        others=others,
        settings=(OBSERVED_ON,),
        aside=f"'{what}'",
        provenance=PROVENANCE,
        notes=__doc__ or "",
    )


KEPT = (
    _kept(
        "keywords",
        "the keywords most was spent on",
        {"Report_Date", "Keyword_1"},
        {"Election_Cycle", "Region", "Elections"},
        "the keywords of a week: what all advertisers spent on them, and no campaign of theirs",
        "(?i:Keyword_[0-9]+)",
        "(?i:Spend_USD_[0-9]+)",
    ),
    _kept(
        "declared",
        "what advertisers in some regions say of themselves",
        {"Advertiser_ID", "Advertiser_Declared_Name"},
        {"Region"},
        "what an advertiser says of itself, without money",
        "(?i:(NZ_)?Advertiser_Declared_.*)",
    ),
    _kept(
        "advertiser-ids",
        "old and new IDs of advertisers",
        {"OldAdvertiserId", "NewAdvertiserId"},
        set(),
        "an advertiser whose ID has changed",
    ),
    _kept(
        "creative-ids",
        "old and new IDs of ads",
        {"OldCreativeId", "NewCreativeId"},
        set(),
        "an ad whose ID has changed",
    ),
)
UPDATED_COLUMN = "Report_Data_Updated_Date"
UPDATED = replace(
    _kept("updated", "the day of the bundle", {UPDATED_COLUMN}, set(), "the day of the bundle"),
    aliases={r"(?i:Report_Data_Updated_(Date|Time)( \([A-Z]+\))?)": UPDATED_COLUMN},
)
IMPORTERS = (STATS, WEEKLY, GEO, ADVERTISER_GEO, CREATIVES, TARGETING, *KEPT, UPDATED)
