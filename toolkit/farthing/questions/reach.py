"""Reach: how many people saw it, how often, and at what price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import sqrt
from typing import Any

import polars as pl

from farthing.formats import interval, listed, number, shares
from farthing.question import Finding, Question, Status, Tables, read_sql
from farthing.questions.reach_chart import chart
from farthing.questions.reach_measures import Campaign, compute, foremost, is_claimed, titles
from farthing.stats.delivery import (
    FEWEST_PRICES,
    Excess,
    excess_over_population,
    tukey_fences,
)

#: Campaigns that are named in a finding on many.
NAMED = 10
#: Cases that are told in a finding on many.
TOLD = 3
ENDS = ("low", "high")
RECORDS = {
    "platform": "charged by the platform",
    "return": "declared in a return",
    "payment": "paid",
    "invoice": "invoiced",
}
#: What each rule says, and how a case breaks it.
RULES: Mapping[str, tuple[str, str]] = {
    "cumulative": (
        "people counted from one day on do not become fewer as days go by",
        "{least} by an earlier day and {most} later",
    ),
    "impressions_cover_people": (
        "people reached have an impression each",
        "{least} of {impressions}",
    ),
    "nobody_sees_nothing": (
        "where nobody was reached there are no impressions",
        "{least} and nobody reached",
    ),
    "parts_within_whole": (
        "the impressions of parts are no more than those of the whole",
        "{least} in the parts and {most} in all",
    ),
    "whole_within_parts": (
        "the people of the whole are no more than those of all its parts together",
        "{least} in all and {most} in the parts together",
    ),
    "largest_part_within_whole": (
        "the people of a part are no more than those of the whole",
        "{least} in one part and {most} in all",
    ),
    "people_within_population": (
        "people reached are no more than there are",
        "{least} reached of {most} that there are, {excess}",
    ),
}
#: Why a broken rule need not be a wrong figure.
BUT = {
    "people_within_population": "Platforms count accounts and visitors, and so can count more "
    "people than there are.",
    "whole_within_parts": "A part may not be listed, or a figure is wrong.",
}
OTHERWISE = "Either a figure is wrong, or the figures are not of one delivery."

Row = Mapping[str, Any]


def findings(tables: Tables) -> list[Finding]:
    """Say what was delivered to how many, at what price, and which figures cannot be true."""
    called = titles(tables)
    found: list[Finding] = []
    for one in foremost(tables):
        found += _of_campaign(one, tables, "" if len(called) == 1 else f"{one.title}: ")
    found += _outliers(tables["prices"])
    found += _bought(tables["bought"])
    found += _without(tables, called)
    found += _rules(tables["rules"])
    if not called:
        sentence = "No record seen of money spent or of delivery measured."
        found.append(Finding("cannot_tell", "reach.no_record", sentence, (), "delivery"))
    return found


def _of_campaign(one: Campaign, tables: Tables, about: str) -> Iterator[Finding]:
    """Say what was measured of one campaign, and what it cost."""
    assert one.whole is not None
    if one.whole["impressions_low"] is not None:
        sentence = _begin(
            about, f"{_counted(one.whole, 'impressions')}{_from(one.whole, 'impressions')}."
        )
        yield _of_whole(one.whole, "impressions", sentence)
    if one.whole["people_low"] is not None:
        sentence = f"{_people(one.whole)}{_if_independent(one, tables['together'])}"
        yield _of_whole(one.whole, "people", _begin(about, sentence))
    yield from _frequency(one.whole, about)
    coverage = tables["coverage"].filter(
        (pl.col("campaign_id") == one.campaign_id) & pl.col("part").is_null()
    )
    yield from _shares_of_population(coverage, one.whole, about)
    prices, added = (
        tables[name].filter(pl.col("campaign_id") == one.campaign_id)
        for name in ("prices", "added")
    )
    yield from (_price(row, about) for row in prices.iter_rows(named=True))
    yield from (_added(row, about) for row in added.head(TOLD).iter_rows(named=True))
    yield from _no_price(one, prices, about)


def _no_price(one: Campaign, prices: pl.DataFrame, about: str) -> Iterator[Finding]:
    """Say why money of a campaign has no price of its delivery."""
    if len(one.money) > 1:
        sentence = (
            f"{about}Its money is in {listed(sorted(one.money))}. What all of it bought has no "
            "price in one of them: the rate of exchange is not known."
        )
        yield Finding("cannot_tell", "reach.currencies", sentence, (), "money")
    elif one.money and prices.is_empty():
        [paid] = one.money.values()
        spent = [part for part in paid if part is not None]
        sentence = (
            f"{about}What its delivery cost cannot be told: the money on record is for "
            f"{_channels(spent)}, what was measured is of {_channels(list(one.parts))}."
        )
        yield Finding("cannot_tell", "reach.price", sentence, (), "money")


def _channels(parts: Sequence[str]) -> str:
    named = ["a channel that is not said" if part == "not said" else f"“{part}”" for part in parts]
    return listed(sorted(named)[:NAMED]) + (" and others" if len(named) > NAMED else "")


def _entries(row: Row) -> tuple[str, ...]:
    return tuple(row["entries"].split()) if row["entries"] else ()


def _counted(row: Row, name: str, unit: str = "") -> str:
    """Return a pair of columns as a range of a count in words."""
    low, high = (
        None if row[f"{name}_{end}"] is None else Decimal(row[f"{name}_{end}"]) for end in ENDS
    )
    return interval(low, high, unit or name)


def _from(row: Row, unit: str) -> str:
    """Say where a count is told; a claim is called one."""
    told = "claimed" if row[f"{unit}_claimed"] else "recorded"
    return f", {told} in “{row[f'{unit}_source']}”"


def _begin(about: str, sentence: str) -> str:
    """Begin a sentence after what it is about, or with a capital where that is not said."""
    return f"{about}{sentence}" if about else f"{sentence[0].upper()}{sentence[1:]}"


def _of_whole(row: Row, unit: str, sentence: str) -> Finding:
    status: Status = "cannot_tell" if row[f"{unit}_high"] is None else "pass"
    return Finding(status, f"reach.{unit}", sentence, _entries(row), "delivery")


def _people(row: Row) -> str:
    """Say how many people there were, without adding them."""
    sentence = f"{_counted(row, 'people')}{_from(row, 'people')}."
    if row["people_low"] == row["people_high"]:
        return sentence
    return (
        f"{sentence} Counts of people are not added: the fewest is the largest of them, the most "
        "their sum."
    )


def _if_independent(one: Campaign, together: pl.DataFrame) -> str:
    """Set Sainsbury's figure beside the bounds of several channels, by the latest population."""
    known = together.filter(pl.col("campaign_id") == one.campaign_id)
    for union in known.drop_nulls("if_independent_low").head(1).iter_rows(named=True):
        return (
            f" If its {union['channels']} channels reached people blindly to each other "
            "(Sainsbury’s formula, an assumption), it would be "
            f"{_counted(union, 'if_independent', 'people')} of the "
            f"{number(union['population_counted'], 'people')} of “{union['population']}”."
        )
    return ""


