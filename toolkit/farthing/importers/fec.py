"""US Federal Election Commission: spending in electronic filings and in the bulk files.

Origin
    docquery.fec.gov/dcdev/posted/NUMBER.fec for a filing, and a ZIP of each day's;
    fec.gov/data/browse-data for ``independent_expenditure_YYYY.csv`` and ``oppexpYY.zip``.
Columns
    Of a filing those of Schedule B (operating and other disbursements), Schedule E (independent
    expenditures), Form 5-7 (the same by others than committees), Form 7-6 (what a union or company
    tells its own members) or Form 9-3 (electioneering communications), as the version in its
    first line has them (3.0 to 8.5; Forms 5-7 and 9-3 from 5.0 on), and what its cover says:
    ``filing_form``, ``filer_name``, ``amends``, ``amendment_number``, ``report_code``,
    ``signed_on``. ``independent_expenditure`` has a header; ``oppexp`` has none
    and is known by its first row. Names of columns may be in capitals, or those of before 2015
    (``can_nam``, ``exp_dat``).
Traps
    Beside each independent expenditure stands the running total of the year: it is never posted.
    A memo item (``memo_code`` X) itemises money of another row: it is of the series ``fec memo
    items``, and is not added. A 24- or 48-hour report (Form 24, or a Form 5 whose cover says so)
    tells of money that the next periodic report tells of again: it is a series of its own, too.

    A filing does not say its own number: it is in the name of the file (``1238409.fec``), or is
    declared. An amendment names the filing it amends. A transaction is known by that number, the
    committee and its transaction ID, since committees use an ID again in other reports; of two
    versions the one in the filing with the greater number is in force. The day of the signature
    would not tell: it can be that of the first version, and is kept in the note. A transaction
    that an amendment leaves out stays in force until it is reversed by hand.

    ``independent_expenditure`` keeps filings beside those that amend them, and an expenditure
    that was reported twice twice: rows of a filing that another row of the file amends, and rows
    that a later filing repeats with the same ID, payee, candidate, day and amount, are set aside.
    What was reported again under another ID cannot be told and counts twice. In a file of a month
    later a transaction takes the place of the one with its ID, whichever filing tells of it: in
    ``independent_expenditure`` that of the same candidate, where the file with the last filing is
    in force, in ``oppexp`` that of the same report, where the filing with the greater number is.
    Neither file is to be added to filings: each is a series of its own.

    Where a disbursement has no day, the day it was disseminated stands for it. Days of
    ``independent_expenditure`` are ``09-SEP-24`` or mm/dd/yyyy; where the file cannot tell month
    from day, declare ``day_order``.

    Receipts, loans, debts, coordinated party expenditures (Schedule F), Schedule H and refunds
    to individuals (SB20A, SB28A) are set aside, and of private people nothing is kept. Transfers
    and loan repayments are disbursements and no campaign's spending: the note has the line.
    A filing that is not UTF-8 is read as cp1252. Most filings of a day itemise no spending: beside
    others, or in their archive, they are left aside and named.
"""

from __future__ import annotations

from farthing.importer import Importer, Posts, Provenance, Rule, Setting
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.spend import SPEND
from farthing.readers.fec import FILING
from farthing.readers.fec_layouts import LAYOUTS

PROVENANCE = Provenance(
    publisher="Federal Election Commission",
    kind="return",
    origin_id="fec",
    licence="public domain",
)
NUMBER = Setting(
    name="filing",
    about="the number that the Commission gave the filing",
    values="[0-9]{1,12}",
    example="1238409",
    in_name=r"(?:^|/)(?:FEC-)?([0-9]+)\.fec(?:/[A-Z0-9]+)?$",
)
DAY_ORDER = Setting(
    name="day_order",
    about="whether its days are month first (mdy) or day first (dmy)",
    values="mdy|dmy",
    example="mdy",
    in_rows="""
SELECT DISTINCT
  CASE WHEN regexp_matches(cell, '^(1[3-9]|2[0-9]|3[01])/[0-9]{1,2}/[0-9]{4}$') THEN 'dmy'
       WHEN regexp_matches(cell, '^[0-9]{1,2}/(1[3-9]|2[0-9]|3[01])/[0-9]{4}$') THEN 'mdy' END
FROM (SELECT unnest([exp_date, dissem_dt, receipt_dat]) AS cell FROM source)
""",
    required=False,
)

