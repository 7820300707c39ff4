"""Is the client the one that Git's schema and seeds make? Pure."""

from collections.abc import Sequence

from ..drift.objects import Objects
from ..findings import Finding, Severity
from ..seed.declared import Seed
from .declared import module
from .observed import Client
from .render import HASHES, Text, render

HINT = "invoke client, and commit what it writes"


def compare(client: Client | None, objects: Objects, seeds: Sequence[Seed]) -> Finding | None:
    """What is wrong with a client, or None. A key that it does not know yet is a warning."""
    if client is None:
        return None
    made = render(module(objects, seeds))
    if client.text == made.text:
        return None
    message, severity = verdict(client.text, made)
    return Finding(f"file {client.path}", message, HINT, severity=severity)


def verdict(text: str | None, made: Text) -> tuple[str, Severity]:
    if text is None:
        return "does not exist", Severity.ERROR
    found = HASHES.search(text)
    if found is None:
        return "was not written by invoke client", Severity.ERROR
    if found["schema"] != made.schema:
        return "was made from another schema", Severity.ERROR
    if found["seeds"] != made.seeds:
        return "lacks keys of rows in seeds/, or has some that are gone", Severity.WARNING
    return "was edited since it was made", Severity.ERROR
