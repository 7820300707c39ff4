"""The way to the database, stage by stage, where no PostgreSQL is at its end."""

import socket
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest

from ops.database_url import read_target
from ops.doctor import stages
from ops.doctor.show import way
from ops.doctor.stages import STAGES, take_apart

SECRET = "s3cretpw"


def told(host, port, more=""):
    url = f"postgresql://app:{SECRET}@{host}:{port}/app{more}"
    found = take_apart(read_target("DATABASE_URL", url))
    assert tuple(stage.name for stage in found) == STAGES
    assert SECRET not in str(found)
    return found


def ended(found):
    """The stage at which it ended; those before are passed, those behind not reached."""
    (at,) = [index for index, stage in enumerate(found) if stage.verdict == "failed"]
    assert {stage.verdict for stage in found[:at]} <= {"ok"}
    assert {stage.verdict for stage in found[at + 1 :]} <= {"not reached"}
    return found[at]


@contextmanager
def listening(answer):
    """A server on this machine that says the same to everybody, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with line:
                    line.settimeout(5)
                    line.recv(8)
                    line.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize(
    ("host", "hint"),
    [
        ("db.invalid", "correct the host in DATABASE_URL: it is misspelt"),
        ("private-db.invalid", "that name is known in its own network alone"),
        ("db.internal", "that name is known in its own network alone"),
    ],
)
def test_a_name_that_nobody_knows_ends_at_dns(monkeypatch, host, hint):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(stages.socket, "getaddrinfo", unknown)

    stage = ended(told(host, 5432))

    assert (stage.name, stage.seen) == ("DNS", f"{host}: no such name")
    assert stage.hint.startswith(hint)


def test_a_resolver_that_does_not_answer_is_not_waited_for(monkeypatch):
    until = threading.Event()
    monkeypatch.setattr(stages, "PATIENCE", 0.01)
    monkeypatch.setattr(stages.socket, "getaddrinfo", lambda *_, **__: until.wait(10))

    stage = ended(told("db.example.com", 5432))
    until.set()

    assert stage.seen == "db.example.com: no answer"


def test_a_private_address_is_named_as_one(monkeypatch):
    address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 0))
    monkeypatch.setattr(stages.socket, "getaddrinfo", lambda *_, **__: [address])

    def silent(*_):
        raise TimeoutError("timed out")

    monkeypatch.setattr(stages.socket, "create_connection", silent)

    found = told("db.example.com", 5432)

    assert found[0].seen == "10.1.2.3 (private: reachable in its own network alone)"
    assert ended(found).seen == "port 5432: timed out"
    assert ended(found).hint.startswith("run it in that network")


def test_a_port_where_nothing_listens_ends_at_tcp():
    stage = ended(told("127.0.0.1", free_port()))

    assert stage.name == "TCP"
    assert "connection refused" in stage.seen
    assert stage.hint == "correct host and port in DATABASE_URL: nothing listens there"


def test_on_a_developers_machine_it_says_what_starts_one():
    target = read_target("DATABASE_URL", f"postgresql://app:{SECRET}@127.0.0.1:{free_port()}/app")

    stage = ended(take_apart(replace(target, is_developers=True)))

    assert stage.hint.endswith("nothing listens there; `invoke up` starts a local one")


def test_a_socket_that_is_not_there_ends_at_tcp(tmp_path):
    stage = ended(told("", 5432, f"?host={tmp_path}"))

    assert (stage.name, stage.seen) == ("TCP", "port 5432: no such file or directory")


def test_what_is_no_postgresql_is_named():
    with listening(b"HTTP/1.1 400 Bad Request\r\n") as port:
        stage = ended(told("127.0.0.1", port))

    assert (stage.name, stage.seen) == ("TLS", "what answers there is no PostgreSQL")


def test_a_server_without_tls_is_not_talked_to_where_the_url_insists():
    with listening(b"N") as port:
        stage = ended(told("127.0.0.1", port, "?sslmode=require"))

    assert (stage.name, stage.seen) == ("TLS", "not offered, and sslmode=require insists")


@pytest.mark.parametrize(
    ("said", "stage", "hint"),
    [
        ("sorry, too many clients already", "slots", "stop some clients"),
        ("remaining connection slots are reserved for roles", "database", "stop some clients"),
        ('no pg_hba.conf entry for host "1.2.3.4", SSL off', "login", "let this machine in"),
        ('password authentication failed for user "app"', "login", "correct the user and the"),
        ('role "app" does not exist', "login", "correct the user in DATABASE_URL"),
        ("unsupported startup parameter: options", "pooler", "set DIRECT_DATABASE_URL"),
        ("no such user: app", "login", "correct the user in DATABASE_URL: the pooler"),
        ("something new", "login", "is the server up, and DATABASE_URL right?"),
    ],
)
def test_what_the_server_said_names_the_stage(said, stage, hint):
    target = read_target("DATABASE_URL", f"postgresql://app:{SECRET}@127.0.0.1:1/app")

    end = stages.Way(target).refused(stages.psycopg.OperationalError(f"FATAL:  {said}"))

    assert (end.stage, end.seen) == (stage, said)
    assert end.hint.startswith(hint)


def test_a_name_behind_a_pooler_is_that_of_a_pool():
    target = read_target("DATABASE_URL", f"postgresql://app:{SECRET}@127.0.0.1:25061/app")

    end = stages.Way(target).refused(
        stages.psycopg.OperationalError("FATAL:  no such database: app")
    )

    assert end.stage == "database"
    assert end.hint.startswith("behind a pooler the name in DATABASE_URL is that of a pool")


def test_every_stage_has_its_line_and_none_is_too_wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")

    lines = way(told("127.0.0.1", free_port(), "?sslmode=disable")).splitlines()

    assert [line.split()[0] for line in lines] == list(STAGES)
    assert all(len(line) <= 80 for line in lines)
