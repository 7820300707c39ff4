"""Findings as annotations of a GitHub workflow: the worst first, no more than it shows."""

from collections.abc import Iterable

from ..check.complaints import PLACE
from ..findings import Finding, Severity

SHOWN = 10  # of each step


def github(findings: Iterable[Finding]) -> str:
    """One workflow command a line; those that GitHub would drop are counted in a last one."""
    worst = sorted(findings, key=lambda finding: finding.severity is Severity.WARNING)
    more = len(worst) - SHOWN
    lines = [annotation(finding) for finding in worst[:SHOWN]]
    return "\n".join(lines + [f"::notice::and {more} more: invoke check"] * (more > 0))


def annotation(finding: Finding) -> str:
    found = PLACE.match(finding.message)
    place = {"file": found["path"], "line": found["line"], "col": found["column"]} if found else {}
    values = {"title": finding.subject, **place}
    properties = ",".join(f"{name}={escaped(text, ':,')}" for name, text in values.items() if text)
    text = finding.message[found.end() :] if found else finding.message
    told = escaped(f"{text}\n-> {finding.hint}")
    return f"::{finding.severity} {properties}::{told}"


def escaped(text: str, more: str = "") -> str:
    """As the runner reads it back: a line break would end the command, a comma the property."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
