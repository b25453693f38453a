"""A plan of whom to ask, in words: how many, and what each outcome would mean."""

from __future__ import annotations

import polars as pl

from farthing.formats import number, share
from farthing.stats.plan import Outcome, Plan

#: What no number of people asked makes up for.
CAVEATS = (
    "They must be picked at random from everyone: a panel that volunteers, or friends of those who "
    "saw it, may be as targeted as the insiders are.",
    "Each end of a range is wrong at most {error} of the time, and says nothing of the other.",
)


def in_words(
    plan: Plan, coverage: float, *, population: int | None, otherwise: float, error: float
) -> list[str]:
    r"""Return how many to ask, where the line lies, and how sure that is: a sentence each.

    Parameters
    ----------
    plan
        What `farthing.stats.plan.plan` gives for the others.
    coverage, population, otherwise, error
        What it was asked for.

    Examples
    --------
    >>> from farthing.stats.plan import plan
    >>> found = in_words(plan(0.01, 500), 0.01, population=500, otherwise=0.0, error=0.05)
    >>> print(*found[:3], sep="\n")
    Ask 225 people, picked at random from 500, nobody twice.
    If none of them saw it, fewer than 1% of everyone did: wrong at most 4.95% of the time.
    If in truth nobody did, that is what comes out.
    """
    among = "" if population is None else f" from {population:,}"
    line = "none" if plan.at_most == 0 else f"no more than {plan.at_most:,}"
    often = "" if otherwise == 0 else f" {share(plan.power)} of the time, or more often"
    rest = "nobody did" if otherwise == 0 else f"no more than {share(otherwise)} did"
    return [
        f"Ask {number(plan.ask, 'people')}, picked at random{among}, nobody twice.",
        f"If {line} of them saw it, fewer than {share(coverage)} of everyone did: wrong at most "
        f"{share(plan.error)} of the time.",
        f"If in truth {rest}, that is what comes out{often}.",
        *(caveat.format(error=share(error)) for caveat in CAVEATS),
    ]


def outcomes(plan: Plan, coverage: float, otherwise: float) -> pl.DataFrame:
    """Return what some outcomes would mean: one row per number of people who saw it.

    ``coverage_low`` and ``coverage_high`` are shares of everyone, each end on its own.
    """
    rows = [
        (one.saw, one.low, one.high, _meaning(one, coverage, otherwise)) for one in plan.outcomes
    ]
    names = ("saw", "coverage_share_low", "coverage_share_high", "meaning")
    return pl.DataFrame(rows, schema=names, orient="row")


def _meaning(one: Outcome, coverage: float, otherwise: float) -> str:
    """Say what an outcome rules out."""
    below = f"fewer than {share(coverage)} saw it"
    above = f"more than {share(otherwise) if otherwise else 'nobody'} saw it"
    told = [
        words
        for words, ruled_out in ((below, one.rules_out_claim), (above, one.rules_out_rest))
        if ruled_out
    ]
    return ", and ".join(told) or "cannot tell"
