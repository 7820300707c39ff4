"""With a real mail server: where the way to it ends, and what each of its answers means."""

import socket
import ssl
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from socketserver import StreamRequestHandler, TCPServer

import pytest
import trustme
from mailserver import PASSWORD, USER, serving

from ops.email_queue.declared import Relay
from ops.email_queue.message import Letter, Undelivered, compose, mailbox
from ops.email_queue.smtp import PAUSES, Line
from ops.email_queue.stages import NoLine, connect

ME = mailbox("no-reply@mail.test", "SMTP_FROM")


@pytest.fixture
def relay():
    """`relay(port)`: our settings for the server at that port."""

    def make(port, host="localhost", **values):
        return Relay(host, port, USER, PASSWORD, ME, **{"patience": 5, "deadline": 5} | values)

    return make


@pytest.fixture
def line(relay):
    """`line(server)`: a connection that notes its pauses instead of waiting."""
    made = []

    def make(server, **values):
        made.append(
            Line(relay(server.port, **values), lambda seconds: made[-1].pauses.append(seconds))
        )
        made[-1].pauses = []
        return made[-1]

    yield make
    for each in made:
        each.hang_up()


def parcel(to="ann@example.com", **values):
    usual = {"from_email": None, "subject": "Hi", "body_html": "<p>Hi</p>", "body_text": None}
    return compose(Letter("f0d1", to, **usual | values, retry_count=0, max_retries=3), ME)


def send(line, sent):
    line.begin(sent)
    line.finish(sent)


def refused(line, sent):
    with pytest.raises(Undelivered) as caught:
        send(line, sent)
    return caught.value


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def certified(authority):
    """An SSL context for a server with a certificate for localhost."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    """Trust that authority, as a person would say it."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


@pytest.fixture
def tls_from_the_start(monkeypatch):
    """Our port is taken for 465, which only root may listen on."""
    monkeypatch.setattr(Relay, "begins_with_tls", property(lambda _: True))


@pytest.fixture
def far_away(monkeypatch):
    """The server is taken for one on another machine."""
    monkeypatch.setattr(Relay, "is_local", property(lambda _: False))


def stages(relay):
    seen = []
    connect(relay, lambda stage, _: seen.append(stage)).close()
    return seen


def ends(relay):
    """The stages that were passed, and what was said of the one that was not."""
    seen = []
    with pytest.raises(NoLine) as caught:
        connect(relay, lambda stage, _: seen.append(stage))
    return seen, caught.value


# --- the way there


def test_every_stage_is_told_in_its_order(relay, certified, trusted):
    with serving(starttls=certified, require_starttls=True, auth=True) as server:
        assert stages(relay(server.port)) == ["DNS", "TCP", "TLS", "EHLO", "AUTH"]
        assert server.logins == 1


def test_tls_from_the_start_is_the_same_way(relay, certified, trusted, tls_from_the_start):
    with serving(tls=certified, auth=True) as server:
        assert stages(relay(server.port)) == ["DNS", "TCP", "TLS", "EHLO", "AUTH"]
        assert server.logins == 1


def test_on_this_machine_neither_tls_nor_a_login_is_needed(relay):
    with serving() as server:
        assert stages(relay(server.port)) == ["DNS", "TCP", "TLS", "EHLO", "AUTH"]


def test_a_host_that_nobody_knows_ends_at_dns(relay):
    seen, problem = ends(relay(25, host="nobody.invalid"))

    assert (seen, problem.stage) == ([], "DNS")
    assert "SMTP_HOST" in problem.hint


def test_what_cannot_be_a_host_ends_at_dns(relay):
    assert ends(relay(25, host="x" * 64 + ".test"))[1].stage == "DNS"


def test_a_port_where_nobody_listens_ends_at_tcp(relay):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    seen, problem = ends(relay(port))

    assert (seen, problem.stage) == (["DNS"], "TCP")
    assert str(problem) == f"mail server localhost:{port}: TCP failed: connection refused"


def test_a_server_that_says_nothing_ends_at_its_greeting(relay):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        seen, problem = ends(relay(silent.getsockname()[1], patience=0.2))

    assert (seen, problem.stage) == (["DNS"], "greeting")
    assert "what listens there says nothing" in problem.hint


@pytest.mark.parametrize("known", [True, False], ids=["trusted", "unknown authority"])
def test_a_server_that_waits_for_tls_is_told_from_one_that_says_nothing(
    relay, certified, known, request
):
    if known:
        request.getfixturevalue("trusted")
    with serving(tls=certified, auth=True) as server:
        seen, problem = ends(relay(server.port, patience=0.5))
        assert server.logins == 0

    assert (seen, problem.reason) == (["DNS"], "it waits for TLS, from the start")
    assert problem.hint == "set SMTP_PORT=465"


def test_a_server_that_turns_us_away_ends_at_its_greeting(relay):
    with serving() as server:
        server.greeting = "554 5.7.1 go away"

        problem = ends(relay(server.port))[1]

    assert (problem.stage, problem.reason, problem.for_now) == (
        "greeting",
        "554 5.7.1 go away",
        False,
    )


