"""A real mail server within the tests, as kind and as difficult as they need it."""

import asyncio
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = "local", "q7Yt3Rw9Zx1Lk5Vb"
# What the server says to a recipient, by the part before the @.
AT_RCPT = {"unknown": "550 5.1.1 <{}> no such user", "later": "451 4.7.1 <{}> greylisted"}
AT_DATA = {
    "spam": "554 5.7.1 not this",
    "full": "452 4.3.1 disk full",
    "much": "421 4.7.0 too much",
}


@dataclass(frozen=True)
class Received:
    """One message as it arrived; whether we agreed to it is another question."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self):
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def id(self):
        return self.message["Message-ID"]


class Server:
    """What the tests look at and what they may change while it runs."""

    def __init__(self):
        self.port = 0
        self.wants_login = False
        self.received = []
        self.connections = self.logins = 0
        self.closing = threading.Event()
        self.greeting = None  # an answer to everybody who connects, before hanging up
        self.per_connection = None  # messages after which a connection is told to go
        self.sender_answer = None
        self.before_answer = lambda received: None  # when a message was taken and nobody knows yet

    # what aiosmtpd calls

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [line for line in responses if self.wants_login or not line.startswith("250-AUTH")]

    async def handle_MAIL(self, server, session, envelope, address, options):
        session.messages = getattr(session, "messages", 0) + 1
        if self.per_connection and session.messages > self.per_connection:
            return "421 4.7.0 too many messages in this connection"
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.partition("@")[0]
        if local in AT_RCPT:
            return AT_RCPT[local].format(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        local = envelope.rcpt_tos[0].partition("@")[0]
        if local in AT_DATA:
            return AT_DATA[local]
        received = Received(envelope.mail_from, envelope.rcpt_tos[0], envelope.original_content)
        self.received.append(received)
        self.before_answer(received)
        if local == "dropped":
            server.transport.abort()
        while local == "stalled" and not self.closing.is_set():
            await asyncio.sleep(0.02)
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        self.logins += good
        return AuthResult(success=good, handled=False, message=None if good else self.refusal(data))

    def refusal(self, data):
        """Some servers repeat what they did not like."""
        return f"535 5.7.8 wrong: {data.password.decode()}"

    @property
    def recipients(self):
        return [received.recipient for received in self.received]


class Protocol(SMTP):
    def connection_made(self, transport):
        self.event_handler.connections += 1
        if self.event_handler.greeting:
            transport.write(f"{self.event_handler.greeting}\r\n".encode())
            return transport.close()
        return super().connection_made(transport)


@contextmanager
def serving(tls=None, starttls=None, **options):
    """Run a server in a thread: `tls` and `starttls` are SSL contexts, `options` aiosmtpd's."""
    server, loop = Server(), asyncio.new_event_loop()
    usual = {"enable_SMTPUTF8": True, "hostname": "mx.test", "auth_require_tls": False}
    options = usual | {"loop": loop, "authenticator": server.authenticate} | options
    server.wants_login = options.pop("auth", False)

    def protocol():
        return Protocol(server, tls_context=starttls, **options)

    listener = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, ssl=tls))
    server.port = listener.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        loop.call_soon_threadsafe(listener.close)
        asyncio.run_coroutine_threadsafe(ended(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def ended():
    """End whatever still talks to somebody."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)
