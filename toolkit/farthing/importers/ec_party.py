r"""UK Electoral Commission spending export: one item of a party's or campaigner's return a row.

Origin
    search.electoralcommission.org.uk, Spending, "Export results as CSV": the returns of parties
    and non-party campaigners after an election or referendum, item by item.
Columns
    ``ECRef``, ``RegulatedEntityName``, ``RegulatedEntityId``, ``ReportingPeriodName``,
    ``TotalExpenditure``, ``DateIncurred`` and ``SupplierName`` must be there;
    ``ExpenseCategoryName``, ``AmountInEngland`` and those of the other nations,
    ``DateOfClaimForPayment``, ``DatePaid``, ``RedactedSupportingInvoiceId``, ``JointCampaignName``,
    ``UnregisteredCampaignerName``, ``CampaigningName`` and ``IsOutsideSection75`` are read where
    they are. Other columns may stand beside them and are left in the file, as are the addresses
    and the amounts by nation.
Traps
    Every row is a line of a return, also one with an invoice behind it: an invoice's number goes
    into the note, and no invoice is booked beside the return that holds its money. Amounts are
    text with a pound sign and commas; those of the four nations must come to the total, give or
    take a penny. Spending in a referendum is not divided among nations: there all four can be
    £0.00. Days are dd/mm/yyyy, or yyyy-mm-dd in a workbook that the export was saved as;
    where a file has both, a spreadsheet has taken some days for months, and those are refused.
    The export itself may end within its last row, which is refused; a line of totals that
    somebody added is set aside. Rows that were paid or claimed before they were incurred,
    or incurred after the poll, are common: they are posted with a note, since nobody can tell
    which day is wrong. An ``ECRef`` that stands twice in a file would count its money twice and
    is refused. One supplier is written in many ways: the spellings are kept, and those of
    Facebook and Google are linked to one payee by rows in ``links``, each with its rule, which
    anybody can supersede or reverse; what was changed there by hand stays so at the next
    import. A party's name carries "[De-registered …]" and is the one it has today. There is no
    reach.
"""

from __future__ import annotations

from farthing.importer import OBSERVED_ON, Importer, Posts, Provenance, Rule
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.links import LINKS
from farthing.ledgers.spend import SPEND

#: The payees that spellings are linked to: name, channel, pattern in small letters, and the
#: pattern in words. No other spelling is taken for another.
PLATFORMS = (
    (
        "Facebook",
        "facebook",
        r"facebook( (uk|ireland))?( (ltd|limited|limitd|inc))?\.?",
        "is Facebook, or that with UK or Ireland, or with Ltd, Limited, Limitd or Inc behind it, "
        "in capitals or small letters",
    ),
    (
        "Google",
        "google",
        r"google( (uk|ireland))?( (ltd|limited|inc|llc))?\.?",
        "is Google, or that with UK or Ireland, or with Ltd, Limited, Inc or LLC behind it, "
        "in capitals or small letters",
    ),
)
NATIONS = ("England", "Scotland", "Wales", "NorthernIreland")
DAYS = ("DateIncurred", "DateOfClaimForPayment", "DatePaid")
#: An amount as the Commission writes it. A comma that groups no thousands is a decimal comma.
POUNDS = r"-?£?[0-9]{1,3}(,?[0-9]{3})*(\.[0-9]{1,2})?"
NO_POUNDS = "is not an amount in pounds and pence, such as £1,234.50"
NO_DAY = "is not a date (expected dd/mm/yyyy)"
AS_SAVED = r"\d{4}-\d{2}-\d{2}"
MIXED = (
    "is yyyy-mm-dd where other days of the file are dd/mm/yyyy: a spreadsheet may have taken the "
    "day for the month; import the export as it was downloaded"
)


def is_pounds(column: str) -> str:
    """Return the SQL that tells whether a cell is an amount in pounds, with or without the sign."""
    return f"""regexp_full_match("{column}", '{POUNDS}')"""


def _pounds(column: str) -> str:
    """Return the SQL of the amount in a cell that is one in pounds."""
    return f"""try_cast(replace(replace("{column}", '£', ''), ',', '') AS DECIMAL(18,2))"""


def _day(column: str) -> str:
    return f"""try_strptime("{column}", ['%d/%m/%Y', '%Y-%m-%d'])::DATE"""


def _is_day(column: str) -> str:
    """Return the SQL that tells whether a cell is a day that is written in one of both ways.

    Those two are ten characters long, and 1/3/2019 is not.
    """
    return f"""(length("{column}") = 10 AND {_day(column)} NOTNULL)"""


