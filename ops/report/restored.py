"""What became of a backup that was restored, for a person."""

from ..backup.rehearse import Restored
from ..phrases import plural
from .runs import labelled
from .terminal import not_looked_at, section, wrapped
from .words import tally, worst_first


def render(told: Restored) -> str:
    """What it is, what it holds, the verdict, each difference, and what nobody looked at."""
    differing = [part for part in worst_first(told.report) if any(r.findings for r in part[1])]
    below = [section(*part) for part in differing]
    return "\n\n".join([head(told), headline(told), *below, not_looked_at(told.report)])


def head(told: Restored) -> str:
    contents, delivered = told.contents, told.facts.past.delivered
    made = f"; made for it: role {', '.join(told.roles)}" if told.roles else ""
    run = f"run {delivered.id} of {delivered.started_at:%Y-%m-%d %H:%M} UTC" if delivered else ""
    lines = (
        ("backup", f"{contents.database}, PostgreSQL {contents.server}, {contents.created}"),
        ("restored", f"by PostgreSQL {told.server}{made}"),
        ("rows", f"{sum(told.rows.values())} in {plural(len(told.rows), 'table')}"),
        ("last sync", f"{delivered.short} ({run})" if delivered else "none"),
        ("migrations", migrations(told)),
    )
    return "\n".join(line for label, text in lines for line in labelled(label, text))


def migrations(told: Restored) -> str:
    applied = sum(entry.applied is not None for entry in told.facts.history.entries)
    after = f"; in Git since: {', '.join(told.waiting)}" if told.waiting else ""
    return f"{applied} applied{after}"


def headline(told: Restored) -> str:
    rows, objects = sum(told.rows.values()), told.facts.drift.compared
    if told.report.in_parity:
        text = f"RESTORED, AS IN GIT: {plural(rows, 'row')}, {plural(objects, 'object')}"
    else:
        what = "RESTORED, NOT AS IN GIT" if told.whole else "NOT RESTORED WHOLE"
        text = f"{what}: {tally(told.report.results)}"
    return "\n".join(wrapped(text, indent=0))
