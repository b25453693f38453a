"""The command line: every command and option, its exit codes, and what reaches a terminal."""

import contextlib
import csv
import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from farthing import cli, storage
from farthing.book import Book
from farthing.importers import IMPORTERS
from farthing.questions import NAMES
from importers.test_fec import filing
from small_book import small_book

COMMANDS = (
    "import", "draft", "link", "changes", "status", "ask", "check", "plan", "sql", "report",
    "chart", "importers", "reference", "questions", "lab",
)  # fmt: skip
EXECUTABLE = [sys.executable, "-c", "from farthing.cli import main; main()"]
SOURCES = "entry_id,source_id,kind,title,rank,origin_id\n"
GOOD = "s,s,report,A source,record,s\n"
BAD = "t,t,report,A source,hearsay,t\n"


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run the command line in this process, as a shell that reads both streams would."""

    def command(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["farthing", *map(str, arguments)])
        capfd.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return Ran(code, *capfd.readouterr())

    return command


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "good.csv").write_text(SOURCES + GOOD, encoding="utf-8")
    (tmp_path / "bad.csv").write_text(SOURCES + GOOD + BAD, encoding="utf-8")
    return tmp_path


# Help.


def test_the_first_page_names_every_command_and_every_exit_code(run: Callable[..., Ran]) -> None:
    said = run("--help")
    assert said.code == 0
    listed = re.findall(r"^  ([a-z]+)  +\S", said.out, flags=re.MULTILINE)
    assert tuple(listed) == COMMANDS
    assert "..." not in said.out.replace("[ARGS]...", "")  # no summary is cut
    for code in ("0 done", "1 data was refused", "2 wrong usage", "65 the", "66 a", "75 another"):
        assert code in " ".join(said.out.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches(run: Callable[..., Ran], command: str) -> None:
    said = run(command, "--help")
    assert (said.code, said.err) == (0, "")
    assert "Example: farthing " + command in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    assert run(command, "-h").out == said.out


def test_without_a_command_it_helps_and_fails(run: Callable[..., Ran]) -> None:
    said = run()
    assert said.code == 2
    assert "Usage: farthing" in said.out + said.err


def test_help_waits_for_no_engine() -> None:
    code = (
        "import sys; from farthing import cli; sys.argv = ['farthing', '--help']\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'altair', 'babel', 'duckdb', 'numpy', 'pandera', 'polars', 'rich', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_the_version(run: Callable[..., Ran]) -> None:
    assert re.fullmatch(r"farthing \d+\.\d+\.\d+\n", run("--version").out)


# Exit codes.


@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [
        (0, "questions", ""),
        (0, "import {new} good.csv", "good.csv: posted as sources, 1 of 1 rows"),
        (0, "import {new} bad.csv --dry-run --quarantine", "bad.csv: would be posted as sources"),
        (1, "import {new} bad.csv", 'bad.csv:3: rank "hearsay" is none of record'),
        (1, "import {new} bad.csv --dry-run", "bad.csv: would be refused as sources"),
        (2, "nonsense", "No such command 'nonsense'"),
        (2, "ask {book}", "Missing argument"),
        (2, "ask {book} brige", "Hint: did you mean bridge?"),
        (2, "ask {book} bridge --xml", "No such option"),
        (2, "import {new} good.csv --as nobody", "nobody"),
        (2, "importers nobody", "Hint: farthing importers lists them"),
        (2, "importers meta-archve", "Hint: did you mean meta-archive"),
        (2, "chart {book} bridge -o x.gif", "unknown ending .gif"),
        (2, "chart {book} exposure -o x.svg", "has nothing to draw"),
        (2, "report {book}", "Missing option"),
        (65, "status good.csv", "Error: good.csv"),
        (65, "sql other.duckdb FROM+x", "is a DuckDB file but no Farthing book"),
        (66, "status none.duckdb", "Error: none.duckdb: no such book"),
        (66, "import {new} none.csv", "none.csv"),
        (66, "import no/folder.duckdb good.csv", "its folder does not exist"),
        (66, "chart {book} bridge -o no/x.svg", "no/x.svg"),
        (66, "lab no-notebooks", "Error: no-notebooks: no such folder"),
    ],
)
def test_exit_codes(
    run: Callable[..., Ran],
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    arguments: str,
    words: str,
) -> None:
    monkeypatch.chdir(files)
    duckdb.connect("other.duckdb").close()
    if "{book}" in arguments:
        small_book(
            files,
            campaigns=[{"campaign_id": "c"}],
            budgets=[{"campaign_id": "c", "stage": "claimed", "amount": "£5"}],
        )
    made = [part.format(new="new.duckdb", book="book.duckdb") for part in arguments.split()]
    said = run(*(part.replace("+", " ") for part in made))
    assert said.code == code
    assert words in said.err
    if code:
        assert said.out == "" or "--dry-run" in arguments
    assert "Traceback" not in said.err


def test_a_book_that_another_process_writes_to_is_busy(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = small_book(tmp_path)
    monkeypatch.setattr(storage, "PATIENCE_SECONDS", 0.2)
    holds = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holds, str(book.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        said = run("status", book.path)
        holder.communicate(b"\n")
    assert said.code == 75
    assert f"is held by process {holder.pid}" in said.err
    assert run("status", book.path).code == 0


def test_a_book_that_was_changed_fails_its_status(run: Callable[..., Ran], tmp_path: Path) -> None:
    book = small_book(tmp_path)
    with duckdb.connect(str(book.path)) as writer:
        writer.execute("UPDATE sources SET title = 'Another'")
    said = run("status", book.path)
    assert said.code == 1
    assert "Fault: sources: rows of sources.csv were changed after they were posted" in said.err
    assert run("status", book.path, "--json").code == 1


# Data on standard output, talk on standard error.


def test_import_talks_and_prints_nothing(run: Callable[..., Ran], files: Path) -> None:
    book = files / "book.duckdb"
    said = run("import", book, files / "bad.csv", "--quarantine")
    assert (said.code, said.out) == (0, "")
    assert said.err.splitlines() == [
        "bad.csv: posted as sources, 1 of 2 rows, 1 refused",
        '  bad.csv:3: rank "hearsay" is none of record, regulator, audited_return, named_witness, '
        "unnamed_witness, opinion",
    ]
    again = run("import", book, files / "bad.csv", "--quarantine")
    assert again.err == "bad.csv: already imported, nothing changed\n"
    asked = run("ask", book, "bridge")
    assert "In quarantine and left out: 1 row of bad.csv (no amount that could be read" in asked.err


def test_an_empty_name_is_not_the_folder_one_is_in(run: Callable[..., Ran], files: Path) -> None:
    said = run("import", files / "book.duckdb", "")
    assert said.code == 2
    assert said.err.splitlines() == [
        "Error: a file without a name is given",
        "Hint: name a file or a folder",
    ]


def test_import_in_json(run: Callable[..., Ran], files: Path) -> None:
    said = run("import", files / "book.duckdb", files / "bad.csv", "--json")
    assert said.code == 1
    [receipt] = json.loads(said.out)
    assert (receipt["outcome"], receipt["rows_read"], receipt["rows_posted"]) == ("refused", 2, 0)
    assert receipt["problems"][0]["value"] == "hearsay"
    assert said.err.startswith("Error: bad.csv: ")


def test_a_dry_run_shows_rows_and_makes_no_book(run: Callable[..., Ran], files: Path) -> None:
    said = run("import", files / "book.duckdb", files / "good.csv", "--dry-run")
    assert said.code == 0
    assert said.err == (
        "good.csv: would be posted as sources, 1 of 1 rows\n  rows by ledger: 1 for sources\n"
    )
    assert re.search(r"^ origin_id +│ sources: origin_id *$", said.out, flags=re.MULTILINE)
    [told] = json.loads(run("import", files / "n", files / "good.csv", "--dry-run", "--json").out)
    assert told["mapping"]["origin_id"] == "sources.origin_id"
    assert told["sql"] == "SELECT * EXCLUDE (source_line) FROM source"
    assert "A source" in said.out
    assert not (files / "book.duckdb").exists()


REPORT = "FacebookAdLibraryReport_2031-0{}-30_GB_lifelong_advertisers.csv"
HEADER = "\ufeffPage ID,Page name,Disclaimer,Amount spent (GBP),Number of ads in Library\n"


@pytest.fixture
def reports(tmp_path: Path) -> list[Path]:
    """Return a report of a month, and that of the next."""
    rows = ("10,Lantern,Lantern,500,3\n11,Ferry,Ferry,≤100,1", "10,Lantern,Lantern,750,3")
    paths = [tmp_path / REPORT.format(month) for month in (4, 5)]
    for path, text in zip(paths, rows, strict=True):
        path.write_text(HEADER + text, encoding="utf-8")
    return paths


def test_a_dry_run_tells_what_goes_nowhere_in_a_line_and_the_key_of_a_row_last(
    run: Callable[..., Ran], reports: list[Path], tmp_path: Path
) -> None:
    said = run("import", tmp_path / "book.duckdb", reports[0], "--dry-run")
    assert "\nLeft alone: Number of ads in Library\n" in said.out
    assert " Disclaimer " in said.out
    assert "left alone" not in said.out
    first = said.out.partition("First rows for spend")[2]
    assert first.index("£500") < first.index("meta report GB")
    assert "  currency: GBP\n" in said.err


def test_a_dry_run_says_what_can_be_done_and_what_was_not_needed(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    returns = tmp_path / "returns.csv"
    returns.write_text(
        "ECRef,RegulatedEntityName,RegulatedEntityId,ReportingPeriodName,DateIncurred,"
        "ExpenseCategoryName,SupplierName,TotalExpenditure\n"
        "SP1,Lantern,9901,Marlshire election 02/05/2031,14/04/2031,Leaflets,A Printer,£1O\n",
        encoding="utf-8",
    )
    said = run("import", tmp_path / "book.duckdb", returns, "--dry-run")
    assert said.code == 1
    assert said.err.splitlines() == [
        "returns.csv: would be refused as ec-party-spending, 0 of 1 rows, 1 at fault",
        "  not told, and not needed: observed_on",
        '  returns.csv:2: TotalExpenditure "£1O" is not an amount in pounds and pence, such as '
        "£1,234.50",
        "Hint: correct the file, or post its other rows with --quarantine",
    ]
    refused = run("import", tmp_path / "book.duckdb", returns)
    assert 'farthing sql BOOK "FROM refusals" lists every reason' in refused.err
    assert "is not an amount" in run("sql", tmp_path / "book.duckdb", "FROM refusals").out


def test_what_changed_is_told_as_ranges_of_money(
    run: Callable[..., Ran], reports: list[Path], tmp_path: Path
) -> None:
    book = tmp_path / "book.duckdb"
    assert run("import", book, *reports).code == 0
    said = run("changes", book, reports[1].name)
    assert re.search(r"^ moved +│ spend │.*│ +1 │ £500 +│ £750 *$", said.out, flags=re.MULTILINE)
    assert re.search(
        r"^ vanished +│ spend │.*│ +1 │ £0 to £100 +│ *$", said.out, flags=re.MULTILINE
    )
    assert "another series" not in said.err


def test_tables_of_two_periods_are_not_told_as_a_restatement(
    run: Callable[..., Ran], reports: list[Path], tmp_path: Path
) -> None:
    book = tmp_path / "book.duckdb"
    months = [path.rename(str(path).replace("lifelong", "last_30_days")) for path in reports]
    assert run("import", book, *months).code == 0
    said = run("changes", book, months[1].name)
    assert said.err == (
        "What appeared is of another series than what vanished: of another table or period, and "
        "no restatement of it\n"
    )


def test_a_name_that_is_not_linked_is_listed_with_its_organisation(
    run: Callable[..., Ran], reports: list[Path], tmp_path: Path
) -> None:
    book = tmp_path / "book.duckdb"
    assert run("import", book, *reports).code == 0
    said = run("link", book)
    assert said.out.startswith("Links: none\n")
    assert re.search(r"^ meta:10\|Lantern +│ +1 │ +£750 │ Lantern *$", said.out, flags=re.MULTILINE)


def test_status_lists_what_is_there(run: Callable[..., Ran], files: Path) -> None:
    book = files / "book.duckdb"
    run("import", book, files / "good.csv")
    clean = run("status", book).out
    assert "sources" in clean
    assert "budgets" not in clean
    assert "refused" not in clean
    run("import", book, files / "bad.csv", "--quarantine")
    assert "refused" in run("status", book).out


def test_the_format_encoding_and_locale_can_be_named(run: Callable[..., Ran], files: Path) -> None:
    (files / "euro.csv").write_bytes(
        "entry_id,source_id,channel,measure,currency,market,amount\n"
        'r,s,réseau,cpm,EUR,France,"1.000,50"\n'.encode("cp1252")
    )
    book = files / "book.duckdb"
    run("import", book, files / "good.csv")
    said = run(
        "import", book, files / "euro.csv", "--as", "rates", "--encoding", "cp1252",
        "--locale", "de_DE",
    )  # fmt: skip
    assert said.code == 0, said.err
    rates = run("sql", book, "SELECT channel, low FROM current_rates")
    assert rates.out == "channel,low\nréseau,1000.50\n"


def test_status_in_words_and_in_json(run: Callable[..., Ran], case_book: Book) -> None:
    said = run("status", case_book.path)
    assert said.code == 0
    assert re.search(r"contests +│ +7,275 │ +7,275", said.out)
    found = json.loads(run("status", case_book.path, "--json").out)
    assert found["faults"] == []
    assert f"head {found['head']}" in said.out
    assert {row["ledger"]: row["in_force"] for row in found["ledgers"]}["contests"] == 7_275


@pytest.mark.parametrize("question", NAMES)
def test_ask_in_words_in_json_and_in_sql(
    run: Callable[..., Ran], case_book: Book, question: str
) -> None:
    said = run("ask", case_book.path, question)
    found = json.loads(run("ask", case_book.path, question, "--json").out)
    assert said.code == 0
    assert said.out.startswith(found["asks"])
    words = {"pass": "✓ holds", "fail": "✗ does not hold", "cannot_tell": "? cannot tell"}
    for finding in found["findings"]:  # on a pipe each is one line, however long
        assert f"{words[finding['status']]}: {finding['sentence']}\n" in said.out
    sql = run("ask", case_book.path, question, "--sql").out
    statements = json.loads(run("ask", case_book.path, question, "--sql", "--json").out)
    assert "".join(f"-- name: {one['name']}\n{one['sql']};\n\n" for one in statements) == sql
    with duckdb.connect(str(case_book.path), read_only=True) as client:
        for one in statements:
            rows = client.sql(one["sql"]).fetchall()
            assert len(rows) == len(found["tables"][one["name"]])


def test_check_in_words_in_json_and_in_sql(run: Callable[..., Ran], case_book: Book) -> None:
    said = run("check", case_book.path)
    found = json.loads(run("check", case_book.path, "--json").out)
    assert said.code == 1
    words = {"pass": "✓ holds", "fail": "✗ does not hold", "cannot_tell": "? cannot tell"}
    for one in found["results"]:
        line = f"{words[one['status']]}: {one['code']}: {one['sentence']}\n"
        idle = one["status"] == "pass" and not one["looked"]
        assert (line in said.out) is not idle
    assert re.search(
        r"\n\d+ checks: 3 rules broken, \d+ places to look at, \d+ cannot tell", said.out
    )
    with duckdb.connect(str(case_book.path), read_only=True) as client:
        for one in found["results"]:
            assert len(client.sql(one["select"]).fetchall()) == one["count"]
    sql = run("check", case_book.path, "references.turnout", "dates", "--sql").out
    statements = json.loads(
        run("check", case_book.path, "references.turnout", "dates", "--sql", "--json").out
    )
    assert "".join(f"-- name: {one['name']}\n{one['sql']};\n\n" for one in statements) == sql


def test_check_by_name_shows_more_and_fails_only_for_a_broken_rule(
    run: Callable[..., Ran], case_book: Book
) -> None:
    said = run("check", case_book.path, "identities.statements_agree")
    assert said.code == 1
    assert said.out.count("\n statements │") == 20
    hints = run("check", case_book.path, "missing.day_of_source", "digits.round_amounts")
    assert hints.code == 0
    assert "✗ does not hold: missing.day_of_source: Look here: " in hints.out
    none = run("check", case_book.path, "missing.quarantine")
    assert none.out == (
        "Nothing to look at: missing.quarantine.\n"
        "1 check: 0 rules broken, 0 places to look at, 0 cannot tell, 1 holds.\n"
    )
    wrong = run("check", case_book.path, "identity")
    assert (wrong.code, wrong.err) == (
        2,
        "Error: unknown check identity\nHint: did you mean identities?\n",
    )


def test_plan_says_whom_to_ask_and_what_each_outcome_means(run: Callable[..., Ran]) -> None:
    said = run("plan", "--coverage", "0.01", "--population", "500")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[:3] == [
        "Ask 225 people, picked at random from 500, nobody twice.",
        "If none of them saw it, fewer than 1% of everyone did: wrong at most 4.95% of the time.",
        "If in truth nobody did, that is what comes out.",
    ]
    rows = json.loads(run("plan", "--coverage", "0.01", "--population", "500", "--json").out)
    assert (rows["ask"], rows["at_most"], rows["population"]) == (225, 0, 500)
    assert [row["meaning"] for row in rows["outcomes"][:2]] == [
        "fewer than 1% saw it",
        "more than nobody saw it",
    ]


def test_plan_from_a_book(run: Callable[..., Ran], case_book: Book, tmp_path: Path) -> None:
    said = run("plan", case_book.path, "--coverage", "0.1")
    assert said.out.startswith("Ask 227 people, picked at random from 46,836,533, nobody twice.\n")
    assert said.err == (
        "Population: registered electors, United Kingdom, 46,836,533\n"
        "The money on the book could reach 4.448% of them at the most\n"
    )
    told = run("plan", case_book.path, "--population", "10", "--otherwise", "0", "--json")
    assert (json.loads(told.out)["ask"], told.err) == (4, "")
    without = run("plan", small_book(tmp_path).path, "--json")
    assert (json.loads(without.out)["ask"], without.err) == (5, "")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--coverage", "3"), "coverage is 3.0, and must be above 0.0 and no more than 1"),
        (("--error", "0"), "error is 0.0, and must lie between 0 and 1"),
        (("--otherwise", "0.5"), "coverage is 0.5, and must be above 0.5 and no more than 1"),
    ],
)
def test_a_plan_that_cannot_be(run: Callable[..., Ran], options: tuple[str, str], why: str) -> None:
    said = run("plan", *options)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"Error: {why}\nHint: shares and chances are from 0 to 1\n"


def test_what_is_cut_is_counted(run: Callable[..., Ran], case_book: Book) -> None:
    said = run("ask", case_book.path, "allocation")
    assert f"… {631 - 40} more rows; --json prints all" in said.err
    assert "more rows" not in said.out


def test_importers_and_questions(run: Callable[..., Ran]) -> None:
    listed = json.loads(run("importers", "--json").out)
    assert [row["importer"] for row in listed] == [one.name for one in IMPORTERS]
    for name in ("spend", "budgets"):
        told = json.loads(run("importers", name, "--json").out)
        rates = json.loads(run("importers", "rates", "--json").out)
        assert told["importer"] == name
        assert told["columns"][0].keys() == rates["columns"][0].keys()
        assert name in run("importers").out
    asked = json.loads(run("questions", "--json").out)
    assert [row["question"] for row in asked] == list(NAMES)
    assert all(row["asks"] in run("questions").out for row in asked)


def test_an_importer_is_shown_with_its_notes_its_columns_and_its_settings(
    run: Callable[..., Ran],
) -> None:
    said = run("importers", "meta-report")
    assert (said.code, said.err) == (0, "")
    for words in ("meta-report: Meta Ad Library Report", "Origin", "Traps", "spend: amount",
                  "Number of ads in Library", "currency=GBP"):  # fmt: skip
        assert words in said.out
    assert "\n  - The sum by location is not the sum by advertiser" in said.out
    assert "``" not in said.out
    told = json.loads(run("importers", "meta-report", "--json").out)
    assert [row["setting"] for row in told["settings"]] == [
        *("country", "window", "currency", "observed_on"),
    ]


def test_every_importer_and_every_column_is_shown(run: Callable[..., Ran]) -> None:
    listed = run("importers")
    assert all(f" {one.name} " in listed.out for one in IMPORTERS)
    said = run("importers", "fec-schedule-b")
    [schedule] = [one for one in IMPORTERS if one.name == "fec-schedule-b"]
    assert len(schedule.columns) > 40
    assert all(f" {name} " in said.out for name in schedule.columns)
    assert listed.err == said.err == ""


def test_formats_are_listed_by_publisher_and_farthings_own_last(run: Callable[..., Ran]) -> None:
    listed = run("importers").out
    titles = ["Ad libraries", "Platform exports", "Accounts", "Farthing's own columns"]
    places = [listed.index(f"{title}\n") for title in titles]
    assert places == sorted(places)
    assert places[0] < listed.index(" meta-archive ") < places[1]
    assert places[-1] < listed.index(" budgets ")
    assert "farthing importers NAME shows one" in listed


def test_columns_that_must_be_there_are_shown_apart(run: Callable[..., Ran]) -> None:
    must, may = run("importers", "meta-report").out.split("Columns that may be there")
    assert "\n Amount spent " in must
    assert "\n Page ID " in may
    assert "\n Page ID " not in must


def test_a_described_format_is_shown(run: Callable[..., Ran], tmp_path: Path) -> None:
    described = tmp_path / "mine.toml"
    described.write_text(
        'name = "mine"\nledger = "audiences"\n[columns]\namount = "Voters"\n'
        '[constants]\nsegment = "all"\nsegment_kind = "all"\n[source]\npublisher = "us"\n'
        'kind = "dataset"\nrank = "record"\norigin_id = "us"\n',
        encoding="utf-8",
    )
    said = run("importers", described)
    assert (said.code, said.err) == (0, "")
    assert "mine: a format of one's own" in said.out
    assert "audiences: amount" in said.out
    assert run("importers", tmp_path / "none.toml").code == 66


def test_the_reference_prints_where_it_was_written(run: Callable[..., Ran], tmp_path: Path) -> None:
    page = tmp_path / "reference.html"
    said = run("reference", "-o", page)
    assert (said.code, said.out, said.err) == (0, f"{page}\n", "")
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_report_and_chart_print_where_they_wrote(
    run: Callable[..., Ran], case_book: Book, tmp_path: Path
) -> None:
    path = tmp_path / "exposure.svg"
    said = run("chart", case_book.path, "exposure", "-o", path)
    assert (said.code, said.out, said.err) == (0, f"{path}\n", "")
    assert path.read_bytes().startswith(b"<svg")
    page = tmp_path / "report.html"
    said = run("report", case_book.path, "--output", page)
    assert (said.code, said.out) == (0, f"{page}\n")
    assert page.stat().st_size > 10_000


def test_lab_opens_jupyter_on_a_folder(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(os, "execv", lambda *arguments: called.append(arguments))
    assert run("lab", tmp_path).code == 0
    [(program, arguments)] = called
    assert program == sys.executable
    assert (arguments[:3], arguments[-1]) == ([program, "-m", "jupyterlab"], str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    said = run("lab", tmp_path)
    assert said.code == 2
    assert "Hint: pip install 'farthing[lab]'" in said.err


# SQL.


def test_sql_prints_exact_csv(run: Callable[..., Ran], tmp_path: Path) -> None:
    names = ['a "quoted", name', "=HYPERLINK(1)", "-2+3", "line\nend", "it's", "£ é 漢"]
    book = small_book(
        tmp_path,
        campaigns=[{"campaign_id": f"c{at}", "name": name} for at, name in enumerate(names)],
        budgets=[
            {"campaign_id": "c0", "stage": "claimed", "amount": "£1,000,000,000,000.10"},
            {"campaign_id": "c0", "stage": "claimed", "amount": ""},
        ],
    )
    query = "SELECT low, high, quote, '' AS empty FROM current_budgets ORDER BY entry_id"
    said = run("sql", book.path, query)
    assert said.out == 'low,high,quote,empty\n1000000000000.10,1000000000000.10,,""\n,,,""\n'
    rows = run("sql", book.path, "SELECT campaign_id, name FROM current_campaigns ORDER BY 1").out
    assert [row[1] for row in csv.reader(io.StringIO(rows))][1:] == names


def test_sql_writes_every_type_out(run: Callable[..., Ran], tmp_path: Path) -> None:
    book = small_book(tmp_path)
    said = run(
        "sql", book.path,
        "SELECT 12345678901234567890123::HUGEINT AS huge, 1.10::DECIMAL(18,2) AS money, [1, NULL] "
        "AS list, {'a': 'b'} AS struct, MAP {'k': 1} AS map, 'ab'::BLOB AS bytes, DATE "
        "'2017-06-08' AS day, true AS yes, NULL AS nothing, 'inf'::DOUBLE AS endless",
    )  # fmt: skip
    [row] = csv.DictReader(io.StringIO(said.out))
    assert row == {
        "huge": "12345678901234567890123",
        "money": "1.10",
        "list": "[1, null]",
        "struct": '{"a": "b"}',
        "map": '[{"key": "k", "value": 1}]' if "key" in row["map"] else '{"k": 1}',
        "bytes": "6162",
        "day": "2017-06-08",
        "yes": "true",
        "nothing": "",
        "endless": "inf",
    }


def test_json_is_json_and_money_in_it_is_exact(run: Callable[..., Ran], tmp_path: Path) -> None:
    book = small_book(tmp_path)
    said = run(
        "sql", book.path, "--json",
        "SELECT 0.10::DECIMAL(18,2) AS money, 'inf'::DOUBLE AS endless, 'nan'::DOUBLE AS nan, "
        "DATE '2017-06-08' AS day, [1] AS list, 'ab'::BLOB AS bytes, NULL AS nothing, "
        "'a' || chr(155) || chr(27) || 'b' AS escapes",
    )  # fmt: skip

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    assert json.loads(said.out, parse_constant=refuse) == [
        {
            "money": "0.10",
            "endless": "inf",
            "nan": "nan",
            "day": "2017-06-08",
            "list": [1],
            "bytes": "6162",
            "nothing": None,
            "escapes": "a\x9b\x1bb",
        }
    ]
    assert "\x9b" not in said.out


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT 1; SELECT 2", "2 statements given; one SELECT is run at a time"),
        ("", "0 statements given"),
        ("DROP TABLE budgets", "DROP is refused: a book is read with SELECT"),
        ("INSERT INTO sources SELECT * FROM sources", "INSERT is refused"),
        ("COPY sources TO 'x.csv'", "COPY is refused"),
        ("ATTACH 'x.duckdb'", "ATTACH is refused"),
        ("PRAGMA database_list", "refused"),
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM nowhere", "nowhere does not exist"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled"),
        ("SELECT 1 / 0 + 'a'", "Could not convert"),
    ],
)
def test_sql_reads_and_does_nothing_else(
    run: Callable[..., Ran], case_book: Book, query: str, words: str
) -> None:
    said = run("sql", case_book.path, query)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Error: ")
    assert words in said.err


# What reaches a terminal.


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run the command line with a terminal for both streams, and return what it would show."""

    def command(*arguments: object, **environment: str) -> str:
        ours, theirs = os.openpty()
        shown: list[bytes] = []
        reader = threading.Thread(target=_read_all, args=(ours, shown))
        reader.start()
        usual = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
        with monkeypatch.context() as changed, os.fdopen(theirs, "w", encoding="utf-8") as terminal:
            for name, value in {**usual, **environment}.items():
                changed.setenv(name, value)
            changed.setattr(sys, "argv", ["farthing", *map(str, arguments)])
            changed.setattr(sys, "stdout", terminal)
            changed.setattr(sys, "stderr", terminal)
            with contextlib.suppress(SystemExit):
                cli.main()
        reader.join()
        os.close(ours)
        return b"".join(shown).decode("utf-8").replace("\r\n", "\n")

    return command


