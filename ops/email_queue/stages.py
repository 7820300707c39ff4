"""How we come to talk to the mail server: each stage of it, and what to type where one ends."""

import base64
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import Unreachable
from .declared import Relay

Tell = Callable[[str, str], None]  # a stage that is passed, and what was seen there

STAGES = ("DNS", "TCP", "TLS", "EHLO", "AUTH")
# What ended a stage, and what to type then; the first that fits.
ADVICE = (
    ("DNS", "", "correct SMTP_HOST: it is misspelt, or private to another network"),
    ("TCP", "refused", "correct SMTP_HOST and SMTP_PORT: nothing listens there"),
    ("TCP", "", "ask the platform which ports are open; many block 25 and 465: SMTP_PORT=587"),
    ("greeting", "tls", "set SMTP_PORT=465"),
    ("greeting", "timed out", "correct SMTP_HOST and SMTP_PORT: what listens there says nothing"),
    ("TLS", "wrong version", "the server begins in the clear there: set SMTP_PORT=587"),
    ("TLS", "record layer", "the server begins in the clear there: set SMTP_PORT=587"),
    ("TLS", "not offered", "correct SMTP_PORT: our password would go there in the clear"),
    ("TLS", "match", "set SMTP_HOST to a name that the certificate is for"),
    ("TLS", "certificate", "for an authority of your own: export SSL_CERT_FILE=/PATH/TO/CA.pem"),
    ("AUTH", "not offered", "correct SMTP_PORT: a server takes no login on the port for others"),
    ("AUTH", "no suitable", "make a password for programs there: PLAIN or LOGIN is what we can do"),
    ("AUTH", "", "correct SMTP_USER and SMTP_PASS"),
    ("sender", "", "set SMTP_FROM to an address that this account may send from"),
    ("", "", "try again later: invoke email.check"),
)


class NoLine(Unreachable):
    """The mail server does not let us come to where a message is handed over."""

    def __init__(self, relay: Relay, stage: str, reason: str, code: int = 0) -> None:
        fits = (hint for at, why, hint in ADVICE if at in ("", stage) and why in reason.lower())
        super().__init__(f"mail server {relay}: {stage} failed: {reason}", hint=next(fits))
        self.stage, self.reason = stage, reason
        self.for_now = 400 <= code < 500


def connect(relay: Relay, tell: Tell = lambda *_: None) -> smtplib.SMTP:
    """Go through every stage, telling each that is passed; NoLine names the one where it ended."""
    context = ssl.create_default_context()
    with stage(relay, "DNS"):
        found = socket.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM)
    tell("DNS", ", ".join(dict.fromkeys(str(address[4][0]) for address in found)))
    with stage(relay, "TCP"):
        smtp = greeted(relay, context)
    try:
        introduce(smtp, relay, context, tell)
    except BaseException:
        smtp.close()
        raise
    return smtp


def greeted(relay: Relay, context: ssl.SSLContext) -> smtplib.SMTP:
    # the name we call ourselves: the library would ask the name service who we are, and wait
    name, patience = relay.sender.domain, relay.patience
    if relay.begins_with_tls:
        return smtplib.SMTP_SSL(relay.host, relay.port, name, timeout=patience, context=context)
    try:
        return smtplib.SMTP(relay.host, relay.port, name, timeout=patience)
    except smtplib.SMTPServerDisconnected as error:
        if "timed out" in str(error) and speaks_tls(relay, context):
            why = "it waits for TLS, from the start"
            raise NoLine(relay, "greeting", why) from None
        raise


def speaks_tls(relay: Relay, context: ssl.SSLContext) -> bool:
    """Whether a server that does not greet was waiting for us to begin with TLS."""
    try:
        with socket.create_connection((relay.host, relay.port), relay.patience) as line:
            context.wrap_socket(line, server_hostname=relay.host).close()
    except ssl.SSLCertVerificationError:
        return True
    except OSError:
        return False
    return True


def introduce(smtp: smtplib.SMTP, relay: Relay, context: ssl.SSLContext, tell: Tell) -> None:
    tell("TCP", f"port {relay.port}")
    if relay.begins_with_tls:
        tell("TLS", certificate(smtp))
    hello(smtp, relay)
    if not relay.begins_with_tls:
        encrypt(smtp, relay, context, tell)
    tell("EHLO", ", ".join(sorted(smtp.esmtp_features)) or "no extensions")
    log_in(smtp, relay, tell)


def hello(smtp: smtplib.SMTP, relay: Relay) -> None:
    with stage(relay, "EHLO"):
        smtp.ehlo_or_helo_if_needed()


def encrypt(smtp: smtplib.SMTP, relay: Relay, context: ssl.SSLContext, tell: Tell) -> None:
    """Change to TLS; without it nothing goes to another machine."""
    if smtp.has_extn("starttls"):
        with stage(relay, "TLS"):
            smtp.starttls(context=context)
        tell("TLS", certificate(smtp))
        hello(smtp, relay)
    elif relay.is_local:
        tell("TLS", "not offered, and not needed on this machine")
    else:
        raise NoLine(relay, "TLS", "STARTTLS is not offered")


def log_in(smtp: smtplib.SMTP, relay: Relay, tell: Tell) -> None:
    if not smtp.has_extn("auth"):
        if relay.is_local:
            return tell("AUTH", "not offered, and not needed on this machine")
        raise NoLine(relay, "AUTH", "a login is not offered")
    with stage(relay, "AUTH"):
        smtp.login(relay.user, relay.password)
    return tell("AUTH", "logged in")


def certificate(smtp: smtplib.SMTP) -> str:
    sock = smtp.sock
    assert isinstance(sock, ssl.SSLSocket)
    until = (sock.getpeercert() or {}).get("notAfter", "?")
    return f"{sock.version()}, the certificate is valid until {until}"


@contextmanager
def stage(relay: Relay, name: str) -> Iterator[None]:
    """Turn what the library raises into NoLine; the socket's class of error may know better."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        said = without_secrets(answer(error.smtp_code, error.smtp_error), relay)
        where = "greeting" if isinstance(error, smtplib.SMTPConnectError) else name
        raise NoLine(relay, where, said, error.smtp_code) from None
    except smtplib.SMTPException as error:
        where = "greeting" if name == "TCP" else name
        raise NoLine(relay, where, without_secrets(str(error), relay)) from None
    except UnicodeError:  # from the resolver, for what cannot be a host
        raise NoLine(relay, name, "SMTP_HOST is not a host name") from None
    except OSError as error:
        tls = isinstance(error, ssl.SSLError) or "handshake" in str(error)
        raise NoLine(relay, "TLS" if tls else name, reason(error)) from None


def reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not accepted: {error.verify_message}"
    return str(getattr(error, "reason", None) or error.strerror or error).replace("_", " ").lower()


def answer(code: int, said: Any) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return f"{code} {' '.join(text.split())}"


def without_secrets(text: str, relay: Relay) -> str:
    """Some servers repeat what they did not understand, and that was our login."""
    user, password = relay.user.encode(), relay.password.encode()
    plain = base64.b64encode(b"\0" + user + b"\0" + password).decode()
    for secret in (plain, base64.b64encode(password).decode(), relay.password):
        text = text.replace(secret, "***")
    return text
