"""One message and the mail server: what it says to it, and what that means for the message."""

import random
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from .declared import Relay
from .message import Parcel, Undelivered
from .stages import NoLine, answer, connect

PAUSES = (1, 2, 4, 8, 16)  # seconds before the next try, when the server asks for patience
FAREWELL = 5  # seconds that a goodbye may take
LOGIN_WANTED = (530, 534, 535, 538)
TOO_LARGE = 552
TROUBLE = (smtplib.SMTPException, OSError)


class Line:
    """A connection that is opened when it is needed, and kept for the next message."""

    def __init__(self, relay: Relay, wait: Callable[[float], object]) -> None:
        self.relay, self.wait = relay, wait
        self.connection: smtplib.SMTP | None = None
        self.used = False  # for a message before

    @property
    def smtp(self) -> smtplib.SMTP:
        if self.connection is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self.connection

    def ready(self) -> None:
        """Be connected. Where the server asks for patience, wait a little; NoLine otherwise."""
        for pause in (*PAUSES, None):
            if self.connection:
                return
            try:
                self.connection, self.used = connect(self.relay), False
            except NoLine as problem:
                if pause is None or not problem.for_now:
                    raise
                self.wait(pause * random.uniform(0.75, 1.25))

    # the two halves of a message: until here nothing was handed over, from here on it may have been

    def begin(self, parcel: Parcel) -> None:
        """Say whose message comes. Undelivered when it is not welcome, NoLine when we are not.

        A connection that the server has had enough of is replaced, without a word.
        """
        self.ready()
        self.refuse_unfit(parcel)
        code, said = self.mail(parcel)
        if code == 421 and self.used:
            self.drop()
            self.ready()
            code, said = self.mail(parcel)
        if code in LOGIN_WANTED:
            raise NoLine(self.relay, "AUTH", answer(code, said))
        if code >= 500 and code != TOO_LARGE and parcel.ours and not parcel.utf8:
            raise NoLine(self.relay, "sender", answer(code, said))
        self.expect("size" if code == TOO_LARGE else "sender", code, said)

    def finish(self, parcel: Parcel) -> None:
        """Hand the message over; Undelivered when the server does not take it, now or ever."""
        try:
            with self.within_deadline():
                self.expect("recipient", *self.smtp.rcpt(parcel.recipient))
                self.expect("content", *self.data(parcel))
        except TROUBLE as error:
            self.drop()
            raise Undelivered("connection", str(error), permanent=False) from None
        self.used = True

    def refuse_unfit(self, parcel: Parcel) -> None:
        """What this server has said that it will not take is not sent to it."""
        limit, size = self.smtp.esmtp_features.get("size", ""), len(parcel.raw)
        if limit.isdecimal() and 0 < int(limit) < size:
            raise Undelivered("size", f"{size} bytes, and the mail server takes {limit}")
        if parcel.utf8 and not self.smtp.has_extn("smtputf8"):
            raise Undelivered("address", "it needs SMTPUTF8, which the mail server does not offer")

    def mail(self, parcel: Parcel) -> tuple[int, bytes]:
        options = ["SMTPUTF8", "BODY=8BITMIME"] if parcel.utf8 else []
        if self.smtp.has_extn("size"):
            options.append(f"size={len(parcel.raw)}")
        try:
            return self.smtp.mail(parcel.sender, options)
        except TROUBLE as error:
            self.drop()
            if self.used:
                return 421, b""
            raise Undelivered("connection", str(error), permanent=False) from None

    def data(self, parcel: Parcel) -> tuple[int, bytes | str]:
        """The message itself. Whoever loses patience too early here gets it sent twice."""
        smtp = self.smtp
        if smtp.sock:
            smtp.sock.settimeout(self.relay.deadline)
        try:
            return smtp.data(parcel.raw)
        except smtplib.SMTPDataError as error:  # before a byte of it, so that no answer is a yes
            if error.smtp_code < 400:
                said = f"{error.smtp_code} in answer to DATA"
                raise smtplib.SMTPServerDisconnected(said) from None
            return error.smtp_code, error.smtp_error
        finally:
            if smtp.sock:
                smtp.sock.settimeout(self.relay.patience)

    def expect(self, kind: str, code: int, said: bytes | str) -> None:
        """Undelivered, with the server's own words, unless it agrees."""
        if 200 <= code < 300:
            return
        self.make_clear(code)
        if code < 500:
            kind = "busy" if code == 421 else "deferred"
        raise Undelivered(kind, answer(code, said), permanent=code >= 500)

    def make_clear(self, code: int) -> None:
        """The next message begins anew; after 421, or nonsense, on another connection."""
        self.used = True
        try:
            if code < 400 or code == 421 or self.smtp.rset()[0] != 250:
                self.drop()
        except TROUBLE:
            self.drop()

    @contextmanager
    def within_deadline(self) -> Iterator[None]:
        """Cut the line when a message takes too long, however busy the server makes itself."""
        timer = threading.Timer(self.relay.deadline, self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def cut(self) -> None:
        with suppress(*TROUBLE):
            if sock := self.smtp.sock:
                sock.shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None

    def hang_up(self) -> None:
        """Say goodbye, if somebody is there."""
        with suppress(*TROUBLE):
            if sock := self.smtp.sock:
                sock.settimeout(FAREWELL)
            self.smtp.quit()
        self.drop()
