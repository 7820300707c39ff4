"""A verdict for a GitHub workflow: annotations of a step, and Markdown for its summary page."""

import re
from collections.abc import Iterable, Iterator

from ..check.complaints import PLACE
from ..errors import OpsError
from ..findings import Dimension, Finding, Severity, Verdict
from ..phrases import plural
from .words import (
    against,
    badness,
    clean,
    conclusion,
    gravity,
    of,
    one_line,
    tally,
    went_well,
)

SHOWN = 10  # annotations of each step
ROWS = 100  # of the page: GitHub refuses one of more than a megabyte
CELL = 1000  # characters
MARKS = ("✅", "⚠️", "❌")  # by badness
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


# -- the log of the step


def render(verdict: Verdict) -> str:
    """The verdict in a line, each phase in a line, and the worst of what there is to tell."""
    word, rests_on = conclusion(verdict)
    lines = [f"{word.upper()}: {rests_on}"]
    for number, phase in enumerate(verdict.phases, 1):
        took = f"{phase.elapsed_ms / 1000:.2f} s"
        lines.append(f"{number}  {phase.name}: {phase.summary}, {took}")
        lines += [f"   - {change}" for change in phase.changes]
    told = annotations(against(verdict), "invoke verify")
    return "\n".join([*map(harmless, lines), *filter(None, [told])])


def failure(task: str, error: OpsError) -> str:
    """The one annotation of a task that could not look."""
    return annotation(Finding(f"invoke {task}", str(error), error.hint))


def harmless(line: str) -> str:
    """A line of its own words: a runner obeys `##[...]` wherever in a line it stands."""
    return one_line(line).replace("##[", "## [")


def annotations(findings: Iterable[Finding], rest: str) -> str:
    """One workflow command a line; those that GitHub would drop are counted in a last one."""
    worst = sorted(findings, key=lambda finding: finding.severity is Severity.WARNING)
    more = len(worst) - SHOWN
    lines = [annotation(finding) for finding in worst[:SHOWN]]
    return "\n".join(lines + [f"::notice::and {more} more: {rest}"] * (more > 0))


def annotation(finding: Finding) -> str:
    found = PLACE.match(finding.message)
    place = {"file": found["path"], "line": found["line"], "col": found["column"]} if found else {}
    values = {"title": finding.subject, **place}
    properties = ",".join(f"{name}={escaped(text, ':,')}" for name, text in values.items() if text)
    text = finding.message[found.end() :] if found else finding.message
    told = escaped(f"{text}\n-> {finding.hint}" if finding.hint else text)
    return f"::{finding.severity} {properties}::{told}"


def escaped(text: str, more: str = "") -> str:
    """As the runner reads it back: a line break would end the command, a comma the property."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return clean(text)


# -- the summary page of the step


def summary(verdict: Verdict) -> str:
    """Where, the dimensions at a glance, the phases, and every difference with what to type."""
    place, (word, rests_on) = verdict.place, conclusion(verdict)
    where = (place.environment, place.address, f"PostgreSQL {place.server_version}")
    commit = f"commit {place.short} ({place.code_source})"
    return "\n".join(
        [
            f"## {MARKS[gravity(verdict)]} {cell(word.capitalize())}",
            "",
            f"{cell(rests_on)}  ",
            f"{cell(' · '.join((*where, commit)))}",
            *glance(verdict),
            *phases(verdict),
            *differences(verdict),
            *left_out(verdict),
            "",
        ]
    )


def failed(task: str, error: OpsError) -> str:
    """The page of a task that could not look."""
    return f"## {MARKS[2]} invoke {cell(task)}\n\n{cell(str(error))}\n\n→ {cell(error.hint)}\n"


def glance(verdict: Verdict) -> Iterator[str]:
    if verdict.report.results:
        yield from ("", "| dimension | |", "|---|---|")
    for dimension in Dimension:
        if results := of(verdict.report, dimension):
            yield f"| {dimension} | {MARKS[badness(results)]} {tally(results) or 'in parity'} |"


def phases(verdict: Verdict) -> Iterator[str]:
    if verdict.phases:
        yield from ("", "| phase | | seconds | |", "|---|---|---:|---|")
    for number, phase in enumerate(verdict.phases, 1):
        name = f"{number} {cell(phase.name)}"
        mark = MARKS[0 if went_well(phase) else 2]
        told = cell("\n".join([*phase.changes, "; ".join(phase.notes)]).strip())
        took = f"{phase.elapsed_ms / 1000:.2f}"
        yield f"| {name} | {mark} {cell(phase.summary)} | {took} | {told} |"


def differences(verdict: Verdict) -> Iterator[str]:
    findings = against(verdict)
    if findings:
        yield from ("", "| what | | what to type |", "|---|---|---|")
    for found in findings[:ROWS]:
        mark = MARKS[1 if found.severity is Severity.WARNING else 2]
        hint = f"<code>{cell(found.hint)}</code>" if found.hint else ""
        yield f"| {mark} <code>{cell(found.subject)}</code> | {cell(found.message)} | {hint} |"
    if len(findings) > ROWS:
        yield f"\n{plural(len(findings) - ROWS, 'row')} more: invoke verify"


def left_out(verdict: Verdict) -> Iterator[str]:
    if verdict.report.not_looked_at:
        yield from ("", f"Not looked at: {cell('; '.join(verdict.report.not_looked_at))}")


def cell(text: str) -> str:
    """Text that means itself: any punctuation mark of ASCII may be escaped in Markdown."""
    short = text if len(text) <= CELL else f"{text[:CELL]}…"
    return PUNCTUATION.sub(r"\\\1", clean(short)).replace("\n", "<br>")
