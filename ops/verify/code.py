"""Is the commit that was delivered here the commit of this code?"""

from collections.abc import Iterator

from ..facts import Facts
from ..findings import Dimension, Finding, Report, Severity
from ..phrases import plural, short
from ..repository import MAIN, same
from ..settings import DEPLOYED
from .registry import CHECKS, CannotLook, check, must_read


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
        observed = short(delivered.commit)
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
    severity = Severity.ERROR if facts.declared.app_env in DEPLOYED else Severity.WARNING
    if facts.declared.commit.dirty:
        yield Finding(
            f"commit {facts.declared.commit.short}",
            "this working tree holds changes that are not committed",
            "git status; then commit or discard them",
            severity=severity,
        )
    elif facts.past.delivered and facts.past.delivered.dirty:
        yield Finding(
            f"commit {short(facts.past.delivered.commit)}",
            "the last sync was run from a working tree with changes that were not committed",
            "invoke sync",
            severity=severity,
        )


@check(Dimension.CODE)
def main(facts: Facts) -> Iterator[Finding]:
    """The commit of this code is on origin/main, and nothing of origin/main is missing here."""
    checkout, code = facts.declared.checkout, facts.declared.commit.short
    strict = facts.declared.app_env in DEPLOYED
    if checkout.ahead and strict:
        yield Finding(
            f"commit {code}",
            f"is not on {MAIN}: {plural(checkout.ahead, 'commit')} of its own"
            + (f", {plural(checkout.behind, 'commit')} behind" if checkout.behind else ""),
            f"merge it into main, and deploy {MAIN}",
            f"on {MAIN}",
            "on a branch",
        )
    elif checkout.behind and not checkout.ahead:
        yield Finding(
            f"commit {code}",
            f"is {plural(checkout.behind, 'commit')} behind {MAIN}",
            f"deploy {MAIN}" if strict else "git pull",
            (checkout.main or "")[:7],
            code,
            Severity.WARNING,
        )


def not_looked_at(facts: Facts) -> Iterator[str]:
    """What a verdict over the code leaves out."""
    if unknown := facts.declared.checkout.unknown:
        yield f"{MAIN} ({unknown})"
    told = facts.declared.release
    if told.procfile is None and not told.specs:
        yield "what a release runs (there is neither a Procfile nor an app spec in .do/)"


@check(Dimension.CODE)
def last_run(facts: Facts) -> Iterator[Finding]:
    """The last run came to its end, and saw no difference there."""
    last = facts.past.last
    if last is None:
        return
    subject, when = f"commit {short(last.commit)}", f"{last.started_at:%Y-%m-%d %H:%M}"
    if last.outcome in WORDS:
        why = f"{last.outcome}: {last.error}" if last.error else WORDS[last.outcome]
        yield Finding(
            subject, f"the last {last.task} ({when} UTC) {why}", "invoke sync", "done", last.outcome
        )
    elif last.in_parity is False and not others_differ(facts):
        yield Finding(
            subject,
            f"the last {last.task} ({when} UTC) ended with differences: a release that ran it was"
            " stopped, and older code may still serve",
            "invoke sync",
            "in parity",
            "not in parity",
            Severity.WARNING,
        )


def others_differ(facts: Facts) -> bool:
    """Whether another check sees today what the run may have seen: then that one says enough.

    Only where none does would a sync end in parity, and so close this.
    """
    others = (c for c in CHECKS if c.judge is not last_run and c.asked(facts))
    return not all(Report.good(other.run(facts)) for other in others)


WORDS = {
    "running": "is running now, or was killed",
    "failed": "failed",
    "interrupted": "was interrupted",
}
