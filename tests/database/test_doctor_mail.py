"""The doctor goes the way to the mail server, says where it ends, and sends nothing."""

import smtplib
import socket
import ssl

import pytest
import trustme
from mailbag import settings
from mailserver import PASSWORD, serving

from ops import verify
from ops.doctor import found, is_about_mail, mail, observed
from ops.doctor.entries import ENTRIES
from ops.doctor.shared import ARRIVAL, MAIL
from ops.facts import declare
from ops.reading import gather
from tests.unit.test_doctor_entries import untypable

FAR = {"APP_ENV": "production", "FRONTEND_URL": "https://app.mail.test"}  # needs a mail server


@pytest.fixture
def authority():
    return trustme.CA()


@pytest.fixture
def certified(authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def soon(monkeypatch):
    """Nobody waits for long."""
    monkeypatch.setattr(mail, "PATIENCE", 0.5)


def went(project, port, asked=True, **environ):
    found = settings(project, SMTP_PORT=str(port), **environ)
    declared = declare(project.folder, found.app_env, found.environ, found.env_file)
    errand = mail.set_out(declared)
    return errand and errand.told(asked)


def cause(project, port, **environ):
    """What the doctor says of the mail server: the severity, the words and what to type."""
    way = went(project, port, **environ)
    with project.looking(**environ) as (declared, conn):
        facts = gather(conn, declared)
        seen = observed.look(conn, facts, verify.run(facts), way)
    every = [finding for one in found(seen) for finding in one.findings]
    (finding,) = [finding for finding in every if finding.subject.endswith(f":{port}")]
    assert untypable(finding.hint) == []
    return str(finding.severity), finding.message, finding.hint


def unused():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def test_a_login_that_is_refused_is_a_cause_and_told_without_the_password(synced):
    with serving(auth=True) as server:
        told = cause(synced, server.port, SMTP_PASS="hush-hush-hush-hush")

    assert told == (
        "warning",
        "AUTH failed: 535 5.7.8 wrong: ***; DNS, TCP, TLS, EHLO passed",
        "correct SMTP_USER and SMTP_PASS",
    )


def test_where_a_mail_server_is_required_it_is_an_error(synced):
    synced.execute("update ops.environment set name = 'production'")

    severity, message, hint = cause(synced, unused(), **FAR)

    assert (severity, message) == ("error", "TCP failed: connection refused; DNS passed")
    assert "SMTP_HOST and SMTP_PORT" in hint


def test_what_the_server_asks_to_try_later_is_no_error(synced):
    synced.execute("update ops.environment set name = 'production'")
    with serving() as server:
        server.greeting = "421 4.7.0 too many connections"
        severity, message, hint = cause(synced, server.port, **FAR)

    assert (severity, hint) == ("warning", "try again later: invoke email.check")
    assert message == "greeting failed: 421 4.7.0 too many connections; DNS passed"


def test_a_port_that_is_blocked_is_told_from_one_where_nobody_listens(synced, soon):
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for caller in (first, second):  # who fill its queue, so that nobody else gets an answer
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        told = cause(synced, deaf.getsockname()[1], SMTP_HOST="127.0.0.1")

    assert told[1] == "TCP failed: timed out; DNS passed"
    assert "ask the platform which ports are open" in told[2]


def test_a_port_that_wants_tls_from_the_start_is_told(synced, certified, soon):
    with serving(tls=certified, auth=True) as server:
        told = cause(synced, server.port)

    assert told[1:] == (
        "greeting failed: it waits for TLS, from the start; DNS passed",
        "set SMTP_PORT=465",
    )


def test_a_certificate_that_nobody_vouches_for_ends_it(synced, certified):
    with serving(starttls=certified, auth=True) as server:
        told = cause(synced, server.port)
        assert server.logins == 0

    assert told[1].startswith("TLS failed: certificate not accepted: ")
    assert "SSL_CERT_FILE" in told[2]


def test_what_takes_too_long_is_given_up_at_its_stage(synced, monkeypatch):
    monkeypatch.setattr(mail, "LIMIT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        way = went(synced, silent.getsockname()[1])

    assert (way.passed, way.problem.stage, way.problem.reason) == (("DNS",), "TCP", "timed out")


def test_a_way_that_is_free_is_gone_to_the_login_and_no_message_is_sent(synced, monkeypatch):
    monkeypatch.setattr(smtplib.SMTP, "mail", lambda *_: pytest.fail("a message"))
    with serving(auth=True) as server:
        way = went(synced, server.port)

        assert (server.logins, server.received) == (1, [])
    assert way.passed == ("DNS", "TCP", "TLS", "EHLO", "AUTH")
    assert way.problem is None
    assert PASSWORD not in repr(way)


def test_nobody_goes_where_the_address_is_not_known(synced):
    assert went(synced, 25, SMTP_HOST="") is None
    assert went(synced, "none") is None


@pytest.mark.parametrize(("asked", "told"), [(True, True), (False, False)])
def test_a_laptop_without_a_mail_catcher_is_well_until_somebody_asks_for_mail(synced, asked, told):
    assert bool(went(synced, unused(), asked)) is told


@pytest.mark.parametrize(
    ("words", "about"),
    [("the invitation never arrives", True), ("role drop-down is empty", False), ("", False)],
)
def test_the_mail_server_is_gone_to_for_those_who_ask_for_mail(words, about):
    assert is_about_mail(words) is about


# --- the task


def words(done):
    return " ".join(done.stdout.split())


def test_the_task_names_where_the_way_ends(synced):
    with serving(auth=True) as server:
        done = synced.invoke(
            "doctor", "mail never arrives", SMTP_PORT=str(server.port), SMTP_PASS="not-it-at-all"
        )

    assert (done.returncode, "not-it" in done.stdout + done.stderr) == (0, False)
    assert f"email localhost:{server.port}: AUTH failed: 535 5.7.8 wrong: ***" in words(done)
    assert "-> correct SMTP_USER and SMTP_PASS" in words(done)
    assert MAIL not in words(done)


def test_the_task_says_what_is_left_where_the_mail_server_takes_us(synced):
    with serving(auth=True) as server:
        asked = words(synced.invoke("doctor", "no mail", SMTP_PORT=str(server.port)))
        whole = words(synced.invoke("doctor", SMTP_PORT=str(server.port)))

        assert (server.logins, server.received) == (2, [])
    assert f"not looked at: {ARRIVAL}" in asked
    assert f"no known cause is here: looked for those of {len(ENTRIES)} symptoms" in whole
    assert f"and mail server localhost:{server.port}" in whole


def test_the_task_does_not_go_there_for_another_symptom(synced):
    with serving(auth=True) as server:
        synced.invoke("doctor", "role drop-down is empty", SMTP_PORT=str(server.port))

        assert server.connections == 0


def test_a_bug_on_the_way_is_no_arrival(project, monkeypatch):
    monkeypatch.setattr(mail, "connect", lambda *_: {}["a bug"])

    with pytest.raises(KeyError, match="a bug"):
        went(project, 1025)
