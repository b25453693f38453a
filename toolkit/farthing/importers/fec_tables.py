"""US Federal Election Commission: spending as the tables of its site give it, as CSV.

Origin
    fec.gov/data, "Disbursements" or "Independent expenditures", "Export": CSV of the table that is
    shown; and what programs save of the same tables of openFEC (``schedules/schedule_b``,
    ``schedule_e``), a column for each key.
Columns
    Of disbursements ``committee_id``, ``disbursement_date``, ``disbursement_amount``,
    ``recipient_name``, ``transaction_id``, ``file_number``, ``memo_code`` and ``sub_id`` must be
    there, of independent expenditures ``committee_id``, ``expenditure_date``,
    ``expenditure_amount``, ``payee_name``, ``support_oppose_indicator`` and the last four.
    Whatever else a table has, as the addresses of payees, is left in the file.
Traps
    A memo item (``memo_code`` X) itemises money of another row, and a 24- or 48-hour report
    (``filing_form`` F24, ``is_notice``) tells of money that a later report tells of again: each is
    a series of its own. Beside an independent expenditure stands the running total of the year
    (``office_total_ytd``), which is never posted.

    The tables of what was filed today (``efile``) hold every version beside every other and have
    no ``sub_id``: they are not read; the filings themselves are. A row whose ``most_recent`` is
    false is of a version that another amends, and is set aside. A transaction is known by its
    committee, report and transaction ID, so that an amendment in a later export takes its place;
    one on paper has no such ID and is known by ``sub_id``. Refunds to individuals (lines 20A and
    28A) name private people and are set aside.

    Neither table is to be added to filings or to the bulk files, which tell of the same money:
    each is a series of its own.
"""

from __future__ import annotations

from farthing.importer import OBSERVED_ON, Importer, Posts, Rule
from farthing.importers.fec import PROVENANCE, said
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.spend import SPEND

#: Which report a transaction stands in; without it, the filing.
REPORT = """coalesce(report_year || '|' || report_type, 'filing ' || file_number)"""
#: What both tables have.
SHARED = frozenset({"committee_id", "transaction_id", "file_number", "memo_code", "sub_id"})
TOLD = frozenset(
    {"committee_name", "committee.name", "report_year", "report_type", "filing_form"}
    | {"line_number", "category_code_full", "memo_text", "most_recent", "is_notice"}
    | {"candidate_id", "candidate_name", "election_type", "back_reference_transaction_id"}
)
CAMPAIGN = """
SELECT source_row,
       'fec:' || committee_id AS campaign_id,
       'fec:' || committee_id AS record_key,
       coalesce(committee_name, "committee.name", committee_id) AS organisation,
       coalesce(committee_name, "committee.name", committee_id) AS name
FROM source
"""
SUPERSEDED = """CASE WHEN lower(most_recent) IN ('false', 'f')
     THEN 'of a version that a later one amends' END"""
REFUND = """CASE WHEN regexp_full_match(upper(line_number), '(F3[A-Z]*-)?(SB)?(20A|28A)')
     THEN 'a refund to an individual (Schedule B)' END"""


def _day(cell: str) -> str:
    """Return SQL of a day; a time of midnight behind it, as the tables write, is no part of it."""
    return f"""regexp_replace({cell}, '[T ]00:00:00(Z|\\+00(:00)?)?$', '')"""


def _spend(table: str, payee: str, what: str, money: str, days: str, note: tuple[str, ...]) -> str:
    """Return the SELECT of the rows of a table."""
    parts = ", ".join(
        (
            *note,
            said("line", "line_number"),
            "CASE WHEN upper(memo_code) = 'X' THEN 'memo item' END",
            said("memo:", "memo_text"),
            said("detail of", "back_reference_transaction_id"),
            said("report", "report_type || ' ' || report_year"),
            said("filing", "file_number"),
        )
    )
    return f"""
SELECT source_row,
       'fec:' || committee_id AS campaign_id,
       'fec:{table}|' || coalesce(committee_id || '|' || {REPORT} || '|' || transaction_id, sub_id)
         AS record_key,
       'return' AS record,
       {days} AS incurred_on,
       {payee} AS payee,
       coalesce({what}, category_code_full) AS category,
       transaction_id AS document_ref,
       CASE WHEN upper(memo_code) = 'X' THEN 'fec {table} memo items'
            WHEN filing_form LIKE 'F24%' OR lower(is_notice) IN ('true', 't')
            THEN 'fec {table} 24- and 48-hour reports'
            ELSE 'fec {table}' END AS series,
       'USD' AS currency,
       {money} AS amount,
       concat_ws('; ', {parts}) AS note
FROM source
"""


def _blank(*columns: str) -> tuple[Rule, ...]:
    return tuple(Rule(f"{one} IS NULL", one, "is blank and must not be") for one in columns)


DISBURSEMENTS = Importer(
    name="fec-disbursements",
    about="FEC site and openFEC: table of disbursements (schedule_b) as CSV",
    posts=(
        Posts(
            SPEND,
            _spend(
                "schedule_b",
                "recipient_name",
                "disbursement_description",
                "disbursement_amount",
                _day("disbursement_date"),
                (said("for", "beneficiary_committee_name"), said("for", "candidate_name")),
            ),
        ),
        Posts(CAMPAIGNS, CAMPAIGN, distinct=True),
    ),
    required=SHARED | {"recipient_name", "disbursement_date", "disbursement_amount"},
    optional=TOLD | {"disbursement_description", "beneficiary_committee_name"},
    others=("[a-z][A-Za-z0-9_.]*",),
    settings=(OBSERVED_ON,),
    rules=_blank("committee_id", "disbursement_amount"),
    aside=f"coalesce({SUPERSEDED}, {REFUND})",
    tidy=True,
    locale="en_US",
    provenance=PROVENANCE,
    notes=__doc__,
)
EXPENDITURES = Importer(
    name="fec-expenditures",
    about="FEC site and openFEC: table of independent expenditures (schedule_e) as CSV",
    posts=(
        Posts(
            SPEND,
            _spend(
                "schedule_e",
                "payee_name",
                "expenditure_description",
                "expenditure_amount",
                f"coalesce({_day('expenditure_date')}, {_day('dissemination_date')})",
                (
                    """CASE upper(support_oppose_indicator) WHEN 'S' THEN 'supports '
            WHEN 'O' THEN 'opposes ' ELSE 'names ' END
            || concat_ws(' ', candidate_name, '(' || candidate_id || ')', election_type)""",
                    said("disseminated", _day("dissemination_date")),
                ),
            ),
        ),
        Posts(CAMPAIGNS, CAMPAIGN, distinct=True),
    ),
    required=SHARED
    | {"payee_name", "expenditure_date", "expenditure_amount", "support_oppose_indicator"},
    optional=TOLD | {"expenditure_description", "dissemination_date"},
    others=("[a-z][A-Za-z0-9_.]*",),
    settings=(OBSERVED_ON,),
    rules=_blank("committee_id", "expenditure_amount"),
    aside=SUPERSEDED,
    tidy=True,
    locale="en_US",
    provenance=PROVENANCE,
    notes=__doc__,
)
IMPORTERS = (DISBURSEMENTS, EXPENDITURES)