def _frequency(row: Row, about: str) -> Iterator[Finding]:
    """Say how often each person saw it, where both were counted."""
    low, high = row["frequency_low"], row["frequency_high"]
    if row["impressions_low"] is None or row["people_low"] is None:
        return
    status: Status = "pass"
    if low is None:
        sentence = f"{about}How often each person saw it cannot be told: it reached nobody."
    else:
        times = _times(low, high)
        claimed = _if_claimed(is_claimed(row))
        sentence = f"{about}Each person it reached saw it {times} on average{claimed}."
    if low is None or high is None:
        status = "cannot_tell"
    yield Finding(status, "reach.frequency", sentence, _entries(row), "delivery")


def _times(low: float, high: float | None) -> str:
    ends = [None if end is None else f"{end:,.2f}" for end in (low, high)]
    if ends[1] is None:
        return f"at least {ends[0]} times, no upper bound known,"
    return f"{ends[0]} times" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} times"


def _shares_of_population(coverage: pl.DataFrame, whole: Row, about: str) -> Iterator[Finding]:
    """Say what share of everyone the people reached are, at the most."""
    for row in coverage.drop_nulls("reach_share_low").head(1).iter_rows(named=True):
        low, high = row["reach_share_low"], row["reach_share_high"]
        sentence = (
            f"{about}If all it reached are of “{row['population']}”, that is "
            f"{shares(low, high)} of them{_if_claimed(whole['people_claimed'])}."
        )
        status: Status = "cannot_tell" if high is None else "pass"
        yield Finding(status, "reach.share", sentence, _entries(whole), "coverage")


