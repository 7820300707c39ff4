"""The words that every format shares: what a verdict comes to, and names made harmless."""

import re
from collections.abc import Iterable

from ..findings import Dimension, Finding, Outcome, Phase, Report, Result, Severity, Verdict
from ..phrases import plural

# What a terminal would obey, what changes the direction of a line, what nobody can see, and what
# no document may hold: line breaks are left to the caller.
CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)
LOOKED = (Outcome.PASSED, Outcome.FAILED)


def clean(text: str) -> str:
    """Names in a database may hold escape sequences; a terminal must not obey them."""
    return CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)


def one_line(text: str) -> str:
    """A name, cleaned; a line break in it would begin a line that says what the name likes."""
    return clean(text).replace("\n", "\\x0a")


def conclusion(verdict: Verdict) -> tuple[str, str]:
    """What it all comes to: a word or three, and what they rest on."""
    report = verdict.report
    if verdict.error:
        return "stopped", where_stopped(verdict)
    if verdict.phases and not report.results:
        return "done", done(verdict)
    if not report.in_parity:
        return "not in parity", tally(report.results) or "nothing was looked at"
    warnings = report.count(Severity.WARNING)
    return "in parity", verdict.looked_at + (f", {plural(warnings, 'warning')}" if warnings else "")


def where_stopped(verdict: Verdict) -> str:
    for number, phase in enumerate(verdict.phases, 1):
        if phase.outcome is Outcome.FAILED:
            return f"phase {number} {one_line(phase.name)} failed"
    return f"{verdict.task} failed"


def done(verdict: Verdict) -> str:
    """What a task wrote that delivers and does not look."""
    rows = sum(count for what, count in (verdict.seeded or {}).items() if what != "unchanged")
    return f"{plural(len(verdict.applied), 'migration')} applied, {plural(rows, 'row')} written"


def tally(results: Iterable[Result]) -> str:
    """`3 differences, 1 check could not look, 1 warning`; empty when there is nothing to count."""
    report = Report(tuple(results))
    errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
    blind = sum(result.outcome not in LOOKED for result in report.results)
    parts = [plural(errors, "difference")] if errors else []
    parts += [f"{plural(blind, 'check')} could not look"] if blind else []
    parts += [plural(warnings, "warning")] if warnings else []
    return ", ".join(parts)


def went_well(phase: Phase) -> bool:
    """Whether a phase came to its end and saw no difference."""
    return phase.outcome != Outcome.FAILED and phase.summary != "differs"


def of(report: Report, dimension: Dimension) -> tuple[Result, ...]:
    return tuple(result for result in report.results if result.dimension is dimension)


def badness(results: Iterable[Result]) -> int:
    """0 when all is well, 1 with warnings alone, 2 when this is no parity."""
    results = tuple(results)
    if not all(map(Report.good, results)):
        return 2
    return int(any(result.findings for result in results))


def gravity(verdict: Verdict) -> int:
    """The badness of a whole verdict; one that was stopped is the worst."""
    good = conclusion(verdict)[0] in ("in parity", "done")
    return badness(verdict.report.results) if good else 2


def worst_first(report: Report) -> list[tuple[Dimension, tuple[Result, ...]]]:
    """The dimensions that were asked for, those that stand against parity before all others."""
    asked = [(dimension, results) for dimension in Dimension if (results := of(report, dimension))]
    return sorted(asked, key=lambda pair: -badness(pair[1]))


def blind(results: Iterable[Result]) -> list[Result]:
    """Those that could not look."""
    return [result for result in results if result.outcome not in LOOKED]


def by_hint(results: Iterable[Result]) -> list[list[Finding]]:
    """Errors before warnings; those that one hint would close stand together."""
    groups: dict[tuple[bool, str], list[Finding]] = {}
    for finding in (finding for result in results for finding in result.findings):
        key = (finding.severity is Severity.WARNING, finding.hint)
        groups.setdefault(key, []).append(finding)
    return [group for (warns, _), group in sorted(groups.items(), key=lambda item: item[0][0])]


def against(verdict: Verdict) -> list[Finding]:
    """All that there is to tell, as findings: why it stopped, who could not look, what differs."""
    stop = [Finding(f"invoke {verdict.task}", verdict.error, verdict.hint)] if verdict.error else []
    results = verdict.report.results
    blinded = [
        Finding(f"check {result.check}", f"could not look: {result.note}", "")
        for result in blind(results)
    ]
    return [*stop, *blinded, *(finding for group in by_hint(results) for finding in group)]
