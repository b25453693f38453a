"""Meta Ad Library API: ads with ranges of money and delivery, from ``ads_archive``.

Origin
    graph.facebook.com ``/ads_archive``: an answer comes in pages, ``{"data": [...], "paging":
    {...}}``, the last of which may be empty; people keep them as they are, as one list, as an ad
    or a page a line, or under ``ads``. Give the pages of one answer together, in any order. Tables
    of ads are read as well: as the library itself and programs write them, from CSV or a workbook.
Columns
    ``ad_delivery_start_time`` and what was asked for, since an answer has no other fields:
    ``id`` (or ``_id``), ``page_id``, ``page_name``, ``bylines`` (to 2021 ``funding_entity``),
    ``currency``, ``spend``, ``impressions``, ``demographic_distribution``,
    ``delivery_by_region`` (``region_distribution``), ``estimated_audience_size``
    (``potential_reach``), ``publisher_platforms``; of ads in the EU, UK and Brazil
    ``eu_total_reach``, ``uk_total_reach``, ``br_total_reach``, ``total_reach_by_location`` and
    ``age_country_gender_reach_breakdown``. In tables the id is ``ad_id`` or ``ad_archive_id`` too,
    a range ``lower_bound: 0, upper_bound: 99`` or two columns, ``spend_lower`` and
    ``spend_upper`` (``spend.lower_bound``, ``spend_min``); ``NA`` is a blank that R wrote. Other
    fields may be there.
Traps
    Money and impressions are ranges on ladders that change within one answer, and the top of a
    ladder has no upper bound. 0-999 impressions can mean that an ad never ran. Ads in the EU that
    are not political have reach and no money: no money told is no row, not zero. Shares by age,
    gender and region are shares of delivery to six decimals: they become ranges of impressions,
    wide enough for their rounding, and never parts of the money. Reach counts people, each table
    of it in a series of its own: the same delivery in other words, never to be added. An age,
    gender or region that is not listed had nothing. Currency is a field of each ad since 2020
    and nowhere before. One payer has several spellings, and no payer means that the ad ran
    without a disclaimer; campaigns are made for each page and spelling, and people link them.
    Pages are pulled minutes apart, and one ad can stand on two of them with other figures. Meta's
    figures only grow: the copy with the higher lower bound of impressions, then of money, then of
    people, is in force as a whole, in whatever order pages come, and the import says so. So it is
    with two imports of one day. Without an ``id`` an ad is known by its payer, page, times and
    texts, and a page that is given in two imports with other ads of that kind is counted as often.
    An id with a decimal point or exponent was rounded by a program and is refused; so is what
    others have estimated for a constituency, ``guestimateSpendGBP``. The size of the audience
    aimed at is no delivery: it stands in the note of the money. Addresses of ads can hold access
    tokens and are not kept.
"""

from __future__ import annotations

from dataclasses import replace

from farthing.importer import DAY, OBSERVED_ON, Importer, Posts, Provenance, Rule, Setting
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.reach import REACH
from farthing.ledgers.spend import SPEND

OWN = "each ad''s own"
#: What an ad's id is called, in answers, in dumps of them and in tables made of them.
IDS = ("id", "_id", "ad_id", "ad_archive_id")
FLAT = tuple(f"{name}_{which}" for name in ("spend", "impressions") for which in ("lower", "upper"))


def _said(column: str) -> str:
    """Return the SQL of a cell, NULL where it is blank: R writes NA into such a cell."""
    return f"nullif(nullif(trim(\"{column}\"), ''), 'NA')"


def _first(*columns: str) -> str:
    return f"coalesce({', '.join(map(_said, columns))})"


def _json(column: str) -> str:
    """Return the SQL of what is nested in a cell: as JSON, or as Python prints it into a table."""
    string = r"''([^'']*)''(\s*[:,}\]])"
    printed = f"""regexp_replace("{column}", '{string}', '"\\1"\\2', 'g')"""
    return f'coalesce(TRY_CAST("{column}" AS JSON), TRY_CAST({printed} AS JSON))'


def _bound(column: str, which: str) -> str:
    """Return the SQL of a bound, of one cell or of a column for each."""
    named = rf"{which}_bound[''\"]?\s*:\s*[''\"]?([0-9]+)"
    within = f"nullif(regexp_extract(\"{column}\", '{named}', 1), '')"
    flat = f"{column}_{which}"
    return f"coalesce({within}, {_whole(flat)})" if flat in FLAT else within


