"""A verdict for a person: quiet when all is well, worst first when not, as wide as the screen."""

import re
import shutil
import textwrap
from collections.abc import Sequence

from ..errors import OpsError
from ..findings import Dimension, Finding, Phase, Place, Report, Result, Severity, Verdict
from ..phrases import plural
from ..plans import Plan, Step
from .words import blind, by_hint, clean, conclusion, one_line, worst_first

INDENT = 13
GLUE = "\x00"  # no text holds it once it is clean
# A label stays beside its text; what is to be typed is one line of a shell. SQL may go on.
COMMAND = re.compile(
    r"""^(?:error|\ hint):\ | `[^`\n]+` | (?:python3|printf|psql)\ [-'"].* | export\ \w+=\S*
      | invoke\ [\w.]*\w (?:\ --[\w-]+ (?:[=\ ](?:"[^"]*"|'[^']*'|[^\s;,)-][^\s;,)]*))?
                        |\ (?:"[^"]*"|[\w.-]*\d[\w.-]*) )*
      | git\ [a-z-]+ (?:\ (?:-[\w=-]*|[^\s;,]*[/.][^\s;,]*\w|migrations))*""",
    re.VERBOSE,
)
FEW = 4  # things of one kind that have a line each when the same is said of them
SCREEN = 40  # lines after which the verdict at the top is out of sight


def render(verdict: Verdict) -> str:
    """A whole verify: where, the verdict, the differences, and what nobody looked at."""
    places = filter(None, (verdict.beside, verdict.place))
    return "\n\n".join(filter(None, ("\n".join(map(header, places)), *body(verdict))))


def ending(verdict: Verdict) -> str:
    """What a sync tells beneath its phases; nothing when there is nothing to tell."""
    report = verdict.report
    quiet = report.in_parity or not report.results
    return "" if quiet and not any(report.findings) else "\n\n".join(filter(None, body(verdict)))


def body(verdict: Verdict) -> list[str]:
    """The verdict and what led to it; a dimension without a word is named only beside others."""
    report, told = verdict.report, headline(verdict)
    sections = [section(dimension, results) for dimension, results in worst_first(report)]
    below = [text for text in sections if not report.in_parity or "\n" in text]
    below.append(not_looked_at(report))
    again = [told] if sum(text.count("\n") for text in below) > SCREEN else []
    return [told, *below, *again]


def header(place: Place) -> str:
    parts = (
        place.environment,
        place.address,
        f"PostgreSQL {place.server_version}",
        f"commit {place.short} ({place.code_source})",
        *([f"last sync {place.deployed[:7]} (run {place.run})"] if place.deployed else []),
        *([f"origin/main {place.main[:7]}"] if place.main else []),
    )
    parts = (place.label, *parts) if place.label else parts
    lines = [one_line(parts[0])]
    for part in map(one_line, parts[1:]):
        if len(f"{lines[-1]} · {part}") <= columns():
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return "\n".join(lines)


def columns() -> int:
    return shutil.get_terminal_size((80, 24)).columns


def headline(verdict: Verdict) -> str:
    word, rests_on = conclusion(verdict)
    return "\n".join(wrapped(f"{word.upper()}: {rests_on}", indent=0))


def section(dimension: Dimension, results: Sequence[Result]) -> str:
    """All that a dimension has to say, errors before warnings, one hint for all that share it."""
    lines = [line for result in blind(results) for line in could_not_look(result)]
    lines += [line for findings in by_hint(results) for line in told(findings)]
    if not lines:
        return f"{dimension:<{INDENT}}in parity"
    return "\n".join([f"{dimension:<{INDENT}}{lines[0].lstrip()}", *lines[1:]])


def could_not_look(result: Result) -> list[str]:
    return wrapped(f"could not look ({result.check}): {result.note}")


def told(findings: Sequence[Finding]) -> list[str]:
    """Findings of one hint; where the same is said of many things of a kind, it is said once."""
    groups: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        kind, _, name = one_line(finding.subject).partition(" ")
        groups.setdefault((kind, finding.message), []).append(name)
    mark = "warning: " if findings[0].severity is Severity.WARNING else ""
    lines = [
        line
        for (kind, message), names in groups.items()
        for subject in subjects(kind, message, names)
        for line in wrapped(f"{mark}{subject}")
    ]
    return [*lines, *wrapped(f"-> {findings[0].hint}", hanging=3)]


def subjects(kind: str, message: str, names: Sequence[str]) -> list[str]:
    """`variable A, B: is not set`; `table a: missing here`; `12 tables missing here: a, b, ...`."""
    listed = ", ".join(names)
    if kind == "variable":
        return [f"{kind} {listed}: {message}"]
    if len(names) > FEW:
        return [f"{plural(len(names), kind)}: {message}: {listed}"]
    return [f"{kind} {name}: {message}" for name in names]


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
    """What is, and what to type: two lines, or more where they do not fit or are many."""
    return "\n".join([*labelled("error: ", str(problem)), *labelled(" hint: ", problem.hint)])


def labelled(label: str, text: str) -> list[str]:
    first, *rest = text.split("\n")
    beneath = (line for part in rest for line in wrapped(part, indent=2))
    return [*wrapped(label + first, indent=0), *beneath]


def stopped(undone: str, problem: OpsError) -> str:
    """The end of a run that a phase stopped: what was done, what was not, why, and what to type."""
    lines = [line for text in undone.split("\n") for line in wrapped(text, indent=0, hanging=4)]
    return "\n".join(["", *lines, error(problem)])


def plan(intended: Plan) -> str:
    """The SQL as it would run, each step under its title: a script that can be read and kept."""
    texts = [script(step) for step in intended.steps]
    head = f"{plural(len(texts), 'step')} would run; nothing was touched"
    caveat = [remark(intended.caveat)] if intended.caveat else []
    return "\n\n".join([*texts, f"-- {head if texts else 'nothing to do'}", *caveat])


def remark(text: str) -> str:
    """A comment of SQL, each of its lines."""
    return "\n".join(f"-- {line}" for line in wrapped(text, indent=0, room=len("-- ")))


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
    head = [remark(one_line(step.title)), *(remark(f"danger: {d}") for d in step.dangers)]
    return "\n".join([*head, visible(ended(step.sql))])


def visible(sql: str) -> str:
    """SQL as it is, but for what a terminal would obey; tabs stay."""
    return "\t".join(map(clean, sql.split("\t")))


def wrapped(text: str, *, indent: int = INDENT, hanging: int = 2, room: int = 0) -> list[str]:
    """Lines that fit the screen; a name or a command that is longer than a line is kept whole."""
    width = max(columns() - room, 30)
    lines: list[str] = []
    for part in COMMAND.sub(glued, clean(text)).split("\n"):
        lines += textwrap.wrap(
            part,
            width,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hanging),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return [line.replace(GLUE, " ") for line in lines]


def glued(command: re.Match[str]) -> str:
    """What a shell would take for two commands if a line ended within it."""
    return command[0].replace(" ", GLUE)