PAYEE = '"SupplierName"'
INCURRED = _day("DateIncurred")
POLL = """right("ReportingPeriodName", 10)"""
POLL_DAY = f"CASE WHEN {POLL} LIKE '__/__/____' THEN try_strptime({POLL}, '%d/%m/%Y')::DATE END"
#: A pattern is tried on few cells: only where the name stands.
NAMES_PLATFORM = " OR ".join(f"contains(lower({PAYEE}), '{name}')" for _, name, *_ in PLATFORMS)
NAMED_AS = "regexp_full_match(lower({payee}), '{pattern}')"
CHANNEL = " ".join(
    f"WHEN {NAMED_AS.format(payee=PAYEE, pattern=pattern)} THEN '{channel}'"
    for _, channel, pattern, _ in PLATFORMS
)
CHANNEL = f"CASE WHEN {NAMES_PLATFORM} THEN CASE {CHANNEL} END END"
CAMPAIGN_ID = """'ec:' || name_of("RegulatedEntityId") || ':' || name_of("ReportingPeriodName")"""
NOTHING_IN = {nation: f""""AmountIn{nation}" = '£0.00'""" for nation in NATIONS}
#: Most items are of one nation, and what is £0.00 in the others is not read digit by digit.
OF_NATION = {
    nation: f"""CASE WHEN {nothing} THEN 0
    ELSE coalesce({_pounds(f"AmountIn{nation}")}, 0) END"""
    for nation, nothing in NOTHING_IN.items()
}
TOGETHER = " + ".join(f"({one})" for one in OF_NATION.values())
ANY_NATION = ", ".join(f'"AmountIn{nation}"' for nation in NATIONS)
ELSEWHERE = " AND ".join(NOTHING_IN[nation] for nation in NATIONS[1:])
#: Of which it is plain to the eye that the nations come to the total.
ALL_IN_ENGLAND = f"""("AmountInEngland" = "TotalExpenditure" AND {ELSEWHERE})"""
#: The return on a referendum asks for no nations.
UNDIVIDED = f"""contains(lower("ReportingPeriodName"), 'referendum')
    AND {NOTHING_IN["England"]} AND {ELSEWHERE}"""

SPEND_ITEM = f"""
SELECT source_row,
       {CAMPAIGN_ID} AS campaign_id,
       'ec:' || "ECRef" AS record_key,
       'return' AS record,
       day("DateIncurred", '%d/%m/%Y') AS incurred_on,
       {PAYEE} AS payee,
       {CHANNEL} AS channel,
       "ExpenseCategoryName" AS category,
       'GBP' AS currency,
       "ECRef" AS document_ref,
       CASE WHEN {is_pounds("TotalExpenditure")} THEN "TotalExpenditure" END AS amount,
       nullif(concat_ws('; ',
         CASE WHEN {_day("DatePaid")} < {INCURRED}
              THEN 'paid before it was incurred (paid ' || {_day("DatePaid")}
                   || ', incurred ' || {INCURRED} || ')' END,
         CASE WHEN {_day("DateOfClaimForPayment")} < {INCURRED}
              THEN 'claimed before it was incurred (claimed ' || {_day("DateOfClaimForPayment")}
                   || ', incurred ' || {INCURRED} || ')' END,
         CASE WHEN {INCURRED} > {POLL_DAY}
              THEN 'incurred after the poll of ' || {POLL_DAY} END,
         CASE WHEN ({NAMES_PLATFORM}) AND {CHANNEL} IS NULL
              THEN 'names Facebook or Google and is not taken for either' END,
         'joint campaign: ' || "JointCampaignName",
         'unregistered campaigner: ' || "UnregisteredCampaignerName",
         'campaigning as: ' || "CampaigningName",
         CASE WHEN lower("IsOutsideSection75") <> 'false'
              THEN 'outside section 75: ' || "IsOutsideSection75" END,
         'invoice ' || CASE WHEN "RedactedSupportingInvoiceId" LIKE '%.0'
                            THEN left("RedactedSupportingInvoiceId", -2)
                            ELSE "RedactedSupportingInvoiceId" END
       ), '') AS note
FROM source
"""
#: Each name is looked at once, however many rows have it.
CAMPAIGN = f"""
WITH named AS MATERIALIZED (
  SELECT min(source_row) AS source_row, "RegulatedEntityId", "RegulatedEntityName",
         "ReportingPeriodName"
  FROM source GROUP BY ALL
)
SELECT source_row,
       {CAMPAIGN_ID} AS campaign_id,
       {CAMPAIGN_ID} AS record_key,
       trim(regexp_replace("RegulatedEntityName", '\\[De-registered[^\\]]*\\]', ''))
         AS organisation,
       "ReportingPeriodName" AS name,
       strftime({POLL_DAY} + INTERVAL 1 DAY, '%Y-%m-%d') AS ends_before,
       nullif(regexp_extract("RegulatedEntityName", '\\[(De-registered[^\\]]*)\\]', 1), '') AS note
FROM named
WHERE "RegulatedEntityId" IS NOT NULL AND "ReportingPeriodName" IS NOT NULL
"""
LINK = """
WITH paid AS MATERIALIZED (
  SELECT min(source_row) AS source_row, "SupplierName" FROM source GROUP BY ALL
)
""" + " UNION ALL ".join(
    f"""
SELECT source_row, 'payee' AS kind, {PAYEE} AS name, '{name}' AS stands_for, '{words}' AS rule
FROM paid
WHERE {NAMED_AS.format(payee=PAYEE, pattern=pattern)} AND {PAYEE} <> '{name}'
"""
    for name, _, pattern, words in PLATFORMS
)