def _whole(column: str) -> str:
    """Return the SQL of a count: pandas writes 99.0 for 99 where another row has none.

    R writes 1e+06 for a million, and never a number so that has more digits; a spreadsheet, which
    may have rounded it, writes a capital.
    """
    told = _said(column)
    short = f"regexp_full_match({told}, '[0-9]([.][0-9]+)?e[+]?[0-9]{{1,2}}')"
    long = f"coalesce(TRY_CAST(TRY_CAST({told} AS DECIMAL(28,6)) AS VARCHAR), {told})"
    return f"regexp_replace(CASE WHEN {short} THEN {long} ELSE {told} END, '[.]0+$', '')"


def _span(column: str) -> str:
    return f"span({_bound(column, 'lower')}, {_bound(column, 'upper')})"


MONEY = _first("spend", "spend_lower", "spend_upper")

CURRENCY = Setting(
    name="currency",
    about="the currency of ads that name none",
    values="[A-Z]{3}",
    example="GBP",
    in_rows=f"""
SELECT CASE WHEN bool_and({MONEY} IS NULL OR {_said("currency")} NOTNULL) THEN '{OWN}' END
FROM source
""",
)
#: The name of a file tells the day where it has one and no other, as ``2019-11-03``.
OBSERVED = replace(OBSERVED_ON, in_name=rf"^(?:(?!{DAY}).)*({DAY})(?!.*{DAY})")
#: What others have made of ads by their own reckoning.
ESTIMATES = ("guestimateSpendGBP", "guestimateImpressions")
TOTALS = {"eu_total_reach": "EU", "uk_total_reach": "UK", "br_total_reach": "Brazil"}


def _short(name: str) -> str:
    """Return SQL that keeps a name within what a campaign's can hold, and apart from others."""
    return (
        f"CASE WHEN length({name}) > 90 THEN left({name}, 80) || '~' || left(md5({name}), 8) "
        f"ELSE {name} END"
    )


FLAT_CELLS = ", ".join(f'"{name}"' for name in FLAT)
PLATFORMS = f"""
list_sort(coalesce(json_transform({_json("publisher_platforms")}, '["VARCHAR"]'),
                   string_split_regex({_said("publisher_platforms")}, '[,;|\\s]+')))"""


def _ranked(number: str) -> str:
    """Return the SQL of a number as text that sorts as it does: with its length before it."""
    return f"coalesce(chr(96 + length({number})::INTEGER) || {number}, '')"


PEOPLE = ", ".join(f"coalesce(TRY_CAST({_whole(name)} AS BIGINT), 0)" for name in TOTALS)
#: Of two copies of an ad that were pulled on one day the one that is named last is in force: names
#: begin with the impressions, the money and the people that an ad has at least.
RANK = " || '.' || ".join(
    _ranked(number)
    for number in (
        _bound("impressions", "lower"),
        _bound("spend", "lower"),
        f"greatest({PEOPLE})::VARCHAR",
    )
)
#: An ad as it is posted, whatever vocabulary it comes in. An id holds for an ad for good; without
#: one it is known by what is not told anew with every answer.
ADS = f"""
WITH named AS (
  SELECT *,
         {_first(*IDS)} AS ad,
         {_first("bylines", "byline", "funding_entity")} AS payer,
         {_said("page_name")} AS page,
         coalesce(nullif({_said("page_id")}, '0'), {_short(f"name_of({_said('page_name')})")}, '')
           AS page_key
  FROM source
), ads AS (
  SELECT source_row,
         ad,
         payer,
         coalesce(page, payer, '(ran without a disclaimer)') AS organisation,
         'meta:' || page_key || '|' || coalesce({_short("name_of(payer)")}, '') AS campaign_id,
         coalesce('meta-ad:' || ad, 'meta-ad-unnamed:' || md5(json_array(
           payer, page_key, "ad_creation_time", "ad_delivery_start_time",
           coalesce("ad_creative_bodies", "ad_creative_body"),
           coalesce("ad_creative_link_titles", "ad_creative_link_title"),
           coalesce("ad_creative_link_captions", "ad_creative_link_caption"),
           coalesce("ad_creative_link_descriptions", "ad_creative_link_description")
         )::VARCHAR)) AS record_key,
         {RANK} || ':' || getvariable('source_id') || ':' || left(md5(json_array(
           "ad_delivery_stop_time", "spend", "impressions", {FLAT_CELLS},
           "demographic_distribution", "delivery_by_region", "region_distribution",
           "eu_total_reach", "uk_total_reach", "br_total_reach", "total_reach_by_location",
           "age_country_gender_reach_breakdown"
         )::VARCHAR), 8) || ':' || source_row AS entry_id,
         left(trim("ad_delivery_start_time"), 10) AS starts_on,
         day_after(left({_said("ad_delivery_stop_time")}, 10)) AS ends_before,
         coalesce(nullif(lower(array_to_string({PLATFORMS}, ', ')), ''), 'facebook') AS channel,
         coalesce({_said("currency")}, nullif(getvariable('currency'), '{OWN}')) AS currency,
         coalesce('estimated audience size ' || {_span("estimated_audience_size")},
                  'potential reach ' || {_span("potential_reach")}) AS note,
         {_span("spend")} AS spend,
         {_span("impressions")} AS impressions,
         TRY_CAST({_bound("impressions", "lower")} AS DECIMAL(18,0)) AS least,
         TRY_CAST({_bound("impressions", "upper")} AS DECIMAL(18,0)) AS most,
         json_transform({_json("demographic_distribution")},
           '[{{"percentage": "VARCHAR", "age": "VARCHAR", "gender": "VARCHAR"}}]') AS demographics,
         json_transform(coalesce({_json("delivery_by_region")}, {_json("region_distribution")}),
           '[{{"percentage": "VARCHAR", "region": "VARCHAR"}}]') AS regions,
         json_transform({_json("age_country_gender_reach_breakdown")},
           '[{{"country": "VARCHAR", "age_gender_breakdowns": [{{"age_range": "VARCHAR",
              "male": "VARCHAR", "female": "VARCHAR", "unknown": "VARCHAR"}}]}}]') AS countries,
         {", ".join(f"{_whole(name)} AS {name}" for name in TOTALS)},
         {_json("total_reach_by_location")} AS locations
  FROM named
)"""

