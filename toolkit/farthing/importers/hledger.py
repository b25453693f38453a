"""hledger: what the plain-text accounting tool prints of a journal.

Origin
    ``hledger print -O csv`` (or ``-O json``), ``hledger register -O csv``, ``hledger balance -M
    -O csv`` and ``hledger balance -M --budget -O csv``. The journal itself is no table.
Columns
    print: ``txnidx``, ``date``, ``date2``, ``status``, ``code``, ``description``, ``comment``,
    ``account``, ``amount``, ``commodity``, ``credit``, ``debit``, ``posting-status``,
    ``posting-comment``. register: ``txnidx``, ``date``, ``code``, ``description``, ``account``,
    ``amount``, ``total``. balance: ``account`` and a column for each period; with ``--budget``
    ``Account``, a period and ``budget``.
Traps
    A transaction has two entries or more that come to nothing together. Only those to
    ``account`` and below it are spending, the others are set aside: where the file has
    ``expenses`` that is it, else it is declared. Virtual entries are set aside, too.

    Amounts bear their commodity: ``£-73088.13``, ``840.00 GBP``. What several currencies share,
    such as ``$``, is refused until ``currency`` is declared. A bare ``0`` is nothing of no
    currency: no row is made of it.

    Each account is a campaign, unless ``campaign`` names one; ``organisation`` says whose books
    they are. print, register and balance tell of the same money and are series of their own; do
    not import balances with and without a budget of the same books, for accounts without a
    budget stand under another name there. Entries have no names: one is known by its day, code,
    description, account and amount, so that an entry of a longer journal that was printed again
    counts once, and one that was edited twice. Two organisations' books need ``organisation``.
    A register by periods (``-M``) has sums and no entries, and is refused; what ``--forecast``
    adds to entries is set aside.

    What stands before ``|`` in a description is the payee. A cost on account is an invoice rather
    than a payment: ``record`` can be declared.

    An account of a balance may hold its sub-accounts (``--tree``, ``--budget``) or not. The total
    tells; where it does not, declare ``parents``. Where it holds them, what it has beyond those
    that are listed is posted under its own name, and an account that is their sum is set aside.
    Of a budget with several periods hledger names all columns ``budget``: print it month by month
    (``-p 2019-12``). Months of one budget are two statements of one account: declare a campaign
    for each, or keep one.
"""

from __future__ import annotations

from farthing.importer import OBSERVED_ON, Importer, Posts, Provenance, Rule, Setting
from farthing.ledgers.budgets import BUDGETS
from farthing.ledgers.campaigns import CAMPAIGNS
from farthing.ledgers.spend import SPEND

PROVENANCE = Provenance(publisher="the books", origin_id="hledger")

ACCOUNT = Setting(
    name="account",
    about="the account whose entries are spending, with all below it",
    values=r"\S(?:.*\S)?",
    example="expenses:campaign",
    in_rows="SELECT DISTINCT 'expenses' FROM source "
    "WHERE regexp_matches(trim(account), '^expenses(:|$)', 'i')",
    selects=True,
)
CURRENCY = Setting(
    name="currency",
    about="the currency of amounts without a sign, or with one that several share, such as $",
    values="[A-Z]{3}",
    example="USD",
    required=False,
)
CAMPAIGN = Setting(
    name="campaign",
    about="the one campaign that all its spending is for",
    values=r"\S{1,200}",
    example="leafleting-2019",
    required=False,
)
ORGANISATION = Setting(
    name="organisation",
    about="whose books they are",
    values=r"\S(?:.*\S)?",
    example="Labour Party",
    required=False,
)
BUDGETED_BY = Setting(
    name="organisation",
    about="whose books they are, and who set the budget in them",
    values=r"\S(?:.*\S)?",
    example="Labour Party",
)
RECORD = Setting(
    name="record",
    about="what its entries show: payments, or invoices that are still to be paid",
    values="payment|invoice",
    example="invoice",
    required=False,
)
SETTINGS = (CAMPAIGN, CURRENCY, ORGANISATION, RECORD, OBSERVED_ON)

UNDER = """(lower(trim(account)) = lower(getvariable('account'))
  OR starts_with(lower(trim(account)), lower(getvariable('account')) || ':'))"""
