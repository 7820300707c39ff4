"""Count what a client says to PostgreSQL: a proxy within the test, for the unencrypted protocol."""

import socket
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Lock, Thread
from urllib.parse import parse_qsl, quote, urlencode, urlsplit


class Counted(ThreadingTCPServer):
    """What came by so far. A trip is a burst of the client that begins after the server spoke."""

    def __init__(self, url):
        super().__init__(("127.0.0.1", 0), Link)
        parts = urlsplit(url)
        self.target = (parts.hostname or "127.0.0.1", parts.port or 5432)
        netloc = f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{self.server_address[1]}"
        plain = dict(parse_qsl(parts.query)) | {"sslmode": "disable", "gssencmode": "disable"}
        self.url = parts._replace(netloc=netloc, query=urlencode(plain, quote_via=quote)).geturl()
        self.trips = self.connections = self.received = 0
        self.queries = []  # texts of the simple protocol, in the order they came
        self.sockets, self.lock = [], Lock()
        self.cut_at = None  # the number of the query at which every connection is dropped
        self.deliver = True  # whether the server still hears that query

    def cut(self):
        """Drop every connection without a goodbye; new ones are welcome."""
        for each in self.sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Link(BaseRequestHandler):
    """One connection, with a thread for each direction."""

    unread, greeted, server_spoke = b"", False, True

    def handle(self):
        client = self.request
        with suppress(OSError), socket.create_connection(self.server.target) as server:
            with self.server.lock:
                self.server.connections += 1
                self.server.sockets += (client, server)
            back = Thread(target=pump, args=(server, client, self.answered))
            back.start()
            pump(client, server, self.asked)
            back.join()

    def answered(self, data):
        self.server_spoke = True
        self.server.received += len(data)

    def asked(self, data):
        goodbye = not self.unread and data[:1] == b"X"
        with self.server.lock:
            self.server.trips += self.server_spoke and not goodbye
        self.server_spoke = False
        self.unread += data
        while message := self.message():
            if message[:1] == b"Q":
                self.server.queries.append(message[5:-1].decode())
                if len(self.server.queries) == self.server.cut_at:
                    self.part(data)

    def part(self, data):
        """Lose the connection at this query: before the server hears it, or before it answers."""
        if self.server.deliver:
            self.server.sockets[1].sendall(data)
        self.server.cut()

    def message(self):
        """Take a whole message off what was heard; the first of a connection has no letter."""
        start = 1 if self.greeted else 0
        end = start + int.from_bytes(self.unread[start : start + 4], "big")
        if not start + 4 <= end <= len(self.unread):
            return b""
        message, self.unread, self.greeted = self.unread[:end], self.unread[end:], True
        return message


def pump(source, sink, hear):
    with suppress(OSError):
        while data := source.recv(65536):
            hear(data)
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def counting(url):
    """Yield the counts of all that goes through their `url` to the server behind this one."""
    with Counted(url) as counted:
        Thread(target=counted.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield counted
        finally:
            counted.shutdown()
            counted.cut()
