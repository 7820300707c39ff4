import pytest

from ops.findings import Dimension, Finding, Outcome, Severity
from ops.verify import registry
from ops.verify.registry import CannotLook, Check, check, run

FACTS = object()  # handed on as it is
SEEN = Finding("table public.t", "is not here", "invoke sync")
WARNING = Finding("table public.t", "is large", "-", severity=Severity.WARNING)


@pytest.fixture(autouse=True)
def checks(monkeypatch):
    """A registry of this test's own."""
    monkeypatch.setattr(registry, "CHECKS", [])
    return registry.CHECKS


def judged(judge):
    return Check("data.rows", Dimension.DATA, judge).run(FACTS)


def sees_nothing(facts):
    yield from ()


def sees_one(facts):
    yield SEEN


def sees_one_and_cannot_look_on(facts):
    yield SEEN
    raise CannotLook("app may not read t")


def sees_one_and_fails(facts):
    yield SEEN
    raise KeyError("s3cret")


def fails_at_once(facts):
    raise ZeroDivisionError


def forgets_to_yield(facts):
    return None


BUG = "the check itself failed: {} (a bug: please report it)"


@pytest.mark.parametrize(
    ("judge", "outcome", "findings", "note"),
    [
        (sees_nothing, Outcome.PASSED, (), ""),
        (sees_one, Outcome.FAILED, (SEEN,), ""),
        (lambda facts: iter([WARNING]), Outcome.FAILED, (WARNING,), ""),
        (sees_one_and_cannot_look_on, Outcome.BROKEN, (SEEN,), "app may not read t"),
        (sees_one_and_fails, Outcome.BROKEN, (SEEN,), BUG.format("KeyError")),
        (fails_at_once, Outcome.BROKEN, (), BUG.format("ZeroDivisionError")),
        (forgets_to_yield, Outcome.BROKEN, (), BUG.format("TypeError")),
    ],
)
def test_a_check_that_could_not_look_is_broken_and_what_it_saw_stands(
    judge, outcome, findings, note
):
    result = judged(judge)

    assert (result.check, result.dimension) == ("data.rows", Dimension.DATA)
    assert (result.outcome, result.findings, result.note) == (outcome, findings, note)


def test_whoever_stops_the_run_stops_it_within_a_check_too():
    def is_interrupted(facts):
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        judged(is_interrupted)


def test_a_judge_gets_the_facts_and_nothing_else():
    got = []

    def keeps(*args):
        got.append(args)
        return iter(())

    judged(keeps)

    assert got == [(FACTS,)]


# -- all of them


def test_a_check_is_called_by_its_dimension_and_its_own_name(checks):
    assert check(Dimension.CODE)(sees_nothing) is sees_nothing

    assert checks == [Check("code.sees_nothing", Dimension.CODE, sees_nothing)]


def test_an_empty_list_of_checks_is_no_verdict():
    report = run(FACTS, (), iter(()))

    assert (report.results, report.in_parity) == ((), False)


def test_one_broken_check_spoils_the_verdict_and_stops_no_other():
    for judge in (sees_nothing, fails_at_once, sees_nothing):
        check(Dimension.SCHEMA)(judge)

    report = run(FACTS, (), iter(()))

    assert [result.outcome for result in report.results] == ["passed", "broken", "passed"]
    assert not report.in_parity


def test_dimensions_come_in_their_order_and_checks_in_that_of_their_file():
    for dimension, judge in (
        (Dimension.CODE, sees_nothing),
        (Dimension.SCHEMA, sees_one),
        (Dimension.CODE, fails_at_once),
        (Dimension.SCHEMA, sees_nothing),
    ):
        check(dimension)(judge)

    assert [result.check for result in run(FACTS, (), iter(())).results] == [
        "schema.sees_one",
        "schema.sees_nothing",
        "code.sees_nothing",
        "code.fails_at_once",
    ]


def test_what_nobody_asked_for_has_no_result_and_what_somebody_did_comes_last():
    check(Dimension.SCHEMA, lambda facts: facts is FACTS)(sees_one)
    check(Dimension.SCHEMA)(sees_nothing)
    check(Dimension.CODE)(sees_nothing)

    asked, unasked = run(FACTS, (), iter(())), run(object(), (), iter(()))

    assert [result.check for result in asked.results] == [
        "schema.sees_nothing",
        "schema.sees_one",
        "code.sees_nothing",
    ]
    assert [result.check for result in unasked.results] == [
        "schema.sees_nothing",
        "code.sees_nothing",
    ]
    assert unasked.in_parity


def test_what_only_leaves_out_is_said():
    check(Dimension.SCHEMA)(fails_at_once)
    check(Dimension.DATA)(sees_nothing)

    report = run(FACTS, {Dimension.DATA}, iter(["audit_* (theirs)"]))

    assert [result.check for result in report.results] == ["data.sees_nothing"]
    assert report.not_looked_at == (
        "schema (--only)",
        "code (--only)",
        "environment (--only)",
        "audit_* (theirs)",
    )


def test_only_of_a_dimension_without_checks_is_no_verdict():
    check(Dimension.SCHEMA)(sees_nothing)

    assert not run(FACTS, {Dimension.DATA}, iter(())).in_parity