CAMPAIGN_ID = "'fec:' || trim({committee})"
CAMPAIGN = f"""
SELECT source_row,
       {CAMPAIGN_ID} AS campaign_id,
       {CAMPAIGN_ID} AS record_key,
       coalesce(nullif(trim({{name}}), ''), trim({{committee}})) AS organisation,
       coalesce(nullif(trim({{name}}), ''), trim({{committee}})) AS name
FROM source
"""
COMMITTEE = "filer_committee_id_number"
#: The filing a transaction was first reported in.
REPORT = "coalesce(nullif(regexp_replace(amends, '[^0-9]', '', 'g'), ''), getvariable('filing'))"
TRANSACTION = "nullif(trim(transaction_id_number), '')"


def _person(prefix: str) -> str:
    """Return SQL of a person's name; before version 6 its parts have ``^`` between them."""
    parts = ", ".join(
        f"nullif(trim({prefix}_{part}), '')"
        for part in ("prefix", "first_name", "middle_name", "last_name", "suffix")
    )
    old = rf"regexp_replace(trim({prefix}_name, '^ '), '\^+', ' ', 'g')"
    return f"nullif(coalesce(nullif(concat_ws(' ', {parts}), ''), {old}), '')"


def said(what: str, cell: str) -> str:
    """Return SQL of a part of a note, none where the cell is blank."""
    return f"'{what} ' || nullif(trim({cell}), '')"


def _spend(date: str, note: tuple[str, ...]) -> str:
    """Return the SELECT of the rows of one schedule."""
    parts = ", ".join(
        (
            *note,
            said("line", "form_type"),
            said("category", "category_code"),
            "CASE WHEN upper(memo_code) = 'X' THEN 'memo item' END",
            said("memo:", "memo_text_description"),
            said("detail of", "back_reference_tran_id_number"),
            "'amends FEC-' || nullif(regexp_replace(amends, '[^0-9]', '', 'g'), '')",
            "'signed ' || day(signed_on, '%Y%m%d')",
        )
    )
    return f"""
SELECT source_row,
       'fec:' || lpad(getvariable('filing'), 12, '0') || ':' || getvariable('source_id')
         || ':' || source_row AS entry_id,
       {CAMPAIGN_ID.format(committee=COMMITTEE)} AS campaign_id,
       'fec:' || {REPORT} || '|' || trim({COMMITTEE}) || '|' || {TRANSACTION} AS record_key,
       'return' AS record,
       {date} AS incurred_on,
       coalesce(nullif(trim(payee_organization_name), ''), {_person("payee")}) AS payee,
       nullif(trim(expenditure_purpose_descrip), '') AS category,
       {TRANSACTION} AS document_ref,
       CASE WHEN upper(memo_code) = 'X' THEN 'fec memo items'
            WHEN filing_form LIKE 'F24%' OR report_code IN ('24', '48')
            THEN 'fec 24- and 48-hour reports'
            ELSE 'fec reports' END AS series,
       'USD' AS currency,
       trim(expenditure_amount) AS amount,
       concat_ws('; ', {parts}) AS note
FROM source
"""


def _all(*schedules: str) -> frozenset[str]:
    """Return every column that some version of the schedules has, and those of the cover."""
    names = {
        name
        for schedule in schedules
        for columns in LAYOUTS[schedule].values()
        for name in columns
        if not name.startswith("unused_")
    }
    return frozenset(names | set(FILING) | {"payee_name"})


CANDIDATE = f"""
CASE upper(trim(support_oppose_code)) WHEN 'S' THEN 'supports ' WHEN 'O' THEN 'opposes '
     ELSE 'names ' END
  || concat_ws(' ', {_person("candidate")},
               '(' || nullif(trim(candidate_id_number), '') || ')',
               nullif(trim(candidate_office), ''), nullif(trim(candidate_state), ''),
               nullif(trim(candidate_district), ''), nullif(trim(election_code), ''))"""
