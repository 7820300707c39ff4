"""The e-mail queue."""

import sys

from invoke.context import Context

from ..console import HERE, at_least, finish, settings, verb
from ..errors import SettingsError
from ..output import show


@verb(name="queue")
def show_queue(c: Context, env: str = "") -> None:
    """How much mail waits, is being sent, is stuck or failed; the last ten; the errors."""
    from ..email_queue.apply import queue_of
    from ..email_queue.observed import look
    from ..report import email

    queue = queue_of(HERE, settings(env), "email.queue")
    with queue.connect() as conn:
        show(email.queue(*look(conn, queue.email), queue.email))


@verb()
def process(
    c: Context, limit: str = "", rate: str = "", dry_run: bool = False, env: str = ""
) -> None:
    """Send the mail that is due, beside any other worker. Nothing is lost.

    A message is sent twice only where a worker or a connection was lost between the mail server's
    yes and its record; both copies bear the same Message-ID.
    """
    from ..email_queue.apply import queue_of
    from ..email_queue.declared import relay_of
    from ..email_queue.process import LISTED, Worker
    from ..report import email

    most, pace = at_least("limit", limit, 1), at_least("rate", rate, 0.01)
    found = settings(env)
    relay = relay_of(HERE, found)
    with queue_of(HERE, found, "email.process") as queue:
        due = int(min(queue.count(), most))
        if dry_run:
            return show(email.plan(queue.due(min(due, LISTED)), relay, due))
        tell = email.Follower(due, sys.stderr)
        worker = Worker(queue, relay, tell, most, pace)
        try:
            worker.run()
        finally:
            tell.progress.clear()
            show(email.summary(worker.tally, due))


@verb()
def retry(c: Context, id: str = "", error: str = "", all: bool = False, env: str = "") -> None:
    """Let messages that failed wait again: by id, by the kind of their error, or all."""
    from ..email_queue.apply import queue_of

    if not (id or error or all):
        raise SettingsError("nothing is chosen", hint="--id ID,.. or --error KIND or --all")
    ids = [part.strip() for part in id.split(",")] if id else None
    with queue_of(HERE, settings(env), "email.retry") as queue:
        count = queue.retry(ids, error or None)
    if count:
        show(f"{count} of the messages that had failed wait again: invoke email.process")
    else:
        show("no message that failed is meant: invoke email.queue shows which there are")


@verb(name="check")
def check_mail(c: Context, to: str = "", env: str = "") -> None:
    """Would the mail server take our mail? Stage by stage; with --to, a message of our own."""
    from ..email_queue import check as act
    from ..email_queue.apply import queue_of
    from ..email_queue.declared import relay_of
    from ..report.email import stage

    found = settings(env)
    relay = relay_of(HERE, found)
    address = act.address(to) if to else ""
    queue = queue_of(HERE, found, "email.check") if to else None
    finish(act.run(relay, lambda *words: show(stage(*words)), queue, address))