#: Whether any day of the file is written as the Commission writes it.
EXPORTED = "SELECT DISTINCT true AS exported FROM source WHERE " + " OR ".join(
    f"""contains("{column}", '/')""" for column in DAYS
)
TOTAL = """
CASE WHEN "RegulatedEntityId" IS NULL AND "DateIncurred" IS NULL AND "SupplierName" IS NULL
      AND "TotalExpenditure" NOTNULL
     THEN CASE WHEN coalesce(regexp_full_match(lower("ECRef"), '(grand |sub)?totals?:?'), true)
               THEN 'a line of totals' END END
"""
REQUIRED = frozenset(
    {
        "ECRef",
        "RegulatedEntityName",
        "RegulatedEntityId",
        "ReportingPeriodName",
        "TotalExpenditure",
        "DateIncurred",
        "SupplierName",
    }
)
NEVER_BLANK = (
    "ECRef",
    "RegulatedEntityId",
    "RegulatedEntityName",
    "ReportingPeriodName",
    "TotalExpenditure",
)
RULES = (
    *(Rule(f'"{column}" IS NULL', column, "is blank and must not be") for column in NEVER_BLANK),
    Rule(f"NOT {is_pounds('TotalExpenditure')}", "TotalExpenditure", NO_POUNDS),
    *(
        Rule(
            f"""CASE WHEN "AmountIn{nation}" NOT IN ('£0.00', "TotalExpenditure")
            THEN NOT {is_pounds(f"AmountIn{nation}")} END""",
            f"AmountIn{nation}",
            NO_POUNDS,
        )
        for nation in NATIONS
    ),
    Rule(
        f"""CASE WHEN NOT coalesce({ALL_IN_ENGLAND}, false)
            THEN coalesce({ANY_NATION}) IS NOT NULL
                 AND abs({_pounds("TotalExpenditure")} - ({TOGETHER})) > 0.01
                 AND NOT ({UNDIVIDED}) END""",
        "TotalExpenditure",
        "is not the sum of the four nations, which is",
        figure=TOGETHER,
    ),
    # A day that is written otherwise, as 1/3/2019, may be another day.
    *(Rule(f'"{column}" NOTNULL AND NOT {_is_day(column)}', column, NO_DAY) for column in DAYS),
    *(
        Rule(
            f"""CASE WHEN contains("{column}", '-')
            THEN regexp_full_match("{column}", '{AS_SAVED}')
                 AND EXISTS (SELECT 1 FROM gathered) END""",
            column,
            MIXED,
        )
        for column in DAYS
    ),
)

EC_PARTY = Importer(
    name="ec-party-spending",
    about="UK Electoral Commission: spending of parties and campaigners, item by item",
    posts=(
        Posts(SPEND, SPEND_ITEM),
        Posts(CAMPAIGNS, CAMPAIGN, distinct=True),
        Posts(LINKS, LINK, distinct=True),
    ),
    required=REQUIRED,
    optional=frozenset(
        {
            *(f"AmountIn{nation}" for nation in NATIONS),
            "ExpenseCategoryName",
            "DateOfClaimForPayment",
            "DatePaid",
            "RedactedSupportingInvoiceId",
            "JointCampaignName",
            "UnregisteredCampaignerName",
            "CampaigningName",
            "IsOutsideSection75",
        }
    ),
    others=("(?!AmountIn).*",),
    gathers=EXPORTED,
    aside=TOTAL,
    settings=(OBSERVED_ON,),
    rules=RULES,
    unique="ECRef",
    dates="dd/mm/yyyy",
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
IMPORTERS = (EC_PARTY,)
