"""Snapchat Political Ads Library: money and impressions, an advertisement a row, as CSV.

Origin
    snap.com/political-ads, a ZIP for each year since 2018 with ``PoliticalAds.csv``.
Columns
    ``ADID``, ``Currency Code``, ``Spend``, ``Impressions``, ``StartDate``, ``EndDate``,
    ``OrganizationName``, ``PayingAdvertiserName``, ``CountryCode``, and what the advertisement
    was aimed at: ``Gender``, ``AgeBracket``, ``Regions (Included)``, ``Postal Codes (Included)``
    and many more, which may be missing. Since 2021 the files of all years have the committee
    behind it, too (``CommitteeName``). Some names are written with spaces, as in the dictionary
    that is packed beside the file (``Start Date``).
Traps
    Money is in whole units of the account's currency, row by row, whatever the country: never
    add two currencies. The first files had no ``Currency Code``, and named what they were aimed
    at by numbers (``RegionID``): declare ``currency``. A spend of 0 with impressions is real, for
    it is rounded. Both figures are totals "up to the current date", so an advertisement that
    still runs has others in the next file: its rows are versions under one ``ADID``, and
    ``observed_on`` tells which is the later. Declare it where a file has no day in its name:
    without it the order of two files is not known. An ``ADID`` twice in one file is refused,
    since nobody can tell which row holds.

    Moments are UTC and become days. A blank ``EndDate`` is an advertisement that still runs: its
    end is unknown. So it is where the ``EndDate`` is before the ``StartDate``, as in 5 of the 486
    rows for the United Kingdom in 2019; the note keeps it.

    What it was aimed at is an intention and no delivery: it is kept in the note of its spend, and
    never becomes reach by area or age. Postcode districts are no constituencies. Two rows of
    impressions can be of one person many times. ``CountryCode`` is a name in small letters.

    An organisation is whoever runs the account, often an agency; who paid may be somebody else.
    Each pair of them is a campaign. ``BillingAddress`` can be a private person's home and is not
    posted; a row that is refused keeps all of its cells in the book.
"""

from __future__ import annotations

from farthing.importer import OBSERVED_ON, Importer, Posts, Provenance, Rule, Setting
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.reach import REACH
from farthing.ledgers.spend import SPEND

AIMS = {
    "CountryCode": "country",
    "Gender": "gender",
    "AgeBracket": "age",
    "Regions (Included)": "regions",
    "Regions (Excluded)": "regions left out",
    "Electoral Districts (Included)": "electoral districts",
    "Electoral Districts (Excluded)": "electoral districts left out",
    "Radius Targeting (Included)": "within",
    "Radius Targeting (Excluded)": "not within",
    "Metros (Included)": "metros",
    "Metros (Excluded)": "metros left out",
    "Postal Codes (Included)": "postal codes",
    "Postal Codes (Excluded)": "postal codes left out",
    "Location Categories (Included)": "places",
    "Location Categories (Excluded)": "places left out",
    "Interests": "interests",
    "OsType": "system",
    "Segments": "segments",
    "Language": "language",
    "AdvancedDemographics": "demographics",
    "Targeting Connection Type": "connection",
    "Targeting Carrier (ISP)": "carrier",
    "RegionID": "regions by number",
    "ElectoralDistrictID": "electoral districts by number",
    "LatLongRad": "within",
    "MetroID": "metros by number",
    "PostCode": "postal codes",
    "LocationType": "places",
    "Targeting Geo - Postal Code": "postal codes",
}
ABOUT = {
    "CandidateBallotInformation": "about",
    "CommitteeName": "committee",
    "CommitteeIdentificationNumber": "committee number",
    "DisclosureNameOfCommittee": "committee as disclosed",
    "AdvertisingJurisdiction": "jurisdiction",
}
CURRENCY = Setting(
    name="currency",
    about="the currency of amounts that the file gives none for",
    values="[A-Z]{3}",
    example="USD",
    required=False,
)
CODE = """coalesce(nullif(trim("Currency Code"), ''), getvariable('currency'))"""


def _said(columns: dict[str, str]) -> str:
    """Return SQL for what the cells of some columns say, each behind its word, or NULL."""
    cells = ", ".join(
        f"""'{word} ' || nullif(trim("{name}"), '')""" for name, word in columns.items()
    )
    return f"nullif(concat_ws('; ', {cells}), '')"


def _name(column: str) -> str:
    return f"""nullif(regexp_replace(trim("{column}"), '\\s+', ' ', 'g'), '')"""