BLANK_AMOUNT = Rule(
    broken="coalesce(trim(expenditure_amount), '') = ''",
    column="expenditure_amount",
    words="is blank and must not be",
)
NO_COMMITTEE = Rule(
    broken="NOT coalesce(regexp_matches(trim(filer_committee_id_number), '^[A-Z0-9]+$'), false)",
    column="filer_committee_id_number",
    words="is no number of a committee, such as C00487470",
)
SCHEDULE_B = Importer(
    name="fec-schedule-b",
    about="FEC electronic filing: disbursements (Schedule B, Form 9)",
    posts=(
        Posts(
            SPEND,
            _spend(
                "day(expenditure_date, '%Y%m%d')",
                (
                    said("for", "beneficiary_committee_name"),
                    said("for candidate", _person("beneficiary_candidate")),
                    "'communicated ' || day(nullif(trim(communication_date), ''), '%Y%m%d')",
                ),
            ),
        ),
        Posts(CAMPAIGNS, CAMPAIGN.format(committee=COMMITTEE, name="filer_name"), distinct=True),
    ),
    required=frozenset({"form_type", COMMITTEE, "expenditure_date", "expenditure_amount", *FILING}),
    optional=_all("SB", "F93"),
    others=(r"unused_\d+",),
    settings=(NUMBER,),
    rules=(BLANK_AMOUNT, NO_COMMITTEE),
    dates="yyyymmdd",
    locale="en_US",
    provenance=PROVENANCE,
    notes=__doc__,
)
SCHEDULE_E = Importer(
    name="fec-schedule-e",
    about="FEC electronic filing: independent expenditures (Schedule E, Forms 5 and 7)",
    posts=(
        Posts(
            SPEND,
            _spend(
                "day(coalesce(nullif(trim(disbursement_date), ''), dissemination_date), '%Y%m%d')",
                (
                    CANDIDATE,
                    "'disseminated ' || day(dissemination_date, '%Y%m%d')",
                    said("communicated to class", "communication_class"),
                ),
            ),
        ),
        Posts(CAMPAIGNS, CAMPAIGN.format(committee=COMMITTEE, name="filer_name"), distinct=True),
    ),
    required=frozenset(
        {"form_type", COMMITTEE, "dissemination_date", "expenditure_amount", *FILING}
    ),
    optional=_all("SE", "F57", "F76"),
    others=(r"unused_\d+",),
    settings=(NUMBER,),
    rules=(BLANK_AMOUNT, NO_COMMITTEE),
    dates="yyyymmdd",
    locale="en_US",
    provenance=PROVENANCE,
    notes=__doc__,
)

#: A day of the bulk file, in the forms that cannot be mistaken.
BULK_DAY = """
CASE WHEN regexp_matches(trim({0}), '^[0-9]{{1,2}}-[A-Za-z]{{3}}-[0-9]{{2}}$')
     THEN day({0}, '%d-%b-%y')
     WHEN regexp_matches(trim({0}), '^[0-9]{{1,2}}-[A-Za-z]{{3}}-[0-9]{{4}}$')
     THEN day({0}, '%d-%b-%Y')
     WHEN getvariable('day_order') = 'mdy' THEN day({0}, '%m/%d/%Y')
     WHEN getvariable('day_order') = 'dmy' THEN day({0}, '%d/%m/%Y')
     ELSE nullif(trim({0}), '') END"""