SPENT = f"""{ADS}
SELECT source_row, entry_id, campaign_id, record_key,
       'platform' AS record,
       starts_on, ends_before,
       'Meta' AS payee,
       channel, currency,
       ad AS document_ref,
       'meta ad archive' AS series,
       note,
       spend AS amount
FROM ads
WHERE spend NOTNULL
"""

#: A share is true to half of its sixth decimal, and a share of a range is a range.
SHARED = """
span(floor(least * greatest(share - 0.0000005::DECIMAL(14,12), 0))::VARCHAR,
     ceil(most * least(share + 0.0000005::DECIMAL(14,12), 1))::VARCHAR)"""


def _shared(parts: str, kind: str, segment: str) -> str:
    """Return the SELECT of impressions by the shares of one distribution."""
    return f"""
  SELECT ads, 'impressions' AS measure, '{kind}' AS segment_kind, segment,
         'meta ad archive {kind}' AS series, NULL AS place, {SHARED} AS amount
  FROM (
    SELECT ads, least, most, {segment} AS segment,
           TRY_CAST(part.percentage AS DECIMAL(14,12)) AS share
    FROM (SELECT ads, least, most, unnest({parts}) AS part FROM ads)
  )
  WHERE least NOTNULL OR most NOTNULL"""


def _total(column: str, place: str) -> str:
    """Return the SELECT of the people reached in one place, as a whole.

    Places are no series of their own: the people of one are not those of another told again.
    """
    return f"""
  SELECT ads, 'people' AS measure, 'all' AS segment_kind, NULL AS segment,
         'meta ad archive people' AS series, '{place}' AS place, "{column}" AS amount
  FROM ads WHERE "{column}" NOTNULL"""


#: People by country, age and gender; a gender that is not there is none.
BREAKDOWN = """
  SELECT ads, 'people' AS measure, 'age_gender' AS segment_kind,
         concat_ws(' ', country, part.age_range, told.gender) AS segment,
         'meta ad archive people age_gender' AS series, NULL AS place, told.people AS amount
  FROM (
    SELECT ads, country, part,
           unnest([{'gender': 'male', 'people': part.male},
                   {'gender': 'female', 'people': part.female},
                   {'gender': 'unknown', 'people': part.unknown}]) AS told
    FROM (
      SELECT ads, place.country AS country, unnest(place.age_gender_breakdowns) AS part
      FROM (SELECT ads, unnest(countries) AS place FROM ads)
    )
  )
  WHERE told.people NOTNULL"""

#: Total reach by location: a list of keys and values.
LOCATIONS = """
  SELECT ads, 'people' AS measure, 'area' AS segment_kind, place.key AS segment,
         'meta ad archive people area' AS series, NULL AS place, place.value AS amount
  FROM (
    SELECT ads, unnest(json_transform(locations, '[{"key": "VARCHAR", "value": "VARCHAR"}]'))
           AS place
    FROM ads
  )"""