OTHER_ACCOUNT = "'posting to another account (' || split_part(trim(account), ':', 1) || ')'"

#: A cell with a figure and its commodity on either side, the sign before or behind it.
AMOUNT = r"""^(-?)\s*"?([^\d\s".,;-]*)"?\s*(-?)\s*([\d.,]+)\s*"?([^\d\s".,;-]*)"?$"""
PARTS = f"regexp_extract(trim({{cell}}), '{AMOUNT}', ['a', 'b', 'c', 'd', 'e'])"
#: The figure of such a cell; of any other the cell, which is refused with its text.
FIGURE = f"""CASE WHEN regexp_matches(trim({{cell}}), '{AMOUNT}')
  THEN ({PARTS}).a || ({PARTS}).c || ({PARTS}).d ELSE trim({{cell}}) END"""
COMMODITY = f"({PARTS}).b || ({PARTS}).e"
CODE = """CASE trim({sign}, ' "')
  WHEN '£' THEN 'GBP' WHEN '€' THEN 'EUR' WHEN '₹' THEN 'INR'
  WHEN '' THEN getvariable('currency') WHEN '$' THEN getvariable('currency')
  WHEN '¥' THEN getvariable('currency') WHEN 'kr' THEN getvariable('currency')
  ELSE trim({sign}, ' "') END"""
SHARED = "has a sign that several currencies share: declare which, as in --declare currency=USD"
CAMPAIGN_ID = "coalesce(getvariable('campaign'), left('{tool}:' || name_of(account), 200))"
CAMPAIGN_ROW = f"""
SELECT source_row,
       {CAMPAIGN_ID} AS campaign_id,
       {CAMPAIGN_ID} AS record_key,
       coalesce(getvariable('organisation'), getvariable('campaign'), account) AS organisation,
       coalesce(getvariable('campaign'), account) AS name
FROM {{rows}}
"""

#: What tells one set of books from another.
BOOKS = "concat_ws('/', getvariable('organisation'), getvariable('campaign'))"

#: Entries as print and register have them, under the names of one: the CSV of print.
IN_PRINT = """(
  SELECT source_row, trim(account) AS account, date, date2, code, description,
         concat_ws(', ', nullif(comment, ''), nullif("posting-comment", '')) AS comment,
         coalesce(nullif("posting-status", ''), status) AS status,
         commodity AS sign, trim(amount) AS figure
  FROM source
)"""
IN_REGISTER = f"""(
  SELECT source_row, trim(account) AS account, date, NULL AS date2, code, description,
         NULL AS comment, NULL AS status,
         {COMMODITY.format(cell="amount")} AS sign, {FIGURE.format(cell="amount")} AS figure
  FROM source
)"""
#: The digits of a JSON amount, with the point where its number of decimals puts it.
DIGITS = (
    "lpad(ltrim(mantissa, '-'), greatest(length(ltrim(mantissa, '-')), places + 1)::INTEGER, '0')"
)
ALL_IN_JSON = f"""(
  SELECT source_row, account, date, date2, code, description, comment, status, sign, kind,
         CASE WHEN mantissa IS NULL OR places IS NULL THEN coalesce(quantity, 'no quantity')
              ELSE CASE WHEN mantissa LIKE '-%' THEN '-' ELSE '' END
                || CASE WHEN places = 0 THEN {DIGITS}
                        ELSE left({DIGITS}, -places) || '.' || right({DIGITS}, places) END
         END AS figure
  FROM (
    SELECT * EXCLUDE (amount), amount->>'acommodity' AS sign,
           amount->'aquantity'->>'decimalMantissa' AS mantissa,
           (amount->'aquantity')::VARCHAR AS quantity,
           CASE WHEN regexp_full_match(amount->'aquantity'->>'decimalPlaces', '[0-9]{{1,3}}')
                THEN (amount->'aquantity'->>'decimalPlaces')::INTEGER END AS places
    FROM (
      SELECT * EXCLUDE (posting), trim(posting->>'paccount') AS account,
             coalesce(posting->>'pdate', tdate) AS date, posting->>'ptype' AS kind,
             coalesce(nullif(posting->>'pstatus', 'Unmarked'), tstatus) AS status,
             concat_ws(', ', nullif(trim(tcomment, E' \\n'), ''),
                       nullif(trim(posting->>'pcomment', E' \\n'), '')) AS comment,
             unnest(from_json(posting->'pamount', '["JSON"]')) AS amount
      FROM (SELECT source_row, tdate, tdate2 AS date2, tcode AS code, tdescription AS description,
                   tcomment, tstatus, unnest(from_json(tpostings, '["JSON"]')) AS posting
            FROM source)
    )
  )
)"""
IN_JSON = f"(SELECT * FROM {ALL_IN_JSON} WHERE kind = 'RegularPosting' AND {UNDER})"