def test_a_certificate_of_an_unknown_authority_ends_at_tls(relay, certified):
    with serving(starttls=certified, auth=True) as server:
        seen, problem = ends(relay(server.port))
        assert server.logins == 0

    assert (seen, problem.stage) == (["DNS", "TCP"], "TLS")
    assert problem.reason.startswith("certificate not accepted: ")
    assert "SSL_CERT_FILE" in problem.hint


def test_a_certificate_for_another_name_ends_at_tls(relay, certified, trusted):
    with serving(starttls=certified, auth=True) as server:
        problem = ends(relay(server.port, host="127.0.0.1"))[1]
        assert server.logins == 0

    assert problem.stage == "TLS"
    assert "SMTP_HOST" in problem.hint


def test_an_unknown_authority_ends_tls_from_the_start_too(relay, certified, tls_from_the_start):
    with serving(tls=certified, auth=True) as server:
        seen, problem = ends(relay(server.port))

    assert (seen, problem.stage) == (["DNS"], "TLS")


def test_a_port_that_begins_in_the_clear_ends_tls_from_the_start(relay, tls_from_the_start):
    with serving() as server:
        problem = ends(relay(server.port))[1]

    assert problem.stage == "TLS"
    assert "SMTP_PORT=587" in problem.hint


def test_another_machine_without_tls_gets_no_password(relay, far_away):
    with serving(auth=True) as server:
        seen, problem = ends(relay(server.port))
        assert server.logins == 0

    assert (seen, problem.stage) == (["DNS", "TCP"], "TLS")
    assert problem.reason == "STARTTLS is not offered"


def test_another_machine_without_a_login_gets_no_mail(relay, certified, trusted, far_away):
    with serving(starttls=certified) as server:
        problem = ends(relay(server.port))[1]

    assert (problem.stage, problem.reason) == ("AUTH", "a login is not offered")


def test_a_wrong_password_ends_at_auth_and_is_told_to_nobody(relay):
    with serving(auth=True) as server:
        seen, problem = ends(replace(relay(server.port), password="s3cr%t"))

    assert (seen, problem.stage) == (["DNS", "TCP", "TLS", "EHLO"], "AUTH")
    assert problem.reason == "535 5.7.8 wrong: ***"
    assert "s3cr%t" not in repr(problem) + repr(replace(relay(1), password="s3cr%t"))


def test_the_library_is_not_left_to_ask_the_name_service_who_we_are(relay, monkeypatch):
    monkeypatch.setattr(socket, "getfqdn", lambda *_: pytest.fail("asked"))
    with serving() as server:
        assert stages(relay(server.port))


# --- one message


def test_a_message_arrives_as_it_was_composed(line):
    sent = parcel(body_html="<p>.\n..\n</p>")
    with serving(auth=True) as server:
        send(line(server), sent)

    assert [(got.sender, got.recipient, got.raw) for got in server.received] == [
        ("no-reply@mail.test", "ann@example.com", sent.raw)
    ]


def test_messages_share_a_connection(line):
    with serving(auth=True) as server:
        wire = line(server)
        for _ in range(3):
            send(wire, parcel())

    assert (len(server.received), server.connections, server.logins) == (3, 1, 1)


@pytest.mark.parametrize(
    ("to", "error", "permanent"),
    [
        ("unknown@x.test", "recipient: 550 5.1.1 <unknown@x.test> no such user", True),
        ("later@x.test", "deferred: 451 4.7.1 <later@x.test> greylisted", False),
        ("spam@x.test", "content: 554 5.7.1 not this", True),
        ("full@x.test", "deferred: 452 4.3.1 disk full", False),
        ("much@x.test", "busy: 421 4.7.0 too much", False),
        ("dropped@x.test", "connection: Connection unexpectedly closed", False),
    ],
)
def test_what_an_answer_means_and_the_next_message_goes_through(line, to, error, permanent):
    with serving() as server:
        wire = line(server)
        problem = refused(wire, parcel(to))
        send(wire, parcel())

    assert (str(problem), problem.permanent) == (error, permanent)
    assert server.recipients[-1] == "ann@example.com"


@pytest.mark.parametrize("answer", ["550 5.7.1 not yours", "553 5.1.8 sender unknown"])
def test_a_sender_of_the_row_that_is_refused_is_the_rows_problem(line, answer):
    with serving() as server:
        server.sender_answer = answer
        problem = refused(line(server), parcel(from_email="me@shop.test"))

    assert (problem.kind, problem.permanent) == ("sender", True)


def test_our_own_sender_that_is_refused_is_everybodys_problem(line):
    with serving() as server:
        server.sender_answer = "550 5.7.1 not yours"
        with pytest.raises(NoLine) as caught:
            line(server).begin(parcel())

    assert caught.value.stage == "sender"
    assert "SMTP_FROM" in caught.value.hint


def test_a_server_that_wants_a_login_after_all_is_everybodys_problem(line):
    with serving() as server:
        server.sender_answer = "530 5.7.0 log in first"
        with pytest.raises(NoLine) as caught:
            line(server).begin(parcel(from_email="me@shop.test"))

    assert caught.value.stage == "AUTH"


