"""Does the mail that the application queues get sent?"""

from collections.abc import Iterator

from ..email_queue.observed import State, span
from ..facts import Facts
from ..findings import Dimension, Finding, Severity
from ..project import Email
from .registry import CannotLook, check


@check(Dimension.DATA)
def email_queue(facts: Facts) -> Iterator[Finding]:
    """What is due is sent in time, no worker has left anything behind, nothing has failed.

    Warnings, all of them: a mail server that is down must not hold up the release that mends it.
    """
    email, seen = facts.declared.project.email, facts.mail
    if email is None or (isinstance(seen, str) and facts.history.pending):
        return
    if not isinstance(seen, State):
        raise CannotLook(str(seen))
    for message, hint, expected in troubles(seen, email):
        subject = f"email {email.table}"
        yield Finding(subject, message, hint, expected, message, Severity.WARNING)


def troubles(seen: State, email: Email) -> Iterator[tuple[str, str, str]]:
    """What is, what to type, and what should be."""
    if seen.oldest is not None and seen.oldest > email.late_after:
        message = f"{seen.due} due, the oldest for {span(seen.oldest)}: nobody sends them"
        yield message, "invoke email.process", f"sent within {span(email.late_after)}"
    if seen.stuck:
        long = span(email.stuck_after)
        message = f"{seen.stuck} claimed for more than {long}: their worker is gone"
        yield message, "invoke email.process takes them back", "none stuck"
    if seen.failed:
        hint = "invoke email.queue says why; then: invoke email.retry --all"
        yield f"{seen.failed} could not be sent", hint, "none failed"
