"""How we come to talk to the database: each stage of it, and what to type where one ends."""

import ipaddress
import re
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ..database import reason
from ..database_url import Target
from ..database_url.libpq import POOLER_PORTS
from ..names import nearest
from ..phrases import few

PATIENCE = 3  # seconds for each stage
STAGES = ("DNS", "TCP", "TLS", "slots", "login", "database", "pooler")
SSL_REQUEST = struct.pack("!ii", 8, 80877103)
OTHERS = ("postgres", "defaultdb", "template1")  # databases in which to ask what there is
LISTED = 5  # names of databases in one line
INTERNAL = re.compile(r"^private-|\.(internal|local|lan|cluster\.local|flycast)$|^[\w-]+$")

TRUST = "let this machine in at the server (its trusted sources, or its firewall)"
FREE = "stop some clients, or put a pool before them"
# What libpq said -> the stage where that happens, and what to type; the first that fits.
SIGNS = (
    ("no pg_hba.conf entry", "login", TRUST),
    ("certificate", "TLS", "DATABASE_CA_CERT is not the authority of this server, or not its name"),
    ("SSL", "TLS", "for a server without TLS: add ?sslmode=disable to {variable}"),
    ("too many clients", "slots", FREE),
    ("max_client_conn", "slots", FREE),
    ("slots are reserved", "database", FREE),
    ("too many connections", "database", FREE),
    ("not allow", "login", TRUST),
    ("no such user", "login", "correct the user in {variable}: the pooler does not know it"),
    ("no such database", "database", ""),
    ("does not exist", "database", ""),
    ("permission denied for database", "database", "grant connect on it to that user"),
    ("unsupported startup parameter", "pooler", "set DIRECT_DATABASE_URL to the server itself"),
    ("server_login_retry", "pooler", "the pooler cannot reach its server: look there"),
    ("starting up", "database", "the server is starting: run the same command again"),
    ("shutting down", "database", "the server is stopping: run the same command again"),
    ("password", "login", "correct the user and the password in {variable}"),
    ("authentication", "login", "correct the user and the password in {variable}"),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: `ok`, `failed` or `not reached`, and what was seen there."""

    name: str
    verdict: str
    seen: str = ""
    hint: str = ""


class Ended(Exception):
    """A stage ended the way to the database; what was seen, and what to type. Holds no secret."""

    def __init__(self, seen: str, hint: str, stage: str = "") -> None:
        super().__init__(seen)
        self.seen, self.hint, self.stage = seen, hint, stage


def take_apart(target: Target) -> list[Stage]:
    """Go the way to the database again, stage by stage, each for three seconds at most."""
    way = Way(target)
    told: list[Stage] = []
    for name, step in (("DNS", way.resolve), ("TCP", way.dial), ("TLS", way.encrypt)):
        try:
            told.append(Stage(name, "ok", step()))
        except Ended as end:
            return [*told, Stage(name, "failed", end.seen, end.hint), *beyond(name)]
    try:
        return [*told, *(Stage(name, "ok", seen) for name, seen in way.enter())]
    except Ended as end:
        passed = told[: STAGES.index(end.stage)] if end.stage in STAGES[:3] else told
        between = STAGES[len(passed) : STAGES.index(end.stage)]
        failed = Stage(end.stage, "failed", end.seen, end.hint)
        return [*passed, *(Stage(name, "ok") for name in between), failed, *beyond(end.stage)]


def beyond(name: str) -> list[Stage]:
    return [Stage(later, "not reached") for later in STAGES[STAGES.index(name) + 1 :]]


class Way:
    """The way to the first server that a URL names."""

    def __init__(self, target: Target) -> None:
        self.target = target
        given = str(conninfo_to_dict(target.conninfo).get("hostaddr") or "")
        self.host = target.host.split(",")[0]
        self.address = given.split(",")[0] or self.host
        self.found: list[str] = []
        self.is_socket = self.host.startswith(("/", "@"))

    def hint(self, text: str) -> str:
        return text.format(variable=self.target.variable)

    def resolve(self) -> str:
        if self.is_socket:
            return "not needed: a socket on this machine"
        answer = within(lambda: socket.getaddrinfo(self.address, None, type=socket.SOCK_STREAM))
        if not isinstance(answer, list):
            seen = "no answer" if answer is None else "no such name"
            raise Ended(f"{self.host}: {seen}", self.hint(self.lost()))
        self.found = list(dict.fromkeys(str(address[4][0]) for address in answer))
        return ", ".join(self.found) + self.reachability()

    def lost(self) -> str:
        if INTERNAL.search(self.host):
            return (
                "that name is known in its own network alone: run it there, or set {variable} to"
                " the public host"
            )
        return "correct the host in {variable}: it is misspelt, or private to another network"

    def reachability(self) -> str:
        addresses = (ipaddress.ip_address(found.partition("%")[0]) for found in self.found)
        private = not self.target.is_local and any(address.is_private for address in addresses)
        return " (private: reachable in its own network alone)" if private else ""

    def dial(self) -> str:
        try:
            self.open().close()
        except OSError as error:
            raise Ended(f"port {self.target.port}: {why(error)}", self.shut(error)) from None
        return f"port {self.target.port}"

    def shut(self, error: OSError) -> str:
        if isinstance(error, ConnectionRefusedError | FileNotFoundError):
            start = "; `invoke up` starts a local one" if self.target.is_developers else ""
            return self.hint("correct host and port in {variable}: nothing listens there") + start
        if self.reachability() or (INTERNAL.search(self.host) and not self.target.is_local):
            return self.hint("run it in that network, or set {variable} to the public host")
        return TRUST

    def open(self) -> socket.socket:
        if not self.is_socket:
            return socket.create_connection((self.address, self.target.port), PATIENCE)
        path = f"{self.host}/.s.PGSQL.{self.target.port}"
        line = socket.socket(socket.AF_UNIX)
        try:
            line.settimeout(PATIENCE)
            line.connect(re.sub("^@", "\0", path))
        except BaseException:
            line.close()
            raise
        return line

    def encrypt(self) -> str:
        """Whether TLS is offered; libpq will say whether the certificate is the right one."""
        if self.is_socket or self.target.sslmode == "disable":
            return "not asked for"
        try:
            with self.open() as line:
                line.sendall(SSL_REQUEST)
                answer = line.recv(1)
        except OSError as error:
            raise Ended(
                f"no answer: {why(error)}", "is it a PostgreSQL that listens there?"
            ) from None
        if answer == b"S":
            return "offered"
        if answer != b"N":
            raise Ended(
                "what answers there is no PostgreSQL", self.hint("correct the port in {variable}")
            )
        if self.target.sslmode in ("require", "verify-ca", "verify-full"):
            raise Ended(
                f"not offered, and sslmode={self.target.sslmode} insists",
                self.hint("for a server without TLS: add ?sslmode=disable to {variable}"),
            )
        return "not offered, and not insisted on"

    def enter(self) -> list[tuple[str, str]]:
        """Log in; what was seen at each stage from there on."""
        try:
            with self.connect(self.target.name) as conn:
                pid = conn.execute("select pg_backend_pid()").fetchone()
                pooled = pid != (conn.info.backend_pid,)
                between = "one is between: sync needs DIRECT_DATABASE_URL" if pooled else "none"
                user = conn.info.user
        except psycopg.OperationalError as error:
            raise self.refused(error) from None
        seen = ("one is free", user, f"{self.target.name}: it answers now", between)
        return list(zip(STAGES[3:], seen, strict=True))

    def connect(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            self.target.conninfo,
            dbname=name,
            connect_timeout=PATIENCE,
            autocommit=True,
            prepare_threshold=None,
            application_name="ops doctor",
        )

    def refused(self, error: psycopg.OperationalError) -> Ended:
        text = reason(error)
        if re.search(r"(role|user) .* does not exist", text):
            return Ended(text, self.hint("correct the user in {variable}"), "login")
        fits = ((stage, hint) for sign, stage, hint in SIGNS if sign in text)
        stage, hint = next(fits, ("login", "is the server up, and {variable} right?"))
        return Ended(text, self.hint(hint) or self.databases(), stage)

    def databases(self) -> str:
        """What the name should have been, where the server tells which there are."""
        variable, missing = self.target.variable, self.target.name
        if str(self.target.port) in POOLER_PORTS or "pooler" in self.host:
            return (
                f"behind a pooler the name in {variable} is that of a pool: look what it is called"
            )
        there = self.listed()
        if not there:
            return f"correct the name of the database in {variable}"
        near = nearest(missing, there)
        what = (
            f"set the name in {variable} to {near}" if near else f"correct the name in {variable}"
        )
        return f"{what}\nthere are {few(there, LISTED)}"

    def listed(self) -> list[str]:
        """The databases of the server, asked for in one that is nearly always there."""
        query = (
            "select datname from pg_catalog.pg_database"
            " where datallowconn and not datistemplate"
            " and has_database_privilege(oid, 'connect') order by datname"
        )
        for name in OTHERS:
            try:
                with self.connect(name) as conn:
                    return [str(row[0]) for row in conn.execute(query)]
            except psycopg.Error:
                continue
        return []


def within(ask: Callable[[], object]) -> object:
    """The answer, or the OSError that came instead; None when there is none in time.

    The resolver cannot be told to hurry; a thread that waits for it ends with the process.
    """
    answers: list[object] = []

    def wait() -> None:
        try:
            answers.append(ask())
        except (OSError, UnicodeError) as error:
            answers.append(error)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return answers[0] if answers else None


def why(error: OSError) -> str:
    return str(error.strerror or error).lower()
