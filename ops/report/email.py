"""The e-mail queue in words; addresses are a customer's, and shortened."""

import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from ..email_queue.declared import Relay
from ..email_queue.message import Letter, Undelivered, compose
from ..email_queue.observed import Kind, Message, State, span
from ..email_queue.process import Tally
from ..project import Email
from .progress import Progress
from .tables import table
from .terminal import wrapped

ADDRESS = re.compile(r"([^\s@<>\"'(),:;])[^\s@<>\"'(),:;]*@(?=\w)")
WIDTH = 60  # characters of a subject or an error
TIME = "%m-%d %H:%M"


def masked(text: str) -> str:
    """Every address in a text by its first letter and its domain: j…@example.com."""
    return ADDRESS.sub(r"\1…@", text)


def recipient(text: str) -> str:
    """One address without the name before it; what is none is not shown."""
    found = re.search(r"[^\s@<>\",;]+@[^\s@<>\",;]+", text)
    return masked(found[0]) if found else "(no address)"


def short(text: str) -> str:
    text = masked(" ".join(text.split()))
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def queue(state: State, last: Sequence[Message], kinds: Sequence[Kind], email: Email) -> str:
    """All that there is to see of a queue."""
    parts = [numbers(state, email)]
    if last:
        headers = ("queued (UTC)", "status", "retries", "to", "error, or subject")
        parts.append(table(headers, map(row, last)))
    if kinds:
        parts.append(table(("error", "messages", "status", "last (UTC)"), map(kind_row, kinds)))
    return "\n\n".join(parts)


def numbers(state: State, email: Email) -> str:
    """How many of each there are, and what to type."""
    oldest = f"the oldest for {span(state.oldest)}: " if state.oldest is not None else ""
    lines = (
        ("waiting", state.due, f"{oldest}invoke email.process"),
        ("for later", state.later, "scheduled, or to be tried again"),
        ("being sent", state.processing, ""),
        ("stuck", state.stuck, f"for more than {span(email.stuck_after)}: invoke email.process"),
        ("failed", state.failed, "invoke email.retry --all"),
    )
    return "\n".join(f"{name:<11}{n:>8}  {note if n else ''}".rstrip() for name, n, note in lines)


def row(message: Message) -> tuple[object, ...]:
    what = short(message.error_message or message.subject)
    to, when = recipient(message.to_email), f"{message.created_at:{TIME}}"
    return when, message.status, message.retry_count, to, what


def kind_row(kind: Kind) -> tuple[object, ...]:
    """A failed one can be tried again by hand, a waiting one will be."""
    status = "failed" if kind.status == "failed" else "will be tried again"
    return short(kind.name), kind.count, status, f"{kind.last:{TIME}}"


def plan(letters: Iterable[Letter], relay: Relay, due: int) -> str:
    """What a run would begin with, and what it could not send."""
    rows = [
        (letter.id, recipient(letter.to_email), short(letter.subject), fitness(letter, relay))
        for letter in letters
    ]
    first = f", these {len(rows)} first" if len(rows) < due else ""
    head = f"{due} would go to {relay}{first}; nothing was touched"
    return "\n\n".join([head, table(("id", "to", "subject", "as mail"), rows)] if rows else [head])


def fitness(letter: Letter, relay: Relay) -> str:
    try:
        return f"{len(compose(letter, relay.sender).raw)} bytes"
    except Undelivered as problem:
        return str(problem)


def stage(name: str, verdict: str, seen: str) -> str:
    """A stage on the way to the mail server, as a line; the next ones hang below the third word."""
    return "\n".join(wrapped(f"{name:<9}{verdict:<8}{seen}", indent=0, hanging=17))


def summary(tally: Tally, due: int) -> str:
    """What a run came to that found so many due."""
    if not tally.seen and not due:
        return "nothing was due"
    text = f"{tally.sent} sent, {tally.later} to be tried again, {tally.failed} failed"
    return text + (": invoke email.queue" if tally.failed else "")


class Follower:
    """Tells a run as it goes: a line for each message that was not sent, and how far it is."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self.progress = Progress(total, stream)

    def __call__(self, tally: Tally, letter: Letter, problem: Undelivered | None) -> None:
        if problem:
            self.progress.line(f"{letter.id}: {short(str(problem))}")
        self.progress.show(tally.seen, summary(tally, self.progress.total).partition(":")[0])
