"""Is the application's client the one that this schema makes?"""

from collections.abc import Iterator

from ..client.diff import compare
from ..facts import Facts
from ..findings import Dimension, Finding
from .registry import check


@check(Dimension.CODE)
def client(facts: Facts) -> Iterator[Finding]:
    """The file that parity.toml names is what `invoke client` writes; without one, nothing is."""
    declared = facts.declared
    found = compare(declared.client, declared.schema, declared.seeds)
    if found:
        yield found
