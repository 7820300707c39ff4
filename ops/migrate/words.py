"""A statement as its words: which table it is about, and what it does to it, part by part."""

from bisect import bisect_right

from ..names import unquoted
from .text import QUIET, Token, statements, tokens

SKIPPED = {"if", "not", "exists", "only"}  # between TABLE and the name
Words = list[Token]


def split(text: str) -> list[Words]:
    """The tokens of each top-level statement, without comments and white space."""
    starts = [statement.start for statement in statements(text)]
    parts: list[Words] = [[] for _ in starts]
    for token in tokens(text):
        if token.kind not in QUIET and (index := bisect_right(starts, token.start)):
            parts[index - 1].append(token)
    return parts


def lower(words: Words) -> list[str]:
    return [token.text.lower() for token in words]


def has(words: list[str], *run: str) -> bool:
    return any(tuple(words[i : i + len(run)]) == run for i in range(len(words)))


def name_at(words: Words, at: int) -> list[str]:
    """The parts of the name that begins there, as they are written; `"A"."B"` is two."""
    rest = [token for token in words[at:] if token.text.lower() not in SKIPPED]
    parts = [token.text for token in rest[:1]]
    for dot, token in zip(rest[1::2], rest[2::2], strict=False):
        if dot.text != ".":
            break
        parts.append(token.text)
    return parts


def bare_name(words: Words, at: int) -> str:
    """The last part of that name, as PostgreSQL keeps it."""
    return plain("".join(name_at(words, at)[-1:]))


def plain(name: str) -> str:
    """A name as PostgreSQL keeps it: folded, unless it is quoted."""
    return unquoted(name) if name[:1] == '"' else name.lower()


def actions(words: Words) -> list[Words]:
    """What an ALTER TABLE does, each from its ADD, DROP or ALTER on."""
    parts: list[Words] = [[]]
    depth = 0
    for token in words[2:]:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0 and token.text == ",":
            parts.append([])
        elif parts[-1] or (depth == 0 and token.text.lower() in ("add", "drop", "alter")):
            parts[-1].append(token)
    return [part for part in parts if part]


def outside(words: Words) -> Words:
    """The words that stand in no parentheses."""
    kept, depth = [], 0
    for token in words:
        depth -= token.text == ")"
        if depth == 0 and token.text not in "()":
            kept.append(token)
        depth += token.text == "("
    return kept


def enclosed(words: Words, text: str, behind: str) -> str:
    """The text in the parentheses that follow this word, as it is written; empty if none do."""
    opened = lower(words)
    at = opened.index(behind) + 1 if behind in opened else len(words)
    while at < len(words) and words[at].text != "(":
        at += 1
    depth = 0
    for token in words[at:]:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0:
            return text[words[at].start + 1 : token.start]
    return ""