def _spend(rows: str, series: str) -> str:
    """Return the SELECT of entries."""
    code = CODE.format(sign="coalesce(sign, '')")
    return f"""
SELECT source_row,
       {CAMPAIGN_ID.format(tool="hledger")} AS campaign_id,
       concat_ws('|', '{series}', {BOOKS}, date,
                 coalesce(code, ''), description, account, {code} || ' ' || figure) AS record_key,
       coalesce(getvariable('record'), 'payment') AS record,
       date AS incurred_on,
       nullif(trim(split_part(description, '|', 1)), '') AS payee,
       account AS category,
       '{series}' AS series,
       {code} AS currency,
       figure AS amount,
       coalesce(nullif(trim(code), ''),
                nullif(trim(regexp_extract(comment, '(?:^|[\\s,])(?:ec)?ref:([^,\\n]+)', 1)), '')
       ) AS document_ref,
       nullif(concat_ws('; ',
         nullif(trim(substr(description, instr(description, '|') + 1)),
                trim(description)),
         nullif(regexp_replace(comment, '\\s+', ' ', 'g'), ''),
         CASE trim(status) WHEN '!' THEN 'pending' WHEN 'Pending' THEN 'pending' END,
         'secondary date ' || nullif(trim(date2), '')), '') AS note
FROM {rows}
"""


def _posts(rows: str, series: str) -> tuple[Posts, ...]:
    return (
        Posts(SPEND, _spend(rows, series)),
        Posts(CAMPAIGNS, CAMPAIGN_ROW.format(tool="hledger", rows=rows), distinct=True),
    )


#: hledger counts entries from 1 on, and gives 0 to sums that it makes.
NO_ENTRY = Rule(
    "trim(txnidx) = '0'",
    "txnidx",
    "is no entry but the sum of a period: print the register without -M, -Q, -Y and the like",
)
#: What periodic rules make, with --forecast, of days to come.
FORECAST = "WHEN regexp_matches({0}, '_?generated-transaction') THEN 'a forecast, and not spent'"
ASIDE = f"""
CASE {{forecast}} WHEN left(trim(account), 1) IN ('(', '[') THEN 'a virtual posting'
     WHEN NOT {UNDER} THEN {OTHER_ACCOUNT}
     WHEN trim(amount) = '0' {{and_}} THEN 'an entry of nothing' END"""