DELIVERED = " UNION ALL ".join(
    (
        """
  SELECT ads, 'impressions' AS measure, 'all' AS segment_kind, NULL AS segment,
         'meta ad archive' AS series, NULL AS place, impressions AS amount
  FROM ads WHERE impressions NOTNULL""",
        _shared("demographics", "age_gender", "concat_ws(' ', part.age, part.gender)"),
        _shared("regions", "area", "part.region"),
        *(_total(column, place) for column, place in TOTALS.items()),
        BREAKDOWN,
        LOCATIONS,
    )
)

REACHED = f"""{ADS}, delivered AS ({DELIVERED}
)
SELECT ads.source_row AS source_row,
       ads.entry_id || '.' || row_number() OVER (
         PARTITION BY ads.source_row ORDER BY series, place, segment) AS entry_id,
       ads.campaign_id AS campaign_id,
       concat_ws('|', ads.record_key, series, place, segment) AS record_key,
       ads.starts_on AS starts_on,
       ads.ends_before AS ends_before,
       ads.channel AS channel,
       measure, segment_kind, segment, series, amount,
       'people reached in ' || delivered.place AS note
FROM delivered
ORDER BY 1, series, delivered.place, segment
"""

CAMPAIGN = f"""{ADS}
SELECT source_row, campaign_id,
       campaign_id AS record_key,
       organisation,
       payer AS asked_by,
       organisation AS name
FROM ads
"""

NUMBER = "[0-9]{1,15}"


def _id(column: str, before: tuple[str, ...] = ()) -> Rule:
    """Refuse what is no id, but for the key of somebody's dump beside an id of the archive."""
    unless = f"{_first(*before)} IS NULL AND " if before else ""
    return Rule(
        f"{unless}NOT regexp_full_match({_said(column)}, '[0-9]+')",
        column,
        "is not an id of digits alone: a program may have rounded it",
    )


def _day(column: str) -> Rule:
    return Rule(
        f"NOT regexp_full_match({_said(column)}, '{DAY}([T ][0-9:.]+(Z|[+-][0-9:]+)?)?')",
        column,
        "is not a time as the archive writes it, such as 2019-11-03 or 2019-11-03T08:29:55+0000",
    )


BOUND = rf"['\"]?(lower|upper)_bound['\"]?\s*:\s*(null|None|['\"]?{NUMBER}['\"]?)"
RANGE = rf"\s*\{{?\s*{BOUND}(\s*,\s*{BOUND})?\s*\}}?\s*".replace("'", "''")


def _range(column: str) -> Rule:
    told = f"coalesce({_bound(column, 'lower')}, {_bound(column, 'upper')}) NOTNULL"
    return Rule(
        f"{_said(column)} NOTNULL AND NOT (regexp_full_match(\"{column}\", '{RANGE}') AND {told})",
        column,
        "is not a range of the archive, with a lower_bound and mostly an upper_bound",
    )


def _shares(column: str, *keys: str) -> Rule:
    """Refuse a list of shares where one could not be read, or would count twice."""
    shape = ", ".join(f'"{key}": "VARCHAR"' for key in ("percentage", *keys))
    named = " AND ".join(f"part.{key} NOTNULL" for key in keys)
    segment = ", '|', ".join(f"part.{key}" for key in keys)
    return Rule(
        f"""
{_said(column)} NOTNULL AND NOT coalesce(json_type({_json(column)}) = 'ARRAY' AND (
  SELECT coalesce(bool_and(coalesce(
           TRY_CAST(part.percentage AS DECIMAL(14,12)) BETWEEN 0 AND 1 AND {named}, false)), true)
         AND count(DISTINCT concat({segment})) = count(*)
  FROM (SELECT unnest(json_transform({_json(column)}, '[{{{shape}}}]')) AS part)), false)""",
        column,
        f"is not a list of shares from 0 to 1, one for each {' and '.join(keys)}",
    )


def _count(column: str, what: str) -> Rule:
    return Rule(
        f"NOT regexp_full_match({_whole(column)}, '{NUMBER}')", column, f"is not a number of {what}"
    )