def test_what_an_import_says_is_not_drawn_over(
    on_terminal: Callable[..., str], files: Path, tmp_path: Path
) -> None:
    shown = on_terminal("import", tmp_path / "b.duckdb", files / "good.csv", files / "good.csv")
    assert "reading and recognising" in shown
    assert "1 of 1 rows, posting" in shown
    said = ["good.csv: posted as sources, 1 of 1 rows", "good.csv: already imported"]
    for line in said:
        before, _, after = shown.partition(line)
        assert before.endswith(("\n", "\x1b[2K"))  # a line of its own
        assert "\x1b[1A" not in after.partition("reading")[0].partition("posting")[0]


def test_no_word_and_no_name_is_broken_where_there_is_room(
    on_terminal: Callable[..., str], files: Path, tmp_path: Path
) -> None:
    said = on_terminal("import", tmp_path / "b.duckdb", files / "bad.csv", COLUMNS="60")
    lines = said.splitlines()
    assert '  bad.csv:3: rank "hearsay" is none of record, regulator,' in lines
    assert "    audited_return, named_witness, unnamed_witness, opinion" in lines
    shown = on_terminal("importers", "meta-archive", COLUMNS="80")
    assert " age_country_gender_reach_breakdown " in shown
    assert max(map(len, OURS.sub("", shown).splitlines())) <= 80


