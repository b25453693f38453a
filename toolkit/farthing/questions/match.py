"""Match: whether each payment has a request, an invoice and a delivery."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import altair as alt
import polars as pl

from farthing import charts
from farthing.charts import Drawing
from farthing.counterparts import CLASSES, DAYS, REQUESTS, ROWS, TOTALS, Row, compute
from farthing.formats import interval, listed, number, shares
from farthing.question import Finding, Question, Status, Tables, read_sql, who
from farthing.stats.matching import MOST_PARTS

#: Suppliers, requests and spellings that have findings of their own; the others are counted.
FOUND = 8
#: Rows without a counterpart that a finding names.
MOST_NAMED = 20
VAT = Decimal("1.20")

#: What the record that is held against what was paid is called, and what was done in it.
AGAINST = {
    "request": ("a request", "asked for"),
    "return": ("a line in the return", "returned"),
    "invoice": ("an invoice", "invoiced"),
    "platform": ("a platform's charge", "charged by the platform"),
}
LABELS = {
    ("request", "paid"): "Paid: was it asked for?",
    ("return", "paid"): "Paid: in the return?",
    ("return", "other"): "In the return: paid?",
    ("invoice", "paid"): "Paid: is there an invoice?",
    ("invoice", "other"): "Invoiced: was it paid?",
    ("platform", "paid"): "Paid: was it delivered?",
    ("platform", "other"): "Delivered: was it paid?",
}
#: The records that can be what was paid, as a sentence calls their rows.
RECORDS = {"payment": "payments", "return": "lines of the return", "invoice": "invoices"}
ASKED = {"requested": "was asked for", "approved": "was approved"}
#: What is said of a part of the money, and of all of it.
HAS = {
    "pass": "has {}",
    "cannot_tell": "may or may not have {}",
    "fail": "has none",
}
ALL = {
    "pass": "All of the {} has {}",
    "cannot_tell": "Whether the {} has {} cannot be told",
    "fail": "Nothing of the {} has {}",
}
WITHIN = {
    "pass": "are enough for what was paid",
    "cannot_tell": "cannot be told",
    "fail": "are not",
}
WORST = {"fail": 0, "cannot_tell": 1, "pass": 2}
AGREE = {"pass": "agree", "cannot_tell": "cannot be told", "fail": "do not agree"}
STATUSES: tuple[Status, ...] = ("pass", "cannot_tell", "fail")
FILLS = [charts.RECORD, charts.BARS, "#ffffff"]
HOW_TO_READ = [
    "Each bar is money on record. Dark has a counterpart in the other record; of what is grey it",
    "cannot be told; what is white has none. Ranges are drawn by the least that they can be.",
]


def findings(tables: Tables) -> list[Finding]:
    """Say of what was paid whether a request, an invoice and a delivery are there."""
    return [
        *_pairings(tables),
        *_requests(tables),
        *_supplier_totals(tables["suppliers"]),
        *_copies(tables["copies"]),
        *_spelt(tables["spellings"]),
    ]


def _pairings(tables: Tables) -> Iterator[Finding]:
    """Say what became of what was paid, and of what it is held against, by currency."""
    balance = tables["balance"]
    for currency in balance["currency"].unique().sort():
        for against in AGAINST:
            rows = balance.filter(currency=currency, against=against)
            paid, other = (rows.filter(side=side) for side in ("paid", "other"))
            if paid.is_empty() and other.is_empty():
                continue
            if not paid.is_empty():
                is_alone = other.is_empty() and against != "request"
                yield _pairing(against, paid, is_alone, tables)
            if not other.is_empty():
                yield _other_way(against, other, tables)


def _pairing(against: str, paid: pl.DataFrame, is_alone: bool, tables: Tables) -> Finding:
    noun, done = AGAINST[against]
    code = f"match.{against}"
    if is_alone:
        sentence = (
            f"No record seen of what was {done} in {paid['currency'][0]}: whether there is {noun} "
            f"for the {_money(paid)} paid cannot be told."
        )
        return Finding("cannot_tell", code, sentence, (), "balance")
    rule = f"Tolerance: {REQUESTS.name}." if against == "request" else _rule()
    sentence = f"{_parts(paid, noun, 'paid')} {rule}"
    return Finding(_worst(paid), code, sentence, _open(tables, against, "paid", paid), "balance")


def _other_way(against: str, other: pl.DataFrame, tables: Tables) -> Finding:
    sentence = f"The other way round. {_parts(other, 'a payment', AGAINST[against][1])}"
    rows = _open(tables, against, "other", other)
    return Finding(_worst(other), f"match.{against}_paid", sentence, rows, "balance")


def _parts(rows: pl.DataFrame, noun: str, done: str) -> str:
    """Say how much has a counterpart, of how much it cannot be told, and how much has none."""
    chosen = {status: _of_status(rows, status) for status in STATUSES}
    told = {
        status: f"{_money(some)} {HAS[status].format(noun)} ({_outcomes(some)})"
        for status, some in chosen.items()
        if not some.is_empty()
    }
    if len(told) > 1:
        return f"Of the {_money(rows)} {done}, {listed([*told.values()])}."
    [status] = told
    return f"{ALL[status].format(f'{_money(rows)} {done}', noun)} ({_outcomes(rows)})."


def _outcomes(rows: pl.DataFrame) -> str:
    return "; ".join(
        f"{CLASSES[row['outcome']][0]}: {number(row['row_count'], 'rows')}"
        for row in rows.iter_rows(named=True)
    )


def _of_status(rows: pl.DataFrame, status: str) -> pl.DataFrame:
    return rows.filter(
        pl.col("outcome").is_in([name for name, (_, one) in CLASSES.items() if one == status])
    )


def _money(rows: pl.DataFrame) -> str:
    """Put the money of some rows of the balance into words."""
    low, high = (
        None if rows[end].null_count() else sum(rows[end], Decimal(0)) for end in ("low", "high")
    )
    count = number(int(rows["row_count"].sum()), "rows")
    return f"{interval(low, high, rows['currency'][0])} ({count})"


def _worst(rows: pl.DataFrame) -> Status:
    return _worst_of(
        rows["outcome"].replace_strict({name: one for name, (_, one) in CLASSES.items()})
    )


def _worst_of(statuses: pl.Series) -> Status:
    return min(statuses, key=WORST.__getitem__)


def _rule() -> str:
    """Print what two rows must have in common."""
    return (
        f"Rows are taken for one that are of one supplier, at most {DAYS} days apart, and differ "
        f"by no more than {ROWS.name}, or up to {MOST_PARTS} parts that come to one to the penny."
    )


def _open(tables: Tables, against: str, side: str, rows: pl.DataFrame) -> tuple[str, ...]:
    """Name the rows that have nothing like them, where they are few."""
    if "unmatched" not in rows["outcome"].to_list():
        return ()
    records = tables["records"].filter(
        pl.col("entries").is_not_null(), against=against, side=side, outcome="unmatched",
        currency=rows["currency"][0],
    )  # fmt: skip
    matched = tables["matches"].filter(against=against)[f"{side}_entries"].to_list()
    taken = {entry for cell in matched for entry in cell.split()}
    return tuple([row for row in records["entries"] if row not in taken][:MOST_NAMED])


def _supplier_totals(suppliers: pl.DataFrame) -> Iterator[Finding]:
    """Say of the suppliers with most money whether their totals agree."""
    for row in suppliers.head(FOUND).iter_rows(named=True):
        yield Finding(row["totals"], "match.totals", _of_supplier(row), (), "suppliers")
    rest = suppliers[FOUND:]["totals"]
    if len(rest):
        counts = [f"{sum(rest == status):,} {AGREE[status]}" for status in STATUSES]
        sentence = f"Of {number(len(rest), 'more suppliers')} in the table, {listed(counts)}."
        yield Finding(_worst_of(rest), "match.more_totals", sentence, (), "suppliers")


def _of_supplier(row: Row) -> str:
    done, currency = AGAINST[row["against"]][1], row["currency"]
    paid = interval(row["paid_low"], row["paid_high"], currency)
    other = interval(row["other_low"], row["other_high"], currency)
    sentence = (
        f"{_named(row)}, {row['supplier']}: {paid} paid {_days(row, 'paid')} and {other} "
        f"{done} {_days(row, 'other')}. "
    )
    if row["totals"] == "pass":
        return f"{sentence}The two agree (tolerance: {TOTALS.name})."
    if row["totals"] == "fail":
        return f"{sentence}The two do not agree (tolerance: {TOTALS.name}){_tax(row)}."
    if _are_of_one_time(row):
        return f"{sentence}Whether the two agree depends on where in their ranges they lie."
    return f"{sentence}They are of different times, so neither tells of the other."


def _named(row: Row) -> str:
    """Name a campaign and whose it is: many have the name of an election."""
    whose = f" ({row['organisation']})" if row["organisation"] else ""
    return f"{row['campaign']}{whose}"


def _days(row: Row, side: str) -> str:
    first, last = row[f"{side}_first_on"], row[f"{side}_last_on"]
    if first is None:
        return f"up to {last}" if last else "at a time unknown"
    return (
        f"on {first}" if first == last else f"from {first} to {last}" if last else f"since {first}"
    )


def _are_of_one_time(row: Row) -> bool:
    ends = [(row[f"paid_{end}"], row[f"other_{end}"]) for end in ("first_on", "last_on")]
    return all(None not in pair and abs((pair[0] - pair[1]).days) <= DAYS for pair in ends)


def _tax(row: Row) -> str:
    """Say where tax alone would explain the difference: platforms print sums without it."""
    if row["against"] != "platform" or row["currency"] != "GBP":
        return ""
    low, high = row["other_low"], row["other_high"]
    taxed = None if low is None else low * VAT, None if high is None else high * VAT
    agree = TOTALS.holds(taxed, (row["paid_low"], row["paid_high"]))
    return "; with VAT at 20% on what was charged they would" if agree else ""


def _requests(tables: Tables) -> Iterator[Finding]:
    """Say of sums that were asked for whether what was paid is within them, the worst first."""
    covered = tables["covered"]
    worst = covered.sort(pl.col("covered").replace_strict(WORST, return_dtype=pl.Int64))
    for row in worst.head(FOUND).iter_rows(named=True):
        yield _request(row)
    rest = worst[FOUND:]["covered"]
    if len(rest):
        counts = [f"{sum(rest == status):,} {WITHIN[status]}" for status in STATUSES]
        sentence = (
            f"Of {number(len(rest), 'more sums')} in the table that were asked for, "
            f"{listed(counts)}."
        )
        yield Finding(_worst_of(rest), "match.more_requests", sentence, (), "covered")


def _request(row: Row) -> Finding:
    paid = interval(row["paid_low"], row["paid_high"], row["currency"])
    by = f" by {who(row)}" if row["said_by"] else ""
    sentence = f"{_named(row)}: {_worded(row)} {ASKED[row['stage']]}{by}, and {paid} paid"
    if row["paid_share_low"] is not None:
        sentence += f", {shares(row['paid_share_low'], row['paid_share_high'])} of it"
    ends = {
        "pass": f". That is within it (tolerance: {REQUESTS.name}).",
        "fail": f". That is more than was {row['stage']} (tolerance: {REQUESTS.name}).",
        "cannot_tell": ". Whether that is within it cannot be told.",
    }
    entries = tuple((row["entries"] or "").split())
    return Finding(
        row["covered"], "match.asked_for", sentence + ends[row["covered"]], entries, "covered"
    )


def _worded(row: Row) -> str:
    """Return the sum of a request, or the words it was given in with how they are read."""
    asked = interval(row["low"], row["high"], row["currency"])
    if row["basis"] in (None, "exact"):
        return asked
    if not row["wording"]:
        return "a sum without a figure"
    named = row["basis"] not in ("unknown", "vague")
    return f"“{row['wording']}”, read as {asked}," if named else f"“{row['wording']}”"


def _copies(copies: pl.DataFrame) -> Iterator[Finding]:
    """Say which rows look like another; none is left out of any sum because of it."""
    for row in copies.head(FOUND).iter_rows(named=True):
        count = number(row["row_count"], "rows")
        one = row["row_count"] == 1
        sentence = (
            f"{_named(row)}: {count} of its {RECORDS[row['record']]}, "
            f"{interval(row['low'], row['high'], row['currency'])}, {'looks' if one else 'look'} "
            "like another: one supplier, amount and reference, or none, within 7 days. Whether "
            f"{'it is' if one else 'they are'} the same money twice cannot be told, and nothing is "
            "left out."
        )
        yield Finding("cannot_tell", "match.copies", sentence, (), "copies")
    if copies.height > FOUND:
        sentence = f"The table has {number(copies.height - FOUND, 'more records')} with such rows."
        yield Finding("cannot_tell", "match.more_copies", sentence, (), "copies")


def _spelt(spellings: pl.DataFrame) -> Iterator[Finding]:
    """Say which spellings are taken for one, by which rule, and which only look alike."""
    by_rule = spellings.filter(pl.col("score").is_null())
    for rows in by_rule.partition_by("counted_as", maintain_order=True)[:FOUND]:
        names = "; ".join(
            f"{row['payee']} ({row['by']})" for row in rows.head(FOUND).iter_rows(named=True)
        )
        more = f"; and {len(rows) - FOUND:,} more" if len(rows) > FOUND else ""
        sentence = f"Taken for one supplier, by the rules named: {names}{more}."
        yield Finding("pass", "match.spellings", sentence, (), "spellings")
    looks = spellings.filter(pl.col("score").is_not_null())
    for row in looks.head(FOUND).iter_rows(named=True):
        sentence = (
            f"{row['payee']} {row['by']} ({row['score']:.0f} of 100) and is not taken for it. "
            f"Whoever knows that they are one can say so: {row['command']}."
        )
        yield Finding("cannot_tell", "match.alike", sentence, (), "spellings")


def chart(tables: Tables) -> Drawing | None:
    """Draw what was paid, and what it is held against, each as a bar of what became of it."""
    balance = tables["balance"].filter(pl.col("low").is_not_null())
    if balance.is_empty():
        return None
    totals = balance.group_by("currency").agg(pl.col("low").sum()).sort("low", "currency")
    currency = totals["currency"][-1]
    bars = _bars(balance.filter(currency=currency))
    subtitle = list(HOW_TO_READ)
    if tables["balance"]["low"].null_count():
        subtitle.append("Money of which an amount is unknown is not drawn: see the table.")
    if left_out := totals.height - 1:
        subtitle.append(f"The table has {number(left_out, 'more currencies')}.")
    return charts.titled(
        _drawn(bars, currency), "What has a counterpart, and what has none", subtitle
    )


def _bars(balance: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of each bar: where each begins and ends, and the words of the bar."""
    parts: list[tuple[Any, ...]] = []
    for (against, side), label in LABELS.items():
        rows = balance.filter(against=against, side=side)
        if rows.is_empty():
            continue
        start, words = 0.0, _in_short(rows)
        for status in STATUSES:
            # refunds take nothing off a bar: they are in the words
            size = float(
                sum((low for low in _of_status(rows, status)["low"] if low > 0), Decimal(0))
            )
            parts.append((label, status, start, start + size, words))
            start += size
    schema: dict[str, Any] = {
        "label": pl.String,
        "part": pl.String,
        "from": pl.Float64,
        "to": pl.Float64,
        "words": pl.String,
    }
    return pl.DataFrame(parts, schema=schema, orient="row")


