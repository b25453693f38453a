"""House of Commons Library: candidacies of an election, a candidate a row, as its site gives them.

Origin
    electionresults.parliament.uk, "candidacies" as CSV: general elections from 2010 on and
    by-elections; also passed on as ``candidate-level-results-general-election-04-07-2024.csv``.
Columns
    ``Constituency geographic code`` and ``Constituency name``, ``Election polling date``,
    ``Election is by-election``, ``Candidate given name`` and ``Candidate family name``,
    ``Main party abbreviation``, ``Candidate is standing as independent``, ``Candidate is standing
    as Commons Speaker``, ``Candidate vote count``, ``Electorate`` and ``Election valid vote
    count`` must be there, with ``General election polling date`` where it is of a general
    election. All others are left in the file.
Traps
    Which election a row is of stands in the row, not in the name of the file. A poll that was put
    off in one seat (Thirsk and Malton 2010) has its own day and is of its general election.
    Independents and the Speaker have no party and are ``Ind`` and ``Spk``; Labour and
    Co-operative candidates are ``Lab``, the other party beside it being an adjunct.

    Notional results say how an election would have gone on other boundaries: nobody cast these
    votes, and they are set aside. A file of one party's candidacies has the same columns: where
    the candidates of a seat do not have all its valid votes between them the rows are refused,
    since a majority would be computed from what is there. The electorate is posted once a seat,
    to `audiences`. A later edition is refused where the book has the election: post it to a new
    book.
"""

from __future__ import annotations

from farthing.importer import Importer, Posts, Rule
from farthing.importers.commons import PROVENANCE, count_of
from farthing.ledgers.audiences import AUDIENCES
from farthing.ledgers.contests import CONTESTS

CODE, POLLED = '"Constituency geographic code"', '"Election polling date"'
BY_ELECTION = "lower(\"Election is by-election\") = 'true'"
YEAR = f'left(coalesce("General election polling date", {POLLED}), 4)'
ELECTION = f"""CASE WHEN {BY_ELECTION} THEN 'by-election ' || {POLLED}
            ELSE 'general election ' || {YEAR} END"""
#: The file by constituency names an electorate so, too.
ELECTORATE_KEY = f"""'commons electorate '
         || CASE WHEN {BY_ELECTION} THEN 'by-election ' || {POLLED} ELSE 'ge' || {YEAR} END
         || ' ' || {CODE}"""

CONTEST = f"""
SELECT source_row,
       {ELECTION} AS election,
       {POLLED} AS held_on,
       {CODE} AS area_code,
       "Constituency name" AS area_name,
       CASE WHEN lower("Candidate is standing as Commons Speaker") = 'true' THEN 'Spk'
            WHEN lower("Candidate is standing as independent") = 'true' THEN 'Ind'
            ELSE coalesce("Main party abbreviation", "Main party name") END AS party,
       concat_ws(' ', "Candidate given name", "Candidate family name") AS candidate,
       "Candidate vote count" AS votes,
       "Electorate" AS electorate
FROM source
"""
ELECTORATE = f"""
SELECT source_row,
       {ELECTORATE_KEY} AS record_key,
       'area' AS segment_kind,
       {CODE} AS segment,
       {POLLED} AS as_of,
       "Electorate" AS amount
FROM source
WHERE "Electorate" NOTNULL
QUALIFY row_number() OVER (PARTITION BY {CODE}, {POLLED} ORDER BY source_row) = 1
"""
NOTIONAL = """
CASE WHEN lower("General election is notional") = 'true'
       OR lower("Candidate is notional political party aggregate") = 'true'
     THEN 'a notional result: votes that nobody cast' END
"""

COMMONS_CANDIDACIES = Importer(
    name="commons-candidacies",
    about="House of Commons Library: candidacies of general elections and by-elections",
    # Of a seat whose first candidate is refused the electorate still stands: others have it too.
    posts=(Posts(CONTESTS, CONTEST), Posts(AUDIENCES, ELECTORATE, distinct=True)),
    required=frozenset(
        {"Constituency geographic code", "Constituency name", "Election polling date"}
        | {"Election is by-election", "Election valid vote count", "Electorate"}
        | {"Candidate given name", "Candidate family name", "Candidate vote count"}
        | {"Candidate is standing as Commons Speaker", "Candidate is standing as independent"}
        | {"Main party abbreviation"}
    ),
    whole=True,
    optional=frozenset(
        {"General election polling date", "General election is notional", "Main party name"}
        | {"Candidate is notional political party aggregate"}
    ),
    others=("[A-Z][A-Za-z -]*",),
    aside=NOTIONAL,
    rules=(
        Rule(
            'coalesce("Candidate given name", "Candidate family name") IS NULL',
            "Candidate family name",
            "is blank and must not be: the row names no candidate",
        ),
        *(
            Rule(
                f"""coalesce(lower("{column}"), '') NOT IN ('true', 'false')""",
                column,
                "is neither true nor false",
            )
            for column in (
                "Election is by-election",
                "Candidate is standing as Commons Speaker",
                "Candidate is standing as independent",
            )
        ),
        Rule(
            f"""({CODE}, {POLLED}) IN (
              SELECT ({CODE}, {POLLED}) FROM source GROUP BY ALL
              HAVING sum({count_of('"Candidate vote count"')})
                IS DISTINCT FROM max({count_of('"Election valid vote count"')})
            )""",
            "Election valid vote count",
            "is not the sum of the votes of the seat's candidates in the file: some may be missing",
        ),
    ),
    tidy=True,
    provenance=PROVENANCE,
    notes=__doc__,
)
IMPORTERS = (COMMONS_CANDIDACIES,)