def _price(row: Row, about: str) -> Finding:
    """Say what a thousand impressions and a thousand people cost."""
    currency = row["currency"]
    where = f" on {row['channel']}" if row["channel"] not in (None, "not said") else ""
    money = interval(row["spend_low"], row["spend_high"], currency)
    told = [
        f"{words} for {_money(row, name, currency, times)}"
        for name, times, words in (
            ("cost_per_thousand", 1, "a thousand impressions"),
            ("cost_per_person", 1000, "a thousand people"),
        )
        if row[f"{name}_low"] is not None
    ]
    if not told:
        sentence = (
            f"{about}{money} {RECORDS[row['record']]}{where}: what it cost to show cannot be told, "
            "for the money is unknown or nothing may have been delivered."
        )
        return Finding("cannot_tell", "reach.price", sentence, _entries(row), "prices")
    is_open = all(row[f"{name}_high"] is None for name in ("cost_per_thousand", "cost_per_person"))
    claimed = _if_claimed(row["is_claimed"])
    sentence = f"{about}{money} {RECORDS[row['record']]}{where}: {listed(told)}{claimed}."
    return Finding(
        "cannot_tell" if is_open else "pass", "reach.price", sentence, _entries(row), "prices"
    )


def _added(row: Row, about: str) -> Finding:
    """Say what a person cost that one channel added to the others."""
    low, high = row["cost_per_added_person_low"], row["cost_per_added_person_high"]
    code = "reach.added_person"
    if low is None:
        sentence = f"{about}What a person cost that {row['channel']} added cannot be told."
        return Finding("cannot_tell", code, sentence, (), "added")
    cost = _money(row, "cost_per_added_person", row["currency"], 1000)
    sentence = (
        f"{about}{row['channel']} added {_counted(row, 'people_added', 'people')} to those of the "
        f"other channels: a thousand of them for {cost}."
    )
    return Finding("cannot_tell" if high is None else "pass", code, sentence, (), "added")


def _if_claimed(claimed: bool | None) -> str:
    return ", if delivery was as is claimed" if claimed else ""


def _money(row: Row, name: str, currency: str, times: int = 1) -> str:
    """Return a price, or that of so many, in words."""
    ends = (row[f"{name}_{end}"] for end in ENDS)
    low, high = (None if end is None else _pennies(times * end) for end in ends)
    return interval(low, high, currency)


def _pennies(price: float) -> Decimal:
    return Decimal(f"{price:.2f}")


def _outliers(prices: pl.DataFrame) -> Iterator[Finding]:
    """Find prices that lie far from those of other campaigns, channel by channel.

    Tukey's fences around the geometric middles of the prices that have both bounds above nothing;
    a price is far from the others only where its whole range is outside.
    """
    known = prices.drop_nulls("cost_per_thousand_low")
    for rows in known.partition_by("channel", "currency", maintain_order=True):
        both = rows.drop_nulls("cost_per_thousand_high").filter(pl.col("cost_per_thousand_low") > 0)
        ends = (both[f"cost_per_thousand_{end}"] for end in ENDS)
        middles = [sqrt(low * high) for low, high in zip(*ends, strict=True)]
        where = f"{rows['channel'][0]}, in {rows['currency'][0]}"
        fences = tukey_fences(middles)
        if fences is not None:
            yield _far(rows, fences, len(middles), where)
        elif len(rows) > 1:
            sentence = (
                f"Prices on {where}: whether one is far from the others cannot be told of "
                f"{number(len(middles), 'prices')} with bounds: it takes {FEWEST_PRICES} that "
                "differ."
            )
            yield Finding("cannot_tell", "reach.price_outlier", sentence, (), "prices")


