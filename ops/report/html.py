"""A verdict as one page for a browser, a phone or paper: it needs nothing beside itself."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import takewhile

from ..errors import OpsError
from ..findings import Dimension, Finding, Phase, Place, Result, Severity, Verdict
from .markup import Markup, el, page, several
from .words import (
    badness,
    blind,
    by_hint,
    conclusion,
    gravity,
    of,
    one_line,
    tally,
    went_well,
    worst_first,
)

KINDS = ("good", "warn", "bad")  # by badness
UNSEEN = "?"
LONG = 24  # characters of a cell that may wrap
MARKS = {"good": "✓", "warn": "!", "bad": "✗", "none": "—"}


def mark(kind: str, sign: str = "") -> Markup:
    """A sign for the eye; the word beside it says the same."""
    return el("span", sign or MARKS[kind], class_=f"mark {kind}", aria_hidden="true")


# -- pages


def render(verdict: Verdict, at: datetime | None = None) -> str:
    """The verdict, the dimensions at a glance, and everything that led to it, worst first."""
    word, rests_on = conclusion(verdict)
    steps, dimensions = phases(verdict.phases), glance(verdict)
    sections = (
        stopped(verdict.error, verdict.hint) if verdict.error else "",
        *((dimensions, steps) if verdict.report.results else (steps, dimensions)),
        *(differences(*pair) for pair in worst_first(verdict.report)),
        left_out(verdict.report.not_looked_at),
        runs(verdict.runs),
    )
    head = masthead(f"invoke {verdict.task}", KINDS[gravity(verdict)], word.capitalize(), rests_on)
    title = f"{word.capitalize()}: {rests_on} · {verdict.place.environment}"
    took = f" in {verdict.elapsed_ms / 1000:.2f} s"
    return page(title, head, facts(verdict), *sections, footer(verdict.task, at, took))


def failure(task: str, error: OpsError, at: datetime | None = None) -> str:
    """The page of a task that could not look."""
    word = "Could not look"
    head = masthead(f"invoke {task}", "bad", word, f"exit code {error.exit_code}")
    return page(
        f"{word}: invoke {task}", head, stopped(str(error), error.hint), footer(task, at, "")
    )


# -- what every page begins and ends with


def masthead(task: str, kind: str, word: str, rests_on: str) -> Markup:
    return el(
        "header",
        el("p", task, class_="task"),
        el("h1", mark(kind), word, class_=kind),
        el("p", rests_on, class_="rests"),
    )


def facts(verdict: Verdict) -> Markup:
    """Where it was looked, and at how much."""
    place = verdict.place
    pairs = (
        ("Environment", place.environment),
        ("Database", el("code", one_line(place.address))),
        ("Server", f"PostgreSQL {place.server_version}"),
        ("This code", several(commit(place.code), f" {told_of(place)}")),
        (
            "Delivered here",
            several(commit(place.deployed), f" (run {place.run})" * bool(place.run)),
        ),
        *([("origin/main", commit(place.main))] if place.main else []),
        ("Compared", verdict.looked_at if verdict.report.results else "nothing"),
    )
    return el("dl", *(el("div", el("dt", name), el("dd", value)) for name, value in pairs))


def commit(hex: str | None) -> Markup:
    return el("code", hex[:12]) if hex else several("unknown")


def told_of(place: Place) -> str:
    changed = ", with changes that are not committed" if place.dirty else ""
    return f"({place.code_source}{changed})"


def stopped(message: str, hint: str) -> Markup:
    return el("section", el("h2", "Why"), el("pre", message), command(hint), class_="stop")


def footer(task: str, at: datetime | None, took: str) -> Markup:
    at = at or datetime.now(UTC)
    when = el("time", f"{at:%Y-%m-%d %H:%M:%S} UTC", datetime=f"{at:%Y-%m-%dT%H:%M:%SZ}")
    return el("footer", el("p", "Generated ", when, f" by invoke {task}{took}."))


def command(hint: str) -> Markup:
    """What to type: one click selects it."""
    return el("p", el("span", "→ ", aria_hidden="true"), el("code", hint), class_="hint")


# -- sections


def glance(verdict: Verdict) -> Markup:
    cards = (card(dimension, of(verdict.report, dimension)) for dimension in Dimension)
    heading = el("h2", "The four dimensions", id="glance")
    return el("section", heading, el("ul", *cards, class_="cards"), aria_labelledby="glance")


def card(dimension: Dimension, results: Sequence[Result]) -> Markup:
    kind = KINDS[badness(results)] if results else "none"
    state = (tally(results) or "in parity") if results else "not looked at"
    told = any(result.findings for result in results) or blind(results)
    name = el("a", dimension.capitalize(), href=f"#{dimension}") if told else dimension.capitalize()
    return el(
        "li",
        el("h3", name),
        el("p", mark(kind), state, class_=f"state {kind}"),
        el("ul", *map(check, results), class_="checks"),
        class_=f"card {kind}",
    )


def check(result: Result) -> Markup:
    found = f"{len(result.findings)} found" if result.findings else "passed"
    sign = mark(KINDS[badness([result])])
    if blind([result]):
        sign, found = mark("bad", UNSEEN), "could not look"
    name = result.check.removeprefix(f"{result.dimension}.")
    return el("li", sign, el("span", name), el("span", found, class_="found"))


def phases(steps: Sequence[Phase]) -> Markup:
    """Each phase with its time, and beneath it what it changed and saw."""
    if not steps:
        return Markup()
    heads = (el("th", name, scope="col") for name in ("Phase", "Result", "Seconds"))
    rows = (phase(number, step) for number, step in enumerate(steps, 1))
    table = el("table", el("thead", el("tr", *heads)), *rows, class_="phases")
    return el("section", el("h2", "Phases", id="phases"), table, aria_labelledby="phases")


def phase(number: int, step: Phase) -> Markup:
    kind = "good" if went_well(step) else "bad"
    row = el(
        "tr",
        el("th", f"{number}  {step.name}", scope="row"),
        el("td", mark(kind), step.summary, class_=kind),
        el("td", f"{step.elapsed_ms / 1000:.2f}", class_="number"),
    )
    seen = [el("p", "; ".join(step.notes))] if step.notes else []
    made = [el("ul", *(el("li", el("code", change)) for change in step.changes))]
    below = el("tr", el("td", *seen, *(made if step.changes else []), colspan="3", class_="below"))
    return el("tbody", row, below if seen or step.changes else "")


def differences(dimension: Dimension, results: Sequence[Result]) -> Markup:
    """All that a dimension has to say, one hint for all that share it."""
    unseen = [could_not_look(result) for result in blind(results)]
    groups = [group(findings) for findings in by_hint(results)]
    if not unseen and not groups:
        return Markup()
    heading = el("h2", dimension.capitalize(), el("small", tally(results)), id=dimension)
    return el("section", heading, *unseen, *groups, aria_labelledby=dimension)


def could_not_look(result: Result) -> Markup:
    words = (el("strong", "could not look"), " ", el("code", result.check))
    return el("div", el("p", mark("bad", UNSEEN), *words), el("p", result.note), class_="blind")


def group(findings: Sequence[Finding]) -> Markup:
    """The findings of one hint, what Git has and what is here side by side."""
    sides = any(finding.expected or finding.observed for finding in findings)
    heads = (el("th", name, scope="col") for name in ("Expected in Git", "Observed here"))
    head = el("thead", el("tr", *heads)) if sides else Markup()
    table = el("table", head, *map(finding_rows, findings), class_="differences")
    return el("div", table, command(findings[0].hint), class_="group")


def finding_rows(finding: Finding) -> Markup:
    kind, word = ("warn", "warning") if finding.severity is Severity.WARNING else ("bad", "differs")
    subject = el("code", one_line(finding.subject))
    what = (mark(kind), el("span", word, class_=f"word {kind}"), " ", subject)
    head = el("th", *what, el("p", finding.message), scope="rowgroup", colspan="2")
    values = (el("td", el("pre", side)) for side in apart(finding.expected, finding.observed))
    shown = finding.expected or finding.observed
    return el("tbody", el("tr", head), el("tr", *values) if shown else "")


def left_out(texts: Sequence[str]) -> Markup:
    if not texts:
        return Markup()
    heading = el("h2", "Not looked at", id="left-out")
    items = el("ul", *(el("li", one_line(text)) for text in texts))
    return el("section", heading, items, aria_labelledby="left-out", class_="left-out")


def runs(table: Sequence[Sequence[object]]) -> Markup:
    """The last runs, newest first."""
    if not table:
        return Markup()
    names, *rows = [["" if cell is None else str(cell) for cell in row] for row in table]
    head = el("thead", el("tr", *(el("th", name, scope="col") for name in names)))
    made = el("table", head, el("tbody", *(el("tr", *map(run_cell, row)) for row in rows)))
    box = el("div", made, class_="scroll", tabindex="0", role="region", aria_labelledby="runs")
    return el("section", el("h2", "Last runs here", id="runs"), box, class_="runs")


def run_cell(value: str) -> Markup:
    return el("td", one_line(value), class_="long" if len(value) > LONG else "short")


# -- two values


def apart(expected: str, observed: str) -> tuple[Markup, Markup]:
    """Both values; where they begin or end alike, the words between are marked."""
    one, other = re.findall(r"\w+|\W", expected), re.findall(r"\w+|\W", observed)
    start = alike(one, other)
    end = alike(one[start:][::-1], other[start:][::-1])
    if not start + end:
        return several(expected or "—"), several(observed or "—")
    return marked(one, start, end), marked(other, start, end)


def alike(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def marked(words: Sequence[str], start: int, end: int) -> Markup:
    stop = len(words) - end
    between = "".join(words[start:stop])
    middle: Iterator[str] = iter([el("mark", between)] if between else [])
    return several("".join(words[:start]), *middle, "".join(words[stop:]))