def test_too_large_for_the_server_is_known_before_anything_is_sent(line):
    with serving(data_size_limit=5000) as server:
        problem = refused(line(server), parcel(body_html="<p>" + "x" * 5000 + "</p>"))

    assert (problem.kind, problem.permanent) == ("size", True)
    assert "the mail server takes 5000" in problem.reason
    assert server.received == []


def test_too_large_is_the_messages_problem_also_when_the_server_says_so(line):
    with serving() as server:
        server.sender_answer = "552 5.3.4 too big"
        problem = refused(line(server), parcel())

    assert (problem.kind, problem.permanent) == ("size", True)


def test_an_address_beyond_ascii_goes_to_a_server_that_takes_it(line):
    with serving() as server:
        send(line(server), parcel("jürgen@bücher.example"))

    assert server.recipients == ["jürgen@xn--bcher-kva.example"]


def test_an_address_beyond_ascii_fails_plainly_where_it_is_not_taken(line):
    with serving(enable_SMTPUTF8=False) as server:
        problem = refused(line(server), parcel("jürgen@bücher.example"))
        send(line(server), parcel("ann@bücher.example"))

    assert str(problem) == "address: it needs SMTPUTF8, which the mail server does not offer"
    assert problem.permanent
    assert server.recipients == ["ann@xn--bcher-kva.example"]


def test_a_connection_that_the_server_had_enough_of_is_replaced(line):
    with serving() as server:
        server.per_connection = 2
        wire = line(server)
        for _ in range(5):
            send(wire, parcel())

    assert (len(server.received), server.connections) == (5, 3)


def test_a_connection_that_died_between_two_messages_is_replaced(line):
    with serving() as server:
        wire = line(server)
        send(wire, parcel())
        wire.smtp.sock.shutdown(socket.SHUT_RDWR)
        send(wire, parcel())

    assert (len(server.received), server.connections) == (2, 2)


def test_a_server_that_asks_for_patience_gets_it(line):
    with serving() as server:
        server.greeting = "421 4.7.0 too many connections"
        wire = line(server)
        wire.wait = lambda _: setattr(server, "greeting", None)
        send(wire, parcel())

    assert (len(server.received), server.connections) == (1, 2)


def test_patience_has_an_end(line):
    with serving() as server:
        server.greeting = "421 4.7.0 too many connections"
        wire = line(server)
        with pytest.raises(NoLine, match="too many connections"):
            wire.ready()

    assert len(wire.pauses) == len(PAUSES)
    assert all(
        pause / 2 < waited < pause * 2 for pause, waited in zip(PAUSES, wire.pauses, strict=True)
    )


def test_a_server_that_refuses_us_for_good_is_not_waited_for(line):
    with serving(auth=True) as server:
        wire = line(server)
        wire.relay = replace(wire.relay, password="wrong")
        with pytest.raises(NoLine):
            wire.ready()

    assert wire.pauses == []


def test_a_server_that_never_answers_is_given_up(line):
    with serving() as server:
        problem = refused(line(server, deadline=0.3), parcel("stalled@x.test"))

    assert (problem.kind, problem.permanent) == ("connection", False)
    assert len(server.received) == 1


def test_a_server_that_takes_its_time_over_a_message_is_waited_for(line):
    """Who hangs up before the answer gets the message sent twice."""
    with serving() as server:
        server.before_answer = lambda _: time.sleep(0.5)
        send(line(server, patience=0.2), parcel())

    assert len(server.received) == 1


class Yes(StreamRequestHandler):
    """A server that agrees to whatever it hears."""

    def handle(self):
        self.wfile.write(b"220 yes\r\n")
        with suppress(OSError):
            for heard in self.rfile:
                self.answer(heard)

    def answer(self, heard):
        self.wfile.write(b"250 OK\r\n")


class Dribbling(Yes):
    """One that has more to say, again and again, before it agrees to a recipient."""

    def answer(self, heard):
        for _ in range(100 if heard.startswith(b"rcpt") else 0):
            self.wfile.write(b"250-wait\r\n")
            time.sleep(0.02)
        super().answer(heard)


@pytest.fixture
def odd(relay):
    """`odd(handler)`: a connection to a server of that kind."""
    with ExitStack() as until:

        def start(handler):
            server = until.enter_context(TCPServer(("127.0.0.1", 0), handler))
            thread = threading.Thread(target=server.handle_request)
            thread.start()
            until.callback(thread.join)
            wire = Line(relay(server.server_address[1], deadline=0.3), lambda _: None)
            until.callback(wire.drop)
            return wire

        yield start


def test_a_server_that_is_always_about_to_answer_is_given_up_too(odd):
    problem = refused(odd(Dribbling), parcel())

    assert str(problem) == "connection: Connection unexpectedly closed"


def test_a_yes_before_the_message_was_heard_is_none(odd):
    problem = refused(odd(Yes), parcel())

    assert str(problem) == "connection: 250 in answer to DATA"
    assert not problem.permanent
