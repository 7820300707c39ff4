"""Does the mail that the application queues get sent?"""

from collections.abc import Iterator

from ..email_queue.observed import State, span
from ..facts import Facts
from ..findings import Dimension, Finding, Severity
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
    subject = f"email {email.table}"
    if seen.oldest is not None and seen.oldest > email.late_after:
        yield warning(
            subject,
            f"{seen.due} due, the oldest for {span(seen.oldest)}: nobody sends them",
            "invoke email.process",
            f"sent within {span(email.late_after)}",
        )
    if seen.stuck:
        yield warning(
            subject,
            f"{seen.stuck} claimed for more than {span(email.stuck_after)}: their worker is gone",
            "invoke email.process takes them back",
            "none stuck",
        )
    if seen.failed:
        yield warning(
            subject,
            f"{seen.failed} could not be sent",
            "invoke email.queue says why; then: invoke email.retry --all",
            "none failed",
        )


def warning(subject: str, message: str, hint: str, expected: str) -> Finding:
    return Finding(subject, message, hint, expected, message, Severity.WARNING)
