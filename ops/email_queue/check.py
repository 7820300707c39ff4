"""Would the mail server take our mail? Stage by stage, and with a message of our own."""

from collections.abc import Callable

from ..errors import SettingsError
from .apply import Queue
from .declared import Relay
from .message import Undelivered, mailbox, message_id
from .process import Worker
from .stages import NoLine, connect

SUBJECT = "A test of the e-mail queue"
TEXT = "This message went through the e-mail queue. Nothing needs to be done."
OTHERS = 60  # seconds in which another worker that was faster is done
Tell = Callable[[str, str, str], None]  # a stage, ok or failed, what was seen


def address(to: str) -> str:
    """The address to send to; SettingsError if it is none."""
    try:
        return mailbox(to, "--to").address
    except Undelivered as problem:
        raise SettingsError(problem.reason, hint="--to you@example.com") from None


def run(relay: Relay, tell: Tell, queue: Queue | None, to: str) -> int:
    """Tell every stage. NoLine where one fails; 1 when the message of our own was not sent."""
    try:
        connect(relay, lambda stage, seen: tell(stage, "ok", seen)).close()
    except NoLine as problem:
        tell(problem.stage, "failed", problem.reason)
        raise
    if queue is None:
        return 0
    with queue:
        error = follow(queue, relay, to, tell)
    return int(error)


def follow(queue: Queue, relay: Relay, to: str, tell: Tell) -> bool:
    """Queue a message, send it unless another worker is faster; whether that came to nothing."""
    id = queue.enqueue(to=to, subject=SUBJECT, html=f"<p>{TEXT}</p>", text=TEXT)
    tell("queue", "ok", f"message {id} waits in {queue.email.table}")
    Worker(queue, relay).run(only=id)
    for _ in range(OTHERS):
        status, error = queue.about(id)
        if status not in ("pending", "processing"):
            break
        queue.wait(1)
    if status == "sent":
        tell("delivery", "ok", f"sent as {message_id(id, relay.sender)}")
    else:
        tell("delivery", "failed", error or f"the message is {status}")
    return status != "sent"
