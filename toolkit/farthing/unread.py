"""Tables that people hold and that no importer reads: what each is, and what to take instead.

They are made by the tools and publishers whose other tables are read. None of them says what a
row of a ledger needs, or one that is read says it better.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from farthing.errors import FileUnusable

PERIOD = "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?|Q[1-4]|-?W[0-9]{2})?"
BY_MONTH = "print it by month: hledger balance -M -O csv"
#: A row that tells such a table, its cells with bars between them; what it is; what to do.
UNREAD = (
    (
        r"[A-Z_]+_REPORT \(.*|(.*\|)?metrics[._]cost_?micros(\|.*)?",
        "an answer of the Google Ads API, which counts money in millionths",
        "download the report of campaigns from ads.google.com",
    ),
    (
        r"txnidx\|.*\|otheraccounts\|change\|balance",
        "hledger's register of one account",
        "print the entries: hledger print -O csv",
    ),
    (
        r"account\|(commodity\|.*|period\|start_date\|end_date\|commodity\|value)",
        "hledger's balance in bare or tidy cells",
        f"{BY_MONTH}, without --layout",
    ),
    (r"account\|balance", "hledger's balance without periods", BY_MONTH),
    (
        rf"{PERIOD}\.\.{PERIOD}(\|.*)?|{PERIOD}(\|{PERIOD})+",
        "a statement of an hledger before 1.24",
        BY_MONTH,
    ),
    (
        r"account\|.*\|budget\|.*\|budget",
        "hledger's budget of several periods, of which it names all columns alike",
        "print one at a time, as in hledger balance -p 2024-05 --budget -O csv",
    ),
    (
        r"(.*\|)?(number|balance|sum_position|((sum|units)\(+)?position\)*)"
        r" \([A-Z][A-Z0-9'._-]*\)(\|.*)?",
        "made by Fava or by bean-query -m, which take the currency out of the cells",
        "ask for number and currency instead of position; or leave -m out",
    ),
    (
        r"(?=.*\bcommittee_id\b)(?=.*\bsub_id\b).*\b(disbursement|expenditure)_amount\b.*",
        "an export of a search on fec.gov",
        "take the filing itself (NUMBER.fec), or oppexpYY.zip or independent_expenditure_YYYY.csv",
    ),
    (
        r"C[0-9]{8}\|[NAT]?\|[A-Z0-9]{2,3}\|[^|]*\|[0-9]*\|[0-9]{2}[A-Z]?\|.*",
        "the Federal Election Commission's file of contributions and transfers",
        "independent expenditures are in independent_expenditure_YYYY.csv",
    ),
)


def refuse(row: Sequence[str], where: str) -> None:
    """Refuse a file with a row that tells a table which is known and not read.

    Raises
    ------
    FileUnusable
        It says what to take instead.
    """
    cells = "|".join(row)
    for pattern, what, instead in UNREAD:
        if re.fullmatch(pattern, cells, re.IGNORECASE | re.DOTALL):
            raise FileUnusable(f"is {what}, and is not read", where=where, hint=instead)