SAME = ("spe_id", "tran_id", "cand_id", "sup_opp", "pay", "exp_amo", "exp_date", "dissem_dt")
SAME_KEY = "concat_ws('|', " + ", ".join(f"coalesce({name}, '')" for name in SAME) + ")"
BULK = (
    *("cand_id", "cand_name", "spe_id", "spe_nam", "ele_type", "can_office_state"),
    *("can_office_dis", "can_office", "cand_pty_aff", "exp_amo", "exp_date", "agg_amo", "sup_opp"),
    *("pur", "pay", "file_num", "amndt_ind", "tran_id", "image_num", "receipt_dat"),
    *("fec_election_yr", "prev_file_num", "dissem_dt"),
)
#: What the file's columns were called until about 2014.
BEFORE = {
    "cand_id": "can_id", "cand_name": "can_nam", "ele_type": "ele_typ",
    "can_office_state": "can_off_sta", "can_office_dis": "can_off_dis", "can_office": "can_off",
    "cand_pty_aff": "can_par_aff", "exp_date": "exp_dat", "amndt_ind": "amn_ind",
    "tran_id": "tra_id", "image_num": "ima_num", "receipt_dat": "rec_dat",
}  # fmt: skip
#: A transaction is the same in every filing that tells of it; without an ID it is of its own.
BULK_KEY = f"""
coalesce(nullif(trim(tran_id), '') || '|' || trim(cand_id) || '|' || trim(sup_opp),
         trim(file_num) || '|' || {SAME_KEY})"""
#: The whole file is as of the day of its last filing.
TAKEN_ON = f"""
CASE WHEN try_cast({BULK_DAY.format("receipt_dat")} AS DATE) IS NULL
     THEN {BULK_DAY.format("receipt_dat")}
     ELSE (SELECT strftime(max(try_cast({BULK_DAY.format("received")} AS DATE)), '%Y-%m-%d')
           FROM gathered) END"""
INDEPENDENT = Importer(
    name="fec-independent-expenditure",
    about="FEC bulk file of independent expenditures: independent_expenditure_YYYY.csv",
    posts=(
        Posts(
            SPEND,
            f"""
SELECT source_row,
       {CAMPAIGN_ID.format(committee="spe_id")} AS campaign_id,
       'fec:independent_expenditure|' || trim(spe_id) || '|' || {BULK_KEY} AS record_key,
       {TAKEN_ON} AS observed_on,
       'return' AS record,
       coalesce({BULK_DAY.format("exp_date")}, {BULK_DAY.format("dissem_dt")}) AS incurred_on,
       nullif(trim(pay), '') AS payee,
       nullif(trim(pur), '') AS category,
       nullif(trim(tran_id), '') AS document_ref,
       'fec independent_expenditure' AS series,
       'USD' AS currency,
       trim(exp_amo) AS amount,
       concat_ws('; ',
         CASE upper(trim(sup_opp)) WHEN 'S' THEN 'supports ' WHEN 'O' THEN 'opposes '
              ELSE 'names ' END
           || concat_ws(' ', nullif(trim(cand_name), ''), '(' || nullif(trim(cand_id), '') || ')',
                        nullif(trim(can_office), ''), nullif(trim(can_office_state), ''),
                        nullif(trim(can_office_dis), ''), nullif(trim(ele_type), '')),
         'disseminated ' || {BULK_DAY.format("dissem_dt")},
         'filing ' || nullif(trim(file_num), ''),
         'amends filing ' || nullif(trim(prev_file_num), '')) AS note
FROM source
""",
        ),
        Posts(CAMPAIGNS, CAMPAIGN.format(committee="spe_id", name="spe_nam"), distinct=True),
    ),
    required=frozenset(BULK) - {"fec_election_yr", "dissem_dt"},
    optional=frozenset({"fec_election_yr", "dissem_dt"}),
    aliases={f"(?i:{new}|{BEFORE.get(new, new)})": new for new in BULK},
    gathers=f"SELECT trim(file_num) AS file, trim(prev_file_num) AS before, {SAME_KEY} AS same, "
    "receipt_dat AS received FROM source",
    settings=(DAY_ORDER,),
    rules=(
        Rule("coalesce(trim(exp_amo), '') = ''", "exp_amo", "is blank and must not be"),
        Rule(
            "NOT coalesce(regexp_matches(trim(file_num), '^-?[0-9]+$'), false)",
            "file_num",
            "is no number of a filing",
        ),
    ),
    aside=f"""
CASE WHEN trim(file_num) IN (SELECT before FROM gathered WHERE before <> '' AND before <> file)
     THEN 'of a filing that a later one amends'
     WHEN coalesce(tran_id, '') <> '' AND try_cast(trim(file_num) AS BIGINT) <
       (SELECT max(try_cast(file AS BIGINT)) FROM gathered WHERE same = {SAME_KEY})
     THEN 'reported again in a later filing' END""",
    dates="dd-MON-yy, or mm/dd/yyyy where --declare day_order=mdy says so",
    locale="en_US",
    provenance=PROVENANCE,
    notes=__doc__,
)

