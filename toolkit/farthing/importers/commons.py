"""House of Commons Library: results of general elections, by candidate and by constituency, as CSV.

Origin
    The Library's briefings on the general elections from 2015 on, such as CBP-7979 for 2017 and
    CBP-10009 for 2024: ``HoC-GE2017-results-by-candidate.csv`` and
    ``HoC-GE2017-constituency-results.csv``. Which election a file is of stands in its name alone;
    where it does not, declare ``election=ge2017``.
Columns
    By candidate ``ons_id``, ``constituency_name``, ``party_abbreviation``, ``firstname``,
    ``surname`` and ``votes``; by constituency ``electorate``, ``valid_votes``, ``majority``,
    ``first_party``, ``second_party`` and a column of votes for each party, which are others at
    each election: every column that is not named here is taken for one, and the row is refused
    unless they add up to ``valid_votes``. The files of 2024 have the same columns under other
    names (``ONS ID``, ``All other candidates``).
Traps
    The two files of one election count the same votes, and a book takes them from one. With the
    candidates on the book, ``--declare votes=none`` posts the electorates of the other file
    alone, as `audiences`; the file by candidate has none.

    ``other_winner`` is a count of votes, and a part of ``other``: the Speaker's, or those of an
    independent who won. A file may not have it: then they are what the majority makes of the
    votes of the second. ``other`` pools all who have no column, so a runner-up can
    be in it; their votes are what the majority leaves, and they are posted under ``second_party``
    (East Devon 2017). What is left of ``other`` is posted as Other and has no candidate. Where
    that is more than the runner-up has, it would be taken for one, and the row is refused: only
    the file by candidate tells more. A party with 0 had no candidate or no vote, and has no row.

    A majority is computed from the votes and never posted; a row whose own does not agree with
    its votes is refused. Shares, changes and invalid votes are not posted. Labour and
    Co-operative candidates are ``Lab``. Capitals in names of constituencies differ from file to
    file ("Ashton-Under-Lyne"): join on codes. Those of 2024 are of new boundaries. A later
    edition of a file is refused where the book has the election: post it to a new book.

    The series since 1918 is read by `commons_series`, and what the Library's site gives for each
    election, ``candidacies.csv``, by `commons_candidacies`: one election is posted from one file.
"""

from __future__ import annotations

from farthing.importer import DAY, Importer, Posts, Provenance, Rule, Setting
from farthing.ledgers.audiences import AUDIENCES
from farthing.ledgers.contests import CONTESTS

ELECTION = Setting(
    name="election",
    about="the general election that it is of, by its year",
    values="(?i:ge[12][0-9]{3})",
    example="ge2017",
    in_name="(?<![A-Za-z])((?i:ge)[12][0-9]{3})",
)
HELD_ON = Setting(
    name="held_on",
    about="polling day, where it is not one of 2005 to 2024",
    values=DAY,
    example="2017-06-08",
    required=False,
)
VOTES = Setting(
    name="votes",
    about="whether its votes are posted: none where the candidates are on the book",
    values="parties|none",
    example="none",
    required=False,
)
PROVENANCE = Provenance(
    publisher="House of Commons Library",
    origin_id="commons-library",
    licence="Open Parliament Licence",
)

#: By the year of a general election.
POLLING_DAYS = {
    "2005": "2005-05-05", "2010": "2010-05-06", "2015": "2015-05-07", "2017": "2017-06-08",
    "2019": "2019-12-12", "2024": "2024-07-04",
}  # fmt: skip


def polled_on(year: str) -> str:
    """Return the SQL of the polling day of a general election, by the SQL of its year."""
    cases = " ".join(f"WHEN '{one}' THEN '{day}'" for one, day in POLLING_DAYS.items())
    return f"CASE {year} {cases} END"


POLLING_DAY = f"""
coalesce(getvariable('held_on'), {polled_on("right(getvariable('election'), 4)")})"""
CONTEST = f"""
       'general election ' || right(getvariable('election'), 4) AS election,
       {POLLING_DAY} AS held_on,
       ons_id AS area_code,
       constituency_name AS area_name"""

CANDIDATE = r"regexp_replace(trim(concat_ws(' ', firstname, surname)), '\s+', ' ', 'g')"

#: The columns of a party's votes: all that are nothing else, whatever they are called.
NO_PARTY = (
    "ons_id", "ons_region_id", "constituency_name", "county_name", "region_name", "country_name",
    "constituency_type", "declaration_time", "mp_firstname", "mp_surname", "mp_gender", "result",
    "first_party", "second_party", "electorate", "valid_votes", "invalid_votes", "majority",
    "other", "other_winner",
)  # fmt: skip
#: As the file by candidate abbreviates them; other columns are called what they are of.
PARTIES = {
    "con": "Con", "lab": "Lab", "ld": "LD", "ukip": "UKIP", "brexit": "Brexit", "green": "Green",
    "snp": "SNP", "pc": "PC", "dup": "DUP", "sf": "SF", "sdlp": "SDLP", "uup": "UUP",
    "alliance": "Alliance",
}  # fmt: skip
WHENS = " ".join(f"WHEN '{name}' THEN '{said}'" for name, said in PARTIES.items())
PARTY = f"CASE name {WHENS} ELSE name END"

