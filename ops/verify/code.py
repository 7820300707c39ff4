"""Is the commit that was delivered here the commit of this code?"""

from collections.abc import Iterator

from ..facts import Facts
from ..findings import Dimension, Finding, Severity
from ..repository import same
from .registry import CannotLook, check, must_read

STRICT = ("staging", "production")


@check(Dimension.CODE)
def commit(facts: Facts) -> Iterator[Finding]:
    """The last sync that came to its end was run from this commit."""
    code, delivered = facts.declared.commit, facts.past.delivered
    must_read(facts, "ops.runs")
    if code.hex is None:
        raise CannotLook(
            "nothing says which commit this code is: set COMMIT_HASH, or run it in a Git checkout"
        )
    if delivered is None:
        yield Finding(
            f"commit {code.short}",
            "no sync came to its end here yet",
            "invoke sync",
            code.short,
            "none",
        )
    elif delivered.commit is None or not same(code.hex, delivered.commit):
        observed = (delivered.commit or "unknown")[:7]
        yield Finding(
            f"commit {code.short}",
            f"the last sync was from {observed}, this code is {code.short}",
            "invoke sync",
            code.short,
            observed,
        )


@check(Dimension.CODE)
def committed(facts: Facts) -> Iterator[Finding]:
    """What runs, and what was delivered, is in Git and nowhere else."""
    severity = Severity.ERROR if facts.declared.app_env in STRICT else Severity.WARNING
    if facts.declared.commit.dirty:
        yield Finding(
            f"commit {facts.declared.commit.short}",
            "this working tree holds changes that are not committed",
            "git status; then commit or discard them",
            severity=severity,
        )
    elif facts.past.delivered and facts.past.delivered.dirty:
        yield Finding(
            f"commit {(facts.past.delivered.commit or 'unknown')[:7]}",
            "the last sync was run from a working tree with changes that were not committed",
            "invoke sync",
            severity=severity,
        )


@check(Dimension.CODE)
def last_run(facts: Facts) -> Iterator[Finding]:
    """The last run came to its end."""
    last = facts.past.last
    if last and last.outcome in ("failed", "interrupted", "running"):
        yield Finding(
            f"commit {(last.commit or 'unknown')[:7]}",
            f"the last {last.task} ({last.started_at:%Y-%m-%d %H:%M} UTC) "
            + (f"{last.outcome}: {last.error}" if last.error else WORDS[last.outcome]),
            "invoke sync",
            "done",
            last.outcome,
        )


WORDS = {
    "running": "is running now, or was killed",
    "failed": "failed",
    "interrupted": "was interrupted",
}