OPPEXP_COLUMNS = (
    "CMTE_ID", "AMNDT_IND", "RPT_YR", "RPT_TP", "IMAGE_NUM", "LINE_NUM", "FORM_TP_CD",
    "SCHED_TP_CD", "NAME", "CITY", "STATE", "ZIP_CODE", "TRANSACTION_DT", "TRANSACTION_AMT",
    "TRANSACTION_PGI", "PURPOSE", "CATEGORY", "CATEGORY_DESC", "MEMO_CD", "MEMO_TEXT",
    "ENTITY_TP", "SUB_ID", "FILE_NUM", "TRAN_ID", "BACK_REF_TRAN_ID",
)  # fmt: skip
OPPEXP = Importer(
    name="fec-oppexp",
    about="FEC bulk file of operating expenditures: oppexpYY.txt",
    posts=(
        Posts(
            SPEND,
            f"""
SELECT source_row,
       'fec:oppexp:' || lpad(trim(coalesce(FILE_NUM, '')), 12, '0') || ':'
         || getvariable('source_id') || ':' || source_row AS entry_id,
       {CAMPAIGN_ID.format(committee="CMTE_ID")} AS campaign_id,
       'fec:oppexp|' || coalesce(
         trim(CMTE_ID) || '|' || trim(RPT_YR) || '|' || trim(RPT_TP) || '|'
           || nullif(trim(TRAN_ID), ''),
         nullif(trim(SUB_ID), '')) AS record_key,
       'return' AS record,
       day(nullif(trim(TRANSACTION_DT), ''), '%m/%d/%Y') AS incurred_on,
       nullif(trim(NAME), '') AS payee,
       coalesce(nullif(trim(PURPOSE), ''), nullif(trim(CATEGORY_DESC), '')) AS category,
       nullif(trim(TRAN_ID), '') AS document_ref,
       CASE WHEN upper(trim(MEMO_CD)) = 'X' THEN 'fec memo items'
            ELSE 'fec oppexp' END AS series,
       'USD' AS currency,
       trim(TRANSACTION_AMT) AS amount,
       concat_ws('; ',
         'line ' || nullif(trim(LINE_NUM), ''),
         CASE WHEN upper(trim(MEMO_CD)) = 'X' THEN 'memo item' END,
         {said("memo:", "MEMO_TEXT")},
         {said("detail of", "BACK_REF_TRAN_ID")},
         {said("report", "RPT_TP")} || ' ' || trim(RPT_YR),
         {said("filing", "FILE_NUM")}) AS note
FROM source
""",
        ),
        Posts(CAMPAIGNS, CAMPAIGN.format(committee="CMTE_ID", name="CMTE_ID"), distinct=True),
    ),
    required=frozenset(OPPEXP_COLUMNS),
    aliases={f"(?i:{name})": name for name in OPPEXP_COLUMNS},
    headless=(r"C[0-9]{8}\|[NAT]?\|[0-9]{4}\|[^|]*\|[0-9]*\|[^|]*\|F[^|]*\|SB\|.*", OPPEXP_COLUMNS),
    rules=(
        Rule(
            "coalesce(trim(TRANSACTION_AMT), '') = ''",
            "TRANSACTION_AMT",
            "is blank and must not be",
        ),
    ),
    dates="mm/dd/yyyy",
    locale="en_US",
    provenance=PROVENANCE,
    notes=__doc__,
)
IMPORTERS = (SCHEDULE_B, SCHEDULE_E, INDEPENDENT, OPPEXP)