def _far(rows: pl.DataFrame, fences: tuple[float, float], n: int, where: str) -> Finding:
    low, high = fences
    currency = rows["currency"][0]
    far = rows.filter(
        (pl.col("cost_per_thousand_low") > high) | (pl.col("cost_per_thousand_high") < low)
    ).sort("cost_per_thousand_low", "campaign_id", descending=[True, False])
    within = interval(_pennies(low), _pennies(high), currency)
    rule = (
        f"the fences of {n} prices, {within} a thousand (Tukey’s, on logarithms of the middles of "
        "their ranges)"
    )
    if far.is_empty():
        sentence = f"Prices on {where}: none lies wholly outside {rule}."
        return Finding("pass", "reach.price_outlier", sentence, (), "prices")
    named = "; ".join(
        f"{row['campaign']} ({_money(row, 'cost_per_thousand', currency)})"
        for row in far.head(NAMED).iter_rows(named=True)
    )
    more = f"; and {len(far) - NAMED:,} more" if len(far) > NAMED else ""
    are = "1 is" if len(far) == 1 else f"{len(far):,} are"
    sentence = f"Prices on {where}: {are} wholly outside {rule}: {named}{more}."
    entries = tuple(name for row in far.head(NAMED).iter_rows(named=True) for name in _entries(row))
    return Finding("fail", "reach.price_outlier", sentence, entries, "prices")


def _bought(bought: pl.DataFrame) -> Iterator[Finding]:
    """Say where more or fewer impressions were recorded than the money buys at the prices seen."""
    code = "reach.money_buys"
    beside = bought.filter(pl.col("verdict") != "not recorded")
    for verdict, words in (("more", "more than"), ("fewer", "fewer than")):
        for row in beside.filter(pl.col("verdict") == verdict).head(NAMED).iter_rows(named=True):
            sentence = (
                f"{row['campaign']}: {_counted(row, 'recorded', 'impressions')} on record, {words} "
                f"the {_counted(row, 'bought', 'impressions')} that {_spent(row)} would buy at the "
                f"prices seen ({row['price_of']}), {_seen(row)} a thousand."
            )
            yield Finding("fail", code, sentence, _entries(row), "bought")
    if agree := beside.filter(pl.col("verdict") == "can be").height:
        sentence = (
            f"Of {number(len(beside), 'sums')} with impressions beside them, {agree:,} can have "
            "bought what is on record at the prices seen."
        )
        yield Finding("pass", code, sentence, (), "bought")
    yield from _alone(bought.filter(pl.col("verdict") == "not recorded"))


def _alone(bought: pl.DataFrame) -> Iterator[Finding]:
    """Say what money for a channel would buy of which nothing else is on record."""
    if bought.is_empty():
        return
    shown = [*bought.head(TOLD).iter_rows(named=True)]
    buys = "; ".join(
        f"{row['campaign']}, {_spent(row)} on {row['channel']}: "
        f"{_counted(row, 'bought', 'impressions')} at {_seen(row)} a thousand"
        for row in shown
    )
    more = f"; and {len(bought) - TOLD:,} more" if len(bought) > TOLD else ""
    sentence = (
        "What money for a channel would buy there at the prices seen, where nothing on record "
        f"tells what was shown: {buys}{more}."
    )
    entries = tuple(name for row in shown for name in _entries(row))
    yield Finding("cannot_tell", "reach.money_buys", sentence, entries, "bought")


def _spent(row: Row) -> str:
    spent = interval(row["spend_low"], row["spend_high"], row["currency"])
    return f"{spent} {RECORDS[row['record']]}"


def _seen(row: Row) -> str:
    return interval(row["price_low"], row["price_high"], row["currency"])


def _without(tables: Tables, called: Mapping[str, str]) -> Iterator[Finding]:
    """Name the campaigns of which money, delivery or a measure of it is not on record."""
    shown = tables["delivery"].filter(pl.col("part").is_null())
    paid = tables["money"].filter(pl.col("part").is_null())
    cases = (
        ("reach.people", "delivery", "no count of people on record",
         "Impressions do not tell: one person can be shown it many times.",
         shown.filter(pl.col("people_low").is_null())),
        ("reach.impressions", "delivery", "no count of impressions on record",
         "People do not tell: one person can be shown it many times.",
         shown.filter(pl.col("impressions_low").is_null())),
        ("reach.spend_without_delivery", "money", "money on record and no measure of delivery",
         "That is not zero people: no record was seen.",
         paid.join(shown, on="campaign_id", how="anti")),
        ("reach.delivery_without_spend", "delivery", "delivery measured and no money on record",
         "That is not zero money: no record was seen.",
         shown.join(paid, on="campaign_id", how="anti")),
    )  # fmt: skip
    for code, table, what, but, rows in cases:
        names = sorted(called[name] for name in rows["campaign_id"].unique())
        if names:
            have = "1 campaign has" if len(names) == 1 else f"{len(names):,} campaigns have"
            more = f"; and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
            sentence = f"{have} {what}: {'; '.join(names[:NAMED])}{more}. {but}"
            yield Finding("cannot_tell", code, sentence, (), table)


