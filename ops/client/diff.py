"""Is the client the one that Git's schema and seeds make? Pure."""

from collections.abc import Sequence

from ..drift.declared import Snapshot
from ..findings import Finding, Severity
from ..seed.declared import Seed
from .head import MARK, headed, is_from, is_whole, source, without_source
from .observed import Client

HINT = "invoke client, and commit what it writes"


def compare(client: Client | None, schema: Snapshot, seeds: Sequence[Seed]) -> Finding | None:
    """What is wrong with a client, or None. A key that it does not know yet is a warning.

    One that nobody touched, made from just these files, is not made again to be compared: of a
    large schema that takes longer than all the rest.
    """
    if client is None:
        return None
    made_from = source(schema, seeds)
    if client.text and is_from(client.text, made_from) and is_whole(client.text):
        return None
    return anew(client, schema, seeds, made_from)


def anew(client: Client, schema: Snapshot, seeds: Sequence[Seed], made_from: str) -> Finding | None:
    from .declared import module
    from .render import render

    made = render(module(schema.objects, seeds))
    text = headed(made.text, made_from)
    if client.text and without_source(client.text) == without_source(text):
        return None
    message, severity = verdict(client.text, made.schema)
    return Finding(f"file {client.path}", message, HINT, severity=severity)


def verdict(text: str | None, schema: str) -> tuple[str, Severity]:
    if text is None:
        return "does not exist", Severity.ERROR
    if not text.startswith(MARK):
        return "was not written by invoke client", Severity.ERROR
    if not is_whole(text):
        return "was edited since it was made", Severity.ERROR
    if schema not in text:
        return "was made from another schema", Severity.ERROR
    return "lacks keys of rows in seeds/, or has some that are gone", Severity.WARNING