PAYER = _name("PayingAdvertiserName")
ORGANISATION = f"coalesce({_name('OrganizationName')}, {PAYER})"
#: A pair of names too long for an identifier is told by its hash.
PAIR = f"name_of({ORGANISATION}) || '|' || coalesce(name_of({PAYER}), '')"
CAMPAIGN_ID = f"""
'snapchat:' || CASE WHEN length({PAIR}) <= 190 THEN {PAIR}
                    ELSE left({PAIR}, 150) || '|' || md5({PAIR}) END"""
CAMPAIGN = f"""
SELECT source_row,
       {CAMPAIGN_ID} AS campaign_id,
       {CAMPAIGN_ID} AS record_key,
       {ORGANISATION} AS organisation,
       nullif({PAYER}, {ORGANISATION}) AS asked_by,
       concat_ws(' for ', {ORGANISATION}, nullif({PAYER}, {ORGANISATION})) AS name
FROM source
"""

UNTOLD = "is blank: declare which currency it is, as in --declare currency=USD"

MOMENT = "%Y/%m/%d %H:%M:%SZ"
STARTS_ON = f"""day("StartDate", '{MOMENT}')"""
#: An end at midnight is the end of the day before.
ENDS_BEFORE = f"""
CASE WHEN trim("EndDate") LIKE '% 00:00:00Z' AND day("EndDate", '{MOMENT}') > {STARTS_ON}
     THEN day("EndDate", '{MOMENT}')
     ELSE day_after(day("EndDate", '{MOMENT}')) END"""
BACKWARDS = f"""
try_strptime(trim("EndDate"), '{MOMENT}') < try_strptime(trim("StartDate"), '{MOMENT}')"""
ROW = f"""
       {CAMPAIGN_ID} AS campaign_id,
       'snapchat:' || trim("ADID") AS record_key,
       {STARTS_ON} AS starts_on,
       CASE WHEN {BACKWARDS} THEN NULL ELSE {ENDS_BEFORE} END AS ends_before,
       'snapchat' AS channel,
       'snapchat political ads' AS series"""

MONEY = f"""
SELECT source_row,{ROW},
       'platform' AS record,
       'Snap' AS payee,
       {CODE} AS currency,
       trim("ADID") AS document_ref,
       concat_ws('. ',
         'Aimed at ' || {_said(AIMS)},
         {_said(ABOUT)},
         CASE WHEN {BACKWARDS} THEN 'EndDate is before its StartDate: ' || "EndDate" END
       ) AS note,
       "Spend" AS amount
FROM source
"""
DELIVERY = f"""
SELECT source_row,{ROW},
       'impressions' AS measure,
       'all' AS segment_kind,
       "Impressions" AS amount
FROM source
"""

SNAPCHAT = Importer(
    name="snapchat",
    about="Snapchat Political Ads Library: money and impressions by advertisement",
    posts=(
        Posts(SPEND, MONEY),
        Posts(REACH, DELIVERY),
        Posts(CAMPAIGNS, CAMPAIGN, distinct=True),
    ),
    required=frozenset(
        {"ADID", "Spend", "Impressions", "StartDate", "EndDate"}
        | {"OrganizationName", "PayingAdvertiserName", "CountryCode"}
    ),
    optional=frozenset({*AIMS, *ABOUT} - {"CountryCode"})
    | {"Currency Code", "CreativeUrl", "BillingAddress", "CreativeProperties"},
    aliases={
        "AD ID": "ADID",
        "Creative ?U(RL|rl)": "CreativeUrl",
        "Currency ?Code": "Currency Code",
        "Start Date": "StartDate",
        "End Date": "EndDate",
        "Organization Name": "OrganizationName",
        "Billing Address": "BillingAddress",
        "Candidate ?Ballot Information": "CandidateBallotInformation",
        "Paying Advertiser Name": "PayingAdvertiserName",
        "Committee Name": "CommitteeName",
        "Committee Identification Number": "CommitteeIdentificationNumber",
        "Disclosure Name Of Committee": "DisclosureNameOfCommittee",
        "Advertising Jurisdiction": "AdvertisingJurisdiction",
        "Age Bracket": "AgeBracket",
        "Country Code": "CountryCode",
        r"Postal Code \(Included\)": "Postal Codes (Included)",
        r"Postal Code \(Excluded\)": "Postal Codes (Excluded)",
    },
    others=(r".+ \((Included|Excluded)\)", "Targeting .+"),
    settings=(CURRENCY, OBSERVED_ON),
    rules=(
        Rule("""coalesce(trim("ADID"), '') = ''""", "ADID", "is blank and must not be"),
        Rule(f"{CODE} IS NULL", "Currency Code", UNTOLD),
    ),
    unique="ADID",
    dates="yyyy/mm/dd hh:mm:ssZ",
    locale="en_GB",
    provenance=Provenance(publisher="Snap", origin_id="snapchat-political-ads"),
    notes=__doc__,
)
IMPORTERS = (SNAPCHAT,)
