"""What the columns of a view are: its text says their names, and where some of them come from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..drift.objects import PART, Objects
from ..migrate.text import QUIET, tokens

SETS = {"UNION", "INTERSECT", "EXCEPT"}
OUTER = {"LEFT", "RIGHT", "FULL", "GROUPING", "ROLLUP", "CUBE"}  # these make NULL of anything
END = {"WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", ";", *SETS}


@dataclass(frozen=True, slots=True)
class Output:
    """A column of a view, and the column of a table or view that it is, where that is plain."""

    name: str  # as it is quoted
    relation: str = ""
    column: str = ""
    nullable: bool = True


def outputs(definition: str, objects: Objects) -> list[Output]:
    """The columns in their order, read from a query as PostgreSQL prints it."""
    words = [token.text for token in tokens(definition) if token.kind not in QUIET]
    select, rest = parts(words)
    outer = {word for word, depth in deep(words) if depth == 0}
    sources = {} if outer & SETS else relations(rest, objects)
    whole = not OUTER & set(words)
    return [output(item, sources, whole) for item in items(select)]


def deep(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each word, and within how many parentheses or brackets it stands."""
    depth = 0
    for word in words:
        depth -= word in (")", "]")
        yield word, depth
        depth += word in ("(", "[")


def parts(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """What the outermost query selects, and what it selects from."""
    outer = [word if depth == 0 else "" for word, depth in deep(words)]
    if "SELECT" not in outer:
        return [], []
    start = outer.index("SELECT") + 1
    ends = {"FROM", *END}
    stop = next((i for i in range(start, len(outer)) if outer[i] in ends), len(outer))
    last = next((i for i in range(stop + 1, len(outer)) if outer[i] in END), len(outer))
    return list(words[start:stop]), list(words[stop + 1 : last])


def items(select: Sequence[str]) -> list[list[str]]:
    """What stands between the commas, without DISTINCT before it."""
    found: list[list[str]] = [[]]
    for word, depth in deep(select):
        if word == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(word)
    found[0] = without_distinct(found[0])
    return [item for item in found if item]


def without_distinct(item: list[str]) -> list[str]:
    if item[:2] == ["DISTINCT", "ON"]:
        closed = next(i for i, (w, depth) in enumerate(deep(item)) if w == ")" and depth == 0)
        return item[closed + 1 :]
    return item[item[:1] == ["DISTINCT"] :]


def relations(words: Sequence[str], objects: Objects) -> dict[str, str]:
    """The tables and views that a FROM names, by the name that it gives them.

    The name is empty for the one that a column without prefix belongs to.
    """
    found: dict[str, str] = {}
    hidden = within_subqueries(words)
    for at in range(len(words) - 2):
        name = "".join(words[at : at + 3])
        if not hidden[at] and ({f"table {name}", f"view {name}"} & objects.keys()):
            alias, *_ = [*words[at + 3 : at + 4], ""]
            found[alias if is_name(alias) else words[at + 2]] = name
    names = list(found.values())
    return {**found, **({"": names[0]} if len(names) == 1 else {})}


def within_subqueries(words: Sequence[str]) -> list[bool]:
    inside: list[bool] = []
    found = []
    for at, word in enumerate(words):
        if word == "(":
            inside.append(words[at + 1 : at + 2] in (["SELECT"], ["WITH"], ["VALUES"]))
        found.append(any(inside))
        if word == ")":
            inside.pop()
    return found


def is_name(word: str) -> bool:
    """An identifier; what is not quoted PostgreSQL prints small, and its own words big."""
    return bool(PART.fullmatch(word)) and (word.startswith('"') or word != word.upper())


def output(item: Sequence[str], sources: dict[str, str], whole: bool) -> Output:
    outer = [word if depth == 0 else "" for word, depth in deep(item)]
    chain, name = list(item), item[-1]
    if "AS" in outer:
        chain = list(item[: outer.index("AS")])
    alias, column = (chain[0], chain[2]) if len(chain) == 3 and chain[1] == "." else ("", chain[0])
    plain = len(chain) in (1, 3) and is_name(column) and alias in sources
    return Output(name, sources[alias], column, not whole) if plain else Output(name)
