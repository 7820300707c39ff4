"""A row of the queue as a message: its addresses, its headers, its two bodies."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import unquote
from typing import Any

from .text import from_html

# What would end a header's line, for some reader or other, or begin a new one once decoded.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
MAILBOX = re.compile(
    r'\s*(?:(?P<name>"(?:[^"\\]|\\.)*"|[^"<>,;:@]*?)\s*<(?P<inner>[^<>]*)>|(?P<bare>\S+))\s*'
)
ADDRESS = re.compile(
    r'(?P<local>[^\s@<>"(),:;\[\]\\]{1,64})@(?P<domain>[^\s@<>"(),:;\[\]\\]{1,253})'
)
LONGEST = 1000  # characters of a mailbox; the pattern would take its time over more
DOMAIN = re.compile(r"(?!-)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
# The two standards of international domains disagree about these: one would reach someone else.
AMBIGUOUS = re.compile("[\u00df\u03c2\u200c\u200d]")


class Undelivered(Exception):
    """A message was not sent: of which kind the reason is, and whether it will ever be."""

    def __init__(self, kind: str, reason: str, *, permanent: bool = True) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind, self.reason, self.permanent = kind, reason, permanent


@dataclass(frozen=True, slots=True)
class Letter:
    """One row of the queue, claimed by us."""

    id: Any
    to_email: str
    from_email: str | None
    subject: str
    body_html: str
    body_text: str | None
    retry_count: int
    max_retries: int


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address with the name before it; its domain as the name service knows it, in ASCII."""

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        return not self.local.isascii()


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes to the server: the envelope, and the message as bytes."""

    sender: str
    recipient: str
    raw: bytes
    utf8: bool  # an address has no other form: only servers with SMTPUTF8 take it
    ours: bool  # it comes from SMTP_FROM


def compose(letter: Letter, sender: Mailbox) -> Parcel:
    """Build the message of a row; Undelivered when it can never be sent as it is."""
    try:
        return _compose(letter, sender)
    except Undelivered:
        raise
    except Exception as error:  # the library's parser meets texts that nobody foresaw
        raise Undelivered(
            "message", f"cannot be written as mail ({type(error).__name__})"
        ) from None


def _compose(letter: Letter, default: Mailbox) -> Parcel:
    sender = mailbox(letter.from_email, "from_email") if letter.from_email else default
    to = mailbox(letter.to_email, "to_email")
    utf8 = sender.needs_utf8 or to.needs_utf8
    message = EmailMessage(SMTP.clone(cte_type="7bit", utf8=utf8))
    headers = {
        "From": _header(sender),
        "To": _header(to),
        "Subject": _plain(letter.subject, "subject"),
        "Date": datetime.now(UTC),
        "Message-ID": message_id(letter.id, default),
    }
    for name, value in headers.items():
        message[name] = value
    _fill(message, letter)
    raw = message.as_bytes()
    _look_again(raw, message)
    return Parcel(sender.address, to.address, raw, utf8, ours=not letter.from_email)


def message_id(id: Any, sender: Mailbox) -> str:
    """The same for a row however often it is sent, so that a second copy can be told."""
    safe = re.sub(r"[^A-Za-z0-9-]", lambda match: f"_{ord(match.group()):x}_", str(id))
    return f"<{safe}@{sender.domain}>"


def mailbox(text: str, where: str) -> Mailbox:
    """Read one address, with or without a name before it; Undelivered if it is not one."""
    _plain(text, where)
    found = MAILBOX.fullmatch(text) if len(text) <= LONGEST else None
    parts = found and ADDRESS.fullmatch(found["inner"] or found["bare"] or "")
    if not found or not parts:
        raise Undelivered("address", f"{where} is not one address")
    name = unquote(found["name"] or "")
    if "=?" in name:  # the library would decode it, line breaks and all
        raise Undelivered("header", f"{where} holds an encoded name: write it as it reads")
    return Mailbox(name, parts["local"], _ascii(parts["domain"], where))


def _ascii(domain: str, where: str) -> str:
    if AMBIGUOUS.search(domain):
        raise Undelivered("address", f"the domain of {where} has to be written as xn--...")
    try:
        ascii_form = domain.encode("idna").decode()
    except UnicodeError:
        ascii_form = ""
    if not DOMAIN.fullmatch(ascii_form):
        raise Undelivered("address", f"the domain of {where} is not one")
    return ascii_form


def _header(box: Mailbox) -> Address:
    return Address(box.name, box.local, box.domain)


def _plain(text: str, where: str) -> str:
    """The text, if it is one line and stays one."""
    if CONTROL.search(text):
        raise Undelivered("header", f"{where} holds a line break or another control character")
    return text


def _fill(message: EmailMessage, letter: Letter) -> None:
    """The text, and the HTML as the better form of the same."""
    html = letter.body_html.strip()
    text = from_html(html) if letter.body_text is None else letter.body_text
    if text.strip() or not html:
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
    else:
        message.set_content(html, subtype="html")


def _look_again(raw: bytes, message: EmailMessage) -> None:
    """Read what was written: the library decodes a subject, and writes what it decoded.

    So `=?utf-8?q?a=0D=0ABcc:_b@c.d?=`, which is one harmless line, becomes two headers.
    """
    if BytesHeaderParser().parsebytes(raw).keys() != message.keys() or CONTROL.search(
        str(message["Subject"])
    ):
        raise Undelivered("header", "the subject holds an encoded line break")