RULES = (
    Rule(
        f"{_said('ad_delivery_start_time')} IS NULL",
        "ad_delivery_start_time",
        "is blank: the record is no ad, but perhaps an error that was answered with",
    ),
    *(
        Rule(
            f"{_said(column)} NOTNULL",
            column,
            "is somebody's estimate and no figure of Meta's: import the answers it was made from",
        )
        for column in ESTIMATES
    ),
    *(_id(column, IDS[:at]) for at, column in enumerate(IDS)),
    _id("page_id"),
    _day("ad_delivery_start_time"),
    _day("ad_delivery_stop_time"),
    _range("spend"),
    _range("impressions"),
    _shares("demographic_distribution", "age", "gender"),
    _shares("delivery_by_region", "region"),
    _shares("region_distribution", "region"),
    *(_count(column, "people") for column in TOTALS),
    *(_count(column, "digits alone") for column in FLAT),
    Rule(
        f"""
{_said("total_reach_by_location")} NOTNULL AND NOT coalesce(
  json_type({_json("total_reach_by_location")}) = 'ARRAY' AND (
    SELECT coalesce(bool_and(coalesce(
             regexp_full_match(place.value, '{NUMBER}') AND place.key NOTNULL, false)), true)
           AND count(DISTINCT place.key) = count(*)
    FROM (SELECT unnest(json_transform({_json("total_reach_by_location")},
            '[{{"key": "VARCHAR", "value": "VARCHAR"}}]')) AS place)), false)""",
        "total_reach_by_location",
        "is not a list of numbers of people, with a key and a value for each location",
    ),
    Rule(
        f"""
{_said("age_country_gender_reach_breakdown")} NOTNULL AND NOT coalesce(
  json_type({_json("age_country_gender_reach_breakdown")}) = 'ARRAY' AND (
    SELECT coalesce(bool_and(coalesce(
             country NOTNULL AND part.age_range NOTNULL
             AND regexp_full_match(coalesce(part.male, '0'), '{NUMBER}')
             AND regexp_full_match(coalesce(part.female, '0'), '{NUMBER}')
             AND regexp_full_match(coalesce(part.unknown, '0'), '{NUMBER}'), false)), true)
           AND count(DISTINCT country || ' ' || part.age_range) = count(*)
    FROM (
      SELECT place.country AS country, unnest(place.age_gender_breakdowns) AS part
      FROM (SELECT unnest(json_transform({_json("age_country_gender_reach_breakdown")},
        '[{{"country": "VARCHAR", "age_gender_breakdowns": [{{"age_range": "VARCHAR",
           "male": "VARCHAR", "female": "VARCHAR", "unknown": "VARCHAR"}}]}}]')) AS place)
    )), false)""",
        "age_country_gender_reach_breakdown",
        "is not a list of numbers of people by country, age and gender, each once",
    ),
    Rule(
        f"{MONEY} NOTNULL AND {_said('currency')} IS NULL AND getvariable('currency') = '{OWN}'",
        "currency",
        "is not told, and none is declared for ads that do not tell: --declare currency=GBP",
    ),
)

#: An ad with an id that stands in two pages is one ad.
REPEATS = "starts_with(record_key, 'meta-ad:')"

META_ARCHIVE = Importer(
    name="meta-archive",
    about="Meta Ad Library API: ads with ranges of money and delivery",
    posts=(
        Posts(SPEND, SPENT, repeats=REPEATS),
        Posts(REACH, REACHED, repeats=REPEATS),
        Posts(CAMPAIGNS, CAMPAIGN, distinct=True),
    ),
    required=frozenset({"ad_delivery_start_time"}),
    one_of=frozenset(
        {
            "spend",
            "impressions",
            "total_reach_by_location",
            "age_country_gender_reach_breakdown",
            *(*TOTALS, *FLAT, *ESTIMATES),
        }
    ),
    optional=frozenset(
        {
            *(*IDS, *FLAT, *ESTIMATES, "page_id", "page_name", "bylines", "byline"),
            *("funding_entity", "currency"),
            *("ad_creation_time", "ad_delivery_stop_time", "publisher_platforms"),
            *("ad_creative_bodies", "ad_creative_body"),
            *("ad_creative_link_titles", "ad_creative_link_title"),
            *("ad_creative_link_captions", "ad_creative_link_caption"),
            *("ad_creative_link_descriptions", "ad_creative_link_description"),
            *("spend", "impressions", "estimated_audience_size", "potential_reach"),
            *("demographic_distribution", "delivery_by_region", "region_distribution"),
            *("total_reach_by_location", "age_country_gender_reach_breakdown", *TOTALS),
        }
    ),
    aliases={
        rf"{name}[._]{which}[._]bound|{name}_{end}|{end}_{name}": f"{name}_{which}"
        for name in ("spend", "impressions")
        for which, end in (("lower", "min"), ("upper", "max"))
    },
    others=(r"(?s).*",),
    settings=(CURRENCY, OBSERVED),
    rules=RULES,
    paged=True,
    provenance=Provenance(publisher="Meta", origin_id="meta-ad-library"),
    notes=__doc__,
)
IMPORTERS = (META_ARCHIVE,)
