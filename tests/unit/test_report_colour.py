import re

import pytest

from ops.findings import Dimension, Outcome, Phase, Verdict
from ops.report import terminal
from ops.report.colour import DIM, GREEN, RED, YELLOW, painted
from tests.verdicts import (
    ALL_WELL,
    DIFFERENT,
    NASTY,
    PHASES,
    PLACE,
    error,
    nasty,
    result,
    verdict,
    warning,
)

CODE = re.compile(r"\x1b\[\d*m")


@pytest.fixture(autouse=True)
def _screen(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def parts(text):
    """What has a colour, and which."""
    found = re.findall(r"\x1b\[(\d+)m(.*?)\x1b\[0m", painted(text), re.DOTALL)
    return [(int(colour), part) for colour, part in found]


def test_the_verdict_the_warnings_and_what_to_type_have_a_colour_and_nothing_else():
    assert parts(terminal.render(verdict(*DIFFERENT))) == [
        (RED, "NOT IN PARITY: 2 differences, 1 warning"),
        (DIM, "             -> invoke schema.diff --sql"),
        (DIM, "             -> invoke seed"),
        (YELLOW, "warning:"),
        (DIM, "             -> set it in .env"),
    ]


def test_a_verdict_and_a_hint_of_several_lines_are_coloured_whole():
    long = Verdict("verify", PLACE, verdict(*ALL_WELL).report, 1, looked_at="many objects, " * 9)
    hint = result(Dimension.SCHEMA, error("table a", hint="word " * 30), error("table b"))

    assert parts(terminal.render(long))[0][1].count("\n") == 1
    assert [part.count("\n") for _, part in parts(terminal.render(verdict(hint)))] == [0, 2, 0]


@pytest.mark.parametrize(
    ("summary", "colours"),
    [("in parity", [GREEN]), ("differs", [RED]), ("failed", [RED]), ("ok", [])],
)
def test_the_end_of_a_phase_has_the_colour_of_its_meaning(summary, colours):
    step = Phase("Notification system", Outcome.PASSED, summary, 1, ("in parity",), ("failed",))

    assert [colour for colour, _ in parts(terminal.phase(3, step))] == colours


def test_a_word_of_ours_in_a_name_has_no_colour():
    told = result(Dimension.DATA, error("row warning: IN PARITY:", "-> failed"), warning())

    assert [part for _, part in parts(terminal.section("data", [told]))] == [
        "             -> invoke sync",
        "warning:",
        "             -> set it in .env",
    ]


@pytest.mark.parametrize("text", NASTY)
def test_without_the_colour_the_text_is_what_it_was(text):
    told = terminal.render(nasty(text)) + "\n" + terminal.phase(1, PHASES[0])

    assert CODE.sub("", painted(told)) == told
