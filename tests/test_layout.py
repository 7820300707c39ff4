"""The layers of ops/ are a test, so that nobody has to remember them."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

HOME = Path(__file__).parents[1]
OPS = HOME / "ops"
LAYERS = (
    "errors phrases",
    "findings plans names",
    "database_url toml",
    "settings",
    "project platform repository embedded",
    "database",
    "lock",
    "migrate drift seed environment history sequences",
    "email_queue client probes",
    "facts",
    "reading",
    "verify",
    "preflight rehearsal backup",
    "sync local amend adopt check compare",
    "develop",
    "report",
    "doctor",
    "output",
    "console",
    "running",
    "verbs",
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names.split()}
FILES = sorted(path for path in OPS.rglob("*.py") if path != OPS / "__init__.py")
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(OPS)))


def area(path):
    return path.relative_to(OPS).parts[0].removesuffix(".py")


def nodes(path, *kinds):
    """Every node of these kinds, however deep; an import may hide within a function."""
    return [
        node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, kinds)
    ]


def imported(path):
    """Full names of all that a module imports: `from ..seed import diff` is `ops.seed.diff`."""
    for node in nodes(path, ast.Import, ast.ImportFrom):
        module, level = getattr(node, "module", None), getattr(node, "level", 0)
        package = path.relative_to(HOME).parts[:-level] if level else ()
        for alias in node.names:
            yield ".".join((*package, *filter(None, [module]), alias.name))


@each_file
def test_imports_only_point_down(path):
    used = {name.split(".")[1] for name in imported(path) if name.startswith("ops.")} - {area(path)}

    assert {name for name in used if LEVEL[name] >= LEVEL[area(path)]} == set()


def test_every_module_has_a_layer_and_every_layer_a_module():
    assert {area(path) for path in FILES} == LEVEL.keys()


@each_file
def test_only_the_verbs_and_their_console_know_that_there_is_a_person(path):
    if area(path) in ("verbs", "running", "console", "output"):
        return
    calls = {ast.unparse(node.func) for node in nodes(path, ast.Call)}

    assert {name for name in imported(path) if name.split(".")[0] in ("invoke", "tasks")} == set()
    assert calls & {"print", "input", "exit", "sys.exit", "sys.stdout.write"} == set()


def tables():
    """The tables of the application: what the migrations create and the seeds fill."""
    create = re.compile(r'create table (?:if not exists )?(?:"?\w+"?\.)?"?(\w+)', re.IGNORECASE)
    for path in (HOME / "migrations").glob("*.sql"):
        yield from create.findall(path.read_text("utf-8"))
    for path in (HOME / "seeds").glob("*.toml"):
        yield tomllib.loads(path.read_text("utf-8"))["table"].rpartition(".")[2]


@each_file
def test_ops_knows_no_table_of_the_application(path):
    """In no name and no text; prose may use a word such as "users", which a table has too.

    A module of ours may be called like a table, which only a text could ask the database for.
    """
    names = set(tables())
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant("a docstring")
    texts = [str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)]

    assert len(names) > 1
    assert mentioned(names, "\n".join(texts)) == []
    assert mentioned(names - LEVEL.keys(), ast.unparse(tree)) == []


def mentioned(names, text):
    return re.findall(rf"\b(?:{'|'.join(sorted(names))})\b", text)