def _in_short(rows: pl.DataFrame) -> str:
    words = {"pass": "matched", "cannot_tell": "cannot be told", "fail": "without"}
    chosen = {status: _of_status(rows, status) for status in STATUSES}
    parts = [
        f"{_money(some)} {words[status]}" for status, some in chosen.items() if not some.is_empty()
    ]
    return charts.fitted("; ".join(parts), 0, 0)[0]


def _drawn(bars: pl.DataFrame, currency: str) -> Drawing:
    labels = alt.Axis(
        domain=False, ticks=False, labelPadding=10, minExtent=charts.LABELS,
        labelLimit=charts.LABELS - 10,
    )  # fmt: skip
    most = max([*bars["to"], 0.01]) * 1.02
    scale = alt.Scale(domain=[0, most], nice=False)
    axis = alt.Axis(labelExpr=charts.SHORT, title=currency, tickCount=6)
    drawn: Drawing = alt.Chart(charts.data(bars), width=charts.WIDTH, height=alt.Step(44)).encode(
        x=alt.X("from:Q", scale=scale, axis=axis),
        y=alt.Y("label:N", sort=[*LABELS.values()], title=None, axis=labels),
        tooltip=[alt.Tooltip("label:N", title="line"), alt.Tooltip("words:N", title="money")],
    )
    fill = alt.Color("part:N", scale=alt.Scale(domain=[*STATUSES], range=FILLS), legend=None)
    words = drawn.transform_filter(alt.FieldEqualPredicate(field="part", equal="pass"))
    return alt.layer(
        drawn.mark_bar(size=13, stroke=charts.QUIET, strokeWidth=1).encode(x2="to:Q", color=fill),
        words.mark_text(align="left", dy=-15, limit=charts.WIDTH).encode(
            x=alt.XDatum(0, scale=scale), text="words:N"
        ),
    )


QUESTION = Question(
    name="match",
    asks="Does each payment have a request, an invoice and a delivery?",
    statements=read_sql("match"),
    findings=findings,
    chart=chart,
    compute=compute,
    abouts={
        "balance": "What became of the money: one row per record that what was paid is held "
        "against, currency, side and outcome. The outcomes of a side add up to all of it.",
        "suppliers": "Totals of each supplier on both sides: one row per record held against, "
        "campaign, currency and supplier. Totals of different times are not held against each "
        "other.",
        "matches": "What was taken for one, of the rows that stand alone: one row per match. Equal "
        "amounts that nothing else could be are settled by the records table, and are not here.",
        "covered": "What was paid beside what was asked for: one row per sum asked for, and one "
        "for all campaigns of which there is one such sum. A share is a ratio of ranges.",
        "spellings": "Spellings of payees that are taken for one, with the rules that do so, and "
        "those that only look alike: one row per spelling, or pair of them.",
    },
)