def test_an_import_that_is_stopped_says_what_is_on_the_book(
    run: Callable[..., Ran], files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("farthing.posting.post", stopped)
    said = run("import", tmp_path / "b.duckdb", files / "good.csv")
    assert said.code == 130
    assert said.err == cli.STOPPED + "\n"
    monkeypatch.undo()
    assert run("import", tmp_path / "b.duckdb", files / "good.csv").code == 0


def _read_all(terminal: int, shown: list[bytes]) -> None:
    """Read what comes, while it comes: a terminal that is not read makes its writer wait."""
    with contextlib.suppress(OSError):  # the other end is closed
        while chunk := os.read(terminal, 65_536):
            shown.append(chunk)


def test_links_are_listed_with_the_names_that_are_not_linked(
    run: Callable[..., Ran], started: Path
) -> None:
    said = run("link", started)
    assert said.code == 0
    assert "Links" in said.out
    assert "Not linked, those with most rows of spending first" in said.out
    told = json.loads(run("link", started, "--json").out)
    assert told["links"] == []
    assert [one["name"] for one in told["not_linked"]] == ["c", "d"]


def test_a_note_beside_tables_is_named_and_left_aside(
    run: Callable[..., Ran], files: Path, tmp_path: Path
) -> None:
    note = files / "README.txt"
    note.write_text("Words.")
    said = run("import", tmp_path / "b.duckdb", note, files / "good.csv")
    assert said.code == 0
    assert "README.txt: left aside, it is named as a note beside tables" in said.err
    rehearsed = run("import", tmp_path / "c.duckdb", note, files / "good.csv", "--dry-run")
    assert rehearsed.code == 0
    assert "README.txt: left aside" in rehearsed.err


def test_a_filing_without_spending_is_said_to_be_one_whatever_it_is_called(
    run: Callable[..., Ran], files: Path, tmp_path: Path
) -> None:
    bare = files / "1700009.txt"
    bare.write_text(filing(form="F1N"))
    said = run("import", tmp_path / "b.duckdb", bare, files / "good.csv")
    assert said.code == 0
    assert "1700009.txt: left aside, it itemises no spending" in said.err


#: What our own printing may send: colours, and a spinner that comes and goes.
OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[[12]?[AK]|\r")
EVIL = "Evil \u202e[bold red]x[/bold red] [link=https://a.b]y[/link]\u2028"
WORSE = "Worse\x9b31m\x1b[31m\x07"


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Return a book of such names as a file can bring, and of names that were refused."""
    folder = tmp_path_factory.mktemp("evil")
    names = [EVIL, f"{EVIL}\n✓ holds: Nothing is wrong."]
    book = small_book(
        folder,
        campaigns=[{"campaign_id": f"c{at}", "name": name} for at, name in enumerate(names)],
        budgets=[
            {"campaign_id": f"c{at}", "stage": stage, "amount": "£5", "said_by": name}
            for at, name in enumerate(names)
            for stage in ("requested", "claimed")
        ],
    )
    refused = folder / "refused.csv"
    refused.write_text(f"{SOURCES}t,t,report,{WORSE},record,t\n", encoding="utf-8")
    book.add(refused, quarantine=True)
    return book


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (("ask", "bridge"), "[bold red]x[/bold red]"),
        (("ask", "bridge", "--json"), "[bold red]x[/bold red]"),
        (("sql", "FROM current_campaigns"), "[bold red]x[/bold red]"),
        (("sql", "SELECT * FROM refused_rows"), "Worse"),
        (("status",), "refused.csv"),
    ],
)
def test_a_name_never_reaches_the_terminal_as_an_order(
    evil: Book, on_terminal: Callable[..., str], arguments: tuple[str, ...], printed: str
) -> None:
    command, *rest = arguments
    shown = OURS.sub("", on_terminal(command, evil.path, *rest))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2066-\u2069]", shown)
    assert printed in shown
    if command == "ask":  # no name can write a finding of its own
        assert not re.search(r"^✓ holds: Nothing is wrong", shown, flags=re.MULTILINE)


def test_importing_such_names_says_so_in_plain_words(
    on_terminal: Callable[..., str], tmp_path: Path
) -> None:
    path = tmp_path / "refused.csv"
    path.write_text(f"{SOURCES}t,t,report,{WORSE},record,t\n", encoding="utf-8")
    shown = on_terminal("import", tmp_path / "book.duckdb", path)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", OURS.sub("", shown))
    assert "holds a control character" in shown


def test_a_file_name_is_not_obeyed(run: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "\x1b[31mred\x07.csv"
    path.write_text(SOURCES + GOOD, encoding="utf-8")
    said = run("import", tmp_path / "book.duckdb", path)
    assert said.code == 0
    assert "\x1b" not in said.err
    assert "red" in said.err


def test_colour_is_for_those_who_want_it(on_terminal: Callable[..., str], case_book: Book) -> None:
    colour = r"\x1b\[(\d+;)*3\d(;\d+)*m"
    assert re.search(colour, on_terminal("ask", case_book.path, "exposure"))
    assert not re.search(colour, on_terminal("ask", case_book.path, "exposure", NO_COLOR="1"))
    assert "\x1b" not in on_terminal("ask", case_book.path, "exposure", TERM="dumb")


def test_a_narrow_terminal_is_read_line_by_line(
    on_terminal: Callable[..., str], case_book: Book
) -> None:
    shown = OURS.sub("", on_terminal("ask", case_book.path, "bridge", COLUMNS="40"))
    assert max(map(len, shown.splitlines())) <= 40
    # a row is a list of its cells, each with its name
    assert re.search(r"^stage +requested *$", shown, flags=re.MULTILINE)
    assert "order_of_magnitude" in shown  # no word is cut
    wide = OURS.sub("", on_terminal("ask", case_book.path, "bridge", COLUMNS="300"))
    assert "┃ stage" in wide


def test_a_reader_that_has_enough_is_left_in_peace(case_book: Book) -> None:
    process = subprocess.Popen(
        [*EXECUTABLE, "sql", str(case_book.path), "FROM current_contests"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b"entry_id,")
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() in (0, 1)


def test_a_pipe_gets_every_row_whatever_its_width(run: Callable[..., Ran], case_book: Book) -> None:
    said = run("sql", case_book.path, "SELECT sum(votes) AS votes, count(*) FROM current_contests")
    votes, count = said.out.splitlines()[1].split(",")
    assert Decimal(votes) > 60_000_000
    assert count == "7275"


def test_what_was_known_at_a_moment(run: Callable[..., Ran], tmp_path: Path) -> None:
    claimed = {"campaign_id": "c", "stage": "claimed", "amount": "about £5,000"}
    book = small_book(tmp_path, campaigns=[{"campaign_id": "c"}], budgets=[claimed])
    then = book.imports()["posted_at"].max()
    book.reverse("budgets", "budgets-0", new_id="withdrawn", note="was never said")
    known = ("--as-of", f"{then:%Y-%m-%dT%H:%M:%S.%f}")
    query = "SELECT count(*) AS rows FROM current_budgets"
    assert run("sql", book.path, query).out == "rows\n0\n"
    assert run("sql", book.path, query, *known).out == "rows\n1\n"
    assert "about £5,000" not in run("ask", book.path, "bridge").out
    assert "about £5,000" in run("ask", book.path, "bridge", *known).out
    page = tmp_path / "then.html"
    assert run("report", book.path, "-o", page, *known).code == 0
    assert f"-o then.html --as-of {then.isoformat()}" in page.read_text("utf-8")
    said = run("ask", book.path, "bridge", "--as-of", "2025-01-31")
    assert said.code == 2
    assert "does not match the formats" in said.err
