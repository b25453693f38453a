"""The questions, each a module and an SQL file of its name, loaded when it is asked."""

from __future__ import annotations

import difflib
from importlib import import_module

from farthing.errors import UsageError
from farthing.question import Question

NAMES = ("bridge", "match", "reach", "evidence", "exposure", "audience", "allocation", "pacing")


def load(name: str) -> Question:
    """Return a question by its name.

    Only what is asked is imported: charts and statistics take a second to load.

    Raises
    ------
    UsageError
        There is no such question.
    """
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=1)
        raise UsageError(
            f"unknown question {name}",
            hint=f"did you mean {near[0]}?" if near else f"one of {', '.join(NAMES)}",
        )
    import_module("farthing.charts")  # before the question's own Altair: it is quicker so
    question = import_module(f"farthing.questions.{name}").QUESTION
    assert isinstance(question, Question)
    return question
