"""Verdicts to be told in every format, and names that a document could trip over."""

from ops.errors import Unreachable
from ops.findings import (
    Dimension,
    Finding,
    Outcome,
    Phase,
    Place,
    Report,
    Result,
    Severity,
    Verdict,
)

PLACE = Place(
    "production", "db-1.internal", 25060, "app", "app@db-1.internal:25060/app", "15.18",
    "4f1a1a8" + "0b" * 16 + "0", "COMMIT_HASH", "4f1a1a8" + "0b" * 16 + "0",
)  # fmt: skip
LOOKED_AT = "214 objects, 10 rows, 13 variables, commit 4f1a1a8"
UNREACHABLE = Unreachable("cannot reach <app>\nat 1 | 2", hint="`invoke up` & wait")

# one for each way out of a document: markup, quotes, escape sequences, direction, line breaks, ...
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "&amp;lt;&#60;",
    "]]><x/>",
    "--><!--",
    "a|b",
    "`code` **bold** [link](javascript:alert) ![i](http://x) $x$ ~~no~~ #1 @all www.x.org",
    "\x1b[2J\x1b]0;title\x07",
    "\x00\x08\x0b\x0c\x1f\x7f\x85\x9f",
    "\ud800 \ufffe \uffff",
    "\u202egnp.exe\u2066 \u200bzero\ufeff\u200f",
    "\u2028line\u2029paragraph",
    "tab\tand\r\nline\n::error::break",
    "::stop-commands::x",
    "##[error]x",
    "100% %0A %25",
    "größe Ünïcødé 日本語 עברית 🐘",
    "n" * 63 + "." + "m" * 63,
    " ",
)


def error(subject="table public.t", message="missing here", hint="invoke sync", *sides):
    return Finding(subject, message, hint, *sides)


def warning(subject="variable A", message="is not set", hint="set it in .env"):
    return Finding(subject, message, hint, severity=Severity.WARNING)


def result(dimension, *findings, outcome=None, note="", name="check"):
    outcome = outcome or (Outcome.FAILED if findings else Outcome.PASSED)
    return Result(f"{dimension}.{name}", Dimension(dimension), outcome, findings, note)


def broken(dimension, note="app may not read it", *findings):
    return result(dimension, *findings, outcome=Outcome.BROKEN, note=note)


def verdict(*results, left_out=(), task="verify", **rest):
    return Verdict(task, PLACE, Report(results, left_out), 1234, looked_at=LOOKED_AT, **rest)


ALL_WELL = tuple(result(dimension) for dimension in Dimension)
DIFFERENCE = error(
    "column public.team.limit",
    "numeric(15,2) in Git, integer here",
    "invoke schema.diff --sql",
    "numeric(15,2)",
    "integer",
)
ROW = error(
    "row team a", "limit: 50 in Git, 5 here", "invoke seed", "limit = 50", "limit = 5"
)  # fmt: skip
DIFFERENT = (
    result(Dimension.SCHEMA, DIFFERENCE, name="drift"),
    result(Dimension.DATA, ROW, name="seeds"),
    result(Dimension.CODE),
    result(Dimension.ENVIRONMENT, warning(), name="variables"),
)
PHASES = (
    Phase("Preflight", Outcome.PASSED, "ok", 61, notes=("direct connection",)),
    Phase("Migrations", Outcome.FAILED, "failed", 410, changes=("0005.a",)),
)
STOPPED = {
    "task": "sync",
    "phases": PHASES,
    "applied": ("0005.a",),
    "error": "migrations/0006.b.sql:12:8: no such column\nnothing of it remains",
    "hint": "correct it, then: invoke sync",
    "exit_code": 6,
}
DONE = {
    "task": "migrate",
    "phases": (PHASES[0], Phase("Migrations", Outcome.PASSED, "1 applied", 410, ("0005.a",))),
    "applied": ("0005.a",),
    "seeded": {"inserted": 0, "updated": 0, "unchanged": 3, "pruned": 0},
}


def nasty(text):
    """The same text everywhere where a verdict can hold one that is not ours."""
    finding = Finding(f"table {text}", text, text, text, text)
    less = Finding(text, text, text, text, text, Severity.WARNING)
    place = Place(text, text, 1, text, text, text, text, text, text)
    steps = (Phase(text, Outcome.FAILED, text, 1, (text,), (text,)),)
    results = (
        result(Dimension.SCHEMA, finding, less),
        broken(Dimension.DATA, text, finding),
        result(Dimension.CODE, outcome=Outcome.SKIPPED, note=text),
    )
    runs = (("run", "how it ended"), (1, text), (2, None))
    return Verdict(
        "sync", place, Report(results, (text,)), 1, steps, (text,), None, text, text, text, 6, runs
    )
