"""A view's text as PostgreSQL 16 and later print it.

Up to 15, a query over a single relation prints its columns as `users.id`; since 16, as `id`.
Subqueries print the prefix in all versions, and it can matter there, so they are left as they are.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from .objects import PART

TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\W\d][\w$]*|\s+|.""", re.DOTALL)
AFTER_FROM = {
    *("TABLESAMPLE", "WHERE", "GROUP", "HAVING", "WINDOW"),
    *("ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", ";"),
}
RELATIONS = {",", "JOIN"}
QUERIES = {"UNION", "INTERSECT", "EXCEPT"}
QUERY = {"SELECT", "WITH", "VALUES"}


def without_needless_prefix(definition: str) -> str:
    """Drop `alias.` from the columns of a query that reads from one relation."""
    tokens = TOKEN.findall(definition)
    alias = only_alias(tokens)
    if not alias:
        return definition.strip()
    return "".join(kept(tokens, alias)).strip()


def only_alias(tokens: list[str]) -> str:
    """The one name that the outermost FROM gives, or nothing when there are several."""
    outer = [token for token, inside in with_depth(tokens) if not inside and not token.isspace()]
    if "FROM" not in outer:
        return ""
    rest = outer[outer.index("FROM") + 1 :]
    clause = list(takewhile(lambda token: token not in AFTER_FROM, rest))
    several = RELATIONS.intersection(clause) or QUERIES.intersection(rest)
    names = [token for token in clause if is_name(token)]
    return "" if several or not names else names[-1]


def with_depth(tokens: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Each token, and whether it stands inside of parentheses."""
    depth = 0
    for token in tokens:
        depth -= token == ")"
        yield token, depth > 0 or token in "()"
        depth += token == "("


def kept(tokens: list[str], alias: str) -> Iterator[str]:
    """The tokens without `alias.`, except within a subquery."""
    parentheses: list[bool] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token == "(":
            parentheses.append(following(tokens, at) in QUERY)
        elif token == ")":
            parentheses.pop()
        if token == alias and is_prefix(tokens, at) and not any(parentheses):
            at += 2
            continue
        yield token
        at += 1


def following(tokens: list[str], at: int) -> str:
    return next((token for token in tokens[at + 1 :] if not token.isspace()), "")


def is_prefix(tokens: list[str], at: int) -> bool:
    """Whether the name here stands before a column: not after a dot, not before a function."""
    before = tokens[at - 1] if at else ""
    dot, column, then = [*tokens[at + 1 : at + 4], "", "", ""][:3]
    return before != "." and dot == "." and is_name(column) and then not in ("(", ".")


def is_name(token: str) -> bool:
    return bool(PART.fullmatch(token))
