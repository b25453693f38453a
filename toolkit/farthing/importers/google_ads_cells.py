"""How Google Ads writes days, periods, figures and signs of currencies, as SQL that reads them."""

from __future__ import annotations

from farthing.importer import DAY, Rule, Setting
from farthing.importers.google_ads_names import ALL_TIME, MONTHS
from farthing.signs import OF_ONE

#: A day in words, in the order of most languages and in that of American English; a name of the
#: day of the week may stand before it.
DAY_FIRST = r"^(?:[^0-9,]+, )?([0-9]{1,2})\.? (?:de )?([^0-9 .]+)\.? (?:de )?([0-9]{4})$"
MONTH_FIRST = r"^(?:[^0-9,]+, )?([^0-9 .,]+)\.? ([0-9]{1,2}), ([0-9]{4})$"
DOTTED = r"^([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{4})$"
SLASHED = r"^([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})$"
YEAR_FIRST = r"^([0-9]{4})[.]([0-9]{2})[.]([0-9]{2})$"
SLASHED_ORDER = r"""CASE getvariable('dates') WHEN 'MDY' THEN '\3-\1-\2' WHEN 'DMY' THEN '\3-\2-\1'
                   ELSE '\0' END"""
WORD = r"[^\W\d_]+"
ONE_DAY = (
    rf"(?:{WORD}\.? [0-9]{{1,2}}, [0-9]{{4}}"
    rf"|[0-9]{{1,2}}\.? (?:de )?{WORD}\.? (?:de )?[0-9]{{4}}|{DAY})"
)
WINDOW = Setting(
    name="window",
    about="the days it covers",
    values=f"{DAY} to {DAY}|All time",
    example="2025-11-03 to 2026-02-03",
    in_titles=rf'(?:^"?|\()({ALL_TIME}|{ONE_DAY}(?: ?[-–—] ?{ONE_DAY})?'
    r'|[^()]{6,}[0-9]{4} ?[-–—] ?[^()]{6,}[0-9]{4})(?:"?,*$|\))',
    in_name=r"([0-9]{4}\.[0-9]{2}\.[0-9]{2}-[0-9]{4}\.[0-9]{2}\.[0-9]{2})",
    required=False,
)


def reported(name: str) -> str:
    """Return the SQL of a cell, NULL where it is blank or not reported."""
    return f"""nullif(nullif(trim("{name}"), '--'), '')"""


def day(text: str) -> str:
    """Return the SQL of a day as yyyy-mm-dd, NULL where it cannot be read."""
    parts = f"lower(regexp_replace(trim({text}), '[\\s\\p{{Z}}]+', ' ', 'g'))"
    for form, order in (
        (DAY_FIRST, r"'\3-\2-\1'"),
        (MONTH_FIRST, r"'\3-\1-\2'"),
        (DOTTED, r"'\3-\2-\1'"),
        (YEAR_FIRST, r"'\1-\2-\3'"),
        (SLASHED, SLASHED_ORDER),
    ):
        parts = f"regexp_replace({parts}, '{form}', {order})"
    year, month, day = (f"split_part({parts}, '-', {at})" for at in (1, 2, 3))
    named = f"{year} || '-' || {_month(month)} || '-' || {day}"
    return f"""
strftime(coalesce(try_strptime({parts}, '%Y-%m-%d'), try_strptime({named}, '%Y-%m-%d')),
         '%Y-%m-%d')"""


def _month(word: str) -> str:
    """Return the SQL of the number of a month, NULL of what is none."""
    begins = f"left(rpad(replace(replace({word}, 'juin', 'jun'), 'juil', 'jul'), 3, '.'), 3)"
    return f"substr('{MONTHS}', nullif(strpos('{MONTHS}', ' ' || {begins}), 0) + 4, 2)"


#: The first and the last day of the window; NULL of both where it is in words that are not known.
ENDS = r"^([0-9]{4}[-.][0-9]{2}[-.][0-9]{2}|.*?[^-0-9.][0-9]{4}) ?(?:[-–—]|to) ?(.+)$"
WINDOW_DAYS = f"""
SELECT {day("ends[1]")} AS window_starts, {day("ends[-1]")} AS window_ends
FROM (
  SELECT string_split(regexp_replace(getvariable('window'), '{ENDS}', '\\1 | \\2'), ' | ') AS ends
)
"""

#: Of days with strokes, which Excel writes, some row must tell the order.
DATES = Setting(
    name="dates",
    about="the order of its dates",
    values="DMY|MDY",
    example="DMY",
    in_rows=f"""
SELECT DISTINCT CASE WHEN one > 12 THEN 'DMY' WHEN two > 12 THEN 'MDY' END
FROM (
  SELECT try_cast(regexp_extract(trim("Day"), '{SLASHED}', 1) AS INTEGER) AS one,
         try_cast(regexp_extract(trim("Day"), '{SLASHED}', 2) AS INTEGER) AS two
  FROM source
)""",
    required=False,
)
UNORDERED = Rule(
    f"""getvariable('dates') IS NULL AND regexp_matches(trim("Day"), '{SLASHED}')""",
    "Day",
    "may begin with the day or the month: declare it, as in --declare dates=DMY",
)