PRINT = Importer(
    name="hledger-print",
    about="hledger print -O csv: the entries of a journal",
    posts=_posts(IN_PRINT, "hledger print"),
    required=frozenset(
        [
            "txnidx",
            "date",
            "date2",
            "status",
            "code",
            "description",
            "comment",
            "account",
            "amount",
            "commodity",
            "credit",
            "debit",
            "posting-status",
            "posting-comment",
        ]
    ),
    settings=(ACCOUNT, *SETTINGS),
    rules=(
        Rule("coalesce(trim(amount), '') = ''", "amount", "is blank and must not be"),
        Rule(f"({CODE.format(sign='commodity')}) IS NULL", "commodity", SHARED),
    ),
    aside=ASIDE.format(and_="AND trim(commodity) = ''", forecast=FORECAST.format("comment")),
    provenance=PROVENANCE,
    notes=__doc__,
)
REGISTER = Importer(
    name="hledger-register",
    about="hledger register -O csv: the entries of a journal with a running total",
    posts=_posts(IN_REGISTER, "hledger register"),
    required=frozenset(["txnidx", "date", "code", "description", "account", "amount", "total"]),
    settings=(ACCOUNT, *SETTINGS),
    rules=(
        Rule("coalesce(trim(amount), '') = ''", "amount", "is blank and must not be"),
        Rule(f"({CODE.format(sign=COMMODITY.format(cell='amount'))}) IS NULL", "amount", SHARED),
        NO_ENTRY,
    ),
    aside=ASIDE.format(and_="", forecast=""),
    provenance=PROVENANCE,
    notes=__doc__,
)
PRINT_JSON = Importer(
    name="hledger-print-json",
    about="hledger print -O json: the transactions of a journal",
    posts=_posts(IN_JSON, "hledger print"),
    required=frozenset(
        ["tdate", "tdescription", "tpostings", "tcomment", "tcode", "tstatus", "tindex"]
    ),
    optional=frozenset(["tdate2", "tprecedingcomment", "tsourcepos", "ttags"]),
    settings=(
        Setting(
            name=ACCOUNT.name,
            about=ACCOUNT.about,
            values=ACCOUNT.values,
            example=ACCOUNT.example,
            in_rows=f"SELECT DISTINCT 'expenses' FROM {ALL_IN_JSON} "
            "WHERE regexp_matches(account, '^expenses(:|$)', 'i')",
        ),
        *SETTINGS,
    ),
    rules=(
        Rule(
            f"source_row IN (SELECT source_row FROM {IN_JSON} "
            f"WHERE ({CODE.format(sign='sign')}) IS NULL)",
            None,
            SHARED,
        ),
    ),
    aside=f"CASE {FORECAST.format('ttags::VARCHAR')} "
    f"WHEN source_row NOT IN (SELECT source_row FROM {IN_JSON}) "
    "THEN 'a transaction without an entry to the account' END",
    provenance=PROVENANCE,
    notes=__doc__,
)

TOTAL = "lower(trim(account)) IN ('total', 'total:')"
PERIOD = (
    r"[0-9]{4}(?:-[0-9]{2}|Q[1-4]|-[0-9]{2}-[0-9]{2}(?:W[0-9]{2}|\.\.[0-9]{4}-[0-9]{2}-[0-9]{2})?)?"
)
PLAIN = r"^-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,2})?$"
#: Each cell that is neither blank nor nothing, with its figure. A column of no period keeps the
#: engine from failing where there is none.
CELLS = f"""
cells AS (
  SELECT source_row, trim(account) AS account, period, {FIGURE.format(cell="cell")} AS text,
         {COMMODITY.format(cell="cell")} AS sign
  FROM (UNPIVOT (SELECT *, NULL::VARCHAR AS "0000" FROM source)
        ON COLUMNS('^([0-9]{{4}}|budget$)') INTO NAME period VALUE cell)
  WHERE trim(cell) <> ''
), read AS (
  SELECT *, CASE WHEN regexp_matches(text, '{PLAIN}')
                 THEN TRY_CAST(replace(text, ',', '') AS DECIMAL(18, 2)) END AS figure
  FROM cells
)"""
#: Whether an account that is listed, and has a cell of the period, lies between two others.
BETWEEN = """EXISTS (SELECT 1 FROM read AS middle
  WHERE middle.period = lower.period AND starts_with(middle.account, upper.account || ':')
  AND starts_with(lower.account, middle.account || ':'))"""
#: With --layout=tall an account has a row for each commodity: that of this one, or its first.
SAME = """coalesce((SELECT min(source_row) FROM read AS same WHERE same.account = upper.account
  AND same.period = upper.period AND same.sign = lower.sign), upper.first_row)"""
