"""Phrases that are the same wherever something is told: so many, the first few, a commit."""

from collections.abc import Sequence

PLURALS = {"index": "indexes", "policy": "policies"}


def plural(count: int, noun: str) -> str:
    """`1 row`, `2 indexes`."""
    return f"{count} {noun if count == 1 else PLURALS.get(noun, f'{noun}s')}"


def few(words: Sequence[str], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def short(commit: str | None, dirty: bool = False) -> str:
    """Seven digits of a commit, `-dirty` if the files differ from it; or `unknown`."""
    return (commit or "unknown")[:7] + ("-dirty" if dirty else "")
