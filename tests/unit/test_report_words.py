import pytest

from ops.findings import Dimension, Phase, Report
from ops.phrases import plural
from ops.report.words import against, clean, conclusion, one_line, went_well, worst_first
from tests.verdicts import (
    ALL_WELL,
    DIFFERENCE,
    DIFFERENT,
    DONE,
    LOOKED_AT,
    NASTY,
    ROW,
    STOPPED,
    broken,
    result,
    verdict,
    warning,
)


@pytest.mark.parametrize(
    ("told", "word", "rests_on"),
    [
        (verdict(*ALL_WELL), "in parity", LOOKED_AT),
        (verdict(*ALL_WELL, result("code", warning())), "in parity", f"{LOOKED_AT}, 1 warning"),
        (verdict(*DIFFERENT), "not in parity", "2 differences, 1 warning"),
        (
            verdict(*DIFFERENT, broken("data"), broken("schema")),
            "not in parity",
            "2 differences, 2 checks could not look, 1 warning",
        ),
        (verdict(), "not in parity", "nothing was looked at"),
        (verdict(**DONE), "done", "1 migration applied, 0 rows written"),
        (verdict(**STOPPED), "stopped", "phase 2 Migrations failed"),
        (verdict(*ALL_WELL, error="why"), "stopped", "verify failed"),
    ],
)
def test_every_verdict_comes_to_a_word_and_what_it_rests_on(told, word, rests_on):
    assert conclusion(told) == (word, rests_on)


def test_the_worst_dimension_comes_first_and_one_that_nobody_asked_for_not_at_all():
    report = Report(
        (
            result(Dimension.SCHEMA, warning()),
            result(Dimension.DATA),
            broken(Dimension.ENVIRONMENT),
        )
    )

    assert [dimension for dimension, _ in worst_first(report)] == ["environment", "schema", "data"]


def test_all_that_is_against_parity_is_told_as_findings_worst_first():
    told = against(verdict(*DIFFERENT, broken("data", "no right"), error="why", hint="do this"))

    assert [(finding.subject, finding.message) for finding in told] == [
        ("invoke verify", "why"),
        ("check data.check", "could not look: no right"),
        (DIFFERENCE.subject, DIFFERENCE.message),
        (ROW.subject, ROW.message),
        ("variable A", "is not set"),
    ]


@pytest.mark.parametrize("text", NASTY)
def test_what_is_left_of_a_name_can_be_seen_and_is_one_line(text):
    shown = one_line(text)

    assert [c for c in shown if not c.isprintable()] == []
    assert clean(shown) == shown


def test_letters_of_any_script_stay_as_they_are():
    assert one_line("größe Ünïcødé 日本語 עברית 🐘") == "größe Ünïcødé 日本語 עברית 🐘"


def test_a_phase_that_saw_a_difference_did_not_go_well():
    phases = [
        Phase("Summary", outcome, summary, 1)
        for outcome, summary in (("passed", "ok"), ("passed", "differs"), ("failed", "ok"))
    ]

    assert [went_well(phase) for phase in phases] == [True, False, False]


def test_things_are_counted_in_words():
    assert [plural(2, noun) for noun in ("index", "policy", "table")] == [
        "2 indexes", "2 policies", "2 tables"
    ]  # fmt: skip
    assert plural(1, "index") == "1 index"
