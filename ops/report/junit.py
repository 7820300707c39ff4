"""A verdict as test results: what a continuous integration server shows as passed and failed."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ..errors import OpsError
from ..findings import Finding, Outcome, Phase, Result, Severity, Verdict
from ..phrases import plural
from .words import blind, clean, conclusion, one_line, worst_first

COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(verdict: Verdict, at: datetime | None = None) -> str:
    """A suite for each dimension with a case for each check; a sync's phases are a suite too."""
    suites = [suite(dimension, map(case, rs)) for dimension, rs in worst_first(verdict.report)]
    if verdict.phases:
        suites.insert(0, suite(verdict.task, phases(verdict)))
    if not suites:  # no test at all would look like a success
        nothing = problem("error", " ".join(conclusion(verdict)), "Nothing")
        suites = [suite(verdict.task, [case_of(verdict.task, verdict.task, nothing)])]
    for found in suites:
        found.insert(0, properties(verdict))
    return document(verdict.task, suites, verdict.elapsed_ms, at)


def failure(task: str, error: OpsError, at: datetime | None = None) -> str:
    """The document of a task that could not look: one case, which says why."""
    text = f"{error}\n-> {error.hint}"
    failed = case_of(task, task, problem("error", str(error), type(error).__name__, text))
    return document(task, [suite(task, [failed])], 0, at)


def document(task: str, suites: Sequence[Element], elapsed_ms: int, at: datetime | None) -> str:
    root = Element("testsuites", name=f"invoke {task}", time=seconds(elapsed_ms))
    for found in suites:
        found.set("timestamp", f"{at or datetime.now(UTC):%Y-%m-%dT%H:%M:%S}")
    for name in ("tests", "failures", "errors"):  # a strict reader knows no others here
        root.set(name, str(sum(int(found.get(name, 0)) for found in suites)))
    root.extend(suites)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}'


def suite(name: str, cases: Iterable[Element]) -> Element:
    made = Element("testsuite", name=name)
    made.extend(cases)
    made.set("tests", str(len(made)))
    for attribute, tag in COUNTED.items():
        made.set(attribute, str(sum(found.find(tag) is not None for found in made)))
    return made


def case(result: Result) -> Element:
    """A check. Only the first problem of a case is read by all servers, so it tells everything."""
    errors = [f for f in result.findings if f.severity is Severity.ERROR]
    warnings = [f for f in result.findings if f.severity is Severity.WARNING]
    told: list[Element] = []
    if blind([result]):
        tag = "skipped" if result.outcome is Outcome.SKIPPED else "error"
        told = [problem(tag, result.note, result.outcome, "\n".join([result.note, *texts(errors)]))]
    elif errors:
        text = "\n".join(texts(errors))
        told = [problem("failure", plural(len(errors), "difference"), "difference", text)]
    return case_of(result.dimension, result.check, *told, *said(texts(warnings, "warning: ")))


def phases(verdict: Verdict) -> Iterable[Element]:
    for number, phase in enumerate(verdict.phases, 1):
        stop: list[Element] = []
        if phase.outcome is Outcome.FAILED:
            text = f"{verdict.error}\n-> {verdict.hint}"
            stop = [problem("error", verdict.error, "stopped", text)]
        made = case_of(verdict.task, f"{number} {phase.name}", *stop, *said(seen(phase)))
        made.set("time", seconds(phase.elapsed_ms))
        yield made


def seen(phase: Phase) -> list[str]:
    return [phase.summary, *phase.changes, *phase.notes]


def case_of(group: str, name: str, *told: Element) -> Element:
    made = Element("testcase", classname=one_line(group), name=one_line(name))
    made.extend(told)
    return made


def problem(tag: str, message: str, kind: str, text: str = "") -> Element:
    made = Element(tag, message=clean(message), type=kind)
    made.text = clean(text or message)
    return made


def said(lines: Sequence[str]) -> list[Element]:
    """What a case printed, if it did."""
    made = Element("system-out")
    made.text = clean("\n".join(lines))
    return [made] if lines else []


def texts(findings: Iterable[Finding], mark: str = "") -> list[str]:
    """Each finding with what to type, and with both values where there are any."""
    return [
        f"{mark}{one_line(finding.subject)}: {finding.message}"
        + "".join(
            f"\n   {side}: " + value.replace("\n", "\n" + " " * 11)
            for side, value in (("in Git", finding.expected), ("  here", finding.observed))
            if value
        )
        + f"\n-> {finding.hint}"
        for finding in findings
    ]


def properties(verdict: Verdict) -> Element:
    """Where it was looked, and what was left out of it."""
    place, made = verdict.place, Element("properties")
    values = [
        ("environment", place.environment),
        ("database", place.address),
        ("server", f"PostgreSQL {place.server_version}"),
        ("code", place.code or "unknown"),
        ("deployed", place.deployed or "unknown"),
        ("looked at", verdict.looked_at),
        *(("not looked at", text) for text in verdict.report.not_looked_at),
    ]
    for name, value in values:
        SubElement(made, "property", name=name, value=clean(value))
    return made


def seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}"
