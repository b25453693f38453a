"""Derive contests.csv from the results files of the House of Commons Library.

Run it with the environment variable FARTHING_REAL_DATA naming a folder that holds them below
``elections/``::

    FARTHING_REAL_DATA=... python data/ge2017/derive_contests.py

It writes one row per candidate of the general elections of 2015 and 2017, checks the totals, and
gives the same bytes each time.
"""

from __future__ import annotations

import csv
import io
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

RESULTS_2017 = "HoC-GE2017-results-by-candidate.csv"
RESULTS_2015 = "hoc-ge2015-results-full.csv"
SEATS_2017 = "HoC-GE2017-constituency-results.csv"

HEADER = (
    "entry_id",
    "source_id",
    "election",
    "held_on",
    "area_code",
    "area_name",
    "party",
    "candidate",
    "votes",
    "electorate",
)
WORD = re.compile(r"[^\W_]+")
LABOUR = {"Lab", "Lab Co-op", "Lab/Co-op", "Labour and Co-operative"}
PUDSEY, LEEDS_NORTH_EAST = "E14000886", "E14000779"

Row = dict[str, str]


def derive(elections: Path) -> str:
    """Return the text of contests.csv: by election, area, votes from the most, party and name."""
    seats = {seat["ons_id"]: seat for seat in _read(elections / SEATS_2017)}
    names = {code: seat["constituency_name"] for code, seat in seats.items()}
    electorates = {code: seat["electorate"] for code, seat in seats.items()}
    rows = [
        *_contests(_read(elections / RESULTS_2015), "2015", "2015-05-07", names, {}),
        *_contests(_read(elections / RESULTS_2017), "2017", "2017-06-08", names, electorates),
    ]
    _verify(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _contests(
    results: list[Row], year: str, held_on: str, names: dict[str, str], electorates: dict[str, str]
) -> Iterator[Row]:
    """Turn one election's candidates into rows; an electorate that is not given stays blank."""
    seen: Counter[str] = Counter()
    for result in sorted(results, key=_order):
        code, party = result["ons_id"], _party(result)
        stem = f"ge{year}/{code}/{'-'.join(WORD.findall(party))}"
        seen[stem] += 1
        yield {
            "entry_id": stem if seen[stem] == 1 else f"{stem}/{seen[stem]}",
            "source_id": f"hoc-ge{year}",
            "election": f"general election {year}",
            "held_on": held_on,
            "area_code": code,
            "area_name": names[code],
            "party": party,
            "candidate": _candidate(result),
            "votes": result["votes"],
            "electorate": electorates.get(code, ""),
        }


def _order(result: Row) -> tuple[str, int, str, str]:
    return result["ons_id"], -int(result["votes"]), _party(result), _candidate(result)


def _party(result: Row) -> str:
    """Return the file's abbreviation; Labour and Co-operative candidates are Labour's."""
    abbreviation = result["party_abbreviation"].strip()
    return "Lab" if abbreviation in LABOUR else abbreviation


def _candidate(result: Row) -> str:
    return " ".join(f"{result['firstname']} {result['surname']}".split())


def _verify(rows: list[Row]) -> None:
    """Hold the rows against what is known of the two elections, and stop on a difference."""
    ids = Counter(row["entry_id"] for row in rows)
    facts: list[tuple[str, object, object]] = [
        ("repeated entry ids", [key for key, count in ids.items() if count > 1], [])
    ]
    for year in ("2015", "2017"):
        seats = _seats(rows, year)
        facts.append((f"seats {year}", len(seats), 650))
        for code, expected in EXPECTED_MAJORITIES[year].items():
            (first, party), (second, other) = seats[code][:2]
            facts.append((f"majority {code} {year}", (party, other, first - second), expected))
    seats = _seats(rows, "2017")
    winners = Counter(candidates[0][1] for candidates in seats.values())
    per_seat = {row["area_code"]: row["electorate"] for row in rows if row["electorate"]}
    facts += [
        ("electorate 2017", sum(int(count) for count in per_seat.values()), 46_836_533),
        ("valid votes 2017", sum(v for seat in seats.values() for v, _ in seat), 32_204_184),
        ("Conservative seats 2017, without the Speaker", winners["Con"], 317),
        ("Labour seats 2017", winners["Lab"], 262),
        ("the Speaker's seat 2017", winners["Spk"], 1),
    ]
    wrong = [f"{name}: {found}, not {known}" for name, found, known in facts if found != known]
    if wrong:
        raise ValueError("; ".join(wrong))


EXPECTED_MAJORITIES = {
    "2015": {PUDSEY: ("Con", "Lab", 4_501), LEEDS_NORTH_EAST: ("Lab", "Con", 7_250)},
    "2017": {PUDSEY: ("Con", "Lab", 331), LEEDS_NORTH_EAST: ("Lab", "Con", 16_991)},
}


def _seats(rows: list[Row], year: str) -> dict[str, list[tuple[int, str]]]:
    """Return votes and party by constituency, from the most votes."""
    seats: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in rows:
        if row["election"] == f"general election {year}":
            seats[row["area_code"]].append((int(row["votes"]), row["party"]))
    return {code: sorted(seat, reverse=True) for code, seat in seats.items()}


def main() -> int:
    """Write contests.csv beside this script."""
    folder = os.environ.get("FARTHING_REAL_DATA")
    if not folder:
        print("FARTHING_REAL_DATA names no folder with elections/ in it", file=sys.stderr)
        return 2
    target = Path(__file__).with_name("contests.csv")
    target.write_text(derive(Path(folder) / "elections"), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