#: What each account has of its own: where it holds its sub-accounts, less those that are listed.
OWN = f"""
{CELLS}, upper AS (
  SELECT account, period, min(source_row) AS first_row FROM read
  WHERE getvariable('parents') = 'inclusive' GROUP BY account, period
), own AS (
  SELECT source_row, account, period, sign, sum(figure) AS figure, any_value(text) AS text,
         bool_or(is_less) AS is_less
  FROM (
    SELECT source_row, account, period, sign, figure, text, false AS is_less
    FROM read WHERE NOT coalesce(figure = 0, false)
    UNION ALL
    SELECT {SAME}, upper.account, lower.period, lower.sign, -lower.figure, NULL, true
    FROM upper JOIN read AS lower
      ON lower.period = upper.period AND starts_with(lower.account, upper.account || ':')
    WHERE lower.figure <> 0 AND NOT {BETWEEN}
  )
  GROUP BY source_row, account, period, sign
  HAVING sum(figure) <> 0 OR count(figure) < count(*)
)"""
PARENTS = Setting(
    name="parents",
    about="whether an account holds its sub-accounts (inclusive) or what is booked to it (own)",
    values="own|inclusive",
    example="inclusive",
    in_rows=f"""
WITH {CELLS}, tops AS (
  SELECT account FROM read AS lower WHERE NOT {TOTAL} AND EXISTS (
    SELECT 1 FROM read AS upper WHERE starts_with(lower.account, upper.account || ':'))
), sums AS (
  SELECT period, sum(figure) FILTER (NOT {TOTAL}) AS flat,
         sum(figure) FILTER (NOT {TOTAL} AND account NOT IN (FROM tops)) AS top,
         sum(figure) FILTER ({TOTAL}) AS total
  FROM read WHERE period <> 'budget' GROUP BY period
)
SELECT CASE WHEN NOT EXISTS (FROM tops) THEN 'own'
            WHEN bool_and(flat = total) AND NOT bool_and(top = total) THEN 'own'
            WHEN bool_and(top = total) AND NOT bool_and(flat = total) THEN 'inclusive' END
FROM sums
""",
)
STARTS_ON = """
CASE WHEN regexp_matches(period, '^[0-9]{4}$') THEN period || '-01-01'
     WHEN regexp_matches(period, '^[0-9]{4}-[0-9]{2}$') THEN period || '-01'
     WHEN period LIKE '____Q_'
       THEN left(period, 4) || '-'
         || lpad(((right(period, 1)::INTEGER * 3) - 2)::VARCHAR, 2, '0') || '-01'
     ELSE left(period, 10) END"""
LENGTH = """
CASE WHEN regexp_matches(period, '^[0-9]{4}$') THEN 'year'
     WHEN regexp_matches(period, '^[0-9]{4}-[0-9]{2}$') THEN 'month'
     WHEN period LIKE '____Q_' THEN 'quarter'
     WHEN period LIKE '%W__' THEN 'week'
     WHEN length(period) = 10 THEN 'day' END"""
ENDS_BEFORE = f"""
CASE WHEN ({LENGTH}) IS NULL THEN day_after(right(period, 10))
     ELSE strftime(try_cast({STARTS_ON} AS DATE)
       + CASE {LENGTH} WHEN 'year' THEN INTERVAL 1 YEAR WHEN 'quarter' THEN INTERVAL 3 MONTH
                       WHEN 'month' THEN INTERVAL 1 MONTH WHEN 'week' THEN INTERVAL 7 DAY
                       ELSE INTERVAL 1 DAY END, '%Y-%m-%d') END"""
OWN_AMOUNT = "CASE WHEN is_less THEN figure::VARCHAR ELSE text END"
OWN_NOTE = "CASE WHEN is_less THEN 'less the sub-accounts that are listed' END"


def _balance(series: str) -> str:
    """Return the SELECT of what each account has in each period."""
    code = CODE.format(sign="coalesce(sign, '')")
    table = f"""'{series} ' || coalesce('by ' || ({LENGTH}), period)"""
    return f"""
WITH {OWN}
SELECT source_row,
       {CAMPAIGN_ID.format(tool="hledger")} AS campaign_id,
       concat_ws('|', '{series}', {BOOKS}, account, period,
                 {code}) AS record_key,
       coalesce(getvariable('record'), 'payment') AS record,
       {STARTS_ON} AS starts_on,
       {ENDS_BEFORE} AS ends_before,
       account AS category,
       {table} AS series,
       {code} AS currency,
       {OWN_AMOUNT} AS amount,
       {OWN_NOTE} AS note
FROM own WHERE period <> 'budget'
"""


