import json

import pytest

from ops.errors import Locked, SettingsError
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
from ops.plans import Plan, Step
from ops.report.json import failure, plan, render

CODE, DEPLOYED = "4f1a1a8" + "0" * 33, "abcdef0" + "0" * 33
PLACE = Place("production", "db.internal", 25060, "app", "app@db", "15.18", CODE, "git", DEPLOYED)
DIFFERENCE = Finding(
    "column public.t.a",
    "numeric(15,2) in Git, integer here",
    "invoke schema.diff --sql",
    "numeric(15,2)",
    "integer",
)
WARNING = Finding("variable A", "is not set", "set it", severity=Severity.WARNING)
PASSED = Result("code.commit", Dimension.CODE, Outcome.PASSED)


def verdict(*results, **rest):
    return Verdict("verify", PLACE, Report(results, ("table public.audit_* (theirs)",)), 12, **rest)


def document(*results, **rest):
    return json.loads(render(verdict(*results, **rest)))


def test_the_document_is_the_contract_word_for_word():
    failed = Result("schema.drift", Dimension.SCHEMA, Outcome.FAILED, (DIFFERENCE,))
    broken = Result("data.rows", Dimension.DATA, Outcome.BROKEN, (WARNING,), "may not read roles")

    assert document(failed, PASSED, broken) == {
        "version": 1,
        "task": "verify",
        "in_parity": False,
        "environment": "production",
        "database": {
            "host": "db.internal",
            "port": 25060,
            "name": "app",
            "server_version": "15.18",
        },
        "commit": {"code": CODE, "deployed": DEPLOYED},
        "commit_source": "git",
        "origin_main": None,
        "counts": {"passed": 1, "failed": 1, "skipped": 0, "broken": 1, "errors": 1, "warnings": 1},
        "results": [
            {
                "check": "schema.drift",
                "dimension": "schema",
                "outcome": "failed",
                "note": "",
                "findings": [
                    {
                        "severity": "error",
                        "subject": "column public.t.a",
                        "message": "numeric(15,2) in Git, integer here",
                        "expected": "numeric(15,2)",
                        "observed": "integer",
                        "hint": "invoke schema.diff --sql",
                    }
                ],
            },
            {
                "check": "code.commit",
                "dimension": "code",
                "outcome": "passed",
                "note": "",
                "findings": [],
            },
            {
                "check": "data.rows",
                "dimension": "data",
                "outcome": "broken",
                "note": "may not read roles",
                "findings": [
                    {
                        "severity": "warning",
                        "subject": "variable A",
                        "message": "is not set",
                        "expected": "",
                        "observed": "",
                        "hint": "set it",
                    }
                ],
            },
        ],
        "not_looked_at": ["table public.audit_* (theirs)"],
        "elapsed_ms": 12,
    }


PHASES = (
    Phase("Preflight", Outcome.PASSED, "ok", 3, notes=("direct connection",)),
    Phase("Migrations", Outcome.FAILED, "stopped", 410, changes=("0005.a",)),
)
SEEDED = {"inserted": 1, "updated": 2, "unchanged": 3, "pruned": 0}


def test_a_sync_adds_its_phases_and_what_it_wrote():
    with_phases = document(PASSED, phases=PHASES, applied=("0005.a",), seeded=SEEDED)

    added = {name: with_phases[name] for name in with_phases.keys() - document(PASSED).keys()}
    assert added == {
        "phases": [
            {
                "name": "Preflight",
                "outcome": "passed",
                "elapsed_ms": 3,
                "changes": [],
                "notes": ["direct connection"],
            },
            {
                "name": "Migrations",
                "outcome": "failed",
                "elapsed_ms": 410,
                "changes": ["0005.a"],
                "notes": [],
            },
        ],
        "applied": ["0005.a"],
        "seeded": SEEDED,
    }


def test_a_run_that_was_stopped_is_not_in_parity_and_says_why():
    assert document(PASSED)["in_parity"] is True

    stopped = document(PASSED, phases=PHASES, error="it failed", hint="mend it", exit_code=6)

    assert stopped["in_parity"] is False
    assert stopped["error"] == {"message": "it failed", "hint": "mend it", "exit_code": 6}


@pytest.mark.parametrize(
    ("results", "in_parity"),
    [
        ((), False),
        ((PASSED,), True),
        ((Result("a.b", Dimension.CODE, Outcome.FAILED, (WARNING,)),), True),
        ((Result("a.b", Dimension.CODE, Outcome.SKIPPED, (), "why"),), False),
    ],
)
def test_in_parity_is_the_reports_own_answer(results, in_parity):
    assert document(*results)["in_parity"] is in_parity


def test_an_unknown_commit_is_null():
    place = Place("local", "h", 1, "d", "d", "15", None, "unknown", None)

    found = json.loads(render(Verdict("verify", place, Report(()), 0)))

    assert found["commit"] == {"code": None, "deployed": None}


@pytest.mark.parametrize(
    "error", [Locked("somebody else\nis migrating", hint="wait"), SettingsError("ä", hint="€")]
)
def test_a_task_that_could_not_look_says_so_in_the_same_shape(error):
    found, looked = json.loads(failure("verify", error)), document()

    assert found.keys() - looked.keys() == {"error"}
    assert looked.keys() - found.keys() == set()
    assert all(
        found[name].keys() == looked[name].keys() for name in ("database", "commit", "counts")
    )
    assert (found["in_parity"], found["results"], set(found["counts"].values())) == (False, [], {0})
    assert found["error"] == {
        "message": str(error),
        "hint": error.hint,
        "exit_code": error.exit_code,
    }


@pytest.mark.parametrize("text", ["\x1b[31m", '"\\\n', "größe € 日本", "\u2028</script>"])
def test_any_name_comes_back_as_it_was(text):
    found = document(Result("a.b", Dimension.DATA, Outcome.FAILED, (Finding(text, text, text),)))

    assert found["results"][0]["findings"][0]["subject"] == text


def test_a_plan_is_a_document_with_the_text_that_would_run():
    steps = (Step("0005.a", "select 1;\n"),)

    assert json.loads(plan("sync", Plan((), steps, (), "more may follow"))) == {
        "version": 1,
        "task": "sync --plan",
        "preparation": [],
        "migrations": [{"title": "0005.a", "sql": "select 1;\n", "dangers": []}],
        "rows": [],
        "caveat": "more may follow",
    }
