"""The e-mail tasks as they are typed."""

import re

import pytest
from mailbag import add, rows, statuses
from mailserver import serving


@pytest.fixture
def mail():
    with serving(auth=True) as running:
        yield running


@pytest.fixture
def typed(synced, mail):
    """`typed("email.process")`: code, stdout and stderr."""

    def run(*words, **environ):
        done = synced.invoke(*words, **{"SMTP_PORT": str(mail.port), "COLUMNS": "80"} | environ)
        return done.returncode, done.stdout, done.stderr

    return run


def test_from_the_queue_to_the_recipient(synced, typed, mail):
    add(synced, "ann@x.test", "unknown@x.test")

    code, told, log = typed("email.process")

    assert (code, told) == (0, "1 sent, 0 to be tried again, 1 failed: invoke email.queue\n")
    assert log.endswith(": recipient: 550 5.1.1 <u…@x.test> no such user\n")
    code, told, _ = typed("email.queue")

    assert code == 0
    assert re.search(r"^failed +1  invoke email.retry --all$", told, re.MULTILINE)
    assert "unknown@" not in told
    assert typed("email.retry", "--error", "recipient")[:2] == (
        0, "1 of the messages that had failed wait again: invoke email.process\n",
    )  # fmt: skip
    assert statuses(synced)["unknown@x.test"] == "pending"
    assert typed("email.retry", "--error", "recipiant")[:2] == (
        0,
        "no message that failed is meant: invoke email.queue shows which there are\n",
    )


def test_a_dry_run_touches_nothing(synced, typed, mail):
    add(synced, "ann@x.test", "bob@x.test")
    before = rows(synced, "*")

    code, told, _ = typed("email.process", "--dry-run", "--limit", "1")

    assert (code, told.split("\n")[0]) == (
        0, f"1 would go to localhost:{mail.port}; nothing was touched"
    )  # fmt: skip
    assert rows(synced, "*") == before
    assert (mail.connections, mail.received) == (0, [])


@pytest.mark.parametrize(
    ("words", "environ", "code", "said"),
    [
        (["email.process"], {"SMTP_PASS": "", "SMTP_HOST": ""}, 2, "not set: SMTP_HOST, SMTP_PASS"),
        (["email.check"], {"SMTP_FROM": ""}, 2, "not set: SMTP_FROM"),
        (["email.process", "--rate", "0"], {}, 2, "--rate is a number, 0.01 or more"),
        (["email.process", "--rate", "nan"], {}, 2, "--rate is a number, 0.01 or more"),
        (["email.process", "--limit", "some"], {}, 2, "--limit is a number, 1 or more"),
        (["email.retry"], {}, 2, "nothing is chosen"),
        (["email.check", "--to", "you"], {}, 2, "--to is not one address"),
        (["email.process"], {"APP_ENV": "test"}, 5, "this database says that it is local"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_with_its_code(synced, typed, words, environ, code, said):
    add(synced, "ann@x.test")

    found, _, told = typed(*words, **environ)

    assert (found, said in told, " hint: " in told) == (code, True, True)
    assert statuses(synced) == {"ann@x.test": "pending"}


def test_a_login_that_is_refused_is_told_by_both(synced, typed):
    add(synced, "ann@x.test")
    wrong = {"SMTP_PASS": "hush-hush-hush-hush"}

    sent, checked = typed("email.process", **wrong), typed("email.check", **wrong)

    assert (sent[0], checked[0]) == (3, 3)
    assert sent[1] == "0 sent, 0 to be tried again, 0 failed\n"
    assert checked[1].split("\n")[-2] == "AUTH     failed  535 5.7.8 wrong: ***"
    for told in (sent[2], checked[2]):
        assert "AUTH failed: 535 5.7.8 wrong: ***" in told
        assert " hint: correct SMTP_USER and SMTP_PASS" in told
    assert "hush" not in str((sent, checked))


def test_each_stage_has_a_line_and_the_last_two_are_the_message(typed, mail):
    code, told, _ = typed("email.check", "--to", "you@x.test")

    first = [line.split()[:2] for line in told.splitlines() if not line.startswith(" ")]
    stages = ["DNS", "TCP", "TLS", "EHLO", "AUTH", "queue", "delivery"]
    assert (code, first) == (0, [[stage, "ok"] for stage in stages])
    assert mail.recipients == ["you@x.test"]
    assert all(len(line) <= 80 for line in told.splitlines())


def test_a_message_of_our_own_that_is_refused_is_a_failure(typed):
    code, told, _ = typed("email.check", "--to", "unknown@x.test")

    assert code == 1
    assert "delivery failed  recipient: 550 5.1.1 <unknown@x.test> no such user" in told
