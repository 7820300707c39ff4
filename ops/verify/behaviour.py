"""Does it do what it should? Judged only where somebody asked for it: `invoke verify --probe`."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from ..drift.scope import first_rule
from ..facts import Facts
from ..findings import Dimension, Finding, Outcome, Report, Severity
from ..probes import Behaviour, Reference, Tried
from .registry import CHECKS, CannotLook, check

DIFFERS = "invoke verify names what differs from Git here, which may be why: close that first"


def cure(facts: Facts, otherwise: str) -> str:
    """What to type where something does not work; what Git says is doubted last."""
    if facts.history.pending:
        return "invoke sync: what is pending here may be why"
    drifted = any(finding.severity is Severity.ERROR for finding in facts.drift.findings)
    if drifted or any(diff.changes for diff in facts.seeds):
        return DIFFERS
    return f"schema and rows are Git's: {otherwise}"


def asked(facts: Facts) -> bool:
    return facts.behaviour is not None


def has_probes(facts: Facts) -> bool:
    return facts.behaviour is not None and bool(facts.behaviour.tried)


@check(Dimension.SCHEMA, has_probes)
def probes(facts: Facts) -> Iterator[Finding]:
    """Every probe of the folder does what its sentence says."""
    every = seen(facts).tried
    yield from (failed(tried, facts) for tried in every if tried.outcome is Outcome.FAILED)
    untried = [(tried.probe.name, tried.why) for tried in every if tried.outcome is Outcome.BROKEN]
    if untried:
        raise CannotLook("; ".join(by_reason(untried)))


def failed(tried: Tried, facts: Facts) -> Finding:
    line = f"line {tried.at.split(':')[1]}: " if tried.at else "at its end: "
    within = f" ({tried.within})" if tried.within else ""
    return Finding(
        f"probe {tried.probe.name}",
        f"{line}{tried.why}{within}",
        cure(facts, "correct the probe, or write a migration"),
        expected=tried.probe.sentence,
        observed=tried.why,
    )


@check(Dimension.SCHEMA, asked)
def functions(facts: Facts) -> Iterator[Finding]:
    """Every function can be read by its language, beside the tables as they are here."""
    for function in seen(facts).functions:
        if function.problem and not function.unread:
            yield Finding(
                f"function {function.name}",
                f"fails whenever it is called: {function.problem}",
                cure(facts, "write a migration that corrects it"),
                observed=function.problem,
            )


@check(Dimension.DATA, asked)
def references(facts: Facts) -> Iterator[Finding]:
    """No row refers to one that is not there, whatever became of its foreign key."""
    every = seen(facts).references
    yield from (orphaned(reference) for reference in every if reference.orphans)
    unread = [(f"constraint {r.name}", r.unread) for r in every if r.unread and r.doubtful]
    if unread:
        raise CannotLook("; ".join(by_reason(unread)))


def orphaned(reference: Reference) -> Finding:
    count = reference.orphans
    rows = f"{count} row refers" if count == 1 else f"{count} rows refer"
    return Finding(
        f"constraint {reference.name}",
        f"{rows} to nothing in {reference.target}",
        f"delete them, or bring back what they refer to: {reference.query}",
        "none",
        str(count),
    )


def report(facts: Facts) -> Report:
    """The verdict over what was tried and looked at, and over nothing else."""
    judges = (probes, functions, references)
    results = (c.run(facts) for c in CHECKS if c.judge in judges and c.asked(facts))
    return Report(tuple(results), tuple(not_looked_at(facts)))


def looked_at(facts: Facts) -> str:
    found = seen(facts)
    keys, functions = len(found.references), len(found.functions)
    return f"{len(found.tried)} probes, {keys} foreign keys, {functions} functions"


def seen(facts: Facts) -> Behaviour:
    """What was observed, without what parity.toml ignores."""
    found = facts.behaviour or Behaviour((), (), ())
    rules = facts.declared.project.ignore
    return replace(
        found,
        references=tuple(
            reference
            for reference in found.references
            if not first_rule(f"constraint {reference.name}", {}, rules)
        ),
        functions=tuple(
            function
            for function in found.functions
            if not first_rule(f"function {function.name}", {}, rules)
        ),
    )


def not_looked_at(facts: Facts, only: Collection[Dimension] = ()) -> Iterator[str]:
    """What nobody tried, for want of a probe, of time or of a right."""
    if only and not {Dimension.SCHEMA, Dimension.DATA} & {*only}:
        return
    if not asked(facts):
        yield "behaviour (--probe)"
        return
    if not has_probes(facts):
        yield "what should work here (there is no probe in probes/)"
    yield "what functions do that no probe calls"
    yield from by_reason(
        (f"function {f.name}", f.problem or "") for f in seen(facts).functions if f.unread
    )
    yield from by_reason(
        (f"rows of {r.name}", r.unread)
        for r in seen(facts).references
        if r.unread and not r.doubtful
    )


def by_reason(unread: Iterable[tuple[str, str]]) -> Iterator[str]:
    """One text for all that went unread for the same reason."""
    reasons: dict[str, list[str]] = {}
    for subject, reason in unread:
        reasons.setdefault(reason, []).append(subject)
    return (f"{', '.join(subjects)} ({reason})" for reason, subjects in reasons.items())
