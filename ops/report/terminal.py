"""A verdict for a person: quiet when all is well, worst first when not, as wide as the screen."""

import re
import shutil
import textwrap
from collections.abc import Sequence
from itertools import groupby

from ..errors import OpsError
from ..findings import Dimension, Finding, Outcome, Phase, Place, Report, Result, Severity, Verdict
from ..plans import Plan, Step

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
INDENT = 13


def render(verdict: Verdict) -> str:
    """A whole verify: where, the verdict, the differences, and what nobody looked at."""
    return "\n\n".join(filter(None, (header(verdict.place), *body(verdict))))


def ending(verdict: Verdict) -> str:
    """What a sync tells beneath its phases; nothing when there is nothing to tell."""
    report = verdict.report
    quiet = report.in_parity or not report.results
    return "" if quiet and not any(report.findings) else "\n\n".join(filter(None, body(verdict)))


def body(verdict: Verdict) -> list[str]:
    """The verdict and what led to it; a dimension without a word is named only beside others."""
    report = verdict.report
    sections = [section(report, dimension) for dimension in Dimension]
    return [
        "\n".join(wrapped(headline(report, verdict.looked_at), indent=0)),
        *([text for text in sections if not report.in_parity or "\n" in text]),
        not_looked_at(report),
    ]


def header(place: Place) -> str:
    parts = (
        place.environment,
        place.address,
        f"PostgreSQL {place.server_version}",
        f"commit {place.short} ({place.code_source})",
    )
    lines = [one_line(parts[0])]
    for part in map(one_line, parts[1:]):
        if len(f"{lines[-1]} · {part}") <= columns():
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return "\n".join(lines)


def columns() -> int:
    return shutil.get_terminal_size((80, 24)).columns


def headline(report: Report, looked_at: str) -> str:
    errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
    extra = f", {plural(warnings, 'warning')}" if warnings else ""
    if report.in_parity:
        return f"IN PARITY: {looked_at}{extra}"
    blind = report.count(Outcome.BROKEN) + report.count(Outcome.SKIPPED)
    parts = [plural(errors, "difference")] if errors else []
    parts += [f"{plural(blind, 'check')} could not look"] if blind else []
    return f"NOT IN PARITY: {', '.join(parts) or 'nothing was looked at'}{extra}"


def section(report: Report, dimension: Dimension) -> str:
    """All that a dimension has to say, errors before warnings, one hint for all that share it."""
    results = [result for result in report.results if result.dimension is dimension]
    if not results:
        return ""
    findings = sorted(
        (f for r in results for f in r.findings), key=lambda f: f.severity is Severity.WARNING
    )
    lines = [line for result in results for line in blind(result)]
    for shared in dict.fromkeys((f.severity, f.hint) for f in findings):
        lines += told([f for f in findings if (f.severity, f.hint) == shared])
    if not lines:
        return f"{dimension:<{INDENT}}in parity"
    return "\n".join([f"{dimension:<{INDENT}}{lines[0].lstrip()}", *lines[1:]])


def blind(result: Result) -> list[str]:
    if result.outcome in (Outcome.PASSED, Outcome.FAILED):
        return []
    return wrapped(f"could not look ({result.check}): {result.note}")


def told(findings: list[Finding]) -> list[str]:
    """Findings of one hint; variables that also share their message stand in one line."""
    lines: list[str] = []
    for (message, severity), group in groupby(findings, key=lambda f: (f.message, f.severity)):
        mark = "warning: " if severity is Severity.WARNING else ""
        for subject in subjects(list(group)):
            lines += wrapped(f"{mark}{subject}: {message}")
    return [*lines, *wrapped(f"-> {findings[0].hint}", hanging=3)]


def subjects(findings: list[Finding]) -> list[str]:
    """`variable A` and `variable B` as `variable A, B`; anything else by itself."""
    names = [one_line(finding.subject) for finding in findings]
    if not all(name.startswith("variable ") for name in names):
        return names
    return ["variable " + ", ".join(name.removeprefix("variable ") for name in names)]


def not_looked_at(report: Report) -> str:
    if not report.not_looked_at:
        return ""
    left_out = "; ".join(map(one_line, report.not_looked_at))
    return "\n".join(wrapped(f"not looked at: {left_out}", indent=0, hanging=4))


def phase(number: int, step: Phase) -> str:
    """One phase of a sync as a line with what was seen, and beneath it each thing that changed."""
    took = f"{step.elapsed_ms / 1000:.2f} s"
    start = f"{number}  {step.name:<19} {step.summary:<9} {took:>7}  "
    seen = wrapped("; ".join(step.notes), indent=0, hanging=0, room=len(start))
    lines = [start + seen[0], *(" " * len(start) + line for line in seen[1:])]
    lines += [line for change in step.changes for line in wrapped(change, indent=5)]
    return "\n".join(line.rstrip() for line in lines)


def error(problem: OpsError) -> str:
    """Two lines, or more where the message or the hint has more: what is, and what to type."""
    message, hint = (str(text).replace("\n", "\n  ") for text in (problem, problem.hint))
    return clean(f"error: {message}\n hint: {hint}")


def stopped(undone: str, problem: OpsError) -> str:
    """The end of a run that a phase stopped: what was done, what was not, why, and what to type."""
    lines = [line for text in undone.split("\n") for line in wrapped(text, indent=0, hanging=4)]
    return "\n".join(["", *lines, error(problem)])


def plan(intended: Plan) -> str:
    """The SQL as it would run, each step under its title: a script that can be read and kept."""
    texts = [script(step) for step in intended.steps]
    head = f"{plural(len(texts), 'step')} would run; nothing was touched"
    caveat = [f"-- {intended.caveat}"] if intended.caveat else []
    return "\n\n".join([*texts, f"-- {head if texts else 'nothing to do'}", *caveat])


def ended(sql: str) -> str:
    """The text with a `;` at its end, which a comment there must not swallow."""
    text = sql.strip()
    return f"{text}\n;" if "--" in text.rpartition("\n")[2] else f"{text.rstrip(';')};"


def complaints(findings: Sequence[Finding]) -> str:
    """Findings that name their place in a file, each with what to type."""
    lines = []
    for finding in findings:
        mark = "warning: " if finding.severity is Severity.WARNING else ""
        lines += wrapped(f"{mark}{finding.message}", indent=0)
        lines += wrapped(f"-> {finding.hint}", indent=2)
    return "\n".join(lines)


def script(step: Step) -> str:
    head = [f"-- {one_line(step.title)}", *(f"-- danger: {danger}" for danger in step.dangers)]
    return "\n".join([*head, visible(ended(step.sql))])


def visible(sql: str) -> str:
    """SQL as it is, but for what a terminal would obey; tabs stay."""
    return "\t".join(map(clean, sql.split("\t")))


def wrapped(text: str, *, indent: int = INDENT, hanging: int = 2, room: int = 0) -> list[str]:
    """Lines that fit the screen; a name that is longer than a line is kept whole."""
    width = max(columns() - room, 30)
    lines: list[str] = []
    for part in clean(text).split("\n"):
        lines += textwrap.wrap(
            part,
            width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hanging),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return lines


def clean(text: str) -> str:
    """Names in a database may hold escape sequences; a terminal must not obey them."""
    return CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)


def one_line(text: str) -> str:
    """A name, cleaned; a line break in it would begin a line that says what the name likes."""
    return clean(text).replace("\n", "\\x0a")


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
