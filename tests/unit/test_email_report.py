"""What a person sees of the queue: counts, causes, what to type, and nobody's whole address."""

from datetime import datetime
from io import StringIO

import pytest

from ops.email_queue.declared import Relay
from ops.email_queue.message import Letter, Undelivered, mailbox
from ops.email_queue.observed import Kind, Message, State, span
from ops.email_queue.process import Tally
from ops.project import Email
from ops.report import email, progress

WHEN = datetime(2026, 3, 1, 14, 5)
QUEUE = Email("outbox")
RELAY = Relay("mx.test", 587, "me", "s3cret", mailbox("no-reply@mail.test", "SMTP_FROM"))

SCREEN = """\
waiting          12  the oldest for 3 h: invoke email.process
for later         2  scheduled, or to be tried again
being sent        5
stuck             1  for more than 30 min: invoke email.process
failed            3  invoke email.retry --all

queued (UTC)    status      retries  to              error, or subject
--------------  --------  ---------  --------------  ---------------------------
03-01 14:05     pending           0  a…@example.com  Hello
03-01 14:05     failed            3  b…@example.com  recipient: 550 <b…@example.com>

error        messages  status               last (UTC)
---------  ----------  -------------------  ------------
recipient           3  failed               03-01 14:05
"""


@pytest.fixture(autouse=True)
def eighty(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def words(text):
    """Without the spaces that align a table."""
    return [" ".join(line.split()) for line in text.splitlines() if not set(line) <= {"-", " "}]


def test_the_queue_on_a_screen():
    last = [
        Message(WHEN, "pending", 0, "Ann <ann@example.com>", "Hello", None),
        Message(WHEN, "failed", 3, "bob@example.com", "Bye", "recipient: 550 <bob@example.com>"),
    ]
    kinds = [Kind("recipient", "failed", 3, WHEN)]

    told = email.queue(State(12, 3 * 3600, 2, 5, 1, 3), last, kinds, QUEUE)

    assert words(told) == words(SCREEN)


def test_what_there_is_none_of_needs_no_advice():
    told = email.queue(State(0, None, 0, 0, 0, 0), [], [], QUEUE)

    assert words(told) == ["waiting 0", "for later 0", "being sent 0", "stuck 0", "failed 0"]


def test_no_line_is_wider_than_the_screen():
    long = "very " * 60 + "x" * 300
    last = [Message(WHEN, "processing", 10, "a@" + "b.test", long, long)] * 3
    kinds = [Kind(long, "pending", 1234567, WHEN)]
    letter = Letter("0d2b1f9e-7d1e-4a3c-9a6b-1f2e3d4c5b6a", "a@b.test", None, long, "", long, 0, 3)

    texts = [
        email.queue(State(9_999_999, 1e6, 9_999_999, 9, 9, 9), last, kinds, QUEUE),
        email.plan([letter], RELAY, 1),
        email.stage("AUTH", "failed", "very " * 60),
    ]

    assert [line for text in texts for line in text.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ann@example.com", "a…@example.com"),
        ("550 <ann.b+c@example.com>: no, eve@x.test", "550 <a…@example.com>: no, e…@x.test"),
        ("to:ann@example.com;bob@example.com", "to:a…@example.com;b…@example.com"),
        ("jürgen@bücher.example", "j…@bücher.example"),
        ("at 5 @ noon", "at 5 @ noon"),
    ],
)
def test_addresses_are_shortened_wherever_they_stand(text, shown):
    assert email.masked(text) == shown


def test_what_is_no_address_is_not_shown_as_one():
    assert email.recipient("Ann Lee, Main Street 5") == "(no address)"
    assert email.recipient("Ann Lee <ann@example.com>") == "a…@example.com"


def test_a_dry_run_says_what_would_go_where_and_what_could_not():
    good = Letter(1, "ann@example.com", None, "Hello", "<p>Hi</p>", None, 0, 3)
    bad = Letter(2, "nobody", None, "Hello", "<p>Hi</p>", None, 0, 3)

    told = words(email.plan([good, bad], RELAY, 30))

    assert told[0] == "30 would go to mx.test:587, these 2 first; nothing was touched"
    assert told[-2].startswith("1 a…@example.com Hello ")
    assert told[-1] == "2 (no address) Hello address: to_email is not one address"


def test_a_run_with_nothing_to_do_says_so():
    assert email.summary(Tally(), 0) == "nothing was due"
    assert email.summary(Tally(), 5) == "0 sent, 0 to be tried again, 0 failed"
    assert email.plan([], RELAY, 0) == "0 would go to mx.test:587; nothing was touched"


def test_a_summary_points_to_what_failed():
    assert email.summary(Tally(3, 2, 0), 5) == "3 sent, 2 to be tried again, 0 failed"
    assert email.summary(Tally(3, 2, 1), 6).endswith("1 failed: invoke email.queue")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (119.9, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"), (1e6, "11 d")],
)
def test_a_stretch_of_time_in_its_largest_unit(seconds, text):
    assert span(seconds) == text


# --- on the way


class Terminal(StringIO):
    def isatty(self):
        return True


def test_a_terminal_shows_a_bar_and_what_was_not_sent():
    stream = Terminal()
    follower = email.Follower(4, stream)

    follower(Tally(sent=1), Letter(7, *[""] * 5, 0, 3), None)
    follower(
        Tally(sent=1, failed=1),
        Letter(8, *[""] * 5, 0, 3),
        Undelivered("recipient", "550 <ann@x.test>"),
    )
    follower.progress.clear()

    frames = [frame.rstrip() for frame in stream.getvalue().split("\r")]
    assert f"[{'#' * 5}{'.' * 15}] 1 of 4: 1 sent, 0 to be tried again, 0 failed" in frames
    assert "8: recipient: 550 <a…@x.test>" in frames
    assert all(len(frame) < 80 for frame in frames)
    assert frames[-1] == ""


def test_a_log_gets_lines_and_not_too_many(monkeypatch):
    stream = StringIO()
    shown = progress.Progress(100, stream)
    for n in range(1, 51):
        if n == 50:
            shown.next_at = 0
        shown.show(n, f"{n} sent")
    shown.line("8: recipient: \x1b[31m550")
    shown.clear()

    assert stream.getvalue() == "50 of 100: 50 sent\n8: recipient: \\x1b[31m550\n"


def test_a_bar_copes_with_more_than_was_counted():
    assert progress.Progress(2, StringIO()).bar(3, "x").startswith("[" + "#" * 20 + "] 3 of 3")


class Gone(StringIO):
    def write(self, _):
        raise BrokenPipeError


def test_a_reader_who_left_stops_nothing():
    shown = progress.Progress(2, Gone())

    shown.line("one")
    shown.show(1, "two")