COUNT = "[0-9]{1,3}(,[0-9]{3})+|[0-9]+"


def count_of(cell: str) -> str:
    """Return the SQL of a count of people or votes; NULL is no such count."""
    return (
        f"CASE WHEN regexp_full_match(trim({cell}), '{COUNT}') "
        f"THEN try_cast(replace({cell}, ',', '') AS BIGINT) END"
    )


#: The votes of each party with a column, and what the others of its seat come to. The votes of
#: the winner less the majority are those of the runner-up: where no column has them, they are in
#: ``other``. Those of a winner who has no column are ``other_winner``, or the majority more than
#: the most of the columns.
SEATS = f"""
WITH named AS (
  SELECT source_row, {PARTY} AS party, coalesce({count_of("cell")}, 0) AS votes
  FROM (
    UNPIVOT (SELECT * EXCLUDE (source_line, {", ".join(NO_PARTY)}) FROM source)
    ON COLUMNS(* EXCLUDE (source_row)) INTO NAME name VALUE cell
  )
), told AS (
  SELECT source_row, first_party, second_party,
         {count_of("valid_votes")} AS valid_votes,
         {count_of("majority")} AS majority,
         {count_of("other")} AS pooled,
         nullif(trim(other_winner), '') AS winner_told
  FROM source
), best AS (
  SELECT source_row, sum(votes) AS votes, list(votes ORDER BY votes DESC) AS ranked,
         max(votes) FILTER (lower(party) = lower(trim(first_party))) AS of_first,
         max(votes) FILTER (lower(party) = lower(trim(second_party))) AS of_second
  FROM named JOIN told USING (source_row)
  GROUP BY source_row
), placed AS (
  SELECT told.*, best.votes + pooled AS votes, of_first, of_second,
         CASE WHEN winner_told NOTNULL THEN {count_of("winner_told")}
              WHEN of_first IS NULL THEN ranked[1] + majority ELSE 0 END AS other_winner,
         CASE WHEN other_winner > 0 THEN other_winner ELSE ranked[1] END AS first_votes,
         first_votes - majority AS second_votes,
         CASE WHEN other_winner > 0 THEN ranked[1] ELSE ranked[2] END AS next_named,
         CASE WHEN second_votes > next_named THEN second_votes ELSE 0 END AS other_second,
         pooled - other_winner - other_second AS rest
  FROM told JOIN best USING (source_row)
)"""

TOTALS = f"""
{SEATS}, posted AS (
  SELECT source_row, party, votes FROM named
  UNION ALL SELECT source_row, first_party, other_winner FROM placed
  UNION ALL SELECT source_row, second_party, other_second FROM placed
  UNION ALL SELECT source_row, 'Other', rest FROM placed
)
SELECT source.source_row,{CONTEST},
       posted.party,
       posted.votes,
       source.electorate
FROM source JOIN posted USING (source_row)
WHERE posted.votes <> 0 AND coalesce(getvariable('votes'), 'parties') = 'parties'
ORDER BY source.source_row, posted.votes DESC, posted.party
"""
ELECTORATES = f"""
SELECT source_row,
       'commons electorate ' || lower(getvariable('election')) || ' ' || ons_id AS record_key,
       'area' AS segment_kind,
       ons_id AS segment,
       {POLLING_DAY} AS as_of,
       electorate AS amount
FROM source
"""

POLLED = Rule(
    f"{POLLING_DAY} IS NULL",
    None,
    "the row is of an election whose polling day is not known here: declare it, as in "
    "--declare held_on=2017-06-08",
)
DECLARED_THEN = Rule(
    f"""try_cast(left(trim(declaration_time), 10) AS DATE)
    NOT BETWEEN try_cast({POLLING_DAY} AS DATE) AND try_cast({POLLING_DAY} AS DATE) + 7""",
    "declaration_time",
    "is not in the week after polling day: the file is of another election",
)


def _seat(broken: str) -> str:
    return f"source_row IN ({SEATS} SELECT source_row FROM placed WHERE {broken})"


def _blank(*columns: str) -> str:
    return f"trim(concat({', '.join(columns)})) = ''"


