"""Progress on a terminal overwrites itself; in a log there is a line now and then."""

import io

from ops.output import Passing


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_a_passing_line_is_overwritten_by_the_next():
    terminal, passing = Terminal(), Passing()
    for text in ("building, 5 %\r", "building, 50 %\r", "done", "next"):
        passing.say(text, terminal)

    assert terminal.getvalue() == "building, 5 %\rbuilding, 50 %\rdone          \nnext\n"


def test_a_passing_line_makes_room_for_what_is_said_elsewhere():
    terminal, passing = Terminal(), Passing()
    passing.say("building, 5 %\r", terminal)
    passing.clear(terminal)
    passing.clear(terminal)
    passing.say("next", terminal)

    assert terminal.getvalue() == "building, 5 %\r             \rnext\n"


def test_a_passing_line_is_no_wider_than_the_screen(monkeypatch):
    monkeypatch.setenv("COLUMNS", "10")
    terminal, passing = Terminal(), Passing()
    passing.say("0123456789abc\r", terminal)

    assert terminal.getvalue() == "012345678"


def test_a_log_has_every_line_that_stays_and_few_that_pass():
    log, passing = io.StringIO(), Passing()
    for number in range(100):
        passing.say(f"building, {number} %\r", log)
    passing.say("done", log)
    assert log.getvalue() == "done\n"

    passing.said_at -= Passing.BETWEEN
    passing.say("validating, 7 %\r", log)
    assert log.getvalue() == "done\nvalidating, 7 %\n"


def test_what_stays_is_as_wide_as_the_screen(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    terminal, passing = Terminal(), Passing()
    passing.say("building, 50 %\r", terminal)
    passing.say("waiting up to 60 s for ops sync @host (pid 12, user app)", terminal)

    assert terminal.getvalue() == (
        "building, 50 %\rwaiting up to 60 s for ops sync @host\n  (pid 12, user app)\n"
    )
