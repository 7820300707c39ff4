"""What a queue needs: the columns of its table, and a mail server that the environment names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..database_url import is_local_host
from ..environment.declared import EXAMPLE, Variable
from ..environment.declared import read as read_contract
from ..environment.diff import MISSING, refuse_unfit
from ..errors import SettingsError
from ..project import Email
from ..project import read as read_project
from ..settings import Settings
from .message import Mailbox, Undelivered, mailbox

TIMES = ("scheduled_at", "claimed_at", "sent_at", "failed_at", "created_at", "updated_at")
COLUMNS = (
    *("id", "to_email", "from_email", "subject", "body_html", "body_text", "status", "priority"),
    *("claimed_by", "error_message", "retry_count", "max_retries"),
    *TIMES,
)
VARIABLES = ("SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASS", "SMTP_FROM")


@dataclass(frozen=True, slots=True)
class Relay:
    """The mail server that takes our mail, and who we are there."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: Mailbox
    patience: float = 60  # seconds for one answer
    deadline: float = 600  # seconds for one message, as RFC 5321 asks before its last answer

    @property
    def is_local(self) -> bool:
        """Whether no line leaves this machine, so that there is nobody to listen."""
        return is_local_host(self.host)

    @property
    def begins_with_tls(self) -> bool:
        return self.port == 465

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def relay(environ: Mapping[str, str], variables: tuple[Variable, ...], app_env: str) -> Relay:
    """Read the mail server's settings; SettingsError names every one that is missing or unfit."""
    missing = [name for name in VARIABLES if name not in environ]
    if missing:
        raise SettingsError(f"not set: {', '.join(missing)}", hint=MISSING)
    mine = tuple(variable for variable in variables if variable.name in VARIABLES)
    refuse_unfit(mine, environ, app_env)
    host, port, user, password, sender = (environ[name] for name in VARIABLES)
    return Relay(host, _port(port), _ascii(user), _ascii(password), _sender(sender))


def _port(text: str) -> int:
    if text.isascii() and text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise SettingsError("SMTP_PORT is not a number from 1 to 65535", hint="set SMTP_PORT=587")


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    raise SettingsError(
        "SMTP_USER or SMTP_PASS holds a character that is not ASCII, which the login cannot carry",
        hint="make a new password for the mail server, of letters and digits",
    )


def _sender(text: str) -> Mailbox:
    try:
        return mailbox(text, "SMTP_FROM")
    except Undelivered as problem:
        raise SettingsError(problem.reason, hint="set SMTP_FROM=no-reply@YOUR.DOMAIN") from None


def relay_of(folder: Path, found: Settings) -> Relay:
    """The mail server of an environment, judged by the project's contract."""
    return relay(found.environ, read_contract(folder / EXAMPLE), found.app_env)


def email_of(folder: Path) -> Email:
    """What parity.toml says of the queue; SettingsError if it says nothing."""
    email = read_project(folder / "parity.toml").email
    if email is None:
        raise SettingsError(
            "parity.toml names no e-mail queue", hint='write into it: [email] table = "TABLE"'
        )
    return email