SPACES = r"[\s\p{Z}''’]"
#: Thousands by a space or an apostrophe, which mean the same in every way of writing.
SPACED = rf"-?[0-9]{{1,3}}({SPACES}[0-9]{{3}})*([.,][0-9]+)?"
AMOUNTS = ("Cost", "Impr.", "Clicks", "Budget")
BARE = "regexp_replace(cell, '[^0-9.,]', '', 'g')"
#: Currencies whose money has no decimals, so that a mark in it parts thousands.
WHOLE_MONEY = ("JPY", "KRW", "VND", "CLP", "PYG", "ISK", "UGX", "XAF", "XOF")
#: Which mark begins the decimals is told by a figure that has both, by one or two digits behind
#: the only one, and by a mark that stands twice or in a count, which parts thousands.
DECIMALS = Setting(
    name="decimals",
    about="which mark begins the decimals of its amounts",
    values="comma|point",
    example="comma",
    in_rows=f"""
WITH cells AS (
  SELECT unnest([{", ".join(f'"{name}"' for name in AMOUNTS)}]) AS cell,
         unnest([whole, true, true, whole]) AS counts
  FROM (SELECT *, coalesce({reported("Currency code")}, '')
          IN ({", ".join(f"'{code}'" for code in WHOLE_MONEY)}) AS whole FROM source)
), figure AS (SELECT DISTINCT {BARE} AS bare, counts FROM cells)
SELECT DISTINCT CASE
  WHEN regexp_matches(bare, '[.].*,[0-9]*$') THEN 'comma'
  WHEN regexp_matches(bare, ',.*[.][0-9]*$') THEN 'point'
  WHEN regexp_matches(bare, ',[0-9]{{1,2}}$') THEN 'comma'
  WHEN regexp_matches(bare, '[.][0-9]{{1,2}}$') THEN 'point'
  WHEN regexp_matches(bare, '[.].*[.]') OR (counts AND regexp_matches(bare, '[.]')) THEN 'comma'
  WHEN regexp_matches(bare, ',.*,') OR (counts AND regexp_matches(bare, ',')) THEN 'point' END
FROM figure""",
    required=False,
)
OPEN = Rule(
    r"""getvariable('decimals') IS NULL
    AND regexp_matches("Cost", '[0-9][.,][0-9]{3}\s*[^0-9]*$')""",
    "Cost",
    "may have thousands or three decimals: declare which mark begins its decimals, by "
    "--declare decimals=point or --declare decimals=comma",
)


def figure(cell: str) -> str:
    """Return the SQL of a figure as English writes it; what is none stays as it stands."""
    close = f"regexp_replace({cell}, '{SPACES}', '', 'g')"
    return f"""
CASE WHEN NOT regexp_full_match({cell}, '{SPACED}')
       AND NOT regexp_full_match({cell}, '-?[0-9]+([.,][0-9]{{2,3}})*([.,][0-9]+)?') THEN {cell}
     WHEN getvariable('decimals') = 'comma'
       AND regexp_full_match({close}, '-?([0-9]{{1,3}}([.][0-9]{{3}})+|[0-9]+)(,[0-9]+)?')
     THEN replace(replace({close}, '.', ''), ',', '.')
     WHEN regexp_full_match({close}, '-?[0-9]{{1,2}}(,[0-9]{{2}})+,[0-9]{{3}}([.][0-9]+)?')
     THEN replace({close}, ',', '')
     ELSE {close} END"""


def sign(cell: str) -> str:
    """Return the SQL of what is no digit or mark of a figure: the sign of its currency."""
    return f"nullif(regexp_replace({cell}, '[-0-9.,\\s\\p{{Z}}''’]', '', 'g'), '')"


def currency_of(cell: str) -> str:
    """Return the SQL of the currency that a sign tells, NULL of one that several have."""
    cases = " ".join(f"WHEN '{mark}' THEN '{code}'" for mark, code in OF_ONE.items())
    return f"""
CASE {sign(cell)} {cases} ELSE nullif(regexp_extract({sign(cell)}, '^[A-Z]{{3}}$'), '') END"""


def money(cell: str) -> str:
    """Return the SQL of an amount whose figure is as English writes it, with the sign it has."""
    digits = f"regexp_extract({cell}, '[0-9](.*[0-9])?')"
    return f"replace({cell}, {digits}, {figure(digits)})"
