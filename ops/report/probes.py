"""Probes in words: a line for each, and beneath those that failed where and why."""

from ..findings import Finding, Outcome, Result, Verdict
from ..migrate.declared import shown
from ..migrate.explain import excerpt
from ..phrases import plural
from ..probes import Behaviour, Tried
from .terminal import header, not_looked_at, wrapped

MARKS = {Outcome.PASSED: "ok", Outcome.FAILED: "failed", Outcome.BROKEN: "untried"}
INDENT = 9


def render(verdict: Verdict, behaviour: Behaviour) -> str:
    """Where it was tried, each probe, what was looked at besides, and what was not."""
    named = {
        "schema.functions": f"{plural(len(behaviour.functions), 'function')} can be read",
        "data.references": f"{plural(len(behaviour.references), 'foreign key')}: no row refers to"
        " nothing",
    }
    lines = [line for tried in behaviour.tried for line in of_probe(tried)]
    for result in verdict.report.results:
        if result.check in named:
            lines += of_check(result, named[result.check])
    cures = dict.fromkeys(finding.hint for finding in verdict.report.findings)
    lines += [line for cure in cures for line in wrapped(f"-> {cure}", indent=0, hanging=3)]
    return "\n\n".join(
        filter(None, [header(verdict.place), "\n".join(lines), not_looked_at(verdict.report)])
    )


def of_probe(tried: Tried) -> list[str]:
    lines = marked(tried.outcome, tried.probe.sentence)
    if tried.outcome is not Outcome.PASSED:
        file = tried.probe.file
        where = f"{shown(file.path)}{tried.at}: {tried.why}"
        for text in (where, *excerpt(file, tried.at), tried.within):
            lines += beneath(text) if text else []
    return lines


def of_check(result: Result, said: str) -> list[str]:
    lines = marked(result.outcome, said)
    for finding in result.findings:
        lines += beneath(in_words(finding))
    return lines + (beneath(result.note) if result.note else [])


def in_words(finding: Finding) -> str:
    return f"{finding.subject}: {finding.message}"


def marked(outcome: Outcome, text: str) -> list[str]:
    mark = MARKS.get(outcome, outcome)
    return wrapped(f"{mark:<{INDENT}}{text}", indent=0, hanging=INDENT)


def beneath(text: str) -> list[str]:
    return wrapped(text, indent=INDENT)