def _rules(rules: pl.DataFrame) -> Iterator[Finding]:
    """Say of each rule whether every case keeps it; of those that could not be held, that too."""
    for rows in rules.partition_by("rule", maintain_order=True):
        first = rows.row(0, named=True)
        says, _ = RULES[first["rule"]]
        code = f"reach.{first['rule']}"
        if not first["broken"]:
            sentence = f"{says.capitalize()}: so in {number(first['cases'], 'cases')} compared."
            yield Finding("pass", code, sentence, (), "rules")
            continue
        cases = "; ".join(_case(row) for row in rows.head(TOLD).iter_rows(named=True))
        more = f"; and {first['broken'] - TOLD:,} more" if first["broken"] > TOLD else ""
        sentence = (
            f"{says.capitalize()}: not so in {first['broken']:,} of "
            f"{number(first['cases'], 'cases')} compared. {cases}{more}. "
            f"{BUT.get(first['rule'], OTHERWISE)}"
        )
        yield Finding("fail", code, sentence, (), "rules")
    held = set(rules["rule"])
    if missing := [says for rule, (says, _) in RULES.items() if rule not in held]:
        sentence = f"Nothing on the book can show whether {'; whether '.join(missing)}."
        yield Finding("cannot_tell", "reach.not_compared", sentence, (), "rules")


def _case(row: Row) -> str:
    """Put one case that breaks a rule into words."""
    least, most = Decimal(row["least"]), Decimal(row["most"])
    excess = excess_over_population((least, None), (None, most))
    words = RULES[row["rule"]][1].format(
        least=f"at least {number(least, row['unit'])}",
        most=f"at most {number(most, row['unit'])}",
        impressions=f"at most {number(most, 'impressions')}",
        excess=_excess(excess) if excess else "",
    )
    days = (("starts_on", "from"), ("ends_before", "before"))
    of = [row["channel"], row["among"], *(f"{word} {row[day]}" for day, word in days if row[day])]
    about = ", ".join(text for text in of if text)
    return f"{row['campaign']}{f' ({about})' if about else ''}: {words}"


def _excess(excess: Excess) -> str:
    many = f"{number(excess.people, 'people')} too many"
    return many if excess.ratio is None else f"{many} or {excess.ratio:.4g} times as many"


QUESTION = Question(
    name="reach",
    asks="How many people saw it, how often, and at what price?",
    statements=read_sql("reach"),
    findings=findings,
    chart=chart,
    compute=compute,
    abouts={
        "prices": "Money over the delivery it is for: one row per campaign, currency and channel, "
        "or all channels where money and delivery are of the same. Prices are ratios of ranges; "
        "without a most where delivery may have been none.",
        "coverage": "What share of a population the people reached are, if all belong to it, and "
        "impressions for each hundred of it (gross rating points): one row per campaign, channel "
        "and population, of the campaigns named in findings. Ratios of ranges.",
        "together": "People reached by several channels together: at least those of the largest, "
        "at most the sum; and as many as it would be if the channels were independent of each "
        "other (Sainsbury’s formula, an assumption). One row per campaign and population, of the "
        "campaigns named in findings.",
        "added": "What the people cost that a channel can have added to the others: one row per "
        "campaign and channel. The most is all that it reached; the least is those beyond the "
        "sum of the others, often none, and then the cost has no upper end. Of the campaigns named "
        "in findings.",
        "often": "People who saw it at least so often, by the curve of Goerg, a model through the "
        "one point that is known: one row per campaign and number of times, of the campaigns "
        "named in findings.",
        "bought": "Impressions that the money buys at the prices seen of its channel, or of all "
        "channels where it has none, beside those recorded: one row per sum. Least money at the "
        "highest price to most money at the lowest.",
    },
)
