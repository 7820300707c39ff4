"""What was done here, for a person: the runs as a table, what is live, one run in full."""

from collections.abc import Iterator
from datetime import datetime

from ..findings import Outcome, Phase
from ..history import Records, Run
from ..phrases import plural
from ..repository import Between
from .tables import table
from .terminal import INDENT, phase, wrapped
from .words import clean, one_line

HEADERS = ("run", "when (UTC)", "task", "how it ended", "commit", "by", "seconds", "changed")
ERROR = 60  # characters of an error that a table has room for
COMMITS = 15  # that are listed


def render(told: Records, since: Between | None) -> str:
    """The runs; and what is live, with the commits that came with it."""
    if not told.runs:
        return "nothing was done here yet: invoke sync"
    return "\n\n".join([table(HEADERS, cells(told)), "\n".join(live(told, since))])


def cells(told: Records) -> list[tuple[object, ...]]:
    """The rows of the table."""
    return [
        (
            f"{run.id} *" if told.live and run.id == told.live.id else run.id,
            minute(run.started_at),
            run.task,
            ended(told, run, ERROR),
            run.short,
            f"{run.who}@{run.host}",
            "" if run.seconds is None else f"{run.seconds:.1f}",
            len(run.changes),
        )
        for run in told.runs
    ]


def minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def ended(told: Records, run: Run, room: int) -> str:
    """How a run ended; one that did not is running, or dead."""
    if told.is_dead(run):
        return "killed: nobody holds the lock"
    if run.outcome == "running":
        return "running" if told.is_alive(run) else "running, or killed"
    parity = {None: "", True: ", in parity", False: ", not in parity"}[run.in_parity]
    error = f": {one_line(run.error)}" if run.error else ""
    return f"{run.outcome}{parity}{error if len(error) <= room else error[:room] + '...'}"


def live(told: Records, since: Between | None) -> Iterator[str]:
    """What was delivered last, and what came with it."""
    run = told.live
    if run is None:
        yield "no sync has come to its end here"
        return
    doubt = "; a release that ran it was stopped by differences" if run.in_parity is False else ""
    yield from wrapped(f"* live here: {run.short}, by run {run.id}{doubt}", indent=0)
    if told.before and since:
        yield from commits(told.before, run, since)
    yield f"each change of a run by its name: invoke history --run {told.runs[0].id}"


def commits(before: Run, run: Run, since: Between) -> Iterator[str]:
    span = f"{before.short} (run {before.id}) to {run.short} (run {run.id})"
    if since.unknown:
        yield from wrapped(f"from {span}: {since.unknown}", indent=0)
    for word, every in (("came", since.came), ("went, as in a rollback", since.went)):
        if every:
            yield from wrapped(f"from {span} {plural(len(every), 'commit')} {word}:", indent=0)
            for line in every[:COMMITS]:
                yield from wrapped(one_line(line), indent=2)
            if len(every) > COMMITS:
                yield f"  and {len(every) - COMMITS} more"


def one(told: Records) -> str:
    """A run in full: who, when, from what; each phase, and each thing that it changed."""
    (run,) = told.runs
    took = f", took {run.seconds:.1f} s" if run.seconds is not None else ""
    changed = ", with changes that were not committed" if run.dirty else ""
    pairs = (
        ("run", f"{run.id}, {run.task} in {run.environment}"),
        ("began", f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC{took}"),
        ("by", f"{run.who}@{run.host}"),
        ("commit", f"{run.commit or 'unknown'} ({run.commit_source}){changed}"),
        ("ended", ended(told, run, room=500)),
    )
    lines = [line for label, text in pairs for line in labelled(label, text)]
    return "\n".join([*lines, *([""] if run.phases else []), *phases(run)])


def labelled(label: str, text: str) -> list[str]:
    """A line of a list, its label before it."""
    first, *rest = wrapped(text)
    return [f"{label:<{INDENT}}{first.lstrip()}", *rest]


def phases(run: Run) -> Iterator[str]:
    for number, each in enumerate(run.phases, 1):
        changes = tuple(map(one_line, each["changes"]))
        outcome = Outcome(each["outcome"])
        summary = f"{len(changes)} changed" if changes else outcome.value
        yield phase(number, Phase(clean(each["name"]), outcome, summary, each["ms"], changes))
