import re

import pytest

from ops import errors
from ops.findings import Dimension, Finding, Outcome, Place, Report, Result, Severity

ERROR = Finding("table public.t", "is not here", "invoke sync")
WARNING = Finding("table public.t", "is large", "-", severity=Severity.WARNING)


def result(outcome, *findings):
    return Result("schema.drift", Dimension.SCHEMA, outcome, findings)


PASSED = result(Outcome.PASSED)


def test_no_checks_is_no_answer():
    assert Report(()).in_parity is False


@pytest.mark.parametrize(
    ("other", "in_parity"),
    [
        (PASSED, True),
        (result(Outcome.FAILED, WARNING), True),
        (result(Outcome.FAILED, WARNING, ERROR), False),
        (result(Outcome.PASSED, ERROR), False),
        (result(Outcome.BROKEN), False),
        (result(Outcome.BROKEN, WARNING), False),
        (result(Outcome.SKIPPED), False),
    ],
)
def test_only_what_was_looked_at_and_held_no_error_is_in_parity(other, in_parity):
    assert Report((PASSED, other)).in_parity is in_parity
    assert Report((other, PASSED)).in_parity is in_parity


def test_outcomes_are_counted_by_check_and_severities_by_finding():
    report = Report(
        (result(Outcome.FAILED, ERROR, WARNING, ERROR), PASSED, PASSED, result(Outcome.BROKEN))
    )

    assert [report.count(outcome) for outcome in Outcome] == [2, 1, 0, 1]
    assert [report.count(severity) for severity in Severity] == [2, 1]
    assert list(report.findings) == [ERROR, WARNING, ERROR]


def test_a_finding_is_an_error_unless_it_says_otherwise():
    assert ERROR.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("code", "dirty", "short"),
    [
        ("4f1a1a8" + "0" * 33, False, "4f1a1a8"),
        ("4f1a1a8" * 2, True, "4f1a1a8-dirty"),
        (None, False, "unknown"),
    ],
)
def test_a_commit_is_short_for_a_person(code, dirty, short):
    assert Place("local", "h", 1, "d", "d", "15", code, "git", None, dirty).short == short


# -- what can go wrong

KINDS = errors.OpsError.__subclasses__()


def test_the_table_of_exit_codes_is_the_truth():
    table = re.findall(r"^  (\w+) +(\d)  ", errors.__doc__, re.MULTILINE)

    assert table == [(kind.__name__, str(kind.exit_code)) for kind in KINDS]


def test_every_kind_of_error_has_a_code_of_its_own_and_none_is_good():
    assert sorted(kind.exit_code for kind in KINDS) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("kind", KINDS)
def test_no_error_comes_without_a_hint(kind):
    with pytest.raises(TypeError):
        kind("something is wrong")

    error = kind("something is wrong", hint="mend it")
    assert (str(error), error.hint) == ("something is wrong", "mend it")