#: What stands below a table in a workbook.
NOTE = "a note below the table"
COMMONS_NAMES = {
    "ONS ID": "ons_id", "ONS region ID": "ons_region_id",
    "Constituency name": "constituency_name", "County name": "county_name",
    "Region name": "region_name", "Country name": "country_name",
    "Constituency type": "constituency_type",
}  # fmt: skip
PLACE = frozenset({"ons_region_id", "county_name", "region_name", "country_name"})

BY_CANDIDATE = Importer(
    name="commons-candidates",
    about="House of Commons Library: general election results by candidate",
    posts=(
        Posts(
            CONTESTS,
            f"""
SELECT source_row,{CONTEST},
       party_abbreviation AS party,
       {CANDIDATE} AS candidate,
       votes
FROM source
""",
        ),
    ),
    required=frozenset(
        {"ons_id", "constituency_name", "party_abbreviation", "firstname", "surname", "votes"}
    ),
    optional=PLACE
    | {"constituency_type", "party_name", "gender", "sitting_mp", "former_mp", "share", "change"}
    | {"Electoral Commission party ID", "Electoral Commission adjunct party ID", "DC Person ID"}
    | {"MNIS party ID", "Member MNIS ID"},
    aliases={
        **COMMONS_NAMES,
        "Party name": "party_name",
        "Party abbreviation": "party_abbreviation",
        "Candidate first name": "firstname",
        "Candidate surname": "surname",
        "Candidate gender": "gender",
        "Sitting MP": "sitting_mp",
        "Former MP": "former_mp",
        "Votes": "votes",
        "Share": "share",
        "Change": "change",
    },
    settings=(ELECTION, HELD_ON),
    aside=f"""CASE WHEN {_blank("constituency_name", "party_abbreviation", "surname", "votes")}
              THEN '{NOTE}' END""",
    rules=(
        POLLED,
        Rule(
            f"{CANDIDATE} = ''", "surname", "is blank and must not be: the row names no candidate"
        ),
    ),
    provenance=PROVENANCE,
    notes=__doc__,
)
BY_CONSTITUENCY = Importer(
    name="commons-constituencies",
    about="House of Commons Library: general election results by constituency",
    posts=(Posts(CONTESTS, TOTALS), Posts(AUDIENCES, ELECTORATES)),
    required=frozenset(
        {"ons_id", "constituency_name", "first_party", "second_party", "electorate", "valid_votes"}
        | {"majority", "con", "lab", "other"}
    ),
    optional=PLACE
    | {"constituency_type", "declaration_time", "mp_firstname", "mp_surname", "mp_gender"}
    | {"result", "invalid_votes", "other_winner"},
    aliases={
        **COMMONS_NAMES,
        "Declaration time": "declaration_time",
        "Member first name": "mp_firstname",
        "Member surname": "mp_surname",
        "Member gender": "mp_gender",
        "Result": "result",
        "First party": "first_party",
        "Second party": "second_party",
        "Electorate": "electorate",
        "Valid votes": "valid_votes",
        "Invalid votes": "invalid_votes",
        "Majority": "majority",
        "Con": "con",
        "Lab": "lab",
        "All other candidates": "other",
        "Of which other winner": "other_winner",
    },
    others=("[A-Za-z][A-Za-z0-9 &'_-]{0,40}",),
    settings=(ELECTION, HELD_ON, VOTES),
    aside=f"""
CASE WHEN {_blank("constituency_name", "first_party", "electorate", "valid_votes", "con", "lab")}
     THEN '{NOTE}'
     WHEN {_blank("ons_id", "constituency_type", "first_party")} AND NOT {_blank("valid_votes")}
     THEN 'a line of totals' END
""",
    rules=(
        POLLED,
        DECLARED_THEN,
        Rule(
            _seat("votes IS DISTINCT FROM valid_votes"),
            "valid_votes",
            "is not the sum of the votes of all parties",
        ),
        Rule(
            _seat("(second_votes BETWEEN next_named AND first_votes AND rest >= 0) IS NOT TRUE"),
            "majority",
            "is not what the first has more than the second by the votes of the row",
        ),
        Rule(
            _seat(
                "CASE other_winner WHEN 0 THEN of_first IS DISTINCT FROM first_votes "
                "ELSE of_first NOTNULL END"
            ),
            "first_party",
            "is not the party with the most votes",
        ),
        Rule(
            _seat(
                "CASE other_second WHEN 0 THEN of_second IS DISTINCT FROM next_named "
                "ELSE of_second NOTNULL END"
            ),
            "second_party",
            "is not the party with the second most votes",
        ),
        Rule(
            _seat("rest > second_votes AND coalesce(getvariable('votes'), 'parties') = 'parties'"),
            "other",
            "pools candidates who have more votes than the second; import the results by "
            "candidate, and this file with --declare votes=none",
        ),
    ),
    provenance=PROVENANCE,
    notes=__doc__,
)
IMPORTERS = (BY_CANDIDATE, BY_CONSTITUENCY)
