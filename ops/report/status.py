"""Where an environment stands, on one screen: it shows, and `verify` judges."""

from collections.abc import Sequence
from datetime import timedelta

from ..errors import Refused
from ..facts import Facts
from ..findings import Dimension, Place, Report, Result
from ..history import Records, Run
from ..migrate.diff import in_words
from .runs import ERROR, ended, labelled
from .terminal import INDENT, columns, header
from .words import blind, by_hint, of, one_line, tally


def render(place: Place, facts: Facts, report: Report, told: Records | Refused) -> str:
    """The place, a line for each dimension, and what was done here last."""
    dimensions = [line(dimension, of(report, dimension)) for dimension in Dimension]
    more = ["", "each of these, and what closes it: invoke verify"] if any(report.findings) else []
    return "\n".join([header(place), "", *dimensions, "", *records(facts, told), *more])


def line(dimension: Dimension, results: Sequence[Result]) -> str:
    """How many differences there are, and the worst of them as far as a line has room."""
    worst = [f"{result.check} could not look: {result.note}" for result in blind(results)]
    worst += [f"{group[0].subject}: {group[0].message}" for group in by_hint(results)]
    text = f"{tally(results)}: {one_line(worst[0])}" if worst else "in parity"
    shown = f"{dimension:<{INDENT}}{text}"
    return shown if len(shown) <= columns() else f"{shown[: columns() - 3]}..."


def records(facts: Facts, told: Records | Refused) -> list[str]:
    """What was done here, what waits, and who works here at the moment."""
    last = live = holder = f"could not look: {told}"
    if isinstance(told, Records):
        last = did(told, told.runs[0]) if told.runs else "nothing was done here yet: invoke sync"
        live = f"{told.live.short}, {since(told.live)}" if told.live else "nothing"
        holder = str(told.holder or "nobody is migrating")
    pairs = ("live", live), ("last run", last), ("migrations", pending(facts)), ("lock", holder)
    return [part for label, text in pairs for part in labelled(label, text)]


def did(told: Records, run: Run) -> str:
    return f"{run.task}: {ended(told, run, ERROR)}; {since(run)}"


def since(run: Run) -> str:
    """Which run it was, how long ago, and by whom."""
    ago = in_words(timedelta(seconds=run.age))
    return f"run {run.id}, {ago} ago by {run.who}@{run.host}"


def pending(facts: Facts) -> str:
    """How many migrations wait, and for how long the oldest does."""
    age = f", the oldest in Git for {facts.history.oldest}" if facts.history.oldest else ""
    return f"{len(facts.history.pending)} pending of {len(facts.declared.migrations)}{age}"