BUDGET_ROWS = f"""
WITH {OWN}
SELECT source_row,
       {CAMPAIGN_ID.format(tool="hledger")} AS campaign_id,
       concat_ws('|', 'hledger budget', {BOOKS}, account,
                 (SELECT string_agg(DISTINCT period, ' ') FROM cells WHERE period <> 'budget'),
                 {CODE.format(sign="coalesce(sign, '')")}) AS record_key,
       'approved' AS stage,
       getvariable('organisation') AS said_by,
       'asserted' AS modality,
       {CODE.format(sign="coalesce(sign, '')")} AS currency,
       {OWN_AMOUNT} AS amount,
       concat_ws('; ', 'for ' || (SELECT string_agg(DISTINCT period, ' ') FROM cells
                                  WHERE period <> 'budget'), {OWN_NOTE}) AS note
FROM own WHERE period = 'budget'
"""
BALANCE_ASIDE = f"""
CASE WHEN {TOTAL} THEN 'the total'
     WHEN NOT {UNDER} THEN 'another account (' || split_part(trim(account), ':', 1) || ')'
     WHEN trim(account) NOT IN (WITH {OWN} SELECT account FROM own)
     THEN CASE WHEN EXISTS (SELECT 1 FROM source AS lower
                            WHERE starts_with(trim(lower.account), trim(source.account) || ':'))
               THEN 'the sum of its sub-accounts' ELSE 'an account without entries' END END"""
SEVERAL = "has a cell with several commodities: print it with --layout=tall"
#: At the end of each month, where the days between are no columns.
HELD = "shows what was held on a day (-H), all that went before with it: print changes, without -H"
IS_HELD = f"""(WITH {CELLS} SELECT count(DISTINCT period) BETWEEN 2 AND max(day) - min(day)
  FROM (SELECT period, try_cast(period AS DATE) AS day FROM read)
  WHERE day NOTNULL AND length(period) = 10)"""
IS_SEVERAL = f"regexp_matches(text, ',\\s') AND NOT regexp_matches(text, '{AMOUNT}')"
BALANCE_RULES = (
    Rule(IS_HELD, None, HELD),
    Rule(
        f"source_row IN (WITH {OWN} SELECT source_row FROM own WHERE {IS_SEVERAL})", None, SEVERAL
    ),
    Rule(
        f"source_row IN (WITH {OWN} SELECT source_row FROM own "
        f"WHERE ({CODE.format(sign='sign')}) IS NULL AND NOT coalesce({IS_SEVERAL}, false))",
        None,
        SHARED,
    ),
)
BALANCE_CAMPAIGN = CAMPAIGN_ROW.format(
    tool="hledger", rows="(SELECT source_row, trim(account) AS account FROM source)"
)
BALANCE = Importer(
    name="hledger-balance",
    about="hledger balance -M -O csv: what each account has in each period",
    posts=(
        Posts(SPEND, _balance("hledger balance")),
        Posts(CAMPAIGNS, BALANCE_CAMPAIGN, distinct=True),
    ),
    required=frozenset({"account"}),
    optional=frozenset({"total", "average"}),
    aliases={"Account": "account", "Total": "total", "Average": "average"},
    others=(PERIOD,),
    whole=True,
    settings=(ACCOUNT, PARENTS, *SETTINGS),
    rules=BALANCE_RULES,
    aside=BALANCE_ASIDE,
    provenance=PROVENANCE,
    notes=__doc__,
)
BUDGET = Importer(
    name="hledger-budget",
    about="hledger balance -M --budget -O csv: what each account has, beside its budget",
    posts=(
        Posts(BUDGETS, BUDGET_ROWS),
        Posts(SPEND, _balance("hledger balance --budget")),
        Posts(CAMPAIGNS, BALANCE_CAMPAIGN, distinct=True),
    ),
    required=frozenset({"account", "budget"}),
    aliases={"Account": "account"},
    others=(PERIOD,),
    whole=True,
    settings=(ACCOUNT, PARENTS, CAMPAIGN, CURRENCY, BUDGETED_BY, RECORD, OBSERVED_ON),
    rules=BALANCE_RULES,
    aside=BALANCE_ASIDE,
    provenance=PROVENANCE,
    notes=__doc__,
)
IMPORTERS = (PRINT, REGISTER, PRINT_JSON, BALANCE, BUDGET)
